"""A difference one change at a time: what is marked on both sides, and the line to change."""

import re

import keras
from keras import layers

from course_utils.graphs.difference import compare_models
from course_utils.graphs.draw.difference import draw_difference, step_diagrams
from course_utils.graphs.draw.steps import Stepped, steps_html


def made(right: bool):
    """A siamese model; the wrong one does not share, has another size and lacks an activation at its end."""
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    encoder = layers.Dense(8, activation="relu", name="encoder")
    second = encoder if right else layers.Dense(8, activation="relu", name="second")
    x = layers.Concatenate(name="both")([encoder(a), second(b)])
    x = layers.Dense(16 if right else 12, name="middle")(x)
    if right:
        x = layers.Dropout(0.3, name="drop")(x)
    return keras.Model([a, b], layers.Dense(1, name="end")(x))


def marks(diagram):
    return {box.name or box.title: (box.mark, box.numbers) for box in diagram.boxes if box.mark or box.numbers}


def text(html):
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", html)


def test_each_step_marks_its_own_change_in_both_graphs():
    difference = compare_models(made(False), made(True))
    kinds = [edit.kind for edit in difference.edits]
    assert kinds == ["share", "setting", "insert"]
    mine, theirs = step_diagrams(difference, 2)
    assert marks(mine) == {"middle": ("wrong", [2])}
    assert marks(theirs) == {"middle": ("right", [2])}
    mine, theirs = step_diagrams(difference, 3)
    assert list(marks(mine).values()) == [("missing", [3])]
    assert marks(theirs) == {"drop": ("right", [3])}
    mine, theirs = step_diagrams(difference, 1)
    assert [link.numbers for link in mine.links if link.kind == "unshare"] == [[1]]
    assert marks(theirs) == {"encoder": ("right", [1]), "encoder (call 2)": ("right", [1])}


def test_the_line_to_change_stands_with_the_sentence():
    html = steps_html(compare_models(made(False), made(True)))
    steps = html.split("<details ")[1:]
    assert len(steps) == 3
    assert "2 of 3: <code>middle</code> has units=12" in steps[1]
    assert "The line to change:" in text(steps[1])
    assert "middle = layers.Dense(12, name=&quot;middle&quot;)(both)" in steps[1]
    assert "end = layers.Dense(1, name=&quot;end&quot;)(middle)" in steps[2], "what should read the missing layer"
    assert "The lines to change:" in text(steps[0])


def test_a_single_change_and_none_are_shown_as_ever():
    same = compare_models(made(True), made(True))
    x = keras.Input((3,))
    one = compare_models(keras.Model(x, layers.Dense(2)(x)), keras.Model(x, layers.Dense(3)(x)))
    for difference in (same, one):
        assert Stepped(difference)._repr_mimebundle_() == draw_difference(difference)._repr_mimebundle_()


def test_the_picture_stands_first_and_the_words_stay():
    difference = compare_models(made(False), made(True))
    ever, stepped = draw_difference(difference)._repr_mimebundle_(), Stepped(difference)._repr_mimebundle_()
    assert stepped["text/html"].startswith(ever["text/html"])
    assert stepped["text/plain"] == ever["text/plain"]


def test_large_models_have_no_steps():
    def chain(units):
        x = inputs = keras.Input((4,))
        for _ in range(160):
            x = layers.Dense(4)(x)
        return keras.Model(inputs, layers.Dense(units)(layers.Dense(units)(x)))

    assert steps_html(compare_models(chain(2), chain(3))) == ""


def test_an_output_is_marked_on_both_sides():
    x = keras.Input((4,), name="x")
    a, b = layers.Dense(2, name="a")(x), layers.Dense(2, "relu", name="b")(x)
    difference = compare_models(keras.Model(x, [a, b]), keras.Model(x, [b, a]))
    edit = next(i for i, edit in enumerate(difference.edits, 1) if edit.kind == "output")
    mine, theirs = step_diagrams(difference, edit)
    assert {box.role for box in mine.boxes if box.numbers} == {"output"}
    assert {box.mark for box in theirs.boxes if box.role == "output"} == {"right"}


def test_names_of_a_learners_are_escaped():
    x = keras.Input((4,))
    wrong = keras.Model(x, layers.Dense(1, name="<b>")(layers.Dense(3, name="<i>")(x)))
    right = keras.Model(x, layers.Dense(2)(layers.Dense(4)(x)))
    html = steps_html(compare_models(wrong, right))
    assert "<b>" not in html
    assert "<i>" not in html


def test_in_words_all_steps_are_told_at_once():
    difference = compare_models(made(False), made(True))
    stepped = Stepped(difference)
    assert str(stepped) == stepped.text == draw_difference(difference).text
    assert stepped.text.startswith("3 changes to make:\n1. ")
