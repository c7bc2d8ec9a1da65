"""A model's picture that can be opened, and gone through call by call: `explore`."""

from __future__ import annotations

import html
import pathlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anywidget
import traitlets

from course_utils.checks.models import not_a_model
from course_utils.graphs.draw.folded import Folding, Step, said
from course_utils.graphs.draw.model import Shown, draw_graph
from course_utils.graphs.draw.scene import to_svg
from course_utils.graphs.graph import Graph, Path
from course_utils.graphs.reading.read import read_with_layers
from course_utils.graphs.words.code import lines_of_code
from course_utils.graphs.words.counting import formula
from course_utils.graphs.words.labels import shape_text, shapes_text
from course_utils.graphs.words.names import local_names
from course_utils.graphs.words.sentences import plural
from course_utils.markup import clean
from course_utils.widgets.numbers import UnfitExample, shown, values
from course_utils.widgets.scripts import script
from course_utils.widgets.view import View, in_words, sentence

_MOST_LINES = 12  # of code, of a block that is folded


@in_words
def explore(model: Any, example: Any = None) -> View:
    """Open a model's picture: fold and unfold it, and go from call to call.

    Beside the picture stands, of the call that is lit: its line of code, the shapes of what it reads and gives, how
    its number of weights comes about, and for an example what it gives. Nested models and runs of equal blocks are
    folded at first.

    Args:
        model: a functional or Sequential model that knows the shape of its inputs. It stays as it is.
        example: what `model.predict` takes; its first row is shown on its way through the model.

    Returns:
        What the notebook shows. Whatever is given, nothing is raised: for what is no model, or does not fit it, a
        sentence says so.
    """
    as_read: list[tuple[Graph, list[Any]]] = []
    objection = not_a_model(model, lambda one: as_read.append(read_with_layers(one)))
    if objection:
        return sentence(f"There is nothing to explore: {objection}")
    graph, kept = as_read[0]
    layers: dict[Hashable, Any] = dict(enumerate(kept))
    folding = Folding(graph)
    note = ""
    given: dict[Path, list[Any]] = {}
    if example is not None:
        try:
            given = values(model, graph, layers, example)
        except UnfitExample as error:
            note = str(error)
    own = {node.layer: clean(node.name) for _, node in graph.walk()}  # as the picture has them
    widget = _Explorer(folding, _calls(folding, layers, own), given, note)
    return View(widget, *_still(graph, _calls(folding, layers, local_names(graph)), note))


@dataclass(frozen=True)
class Told:
    """What is told of one call."""

    name: str
    kind: str
    code: str
    reads: str
    """Shapes of what it reads; "" for an input."""
    gives: str
    """Shapes of what it gives."""
    weights: str
    """Their number and how it comes about; or that they are those of an earlier call."""


def _calls(folding: Folding, layers: Mapping[Hashable, Any], names: Mapping[Hashable, str]) -> dict[Path, Told]:
    """Every call in the order of the steps."""
    code = lines_of_code(folding.graph, names)
    first: dict[Hashable, int] = {}
    calls = {}
    for number, path in enumerate(folding.calls, 1):
        node = folding.graph.find(path)
        graph = folding.graph if len(path) == 1 else folding.graph.find(path[:-1]).inner
        assert graph is not None
        read = [graph.nodes[tensor.node].shapes[tensor.output] for tensor in node.inputs]
        earlier = first.setdefault(node.layer, number)
        weights = formula(node, layers[node.layer])
        if earlier != number and node.family != "input":
            once = ": its weights count once" if node.parameters else ""
            weights = f"the same layer as call {earlier}{once}"
        name = names.get(node.layer, clean(node.name)) + (f" (call {node.call + 1})" if node.call else "")
        calls[path] = Told(
            name, clean(node.kind), code[path], ", ".join(map(shape_text, read)), shapes_text(node), weights
        )
    return calls


