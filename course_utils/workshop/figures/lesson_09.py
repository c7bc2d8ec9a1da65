"""Pictures of lesson 09."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from course_utils.graphs.draw import plot_model


def headline() -> Any:
    """L17: headline and five numbers → retweeted, with an auxiliary head on the headline."""
    main_input = keras.Input(shape=(100,), dtype="int32", name="main_input")
    x = layers.Embedding(10_000, 512, name="words")(main_input)
    headline = layers.LSTM(32, name="headline")(x)
    aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(headline)
    aux_input = keras.Input(shape=(5,), name="aux_input")
    x = layers.concatenate([headline, aux_input], name="together")
    for number in (1, 2, 3):
        x = layers.Dense(64, activation="relu", name=f"hidden_{number}")(x)
    main_output = layers.Dense(1, activation="sigmoid", name="main_output")(x)
    model = keras.Model([main_input, aux_input], [main_output, aux_output], name="headlines")
    return plot_model(model, show_parameters=False)


FIGURES = {"09_headline": headline}
