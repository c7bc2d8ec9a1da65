"""The exercises, declared: one module a lesson."""

from __future__ import annotations

import difflib
from functools import cache

from course_utils import course
from course_utils.exercises.declaration import Exercise


class UnknownExercise(LookupError):
    """No exercise has this id; the message gives those there are and the nearest."""


def every() -> dict[str, Exercise]:
    """All exercises by id, in the order of the course that one works in."""
    return _declared(course.here())


@cache
def _declared(where: course.Course) -> dict[str, Exercise]:
    return {exercise.id: exercise for exercises in where.all("exercises", "EXERCISES") for exercise in exercises}


def exercise(id: str) -> Exercise:
    """The exercise with this id.

    Args:
        id: lesson and number, such as `"1.2"`.

    Returns:
        The exercise: `.check(value)`, `.hint()`, `.solution()`.

    Raises:
        UnknownExercise: for any other id; the message lists the ids there are and names the nearest.
    """
    exercises = every()
    if isinstance(id, str) and id.strip() in exercises:
        return exercises[id.strip()]
    wanted = str(id).strip()
    if wanted in exercises:
        raise UnknownExercise(f'An id is text: write exercise("{wanted}").')
    same_lesson = [known for known in exercises if known.split(".")[0] == wanted.split(".")[0]]
    near = difflib.get_close_matches(wanted, exercises, n=1, cutoff=0.0)
    if same_lesson and "." in wanted:
        near = difflib.get_close_matches(wanted, same_lesson, n=1, cutoff=0.0)
    nearest = f' Did you mean exercise("{near[0]}")?' if near else ""
    raise UnknownExercise(f'There is no exercise "{wanted}"; there are {", ".join(exercises)}.{nearest}')
