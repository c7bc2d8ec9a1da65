"""Models that are written differently are the same where they compute the same, and only there."""

import itertools
import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from keras import layers, ops

from course_utils.graphs.compare import comparison
from course_utils.graphs.compare.behaviour import judge, running
from course_utils.graphs.compare.behaviour.numbers import same_changes, where_apart
from course_utils.graphs.compare.behaviour.weights import Match, Slot
from course_utils.graphs.compare.comparison import WRITTEN_DIFFERENTLY
from course_utils.graphs.difference import compare_models
from course_utils.graphs.normal import normal_forms
from course_utils.graphs.reading.read import read
from course_utils.workshop.audit.blueprint import Blueprint
from course_utils.workshop.audit.mutants import mutants
from course_utils.workshop.audit.rewrites import REWRITES
from tests.graph_models import LECTURE, few, random_model
from tests.meaning import assert_gives_the_same_numbers

pytestmark = pytest.mark.slow

few = settings(few, max_examples=5, phases=[Phase.generate])


def computes(model, target, **rules):
    """The verdict of computing alone."""
    graphs = read(model), read(target)
    return judge(model, target, graphs, normal_forms(*graphs, **rules))


def model(function, *shapes, **options):
    inputs = [keras.Input(shape, **options) for shape in shapes]
    return keras.Model(inputs, function(*inputs))


def pair(mine, theirs, *shapes, **options):
    return lambda: (model(mine, *shapes, **options), model(theirs, *shapes, **options))


def tail(mine, theirs, shape=(3,), units=8):
    """What comes between two Dense layers."""
    return pair(*(lambda x, own=own: layers.Dense(1)(own(layers.Dense(units)(x))) for own in (mine, theirs)), shape)


def both_ways(last):
    def build(x):
        sequences = not last
        forth = layers.LSTM(5, return_sequences=sequences)(x)
        back = layers.LSTM(5, return_sequences=sequences, go_backwards=True)(x)
        return layers.Dense(1)(layers.concatenate([forth, back if last else ops.flip(back, axis=1)]))

    return build


def wrapped(last):
    return lambda x: layers.Dense(1)(layers.Bidirectional(layers.LSTM(5, return_sequences=not last))(x))


def step_by_step(x):
    dense, stack = layers.Dense(5, activation="relu"), layers.Reshape((1, 5))
    return layers.concatenate([stack(dense(x[:, k])) for k in range(4)], axis=1)


def heads(join):
    def build(a, b):
        return layers.Dense(1)(join(layers.Dense(3), layers.Dense(3), a, b))

    return build


def apart(first, second, a, b):
    return layers.concatenate([layers.ReLU()(first(a)), layers.ReLU()(second(b))])


class Own(layers.Layer):
    """A Dense with a relu, written by hand."""

    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, shape):
        self.matrix = self.add_weight(shape=(shape[-1], self.units))
        self.shift = self.add_weight(shape=(self.units,))

    def call(self, x):
        return ops.maximum(x @ self.matrix + self.shift, 0)


def twins(first):
    def build(a, b):
        readers = [[layers.Dense(3, "tanh"), layers.Dense(3, "tanh")] for _ in "ab"]
        read_a, read_b = (one[1](one[0](x)) for one, x in zip(readers, (a, b), strict=True))
        return layers.Lambda(lambda t: tf.add_n(t))([read_b, read_a] if first else [read_a, read_b])

    return build


def square(equation):
    return lambda x: layers.EinsumDense(equation, output_shape=(None, 3), bias_axes="d", activation="relu")(x)


