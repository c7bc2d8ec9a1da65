"""Pictures of lesson 13."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from course_utils.graphs.draw import plot_model


def capstone() -> Any:
    """L20: three inputs, a shared layer, a skip connection, two heads."""
    inputs = [keras.Input(shape=(1,), name=name) for name in ("before", "now", "after")]
    look = layers.Dense(16, activation="gelu", name="look")
    seen = [look(tensor) for tensor in inputs]
    together = layers.Concatenate(name="together")(seen)
    mix = layers.Dense(16, activation="gelu", name="mix")(together)
    past = layers.Add(name="past")([mix, seen[1]])
    sine = layers.Dense(1, name="sin")(past)
    turn = layers.Dense(16, activation="gelu", name="turn")(past)
    cosine = layers.Dense(1, name="cos")(turn)
    return plot_model(keras.Model(inputs, [sine, cosine], name="capstone"), show_parameters=False)


FIGURES = {"13_capstone": capstone}
