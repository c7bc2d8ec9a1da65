from dataclasses import replace

import keras
import pytest
from keras import layers

from course_utils.checks.describing import describe, has_skip
from course_utils.graphs.reading.read import read


def chain(*names):
    return keras.Sequential([keras.Input((4,), name="x"), *[layers.Dense(4, name=name) for name in names]])


def skipping(projected=False):
    x = keras.Input((4,), name="x")
    way = layers.Dense(8, name="b")(layers.Dense(8, name="a")(x))
    past = layers.Dense(8, name="past")(x) if projected else x
    joined = layers.Concatenate(name="joined")([way, past])
    return keras.Model(x, layers.Dense(1, name="y")(joined))


def shared():
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    reader = layers.Dense(3, name="reader")
    return keras.Model([left, right], layers.Add(name="sum")([reader(left), reader(right)]))


def two_heads():
    x = keras.Input((4,), name="x")
    trunk = layers.Dense(4, name="trunk")(x)
    layers.Dense(99, name="nowhere")(trunk)
    return keras.Model(x, [layers.Dense(1, name="p")(trunk), layers.Dense(1, name="q")(trunk)])


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: chain("a", "b", "c"), (3, 3, 1)),
        (skipping, (2, 4, 2)),
        (lambda: skipping(projected=True), (3, 4, 2)),
        (shared, (2, 2, 2)),
        (two_heads, (2, 2, 2)),
    ],
)
def test_ways(make, expected):
    assert read(make()).ways() == expected


def test_no_way_leads_to_no_output():
    assert replace(read(chain("a", "b")), outputs=()).ways() == (0, 0, 0)


def test_skips_are_found_projected_or_not():
    assert has_skip(read(skipping()))
    assert has_skip(read(skipping(projected=True)))
    assert not has_skip(read(chain("a", "b")))
    assert not has_skip(read(shared()))
    assert not has_skip(read(two_heads()))


def test_a_chain_in_words():
    assert describe(read(chain("a", "b"))) == (
        "It has 1 input (`x`) and 1 output (`b`). 1 way leads from an input to an output; "
        "the shortest goes through 2 calls."
    )


def test_sharing_and_joining_in_words():
    text = describe(read(shared()))
    assert "2 inputs (`left` and `right`)" in text
    assert "`reader` is called 2 times, with one set of weights." in text
    assert "`sum` joins 2 tensors." in text


def test_splits_and_skips_in_words():
    assert "The way splits after `trunk`." in describe(read(two_heads()))
    text = describe(read(skipping()))
    assert "A part of the way is skipped" in text
    assert "the longest through 4" in text


def test_nested_models_are_looked_into():
    x = keras.Input((4,))
    assert "`reader` is called 2 times" in describe(read(keras.Model(x, shared()([x, x]))))


def test_two_hundred_layers_in_a_row_are_described():
    assert "200 calls" in describe(read(chain(*(f"layer_{at}" for at in range(200)))))


def test_a_layer_without_weights_is_not_shared_and_an_input_may_reach_nothing():
    x, y, z = (keras.Input((4,), name=name) for name in "xyz")
    again = layers.ReLU(name="again")
    text = describe(read(keras.Model([x, y, z], layers.Add()([again(x), again(again(x))]))))
    assert "called" not in text
    assert text.endswith("`y` and `z` reach no output.")
    assert describe(read(keras.Model([x, y], again(x)))).endswith("`y` reaches no output.")
