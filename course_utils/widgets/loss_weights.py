"""A slider for the weight of each head's loss, beside what it changes: shares of loss and gradient, and training."""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from course_utils.checks.reasons import reason
from course_utils.signs import plain
from course_utils.widgets.background import Background
from course_utils.widgets.board import number
from course_utils.widgets.scripts import script
from course_utils.widgets.view import View, in_words, sentence
from course_utils.widgets.weighing import EXAMPLES, CannotWeigh, Head, Weighing

if TYPE_CHECKING:
    import keras

_HERE = Path(__file__).parent
_EVERY = 0.2  # seconds between updates
_COARSE = ((0.9, "nearly all"), (0.1, "a part"), (0.01, "little"), (0.0, "almost none"))
_NO_GRADIENT = "How much of the gradient each head has is measured with the TensorFlow backend only."
_NO_RETRAINING = "It cannot be trained anew: Keras cannot make a copy of one of its layers."


@in_words
def loss_weights(model: keras.Model, x: Any, y: Any, validation: Any = None, epochs: int = 3) -> View:
    """Let the weights of a model's losses be chosen, as the last line of a cell.

    Beside each head's slider stand its loss, its share of the weighted total and its share of the gradient that reaches
    the trunk, the weights which lead to two heads or more; all measured once, on at most 256 examples, with the model
    as it is. A button trains a fresh copy with the chosen weights, from the same start each time.

    Args:
        model: compiled, with two outputs or more; it is not changed.
        x: inputs, as `fit` takes them.
        y: targets: a dict by output, or a list in the order of the outputs.
        validation: inputs and targets that trainings are judged on; else they are judged on `x` and `y`.
        epochs: of each training, 1 to 1000, in batches of 32.

    Returns:
        What the notebook displays; in place of the widget a sentence, where something is in its way.
    """
    try:
        if isinstance(epochs, bool) or not isinstance(epochs, int) or not 1 <= epochs <= 1000:
            raise CannotWeigh(f"`epochs` must be a whole number from 1 to 1000; this is {epochs!r}.")
        weighing = Weighing(model, x, y, validation)
    except CannotWeigh as error:
        return sentence(str(error))
    judged = "training" if validation is None else "validation"
    return View(LossWeights(weighing, epochs, judged), _still(weighing.heads), _words(weighing.heads))


class LossWeights(anywidget.AnyWidget):
    """The widget. The browser computes shares, so that they follow a slider at once; Python trains.

    Args:
        weighing: what was measured, and the copy to train.
        epochs: of each training.
        judged: on which data: "validation" or "training".
    """

    _esm = script("loss_weights")
    _css = _HERE / "loss_weights.css"
    heads: traitlets.List[Any] = traitlets.List().tag(sync=True)
    weights: traitlets.List[Any] = traitlets.List().tag(sync=True)
    runs: traitlets.List[Any] = traitlets.List().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    judged = traitlets.Unicode().tag(sync=True)
    can_train = traitlets.Bool().tag(sync=True)
    notes: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(self, weighing: Weighing, epochs: int, judged: str) -> None:
        self._background = Background()
        self._weighing: Weighing | None = weighing
        self._epochs = epochs
        heads = weighing.heads
        notes = [_measured_on(), _NO_GRADIENT if heads[0].gradient is None else ""]
        notes.append("" if weighing.is_trainable else _NO_RETRAINING)
        super().__init__(
            heads=[{"name": head.name, "loss": head.loss, "gradient": head.gradient} for head in heads],
            weights=[head.weight for head in heads],
            shown={"done": 0, "all": 1, "news": ""},
            judged=judged,
            can_train=weighing.is_trainable,
            notes=[note for note in notes if note],
        )
        self.on_msg(self._hear)

    def close(self) -> None:
        """End training with the widget, and let the copy go."""
        self._background.stop()
        self._weighing = None
        super().close()

    def _hear(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        """Begin or end; at once, since JupyterLab sends all messages of widgets through one subshell."""
        self.send({"heard": True})  # who waits for an answer learns that the kernel runs
        weighing = self._weighing
        if content.get("stop"):
            self._background.stop()
        elif "train" in content and weighing is not None and weighing.is_trainable:
            weights = content["train"]  # what the sliders show: this message may overtake their own
            self._background.start(lambda stopped: self._train(weighing, weights, stopped))

    def _train(self, weighing: Weighing, weights: Sequence[float], stopped: Callable[[], bool]) -> None:
        shown_at = 0.0

        def tell(done: int, all: int) -> None:
            nonlocal shown_at
            if time.monotonic() >= shown_at + _EVERY:
                self.shown = {"done": done, "all": all, "news": f"Training for {_epochs(self._epochs)}"}
                shown_at = time.monotonic()

        try:
            losses = weighing.train(weights, self._epochs, stopped, tell)
        except Exception as error:  # the thread has nobody to tell it to
            self.shown = {"done": 0, "all": 1, "news": f"Training failed: {reason(error)}"}
            return
        how = "stopped early" if stopped() else _epochs(self._epochs)
        self.runs = [*self.runs, {"how": how, "weights": weights, "losses": [_loss(loss) for loss in losses]}]
        self.shown = {"done": 0, "all": 1, "news": f"Run {len(self.runs)} ended: {how}."}


def _epochs(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"


def _loss(value: float) -> str:
    """To three digits at least; a large one without a power of ten."""
    return f"{value:,.0f}" if 1e3 <= value < 1e7 else number(value)


def _measured_on() -> str:
    return f"Measured on at most {EXAMPLES} examples, with the model's weights as they are."


def _shares(values: Sequence[float]) -> list[str]:
    """Each part of a sum, in a coarse word and, as what is measured, in per cent."""
    total = sum(map(abs, values))
    if not total:
        return ["none" for _ in values]
    return [
        f"{next(words for least, words in _COARSE if abs(value) / total >= least)} (measured: {abs(value) / total:.0%})"
        for value in values
    ]


def _table(heads: Sequence[Head]) -> list[list[str]]:
    columns = [
        ["head", *(head.name for head in heads)],
        ["weight", *(f"{head.weight:.3g}" for head in heads)],
        ["loss", *(f"(measured: {_loss(head.loss)})" for head in heads)],
        ["share of the weighted loss", *_shares([head.weight * head.loss for head in heads])],
    ]
    gradients = [head.weight * head.gradient for head in heads if head.gradient is not None]
    if gradients:
        columns.append(["share of the trunk's gradient", *_shares(gradients)])
    return [list(row) for row in zip(*columns, strict=True)]


def _notes(heads: Sequence[Head]) -> str:
    return _measured_on() if heads[0].gradient is not None else f"{_measured_on()} {_NO_GRADIENT}"


def _words(heads: Sequence[Head]) -> str:
    names, *rows = _table(heads)
    lines = [
        f"{row[0]}: " + ", ".join(f"{name} {value}" for name, value in zip(names[1:], row[1:], strict=True))
        for row in rows
    ]
    return plain("\n".join(["What each head counts for:", *lines, _notes(heads)]))


def _still(heads: Sequence[Head]) -> str:
    names, *rows = _table(heads)
    head = "".join(_cell("th", name, ' scope="col"') for name in names)
    lines = ([_cell("th", name, ' scope="row"'), *(_cell("td", value) for value in values)] for name, *values in rows)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in lines)
    # The first line is what JupyterLab shows of an output that is folded.
    return (
        "What each head counts for:\n"
        f"<table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table><p>{_notes(heads)}</p>"
    )


def _cell(tag: str, text: str, attributes: str = "") -> str:
    return f'<{tag}{attributes} style="text-align:left">{html.escape(text)}</{tag}>'
