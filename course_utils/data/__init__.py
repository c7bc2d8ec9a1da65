"""Synthetic data that can be learned: one module a lecture example, seeded, without downloads.

Each module has `make(n=…, seed=…) -> Dataset`. The modules load when they are first used.
"""

from __future__ import annotations

from types import ModuleType

from course_utils import course
from course_utils.course import ROOT, Course
from course_utils.data.dataset import Dataset as Dataset
from course_utils.data.dataset import Split as Split


def _homes(here: Course) -> dict[str, Course]:
    """The modules that make data: those of this course, and of the course one works in."""
    return {name: where for where in (Course(ROOT), here) for name in where.names("data")}


def __getattr__(name: str) -> ModuleType:
    if name.startswith("_"):
        raise AttributeError(f"module 'course_utils.data' has no attribute {name!r}")
    here = course.here()
    homes = _homes(here)
    if name in homes:
        return homes[name].load("data", name)
    folder = here.shown(here.room("data"))
    raise AttributeError(
        f"module 'course_utils.data' has no attribute {name!r}; it has {', '.join(homes)}. A new one is a file "
        f"{folder}/{name}.py with a function `make`."
    )


def __dir__() -> list[str]:
    return ["Dataset", "Split", *_homes(course.here())]
