"""What belongs to a lesson besides its source: its data sets, and the modules that were written for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from course_utils import course
from course_utils.course import Room
from course_utils.lessons.source import Lesson

MAKE = re.compile(r"\bdata\.(\w+)\.make\w*")
"""What makes a data set, which it names: `data.digits.make()`, `data.digits.make_pairs()`."""


def code(lesson: Lesson) -> Iterator[tuple[int, str]]:
    """The lines of its code cells but for comments, and where they are, counted from 0."""
    for cell in lesson.cells:
        for at in range(cell.start + 1, cell.end) if not cell.is_prose else ():
            if not lesson.lines[at].lstrip().startswith("#"):
                yield at, lesson.lines[at]


def data_sets(lesson: Lesson) -> list[str]:
    """The names of the data sets that it makes, in alphabetical order."""
    return sorted({name for _, line in code(lesson) for name in MAKE.findall(line)})


def modules(lesson: Lesson, *rooms: Room) -> list[Path]:
    """The modules of these rooms that were written for it, as far as they are there."""
    here = course.here()
    names = {room: data_sets(lesson) if room == "data" else [f"lesson_{lesson.number}"] for room in rooms}
    paths = [here.room(room) / f"{name}.py" for room, listed in names.items() for name in listed]
    return [path for path in paths if path.exists()]
