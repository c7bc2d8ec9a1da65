"""Boxes and lines that stand for a graph of layers, drawn as a `Scene`."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from course_utils.graphs.draw.layout import Frame, Layout, Route, Size, Wire, lay_out
from course_utils.graphs.draw.scene import (
    GAP,
    Group,
    Point,
    Rectangle,
    Scene,
    Shape,
    Style,
    Text,
    shorten,
    text_width,
    wrap,
)

INK, MUTED, CARD, LINE = "#1f2933", "#4a5665", "#ffffff", "#5b6876"
WRONG, RIGHT, TIE = "#b3261e", "#1b6e3c", "#7a3e9d"
_PAINT = {  # what a box stands for: its fill and its outline
    "input": ("#e3f0fb", "#2b6ca3"),
    "layer": ("#f5f6f8", "#5b6876"),
    "merge": ("#fdf2d8", "#8a6100"),
    "model": ("#efe8fa", "#6b46a8"),
    "output": ("#e2f4e8", "#2a7a4b"),
}
_SHARED = ("#00695c", "#8e3b8a", "#9a4a00", "#2f4fa8", "#6b6b00", "#a01c4b")
_TITLE, _SMALL = 14.0, 12.0  # font sizes
_ROOM = 16.0  # between the card's edge and what stands on it


@dataclass
class Box:
    """One call, input or output of a model."""

    key: str
    role: str
    """`input`, `layer`, `merge`, `model` or `output`; each has its shape and colour."""
    title: str
    """What it is, in bold: the class."""
    detail: str = ""
    """Its settings, in short."""
    name: str = ""
    """Its name, as the learner knows it."""
    facts: list[str] = field(default_factory=list)
    """Shape, number of weights."""
    tooltip: str = ""
    badge: int | None = None
    """Number of the set of calls that share one layer."""
    mark: str = ""
    """`wrong`, `extra` or `missing`: how it differs from the target."""
    notes: list[str] = field(default_factory=list)
    """What to change, in a few words, beneath the rest."""
    numbers: list[int] = field(default_factory=list)
    """Numbers of the edits in the list beneath the picture."""


@dataclass
class Link:
    """A tensor on its way, or a tie between two boxes."""

    source: str
    target: str
    port: str = ""
    """Which argument it is, where that matters."""
    output: str = ""
    """Which output it comes from, where there are several."""
    kind: str = "wire"
    """`wire`; `wrong` or `missing` differ from the target; `share` ties calls of one layer, `unshare` what should be
    one layer."""
    text: str = ""
    badge: int = 0
    numbers: list[int] = field(default_factory=list)
    reader: Hashable = None
    """Which argument of which call, or which output of the model, it ends in."""


@dataclass
class Area:
    """A nested model that is drawn with its content."""

    title: str
    members: list[str] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    badge: int | None = None


@dataclass
class Diagram:
    """A picture of a model before anything has a place."""

    boxes: list[Box] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    rankdir: str = "TB"
    heading: str = ""
    remarks: list[str] = field(default_factory=list)
    """Numbered sentences beneath the drawing."""

    def draw(self) -> Scene:
        """Place everything and draw it."""
        faces = {box.key: _Face(box, self.rankdir) for box in self.boxes}
        wires = [Wire(k.source, k.target, _label_size(k), k.kind not in ("share", "unshare")) for k in self.links]
        layout = lay_out(
            {key: Size(face.width, face.height) for key, face in faces.items()},
            wires,
            [_frame(area) for area in self.areas],
            self.rankdir,
        )
        top = _ROOM + (26 if self.heading else 0) + 6
        wide = max([560.0 if self.remarks else 0.0, text_width(self.heading, 15, bold=True), layout.width])
        width = wide + 2 * _ROOM
        shift = (_ROOM + (wide - layout.width) / 2, top)
        remarks = Group()
        bottom = _draw_remarks(self.remarks, remarks, _ROOM, top + layout.height + 14, wide)
        scene = Scene(width, bottom + _ROOM)
        inset = Rectangle(0.5, 0.5, scene.width - 1, scene.height - 1, 10, Style(CARD, "#d5dae1", 1))
        scene.shapes.append(inset)
        if self.heading:
            scene.shapes.append(Text(_ROOM, _ROOM + 15, self.heading, 15, bold=True, anchor="start"))
        frames, tabs = self._drawn_areas(layout, shift)
        scene.shapes += frames
        routes = [_moved(route, shift) for route in layout.routes]
        over: list[Shape | Rectangle | Text | Group] = [*tabs]
        for link, route in zip(self.links, routes, strict=True):
            under, above = _draw_link(link, route)
            scene.shapes.append(under)
            over += above
        for box in self.boxes:
            x, y = layout.boxes[box.key]
            scene.shapes.append(faces[box.key].draw(x + shift[0], y + shift[1]))
        scene.shapes += [*over, *([remarks] if self.remarks else [])]
        return scene

    def _drawn_areas(self, layout: Layout, shift: Point) -> tuple[list[Group], list[Group]]:
        """Frames of nested models, and their names, which stand over the lines."""
        drawn: list[Group] = []
        tabs: list[Group] = []
        flat = _flat(self.areas)
        for area, (left, top, right, bottom) in zip(flat, layout.frames, strict=True):
            x, y = left + shift[0], top + shift[1]
            style = Style("#faf8fe", _PAINT["model"][1], 1.25, (6, 3))
            drawn.append(Group("", [Rectangle(x, y, right - left, bottom - top, 8, style)]))
            title = shorten(area.title, 40)
            width = text_width(title, _SMALL, bold=True) + 14
            tab = Group(area.title, [Rectangle(x, y, width, 21, 5, Style(*_PAINT["model"]))])
            tab.shapes.append(Text(x + width / 2, y + 15, title, _SMALL, bold=True))
            if area.badge is not None:
                tab.shapes += _badge(area.badge, right + shift[0] - 6, y)
            tabs.append(tab)
        return drawn, tabs


def _flat(areas: Sequence[Area]) -> list[Area]:
    return [one for area in areas for one in (area, *_flat(area.areas))]


def _frame(area: Area) -> Frame:
    label = Size(text_width(shorten(area.title, 40), _SMALL, bold=True) + 16, 16)
    return Frame(area.members, [_frame(inner) for inner in area.areas], label)


def _moved(route: Route, shift: Point) -> Route:
    def moved(point: Point) -> Point:
        return point[0] + shift[0], point[1] + shift[1]

    label = None if route.label is None else moved(route.label)
    return Route(tuple(moved(p) for p in route.points), moved(route.tip), label)


class _Face:
    """The lines of text of a box, and so its size."""

    def __init__(self, box: Box, rankdir: str):
        self.box = box
        self.rankdir = rankdir
        title, detail = shorten(box.title, 30), shorten(box.detail, 90)
        first = text_width(title, _TITLE, bold=True)
        beside = text_width(GAP + detail, _TITLE) if detail else 0
        self.rows: list[tuple[str, str]] = []  # text and manner
        self.title, self.detail = title, ""
        limit = 240 if rankdir == "TB" else 160
        if first + beside <= limit:
            self.detail = detail
            first += beside
        else:
            self.rows += [(line, "detail") for line in wrap(detail, limit, _SMALL)]
        if box.name:
            self.rows.append((shorten(box.name, 30), "name"))
        facts: list[str] = []
        for fact in box.facts:
            if facts and text_width(f"{facts[-1]} · {fact}", _SMALL) <= limit:
                facts[-1] += f" · {fact}"
            else:
                facts += wrap(fact, limit, _SMALL)
        self.rows += [(line, "fact") for line in facts]
        for note in box.notes:
            self.rows += [(line, "note") for line in wrap(note, 210, _SMALL)]
        widths = [first] + [
            text_width(text, _SMALL, mono=manner == "name", bold=manner == "note") for text, manner in self.rows
        ]
        side = {"input": 16, "merge": 16, "output": 14}.get(box.role, 13)
        self.width = max(56.0, max(widths) + 2 * side)
        self.height = 14.0 + 18 + 16 * len(self.rows)
        if box.role == "output":  # room for its point
            if rankdir == "TB":
                self.height += 8
            else:
                self.width += 10

    def draw(self, x: float, y: float) -> Group:
        """Draw the box around a middle."""
        box = self.box
        group = Group(box.tooltip)
        left, top, width, height = x - self.width / 2, y - self.height / 2, self.width, self.height
        fill, stroke = _PAINT[box.role]
        style = {
            "": Style(fill, stroke, 1.25),
            "wrong": Style("#fdecea", WRONG, 2.5),
            "extra": Style("#fdecea", WRONG, 2.5, (2, 3)),
            "missing": Style("#f2fbf5", RIGHT, 2, (7, 4)),
        }[box.mark]
        group.shapes += _outline(box.role, left, top, width, height, style, self.rankdir)
        if box.mark == "extra":  # crossed out behind its words
            cross = Style(None, "#efb0aa", 1.5)
            group.shapes.append(Shape(((left + 5, top + 5), (left + width - 5, top + height - 5)), cross, False))
            group.shapes.append(Shape(((left + 5, top + height - 5), (left + width - 5, top + 5)), cross, False))
        if box.role == "output" and self.rankdir == "LR":
            x -= 5
        line = top + 7 + 14
        group.shapes.append(Text(x, line, self.title, _TITLE, INK, bold=True, after=self.detail))
        for text, manner in self.rows:
            line += 16
            colour = {"detail": INK, "name": INK, "fact": MUTED, "note": WRONG}[manner]
            if manner == "note" and box.mark == "missing":
                colour = RIGHT
            mono, bold = manner == "name", manner == "note"
            group.shapes.append(Text(x, line, text, _SMALL, colour, bold=bold, mono=mono))
        if box.badge is not None:
            # to the right of the middle, where the arrow ends
            group.shapes += _badge(box.badge, max(left + width - 8, x + 10 + _badge_width(box.badge)), top)
        sign = {"extra": "−", "missing": "+", "wrong": "≠"}.get(box.mark)
        place, edge = left + 3, top - 3
        for number in box.numbers:
            group.shapes += _marker(str(number), place, edge)
            place += 20
        if sign:
            colour = RIGHT if box.mark == "missing" else WRONG
            group.shapes.append(Rectangle(place - 8, edge - 8, 17, 16, 3, Style(CARD, colour, 1.5)))
            group.shapes.append(Text(place + 0.5, edge + 5, sign, 14, colour, bold=True))
        return group


def _outline(
    role: str, left: float, top: float, width: float, height: float, style: Style, rankdir: str
) -> list[Shape | Rectangle | Text | Group]:
    right, bottom = left + width, top + height
    if role == "input":
        return [Rectangle(left, top, width, height, min(height / 2, 22), style)]
    if role == "merge":
        c = 9.0
        corners = (
            (left + c, top), (right - c, top), (right, top + c), (right, bottom - c),
            (right - c, bottom), (left + c, bottom), (left, bottom - c), (left, top + c),
        )  # fmt: skip
        return [Shape(corners, style)]
    if role == "output":
        if rankdir == "LR":
            corners5 = ((left, top), (right - 12, top), (right, top + height / 2), (right - 12, bottom), (left, bottom))
        else:
            corners5 = ((left, top), (right, top), (right, bottom - 9), (left + width / 2, bottom), (left, bottom - 9))
        return [Shape(corners5, style)]
    box = Rectangle(left, top, width, height, 5, style)
    if role == "model":
        return [box, Rectangle(left + 3.5, top + 3.5, width - 7, height - 7, 3, Style(None, style.stroke, 1))]
    return [box]


def _badge(number: int, right: float, middle: float) -> list[Shape | Rectangle | Text | Group]:
    """A label that calls of one layer have in common."""
    text = f"shared {_letters(number)}"
    width = _badge_width(number)
    colour = _SHARED[number % len(_SHARED)]
    return [
        Rectangle(right - width, middle - 9, width, 17, 8.5, Style(colour, CARD, 1.5)),
        Text(right - width / 2, middle + 3.5, text, 11, "#ffffff", bold=True),
    ]


def _badge_width(number: int) -> float:
    return text_width(f"shared {_letters(number)}", 11, bold=True) + 12


def _letters(number: int) -> str:
    """Letters that count: A to Z, then AA, AB and so on."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _marker(text: str, x: float, y: float) -> list[Shape | Rectangle | Text | Group]:
    """A number in a disc, as in the list beneath the picture."""
    half = 9.0 + 3 * (len(text) - 1)
    return [
        Rectangle(x - half, y - 9, 2 * half, 18, 9, Style(WRONG, CARD, 1.5)),
        Text(x, y + 4.3, text, 12, "#ffffff", bold=True),
    ]


