"""How good the checkers are, a table row for each exercise: `python -m course_utils audit`.

For every exercise that asks for a graph of layers, its answer is rewritten in all ways that mean the same (each must
be accepted) and mutated (each mutant must be caught, unless it means the same, and explained by at most two edits that
name what was touched). Whether a mutant means the same is asked of a general isomorphism test, not of the comparison
under audit. For every exercise that asks for compile settings, each loss and each weight is changed in turn.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from course_utils.checks.compiling import Compiled, resolve
from course_utils.checks.criterion import Answer, Attempt
from course_utils.checks.models import SameGraph
from course_utils.exercises import every
from course_utils.exercises.declaration import Exercise
from course_utils.graphs.compare.behaviour import Kept
from course_utils.graphs.difference import Difference, compare_read
from course_utils.graphs.graph import Graph
from course_utils.graphs.normal import normal_forms
from course_utils.graphs.reading.read import read
from course_utils.graphs.reading.undrawn import weights_not_drawn
from course_utils.workshop.audit.mutants import mutants
from course_utils.workshop.audit.rewrites import rewrites
from course_utils.workshop.build import select

if TYPE_CHECKING:
    import keras
    import networkx as nx


@dataclass
class Row:
    """What was found for one exercise."""

    exercise: str
    rewrites: int = 0
    accepted: int = 0
    mutants: int = 0
    same: int = 0
    caught: int = 0
    explained: int = 0
    settings: int = 0
    settings_caught: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        """Mutants that do not mean the same as the answer."""
        return self.mutants - self.same


def main(numbers: Sequence[str] = ()) -> int:
    """Print the table.

    Args:
        numbers: of lessons, such as `["03"]`; all when none is given.

    Returns:
        1 when a rewrite was rejected or a mutant was missed.

    Raises:
        BuildError: for a number that no lesson has.
    """
    wanted = {path.stem[:2] for path in select(numbers)}
    print("exercise   rewrites accepted   mutants not equal   caught   explained   settings caught")
    total = Row("all")
    for exercise in every().values():
        if exercise.id.partition(".")[0].zfill(2) not in wanted:
            continue
        row = audit(exercise)
        if row.rewrites or row.settings:
            print(_line(row))
        for name in ("rewrites", "accepted", "mutants", "same", "caught", "explained", "settings", "settings_caught"):
            setattr(total, name, getattr(total, name) + getattr(row, name))
        total.notes += row.notes
    print(_line(total))
    print("\n".join(total.notes))
    share = total.explained / max(1, total.wrong)
    print(f"Explained by at most two edits that name what was touched: {share:.1%}")
    bars = total.accepted == total.rewrites, total.caught == total.wrong, total.settings_caught == total.settings
    return 0 if all(bars) else 1


def _line(row: Row) -> str:
    parts = (
        f"{row.accepted} of {row.rewrites}",
        f"{row.wrong} of {row.mutants}",
        f"{row.caught} of {row.wrong}",
        f"{row.explained} of {row.wrong}",
        f"{row.settings_caught} of {row.settings}",
    )
    widths = (17, 17, 12, 12, 15)
    return f"{row.exercise:8} " + "  ".join(f"{part:>{width}}" for part, width in zip(parts, widths, strict=True))


def audit(exercise: Exercise) -> Row:
    """Rewrites and mutants of one exercise's answer, judged by its own criteria."""
    row = Row(exercise.id)
    for criterion in exercise.criteria:
        if isinstance(criterion, SameGraph):
            with weights_not_drawn():  # they would be most of the work
                _audit_graph(exercise, criterion, row)
        elif isinstance(criterion, Compiled):
            _audit_settings(exercise, criterion, row)
    return row


Right = tuple[tuple["keras.Model", Graph], Kept]
"""A model that is right, as read, and what is kept of it to compare others with it."""


