"""Pictures of lesson 07."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from course_utils.graphs.draw import plot_model


def tracker() -> Any:
    """L14: acceleration → activity and energy."""
    acceleration = keras.Input(shape=(64, 3), name="acceleration")
    x = layers.Normalization(name="standardise")(acceleration)
    x = layers.Reshape((16, 12), name="steps")(x)
    x = layers.GRU(48, return_sequences=True, name="trunk")(x)
    x = layers.GlobalMaxPooling1D(name="strongest")(x)
    activity = layers.Dense(6, activation="softmax", name="activity")(x)
    energy = layers.Dense(1, name="energy")(x)
    return plot_model(keras.Model(acceleration, [activity, energy], name="tracker"), show_parameters=False)


FIGURES = {"07_tracker": tracker}
