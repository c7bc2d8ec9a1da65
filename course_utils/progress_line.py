"""How training is going, in one line that updates in place."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
import zlib
from collections.abc import Collection, Mapping
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import keras

from course_utils.cells import watched

WIDTH = 79
EVERY = 0.2  # seconds between updates: fast enough to feel live
SHARE = 0.01  # of the time may go into updates
_trained: WeakKeyDictionary[keras.Model, int] = WeakKeyDictionary()  # what a model's weights were after training


class ProgressLine(keras.callbacks.Callback):
    """A Keras callback that tells of a training in one line, as a terminal shows it.

    While training, the line shows the epoch, the time that is left and the losses. When training ends it is
    replaced by a sentence that is the same on every machine, so that a stored notebook can be compared.

    Who interrupts the kernel ends training, not the cell: weights and history are kept, and what follows works with
    them. Further trainings of the same cell then end after one epoch, also where the interrupt came between two of
    them. A second interrupt ends the cell as usual.

    Args:
        what: begins that sentence.
        interruptible: whether an interrupt ends training only; else it is raised as ever.
    """

    def __init__(self, what: str = "Trained", interruptible: bool = True) -> None:
        super().__init__()
        self.what = what
        self.interruptible = interruptible
        self._started = 0.0
        self._next = 0.0  # no update before
        self._first: int | None = None
        self._epoch = 0
        self._goes_on = False
        self._is_interrupted = False
        self._validates_later = False  # and stops then: what is plotted afterwards is what validation gave
        self._handler: Any = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock, and listen for an interrupt."""
        self._goes_on = _trained.get(self.model) == _fingerprint(self.model)
        self._is_interrupted = False
        fit = self._fit(sys._getframe())
        self._validates_later = fit is not None and fit.f_locals.get("validation_freq", 1) != 1
        if self.interruptible:
            self._listen()
        self._first, self._epoch = None, 0
        self._started = time.monotonic()
        self._next = self._started + EVERY

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note where training begins: not at the first epoch, if it goes on from `initial_epoch`."""
        if self._first is None:
            self._first = epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Tell how it goes, a few times a second at most."""
        self._epoch = epoch + 1
        cells = watched()
        is_stopped = self._is_interrupted or (self.interruptible and bool(cells and cells.training_stopped))
        if is_stopped and (not self._validates_later or any(name.startswith("val_") for name in logs or ())):
            self._is_interrupted = self.model.stop_training = True
        now = time.monotonic()
        if now < self._next:
            return
        left = (now - self._started) / (self._epoch - (self._first or 0)) * (self._epochs - self._epoch)
        began = time.perf_counter()
        with contextlib.suppress(Exception):  # what is told must not end what it tells of
            self._tell(left, losses(logs or {}))
        self._next = now + max(EVERY, (time.perf_counter() - began) / SHARE)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Say how it ended: the same on every machine, unless somebody stopped it."""
        self._hear_no_more()
        if self._epoch:
            _trained[self.model] = _fingerprint(self.model)
        with contextlib.suppress(Exception):
            self._conclude(self._sentence())

    @property
    def _epochs(self) -> int:
        """The number of the last epoch that is to run."""
        return int(self.params.get("epochs") or self._epoch)

    def _sentence(self) -> str:
        if self._is_interrupted:
            return f"Stopped in epoch {self._epoch} of {self._epochs}; what was learned is kept."
        # Epochs that were to be run: none, where `initial_epoch` is the last one already.
        epochs = 0 if self._first is None else self._epochs - self._first
        early = " at most" if self.model.stop_training else ""
        more = ", on top of those before" if self._goes_on and epochs else ""
        return f"{self.what} for {epochs} epoch{'s' if epochs != 1 else ''}{early}{more}."

    def _tell(self, left: float, values: Mapping[str, float]) -> None:
        """Tell how it goes: the seconds that are left, and what the epoch that ended gave."""
        self._write(line(f"epoch {self._epoch}/{self._epochs}  {left:.0f} s left", values))

    def _conclude(self, sentence: str) -> None:
        """Tell how it ended."""
        self._write(f"{sentence}\n")

    def _stop(self) -> None:
        """End training after the batch, or after the next validation where not every epoch has one."""
        self._is_interrupted = True
        self.model.stop_training = not self._validates_later

    def _listen(self) -> None:
        """Take interrupts while `fit` runs, and from then on while its cell does: only the main thread may."""
        if threading.current_thread() is threading.main_thread() and self._handler is None:
            _Between.listen()
            self._handler = signal.signal(signal.SIGINT, self._interrupted)

    def _hear_no_more(self) -> None:
        if self._handler is not None:
            with contextlib.suppress(ValueError):  # not in the main thread
                signal.signal(signal.SIGINT, self._handler)
            self._handler = None

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        """The first time in a training that still runs, end it; else, leave it to who listened before."""
        before = self._handler
        # After an error in `fit` nobody has said that training ended.
        if not self._is_interrupted and self._fit(frame) is not None:
            self._stop()
            if cells := watched():
                cells.stop_training()
            return
        self._hear_no_more()
        if callable(before):
            before(number, frame)
        elif before != signal.SIG_IGN:
            raise KeyboardInterrupt

    def _fit(self, frame: FrameType | None) -> FrameType | None:
        """Where the model's `fit` runs, seen from a frame; None where it does not."""
        while frame is not None and not (frame.f_code.co_name == "fit" and frame.f_locals.get("self") is self.model):
            frame = frame.f_back
        return frame

    def _write(self, text: str) -> None:
        # A shorter line does not cover a longer one: blank the line first.
        sys.stdout.write(f"\r{'':{WIDTH}}\r{text}")
        sys.stdout.flush()


