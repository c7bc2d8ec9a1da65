"""Every checker on the answer, the blank, right answers written otherwise, and known mistakes."""

import pytest

from course_utils.exercises import UnknownExercise, every, exercise
from course_utils.lessons.source import parse, sources

from . import answers

EXERCISES = every()
RIGHT = answers.collect("RIGHT")
WRONG = answers.collect("WRONG")


def cases(table):
    return [pytest.param(id, case, id=f"{id}-{at}") for id, listed in table.items() for at, case in enumerate(listed)]


def test_exercises_are_those_of_the_lessons():
    marked = [region.exercise for path in sources() for region in parse(path).regions]
    assert list(EXERCISES) == marked


def test_every_exercise_has_right_and_wrong_answers_here():
    assert set(RIGHT) == set(WRONG) == set(EXERCISES)
    assert all(len(listed) >= 3 for listed in RIGHT.values())
    assert all(WRONG.values())


@pytest.mark.parametrize("id", EXERCISES)
def test_the_answer_passes(id):
    result = exercise(id).check(exercise(id).target())
    assert result.passed, str(result)


@pytest.mark.parametrize("id", EXERCISES)
def test_the_blank_is_not_attempted(id):
    result = exercise(id).check(...)
    assert (result.status, result.passed, result.criteria) == ("not attempted", False, ())


@pytest.mark.parametrize(("id", "make"), cases(RIGHT))
def test_right_answers_pass_however_they_are_written(id, make):
    result = exercise(id).check(make())
    assert result.passed, str(result)


@pytest.mark.parametrize(("id", "case"), cases(WRONG))
def test_wrong_answers_fail_in_their_own_words(id, case):
    make, words = case
    result = exercise(id).check(make())
    assert result.status == "failed", str(result)
    message = " ".join(finding.message for finding in result.criteria if not finding.passed)
    assert words in message
    assert "could not look at this" not in message


@pytest.mark.parametrize("id", EXERCISES)
def test_hints_come_one_by_one_and_end_with_the_way_to_the_solution(id):
    own = EXERCISES[id]
    own._shown = 0
    texts = [str(own.hint()) for _ in own.hints]
    assert len(set(texts)) == len(texts) >= 1
    assert "solution" in texts[-1]
    assert str(own.hint()) == texts[-1]
    assert str(own.solution()).strip()
    own._shown = 0


@pytest.mark.parametrize("id", EXERCISES)
def test_hints_and_titles_fit_the_lesson(id):
    number, title = id.split(".")[0].zfill(2), EXERCISES[id].title
    source = next(path for path in sources() if path.stem.startswith(number)).read_text(encoding="utf-8")
    assert f"Exercise {id} · {title}\n" in source


def test_an_unknown_id_gets_the_ids_there_are_and_the_nearest():
    with pytest.raises(UnknownExercise, match=r'no exercise "1\.22"; there are 0\.1, 0\.2.*mean exercise\("1\.2"\)'):
        exercise("1.22")
    with pytest.raises(UnknownExercise, match=r'mean exercise\("1\.\d"\)'):
        exercise("1.9")


@pytest.mark.parametrize("wanted", ["", "nonsense", None, [], 12])
def test_anything_else_is_no_exercise(wanted):
    with pytest.raises(UnknownExercise, match=r"there are 0\.1"):
        exercise(wanted)


def test_an_id_that_is_a_number_is_told_to_be_text():
    with pytest.raises(UnknownExercise, match=r'write exercise\("1\.2"\)'):
        exercise(1.2)
