"""Exercises of lesson 30, tiny."""

from course_utils.checks.values import SameValue
from course_utils.exercises.declaration import Exercise

EXERCISES = (
    Exercise(
        id="30.1",
        title="Twice",
        asks_for="value",
        criteria=[SameValue(name="four")],
        hints=["2 + 2"],
    ),
)