class _Explorer(anywidget.AnyWidget):
    """The browser's side draws; Python's lays the picture out anew when a part is opened or folded."""

    _esm = script("explore")
    _css = pathlib.Path(__file__).with_suffix(".css")
    calls: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """Each as `Told`, with `values`: what it gives for the example, if there is one."""
    parts: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """Keys of what folds."""
    opened: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """Keys of what is not folded: set by the browser."""
    drawing = traitlets.Dict().tag(sync=True)
    """`svg`; `steps`, and `opened`, of which it is the picture."""
    note = traitlets.Unicode().tag(sync=True)
    """Why nothing is shown of the example."""

    def __init__(
        self, folding: Folding, calls: Mapping[Path, Told], given: Mapping[Path, Sequence[Any]], note: str
    ) -> None:
        self._folding = folding
        self._told = calls
        self._places = {path: place for place, path in enumerate(calls)}
        told = [{**vars(call), "values": [shown(one) for one in given.get(path, ())]} for path, call in calls.items()]
        super().__init__(calls=told, parts=list(folding.parts), note=note, drawing=self._drawn([]))

    @traitlets.observe("opened")
    def _redraw(self, change: Mapping[str, Any]) -> None:
        self.drawing = self._drawn(change["new"])

    def _drawn(self, opened: list[str]) -> dict[str, Any]:
        scene, steps = self._folding.draw(opened)
        words = f"{plural(len(steps), 'box')}es" if len(steps) != 1 else "1 box"
        svg = to_svg(scene, "The model's picture", words, keys=True)
        return {"svg": svg, "steps": [self._step(step) for step in steps], "opened": opened}

    def _step(self, step: Step) -> dict[str, Any]:
        calls = [self._told[path] for path in step.calls]
        first, result = calls[0], self._told[step.result]
        told = {
            "key": step.key,
            "calls": [self._places[path] for path in step.calls],
            "result": self._places[step.result],
            "unfold": step.unfold,
            "fold": step.fold,
            "name": first.name,
            "kind": first.kind,
            "code": first.code,
            "reads": first.reads,
            "gives": result.gives,
            "weights": first.weights,
        }
        if step.run is not None:
            lines = [call.code for call in calls[: len(calls) // len(step.run.blocks)]]
            more = [f"# and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
            again = f"# the same {plural(len(step.run.blocks) - 1, 'more time')}"
            told |= {
                "name": f"× {len(step.run.blocks)}",
                "kind": said(step.run),
                "code": "\n".join([*lines[:_MOST_LINES], *more, again]),
                "weights": self._weights(step),
            }
        return told

    def _weights(self, step: Step) -> str:
        """Those of a run, each counted once."""
        assert step.run is not None
        depth = len(step.result)
        nodes = [self._folding.graph.find(path) for path in step.calls if len(path) == depth]
        total = sum({node.layer: node.parameters for node in nodes}.values())
        times = len(step.run.blocks)
        if not total:
            return "no weights"
        if total % times or len({node.layer for node in nodes}) < len(nodes):
            return f"{total:,}: its blocks share weights, which count once"
        return f"{times} × {total // times:,} = {total:,}"


def _still(graph: Graph, calls: Mapping[Path, Told], note: str) -> tuple[str, str]:
    """The whole picture and a table of the calls, as HTML; and the same table as lines."""
    picture = draw_graph(graph, Shown(nested=True))
    rows, lines = [], []
    for number, (path, call) in enumerate(calls.items(), 1):
        shapes = f"{call.reads} → {call.gives}" if call.reads else call.gives
        cells = "".join(f"<td>{html.escape(text)}</td>" for text in (shapes, call.weights))
        code = html.escape(call.code).replace("\n", "<br>")
        indent = "&emsp;" * (len(path) - 1)
        rows.append(f"<tr><th>{number}</th><td>{indent}<code>{code}</code></td>{cells}</tr>")
        code = call.code.replace("\n", "; ")
        lines.append(f"{number}. {'    ' * (len(path) - 1)}{code}  # {shapes}; {call.weights}")
    weights = f", {graph.parameters:,} weights" if graph.parameters is not None else ""
    head = f"{plural(len(calls), 'call')}{weights}"
    titles = "".join(f'<th scope="col">{title}</th>' for title in ("call", "line of code", "shapes", "weights"))
    table = f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    said_so = f"<p>{html.escape(note)}</p>" if note else ""
    body = f"{picture._repr_mimebundle_()['text/html']}{said_so}<details><summary>{head}</summary>{table}</details>"
    return body, "\n".join([f"{head}:", *lines, *([note] if note else [])])
