"""Exercises of lesson 00, start here."""

from course_utils.checks.models import SameGraph
from course_utils.checks.values import SameValue
from course_utils.exercises.declaration import Exercise

EXERCISES = (
    Exercise(
        id="0.1",
        title="Count",
        asks_for="value",
        criteria=[
            SameValue(
                name="parameters",
                mistakes=[
                    (8, "8 are the weights; each unit has a bias besides."),
                    (40, "40 is the layer `hidden`; the question is about `price`."),
                    (49, "49 is the whole model; the question is about `price` alone."),
                    (16, "a unit has one bias, not one for each number it reads."),
                ],
                look="One weight for each number that is read, and one bias for each unit.",
            )
        ],
        hints=["One unit reads 8 numbers. How many weights is that?", "8 weights, and one bias for the unit."],
    ),
    Exercise(
        id="0.2",
        title="Build",
        criteria=[SameGraph()],
        hints=[
            "Copy the four lines that make `first`; two numbers change, and the last line begins with `model =`.",
            '`keras.Input(shape=(3,))` gives three measurements; `layers.Dense(16, activation="relu")` has 16 units.',
        ],
    ),
)
