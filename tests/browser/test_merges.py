"""`merges` in a real JupyterLab in a real browser, by keyboard."""

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def lesson(opened):
    return opened("03")


@pytest.fixture(scope="module")
def board(lesson):
    at = lesson.at("from course_utils import")
    lesson.run(at, "from course_utils import merges\nmerges()")
    return lesson.node(at)


def test_sliders_have_names_and_take_the_arrow_keys(lesson, board):
    length, number = board.get_by_label("length of a"), board.get_by_label("a[0]")
    length.focus()
    lesson.page.keyboard.press("ArrowLeft")
    expect(board.get_by_role("status")).to_contain_text("1 of 9 merges are possible.")
    expect(board.get_by_label("a[2]")).to_be_hidden()
    lesson.page.keyboard.press("Tab")
    expect(number).to_be_focused()
    lesson.page.keyboard.press("ArrowRight")
    expect(board.get_by_role("row", name="concatenate")).to_contain_text("1.5  2  2  -1  1")
    expect(board.get_by_role("row", name="dot")).to_contain_text("Incompatible input shapes")
    length.focus()
    lesson.page.keyboard.press("End")
    expect(board.get_by_role("status")).to_contain_text("Every merge is possible.")
    expect(board.get_by_role("row", name="add")).to_contain_text("3.5  1  0")
    lesson.picture("7_merges")


def test_nothing_was_logged_as_an_error(lesson, board):
    assert lesson.console == []
