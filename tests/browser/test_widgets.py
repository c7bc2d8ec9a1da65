"""What a lesson lets touch, in a real JupyterLab in a real browser: by keyboard, for readers, in both themes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import THEMES

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


def test_two_networks_are_trained_and_stopped_by_keyboard(notebook):
    cell, keyboard = notebook.node(1), notebook.page.keyboard
    expect(cell).to_contain_text("Both were trained for 16 epochs.")
    cell.get_by_label("units of each").first.focus()
    keyboard.press("End")
    expect(cell.get_by_label("units of each").first).to_have_value("128")
    cell.get_by_role("button", name="Train both").focus()
    keyboard.press("Enter")
    expect(cell).to_contain_text("Drawn: 2 hidden layers of 128 units")
    cell.get_by_role("button", name="Stop").focus()
    keyboard.press("Enter")
    expect(cell.get_by_role("status")).to_contain_text(re.compile("Stopped after|Trained for 100"))
    notebook.picture("fit_a_curve", 1)


def test_weights_are_moved_by_keyboard_and_the_copy_is_trained(notebook):
    cell, keyboard = notebook.node(2), notebook.page.keyboard
    share = cell.get_by_role("row", name="exp").first
    expect(share).to_contain_text("0.9")
    before = share.text_content()
    cell.get_by_label("weight of exp").focus()
    for _ in range(6):
        keyboard.press("ArrowLeft")
    expect(share).not_to_have_text(before)
    cell.get_by_role("button", name="Retrain").focus()
    keyboard.press("Enter")
    expect(cell.get_by_role("status")).to_contain_text("Run 1 ended")
    notebook.picture("loss_weights", 2)


def test_a_difference_is_gone_through_one_change_at_a_time_by_keyboard(notebook):
    cell = notebook.node(3)
    steps = cell.locator("details")
    assert steps.count() >= 2
    for at in (0, 1):
        steps.nth(at).locator("summary").focus()
        notebook.page.keyboard.press("Enter")
        expect(steps.nth(at)).to_have_attribute("open", "")
        expect(steps.nth(at)).to_contain_text(re.compile("The lines? to change"))
        expect(steps.nth(at).locator("img")).to_have_count(2)
    expect(steps.nth(0)).not_to_have_attribute("open", "")
    notebook.picture("one_change_at_a_time", 3)


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
