"""The table of merges says what Keras computes."""

import json
import re

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from course_utils import merges as shown
from course_utils.widgets.merges import _LAYERS, LARGEST, LONGEST, STEP, merged
from course_utils.widgets.view import MIME

NUMBERS = st.integers(-int(LARGEST / STEP), int(LARGEST / STEP)).map(lambda steps: steps * STEP)
VECTORS = st.lists(NUMBERS, min_size=1, max_size=LONGEST)
BY_FUNCTION = {
    "add": layers.add,
    "subtract": layers.subtract,
    "multiply": layers.multiply,
    "average": layers.average,
    "maximum": layers.maximum,
    "minimum": layers.minimum,
    "concatenate": layers.concatenate,
    "dot": lambda pair: layers.dot(pair, axes=1),
    "cosine": lambda pair: layers.dot(pair, axes=1, normalize=True),
}


def by_keras(function, a, b):
    """Shape and numbers of a model that merges, or the first line of the error: as a lesson's cell would find them."""
    u, v = keras.Input((len(a),)), keras.Input((len(b),))
    try:
        model = keras.Model([u, v], function([u, v]))
    except ValueError as error:
        return str(error).splitlines()[0]
    return model.output_shape, np.array(model([np.array([a], "float32"), np.array([b], "float32")]))[0]


@settings(max_examples=60)
@given(VECTORS, VECTORS)
def test_the_table_is_what_keras_computes(a, b):
    found = merged(a, b)
    assert [one.name for one in found] == list(BY_FUNCTION)
    for one in found:
        expected = by_keras(BY_FUNCTION[one.name], a, b)
        if isinstance(expected, str):
            assert (one.error, one.shape, one.numbers) == (expected, (), ())
        else:
            assert one.shape == expected[0]
            assert np.allclose(one.numbers, expected[1], atol=1e-6)
            assert one.error == ""


@settings(max_examples=30)
@given(st.integers(1, LONGEST).flatmap(lambda n: st.tuples(*[st.lists(NUMBERS, min_size=n, max_size=n)] * 2)))
def test_keras_computes_what_numpy_does(pair):
    a, b = map(np.array, pair)
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    expected = {
        "add": a + b,
        "subtract": a - b,
        "multiply": a * b,
        "average": (a + b) / 2,
        "maximum": np.maximum(a, b),
        "minimum": np.minimum(a, b),
        "concatenate": np.concatenate([a, b]),
        "dot": [a @ b],
        "cosine": [a @ b / lengths if lengths else 0],
    }
    assert {one.name: pytest.approx(one.numbers, abs=1e-5) for one in merged(*pair)} == {
        name: list(numbers) for name, numbers in expected.items()
    }


def test_lengths_that_differ_leave_what_can_be():
    def possible(a, b):
        return [one.name for one in merged(a, b) if not one.error]

    assert possible([1, 2, 3], [1, 2]) == ["concatenate"]
    assert possible([1, 2, 3], [1]) == [name for name in _LAYERS if name not in ("dot", "cosine")]
    assert possible([1, 2, 3], [1, 2, 3]) == list(_LAYERS)


def test_the_table_beside_the_sliders_follows_them():
    view = shown()
    assert view.widget.shown["rows"] == [one.cells for one in merged([1, 2, -1], [2, -1, 1])]
    view.widget.set_state({"a": [1, 2]})  # as the browser does
    rows = {name: values for name, *values in view.widget.shown["rows"]}
    assert rows["concatenate"] == ["(None, 5)", "1  2  2  -1  1"]
    assert len(rows["add"]) == 1
    assert "(2,) and (3,)" in rows["add"][0]
    assert "1 of 9 merges" in view.widget.shown["sentence"]
    json.dumps(view.widget.get_state(["a", "b", "shown", "limits", "head", "caption"]))
    view.widget.close()


def words(html):
    return re.sub(r"<[^>]*>", " ", html).replace("&#x27;", "'").split()


@pytest.mark.parametrize(("a", "b"), [((1, 2, -1), (2, -1, 1)), ((1, 2, -1), (2, -1)), ((0.5,), (-0.0, 5))])
def test_html_and_text_say_the_same(a, b):
    view = shown(a, b)
    assert words(view.html) == str(view).split()
    assert "-0 " not in str(view)
    assert MIME in view._repr_mimebundle_()
    view.widget.close()


def test_the_beginning_is_that_of_the_lesson():
    lines = str(shown()).splitlines()
    assert lines[0] == "a = (1, 2, -1); b = (2, -1, 1)"
    assert "cosine       (None, 1)  -0.167" in lines


@pytest.mark.parametrize(
    "wrong",
    [
        *[(), (1, 2, 3, 4), "abc", None, 3, {"x": 1}],
        *[[float("nan")], [float("inf")], [6], [0.3], [[1, 2]], ["<b>"], [10**400]],
    ],
)
def test_vectors_that_cannot_be_shown_are_a_sentence(wrong):
    for name, view in (("a", shown(wrong)), ("b", shown((1, 2), wrong))):
        assert str(view) == f"`{name}` cannot be shown here: a vector has 1 to 3 numbers from -5 to 5, in steps of 0.5."
        assert view.widget is None
        assert "<b>" not in view.html


def test_the_names_that_keras_counts_are_left_to_the_learner():
    first = layers.Add().name
    view = shown()
    view.widget.a = [1.0]
    view.widget.close()
    second = layers.Add().name
    assert [int(name.rpartition("_")[2]) for name in (second, layers.Add().name)] == [
        int(first.partition("_")[2] or 0) + more for more in (1, 2)
    ]


def test_numbers_that_come_one_by_one_are_a_vector():
    assert str(shown(iter((1, 2)))) == str(shown((1, 2)))
