"""Bad input to a widget, and a kernel that ends while widgets are on the page: a sentence, in a real JupyterLab."""

import re

import pytest
from playwright.sync_api import expect

SETUP = """
import keras, numpy as np, os
from keras import layers
from course_utils import Progress, explore, fit_a_curve, loss_weights, merges, my_progress, plot_model
x = keras.Input((4,))
h = layers.Dense(3)(x)
inner = keras.Model(x, h, name="inner")
model = keras.Model(x, [layers.Dense(1, name=name)(inner(x)) for name in ("p", "q")])
model.compile(optimizer="sgd", loss=["mse", "mse"])
X, Y = np.ones((64, 4), "float32"), [np.ones((64, 1), "float32")] * 2
class Own(keras.Model): pass
"""
BAD = [
    ("explore(None)", "this is None"),
    ("explore('<b>model</b>')", "this is a str"),
    ("explore(Own())", "`Own` is a subclassed model"),
    ("explore(keras.Sequential([layers.Dense(1)]))", "does not know its input's shape yet"),
    ("explore(keras.Sequential([keras.Input((4,))]))", "has no layers yet"),
    ("explore(model, np.ones((2, 9)))", "the model reads rows of shape (4,)"),
    ("explore(model, X * np.nan)", "are not finite"),
    ("plot_model('<b>model</b>')", "its type is `str`"),
    ("merges((1, 2), 'ab')", "cannot be shown here"),
    ("fit_a_curve('<i>cos</i>')", "this is '<i>cos</i>'"),
    ("loss_weights(None, X, Y)", "loss_weights needs a model"),
    ("loss_weights(model, X * np.nan, Y)", "is no number (NaN)"),
    ("loss_weights(model, X[:, :2], Y)", "do not fit"),
    ("my_progress('<b>99</b>')", "There is no lesson"),
]
WIDGETS = ["explore(model)", "merges()", "fit_a_curve()", "loss_weights(model, X, Y)"]
TRAIN = """
import threading
threading.Timer(4, os._exit, [1]).start()
done = model.fit(X, Y, epochs=100_000, verbose=0, callbacks=[Progress()])
"""
TOLD = re.compile("has ended.*[Rr]un this cell again")


def sent(notebook, button="Unfold all"):
    """Do with each widget what the kernel is to answer."""
    explorer, merged, fitted, weighed = (notebook.node(at) for at in range(1, 5))
    explorer.get_by_role("button", name=button, exact=True).click()
    merged.get_by_label("a[0]").focus()
    notebook.page.keyboard.press("ArrowRight")
    fitted.get_by_role("button", name="Train both").click()
    weighed.get_by_role("button", name="Retrain").click()
    return explorer, merged, fitted, weighed


def test_bad_input_is_told_in_a_sentence(written):
    notebook = written("bad", SETUP, *(code for code, _ in BAD))
    notebook.run(0)
    for at, (_, words) in enumerate(BAD, 1):
        shown = notebook.run(at)
        assert words.replace("`", "") in shown.replace("`", "")
        assert "Traceback" not in shown
        assert notebook.node(at).locator(".jp-OutputArea b, .jp-OutputArea i", has_text="model").count() == 0
    assert notebook.console == []


@pytest.fixture(scope="module")
def notebook(written):
    notebook = written("ended", SETUP, *WIDGETS, TRAIN)
    notebook.page.set_default_timeout(60_000)
    for at in range(5):
        notebook.run(at)
    return notebook


def test_after_a_restart_each_widget_says_that_its_kernel_has_ended(notebook):
    for cell in sent(notebook):
        expect(cell.get_by_role("alert")).to_have_count(0)
    expect(notebook.node(1).get_by_role("button", name="Fold all", exact=True)).to_be_enabled()
    notebook.restart()
    for cell in sent(notebook, "Fold all"):
        expect(cell.get_by_role("alert")).to_contain_text(TOLD, timeout=20_000)
    notebook.picture("bad_input_restarted", 1)


def test_a_kernel_that_dies_is_told_by_its_silence(notebook):
    for at in range(5):
        notebook.run(at)
    notebook.start(5)
    board = notebook.node(5)
    expect(board.get_by_role("button", name="Stop")).to_be_visible()
    # JupyterLab itself says that it died. A name is looked for in any part of one: "Ok" is in "Notebook", too.
    notebook.page.locator(".jp-Dialog").get_by_role("button", name="Ok", exact=True).click()
    expect(board.get_by_role("alert")).to_contain_text(TOLD, timeout=30_000)
    for cell in sent(notebook):
        expect(cell.get_by_role("alert")).to_contain_text(TOLD, timeout=20_000)
    notebook.picture("bad_input_dead", 5)
