"""Exercises of lesson 01, layers are functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from course_utils.checks.criterion import Has
from course_utils.checks.design import Design
from course_utils.checks.models import Parameters, SameGraph
from course_utils.checks.saying import Says
from course_utils.checks.shapes import Ends, Shapes
from course_utils.checks.structure import Functional, Structure
from course_utils.checks.values import SameValue
from course_utils.exercises.declaration import Exercise


def _numbers() -> Mapping[str, Any]:
    return {
        "kernel": np.array([[1.0, 0.0, -2.0], [0.5, 1.0, 3.0]]),
        "bias": np.array([0.1, 0.2, 0.3]),
        "example": np.array([[2.0, -1.0]]),
    }


def _photographs() -> Mapping[str, Any]:
    return {"photo": np.random.default_rng(7).uniform(size=(8, 150, 150, 3)).astype("float32")}


def _ends_in_a_sigmoid(design: Design) -> str | None:
    from course_utils.graphs.normal import normal_form

    graph = normal_form(design.whole)
    end = graph.nodes[graph.outputs[0].node]
    while end.kind in ("Flatten", "Reshape"):
        end = graph.nodes[end.inputs[0].node]
    if end.kind.casefold() in ("clip", "minimum", "maximum"):
        return f"`{end.name}` cuts off what is below 0 or above 1; a sigmoid was asked for, which bends."
    last = end.settings.get("activation")
    if last in (None, "sigmoid"):  # what has no name is judged by what it says
        return None
    called = last[0] if isinstance(last, tuple) else last
    return f"the last activation is `{called}`, of `{end.name}`; a sigmoid was asked for."


EXERCISES = (
    Exercise(
        id="1.1",
        title="Before the activation",
        asks_for="value",
        given=_numbers,
        criteria=[
            SameValue(
                name="z",
                mistakes=[
                    ([[1.5, -1.0, -7.0]], "the bias is missing: z = b + Wᵀa."),
                    ([[1.6, 0.0, 0.0]], "that is after relu; z is what goes into the activation."),
                    ([1.6, -0.8, -6.7], "the numbers are right; the shape should be (1, 3): keep the examples' axis."),
                ],
                look="One example is a row, so Wᵀa is `example @ kernel`.",
            )
        ],
        hints=["`@` multiplies matrices: `example @ kernel`.", "`bias + example @ kernel`"],
    ),
    Exercise(
        id="1.2",
        title="From Sequential to functional",
        criteria=[Functional(), SameGraph()],
        hints=[
            "Begin with `inputs = keras.Input(shape=(20,))`.",
            'Each layer is called on the tensor before it: `x = layers.Dense(16, activation="tanh")(inputs)`.',
            "End with `model = keras.Model(inputs, outputs)`.",
        ],
    ),
    Exercise(
        id="1.3",
        title="Count first",
        asks_for="value",
        criteria=[
            SameValue(
                name="parameters",
                mistakes=[
                    (456, "these are the weights alone; each unit has a bias besides."),
                    (336, "that is the first layer alone."),
                    (472, "the last layer is missing."),
                ],
                look="For each layer: numbers read × units + units; then add up the three layers.",
            )
        ],
        hints=["The first layer reads 20 numbers and has 16 units: 20 × 16 + 16.", "336 + 136 + …"],
    ),
    Exercise(
        id="1.4",
        title="A diet",
        criteria=[
            Structure(inputs=1, outputs=1, kinds=["convolution"]),
            Shapes(
                [Ends("input", (150, 150, 3), "photographs have"), Ends("output", (1,), "one unit gives")],
                name="input and output",
                praise="a photograph in, one number out.",
            ),
            Has("last activation", _ends_in_a_sigmoid, "a sigmoid, so the number lies between 0 and 1."),
            Parameters(at_most=100_000),
            Says(_photographs, {"photo": "sigmoid"}, praise="anything between 0 and 1."),
        ],
        hints=[
            "Nearly all parameters come from `Flatten` followed by `Dense`. What else makes a picture small?",
            "A second `Conv2D`, then `GlobalAveragePooling2D()` in place of `Flatten()`: one number a filter is left.",
        ],
    ),
    Exercise(
        id="1.5",
        discloses="step by step",
        title="Mend it",
        criteria=[Functional(), SameGraph()],
        hints=[
            "Follow the variables back from `outputs`. Which `numbers` do you arrive at?",
            "`numbers` is given a new value in line 3, so `keras.Model` gets the wrong one. Is that line needed?",
        ],
    ),
)
