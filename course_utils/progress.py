"""How training is going, in one line that updates in place."""

from __future__ import annotations

import sys
import time
from typing import Any

import keras

WIDTH = 79
EVERY = 0.2  # seconds between updates: fast enough to feel live, slow enough to cost nothing


class Progress(keras.callbacks.Callback):
    """A Keras callback: `model.fit(x, y, verbose=0, callbacks=[Progress()])`.

    While training, one line shows the epoch, the time that is left and the losses. When training ends it is
    replaced by a sentence that is the same on every machine, so that a stored notebook can be compared.

    Args:
        what: begins that sentence.
    """

    def __init__(self, what: str = "Trained") -> None:
        super().__init__()
        self.what = what
        self._started = 0.0
        self._shown = 0.0
        self._first: int | None = None
        self._epoch = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock."""
        self._started = self._shown = time.monotonic()
        self._first, self._epoch = None, 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note where training begins: not at the first epoch, if it goes on from `initial_epoch`."""
        if self._first is None:
            self._first = epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Update the line, a few times a second at most."""
        self._epoch = epoch + 1
        now = time.monotonic()
        if now - self._shown < EVERY:
            return
        self._shown = now
        epochs = self.params.get("epochs") or self._epoch
        done = self._epoch - (self._first or 0)
        left = (now - self._started) / done * (epochs - self._epoch)
        values = "  ".join(f"{name} {float(value):.3g}" for name, value in (logs or {}).items() if _is_loss(name))
        self._write(f"epoch {self._epoch}/{epochs}  {left:.0f} s left  {values}")

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Replace the line by the same sentence on every machine."""
        epochs = 0  # that were to be run: none, where `initial_epoch` is the last one already
        if self._first is not None:
            epochs = (self.params.get("epochs") or self._epoch) - self._first
        early = " at most" if self.model.stop_training else ""
        self._write(f"{self.what} for {epochs} epoch{'s' if epochs != 1 else ''}{early}.\n")

    def _write(self, text: str) -> None:
        # A shorter line does not cover a longer one: blank the line first.
        sys.stdout.write(f"\r{'':{WIDTH}}\r{text[:WIDTH]}")
        sys.stdout.flush()


def _is_loss(name: str) -> bool:
    return name.endswith("loss")
