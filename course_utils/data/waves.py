"""Curves on [0, 1]: one number in, one or several numbers out (lecture examples L8, L9 and L16).

The training points stand at equal distances, the validation points are drawn at random and sorted, as in the lecture.
L8 and L9 learn sin(2πx); L16 learns sin(2πx) and exp(x) with one model.

What can be reached, as mean squared error on the validation points: with x, only the noise stays, so its variance;
without it, a constant at best, the mean of the curve, so the curve's variance for x uniform on [0, 1] and the noise's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .dataset import Dataset, Split, check_range

FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sin": lambda x: np.sin(2 * np.pi * x),
    "cos": lambda x: np.cos(2 * np.pi * x),
    "exp": np.exp,
    "square": lambda x: (2 * x - 1) ** 2,
}
"""The curves, by the name of their target."""
FORMULAS = {"sin": "sin(2πx)", "cos": "cos(2πx)", "exp": "exp(x)", "square": "(2x − 1)²"}
"""The same curves, to be read."""


def _variance(function: Callable[[np.ndarray], np.ndarray]) -> float:
    """Variance of a curve for x uniform on [0, 1]: by quadrature, exact to rounding for curves as smooth as these."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    values, weights = function((nodes + 1) / 2), weights / 2
    return float(weights @ values**2 - (weights @ values) ** 2)


def make(
    n: int = 1000,
    n_validation: int = 100,
    seed: int = 7,
    *,
    targets: str | Sequence[str] = ("sin",),
    noise: float = 0.0,
) -> Dataset:
    """Make points on one or several curves.

    Input `x`: float32 of shape (n, 1), from 0 to 1. Each target has the name of its curve: float32 of shape (n, 1).
    `ceiling` is the mean squared error; with several targets it is a dict by target name. A million points take about
    0.1 s and 40 MB.

    Args:
        n: training points, 2 to 10,000,000.
        n_validation: validation points, 1 to 1,000,000.
        seed: a whole number; the same seed gives the same data. Without noise it moves the validation points only.
        targets: names of curves out of `FUNCTIONS`: "sin", "cos", "exp", "square".
        noise: standard deviation of the normal noise on every target, 0 to 10.

    Returns:
        The data. `details` has `formulas` (target → formula) and `noise`.

    Raises:
        ValueError: naming what is allowed, when an argument is not.
    """
    check_range("n", n, 2, 10_000_000)
    check_range("n_validation", n_validation, 1, 1_000_000)
    check_range("seed", seed, 0, 2**63 - 1)
    check_range("noise", noise, 0, 10, whole=False)
    names = (targets,) if isinstance(targets, str) else tuple(targets)
    if not names or len(set(names)) < len(names) or not set(names) <= set(FUNCTIONS):
        raise ValueError(f"targets must be one or more of {', '.join(FUNCTIONS)}, each once; got {targets!r}.")
    rng = np.random.default_rng(seed)
    training = np.linspace(0, 1, n)
    validation = np.sort(rng.random(n_validation))

    def split(x: np.ndarray) -> Split:
        clean = {name: FUNCTIONS[name](x) for name in names}
        y = {name: curve + noise * rng.standard_normal(len(x)) for name, curve in clean.items()}
        return Split(
            {"x": x[:, None].astype(np.float32)}, {name: value[:, None].astype(np.float32) for name, value in y.items()}
        )

    reachable: dict[frozenset[str], dict[str, float]] = {
        frozenset({"x"}): dict.fromkeys(names, noise**2),
        frozenset(): {name: _variance(FUNCTIONS[name]) + noise**2 for name in names},
    }
    ceiling: dict[frozenset[str], Any] = dict(reachable)
    if len(names) == 1:
        ceiling = {inputs: value[names[0]] for inputs, value in reachable.items()}
    return Dataset(
        split(training),
        split(validation),
        ceiling=ceiling,
        details={"formulas": {name: FORMULAS[name] for name in names}, "noise": noise},
    )
