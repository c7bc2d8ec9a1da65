"""What a measure says of a figure."""

import math

import pytest

from course_utils.checks.measures import accuracy, mean_squared_error, root_mean_squared_error

EUROS = root_mean_squared_error.in_unit(" €")


def test_words_have_what_is_better_and_the_unit():
    assert (accuracy.goal(0.93), accuracy.bound(0.93)) == ("at least 93% accuracy", "at least 93%")
    assert (EUROS.goal(13), EUROS.bound(13)) == ("an error under 13 €", "under 13 €")
    assert (accuracy.shown(0.9716), EUROS.shown(11.43), mean_squared_error.shown(0.00061)) == (
        "97.2%",
        "11.4 €",
        "0.00061",
    )


@pytest.mark.parametrize(
    ("measure", "reach", "reached", "near", "far"),
    [(accuracy, 0.9, (0.9, 1.0), (0.88, 0.899), (0.5, 0.86)), (EUROS, 13, (0, 13), (13.1, 26), (26.1, 100))],
)
def test_what_is_reached_and_what_is_missed_by_little(measure, reach, reached, near, far):
    for figure in (*reached, *near, *far, math.nan):
        assert measure.is_reached(figure, reach) == (figure in reached)
        assert measure.is_near(figure, reach) == (figure in near)
