"""Both editions of a lesson, as notebooks that have not run yet."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from course_utils import course
from course_utils.lessons.source import FOLDS, Lesson, parse, sources

if TYPE_CHECKING:
    from nbformat import NotebookNode

Edition = Literal["learner", "solved"]
FOLDERS: dict[Edition, str] = {"learner": "notebooks", "solved": "solutions"}
FOOTER = "---\n\n"
"""What the last cell begins with, which leads to the lessons before and after."""


def derive(lesson: Lesson, edition: Edition) -> NotebookNode:
    """One edition of a lesson: cells with deterministic ids, no outputs.

    Args:
        lesson: the parsed source.
        edition: `learner` has the blanks, `solved` the answers.

    Returns:
        A notebook of format 4.5.
    """
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    identified = list(_identified(lesson, edition))
    notebook = new_notebook(
        cells=[(new_markdown_cell if text.is_prose else new_code_cell)(text.source) for _, text in identified],
        metadata={
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    notebook.nbformat_minor = 5
    for cell, (id, text) in zip(notebook.cells, identified, strict=True):
        cell.id = id
        folds = {FOLDS[tag]: True for tag in text.tags}
        # JupyterLab keeps an older name for folded outputs beside the new one, and would add it on opening.
        older = {"collapsed": True} if "outputs_hidden" in folds else {}
        cell.metadata = nbformat.from_dict({**older, "jupyter": folds} if folds else {})
    return notebook


@cache
def own_cells(number: str) -> dict[str, str]:
    """The cells that both editions of a lesson have: those of its answers and blanks are not among them.

    Args:
        number: two digits, such as `"02"`.

    Returns:
        id → source; nothing where the lesson's source is not there.
    """
    for path in sources():
        if path.stem.startswith(f"{number}_"):
            lesson = parse(path)
            learner, solved = ({i: text.source for i, text in _identified(lesson, edition)} for edition in FOLDERS)
            return dict(learner.items() & solved.items())
    return {}


def lines(lesson: Lesson, edition: Edition) -> list[int]:
    """Where each cell of an edition begins in the lesson's source, counted from 1."""
    return [text.line for _, text in _identified(lesson, edition)]


class _Text(NamedTuple):
    """What a cell holds."""

    source: str
    is_prose: bool = False
    tags: tuple[str, ...] = ()
    line: int = 1
    """Where it begins in the lesson's source."""


def _identified(lesson: Lesson, edition: Edition) -> Iterator[tuple[str, _Text]]:
    """The cells, each with an id from its text alone: a new cell changes no other cell's id."""
    title, footer = _Text(_title(lesson, edition), is_prose=True), _Text(_footer(lesson), is_prose=True)
    seen: Counter[str] = Counter()
    for text in (title, *_body(lesson, edition), footer):
        if text.source:
            kind = "markdown" if text.is_prose else "code"
            digest = hashlib.sha256(f"{kind}\n{text.source}".encode()).hexdigest()[:10]
            seen[digest] += 1
            yield digest if seen[digest] == 1 else f"{digest}-{seen[digest]}", text


def _title(lesson: Lesson, edition: Edition) -> str:
    header = lesson.header
    goals = "\n".join(f"- {goal}" for goal in header.goals)
    examples = f" · lecture examples {', '.join(header.examples)}" if header.examples else ""
    if edition == "solved":
        other = f"*This is the solved edition; the exercises are in [notebooks/](../notebooks/{lesson.name}).*\n\n"
    else:
        other = ""
    return (
        f"# {lesson.number} · {header.title}\n\n{header.description}\n\n{other}"
        f"**After this lesson you can**\n\n{goals}\n\nAbout {header.minutes} minutes{examples}."
    )


def _body(lesson: Lesson, edition: Edition) -> Iterator[_Text]:
    regions = {region.start: region for region in lesson.regions}
    is_imported = False
    for cell in lesson.cells:
        lines: list[str] = []
        checks: list[_Text] = []
        at = cell.start + 1
        while at < cell.end:
            region = regions.get(at)
            if region is None:
                line = lesson.lines[at]
                if not (is_imported or cell.is_prose) and line.startswith("from course_utils import "):
                    lines.append(_NO_COURSE_ELSEWHERE if course.here().lessons else _NO_COURSE)
                    is_imported = True
                lines.append(_uncommented(line) if cell.is_prose else line)
                at += 1
                continue
            if edition == "solved":
                lines += lesson.lines[region.start + 1 : region.blank]
            else:
                lines += [_uncommented(line) for line in lesson.lines[region.blank + 1 : region.end]]
            call = f'exercise("{region.exercise}")'
            marked = region.start + 1
            checks.append(_Text(f"{call}.check({region.name})  {_NO_NAME}", line=marked))
            if edition == "learner":
                checks.append(_Text(f"# {call}.hint()\n# {call}.solution()", line=marked))
            at = region.end + 1
        text = "\n".join(lines).strip("\n")
        for part in _AFTER_FOLD.split(_opening(text)) if cell.is_prose else [text]:
            yield _Text(part, cell.is_prose, cell.tags, cell.start + 1)
        yield from checks


# A traceback shows the line that failed and those beside it, and so says what to do.
_NO_COURSE = "# ModuleNotFoundError? This kernel is not the course's Python: start it by `make lab`."
_NO_COURSE_ELSEWHERE = "# ModuleNotFoundError? This kernel's Python has no `course_utils`: install it there."
_NO_NAME = "# NameError? Run the cell with the imports."


# Within one cell JupyterLab puts no space after what is folded, and the next sentence would seem to belong to it.
_AFTER_FOLD = re.compile(r"(?<=</details>)\n+")
_FIGURE = re.compile(r"(?<!\[)!\[([^\]]*)\]\(([^)\s]+)\)")


def _opening(prose: str) -> str:
    """Prose whose pictures open large, in a tab of their own, on a click."""
    return _FIGURE.sub(lambda found: f"[{found[0]}]({found[2]})", prose)


def _uncommented(line: str) -> str:
    return line.removeprefix("#").removeprefix(" ")


def _footer(lesson: Lesson) -> str:
    paths = sources()
    names = [path.name for path in paths]
    if lesson.path.name not in names:
        return ""
    at = names.index(lesson.path.name)
    links = []
    if at > 0:
        before = parse(paths[at - 1])
        links.append(f"[←\N{NO-BREAK SPACE}{before.number} {before.header.title}]({before.name})")
    if at + 1 < len(paths):
        after = parse(paths[at + 1])
        links.append(f"[{after.number} {after.header.title}\N{NO-BREAK SPACE}→]({after.name})")
    return FOOTER + " · ".join(links) if links else ""
