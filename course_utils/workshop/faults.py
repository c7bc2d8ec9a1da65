"""What a lesson must not have: a sentence for each fault, with the file, the line and the cure.

Of a source before it is run, of a notebook that was, and of the course as a whole.
"""

from __future__ import annotations

import difflib
import os
import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from course_utils import course
from course_utils.checks.values import SameValue
from course_utils.course import Room
from course_utils.exercises import every
from course_utils.lessons.editions import FOLDERS, Edition, lines
from course_utils.lessons.source import Lesson, parse, sources
from course_utils.markup import first_line
from course_utils.workshop import readme
from course_utils.workshop.parts import MAKE, code, modules

if TYPE_CHECKING:
    from nbformat import NotebookNode

TO_FILL_IN = "FILL IN"
"""What marks a text that a new lesson begins with and that its author writes."""

_WRITTEN: tuple[Room, ...] = ("exercises", "figures", "answers", "data")
_TITLE = re.compile(r"#+\s*(Exercise\b.*|\d+\.\d+\b.*)")
_LINK = re.compile(r"\]\(([^)\s]+)\)|\b(?:src|href)=\"([^\"]+)\"")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_STATUS = re.compile(r"(passed|failed|not attempted|not checked)$")
_COULD_NOT_LOOK = "the check could not look at this"
_WANTED: dict[Edition, str] = {"learner": "not attempted", "solved": "passed"}


class Fault(NamedTuple):
    """One thing that is wrong."""

    file: str
    """Beneath the folder of the course."""
    line: int
    """Counted from 1."""
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.cure}."


def of_source(lesson: Lesson) -> list[Fault]:
    """What is wrong with a lesson before any of it has run."""
    here = course.here()
    file = here.shown(lesson.path)
    faults = [*_links(lesson, file, here), *_data(lesson, file, here)]
    if broken := [fault for path in modules(lesson, *_WRITTEN) if (fault := _unreadable(path, here))]:
        return [*broken, *faults]
    path = here.room("exercises") / f"lesson_{lesson.number}.py"
    try:
        declared = {id: own.title for id, own in every().items() if id.split(".")[0].zfill(2) == lesson.number}
    except Exception as error:
        return [of_error(error, path, "the exercises cannot be imported"), *faults]
    if twice := list(_declared_twice(path, here)):
        return [*twice, *faults]
    return [*_declared(lesson, file, declared, path), *_headings(lesson, file, declared), *faults]


def of_answers(lesson: Lesson) -> list[Fault]:
    """What is wrong with the answers of a lesson, each run by itself, in this process: they are its author's own."""
    file = course.here().shown(lesson.path)
    faults = []
    for region in lesson.regions:
        own = every()[region.exercise]
        where = f"the answer to {region.exercise}"
        try:
            value = own.target()
        except Exception as error:
            cure = _GIVEN if isinstance(error, NameError) else "mend it"
            what = f"{where}, run by itself, raises {type(error).__name__}: {first_line(error)}"
            faults.append(Fault(file, region.start + 1, what, cure))
            continue
        for criterion in own.criteria:
            if isinstance(criterion, SameValue) and (mistake := criterion.mistaken(value)):
                what = f"{where} is a value that its exercise declares a mistake ({mistake.rstrip('.')})"
                faults.append(Fault(file, region.start + 1, what, "mend the answer, or take it out of `mistakes=`"))
    return faults


def of_error(error: Exception, path: Path, what: str) -> Fault:
    """Of code that an author wrote and that stopped, the line where it stopped.

    Args:
        error: what it raised.
        path: the module that was asked for; another one may have stopped it.
        what: what is not so because of that.
    """
    here = course.here()
    file, line = stopped(error, lambda path: _is_authors(path, here)) or (path, 1)
    return Fault(here.shown(file), line, f"{what} ({type(error).__name__}: {first_line(error)})", "mend this line")


def stopped(error: Exception, is_wanted: Callable[[Path], bool]) -> tuple[Path, int] | None:
    """File and line of what is no Python, else of the last call from a file that is wanted."""
    if isinstance(error, SyntaxError) and error.filename:
        return Path(error.filename), error.lineno or 1
    calls = [call for call in traceback.extract_tb(error.__traceback__) if is_wanted(Path(call.filename))]
    return (Path(calls[-1].filename), calls[-1].lineno or 1) if calls else None


