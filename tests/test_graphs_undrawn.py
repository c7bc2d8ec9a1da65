"""Models whose weights are not drawn: all that is read of them is as ever."""

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.graphs.compare.behaviour import Kept
from course_utils.graphs.difference import compare_models, compare_read
from course_utils.graphs.reading.read import read
from course_utils.graphs.reading.undrawn import weights_not_drawn
from course_utils.workshop.audit.mutants import mutants
from tests.graph_models import LECTURE


def example():
    x = keras.Input((5, 4))
    h = layers.BatchNormalization(name="norm")(x)
    h = layers.LSTM(3, name="steps")(h)
    h = layers.Dense(3, bias_initializer="he_normal", kernel_initializer=keras.initializers.Constant(2), name="given")(
        h
    )
    return keras.Model(x, layers.Dense(1, name="plain")(layers.Dropout(0.5, seed=3)(h)))


class Own(layers.Layer):
    def build(self, shape):
        self.numbers = self.add_weight(shape=(2, 3))
        self.counts = self.add_weight(shape=(2,), dtype="int32")

    def call(self, x):
        return x


def test_what_would_be_drawn_is_zero_and_all_else_as_it_begins():
    with weights_not_drawn():
        model = example()
    kernel, bias = model.get_layer("given").get_weights()
    assert np.all(kernel == 2)
    assert np.all(bias == 0)
    assert not np.any(model.get_layer("plain").get_weights()[0])
    gamma, beta, mean, variance = model.get_layer("norm").get_weights()
    assert (gamma.min(), beta.max(), mean.max(), variance.min()) == (1, 0, 0, 1)
    # The forget gate of an LSTM begins at ones.
    assert sorted({float(n) for weights in model.get_layer("steps").get_weights() for n in weights.flat}) == [0, 1]


def test_a_layer_of_ones_own_that_names_no_initialiser():
    with weights_not_drawn():
        layer = Own()
        layer.build((None, 2))
    assert not np.any(layer.numbers.numpy())
    assert not np.any(layer.counts.numpy())


@pytest.mark.parametrize("fails", [False, True])
def test_afterwards_weights_are_drawn_as_ever(fails):
    before = layers.Layer.add_weight
    try:
        with weights_not_drawn():
            assert not fails, "as a model that cannot be built"
    except AssertionError:
        assert fails
    assert layers.Layer.add_weight is before
    assert np.any(example().get_layer("plain").get_weights()[0])


@pytest.mark.parametrize("name", sorted(set(LECTURE) - {"l6", "l13", "l15", "l17"}))
def test_it_is_read_as_if_they_were_drawn(name):
    drawn = LECTURE[name]()
    with weights_not_drawn():
        other = LECTURE[name]()
    assert drawn.count_params() == other.count_params()
    assert compare_models(drawn, other, without=["initialisers", "behaviour"]).same


def test_the_same_is_said_of_a_model_however_often_the_target_was_asked_about():
    target, kept = LECTURE["l9"](), Kept()
    graph = read(target)
    for mutant in mutants(target, most=2):
        again = compare_read((mutant.model, read(mutant.model)), (target, graph), kept=kept)
        assert str(again) == str(compare_models(mutant.model, target))
