"""Build and check the editions: `python -m course_utils build [--check] [NN ...]`."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from course_utils import course
from course_utils.lessons.editions import FOLDERS, FOOTER, Edition, derive, lines
from course_utils.lessons.source import Lesson, SourceError, parse, sources
from course_utils.widgets.view import without_views
from course_utils.workshop import faults, readme, stamps

if TYPE_CHECKING:
    from nbformat import NotebookNode

Execute = Literal["new", "all", "nothing"]
"""Which cells are run: those whose code, or what their outputs depend on, is new; all; none but new code."""

SECONDS = 300
"""What a cell of a lesson may take when it is built."""
_OVERWRITTEN = re.compile(r"^.*\r(?=[^\n])", re.MULTILINE)


class BuildError(RuntimeError):
    """A lesson that is not as a lesson must be; a line for each fault, with the file, the line and the cure."""


def target(lesson: Lesson, edition: Edition) -> Path:
    """Where an edition is written."""
    return course.here().root / FOLDERS[edition] / lesson.name


def build(numbers: Sequence[str] = (), *, execute: Execute = "new", jobs: int = 2) -> Iterator[str]:
    """Derive, execute and write both editions of the lessons with these numbers (all, when none is given).

    A notebook whose code cells, declarations, data and modules of `course_utils` are those of its outputs keeps them:
    prose is built in a moment. The footers of the lessons before and after, and README's table, are mended too.

    Args:
        numbers: such as `["01", "02"]`.
        execute: see `Execute`.
        jobs: how many notebooks run at a time.

    Yields:
        What was done, a line for each notebook, as it is done.

    Raises:
        SourceError: a source that cannot be parsed.
        BuildError: at the end, of all lessons with a fault. Of these nothing is written.
    """
    lessons = [parse(path) for path in select(numbers)]
    problems: list[str] = []
    running: dict[Future[_Made], tuple[Lesson, Edition]] = {}
    with ThreadPoolExecutor(jobs) as pool:
        for lesson in lessons:
            if found := faults.of_source(lesson):
                problems += map(str, found)
                continue
            made_from = stamps.made_from(lesson)  # here: Python 3.11 may not parse in several threads at once
            kept = {edition: _kept(lesson, edition, execute, made_from) for edition in FOLDERS}
            if None in kept.values() and (found := faults.of_answers(lesson)):
                problems += map(str, found)
                continue
            for edition, notebook in kept.items():
                running[pool.submit(_made, lesson, edition, notebook, made_from)] = lesson, edition
        made: dict[str, dict[Edition, _Made]] = {}
        try:
            for done in as_completed(running):
                lesson, edition = running[done]
                try:
                    made.setdefault(lesson.number, {})[edition] = done.result()
                except BuildError as error:
                    problems.append(str(error))
                if len(made.get(lesson.number, ())) == len(FOLDERS):  # both, or none
                    yield from _store(lesson, made[lesson.number])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # what runs ends, and nothing else begins
            raise
    yield from _refooted(lessons)
    readme.write([parse(path) for path in sources()])
    for lesson in lessons:
        if left := faults.to_fill_in(lesson):
            texts = f"{len(left)} text{'s' if len(left) > 1 else ''} to fill in ({faults.TO_FILL_IN})"
            yield f"{lesson.path.stem}  {texts}, the first in {left[0]}"
    if not numbers:
        problems += map(str, faults.of_course())
    if problems:
        raise BuildError("\n".join(problems))


def stale(numbers: Sequence[str] = ()) -> list[str]:
    """What is wrong with built files: a sentence each, with the command that mends it.

    They fit their sources, ran from top to bottom with the exercises and data there are, and hold nothing that no
    lesson may have. What the modules of `course_utils` make of their cells is for nbval to say.
    """
    import nbformat

    here = course.here()
    problems: list[str] = []
    lessons = [parse(path) for path in select(numbers)]
    for lesson in lessons:
        if found := faults.of_source(lesson):
            problems += map(str, found)
            continue
        mend = f"run `python -m course_utils build {lesson.number}`"
        made_from = stamps.made_from(lesson)
        for edition in FOLDERS:
            path = target(lesson, edition)
            shown = here.shown(path)
            if not path.exists():
                problems.append(f"{shown} is missing: {mend}")
                continue
            built = nbformat.read(path, as_version=4)
            if _skeleton(built.cells) != _skeleton(derive(lesson, edition).cells):
                problems.append(f"{shown} does not fit {here.shown(lesson.path)}: {mend}")
            elif not _ran(built):
                problems.append(f"{shown} was not executed from top to bottom: {mend}")
            elif built.metadata.get(stamps.KEY, {}).get("lesson") != made_from["lesson"]:
                problems.append(f"{shown} ran with other exercises or data than there are: {mend}")
            else:
                problems += map(str, faults.of_notebook(lesson, edition, built))
    if not numbers:
        names = {lesson.name for lesson in lessons}
        for folder in FOLDERS.values():
            for path in sorted((here.root / folder).glob("*.ipynb")):
                if path.name not in names:
                    problems.append(f"{folder}/{path.name} has no source in {here.shown(here.sources)}/: delete it")
        problems += map(str, faults.of_course())
    return problems


def select(numbers: Sequence[str]) -> list[Path]:
    """The sources of the lessons with these numbers; all, when none is given.

    Raises:
        BuildError: for a number that no lesson has; names those there are.
    """
    paths = sources()
    wanted = [number.zfill(2) for number in numbers]
    for number in wanted:
        if not any(path.stem.startswith(f"{number}_") for path in paths):
            known = ", ".join(path.stem[:2] for path in paths) or "none"
            raise BuildError(f"There is no lesson {number}; there are {known}.")
    return [path for path in paths if not wanted or path.stem[:2] in wanted]


def _skeleton(cells: Sequence[NotebookNode]) -> list[tuple[str, str, str, dict[str, object]]]:
    return [(cell.cell_type, cell.id, cell.source, cell.metadata) for cell in cells]


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _ran(notebook: NotebookNode) -> bool:
    """Whether it ran once, from top to bottom."""
    counts = [cell.execution_count for cell in _code(notebook) if cell.source]
    return counts == list(range(1, len(counts) + 1))


def _kept(lesson: Lesson, edition: Edition, execute: Execute, made_from: dict[str, str]) -> NotebookNode | None:
    """An edition with the outputs that are stored, if it ran the same code from top to bottom with the same modules.

    None where it is to run.
    """
    import nbformat

    path = target(lesson, edition)
    if execute == "all" or not path.exists():
        return None
    notebook, stored = derive(lesson, edition), nbformat.read(path, as_version=4)
    new, built = _code(notebook), _code(stored)
    is_same = [(cell.id, cell.source) for cell in new] == [(cell.id, cell.source) for cell in built]
    if not is_same or not _ran(stored) or (execute == "new" and stored.metadata.get(stamps.KEY) != made_from):
        return None
    for cell, before in zip(new, built, strict=True):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    notebook.metadata = stored.metadata
    return notebook


class _Made(NamedTuple):
    """An edition, ready to be written."""

    notebook: NotebookNode
    seconds: float | None
    """How long it ran; None where the outputs are those it had."""


def _made(lesson: Lesson, edition: Edition, kept: NotebookNode | None, made_from: dict[str, str]) -> _Made:
    """An edition that has its outputs, those it had or new ones, and no fault."""
    notebook, seconds = kept, None
    if notebook is None:
        notebook = derive(lesson, edition)
        target(lesson, edition).parent.mkdir(exist_ok=True)
        started = time.monotonic()
        _run(lesson, edition, notebook)
        seconds = time.monotonic() - started
        notebook.metadata[stamps.KEY] = made_from
    if found := faults.of_notebook(lesson, edition, without_views(notebook)):
        raise BuildError("\n".join(map(str, found)))
    return _Made(notebook, seconds)


def _run(lesson: Lesson, edition: Edition, notebook: NotebookNode) -> None:
    """Execute an edition in the folder it is for; its streams are tidied."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    here = course.here()
    begun: list[int] = []
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # of the kernel itself, not of its cells
        on_cell_start=lambda cell, cell_index: begun.append(cell_index),
    )
    try:
        client.execute(cwd=str(here.root / FOLDERS[edition]))
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        line = lines(lesson, edition)[begun[-1]] if begun else 1
        where = f"{here.shown(lesson.path)}:{line}: in {here.shown(target(lesson, edition))} this cell"
        if isinstance(error, CellTimeoutError):
            raise BuildError(f"{where} did not end in {SECONDS} seconds; make it shorter, or less of it.") from None
        if isinstance(error, DeadKernelError):
            raise BuildError(f"{where} ended the kernel; run it by itself, and see what it needs.") from None
        plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # tracebacks come in colour
        raise BuildError(f"{where} raised an error\n{plain}") from None
    for cell in _code(notebook):
        cell.outputs = joined(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = _OVERWRITTEN.sub("", output.text)


def joined(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """One stream for those that follow each other: how a kernel cuts what is printed differs from run to run."""
    joined: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def _store(lesson: Lesson, made: dict[Edition, _Made]) -> Iterator[str]:
    """Write both editions."""
    import nbformat

    for edition, (notebook, seconds) in made.items():
        path = target(lesson, edition)
        nbformat.write(notebook, path)
        how = "same code, outputs kept" if seconds is None else f"{seconds:.0f} s"
        yield f"{path.parent.name}/{path.name}  {how}"


def _refooted(built: Sequence[Lesson]) -> Iterator[str]:
    """Mend the way from lesson to lesson at the end of those before and after the ones that were built."""
    import nbformat

    paths = sources()
    numbers = {lesson.number for lesson in built}
    near = {paths.index(lesson.path) + step for lesson in built if lesson.path in paths for step in (-1, 1)}
    for at in sorted(near):
        if not 0 <= at < len(paths) or paths[at].stem[:2] in numbers:
            continue
        lesson = parse(paths[at])
        for edition in FOLDERS:
            path = target(lesson, edition)
            if not path.exists():
                continue
            stored, new = nbformat.read(path, as_version=4), derive(lesson, edition)
            body, ending = _unfooted(new), new.cells[len(_unfooted(new)) :]
            if _skeleton(_unfooted(stored)) == _skeleton(body) and _skeleton(stored.cells) != _skeleton(new.cells):
                stored.cells = [*_unfooted(stored), *ending]
                nbformat.write(stored, path)
                yield f"{path.parent.name}/{path.name}  its last line leads on as the lessons do now"


def _unfooted(notebook: NotebookNode) -> list[NotebookNode]:
    """Its cells but for the last, where that leads to other lessons."""
    is_footed = notebook.cells and notebook.cells[-1].source.startswith(FOOTER)
    return list(notebook.cells[:-1] if is_footed else notebook.cells)


__all__ = ["BuildError", "SourceError", "build", "joined", "select", "stale", "target"]
