"""Exercises tried with their answers: the lesson's own, the blank, right ones written otherwise, and wrong ones.

`tests/answers/lesson_NN.py` holds the last two. `RIGHT` maps an exercise to functions that return right answers,
`WRONG` to pairs of a function that returns a wrong answer and words that its message must contain. A test tries them:

    @pytest.mark.parametrize("case", cases(), ids=str)
    def test_an_exercise_judges_as_it_should(case):
        case.judge()
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

from course_utils import course
from course_utils.checks.result import Result
from course_utils.exercises import every, exercise

Kind = Literal["answer", "blank", "right", "wrong"]
FEWEST_RIGHT = 3
_STUMBLED = "could not look at this"


class Case(NamedTuple):
    """One value given to one exercise, and what it should be told."""

    exercise: str
    kind: Kind
    make: Callable[[], Any]
    words: str = ""
    """Of a wrong answer: what its message must contain."""
    at: int = 0
    """Which of its kind it is, counted from 0."""

    def __str__(self) -> str:
        """What a test run shows: `lesson_14-14.2-wrong-0`."""
        lesson = self.exercise.partition(".")[0].zfill(2)
        at = f"-{self.at}" if self.kind in ("right", "wrong") else ""
        return f"lesson_{lesson}-{self.exercise}-{self.kind}{at}"

    def judge(self) -> Result:
        """Check it.

        Returns:
            All that it was told.

        Raises:
            AssertionError: where something else is said; it tells which exercise, which answer, what was said and
                what was wanted.
        """
        result = exercise(self.exercise).check(self.make(), show="all")
        wanted = self._amiss(result)
        if wanted:
            raise AssertionError(f"{self._name()}: {wanted}\nIt was told:\n{result}")
        return result

    def _amiss(self, result: Result) -> str:
        """What was wanted and is not so, or nothing."""
        if self.kind == "blank":
            fits = (result.status, result.criteria) == ("not attempted", ())
            return "" if fits else f"it should be “not attempted”, and is “{result.status}”"
        if self.kind in ("answer", "right"):
            mend = "mend what the exercise asks for, or take the answer out"
            return "" if result.passed else f"it should pass, and is “{result.status}”; {mend}"
        if result.status != "failed":
            return f"it should fail, and is “{result.status}”; ask for more, or move it to RIGHT"
        message = " ".join(finding.message for finding in result.criteria if not finding.passed)
        if _STUMBLED in message:
            return "a criterion stumbled over it; mend the criterion"
        return "" if self.words in message else f"its message should contain “{self.words}”"

    def _name(self) -> str:
        """Which answer this is, and where it stands."""
        if self.kind == "answer":
            return f"Exercise {self.exercise}, the lesson's own answer"
        if self.kind == "blank":
            return f"Exercise {self.exercise}, the blank"
        code = getattr(self.make, "__code__", None)
        where = f" ({course.here().shown(Path(code.co_filename))}:{code.co_firstlineno})" if code else ""
        return f"Exercise {self.exercise}, {self.kind} answer {self.at}{where}"


def collected(name: Literal["RIGHT", "WRONG"]) -> dict[str, list[Any]]:
    """The right or the wrong answers of all lessons: exercise → list."""
    return {id: list(listed) for table in course.here().all("answers", name) for id, listed in table.items()}


def cases() -> list[Case]:
    """Every exercise with every answer there is for it."""
    found = [Case(id, "answer", own.target) for id, own in every().items()]
    found += [Case(id, "blank", lambda: ...) for id in every()]
    for id, makes in collected("RIGHT").items():
        found += [Case(id, "right", make, at=at) for at, make in enumerate(makes)]
    for id, pairs in collected("WRONG").items():
        found += [Case(id, "wrong", make, words, at) for at, (make, words) in enumerate(pairs)]
    return found


def lacking() -> list[str]:
    """What `tests/answers/` has too little of, or too much: a sentence each."""
    here = course.here()
    right, wrong = collected("RIGHT"), collected("WRONG")
    problems = []
    for id in every():
        file = here.shown(here.room("answers") / f"lesson_{id.partition('.')[0].zfill(2)}.py")
        if (count := len(right.get(id, ()))) < FEWEST_RIGHT:
            problems.append(f"{file}: RIGHT has {count} answers to {id}; write {FEWEST_RIGHT}, each in another way.")
        if not wrong.get(id):
            problems.append(f"{file}: WRONG has no answer to {id}; write one, with words its message must contain.")
    for id in sorted({*right, *wrong} - set(every())):
        problems.append(f"{here.shown(here.room('answers'))}: there is no exercise {id}; take its answers out.")
    return problems
