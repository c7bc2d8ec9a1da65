"""Exercises of lesson 13, the capstone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course_utils.checks.compiling import InProportion
from course_utils.checks.describing import Described, Skips
from course_utils.checks.learning import CHECK_SEED, Goal, Learns
from course_utils.checks.models import Named, Parameters, SameGraph
from course_utils.checks.structure import Structure
from course_utils.checks.values import SameValue
from course_utils.data import Dataset, Split
from course_utils.exercises.declaration import Exercise


def _three_views() -> Dataset:
    """The data of the lesson: x a tenth before, now, a tenth after."""
    from course_utils import data

    waves = data.waves.make(targets=("sin", "cos"), seed=CHECK_SEED)

    def views(split: Split) -> Split:
        x = split.x["x"]
        return Split({"before": x - 0.1, "now": x, "after": x + 0.1}, split.y)

    return Dataset(views(waves.train), views(waves.validation))


def _built() -> Mapping[str, Any]:
    return {"model": EXERCISES[0].target()}


EXERCISES = (
    Exercise(
        id="13.1",
        title="From the figure",
        criteria=[SameGraph(inputs="named", outputs="named")],
        hints=[
            'Three boxes have the mark of one layer: make it once, `look = layers.Dense(16, activation="gelu")`.',
            "`past` is an `Add` of two tensors: one from `mix`, one from a call of `look`. From which?",
            "The heads hang on `past`: `sin` directly, `cos` behind one more layer.",
        ],
    ),
    Exercise(
        id="13.2",
        title="Count it from the figure",
        asks_for="value",
        criteria=[
            SameValue(
                name="parameters",
                mistakes=[
                    (1186, "`look` is counted three times; it is one layer."),
                    (610, "`mix` reads what all three calls of `look` give: 48 numbers."),
                    (1072, "these are the weights alone; each unit has a bias besides."),
                    (1105, "a head is missing."),
                ],
                look="Layer by layer: numbers read × units + units. Shared once; adding and joining cost nothing.",
            )
        ],
        hints=["`look` reads 1 number, `mix` 48, the others 16.", "32 + 784 + 17 + 272 + …"],
    ),
    Exercise(
        id="13.3",
        continues="13.1",
        title="Make it learn",
        given=_built,
        criteria=[
            SameGraph(inputs="named", outputs="named"),
            InProportion(optimizer=True, learning_rate=True),
            Learns(_three_views, Goal(0.01, output="sin"), epochs=40, batch_size=50),
        ],
        hints=[
            "`keras.optimizers.Adam(0.01)`; losses and weights as dicts with the keys `sin` and `cos`.",
            '`loss_weights={"sin": 2.0, "cos": 1.0}`',
        ],
    ),
    Exercise(
        id="13.4",
        title="Within a budget",
        criteria=[
            Structure(inputs=3, outputs=2, merges=1, shared=1),
            Named(inputs=("before", "now", "after"), outputs=("sin", "cos"), outputs_in_order=True),
            Skips(),
            Parameters(at_most=300),
            Learns(
                _three_views,
                [Goal(0.01, output=name) for name in ("sin", "cos")],
                epochs=60,
                batch_size=100,
            ),
        ],
        hints=[
            "Where do most parameters of the figure's network sit? 16 units that read 48 numbers. Halve the units.",
            "Without the layer `turn`, both heads hang on `past`. Adam at 0.02 is bold enough for small networks.",
        ],
    ),
    Exercise(
        id="13.5",
        title="A design of your own",
        criteria=[Described()],
        hints=[
            "Write down the inputs and outputs first, as `keras.Input(...)` and as `layers.Dense(...)` with a name.",
            "A picture goes through `Conv2D`, a text through `Embedding` and `LSTM`, numbers stay; then join.",
        ],
    ),
)
