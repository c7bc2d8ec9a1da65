"""Exercises of lesson 08, social media: age, income, gender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.compiling import Compiled
from course_utils.checks.learning import CHECK_SEED, Goal, Learns
from course_utils.checks.measures import accuracy, mean_squared_error
from course_utils.checks.models import Named, SameGraph
from course_utils.checks.structure import Structure
from course_utils.checks.values import SameValue
from course_utils.data import Dataset
from course_utils.exercises.declaration import Exercise

if TYPE_CHECKING:
    import keras


def _people() -> Dataset:
    from course_utils import data

    return data.posts.make(n=4000, n_validation=500, seed=CHECK_SEED)


def _messages() -> Mapping[str, Any]:
    return {
        "truth": np.array([1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1]),
        "sure": np.array([0.9, 0.2, 0.8, 0.7, 0.1, 0.3, 0.6, 0.4, 0.3, 0.1, 0.2, 0.2]),
        "place": np.array(["town"] * 9 + ["village"] * 3),
    }


def _small_otherwise() -> list[keras.Model]:
    """Exercise 8.3 with the padding, which its text leaves open."""
    import keras
    from keras import layers

    def padded(padding: str) -> keras.Model:
        posts = keras.Input(shape=(None,), dtype="int32", name="posts")
        x = layers.Conv1D(32, 3, activation="relu", padding=padding)(layers.Embedding(180, 16)(posts))
        x = layers.GlobalMaxPooling1D()(x)
        income = layers.Dense(10, activation="softmax", name="income")(x)
        gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
        return keras.Model(posts, [layers.Dense(1, name="age")(x), income, gender])

    return [padded("same"), padded("causal")]


def _pooled_otherwise() -> list[keras.Model]:
    """Exercise 8.2 with the poolings that its text leaves open: each leaves one row of numbers a text."""
    import keras
    from keras import layers

    def mended(pool: keras.layers.Layer, dense_first: bool) -> keras.Model:
        posts = keras.Input(shape=(None,), dtype="int32")
        x = layers.Conv1D(64, 3, activation="relu")(layers.Embedding(180, 32)(posts))
        dense = layers.Dense(64, activation="relu")
        x = pool(dense(x)) if dense_first else dense(pool(x))
        income = layers.Dense(10, activation="softmax", name="income")(x)
        gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
        return keras.Model(posts, [layers.Dense(1, name="age")(x), income, gender])

    kinds = (layers.GlobalAveragePooling1D, layers.GlobalMaxPooling1D)
    return [mended(kind(), dense_first) for dense_first in (False, True) for kind in kinds]


EXERCISES = (
    Exercise(
        id="8.1",
        title="How short may it be?",
        asks_for="value",
        criteria=[
            SameValue(
                name="shortest text",
                mistakes=[
                    (269, "that is the shortest text for the lecture's sizes, 5 and 5; here they are 3 and 4."),
                    (96, "that is what the first pooling reads; the convolution before it takes two steps away."),
                    (24, "one pooling seems to be left out: there are two."),
                    (14, "each pooling divides by 4, so going backwards it multiplies by 4."),
                ],
                look="A window of 3 must read n + 2 steps to give n; a pooling of 4 must read 4n. Begin with 1.",
            )
        ],
        hints=[
            "Go backwards from 1: two convolutions with a window of 3 must read 3, then 5 steps.",
            "The pooling before them must read 4 × 5 = 20. Two convolutions, a pooling and a convolution remain.",
        ],
    ),
    Exercise(
        id="8.2",
        discloses="step by step",
        title="Mend it",
        criteria=[SameGraph(outputs="named in order", alternatives=_pooled_otherwise)],
        hints=[
            "Which argument of `Embedding` comes first, the number of words or the numbers a word?",
            "One age a person: how many axes does each output have? What is missing before the dense layer?",
            "Softmax makes the outputs of a layer add up to 1. What does that leave to a single unit?",
            "Read the last line once more: which heads does it list?",
        ],
    ),
    Exercise(
        id="8.3",
        title="By name",
        criteria=[
            SameGraph(outputs="named", alternatives=_small_otherwise),
            Compiled(metrics=True, optimizer=True, learning_rate=True),
        ],
        hints=[
            'The keys are the names of the output layers: `layers.Dense(1, name="age")`.',
            '`loss={"age": "mse", …}, loss_weights={"age": 0.005, …}`',
            '`metrics={"age": ["mae"], …, "gender": ["accuracy", keras.metrics.AUC()]}`',
        ],
    ),
    Exercise(
        id="8.4",
        title="Scaling inside the model",
        criteria=[
            Structure(inputs=1, outputs=3),
            Named(outputs=("age", "income", "gender")),
            Learns(
                _people,
                [
                    Goal(25.0, mean_squared_error.in_unit(" years²"), output="age"),
                    Goal(0.4, accuracy, output="income"),
                    Goal(0.8, accuracy, output="gender"),
                ],
                epochs=4,
                batch_size=64,
            ),
        ],
        hints=[
            "Weights first: how large is each loss for a constant answer? Section 4 measured it.",
            "A layer without weights can turn spreads into years: multiply by 15 and add 44.",
            '`layers.Rescaling(15.0, offset=44.0, name="age")` on a `Dense(1)`; Adam with a rate of 0.004.',
        ],
    ),
    Exercise(
        id="8.5",
        title="An average hides a group",
        asks_for="value",
        given=_messages,
        criteria=[
            SameValue(
                name="accuracies",
                mistakes=[
                    (
                        {"all": 9 / 12, "town": 8 / 12, "village": 1 / 12},
                        "a group's accuracy is a share of that group, not of all twelve.",
                    ),
                    (
                        {"all": 9, "town": 8, "village": 1},
                        "these are numbers of right answers; divide each by the size of its group.",
                    ),
                    (
                        {"all": 3 / 12, "town": 1 / 9, "village": 2 / 3},
                        "these are the shares of wrong answers; accuracy is the share of right ones.",
                    ),
                ],
                look="Right is where `sure > 0.5` agrees with `truth`; then the mean over the group.",
            )
        ],
        hints=[
            "First an array that says for each message whether the model is right.",
            '`is_correct[place == "town"].mean()`',
        ],
    ),
)