def _label_lines(link: Link) -> list[str]:
    said = link.text or _passage(link)
    return wrap(said, 190, _SMALL) if said else []


def _passage(link: Link) -> str:
    """Which output goes to which argument, where a number on the arrow does not say it."""
    parts = [f"output {link.output}"] if link.output else []
    if link.port and not link.port.isdigit():
        parts.append(f"as {link.port}")
    return " ".join(parts)


def _label_size(link: Link) -> Size | None:
    lines = _label_lines(link)
    if not lines:
        return None
    widest = max(text_width(line, _SMALL, bold=True) for line in lines)
    return Size(widest + 14 + 20 * len(link.numbers), 16 * len(lines) + 8)


def _draw_link(link: Link, route: Route) -> tuple[Group, list[Shape | Rectangle | Text | Group]]:
    """The line itself, and what stands on it and must not be covered."""
    colour, style = {
        "wire": (LINE, Style(None, LINE, 1.5)),
        "wrong": (WRONG, Style(None, WRONG, 2.5, (7, 4))),
        "missing": (RIGHT, Style(None, RIGHT, 2, (2, 4))),
        "share": (_SHARED[link.badge % len(_SHARED)], Style(None, _SHARED[link.badge % len(_SHARED)], 1.5, (2, 4))),
        "unshare": (TIE, Style(None, TIE, 2.5)),
    }[link.kind]
    points = route.points
    if link.kind == "unshare":
        under = Group("", [Shape(_wave(points), style, False)])
    else:
        under = Group("", [Shape(points, style, False, True)])
    if link.kind not in ("share", "unshare"):
        under.shapes.append(_arrow(points[-1], route.tip, colour))
    above: list[Shape | Rectangle | Text | Group] = []
    if link.port.isdigit():
        above += _bead(link.port, _along(points, 9, back=True), colour)
    lines = _label_lines(link)
    if lines and route.label is not None:
        size = _label_size(link)
        assert size is not None
        x, y = route.label
        left, top = x - size.width / 2, y - size.height / 2
        above.append(Rectangle(left, top, size.width, size.height, 4, Style(CARD, colour if link.text else None, 1)))
        for i, number in enumerate(link.numbers):
            above += _marker(str(number), left + 12 + 20 * i, y)
        text_left = left + 20 * len(link.numbers)
        middle = (text_left + left + size.width) / 2
        for i, line in enumerate(lines):
            above.append(Text(middle, top + 16 + 16 * i, line, _SMALL, colour, bold=bool(link.text)))
    elif link.numbers:
        x, y = _along(points, _length(points) / 2)
        for i, number in enumerate(link.numbers):
            above += _marker(str(number), x + 20 * i, y)
    return under, above


