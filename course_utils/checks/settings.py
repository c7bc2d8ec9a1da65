"""Loss weights of which only the proportion is asked."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from course_utils.checks.compiling import Compiled, CompileProblem, resolve, settings_of
from course_utils.checks.criterion import Attempt
from course_utils.checks.result import Finding


@dataclass
class InProportion(Compiled):
    """As `Compiled`, but the loss weights are the answer's up to one factor for all."""

    def judge(self, attempt: Attempt) -> Finding:
        """Compare with the answer compiled anew, its weights times the learner's factor."""
        try:
            mine = resolve(attempt.value).weights
        except CompileProblem as problem:
            return self.found(False, str(problem))
        target = attempt.make_target()
        asked = resolve(target).weights
        factors = [mine[name] / weight for name, weight in asked.items() if weight and mine.get(name, 0) > 0]
        if not factors:
            return super().judge(attempt)
        settings = settings_of(target) | {"loss_weights": {name: w * factors[0] for name, w in asked.items()}}
        target.compile(**settings)
        return super().judge(dataclasses.replace(attempt, make_target=lambda: target))
