"""Draw what must change in a model."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from course_utils.graphs.compare.comparison import Comparison
from course_utils.graphs.compare.edits import Edit, End
from course_utils.graphs.draw.diagram import Box, Diagram, Link
from course_utils.graphs.draw.model import Shown, box_of, diagram_of, finish, output_key
from course_utils.graphs.draw.picture import Picture
from course_utils.graphs.graph import Call, Graph, Path
from course_utils.graphs.words.labels import brief, edge_list, setting
from course_utils.graphs.words.settings import as_written
from course_utils.markup import clean, shorten

_MOST_NOTES = 3
_SHOWN = Shown(parameters=False)


def draw_difference(difference: Comparison, rankdir: str = "TB") -> Picture:
    """Draw a difference that is already known, as `plot_difference` does."""
    graph = difference.graph
    diagram = marked_diagram(difference, rankdir)
    names = {node.layer: shorten(node.name, 60) for _, node in graph.walk()}  # as the messages name them
    calls = edge_list(graph, names, expand_nested=bool(diagram.areas))
    if difference.same:
        how = f"{difference.note[:1].upper()}{difference.note[1:]}" if difference.note else "The same graph"
        diagram.heading = f"✓ {how}: nothing to change"
        text = f"{how}: nothing to change.\n{calls}"
    else:
        count = len(difference.edits)
        diagram.heading = "1 change to make" if count == 1 else f"{count} changes to make"
        lines = [*(f"{i}. {remark}" for i, remark in enumerate(diagram.remarks, 1)), *difference.remarks]
        listed = "\n".join(lines)
        text = f"{diagram.heading}:\n{listed}\nThe model as it is: {calls}"
    return finish(diagram, f"Model {clean(graph.name)} compared: {diagram.heading}", text)


def marked_diagram(difference: Comparison, rankdir: str = "TB") -> Diagram:
    """The learner's graph as boxes and lines, the edits marked; nested models are opened if an edit is inside one."""
    mentioned = {path for edit in difference.edits for path in _paths(edit)}
    shown = Shown(parameters=False, nested=any(len(path) > 1 for path in mentioned))
    diagram, keys = diagram_of(difference.graph, shown, rankdir, keep=_with_sources(difference.graph, mentioned))
    marker = _Marker(difference, diagram, keys)
    for number, edit in enumerate(difference.edits, 1):
        marker.mark(number, edit)
    diagram.remarks = [shorten(edit.message, 600) for edit in difference.edits]
    return diagram


def step_diagrams(difference: Comparison, number: int) -> tuple[Diagram, Diagram]:
    """One edit, by its number from 1, marked in the learner's graph, and in the target what it concerns there."""
    edit = difference.edits[number - 1]
    mentioned = _paths(edit)
    shown = Shown(parameters=False, nested=any(len(path) > 1 for path in mentioned))
    mine, keys = diagram_of(difference.graph, shown, keep=_with_sources(difference.graph, mentioned))
    _Marker(difference, mine, keys).mark(number, edit)
    shown = Shown(parameters=False, nested=any(len(path) > 1 for path in edit.targets))
    theirs, keys = diagram_of(difference.target, shown)
    marker = _Marker(replace(difference, graph=difference.target), theirs, keys)
    for path in edit.targets:
        marker.on_box(path, number, "right")
    if edit.kind in ("output", "input"):
        marker.on_ends(number, edit)
    return mine, theirs


def _paths(edit: Edit) -> set[Path]:
    """The learner's calls that an edit speaks of."""
    wires = [path for wire in (*edit.wires, *edit.new_wires) for path in wire]
    return {*edit.nodes, *wires, *edit.after, *edit.before}


def _with_sources(graph: Graph, paths: set[Path]) -> set[Path]:
    """Calls that no output depends on, of those mentioned, with all that they read: a branch is drawn whole."""
    found: set[Path] = set()
    stack = [path[0] for path in paths if path[0] in graph.dead]
    while stack:
        i = stack.pop()
        if (i,) not in found and i in graph.dead:
            found.add((i,))
            stack += [tensor.node for tensor in graph.nodes[i].inputs]
    return found


