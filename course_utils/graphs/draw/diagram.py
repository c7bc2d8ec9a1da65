"""Boxes and lines that stand for a graph of layers, drawn as a `Scene`."""

from __future__ import annotations

import functools
import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, pairwise

from course_utils.graphs.draw.layout import Frame, Layout, Route, Size, Wire, lay_out
from course_utils.graphs.draw.scene import (
    GAP,
    Drawn,
    Extent,
    Group,
    Point,
    Rectangle,
    Scene,
    Shape,
    Style,
    Text,
    extent,
    moved,
    text_width,
    union,
    wrap,
)
from course_utils.markup import shorten

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
    """`wrong`, `extra` or `missing`: how it differs from the target; in the target, `right`."""
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
    key: str = ""


@dataclass
class Diagram:
    """A picture of a model before anything has a place."""

    boxes: list[Box] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    rankdir: str = "TB"
    splines: str = "spline"
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
            self.splines,
            in_order=self._inputs(),
        )
        placed = self._drawing(layout, faces)
        covered = union(extent(shape) for shape in placed)
        width = max(
            560.0 if self.remarks else 0.0, text_width(self.heading, 15, bold=True), covered.right - covered.left
        )
        top = _ROOM + (28 if self.heading else 0)
        shift = (_ROOM + (width - covered.left - covered.right) / 2, top - covered.top)
        remarks = Group()
        bottom = _draw_remarks(self.remarks, remarks, _ROOM, top + covered.bottom - covered.top + 14, width)
        scene = Scene(width + 2 * _ROOM, bottom + _ROOM)
        scene.shapes.append(Rectangle(0.5, 0.5, scene.width - 1, scene.height - 1, 10, Style(CARD, "#d5dae1", 1)))
        if self.heading:
            scene.shapes.append(Text(_ROOM, _ROOM + 15, self.heading, 15, bold=True, anchor="start"))
        scene.shapes += [moved(shape, *shift) for shape in placed]
        scene.shapes += [remarks] if self.remarks else []
        return scene

    def _inputs(self) -> list[str]:
        """The model's own inputs, in order; those of nested models stand in their frames."""
        framed: set[str] = set().union(*map(_members, self.areas))
        return [box.key for box in self.boxes if box.role == "input" and box.key not in framed]

    def _drawing(self, layout: Layout, faces: Mapping[str, _Face]) -> list[Drawn]:
        """Everything but heading and remarks, where the layout has it."""
        frames, tabs = self._drawn_areas(layout)
        boxes = [faces[box.key].draw(*layout.boxes[box.key]) for box in self.boxes]
        taken = _Taken([*boxes, *tabs])
        lines: list[Group] = []
        signs: list[Drawn] = []
        for link, route in zip(self.links, layout.routes, strict=True):
            lines.append(_draw_line(link, route))
        # Labels before numbers: the layout has kept room for them, and a number finds another place more easily.
        for place in (_place_label, _place_number):
            for link, route in zip(self.links, layout.routes, strict=True):
                signs += place(link, route, taken)
        return [*frames, *lines, *boxes, *tabs, *signs]

    def _drawn_areas(self, layout: Layout) -> tuple[list[Group], list[Group]]:
        """Frames of nested models, and their names, which stand over the lines."""
        drawn: list[Group] = []
        tabs: list[Group] = []
        for area, (left, top, right, bottom) in zip(_flat(self.areas), layout.frames, strict=True):
            style = Style("#faf8fe", _PAINT["model"][1], 1.25, (6, 3))
            drawn.append(Group("", [Rectangle(left, top, right - left, bottom - top, 8, style)]))
            title = shorten(area.title, 40)
            width = text_width(title, _SMALL, bold=True) + 14
            tab = Group(area.title, [Rectangle(left, top, width, 21, 5, Style(*_PAINT["model"]))], area.key)
            tab.shapes.append(Text(left + width / 2, top + 15, title, _SMALL, bold=True))
            if area.badge is not None:
                tab.shapes += _badge(area.badge, right - 6, top + 12)
            tabs.append(tab)
        return drawn, tabs


