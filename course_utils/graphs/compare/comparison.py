"""What must be changed in a learner's graph to make it the target: the fewest edits, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from course_utils.graphs.compare.align import Alignment, alignments
from course_utils.graphs.compare.behaviour import Counterexample, Verdict
from course_utils.graphs.compare.edits import Derivation, Edit, EditScript, edits_of
from course_utils.graphs.compare.match import Budget, IndexedGraph, Interner, is_isomorphism, isomorphism
from course_utils.graphs.graph import Call, Graph
from course_utils.graphs.layers import makes_mask
from course_utils.graphs.normal import normal_forms

WRITTEN_DIFFERENTLY = "written differently, they compute the same"
_MANY_EDITS = 3


@dataclass(frozen=True)
class Comparison:
    """What came of comparing two graphs; prints as one sentence an edit."""

    edits: tuple[Edit, ...]
    """The changes that make the learner's model the target; empty if they are the same."""
    graph: Graph
    """The learner's model as read: what `Edit.nodes` and `Edit.wires` point into."""
    target: Graph
    """The target as read: what `Edit.targets` points into."""
    rules: tuple[tuple[str, ...], tuple[str, ...]] = field(default=((), ()), repr=False)
    """The names of rules given as `without` and as `also`."""
    note: str = ""
    """How models are the same that are written differently."""
    counterexample: Counterexample | None = field(default=None, repr=False)
    """An input for which the learner's model gives another number than the target with the same weights, if known."""
    of_other_code: bool = field(default=False, repr=False)
    """Whether the edits are layers of a class of one's own that has the name of the one asked for, and other code."""
    derivation: Derivation | None = field(default=None, repr=False, compare=False)
    """The matching that the edits come from; None where they come from running the models, or from no matching."""

    @property
    def same(self) -> bool:
        """Whether the two models mean the same."""
        return not self.edits

    def __str__(self) -> str:
        if self.same:
            return f"The models are the same: {self.note}." if self.note else "The models are the same."
        if len(self.edits) == 1:
            return self.edits[0].message
        lines = [f"{i}. {edit.message}" for i, edit in enumerate(self.edits, start=1)]
        return "\n".join([*lines, *self.remarks])

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is said besides the edits: where there are many, an input for which the model is wrong says more."""
        if self.counterexample is None or len(self.edits) < _MANY_EDITS:
            return ()
        return (self.counterexample.message,)


def compare(
    graph: Graph,
    target: Graph,
    rules: tuple[tuple[str, ...], tuple[str, ...]],
    behaviour: Callable[[tuple[Graph, Graph]], Verdict] | None,
) -> Comparison:
    """Compare two graphs by their normal forms, and where these differ by what the models compute.

    Args:
        graph: the learner's, as read.
        target: the one to arrive at, as read.
        rules: the names of rules that are not to hold, and of those that hold only if asked for.
        behaviour: asked with both normal forms where the graphs leave it open; None where only the graphs count.
    """
    pair = normal_forms(graph, target, without=rules[0], also=rules[1])
    intern = Interner()
    a, b = (IndexedGraph(form, intern) for form in pair)
    mapping = isomorphism(a, b, intern)
    others = [] if mapping is None else _of_other_code(a, b, mapping)
    if mapping is not None and (behaviour is None or not (others or _may_hide(graph, target, intern))):
        return Comparison((), graph, target, rules)
    verdict = None if behaviour is None else behaviour(pair)
    if mapping is not None:  # layers of one name and of other code, or masks, which may still do the same
        shown = verdict.counterexample if verdict and (others or verdict.certain) else None
        if shown is None:
            return Comparison((), graph, target, rules)
        edits = tuple(Edit("replace", nodes=a.graph.nodes[i].origin[:1]) for i in others)
        hidden = (_of_what_is_hidden(graph),)
        return Comparison(edits or hidden, graph, target, rules, counterexample=shown, of_other_code=bool(edits))
    if verdict is not None and verdict.same:
        return Comparison((), graph, target, rules, note=WRITTEN_DIFFERENTLY)
    shown = verdict.counterexample if verdict else None
    best = _edits(a, b, intern, graph, target, rules)
    if best is None:
        return Comparison((Edit("rewire"),), graph, target, rules, counterexample=shown)
    return Comparison(best.edits, graph, target, rules, counterexample=shown, derivation=best.derivation)


def _of_other_code(a: IndexedGraph, b: IndexedGraph, mapping: Mapping[int, int]) -> list[int]:
    """Calls of layers of somebody's own class that stands for a class of the same name with other methods."""
    found = {a.graph.nodes[i].layer: i for i, j in mapping.items() if a.graph.nodes[i].code != b.graph.nodes[j].code}
    return sorted(found.values())


