"""Every lesson in a real JupyterLab: opened, run with its blanks, answered wrongly and rightly, restarted, reloaded."""

import pytest

from course_utils.exercises import every
from course_utils.lessons.source import find_answer, parse, sources
from tests.browser.lab import THEMES

LESSONS = [parse(path) for path in sources()]


@pytest.fixture(scope="module", params=[lesson.number for lesson in LESSONS])
def lesson(request, opened):
    """A lesson that all tests of it share, in the order in which they stand here."""
    notebook = opened(request.param)
    yield notebook
    notebook.close()


@pytest.fixture
def asked(lesson):
    """The first exercise's id, the name of its answer, and where its cell stands; the check's cell follows."""
    region = next(one.regions[0] for one in LESSONS if one.name == lesson.name.partition("/")[2])
    return region.exercise, region.name, lesson.at(f'exercise("{region.exercise}").check(') - 1


def test_it_opens_with_nothing_to_save_and_nothing_broken(lesson):
    assert not lesson.of("panel.context.model.dirty")
    assert lesson.of("[...panel.node.querySelectorAll('img')].filter(img => img.complete && !img.naturalWidth)") == []


def test_run_all_goes_through_with_every_blank_left_empty(lesson, asked):
    lesson.run_all()
    lesson.picture(f"{lesson.name[10:12]}_ran", asked[2])
    assert lesson.errors() == []
    assert lesson.of("document.querySelectorAll('.jp-Dialog').length") == 0
    assert "not attempted" in lesson.output(asked[2] + 1)
    assert (
        lesson.of(
            """[...panel.node.querySelectorAll(".jp-OutputArea-output pre")]
            .filter(pre => pre.scrollWidth > pre.clientWidth + 2).map(pre => pre.innerText)"""
        )
        == []
    ), "what is printed fits its cell"


@pytest.mark.parametrize("theme", THEMES)
def test_readers_find_nothing_amiss(lesson, theme):
    lesson.theme(theme)
    assert lesson.amiss() == []


def test_an_answer_that_stops_is_not_taken_for_an_earlier_one(lesson, asked):
    _, name, at = asked
    lesson.run(at, f"{name} = 1 / 0")
    assert "stopped with an error" in lesson.run(at + 1)


def test_a_wrong_answer_fails_hints_and_the_solution_help_and_the_solution_passes(lesson, asked):
    id, name, at = asked
    wrong = "keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])" if every()[id].asks_for == "model" else "5"
    lesson.run(at, f"{name} = {wrong}")
    assert "failed" in lesson.run(at + 1)
    for number in range(1, len(every()[id].hints) + 1):
        assert f"Hint {number} of " in lesson.run(at + 2, f'exercise("{id}").hint()')
    shown = lesson.run(at + 2, f'exercise("{id}").solution()')
    assert shown.split() == find_answer(id)[1].split()
    lesson.run(at, shown)
    assert "passed" in lesson.run(at + 1)
    lesson.picture(f"{lesson.name[10:12]}_right", at + 1)


def test_nothing_was_logged_as_an_error(lesson):
    assert lesson.console == []


def test_a_restart_and_a_reload_keep_the_answer(lesson, asked):
    _, _, at = asked
    lesson.of("panel.context.save()")
    code = lesson.code
    lesson.open()
    assert lesson.code == code
    assert "passed" in lesson.run(at + 1), "the kernel went on"
    lesson.restart()
    assert "Run the cell with the imports." in lesson.run(at + 1)
