"""Training that is watched and stopped, in a real JupyterLab in a real browser."""

import pytest
from playwright.sync_api import expect

SETUP = """
import keras, numpy as np
from keras import layers
from course_utils import Progress
X = np.tile(np.linspace(0, 1, 64, dtype="float32")[:, None], (20, 1))
x = keras.Input((1,))
h = layers.Dense(16, activation="tanh")(x)
model = keras.Model(x, [layers.Dense(1, name="low")(h), layers.Dense(1, name="high")(h)])
model.compile(optimizer="sgd", loss="mse")
"""
TRAIN = """
before = model.get_weights()[0].copy()
history = model.fit(X, [X, 2 * X], validation_data=(X, [X, 2 * X]), epochs=5000, verbose=0, callbacks=[Progress()])
print(len(history.epoch) < 5000, np.array_equal(before, model.get_weights()[0]))
"""


@pytest.fixture(scope="module")
def notebook(written):
    notebook = written("progress", SETUP, TRAIN)
    notebook.run(0)
    return notebook


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_stop_ends_training_while_it_runs_and_keeps_what_was_learned(notebook, by):
    notebook.start(1)
    cell = notebook.node(1)
    stop = cell.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    expect(cell.get_by_role("row", name="high")).to_be_visible()
    expect(cell.get_by_role("img", name="Curves of these losses so far.")).to_be_visible()
    notebook.picture(f"progress_{by}", 1)
    if by == "mouse":
        stop.click()
    else:
        stop.focus()
        notebook.page.keyboard.press("Enter")
    notebook.idle()
    expect(cell).to_contain_text("what was learned is kept.")
    expect(cell).to_contain_text("True False")
    expect(stop).to_have_count(0)
    assert notebook.errors() == []


def test_an_interrupt_does_the_same(notebook):
    notebook.start(1)
    expect(notebook.node(1).get_by_role("button", name="Stop")).to_be_visible()
    notebook.interrupt()
    notebook.idle()
    expect(notebook.node(1)).to_contain_text("what was learned is kept.")
    assert notebook.errors() == []


def test_nothing_of_it_is_left_after_a_reload(notebook):
    notebook.of("panel.context.save()")
    notebook.open()
    expect(notebook.node(1)).to_contain_text("what was learned is kept.")
    expect(notebook.page.get_by_text("Error displaying widget")).to_have_count(0)
    assert notebook.console == []
