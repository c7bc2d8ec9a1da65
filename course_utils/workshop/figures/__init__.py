"""The pictures in `figures/`: one module a lesson, `python -m course_utils figures [--check]`.

A module's `FIGURES` maps file names without ending to functions that draw: a `Picture` of a graph or a matplotlib
figure.
"""

from __future__ import annotations

import importlib
import io
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any

from course_utils.graphs.reading.traceless import names_from_the_start
from course_utils.lessons.source import ROOT

FOLDER = ROOT / "figures"
Drawing = Callable[[], Any]


def every() -> Iterator[tuple[str, Drawing]]:
    """Name and drawing function of every figure, in the order of the lessons."""
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        yield from importlib.import_module(f"{__name__}.{info.name}").FIGURES.items()


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
    FOLDER.mkdir(exist_ok=True)
    names = set()
    for name, draw in every():
        names.add(f"{name}.svg")
        (FOLDER / f"{name}.svg").write_text(svg(draw), encoding="utf-8")
        print(f"figures/{name}.svg")
    for path in FOLDER.glob("*.svg"):
        if path.name not in names:
            path.unlink()


def stale() -> list[str]:
    """Figures that are missing or no longer what their function draws: a sentence each.

    Elements and words are compared, not coordinates, which may differ between machines in the last digit.
    """
    problems = []
    names = set()
    for name, draw in every():
        names.add(f"{name}.svg")
        path = FOLDER / f"{name}.svg"
        if not path.exists():
            problems.append(f"figures/{name}.svg is missing: run `make figures`")
        elif _structure(path.read_text(encoding="utf-8")) != _structure(svg(draw)):
            problems.append(f"figures/{name}.svg is not what its function draws: run `make figures`")
    problems += [
        f"figures/{path.name} is drawn by nothing: run `make figures`"
        for path in sorted(FOLDER.glob("*.svg"))
        if path.name not in names
    ]
    return problems


def _structure(text: str) -> list[str]:
    return re.findall(
        r"<(?:[A-Za-z]+)|>[^<>]*[^<>\s][^<>]*<", re.sub(r"(?s)<(style|metadata|defs)\b.*?</\1>", "", text)
    )