SAME = {
    "average": pair(lambda a, b: a + (b - a) / 2, lambda a, b: layers.average([a, b]), (4,), (4,)),
    "sum for product": pair(lambda a, b: a + a + b, lambda a, b: 2 * a + b, (4,), (4,)),
    "einsum": pair(lambda a, b: ops.einsum("bi,bi->b", a, b)[:, None], lambda a, b: layers.Dot(1)([a, b]), (4,), (4,)),
    "einsum for a layer": pair(
        lambda x: layers.EinsumDense("btc,cd->btd", output_shape=(None, 4), bias_axes="d")(x),
        lambda x: layers.Dense(4)(x),
        (6, 3),
    ),
    "a matrix turned": pair(square("btc,dc->btd"), lambda x: layers.Dense(3, "relu")(x), (6, 3)),
    "a matrix not turned": pair(square("btc,cd->btd"), lambda x: layers.Dense(3, "relu")(x), (6, 3)),
    "both ways by hand": pair(both_ways(False), wrapped(False), (None, 3)),
    "both ways by hand, last": pair(both_ways(True), wrapped(True), (6, 3)),
    "one relu for two": pair(
        heads(lambda f, g, a, b: ops.relu(layers.concatenate([f(a), g(b)]))), heads(apart), (4,), (4,)
    ),
    "sigmoid by hand": tail(lambda h: 1 / (1 + ops.exp(-h)), ops.sigmoid),
    "sigmoid by tanh": tail(lambda h: 0.5 * (ops.tanh(h / 2) + 1), ops.sigmoid),
    "softmax by hand": tail(lambda h: ops.exp(h) / ops.sum(ops.exp(h), axis=-1, keepdims=True), ops.softmax),
    "last step taken": pair(
        lambda x: ops.take(layers.LSTM(4, return_sequences=True)(x), -1, axis=1), lambda x: layers.LSTM(4)(x), (6, 3)
    ),
    "no leak": tail(layers.LeakyReLU(0.0), layers.ReLU()),
    "pooling by reshaping": pair(
        lambda x: layers.MaxPooling1D(16)(layers.Reshape((16, 3))(x))[:, 0],
        lambda x: layers.GlobalMaxPooling2D()(x),
        (4, 4, 3),
    ),
    "step by step": pair(step_by_step, lambda x: layers.Dense(5, "relu")(x), (4, 3)),
    "TensorFlow in a Lambda": pair(
        lambda a, b: layers.Lambda(lambda t: tf.concat(t, -1))([a, b]),
        lambda a, b: layers.concatenate([a, b]),
        (4,),
        (3,),
    ),
    "a function that may be told that it trains": tail(
        layers.Lambda(lambda t, training=None: ops.relu(t)), layers.Activation("relu")
    ),
    "a layer of one's own": pair(lambda x: Own(4)(x), lambda x: layers.Dense(4, "relu")(x), (3,)),
    "two that look alike": pair(twins(True), twins(False), (4,), (4,)),
    "dropout before what keeps zeros": tail(
        lambda h: ops.relu(layers.Dropout(0.5)(h)), lambda h: layers.Dropout(0.5)(ops.relu(h))
    ),
    "two dropouts in another order": pair(
        lambda a, b: ops.subtract(*[layers.Dropout(0.5)(x) for x in (b, a)][::-1]),
        lambda a, b: layers.subtract([layers.Dropout(0.5)(x) for x in (a, b)]),
        (4,),
        (4,),
    ),
    "normalized in training": tail(
        lambda h: layers.BatchNormalization()(h) + 0 * ops.square(h), layers.BatchNormalization()
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_what_computes_the_same_is_the_same(name):
    mine, theirs = SAME[name]()
    for a, b in ((mine, theirs), (theirs, mine)):
        verdict = computes(a, b)
        assert verdict.same, verdict
    difference = compare_models(mine, theirs)
    assert difference.same
    if difference.note:
        assert WRITTEN_DIFFERENTLY in str(difference)
        assert not compare_models(mine, theirs, without=["behaviour"]).same


def embedded(function, **options):
    def build(x):
        return layers.Dense(1)(function(layers.Embedding(20, 6, **options)(x)))

    return build


def shared(a, b):
    dense = layers.Dense(3, activation="tanh")
    return 2 * dense(a) + 2 * dense(b)


def unshared(a, b):
    return 2 * ops.tanh(layers.Dense(3)(a)) + ops.tanh(layers.Dense(3)(b)) * 2


def still(x):
    return layers.Dense(4, trainable=False)(x)


def looked_at(function):
    def build(x):
        return layers.Dense(1)(function(ops.max(layers.Conv2D(8, 3)(x), axis=1)))

    return build


HIDDEN = layers.Dense(4)
DIFFERENT = {
    "relu6": tail(ops.relu6, ops.relu),
    "a cap": tail(lambda h: ops.minimum(ops.relu(h), 100.0), ops.relu),
    "no relu": tail(lambda h: h, ops.relu),
    "no relu before a maximum over many places": pair(
        looked_at(lambda h: ops.max(h, axis=1)), looked_at(lambda h: ops.relu(ops.max(h, axis=1))), (30, 30, 3)
    ),
    "hard tanh": tail(ops.hard_tanh, ops.tanh),
    "another gelu": tail(lambda h: ops.gelu(h, approximate=True), lambda h: ops.gelu(h, approximate=False)),
    "a small leak": tail(lambda h: ops.leaky_relu(h, 0.001), ops.relu),
    "relu at the end": pair(lambda x: ops.relu(layers.Dense(1)(x)) + 0, lambda x: layers.Dense(1)(x), (3,)),
    "softmax over the batch": tail(lambda h: ops.softmax(h, axis=0), ops.softmax),
    "mean over the batch": tail(
        lambda h: h - ops.mean(h, 0, keepdims=True), lambda h: h - ops.mean(h, 1, keepdims=True)
    ),
    "counts the batch": tail(
        lambda h: layers.Lambda(lambda t: t * tf.cast(tf.shape(t)[0], "float32") / 8)(h), lambda h: h
    ),
    "no dropout": tail(lambda h: h + 0, lambda h: layers.Dropout(0.5)(h)),
    "another rate": tail(layers.Dropout(0.4), layers.Dropout(0.5)),
    "another dropout": tail(layers.GaussianDropout(0.5), layers.Dropout(0.5)),
    "dropout elsewhere": tail(
        lambda h: ops.sigmoid(layers.Dropout(0.5)(h)), lambda h: layers.Dropout(0.5)(ops.sigmoid(h))
    ),
    "dropout at all times": tail(lambda h: layers.Dropout(0.5)(h, training=True), layers.Dropout(0.5)),
    "dropout that no seed fixes": tail(layers.Lambda(lambda t: keras.random.dropout(t, 0.5)), layers.Dropout(0.5)),
    "frozen": pair(lambda x: ops.relu(still(x)) + 0, lambda x: layers.Dense(4, "relu")(x), (3,)),
    "not frozen": pair(lambda x: layers.Dense(4, "relu")(x) + 0, lambda x: ops.relu(still(x)), (3,)),
    "no sharing": pair(unshared, shared, (4,), (4,)),
    "sharing": pair(shared, unshared, (4,), (4,)),
    "arguments turned": pair(lambda a, b: b + (-a), lambda a, b: layers.subtract([a, b]), (4,), (4,)),
    "masked": pair(
        embedded(lambda e: layers.LSTM(3)(e) * 1.0, mask_zero=True),
        embedded(lambda e: layers.LSTM(3)(e)), (None,), dtype="int32",
    ),
    "not masked": pair(
        embedded(lambda e: ops.mean(e, 1)),
        embedded(layers.GlobalAveragePooling1D(), mask_zero=True), (None,), dtype="int32",
    ),
    "masked value": pair(
        lambda x: layers.LSTM(3)(layers.Masking(2.0)(x)), lambda x: layers.LSTM(3)(layers.Masking(5.0)(x)), (6, 2)
    ),
    "the first steps only": pair(
        lambda x: layers.GlobalMaxPooling1D()(x[:, :7]), lambda x: layers.GlobalMaxPooling1D()(x), (None, 3)
    ),
    "momentum": tail(lambda h: layers.BatchNormalization(momentum=0.9)(h), layers.BatchNormalization()),
    "epsilon": tail(layers.LayerNormalization(epsilon=1e-2), layers.LayerNormalization()),
    "a penalty": pair(
        lambda x: ops.relu(layers.Dense(4, kernel_regularizer="l2")(x)) + 0, lambda x: layers.Dense(4, "relu")(x), (3,)
    ),
    "a penalty on what comes out": pair(
        lambda x: ops.relu(layers.Dense(4, activity_regularizer="l2")(x)) + 0,
        lambda x: layers.Dense(4, "relu")(x),
        (3,),
    ),
    "a branch times nothing": pair(
        lambda x: layers.Dense(1)(x) + 0 * layers.Dense(1)(x), lambda x: layers.Dense(1)(x), (3,)
    ),
    "weights hidden in a function": tail(layers.Lambda(lambda t: HIDDEN(t)), layers.Dense(4)),
    "no gradient": tail(lambda h: layers.Lambda(lambda t: tf.stop_gradient(t))(h), lambda h: h),
    "no number where one divides by 0": pair(lambda a, b: a * b / b, lambda a, b: a + 0, (4,), (4,)),
    "half the way back": pair(
        lambda x: layers.Dense(1)(layers.concatenate(
            [layers.LSTM(5, return_sequences=True)(x), layers.LSTM(5, return_sequences=True, go_backwards=True)(x)])),
        wrapped(False),
        (None, 3),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_computes_something_else_is_not_the_same(name):
    mine, theirs = DIFFERENT[name]()
    verdict = computes(mine, theirs)
    assert not verdict.same
    assert "could not be run" not in verdict.reason
    assert computes(mine, mine).same == (name != "a branch times nothing")
    assert len(compare_models(mine, theirs).edits) >= 1


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_features_joined_in_any_order_and_written_differently(order):
    def build(joined, activation):
        inputs = [keras.Input((2,)) for _ in range(3)]
        branches = [layers.Dense(units)(x) for units, x in zip((3, 4, 5), inputs, strict=True)]
        ends = [branches[at] for at in joined]
        return keras.Model(inputs, layers.Dense(1)(activation(layers.Dense(6)(layers.concatenate(ends)))))

    target = build(range(3), ops.sigmoid)
    assert compare_models(build(order, lambda h: 1 / (1 + ops.exp(-h))), target).same
    assert not compare_models(build(order, lambda h: ops.tanh(h / 2) + 1), target).same


def test_where_the_order_of_features_counts_it_is_not_changed():
    def build(order, last):
        a, b = keras.Input((3,)), keras.Input((3,))
        return keras.Model([a, b], last(layers.concatenate([(a, b)[at] for at in order])))

    assert not compare_models(build((1, 0), lambda h: h * 2), build((0, 1), lambda h: h + h)).same


def test_an_activation_gets_no_weights_from_being_compared():
    mine, target = (keras.Sequential([keras.Input((3,)), layers.Dense(4, f)]) for f in (layers.PReLU(), "relu"))
    assert not compare_models(mine, target).same
    assert len(mine.weights) == 2


def test_a_counterexample_is_an_input_and_two_numbers():
    mine, theirs = DIFFERENT["no relu"]()
    found = compare_models(mine, theirs).counterexample
    assert found.output == mine.output_names[0]
    assert found.inputs[0].shape == (1, 3)
    assert abs(found.mine - found.wanted) > 0.01
    assert f"gives {found.mine:.3g}; it should give {found.wanted:.3g}." in found.message
    assert "in training" in computes(*DIFFERENT["another rate"]()).counterexample.message


def test_a_counterexample_is_told_where_there_are_many_edits():
    def chain(*activations):
        return model(lambda x: [x := layers.Dense(4, a)(x) for a in activations][-1], (4,))

    difference = compare_models(chain("relu", "relu", "relu", "relu"), chain("tanh", "selu", "elu", "relu"))
    assert len(difference.edits) >= 3
    assert str(difference).endswith(difference.counterexample.message)
    one = compare_models(chain("relu", "relu"), chain("relu", "tanh"))
    assert one.counterexample.message not in str(one)


def test_where_the_form_is_the_point_computing_does_not_decide():
    mine, theirs = SAME["average"]()
    assert not compare_models(mine, theirs, without=["operators"]).same
    assert compare_models(mine, theirs, also=["regularisers"]).same
    names = [
        keras.Model((x := keras.Input((3,), name=name)), layers.LeakyReLU(slope)(layers.Dense(2, name="end")(x)))
        for name, slope in (("a", 0.0), ("b", None))
        if slope is not None
    ]
    x = keras.Input((3,), name="b")
    other = keras.Model(x, layers.Dense(2, activation="relu")(x))
    assert compare_models(names[0], other).same
    assert not compare_models(names[0], other, without=["input names"]).same


@few
@given(seed=st.integers(0, 10**6), calls=st.integers(1, 14))
def test_random_models_written_in_ways_no_rule_knows(seed, calls):
    target = random_model(seed, calls)
    mine = Blueprint.of(target).build(REWRITES["by computing"]())
    verdict = computes(mine, target)
    assert verdict.same or verdict.reason == "weights that change nothing", verdict


@few
@given(seed=st.integers(0, 10**6), calls=st.integers(2, 7))
def test_random_mistakes_are_not_computed_away(seed, calls):
    """Mistakes that no model forgives; a wire moved from `max(x, x)` to x does compute the same."""
    target = random_model(seed, calls)
    for mutant in mutants(target, seed=seed, most=1):
        if mutant.kind in ("share", "unshare", "resize", "add"):
            assert not computes(mutant.model, target).same, mutant.description


@pytest.mark.parametrize("name", ["l9", "l12", "l13", "l16", "l19", "residual", "nested"])
def test_a_model_computes_what_it_computes_and_no_mistake_does(name):
    target = LECTURE[name]()
    assert computes(LECTURE[name](), target).same
    for mutant in mutants(target, most=1):
        if computes(mutant.model, target).same:
            assert_gives_the_same_numbers(mutant.model, target)


def test_nothing_is_left_of_a_run():
    keras.utils.set_random_seed(3)
    seen = []

    def spy(t):
        seen.append(float(np.random.rand()) + random.random())
        print("said by the function")
        return tf.nn.relu(t)

    def build(function):
        x = keras.Input((6, 3))
        h = layers.BatchNormalization()(layers.Dropout(0.3)(layers.Dense(4, activity_regularizer="l2")(x)))
        return keras.Model(x, layers.GRU(3, dropout=0.2)(function(h)))

    mine, theirs = build(layers.Lambda(spy)), build(layers.ReLU())
    kept = [[v.numpy().copy() for v in m.variables] for m in (mine, theirs)]
    before = layers.Dense(1).name
    states = random.getstate(), np.random.get_state()[1].copy()
    seen.clear()
    assert computes(mine, theirs).same
    assert len(seen) >= 2
    assert random.getstate() == states[0]
    assert int(layers.Dense(1).name.rpartition("_")[2]) == int(before.rpartition("_")[2]) + 1
    assert np.array_equal(np.random.get_state()[1], states[1])
    for model_, values in zip((mine, theirs), kept, strict=True):
        for variable, value in zip(model_.variables, values, strict=True):
            assert np.array_equal(variable.numpy(), value), variable.path


def test_what_fails_takes_long_or_is_too_large_is_not_decided():
    import time

    def sleeping(t):
        if isinstance(t, tf.Tensor) and hasattr(t, "numpy"):
            calls.append(1)
            time.sleep(0.4)
        return t * 1

    def failing(t):
        if isinstance(t, tf.Tensor) and hasattr(t, "numpy"):
            raise SystemExit("no")
        return t * 1

    calls = []
    target = model(lambda x: layers.Dense(3)(x), (4,))
    slow = model(lambda x: layers.Lambda(sleeping)(layers.Dense(3)(x)), (4,))
    graphs = read(slow), read(target)
    calls.clear()
    verdict = judge(slow, target, graphs, normal_forms(*graphs), seconds=0.3)
    assert (verdict.same, verdict.reason) == (False, "it takes too long")
    assert len(calls) == 1
    broken = model(lambda x: layers.Lambda(failing, output_shape=(3,))(layers.Dense(3)(x)), (4,))
    assert "SystemExit" in computes(broken, target).reason
    assert computes(LECTURE["l6"](), LECTURE["l6"]()).reason == "too large"
    wide = model(lambda x: ops.mean(x, axis=-1, keepdims=True) * 2.0, (600_000,))
    assert computes(wide, wide).reason == "the inputs are too large"
    inner = target
    for _ in range(10):
        x = keras.Input((inner.inputs[0].shape[1],))
        inner = keras.Model(x, layers.Dense(4)(inner(x) + inner(x)))
    assert computes(inner, inner).reason == "too large"


def test_text_is_not_run():
    text = model(lambda x: layers.Lambda(lambda t: t)(x), (1,), dtype="string")
    assert not computes(text, text).same


def seen_through_its_maximum(activation, end):
    def network(x):
        return layers.Dense(1, end)(layers.GlobalMaxPooling2D()(layers.Conv2D(8, 3, activation=activation)(x)))

    return model(network, (24, 24, 3))


@pytest.mark.parametrize("end", ["sigmoid", None, "softplus"])
@pytest.mark.parametrize("activation", [None, "elu", "leaky_relu", "gelu"])
def test_an_activation_before_a_maximum_over_many_places_matters(activation, end):
    assert not compare_models(seen_through_its_maximum(activation, end), seen_through_its_maximum("relu", end)).same


def test_an_activation_of_a_frozen_layer_matters():
    def frozen(activation):
        first, second = layers.Dense(6, "relu"), layers.Dense(6, activation)
        found = model(lambda x: layers.Dense(3, "softmax")(second(first(x))), (8,))
        first.trainable = second.trainable = False
        return found

    assert compare_models(frozen("relu"), frozen("relu")).same
    for activation in (None, "elu", "leaky_relu"):
        assert not compare_models(frozen(activation), frozen("relu")).same


@pytest.mark.parametrize(
    ("shape", "before"),
    [
        ((100, 3), lambda: [layers.Conv1D(4, 3, use_bias=False)]),
        ((9, 2), list),
        ((12, 3), list),
    ],
)
def test_an_activation_before_a_maximum_matters_where_no_bias_can_move_it(shape, before):
    def seen(activation):
        x = inputs = keras.Input(shape)
        for layer in [*before(), activation, layers.GlobalMaxPooling1D()]:
            x = layer(x)
        return keras.Model(inputs, x)

    assert not compare_models(seen(layers.LeakyReLU()), seen(layers.ReLU())).same
    assert not compare_models(seen(layers.ReLU()), seen(layers.LeakyReLU())).same


def test_a_mask_that_gets_lost_is_seen_where_rules_see_the_same():
    def read(on):
        x = keras.Input((8,), dtype="int32")
        return keras.Model(x, layers.LSTM(3)(on(layers.Embedding(20, 6, mask_zero=True)(x))))

    kept, lost = read(layers.Rescaling(2.0)), read(lambda e: e * 2.0)
    assert "mask" in str(compare_models(lost, kept))
    assert not compare_models(kept, lost).same
    assert compare_models(read(layers.ReLU()), read(layers.Activation("relu"))).same


def test_a_normalised_model_is_judged_by_numbers():
    def made(merge):
        x = keras.Input((5,))
        h = layers.BatchNormalization()(layers.Dense(8)(x))
        return keras.Model(x, layers.Dense(2)(merge([h, layers.Dense(8)(x)])))

    verdict = computes(made(layers.Add()), made(layers.Multiply()))
    assert (verdict.same, verdict.certain) == (False, True)


def crossed(a, b):
    rain = [layers.Dropout(0.5)(one) for one in (b, a)]
    return -layers.Subtract()(rain)


class Positive(layers.Layer):
    """What it gives lies on one side of 0, whatever its weights are."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 3), name="kernel")

    def call(self, x):
        return ops.abs(x @ self.kernel)


def tables(join):
    return lambda a, b: join(*(layers.Embedding(1100, 1000)(one) for one in (a, b)))


def straight(a, b):
    return layers.Subtract()([layers.Dropout(0.5)(one) for one in (a, b)])


@pytest.mark.parametrize(
    ("mine", "theirs", "shapes", "options"),
    [
        (lambda x: ops.where(x, 1.0, 0.0), lambda x: ops.cast(x, "float32"), [(3,)], {"dtype": "bool"}),
        (lambda i: ops.cast(i + i, "float32"), lambda i: ops.cast(i, "float32") * 2.0, [(3,)], {"dtype": "int32"}),
        (
            lambda i: ops.negative(ops.negative(layers.Embedding(9, 2)(i))),
            lambda i: layers.Embedding(9, 2)(i),
            [(2,)],
            {"dtype": "int32"},
        ),
        (lambda a, b: a - (-b), lambda a, b: a + b, [(None, 3), (None, 3)], {}),
        (crossed, straight, [(4,), (4,)], {}),
        (lambda x: ops.negative(ops.negative(Positive()(x))), lambda x: Positive()(x), [(4,)], {}),
        (tables(lambda a, b: a - (-b)), tables(lambda a, b: a + b), [(2,), (2,)], {"dtype": "int32"}),
    ],
    ids=["truth", "whole numbers", "few words", "one length", "random layers crossed", "positive", "large tables"],
)
def test_whatever_a_model_reads_it_is_run_on(mine, theirs, shapes, options):
    def ended(function):
        return model(lambda *read: layers.Dense(2)(function(*read)), *shapes, **options)

    assert computes(ended(mine), ended(theirs)).same
    other = model(lambda *read: layers.Dense(2)(1.0 - theirs(*read)), *shapes, **options)
    assert not computes(other, ended(theirs)).same


def test_outputs_that_are_no_numbers_have_no_counterexample():
    verdict = computes(model(lambda x: x > 0.0, (3,)), model(lambda x: x > 0.5, (3,)))
    assert not verdict.same
    assert verdict.counterexample is None


def test_what_is_no_number_is_compared_as_it_is():
    mine = np.array([1 + 2j, 3.0])
    assert where_apart(mine, mine.copy(), mine, {}) is None
    assert where_apart(mine, mine.conj(), mine, {}).tolist() == [True, False]


def test_the_gradient_of_a_large_table_is_summed_over_its_rows(monkeypatch):
    whole = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    rows = tf.IndexedSlices(whole, tf.constant([0, 7, 7]), tf.constant([9, 2]))
    assert running._dense(whole).shape == (3, 2)
    monkeypatch.setattr(running, "_LARGE_TABLE", 4)
    for gradient in (whole, rows):
        np.testing.assert_allclose(running._dense(gradient), [9.0, 12.0])


def test_edits_are_told_however_little_work_may_be_done(monkeypatch):
    def chain(*units):
        x = y = keras.Input((4,))
        for size in units:
            y = layers.Dense(size)(y)
        return keras.Model(x, y)

    monkeypatch.setattr(comparison, "_MOST_WORK", 1)
    found = compare_models(chain(3, 5, 6, 2), chain(5, 3, 7, 2))
    assert found.edits
    assert all(edit.message for edit in found.edits)


def test_a_model_that_runs_on_one_size_of_a_batch_only_is_not_decided():
    def of_eight(x):
        return layers.Dense(2)(x + np.ones((8, 4), "float32"))

    verdict = computes(model(of_eight, (4,)), model(of_eight, (4,)))
    assert not verdict.same
    assert "Error" in verdict.reason


@pytest.mark.parametrize(
    ("mine", "theirs", "is_same"),
    [
        ([1.0, 2.0], [1.0, 2.0], True),
        (None, None, True),
        (None, [1.0, 2.0], False),
        ([1.0, 2.0], [1.0, 2.5], False),
        ([1.0, np.nan], [1.0, 2.0], False),
        ([1.0, np.inf], [1.0, np.inf], True),
        ([1.0, 2.0, 3.0], [1.0, 2.0], False),
    ],
)
def test_what_training_does_to_a_pair_of_variables(mine, theirs, is_same):
    one, other = (Slot(key, 0, "kernel", (2,), "kernel") for key in (1, 2))
    arrays = [None if given is None else np.array(given) for given in (mine, theirs)]
    assert same_changes([Match(one, other)], {1: arrays[0]}, {2: arrays[1]}) is is_same
