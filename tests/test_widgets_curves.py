"""Curves of a training: drawn whatever the numbers are, and told in words that are the same everywhere."""

import math
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course_utils.widgets.curves import Panel, draw, panels, words
from tests.sanitized import sanitized

SVG = "{http://www.w3.org/2000/svg}"
LOSSES = st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=300)


def points(*values):
    return list(enumerate(values, 1))


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_each_output_has_a_panel_after_the_total():
    curves = {name: points(1.0) for name in ("loss", "val_loss", "sin_loss", "val_sin_loss", "cos_loss")}
    shown = panels(curves)
    assert [(panel.title, list(panel.curves)) for panel in shown] == [
        ("total", ["training", "validation"]),
        ("sin", ["training", "validation"]),
        ("cos", ["training"]),
    ]
    assert [text for text in texts(draw(shown, 1, 1)) if text in ("total", "sin", "cos")] == ["total", "sin", "cos"]


def test_one_output_has_one_panel():
    assert [panel.title for panel in panels({"loss": points(1.0), "val_loss": points(2.0)})] == ["loss"]


def test_an_output_called_val_something_is_not_taken_for_validation():
    curves = {"loss": points(3.0), "val_a_loss": points(1.0), "b_loss": points(2.0)}
    assert [panel.title for panel in panels(curves)] == ["total", "val_a", "b"]


@example([0.0, 5e-324], [1.0, 1e-320], 0)
@example([1.0, 1.0 + 2e-16], [-1e299, 1e299], 0)
@given(LOSSES, LOSSES, st.integers(0, 10**6))
def test_any_numbers_are_drawn_inside_the_picture(training, validation, first):
    shown = [Panel("loss", [(first + at, v) for at, v in enumerate(training)], [])]
    shown.append(Panel("other", [(first + at, v) for at, v in enumerate(validation)], []))
    last = first + max(len(training), len(validation)) - 1
    root = ElementTree.fromstring(draw(shown, first, last))
    width, height = float(root.get("width")), float(root.get("height"))
    for line in root.iter(f"{SVG}polyline"):
        for pair in line.get("points").split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= width
            assert 0 <= y <= height


def test_the_range_of_the_ticks_holds_the_curve():
    root = ElementTree.fromstring(draw([Panel("loss", points(468.0, 35.0, 0.2), [])], 1, 3))
    heights = [float(line.get("y1")) for line in root.iter(f"{SVG}line") if line.get("class") == "grid"]
    places = [float(pair.split(",")[1]) for line in root.iter(f"{SVG}polyline") for pair in line.get("points").split()]
    assert min(heights) <= min(places) < max(places) <= max(heights)
    assert "loss, log scale" in texts(ElementTree.tostring(root))


def test_no_two_ticks_have_the_same_number():
    numbers = [text for text in texts(draw([Panel("loss", points(0.1952, 0.1938), [])], 1, 2)) if text.startswith("0")]
    assert len(numbers) == len(set(numbers)) >= 3


@pytest.mark.parametrize(("ended", "last", "edge"), [(3, 60, 60), (3, 5000, 100), (101, 5000, 200), (300, 350, 350)])
def test_the_beginning_of_a_long_training_is_more_than_a_dot(ended, last, edge):
    svg = draw([Panel("loss", points(*[1.0] * ended), [])], 1, last)
    assert f"epoch {edge}" in texts(svg)


def test_losses_of_one_size_keep_an_even_scale():
    assert "loss" in texts(draw([Panel("loss", points(0.9, 0.5), [])], 1, 2))


def test_a_curve_has_a_gap_where_the_loss_is_no_number_and_says_so():
    svg = draw([Panel("loss", points(1.0, 2.0, math.nan, 3.0), points(math.inf, 1.0))], 1, 4)
    root = ElementTree.fromstring(svg)
    assert [len(line.get("points").split()) for line in root.iter(f"{SVG}polyline")] == [2]
    assert texts(svg)[-4:] == ["training: NaN, not a number,", "from epoch 3", "validation: infinite", "from epoch 1"]


def test_a_single_epoch_is_two_marks_of_which_none_hides_the_other():
    root = ElementTree.fromstring(draw([Panel("loss", points(0.5), points(0.5))], 1, 1))
    assert len(list(root.iter(f"{SVG}circle"))) == 1
    assert [mark.get("class") for mark in root.iter(f"{SVG}rect")][1:] == ["dot validation"]


def test_a_long_training_is_drawn_from_its_first_to_its_last_epoch():
    many = [(epoch, 1 / epoch) for epoch in range(1, 5001)]
    svg = draw([Panel("loss", many, [])], 1, 5000)
    places = next(ElementTree.fromstring(svg).iter(f"{SVG}polyline")).get("points").split()
    assert len(places) == 120
    ends = draw([Panel("loss", [many[0], many[-1]], [])], 1, 5000)
    assert next(ElementTree.fromstring(ends).iter(f"{SVG}polyline")).get("points").split() == [places[0], places[-1]]


def test_names_are_text_in_the_picture():
    assert "<b>&" in texts(draw(panels({"loss": points(1.0), "<b>&_loss": points(1.0)}), 1, 1))


def test_words_tell_the_course_of_each_curve():
    told = words(panels({"loss": points(0.5, 0.01), "val_loss": points(0.6, 0.02, 0.03)}))
    assert told == (
        "Losses by epoch, training and validation: loss (measured: training from 0.5 to 0.01; "
        "validation from 0.6 to 0.03, lowest 0.02 in epoch 2)."
    )


@pytest.mark.parametrize("name", ["h", "odd (name) of a head"])
def test_words_are_the_same_whatever_was_measured(name):
    def told(*values):
        curves = {"loss": points(*values), "val_loss": points(*values), f"{name}_loss": points(*values)}
        return sanitized(words(panels(curves)))

    ways = {told(1.0), told(3.0, 2.0, 2.5), told(1.0, math.nan), told(math.inf), told(math.nan, math.nan)}
    assert ways == {f"Losses by epoch, training and validation: total MEASURED, {name} MEASURED."}


def test_marks_do_not_crowd_at_the_start_of_a_long_training():
    shown = [Panel("loss", points(3.0, 2.0, 1.0), [])]
    assert [draw(shown, 1, last).count("<circle") for last in (3, 400)] == [3, 0]
