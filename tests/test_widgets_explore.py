"""What `explore` tells, and that it leaves the model as it was."""

import json
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from course_utils import explore
from course_utils.widgets.numbers import MOST_NUMBERS, MOST_POINTS, shown
from course_utils.widgets.view import MIME


def shared():
    encoder = keras.Sequential([keras.Input((6,)), layers.Dense(4, activation="relu"), layers.Dropout(0.5)], name="enc")
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    return keras.Model([a, b], layers.Dense(1, name="same")(layers.concatenate([encoder(a), encoder(b)])))


def values(view):
    return {call["name"]: call["values"] for call in view.widget.calls}


def test_each_call_has_its_line_its_shapes_and_its_weights():
    text = explore(shared()).text
    assert text.splitlines()[0] == "12 calls, 37 weights:"
    assert "3. enc_call_1 = enc(a)  # (None, 6) → (None, 4); 28\n" in text
    assert '5.     dense = layers.Dense(4, activation="relu")(input_layer)' in text
    assert "7. enc_call_2 = enc(b)  # (None, 6) → (None, 4); the same layer as call 3: its weights count once\n" in text
    assert "(8 + 1) × 1 = 9" in text


def test_html_and_text_are_the_same_whatever_was_built_before():
    first, second = explore(shared()), explore(shared())
    without_pictures = [re.sub(r"base64,[\w+/=]+|picture-\w+", "", view.html) for view in (first, second)]
    assert first.text == second.text
    assert without_pictures[0] == without_pictures[1]


def test_the_numbers_of_an_example_are_in_the_widget_alone():
    model = shared()
    plain = explore(model)
    view = explore(model, {"a": np.full((3, 6), 0.123), "b": np.zeros((3, 6))})
    assert values(view)["a"][0]["numbers"] == ["0.123"] * 6
    assert (view.html, view.text) == (plain.html, plain.text)
    assert all(call["values"] for call in view.widget.calls), "also of what is in nested models"


def test_what_is_shown_is_what_the_model_computes():
    model = shared()
    a, b = np.random.default_rng(1).normal(size=(2, 5, 6)).astype("float32")
    found = values(explore(model, [a, b]))["same"][0]["numbers"]
    assert float(found[0].replace("−", "-")) == pytest.approx(float(model.predict([a, b], verbose=0)[0, 0]), rel=5e-3)


def test_a_folded_part_is_drawn_anew_when_it_is_opened():
    widget = explore(shared()).widget
    assert [step["unfold"] for step in widget.drawing["steps"]] == ["", "", "n2", "n3", "", ""]
    widget.opened = ["n2"]
    assert widget.drawing["opened"] == ["n2"]
    assert [step["fold"] for step in widget.drawing["steps"]] == ["", "", "n2", "n2", "n2", "", "", ""]


def test_a_run_tells_the_first_block_and_counts_all():
    x = inputs = keras.Input((8,))
    for _ in range(5):
        x = layers.Dropout(0.1)(layers.Dense(8)(x))
    run = explore(keras.Model(inputs, x)).widget.drawing["steps"][1]
    assert (run["name"], run["kind"]) == ("× 5", "5 equal blocks of 2 calls")
    assert run["weights"] == "5 × 72 = 360"
    assert run["code"].endswith("# the same 4 more times")
    assert run["code"].count("\n") == 2


def test_the_blocks_of_a_run_may_share_their_weights_or_have_none():
    def run(block):
        x = inputs = keras.Input((8,))
        for _ in range(5):
            x = block(x)
        return explore(keras.Model(inputs, x)).widget.drawing["steps"][1]

    dense = layers.Dense(8)
    shared = run(lambda x: layers.Dropout(0.1)(dense(x)))
    assert (shared["name"], shared["weights"]) == ("× 5", "72: its blocks share weights, which count once")
    bare = run(lambda x: layers.Dropout(0.1)(layers.ReLU()(x)))
    assert (bare["name"], bare["weights"]) == ("× 5", "no weights")