def _is_authors(path: Path, here: course.Course) -> bool:
    """Whether a file was written for lessons, and not for what runs them."""
    if here.lessons:
        return path.is_relative_to(here.sources) or path.is_relative_to(here.room("answers"))
    if path.parent == here.room("data"):
        return path.stem in here.names("data")
    rooms = (here.room("exercises"), here.room("figures"), here.room("answers"))
    return path.parent in rooms and path.stem.startswith("lesson_")


def of_notebook(lesson: Lesson, edition: Edition, notebook: NotebookNode) -> list[Fault]:
    """What is wrong with an edition that has run.

    Args:
        lesson: where it comes from.
        edition: which one it is.
        notebook: its cells, with their outputs; no view of a widget among them.
    """
    here = course.here()
    file = here.shown(lesson.path)
    faults: list[Fault] = []
    answered = {f'exercise("{region.exercise}").check({region.name})': region for region in lesson.regions}
    for cell, line in zip(notebook.cells, lines(lesson, edition), strict=True):
        if cell.cell_type == "markdown":
            continue
        begin = cell.source.splitlines()[0] if cell.source else ""
        where = f"the cell that begins with `{begin[:60]}`"
        faults += [Fault(file, line, f"{where} {what}", cure) for what, cure in _amiss(cell)]
        if region := answered.get(begin.partition("  #")[0]):
            faults += _verdict(file, line, region.exercise, region.name, edition, _value(cell))
        elif _COULD_NOT_LOOK in _text(cell):
            faults.append(Fault(file, line, f"in {where} a check could not look at what it was given", _SEE))
    return faults


def of_course() -> list[Fault]:
    """What is wrong with the course beside its lessons: data without a test, exercises without a lesson, a count."""
    here = course.here()
    faults: list[Fault] = []
    folder = here.room("data")
    registered = here.names("data")
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.py"))}
    for path in texts:
        if path.stem in registered:
            faults += _untested(path, here)
        used = re.compile(rf"\bdata(?:\.| import .*\b){path.stem}\b")
        if path.stem not in ("__init__", *registered) and not any(used.search(other) for other in texts.values()):
            what = f"`data.{path.stem}` is not there, since the module has no `make`"
            faults.append(Fault(here.shown(path), 1, what, "write `def make(…) -> Dataset:`, or delete the file"))
    numbers = {path.stem[:2] for path in sources()}
    for path in sorted(here.room("exercises").glob("lesson_*.py")):
        if path.stem[-2:] not in numbers:
            what = (
                f"exercises of lesson {path.stem[-2:]} are declared, and {here.shown(here.sources)}/ has no such lesson"
            )
            faults.append(Fault(here.shown(path), 1, what, "write its source, or delete this file"))
    if misfit := readme.misfit([parse(path) for path in sources()]):
        line, right = misfit
        what = f"it does not fit the lessons: this line should be “{right}”"
        faults.append(Fault("README.md", line, what, "`python -m course_utils build` writes it anew"))
    return faults


def _untested(path: Path, here: course.Course) -> Iterator[Fault]:
    """A data set without a test."""
    test = here.root / "tests" / f"test_data_{path.stem}.py"
    if not test.exists():
        cure = f"write {here.shown(test)}, which shows its shapes and its ceiling"
        yield Fault(here.shown(path), 1, f"the data set `{path.stem}` has no test", cure)


def to_fill_in(lesson: Lesson) -> list[str]:
    """The texts that a new lesson's author has not written yet, each as `file:line`."""
    here = course.here()
    files = [lesson.path, *modules(lesson, *_WRITTEN)]
    return [
        f"{here.shown(path)}:{at}"
        for path in files
        for at, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if TO_FILL_IN in line
    ]


def _declared(lesson: Lesson, file: str, titles: Mapping[str, str], path: Path) -> Iterator[Fault]:
    """An exercise is answered in the source and declared beside it: both, or neither."""
    shown = course.here().shown(path)
    for region in lesson.regions:
        if region.exercise not in titles:
            where = f"exercise {region.exercise} is answered here and not declared"
            yield Fault(file, region.start + 1, where, f"declare it in {shown}")
    for id in sorted(set(titles) - {region.exercise for region in lesson.regions}):
        line = _line_of(path, f'id="{id}"')
        yield Fault(shown, line, f"exercise {id} is declared and not answered in {file}", _MARK.format(id))


