"""Answers that are values: a number, a shape, a word, arrays, a dictionary of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.checks.criterion import LOOK, Attempt, Criterion, parts_of
from course_utils.checks.result import Finding
from course_utils.graphs.words.sentences import article


def shown(value: Any) -> str:
    """A value in a few words, short and on one line, whatever it is."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    try:
        text = " ".join(repr(value).split())
    except Exception:
        return article(type(value).__name__)
    return f"`{text}`" if len(text) <= 60 and "`" not in text else article(type(value).__name__)


_LARGEST = 10_000_000  # numbers in a sequence; more would only take memory


def array_of(value: Any) -> np.ndarray | None:
    """A value as an array; None if NumPy makes none of it, or something is masked in it.

    Numbers of other libraries (`Decimal`, `Fraction`, tensors of one number in a list) become floats.
    """
    try:
        if np.ma.is_masked(value) or (isinstance(value, Sequence) and len(value) > _LARGEST):
            return None
        array = np.asarray(value)
        if array.dtype == object and array.size and all(_is_number(part) for part in array.flat):
            are_truths = all(isinstance(part, (bool, np.bool_)) for part in array.flat)
            return array.astype(bool if are_truths else "float64")
        return array
    except Exception:
        return None


def _is_number(value: Any) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, (str, bytes)) and np.ndim(value) == 0


def is_blank(value: Any) -> bool:
    """Whether a value is the `...` of an untouched exercise, or holds nothing else."""
    if value is Ellipsis:
        return True
    parts = parts_of(value)
    return bool(parts) and all(part is Ellipsis for part in parts)


@dataclass
class SameValue(Criterion):
    """The learner's value equals the answer's: a number, a shape, words, an array, a dict of them.

    Take it when the answer is a value: to count, to compute, to name. Its parts are told one by one where it is a dict
    or a list. A value that may be right in several ways takes `Holds`.

    Numbers and arrays within a tolerance, or rounded to two decimals or more; lists and tuples alike; text without
    regard to case and outer space.

    Args:
        name: what is asked, in a few words.
        mistakes: (value, sentence) for the wrong values that are worth their own words.
        tolerance: greatest absolute or relative difference of numbers, where the text gives one.
        look: where to look, added to the sentence for any other wrong value.
        praise: the sentence when it is right.

    Example:
        >>> from course_utils.checks.trying import tell
        >>> from course_utils.checks.values import SameValue
        >>> count = SameValue(
        ...     mistakes=[(8, "8 are the weights; each unit has a bias besides.")], look="Count what each unit reads."
        ... )
        >>> tell(count, 10, answer=10)
        ✓ right.
        >>> tell(count, 8, answer=10)
        ✗ where: this is not as asked yet; look here.
          what: 8 are the weights; each unit has a bias besides.
        >>> tell(count, 12, answer=10)
        ✗ where: this is not as asked yet; look here.
          what: `12` is not it. Count what each unit reads.

    On failure:
        That it is not right, and of a known mistake what it is. "How" would be the answer itself: hints lead to it, and
        `solution()` shows it.
    """

    name: str = "value"
    mistakes: Sequence[tuple[Any, str]] = ()
    tolerance: float = 1e-6
    look: str = ""
    praise: str = "right."
    gives_away = "what"

    def judge(self, attempt: Attempt) -> Finding:
        """Compare, part by part where only a part is filled in."""
        value, target = attempt.value, attempt.target
        if any(part is Ellipsis for part in parts_of(value)):
            return self.found(False, f"{self._progress(value, target)} {self.look}".strip())
        objection = difference(value, target, self.tolerance)
        if objection is None:
            return self.found(True, self.praise)
        where = self._where(value, target)
        if mistake := self.mistaken(value):
            return self.missed(mistake, where)
        if len(parts_of(target)) > 1 and isinstance(target, Mapping) and isinstance(value, Mapping):
            right = sum(self._is_right(value, target, key) for key in target)
            objection = f"{right} of {len(target)} right; {objection}" if right else objection
        return self.missed(f"{objection} {self.look}".strip(), where)

    def mistaken(self, value: Any) -> str:
        """What is said of a value that is one of the known mistakes; nothing of any other."""
        return next((said for wrong, said in self.mistakes if difference(value, wrong, self.tolerance) is None), "")

    def _where(self, value: Any, target: Any) -> str:
        """The first part that is wrong, where the answer has parts with names."""
        if isinstance(target, Mapping) and isinstance(value, Mapping):
            for key in target:
                if key in value and not self._is_right(value, target, key):
                    return f"look at `{key}`."
        return LOOK

    def _is_right(self, value: Any, target: Any, key: Any) -> bool:
        return key in value and difference(value[key], target[key], self.tolerance) is None

    def _progress(self, value: Any, target: Any) -> str:
        """How far a half-filled answer has come, and what is wrong in it."""
        todo = sum(part is Ellipsis for part in parts_of(value))
        given = value if isinstance(value, dict) else dict(enumerate(value))
        listed = np.asarray(target, dtype=object).tolist() if not isinstance(target, Mapping) else []
        wanted = target if isinstance(target, Mapping) else dict(enumerate(listed if isinstance(listed, list) else []))
        right = [key for key in wanted if self._is_right(given, wanted, key)]
        wrong = [key for key in given if given[key] is not Ellipsis and key not in right]
        if not isinstance(value, dict):
            wrong = [key + 1 for key in wrong]
        look = f"; wrong: {', '.join(f'`{key}`' for key in wrong)}" if wrong else ""
        return f"{len(right)} of {max(len(wanted), len(given))} right, {todo} to fill in{look}."


