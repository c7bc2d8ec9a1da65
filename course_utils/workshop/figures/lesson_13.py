"""Pictures of lesson 13."""

from __future__ import annotations

from typing import Any

from course_utils.exercises import exercise
from course_utils.graphs.draw import plot_model


def capstone() -> Any:
    """L20: three inputs, a shared layer, a skip connection, two heads."""
    return plot_model(exercise("13.1").target(), show_parameters=False)


FIGURES = {"13_capstone": capstone}
