"""From a lesson's source to its two editions, as files to read: `golden/solutions/20_doubling.py` and what it becomes.

Where the pipeline is meant to change, `python -m tests.test_golden_lesson` writes the editions anew.
"""

from pathlib import Path

import nbformat
import pytest

from course_utils import course
from course_utils.course import Course
from course_utils.lessons.editions import FOLDERS, derive
from course_utils.lessons.source import find_answer, parse
from course_utils.workshop.build import target

GOLDEN = Path(__file__).with_name("golden")
SOURCES = GOLDEN / "solutions"
LESSON = SOURCES / "20_doubling.py"


def edition(kind):
    """An edition as the build writes it before it runs it."""
    return nbformat.writes(derive(parse(LESSON), kind)) + "\n"


@pytest.fixture(autouse=True)
def golden_sources(monkeypatch):
    monkeypatch.setattr(course, "here", lambda: Course(GOLDEN))


@pytest.mark.parametrize("kind", FOLDERS)
def test_an_edition_is_what_its_source_says(kind):
    assert edition(kind) == target(parse(LESSON), kind).read_text(encoding="utf-8")


def test_what_a_check_compares_with_comes_from_the_same_source():
    assert find_answer("20.1") == ("model", "y = layers.Dense(1)(x)\nmodel = keras.Model(x, y)\n")


if __name__ == "__main__":
    course.here = lambda: Course(GOLDEN)
    for kind in FOLDERS:
        target(parse(LESSON), kind).write_text(edition(kind), encoding="utf-8", newline="\n")