def _unreadable(path: Path, here: course.Course) -> Fault | None:
    """A module that is no Python."""
    try:
        compile(path.read_text(encoding="utf-8"), str(path), "exec")
    except UnicodeDecodeError:
        return Fault(here.shown(path), 1, "the file is not in UTF-8", "save it in that encoding")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        return Fault(
            here.shown(path),
            line,
            f"this is no Python ({getattr(error, 'msg', None) or first_line(error)})",
            "mend this line",
        )
    return None


def _declared_twice(path: Path, here: course.Course) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else (), 1):
        for id in re.findall(r"\bid=[\"'](\d+\.\d+)[\"']", line):
            if id in seen:
                yield Fault(here.shown(path), at, f"exercise {id} is declared twice", "give each an id of its own")
            seen.add(id)


def _headings(lesson: Lesson, file: str, titles: Mapping[str, str]) -> Iterator[Fault]:
    """Each exercise has its heading, `### Exercise N.M · Title`, above its answer and beneath the one before."""
    right = {f"### Exercise {id} · {title}": id for id, title in titles.items()}
    found: dict[str, int] = {}
    for at, text in _prose(lesson):
        if _TITLE.fullmatch(text) is None:
            continue
        if text in right:
            found[right[text]] = at
            continue
        id = next(iter(re.findall(r"\d+\.\d+", text)), "")
        wanted = next((heading for heading, own in right.items() if own == id), None)
        near = wanted or next(iter(difflib.get_close_matches(text, right, n=1, cutoff=0)), "### Exercise N.M · Title")
        cure = f"write `{near}`, as it is declared, or change the title where it is declared"
        yield Fault(file, at + 1, f"`{text}` is no heading of an exercise", cure)
        found.setdefault(id, at)
    above = -1
    for region in lesson.regions:
        at = found.get(region.exercise, -1)
        if region.exercise in titles and not above < at < region.start:
            what = f"exercise {region.exercise} has no heading between the answer before it and its own"
            cure = f"write `### Exercise {region.exercise} · {titles[region.exercise]}` in the text above"
            yield Fault(file, region.start + 1, what, cure)
        above = region.end


def _links(lesson: Lesson, file: str, here: course.Course) -> Iterator[Fault]:
    """Pictures and pages that a text names are there, as seen from the folder of the notebooks."""
    base = here.root / FOLDERS["learner"]
    pages = {path.with_suffix(".ipynb").name: path for path in sources()}
    for at, text in _prose(lesson):
        if re.search(r"!\[\s*\]\(", text):
            yield Fault(file, at + 1, "a picture has no alt text", "write between `![` and `]` what it shows")
        for found in _LINK.finditer(text):
            target, _, anchor = (found[1] or found[2]).partition("#")
            if _ELSEWHERE.match(target):
                continue
            if target and not _at(base, target).exists() and target not in pages:
                cure = _cure(_at(base, target), target, here, set(pages))
                yield Fault(file, at + 1, f"the link to `{target}` leads nowhere", cure)
            elif anchor and (not target or target in pages):
                headings = _anchors(parse(pages[target]) if target else lesson)
                if unquote(anchor) not in headings:
                    near = difflib.get_close_matches(unquote(anchor), headings, n=1, cutoff=0)
                    what = f"`{target}#{anchor}` leads to no heading"
                    yield Fault(file, at + 1, what, f"did you mean `#{near[0]}`")


def _anchors(lesson: Lesson) -> set[str]:
    """What JupyterLab calls the headings of a lesson, in links."""
    titles = [f"{lesson.number} · {lesson.header.title}"]
    titles += [text.lstrip("#").strip() for _, text in _prose(lesson) if re.match(r"#+ ", text)]
    return {re.sub(r"[`*]", "", title).replace(" ", "-") for title in titles}


def _at(base: Path, target: str) -> Path:
    """Where a link leads, also from a folder that is not there yet."""
    return Path(os.path.normpath(base / target))


def _cure(path: Path, target: str, here: course.Course, pages: set[str]) -> str:
    folder = path.parent
    if folder == here.figures:
        names = [f"{name}.svg" for name in _figures()]
        if path.name in names:
            return "`python -m course_utils figures` draws it"
    else:
        names = sorted(pages) if folder == here.root / FOLDERS["learner"] else []
    names += [other.name for other in folder.glob("*") if other.is_file()]
    if near := difflib.get_close_matches(path.name, names, n=1, cutoff=0.7):
        return f"did you mean `{target[: len(target) - len(path.name)]}{near[0]}`"
    if folder == here.figures:
        return f"write a function that draws it in {here.shown(here.room('figures'))}/lesson_NN.py"
    return "write the name of a file that is there, as seen from the folder notebooks/"


