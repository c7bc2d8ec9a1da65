"""Where a learner is in the course: what was passed, what was tried, what comes next."""

from __future__ import annotations

import contextlib
import html
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from course_utils.checks.done import Done
from course_utils.exercises import every
from course_utils.exercises.declaration import Exercise
from course_utils.exercises.keeping import place
from course_utils.lessons.source import SourceError, parse, sources
from course_utils.markup import code_html, with_colon
from course_utils.signs import plain
from course_utils.widgets.view import View, in_words, sentence

State = Literal["passed", "tried, not yet", "not tried"]
_SIGNS: dict[State, str] = {"passed": "✓", "tried, not yet": "◐", "not tried": "○"}
# Ground and words of a sign: legible on white and on dark paper. What was not tried has the colours of its paper.
_COLOURS: dict[State, str] = {
    "passed": "background:#1a7f37;color:#ffffff;",
    "tried, not yet": "background:#9a6700;color:#ffffff;",
    "not tried": "",
}
_EDGE = "border:1px solid #767e87;border-radius:.2em"
_SIGN = f"display:inline-block;width:1.3em;text-indent:0;line-height:1.3em;text-align:center;{_EDGE}"
_BAR = f"display:inline-block;vertical-align:top;width:6em;height:.8em;margin:.4em .6em 0 0;overflow:hidden;{_EDGE}"
_BESIDE = "display:inline-block;vertical-align:top;max-width:calc(100% - 8em)"
_ROW = "list-style:none;margin:.25em 0;padding-left:1.8em;text-indent:-1.8em"
_PART = "display:inline-block;vertical-align:top;height:100%"
# Striped, so that a part that was tried differs from one that was passed not by its colour alone.
_TRIED = "background:repeating-linear-gradient(45deg,#9a6700 0 3px,transparent 3px 6px)"


@dataclass(frozen=True)
class _Step:
    """An exercise, and what was done with it."""

    exercise: Exercise
    done: Done

    @property
    def state(self) -> State:
        """What was passed once stays so."""
        return "passed" if self.done.passed else "tried, not yet" if self.done.tried else "not tried"

    @property
    def name(self) -> str:
        return f"{self.exercise.id} {self.exercise.title}"

    @property
    def words(self) -> str:
        words: list[str] = [self.state]
        if self.done.hints:
            words.append(f"hints {self.done.hints} of {len(self.exercise.hints)}")
        if self.done.solution:
            words.append("solution looked at")
        return "; ".join(words)


@dataclass(frozen=True)
class _Lesson:
    """A lesson, and its exercises in order."""

    number: str
    title: str
    notebook: str
    """The file's name; empty where the lessons' sources, which tell it, are missing."""
    steps: tuple[_Step, ...]

    @property
    def name(self) -> str:
        return f"{self.number} {self.title}".strip()


@in_words
def my_progress(lesson: str | int = "", *, reset: bool = False) -> View:
    """Where you are: each exercise, whether you passed or tried it, with which help, and what comes next.

    It is read from the file `.progress.sqlite` beside the notebook, which never leaves this machine.

    Args:
        lesson: its number, such as `"03"`; all lessons where none is given.
        reset: forget what was done, in this lesson or in all.

    Returns:
        What the notebook displays. Nothing is raised: what is amiss is said there.
    """
    number = str(lesson).strip()
    number = number.zfill(2) if number.isdigit() else number
    numbers = list(dict.fromkeys(map(_number, every())))
    if number and number not in numbers:
        return sentence(f"There is no lesson {number[:20]}; there are {', '.join(numbers)}.")
    here = place()
    record, notes = here.record, [here.why_none]
    done: Mapping[str, Done] = {}
    if record is not None:
        if reset:
            record.clear([id for id in every() if _number(id) == number] if number else None)
            notes.append("" if record.problem else "What was recorded is forgotten.")
        done = record.read()
        notes.append(record.problem)
    lessons = _course(done)
    shown = [lessons[number]] if number else list(lessons.values())
    return _view(shown, _next(lessons, number), [note for note in notes if note])


def _number(exercise: str) -> str:
    """The lesson's, of an exercise's id."""
    return exercise.split(".")[0].zfill(2)


