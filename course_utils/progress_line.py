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
from course_utils.live_line import LiveLine
from course_utils.markup import clean
from course_utils.pace import Pace

EVERY = 0.2  # seconds between updates: fast enough to feel live
SHARE = 0.01  # of the time may go into updates
TICK = 0.5  # seconds between looks at a long epoch
QUIET = 0.9  # seconds without an update after which a look shows it
_trained: WeakKeyDictionary[keras.Model, int] = WeakKeyDictionary()  # what a model's weights were after training


class ProgressLine(keras.callbacks.Callback):
    """A Keras callback that tells of a training in one line, as a terminal shows it.

    While training, the line shows the epoch, the time that is left and the losses; in a long epoch, how far it is. When
    training ends it is replaced by a sentence that is the same on every machine, so that a stored notebook can be
    compared.

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
        self._pace = Pace(0, None)
        self._losses: dict[str, float] = {}  # the newest of each
        self._next = 0.0  # no update before
        self._told = 0.0  # when the last update was
        self._goes_on = False
        self._is_interrupted = False
        self._validates_later = False  # and stops then: what is plotted afterwards is what validation gave
        self._handler: Any = None
        self._line: LiveLine | None = None
        self._lock = threading.RLock()  # what is told comes from two threads
        self._ended = threading.Event()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock, and listen for an interrupt."""
        self._close()
        model = self.model
        self._goes_on = model in _trained and _trained[model] == _fingerprint(model)
        self._is_interrupted = False
        fit = running_fit(model, sys._getframe())
        self._validates_later = fit is not None and fit.f_locals.get("validation_freq", 1) != 1
        if self.interruptible:
            self._listen()
        self._losses = {}
        given = self.params or {}  # in a loop of one's own there may be none
        self._pace = Pace(int(given.get("epochs") or 0), given.get("steps"))
        self._told = time.monotonic()
        self._next = self._told + EVERY
        with contextlib.suppress(Exception):  # what is told must not end what it tells of
            self._open()
        if fit is not None:
            self._ended = threading.Event()
            look = (self._ended, model, threading.get_ident())
            threading.Thread(target=self._look, args=look, name="progress", daemon=True).start()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note where training is: it begins later than with the first epoch, if it goes on from `initial_epoch`."""
        self._pace.epoch_begins(epoch)

    # Of Keras's calls for each batch these two cost nothing: no loss is fetched for them from where it was computed.
    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Note how far the epoch is."""
        self._pace.step_begins(batch)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Note that the epoch's batches are done."""
        self._pace.validation_begins()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Note that its validation is."""
        self._pace.validation_ends()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Tell how it goes, a few times a second at most."""
        self._pace.epoch_ends(epoch)
        self._losses = losses({**self._losses, **(logs or {})})
        cells = watched()
        is_stopped = self._is_interrupted or (self.interruptible and bool(cells and cells.training_stopped))
        if is_stopped and (not self._validates_later or any(name.startswith("val_") for name in logs or ())):
            self._is_interrupted = self.model.stop_training = True
        now = time.monotonic()
        if now < self._next:
            return
        began = time.perf_counter()
        with self._lock, contextlib.suppress(Exception):
            self._told = now
            self._tell()
        self._next = now + max(EVERY, (time.perf_counter() - began) / SHARE)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Say how it ended: the same on every machine, unless somebody stopped it."""
        self._hear_no_more()
        if self._pace.first is not None:
            _trained[self.model] = _fingerprint(self.model)
        with self._lock, contextlib.suppress(Exception):
            self._ended.set()
            self._conclude(self._sentence())
        self._close()

    def _sentence(self) -> str:
        pace = self._pace
        if self._is_interrupted:
            return f"Stopped in epoch {pace.epoch} of {pace.epochs}; what was learned is kept."
        # Epochs that were to be run: none, where `initial_epoch` is the last one already.
        epochs = 0 if pace.first is None else pace.total
        early = " at most" if self.model.stop_training else ""
        more = ", on top of those before" if self._goes_on and epochs else ""
        return f"{self.what} for {epochs} epoch{'s' if epochs != 1 else ''}{early}{more}."

    def _open(self) -> None:
        """Begin to tell."""
        self._line = LiveLine()

    def _tell(self, is_within: bool = False) -> None:
        """Tell how it goes.

        Args:
            is_within: an epoch, so that no loss is new.
        """
        if self._line is not None:
            pace, values = self._pace, self._losses.items()
            told = (f"{clean(name)} {value:.3g}" for name, value in values)
            self._line.show([f"epoch {pace.epoch}/{pace.epochs}", *pace.words, *told])

    def _conclude(self, sentence: str) -> None:
        """Tell how it ended."""
        if self._line is not None:
            self._line.end(sentence)

    def _close(self) -> None:
        """Leave nothing of what was told of a training that has ended."""
        self._close_line()

    def _close_line(self) -> None:
        with self._lock:
            self._ended.set()
            line, self._line = self._line, None
            if line is not None:
                line.close()

    def _look(self, ended: threading.Event, model: keras.Model, thread: int) -> None:
        """Tell how far an epoch is that takes long, until training has ended, in whichever way."""
        while not ended.wait(TICK):
            with self._lock, contextlib.suppress(Exception):
                if ended.is_set():
                    return  # pragma: no cover (training ended between the two lines above)
                if running_fit(model, sys._current_frames().get(thread)) is None:  # an error ended it
                    self._close_line()
                elif time.monotonic() - self._told >= QUIET:
                    self._told = time.monotonic()
                    self._tell(is_within=True)

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
        if not self._is_interrupted and running_fit(self.model, frame) is not None:
            self._stop()
            if cells := watched():
                cells.stop_training()
            return
        self._hear_no_more()
        if callable(before):
            before(number, frame)
        elif before != signal.SIG_IGN:
            raise KeyboardInterrupt


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


def running_fit(model: keras.Model, frame: FrameType | None) -> FrameType | None:
    """Where the model's `fit` runs, seen from a frame; None where it does not."""
    while frame is not None and not (frame.f_code.co_name == "fit" and frame.f_locals.get("self") is model):
        frame = frame.f_back
    return frame


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
