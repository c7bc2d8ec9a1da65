"""Pictures of lesson 11."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from course_utils.graphs.draw import plot_model


def residual() -> Any:
    """A dense layer with a way past it."""
    x = keras.Input(shape=(32,), name="x")
    changed = layers.Dense(32, activation="sigmoid", name="changed")(x)
    both = layers.Add(name="sum")([x, changed])
    return plot_model(keras.Model(x, both, name="residual"), show_parameters=False)


FIGURES = {"11_residual": residual}
