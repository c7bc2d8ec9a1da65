"""Functions and classes are known by what they compute and are, not by what they are called."""

import functools
import time

import keras
import pytest
import tensorflow as tf
from keras import layers, ops

from course_utils.graphs.classes import kind_of, standing_class
from course_utils.graphs.difference import compare_models
from course_utils.graphs.functions import activation_named


def stack(*chain):
    x = y = keras.Input((3,))
    for layer in chain:
        y = layer(y)
    return keras.Model(x, y)


def tiny():
    def itself(t, again=True):
        return itself(t, again=False) if again else ops.tanh(t)

    return itself


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (tf.nn.relu, "relu"),
        (tf.nn.sigmoid, "sigmoid"),
        (tf.tanh, "tanh"),
        (tf.nn.gelu, "gelu"),
        (tf.nn.softmax, "softmax"),
        (tf.nn.elu, "elu"),
        (tf.exp, "exponential"),
        (tiny(), "tanh"),
        (lambda t: 1 / (1 + ops.exp(-t)), "sigmoid"),
        (functools.partial(tf.nn.leaky_relu, alpha=0.2), "leaky_relu"),
        (functools.partial(tf.nn.leaky_relu, alpha=0.1), None),
        (lambda t: tf.nn.softmax(t, axis=0), None),
        (lambda t: tf.nn.softmax(t, axis=1), None),
        (lambda t: ops.minimum(ops.relu(t), 1e3), None),
        (lambda t: ops.gelu(t, approximate=True), None),
        (lambda t: ops.relu(t) * 1.001, None),
        (lambda t: ops.mean(t), None),
        (lambda t: 1 / 0, None),
        (lambda: None, None),
    ],
)
def test_activations_by_what_they_compute(function, name):
    assert activation_named(function) == name
    if name:
        assert compare_models(stack(layers.Dense(4, activation=function)), stack(layers.Dense(4, name))).same
        other = "selu" if name != "selu" else "relu"
        assert not compare_models(stack(layers.Dense(4, activation=function)), stack(layers.Dense(4, other))).same


def test_a_function_that_takes_long_is_called_once():
    calls = []

    def slow(t):
        calls.append(t)
        time.sleep(0.6)
        return t

    assert activation_named(slow) is None
    assert activation_named(slow) is None
    assert len(calls) == 1


def test_a_function_held_by_its_own_closure_can_be_read():
    own = tiny()
    other = stack(layers.Lambda(lambda t: own(t) if isinstance(t, tf.Tensor) else t * 1.0))
    assert compare_models(other, other).same


def test_partial_functions_are_told_apart():
    def build(slope):
        return stack(layers.Dense(4, activation=functools.partial(tf.nn.leaky_relu, alpha=slope)))

    assert compare_models(build(0.1), build(0.1)).same
    assert not compare_models(build(0.1), build(0.3)).same


def test_what_else_a_function_computes_is_named():
    difference = compare_models(
        stack(layers.Dense(4, activation=lambda t: ops.relu(t) * 2)), stack(layers.Dense(4, "relu"))
    )
    assert "also computes `x * 2`" in str(difference)


class MyDense(layers.Dense):
    """Another start, and a method that nobody calls."""

    def __init__(self, units, extra=1):
        super().__init__(units, kernel_initializer="he_normal")
        self.extra = extra

    def get_config(self):
        return {**super().get_config(), "extra": self.extra}

    def describe(self):
        return "mine"


class Doubled(layers.Dense):
    def call(self, x):
        return 2 * super().call(x)


class Identity(layers.Layer):
    def call(self, x):
        return 3 * x


class Dense(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units))
        self.bias = self.add_weight(shape=(self.units,))

    def call(self, x):
        return 2 * (x @ self.kernel) + self.bias


def test_a_class_that_changes_nothing_is_the_class_it_derives_from():
    assert standing_class(MyDense) is layers.Dense
    assert kind_of(MyDense(2)) == "Dense"
    assert compare_models(stack(MyDense(4)), stack(layers.Dense(4))).same
    assert not compare_models(stack(MyDense(5)), stack(layers.Dense(4))).same


@pytest.mark.parametrize("own", [Doubled(4), Dense(4)], ids=["derived", "of the same name"])
def test_a_class_that_computes_something_else_is_another(own):
    assert standing_class(type(own)) is None
    assert kind_of(own) != "Dense"
    (edit,) = compare_models(stack(own), stack(layers.Dense(4))).edits
    assert own.name in edit.message
    assert "`Dense(4)`" in edit.message


def test_a_class_called_like_one_that_does_nothing():
    assert not compare_models(stack(Identity(), layers.Dense(4)), stack(layers.Dense(4))).same


def test_weights_hidden_in_a_function_are_told():
    hidden = layers.Dense(4, name="secret")
    function = layers.Lambda(lambda t: hidden(t), name="function")
    (edit,) = compare_models(stack(function), stack(layers.Dense(4))).edits
    assert "`secret` are hidden in the function of `function`" in edit.message
    # What the model calls itself as well is its own.
    both = stack(function, layers.Dense(3), hidden)
    again = layers.Dense(4)
    assert compare_models(both, stack(again, layers.Dense(3), again)).same


def frozen(freeze):
    layer = layers.Dense(4, name="one")
    model = stack(layer, layers.Dense(2))
    layer.trainable = not freeze
    return model


def test_frozen_layers_are_told_both_ways():
    (edit,) = compare_models(frozen(True), frozen(False)).edits
    assert edit.message.startswith("`one` is frozen")
    (edit,) = compare_models(frozen(False), frozen(True)).edits
    assert "`one` trains; it should be frozen (trainable=False)." in edit.message
    assert compare_models(frozen(True), frozen(True)).same
    assert compare_models(frozen(True), frozen(False), also=["frozen layers"]).same


def test_a_layer_frozen_in_part():
    def build(freeze):
        layer = layers.Bidirectional(layers.LSTM(3))
        x = keras.Input((5, 2))
        model = keras.Model(x, layer(x))
        layer.backward_layer.trainable = not freeze
        return model

    assert "frozen in part" in str(compare_models(build(True), build(False)))
    assert compare_models(build(True), build(True)).same
