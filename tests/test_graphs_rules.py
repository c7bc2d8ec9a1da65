"""Rules of equivalence: each makes its pair the same, none does when it is off, and what differs stays different."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

import course_utils  # noqa: F401
from course_utils.graphs.difference import compare_models
from course_utils.graphs.normal import ALL_RULES, DEFAULT_RULES, EXTRA_RULES, RULES, normal_form
from course_utils.graphs.reading.read import read
from tests.graph_models import Holder
from tests.meaning import assert_computes_the_same

pytestmark = pytest.mark.usefixtures("undrawn")


def model(function, *shapes, names=None, dtype="float32", by_name=False):
    """The model that a function of input tensors makes."""
    names = names or [None] * len(shapes)
    inputs = [keras.Input(s, dtype=dtype, name=n) for s, n in zip(shapes, names, strict=True)]
    outputs = function(*inputs)
    return keras.Model(dict(zip(names, inputs, strict=True)) if by_name else inputs, outputs)


def sequential_and_calls():
    def nested(x):
        return layers.Dense(1)(keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu")])(x))

    return model(nested, (4,)), model(lambda x: layers.Dense(1)(layers.Dense(8, activation="relu")(x)), (4,))


def shared_model_and_shared_layers():
    def nested(a, b):
        x = keras.Input((4,))
        tower = keras.Model(x, layers.Dense(2)(layers.Dense(3)(x)))
        return layers.Subtract()([tower(a), tower(b)])

    def flat(a, b):
        d, e = layers.Dense(3), layers.Dense(2)
        return layers.Subtract()([e(d(a)), e(d(b))])

    return model(nested, (4,), (4,)), model(flat, (4,), (4,))


def lambda_and_operator():
    return (
        model(lambda a, b: layers.Lambda(lambda t: t[0] - t[1])([a, b]), (4,), (4,)),
        model(lambda a, b: layers.Subtract()([a, b]), (4,), (4,)),
    )


def own_activation():
    return (
        model(lambda x: layers.Dense(3, activation=lambda t: ops.sin(t))(x), (4,)),
        model(lambda x: ops.sin(layers.Dense(3)(x)), (4,)),
    )


def both(f, g, *shapes, **options):
    return lambda: (model(f, *shapes, **options), model(g, *shapes, **options))


def three_ways():
    x = keras.Input((4,))
    y = layers.Dense(3)(x)
    layers.Dense(9)(y)
    return keras.Model(x, y), model(layers.Dense(3), (4,))


def repeated(x):
    d = layers.Dense(3)
    return layers.Add()([d(x), d(x)])


def once(x):
    y = layers.Dense(3)(x)
    return layers.Add()([y, y])


def shared_pool(a, b):
    pool = layers.MaxPooling1D(2)
    return layers.Subtract()([pool(a), pool(b)])


def two_pools(a, b):
    return layers.Subtract()([layers.MaxPooling1D(2)(a), layers.MaxPooling1D(2)(b)])


def named_output(x):
    return {"age": layers.Dense(1)(x)}


def joined(order):
    def function(a, b):
        parts = [layers.Dense(2)(a), layers.LSTM(3)(b)]
        x = layers.Concatenate()(parts[::order])
        x = layers.Dropout(0.2)(layers.BatchNormalization()(layers.Activation("relu")(x)))
        return layers.Dense(3)(x)

    return function


def unused_states(x):
    return layers.LSTM(3, return_state=True)(x)[0]


def scores(q, v):
    return layers.MultiHeadAttention(2, 3)(q, v, return_attention_scores=True)[0]


def two_way_states(x):
    return layers.Bidirectional(layers.GRU(3, return_state=True))(x)[0]


def two_way(layer, backwards=None):
    return lambda x: layers.Bidirectional(layer, backward_layer=backwards)(x)


def from_state(how):
    given = {"bare": lambda h: h, "list": lambda h: [h], "tuple": lambda h: (h,)}[how]
    return lambda x, h: layers.GRU(3)(x, initial_state=given(h))


def halves(x):
    """A model for each step: two branches that are joined."""
    tower = keras.Input((6,))
    parts = [layers.Dense(3, activation="relu")(tower), layers.Dense(2)(tower)]
    return layers.TimeDistributed(keras.Model(tower, layers.Concatenate()(parts)))(x)


def halves_turned(x):
    tower = keras.Input((6,), name="step")
    wide, narrow = layers.Dense(3, name="wide")(tower), layers.Dense(2, name="narrow")(tower)
    return layers.TimeDistributed(keras.Model(tower, ops.concatenate([ops.relu(wide), narrow], 1), name="m"))(x)


def filmed(x):
    look = keras.Sequential([layers.Conv1D(3, 2, activation="relu"), layers.GlobalMaxPooling1D(), layers.Dense(2)])
    return layers.TimeDistributed(look)(x)


def filmed_by_layers(x):
    x = layers.TimeDistributed(layers.Conv1D(3, 2))(x)
    return layers.Dense(2)(layers.TimeDistributed(layers.GlobalMaxPooling1D())(ops.relu(x)))


def masked_sequence(x):
    return layers.LSTM(3, return_sequences=True)(layers.Embedding(9, 2, mask_zero=True)(x))[:, -1]


def masked_last(x):
    return layers.LSTM(3)(layers.Embedding(9, 2, mask_zero=True)(x))


def first_state(x):
    return layers.LSTM(3, return_state=True, return_sequences=True)(x)[1]


def dot(a, b):
    return layers.Dot(axes=1)([a, b])


PAIRS = [
    ("dead branches", three_ways),
    ("nested models", sequential_and_calls),
    ("nested models", shared_model_and_shared_layers),
    ("functions", lambda_and_operator),
    ("functions", own_activation),
    (
        "time distributed",
        both(
            lambda x: layers.TimeDistributed(layers.Dense(3, activation="relu"))(x),
            lambda x: layers.Dense(3, activation="relu")(x),
            (5, 4),
        ),
    ),
    (
        "spelling of settings",
        both(lambda a, b: layers.Concatenate(axis=1)([a, b]), lambda a, b: layers.concatenate([a, b]), (4,), (4,)),
    ),
    ("spelling of settings", both(layers.LSTM(3, unroll=True), layers.LSTM(3), (5, 4))),
    ("spelling of settings", both(layers.BatchNormalization(axis=1), layers.BatchNormalization(), (4,))),
    ("operators", both(lambda a, b: a + b, lambda a, b: layers.Add()([a, b]), (4,), (4,))),
    ("operators", both(lambda a, b: ops.multiply(a, b), lambda a, b: layers.multiply([a, b]), (4,), (4,))),
    ("operators", both(lambda a, b: ops.maximum(a, b), lambda a, b: layers.Maximum()([a, b]), (4,), (4,))),
    (
        "operators",
        both(lambda a, b: ops.concatenate([a, b], -1), lambda a, b: layers.Concatenate()([a, b]), (4,), (4,)),
    ),
    ("operators", both(lambda x: x / 255, lambda x: layers.Rescaling(1 / 255)(x), (4,))),
    ("operators", both(lambda x: 1 + 2 * x, lambda x: layers.Rescaling(2, offset=1)(x), (4,))),
    ("operators", both(lambda x: 3 - x, lambda x: layers.Rescaling(-1, offset=3)(x), (4,))),
    ("reshaping", both(lambda x: layers.Reshape((-1,))(x), lambda x: layers.Flatten()(x), (5, 4))),
    ("reshaping", both(lambda x: ops.reshape(x, (-1, 20)), lambda x: layers.Flatten()(x), (5, 4))),
    ("reshaping", both(lambda x: ops.expand_dims(x, 2), lambda x: layers.Reshape((4, 1))(x), (4,))),
    ("reshaping", both(lambda x: ops.transpose(x, (0, 2, 1)), lambda x: layers.Permute((2, 1))(x), (5, 4))),
    ("pooling over axes", both(lambda x: ops.max(x, axis=1), lambda x: layers.GlobalMaxPooling1D()(x), (5, 4))),
    (
        "pooling over axes",
        both(lambda x: ops.mean(x, axis=(1, 2)), lambda x: layers.GlobalAveragePooling2D()(x), (5, 5, 3)),
    ),
    ("activation functions", both(lambda x: layers.ReLU()(x), lambda x: layers.Activation("relu")(x), (4,))),
    ("activation functions", both(lambda x: ops.relu(x), lambda x: keras.activations.relu(x), (4,))),
    ("activation functions", both(lambda x: layers.Softmax()(x), lambda x: keras.activations.softmax(x), (4,))),
    (
        "activation functions",
        both(lambda x: layers.LeakyReLU(negative_slope=0.2)(x), lambda x: layers.Activation("leaky_relu")(x), (4,)),
    ),
    (
        "activation functions",
        both(lambda x: layers.ReLU(max_value=6)(x), lambda x: keras.activations.relu6(x), (4,)),
    ),
    ("no-ops", both(lambda x: layers.Dropout(0)(layers.Dense(2)(x)), lambda x: layers.Dense(2)(x), (4,))),
    ("no-ops", both(lambda x: layers.Identity()(layers.Flatten()(layers.Dense(2)(x))), layers.Dense(2), (4,))),
    ("dropout", both(lambda x: layers.Dropout(0.5)(layers.Dense(2)(x)), lambda x: layers.Dense(2)(x), (4,))),
    ("unused states", both(unused_states, layers.LSTM(3), (5, 4))),
    (
        "attention keys",
        both(
            lambda q, v: layers.MultiHeadAttention(2, 3)(q, v, key=v),
            lambda q, v: layers.MultiHeadAttention(2, 3)(query=q, value=v),
            (5, 4),
            (6, 4),
        ),
    ),
    ("unused states", both(first_state, layers.LSTM(3), (5, 4))),
    ("unused states", both(lambda x: layers.GRU(3, return_state=True)(x)[1], layers.GRU(3), (5, 4))),
    ("last step", both(lambda x: layers.GRU(3, return_sequences=True)(x)[:, -1], layers.GRU(3), (5, 4))),
    ("last step", both(lambda x: layers.LSTM(3, return_sequences=True)(x)[:, -1, :], layers.LSTM(3), (None, 4))),
    ("last step", both(masked_sequence, masked_last, (6,), dtype="int32")),
    ("unused states", both(scores, layers.MultiHeadAttention(2, 3), (5, 4), (7, 4))),
    ("unused states", both(two_way_states, layers.Bidirectional(layers.GRU(3)), (5, 4))),
    ("cells", both(layers.RNN(layers.LSTMCell(3)), layers.LSTM(3), (5, 4))),
    ("wrappers", both(two_way(layers.RNN(layers.LSTMCell(3))), two_way(layers.LSTM(3)), (5, 4))),
    ("wrappers", both(two_way(layers.LSTM(3, unroll=True)), two_way(layers.LSTM(3, use_cudnn=False)), (5, 4))),
    ("initialisers", both(two_way(layers.LSTM(3, bias_initializer="ones")), two_way(layers.LSTM(3)), (5, 4))),
    ("initial states", both(from_state("bare"), from_state("list"), (5, 4), (3,))),
    ("initial states", both(from_state("tuple"), from_state("bare"), (5, 4), (3,))),
    ("training argument", both(lambda x: layers.Dense(3)(x, training=True), layers.Dense(3), (4,))),
    ("cells", both(layers.RNN(layers.GRUCell(3), return_sequences=True), layers.GRU(3, return_sequences=True), (5, 4))),
    ("cells", both(layers.RNN(layers.SimpleRNNCell(3)), layers.SimpleRNN(3), (5, 4))),
    ("time distributed", both(halves, halves_turned, (5, 6))),
    ("time distributed", both(filmed, filmed_by_layers, (5, 4, 6))),
    (
        "pointwise convolutions",
        both(layers.Conv2D(3, 1, activation="relu"), layers.Dense(3, activation="relu"), (5, 5, 2)),
    ),
    ("pointwise convolutions", both(layers.Conv1D(3, 1, use_bias=False), layers.Dense(3, use_bias=False), (5, 2))),
    ("operators", both(lambda a, b: ops.hstack([a, b]), lambda a, b: layers.Concatenate()([a, b]), (4,), (3,))),
    ("powers", both(lambda x: x**2, lambda x: layers.Multiply()([x, x]), (4,))),
    ("powers", both(lambda x: ops.square(layers.Dense(2)(x)), lambda x: layers.Dense(2)(x) ** 2, (4,))),
    ("powers", both(lambda x: ops.abs(x) ** 0.5, lambda x: ops.sqrt(ops.abs(x)), (4,))),
    ("differences", both(lambda a, b: a + (-b), lambda a, b: layers.Subtract()([a, b]), (4,), (4,))),
    ("differences", both(lambda a, b: -1 * layers.Dense(3)(b) + a, lambda a, b: a - layers.Dense(3)(b), (3,), (4,))),
    ("even functions", both(lambda a, b: ops.abs(a - b), lambda a, b: abs(layers.Subtract()([b, a])), (4,), (4,))),
    ("even functions", both(lambda a, b: ops.square(a - b), lambda a, b: ops.square(b - a), (4,), (4,))),
    (
        "even functions",
        both(
            lambda a, b: ops.sqrt(ops.sum((a - b) ** 2, axis=1, keepdims=True)),
            lambda a, b: ops.sqrt(ops.sum((b - a) ** 2, axis=-1, keepdims=True)),
            (4,),
            (4,),
        ),
    ),
    ("reshaping", both(lambda x: x[:, :, None], lambda x: layers.Reshape((4, 1))(x), (4,))),
    ("reshaping", both(lambda x: ops.swapaxes(x, 1, 2), lambda x: layers.Permute((2, 1))(x), (5, 4))),
    ("reshaping", both(lambda x: ops.moveaxis(x, 1, 3), lambda x: layers.Permute((2, 3, 1))(x), (5, 4, 3))),
    ("kept axes", both(lambda x: layers.Flatten()(layers.GlobalMaxPooling1D(keepdims=True)(x)),
                       layers.GlobalMaxPooling1D(), (5, 4))),
    ("kept axes", both(lambda x: ops.expand_dims(ops.sum(x, axis=-1), -1),
                       lambda x: ops.sum(x, axis=1, keepdims=True), (4,))),
    ("stacks", both(lambda a, b: ops.mean(ops.stack([a, b]), axis=0), layers_average := (
        lambda a, b: layers.Average()([a, b])), (4,), (4,))),
    ("stacks", both(lambda a, b, c: ops.max(ops.stack([a, b, c], axis=-1), axis=-1),
                    lambda a, b, c: layers.Maximum()([c, b, a]), (4,), (4,), (4,))),
    ("stacks", both(lambda a, b: ops.average(ops.stack([a, b]), axis=0), layers_average, (4,), (4,))),
    ("stacks", both(lambda a, b: ops.mean(ops.concatenate([a, b], 1), axis=-1, keepdims=True),
                    layers_average, (1,), (1,))),
    ("pooling over axes", both(lambda x: layers.Flatten()(layers.MaxPooling2D(4)(x)),
                               layers.GlobalMaxPooling2D(), (4, 4, 3))),
    ("pooling over axes", both(lambda x: layers.Reshape((3,))(layers.AveragePooling1D(4, strides=1)(x)),
                               layers.GlobalAveragePooling1D(), (4, 3))),
    ("activation functions", both(lambda x: ops.maximum(x, 0.0), layers.ReLU(), (4,))),
    ("activation functions", both(layers.Dense(3, activation=layers.Activation("sigmoid")),
                                  layers.Dense(3, activation="sigmoid"), (4,))),
    ("statistics", both(layers.Normalization(axis=None), layers.Normalization(), (1,))),
    ("averages", both(lambda a, b: 0.5 * a + b / 2, layers_average, (4,), (4,))),
    (
        "activations first",
        both(
            lambda x: layers.ReLU()(layers.MaxPooling1D(2)(layers.Conv1D(3, 2)(x))),
            lambda x: layers.MaxPooling1D(2)(layers.Conv1D(3, 2, activation="relu")(x)),
            (8, 4),
        ),
    ),
    (
        "activations first",
        both(
            lambda x: layers.Activation("silu")(layers.Flatten()(layers.Dense(3)(x))),
            lambda x: layers.Flatten()(layers.Dense(3, activation="silu")(x)),
            (8, 4),
        ),
    ),
    (
        "activations first",
        both(
            lambda x: layers.Dropout(0.2)(layers.Flatten()(x)),
            lambda x: layers.Flatten()(layers.Dropout(0.2)(x)),
            (8, 4),
        ),
    ),
    ("commutative merges", both(dot, lambda a, b: layers.Dot(axes=-1)([b, a]), (4,), (4,))),
    (
        "input dtypes",
        both(lambda x: layers.Embedding(5, 3)(ops.cast(x, "int32")), lambda x: layers.Embedding(5, 3)(x), (6,)),
    ),
    ("repeated calls", both(repeated, once, (4,))),
    ("dot products", both(lambda a, b: ops.sum(a * b, axis=-1, keepdims=True), dot, (4,), (4,))),
    (
        "associative merges",
        both(
            lambda a, b, c: layers.Add()([a, b, c]),
            lambda a, b, c: layers.Add()([a, layers.Add()([b, c])]),
            (4,),
            (4,),
            (4,),
        ),
    ),
    (
        "associative merges",
        both(
            lambda a, b, c: layers.concatenate([a, b, c]),
            lambda a, b, c: layers.concatenate([layers.concatenate([a, b]), c]),
            (4,),
            (2,),
            (3,),
        ),
    ),
    ("averages", both(lambda a, b: (a + b) / 2, lambda a, b: layers.Average()([a, b]), (4,), (4,))),
    (
        "averages",
        both(
            lambda a, b, c: (a + b + c) / 3,
            lambda a, b, c: layers.average([a, b, c]),
            (4,),
            (4,),
            (4,),
        ),
    ),
    (
        "separate activations",
        both(
            lambda x: layers.Dense(2)(ops.relu(layers.Dense(3)(x))),
            lambda x: layers.Dense(2)(layers.Dense(3, activation="relu")(x)),
            (4,),
        ),
    ),
    (
        "separate activations",
        both(
            lambda x: layers.LeakyReLU(0.1)(layers.Dense(3)(x)),
            lambda x: layers.Dense(3, activation=layers.LeakyReLU(0.1))(x),
            (4,),
        ),
    ),
    ("weightless layers", both(shared_pool, two_pools, (6, 4), (6, 4))),
    ("initialisers", both(layers.Dense(3, kernel_initializer="uniform"), layers.Dense(3), (4,))),
    ("initialisers", both(lambda x: layers.Bidirectional(layers.LSTM(3, kernel_initializer="he_normal"))(x),
                          lambda x: layers.Bidirectional(layers.LSTM(3))(x), (5, 4))),
    ("regularisers", both(layers.Dense(3, kernel_regularizer="l2"), layers.Dense(3), (4,))),
    (
        "pointwise padding",
        both(layers.Conv2D(3, 1, strides=2, padding="same"), layers.Conv2D(3, 1, strides=2), (6, 6, 2)),
    ),
    ("pointwise padding", both(layers.MaxPooling1D(1, 2, padding="same"), layers.MaxPooling1D(1, 2), (6, 2))),
    (
        "input dtypes",
        lambda: (model(layers.Embedding(5, 3), (None,), dtype="int32"), model(layers.Embedding(5, 3), (None,))),
    ),
    ("sequence length", lambda: (model(layers.LSTM(3), (10, 4)), model(layers.LSTM(3), (None, 4)))),
    (
        "sequence length",
        lambda: (
            model(lambda x: layers.LSTM(3)(layers.Embedding(5, 3)(x)), (10,)),
            model(lambda x: layers.LSTM(3)(layers.Embedding(5, 3)(x)), (None,)),
        ),
    ),
    ("commutative merges", both(lambda a, b: layers.Add()([a, b]), lambda a, b: layers.Add()([b, a]), (4,), (4,))),
    ("concatenation order", both(joined(1), joined(-1), (4,), (5, 4))),
    (
        "input order",
        lambda: (
            model(lambda a, b: layers.Subtract()([a, b]), (4,), (4,), names=["a", "b"]),
            model(lambda b, a: layers.Subtract()([a, b]), (4,), (4,), names=["b", "a"]),
        ),
    ),
    (
        "input dicts",
        lambda: (
            model(lambda a, b: layers.Subtract()([b, a]), (4,), (4,), names=["a", "b"], by_name=True),
            model(lambda b, a: layers.Subtract()([b, a]), (4,), (4,), names=["b", "a"]),
        ),
    ),
    (
        "output dicts",
        both(
            lambda x: {"p": layers.Dense(1, name="p")(x), "q": layers.Dense(2, name="q")(x)},
            lambda x: [layers.Dense(2, name="q")(x), layers.Dense(1, name="p")(x)],
            (4,),
        ),
    ),
    (
        "output order",
        both(
            lambda x: [layers.Dense(1, name="p")(x), layers.Dense(2, name="q")(x)],
            lambda x: [layers.Dense(2, name="q")(x), layers.Dense(1, name="p")(x)],
            (4,),
        ),
    ),
    ("behaviour", both(lambda a, b: a + (b - a) / 2, lambda a, b: layers.Average()([a, b]), (4,), (4,))),
    ("frozen layers", both(layers.Dense(3, trainable=False), layers.Dense(3), (4,))),
    ("layer names", both(layers.Dense(3, name="hidden"), layers.Dense(3, name="other"), (4,))),
    ("input names", lambda: (model(layers.Dense(3), (4,), names=["a"]), model(layers.Dense(3), (4,), names=["b"]))),
    ("output names", both(named_output, layers.Dense(1), (4,))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make"), PAIRS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(PAIRS)])
def test_a_rule_alone_decides(name, make):
    a, b = make()
    on, off = ({}, {"without": [name]}) if RULES[name].default else ({"also": [name]}, {})
    assert compare_models(a, b, **on).same
    assert compare_models(b, a, **on).same
    different = compare_models(a, b, **off)
    assert not different.same
    assert len(different.edits) >= 1
    assert not compare_models(b, a, **off).same


@pytest.mark.parametrize(("name", "make"), PAIRS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(PAIRS)])
def test_what_a_rule_calls_the_same_computes_the_same(name, make):
    if name != "behaviour":  # which is a judge itself
        assert_computes_the_same(*make(), **({} if RULES[name].default else {"also": [name]}))


def test_the_judge_of_the_rules_notices_a_wrong_rule():
    """A rule that took differences for sums, and one that took any activation for another."""
    pairs = both(lambda a, b: layers.Add()([a, b]), lambda a, b: layers.Subtract()([a, b]), (4,), (4,))
    functions = both(layers.Dense(3, activation="tanh"), layers.Dense(3, activation="sigmoid"), (4,))
    for make, change in ((pairs, {"kind": "Add", "ports": ("*", "*")}), (functions, {"settings": {"units": 3}})):
        a, b = make()
        forms = [normal_form(read(m)) for m in (a, b)]
        forms = [
            replace(f, nodes=tuple(replace(n, **change) if n.family != "input" else n for n in f.nodes)) for f in forms
        ]
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            assert_computes_the_same(a, b, forms=forms)


def test_every_rule_has_a_pair_and_says_what_it_does():
    assert {name for name, _ in PAIRS} == set(RULES)
    assert len(RULES) == len(ALL_RULES) == len(DEFAULT_RULES) + len(EXTRA_RULES)
    for rule in ALL_RULES:
        assert rule.description.endswith(".")
        assert "=" in rule.example


def test_a_layer_for_reading_backwards_that_is_the_usual_one():
    a, b = both(two_way(layers.GRU(3), layers.GRU(3, go_backwards=True)), two_way(layers.GRU(3)), (5, 4))()
    assert compare_models(a, b).same
    assert compare_models(b, a).same


def test_rules_that_do_not_exist():
    with pytest.raises(ValueError, match="no rule called 'nmaes'"):
        compare_models(*sequential_and_calls(), without=["nmaes"])


def ranks(function):
    a, b = keras.Input((3, 4), batch_size=3), keras.Input((4,), batch_size=3)
    return keras.Model([a, b], function(a, b))


def dropping(training):
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dropout(0.5)])
    return lambda x: inner(x, training=training)


def in_training(x, **given):
    return layers.Dense(3)(layers.Lambda(lambda t, training=None: ops.relu(t) if training else t)(x, **given))


def stateful(function):
    x = keras.Input((5, 4), batch_size=3)
    return keras.Model(x, function(layers.LSTM(3, stateful=True), x))


class Sum(layers.Layer):
    """A layer of one's own, called as an operation of Keras's is."""

    def call(self, x):
        return ops.cumsum(x, axis=-1)[:, -1:] * 2.0


class Sequential(layers.Layer):
    """A layer of one's own, called as a model of Keras's is."""

    def call(self, x):
        return ops.sin(x)


class Bare(layers.Layer):
    """A layer that does not say how it is made again."""

    def compute_output_shape(self, shape):
        return shape

    def call(self, x):
        return ops.sin(x)

    def get_config(self):
        raise NotImplementedError


DIFFERENT = {
    "a layer called Sequential": both(
        Sequential(), lambda x: keras.Sequential([keras.Input((4,)), layers.Dense(4)])(x), (4,)
    ),
    "a layer without settings for each step": both(
        layers.TimeDistributed(Bare()), layers.TimeDistributed(layers.Dense(4)), (3, 4)
    ),
    "a function that gives the other one": both(
        lambda a, b: layers.Lambda(lambda t: t[1])([a, b]), lambda a, b: layers.Lambda(lambda t: t[0])([a, b]),
        (4,), (4,)
    ),
    "axes moved in pairs": both(
        lambda x: ops.moveaxis(x, (1, 2), (3, 1)), lambda x: ops.moveaxis(x, 1, 2), (4, 4, 4)
    ),
    "rows among the batch": both(lambda x: ops.reshape(x, (-1, 4)), lambda x: ops.max(x, 1), (2, 4)),
    "any number of steps flattened": both(layers.Flatten(), layers.GlobalMaxPooling1D(), (None, 3)),
    "an axis put in between open ones": both(
        lambda x: ops.expand_dims(x, -1), lambda x: ops.expand_dims(x, 1), (None, None)
    ),
    "a mean flattened": both(
        lambda x: layers.Flatten()(ops.mean(x, 1)), lambda x: layers.Flatten()(ops.max(x, 1)), (5, 4, 3)
    ),
    "a largest that keeps its axis": both(
        lambda a, b: ops.max(ops.stack([a, b], 1), 1, keepdims=True), lambda a, b: layers.Maximum()([a, b]), (4,), (4,)
    ),
    "a list taken off": both(
        lambda x: x - np.array([1.0, 2.0], "float32"), lambda x: x - np.array([1.0, 3.0], "float32"), (2,)
    ),
    "a list to divide by": both(
        lambda x: x / np.array([1.0, 2.0], "float32"), lambda x: x / np.array([1.0, 3.0], "float32"), (2,)
    ),
    "a third of two": both(lambda a, b: (a + b) / 3, lambda a, b: layers.Average()([a, b]), (4,), (4,)),
    "a layer called Sum": both(
        lambda a, b: Sum()(a * b), lambda a, b: ops.sum(a * b, axis=-1, keepdims=True), (4,), (4,)
    ),
    "sums of products of steps": both(
        lambda a, b: ops.sum(a * b, axis=-1, keepdims=True), lambda a, b: ops.sum(a * b, axis=1, keepdims=True),
        (4, 4), (4, 4),
    ),
    "dropout in a wrapper": both(two_way(layers.LSTM(3, dropout=0.2)), two_way(layers.LSTM(3)), (5, 4)),
    "another layer backwards": both(
        two_way(layers.LSTM(3), layers.LSTM(2, go_backwards=True)), two_way(layers.LSTM(3)), (5, 4)
    ),
    "a model called for use": both(dropping(False), dropping(None), (4,)),
    "dropout in use": both(
        lambda x: layers.Dropout(0.5)(x, training=True), lambda x: layers.Dropout(0.5)(x), (4,)
    ),
    "a function in training mode": both(
        lambda x: in_training(x, training=True), lambda x: in_training(x), (4,)
    ),
    "a function that does something in training": both(in_training, layers.Dense(3), (4,)),
    "a causal mask": both(
        lambda x: layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True),
        lambda x: layers.MultiHeadAttention(2, 3)(x, x),
        (5, 4),
    ),
    "a constant mask": both(
        lambda x: layers.MultiHeadAttention(2, 3)(x, x, attention_mask=np.tri(5, dtype="bool")[None]),
        lambda x: layers.MultiHeadAttention(2, 3)(x, x),
        (5, 4),
    ),
    "scores that are read": both(
        lambda x: layers.MultiHeadAttention(2, 3)(x, x, return_attention_scores=True),
        lambda x: layers.MultiHeadAttention(2, 3)(x, x),
        (5, 4),
    ),
    "a state to start from": both(from_state("bare"), lambda x, h: layers.GRU(3)(x), (5, 4), (3,)),
    "a mean over joined wider features": both(
        lambda a, b: ops.mean(ops.concatenate([a, b], 1), axis=-1, keepdims=True),
        lambda a, b: layers.Average()([a, b]), (2,), (2,)
    ),
    "a pool that leaves a rest": both(
        lambda x: layers.Flatten()(layers.MaxPooling2D(3)(x)), layers.GlobalMaxPooling2D(), (4, 4, 3)
    ),
    "a maximum with one": both(lambda x: ops.maximum(x, 1.0), layers.ReLU(), (4,)),
    "one scale for two": both(
        lambda a, b: [one(t) for one in [layers.Normalization()] for t in (a, b)],
        lambda a, b: [layers.Normalization()(a), layers.Normalization()(b)], (4,), (4,)
    ),
    "a Dropout left out": both(lambda x: layers.Dropout(0.5)(layers.Dense(2)(x)), layers.Dense(2), (4,)),
    "another merge": both(lambda a, b: layers.Add()([a, b]), lambda a, b: layers.Multiply()([a, b]), (4,), (4,)),
    "Flatten for GlobalMaxPooling": both(layers.Flatten(), layers.GlobalMaxPooling1D(), (5, 4)),
    "softmax of one unit for sigmoid": both(
        layers.Dense(1, activation="softmax"), layers.Dense(1, activation="sigmoid"), (4,)
    ),
    "Embedding's arguments swapped": both(layers.Embedding(8, 3), layers.Embedding(3, 8), (None,)),
    "no bias": both(layers.Dense(2, use_bias=False), layers.Dense(2), (4,)),
    "a regulariser": both(layers.Dense(2, kernel_regularizer="l2"), layers.Dense(2), (4,)),
    "the order of a difference": both(
        lambda a, b: layers.Subtract()([a, b]), lambda a, b: layers.Subtract()([b, a]), (4,), (4,)
    ),
    "the operator's order of a difference": both(lambda a, b: a - b, lambda a, b: b - a, (4,), (4,)),
    "the layer Dot and numpy's dot": both(dot, lambda a, b: ops.dot(a, ops.transpose(b)), (4,), (4,)),
    "the order of an output's features": both(
        lambda a, b: layers.concatenate([a, b]), lambda a, b: layers.concatenate([b, a]), (4,), (3,)
    ),
    "the order of features before a position-sensitive layer": both(
        lambda a, b: layers.Dense(2)(layers.Reshape((2, 4))(layers.concatenate([a, b]))),
        lambda a, b: layers.Dense(2)(layers.Reshape((2, 4))(layers.concatenate([b, a]))),
        (4,),
        (4,),
    ),
    "concatenation along time": both(
        lambda a, b: layers.LSTM(2)(layers.Concatenate(axis=1)([a, b])),
        lambda a, b: layers.LSTM(2)(layers.Concatenate(axis=1)([b, a])),
        (5, 4),
        (6, 4),
    ),
    "two Dropouts for one": both(
        lambda x: layers.Add()([layers.Dropout(0.5)(x), layers.Dropout(0.5)(x)]),
        lambda x: layers.Add()([y := layers.Dropout(0.5)(x), y]),
        (4,),
    ),
    "sharing": both(repeated, lambda x: layers.Add()([layers.Dense(3)(x), layers.Dense(3)(x)]), (4,)),
    "half a sum of three": both(lambda a, b: (a + b + a) / 2, lambda a, b: layers.Average()([a, b]), (4,), (4,)),
    "an activation before or after Dropout": both(
        lambda x: layers.Activation("sigmoid")(layers.Dropout(0.5)(layers.Dense(2)(x))),
        lambda x: layers.Dropout(0.5)(layers.Dense(2, activation="sigmoid")(x)),
        (4,),
    ),
    "average and maximum over time": both(
        lambda x: ops.mean(x, axis=1), lambda x: layers.GlobalMaxPooling1D()(x), (5, 4)
    ),
    "a maximum over features": both(lambda x: ops.max(x, axis=2), lambda x: ops.max(x, axis=1), (4, 4)),
    "a constant": both(lambda x: 2 * x, lambda x: 3 * x, (4,)),
    "two Lambdas": both(
        lambda x: layers.Lambda(lambda t: t * 2)(x), lambda x: layers.Lambda(lambda t: t + 2)(x), (4,)
    ),
    "dead and not": lambda: (
        model(lambda x: layers.Dense(3)(x), (4,)),
        model(lambda x: layers.Dense(3)(layers.Dense(3)(x)), (4,)),
    ),
    "Flatten with the channels first": both(
        layers.Flatten(data_format="channels_first"), lambda x: layers.Flatten()(x), (3, 4)
    ),
    "layers and operators on different ranks": lambda: (
        ranks(lambda a, b: layers.Multiply()([a, b])), ranks(lambda a, b: ops.multiply(a, b))
    ),
    "the second state": both(
        lambda x: layers.LSTM(3, return_state=True)(x)[2], lambda x: layers.LSTM(3, return_state=True)(x)[1], (5, 4)
    ),
    "the first step": both(
        lambda x: layers.LSTM(3, return_sequences=True)(x)[:, 0], lambda x: layers.LSTM(3)(x), (5, 4)
    ),
    "the last step of both directions": both(
        lambda x: layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)[:, -1],
        lambda x: layers.Bidirectional(layers.LSTM(3))(x),
        (5, 4),
    ),
    "a convolution with strides": both(layers.Conv1D(3, 1, strides=2), layers.Dense(3), (6, 2)),
    "a difference that is read as it is, too": both(
        lambda a, b: [ops.abs(d := a - b), layers.Dense(1)(d)],
        lambda a, b: [ops.abs(d := b - a), layers.Dense(1)(d)],
        (4,),
        (4,),
    ),
    "a cube": both(lambda a, b: (a - b) ** 3, lambda a, b: (b - a) ** 3, (4,), (4,)),
    "a function that falls, before the maximum": both(
        lambda x: layers.Activation("silu")(layers.MaxPooling1D(2)(x)),
        lambda x: layers.MaxPooling1D(2)(layers.Activation("silu")(x)),
        (8, 4),
    ),
    "an activation before or after the mean": both(
        lambda x: layers.ReLU()(layers.AveragePooling1D(2)(x)),
        lambda x: layers.AveragePooling1D(2)(layers.ReLU()(x)),
        (8, 4),
    ),
    "softmax before or after a reshape": both(
        lambda x: layers.Softmax()(layers.Flatten()(x)), lambda x: layers.Flatten()(layers.Softmax()(x)), (8, 4)
    ),
    "Dot over the features of every step": both(
        lambda a, b: layers.Dot(axes=2)([a, b]), lambda a, b: layers.Dot(axes=2)([b, a]), (4, 4), (4, 4)
    ),
    "a stack over another axis": both(
        lambda a, b: ops.mean(ops.stack([a, b], axis=1), axis=2), lambda a, b: layers.Average()([a, b]), (2,), (2,)
    ),
    "models for each step": both(halves, lambda x: halves(layers.ReLU()(x)), (5, 6)),
    "a mask of a softmax": both(
        lambda x, y: layers.Softmax()(x, mask=ops.greater(y, 0)), lambda x, y: layers.Softmax()(x), (4,), (4,)
    ),
    "a constant mask of a softmax": both(
        lambda x: layers.Softmax()(x, mask=np.array([[True, True, False, False]])), layers.Softmax(), (4,)
    ),
    "a maximum that starts somewhere": both(
        lambda a, b: ops.max(ops.stack([a, b], 1), axis=1, initial=0.5), lambda a, b: layers.Maximum()([a, b]),
        (4,), (4,)
    ),
    **{
        f"a function that falls, {name}, before or after the maximum": both(
            lambda x, bend=bend, pool=pool: pool(bend(x)), lambda x, bend=bend, pool=pool: bend(pool(x)), (8, 4)
        )
        for name, bend, pool in (
            ("leaky_relu", lambda x: ops.leaky_relu(x, negative_slope=-0.5), layers.MaxPooling1D(2)),
            ("elu", layers.ELU(alpha=-1.0), layers.GlobalMaxPooling1D()),
            ("relu", lambda x: keras.activations.relu(x, threshold=-2.0), layers.MaxPooling1D(2)),
        )
    },
    "several axes of each step": both(
        layers.TimeDistributed(layers.LayerNormalization(axis=[1, 2])), layers.LayerNormalization(axis=[1, 2]),
        (4, 4, 4)
    ),
    "joined along what is no feature": both(
        *(lambda a, b, order=order: layers.Conv2D(3, 2, data_format="channels_first")(
            layers.Concatenate(axis=-1)([a, b][::order])) for order in (1, -1)), (2, 4, 4), (2, 4, 4)
    ),
    "a function inside a recurrent layer": both(
        layers.GRU(3, activation=lambda t: ops.sin(t)), lambda x: ops.sin(layers.GRU(3, activation=None)(x)), (5, 4)
    ),
    "a function that draws numbers, twice": both(
        lambda x: (f := layers.Lambda(lambda t: tf.nn.dropout(t, 0.5)), layers.Add()([f(x), f(x)]))[1],
        lambda x: (y := layers.Lambda(lambda t: tf.nn.dropout(t, 0.5))(x), layers.Add()([y, y]))[1], (4,)
    ),
    "a layer that goes on where it ended, twice": lambda: (
        stateful(lambda f, x: layers.Subtract()([f(x), f(x)])),
        stateful(lambda f, x: layers.Subtract()([y := f(x), y])),
    ),
    "training mode": both(
        lambda x: layers.Dropout(0.5)(x, training=True), lambda x: layers.Dropout(0.5)(x), (4,)
    ),
    "a concatenation whose reader is shared": both(
        lambda a, b: (d := layers.Dense(2), layers.Subtract()(
            [d(layers.concatenate([a, b])), d(layers.concatenate([b, a]))]))[1],
        lambda a, b: (d := layers.Dense(2), layers.Subtract()(
            [d(layers.concatenate([b, a])), d(layers.concatenate([b, a]))]))[1],
        (4,),
        (4,),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_is_not_the_same(name):
    a, b = DIFFERENT[name]()
    assert len(compare_models(a, b).edits) >= 1
    assert len(compare_models(b, a).edits) >= 1
    assert compare_models(a, a).same
    assert compare_models(b, b).same


def one_or_two(make, hold):
    """A model that holds one layer in two places, and one that holds two."""

    def build(count):
        def function(*tensors):
            made = [make() for _ in range(count)]
            return hold(made[0], made[-1], *tensors)

        return function

    return build(1), build(2)


class Scaled(layers.Layer):
    """A layer of one's own that holds another."""

    def __init__(self, inside, **kwargs):
        super().__init__(**kwargs)
        self.inside = inside

    def call(self, x):
        return 2 * self.inside(x)


