"""How a number of weights comes about."""

import math
import re

import keras
import pytest
from keras import layers

from course_utils.graphs.reading.read import read_with_layers
from course_utils.graphs.words.counting import formula
from tests.graph_models import LECTURE

pytestmark = pytest.mark.usefixtures("undrawn")

STEPS, PICTURE = (5, 7), (9, 9, 3)


class Many(layers.Layer):
    """A layer with more weights than are written one after the other."""

    def build(self, shape):
        self.parts = [self.add_weight(shape=(size,), name=f"part_{size}") for size in range(1, 11)]

    def call(self, x):
        return x * self.parts[0]


CASES = [
    ((3,), layers.Dense(16), "(3 + 1) × 16 = 64"),
    ((3,), layers.Dense(16, use_bias=False), "3 × 16 = 48"),
    ((28, 28, 1), layers.Conv2D(32, 3), "(3×3×1 + 1) × 32 = 320"),
    (STEPS, layers.Conv1D(4, 2, use_bias=False), "2×7 × 4 = 56"),
    (PICTURE, layers.Conv2D(6, 3, groups=3), "(3×3×1 + 1) × 6 = 60"),
    (PICTURE, layers.Conv2DTranspose(4, 3), "(3×3×3 + 1) × 4 = 112"),
    (PICTURE, layers.DepthwiseConv2D(3), "(3×3 + 1) × 3 = 30"),
    (PICTURE, layers.SeparableConv2D(4, 3), "3×3 × 3 + (3 + 1) × 4 = 43"),
    (STEPS, layers.LSTM(4), "4 × ((7 + 4) × 4 + 4) = 192"),
    (STEPS, layers.LSTM(4, use_bias=False), "4 × (7 + 4) × 4 = 176"),
    (STEPS, layers.GRU(4), "3 × ((7 + 4) × 4 + 2 × 4) = 156"),
    (STEPS, layers.GRU(4, reset_after=False), "3 × ((7 + 4) × 4 + 4) = 144"),
    (STEPS, layers.SimpleRNN(4), "(7 + 4) × 4 + 4 = 48"),
    (STEPS, layers.Bidirectional(layers.SimpleRNN(4)), "2 × ((7 + 4) × 4 + 4) = 96"),
    (STEPS, layers.TimeDistributed(layers.Dense(3)), "(7 + 1) × 3 = 24"),
    ((5,), layers.Embedding(100, 8), "100 × 8 = 800"),
    (PICTURE, layers.BatchNormalization(), "4 × 3 = 12"),
    ((6,), layers.LayerNormalization(), "2 × 6 = 12"),
    ((6,), layers.PReLU(), "6"),
    ((6,), layers.Dropout(0.1), "no weights"),
    ((6,), Many(), "55"),
    (STEPS, layers.EinsumDense("abc,cd->abd", (None, 3), bias_axes="d"), "7×3 + 3 = 24"),
]


@pytest.mark.parametrize(("shape", "layer", "said"), CASES, ids=[case[1].name for case in CASES])
def test_a_layer(shape, layer, said):
    x = keras.Input(shape)
    graph, kept = read_with_layers(keras.Model(x, layer(x)))
    assert formula(graph.nodes[1], kept[graph.nodes[1].layer]) == said


def test_a_nested_model_is_the_sum_of_its_layers():
    x = keras.Input((3,))
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.ReLU(), layers.Dense(2)])
    graph, kept = read_with_layers(keras.Model(x, inner(x)))
    assert formula(graph.nodes[1], kept[graph.nodes[1].layer]) == "16 + 10 = 26"


@pytest.mark.parametrize("make", LECTURE.values(), ids=LECTURE)
def test_every_formula_of_the_lectures_comes_to_what_it_says(make):
    graph, kept = read_with_layers(make())
    for _, node in graph.walk():
        said, equals, total = formula(node, kept[node.layer]).replace(",", "").rpartition(" = ")
        if not equals:
            continue
        assert re.fullmatch(r"[\d×+() ]+", said)
        assert eval(said.replace("×", "*")) == int(total) == node.parameters
        assert math.isfinite(int(total))
