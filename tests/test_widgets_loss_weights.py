"""Weights of losses: what is measured is right, what trains is a copy, and what cannot be is said in a sentence."""

import json
import random
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from course_utils import loss_weights
from course_utils.widgets import loss_weights as module
from course_utils.widgets.weighing import Head, Weighing
from tests.sanitized import sanitized

pytestmark = pytest.mark.slow

N = 64
X = np.linspace(-1, 1, 2 * N, dtype="float32").reshape(N, 2)
Y = {"a": X[:, :1] * 3, "b": X[:, 1:] > 0}
LOSSES = {"a": "mse", "b": "binary_crossentropy"}


def two_heads(**compiled):
    x = keras.Input((2,))
    trunk = layers.Dense(4, activation="tanh", name="trunk", kernel_regularizer="l2")(x)
    trunk = layers.Dropout(0.5)(trunk)
    b = layers.Dense(1, activation="sigmoid", name="b")(layers.Dense(3)(trunk))
    model = keras.Model(x, [layers.Dense(1, name="a")(trunk), b])
    if compiled is not None:
        model.compile(**{"optimizer": "adam", "loss": LOSSES, "loss_weights": {"a": 0.5, "b": 2.0}} | compiled)
    return model


def press(widget, what):
    widget._hear(widget, {what: widget.weights}, None)


def told(model, x=X, y=Y, **more):
    shown = loss_weights(model, x, y, **more)
    assert shown.widget is None
    assert "\n" not in repr(shown)
    return repr(shown)


def test_with_another_backend_losses_are_measured_and_no_gradients(monkeypatch):
    model = two_heads()
    heads = Weighing(model, X, Y).heads
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    without = Weighing(model, X, Y).heads
    np.testing.assert_allclose([head.loss for head in without], [head.loss for head in heads], rtol=1e-5)
    assert [head.gradient for head in without] == [None, None]


def test_losses_are_those_of_evaluate_and_gradients_those_of_the_trunk():
    model = two_heads()
    heads = Weighing(model, X, Y).heads
    log = model.evaluate(X, Y, batch_size=N, verbose=0, return_dict=True)
    assert [(head.name, head.weight) for head in heads] == [("a", 0.5), ("b", 2.0)]
    np.testing.assert_allclose([head.loss for head in heads], [log["a_loss"], log["b_loss"]], rtol=1e-4)
    trunk = [variable.value for variable in model.get_layer("trunk").weights]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(X)[0] - Y["a"]) ** 2)
    expected = np.sqrt(sum(np.sum(np.square(one)) for one in tape.gradient(loss, trunk)))
    np.testing.assert_allclose(heads[0].gradient, expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("compiled", "weights"),
    [
        ({"loss": ["mse", "mse"], "loss_weights": [0.1, 0.9]}, [0.1, 0.9]),
        ({"loss": "mse", "loss_weights": None}, [1, 1]),
        ({"loss": {"b": "mse", "a": "mae"}, "loss_weights": {"b": 3, "a": 0}}, [0, 3]),
    ],
)
def test_weights_are_those_that_it_was_compiled_with(compiled, weights):
    assert [head.weight for head in Weighing(two_heads(**compiled), X, Y).heads] == weights


def test_targets_may_come_in_order():
    model = two_heads()
    assert Weighing(model, X, list(Y.values())).heads == Weighing(model, X, Y).heads


def test_a_head_with_weight_0_does_not_learn_and_a_run_begins_where_the_last_one_began():
    shown = loss_weights(two_heads(), X, Y, validation=(X, Y), epochs=2)
    for weights in ([1, 0], [0, 1], [1, 0]):
        shown.widget.weights = weights
        press(shown.widget, "train")
        assert shown.widget._background.join(60)
    first, other, again = (run["losses"] for run in shown.widget.runs)
    assert first == again != other
    assert float(first[0]) < float(other[0])
    assert [run["weights"] for run in shown.widget.runs] == [[1, 0], [0, 1], [1, 0]]
    assert shown.widget.shown["news"] == "Run 3 ended: 2 epochs."
    json.dumps({name: getattr(shown.widget, name) for name in ("heads", "weights", "runs", "shown", "notes")})
    shown.widget.close()


def test_the_model_and_the_process_are_as_before():
    def after(act):
        keras.utils.clear_session()
        keras.utils.set_random_seed(42)
        model = two_heads()
        model.fit(X, Y, verbose=0)
        history, settings = model.history, model.get_compile_config()
        act(model)
        kept = [one.numpy().tolist() for one in [*model.variables, *model.optimizer.variables]]
        assert model.history is history
        assert model.get_compile_config() == settings
        drawn = keras.random.uniform((2,)), tf.random.uniform((2,)), np.random.rand(2), random.random()
        return kept, [np.array(one).tolist() for one in drawn], layers.Dense(1).name

    def act(model):
        shown = loss_weights(model, X, Y, epochs=1)
        press(shown.widget, "train")
        assert shown.widget._background.join(60)
        assert len(shown.widget.runs) == 1
        shown.widget.close()

    assert after(act) == after(lambda model: None)


