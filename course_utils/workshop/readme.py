"""What README says of the lessons, between marks: their table, and how many there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from course_utils import course
from course_utils.lessons.editions import FOLDERS
from course_utils.lessons.source import Lesson

_TABLE = re.compile(r"(?<=<!-- lessons -->\n).*(?=<!-- /lessons -->)", re.DOTALL)
_COUNT = re.compile(r"(?<=<!-- count -->)[^<]*(?=<!-- /count -->)")
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def path() -> Path:
    """Where it is, or would be."""
    return course.here().root / "README.md"


def fitting(lessons: Sequence[Lesson]) -> str:
    """The README there is, with the table of these lessons and their number; nothing where there is none."""
    if not path().exists():
        return ""
    text = path().read_text(encoding="utf-8")
    text = _COUNT.sub(lambda found: _like(found[0], _number(len(lessons), "lesson")), text)
    return _TABLE.sub(lambda _: _table(lessons), text)


def write(lessons: Sequence[Lesson]) -> None:
    """Make it fit these lessons."""
    if (text := fitting(lessons)) and text != path().read_text(encoding="utf-8"):
        path().write_text(text, encoding="utf-8")


def misfit(lessons: Sequence[Lesson]) -> tuple[int, str] | None:
    """The first line that does not fit these lessons, counted from 1, and what it should be; None where all fit."""
    if not path().exists():
        return None
    found, right = path().read_text(encoding="utf-8").splitlines(), fitting(lessons).splitlines()
    # Where one of them ends, the other's next line stands for the difference.
    for at in range(max(len(found), len(right))):
        if found[at : at + 1] != right[at : at + 1]:
            return at + 1, "".join(right[at : at + 1])
    return None


def _table(lessons: Sequence[Lesson]) -> str:
    rows: list[tuple[str, ...]] = [("lesson", "what it is about", "lecture examples", "minutes"), ("---",) * 4]
    for lesson in lessons:
        header = lesson.header
        link = f"[{lesson.number} {header.title}]({FOLDERS['learner']}/{lesson.name})"
        rows.append((link, header.description, ", ".join(header.examples) or "–", str(header.minutes)))
    if not any(lesson.header.examples for lesson in lessons):  # a course that follows no lecture
        rows = [(*row[:2], row[3]) for row in rows]
    return "".join("|" + "|".join(cell if cell == "---" else f" {cell} " for cell in row) + "|\n" for row in rows)


def _number(count: int, what: str) -> str:
    """`fourteen lessons`, `one lesson`, `120 lessons`."""
    if count < 20:
        words = _ONES[count]
    elif count < 100:
        tens, ones = divmod(count, 10)
        words = _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")
    else:
        words = str(count)
    return f"{words} {what}{'' if count == 1 else 's'}"


def _like(found: str, words: str) -> str:
    return words.capitalize() if found[:1].isupper() else words
