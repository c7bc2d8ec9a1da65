"""A model's picture with parts that fold: nested models, and runs of equal blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from course_utils.graphs.draw.diagram import Area, Box, Diagram
from course_utils.graphs.draw.model import Shown, box_key, diagram_of
from course_utils.graphs.draw.repeats import Repeats, Run, repeats
from course_utils.graphs.draw.scene import Scene
from course_utils.graphs.graph import Call, Graph, Path
from course_utils.graphs.words.labels import shapes_text
from course_utils.graphs.words.sentences import plural
from course_utils.markup import clean

_MOST_KINDS = 4  # of a block, that its box names


@dataclass(frozen=True)
class Step:
    """A box of a picture that can be lit: a call, or all the calls of a part that is folded."""

    key: str
    """Of its box; in the SVG, `data-key`."""
    calls: tuple[Path, ...]
    """What it stands for, in order."""
    result: Path
    """The call that gives what the box gives."""
    unfold: str = ""
    """Key of the part that it is, folded; "" for a call in which nothing is."""
    fold: str = ""
    """Key of the innermost opened part that it is in; "" for none."""
    run: Run | None = None
    """The run that it is, folded."""


class Folding:
    """What of a model can be folded, and its picture with some of that opened.

    Args:
        graph: the model as read; what leads nowhere in it is left out.

    Attributes:
        calls: every call, nested models opened, in the order of the steps.
        parts: keys of all that folds, outer parts before those inside them.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._repeats: dict[int, Repeats] = {}  # by the id of a graph: a model that is called twice has one
        self.calls = tuple(self._calls(graph, ()))
        self.parts = tuple(self._parts(graph, ()))

    def draw(self, opened: Collection[str]) -> tuple[Scene, tuple[Step, ...]]:
        """Draw the model.

        Args:
            opened: keys of the parts that are not folded; unknown ones, and those in a folded part, change nothing.

        Returns:
            The drawing, and its steps in order.
        """
        steps = tuple(self._steps(self.graph, (), "", frozenset(opened)))
        models: set[Path] = set()
        framed: list[tuple[Path, Run]] = []
        folded: list[tuple[Path, Run]] = []
        levels: list[tuple[Path, Graph]] = [((), self.graph)]
        for prefix, graph in levels:  # which grows
            hidden: set[int] = set()
            for run in self._of(graph).runs:
                is_open = _run_key(prefix, run) in opened
                (framed if is_open else folded).append((prefix, run))
                hidden |= set() if is_open else {*run.nodes}
            for i in self._of(graph).order:
                path, inner = (*prefix, i), graph.nodes[i].inner
                if inner is not None and i not in hidden and box_key(path) in opened:
                    models.add(path)
                    levels.append((path, inner))
        diagram, _ = diagram_of(self.graph, Shown(), opened=models)
        for prefix, run in folded:
            self._fold(diagram, prefix, run)
        for prefix, run in framed:
            _frame(diagram, prefix, run)
        return diagram.draw(), steps

    def _of(self, graph: Graph) -> Repeats:
        if id(graph) not in self._repeats:
            self._repeats[id(graph)] = repeats(graph)
        return self._repeats[id(graph)]

    def _calls(self, graph: Graph, prefix: Path) -> Iterator[Path]:
        for i in self._of(graph).order:
            yield from self._under(graph.nodes[i], (*prefix, i))

    def _under(self, node: Call, path: Path) -> Iterator[Path]:
        """A call, and those in it."""
        yield path
        if node.inner is not None:
            yield from self._calls(node.inner, path)

    def _parts(self, graph: Graph, prefix: Path) -> Iterator[str]:
        starts = {run.nodes[0]: run for run in self._of(graph).runs}
        for i in self._of(graph).order:
            if i in starts:
                yield _run_key(prefix, starts[i])
            inner = graph.nodes[i].inner
            if inner is not None:
                yield box_key((*prefix, i))
                yield from self._parts(inner, (*prefix, i))

    def _steps(self, graph: Graph, prefix: Path, around: str, opened: frozenset[str]) -> Iterator[Step]:
        runs = {i: run for run in self._of(graph).runs for i in run.nodes}
        for i in self._of(graph).order:
            node, path, fold = graph.nodes[i], (*prefix, i), around
            if i in runs:
                fold = _run_key(prefix, runs[i])
                if fold not in opened:
                    if i == runs[i].nodes[0]:
                        calls = (c for j in runs[i].nodes for c in self._under(graph.nodes[j], (*prefix, j)))
                        result = (*prefix, runs[i].nodes[-1])
                        yield Step(fold, tuple(calls), result, fold, around, runs[i])
                    continue
            key = box_key(path)
            if node.inner is None:
                yield Step(key, (path,), path, "", fold)
            elif key in opened:
                yield from self._steps(node.inner, path, key, opened)
            else:
                yield Step(key, tuple(self._under(node, path)), path, key, fold)

    def _fold(self, diagram: Diagram, prefix: Path, run: Run) -> None:
        """Put one box in the place of those of a run."""
        nodes = [self.graph.find((*prefix, i)) for i in run.nodes]
        weights = sum({node.layer: node.parameters for node in nodes}.values())
        block = [clean(node.kind) for node in nodes[: len(run.blocks[0])]]
        kinds = ", ".join(block if len(block) <= _MOST_KINDS else [*block[:_MOST_KINDS], f"… {len(block)} calls"])
        facts = [shapes_text(nodes[-1]), *([f"{weights:,} params"] if weights else [])]
        key = _run_key(prefix, run)
        box = Box(key, "model", f"× {len(run.blocks)}", kinds, facts=facts, tooltip=f"{said(run)}: {kinds}")
        members = {box_key((*prefix, i)) for i in run.nodes}
        at = next(place for place, one in enumerate(diagram.boxes) if one.key in members)
        diagram.boxes.insert(at, box)
        diagram.boxes = [one for one in diagram.boxes if one.key not in members]
        for area in _flat(diagram.areas):
            if members & {*area.members}:
                area.members = [*(one for one in area.members if one not in members), key]
        links = {}
        for link in diagram.links:
            ends = {link.source, link.target} & members
            if ends == {link.source, link.target} or (ends and link.kind == "share"):
                continue
            if link.source in members:
                link = replace(link, source=key, output="")
            if link.target in members:
                link = replace(link, target=key, port="", reader=None)
            links[(link.source, link.target, link.port, link.output, link.kind, link.reader)] = link
        diagram.links = [*links.values()]


def _frame(diagram: Diagram, prefix: Path, run: Run) -> None:
    """Put a frame around the calls of a run."""
    keys = {box_key((*prefix, i)) for i in run.nodes}
    outer = next((area for area in _flat(diagram.areas) if area.key == box_key(prefix)), None) if prefix else None
    areas = diagram.areas if outer is None else outer.areas
    members = [box.key for box in diagram.boxes if box.key in keys]
    area = Area(said(run), members, [one for one in areas if one.key in keys], key=_run_key(prefix, run))
    areas[:] = [*(one for one in areas if one.key not in keys), area]
    if outer is not None:
        outer.members = [one for one in outer.members if one not in keys]


def _run_key(prefix: Path, run: Run) -> str:
    return "r" + "_".join(map(str, (*prefix, run.nodes[0])))


def said(run: Run) -> str:
    """A run in words."""
    return f"{len(run.blocks)} equal blocks of {plural(len(run.blocks[0]), 'call')}"


def _flat(areas: Collection[Area]) -> list[Area]:
    return [one for area in areas for one in (area, *_flat(area.areas))]
