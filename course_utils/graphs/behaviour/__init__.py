"""Whether two models compute the same from the same weights, asked of Keras where the graphs differ."""

from __future__ import annotations

from course_utils.graphs.behaviour.judge import BY_NUMBERS, Counterexample, Verdict, judge
from course_utils.graphs.behaviour.orders import in_other_orders

__all__ = ["BY_NUMBERS", "Counterexample", "Verdict", "in_other_orders", "judge"]
