"""How far a training is and how long the rest takes, by a clock that tests set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.pace import Pace, duration


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def run(pace, clock, epoch, steps, each=1.0, first=0.0, validation=None):
    """Go through an epoch: seconds of each batch, those that the first one takes longer, those of the validation."""
    pace.epoch_begins(epoch)
    for step in range(steps):
        pace.step_begins(step)
        clock.now += each + (first if step == 0 else 0)
    if validation is not None:
        pace.validation_begins()
        clock.now += validation
        pace.validation_ends()
    pace.epoch_ends(epoch)


def test_time_left_follows_the_epochs_that_were_run(clock):
    for first in (0, 6):
        pace, left = Pace(first + 4, 10, clock), []
        for epoch in range(first, first + 4):
            run(pace, clock, epoch, 10)
            left.append(pace.left)
        assert left == pytest.approx([30, 20, 10, 0])


def test_what_the_first_batch_takes_longer_is_not_expected_again(clock):
    pace = Pace(11, 10, clock)
    run(pace, clock, 0, 10, first=60)
    assert pace.left == pytest.approx(100)
    run(pace, clock, 1, 10)
    assert pace.left == pytest.approx(90)


def test_validation_counts_as_part_of_an_epoch(clock):
    pace = Pace(4, 10, clock)
    for epoch in (0, 1):
        run(pace, clock, epoch, 10, validation=5)
    assert pace.left == pytest.approx(30)


def test_within_an_epoch_the_share_is_told_and_time_once_it_can_be(clock):
    pace = Pace(2, 4, clock)
    pace.epoch_begins(0)
    pace.step_begins(0)
    assert pace.words == ["preparing the first batch", "0 s so far"]
    clock.now += 7
    pace.step_begins(1)
    assert pace.words == ["25%", "7 s so far"]
    clock.now += 2
    pace.step_begins(2)
    assert pace.words == ["50%", "9 s so far", "12 s left"]
    pace.validation_begins()
    assert pace.words[0] == "validating"
    pace.validation_ends()
    pace.epoch_ends(0)
    assert pace.words == ["3 s left"]


def test_batches_are_counted_where_nobody_knows_how_many_there_are_and_known_afterwards(clock):
    pace = Pace(2, None, clock)
    pace.epoch_begins(0)
    for batch in range(6):
        pace.step_begins(batch)
        clock.now += 1
    assert pace.words == ["batch 6", "6 s so far"]
    pace.epoch_ends(0)
    pace.epoch_begins(1)
    pace.step_begins(2)
    assert pace.words[0] == "40%"


def test_one_batch_an_epoch(clock):
    pace = Pace(3, 1, clock)
    run(pace, clock, 0, 1, each=2)
    assert pace.left == pytest.approx(4)


def test_a_loop_that_does_not_tell_its_epochs(clock):
    pace = Pace(0, None, clock)
    pace.epoch_begins(4)
    pace.epoch_ends(4)
    assert (pace.epoch, pace.epochs, pace.left) == (5, 5, 0)


EVENTS = st.lists(st.tuples(st.sampled_from(["epoch", "step", "validation", "end"]), st.floats(0, 1e5)))


@given(EVENTS, st.integers(0, 30), st.integers(0, 30), st.none() | st.integers(1, 9))
def test_whatever_happens_shares_and_times_are_sensible(events, first, epochs, steps):
    clock = Clock()
    pace, epoch, batch = Pace(first + epochs, steps, clock), first, None
    for kind, seconds in events:
        clock.now += seconds
        if (kind == "epoch") == (batch is None):  # else it cannot happen
            if kind == "epoch":
                pace.epoch_begins(epoch)
                batch = 0
            elif kind == "step":
                pace.step_begins(batch)
                batch += 1
            elif kind == "validation":
                pace.validation_begins()
            else:
                pace.validation_ends()
                pace.epoch_ends(epoch)
                epoch, batch = epoch + 1, None
        assert 0 <= pace.done <= pace.total
        assert pace.left is None or pace.left >= 0
        assert all(pace.words)


def test_durations_are_short():
    assert [duration(seconds) for seconds in (0.4, 42, 150)] == ["0 s", "42 s", "2 min"]


def test_what_went_by_is_told_to_the_second(clock):
    pace = Pace(1, None, clock)
    pace.epoch_begins(0)
    clock.now += 150
    assert pace.words[1] == "2 min 30 s so far"
