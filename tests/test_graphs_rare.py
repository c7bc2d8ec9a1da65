"""What models rarely hold: ways of writing that rules know, and words for what stands in few of them."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from course_utils.graphs.difference import compare_models
from course_utils.graphs.draw import plot_model
from course_utils.graphs.reading.read import read
from course_utils.graphs.words.code import lines_of_code
from course_utils.graphs.words.names import local_names
from tests.meaning import assert_computes_the_same, assert_gives_the_same_numbers

pytestmark = pytest.mark.usefixtures("undrawn")


def model(function, *shapes):
    inputs = [keras.Input(shape) for shape in shapes]
    return keras.Model(inputs, function(*inputs))


PAIRS = {
    "queries that are keys and values": (
        lambda a: layers.Attention()([a, a, a]), lambda a: layers.Attention()([a, a]), (4, 3)
    ),
    "noise of no size": (lambda x: layers.Dense(2)(layers.GaussianNoise(0.0)(x)), layers.Dense(2), (4,)),
    "no upsampling": (lambda x: layers.Dense(2)(layers.UpSampling1D(1)(x)), layers.Dense(2), (4, 3)),
    "nor in a picture": (lambda x: layers.Flatten()(layers.UpSampling2D((1, 1))(x)), layers.Flatten(), (4, 3, 2)),
    "half": (lambda x: x / 2.0, lambda x: x * 0.5, (4,)),
    "two over": (lambda x: 2.0 / (x + 10), lambda x: ops.divide(2.0, 10 + x), (4,)),
    "two less": (lambda x: x - 2.0, lambda x: x + (-2.0), (4,)),
    "less than nothing": (lambda x: 0 - x, lambda x: -x, (4,)),
    "a relu that leaks": (
        lambda x: layers.ReLU(negative_slope=0.1)(layers.Dense(2)(x)),
        lambda x: layers.LeakyReLU(0.1)(layers.Dense(2)(x)),
        (4,),
    ),
    "a relu up to 6": (
        lambda x: layers.ReLU(6.0)(layers.Dense(2)(x)), layers.Dense(2, activation="relu6"), (4,)
    ),
    "no activation": (lambda x: layers.Activation("linear")(layers.Dense(2)(x)), layers.Dense(2), (4,)),
    "a product without its axis": (
        lambda x, y: ops.sum(x * y, axis=-1), lambda x, y: ops.squeeze(layers.Dot(1)([x, y]), -1), (4,), (4,)
    ),
    "an axis moved": (lambda x: ops.moveaxis(x, [1], [2]), layers.Permute((2, 1)), (4, 3)),
    "a stack of two": (
        lambda x, y: ops.max(ops.stack([x, y], -1), -1), lambda x, y: layers.maximum([x, y]), (4,), (4,)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_ways_of_writing_the_same(name):
    one, other, *shapes = PAIRS[name]
    first, second = model(one, *shapes), model(other, *shapes)
    difference = compare_models(first, second)
    assert difference.same, str(difference)
    (assert_gives_the_same_numbers if difference.note else assert_computes_the_same)(first, second)


@pytest.fixture
def rare():
    step = keras.Input((3,), name="step")
    tower = keras.Model(step, layers.Dense(2, name="small")(step), name="tower")
    x = keras.Input((4, 3), name="x")
    y = layers.Rescaling(0.5, name="half")(x)
    y = layers.Softmax(axis=1, name="shares")(y)
    y = layers.TimeDistributed(tower, name="each")(y)
    y = layers.DepthwiseConv1D(2, padding="same", name="depth")(y)
    return keras.Model(x, [y[..., 0], y * np.ones((4, 2), "float32"), y * np.ones((4, 40), "float32")[:, :2]])


def test_in_a_line_of_text(rare):
    text = plot_model(rare).text
    for part in (
        "Rescaling(×0.5, offset=0.0)",
        "Softmax(axis=1)",
        "TimeDistributed",
        "DepthwiseConv1D(2, padding=same)",
        "GetItem(key=(..., 0))",
    ):
        assert part in text


def test_in_a_line_of_code(rare):
    graph = read(rare)
    lines = list(lines_of_code(graph, local_names(graph)).values())
    for line in (
        'shares = layers.Softmax(axis=1, name="shares")(half)',
        'each = layers.TimeDistributed(tower, name="each")(shares)',
        'depth = layers.DepthwiseConv1D(2, padding="same", name="depth")(each)',
        " = depth[..., 0]",
    ):
        assert any(line in found for found in lines), line
