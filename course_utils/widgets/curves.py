"""The losses of a training, epoch by epoch: drawn as curves in SVG, and told in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from course_utils.graphs.draw.scene import SANS, text_width
from course_utils.markup import clean, shorten
from course_utils.progress_line import is_validation

Points = list[tuple[int, float]]
"""(epoch, loss), by epoch. A loss that is NaN or infinite is a gap in the curve."""

_ACROSS = 3  # panels in a row
_WIDTHS = {1: 460, 2: 330, 3: 224}
_HEIGHT = 150
_TOP = 24  # the line that says which curve is which
_SIZE = 11
_MOST = 120  # points drawn of a curve: about one each two pixels
_DOTS = 12  # so few points are marked: one alone would make no line
_APART = 10  # pixels between marks at least, so that they do not cover one another
_LOG = 10.0  # from this ratio of the largest loss to the smallest on, equal factors have equal heights
_WIDE = 100  # epochs on the paper at least, where more are to come: fewer would be a dot at its left edge
_HUGE = 1e300  # what is larger is drawn as infinite: differences of such numbers may be
_TINY = 1e-300  # what is smaller counts as nothing: it has no logarithm to reckon with
_STYLE = (
    f"text{{font:{_SIZE}px {SANS};fill:#1f2933}}.paper{{fill:#fff}}.grid{{stroke:#d5dae1}}"
    ".training{stroke:#1565c0}.validation{stroke:#a8420a;stroke-dasharray:5 3}"
    ".training,.validation{fill:none;stroke-width:2}.dot{stroke-dasharray:none!important;stroke-width:1.5}.title{font-weight:bold}"
    ".bad{font-weight:bold;paint-order:stroke;stroke:#fff;stroke-width:4px}"
    "@media (prefers-color-scheme:dark){text{fill:#e3e6ea}.paper{fill:#121212}.grid{stroke:#3d444d}"
    ".training{stroke:#7db7ff}.validation{stroke:#ffab70}.bad{stroke:#121212}}"
)


@dataclass(frozen=True)
class Panel:
    """The curves of one loss: the total, or that of one output."""

    title: str
    training: Points
    validation: Points

    @property
    def curves(self) -> dict[str, Points]:
        """Those that there are, by what they were measured on."""
        both = {"training": self.training, "validation": self.validation}
        return {name: points for name, points in both.items() if points}


def panels(curves: Mapping[str, Points]) -> list[Panel]:
    """Pair each loss with its validation.

    Args:
        curves: Keras's name of a loss → its values, the total first.
    """
    names = [name for name in curves if not is_validation(name, curves)]
    titles = {name: "total" if name == "loss" and len(names) > 1 else name.removesuffix("_loss") for name in names}
    return [Panel(titles[name], curves[name], curves.get(f"val_{name}", [])) for name in names]


def draw(shown: Sequence[Panel], first: int, last: int) -> str:
    """The curves as an `<svg>` element that stands alone, with colours for a light and a dark theme.

    Args:
        shown: at least one panel.
        first: the epoch at the left edge.
        last: the last epoch to come. It is at the right edge, but for the beginning of a long training.
    """
    last = _edge(shown, first, last)
    across = min(len(shown), _ACROSS)
    wide = _WIDTHS[across]
    width, height = across * wide, _TOP + math.ceil(len(shown) / across) * _HEIGHT
    drawn = [
        _panel(panel, wide * (at % across), _TOP + _HEIGHT * (at // across), wide, first, last)
        for at, panel in enumerate(shown)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<style>{_STYLE}</style><rect class="paper" width="{width}" height="{height}"/>'
        f"{_key(shown)}{''.join(drawn)}</svg>"
    )


def _edge(shown: Sequence[Panel], first: int, last: int) -> int:
    """The epoch at the right edge: the last to come, or a round number of epochs that holds those that ended."""
    ended = max((points[-1][0] for panel in shown for points in panel.curves.values()), default=first) - first + 1
    width = _WIDE
    while width < ended:
        width *= 2
    return min(last, first - 1 + width)


def words(shown: Sequence[Panel]) -> str:
    """The curves in a sentence: the same on every machine, but for what stands in `(measured: …)`."""
    measured_on = " and ".join(dict.fromkeys(name for panel in shown for name in panel.curves))
    told = (f"{clean(panel.title)} (measured: {_course(panel)})" for panel in shown)
    return f"Losses by epoch, {measured_on}: {', '.join(told)}."


def _course(panel: Panel) -> str:
    told = []
    for name, points in panel.curves.items():
        finite = [(value, epoch) for epoch, value in points if _is_finite(value)]
        words = name
        if finite:
            (start, _), (end, _) = finite[0], finite[-1]
            words += f" {start:.3g}" if len(finite) == 1 else f" from {start:.3g} to {end:.3g}"
            lowest, at = min(finite)
            if lowest < min(start, end):
                words += f", lowest {lowest:.3g} in epoch {at}"
        if bad := _first_bad(points):
            words += f", {' '.join(bad)}"
        told.append(words)
    return "; ".join(told)


def _first_bad(points: Points) -> tuple[str, str] | None:
    """What a curve has in place of a number, and where first; in words without brackets."""
    for epoch, value in points:
        if not _is_finite(value):
            return "NaN, not a number," if math.isnan(value) else "infinite", f"from epoch {epoch}"
    return None


def _is_finite(value: float) -> bool:
    return abs(value) < _HUGE


def _key(shown: Sequence[Panel]) -> str:
    """Which curve is which."""
    drawn, x = [], 8.0
    for name in dict.fromkeys(name for panel in shown for name in panel.curves):
        line = f'<line class="{name}" x1="{x:.0f}" y1="13" x2="{x + 28:.0f}" y2="13"/>'
        drawn.append(f'{line}<text x="{x + 34:.0f}" y="17">{name}</text>')
        x += 34 + text_width(name, _SIZE) + 18
    return "".join(drawn)


def _panel(panel: Panel, x: int, y: int, width: int, first: int, last: int) -> str:
    curves = {name: _thinned(points) for name, points in panel.curves.items()}
    values = [value for points in curves.values() for _, value in points if _is_finite(value)]
    is_log = bool(values) and min(values) > _TINY and max(values) >= _LOG * min(values)
    title = f"{shorten(panel.title, width // 11)}{', log scale' if is_log else ''}"
    drawn = [f'<text x="{x + 8}" y="{y + 13}" class="title">{escape(title)}</text>']
    bad = [
        line
        for name, points in panel.curves.items()
        if (words := _first_bad(points))
        for line in (f"{name}: {words[0]}", words[1])
    ]
    if values:
        ticks = _log_ticks(min(values), max(values)) if is_log else _ticks(min(values), max(values))
        labels = _labels(ticks)
        left = x + 14 + max(text_width(label, _SIZE) for _, label in labels)
        right, top, bottom = x + width - 12.0, y + 28.0, y + _HEIGHT - 22.0
        across = _Scale(first, max(last, first), left, right)
        up = _Scale(min(*values, *ticks), max(*values, *ticks), bottom, top, is_log)
        for tick, label in labels:
            at = up(tick)
            drawn.append(f'<line class="grid" x1="{left:.1f}" y1="{at:.1f}" x2="{right:.1f}" y2="{at:.1f}"/>')
            drawn.append(f'<text x="{left - 5:.1f}" y="{at + 4:.1f}" text-anchor="end">{label}</text>')
        for epoch in sorted({first, last}):
            anchor = "middle" if first == last else "start" if epoch == first else "end"
            label = f"epoch {epoch}" if epoch == last else str(epoch)
            drawn.append(f'<text x="{across(epoch):.1f}" y="{bottom + 16:.1f}" text-anchor="{anchor}">{label}</text>')
        for name, points in curves.items():
            drawn += _curve(name, points, across, up)
    drawn += [
        f'<text x="{x + width - 16}" y="{y + 42 + 14 * row}" text-anchor="end" class="bad">{line}</text>'
        for row, line in enumerate(bad)
    ]
    return "".join(drawn)


def _curve(name: str, points: Points, across: _Scale, up: _Scale) -> Iterable[str]:
    for is_drawn, run in groupby(points, key=lambda point: _is_finite(point[1])):
        if not is_drawn:
            continue
        places = [(across(epoch), up(value)) for epoch, value in run]
        if len(places) > 1:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            yield f'<polyline class="{name}" points="{path}"/>'
        is_sparse = len(points) <= _DOTS and places[-1][0] - places[0][0] >= _APART * (len(places) - 1)
        if len(places) == 1 or is_sparse:
            yield from (_dot(name, x, y) for x, y in places)


def _dot(name: str, x: float, y: float) -> str:
    """A circle for training, and a square, which a circle within does not hide, for validation."""
    if name == "training":
        return f'<circle class="dot {name}" cx="{x:.1f}" cy="{y:.1f}" r="2"/>'
    return f'<rect class="dot {name}" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'


def _thinned(points: Points) -> Points:
    """At most `_MOST` of the points, evenly, the first and the last among them."""
    if len(points) <= _MOST:
        return points
    step = (len(points) - 1) / (_MOST - 1)
    return [points[round(at * step)] for at in range(_MOST)]


class _Scale:
    """From values to places on the paper; all the same value is in the middle."""

    def __init__(self, low: float, high: float, start: float, end: float, is_log: bool = False) -> None:
        self.is_log = is_log
        self.start, self.end = start, end
        self.low, self.high = (math.log(low), math.log(high)) if is_log else (low, high)

    def __call__(self, value: float) -> float:
        at = math.log(value) if self.is_log else value
        share = (at - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return self.start + share * (self.end - self.start)


def _ticks(low: float, high: float) -> list[float]:
    """Two to five round values that enclose or part the range."""
    span = next(length for length in (high - low, abs(high), 1.0) if length > _TINY)
    unit = 10.0 ** math.floor(math.log10(span / 2))
    step = next(unit * factor for factor in (1, 2, 5, 10) if span / (unit * factor) <= 4)
    return [step * at for at in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _labels(ticks: Sequence[float]) -> list[tuple[float, str]]:
    """Each tick with its number, in as many digits as tell them apart."""
    for digits in range(3, 18):
        labels = [f"{tick:.{digits}g}" for tick in ticks]
        if len(set(labels)) == len(set(ticks)):
            break
    return list(zip(ticks, labels, strict=True))


def _log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten in the range and at its ends, not more than five."""
    start, end = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = math.ceil((end - start) / 4)
    return [10.0**power for power in range(start, end + 1, every)]
