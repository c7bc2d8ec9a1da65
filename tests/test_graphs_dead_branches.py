"""Calls whose result is thrown away change nothing: not the verdict, not the edits."""

from __future__ import annotations

import random

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers, ops

import course_utils  # noqa: F401
from course_utils.graphs.difference import compare_models
from course_utils.graphs.reading.calls import calls_between, outputs_of
from course_utils.workshop.audit.mutants import mutants
from tests.graph_models import LECTURE, comparing, few, random_model

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("undrawn")]

SMALL = [n for n in LECTURE if n not in ("l3", "l6", "l13", "l15", "l17")]

# What a learner tries and leaves behind: above all what a rule could take for a part of the layer before it.
THROWN_AWAY = (
    lambda t: layers.ReLU()(t),
    lambda t: layers.Activation("sigmoid")(t),
    lambda t: layers.Softmax()(t),
    lambda t: ops.tanh(t),
    lambda t: layers.Dropout(0.5)(t),
    lambda t: layers.Flatten()(t),
    lambda t: layers.Dense(3, activation="relu")(t),
    lambda t: layers.Add()([t, t]),
    lambda t: layers.Activation("relu")(layers.Identity()(t)),
    lambda t: t * 2.0,
    lambda t: -t,
    lambda t: ops.mean(t, axis=-1, keepdims=True),
    lambda t: t[:, -1],
)


def throw_away(model: keras.Model, seed: int, count: int = 4) -> keras.Model:
    """Call layers on tensors of the model, also its own once more, and use none of the results."""
    chance = random.Random(seed)
    calls = calls_between(list(model.inputs), list(model.outputs), {id(t): i for i, t in enumerate(model.inputs)})
    made = [*model.inputs, *(t for call in calls for t in outputs_of(call))]
    tensors = [t for t in made if "float" in t.dtype and len(t.shape) > 1]
    own = [call.operation for call in calls if isinstance(call.operation, layers.Dense)]
    for _ in range(count):
        tensor = chance.choice(tensors)
        chance.choice(THROWN_AWAY)(tensor)
        if own:
            layer = chance.choice(own)
            fits = [t for t in tensors if t.shape[-1] == layer.kernel.shape[0]]
            if fits:
                layer(chance.choice(fits))
    return model


def messages(difference) -> list[str]:
    return [edit.message for edit in difference.edits]


@few
@given(seed=st.integers(0, 10**6), calls=st.integers(1, 14), thrown=st.integers(0, 10**6))
def test_random_models_with_dead_calls_are_the_same(seed, calls, thrown):
    model = random_model(seed, calls)
    for other in (random_model(seed, calls), random_model(seed, calls, spelling=thrown)):
        difference = compare_models(throw_away(other, thrown), model)
        assert difference.same, str(difference)


@few
@given(seed=st.integers(0, 10**6), calls=st.integers(2, 10), thrown=st.integers(0, 10**6))
def test_dead_calls_change_no_edit_of_a_wrong_random_model(seed, calls, thrown):
    model = random_model(seed, calls)
    compared = comparing(model)
    for mutant in mutants(model, seed=seed, most=1):
        plain = messages(compared(mutant.model))
        found = messages(compared(throw_away(mutant.model, thrown)))
        assert found == plain or any("never used" in message for message in found + plain), mutant.description


@pytest.mark.parametrize("name", SMALL)
def test_dead_calls_change_no_edit_of_a_wrong_lecture_example(name):
    model = LECTURE[name]()
    compared = comparing(model)
    for at, mutant in enumerate(mutants(model, most=2)):
        plain = messages(compared(mutant.model))
        found = messages(compared(throw_away(mutant.model, at)))
        assert found == plain or any("never used" in message for message in found + plain), mutant.description


def test_what_a_thrown_away_activation_would_have_mended_is_still_told():
    def model(used: bool) -> keras.Model:
        x = keras.Input((4,))
        y = layers.Dense(1, name="end")(layers.Dense(8, activation="relu")(x))
        z = layers.Activation("sigmoid")(y)
        return keras.Model(x, z if used else y)

    difference = compare_models(model(used=False), model(used=True))
    assert len(difference.edits) == 1
    assert "never used" in str(difference) or "sigmoid" in str(difference)
