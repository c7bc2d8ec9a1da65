"""Pictures of lesson 10."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from course_utils import data
from course_utils.graphs.draw import plot_model


def shared_layer() -> Any:
    """L18: one dense layer called on two inputs."""
    reader = layers.Dense(3, activation="tanh", name="reader")
    left = keras.Input(shape=(4,), name="left")
    right = keras.Input(shape=(4,), name="right")
    both = layers.Concatenate(name="both")([reader(left), reader(right)])
    answer = layers.Dense(1, name="answer")(both)
    return plot_model(keras.Model([left, right], answer, name="shared_layer"), show_parameters=False)


def siamese() -> Any:
    """Two sentences, one embedding, one LSTM, and the distance of what they give."""
    words = layers.Embedding(len(data.pairs.VOCABULARY), 16, name="words")
    memory = layers.LSTM(32, name="memory")
    first = keras.Input(shape=(None,), dtype="int32", name="first")
    second = keras.Input(shape=(None,), dtype="int32", name="second")
    difference = layers.Subtract(name="difference")([memory(words(first)), memory(words(second))])
    same = layers.Dense(1, activation="sigmoid", name="same")(keras.ops.abs(difference))
    return plot_model(keras.Model([first, second], same, name="siamese"), show_parameters=False)


FIGURES = {"10_shared_layer": shared_layer, "10_siamese": siamese}
