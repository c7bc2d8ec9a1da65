"""Several heads judged in one training."""

import re

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.checks.learning import Goal, Learns
from course_utils.checks.measures import accuracy
from course_utils.data.dataset import Dataset, Split
from tests.attempts import attempt

pytestmark = pytest.mark.slow


def points():
    """Whether x is positive, and twice x."""

    def split(n, seed):
        x = np.random.default_rng(seed).uniform(-1, 1, (n, 1)).astype("float32")
        return Split({"x": x}, {"sign": (x > 0).astype("float32"), "double": 2 * x})

    return Dataset(split(400, 0), split(100, 1))


def model(weights=None, rate=0.03):
    x = keras.Input((1,), name="x")
    h = layers.Dense(16, "tanh")(x)
    made = keras.Model(x, [layers.Dense(1, "sigmoid", name="sign")(h), layers.Dense(1, name="double")(h)])
    made.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss={"sign": "binary_crossentropy", "double": "mse"},
        loss_weights=weights,
    )
    return made


def judge(made, reach=0.05, epochs=12):
    heads = [
        Goal(0.95, accuracy, output="sign"),
        Goal(reach, output="double"),
    ]
    criterion = Learns(points, heads, epochs=epochs)
    return criterion.judge(attempt(made, seconds=60))


def test_both_heads_learn_in_one_training_of_a_copy(capsys):
    made = model()
    before = made.get_weights()
    found = judge(made)
    assert found.passed, found.message
    assert "`sign` at least 95% accuracy, `double` an error under 0.05" in found.message
    assert re.fullmatch(r"`sign` [\d.]+%, `double` [\d.e-]+", found.measured), "each head's own figure"
    assert capsys.readouterr().out.count("Trained a copy") == 1
    assert all(np.array_equal(a, b) for a, b in zip(before, made.get_weights(), strict=True))


def test_only_the_head_that_falls_short_is_named(capsys):
    found = judge(model({"sign": 1.0, "double": 0.0}), reach=1e-6)
    assert not found.passed
    assert "`double`: its error" in found.message
    assert "`sign`" not in found.message


@pytest.mark.parametrize(("rate", "words"), [(1e30, "NaN"), (0.0, "`double`: its error")])
def test_what_does_not_learn_is_said(rate, words, capsys):
    assert words in judge(model(rate=rate), epochs=2).message


def test_a_missing_head_is_said():
    x = keras.Input((1,), name="x")
    found = judge(keras.Model(x, layers.Dense(1, name="sign")(x)))
    assert not found.passed
