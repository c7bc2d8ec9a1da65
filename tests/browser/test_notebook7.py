"""The same in Notebook 7: a lesson by mouse and keyboard, widgets, Stop, and what is left of them after a reload."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab
from tests.browser.test_learner import RIGHT, answer_wrongly
from tests.browser.test_progress import SETUP, TRAIN

WIDGETS = ["from course_utils import fit_a_curve, merges\nmerges()", "fit_a_curve()"]
# Notebook's own, of its keyboard shortcuts, in any notebook: https://github.com/jupyter/notebook/issues/7862
OWN = "Cannot read properties of undefined (reading 'schema')"


def logged(notebook):
    """What was logged as an error and is not Notebook's own."""
    return [text for text in notebook.console if OWN not in text]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Notebook 7 on a copy of the course, in place of JupyterLab."""
    lab = Lab(tmp_path_factory.mktemp("notebook7") / "course", program="notebook")
    yield lab
    lab.stop()


@pytest.fixture(scope="module")
def lesson(opened):
    return opened("00")


@pytest.fixture(scope="module")
def notebook(written):
    notebook = written("widgets", *WIDGETS, SETUP, TRAIN)
    for index in range(3):
        notebook.run(index)
    return notebook


def test_a_lesson_opens_with_nothing_to_save_and_nothing_broken(lesson):
    assert lesson.page.evaluate("jupyterapp.name + jupyterapp.version").startswith("Jupyter Notebook7.")
    assert not lesson.of("panel.context.model.dirty")
    assert lesson.of("[...panel.node.querySelectorAll('img')].filter(img => img.complete && !img.naturalWidth)") == []


def test_run_all_goes_through_with_every_blank_left_empty(lesson):
    lesson.page.get_by_role("menuitem", name="Run", exact=True).click()
    lesson.page.get_by_text("Run All Cells", exact=True).click()
    lesson.idle()
    assert lesson.errors() == []
    assert lesson.of("document.querySelectorAll('.jp-Dialog').length") == 0
    assert "not attempted" in lesson.output(lesson.at('exercise("0.2").check'))


def test_a_wrong_answer_is_told_the_change_and_a_right_one_passes(lesson):
    at = answer_wrongly(lesson)
    lesson.picture("notebook7_wrong", at)
    lesson.type(at - 1, RIGHT)
    assert "passed" in lesson.type(at)
    assert logged(lesson) == []


def test_widgets_take_keys(notebook):
    merges, fit, keyboard = notebook.node(0), notebook.node(1), notebook.page.keyboard
    merges.get_by_label("length of a").focus()
    keyboard.press("ArrowLeft")
    expect(merges.get_by_role("status")).to_contain_text("1 of 9 merges are possible.")
    fit.get_by_label("units of each").first.focus()
    keyboard.press("End")
    fit.get_by_role("button", name="Train both").focus()
    keyboard.press("Enter")
    expect(fit).to_contain_text("Drawn: 2 hidden layers of 128 units")
    fit.get_by_role("button", name="Stop").click()
    expect(fit.get_by_role("status")).to_contain_text(re.compile("Stopped after|Trained for 100"))
    notebook.picture("notebook7_widgets", 1)


def test_stop_ends_training_while_it_runs_and_keeps_what_was_learned(notebook):
    notebook.start(3)
    cell = notebook.node(3)
    expect(cell.get_by_role("row", name="high")).to_be_visible()
    notebook.picture("notebook7_training", 3)
    cell.get_by_role("button", name="Stop").click()
    notebook.idle()
    expect(cell).to_contain_text("what was learned is kept.")
    expect(cell).to_contain_text("True False")
    assert notebook.errors() == []
    assert logged(notebook) == []


def test_what_is_saved_and_opened_again_shows_what_stands_for_the_widgets(notebook):
    notebook.of("panel.context.save()")
    notebook.restart()
    notebook.open()
    expect(notebook.node(1)).to_contain_text("Two networks learn")
    expect(notebook.node(1).get_by_role("button", name="Train both")).to_have_count(0)
    expect(notebook.page.get_by_text("Error displaying widget")).to_have_count(0)
    assert logged(notebook) == []