def _bead(text: str, middle: Point, colour: str) -> list[Shape | Rectangle | Text | Group]:
    width = max(15.0, text_width(text, 10.5, bold=True) + 8)
    x, y = middle
    return [
        Rectangle(x - width / 2, y - 7.5, width, 15, 7.5, Style(CARD, colour, 1)),
        Text(x, y + 3.8, text, 10.5, colour, bold=True),
    ]


def _arrow(base: Point, tip: Point, colour: str) -> Shape:
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = math.hypot(dx, dy) or 1.0
    nx, ny = -dy / length * 4, dx / length * 4
    return Shape(((base[0] + nx, base[1] + ny), tip, (base[0] - nx, base[1] - ny)), Style(colour))


def _samples(points: Sequence[Point]) -> list[Point]:
    """Points close together along cubic curves."""
    samples = [points[0]]
    for i in range(0, len(points) - 3, 3):
        a, b, c, d = points[i : i + 4]
        for step in range(1, 17):
            t = step / 16
            u = 1 - t
            w = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
            samples.append(
                (
                    w[0] * a[0] + w[1] * b[0] + w[2] * c[0] + w[3] * d[0],
                    w[0] * a[1] + w[1] * b[1] + w[2] * c[1] + w[3] * d[1],
                )
            )
    return samples


