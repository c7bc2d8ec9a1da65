"""Where the parts of a course stand: of this one, or of a folder of lessons of somebody's own.

A course of one's own is a folder whose `pyproject.toml` says where its lessons are:

    [tool.course_utils]
    lessons = "lessons"

Whoever works in that folder or beneath it, an author at a shell or a kernel with a notebook of it, has the lessons
and exercises of that course; everybody else has those of this one.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

Room = Literal["exercises", "data", "figures", "answers"]
"""What a course has modules for: declared exercises, makers of data, pictures, and answers to test exercises with."""

ROOT = Path(__file__).resolve().parents[1]
_ELSEWHERE = "course_here"
_ROOMS: dict[Room, str] = {
    "exercises": "course_utils.exercises",
    "data": "course_utils.data",
    "figures": "course_utils.workshop.figures",
    "answers": "tests.answers",
}


_MAKES = re.compile(r"(?m)^def make\(")


class CourseError(ValueError):
    """A `pyproject.toml` that says wrongly where the lessons are; the message names the file and the cure."""


@dataclass(frozen=True)
class Course:
    """Where a course is.

    Args:
        root: the folder of `notebooks/`, `solutions/`, `figures/`, `tests/` and `README.md`.
        lessons: in a course of somebody's own, the folder beneath `root` with the sources `NN_topic.py`, and with
            `exercises/`, `data/` and `figures/` beside them; nothing for this course.
    """

    root: Path
    lessons: str = ""

    @property
    def sources(self) -> Path:
        """The folder of the sources, `NN_topic.py`."""
        return self.root / (self.lessons or "solutions")

    @property
    def figures(self) -> Path:
        """The folder of the pictures, drawn."""
        return self.root / "figures"

    def room(self, room: Room) -> Path:
        """The folder of the modules of one kind."""
        if not self.lessons:
            return ROOT.joinpath(*_ROOMS[room].split("."))
        return self.root / "tests" / "answers" if room == "answers" else self.sources / room

    def package(self, room: Room) -> str:
        """The package that these modules belong to."""
        if not self.lessons:
            return _ROOMS[room]
        return f"{_ELSEWHERE}_{zlib.crc32(str(self.root).encode()):08x}_{room}"

    def names(self, room: Room) -> list[str]:
        """The modules of one kind, in order: of lessons `lesson_NN`, of data what defines `make`."""
        paths = sorted(self.room(room).glob("*.py"))
        if room == "data":
            return [path.stem for path in paths if _MAKES.search(path.read_text(encoding="utf-8", errors="replace"))]
        return [path.stem for path in paths if path.stem.startswith("lesson_")]

    def load(self, room: Room, name: str) -> ModuleType:
        """Import one of them."""
        package = self.package(room)
        if self.lessons and package not in sys.modules:
            sys.modules[package] = ModuleType(package, "Modules of the course whose folder this is.")
            sys.modules[package].__path__ = [str(self.room(room))]
        return importlib.import_module(f"{package}.{name}")

    def all(self, room: Room, name: str) -> Iterator[Any]:
        """What each module of one kind calls by this name."""
        for module in self.names(room):
            yield getattr(self.load(room, module), name)

    def shown(self, path: Path) -> str:
        """A file of the course as its author names it."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)


@cache
def here() -> Course:
    """The course that this process was started in: that of the folder it works in, else this one.

    Raises:
        CourseError: a `pyproject.toml` with a section `[tool.course_utils]` that names no folder of lessons.
    """
    try:
        return course_of(Path.cwd())
    except FileNotFoundError:  # the folder is gone
        return Course(ROOT)


def course_of(folder: Path) -> Course:
    """The course that a folder belongs to.

    Raises:
        CourseError: see `here`.
    """
    for above in (folder, *folder.parents):
        if above == ROOT:
            break
        settings = _settings(above / "pyproject.toml")
        if settings is not None:
            return Course(above, _lessons(above, settings))
    return Course(ROOT)


def _settings(path: Path) -> dict[str, Any] | None:
    if not os.path.isfile(path) or "[tool.course_utils]" not in (text := path.read_text(encoding="utf-8")):
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return dict(tomllib.loads(text)["tool"]["course_utils"])
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path} is not TOML: {error}") from None


def _lessons(root: Path, settings: dict[str, Any]) -> str:
    folder = settings.get("lessons")
    if not isinstance(folder, str) or not (root / folder).is_dir() or (root / folder).resolve() == root.resolve():
        found = "no such line" if folder is None else repr(folder)
        raise CourseError(
            f"{root / 'pyproject.toml'}: [tool.course_utils] needs a line `lessons = 'lessons'` that names the folder "
            f"beside it with the lessons' sources; there is {found}."
        )
    return folder
