"""Functions and classes are known by what they compute and are, not by what they are called."""

import functools
import re
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from course_utils.graphs.difference import compare_models
from course_utils.graphs.layers import kind_of, standing_class
from course_utils.graphs.normal import normal_form
from course_utils.graphs.reading.functions import activation_named
from course_utils.graphs.reading.read import read
from tests.graph_models import Holder

pytestmark = pytest.mark.usefixtures("undrawn")


def stack(*chain):
    x = y = keras.Input((3,))
    for layer in chain:
        y = layer(y)
    return keras.Model(x, y)


def tiny():
    def itself(t, again=True):
        return itself(t, again=False) if again else ops.tanh(t)

    return itself


class Tanh:
    """A function that cannot be kept in a table."""

    __hash__ = None

    def __call__(self, t):
        return ops.tanh(t)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (Tanh(), "tanh"),
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
    assert standing_class(dict) is None
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


def own_class(function):
    """A class of one's own, as a cell makes it anew each time that it is run."""

    class Own(layers.Layer):
        def call(self, inputs):
            return function(inputs)

    return Own


def with_own(function):
    x = keras.Input((3,), name="x")
    return keras.Model(x, layers.Dense(1)(own_class(function)(name="mine")(x)))


class TestOwnClassesOfOneName:
    def test_the_same_code_is_the_same(self):
        found = [compare_models(with_own(function), with_own(function)) for function in (ops.square, lambda t: t * 2)]
        assert all(difference.same and not difference.note for difference in found)

    def test_other_code_that_computes_the_same_is_the_same(self):
        assert compare_models(with_own(lambda t: t * 2), with_own(lambda t: t + t)).same

    def test_other_code_that_computes_something_else_is_told(self):
        found = compare_models(with_own(lambda t: t * 2), with_own(lambda t: t * 3))
        assert "`mine` is of a class `Own` that computes something else" in str(found)
        assert found.counterexample is not None
        assert found.edits[0].found != found.edits[0].wanted

    @pytest.mark.parametrize("kind", [property, staticmethod, "constant"])
    def test_all_that_a_class_defines_is_its_code(self, kind):
        def model(factor):
            content = factor if kind == "constant" else kind(lambda *_: factor)

            class Own(layers.Layer):
                by = content

                def call(self, inputs):
                    return inputs * (self.by() if kind is staticmethod else self.by)

            x = keras.Input((3,), name="x")
            return keras.Model(x, Own()(x))

        assert compare_models(model(2), model(2)).same
        assert not compare_models(model(2), model(3)).same


def recurrent(**settings):
    x = keras.Input(batch_shape=(2, 6, 5))
    return keras.Model(x, layers.LSTM(3, **settings)(x))


def test_a_kept_state_is_not_forgiven():
    assert "stateful=True" in str(compare_models(recurrent(stateful=True), recurrent()))


def test_one_cell_of_several_is_named_by_its_place():
    def stacked(dropout):
        x = keras.Input((6, 5))
        return keras.Model(x, layers.RNN([layers.LSTMCell(3), layers.LSTMCell(3, dropout=dropout)])(x))

    assert "The second LSTMCell inside" in str(compare_models(stacked(0.5), stacked(0.0)))


def test_what_a_tensor_is_given_as_is_told():
    def continued(state):
        x = keras.Input((6, 5))
        once, last = layers.GRU(3, return_state=True, name="once")(x)
        again = layers.GRU(3, name="again")(x, initial_state=last if state else None)
        return keras.Model(x, layers.Add()([once, again]))

    assert "as `initial_state`" in str(compare_models(continued(False), continued(True)))
    assert "as `initial_state`" in str(compare_models(continued(True), continued(False)))


class Scales(layers.Dense):
    """A layer that keeps what its `get_config`, which it inherits, does not tell."""

    def __init__(self, units, k=1.0, **kwargs):
        super().__init__(units, **kwargs)
        self.k = k

    def call(self, x):
        return super().call(x) * self.k


