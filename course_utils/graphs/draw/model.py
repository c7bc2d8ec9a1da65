"""Draw a model: `plot_model`."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field, replace

from course_utils.graphs.draw.diagram import Area, Box, Diagram, Link
from course_utils.graphs.draw.layout import SPLINES
from course_utils.graphs.draw.picture import Picture, checked_ending
from course_utils.graphs.draw.scene import to_svg
from course_utils.graphs.graph import Call, Graph, Path, Tensor
from course_utils.graphs.reading.read import read
from course_utils.graphs.words.labels import (
    brief,
    edge_list,
    is_merge,
    is_ordered,
    port_text,
    shapes_text,
    shorten,
    training,
)
from course_utils.graphviz import quoted
from course_utils.markup import clean


@dataclass(frozen=True)
class Shown:
    """What a picture tells of each call."""

    shapes: bool = True
    names: bool = True
    dtypes: bool = False
    activations: bool = True
    parameters: bool = True
    nested: bool = False
    """Whether nested models are drawn with their content."""
    trainable: bool = False


def plot_model(
    model: object,
    to_file: str | os.PathLike[str] | None = None,
    show_shapes: bool = True,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = True,
    show_trainable: bool = False,
    splines: str = "spline",
    show_parameters: bool = True,
) -> Picture:
    """Draw a model's graph of layers; takes the arguments of `keras.utils.plot_model`.

    Every call of a layer is a box. Inputs are rounded, layers rectangular, merges and operations have cut corners,
    nested models a double line, outputs a point. Calls of one layer carry the same label, `shared A`, and a dotted
    tie. Numbers on arrows tell arguments apart where their order matters.

    Args:
        model: a functional or Sequential model that knows the shape of its inputs; it is not run.
        to_file: file to write as well, in the format that its ending names: svg, png, pdf and the others of
            `Picture.save`.
        show_shapes: whether to show the shape that each call gives; None stands for any size.
        show_dtype: whether to show its dtype.
        show_layer_names: whether to show names.
        rankdir: `"TB"` reads from top to bottom, `"LR"` from left to right, `"BT"` and `"RL"` the other way.
        expand_nested: whether to draw the content of nested models.
        dpi: pixels an inch of a png.
        show_layer_activations: whether to show activations.
        show_trainable: whether to say which layers train and which are frozen.
        splines: how lines run: `"spline"`, `"curved"`, `"polyline"`, `"line"` or `"ortho"`, in right angles.
        show_parameters: whether to show the number of weights.

    Returns:
        A picture: shows itself in a notebook, `print` gives it in words, `.save(path)` writes it.

    Raises:
        UnreadableModel: if there is no graph to draw, with the reason; it is a ValueError.
        ValueError: for an unknown file ending, direction or kind of line.
        OSError: if the file cannot be written.
    """
    check_direction(rankdir)
    if splines not in SPLINES:
        raise ValueError(f"splines must be one of {', '.join(repr(s) for s in SPLINES)}; got {splines!r}.")
    if to_file is not None:
        checked_ending(to_file)
    graph = read(model)
    shown = Shown(
        shapes=show_shapes,
        names=show_layer_names,
        dtypes=show_dtype,
        activations=show_layer_activations,
        parameters=show_parameters,
        nested=expand_nested,
        trainable=show_trainable,
    )
    picture = draw_graph(graph, shown, rankdir, splines)
    if to_file is not None:
        picture.save(to_file, dpi)
    return picture


def check_direction(rankdir: str) -> None:
    """Raise ValueError unless a direction of reading is known."""
    if rankdir not in ("TB", "LR", "BT", "RL"):
        raise ValueError(f'rankdir must be "TB" (top to bottom), "LR" (left to right), "BT" or "RL"; got {rankdir!r}.')


def draw_graph(graph: Graph, shown: Shown | None = None, rankdir: str = "TB", splines: str = "spline") -> Picture:
    """Draw a graph as `plot_model` draws a model."""
    shown = shown or Shown()
    diagram, _ = diagram_of(graph, shown, rankdir)
    diagram.splines = splines
    text = edge_list(
        graph,
        show_shapes=shown.shapes,
        show_dtype=shown.dtypes,
        show_parameters=shown.parameters,
        show_trainable=shown.trainable,
        expand_nested=shown.nested,
    )
    # A name that Keras made up says how many models were built before, nothing of this one.
    made_up = re.fullmatch(r"(functional|sequential)(_\d+)?", graph.name)
    return finish(diagram, "Model" if made_up else f"Model {clean(graph.name)}", text)


def finish(diagram: Diagram, title: str, text: str) -> Picture:
    """Turn a diagram into a picture."""
    scene = diagram.draw()
    return Picture(to_svg(scene, title, text), text, _dot(diagram), scene)


def diagram_of(
    graph: Graph,
    shown: Shown,
    rankdir: str = "TB",
    keep: Collection[Path] = (),
    opened: Collection[Path] | None = None,
) -> tuple[Diagram, dict[Path, str]]:
    """Boxes and lines for a graph.

    Args:
        graph: the model.
        shown: what to tell of each call.
        rankdir: `TB`, `LR`, `BT` or `RL`.
        keep: calls to draw although no output depends on them.
        opened: nested models to draw with their content; None for all or none, as `shown` says.

    Returns:
        The diagram, and the key of the box of each call that is drawn.
    """
    builder = _Builder(graph, shown, Diagram(rankdir=rankdir), frozenset(keep), opened)
    builder.calls(graph, (), None)
    for place, (tensor, name) in enumerate(zip(graph.outputs, graph.output_names, strict=True)):
        key = output_key(place)
        many = f" {place + 1}" if len(graph.outputs) > 1 else ""
        tooltip = f"output{many}: {clean(name)}"
        box = Box(key, "output", f"output{many}", clean(name) if shown.names else "", tooltip=tooltip)
        builder.diagram.boxes.append(box)
        source = builder.source((), graph, tensor)
        builder.diagram.links.append(Link(source, key, output=_index(graph, tensor), reader=("output", place)))
    builder.mark_shared()
    return builder.diagram, builder.keys


def box_key(path: Path) -> str:
    """Key of the box of a call, or of the frame of a nested model that is drawn with its content."""
    return "n" + "_".join(map(str, path))


def output_key(place: int) -> str:
    """Key of the box of one of the model's outputs."""
    return f"out{place}"