def _course(record: Mapping[str, Done]) -> dict[str, _Lesson]:
    """The lessons by number, with what was done in them."""
    titles = {}
    for path in sources():
        with contextlib.suppress(SourceError, OSError):  # somebody is writing in it
            lesson = parse(path)
            titles[lesson.number] = (lesson.header.title, lesson.name)
    steps: dict[str, list[_Step]] = {}
    for id, exercise in every().items():
        steps.setdefault(_number(id), []).append(_Step(exercise, record.get(id, Done())))
    return {number: _Lesson(number, *titles.get(number, ("", "")), tuple(own)) for number, own in steps.items()}


def _next(lessons: Mapping[str, _Lesson], number: str) -> tuple[_Lesson, _Step] | None:
    """The first exercise to do: of this lesson, of those after it, of all; after what was done, where none is given."""
    steps = [(lesson, step) for lesson in lessons.values() for step in lesson.steps]
    begin = max((at for at, (_, step) in enumerate(steps) if step.state != "not tried"), default=0)
    if number:
        begin = next(at for at, (lesson, _) in enumerate(steps) if lesson.number == number)
    return next((one for one in steps[begin:] + steps[:begin] if one[1].state != "passed"), None)


def _counted(steps: Sequence[_Step]) -> str:
    """What was passed and tried of these, in words."""
    states = Counter(step.state for step in steps)
    tried = f", {states['tried, not yet']} tried" if states["tried, not yet"] else ""
    return f"{states['passed']} of {len(steps)} passed{tried}"


def _view(lessons: Sequence[_Lesson], following: tuple[_Lesson, _Step] | None, notes: Sequence[str]) -> View:
    steps = [step for lesson in lessons for step in lesson.steps]
    blocks = [_details(lesson, len(lessons) == 1 or lesson == (following or [None])[0]) for lesson in lessons]
    lines = [line for lesson in lessons for line in _lines(lesson)]
    if len(lessons) > 1:
        blocks.insert(0, f"<div><b>Exercises: {_counted(steps)}</b></div>")
        lines.insert(0, f"Exercises: {_counted(steps)}")
    if following is None:
        notes = ["Every exercise of the course is passed.", *notes]
    else:
        lesson, step = following
        link = html.escape(lesson.name)
        if lesson.notebook:
            link = f'<a href="{html.escape(lesson.notebook)}">{link}</a>'
        blocks.append(f"<div><b>Next:</b> {html.escape(step.name)}, in {link}</div>")
        lines.append(f"Next: {step.name}, in {lesson.name}")
    blocks += [f"<div>{code_html(note)}</div>" for note in notes]
    page = f'<div style="max-width:760px;line-height:1.6">{"".join(blocks)}</div>'
    return View(None, page, plain("\n".join([*lines, *notes])))


def _details(lesson: _Lesson, is_open: bool) -> str:
    states = Counter(step.state for step in lesson.steps)
    passed, tried = (100 * states[state] / len(lesson.steps) for state in ("passed", "tried, not yet"))
    bar = (
        f'<span aria-hidden="true" style="{_BAR}"><span style="{_PART};width:{passed:.4g}%;background:#1a7f37"></span>'
        f'<span style="{_PART};width:{tried:.4g}%;{_TRIED}"></span></span>'
    )
    rows = "".join(
        f'<li style="{_ROW}"><span aria-hidden="true" style="{_COLOURS[step.state]}{_SIGN}">'
        f"{_SIGNS[step.state]}</span> {html.escape(with_colon(step.name))} {step.words}</li>"
        for step in lesson.steps
    )
    return (
        f'<details{" open" if is_open else ""}><summary style="cursor:pointer">{bar}'
        f'<span style="{_BESIDE}">{html.escape(with_colon(lesson.name))} {_counted(lesson.steps)}</span></summary>'
        f'<ul style="margin:.2em 0 .6em;padding-left:1.6em">{rows}</ul></details>'
    )


def _lines(lesson: _Lesson) -> list[str]:
    rows = [f"  {_SIGNS[step.state]} {with_colon(step.name)} {step.words}" for step in lesson.steps]
    return [f"{with_colon(lesson.name)} {_counted(lesson.steps)}", *rows]
