"""What a lesson lets touch, in a real JupyterLab in a real browser: by keyboard, for readers, in both themes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import THEMES, Hand

SETUP = """
import keras, numpy as np
from keras import layers
from course_utils import Progress, data, exercise, explore, fit_a_curve, loss_weights, merges, my_progress, plot_model
"""
FIT = "fit_a_curve()"
WEIGHTS = """
waves = data.waves.make(targets=("sin", "exp"))
x = keras.Input((1,))
trunk = layers.Dense(20, activation="tanh")(x)
model = keras.Model(x, [layers.Dense(1, name=name)(trunk) for name in ("sin", "exp")])
model.compile(optimizer="sgd", loss=["mse", "mse"], loss_weights=[0.1, 0.9])
loss_weights(model, waves.train.x["x"], waves.train.y, validation=(waves.validation.x["x"], waves.validation.y))
"""
CHECK = 'exercise("0.2").check(keras.Sequential([keras.Input((4,)), layers.Dense(16), layers.Dense(2)]))'
TRAINED = 'history = model.fit(waves.train.x["x"], waves.train.y, epochs=2, verbose=0, callbacks=[Progress()])'
REST = ["merges()", "explore(model, waves.train.x['x'])", "plot_model(model)", "my_progress()"]


@pytest.fixture(scope="module")
def notebook(written):
    notebook = written("widgets", SETUP, FIT, WEIGHTS, CHECK, TRAINED, *REST)
    notebook.run_all()
    assert notebook.errors() == []
    return notebook


@pytest.fixture(params=["mouse", "keyboard"])
def hand(request, notebook):
    """How a control is used: by mouse, or by keyboard alone."""
    return Hand(notebook.page, request.param)


def test_two_networks_are_trained_and_stopped(notebook, hand):
    cell = notebook.node(1)
    expect(cell.get_by_role("button", name="Train both")).to_be_visible()
    units = cell.get_by_label("units of each").first
    if hand.by == "mouse":  # the list that opens is the system's
        units.select_option("4")
    else:
        hand.to_the_end(units)
    wanted = units.input_value()
    hand.press(cell.get_by_role("button", name="Train both"))
    expect(cell).to_contain_text(f"Drawn: 2 hidden layers of {wanted} units")
    hand.press(cell.get_by_role("button", name="Stop"))
    expect(cell.get_by_role("status")).to_contain_text(re.compile("Stopped after|Trained for 100"))
    notebook.picture(f"fit_a_curve_{hand.by}", 1)


def test_weights_are_moved_and_the_copy_is_trained(notebook, hand):
    cell = notebook.node(2)
    share = cell.get_by_role("row", name="exp").first
    before, runs = share.text_content(), cell.get_by_role("row", name="epochs").count()
    hand.to_the_end(cell.get_by_label("weight of exp" if hand.by == "mouse" else "weight of sin"))
    expect(share).not_to_have_text(before)
    expect(share).to_contain_text("over 99 %" if hand.by == "mouse" else re.compile("[0-9]+ %"))
    hand.press(cell.get_by_role("button", name="Retrain"))
    expect(cell.get_by_role("status")).to_contain_text(f"Run {runs + 1} ended")
    expect(cell.get_by_role("row", name="epochs")).to_have_count(runs + 1)
    notebook.picture(f"loss_weights_{hand.by}", 2)


def test_a_difference_is_gone_through_one_change_at_a_time(notebook, hand):
    cell = notebook.node(3)
    steps = cell.locator("details")
    assert steps.count() >= 2
    for at in (0, 1):
        hand.press(steps.nth(at).locator("summary"))
        expect(steps.nth(at)).to_have_attribute("open", "")
        expect(steps.nth(at)).to_contain_text(re.compile("The lines? to change"))
        expect(steps.nth(at).locator("img")).to_have_count(2)
    expect(steps.nth(0)).not_to_have_attribute("open", "")
    notebook.picture(f"one_change_at_a_time_{hand.by}", 3)
    hand.press(steps.nth(1).locator("summary"))


def test_vectors_are_moved_and_every_merge_follows(notebook, hand):
    cell = notebook.node(5)
    number = cell.get_by_label("a[0]")
    before = cell.get_by_role("row", name="add").text_content()
    hand.to_the_end(number, start=hand.by == "keyboard")
    expect(cell.get_by_role("row", name="add")).not_to_have_text(before)
    hand.to_the_end(cell.get_by_label("length of b"), start=True)
    expect(cell.get_by_role("status")).to_contain_text("of 9 merges are possible.")
    hand.to_the_end(cell.get_by_label("length of b"))
    expect(cell.get_by_role("status")).to_contain_text("Every merge is possible.")


def test_what_was_done_unfolds(notebook, hand):
    lesson = notebook.node(8).locator("details").last
    is_open = lesson.get_attribute("open") is not None
    hand.press(lesson.locator("summary"))
    expect(lesson.get_by_role("listitem").first).to_be_visible(visible=not is_open)
    hand.press(lesson.locator("summary"))
    expect(lesson.get_by_role("listitem").first).to_be_visible(visible=is_open)


@pytest.mark.parametrize("theme", THEMES)
def test_readers_find_nothing_amiss(notebook, theme):
    notebook.theme(theme)
    found = notebook.amiss()
    for index in range(1, len(notebook.code)):
        notebook.picture(f"widgets_{theme[11:]}_{index}", index)
    assert found == []


def test_nothing_was_logged_as_an_error(notebook):
    assert notebook.console == []


def test_what_is_saved_and_opened_again_after_a_restart_shows_what_stands_for_the_widgets(notebook):
    notebook.of("panel.context.save()")
    notebook.restart()
    notebook.open()
    expect(notebook.node(1).get_by_role("button", name="Train both")).to_have_count(0)
    expect(notebook.node(1)).to_contain_text("Two networks learn")
    expect(notebook.page.get_by_text("Error displaying widget")).to_have_count(0)
