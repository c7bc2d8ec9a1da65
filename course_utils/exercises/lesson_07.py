"""Exercises of lesson 07, activity and energy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.compiling import Compiled
from course_utils.checks.criterion import Holds
from course_utils.checks.learning import CHECK_SEED, Goal, Learns
from course_utils.checks.measures import accuracy, root_mean_squared_error
from course_utils.checks.models import Named, SameGraph
from course_utils.checks.structure import Structure
from course_utils.checks.values import SameValue, array_of
from course_utils.data import Dataset
from course_utils.exercises.declaration import Exercise
from course_utils.graphs.words.sentences import article

if TYPE_CHECKING:
    import keras

SUBJECT = [3, 1, 3, 7, 2, 7, 1, 2, 3, 5, 5, 7]


def _windows_and_mass() -> Dataset:
    from course_utils import data

    # Trained on the windows that the lesson gives for `adapt`, judged on other people than the lesson's.
    lesson, anew = (data.activity.make(n=4800, n_validation=1200, seed=seed) for seed in (7, CHECK_SEED))
    return Dataset(lesson.train, anew.validation)


def tracker() -> keras.Model:
    """The lesson's network, as its function of the same name makes it; what it was adapted to does not matter here."""
    import keras
    from keras import layers

    acceleration = keras.Input(shape=(64, 3), name="acceleration")
    x = layers.Reshape((16, 12))(layers.Normalization()(acceleration))
    x = layers.GlobalMaxPooling1D()(layers.GRU(48, return_sequences=True)(x))
    activity = layers.Dense(6, activation="softmax", name="activity")(x)
    return keras.Model(acceleration, [activity, layers.Dense(1, name="energy")(x)])


def _lesson_network() -> Mapping[str, Any]:
    return {"tracker": tracker}


def _subjects() -> Mapping[str, Any]:
    return {"subject": np.array(SUBJECT)}


def _windows() -> Mapping[str, Any]:
    return {"windows": _windows_and_mass().train.x["acceleration"]}


def _is_truth_values(value: Any) -> str | None:
    array = array_of(value)
    if array is None:
        return f"truth values were asked for, `True` or `False`; this is {article(type(value).__name__)}."
    if array.dtype == bool:
        return None
    return f"truth values were asked for, `True` or `False`; these have the dtype {array.dtype}."


EXERCISES = (
    Exercise(
        id="7.1",
        title="A tracker for the wrist",
        criteria=[
            SameGraph(outputs="named in order"),
            Named(outputs=("activity", "energy"), outputs_in_order=True),
        ],
        hints=[
            "`layers.LSTM(32)` gives its last state unless you ask for all of them.",
            "Both heads are called on the same tensor. Which activation belongs to classes, which to a number?",
            '`keras.Model(window, [activity, energy])`, with `name="activity"` and `name="energy"` on the last layers.',
        ],
    ),
    Exercise(
        id="7.2",
        title="Compile it",
        given=_lesson_network,
        criteria=[
            SameGraph(outputs="named"),
            Compiled(metrics=True, only_metrics=True, optimizer=True, learning_rate=True),
        ],
        hints=[
            "A learning rate is given to an optimizer object: `keras.optimizers.Adam(0.003)`.",
            '`loss={"activity": "categorical_crossentropy", "energy": …}, loss_weights={"activity": 1.0, …}`',
            '`metrics={"activity": ["accuracy"], "energy": ["mae"]}`',
        ],
    ),
    Exercise(
        id="7.3",
        title="Keep people apart",
        asks_for="value",
        given=_subjects,
        criteria=[
            SameValue(
                name="is_validation",
                mistakes=[
                    (~np.isin(SUBJECT, [3, 7]), "these are the windows for training; the others were asked for."),
                    (
                        np.isin(np.arange(len(SUBJECT)), [3, 7]),
                        "these are windows 3 and 7, not the windows of 3 and 7.",
                    ),
                    (np.equal(SUBJECT, 3), "the windows of wearer 7 are missing."),
                    (np.equal(SUBJECT, 7), "the windows of wearer 3 are missing."),
                ],
                look="All windows of wearers 3 and 7, and none of anybody else's.",
            ),
            Holds("truth values", _is_truth_values, "an array of `True` and `False`."),
        ],
        hints=[
            "`subject == 3` is such an array for one wearer.",
            "`|` joins two of them, or `np.isin(subject, …)` asks for several at once.",
        ],
    ),
    Exercise(
        id="7.4",
        title="Ask for the mass",
        given=_windows,
        criteria=[
            Structure(inputs=2, outputs=2, merges=1),
            Named(inputs=("acceleration", "mass"), outputs=("activity", "energy")),
            Learns(
                _windows_and_mass,
                [
                    Goal(0.9, accuracy, output="activity"),
                    Goal(1.1, root_mean_squared_error.in_unit(" kcal/min"), output="energy"),
                ],
                epochs=8,
                batch_size=64,
            ),
        ],
        hints=[
            "Who needs the mass, `activity` or `energy`? Let it join the graph where it is needed.",
            "Energy grows with mass *times* effort. A hidden layer after `Concatenate` can learn that.",
            "72 ± 14 is far from 0 ± 1: `layers.Rescaling(1 / 14, offset=-72 / 14)`.",
        ],
    ),
)