def _flat(areas: Sequence[Area]) -> list[Area]:
    return [one for area in areas for one in (area, *_flat(area.areas))]


def _members(area: Area) -> set[str]:
    return {*area.members}.union(*map(_members, area.areas))


def _frame(area: Area) -> Frame:
    width = text_width(shorten(area.title, 40), _SMALL, bold=True) + 20
    if area.badge is not None:
        width += _badge_width(area.badge) + 10
    return Frame(area.members, [_frame(inner) for inner in area.areas], Size(width, 16))


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
        limit = 240 if rankdir in ("TB", "BT") else 160
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
        # What stands on its upper edge must not stand on each other.
        signs = _markers_width(box.numbers) + (20 if box.mark else 0)
        if box.badge is not None:
            badge = _badge_width(box.badge)
            signs = max(signs + badge + 18, 2 * badge + 8)
        self.width = max(56.0, max(widths) + 2 * side, signs)
        self.height = 14.0 + 18 + 16 * len(self.rows)
        if box.role == "output":  # room for its point
            if rankdir in ("TB", "BT"):
                self.height += 8
            else:
                self.width += 10

    def draw(self, x: float, y: float) -> Group:
        """Draw the box around a middle."""
        box = self.box
        group = Group(box.tooltip, key=box.key)
        left, top, width, height = x - self.width / 2, y - self.height / 2, self.width, self.height
        fill, stroke = _PAINT[box.role]
        style = {
            "": Style(fill, stroke, 1.25),
            "wrong": Style("#fdecea", WRONG, 2.5),
            "extra": Style("#fdecea", WRONG, 2.5, (2, 3)),
            "missing": Style("#f2fbf5", RIGHT, 2, (7, 4)),
            "right": Style("#f2fbf5", RIGHT, 2.5),
        }[box.mark]
        group.shapes += _outline(box.role, left, top, width, height, style, self.rankdir)
        if box.mark == "extra":  # crossed out behind its words
            cross = Style(None, "#efb0aa", 1.5)
            group.shapes.append(Shape(((left + 5, top + 5), (left + width - 5, top + height - 5)), cross, False))
            group.shapes.append(Shape(((left + 5, top + height - 5), (left + width - 5, top + 5)), cross, False))
        line = top + 7 + 14
        if box.role == "output":  # clear of its point
            x += {"LR": -5, "RL": 5}.get(self.rankdir, 0)
            line += 8 if self.rankdir == "BT" else 0
        group.shapes.append(Text(x, line, self.title, _TITLE, INK, bold=True, after=self.detail))
        for text, manner in self.rows:
            line += 16
            colour = {"detail": INK, "name": INK, "fact": MUTED, "note": WRONG}[manner]
            mono, bold = manner == "name", manner == "note"
            group.shapes.append(Text(x, line, text, _SMALL, colour, bold=bold, mono=mono))
        if box.badge is not None:
            # To the right of the middle, where the arrow ends.
            group.shapes += _badge(box.badge, max(left + width - 8, x + 10 + _badge_width(box.badge)), top)
        sign = {"extra": "−", "missing": "+", "wrong": "≠", "right": "✓"}.get(box.mark)
        edge = top - 3
        group.shapes += _markers(box.numbers, left - 6, edge)
        if sign:
            colour = RIGHT if box.mark in ("missing", "right") else WRONG
            place = left - 5 + _markers_width(box.numbers)
            group.shapes.append(Rectangle(place, edge - 8, 17, 16, 3, Style(CARD, colour, 1.5)))
            group.shapes.append(Text(place + 8.5, edge + 5, sign, 14, colour, bold=True))
        return group


