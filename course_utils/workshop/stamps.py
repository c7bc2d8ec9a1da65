"""What a lesson's outputs depend on besides its cells, as a digest that is the same on every machine.

Built notebooks carry it in their metadata, so that outputs are made anew when one of these has changed.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from course_utils import course
from course_utils.lessons.source import Lesson
from course_utils.workshop import parts
from course_utils.workshop.imports import imported, modules, needed, public

KEY = "course_utils"
"""Of a notebook's metadata."""
_ALWAYS = {"course_utils", "course_utils.exercises.declaration"}
_IMPORTED = re.compile(r"(?m)^from course_utils import (\([^)]*\)|.+$)")


def made_from(lesson: Lesson) -> dict[str, str]:
    """Digests of what the lesson's outputs are made from besides its own cells.

    Returns:
        `lesson`: of what was written for it, its exercises and data. `course_utils`: of the modules that these and the
        names that it imports need.
    """
    here = course.here()
    written, shared = _files(lesson)
    return {"lesson": _digest(written, here.root), "course_utils": _digest(shared, course.ROOT)}


def files(lesson: Lesson) -> list[Path]:
    """The modules that its outputs are made from."""
    written, shared = _files(lesson)
    return [*written, *shared]


def _files(lesson: Lesson) -> tuple[list[Path], list[Path]]:
    """Those written for the lesson, and those of the course that they and the lesson need."""
    here = course.here()
    names = set(re.findall(r"\w+", "\n".join(_IMPORTED.findall("\n".join(line for _, line in parts.code(lesson))))))
    written = parts.modules(lesson, "exercises", "data")
    if here.lessons:  # a course of one's own makes data of this one, too
        package = course.Course(course.ROOT)
        written += [
            package.room("data") / f"{name}.py" for name in parts.data_sets(lesson) if name in package.names("data")
        ]
    begin = {public()[name] for name in names & set(public())} | _ALWAYS
    for path in written:
        with contextlib.suppress(SyntaxError, ValueError):  # somebody is writing it, which `faults` tells
            begin |= {target for _, target in imported(ast.parse(path.read_text(encoding="utf-8")))}
    return written, [path for name in sorted(needed(begin)) if (path := modules()[name]) not in written]


def _digest(paths: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name}\n".encode())
        digest.update("\n".join(path.read_text(encoding="utf-8").splitlines()).encode())
    return digest.hexdigest()[:12]
