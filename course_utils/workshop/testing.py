"""The tests of one lesson: `python -m course_utils test NN`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence

from course_utils import course
from course_utils.lessons.editions import FOLDERS
from course_utils.lessons.source import Lesson, parse
from course_utils.workshop.build import select, target
from course_utils.workshop.parts import data_sets

_FILES = ("tests/test_exercises.py", "tests/test_built_lessons.py")
"""Tests with a case for each lesson, where a course has them."""


def run(numbers: Sequence[str] = (), *, jobs: int = 2) -> int:
    """Test lessons, each as far as it goes by itself.

    Args:
        numbers: such as `["14"]`; all lessons when none is given.
        jobs: how many tests run at a time.

    Returns:
        The exit code of pytest.

    Raises:
        BuildError: for a number that no lesson has.
    """
    here = course.here()
    lessons = [parse(path) for path in select(numbers)]
    paths = [*_FILES, *(path for lesson in lessons for path in _own(lesson))]
    there = list(dict.fromkeys(path for path in paths if (here.root / path).exists()))
    wanted = " or ".join(name for lesson in lessons for name in _names(lesson)) if numbers else ""
    nbval = ["--nbval", "--nbval-current-env"]
    if (rules := here.root / "tests" / "sanitize.cfg").exists():
        nbval += ["--nbval-sanitize-with", here.shown(rules)]
    picked = ["-k", wanted] if wanted else []
    command = [sys.executable, "-m", "pytest", *there, *nbval, "-n", str(jobs), "--dist", "loadscope", *picked]
    print(f"pytest {' '.join(there)}", flush=True)
    return subprocess.run(command, cwd=here.root, check=False).returncode


def _own(lesson: Lesson) -> Iterator[str]:
    """The tests of a lesson's data, and its editions."""
    here = course.here()
    for name in data_sets(lesson):
        yield f"tests/test_data_{name}.py"
    for edition in FOLDERS:
        yield here.shown(target(lesson, edition))


def _names(lesson: Lesson) -> Iterator[str]:
    """What the cases of a lesson have in their names."""
    yield f"lesson_{lesson.number}"
    yield lesson.path.stem
    for path in _own(lesson):
        if path.endswith(".py"):
            yield path.rpartition("/")[2].removesuffix(".py")