class _Marker:
    """Puts edits on a diagram of the learner's graph."""

    def __init__(self, difference: Comparison, diagram: Diagram, keys: dict[Path, str]) -> None:
        self.graph = difference.graph
        self.target = difference.target
        self.diagram = diagram
        self.keys = keys
        self.boxes = {box.key: box for box in diagram.boxes}

    def mark(self, number: int, edit: Edit) -> None:
        """Mark one edit with its number."""
        if edit.kind in ("setting", "replace"):
            self.change(number, edit)
        elif edit.kind in ("share", "unshare"):
            self.tie(number, edit)
        elif edit.kind == "output":
            self.output(number, edit)
        elif edit.kind == "input" and edit.nodes:
            self.inputs(number, edit)
        else:
            if edit.kind in ("delete", "move"):
                for path in edit.nodes:
                    self.on_box(path, number, "extra")
            self.rewire(number, edit)
            if edit.kind in ("insert", "input", "move"):
                self.ghosts(number, edit)

    def key(self, path: Path, *, reads: bool = False) -> str | None:
        """Key of the box of a call, or of the end of a nested model that is opened; None for what is not drawn."""
        while path not in self.keys:
            inner = self.graph.find(path).inner
            if inner is None or not any(p[: len(path)] == path for p in self.keys):
                return None
            ends = inner.inputs if reads else inner.outputs
            path = (*path, ends[0].node)
        return self.keys[path]

    def on_box(self, path: Path, number: int, mark: str, *notes: str) -> None:
        """Mark the box of a call."""
        box = self.boxes.get(self.key(path) or "")
        if box is not None:
            box.mark = "extra" if "extra" in (box.mark, mark) else mark or box.mark
            box.notes += notes
            _add(box.numbers, number)

    def on_ends(self, number: int, edit: Edit) -> None:
        """In the target: mark its inputs, or the outputs that an edit speaks of."""
        wanted = output_key(edit.output) if edit.output is not None else ""
        role = "output" if edit.kind == "output" else "input"
        for box in self.diagram.boxes:
            if box.role == role and (not wanted or box.key == wanted):
                box.mark = "right"
                _add(box.numbers, number)

    def change(self, number: int, edit: Edit) -> None:
        """A layer to set otherwise, or to replace."""
        if not edit.nodes:
            return
        node = self.graph.find(edit.nodes[0])
        wanted = self.target.find(edit.targets[0]) if edit.targets else None
        notes = [] if wanted is None else _notes(node, wanted, edit)
        self.on_box(edit.nodes[0], number, "wrong", *notes)

    def tie(self, number: int, edit: Edit) -> None:
        """Calls that should be of one layer, or of two."""
        calls = [p for p in edit.nodes if self.graph.find(p).parameters] or list(edit.nodes)
        if edit.kind == "unshare" and calls:
            layer = self.graph.find(calls[0]).layer
            calls = [p for p in self.keys if self.graph.find(p).layer == layer and p not in calls][:1] + calls
        found = [key for key in dict.fromkeys(self.key(p) for p in calls) if key is not None]
        self.diagram.links = [
            k for k in self.diagram.links if k.kind != "share" or not {k.source, k.target} <= set(found)
        ]
        text = "should be one layer" if edit.kind == "share" else "should be two layers"
        for i, (one, other) in enumerate(pairwise(found)):
            self.diagram.links.append(Link(one, other, kind="unshare", text="" if i else text, numbers=[number]))
        if len(found) == 1:
            self.on_box(calls[0], number, "wrong")

    def rewire(self, number: int, edit: Edit) -> None:
        """Wires that go, and wires that come instead."""
        right: dict[str, list[str]] = {}
        for source, reader in edit.new_wires:
            right.setdefault(self.key(reader, reads=True) or "", []).append(self.name(source))
        swapped = len(edit.wires) > 1 and set(edit.wires) == set(edit.new_wires)
        replaced: set[str] = set()
        for wire in edit.wires:
            link = self.wire(wire)
            if link is None:
                self.on_box(wire[1], number, "wrong")
                continue
            link.kind = "wrong"
            if edit.kind != "rewire":  # where something is missing, the box that is missing has the number
                continue
            _add(link.numbers, number)
            if link.target not in replaced:
                names = " and ".join(dict.fromkeys(right.get(link.target, [])))
                link.text = "wrong order" if swapped else f"should come from {names}" if names else "should go"
                replaced.add(link.target)
        if swapped:
            return
        for source, reader in dict.fromkeys(edit.new_wires):
            start, end = self.key(source), self.key(reader, reads=True)
            if start is not None and end is not None and start != end:
                new = Link(start, end, kind="missing")
                if edit.kind == "rewire" and end not in replaced:
                    new.text, new.numbers = "should be read too", [number]
                self.diagram.links.append(new)

    def wire(self, wire: tuple[Path, Path]) -> Link | None:
        """The line of a wire that is not marked yet."""
        start, end = self.key(wire[0]), self.key(wire[1], reads=True)
        lines = [k for k in self.diagram.links if (k.source, k.target) == (start, end)]
        return next((k for k in lines if k.kind == "wire"), None)

    def ghosts(self, number: int, edit: Edit) -> None:
        """Boxes for what is missing, wired as in the target."""
        ghosts: dict[Path, str] = {}
        for path in edit.targets:
            node = self.target.find(path)
            if node.inner is not None and any(p[: len(path)] == path and p != path for p in edit.targets):
                continue  # its content is drawn
            key = f"ghost{number}_{len(ghosts)}"
            box = box_of(node, key, _SHOWN)
            box.mark, box.name, box.numbers = "missing", clean(node.name) if node.family == "input" else "", [number]
            self.add(box)
            ghosts[path] = key

        def key_of(end: End, *, reads: bool = False) -> str | None:
            kind, path = end
            if kind == "output":
                return self.output_box(path[0], number).key
            return ghosts.get(path) if kind == "target" else self.key(path, reads=reads)

        wires = [(key_of(source), key_of(reader, reads=True)) for source, reader in edit.wiring]
        for path, key in ghosts.items():  # one call of the normal form may stand for several
            before = [(*path[:-1], tensor.node) for tensor in self.target.find(path).inputs]
            wires += [(ghosts[p], key) for p in before if p in ghosts]
        for start, end in dict.fromkeys(wires):
            if start is not None and end is not None:
                self.diagram.links.append(Link(start, end, kind="missing"))

    def output(self, number: int, edit: Edit) -> None:
        """An output of the model that comes from the wrong layer, is missing or too much."""
        places = range(len(self.graph.outputs))
        if edit.output is None:
            for place in places:
                box = self.boxes[output_key(place)]
                box.mark = "wrong"
                _add(box.numbers, number)
            return
        current = (self.graph.outputs[edit.output].node,) if edit.output in places else None
        if len(self.graph.outputs) == len(self.target.outputs) and current is not None and edit.nodes:
            link = next(k for k in self.diagram.links if k.reader == ("output", edit.output))
            link.kind, link.text = "wrong", f"should come from {self.name(edit.nodes[-1])}"
            _add(link.numbers, number)
            start = self.key(edit.nodes[-1])
            if start is not None:
                self.diagram.links.append(Link(start, link.target, kind="missing"))
        elif current is not None and current in edit.nodes:
            box = self.boxes[output_key(edit.output)]
            box.mark = "extra"
            _add(box.numbers, number)
        elif edit.nodes:
            key = f"ghost{number}_output"
            self.add(Box(key, "output", f"output {edit.output + 1}", mark="missing", numbers=[number]))
            start = self.key(edit.nodes[-1])
            if start is not None:
                self.diagram.links.append(Link(start, key, kind="missing"))

    def output_box(self, place: int, number: int) -> Box:
        """The box of an output, or a new one where the model has none."""
        if output_key(place) in self.boxes and len(self.graph.outputs) >= len(self.target.outputs):
            box = self.boxes[output_key(place)]
            for link in self.diagram.links:
                if link.reader == ("output", place):
                    link.kind = "wrong"
            return box
        key = f"ghost{number}_output{place}"
        return self.boxes.get(key) or self.add(Box(key, "output", f"output {place + 1}", mark="missing"))

    def inputs(self, number: int, edit: Edit) -> None:
        """An input that is too much, or inputs in the wrong order."""
        for path in edit.nodes:
            self.on_box(path, number, "wrong" if edit.ends else "extra")

    def add(self, box: Box) -> Box:
        """Put another box on the diagram."""
        self.diagram.boxes.append(box)
        self.boxes[box.key] = box
        return box

    def name(self, path: Path) -> str:
        """A call's name, short enough for a label."""
        return shorten(self.graph.find(path).name, 24)


def _notes(node: Call, wanted: Call, edit: Edit) -> list[str]:
    """What to change in a box, in a few words; the message has the rest."""
    if edit.kind == "replace" or node.kind != wanted.kind:
        words = brief(wanted)
        return [f"→ {wanted.kind}" + (f"({', '.join(words)})" if words else "")]
    names = {as_written(change.name, node) for change in edit.settings}
    told = [k for k, v in wanted.settings.items() if k in names and node.settings.get(k) != v]
    return [f"{k} {setting(node.settings.get(k))} → {setting(wanted.settings[k])}" for k in told[:_MOST_NOTES]]


def _add(numbers: list[int], number: int) -> None:
    if number not in numbers:
        numbers.append(number)
