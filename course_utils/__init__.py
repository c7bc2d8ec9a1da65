"""What the notebooks of the course import.

    from course_utils import data, exercise, plot_model, plot_difference, compare_models, show, Progress

Importing this package is quick: Keras and TensorFlow are loaded by the first name that needs them.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course_utils import data
    from course_utils.checks.exercise import exercise
    from course_utils.graphs.difference import compare_models
    from course_utils.graphs.draw import plot_difference, plot_model
    from course_utils.progress import Progress
    from course_utils.show import show

# TensorFlow reads this once, when it is first imported: keep its start-up notes out of the notebooks.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

_HOMES = {
    "compare_models": "course_utils.graphs.difference",
    "exercise": "course_utils.checks.exercise",
    "plot_difference": "course_utils.graphs.draw",
    "plot_model": "course_utils.graphs.draw",
    "Progress": "course_utils.progress",
    "show": "course_utils.show",
}

__all__ = ["Progress", "compare_models", "data", "exercise", "plot_difference", "plot_model", "show"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name == "data":
        return importlib.import_module("course_utils.data")
    raise AttributeError(f"module 'course_utils' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