def _index(graph: Graph, tensor: Tensor) -> str:
    return str(tensor.output + 1) if len(graph.nodes[tensor.node].shapes) > 1 else ""


@dataclass
class _Builder:
    graph: Graph
    shown: Shown
    diagram: Diagram
    keep: frozenset[Path]
    opened: Collection[Path] | None
    keys: dict[Path, str] = field(default_factory=dict)
    owners: dict[Path, Box | Area] = field(default_factory=dict)
    counted: set[Hashable] = field(default_factory=set)
    """Layers whose weights a box tells already."""

    def calls(self, graph: Graph, prefix: Path, area: Area | None) -> None:
        """Add the calls of a graph, in `area` if they are a nested model's."""
        for i, node in enumerate(graph.nodes):
            path = (*prefix, i)
            if i in graph.dead and path not in self.keep:
                continue
            if node.inner is not None and self.is_open(path):
                title = f"{clean(node.kind)} {clean(node.name)}" if self.shown.names else clean(node.kind)
                inside = Area(title, key=box_key(path))
                (self.diagram.areas if area is None else area.areas).append(inside)
                self.owners[path] = inside
                self.calls(node.inner, path, inside)
                targets = [box_key((*path, t.node)) for t in node.inner.inputs]
            else:
                shown = replace(self.shown, parameters=False) if node.layer in self.counted else self.shown
                box = box_of(node, box_key(path), shown)
                self.counted |= {node.layer, *(inside.layer for _, inside in (node.inner.walk() if node.inner else ()))}
                self.diagram.boxes.append(box)
                self.owners[path], self.keys[path] = box, box.key
                if area is not None:
                    area.members.append(box.key)
                targets = [box.key] * len(node.inputs)
            for position, (tensor, target) in enumerate(zip(node.inputs, targets, strict=False)):
                port = port_text(node, position)
                said = port if (is_ordered(node) and node.inner is None) or not port.isdigit() else ""
                link = Link(self.source(prefix, graph, tensor), target, said, _index(graph, tensor))
                link.reader = (path, position)
                self.diagram.links.append(link)

    def is_open(self, path: Path) -> bool:
        """Whether the nested model that is called there is drawn with its content."""
        return self.shown.nested if self.opened is None else path in self.opened

    def source(self, prefix: Path, graph: Graph, tensor: Tensor) -> str:
        """Key of the box that a tensor comes from: inside a nested model that is drawn with its content."""
        path = (*prefix, tensor.node)
        node = graph.nodes[tensor.node]
        while node.inner is not None and self.is_open(path):
            tensor = node.inner.outputs[tensor.output]
            path = (*path, tensor.node)
            node = node.inner.nodes[tensor.node]
        return self.keys[path]

    def mark_shared(self) -> None:
        """Label the calls of one layer, and tie each to the one before."""
        # A nested model that is called twice is labelled as a whole, its layers only if they are called elsewhere too.
        places: dict[Hashable, dict[Hashable, list[Path]]] = {}
        for path in self.owners:
            node = self.graph.find(path)
            place: Hashable = path
            for depth in range(1, len(path)):
                place = (self.graph.find(path[:depth]).layer, path[depth:])
            places.setdefault(node.layer, {}).setdefault(place if len(path) > 1 else path, []).append(path)
        badge = 0
        for calls in places.values():
            if len(calls) < 2:
                continue
            before: Box | None = None
            for path in (path for paths in calls.values() for path in paths):
                owner = self.owners[path]
                owner.badge = badge
                if isinstance(owner, Box):
                    if before is not None:
                        self.diagram.links.append(Link(before.key, owner.key, kind="share", badge=badge))
                    before = owner
            badge += 1


