"""The source of a lesson: `solutions/NN_topic.py`, in percent format.

It starts with a typed header and marks each answer:

    # ---
    # title: Layers are functions
    # description: At most 100 characters that say what the lesson is about.
    # minutes: 45
    # examples: [L1, L2]
    # goals:
    #   - say what you will be able to do
    # ---

    # %%
    # @answer 1.2 model
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    # @blank
    # model = ...
    # @end

`model` is what the check receives. The solved edition keeps the lines of the answer, the learner's edition those of
the blank, without their `# `. Lines of the cell before and after the region stand in both.

Cells begin with `# %%` or `# %% [markdown]`, alone on a line. All else in a code cell stands in the notebooks as it is
here: a comment stays a comment, a magic (`%matplotlib inline`, `!ls`) a magic, and what looks like a marker inside a
string is a part of the string.

A code cell may be tagged, with one tag or both:

    # %% tags=["answers"]     its output answers the prediction asked for before it, and is stored folded
    # %% tags=["drawing"]     it only draws a plot; its code is stored folded
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from course_utils import course

_ANSWER = re.compile(r"# @answer (?P<id>\d+\.\d+) (?P<name>[A-Za-z_]\w*)")
_CELL = re.compile(r"# %%(?:(?P<prose>\s*\[markdown\])| tags=\[(?P<tags>[^\]]*)\])?\s*")
_ALMOST_CELL = re.compile(r"#\s*%%+(\W.*)?")
_REMARK = re.compile(r"# %%\s+[^\s\[].*")
# What may hold a quotation mark without opening a long string, or opens one.
_QUOTED = re.compile(r"""(?P<long>\"{3}|'{3})|"(\\.|[^"\\])*"|'(\\.|[^'\\])*'|\#.*""")
_EXAMPLE = re.compile(r"L([1-9]|1[0-9]|20)")
FOLDS = {"answers": "outputs_hidden", "drawing": "source_hidden"}
"""What each tag of a code cell folds, in the words of Jupyter's metadata."""


class SourceError(ValueError):
    """A lesson source that cannot be built: names the file, the line and what is wrong."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{course.here().shown(path)}:{line}: {problem}")


@dataclass(frozen=True)
class Header:
    """The typed header of a lesson."""

    title: str
    description: str
    minutes: int
    examples: tuple[str, ...]
    goals: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """One marked answer. Lines are counted from 0; `start`, `blank` and `end` are the marker lines themselves."""

    exercise: str
    name: str
    start: int
    blank: int
    end: int


@dataclass(frozen=True)
class Cell:
    """Where a cell stands: its marker is line `start`, counted from 0; what it holds goes up to line `end`."""

    start: int
    end: int
    is_prose: bool
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """A parsed source."""

    path: Path
    header: Header
    lines: tuple[str, ...]
    cells: tuple[Cell, ...]
    regions: tuple[Region, ...]

    @property
    def number(self) -> str:
        """Two digits: `01`."""
        return self.path.stem[:2]

    @property
    def name(self) -> str:
        """File name of both editions: `01_layers_are_functions.ipynb`."""
        return f"{self.path.stem}.ipynb"

    def answer(self, region: Region) -> str:
        """Code of one answer."""
        return "\n".join(self.lines[region.start + 1 : region.blank]).strip() + "\n"


def sources() -> list[Path]:
    """All lesson sources, in order."""
    return sorted(course.here().sources.glob("[0-9][0-9]_*.py"))


def find_answer(exercise: str) -> tuple[str, str]:
    """The answer to an exercise, from the source of its lesson.

    Args:
        exercise: id such as `"1.2"`.

    Returns:
        The name of the variable that is checked, and the code.

    Raises:
        LookupError: when no source marks an answer to this exercise.
    """
    number = exercise.split(".")[0].zfill(2)
    for path in sources():
        if path.stem.startswith(number):
            lesson = parse(path)
            for region in lesson.regions:
                if region.exercise == exercise:
                    return region.name, lesson.answer(region)
    raise LookupError(
        f"The answer to exercise {exercise} is not in {(folder := course.here().sources.name)}/. If the folder was "
        f"changed, `git checkout {folder}` brings it back."
    )


def parse(path: Path) -> Lesson:
    """Read and validate one source.

    Raises:
        SourceError: naming file and line, for a header that does not fit or markers that do not balance.
    """
    return _parsed(path, _read(path))


@lru_cache(maxsize=32)  # a check looks up its answer: most of it would be parsing the same lines again
def _parsed(path: Path, lines: tuple[str, ...]) -> Lesson:
    if not re.fullmatch(r"\d\d_[a-z0-9_]+", path.stem):
        raise SourceError(path, 1, "a lesson is called NN_topic.py, in small letters")
    header, body = _header(path, lines)
    quoted = _quoted(path, lines)
    cells = tuple(_cells(path, lines, body, quoted))
    return Lesson(path, header, lines, cells, tuple(_regions(path, lines, cells, quoted)))


def _read(path: Path) -> tuple[str, ...]:
    """The lines of a file in UTF-8, with or without a byte order mark."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SourceError(path, line, "the line is not in UTF-8; save the file in that encoding") from None
    # Only what ends a line for Python: `splitlines` would also cut a string at a form feed.
    lines = re.split(r"\r\n?|\n", text)
    return tuple(lines if lines[-1] else lines[:-1])


def _quoted(path: Path, lines: Sequence[str]) -> frozenset[int]:
    """Lines that begin inside a string in three quotation marks."""
    quoted = set()
    opened = 0
    closing: str | None = None
    for at, line in enumerate(lines):
        start = 0
        if closing:
            quoted.add(at)
        while start < len(line):
            if closing:
                end = re.compile(rf"(\\.|[^\\])*?{closing}").match(line, start)
                if end is None:
                    break
                closing, start = None, end.end()
            else:
                opening = _QUOTED.search(line, start)
                if opening is None:
                    break
                opened, closing, start = at, opening["long"], opening.end()
    if closing:
        raise SourceError(path, opened + 1, f"a string begins here with {closing} and is never closed")
    return frozenset(quoted)


def _cells(path: Path, lines: Sequence[str], body: int, quoted: frozenset[int]) -> Iterator[Cell]:
    start: int | None = None
    is_prose = False
    tags: tuple[str, ...] = ()
    for at in range(body, len(lines)):
        line = lines[at]
        if at in quoted and not is_prose:
            continue
        if match := _CELL.fullmatch(line):
            if start is not None:
                yield Cell(start, at, is_prose, tags)
            start, is_prose = at, match["prose"] is not None
            tags = tuple(tag.strip(" \"'") for tag in match["tags"].split(",")) if match["tags"] else ()
            if unknown := set(tags) - set(FOLDS):
                raise SourceError(path, at + 1, f"there is no tag `{min(unknown)}`; tags are {' and '.join(FOLDS)}")
            continue
        # Beneath code it is a comment on it; anywhere else somebody meant a cell, or another program sees one.
        beneath_code = start is not None and not is_prose and at - 1 > start and lines[at - 1].strip()
        if _ALMOST_CELL.fullmatch(line) and not (beneath_code and _REMARK.fullmatch(line)):
            ways = f"`# %%` or `# %% [markdown]`, or with tags ({' and '.join(FOLDS)})"
            raise SourceError(path, at + 1, f"a cell begins with {ways}, not with `{line}`")
        if start is None and line.strip():
            raise SourceError(path, at + 1, "the first cell begins before this line, with `# %%` or `# %% [markdown]`")
        if is_prose and line.strip() and line != "#" and not line.startswith("# "):
            raise SourceError(path, at + 1, "lines of a text cell are comments: `# Some words.`")
    if start is not None:
        yield Cell(start, len(lines), is_prose, tags)


def _header(path: Path, lines: tuple[str, ...]) -> tuple[Header, int]:
    import yaml

    if not lines or lines[0] != "# ---" or "# ---" not in lines[1:]:
        raise SourceError(path, 1, "the source starts with a header between two lines `# ---`")
    end = lines.index("# ---", 1)
    try:
        fields: Any = yaml.safe_load("\n".join(line[2:] for line in lines[1:end]))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + 2
        raise SourceError(path, line, f"the header is not YAML: {getattr(error, 'problem', error)}") from None

    def require(field: str, fits: bool, rule: str) -> None:
        if not fits:
            line = next((i for i, text in enumerate(lines[:end], 1) if text.startswith(f"# {field}:")), 1)
            raise SourceError(path, line, f"header field `{field}` must be {rule}")

    names = list(Header.__dataclass_fields__)
    if not isinstance(fields, dict) or sorted(fields) != sorted(names):
        raise SourceError(path, 1, f"the header has exactly the fields {', '.join(names)}")
    for field in ("title", "description"):
        require(field, isinstance(fields[field], str) and 0 < len(fields[field]) <= 100, "text of 1 to 100 characters")
    require("minutes", type(fields["minutes"]) is int and 5 <= fields["minutes"] <= 120, "a whole number, 5 to 120")
    examples, goals = fields["examples"], fields["goals"]
    is_example = isinstance(examples, list) and all(_EXAMPLE.fullmatch(str(e)) for e in examples)
    require("examples", is_example, "a list of lecture examples, L1 to L20 (it may be empty)")
    is_goals = isinstance(goals, list) and 1 <= len(goals) <= 7 and all(isinstance(goal, str) for goal in goals)
    require("goals", is_goals, "a list of 1 to 7 sentences")
    fields |= {"examples": tuple(examples), "goals": tuple(goals)}
    return Header(**fields), end + 1


def _regions(path: Path, lines: Sequence[str], cells: Sequence[Cell], quoted: frozenset[int]) -> list[Region]:
    regions: list[Region] = []
    starts = {cell.start for cell in cells}
    opened: tuple[int, str, str] | None = None
    blank: int | None = None
    number = str(int(path.stem[:2]))
    for at, line in enumerate(lines):
        is_marker = at not in quoted and re.match(r"\s*#\s*@\s*\w+", line)
        if opened and at in starts:
            raise SourceError(path, opened[0] + 1, f"`# @answer {opened[1]}` is not ended before the next cell")
        if not is_marker:
            if blank is not None and line.strip() and not line.startswith("# ") and line != "#":
                raise SourceError(path, at + 1, "lines of a blank are comments: `# model = ...`")
            continue
        if match := _ANSWER.fullmatch(line):
            if opened:
                raise SourceError(path, at + 1, f"`{line}` inside the answer that line {opened[0] + 1} opens")
            before = regions[-1].exercise if regions else f"{number}.0"
            expected = f"{number}.{int(before.split('.')[1]) + 1}"
            if match["id"] != expected:
                raise SourceError(path, at + 1, f"exercise {match['id']} where {expected} comes next")
            opened, blank = (at, match["id"], match["name"]), None
        elif line == "# @blank":
            if not opened or blank is not None:
                raise SourceError(path, at + 1, "`# @blank` without an open `# @answer`")
            blank = at
        elif line == "# @end":
            if not opened or blank is None:
                missing = "`# @blank` before it" if opened else "an open `# @answer`"
                raise SourceError(path, at + 1, f"`# @end` without {missing}")
            regions.append(Region(opened[1], opened[2], opened[0], blank, at))
            opened = blank = None
        else:
            known = "`# @answer N.M name`, `# @blank` and `# @end`"
            raise SourceError(path, at + 1, f"unknown marker `{line.strip()}`; markers are {known}")
    if opened:
        raise SourceError(path, opened[0] + 1, f"`# @answer {opened[1]}` is never ended")
    return regions
