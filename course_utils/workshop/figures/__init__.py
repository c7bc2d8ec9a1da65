"""The pictures in `figures/`: one module a lesson, `python -m course_utils figures [--check]`.

A module's `FIGURES` maps file names without ending to functions that draw: a `Picture` of a graph or a matplotlib
figure.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from course_utils import course
from course_utils.graphs.reading.traceless import names_from_the_start

Drawing = Callable[[], Any]


def every() -> Iterator[tuple[str, Drawing]]:
    """Name and drawing function of every figure, in the order of the lessons."""
    for drawings in course.here().all("figures", "FIGURES"):
        yield from drawings.items()


def svg(draw: Drawing) -> str:
    """The SVG that a function draws, the same each time."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    with names_from_the_start():
        drawn = draw()
    if hasattr(drawn, "svg"):
        return str(drawn.svg).rstrip() + "\n"
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "figure", "svg.fonttype": "none"}):
        drawn.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(drawn)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def write() -> None:
    """Draw all figures into `figures/` and delete those that nothing draws."""
    folder = course.here().figures
    folder.mkdir(exist_ok=True)
    names = set()
    for name, draw in every():
        names.add(f"{name}.svg")
        (folder / f"{name}.svg").write_text(svg(draw), encoding="utf-8")
        print(f"figures/{name}.svg")
    for path in folder.glob("*.svg"):
        if path.name not in names:
            path.unlink()


def stale() -> list[str]:
    """Figures that are missing or no longer what their function draws: a sentence each.

    Elements and words are compared, not coordinates, which may differ between machines in the last digit.
    """
    folder = course.here().figures
    problems = []
    names = set()
    for name, draw in every():
        names.add(f"{name}.svg")
        path = folder / f"{name}.svg"
        if not path.exists():
            problems.append(f"figures/{name}.svg is missing: run `make figures`")
        elif _structure(path.read_text(encoding="utf-8")) != _structure(svg(draw)):
            problems.append(f"figures/{name}.svg is not what its function draws: run `make figures`")
    problems += [
        f"figures/{path.name} is drawn by nothing: run `make figures`"
        for path in sorted(folder.glob("*.svg"))
        if path.name not in names
    ]
    return problems


def _structure(text: str) -> list[str]:
    return re.findall(
        r"<(?:[A-Za-z]+)|>[^<>]*[^<>\s][^<>]*<", re.sub(r"(?s)<(style|metadata|defs)\b.*?</\1>", "", text)
    )