def box_of(node: Call, key: str, shown: Shown) -> Box:
    """The box of one call."""
    role = {"input": "input", "model": "model"}.get(node.family, "merge" if is_merge(node) else "layer")
    words = brief(node)
    if not shown.activations:
        words = [w for w in words if w != node.settings.get("activation")]
    facts = []
    if shown.shapes:
        facts.append(shapes_text(node))
    if shown.dtypes:
        facts.append(", ".join(node.dtypes))
    if shown.parameters and node.parameters:
        facts.append(f"{node.parameters:,} params")
    if shown.trainable and training(node):
        facts.append(training(node))
    name = clean(node.name)
    call = f" (call {node.call + 1})" if node.call else ""
    settings = f"({', '.join(words)})" if words else ""
    return Box(
        key,
        role,
        clean(node.kind),
        ", ".join(words),
        shorten(name, 30 - len(call)) + call if shown.names else "",
        facts,
        f"{name}{call}: {clean(node.kind)}{settings} → {shapes_text(node)}",
    )


def _dot(diagram: Diagram) -> str:
    """The diagram in the DOT language."""
    shapes = {"input": "oval", "layer": "box", "merge": "octagon", "model": "box3d", "output": "invhouse"}
    lines = ["digraph model {", f"  rankdir={diagram.rankdir};"]
    for box in diagram.boxes:
        head = f"{box.title} {box.detail}".strip()
        label = quoted(*(clean(line) for line in (head, box.name, *box.facts, *box.notes) if line))
        lines.append(f"  {box.key} [shape={shapes[box.role]} label={label}];")
    for link in diagram.links:
        attributes = [f"label={quoted(clean(link.text or link.port))}"] if link.text or link.port else []
        if link.kind != "wire":
            attributes.append("style=dashed")
        if link.kind in ("share", "unshare"):
            attributes.append("dir=none constraint=false")
        lines.append(f"  {link.source} -> {link.target} [{' '.join(attributes)}];")
    return "\n".join([*lines, "}", ""])
