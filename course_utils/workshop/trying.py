"""What a learner would be told for an answer: `python -m course_utils try 14.2 answer.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from course_utils.cells import NotThere
from course_utils.checks.result import Result
from course_utils.exercises import UnknownExercise, exercise
from course_utils.lessons.source import find_answer
from course_utils.markup import first_line
from course_utils.workshop.faults import stopped

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Exercise {id}</title>
<style>body {{ font: 14px system-ui, sans-serif; margin: 2em; }} code {{ font-family: monospace; }}</style>
<body>{told}</body></html>
"""


class NotTried(ValueError):
    """An answer that cannot be given to its exercise; the message says why."""


def told(id: str, answer: Path, *, show: Literal["next", "all"] = "next") -> tuple[Path, Result]:
    """Run an answer by itself, as the lesson's own is run, and check it.

    Args:
        id: the exercise's.
        answer: a file with the code of the answer's cell. It is the author's own code, and runs in this process.
        show: `next` tells what a first check tells, `all` all that is known.

    Returns:
        The file beside the answer that shows the result as a notebook does, and the result.

    Raises:
        NotTried: for an exercise or a file that is not there, and for code that raises.
    """
    try:
        own = exercise(id)
        name = find_answer(own.id)[0]
    except (UnknownExercise, LookupError) as error:
        raise NotTried(str(error.args[0])) from None
    try:
        code = answer.read_text(encoding="utf-8")
    except OSError as error:
        raise NotTried(f"{answer} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise NotTried(f"{answer} is not in UTF-8; save it in that encoding.") from None
    names = own.names()
    try:
        exec(compile(code, str(answer), "exec"), names)
    except Exception as error:
        file, line = stopped(error, lambda path: path == answer) or (answer, 1)
        raise NotTried(f"{file}:{line}: {type(error).__name__}: {first_line(error)}") from None
    result = own.check(names.get(name, NotThere(name)), show=show)
    page = answer.with_suffix(".html")
    if page.exists() and not page.read_text(encoding="utf-8").startswith(_PAGE[:15]):
        raise NotTried(f"{page} is another file; call the answer otherwise.")
    page.write_text(_PAGE.format(id=own.id, told=result._repr_mimebundle_()["text/html"]), encoding="utf-8")
    return page, result
