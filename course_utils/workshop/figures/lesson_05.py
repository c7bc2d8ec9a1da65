"""Pictures of lesson 05."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from course_utils.graphs.draw import plot_model


def shop() -> Any:
    """L12: a convolutional and a recurrent branch, and one linear unit for the price."""
    picture = keras.Input(shape=(24, 24, 3), name="picture")
    x = layers.Normalization(axis=-1, name="normalise")(picture)
    x = layers.Conv2D(16, 3, strides=2, activation="relu", name="edges")(x)
    x = layers.Conv2D(24, 3, activation="relu", name="parts")(x)
    x = layers.MaxPooling2D(2, name="half_size")(x)
    x = layers.Conv2D(48, 3, activation="relu", name="shapes")(x)
    x = layers.GlobalMaxPooling2D(name="seen")(x)
    description = keras.Input(shape=(None,), dtype="int32", name="description")
    words = layers.LSTM(32, name="read")(layers.Embedding(44, 16, name="words")(description))
    x = layers.concatenate([x, words], name="both")
    x = layers.Dense(64, activation="relu", name="weigh")(x)
    return plot_model(
        keras.Model([picture, description], layers.Dense(1, name="price")(x), name="shop"), show_parameters=False
    )


FIGURES = {"05_shop": shop}
