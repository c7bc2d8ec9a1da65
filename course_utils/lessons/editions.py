"""Both editions of a lesson, as notebooks that have not run yet."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Literal

from course_utils.lessons.source import Lesson, parse, sources

if TYPE_CHECKING:
    from nbformat import NotebookNode

Edition = Literal["learner", "solved"]
FOLDERS: dict[Edition, str] = {"learner": "notebooks", "solved": "solutions"}


def derive(lesson: Lesson, edition: Edition) -> NotebookNode:
    """One edition of a lesson: cells with deterministic ids, no outputs.

    Args:
        lesson: the parsed source.
        edition: `learner` has the blanks, `solved` the answers.

    Returns:
        A notebook of format 4.5.
    """
    import jupytext
    import nbformat

    text = "\n".join([*_title(lesson, edition), *_body(lesson, edition), *_footer(lesson)])
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        # From the text alone: a new cell changes no other cell's id.
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:10]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    return notebook


def _markdown(text: str) -> list[str]:
    return ["# %% [markdown]", *(f"# {line}".rstrip() for line in text.splitlines()), ""]


def _title(lesson: Lesson, edition: Edition) -> list[str]:
    header = lesson.header
    goals = "\n".join(f"- {goal}" for goal in header.goals)
    examples = f" · lecture examples {', '.join(header.examples)}" if header.examples else ""
    if edition == "solved":
        other = f"*This is the solved edition; the exercises are in [notebooks/](../notebooks/{lesson.name}).*\n\n"
    else:
        other = ""
    return _markdown(
        f"# {lesson.number} · {header.title}\n\n{header.description}\n\n{other}"
        f"**After this lesson you can**\n\n{goals}\n\nAbout {header.minutes} minutes{examples}."
    )


def _body(lesson: Lesson, edition: Edition) -> list[str]:
    lines: list[str] = []
    regions = {region.start: region for region in lesson.regions}
    pending: list[str] = []
    at = lesson.body
    while at < len(lesson.lines):
        line = lesson.lines[at]
        if line.startswith("# %%") and pending:
            lines += pending
            pending = []
        region = regions.get(at)
        if region is None:
            lines.append(line)
            at += 1
            continue
        if edition == "solved":
            lines += lesson.lines[region.start + 1 : region.blank]
        else:
            lines += [line[2:] for line in lesson.lines[region.blank + 1 : region.end]]
        call = f'exercise("{region.exercise}")'
        pending += ["", "# %%", f"{call}.check({region.name})", ""]
        if edition == "learner":
            pending += ["# %%", f"# {call}.hint()", f"# {call}.solution()", ""]
        at = region.end + 1
    return lines + pending


def _footer(lesson: Lesson) -> list[str]:
    paths = sources()
    names = [path.name for path in paths]
    if lesson.path.name not in names:
        return []
    at = names.index(lesson.path.name)
    links = []
    if at > 0:
        before = parse(paths[at - 1])
        links.append(f"[← {before.number} {before.header.title}]({before.name})")
    if at + 1 < len(paths):
        after = parse(paths[at + 1])
        links.append(f"[{after.number} {after.header.title} →]({after.name})")
    return ["", *_markdown("---\n\n" + " · ".join(links))] if links else []
