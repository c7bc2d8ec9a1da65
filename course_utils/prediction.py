"""A learner's prediction, met by what came out."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from typing import Any

LONGEST = 80  # characters of what a learner typed


class Prediction:
    """What was predicted in one line, and what it is in the next.

    JupyterLab shows the first line of an output that is folded, so that line never tells the answer.
    """

    def __init__(self, said: str, answer: str, is_right: bool) -> None:
        self.said = said
        self.answer = answer
        self.is_right = is_right

    def __repr__(self) -> str:
        """Both lines."""
        return f"{self.said}\n{self.answer}"


def predicted(prediction: Any, actual: Any) -> Prediction:
    """Meet a prediction, as the last line of the cell that computes what was asked.

        prediction = ...
        predicted(prediction, model.count_params())

    Args:
        prediction: what the learner typed; `...` stands for nothing. A number may be text such as `"2,080"` or
            `"95 %"`, a shape a list, a yes or no True, False or the word. Nothing that is typed raises an error.
        actual: a number, a shape, a word, a set of words, True or False.

    Returns:
        What the notebook displays, in two lines: "You said 2,000." and "It is 2,080."
    """
    actual = _plain(actual)
    shown = _words(actual)
    if prediction is ... or prediction is None:
        return Prediction("You made no prediction.", f"It is {shown}.", is_right=False)
    try:
        said = _plain(prediction)
        is_right = _same(_like(said, actual), actual)
        words = _words(said)
    except Exception:
        is_right, words = False, f"something of type {type(prediction).__name__}"
    return Prediction(f"You said {words}.", "So it is." if is_right else f"It is {shown}.", is_right)


def _plain(value: Any) -> Any:
    """Arrays, tensors' shapes and scalars of any library as Python's own values; sequences as tuples."""
    if hasattr(value, "as_list"):
        value = value.as_list()
    elif hasattr(value, "tolist"):
        value = value.tolist()
    elif hasattr(value, "numpy"):
        value = value.numpy().tolist()
    if isinstance(value, (set, frozenset)):
        return frozenset(value)
    return tuple(_plain(item) for item in value) if isinstance(value, (list, tuple)) else value


def _like(said: Any, actual: Any) -> Any:
    """What was typed, as a value of the kind that was asked for, where it can be read so."""
    if isinstance(actual, frozenset):
        parts = re.split(r",| and ", said) if isinstance(said, str) else said
        return frozenset(part.strip().casefold() for part in parts) - {"none", "neither"}
    if isinstance(said, str) and not isinstance(actual, str):
        text = said.strip().casefold().rstrip(".!")
        if isinstance(actual, bool):
            return {"yes": True, "true": True, "no": False, "false": False}.get(text, said)
        if isinstance(actual, (int, float)):
            number = text.replace(",", "").replace(" ", "")
            try:
                return float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
            except ValueError:
                return said
        try:
            return _plain(ast.literal_eval(text.replace("none", "None")))
        except (ValueError, SyntaxError):
            return said
    if isinstance(said, tuple) and len(said) == 1 and not isinstance(actual, tuple):
        return said[0]
    if isinstance(actual, tuple) and len(actual) == 1 and not isinstance(said, tuple):
        return (said,)
    return said


def _same(said: Any, actual: Any) -> bool:
    if isinstance(said, str) and isinstance(actual, str):
        said, actual = (" ".join(text.split()).casefold().rstrip(".!") for text in (said, actual))
        return bool(said == actual)
    if isinstance(said, bool) != isinstance(actual, bool):
        return False
    if isinstance(said, (int, float)) and isinstance(actual, (int, float)):
        return math.isclose(said, actual, rel_tol=1e-9)
    if isinstance(said, tuple) and isinstance(actual, tuple):
        return len(said) == len(actual) and all(map(_same, said, actual))
    return bool(said == actual)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, Mapping):
        text = ", ".join(f"{key} {_words(item)}" for key, item in value.items())
    elif isinstance(value, frozenset):
        text = " and ".join(sorted(map(str, value))) or "none"
    else:
        text = str(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
