"""Whether a record of the exercises is kept, and where: only for somebody who works through a notebook."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_utils.cells import watched
from course_utils.checks.done import Done
from course_utils.exercises.record import Record
from course_utils.lessons.editions import FOLDERS

FILE = ".progress.sqlite"
SETTING = "COURSE_PROGRESS"
"""Of the environment: the path of another file, or `off`."""

_SOLVED = (
    "The solved edition records nothing: yours is the record beside the notebooks with the blanks, in `notebooks/`."
)
_NOT_BY_HAND = (
    "This is where everybody begins. What you do is recorded when you run the cells in JupyterLab or VS Code; run this "
    "cell again to see where you are."
)
_OFF = f"Nothing is recorded: the environment variable `{SETTING}` is `off`."


@dataclass(frozen=True)
class Place:
    """Where the record is, or why there is none."""

    record: Record | None
    why_none: str = ""


def place() -> Place:
    """Where the record is of who runs the cell.

    None is kept of the solved edition, whose answers are not the learner's; and none where a notebook is executed as a
    whole: the build and nbval neither write beside the notebooks nor show what happened there before.
    """
    cells = watched()
    if cells is not None and cells.folder.name == FOLDERS["solved"]:
        return Place(None, _SOLVED)
    if cells is None or not cells.is_by_hand:
        return Place(None, _NOT_BY_HAND)
    setting = os.environ.get(SETTING, "").strip()
    if setting.casefold() == "off":
        return Place(None, _OFF)
    return Place(_record(cells.folder / os.path.expanduser(setting or FILE)))


def note_down(exercise: str, done: Done) -> None:
    """Add to the record, where one is kept."""
    record = place().record
    if record is not None:
        record.add(exercise, done)


@cache
def _record(path: Path) -> Record:
    """The same for the same file: it holds what could not be written yet."""
    return Record(path)
