"""What was predicted, beside what it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import predicted


@pytest.mark.parametrize(
    ("prediction", "actual", "lines"),
    [
        (..., 2080, "You made no prediction.\nIt is 2,080."),
        (None, 2080, "You made no prediction.\nIt is 2,080."),
        (2000, 2080, "You said 2,000.\nIt is 2,080."),
        (2080.0, np.int64(2080), "You said 2,080.\nSo it is."),
        ("2,080", 2080, "You said 2,080.\nSo it is."),
        ("about two thousand", 2080, "You said about two thousand.\nIt is 2,080."),
        ("95 %", 0.95, "You said 95 %.\nSo it is."),
        (0.5, 0.95, "You said 0.5.\nIt is 0.95."),
        ((None, 7), (None, 7), "You said (None, 7).\nSo it is."),
        ([None, 7], (None, 7), "You said (None, 7).\nSo it is."),
        ("(None, 7)", (None, 7), "You said (None, 7).\nSo it is."),
        ((7,), (None, 7), "You said (7,).\nIt is (None, 7)."),
        ("error", (None, 7), "You said error.\nIt is (None, 7)."),
        ([[2, -1], [0.5, 3]], np.array([[2.0, -1.0], [0.5, 3.0]]), "So it is."),
        (" Hidden ", "hidden", "You said Hidden.\nSo it is."),
        (["hidden"], "hidden", "So it is."),
        ("answer", "hidden", "You said answer.\nIt is hidden."),
        (True, False, "You said True.\nIt is False."),
        ("no", False, "You said no.\nSo it is."),
        (1, True, "It is True."),
        (0, False, "It is False."),
        ("standing, sitting", {"sitting", "standing"}, "So it is."),
        ({"walking"}, {"sitting", "standing"}, "It is sitting and standing."),
        ("neither", set(), "So it is."),
        ("income", set(), "It is none."),
    ],
)
def test_prediction_and_answer(prediction, actual, lines):
    assert repr(predicted(prediction, actual)).endswith(lines)


def test_the_shape_of_a_tensor():
    import keras

    shape = keras.Input((7,)).shape
    assert predicted((None, 7), shape).is_right
    assert not predicted((None, 8), shape).is_right


def test_shapes_and_numbers_of_tensorflow():
    import tensorflow as tf

    assert predicted((2, 3), tf.zeros((2, 3)).shape).is_right
    assert predicted(2, tf.constant(2)).is_right


def test_one_number_stands_for_a_shape_of_one():
    assert predicted(7, (7,)).is_right
    assert predicted((7,), 7).is_right


class Unspeakable:
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


ACTUAL = st.one_of(
    st.integers(), st.floats(allow_nan=False), st.booleans(), st.text(max_size=5), st.tuples(st.none(), st.integers())
)
TYPED = st.recursive(
    st.one_of(ACTUAL, st.none(), st.binary(), st.complex_numbers(), st.builds(Unspeakable), st.just(predicted)),
    lambda inner: st.one_of(st.lists(inner), st.sets(st.integers()), st.dictionaries(st.text(), inner)),
)


@given(TYPED, ACTUAL)
def test_nothing_that_is_typed_raises(prediction, actual):
    assert len(repr(predicted(prediction, actual)).splitlines()) == 2


@given(ACTUAL)
def test_what_is_so_is_right(actual):
    assert predicted(actual, actual).is_right


@given(TYPED, st.integers(1000, 10**9))
def test_the_first_line_tells_no_answer(prediction, actual):
    """JupyterLab shows the first line of an output that is folded."""
    met = predicted(prediction, actual)
    if not met.is_right:
        assert f"{actual:,}" not in met.said