class TwoParts(layers.Layer):
    """A layer of one's own that holds two others."""

    def __init__(self, first, second, **kwargs):
        super().__init__(**kwargs)
        self.first, self.second = first, second

    def call(self, x):
        return self.second(self.first(x))


def backwards():
    return layers.GRU(3, go_backwards=True)


def in_both_directions(g, h, x, y):
    first, second = (layers.Bidirectional(layers.GRU(3), backward_layer=one) for one in (g, h))
    return [first(x), second(y)]


STEPS, ROW = (5, 4), (4,)
SHARED_INSIDE = {
    "a layer for each step and the layer itself": (
        lambda: layers.Dense(3), lambda d, e, x, y: [layers.TimeDistributed(d)(x), e(y)], STEPS, ROW
    ),
    "two layers for each step": (
        lambda: layers.Dense(3),
        lambda d, e, x, y: [layers.TimeDistributed(d)(x), layers.TimeDistributed(e)(y)], STEPS, STEPS
    ),
    "a cell": (lambda: layers.LSTMCell(3), lambda c, e, x, y: [layers.RNN(c)(x), layers.RNN(e)(y)], STEPS, STEPS),
    "a cell stacked on itself": (
        lambda: layers.LSTMCell(4), lambda c, e, x: layers.RNN(layers.StackedRNNCells([c, e]))(x), STEPS
    ),
    "what reads backwards": (backwards, in_both_directions, STEPS, STEPS),
    "an activation that learns": (
        lambda: layers.PReLU(),
        lambda p, q, x, y: [layers.Dense(3, activation=p)(x), layers.Dense(3, activation=q)(y)], ROW, ROW
    ),
    "layers of one's own": (lambda: layers.Dense(4), lambda d, e, x, y: [Scaled(d)(x), Scaled(e)(y)], ROW, ROW),
    "a layer of one's own and the layer itself": (
        lambda: layers.Dense(4), lambda d, e, x, y: [Scaled(d)(x), e(y)], ROW, ROW
    ),
    "one in a list of parts": (lambda: layers.Dense(4), lambda d, e, x: Holder(d, e)(x), ROW),
    "one part twice": (lambda: layers.Dense(4), lambda d, e, x: TwoParts(d, e)(x), ROW),
    "one of two parts": (
        lambda: layers.Dense(4),
        lambda d, e, x, y: [TwoParts(d, layers.Dense(4))(x), TwoParts(e, layers.Dense(4))(y)], ROW, ROW
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHARED_INSIDE)
def test_a_layer_that_others_hold_is_one_layer(name):
    make, hold, *shapes = SHARED_INSIDE[name]
    one, two = ([model(function, *shapes) for _ in range(2)] for function in one_or_two(make, hold))
    for a, b in ((one[0], two[0]), (two[0], one[0])):
        difference = compare_models(a, b)
        assert difference.edits
        assert "((" not in str(difference)
    assert compare_models(*one).same
    assert compare_models(*two).same


def test_a_layer_for_each_step_is_the_layer():
    def build(wrap):
        def function(x, y):
            d = layers.Dense(3)
            return [(layers.TimeDistributed(d) if wrap else d)(x), d(y)]

        return model(function, STEPS, ROW)

    assert compare_models(build(True), build(False)).same
    assert compare_models(build(False), build(True)).same


def encoder_of_steps(x, y):
    encoder = keras.Sequential([keras.Input(ROW), layers.Dense(3)])
    return [layers.TimeDistributed(encoder)(x), encoder(y)]


def two_models_of_one_layer(x, y):
    inside, d = keras.Input(ROW), layers.Dense(3)
    plain, active = keras.Model(inside, d(inside)), keras.Model(inside, ops.relu(d(inside)))
    return [plain(x), active(y)]


def one_layer_twice(x, y):
    d = layers.Dense(3)
    return [d(x), d(y)]


def one_layer_and_its_activation(x, y):
    d = layers.Dense(3)
    return [d(x), ops.relu(d(y))]


@pytest.mark.parametrize(
    ("function", "other", "shapes"),
    [
        (encoder_of_steps, one_layer_twice, (STEPS, ROW)),
        (two_models_of_one_layer, one_layer_and_its_activation, (ROW, ROW)),
    ],
    ids=["for each step", "two models"],
)
def test_models_that_share_layers(function, other, shapes):
    pair = [model(f, *shapes) for f in (function, other)]
    assert compare_models(*pair).same
    assert compare_models(*pair[::-1]).same
    separate = model(lambda x, y: [layers.Dense(3)(x), layers.Dense(3)(y)], *shapes)
    assert compare_models(pair[0], separate).edits
    assert compare_models(separate, pair[0]).edits


def test_two_layers_of_which_one_is_wrapped_should_be_one():
    def build(count):
        def function(x, y):
            made = [layers.Dense(3, name=f"d{i}") for i in range(count)]
            return [layers.TimeDistributed(made[0], name="steps")(x), made[-1](y)]

        return model(function, STEPS, ROW)

    (edit,) = compare_models(build(2), build(1)).edits
    assert edit.message.startswith("`d1` has weights of its own; it should share those of `steps`: ")
    (edit,) = compare_models(build(1), build(2)).edits
    assert edit.message.startswith("`d0` is one layer called twice; ")


def frozen_at(make, *weights):
    """A model of one layer, of which some weights do not train."""
    layer = make()
    built = model((lambda x: layer(x, x)) if isinstance(layer, layers.MultiHeadAttention) else layer, STEPS)
    for path in weights:
        part = layer
        for name in path.split("."):
            part = getattr(part, name)
        part.trainable = False
    return built


def two_directions():
    return layers.Bidirectional(layers.GRU(3))


FROZEN = {
    "either direction": (two_directions, ["forward_layer"], ["backward_layer"]),
    "one direction or both": (two_directions, ["forward_layer"], ["forward_layer", "backward_layer"]),
    "parts of attention": (lambda: layers.MultiHeadAttention(2, 3), ["query_dense"], ["value_dense"]),
    "the kernel": (lambda: layers.Dense(3), ["kernel"], []),
    "the kernel or the bias": (lambda: layers.Dense(3), ["kernel"], ["bias"]),
    "the kernel or all": (lambda: layers.Dense(3), ["kernel"], ["kernel", "bias"]),
    "the scale": (lambda: layers.BatchNormalization(), ["gamma"], []),
}


@pytest.mark.parametrize("name", FROZEN)
def test_which_part_of_a_layer_is_frozen(name):
    make, *parts = FROZEN[name]
    for first, second in (parts, parts[::-1]):
        (edit,) = compare_models(frozen_at(make, *first), frozen_at(make, *second)).edits
        assert "frozen" in edit.message
        assert "(True" not in edit.message
        assert "(False" not in edit.message
        assert compare_models(frozen_at(make, *first), frozen_at(make, *first)).same


def test_a_layer_all_of_whose_weights_are_frozen_is_frozen():
    assert compare_models(
        frozen_at(lambda: layers.Dense(3), "kernel", "bias"), model(layers.Dense(3, trainable=False), STEPS)
    ).same


def test_training_that_is_left_open_is_not_given():
    makes = (lambda x: layers.Dropout(0.5)(x, training=None), lambda x: layers.Dropout(0.5)(x))
    a, b = (model(f, ROW) for f in makes)
    assert compare_models(a, b).same
    assert compare_models(b, a).same


def test_models_that_functions_call():
    def inside():
        return keras.Sequential([keras.Input(ROW), layers.Dense(4)])

    def twice(x, k=None):
        k = inside()
        return layers.Dense(1)(layers.Lambda(lambda t: k(t) * 2)(k(x)))

    def thrice(x):
        k = inside()
        return layers.Dense(1)(3 * k(k(x)))

    def active(x):
        k = inside()
        return layers.Dense(4, activation=lambda t: k(t))(k(x))

    models = [model(f, ROW) for f in (twice, thrice, active)]
    for a in models:
        for b in models:
            assert compare_models(a, b).same == (a is b)


@pytest.mark.parametrize(
    "hold",
    [lambda inside: inside, lambda inside: layers.TimeDistributed(inside)],
    ids=["nested models", "time distributed"],
)
def test_models_that_are_not_opened_are_still_looked_into(hold, request):
    def one(units, name):
        x = keras.Input((6,), name=name)
        inside = keras.Model(x, layers.Dense(units, name=f"{name}_dense")(x), name=f"{name}_model")
        return model(lambda x: hold(inside)(x), (5, 6) if hold(inside) is not inside else (6,))

    off = {"without": [request.node.callspec.id]}
    assert compare_models(one(3, "a"), one(3, "b"), **off).same
    (edit,) = compare_models(one(3, "a"), one(4, "a"), **off).edits
    assert "holds other layers" in edit.message


def test_the_normal_form_leads_back_to_the_learners_layers():
    a, _ = sequential_and_calls()
    graph = read(a)
    form = normal_form(graph)
    assert [graph.find(n.origin[0]).kind for n in form.nodes] == ["Input", "Dense", "Dense"]
    assert len(form.nodes[1].origin[0]) == 2  # inside the Sequential
    split = model(lambda x: layers.ReLU(name="act")(layers.Dense(3, name="lin")(x)), (4,))
    node = normal_form(read(split)).nodes[1]
    assert [read(split).find(p).name for p in node.origin] == ["lin", "act"]


def test_aliases_of_layers_are_one_class():
    aliases = [("MaxPool1D", "MaxPooling1D"), ("GlobalMaxPool1D", "GlobalMaxPooling1D"), ("Convolution1D", "Conv1D")]
    for alias, name in aliases:
        arguments = () if name.startswith("Global") else (2,) if name.startswith("Max") else (3, 2)
        a, b = (model(getattr(layers, n)(*arguments), (6, 4)) for n in (alias, name))
        assert compare_models(a, b).same


def test_a_rule_is_a_function_of_graphs():
    a, b = lambda_and_operator()
    lambdas = RULES["functions"](read(a))
    assert [n.kind for n in lambdas.nodes] == ["Input", "Input", "Subtract"]
    assert [n.kind for n in RULES["operators"](lambdas).nodes] == [n.kind for n in read(b).nodes]


def test_names_that_are_insisted_on_are_told_once():
    x = keras.Input((4,))
    form = normal_form(read(keras.Model(x, named_output(x))), without=["output names"])
    again = normal_form(form, without=["output names"])
    assert [node.kind for node in again.nodes] == [node.kind for node in form.nodes] == ["Input", "Dense", "Output"]


def test_an_activation_that_does_nothing_is_not_merged_into_the_layer_before():
    def end(activation):
        return model(lambda x: layers.Activation(activation)(layers.Dense(3)(x)), (4,))

    plainly = model(layers.Dense(3), (4,))
    assert compare_models(end("linear"), plainly, without=("no-ops",)).same
    assert not compare_models(end("tanh"), plainly, without=("no-ops",)).same