class _Between:
    """Takes the interrupts of a cell that trains between its trainings: the first shortens those that follow."""

    def __init__(self) -> None:
        self.before: Any = signal.signal(signal.SIGINT, self)

    @classmethod
    def listen(cls) -> None:
        """Listen until the cell ends, once a cell; outside a notebook nobody tells when that is."""
        cells = watched()
        if cells is not None and not isinstance(signal.getsignal(signal.SIGINT), cls):
            between = cls()
            if not cells.when_done(between.hear_no_more):
                between.hear_no_more()

    def hear_no_more(self) -> None:
        """Give interrupts back to who listened before, if nobody else listens by now."""
        is_heard = signal.getsignal(signal.SIGINT) is self
        if is_heard:
            signal.signal(signal.SIGINT, self.before)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Note the first interrupt; leave further ones to who listened before."""
        cells = watched()
        if cells is not None and cells.stop_training():
            print("Trainings that follow in this cell end after one epoch; a second interrupt ends the cell.")
            return
        self.hear_no_more()
        if callable(self.before):
            self.before(number, frame)
        elif self.before != signal.SIG_IGN:
            raise KeyboardInterrupt


def _fingerprint(model: keras.Model) -> int:
    """A number that tells a model's weights from others."""
    mark = 0
    for weight in model.get_weights():
        mark = zlib.crc32(weight.tobytes(), mark)
    return mark


def losses(logs: Mapping[str, Any]) -> dict[str, float]:
    """The losses of an epoch: total and validation first, then each output's with its validation.

    Args:
        logs: what Keras gives at the end of an epoch, metrics among it.
    """
    found = {}
    for name, value in logs.items():
        if name.endswith("loss"):
            with contextlib.suppress(TypeError, ValueError):  # a callback may have put anything there
                found[name] = float(value)
    trained = ["loss", *(name for name in found if not is_validation(name, found))]
    return {name: found[name] for base in trained for name in (base, f"val_{base}") if name in found}


def is_validation(name: str, names: Collection[str]) -> bool:
    """Whether a loss is the validation loss of another."""
    return name.startswith("val_") and name.removeprefix("val_") in names


def line(start: str, values: Mapping[str, float], width: int = WIDTH) -> str:
    """As many values as fit into a line, each of them whole."""
    text = start
    for name, value in values.items():
        longer = f"{text}  {name} {value:.3g}"
        if len(longer) <= width:
            text = longer
    return text[:width]
