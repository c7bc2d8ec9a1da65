"""An exercise: what is asked, the hints, and `check`, `hint`, `solution`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.models import not_a_model
from course_utils.checks.result import Finding, Result
from course_utils.checks.values import is_blank
from course_utils.lessons.source import find_answer

SECONDS = 90.0  # a check that trains stops by then


@dataclass
class Exercise:
    """One exercise of a lesson.

    Its answer stands once, in the lesson's source; `target` runs it there and then.

    Args:
        id: `"1.2"`: lesson and number.
        title: as the lesson's heading says it.
        criteria: what is asked, cheapest first.
        hints: from a nudge to nearly the answer.
        asks_for: a Keras model, or any other value.
        given: what the answer may use besides `keras`, `layers`, `np` and `data`.
    """

    id: str
    title: str
    criteria: Sequence[Criterion]
    hints: Sequence[str]
    asks_for: Literal["model", "value"] = "model"
    given: Callable[[], Mapping[str, Any]] = dict
    _shown: int = field(default=0, init=False, repr=False)

    def check(self, value: Any) -> Result:
        """Judge a learner's value.

        Args:
            value: anything. A model is not changed by it.

        Returns:
            A `Result`; "not attempted" for a blank (`...`). Nothing is raised, whatever the value is.
        """
        if is_blank(value):
            return Result(
                self.id, self.title, "not attempted", note="Fill in the `...` in the cell above and run both cells."
            )
        findings = tuple(self._judge(value))
        passed = bool(findings) and all(finding.passed for finding in findings)
        note = (
            "" if passed or self._shown >= len(self.hints) else f'Stuck? `exercise("{self.id}").hint()` gives a hint.'
        )
        return Result(self.id, self.title, "passed" if passed else "failed", findings, note)

    def _judge(self, value: Any) -> list[Finding]:
        if self.asks_for == "model":
            try:
                objection = not_a_model(value)
            except (Exception, SystemExit) as error:
                objection = _stumbled(error)
            if objection:
                return [Finding("a model", False, objection)]
        findings: list[Finding] = []
        attempt = Attempt(value, self.target, self.names(), time.monotonic() + SECONDS)
        for criterion in self.criteria:
            if criterion.costly and not all(finding.passed for finding in findings):
                break
            try:
                findings.append(criterion.judge(attempt))
            except (Exception, SystemExit) as error:  # what stumbled is said, not taken for a verdict
                findings.append(Finding(criterion.name, False, _stumbled(error)))
        return findings

    def hint(self) -> Note:
        """The next hint; after the last, the last again."""
        if not self.hints:
            return Note(f'There is no hint; `exercise("{self.id}").solution()` shows the answer.')
        self._shown = min(self._shown + 1, len(self.hints))
        more = (
            ""
            if self._shown < len(self.hints)
            else f' That was the last hint; `exercise("{self.id}").solution()` shows the answer.'
        )
        return Note(f"Hint {self._shown} of {len(self.hints)}: {self.hints[self._shown - 1]}{more}")

    def solution(self) -> Code:
        """The answer's code."""
        return Code(find_answer(self.id)[1])

    def names(self) -> dict[str, Any]:
        """What an answer may use without importing it."""
        import keras
        import numpy as np

        from course_utils import data

        return {"keras": keras, "layers": keras.layers, "np": np, "data": data, **self.given()}

    def target(self) -> Any:
        """Run the answer and return its value."""
        name, code = find_answer(self.id)
        names = self.names()
        exec(compile(code, f"<answer {self.id}>", "exec"), names)
        return names[name]


@dataclass(frozen=True)
class Note:
    """A sentence in a notebook."""

    text: str

    def __repr__(self) -> str:
        """The sentence."""
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


@dataclass(frozen=True)
class Code:
    """Python code in a notebook."""

    text: str

    def __repr__(self) -> str:
        """The code."""
        return self.text

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}```"


def _stumbled(error: BaseException) -> str:
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return (
        f"the check could not look at this ({type(error).__name__}: {first[:160]}). "
        "It says nothing about whether your answer is right; compare with the solution."
    )
