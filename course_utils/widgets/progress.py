"""How training is going: live in a notebook, with a button that stops it; in one line in a terminal."""

from __future__ import annotations

import contextlib
import html
import sys
import threading
from typing import Any

from IPython import get_ipython
from IPython.display import display

from course_utils.images import html_image
from course_utils.progress_line import ProgressLine, losses, running_fit
from course_utils.widgets.board import Board
from course_utils.widgets.clicks import kernel
from course_utils.widgets.curves import Points, draw, panels, words


class Progress(ProgressLine):
    """A Keras callback: `model.fit(x, y, verbose=0, callbacks=[Progress()])`.

    While training, a notebook shows the epoch, the time that is left, the losses, their curves and a Stop button; a
    terminal shows a line. When training ends, a sentence takes their place that is the same on every machine, so that
    a stored notebook can be compared. In a notebook a picture of the curves unfolds beside it.

    Who presses Stop ends this training after the batch; weights and history are kept. Who interrupts the kernel ends
    training, not the cell: what follows works with what was learned, and further trainings of the same cell end after
    one epoch. A second interrupt ends the cell as usual.

    Args:
        what: begins that sentence.
        interruptible: whether Stop and an interrupt end training only; else there is no Stop, and an interrupt is
            raised as ever.
        picture: whether the curves are left.
    """

    def __init__(self, what: str = "Trained", interruptible: bool = True, picture: bool = True) -> None:
        super().__init__(what, interruptible)
        self.picture = picture
        self._curves: dict[str, Points] = {}
        self._board: Board | None = None
        self._thread = threading.current_thread()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Say with which epoch training begins."""
        is_first = self._pace.first is None
        super().on_epoch_begin(epoch, logs)
        if is_first and self._board is not None:
            with self._lock, contextlib.suppress(Exception):
                self._tell(is_within=True)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the losses, and show them a few times a second at most."""
        for name, value in losses(logs or {}).items():
            self._curves.setdefault(name, []).append((epoch + 1, value))
        super().on_epoch_end(epoch, logs)

    def _open(self) -> None:
        self._curves = {}
        self._thread = threading.current_thread()
        super()._open()  # the sentence may be a line, and begins one also where others have left theirs open
        if kernel() is not None:
            _watch_cells()
            _close_abandoned()
            stop = self._stop if self.interruptible else None
            self._board = Board(stop, self.interruptible and self._thread is threading.main_thread())
            _running.add(self)

    def _tell(self, is_within: bool = False) -> None:
        if self._board is not None:
            self._board.tell(self._pace, None if is_within else panels(self._curves))
        elif kernel() is None:
            super()._tell(is_within)

    def _conclude(self, sentence: str) -> None:
        left: Trained | None = None
        if self.picture and self._curves and kernel() is not None:
            with contextlib.suppress(Exception):  # without the picture, then
                shown = panels(self._curves)
                left = Trained(sentence, draw(shown, (self._pace.first or 0) + 1, self._pace.epoch), words(shown))
        self._close_board()
        if left is not None:
            display(left)
        else:
            super()._conclude(sentence)

    def _close(self) -> None:
        self._close_board()
        super()._close()

    def _close_board(self) -> None:
        _running.discard(self)
        with self._lock:
            board, self._board = self._board, None
        if board is not None:
            with contextlib.suppress(Exception):
                board.close()

    def _is_abandoned(self) -> bool:
        """Whether training ended without a word, by an error."""
        if self._thread is threading.current_thread():
            return running_fit(self.model, sys._getframe()) is None
        return not self._thread.is_alive()


_BESIDE = "display:inline-block;vertical-align:top;margin-left:.4em"  # the sentence


class Trained:
    """That a training ended, and its curves, folded.

    Args:
        sentence: how it ended.
        svg: the curves.
        alt: the curves in words.
    """

    def __init__(self, sentence: str, svg: str, alt: str) -> None:
        self.sentence = sentence
        self.svg = svg
        self.alt = alt

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        sentence = html.escape(self.sentence)
        image = html_image(self.svg.encode(), "svg+xml", self.alt)
        curves = f'<details style="{_BESIDE}"><summary style="cursor:pointer">curves</summary>{image}</details>'
        # The first line is what JupyterLab shows of an output that is folded.
        return {"text/html": f"{sentence}\n{curves}", "text/plain": repr(self)}

    def __repr__(self) -> str:
        """The sentence and the words."""
        return f"{self.sentence}\n{self.alt}"


_running: set[Progress] = set()
_shells: list[Any] = []  # whose cells are followed


def _watch_cells() -> None:
    """Close what a cell leaves open that ended with an error."""
    shell = get_ipython()
    if shell not in _shells:
        shell.events.register("post_run_cell", lambda result: _close_abandoned())
        _shells.append(shell)


def _close_abandoned() -> None:
    for progress in [*_running]:
        if progress._is_abandoned():
            progress._close()
