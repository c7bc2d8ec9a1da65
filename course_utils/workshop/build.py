"""Build and check the editions: `python -m course_utils build [--check] [NN ...]`."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from course_utils.lessons.editions import FOLDERS, Edition, derive
from course_utils.lessons.source import ROOT, Lesson, SourceError, parse, sources
from course_utils.widgets.view import without_views

if TYPE_CHECKING:
    from nbformat import NotebookNode

_OVERWRITTEN = re.compile(r"^.*\r(?=[^\n])", re.MULTILINE)
_TABLE = re.compile(r"(?<=<!-- lessons -->\n).*(?=<!-- /lessons -->)", re.DOTALL)


class BuildError(RuntimeError):
    """A notebook that did not run as a lesson must: names the notebook and the cell."""


def target(lesson: Lesson, edition: Edition, root: Path = ROOT) -> Path:
    """Where an edition is written."""
    return root / FOLDERS[edition] / lesson.name


def build(numbers: Sequence[str] = (), *, execute: bool = False, jobs: int = 2) -> None:
    """Derive, execute and write both editions of the lessons with these numbers (all, when none is given).

    A notebook whose code cells are those that were executed last keeps its outputs: prose is built in a moment.

    Args:
        numbers: such as `["01", "02"]`.
        execute: run all code all the same, as after a change in `course_utils`.
        jobs: how many notebooks run at a time.

    Raises:
        SourceError: a source that cannot be parsed.
        BuildError: a cell that raised, wrote to stderr or showed a picture without alt text.
    """
    lessons = [parse(path) for path in _select(numbers)]
    work: list[tuple[Lesson, Edition, bool]] = [(lesson, edition, execute) for lesson in lessons for edition in FOLDERS]
    with ThreadPoolExecutor(jobs) as pool:
        for message in pool.map(lambda item: _build_one(*item), work):
            print(message, flush=True)
    if not numbers:
        _write_table()


def stale(numbers: Sequence[str] = (), root: Path = ROOT) -> list[str]:
    """What no longer fits its source: one sentence for each built file, with the command that mends it."""
    import nbformat

    problems: list[str] = []
    lessons = [parse(path) for path in _select(numbers)]
    for lesson in lessons:
        mend = f"run `python -m course_utils build {lesson.number}`"
        for edition in FOLDERS:
            path = target(lesson, edition, root)
            shown = path.relative_to(root).as_posix()
            if not path.exists():
                problems.append(f"{shown} is missing: {mend}")
                continue
            built = nbformat.read(path, as_version=4)
            if _skeleton(built) != _skeleton(derive(lesson, edition)):
                problems.append(f"{shown} does not fit solutions/{lesson.path.name}: {mend}")
                continue
            counts = [cell.execution_count for cell in built.cells if cell.cell_type == "code" and cell.source]
            if counts != list(range(1, len(counts) + 1)):
                problems.append(f"{shown} was not executed from top to bottom: {mend}")
    if not numbers:
        names = {lesson.name for lesson in lessons}
        for folder in FOLDERS.values():
            for path in sorted((root / folder).glob("*.ipynb")):
                if path.name not in names:
                    problems.append(f"{folder}/{path.name} has no source in solutions/: delete it")
        if (root / "README.md").read_text(encoding="utf-8") != _with_table(lessons, root):
            problems.append("README.md: the table of lessons is not that of the headers: run `make lessons`")
    return problems


def _select(numbers: Sequence[str]) -> list[Path]:
    paths = sources()
    wanted = [number.zfill(2) for number in numbers]
    for number in wanted:
        if not any(path.stem.startswith(f"{number}_") for path in paths):
            known = ", ".join(path.stem[:2] for path in paths)
            raise BuildError(f"There is no lesson {number}; there are {known}.")
    return [path for path in paths if not wanted or path.stem[:2] in wanted]


def _skeleton(notebook: NotebookNode) -> list[tuple[str, str, str, dict[str, object]]]:
    return [(cell.cell_type, cell.id, cell.source, cell.metadata) for cell in notebook.cells]


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _keep_outputs(notebook: NotebookNode, path: Path) -> bool:
    """Take outputs over from the built notebook, if it ran the same code from top to bottom."""
    import nbformat

    if not path.exists():
        return False
    stored = nbformat.read(path, as_version=4)
    new, built = _code(notebook), _code(stored)
    same = [(cell.id, cell.source) for cell in new] == [(cell.id, cell.source) for cell in built]
    if not same or [cell.execution_count for cell in built] != list(range(1, len(built) + 1)):
        return False
    for cell, before in zip(new, built, strict=True):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    notebook.metadata = stored.metadata
    return True


def _build_one(lesson: Lesson, edition: Edition, execute: bool) -> str:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    path = target(lesson, edition)
    notebook = derive(lesson, edition)
    if not execute and _keep_outputs(notebook, path):
        nbformat.write(notebook, path)
        return f"{path.parent.name}/{path.name}  same code, outputs kept"
    path.parent.mkdir(exist_ok=True)
    started = time.monotonic()
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False)
    try:
        client.execute(cwd=str(path.parent))
    except CellExecutionError as error:
        plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # tracebacks come in colour
        raise BuildError(f"{path.parent.name}/{path.name}: a cell raised\n{plain}") from None
    for cell in _code(notebook):
        cell.outputs = joined(cell.outputs)
    for problem in problems(without_views(notebook)):
        raise BuildError(f"{path.parent.name}/{path.name}: {problem}")
    nbformat.write(notebook, path)
    return f"{path.parent.name}/{path.name}  {time.monotonic() - started:.0f} s"


def joined(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """One stream for those that follow each other: how a kernel cuts what is printed differs from run to run."""
    joined: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def problems(notebook: NotebookNode) -> Iterator[str]:
    """What an executed lesson must not contain; tidies its streams on the way."""
    for number, cell in enumerate(notebook.cells, 1):
        first = cell.source.splitlines()[0] if cell.source else ""
        where = f"cell {number} ({first!r})"
        if cell.cell_type == "markdown" and re.search(r"!\[\s*\]\(", cell.source):
            yield f"{where} has a picture without alt text"
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                if output.name == "stderr":
                    yield f"{where} wrote to stderr: {output.text.strip()[:300]}"
                output.text = _OVERWRITTEN.sub("", output.text)
            data, metadata = output.get("data", {}), output.get("metadata", {})
            html = data.get("text/html", "")
            unnamed = any('alt=""' in tag or "alt=" not in tag for tag in re.findall(r"<img\b[^>]*>", html))
            is_mute = "image/png" in data and not metadata.get("image/png", {}).get("alt")
            if unnamed or is_mute or "image/svg+xml" in data:
                yield f"{where} shows a picture without alt text"


def _with_table(lessons: Sequence[Lesson], root: Path = ROOT) -> str:
    rows = ["| lesson | what it is about | lecture examples | minutes |", "|---|---|---|---|"]
    for lesson in lessons:
        header = lesson.header
        examples = ", ".join(header.examples) or "–"
        link = f"[{lesson.number} {header.title}](notebooks/{lesson.name})"
        rows.append(f"| {link} | {header.description} | {examples} | {header.minutes} |")
    table = "\n".join(rows) + "\n"
    return _TABLE.sub(lambda _: table, (root / "README.md").read_text(encoding="utf-8"))


def _write_table() -> None:
    text = _with_table([parse(path) for path in sources()])
    (ROOT / "README.md").write_text(text, encoding="utf-8")


__all__ = ["BuildError", "SourceError", "build", "problems", "stale", "target"]
