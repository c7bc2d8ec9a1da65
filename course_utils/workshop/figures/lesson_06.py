"""Pictures of lesson 06."""

from __future__ import annotations

from typing import Any

import keras
import matplotlib.pyplot as plt
from keras import layers

from course_utils.graphs.draw import plot_model


def two_heads() -> Any:
    """L16: x → sin and exp."""

    def dense(units: int, name: str) -> layers.Layer:
        return layers.Dense(units, activation="sigmoid", name=name)

    x = keras.Input(shape=(1,), name="x")
    trunk = dense(20, "trunk_2")(dense(20, "trunk_1")(x))
    left = layers.Dense(1, name="sin")(dense(20, "sin_2")(dense(20, "sin_1")(trunk)))
    right = layers.Dense(1, name="exp")(dense(30, "exp_2")(dense(30, "exp_1")(trunk)))
    return plot_model(keras.Model(x, [left, right], name="two_heads"), show_parameters=False)


def one_number() -> Any:
    """How two losses become the one number that training lowers."""
    figure, axis = plt.subplots(figsize=(7.5, 2.6))
    axis.axis("off")
    axis.set(xlim=(0, 10), ylim=(0, 4))
    box = {"boxstyle": "round,pad=0.5", "facecolor": "#eaf2fa", "edgecolor": "0.3"}
    arrow = {"arrowstyle": "->", "color": "0.3", "shrinkA": 22, "shrinkB": 22}
    for y, head, loss, weight in ((3.2, "sin", "mse", "× 0.1"), (0.8, "exp", "mae", "× 0.9")):
        axis.annotate("", (4.2, y), (1.0, y), arrowprops=arrow)
        axis.annotate("", (8.6, 2.0), (4.2, y), arrowprops=arrow)
        axis.text(1.0, y, f"head {head}", ha="center", va="center", bbox=box)
        axis.text(4.2, y, f"loss {loss}", ha="center", va="center", bbox=box)
        axis.text(6.4, y + (0.15 if y > 2 else -0.15), weight, ha="center", va="center")
    axis.text(8.6, 2.0, "sum: loss", ha="center", va="center", bbox=box | {"facecolor": "white"})
    return figure


FIGURES = {"06_two_heads": two_heads, "06_one_number": one_number}
