"""A curve and what a network makes of it, drawn in SVG and told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from course_utils.data import waves
from course_utils.graphs.draw.scene import SANS
from course_utils.widgets.fitting import GRID, Fit

WIDTH, HEIGHT = 340, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 332, 26, 170
_TICKS = {"sin": (-1.0, 0.0, 1.0), "exp": (1.0, 2.0, 3.0)}
_MARGIN = 0.5  # below the lowest tick and above the highest; what a network says beyond is drawn at the edge
_STYLE = (
    f"text{{font:11px {SANS};fill:#1f2933}}.paper{{fill:#fff}}.grid{{stroke:#d5dae1}}"
    ".truth,.network{fill:none}.truth{stroke:#1565c0;stroke-width:1.5}"
    ".network{stroke:#a8420a;stroke-width:3;stroke-dasharray:7 4}"
    "@media (prefers-color-scheme:dark){text{fill:#e3e6ea}.paper{fill:#121212}.grid{stroke:#3d444d}"
    ".truth{stroke:#7db7ff}.network{stroke:#ffab70}}"
)
CURVES = tuple(_TICKS)
"""Names of the curves that can be drawn, all of them in `waves.FUNCTIONS`."""


def draw(curve: str, fit: Fit) -> str:
    """The curve and the network's line as an `<svg>` element that stands alone, for a light and a dark theme.

    Args:
        curve: one of `CURVES`.
        fit: a line that has values which are no numbers is left out there.
    """
    ticks = _TICKS[curve]
    low, high = ticks[0] - _MARGIN, ticks[-1] + _MARGIN

    def up(value: float) -> float:
        return _BOTTOM - (min(max(value, low), high) - low) / (high - low) * (_BOTTOM - _TOP)

    drawn = [*_grid(ticks, up)]
    for name, values in (("truth", waves.FUNCTIONS[curve](GRID[:, 0])), ("network", fit.line)):
        known = np.isfinite(values)
        places = zip(_LEFT + GRID[known, 0] * (_RIGHT - _LEFT), map(up, values[known]), strict=True)
        drawn.append(f'<polyline class="{name}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<style>{_STYLE}</style><rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>{_key(curve)}'
        f"{''.join(drawn)}</svg>"
    )


def _key(curve: str) -> str:
    """Which line is which."""
    return "".join(
        f'<line class="{name}" x1="{x}" y1="12" x2="{x + 32}" y2="12"/><text x="{x + 38}" y="16">{words}</text>'
        for name, words, x in (("truth", waves.FORMULAS[curve], _LEFT), ("network", "network", 150))
    )


def _grid(ticks: Iterable[float], up: Callable[[float], float]) -> Iterable[str]:
    for tick in ticks:
        y = up(tick)
        yield f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{_RIGHT}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'.replace("-1<", "−1<")
    for x, words, anchor in ((0.0, "0", "start"), (0.5, "x = 0.5", "middle"), (1.0, "1", "end")):
        yield f'<text x="{_LEFT + x * (_RIGHT - _LEFT):.1f}" y="{HEIGHT - 5}" text-anchor="{anchor}">{words}</text>'


def alt(curve: str, fit: Fit) -> str:
    """What the picture shows, in words that are the same on every machine."""
    truth = f"The curve of {waves.FORMULAS[curve]} and the network's line"
    if fit.is_lost:
        return f"The curve of {waves.FORMULAS[curve]}, and no network's line: it says NaN."
    return f"{truth}, which {'follows' if fit.follows else 'does not follow'} it."