def _figures() -> list[str]:
    """The names of all pictures that functions draw; none where these cannot be imported."""
    try:
        return [name for drawings in course.here().all("figures", "FIGURES") for name in drawings]
    except Exception:
        return []


def _data(lesson: Lesson, file: str, here: course.Course) -> Iterator[Fault]:
    """The data sets that the code makes are there, and have a test."""
    from course_utils import data

    known = dir(data)
    for at, text in code(lesson):
        for name in MAKE.findall(text):
            path = here.room("data") / f"{name}.py"
            if name not in known and path.exists():
                yield Fault(here.shown(path), 1, f"`data.{name}` has no `make`", "write `def make(…) -> Dataset:`")
            elif name in known and path.exists():
                yield from _untested(path, here)
            elif name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                begin = f"`python -m course_utils new data {name}` begins one"
                cure = f"did you mean `data.{near[0]}`, or {begin}" if near else begin
                yield Fault(file, at + 1, f"there is no data set `{name}`", cure)


def _verdict(file: str, line: int, id: str, name: str, edition: Edition, text: str) -> Iterator[Fault]:
    """What a check says in an edition: the answer passes, the blank is not attempted."""
    lines = text.splitlines()
    status = _STATUS.search(lines[0]) if lines else None
    if edition == "learner" and f"There is no `{name}` yet" in text:
        yield Fault(file, line, f"the blank of {id} gives no `{name}`", _BLANK.format(name))
        return
    if status and status[1] == _WANTED[edition]:
        return
    said = next((text.strip() for text in lines[1:] if text.strip().startswith("✗")), " ".join(lines[1:2]).strip())
    if edition == "learner":
        what = f"the blank of {id} is not “not attempted” but “{status[1] if status else 'nothing'}”"
        yield Fault(file, line, what, _BLANK.format(name))
        return
    what = f"the answer to {id} does not pass its own check ({said.rstrip('.') or 'it said nothing'})"
    if "NameError" in said:
        cure = _GIVEN
    elif _COULD_NOT_LOOK in said:
        cure = "mend the answer, or the criterion that stumbled over it"
    else:
        cure = "mend the answer, or what its exercise asks for"
    yield Fault(file, line, what, cure)


def _amiss(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """What no output of a lesson may have, and what to do about it."""
    for output in cell.get("outputs", ()):
        if output.output_type == "stream" and output.name == "stderr":
            yield f"wrote to stderr ({output.text.strip()[:300]})", "nothing may, so that every machine shows the same"
        data, metadata = output.get("data", {}), output.get("metadata", {})
        html = data.get("text/html", "")
        unnamed = any('alt=""' in tag or "alt=" not in tag for tag in re.findall(r"<img\b[^>]*>", html))
        is_mute = "image/png" in data and not metadata.get("image/png", {}).get("alt")
        if unnamed or is_mute or "image/svg+xml" in data:
            yield "shows a picture without alt text", 'show it by `show(figure, alt="…")`'


def _value(cell: NotebookNode) -> str:
    """What a cell's last line gave, in words; a check that trains prints a line before it."""
    values = (output.data.get("text/plain", "") for output in cell.outputs if output.output_type == "execute_result")
    return next(values, "")


def _text(cell: NotebookNode) -> str:
    return "\n".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", ())
    )


def _prose(lesson: Lesson) -> Iterator[tuple[int, str]]:
    """The lines of the text cells, without their `# `, and where they are; what stands between ``` is left out."""
    for cell in lesson.cells:
        is_code = False
        for at in range(cell.start + 1, cell.end) if cell.is_prose else ():
            text = lesson.lines[at].removeprefix("#").removeprefix(" ")
            is_code ^= text.startswith("```")
            if not is_code:
                yield at, text


def _line_of(path: Path, text: str) -> int:
    numbered = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return next((at for at, line in numbered if text in line), 1)


_BLANK = "begin the lines after `# @blank` with `# {} = ...`"
_GIVEN = "an answer is run by itself: let the exercise hand it what it needs, by `given=`, or make it in the answer"
_SEE = "run this cell, and read what stumbled"
_MARK = "mark its answer there with `# @answer {} name`, or take it out"