def _may_hide(graph: Graph, target: Graph, intern: Interner) -> bool:
    """Whether rules may have made equal what is not: they see neither masks nor what somebody's own code does."""
    if not any(hides(node) for one in (graph, target) for _, node in one.walk()):
        return False
    return isomorphism(IndexedGraph(graph, intern), IndexedGraph(target, intern), intern) is None


def hides(node: Call) -> bool:
    """Whether a call may do what its graph does not show."""
    return makes_mask(node.kind, node.settings) or node.own or node.traced is not None or node.kind == "Lambda"


def _of_what_is_hidden(graph: Graph) -> Edit:
    """What is to change where layer by layer all looks as asked: what a mask does, or code of one's own."""
    hiding = [(path, node) for path, node in graph.walk() if hides(node)]
    masking = [(path, node) for path, node in hiding if makes_mask(node.kind, node.settings)]
    path, _ = next(iter(masking or hiding), ((graph.outputs[0].node,), None))
    return Edit("replace", nodes=(path,))


def _edits(
    a: IndexedGraph,
    b: IndexedGraph,
    intern: Interner,
    graph: Graph,
    target: Graph,
    rules: tuple[tuple[str, ...], tuple[str, ...]],
) -> EditScript | None:
    """The fewest edits that any way of looking at the two gives; none if one shows that they are the same.

    None where nothing is known but that they differ.
    """
    budget = Budget(_MOST_WORK)
    best = _fewest(a, b, intern, graph, target, budget)
    seen = {(False, len(a.live), len(b.live))}
    # Some rules join calls: where one of those calls is what is wrong, they are better looked at apart. And what is
    # missing may be there, in a branch that leads nowhere.
    tried = [(left_out, False) for left_out in _ALSO_TRIED] + [((), True)] * bool(graph.dead)
    for left_out, branches in tried:
        if best is not None and (not best.edits or budget.left < 0 or (best.cost <= (1, 1.0) and not branches)):
            break
        found = _fewest_without(graph, target, rules, left_out, branches, seen, budget)
        if found is not None and (best is None or found.cost < best.cost):
            best = found
    return best


def _fewest_without(
    graph: Graph,
    target: Graph,
    rules: tuple[tuple[str, ...], tuple[str, ...]],
    left_out: tuple[str, ...],
    branches: bool,
    seen: set[tuple[bool, int, int]],
    budget: Budget,
) -> EditScript | None:
    """The fewest edits when some rules do not hold, or with what leads nowhere; None if that shows nothing new."""
    pair = normal_forms(graph, target, without=rules[0] + left_out, also=rules[1], branches=branches)
    sizes = (branches, len(pair[0].nodes), len(pair[1].nodes))
    if sizes in seen:
        return None
    seen.add(sizes)
    intern = Interner()
    a, b = (IndexedGraph(form, intern) for form in pair)
    found = _fewest(a, b, intern, graph, target, budget)
    # Branches count only where an edit uses one: what leads nowhere changes nothing else that is told.
    return found if found is None or not branches or found.uses(graph.dead) else None


def _fewest(
    a: IndexedGraph, b: IndexedGraph, intern: Interner, graph: Graph, target: Graph, budget: Budget
) -> EditScript | None:
    """The fewest edits that any matching gives; no edits if one shows that the graphs are the same; None if unknown."""
    best: EditScript | None = None
    for alignment in alignments(a, b, intern):
        if not budget.spend(len(a.live) + len(b.live)) and best is not None:
            break
        found = edits_of(alignment, graph, target)
        if not found.edits:
            if is_isomorphism(a, b, {i: j for i, j in alignment.to_b.items() if a.live[i]}):
                return found
            continue
        if len(found.edits) > 1:
            found = _repaired(alignment, found, graph, target, budget)
        if best is None or found.cost < best.cost:
            best = found
        if best.cost <= (1, 1.0):
            break
    return best


def _repaired(alignment: Alignment, found: EditScript, graph: Graph, target: Graph, budget: Budget) -> EditScript:
    """Part matched calls that look wrong, one at a time, as long as that saves edits: a layer may just be misplaced."""
    for i in found.suspects[:_MOST_PARTED]:
        if not budget.spend(len(alignment.a.live) + len(alignment.b.live)):
            break
        j = alignment.to_b[i]
        alignment.part(i)
        other = edits_of(alignment, graph, target)
        if other.edits and other.cost[0] < found.cost[0]:
            found = other
            if len(found.edits) == 1:
                break
        else:
            alignment.to_b[i], alignment.to_a[j] = j, i
    return found


_MOST_PARTED = 12
_MOST_WORK = 100_000  # calls looked at for the edits of one comparison: some seconds

_ALSO_TRIED: tuple[tuple[str, ...], ...] = (
    ("repeated calls",),
    ("associative merges",),
    ("repeated calls", "associative merges"),
)