def defined_beside(**names):
    """A Lambda whose function uses names that are defined outside of it."""
    space = {"tf": tf, "keras": keras, "ops": ops, **names}
    return keras.layers.Lambda(eval("lambda t: tf.multiply(t, K)", space))


KEPT_APART = {
    "an attribute that no config tells": (lambda k: Scales(3, k=k), 2.0, 3.0, 4),
    "an array as attribute": (lambda k: Scales(3, k=np.full((3,), k)), 2.0, 3.0, 4),
    "a large array as attribute": (lambda k: Scales(90, k=np.full((90,), k)), 2.0, 3.0, 4),
    "a number outside": (lambda k: defined_beside(K=k), 2.0, 3.0, 4),
    "an array outside": (lambda k: defined_beside(K=np.full((90,), k, "float32")), 2.0, 3.0, 90),
    "a tensor outside": (lambda k: defined_beside(K=tf.constant(k)), 2.0, 3.0, 4),
    "a very large constant": (lambda k: lambda x: ops.matmul(x, np.full((1001, 1000), k, "float32")), 1.0, 2.0, 1001),
}


@pytest.mark.parametrize("name", KEPT_APART)
def test_what_a_layer_or_function_knows_counts(name):
    make, first, second, width = KEPT_APART[name]

    def build(k):
        x = keras.Input((width,))
        return keras.Model(x, make(k)(x))

    assert compare_models(build(first), build(first)).same
    assert not compare_models(build(first), build(second)).same
    assert not compare_models(build(second), build(first)).same
    forms = [settings_of_calls(build(k)) for k in (first, first, second)]
    assert forms[0] == forms[1]
    assert forms[0] != forms[2]


def settings_of_calls(model):
    return [(node.kind, node.settings) for node in normal_form(read(model)).nodes]


def test_functions_that_a_function_calls_count():
    def build(size):
        x = keras.Input((4,))
        space = {"tf": tf}
        exec(f"def outer(t): return tf.sin(inner(t))\ndef inner(t): return t + {size}", space)
        return keras.Model(x, keras.layers.Lambda(space["outer"])(x))

    assert settings_of_calls(build(1)) == settings_of_calls(build(1))
    assert settings_of_calls(build(1)) != settings_of_calls(build(2))


def untraced(size):
    return lambda t: tf.math.sin(t) * size


SECRETS = {
    "a cell's function": (lambda k: lambda x: layers.RNN(layers.GRUCell(3, activation=untraced(k)))(x), (5, 4)),
    "a function of each step": (lambda k: layers.TimeDistributed(layers.Lambda(untraced(k))), (5, 4)),
    "a recurrent layer's function": (lambda k: layers.GRU(3, activation=untraced(k)), (5, 4)),
    "a constraint": (lambda k: layers.Dense(3, kernel_constraint=untraced(k)), (4,)),
    "an array as constant": (lambda k: lambda x: ops.matmul(x, np.full((9, 9), k, "float32")), (9,)),
    "an array as factor": (lambda k: lambda x: x * np.full((1, 9, 9), k, "float32"), (9, 9)),
    "an array as argument": (
        lambda k: layers.Lambda(lambda t, a: tf.math.sin(t) * a, arguments={"a": np.full((9, 9), k, "float32")}), (9,)
    ),
    "an array as statistics": (
        lambda k: layers.Normalization(mean=np.full((9,), k), variance=np.full((9,), k)), (9,)
    ),
    "an array as attribute": (lambda k: Scales(90, k=np.full((90,), k)), (4,)),
    "an activation": (lambda k: layers.Dense(3, activation=untraced(k)), (4,)),
}  # fmt: skip


@pytest.mark.parametrize("name", SECRETS)
def test_messages_show_no_digest(name):
    make, shape = SECRETS[name]

    def build(layer):
        x = keras.Input(shape)
        return keras.Model(x, layer(x))

    models = [build(make(1.0)), build(make(2.0)), build(layers.Dense(7)), build(layers.ReLU())]
    for a in models:
        for b in models[:2]:
            for edit in compare_models(a, b).edits:
                for text in (edit.message, str(edit.found), str(edit.wanted)):
                    assert not re.search(r"[0-9a-f]{16}|__|\('array'|\('function'|4wEAAA|'variable'", text), text


