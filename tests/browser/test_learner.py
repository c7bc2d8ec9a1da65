"""A learner's first minutes, by mouse and keyboard, in a real JupyterLab in a real browser."""

import re

import pytest
from playwright.sync_api import expect

WRONG = "x = keras.Input((3,))\nmodel = keras.Model(x, layers.Dense(1)(layers.Dense(8, activation='relu')(x)))"
RIGHT = "model = keras.Sequential([keras.Input((3,)), layers.Dense(16), layers.ReLU(), layers.Dense(1)])"


@pytest.fixture(scope="module")
def lesson(opened):
    return opened("00")


def test_a_notebook_that_was_not_run_yet_shows_its_pictures(lesson):
    image = lesson.node(lesson.at("plot_model(first, ")).locator("img").first
    expect(image).to_have_attribute("alt", re.compile("measurements: Input"))
    assert image.evaluate("image => image.naturalWidth") > 100
    lesson.picture("1_opened", lesson.at("plot_model(first, "))


def test_a_lesson_opens_with_nothing_to_save_and_no_prediction_answered(lesson):
    assert not lesson.of("panel.context.model.dirty")
    asked = lesson.output(lesson.at("predicted(prediction, first"))
    assert "You made no prediction." in asked
    assert "It is 40." not in asked


def test_run_all_goes_through_with_every_blank_left_empty(lesson):
    lesson.page.get_by_role("menuitem", name="Run", exact=True).click()
    lesson.page.get_by_text("Run All Cells", exact=True).click()
    lesson.idle()
    assert lesson.errors() == []
    assert "not attempted" in lesson.output(lesson.at('exercise("0.2").check'))


def test_a_prediction_is_met(lesson):
    at = lesson.at("predicted(prediction, first")
    assert "It is 40." in lesson.output(at)
    said = lesson.type(at, 'prediction = 32\npredicted(prediction, first.get_layer("hidden").count_params())')
    assert "You said 32." in said
    lesson.picture("2_prediction", at)


def answer_wrongly(lesson):
    """Give a wrong answer to 0.2, see it told in words and in a picture, and return where its check stands."""
    at = lesson.at('exercise("0.2").check')
    lesson.type(at - 1, WRONG)
    said = lesson.type(at)
    assert "failed" in said
    assert "16" in said
    assert lesson.node(at).locator("img").first.get_attribute("alt")
    return at


def test_a_wrong_answer_is_told_the_change_in_words_and_in_a_picture(lesson):
    lesson.picture("3_wrong", answer_wrongly(lesson))


def test_a_hint_and_the_solution(lesson):
    at = lesson.at('exercise("0.2").hint()')
    assert "Hint 1 of 2" in lesson.type(at, 'exercise("0.2").hint()')
    assert "layers.Dense(16" in lesson.type(at, 'exercise("0.2").solution()')
    lesson.picture("4_solution", at)


def test_a_right_answer_passes(lesson):
    at = lesson.at('exercise("0.2").check')
    lesson.type(at - 1, RIGHT)
    assert "passed" in lesson.type(at)
    lesson.picture("5_right", at)


def test_what_was_done_is_known_after_a_restart(lesson):
    at = lesson.at("my_progress()")
    done = "✓ 0.2 Build: passed; hints 1 of 2; solution looked at"  # folded: lesson 01 is next
    lesson.type(at)
    expect(lesson.node(at)).to_contain_text(done)
    lesson.of("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    expect(lesson.node(at)).not_to_contain_text(done)
    lesson.restart()
    lesson.run_all()
    expect(lesson.node(at)).to_contain_text(done)
    link = lesson.node(at).get_by_role("link")
    expect(link).to_have_attribute("href", re.compile("01_layers_are_functions.ipynb"))
    lesson.picture("6_progress", at)
