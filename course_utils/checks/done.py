"""What a learner did with an exercise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """What was done with one exercise. `a | b` is both, in either order: nothing that was done is ever undone."""

    tried: bool = False
    passed: bool = False
    hints: int = 0
    """How many different hints were shown."""
    solution: bool = False
    """Whether the answer's code was shown."""

    def __or__(self, other: Done) -> Done:
        return Done(
            self.tried or other.tried,
            self.passed or other.passed,
            max(self.hints, other.hints),
            self.solution or other.solution,
        )
