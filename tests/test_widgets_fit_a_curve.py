"""Two networks that learn a curve: the same every time, without a trace, and never stuck."""

import gc
import json
import random
import threading
import time
import weakref
from dataclasses import replace
from xml.etree import ElementTree

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import fit_a_curve
from course_utils.graphs.reading import traceless
from course_utils.widgets import fit_a_curve as module
from course_utils.widgets import fitting
from course_utils.widgets.background import Background
from course_utils.widgets.fitted import CURVES, alt, draw
from course_utils.widgets.fitting import GRID, Fit, Setting, train
from tests.sanitized import sanitized

pytestmark = pytest.mark.slow

SMALL = Setting(1, 2, "tanh", "glorot_uniform", "sgd", 0.01)


@pytest.fixture
def view(monkeypatch):
    monkeypatch.setattr(module, "_FIRST", 1)
    monkeypatch.setattr(module, "_EPOCHS", 3)
    shown = fit_a_curve()
    yield shown
    shown.widget.close()
    assert shown.widget._background.join(60)


def trained(*chosen, epochs=1, curve="sin"):
    told = []
    train(curve, chosen, epochs, lambda: False, told.append)
    return told


def press(widget, what):
    chosen = {"curve": widget.curve, "settings": widget.settings}
    widget._hear(widget, {what: chosen}, None)


def test_at_the_call_it_shows_which_settings_follow_the_curve():
    shown = fit_a_curve()
    first, a, b = repr(shown).splitlines()
    assert first == "Two networks learn sin(2πx): A with the lecture's settings, B with better ones."
    assert a.startswith("A: 2 hidden layers of 32 units, sigmoid, uniform start, rmsprop at 0.001. After 16 epochs ")
    assert "it follows the curve: no (measured: validation error" in a
    assert b.startswith("B: 2 hidden layers of 32 units, tanh, Glorot start, adam at 0.01. After 16 epochs ")
    assert "it follows the curve: yes (measured: validation error" in b
    assert shown.html.count("<img") == 2
    assert "and the network&#x27;s line, which does not follow it." in shown.html
    shown.widget.close()


def test_another_machine_s_figures_change_nothing_that_is_compared():
    fits = trained(SMALL, SMALL)[-1]
    other = [replace(fit, error=fit.error * 1.1, line=fit.line + 0.01) for fit in fits]
    for words in (module._words, module._still):
        assert words("sin", fits) != words("sin", other)
        assert sanitized(words("sin", fits)) == sanitized(words("sin", other))


def test_nothing_of_it_is_left_in_the_process():
    def after(act):
        keras.utils.clear_session()
        keras.utils.set_random_seed(42)
        act()
        drawn = keras.random.uniform((2,)), tf.random.uniform((2,)), np.random.rand(2), random.random()
        return [np.array(one).tolist() for one in drawn], keras.layers.Dense(1).name, plt.get_fignums()

    before = set(traceless._gradients())
    assert after(lambda: fit_a_curve("exp").widget.close()) == after(lambda: None)
    left = set(traceless._gradients()) - before
    assert not [name for name in left if name.startswith("CustomGradient")]


def test_the_same_settings_give_the_same_network():
    one, two = (trained(SMALL, epochs=2)[-1][0] for _ in range(2))
    assert (one.error, one.line.tolist()) == (two.error, two.line.tolist())


def test_networks_are_freed(monkeypatch):
    made = []
    build = fitting._build
    monkeypatch.setattr(fitting, "_build", lambda setting: made.append(build(setting)) or made[-1])
    trained(SMALL)
    left = weakref.ref(made.pop())
    gc.collect()
    assert left() is None


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        (Setting(4, 1, "relu", "glorot_uniform", "sgd", 1), "it follows the curve: no"),  # a browser's 1 is no float
        (Setting(4, 32, "none", "glorot_uniform", "sgd", 1.0), "Try a smaller learning rate."),
        (Setting(1, 8, "gelu", "uniform", "adam", 0.01), "it follows the curve: no"),
    ],
)
def test_extremes_end_in_a_sentence(setting, word):
    fit = trained(setting)[-1][0]
    assert word in fit.sentence
    ElementTree.fromstring(draw("sin", fit))


