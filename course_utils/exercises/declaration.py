"""An exercise: what is asked, the hints, and `check`, `hint`, `solution`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from course_utils import course
from course_utils.cells import NotThere, watched
from course_utils.checks.criterion import Answer, Attempt, Criterion
from course_utils.checks.done import Done
from course_utils.checks.limit import OutOfTime, time_limit
from course_utils.checks.models import not_a_model
from course_utils.checks.reasons import reason
from course_utils.checks.result import Finding, Result
from course_utils.checks.values import is_blank
from course_utils.exercises import keeping
from course_utils.exercises.state import state_of
from course_utils.graphs.reading.traceless import leaving_no_trace
from course_utils.graphs.reading.undrawn import weights_not_drawn
from course_utils.lessons.editions import own_cells
from course_utils.lessons.source import SourceError, find_answer
from course_utils.signs import plain

T = TypeVar("T")
SECONDS = 90.0  # a check ends by then, whatever it is given


class AnswerMissing(LookupError):
    """The answer is not where the lessons' sources are; the message says so, and what to do."""


@dataclass(frozen=True)
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
        continues: the id of the exercise whose answer this one goes on with, where it asks for no new value.
        discloses: "step by step" where finding the mistake is the exercise: a check then says where to look, and with
            each further try or hint what it is, how to mend it, and at last all, with the drawing.
    """

    id: str
    title: str
    criteria: Sequence[Criterion]
    hints: Sequence[str]
    asks_for: Literal["model", "value"] = "model"
    given: Callable[[], Mapping[str, Any]] = dict
    continues: str = ""
    discloses: Literal["at once", "step by step"] = "at once"

    def __post_init__(self) -> None:
        """Refuse what only a learner would notice.

        Raises:
            TypeError: for an argument that is not what it should be; the message names it.
        """
        texts = {"id": self.id, "title": self.title, "continues": self.continues}
        wrong = [f"`{name}` is text, not {value!r}" for name, value in texts.items() if not isinstance(value, str)]
        if _is_text_or(Criterion, self.criteria) or not all(isinstance(one, Criterion) for one in self.criteria):
            wrong.append("`criteria` is a list of criteria")
        if _is_text_or(int, self.hints) or not all(isinstance(hint, str) for hint in self.hints):
            wrong.append("`hints` is a list of texts")
        for name, ways in (("asks_for", ("model", "value")), ("discloses", ("at once", "step by step"))):
            if getattr(self, name) not in ways:
                wrong.append(f"`{name}` is {' or '.join(map(repr, ways))}, not {getattr(self, name)!r}")
        if not callable(self.given):
            wrong.append("`given` is a function that returns a dict")
        if wrong:
            raise TypeError(f"exercise {self.id}: {'; '.join(wrong)}")

    def check(self, value: Any, show: Literal["next", "all"] = "next") -> Result:
        """Judge a learner's value.

        Args:
            value: anything. A model is not changed by it.
            show: "all" tells everything that is known, where an exercise would tell it step by step.

        Returns:
            A `Result`; "not attempted" for a blank (`...`), "not checked" where the answer to compare with is missing,
            and where the cells that were run say that the value is another answer than the one on the screen.
            Nothing is raised, whatever the value is, and nothing is left of the check but its result.
        """
        try:
            result = self._result(value, show)
        except (Exception, SystemExit) as error:  # as soon as it is looked at, before any criterion
            result = Result(self.id, self.title, "failed", (Finding("a value", False, _stumbled(error)),))
        if result.status in ("passed", "failed"):
            keeping.note_down(self.id, Done(tried=True, passed=result.passed))
        return result

    def _result(self, value: Any, show: Literal["next", "all"]) -> Result:
        if isinstance(value, NotThere):
            return Result(self.id, self.title, "not attempted", note=_not_there(value.name))
        cells = watched()
        if cells and (doubt := cells.doubt(self.id, value, self.continues, _own_cells(self.id))):
            return Result(self.id, self.title, "not checked", note=doubt)
        if is_blank(value):
            name = cells.named(self.id, value) if cells else None
            called = f"; the answer is called `{name}`" if name else ""
            note = f"Fill in the `...` in the cell above and run both cells{called}."
            return Result(self.id, self.title, "not attempted", note=note)
        remark = cells.remark(self.id, value) if cells else ""
        if cells:
            cells.judged(self.id, value)
        findings: list[Finding] = []
        missing: AnswerMissing | None = None
        with leaving_no_trace(value):
            try:
                with time_limit(SECONDS):
                    missing = self._judge(value, findings)
            except OutOfTime:
                findings.append(Finding("time", False, f"the check was not done after {SECONDS:.0f} seconds; {_SLOW}"))
            # A class may make layers, which hang on Keras's settings as a model does.
            note = _unusual_settings() if self.asks_for == "model" or isinstance(value, type) else ""
        failed = any(not finding.passed for finding in findings)
        if missing and not failed:
            return Result(self.id, self.title, "not checked", tuple(findings), str(missing))
        told = findings
        if self.discloses == "step by step" and show != "all":
            told = [self._next(finding) for finding in findings]
            if told != findings:
                remark += f' Each check tells more; `exercise("{self.id}").check(…, show="all")` tells all.'
        passed = bool(findings) and not failed
        if not passed and not note and state_of(self.id).hints < len(self.hints):
            note = f'Stuck? `exercise("{self.id}").hint()` gives a hint.'
        note = f"{remark} {'' if passed else note}".strip()
        return Result(self.id, self.title, "passed" if passed else "failed", tuple(told), note)

    def _judge(self, value: Any, findings: list[Finding]) -> AnswerMissing | None:
        """Ask one criterion after another; return why one of them could not be asked, where the answer is missing."""
        attempt = Attempt(value, self._answer(), time.monotonic() + SECONDS)
        if self.asks_for == "model":
            try:
                objection = not_a_model(value, lambda _: attempt.design)
            except (Exception, SystemExit) as error:
                objection = _stumbled(error)
            if objection:
                findings.append(Finding("a model", False, objection))
                return None
        missing = None
        for criterion in self.criteria:
            if criterion.costly and not all(finding.passed for finding in findings):
                break
            try:
                findings.append(criterion.judge(attempt))
            except AnswerMissing as error:
                missing = error
            except (Exception, SystemExit) as error:  # what stumbled is said, not taken for a verdict
                findings.append(Finding(criterion.name, False, _stumbled(error)))
        return missing

    def _next(self, finding: Finding) -> Finding:
        """A finding as far as it is told by now: further with each check that found the same, and with each hint."""
        if finding.passed or not finding.telling:
            return finding
        state = state_of(self.id)
        step = state.tries[finding.place] + state.hints
        state.tries[finding.place] += 1
        return Finding(finding.name, False, finding.telling[step]) if step < len(finding.telling) else finding

    def use(self, value: Any, action: Callable[[Any], T]) -> T:
        """Go on with a learner's answer where that works, with the lesson's own where not, and say so.

            exercise("13.3").use(model, train_and_draw)

        Args:
            value: the learner's answer: also a blank, half an answer or a wrong one.
            action: what to do with it.

        Returns:
            What the action gives.

        Raises:
            AnswerMissing: where the lesson's own is needed and is not where the lessons' sources are.
        """
        if isinstance(value, NotThere) or is_blank(value):
            why = f"There is no answer to {self.id} yet"
        else:
            try:
                return action(value)
            except Exception as error:
                why = f"Your answer to {self.id} cannot be used here yet ({type(error).__name__}: {reason(error)})"
        print(plain(f"{why}; this goes on with the lesson's own."))
        return action(self.target())

    def hint(self) -> Note:
        """The next hint; after the last, the last again."""
        if not self.hints:
            return Note(f'There is no hint; `exercise("{self.id}").solution()` shows the answer.')
        state = state_of(self.id)
        shown = state.hints = min(state.hints + 1, len(self.hints))
        keeping.note_down(self.id, Done(hints=shown))
        more = (
            ""
            if shown < len(self.hints)
            else f'\n\nThat was the last hint; `exercise("{self.id}").solution()` shows the answer.'
        )
        return Note(f"Hint {shown} of {len(self.hints)}: {self.hints[shown - 1]}{more}")

    def solution(self) -> Code:
        """The answer's code."""
        code = find_answer(self.id)[1]
        keeping.note_down(self.id, Done(solution=True))
        return Code(code)

    def names(self) -> dict[str, Any]:
        """What an answer may use without importing it."""
        import keras
        import numpy as np

        from course_utils import data

        return {"keras": keras, "layers": keras.layers, "np": np, "data": data, **self.given()}

    def target(self) -> Any:
        """Run the answer and return its value."""
        name, code = self._find_answer()
        names = self.names()
        exec(compile(code, f"<answer {self.id}>", "exec"), names)
        return names[name]

    def _find_answer(self) -> tuple[str, str]:
        try:
            return find_answer(self.id)
        except (LookupError, SourceError, OSError) as error:
            raise AnswerMissing(_MISSING.format(folder=course.here().sources.name)) from error

    def _answer(self) -> Answer:
        """The answer, kept from check to check while its code and what Keras makes of it are the same."""
        try:
            hangs_on = self._find_answer(), _settings()
        except AnswerMissing:  # said by the criterion that asks for it
            return Answer(self.target)
        state = state_of(self.id)
        if state.answer is None or state.answer[0] != hangs_on:
            state.answer = hangs_on, Answer(self._target_to_compare)
        return state.answer[1]

    def _target_to_compare(self) -> Any:
        """The answer for criteria: a model as it is built, of which they look at everything but the numbers in it."""
        with weights_not_drawn() if self.asks_for == "model" else contextlib.nullcontext():
            return self.target()


