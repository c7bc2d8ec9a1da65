"""Whether two models compute the same from the same weights, asked of Keras where the graphs differ."""

from __future__ import annotations

from course_utils.graphs.compare.behaviour.judge import Counterexample, Kept, Verdict, judge

__all__ = ["Counterexample", "Kept", "Verdict", "judge"]
