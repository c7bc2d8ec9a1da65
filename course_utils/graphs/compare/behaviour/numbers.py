"""Whether two models gave the same numbers, as far as float32 can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.graphs.compare.behaviour.weights import Match

_ALLOWED = 20  # times as much as rounding changes
_CANCELLED = 1e-6  # of the largest number in calm rows: `(1 + tanh(x / 2)) / 2` cannot tell 1e-9 from 0, a sigmoid can


def same_changes(
    pairs: Sequence[Match], mine: Mapping[int, np.ndarray | None], theirs: Mapping[int, np.ndarray | None]
) -> bool:
    """Whether training does the same to paired variables: gradients, moving means."""
    for pair in pairs:
        found, wanted = mine.get(pair.mine.key), theirs.get(pair.theirs.key)
        if found is None or wanted is None:
            if found is not wanted:
                return False
            continue
        wanted = pair.value(wanted) if wanted.size == np.prod(pair.theirs.shape) else wanted
        if found.size != wanted.size or not np.all(np.isfinite(found) == np.isfinite(wanted)):
            return False
        found, wanted = np.nan_to_num(found).reshape(wanted.shape), np.nan_to_num(wanted)
        if not np.allclose(found, wanted, rtol=1e-3, atol=1e-3 * max(np.abs(wanted).max(initial=0.0), 1e-6)):
            return False
    return True


def are_clearly_apart(mine: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether two results differ by far more than rounding can."""
    if mine.dtype.kind != "f" or not np.isfinite(mine).all() or not np.isfinite(wanted).all():
        return False
    axes = tuple(range(1, mine.ndim)) or None
    return bool(np.any(np.abs(mine - wanted) > 0.05 * np.abs(wanted).max(axis=axes, keepdims=True) + 1e-3))


def where_apart(
    mine: np.ndarray, wanted: np.ndarray, near: np.ndarray, rows: Mapping[int, np.ndarray]
) -> np.ndarray | None:
    """Where two results differ by more than rounding; None if nowhere.

    Args:
        mine: what one gave, shape (batch, …).
        wanted: what the other gave.
        near: what was wanted, computed from numbers that rounding has changed.
        rows: by the size of a batch, which rows hold large numbers.

    In rows with large numbers one may overflow where the other does not: `exp(x) / (1 + exp(x))` is a sigmoid.
    """
    if mine.dtype.kind not in "fiub" or wanted.dtype.kind not in "fiub":
        return None if np.array_equal(mine, wanted) else mine != wanted
    a, b, c = (array.astype("float64") for array in (mine, wanted, near))
    overflows = ~np.isfinite(a) | ~np.isfinite(b)
    is_large = rows[len(a)] if a.ndim and len(a) in rows else np.zeros(len(a) if a.ndim else (), dtype=bool)
    apart = overflows & ~is_large.reshape(*is_large.shape, *[1] * (a.ndim - 1)) & ~_both_same(a, b)
    a, b, c = (np.where(overflows | ~np.isfinite(c), 0.0, array) for array in (a, b, c))
    axes = tuple(range(1, a.ndim)) or None
    allowed = _ALLOWED * np.abs(c - b).max(axis=axes, keepdims=True) + 2e-6 * np.abs(b).max(axis=axes, keepdims=True)
    calm = np.abs(b[~is_large]).max(initial=0.0)
    apart |= np.abs(a - b) > allowed + _CANCELLED * calm + 1e-12
    return apart if apart.any() else None


def _both_same(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (np.isnan(a) & np.isnan(b)) | (a == b)
