import keras
import numpy as np
from keras import layers


def sequential():
    return keras.Sequential([keras.Input((3,)), layers.Dense(16, "relu"), layers.Dense(1)])


def separate_activation():
    x = keras.Input((3,), name="a")
    return keras.Model(x, layers.Dense(1, name="b")(layers.ReLU()(layers.Dense(16)(x))))


def made_first():
    last, first = layers.Dense(1, activation="linear"), layers.Dense(16, activation=keras.ops.relu)
    x = keras.Input(shape=[3])
    return keras.Model(inputs=[x], outputs=[last(first(x))])


def chain(inputs, units, activation="relu", last=1):
    return keras.Sequential([keras.Input((inputs,)), layers.Dense(units, activation), layers.Dense(last)])


RIGHT = {
    "0.1": [lambda: 9, lambda: 9.0, lambda: np.int64(9), lambda: np.array(9)],
    "0.2": [sequential, separate_activation, made_first],
}
WRONG = {
    "0.1": [
        (lambda: 8, "bias"),
        (lambda: 40, "`price`"),
        (lambda: 49, "whole model"),
        (lambda: "nine", "number"),
        (lambda: [9, 9], "one number"),
        (lambda: float("nan"), "finite"),
    ],
    "0.2": [
        (lambda: chain(3, 8), "8"),
        (lambda: chain(4, 16), "4"),
        (lambda: chain(3, 16, "tanh"), "tanh"),
        (lambda: chain(3, 16, last=2), "2"),
        (lambda: layers.Dense(16), "one layer"),
        (lambda: keras.Model, "class"),
        (lambda: keras.Input((3,)), "tensor"),
        (lambda: None, "None"),
        (lambda: [layers.Dense(16), layers.Dense(1)], "list"),
        (lambda: keras.Sequential([layers.Dense(16, "relu"), layers.Dense(1)]), "Input"),
    ],
}
