"""Pictures of lesson 08."""

from __future__ import annotations

from typing import Any

import keras
import matplotlib.pyplot as plt
from keras import layers

from course_utils.graphs.draw import plot_model


def network() -> Any:
    """L15: posts → age, income, gender, as the lecture has it."""
    posts = keras.Input(shape=(None,), dtype="int32", name="posts")
    x = layers.Embedding(50_000, 256, name="words")(posts)
    x = layers.Conv1D(128, 5, activation="relu", name="conv_1")(x)
    x = layers.MaxPooling1D(5, name="pool_1")(x)
    x = layers.Conv1D(256, 5, activation="relu", name="conv_2")(x)
    x = layers.Conv1D(256, 5, activation="relu", name="conv_3")(x)
    x = layers.MaxPooling1D(5, name="pool_2")(x)
    x = layers.Conv1D(256, 5, activation="relu", name="conv_4")(x)
    x = layers.Conv1D(256, 5, activation="relu", name="conv_5")(x)
    x = layers.GlobalMaxPooling1D(name="strongest")(x)
    x = layers.Dense(128, activation="relu", name="person")(x)
    age = layers.Dense(1, name="age")(x)
    income = layers.Dense(10, activation="softmax", name="income")(x)
    gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
    return plot_model(keras.Model(posts, [age, income, gender], name="social_media"), show_parameters=False)


def steps() -> Any:
    """How many steps of a text of 280 words are left after each layer."""
    left = [280]
    names = ["posts"]
    for kind, size, name in (
        ("conv", 5, "conv_1"),
        ("pool", 5, "pool_1"),
        ("conv", 5, "conv_2"),
        ("conv", 5, "conv_3"),
        ("pool", 5, "pool_2"),
        ("conv", 5, "conv_4"),
        ("conv", 5, "conv_5"),
    ):
        left.append(left[-1] // size if kind == "pool" else left[-1] - size + 1)
        names.append(name)
    figure, axis = plt.subplots(figsize=(7, 2.8))
    axis.barh(names, left, color="#9ec5e8", edgecolor="0.3")
    for at, number in enumerate(left):
        axis.text(number + 3, at, str(number), va="center")
    axis.invert_yaxis()
    axis.set(xlabel="steps that are left", xlim=(0, 310))
    return figure


FIGURES = {"08_network": network, "08_steps": steps}
