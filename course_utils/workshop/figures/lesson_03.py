"""Pictures of lesson 03."""

from __future__ import annotations

from typing import Any

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

from course_utils.graphs.draw import plot_model


def two_branches() -> Any:
    """L9: one number goes into two branches, which are joined."""
    first, second = keras.Input(shape=(1,), name="x1"), keras.Input(shape=(1,), name="x2")
    a = layers.Dense(32, activation="sigmoid", name="branch_1")(first)
    b = layers.Dense(20, activation="sigmoid", name="branch_2")(second)
    h = layers.Dense(32, activation="sigmoid", name="together")(layers.concatenate([a, b], name="joined"))
    return plot_model(keras.Model([first, second], layers.Dense(1, name="y")(h)), show_parameters=False)


def left_right() -> Any:
    """L10: the left and the right half of a picture."""
    left, right = (keras.Input(shape=(784,), name=f"{side}_input") for side in ("left", "right"))
    a = layers.Dense(32, activation="relu", name="left_branch")(left)
    b = layers.Dense(32, activation="relu", name="right_branch")(right)
    digit = layers.Dense(10, activation="softmax", name="main_output")(layers.concatenate([a, b], name="joined"))
    return plot_model(keras.Model([left, right], digit), show_parameters=False)


def merges() -> Any:
    """L11: every merge of the same two vectors, number by number."""
    a, b = np.array([1.0, 2, -1, 3]), np.array([2.0, -1, 1, 1])
    cosine = a @ b / np.sqrt((a @ a) * (b @ b))
    rows = [
        ("a", a),
        ("b", b),
        ("add", a + b),
        ("subtract", a - b),
        ("multiply", a * b),
        ("average", (a + b) / 2),
        ("maximum", np.maximum(a, b)),
        ("concatenate", np.concatenate([a, b])),
        ("dot", np.array([a @ b])),
        ("dot, normalized", np.array([cosine])),
    ]
    colours = plt.get_cmap("RdBu")
    figure, axis = plt.subplots(figsize=(7, 4.6))
    for at, (name, values) in enumerate(rows):
        y = -at - (0.6 if at > 1 else 0)
        axis.text(-0.2, y + 0.4, name, ha="right", va="center", family="monospace")
        for column, value in enumerate(values):
            shade = colours(0.5 + value / 14)
            axis.add_patch(plt.Rectangle((column, y), 0.95, 0.8, facecolor=shade, edgecolor="0.4"))
            axis.text(column + 0.475, y + 0.4, f"{value:.2g}", ha="center", va="center")
    axis.set(xlim=(-3.2, 8.1), ylim=(-10, 1))
    axis.axis("off")
    return figure


FIGURES = {"03_two_branches": two_branches, "03_left_right": left_right, "03_merges": merges}