class Unread:
    """No array."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError


def test_the_model_stays_as_it_is():
    x = keras.Input((4, 2))
    y = layers.Dropout(0.5, seed=3)(layers.LSTM(3, stateful=False)(x), training=True)
    model = keras.Model(x, layers.BatchNormalization()(y))
    before = [v.numpy() for v in model.variables]
    state, name = np.random.get_state()[1].copy(), layers.Dense(1).name
    explore(model, np.ones((2, 4, 2)))
    assert all(np.array_equal(v, w.numpy()) for v, w in zip(before, model.variables, strict=True))
    assert np.array_equal(state, np.random.get_state()[1])
    assert int(layers.Dense(1).name.rpartition("_")[2]) == int(name.rpartition("_")[2] or 0) + 1
    assert len(model.layers[1]._inbound_nodes) == 1


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (None, "this is None"),
        (..., "this is an ellipsis"),
        (keras.Model, "the class `Model`"),
        (keras.Sequential(), "has no layers yet"),
        (keras.Sequential([layers.Dense(1)]), "does not know its input's shape"),
    ],
)
def test_what_is_no_model_is_told_in_a_sentence(thing, said):
    view = explore(thing)
    assert said in view.text
    assert MIME not in view._repr_mimebundle_()


def test_a_subclassed_model_is_told_in_a_sentence():
    class Own(keras.Model):
        def call(self, x):
            return x

    assert "subclassed model" in explore(Own()).text


@pytest.mark.parametrize(
    ("example", "said"),
    [
        (np.ones((2, 6)), "The model reads `a` and `b`: give it a dict or a list of 2 arrays."),
        ({"a": np.ones((1, 6))}, "The example lacks `b`"),
        ([np.ones((1, 6)), np.ones((1, 5))], "rows of shape (5,); the model reads rows of shape (6,)."),
        ([np.ones((0, 6))] * 2, "has no rows"),
        ([["x"] * 6, ["y"] * 6], "not an array of numbers"),
        ([Unread(), np.ones((1, 6))], "not an array of numbers"),
        (7, "give it a dict or a list"),
    ],
)
def test_an_example_that_does_not_fit_is_told_and_the_rest_is_shown(example, said):
    view = explore(shared(), example)
    assert said in view.text
    assert said in view.widget.note
    assert len(view.widget.calls) == 12


def test_an_example_on_which_the_model_fails():
    tokens = keras.Input((3,), dtype="int32")
    model = keras.Model(tokens, layers.Dense(1)(layers.Embedding(5, 2)(tokens)))
    assert "could not be run on this example" in explore(model, np.full((1, 3), 99)).text


def test_text_of_a_learners_is_escaped():
    x = keras.Input((2,))
    view = explore(keras.Model(x, layers.Dense(1, name="<img src=x onerror=alert(1)>")(x)))
    assert "<img src=x" not in view.html
    assert "<img src=x" not in view.widget.drawing["svg"]


def test_what_is_drawn_of_a_tensor():
    row = shown(keras.ops.arange(40.0)[None])
    assert (row["kind"], len(row["numbers"]), row["more"]) == ("row", MOST_NUMBERS, 40 - MOST_NUMBERS)
    heat = shown(keras.ops.reshape(keras.ops.arange(100.0 * 3), (1, 100, 3)))
    assert (heat["kind"], heat["grids"][0]["height"], heat["grids"][0]["width"]) == ("map", MOST_POINTS, 3)
    assert (heat["low"], heat["high"]) == ("0", "299")
    picture = shown(keras.ops.ones((1, 5, 6, 9)))
    assert (picture["kind"], len(picture["grids"])) == ("pictures", 4)
    assert "All are 1." in picture["says"]
    odd = shown(keras.ops.convert_to_tensor(np.array([[[np.nan, 1.0], [np.inf, 2.0]]])))
    assert "2 of 4 are not finite" in odd["says"]
    words = shown(tf.constant([["yes", "größe"] * MOST_NUMBERS]))
    assert (words["numbers"][:2], words["more"]) == (["yes", "größe"], MOST_NUMBERS)
    nothing = shown(keras.ops.zeros((1, 0, 3)))
    assert (nothing["numbers"], nothing["says"]) == ([], "Nothing: one of its axes has no length.")
    deep = shown(keras.ops.ones((1, 7, 2, 3, 4)))
    assert deep["kind"] == "pictures"
    assert deep["says"].startswith("The first of 7. ")
    json.dumps([row, heat, picture, odd, words, nothing, deep])


def test_means_are_of_neighbours():
    import base64

    grid = shown(keras.ops.convert_to_tensor(np.repeat(np.eye(MOST_POINTS), 2, axis=0)[None]))["grids"][0]
    points = np.frombuffer(base64.b64decode(grid["points"]), np.uint8).reshape(MOST_POINTS, MOST_POINTS)
    assert np.array_equal(points, 255 * np.eye(MOST_POINTS, dtype=np.uint8))
