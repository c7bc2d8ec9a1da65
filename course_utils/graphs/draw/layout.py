"""Where boxes and lines go: Graphviz's `dot` layout of boxes of a known size, so that no font decides."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from course_utils.graphs.draw.scene import Point
from course_utils.graphviz import render

SPLINES = {"spline": "true", "curved": "curved", "polyline": "polyline", "line": "false", "ortho": "ortho"}
"""How lines may run, and what `dot` calls it."""


@dataclass(frozen=True)
class Size:
    """Width and height."""

    width: float
    height: float


@dataclass(frozen=True)
class Wire:
    """A line to route from one box to another."""

    source: str
    target: str
    label: Size | None = None
    """Room to keep beside the line."""
    ranked: bool = True
    """Whether the target comes after the source in the direction of reading."""


@dataclass(frozen=True)
class Frame:
    """A frame around boxes; frames may stand in frames."""

    members: Sequence[str]
    frames: Sequence[Frame]
    label: Size


@dataclass(frozen=True)
class Route:
    """A routed wire: cubic curves, the tip of its arrow, and the middle of the room for its label."""

    points: tuple[Point, ...]
    tip: Point
    label: Point | None


@dataclass(frozen=True)
class Layout:
    """Everything placed, y pointing down from the upper left corner."""

    width: float
    height: float
    boxes: Mapping[str, Point]
    """Middle of each box."""
    routes: Sequence[Route]
    """One for each wire, in the order given."""
    frames: Sequence[tuple[float, float, float, float]]
    """Left, top, right and bottom of each frame, outer ones before those inside."""


def lay_out(
    boxes: Mapping[str, Size],
    wires: Sequence[Wire],
    frames: Sequence[Frame] = (),
    rankdir: str = "TB",
    splines: str = "spline",
    in_order: Sequence[str] = (),
) -> Layout:
    """Place boxes in layers and route the wires around them.

    Args:
        boxes: size of each box, by a key of letters, digits and underscores.
        wires: what is connected.
        frames: boxes that belong together.
        rankdir: `TB` reads from top to bottom, `LR` from left to right, `BT` and `RL` the other way.
        splines: how lines run, a key of `SPLINES`.
        in_order: boxes that stand in this order wherever they come to stand in one layer, such as a model's inputs.

    Returns:
        Positions in the unit of the sizes. The same arguments give the same positions.
    """
    free = _placed(boxes, wires, frames, rankdir, splines, ())
    rows = _rows(free, in_order, rankdir)
    return free if all(map(_is_sorted, rows)) else _placed(boxes, wires, frames, rankdir, splines, rows)


def _rows(layout: Layout, in_order: Sequence[str], rankdir: str) -> list[list[tuple[str, float]]]:
    """Of each layer, its boxes in their order, with where they stand in it."""
    is_across = rankdir in ("TB", "BT")
    rows: dict[float, list[tuple[str, float]]] = {}
    for key in in_order:
        x, y = layout.boxes[key]
        layer, place = (y, x) if is_across else (x, y)
        rows.setdefault(layer, []).append((key, place))
    return [row for row in rows.values() if len(row) > 1]


def _is_sorted(row: Sequence[tuple[str, float]]) -> bool:
    places = [place for _, place in row]
    return places == sorted(places)


def _placed(
    boxes: Mapping[str, Size],
    wires: Sequence[Wire],
    frames: Sequence[Frame],
    rankdir: str,
    splines: str,
    rows: Sequence[Sequence[tuple[str, float]]],
) -> Layout:
    # What a frame is called stands above its content; Graphviz turns a picture that is read upwards as a whole.
    above = "b" if rankdir == "BT" else "t"
    lines = [
        "digraph {",
        f"graph [rankdir={rankdir} splines={SPLINES[splines]} nodesep=0.4 ranksep=0.48 forcelabels=false];",
        f"graph [labelloc={above}];",
        'node [shape=box fixedsize=true label=""]; edge [arrowsize=0.8];',
    ]
    for key, size in boxes.items():
        lines.append(f'"{key}" [width={size.width / 72:.4f} height={size.height / 72:.4f}];')
    ordered = _number(frames)
    numbers = {id(frame): i for i, frame in enumerate(ordered)}
    for frame in frames:
        lines += _frame_lines(frame, numbers)
    for i, wire in enumerate(wires):
        attributes = [f'id="{i}"']
        if wire.label is not None:
            attributes.append(f"label={_room(wire.label)}")
        if not wire.ranked:
            attributes.append("constraint=false dir=none")
        lines.append(f'"{wire.source}" -> "{wire.target}" [{" ".join(attributes)}];')
    for row in rows:
        keys = [f'"{key}"' for key, _ in row]
        lines.append(f"{{ rank=same; {' -> '.join(keys)} [style=invis]; }}")
    lines.append("}")
    placed = json.loads(render("\n".join(lines), "json0"))
    left, bottom, right, top = (float(v) for v in placed["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")[:2]
        return round(float(x) - left, 2), round(top - float(y), 2)

    middles = {}
    edges: dict[int, tuple[float, float, float, float]] = {}
    for item in placed.get("objects", []):
        if item["name"] in boxes:
            middles[item["name"]] = point(item["pos"])
        elif item["name"].startswith("cluster") and "bb" in item:
            west, south, east, north = (float(v) for v in item["bb"].split(","))
            edges[int(item["name"][7:])] = (west - left, top - north, east - left, top - south)
    routes: dict[int, Route] = {}
    for item in placed.get("edges", []):
        if "id" not in item:  # it only keeps an order
            continue
        points, tip = [], None
        for part in item["pos"].split(";")[0].split(" "):
            if part.startswith("e,"):
                tip = point(part[2:])
            elif part and not part.startswith("s,"):
                points.append(point(part))
        # Lines in right angles do not run past the room that is kept for their labels.
        label = point(item["lp"]) if "lp" in item and splines != "ortho" else None
        routes[int(item["id"])] = Route(tuple(points), tip or points[-1], label)
    return Layout(
        right - left,
        top - bottom,
        middles,
        [routes[i] for i in range(len(wires))],
        [edges[i] for i in range(len(ordered))],
    )


def _number(frames: Sequence[Frame]) -> list[Frame]:
    return [one for frame in frames for one in (frame, *_number(frame.frames))]


def _frame_lines(frame: Frame, numbers: Mapping[int, int]) -> list[str]:
    lines = [f"subgraph cluster{numbers[id(frame)]} {{ margin=12; label={_room(frame.label)}; labeljust=l;"]
    lines.append(" ".join(f'"{key}";' for key in frame.members))
    for inner in frame.frames:
        lines += _frame_lines(inner, numbers)
    return [*lines, "}"]


def _room(size: Size) -> str:
    """A label of a given size in which nothing stands, so that no font is asked."""
    return (
        f'<<table border="0" cellspacing="0" cellpadding="0" fixedsize="true" width="{size.width:.0f}" '
        f'height="{size.height:.0f}"><tr><td></td></tr></table>>'
    )
