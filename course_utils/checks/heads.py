"""What several heads of one model learn, in one training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from course_utils.checks.learning import Learns, predictions
from course_utils.data.dataset import Dataset

if TYPE_CHECKING:
    import keras


@dataclass
class LearnHeads(Learns):
    """On held-out data every head of a fresh copy reaches its own figure, after one short training.

    What `Learns` calls the figure is here the number of heads that fall short.

    Args:
        heads: a `Learns` for each head, with its `output`, `reach`, `measure` and `unit`; the rest is not used.
    """

    heads: Sequence[Learns] = ()
    reach: float = 0.0
    _figures: list[float] = field(default_factory=list, init=False, repr=False)

    def score(self, model: keras.Model, data: Dataset) -> float:
        """How many heads fall short; NaN when a prediction is."""
        arrays = predictions(model, data)
        self._figures = [head.figure(model, arrays, data, self._boundaries) for head in self.heads]
        if not all(map(math.isfinite, self._figures)):
            return math.nan
        return float(len(self._short()))

    def given_away(self, copy: keras.Model, data: Dataset, settings: Mapping[str, Any]) -> str | None:
        """What an untrained copy is right about already: any of its heads is enough."""
        self._boundaries = self.boundaries(copy, data, settings)
        self.score(copy, data)
        short = self._short()
        for at, head in enumerate(self.heads):
            if at not in short:
                return (
                    f"before any training `{head.output}` gives the answer already; it should learn it from the data."
                )
            if head.built_in(copy, data):
                return f"for `{head.output}`, a part that does not train computes the answer; it should be learned."
        return None

    def _short(self) -> list[int]:
        return [
            at
            for at, (head, figure) in enumerate(zip(self.heads, self._figures, strict=True))
            if not head.is_reached(figure)
        ]

    def is_reached(self, figure: float) -> bool:
        """Whether no head falls short."""
        return figure == 0

    def is_near(self, figure: float) -> bool:
        """Whether every head that falls short does so by little."""
        return bool(self._short()) and all(self.heads[at].is_near(self._figures[at]) for at in self._short())

    def goal(self) -> str:
        """The figures asked for."""
        return ", ".join(f"`{head.output}` {head.goal()}" for head in self.heads)

    def words(self, figure: float) -> str:
        """What was measured for each head that falls short, beside what was asked for."""
        if not math.isfinite(figure):
            return "its predictions are not finite numbers (NaN)"
        return "; ".join(
            f"`{self.heads[at].output}`: {self.heads[at].words(self._figures[at])}" for at in self._short()
        )
