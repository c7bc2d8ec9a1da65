"""Two networks learn one curve side by side, each with settings that a learner chooses."""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from course_utils.data import waves
from course_utils.images import html_image
from course_utils.widgets.background import Background
from course_utils.widgets.fitted import CURVES, alt, draw
from course_utils.widgets.fitting import ACTIVATIONS, OPTIMIZERS, STARTS, Fit, Setting, train
from course_utils.widgets.scripts import script
from course_utils.widgets.view import View, in_words, sentence

_HERE = Path(__file__).parent
_LECTURE = Setting(2, 32, "sigmoid", "uniform", "rmsprop", 0.001)
_BETTER = Setting(2, 32, "tanh", "glorot_uniform", "adam", 0.01)
_SIDES = "AB"
_EPOCHS = 100
_FIRST = 16  # epochs when it is called: enough to tell the two settings apart, in a few seconds
_EVERY = 0.2  # seconds between updates
_CHOICES = {
    "depth": ("hidden layers", [(str(n), n) for n in (1, 2, 3, 4)]),
    "units": ("units of each", [(str(n), n) for n in (1, 2, 4, 8, 16, 32, 64, 128)]),
    "activation": ("activation", [(name, name) for name in ACTIVATIONS]),
    "start": ("start", [(words, name) for name, words in STARTS.items()]),
    "optimizer": ("optimizer", [(name, name) for name in OPTIMIZERS]),
    "rate": ("learning rate", [(f"{rate:g}", rate) for rate in (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)]),
}


@in_words
def fit_a_curve(curve: str = "sin") -> View:
    """Let two networks learn a curve side by side, as the last line of a cell.

    For each of the two, A and B, one chooses depth, units, activation, initialisation, optimizer and learning rate;
    they are trained on the data of `data.waves.make()`, for at most 100 epochs in batches of 32, and drawn while they
    learn. At the call both are trained for 16 epochs, A with the lecture's settings, B with better ones.

    Args:
        curve: "sin" for sin(2πx), "exp" for exp(x); it can be changed afterwards.

    Returns:
        What the notebook displays. No random state, name or model of the caller is touched.
    """
    if curve not in CURVES:
        return sentence(f"fit_a_curve knows the curves {' and '.join(map(repr, CURVES))}; this is {curve!r}.")
    fits: list[Fit] = []
    first = Background()
    first.start(lambda stopped: train(curve, (_LECTURE, _BETTER), _FIRST, stopped, lambda now: _keep(fits, now)))
    first.join()
    return View(FitACurve(curve, fits), _still(curve, fits), _words(curve, fits))


def _keep(fits: list[Fit], now: Sequence[Fit]) -> None:
    fits[:] = now


class FitACurve(anywidget.AnyWidget):
    """The widget: settings go to Python, pictures and words come from it.

    It is drawn by a script of its own: a control within a cell gets arrows and Enter only where it switches
    JupyterLab's shortcuts off, which those of ipywidgets do not.
    """

    _esm = script("fit_a_curve")
    _css = _HERE / "fit_a_curve.css"
    choices = traitlets.Dict().tag(sync=True)
    curve = traitlets.Unicode().tag(sync=True)
    settings: traitlets.List[Any] = traitlets.List().tag(sync=True)
    panels: traitlets.List[Any] = traitlets.List().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, curve: str, fits: Sequence[Fit]) -> None:
        self._background = Background()
        super().__init__(
            choices={"curve": ("curve", [(waves.FORMULAS[name], name) for name in CURVES]), **_CHOICES},
            curve=curve,
            settings=[asdict(fit.setting) for fit in fits],
            panels=_panels(curve, fits),
            shown={"done": 0, "epochs": _EPOCHS, "news": f"Both were trained for {_FIRST} epochs."},
        )
        self.on_msg(self._hear)

    def close(self) -> None:
        """End training with the widget."""
        self._background.stop()
        super().close()

    def _hear(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        """Begin or end; at once, since JupyterLab sends all messages of widgets through one subshell."""
        self.send({"heard": True})  # who waits for an answer learns that the kernel runs
        if content.get("stop"):
            self._background.stop()
        elif chosen := content.get("train"):  # with the choices, which this message may overtake
            curve, settings = chosen["curve"], [Setting(**setting) for setting in chosen["settings"]]
            self._background.start(lambda stopped: self._train(curve, settings, stopped))

    def _train(self, curve: str, settings: Sequence[Setting], stopped: Callable[[], bool]) -> None:
        fits: list[Fit] = []
        shown_at = 0.0

        def tell(now: Sequence[Fit]) -> None:
            nonlocal shown_at
            _keep(fits, now)
            if time.monotonic() >= shown_at + _EVERY:
                self._show(curve, fits, "Training")
                shown_at = time.monotonic()

        self.shown = {"done": 0, "epochs": _EPOCHS, "news": "Training"}
        try:
            train(curve, settings, _EPOCHS, stopped, tell)
        except Exception as error:  # the thread has nobody to tell it to
            self.shown = {**self.shown, "news": f"Training failed: {type(error).__name__}."}
            return
        self._show(curve, fits, _end(fits))

    def _show(self, curve: str, fits: Sequence[Fit], news: str) -> None:
        with self.hold_sync():
            self.panels = _panels(curve, fits)
            self.shown = {"done": max(fit.epochs for fit in fits), "epochs": _EPOCHS, "news": news}


def _end(fits: Sequence[Fit]) -> str:
    if all(fit.is_lost for fit in fits):
        return "Both are lost."
    done = max(fit.epochs for fit in fits)
    return f"Trained for {_EPOCHS} epochs." if done == _EPOCHS else f"Stopped after {done} of {_EPOCHS} epochs."


def _panels(curve: str, fits: Sequence[Fit]) -> list[dict[str, str]]:
    return [
        {"svg": draw(curve, fit), "alt": alt(curve, fit), "trained": str(fit.setting), "words": fit.sentence}
        for fit in fits
    ]


def _head(curve: str) -> str:
    return f"Two networks learn {waves.FORMULAS[curve]}: A with the lecture's settings, B with better ones."


def _words(curve: str, fits: Sequence[Fit]) -> str:
    head = _head(curve)
    return "\n".join(
        [head, *(f"{side}: {fit.setting}. {fit.sentence}" for side, fit in zip(_SIDES, fits, strict=True))]
    )


def _still(curve: str, fits: Sequence[Fit]) -> str:
    sides = "".join(
        f'<div style="flex:1 1 300px;max-width:420px"><p><b>{side}</b>: {html.escape(str(fit.setting))}.</p>'
        f"{html_image(draw(curve, fit).encode(), 'svg+xml', alt(curve, fit))}<p>{html.escape(fit.sentence)}</p></div>"
        for side, fit in zip(_SIDES, fits, strict=True)
    )
    # The first line is what JupyterLab shows of an output that is folded.
    return f'{html.escape(_head(curve))}\n<div style="display:flex;flex-wrap:wrap;gap:4px 24px">{sides}</div>'
