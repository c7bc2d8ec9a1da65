"""The pictures in `figures/`: one module a lesson, `python -m course_utils figures [--check]`.

A module's `FIGURES` maps file names without ending to functions that draw: a `Picture` of a graph or a matplotlib
figure.
"""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from course_utils import course
from course_utils.graphs.reading.traceless import names_from_the_start
from course_utils.workshop import faults

Drawing = Callable[[], Any]


class FigureError(RuntimeError):
    """A figure that cannot be drawn; the message names the file, the line and the cure."""

    def __init__(self, error: Exception, file: Path) -> None:
        super().__init__(str(faults.of_error(error, file, "the figure cannot be drawn")))


_MEND = "run `python -m course_utils figures`"


def every() -> Iterator[tuple[str, Drawing]]:
    """Name and drawing function of every figure, in the order of the lessons."""
    here = course.here()
    for module in here.names("figures"):
        try:
            yield from here.load("figures", module).FIGURES.items()
        except Exception as error:
            raise FigureError(error, here.room("figures") / f"{module}.py") from error


def svg(draw: Drawing) -> str:
    """The SVG that a function draws, the same each time."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    try:
        with names_from_the_start():
            drawn = draw()
    except Exception as error:
        raise FigureError(error, Path(inspect.getfile(draw))) from error
    if hasattr(drawn, "svg"):
        return str(drawn.svg).rstrip() + "\n"
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "figure", "svg.fonttype": "none"}):
        drawn.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(drawn)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def write(numbers: Sequence[str] = ()) -> None:
    """Draw the figures of these lessons (all, when none is given) into `figures/`.

    Raises:
        FigureError: for a module or a function that raises.
    """
    folder = course.here().figures
    folder.mkdir(exist_ok=True)
    for name, draw in every():
        if not name.startswith(_beginnings(numbers)):
            continue
        (folder / f"{name}.svg").write_text(svg(draw), encoding="utf-8")
        print(f"figures/{name}.svg")


def stale(numbers: Sequence[str] = ()) -> list[str]:
    """Figures of these lessons (all, when none is given) that are missing or not what their function draws.

    Elements and words are compared, not coordinates, which may differ between machines in the last digit.
    """
    folder = course.here().figures
    wanted = _beginnings(numbers)
    problems = []
    try:
        draws = {name: draw for name, draw in every() if name.startswith(wanted)}
    except FigureError as error:
        return [str(error)]
    for name, draw in draws.items():
        path = folder / f"{name}.svg"
        if not path.exists():
            problems.append(f"figures/{name}.svg is missing: {_MEND}")
            continue
        try:
            drawn = svg(draw)
        except FigureError as error:
            problems.append(str(error))
            continue
        if _structure(path.read_text(encoding="utf-8")) != _structure(drawn):
            problems.append(f"figures/{name}.svg is not what its function draws: {_MEND}")
    for path in sorted(folder.glob("*.svg")):
        if path.stem.startswith(wanted) and path.stem not in draws:
            problems.append(f"figures/{path.name} is drawn by nothing: delete it, or write a function that draws it")
    return problems


def _beginnings(numbers: Sequence[str]) -> tuple[str, ...]:
    """What the names of these lessons' figures begin with."""
    return tuple(f"{number.zfill(2)}_" for number in numbers) or ("",)


def _structure(text: str) -> list[str]:
    return re.findall(
        r"<(?:[A-Za-z]+)|>[^<>]*[^<>\s][^<>]*<", re.sub(r"(?s)<(style|metadata|defs)\b.*?</\1>", "", text)
    )