def _length(points: Sequence[Point]) -> float:
    samples = _samples(points)
    return sum(math.dist(a, b) for a, b in pairwise(samples))


def _along(points: Sequence[Point], distance: float, *, back: bool = False) -> Point:
    """The point at a distance along curves, from their start or their end."""
    samples = _samples(points)
    if back:
        samples.reverse()
    for a, b in pairwise(samples):
        step = math.dist(a, b)
        if step >= distance and step:
            t = distance / step
            return a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
        distance -= step
    return samples[-1]


def _wave(points: Sequence[Point]) -> tuple[Point, ...]:
    """A wavy line along curves."""
    length = _length(points)
    count = min(2000, max(8, round(length / 1.5)))
    result = []
    for i in range(count + 1):
        here = _along(points, length * i / count)
        ahead = _along(points, min(length, length * i / count + 1))
        behind = _along(points, max(0.0, length * i / count - 1))
        dx, dy = ahead[0] - behind[0], ahead[1] - behind[1]
        norm = math.hypot(dx, dy) or 1.0
        swing = 3.2 * math.sin(2 * math.pi * (length * i / count) / 12)
        result.append((here[0] - dy / norm * swing, here[1] + dx / norm * swing))
    return tuple(result)


def _draw_remarks(remarks: Sequence[str], group: Group, left: float, top: float, width: float) -> float:
    """Write the numbered list; returns where it ends."""
    y = top
    if remarks:
        group.shapes.append(Shape(((left, y - 6), (left + width, y - 6)), Style(None, "#d5dae1", 1), False))
        y += 8
    for number, remark in enumerate(remarks, 1):
        group.shapes += _marker(str(number), left + 9, y + 5)
        for line in wrap(remark, width - 34, 13):
            group.shapes.append(Text(left + 28, y + 9.5, line, 13, INK, anchor="start"))
            y += 18
        y += 6
    return y if remarks else top - 14