def test_a_function_as_activation_is_no_missing_activation():
    own = one_layer(layers.Dense(3, activation=lambda t: ops.sin(t)))
    assert "no activation" not in str(compare_models(own, one_layer(layers.Dense(3, activation="relu"))))
    assert "no activation" not in str(compare_models(one_layer(layers.Dense(3, activation="relu")), own))
    (edit,) = compare_models(own, one_layer(layers.Dense(3, activation=lambda t: ops.cos(t)))).edits
    assert edit.message.endswith("is a `Sin()`; it should be a `Cos()`.")


def one_layer(layer, *shape):
    x = keras.Input(shape or (4,))
    return keras.Model(x, layer(x))


def test_a_power_is_told_as_it_was_written():
    (edit,) = compare_models(one_layer(lambda x: x**2), one_layer(layers.Dense(4))).edits
    assert edit.message.endswith(" is an `x ** 2`; it should be a `Dense(4)`.")


def test_an_axis_of_each_step_is_the_one_that_was_written():
    steps = one_layer(layers.TimeDistributed(layers.Softmax(axis=1)), 4, 4, 4)
    messages = [
        str(compare_models(*pair))
        for other in (layers.Dense(4), layers.TimeDistributed(layers.Softmax(axis=2)))
        for pair in ((steps, one_layer(other, 4, 4, 4)), (one_layer(other, 4, 4, 4), steps))
    ]
    assert all("axis=1" in message and "axis=2" not in message for message in messages)


HELD = {
    "an activation": (lambda: [layers.Dense(4)], lambda: [layers.Dense(4, activation="relu")]),
    "a rate": (lambda: [layers.Dropout(0.5)], lambda: [layers.Dropout(0.2)]),
    "a function": (lambda: [lambda t: tf.sin(t)], lambda: [lambda t: tf.cos(t)]),
    "a layer of one's own": (lambda: [Holder(layers.ReLU())], lambda: [Holder(layers.ELU())]),
}


@pytest.mark.parametrize("name", HELD)
def test_what_a_layer_of_ones_own_holds_counts(name):
    first, second = HELD[name]
    models = [one_layer(Holder(*make())) for make in (first, first, second)]
    assert compare_models(models[0], models[1]).same
    assert not compare_models(models[0], models[2]).same
    assert not compare_models(models[2], models[0]).same


def test_what_a_layer_of_ones_own_holds_may_start_from_other_weights():
    pair = [one_layer(Holder(layers.Dense(4, kernel_initializer=how))) for how in ("ones", "glorot_uniform")]
    assert compare_models(*pair).same
    assert compare_models(*pair[::-1]).same


class Times:
    """An object that can be called."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, t):
        return ops.sin(t) * self.factor


def of_another(factor):
    def outer(t):
        def inner(u):
            return ops.sin(u) * 2.0 if factor == 2.0 else ops.sin(u) * 3.0

        return inner(t)

    return outer


def two_written():
    return lambda t: (lambda u: ops.sin(u) * 2.0)(t)


def three_written():
    return lambda t: (lambda u: ops.sin(u) * 3.0)(t)


def with_an_empty_cell(factor):
    def function(t):
        return later if t is None else ops.sin(t) * factor

    if factor == 0:
        later = None
    return function


@pytest.mark.parametrize(
    ("two", "three"),
    [
        (lambda: Times(2.0), lambda: Times(3.0)),
        (lambda: of_another(2.0), lambda: of_another(3.0)),
        (two_written, three_written),
        (lambda: with_an_empty_cell(2.0), lambda: with_an_empty_cell(3.0)),
    ],
    ids=["object", "held", "written inside", "empty cell"],
)
def test_functions_are_told_apart_by_all_that_they_are_made_of(two, three):
    def settings(make):
        return read(stack(layers.Dense(3, activation=make()))).nodes[1].settings["activation"]

    assert settings(two) == settings(two)
    assert settings(two) != settings(three)
