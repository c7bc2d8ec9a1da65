"""Every merge of two vectors, side by side, while the vectors are changed."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import keras
import numpy as np
import traitlets
from keras import layers

from course_utils.markup import first_line
from course_utils.signs import plain
from course_utils.widgets.scripts import script
from course_utils.widgets.view import View, in_words, sentence

LONGEST = 3  # numbers in a vector
LARGEST, STEP = 5.0, 0.5  # of a number, either side of 0, and how far a slider moves it
_HERE = Path(__file__).parent
# Each layer has a name of its own: those that Keras counts up are left for the learner's layers.
_LAYERS: dict[str, Callable[[], keras.Layer]] = {
    "add": lambda: layers.Add(name="add"),
    "subtract": lambda: layers.Subtract(name="subtract"),
    "multiply": lambda: layers.Multiply(name="multiply"),
    "average": lambda: layers.Average(name="average"),
    "maximum": lambda: layers.Maximum(name="maximum"),
    "minimum": lambda: layers.Minimum(name="minimum"),
    "concatenate": lambda: layers.Concatenate(axis=1, name="concatenate"),
    "dot": lambda: layers.Dot(axes=1, name="dot"),
    "cosine": lambda: layers.Dot(axes=1, normalize=True, name="cosine"),
}
_CAPTION = "dot has axes=1; cosine is dot with normalize=True as well"
_HEAD = ("merge", "shape", "numbers, or Keras's error")


@dataclass(frozen=True)
class Merged:
    """What Keras makes of two vectors by one merge: a shape and numbers, or an error."""

    name: str
    shape: tuple[int | None, ...] = ()
    """Of the symbolic tensor; its first axis is the batch's."""
    numbers: tuple[float, ...] = ()
    """Of the one example, float32."""
    error: str = ""
    """The first line of Keras's message."""

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of the table: name, shape and numbers, or name and error."""
        if self.error:
            return self.name, self.error
        return self.name, str(self.shape), "  ".join(map(_words, self.numbers))


def merged(a: Sequence[float], b: Sequence[float]) -> list[Merged]:
    """Merge two vectors in every way, by Keras's own layers.

    Args:
        a: the first vector; a merge in which the order matters begins with it.
        b: the second.

    Returns:
        One result a merge, in the order of lesson 03.
    """
    symbols = [keras.Input((len(vector),), name=name) for name, vector in (("a", a), ("b", b))]
    arrays = [np.array([vector], dtype="float32") for vector in (a, b)]
    return [_merged(name, make(), symbols, arrays) for name, make in _LAYERS.items()]


def _merged(name: str, layer: keras.Layer, symbols: Sequence[Any], arrays: Sequence[np.ndarray]) -> Merged:
    try:
        shape = layer(symbols).shape
        numbers = keras.ops.convert_to_numpy(layer(arrays))[0]
    except ValueError as error:
        return Merged(name, error=first_line(error))
    return Merged(name, tuple(shape), tuple(map(float, numbers)))


@in_words
def merges(a: Sequence[float] = (1, 2, -1), b: Sequence[float] = (2, -1, 1)) -> View:
    """Show every merge of two vectors, with sliders for their lengths and numbers.

    Args:
        a: where the first vector begins: 1 to 3 numbers from -5 to 5, in steps of 0.5.
        b: where the second begins.

    Returns:
        What the notebook displays: sliders, and a table of shapes, numbers and errors. Nothing is raised: vectors that
        cannot be shown are told in a sentence.
    """
    vectors = []
    for name, given in (("a", a), ("b", b)):
        vector = _vector(given)
        if vector is None:
            numbers = f"1 to {LONGEST} numbers from {-LARGEST:.0f} to {LARGEST:.0f}, in steps of {STEP}"
            return sentence(f"`{name}` cannot be shown here: a vector has {numbers}.")
        vectors.append(vector)
    first, second = vectors
    found = merged(first, second)
    return View(_Merges(a=first, b=second), _html(first, second, found), _text(first, second, found))


class _Merges(anywidget.AnyWidget):
    """The sliders, in the browser; what they give is computed here."""

    _esm = script("merges")
    _css = _HERE / "merges.css"
    a = traitlets.List(traitlets.Float()).tag(sync=True)
    b = traitlets.List(traitlets.Float()).tag(sync=True)
    limits = traitlets.Dict({"longest": LONGEST, "largest": LARGEST, "step": STEP}).tag(sync=True)
    caption = traitlets.Unicode(_CAPTION).tag(sync=True)
    head = traitlets.List(list(_HEAD)).tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    """The sentence above the table, and its rows: of three cells, or of a name and an error."""

    def __init__(self, **state: Any) -> None:
        super().__init__(**state)
        self._compute()
        self.observe(lambda _: self._compute(), ["a", "b"])

    def _compute(self) -> None:
        found = merged(self.a, self.b)
        self.shown = {
            "sentence": _sentence(self.a, self.b, found),
            "rows": [one.cells for one in found],
        }


def _sentence(a: Sequence[float], b: Sequence[float], found: Sequence[Merged]) -> str:
    possible = sum(not one.error for one in found)
    count = "Every merge is" if possible == len(found) else f"{possible} of {len(found)} merges are"
    stretched = " Keras stretches the single number." if len(a) != len(b) and 1 in (len(a), len(b)) else ""
    return f"a has shape (None, {len(a)}), b has shape (None, {len(b)}). {count} possible.{stretched}"


def _vectors(a: Sequence[float], b: Sequence[float]) -> Iterator[str]:
    for name, vector in (("a", a), ("b", b)):
        yield f"{name} = ({', '.join(map(_words, vector))})"


def _html(a: Sequence[float], b: Sequence[float], found: Sequence[Merged]) -> str:
    style = 'style="text-align:left;white-space:pre-wrap"'
    head = "".join(f'<th scope="col" {style}>{html.escape(name)}</th>' for name in _HEAD)
    rows = ""
    for name, *values in (one.cells for one in found):
        span = ' colspan="2"' if len(values) == 1 else ""
        cells = "".join(f"<td{span} {style}>{html.escape(value)}</td>" for value in values)
        rows += f'<tr><th scope="row" {style}>{name}</th>{cells}</tr>'
    return (
        f"<p>{'; '.join(_vectors(a, b))}<br>{_sentence(a, b, found)}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><p>{_CAPTION}</p>"
    )


def _text(a: Sequence[float], b: Sequence[float], found: Sequence[Merged]) -> str:
    rows = [_HEAD, *(one.cells for one in found)]
    widths = [max(len(row[column]) for row in rows if len(row) == len(_HEAD)) + 2 for column in (0, 1)]
    lines = ["".join(f"{cell:{width}}" for cell, width in zip(row, (*widths, 0), strict=False)) for row in rows]
    return plain("\n".join(["; ".join(_vectors(a, b)), _sentence(a, b, found), *lines, _CAPTION]))


def _words(number: float) -> str:
    # What float32 leaves of a 0, and the sign of -0, say nothing about the merge.
    return f"{round(number, 6) + 0.0:.3g}"


def _vector(given: Any) -> list[float] | None:
    """Numbers that the sliders reach; None where something else was given."""
    try:
        numbers = [float(number) for number in given]
    except (TypeError, ValueError, OverflowError):
        return None
    is_reached = all(
        math.isfinite(number) and abs(number) <= LARGEST and (number / STEP).is_integer() for number in numbers
    )
    return numbers if 1 <= len(numbers) <= LONGEST and is_reached else None
