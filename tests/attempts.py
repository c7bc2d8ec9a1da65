"""Models and attempts that the tests of criteria share."""

import time

import keras
from keras import layers

from course_utils.checks.criterion import Answer, Attempt


def attempt(value, target=None, seconds=600):
    return Attempt(value, Answer(lambda: target), time.monotonic() + seconds)


def two_heads(**names):
    x = keras.Input((4,), name="x")
    h = layers.Dense(8, name="trunk")(x)
    a = layers.Dense(1, name=names.get("a", "age"))(h)
    b = layers.Dense(3, activation="softmax", name=names.get("b", "income"))(h)
    return keras.Model(x, [a, b])


def compiled(model=None, **settings):
    model = model or two_heads()
    model.compile(**{"optimizer": "rmsprop", **settings})
    return model