def test_stop_ends_a_training_and_what_it_reached_is_told():
    shown = loss_weights(two_heads(), X, Y, epochs=1000)
    began = time.perf_counter()
    press(shown.widget, "train")
    assert time.perf_counter() - began < 0.5
    while not shown.widget.shown["done"]:
        time.sleep(0.01)
    press(shown.widget, "stop")
    assert shown.widget._background.join(20)
    assert shown.widget.runs[0]["how"] == "stopped early"
    shown.widget.close()
    press(shown.widget, "train")
    assert len(shown.widget.runs) == 1, "nothing trains when it is closed"


def test_a_layer_that_cannot_be_made_anew_is_measured_and_not_trained():
    class Own(layers.Layer):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def call(self, x):
            return self.inner(x)

    x = keras.Input((2,))
    trunk = Own(layers.Dense(3))(x)
    model = keras.Model(x, [layers.Dense(1, name="a")(trunk), layers.Dense(1, name="b")(trunk)])
    model.compile(loss="mse")
    before = model.get_weights()
    shown = loss_weights(model, X, Y)
    assert shown.widget.can_train is False
    assert module._NO_RETRAINING in shown.widget.notes
    press(shown.widget, "train")
    assert shown.widget._background.join(10)
    assert shown.widget.runs == []
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))
    shown.widget.close()


def test_what_fails_in_a_training_is_told_in_the_widget(monkeypatch):
    shown = loss_weights(two_heads(), X, Y, epochs=1)
    monkeypatch.setattr(Weighing, "_validate", lambda self: 1 / 0)
    press(shown.widget, "train")
    assert shown.widget._background.join(60)
    assert shown.widget.shown["news"] == "Training failed: division by zero"
    shown.widget.close()


def test_bad_input_is_a_sentence():
    model = two_heads()
    assert "this is an int" in told(3)
    assert "has one output" in told(compiled_alone())
    assert "no trainable weights in common" in told(apart())
    assert "`b` has no loss" in told(two_heads(loss=["mse"], loss_weights=None))
    assert "`b` has no loss" in told(two_heads(loss={"a": "mse", "b": None}, loss_weights=None))
    assert "settings of `compile` do not work: `loss` has the key `c`" in told(two_heads(loss={"c": "mse"}))
    assert "no entry for the output `b`" in told(model, y={"a": Y["a"]})
    assert "must be a dict with the keys `a` and `b`" in told(model, y=Y["a"])
    assert "as many examples" in told(model, x=X[:5])
    assert "as many examples" in told(model, x=None)
    assert "do not fit" in told(model, x=np.zeros((N, 7)))
    assert "is no number (NaN)" in told(model, x=X * np.nan)
    assert "must be a pair" in told(model, validation=X)
    assert "no entry for the output `a`" in told(model, validation=(X, {}))
    assert "`epochs` must be a whole number from 1 to 1000; this is 0." in told(model, epochs=0)
    assert "&lt;b&gt;" in loss_weights(model, X, Y, epochs="<b>").html
    uncompiled = keras.Model(model.inputs, model.outputs)
    assert "is not compiled" in told(uncompiled)


def compiled_alone():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile(loss="mse")
    return model


def apart():
    x = keras.Input((2,))
    model = keras.Model(x, [layers.Dense(1, name="a")(x), layers.Dense(1, name="b")(x)])
    model.compile(loss="mse")
    return model


def test_the_fallback_says_what_each_head_counts_for():
    heads = [Head("age", 1.0, 2000.0, 50.0), Head("<gender>", 1.0, 0.7, 0.2)]
    assert module._words(heads).splitlines() == [
        "What each head counts for:",
        "age: weight 1, loss (measured: 2,000), share of the weighted loss nearly all (measured: 100%), "
        "share of the trunk's gradient nearly all (measured: 100%)",
        "<gender>: weight 1, loss (measured: 0.7), share of the weighted loss almost none (measured: 0%), "
        "share of the trunk's gradient almost none (measured: 0%)",
        "Measured on at most 256 examples, with the model's weights as they are.",
    ]
    assert "<gender>" not in module._still(heads)
    other = [Head("age", 1.0, 1900.0, 51.0), Head("<gender>", 1.0, 0.71, 0.19)]
    for words in (module._words, module._still):
        assert words(heads) != words(other)
        assert sanitized(words(heads)) == sanitized(words(other))


def test_with_another_backend_the_gradient_is_left_out():
    heads = [Head("a", 1.0, 2.0, None), Head("b", 0.0, 0.7, None)]
    assert "gradient:" not in module._words(heads).replace(module._NO_GRADIENT, "")
    assert module._NO_GRADIENT in module._words(heads)
    assert module._NO_GRADIENT in module._still(heads)


@settings(max_examples=200)
@given(st.lists(st.floats(-1e100, 1e100), min_size=2, max_size=5))
def test_shares_are_words_for_any_losses(values):
    shares = module._shares(values)
    assert len(shares) == len(values)
    assert all(share == "none" for share in shares) == (not any(values))