@dataclass(frozen=True)
class Note:
    """A sentence in a notebook."""

    text: str

    def __repr__(self) -> str:
        """The sentence."""
        return plain(self.text)

    def _repr_markdown_(self) -> str:
        return self.text


@dataclass(frozen=True)
class Code:
    """Python code in a notebook."""

    text: str

    def __repr__(self) -> str:
        """The code."""
        return plain(self.text)

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}```"


def _is_text_or(kind: type, value: Any) -> bool:
    """Whether a value is no list of parts: one part alone, or a text, whose parts are letters."""
    return isinstance(value, (str, kind)) or not isinstance(value, Sequence)


_MISSING = (
    "This cannot be checked: the answer to compare with is not in the folder `{folder}/`, which "
    "`git checkout {folder}` brings back."
)
_SLOW = "something in the model takes very long. Call it once on a few examples, and see how long that takes."


def _own_cells(id: str) -> dict[str, str]:
    """The cells of an exercise's lesson that hold no answer; none where the sources cannot tell."""
    try:
        return own_cells(id.split(".")[0].zfill(2))
    except (SourceError, OSError):
        return {}


def _not_there(name: str) -> str:
    return f"There is no `{name}` yet: run the cell above, and call your answer `{name}` in it."


def _stumbled(error: BaseException) -> str:
    return (
        f"the check could not look at this ({type(error).__name__}: {reason(error)[:160]}). "
        "It says nothing about whether your answer is right; compare with the solution."
    )


def _settings() -> tuple[str, str, str]:
    """Settings of Keras that make another model of the same code: of pictures, of numbers, of layers."""
    import keras

    return keras.config.image_data_format(), keras.config.floatx(), keras.config.dtype_policy().name


def _unusual_settings() -> str:
    """A sentence on Keras settings that may be in the way of a right answer, or nothing."""
    image, number, policy = _settings()
    found = []
    if image != "channels_last":
        found.append(f'`keras.config.set_image_data_format("channels_last")` (it is "{image}")')
    if number != "float32":
        found.append(f'`keras.config.set_floatx("float32")` (it is "{number}")')
    if policy != number:
        found.append(f'`keras.config.set_dtype_policy("float32")` (it is "{policy}")')
    if not found:
        return ""
    return f"A setting of Keras may be in the way: call {' and '.join(found)}, build the model anew, and check again."
