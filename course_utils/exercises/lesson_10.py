"""Exercises of lesson 10, shared layers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from course_utils.checks.learning import CHECK_SEED, Goal, Learns
from course_utils.checks.measures import accuracy
from course_utils.checks.models import Parameters, SameGraph
from course_utils.checks.saying import Says
from course_utils.checks.shapes import Ends, Shapes
from course_utils.checks.structure import Structure
from course_utils.checks.values import SameValue
from course_utils.data import Dataset
from course_utils.exercises.declaration import Exercise


def _digit_pairs() -> Dataset:
    from course_utils import data

    return data.digits.make_pairs(n=3000, n_validation=1000, seed=CHECK_SEED)


def _a_few_pairs() -> Mapping[str, np.ndarray]:
    """Twenty pairs of pictures, a few points of each at random; five pairs are of the same picture."""
    random = np.random.default_rng(7)
    pictures = random.uniform(size=(2, 20, 8, 8, 1)) * (random.uniform(size=(2, 20, 8, 8, 1)) > 0.95)
    first, second = pictures.astype("float32")
    second[:5] = first[:5]
    return {"first": first, "second": second}


EXERCISES = (
    Exercise(
        id="10.1",
        title="Share it",
        criteria=[SameGraph()],
        hints=[
            "Where is the layer made? It must be made once, before any call.",
            '`reader = layers.Dense(8, activation="relu")`, then `reader(a)`, `reader(b)`, `reader(c)`.',
        ],
    ),
    Exercise(
        id="10.2",
        title="Count it",
        asks_for="value",
        criteria=[
            SameValue(
                name="parameters",
                mistakes=[
                    (193, "the reader is counted three times; it is one layer with one set of weights."),
                    (65, "the last unit reads what all three calls give: 3 × 8 numbers, not 8."),
                    (72, "these are the weights alone; each unit has a bias besides."),
                    (56, "that is the reader alone."),
                ],
                look="Count the reader once; the last unit reads the concatenation of all three.",
            )
        ],
        hints=["The reader has 6 × 8 + 8 parameters, however often it is called.", "The last unit reads 24 numbers."],
    ),
    Exercise(
        id="10.3",
        title="Share the reading, too",
        criteria=[SameGraph()],
        hints=[
            "Make both the embedding and the LSTM before the first call.",
            "`memory = layers.LSTM(32)`, then `memory(words(text))` and `memory(words(question))`.",
        ],
    ),
    Exercise(
        id="10.4",
        title="Your own siamese network",
        criteria=[
            Structure(inputs=2, outputs=1, merges=1, shared=1),
            Shapes(
                [Ends("output", (1,), "one number for each pair is")], name="output", praise="one number for each pair."
            ),
            Parameters(at_most=30_000),
            Says(_a_few_pairs, {"same": "share"}, name="range", praise="always between 0 and 1."),
            Learns(_digit_pairs, Goal(0.80, accuracy), epochs=10, batch_size=64, seconds=25),
        ],
        hints=[
            "Write the trunk as a model of its own and call it on both pictures.",
            "Join the two points by `layers.Subtract()`, then `keras.ops.abs`, then one unit with a sigmoid.",
            "Compile with Adam at 0.005 and `binary_crossentropy`.",
        ],
    ),
)
