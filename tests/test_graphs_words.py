"""What an edit says: found and wanted never read alike, and a merge for another merge is one edit, wherever it is."""

from __future__ import annotations

import itertools

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers, ops

import course_utils  # noqa: F401
from course_utils.graphs.difference import compare_models
from course_utils.workshop.audit.mutants import mutants
from tests.graph_models import LECTURE, Holder, comparing, few, random_model

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("undrawn")]

few = settings(few, max_examples=10)
SMALL = [n for n in LECTURE if n not in ("l3", "l6", "l13", "l15", "l17")]


def assert_told_apart(difference) -> None:
    for edit in difference.edits:
        assert bool(edit.found) == bool(edit.wanted)
        assert not edit.found or edit.found != edit.wanted, edit.message


@pytest.mark.parametrize("name", SMALL)
def test_found_and_wanted_of_lecture_examples_never_read_alike(name):
    model = LECTURE[name]()
    compared = comparing(model)
    for mutant in mutants(model, most=2):
        assert_told_apart(compared(mutant.model))
        assert_told_apart(compare_models(model, mutant.model))


@few
@given(seed=st.integers(0, 10**6), calls=st.integers(2, 12))
def test_found_and_wanted_of_random_models_never_read_alike(seed, calls):
    model = random_model(seed, calls)
    compared = comparing(model)
    for mutant in mutants(model, seed=seed, most=1):
        assert_told_apart(compared(mutant.model))


def in_sequence(layer):
    x = keras.Input((5, 4), name="x")
    return keras.Model(x, layers.Dense(1, name="end")(layers.Flatten()(layer(x))))


def lstm(**settings):
    return layers.Bidirectional(layers.LSTM(3, **settings))


def cells(*units):
    return layers.RNN([layers.LSTMCell(n) for n in units])


def last_of(count):
    return layers.Lambda(lambda t, k: t + k[-1], arguments={"k": list(range(count))})


PAIRS = {  # settings that nearly read alike: inside wrappers and cells, zero, axes, functions, long ones
    "zero in a wrapper": (lstm(dropout=0.2), lstm(), "0.2"),
    "in a cell": (cells(3, 4), cells(2, 4), "units=3"),
    "another cell": (cells(3, 4), cells(3), "LSTMCell"),
    "a regulariser in a wrapper": (lstm(kernel_regularizer="l2"), lstm(), "L2"),
    "a slope of zero": (layers.LeakyReLU(0.3), layers.LeakyReLU(0.01), "0.3"),
    "an axis": (layers.Softmax(axis=1), layers.Softmax(), "axis=1"),
    "a threshold": (layers.ReLU(threshold=1.0), layers.ReLU(), "threshold=1"),
    "an offset": (layers.Rescaling(2.0, offset=1.0), layers.Rescaling(2.0), "1"),
    "functions of one's own": (
        layers.Dense(3, activation=lambda t: t * 2.5),
        layers.Dense(3, activation=lambda t: t * 2),
        "2.5",
    ),
    "long settings": (last_of(60), last_of(61), ""),
    "a long constant": (lambda x: x + np.arange(4.0), lambda x: x + np.array([0.0, 1, 2, 4]), ""),
}


@pytest.mark.parametrize("name", PAIRS)
def test_what_nearly_reads_alike_is_told_apart(name):
    mine, wanted, says = PAIRS[name]
    difference = compare_models(in_sequence(mine), in_sequence(wanted))
    assert difference.edits
    assert_told_apart(difference)
    assert says in str(difference), str(difference)


def test_what_is_inside_a_wrapper_is_named():
    mine = in_sequence(layers.Bidirectional(layers.LSTM(3, dropout=0.2), name="both"))
    wanted = in_sequence(layers.Bidirectional(layers.LSTM(3)))
    assert str(compare_models(mine, wanted)) == "The LSTM inside `both` has dropout=0.2; it should have dropout=0."
    other = in_sequence(layers.Bidirectional(layers.GRU(3), name="both"))
    assert str(compare_models(other, wanted)) == "`both` holds a `GRU(3)`; it should hold an `LSTM(3)`."


MERGES = {
    "Add": layers.Add(),
    "Subtract": layers.Subtract(),
    "Multiply": layers.Multiply(),
    "Average": layers.Average(),
    "Maximum": layers.Maximum(),
    "Minimum": layers.Minimum(),
    "Concatenate": layers.Concatenate(),
    "+": lambda t: t[0] + t[1],
    "-": lambda t: t[0] - t[1],
    "*": lambda t: t[0] * t[1],
    "ops.maximum": lambda t: ops.maximum(*t),
    "mean": lambda t: (t[0] + t[1]) / 2,
}
PLACES = {
    "alone": lambda merge, a, b: merge([a, b]),
    "in the middle": lambda merge, a, b: layers.Dense(2, name="after")(merge([layers.Dense(4)(a), layers.Dense(4)(b)])),
    "before another merge": lambda merge, a, b: layers.Multiply()([merge([a, b]), a]),
    "after a sum": lambda merge, a, b: merge([layers.Add()([a, layers.Dense(4)(a)]), b]),
    "before a sum": lambda merge, a, b: layers.Add()([merge([a, b]), layers.Dense(4)(a)]),
    "of one tensor and what is made of it": lambda merge, a, b: merge([a, layers.Dense(4, activation="relu")(a)]) + b,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_merge_for_another_is_one_edit(place):
    def model(name):
        a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
        return keras.Model([a, b], PLACES[place](MERGES[name], a, b))

    widens = place in ("before another merge", "before a sum", "of one tensor and what is made of it")
    names = [name for name in MERGES if not (widens and name == "Concatenate")]
    means = {"+": "Add", "-": "Subtract", "*": "Multiply", "ops.maximum": "Maximum", "mean": "Average"}
    models = {name: model(name) for name in names}
    for mine, wanted in itertools.permutations(names, 2):
        difference = compare_models(models[mine], models[wanted])
        if means.get(mine, mine) == means.get(wanted, wanted):
            assert difference.same, f"{mine} for {wanted}: {difference}"
        else:
            assert len(difference.edits) == 1, f"{mine} for {wanted}: {difference}"


class Secret(layers.Layer):
    """A layer that keeps to itself how much it gives."""

    _factor = 2.0

    def call(self, x):
        return ops.tanh(x) * self._factor


def test_what_a_layer_hides_is_found_by_running_it():
    def model(factor, start):
        x = keras.Input((4,), name="x")
        secret = Secret(name="secret")
        secret._factor = factor
        return keras.Model(x, layers.Dense(2, name="end")(secret(start(x))))

    # Rules see the same, but not that alone.
    (edit,) = compare_models(model(2.0, layers.Identity()), model(3.0, lambda x: x)).edits
    assert edit.message.endswith(" Look at what `secret` does.")
    assert edit.where == "secret"


def test_of_two_layers_that_another_holds_too_it_should_be_the_other():
    def model(at):
        x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
        parts = [layers.PReLU(name="one"), layers.PReLU(name="two")]
        both, single = Holder(*parts, name="both"), Holder(parts[at], name="single")
        return keras.Model([x, y], [both(x), single(y)])

    messages = [edit.message for edit in compare_models(model(0), model(1)).edits]
    assert any("`both` shares other weights than it should" in message for message in messages)
