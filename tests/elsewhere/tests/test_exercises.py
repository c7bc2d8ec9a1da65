"""Every exercise with its answers, right and wrong."""

import pytest

from course_utils.workshop.answers import cases, lacking


@pytest.mark.parametrize("case", cases(), ids=str)
def test_an_exercise_judges_as_it_should(case):
    case.judge()


def test_every_exercise_has_answers_to_try():
    assert lacking() == []
