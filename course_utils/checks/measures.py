"""How well predictions fit the truth: a figure, what is better, and how it is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from course_utils.graphs.words.sentences import article

_NEAR_SHARE = 0.03
PERCENT = "%"
"""The unit of a share, from 0 to 1."""


@dataclass(frozen=True)
class Measure:
    """A figure of predictions beside the truth.

    Args:
        name: what is measured: "error".
        compute: from truth and prediction, both of shape (numbers,), to the figure.
        better: whether a higher or a lower figure is the better one.
        unit: of the figure, with the space before it; `PERCENT` for a share.
        of_classes: whether `compute` is given the numbers of classes, which a prediction has as several units or one.
    """

    name: str
    compute: Callable[[np.ndarray, np.ndarray], float]
    better: Literal["higher", "lower"] = "lower"
    unit: str = ""
    of_classes: bool = False

    def __call__(self, truth: np.ndarray, prediction: np.ndarray, boundary: float = 0.5) -> float:
        """The figure.

        Args:
            truth: targets; classes by number or one-hot.
            prediction: of the same size; of classes, of shape (…, 1) or (…, classes).
            boundary: above it, one unit says yes.
        """
        if self.of_classes:
            prediction = prediction.argmax(-1) if prediction.shape[-1] > 1 else prediction > boundary
            truth = truth.argmax(-1) if truth.ndim > 1 and truth.shape[-1] > 1 else truth
        return self.compute(truth.reshape(-1), prediction.reshape(-1))

    def in_unit(self, unit: str) -> Measure:
        """The same measure, told in a unit, such as `" €"`."""
        return replace(self, unit=unit)

    def is_reached(self, figure: float, reach: float) -> bool:
        """Whether a figure is as good as `reach` or better; NaN never is."""
        return figure >= reach if self.better == "higher" else figure <= reach

    def is_near(self, figure: float, reach: float) -> bool:
        """Whether a figure misses `reach` by little: by so much as another random start may change."""
        missed = reach - figure if self.better == "higher" else figure - reach
        return 0 < missed <= (_NEAR_SHARE if self.unit == PERCENT else reach)

    def shown(self, figure: float) -> str:
        """A figure with its unit: `"97.2%"`, `"11.4 €"`."""
        return f"{figure:.1%}" if self.unit == PERCENT else f"{figure:.3g}{self.unit}"

    def bound(self, reach: float) -> str:
        """What is asked for: `"at least 93%"`, `"under 13 €"`."""
        wanted = f"{reach:.0%}" if self.unit == PERCENT else f"{reach:g}{self.unit}"
        return f"at least {wanted}" if self.better == "higher" else f"under {wanted}"

    def goal(self, reach: float) -> str:
        """The same with the measure's name: `"at least 93% accuracy"`, `"an error under 13 €"`."""
        bound = self.bound(reach)
        return f"{bound} {self.name}" if self.better == "higher" else f"{article(self.name)} {bound}"


def _mean_of_squares(truth: np.ndarray, prediction: np.ndarray) -> float:
    return float(np.mean((truth - prediction) ** 2))


def _root_of_mean(truth: np.ndarray, prediction: np.ndarray) -> float:
    return math.sqrt(_mean_of_squares(truth, prediction))


def _share_of_equal(truth: np.ndarray, prediction: np.ndarray) -> float:
    return float(np.mean(truth == prediction))


mean_squared_error = Measure("error", _mean_of_squares)
"""Mean of squared differences."""
root_mean_squared_error = Measure("error", _root_of_mean)
"""Square root of the mean squared error, in the target's unit."""
accuracy = Measure("accuracy", _share_of_equal, better="higher", unit=PERCENT, of_classes=True)
"""Share of right answers: classes by the largest of several units, or by one unit against a boundary."""