def test_who_is_lost_stays_so_while_the_other_goes_on():
    told = trained(Setting(4, 32, "none", "glorot_uniform", "sgd", 1.0), SMALL, epochs=3)
    assert [[fit.epochs for fit in fits] for fits in told] == [[1, 1], [1, 2], [1, 3]]
    assert [fit.is_lost for fit in told[-1]] == [True, False]
    assert alt("sin", told[-1][0]) == "The curve of sin(2πx), and no network's line: it says NaN."


def test_train_and_stop_return_at_once_and_stop_ends_it(view, monkeypatch):
    monkeypatch.setattr(module, "_EPOCHS", 100_000)
    began = time.perf_counter()
    press(view.widget, "train")
    assert time.perf_counter() - began < 0.5
    while not view.widget.shown["done"]:
        time.sleep(0.01)
    press(view.widget, "stop")
    assert view.widget._background.join(20)
    assert view.widget.shown["news"].startswith("Stopped after ")


def test_training_to_the_end_says_so_and_takes_the_chosen_settings(view):
    view.widget.curve = "exp"
    view.widget.settings = [{**one, "depth": 1, "units": 4} for one in view.widget.settings]
    press(view.widget, "train")
    assert view.widget._background.join(60)
    assert view.widget.shown == {"done": 3, "epochs": 3, "news": "Trained for 3 epochs."}
    assert [panel["trained"][:28] for panel in view.widget.panels] == [
        "1 hidden layer of 4 units, s",
        "1 hidden layer of 4 units, t",
    ]
    assert all("exp(x)" in panel["alt"] for panel in view.widget.panels)


def test_when_both_are_lost_there_is_no_more_to_train(view):
    lost = {"depth": 4, "units": 32, "activation": "none", "rate": 1.0}
    view.widget.settings = [{**one, **lost, "optimizer": "sgd"} for one in view.widget.settings]
    press(view.widget, "train")
    assert view.widget._background.join(60)
    assert view.widget.shown["news"] == "Both are lost."


def test_a_message_that_asks_for_nothing_is_heard_and_nothing_begins(view, monkeypatch):
    sent = []
    monkeypatch.setattr(type(view.widget), "send", lambda self, content: sent.append(content))
    before = dict(view.widget.shown)
    view.widget._hear(view.widget, {}, [])
    assert sent == [{"heard": True}]
    assert view.widget.shown == before


def test_what_fails_is_told_in_the_widget(view):
    view.widget.settings = [{**one, "activation": "no such"} for one in view.widget.settings]
    press(view.widget, "train")
    assert view.widget._background.join(60)
    assert view.widget.shown["news"] == "Training failed: ValueError."


def test_all_that_is_sent_is_json(view):
    json.dumps({name: getattr(view.widget, name) for name in ("choices", "settings", "panels", "shown")})


@pytest.mark.parametrize("curve", ["cos", "<b>", None, 3])
def test_another_curve_is_a_sentence(curve):
    shown = fit_a_curve(curve)
    assert shown.widget is None
    assert repr(shown).startswith("fit_a_curve knows the curves 'sin' and 'exp'; this is ")
    assert "<b>" not in shown.html


numbers = st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=30)
@given(st.lists(numbers, min_size=len(GRID), max_size=len(GRID)), numbers, st.sampled_from(CURVES))
def test_any_line_is_drawn_on_the_paper(line, error, curve):
    svg = ElementTree.fromstring(draw(curve, Fit(SMALL, 1, np.array(line), error, False)))
    for polyline in svg.iter("{http://www.w3.org/2000/svg}polyline"):
        for place in polyline.get("points").split():
            x, y = map(float, place.split(","))
            assert 0 <= x <= 340
            assert 0 <= y <= 190


def test_a_new_job_waits_for_the_one_before_and_ends_it():
    background, told, may_end = Background(), [], threading.Event()

    def first(stopped):
        may_end.wait(10)
        told.append(stopped())

    background.start(first)
    background.start(lambda stopped: told.append("never: stopped while it waited"))
    background.start(lambda stopped: told.append("last"))
    assert told == []
    may_end.set()
    assert background.join(10)
    assert told == [True, "last"]


def test_without_a_job_there_is_nothing_to_wait_for():
    background = Background()
    background.stop()
    assert background.join(0)