def _outline(
    role: str, left: float, top: float, width: float, height: float, style: Style, rankdir: str
) -> list[Drawn]:
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
        x, y = left + width / 2, top + height / 2
        pointed = {
            "TB": ((left, top), (right, top), (right, bottom - 9), (x, bottom), (left, bottom - 9)),
            "BT": ((left, bottom), (right, bottom), (right, top + 9), (x, top), (left, top + 9)),
            "LR": ((left, top), (right - 12, top), (right, y), (right - 12, bottom), (left, bottom)),
            "RL": ((right, top), (left + 12, top), (left, y), (left + 12, bottom), (right, bottom)),
        }
        return [Shape(pointed[rankdir], style)]
    box = Rectangle(left, top, width, height, 5, style)
    if role == "model":
        return [box, Rectangle(left + 3.5, top + 3.5, width - 7, height - 7, 3, Style(None, style.stroke, 1))]
    return [box]


def _badge(number: int, right: float, middle: float) -> list[Drawn]:
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


def _markers(numbers: Sequence[int], left: float, middle: float) -> list[Drawn]:
    """Numbers in discs, side by side, as in the list beneath the picture."""
    drawn: list[Drawn] = []
    for number in numbers:
        width = _markers_width([number]) - 2
        drawn.append(Rectangle(left, middle - 9, width, 18, 9, Style(WRONG, CARD, 1.5)))
        drawn.append(Text(left + width / 2, middle + 4.3, str(number), 12, "#ffffff", bold=True))
        left += width + 2
    return drawn


def _markers_width(numbers: Sequence[int]) -> float:
    return sum(14.0 + 6 * len(str(number)) for number in numbers)


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
    return Size(widest + 14 + _markers_width(link.numbers), 16 * len(lines) + 8)


def _colour(link: Link) -> str:
    shared = _SHARED[link.badge % len(_SHARED)]
    return {"wire": LINE, "wrong": WRONG, "missing": RIGHT, "share": shared, "unshare": TIE}[link.kind]


def _draw_line(link: Link, route: Route) -> Group:
    """The line itself, with its arrow."""
    colour = _colour(link)
    style = {
        "wire": Style(None, colour, 1.5),
        "wrong": Style(None, colour, 2.5, (7, 4)),
        "missing": Style(None, colour, 2, (2, 4)),
        "share": Style(None, colour, 1.5, (2, 4)),
        "unshare": Style(None, colour, 2.5),
    }[link.kind]
    if link.kind == "unshare":
        return Group("", [Shape(_wave(route.points), style, False)])
    line = Group("", [Shape(route.points, style, False, True)])
    if link.kind != "share":
        line.shapes.append(_arrow(route.points[-1], route.tip, colour))
    return line


def _place_label(link: Link, route: Route, taken: _Taken) -> list[Drawn]:
    """Words on a line, with the numbers of the edits they belong to; or these alone."""
    colour, lines, size = _colour(link), _label_lines(link), _label_size(link)
    if size is None and not link.numbers:
        return []
    size = size or Size(_markers_width(link.numbers), 18)
    middle = _length(route.points) / 2
    places = [] if route.label is None else [route.label]
    places += [_along(route.points, max(0.0, middle + step)) for step in _to_and_fro(middle)]
    x, y = taken.place(places, size)
    left, top = x - size.width / 2, y - size.height / 2
    label: list[Drawn] = []
    if lines:
        label.append(Rectangle(left, top, size.width, size.height, 4, Style(CARD, colour if link.text else None, 1)))
    label += _markers(link.numbers, left + (3 if lines else 1), y)
    centre = left + (_markers_width(link.numbers) + size.width) / 2
    for i, line in enumerate(lines):
        label.append(Text(centre, top + 16 + 16 * i, line, _SMALL, colour, bold=bool(link.text)))
    return label


