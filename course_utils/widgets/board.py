"""A board in a notebook that shows how a training is going and has it stopped; it goes when training ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import uuid4

import anywidget
import traitlets
from IPython.display import display, update_display

from course_utils.pace import Pace
from course_utils.widgets.clicks import hear, hear_no_more
from course_utils.widgets.curves import Panel, draw
from course_utils.widgets.scripts import script
from course_utils.widgets.view import MIME

_HERE = Path(__file__).parent


class Board(anywidget.AnyWidget):
    """Shown in the cell that runs, from when it is made until it is closed.

    Args:
        stop: called as soon as somebody presses Stop, in another thread; None where there is nothing to press.
        can_interrupt: whether an interrupt of the kernel does the same.
    """

    _esm = script("board")
    _css = _HERE / "board.css"
    can_stop = traitlets.Bool().tag(sync=True)
    hint = traitlets.Unicode().tag(sync=True)
    shown = traitlets.Dict({"done": 0, "epochs": 1, "state": "Training begins"}).tag(sync=True)
    losses = traitlets.Dict().tag(sync=True)
    """`table`, `svg` and `alt`, once there are any."""

    def __init__(self, stop: Callable[[], None] | None, can_interrupt: bool) -> None:
        key = uuid4().hex
        can_stop = stop is not None and hear(key, stop)
        super().__init__(can_stop=can_stop, hint=_hint(can_stop, can_interrupt), model_id=key)
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        display({MIME: view}, raw=True, display_id=key)

    def tell(self, pace: Pace, panels: Sequence[Panel] | None) -> None:
        """Show how it goes.

        Args:
            pace: where training is.
            panels: the losses so far; None where those that are shown are still the newest.
        """
        with self.hold_sync():
            if panels:
                drawn = draw(panels, (pace.first or 0) + 1, pace.epochs)
                self.losses = {"table": _table(panels), "svg": drawn, "alt": "Curves of these losses so far."}
            words = ", ".join([f"Epoch {pace.epoch} of {pace.epochs}", *pace.words])
            self.shown = {"done": pace.done, "epochs": pace.total, "state": words}

    def close(self) -> None:
        """Take it away; nothing of it is left in a notebook that is saved."""
        if self.comm is not None:
            hear_no_more(self.model_id)
            update_display({}, metadata={MIME: {}}, raw=True, display_id=self.model_id)
        super().close()


def _hint(can_stop: bool, can_interrupt: bool) -> str:
    if can_stop:
        return "Stop keeps what was learned" + ("; so does ■, which interrupts the kernel." if can_interrupt else ".")
    return "■ interrupts the kernel: training ends, and what was learned is kept." if can_interrupt else ""


def _table(panels: Sequence[Panel]) -> list[list[str]]:
    """Losses in words, the newest of each curve."""
    measured_on = list(dict.fromkeys(name for panel in panels for name in panel.curves))
    rows = [
        [panel.title, *(number(panel.curves[name][-1][1]) if name in panel.curves else "" for name in measured_on)]
        for panel in panels
    ]
    return [["loss", *measured_on], *rows]


def number(value: float) -> str:
    """A loss to three digits, or in words where it is none."""
    return f"{value:.3g}" if math.isfinite(value) else "not a number (NaN)" if math.isnan(value) else "infinite"
