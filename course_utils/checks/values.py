"""Answers that are values: a number, a shape, a word, arrays, a dictionary of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.result import Finding


def shown(value: Any) -> str:
    """A value in a few words, short and on one line, whatever it is."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    try:
        text = " ".join(repr(value).split())
    except Exception:
        return f"a {type(value).__name__}"
    return f"`{text}`" if len(text) <= 60 and "`" not in text else f"a {type(value).__name__}"


def array_of(value: Any) -> np.ndarray | None:
    """A value as an array; None if NumPy makes none of it, or something is masked in it."""
    try:
        return None if np.ma.is_masked(value) else np.asarray(value)
    except Exception:
        return None


def is_blank(value: Any) -> bool:
    """Whether a value is, or directly holds, the `...` of an untouched exercise."""
    if value is Ellipsis:
        return True
    parts = value.values() if type(value) is dict else value if type(value) in (list, tuple) else ()
    return any(part is Ellipsis for part in parts)


@dataclass
class SameValue(Criterion):
    """The learner's value equals the answer's.

    Numbers and arrays within a tolerance; lists and tuples alike; text without regard to case and outer space.

    Args:
        name: what is asked, in a few words.
        mistakes: (value, sentence) for the wrong values that are worth their own words.
        tolerance: greatest absolute or relative difference of numbers.
        look: where to look, added to the sentence for any other wrong value.
    """

    name: str = "value"
    mistakes: Sequence[tuple[Any, str]] = ()
    tolerance: float = 1e-6
    look: str = ""
    praise: str = "right."

    def judge(self, attempt: Attempt) -> Finding:
        """Compare."""
        objection = difference(attempt.value, attempt.target, self.tolerance)
        if objection is None:
            return self.found(True, self.praise)
        for wrong, message in self.mistakes:
            if difference(attempt.value, wrong, self.tolerance) is None:
                return self.found(False, message)
        return self.found(False, f"{objection} {self.look}".strip())


def difference(value: Any, expected: Any, tolerance: float) -> str | None:
    """None when two values are equal; else a sentence that does not give the answer away."""
    if isinstance(expected, Mapping):
        return _mapping_difference(value, expected, tolerance)
    if isinstance(expected, str):
        is_equal = isinstance(value, str) and value.strip().casefold() == expected.strip().casefold()
        return None if is_equal else f"{shown(value)} is not it."
    if isinstance(expected, bool) or expected is None:
        is_equal = value is None if expected is None else isinstance(value, (bool, np.bool_)) and value == expected
        return None if is_equal else f"{shown(value)} is not it."
    if _has_none(expected):
        is_equal = isinstance(value, (tuple, list)) and tuple(value) == tuple(expected)
        return None if is_equal else f"{shown(value)} is not it."
    found = array_of(value)
    if found is None:
        return f"a number or an array was asked for; this is a {type(value).__name__}."
    wanted = np.asarray(expected)
    if found.dtype.kind not in "biuf":
        if wanted.dtype.kind not in "biuf":
            is_equal = found.shape == wanted.shape and bool(np.all(found == wanted))
            return None if is_equal else f"{shown(value)} is not it."
        return f"a number or an array of numbers was asked for; this is {shown(value)}."
    if found.shape != wanted.shape:
        if wanted.shape == ():
            return f"one number was asked for; this has shape {found.shape}."
        return f"the shape is {found.shape}; it should be {wanted.shape}."
    if not np.all(np.isfinite(found)):
        return "some values are not finite numbers (NaN or infinity)."
    if np.allclose(found, wanted, rtol=tolerance, atol=tolerance):
        return None
    if wanted.shape == ():
        return f"{shown(value)} is not it."
    wrong = int(np.sum(~np.isclose(found, wanted, rtol=tolerance, atol=tolerance)))
    return f"the shape fits, but {wrong} of {wanted.size} values differ."


def _has_none(expected: Any) -> bool:
    return isinstance(expected, (tuple, list)) and any(part is None for part in expected)


def _mapping_difference(value: Any, expected: Mapping[Any, Any], tolerance: float) -> str | None:
    if not isinstance(value, Mapping):
        return f"a dictionary was asked for; this is a {type(value).__name__}."
    if missing := [key for key in expected if key not in value]:
        return f"the key `{missing[0]}` is missing."
    if extra := [key for key in value if key not in expected]:
        return f"the key {shown(extra[0])} does not belong there."
    for key, part in expected.items():
        if (objection := difference(value[key], part, tolerance)) is not None:
            return f"at `{key}`: {objection}"
    return None