def _place_number(link: Link, route: Route, taken: _Taken) -> list[Drawn]:
    """Which argument a line ends in, near its arrow."""
    if not link.port.isdigit():
        return []
    size = Size(max(15.0, text_width(link.port, 10.5, bold=True) + 8), 15)
    length = _length(route.points)
    places = [_along(route.points, 9 + step, back=True) for step in range(0, int(max(1, length - 18)), 3)]
    x, y = taken.place(places, size)
    colour = _colour(link)
    return [
        Rectangle(x - size.width / 2, y - size.height / 2, size.width, size.height, 7.5, Style(CARD, colour, 1)),
        Text(x, y + 3.8, link.port, 10.5, colour, bold=True),
    ]


def _to_and_fro(reach: float) -> list[float]:
    """Steps away from a middle, near ones first."""
    return [sign * step for step in range(0, int(reach), 6) for sign in (1, -1)]


class _Taken:
    """Where something stands already that must not be covered; a grid finds it quickly."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.cells: dict[tuple[int, int], list[Extent]] = {}
        for group in groups:
            for shape in group.shapes:
                if not isinstance(shape, Group):
                    self.take(extent(shape))

    def take(self, area: Extent) -> None:
        """Keep a place free of other things."""
        for cell in self._cells(area):
            self.cells.setdefault(cell, []).append(area)

    def place(self, wanted: Sequence[Point], size: Size) -> Point:
        """The first of some middles where a thing of this size covers nothing, or one beside them; it is taken."""
        beside = (  # ever further away: somewhere there is room
            (x + across, y + down) for reach in count(1) for x, y in wanted for across, down in _around(size, reach)
        )
        found = next(p for p in chain(wanted, beside) if self.is_free(_extent(p, size)))
        self.take(_extent(found, size))
        return found

    def is_free(self, area: Extent) -> bool:
        """Whether nothing stands there."""
        return not any(area.meets(other) for cell in self._cells(area) for other in self.cells.get(cell, ()))

    def _cells(self, area: Extent) -> Iterator[tuple[int, int]]:
        for across in range(int(area.left // 64), int(area.right // 64) + 1):
            for down in range(int(area.top // 64), int(area.bottom // 64) + 1):
                yield across, down


def _extent(middle: Point, size: Size) -> Extent:
    x, y = middle
    half, high = size.width / 2 + 0.5, size.height / 2 + 0.5  # an outline stands half outside
    return Extent(x - half, y - high, x + half, y + high)


def _around(size: Size, reach: int) -> tuple[Point, ...]:
    across, down = reach * (size.width / 2 + 2), reach * (size.height / 2 + 2)
    return (across, 0), (-across, 0), (0, -down), (0, down)


def _arrow(base: Point, tip: Point, colour: str) -> Shape:
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = math.hypot(dx, dy) or 1.0
    nx, ny = -dy / length * 4, dx / length * 4
    return Shape(((base[0] + nx, base[1] + ny), tip, (base[0] - nx, base[1] - ny)), Style(colour))


@functools.lru_cache(maxsize=16)
def _samples(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Points close together along cubic curves; asked for again and again while something is put on one line."""
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
    return tuple(samples)


def _length(points: tuple[Point, ...]) -> float:
    samples = _samples(points)
    return sum(math.dist(a, b) for a, b in pairwise(samples))


def _along(points: tuple[Point, ...], distance: float, *, back: bool = False) -> Point:
    """The point at a distance along curves, from their start or their end."""
    samples = _samples(points)
    if back:
        samples = samples[::-1]
    for a, b in pairwise(samples):
        step = math.dist(a, b)
        if step >= distance and step:
            t = distance / step
            return a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])
        distance -= step
    return samples[-1]


def _wave(points: tuple[Point, ...]) -> tuple[Point, ...]:
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
        group.shapes += _markers([number], left, y + 5)
        for line in wrap(remark.replace("`", ""), width - 34, 13):  # the marks of code in a sentence, no part of it
            group.shapes.append(Text(left + 28, y + 9.5, line, 13, INK, anchor="start"))
            y += 18
        y += 6
    return y if remarks else top - 14
