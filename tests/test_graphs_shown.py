"""What is shown of settings: in sentences, in pictures and in code, whatever they stand for."""

import doctest

import keras
import numpy as np
import pytest
from keras import layers, ops

from course_utils.graphs.reading import decode as module
from course_utils.graphs.reading.read import read
from course_utils.graphs.words.labels import brief
from course_utils.graphs.words.settings import spelled, value

pytestmark = pytest.mark.usefixtures("undrawn")


def node(layer, shape=(6, 4)):
    return read(keras.Model(x := keras.Input(shape), layer(x))).nodes[-1]


class ConvBlock(layers.Layer):
    def __init__(self, width, **more):
        super().__init__(**more)
        self.width = width

    def call(self, x):
        return x


def test_the_example_is_true():
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("layer", "sentence", "picture"),
    [
        (layers.Masking(np.inf), "Masking(mask_value=float('inf'))", ["mask_value=inf"]),
        (layers.LeakyReLU(0.0), "LeakyReLU(negative_slope=0)", ["negative_slope=0.0"]),
        (layers.ReLU(negative_slope=0.0), "ReLU()", []),
        (layers.Conv1D(2, 3, strides=1), "Conv1D(2, 3)", ["2", "3"]),
        (layers.MaxPooling1D(3, strides=1), "MaxPooling1D(3)", ["3"]),
        (lambda x: ops.softmax(x, axis=1), "Softmax(axis=1)", ["axis=1"]),
        (lambda x: x + keras.Variable(np.ones(4)), "Add(x2=a weight of shape (4,))", ["x2=array (4,)"]),
        (lambda x: x + keras.Variable(1.0), "Add(x2=a weight of shape ())", ["x2=array ()"]),
        (layers.Bidirectional(layers.LSTM(3)), "Bidirectional(LSTM(3))", ["LSTM(3)"]),
        (ConvBlock(3), "ConvBlock(width=3)", ["width=3"]),
    ],
)
def test_in_a_sentence_and_in_a_picture(layer, sentence, picture):
    found = node(layer)
    assert spelled(found) == sentence
    assert brief(found) == picture


@pytest.mark.parametrize(("activation", "said"), [("tanh", ""), ("linear", ", activation='linear'")])
def test_the_usual_activation_is_that_of_the_class(activation, said):
    layer = layers.ConvLSTM1D(3, 2, activation=activation)
    assert spelled(node(layer, (3, 5, 2))) == f"ConvLSTM1D(3, 2{said})"


def test_a_mask_that_is_none_is_none():
    assert value(("None", ())) == "None"