def difference(value: Any, expected: Any, tolerance: float) -> str | None:
    """None when two values are equal; else a sentence that does not give the answer away."""
    if isinstance(expected, Mapping):
        return _mapping_difference(value, expected, tolerance)
    is_equal = _is_same_word(value, expected)
    if is_equal is not None:
        return None if is_equal else f"{shown(value)} is not it."
    return _number_difference(value, expected, tolerance)


def _is_same_word(value: Any, expected: Any) -> bool | None:
    """Whether values that are no numbers are the same: text, truth, None, shapes with an open axis; None for others."""
    if isinstance(expected, str):
        value = _text(value)
        return value is not None and value.strip().casefold() == expected.strip().casefold()
    if expected is None:
        return value is None
    if isinstance(expected, bool):
        array = array_of(value)
        return array is not None and array.dtype == bool and array.shape == () and bool(array) == expected
    if isinstance(expected, (tuple, list)) and any(part is None for part in expected):
        return _axes(value) == tuple(expected)
    return None


def _text(value: Any) -> str | None:
    """Text, of Python or as a single element of an array or a tensor."""
    if isinstance(value, str):
        return value
    array = array_of(value)
    if array is None or array.shape != () or array.dtype.kind not in "USO":
        return None
    one = array.item()
    return one.decode(errors="replace") if isinstance(one, bytes) else one if isinstance(one, str) else None


def _axes(value: Any) -> tuple[Any, ...] | None:
    """A shape as a tuple: of a list, an array with None in it, a `TensorShape`."""
    try:
        sizes = value.as_list() if hasattr(value, "as_list") else value.tolist() if hasattr(value, "tolist") else value
        return tuple(sizes) if isinstance(sizes, (tuple, list)) else None
    except Exception:  # a shape of unknown rank
        return None


def _number_difference(value: Any, expected: Any, tolerance: float) -> str | None:
    found, wanted = array_of(_axes(value) if hasattr(value, "as_list") else value), np.asarray(expected)
    if found is None:
        what = "an array of truth values" if wanted.dtype == bool else "a number or an array"
        return f"{what} was asked for; this is {article(type(value).__name__)}."
    if found.dtype.kind not in "biuf":
        if wanted.dtype.kind not in "biuf":
            is_equal = found.shape == wanted.shape and bool(np.all(found == wanted))
            return None if is_equal else f"{shown(value)} is not it."
        what = "an array of truth values" if wanted.dtype == bool else "a number or an array of numbers"
        return f"{what} was asked for; this is {shown(value)}."
    if found.shape != wanted.shape:
        if wanted.shape == ():
            return f"one number was asked for; this has shape {found.shape}."
        return f"the shape is {found.shape}; it should be {wanted.shape}."
    if not np.all(np.isfinite(found)):
        return "some values are not finite numbers (NaN or infinity)."
    is_right = np.isclose(found, wanted, rtol=tolerance, atol=tolerance) | _is_rounded(found, wanted)
    if np.all(is_right):
        return None
    return f"{shown(value)} is not it." if wanted.shape == () else _count_of_wrong(is_right)


def _count_of_wrong(is_right: np.ndarray) -> str:
    return f"the shape fits, but {int(np.sum(~is_right))} of {is_right.size} values differ."


def _is_rounded(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where a number is the wanted one, rounded to as many decimals as it has, which are two at least."""
    if wanted.dtype.kind != "f" or found.dtype.kind == "b" or found.size > _LARGEST:
        return np.zeros(np.shape(found), dtype=bool)
    decimals = np.array([_decimals(number) for number in found.flat], dtype=int).reshape(found.shape)
    half = 0.5 * 10.0 ** -np.maximum(decimals, 2)
    if found.dtype.kind == "f":  # a half step of what the number is kept in, as of float16
        half = np.maximum(half, 0.5 * np.abs(np.spacing(found)).astype("float64"))
    is_near = np.abs(found.astype("float64") - wanted) <= half * (1 + 1e-6)
    return is_near & ((found != 0) | (wanted == 0))


def _decimals(number: Any) -> int:
    """How many decimals a number is written with."""
    written = np.format_float_positional(number, unique=True, trim="-")
    return len(written.partition(".")[2])


def _mapping_difference(value: Any, expected: Mapping[Any, Any], tolerance: float) -> str | None:
    if not isinstance(value, Mapping):
        return f"a dictionary was asked for; this is {article(type(value).__name__)}."
    if missing := [key for key in expected if key not in value]:
        return f"the key `{missing[0]}` is missing."
    if extra := [key for key in value if key not in expected]:
        return f"the key {shown(extra[0])} does not belong there."
    for key, part in expected.items():
        if (objection := difference(value[key], part, tolerance)) is not None:
            return f"at `{key}`: {objection}"
    return None
