"""How far a training is, and about how long the rest of it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

_ENOUGH = 1.0  # seconds of batches that tell how long an epoch takes


class Pace:
    """Is told what happens in a training when it happens.

    Args:
        epochs: the number of the last epoch that is to run.
        steps: batches of an epoch; None where nobody knows before it ends.
        clock: seconds from some moment on.
    """

    def __init__(self, epochs: int, steps: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.epochs = epochs
        self.epoch = 0
        """The one that runs or was the last to run, counted from 1."""
        self.first: int | None = None
        """How many epochs were run before this training: not 0 where it goes on; None before its first epoch."""
        self._steps = steps
        self._clock = clock
        self._began = self._epoch_began = clock()
        self._ends: list[float] = []  # of the first epoch and of the last
        self._ended = 0  # epochs
        self._batch = 0  # batches of this epoch that are done
        self._warm: tuple[float, int] | None = None  # when the first step had ended, and its batches
        self._is_within = self._is_validating = False

    def epoch_begins(self, epoch: int) -> None:
        """An epoch begins, counted from 0."""
        if self.first is None:
            self.first = epoch
        self.epoch, self._batch, self._is_within = epoch + 1, 0, True
        self.epochs = max(self.epochs, self.epoch)
        self._epoch_began = self._clock()

    def step_begins(self, batch: int) -> None:
        """So many batches of this epoch are done. It is called often, so it does next to nothing."""
        self._batch = batch
        if batch and self._warm is None and not self._ended:
            self._warm = self._clock(), batch

    def validation_begins(self) -> None:
        """The batches of this epoch are done."""
        self._is_validating = True

    def validation_ends(self) -> None:
        """So is the validation."""
        self._is_validating = False

    def epoch_ends(self, epoch: int) -> None:
        """An epoch, counted from 0, is done."""
        self.epoch, self._is_within, self._is_validating = epoch + 1, False, False
        self._ended += 1
        self._ends[1:] = [self._clock()]
        # What ends by itself had asked for one batch more than there are.
        self._steps = self._steps or self._batch or None

    @property
    def done(self) -> float:
        """How many epochs are done, those before this training not counted, with the share of the one that runs."""
        return self._ended + (self._share or 0.0 if self._is_within else 0.0)

    @property
    def total(self) -> int:
        """How many epochs are to run."""
        return self.epochs - (self.first or 0)

    @property
    def words(self) -> list[str]:
        """Where in its epoch training is, and times, as far as they are known."""
        left = self.left
        words = [self._place, f"{_exact(self._clock() - self._began)} so far"] if self._is_within else []
        return [*words, f"{duration(left)} left"] if left is not None else words

    @property
    def left(self) -> float | None:
        """About how many seconds are left; None before that can be told."""
        each = self._seconds_an_epoch
        if each is None:
            return None
        rest = self.total - self._ended
        if not self._is_within:
            return each * rest
        if not self._ended:
            return each * (rest - (self._share or 0.0))
        return each * (rest - 1) + max(0.0, each - (self._clock() - self._epoch_began))

    @property
    def _place(self) -> str:
        if self._is_validating:
            return "validating"
        if self._warm is None and not self._ended:
            return "preparing the first batch"
        share = self._share
        return f"batch {self._batch + 1}" if share is None else f"{share:.0%}"

    @property
    def _share(self) -> float | None:
        """Of the batches of this epoch that are done."""
        if self._is_validating:
            return 1.0
        return min(self._batch / self._steps, 1.0) if self._steps else None

    @property
    def _seconds_an_epoch(self) -> float | None:
        """Without the time that was spent before the first step had ended, as far as the rest tells enough."""
        if self._ended > 1:
            return (self._ends[1] - self._ends[0]) / (self._ended - 1)
        now = self._ends[0] if self._ended else self._clock()
        if self._warm is not None and self._steps:
            when, batches = self._warm
            share = (1.0 if self._ended else self._share or 0.0) - batches / self._steps
            if share > 0 and (self._ended or now - when >= _ENOUGH):
                return (now - when) / share
        return now - self._began if self._ended else None


def duration(seconds: float) -> str:
    """About how long."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _exact(seconds: float) -> str:
    """How long, to the second, so that it is seen to go on."""
    whole = int(seconds)
    return f"{whole} s" if whole < 100 else f"{whole // 60} min {whole % 60} s"
