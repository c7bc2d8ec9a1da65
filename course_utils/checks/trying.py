"""A criterion tried on a value, without an exercise: what a learner would be told, level by level."""

from __future__ import annotations

import textwrap
import time
from typing import Any

from course_utils.checks.criterion import Answer, Attempt, Criterion
from course_utils.checks.result import LEVELS
from course_utils.signs import plain

SECONDS = 90.0
WIDTH = 100  # columns of what is printed


def tell(criterion: Criterion, value: Any, answer: Any = None) -> None:
    """Print what a criterion says of a value; of a mistake, all that is told step by step.

    Args:
        criterion: any.
        value: what a learner may have given; a model is not looked at first, as an exercise does.
        answer: what it is compared with, where the criterion compares.
    """
    found = criterion.judge(Attempt(value, Answer(lambda: answer), time.monotonic() + SECONDS))
    if found.passed:
        print(plain(_wrapped(f"✓ {found.message}")))
    elif not found.telling:
        print(plain(_wrapped(f"✗ {found.message}")))
    else:
        last = criterion.gives_away if len(found.telling) < len(LEVELS) else "all"
        levels = [*LEVELS[: len(found.telling)], last]
        lines = [f"{level}: {said}" for level, said in zip(levels, (*found.telling, found.message), strict=True)]
        print(plain("✗ " + "\n  ".join(map(_wrapped, lines))))


def _wrapped(line: str) -> str:
    return textwrap.fill(line, WIDTH, subsequent_indent="    ", break_on_hyphens=False)
