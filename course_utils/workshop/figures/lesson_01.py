"""Pictures of lesson 01."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from course_utils.graphs.draw import plot_model


def first_model() -> Any:
    """L1, the first example: 64 → 32 → 32 → 10."""
    points = keras.Input(shape=(64,), name="points")
    x = layers.Dense(32, activation="relu", name="first")(points)
    x = layers.Dense(32, activation="relu", name="second")(x)
    digit = layers.Dense(10, activation="softmax", name="digit")(x)
    return plot_model(keras.Model(points, digit, name="first_model"), show_parameters=False)


FIGURES = {"01_first_model": first_model}
