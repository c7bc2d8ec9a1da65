"""Nothing in a picture is cut off, covered, or on top of something else."""

import functools

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from course_utils.graphs.difference import plot_difference
from course_utils.graphs.draw import draw_graph, plot_model
from course_utils.graphs.draw.layout import SPLINES
from course_utils.graphs.draw.model import Shown
from course_utils.graphs.draw.scene import Group, Rectangle, Scene, Style, Text
from course_utils.graphs.reading.read import read
from tests.geometry import faults
from tests.graph_models import LECTURE, random_model

pytestmark = pytest.mark.usefixtures("undrawn")

DIRECTIONS = ("TB", "LR", "BT", "RL")


def states():
    """Outputs that are told apart run to arguments that are told apart, by lines side by side."""
    first, second = keras.Input((None, 6), name="first"), keras.Input((None, 6), name="second")
    steps, h, c = layers.LSTM(4, return_sequences=True, return_state=True)(first)
    read_on = layers.LSTM(4, return_sequences=True)(second, initial_state=[c, h])
    return keras.Model([first, second], [read_on, h - c, layers.Concatenate()([c, h, c, h, steps[:, 0], c])])


def twice_the_same():
    x = keras.Input((3,))
    return keras.Model(x, layers.Concatenate()([x] * 12))


def sixty_calls_of_thirty_layers():
    x = keras.Input((4,))
    chain = [layers.ReLU() for _ in range(30)]
    return keras.Model(x, functools.reduce(lambda y, layer: layer(y), chain * 2, x))


def one_layer_everywhere():
    inputs = [keras.Input((4,)) for _ in range(6)]
    dense = layers.Dense(4)
    read_by = [dense(x) for x in inputs]
    ends = [layers.Concatenate()(read_by), read_by[0] - read_by[0], layers.Concatenate()(read_by[::-2] * 2)]
    return keras.Model(inputs, ends)


def models_in_models(name="inner"):
    x = keras.Input((4,))
    inner = keras.Model(x, layers.ReLU()(x), name=name)
    y = keras.Input((4,))
    outer = keras.Model(y, inner(inner(y)), name="outer")
    a, b = keras.Input((4,)), keras.Input((4,))
    return keras.Model([a, b], [outer(a), outer(b), inner(a)])


def a_model_with_three_outputs():
    x = keras.Input((4,))
    three = keras.Model(x, [layers.Dense(2)(x) for _ in range(3)])
    a, b = keras.Input((4,)), keras.Input((4,))
    (p, q, r), (s, t, u) = three(a), three(b)
    return keras.Model([a, b], [r - p, layers.Concatenate()([u, t, s, q, r]), r])


HARD = {
    f.__name__: f
    for f in (
        states, twice_the_same, sixty_calls_of_thirty_layers, one_layer_everywhere, models_in_models,
        a_model_with_three_outputs,
    )
} | {"a_long_name": lambda: models_in_models("n" * 70)}  # fmt: skip


@functools.cache
def graph_of(name):
    return read(HARD[name]() if name in HARD else LECTURE[name]())


@pytest.mark.parametrize("name", [*HARD, "l11", "l12", "l14", "l17", "l18", "l19", "nested", "residual"])
def test_hard_models_and_those_of_the_lecture(name):
    for nested, rankdir in ((False, "TB"), (True, "LR"), (True, "BT"), (True, "TB"), (False, "RL")):
        shown = Shown(nested=nested, trainable=nested, dtypes=not nested)
        assert list(faults(draw_graph(graph_of(name), shown, rankdir).scene)) == []


@pytest.mark.parametrize("splines", SPLINES)
@pytest.mark.parametrize("name", HARD)
def test_every_kind_of_line(name, splines):
    assert list(faults(draw_graph(graph_of(name), Shown(), "TB", splines).scene)) == []


@pytest.mark.parametrize("target", ["states", "one_layer_everywhere", "a_model_with_three_outputs"])
@pytest.mark.parametrize("name", ["states", "one_layer_everywhere", "models_in_models"])
def test_differences_of_models_that_have_little_in_common(name, target):
    assert list(faults(plot_difference(graph_of(name), graph_of(target)).scene)) == []


@given(
    seed=st.integers(0, 10**6),
    calls=st.integers(2, 25),
    rankdir=st.sampled_from(DIRECTIONS),
    splines=st.sampled_from(list(SPLINES)),
    options=st.fixed_dictionaries(
        {k: st.booleans() for k in ("expand_nested", "show_trainable", "show_dtype", "show_layer_names", "show_shapes")}
    ),
)
@settings(max_examples=25)
def test_any_model_any_way(seed, calls, rankdir, splines, options):
    picture = plot_model(random_model(seed, calls), rankdir=rankdir, splines=splines, **options)
    assert list(faults(picture.scene)) == []


@given(seed=st.integers(0, 10**6), rankdir=st.sampled_from(DIRECTIONS))
@settings(max_examples=10)
def test_any_difference(seed, rankdir):
    picture = plot_difference(random_model(seed, 8), random_model(seed + 1, 8), rankdir=rankdir)
    assert list(faults(picture.scene)) == []


def test_faults_are_found():
    card, sign = Rectangle(0, 0, 100, 100, 0, Style("#fff")), Style("#000")
    text = Text(50, 50, "text", 12)
    for shapes, words in (
        ([Text(5, 50, "text", 12)], "beyond the picture"),
        ([text, Text(60, 52, "other", 12)], "over each other"),
        ([text, Group("", [Rectangle(55, 40, 20, 18, 9, sign)])], "covered"),
        ([Rectangle(10, 10, 20, 18, 9, sign), Rectangle(25, 10, 20, 18, 9, sign)], "stand on each other"),
        ([Rectangle(10, 10, 50, 50, 5, sign), Rectangle(50, 50, 20, 18, 9, sign)], "stands on the box"),
    ):
        found = list(faults(Scene(100, 100, [card, *shapes])))
        assert [words in fault for fault in found] == [True], found
        assert words in found[0]