def _audit_graph(exercise: Exercise, criterion: SameGraph, row: Row) -> None:
    target = exercise.target()
    rules: dict[str, Any] = {"without": criterion.without, "also": criterion.also}
    rights = [
        ((right, read(right)), Kept())
        for right in (target, *(criterion.alternatives() if criterion.alternatives else ()))
    ]

    def compared(model: keras.Model, graph: Graph, right: Right) -> Difference:
        return compare_read((model, graph), right[0], **rules, kept=right[1])

    for name, model in rewrites(target):
        graph = read(model)
        difference = compared(model, graph, rights[0])
        forms = normal_forms(graph, rights[0][0][1], **rules)
        # Where an exercise switches a rule off, a rewrite by that rule is a wrong answer.
        if criterion.without and not difference.same and not isomorphic(*forms):
            continue
        row.rewrites += 1
        row.accepted += difference.same
        if not difference.same:
            row.notes.append(f"{exercise.id}: rejected although it means the same: {name}")
    for mutant in mutants(target):
        row.mutants += 1
        found = read(mutant.model)
        if any(isomorphic(*normal_forms(found, graph, **rules)) for (_, graph), _ in rights):
            row.same += 1
            continue
        difference = min((compared(mutant.model, found, right) for right in rights), key=lambda d: len(d.edits))
        row.caught += not difference.same
        messages = [edit.message for edit in difference.edits]
        is_explained = mutant.explained_by(messages)
        row.explained += is_explained
        if not is_explained:
            row.notes.append(f"{exercise.id}: {mutant.kind}: {mutant.description} → {messages}")


def _audit_settings(exercise: Exercise, criterion: Compiled, row: Row) -> None:
    answer = Answer(exercise.target)
    for description, model in _settings_changed(exercise, criterion):
        row.settings += 1
        attempt = Attempt(model, answer, time.monotonic() + 60)
        if criterion.judge(attempt).passed:
            row.notes.append(f"{exercise.id}: settings not caught: {description}")
        else:
            row.settings_caught += 1


def _settings_changed(exercise: Exercise, criterion: Compiled) -> Iterator[tuple[str, keras.Model]]:
    """The answer with one loss, or one weight of a loss, changed."""
    right = resolve(exercise.target())
    names = list(right.losses)
    for name in names:
        for changed in ("loss", "weight") if criterion.weights and len(names) > 1 else ("loss",):
            model = exercise.target()
            losses = {n: (loss or "").partition("(")[0] or None for n, loss in right.losses.items()}
            weights = dict(right.weights)
            if changed == "loss":
                losses[name] = "mean_absolute_error" if losses[name] != "mean_absolute_error" else "mean_squared_error"
            else:
                weights[name] = weights[name] * 2 + 1
            settings: dict[str, Any] = {"loss": list(losses.values()), "loss_weights": list(weights.values())}
            model.compile(optimizer=model.optimizer.__class__.from_config(model.optimizer.get_config()), **settings)
            yield f"{changed} of {name}", model


def isomorphic(a: Graph, b: Graph) -> bool:
    """Whether two normal forms are the same graph: a general test, exponential at worst, for small graphs."""
    import networkx as nx

    def equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
        return bool(one == other)

    return bool(nx.is_isomorphic(_network(a), _network(b), node_match=equal, edge_match=equal))


def _network(graph: Graph) -> nx.DiGraph:
    """Calls as nodes, wires as edges labelled with their ports; layers that are shared, and both ends, as nodes too."""
    import networkx as nx

    network = nx.DiGraph()
    shared: dict[Any, list[int]] = {}
    for at, node in enumerate(graph.nodes):
        network.add_node(at, label=(node.kind, repr(sorted(node.settings.items(), key=lambda item: item[0]))))
        shared.setdefault(node.layer, []).append(at)
        ports: dict[int, list[tuple[str, int]]] = {}
        for place, tensor in enumerate(node.inputs):
            port = node.ports[place] if place < len(node.ports) else ""
            ports.setdefault(tensor.node, []).append((port if port == "*" else f"{place} {port}", tensor.output))
        for source, wires in ports.items():
            network.add_edge(source, at, label=sorted(wires))
    for calls in shared.values():
        if len(calls) > 1 and graph.nodes[calls[0]].parameters:
            hub = ("layer", calls[0])
            network.add_node(hub, label="layer")
            network.add_edges_from(((hub, call) for call in calls), label="is called")
    for kind, ends in (("input", graph.inputs), ("output", graph.outputs)):
        for place, tensor in enumerate(ends):
            end = (kind, place)
            network.add_node(end, label=(kind, place))
            network.add_edge(tensor.node, end, label=tensor.output)
    return network
