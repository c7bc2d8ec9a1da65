"""Begin a lesson, a data set, a widget, a rule or a course: `python -m course_utils new …`.

All that one of them has is written from `templates/`, as an example that builds, passes and is to be written over. What
its author has to say is marked there by `faults.TO_FILL_IN`.
"""

from __future__ import annotations

import builtins
import contextlib
import keyword
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from course_utils import course
from course_utils.course import Course
from course_utils.workshop.faults import TO_FILL_IN

_TEMPLATES = Path(__file__).with_name("templates")
_LONGEST = 40  # characters of a name: a file's, a title's and a line's length follow it
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LESSON = re.compile(r"(\d\d)_(.*)", re.DOTALL)
_FIRST = "01", "wide_and_deep"
"""Number and topic of the lesson that a course begins with."""
_USAGE = (
    "Name what to begin: `new 14_wide_and_deep` for a lesson, `new data ponds`, `new widget dials`, "
    "`new rule pool_then_relu`, or `new course FOLDER`."
)


class NotNew(ValueError):
    """What cannot be begun; the message says why."""


@dataclass
class _Plan:
    """What is to be written, before any of it is."""

    course: Course
    next: str
    """What to do then."""
    files: dict[Path, str] = field(default_factory=dict)
    """New ones."""
    registered: dict[Path, str] = field(default_factory=dict)
    """Those that there are, with what is put into them."""


def begin(*names: str) -> Iterator[str]:
    """Write all that something new has.

    Args:
        names: `"14_wide_and_deep"` for a lesson of the course one works in; or what it is and its name, such as
            `"data", "ponds"`, `"widget", "dials"`, `"rule", "pool_then_relu"`, `"course", "../my_course"`.

    Yields:
        A line for each file written, and last what to do next.

    Raises:
        NotNew: for a name that nothing can have, and where a file is there already. Nothing is written then.
    """
    if len(names) == 2 and names[0] in _KINDS:
        plan = _KINDS[names[0]](names[1])
    elif len(names) == 1 and names[0] not in _KINDS:
        plan = _lesson(names[0])
    else:
        raise NotNew(_USAGE)
    yield from _write(plan)
    yield plan.next


def _write(plan: _Plan) -> Iterator[str]:
    """Write all of a plan, or nothing."""
    for path in plan.files:
        if path.exists() or path.is_symlink():
            raise NotNew(f"{plan.course.shown(path)} is there already; nothing was written. Choose another name.")
    before = {path: path.read_bytes() for path in plan.registered}
    made: list[Path] = []
    try:
        for path, text in plan.files.items():
            made += [*reversed([folder for folder in path.parents if not folder.exists()])]
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(text)
        for path, text in plan.registered.items():
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        for path, content in before.items():
            if path.read_bytes() != content:
                path.write_bytes(content)
        for path in reversed(made):
            with contextlib.suppress(OSError):  # a folder that was not made after all
                path.rmdir() if path.is_dir() else path.unlink()
        raise NotNew(f"{error.filename} cannot be written ({error.strerror}); nothing was.") from None
    yield from (plan.course.shown(path) for path in plan.files)
    yield from (f"{plan.course.shown(path)}  (registered)" for path in plan.registered)


def _lesson(name: str) -> _Plan:
    here = _here()
    numbered = _LESSON.fullmatch(name)
    if numbered is None:
        near = f"0{name}" if re.fullmatch(r"\d_[a-z]\w*", name, re.ASCII) else _free(here)
        raise NotNew(f"{name!r} is no lesson's name: two digits, an underscore and a topic, such as `{near}`.")
    number, topic = numbered.groups()
    _check(topic, "a topic", prefix=f"{number}_")
    _check_data(topic, here, f"The lesson's data set would be `data.{topic}`; choose another topic.")
    if taken := next(here.sources.glob(f"{number}_*.py"), None):
        raise NotNew(f"{here.shown(taken)} has the number {number} already; the next that is free: `{_free(here)}`.")
    files = _lesson_files(here, number, topic)
    build = f"python -m course_utils build {number}"
    then = f"python -m course_utils watch {number}"
    return _Plan(here, f"Next: `{build}`; then write, with `{then}` beside you. Look for {TO_FILL_IN}.", files)


def _free(here: Course) -> str:
    """A name with the number after the last lesson's."""
    numbers = [int(path.stem[:2]) for path in here.sources.glob("[0-9][0-9]_*.py")]
    return f"{min(max(numbers, default=0) + 1, 99):02}_topic"


def _lesson_files(here: Course, number: str, topic: str) -> dict[Path, str]:
    import yaml

    title = _title(topic)
    words = {
        "number": number,
        "lesson": str(int(number)),
        "topic": topic,
        "yaml_title": title if yaml.safe_load(title) == title else f'"{title}"',
    }
    drawing = _filled("lesson/figures.py", **words)
    module = f"lesson_{number}.py"
    return {
        here.sources / f"{number}_{topic}.py": _filled("lesson/source.py", **words),
        here.room("exercises") / module: _filled("lesson/exercises.py", **words),
        **_data_files(here, topic),
        here.room("figures") / module: drawing,
        here.figures / f"{number}_{topic}.svg": _drawn(drawing),
        here.room("answers") / module: _filled("lesson/answers.py", **words),
    }


def _drawn(module: str) -> str:
    """The one picture that a module of pictures draws."""
    from course_utils.workshop.figures import svg

    names: dict[str, object] = {}
    exec(compile(module, "<figures>", "exec"), names)
    drawings = names["FIGURES"]
    assert isinstance(drawings, dict)
    (draw,) = drawings.values()
    return svg(draw)


def _data(name: str) -> _Plan:
    here = _here()
    _check(name, "a data set's name")
    _check_data(name, here, "Choose another name.")
    return _Plan(here, _next(f"tests/test_data_{name}.py", f"data.{name}.make()"), _data_files(here, name))


def _data_files(here: Course, name: str) -> dict[Path, str]:
    return {
        here.room("data") / f"{name}.py": _filled("data/module.py", topic=name),
        here.root / "tests" / f"test_data_{name}.py": _filled("data/test.py", topic=name),
    }


def _check_data(name: str, here: Course, cure: str) -> None:
    """Refuse what `data` has already: data sets of this course and of the package, and names of its own."""
    from course_utils import data

    rooms = (here.room("data"), Course(course.ROOT).room("data"))
    if name in vars(data) or any((room / f"{name}.py").exists() for room in rooms):
        raise NotNew(f"`data.{name}` is there already. {cure}")


def _widget(name: str) -> _Plan:
    here = _package("A widget")
    _check(name, "a widget's name")
    folder = course.ROOT / "course_utils"
    door = folder / "__init__.py"
    module = _filled("widget/module.py", name=name, Name=_camel(name))
    if hasattr(builtins, name) or (folder / name).exists() or (folder / f"{name}.py").exists():
        raise NotNew(f"`{name}` is a name of Python's or of `course_utils` already. Choose another name.")
    _unused(name, here.shown(door), _text(door))
    _unused(name, "the widget that a new one begins as", _raw("widget/module.py"))
    style = name.replace("_", "-")
    files = {
        folder / "widgets" / f"{name}.py": module,
        folder / "widgets" / f"{name}.js": _filled("widget/script.js", **{"class": style, "title": _title(name)}),
        folder / "widgets" / f"{name}.css": _filled("widget/style.css", **{"class": style}),
        course.ROOT / "tests" / f"test_widgets_{name}.py": _filled("widget/test.py", name=name),
    }
    home = f"course_utils.widgets.{name}"
    text = _text(door)
    for pattern, line in (
        (r"    from course_utils\.widgets\.(\w+) import \w+", f"    from {home} import {name}"),
        (r'    "([a-z]\w*)": "course_utils\.[\w.]+",', f'    "{name}": "{home}",'),
        (r'    "([a-z]\w*)",', f'    "{name}",'),
    ):
        text = _among(text, door, pattern, name, line)
    return _Plan(here, _next(f"tests/test_widgets_{name}.py", f"{name}()"), files, {door: text})


def _rule(name: str) -> _Plan:
    here = _package("A rule")
    _check(name, "a rule's name")
    folder = course.ROOT / "course_utils" / "graphs" / "normal"
    registry, pairs = folder / "__init__.py", course.ROOT / "tests" / "test_graphs_rules.py"
    words = name.replace("_", " ")
    listing = _text(registry)
    path = folder / "rules" / f"{name}.py"
    codes = {other: _text(other) for other in sorted((folder / "rules").glob("*.py"))}
    for other, code in codes.items():
        if f'"{words}",' in code.replace("-", " "):
            raise NotNew(f"{here.shown(other)} has a rule “{words}” already. Choose another name.")
    for other, code in codes.items():
        if TO_FILL_IN in code:
            raise NotNew(f"{here.shown(other)} still is the example that a new rule begins with; write that one first.")
    _unused(name, here.shown(registry), listing)
    files = {path: _filled("rule/module.py", NAME=name.upper(), words=words)}
    listing = _among(listing, registry, r"    ([a-z]\w*),", name, f"    {name},")
    listing = _behind(listing, registry, "    nothing.DROPOUT,\n", f"    {name}.{name.upper()},\n")
    text = _behind(_text(pairs), pairs, "\nPAIRS = [\n", _filled("rule/pair.py", words=words))
    picked = " and ".join(word for word in words.split() if word not in ("and", "or", "not"))  # as pytest reads them
    cases = _next(f'tests/test_graphs_rules.py -k "{picked}"')
    then = f"{cases} `python -m course_utils criteria` lists it in CRITERIA.md."
    return _Plan(here, then, files, {registry: listing, pairs: text})


def _course(folder: str) -> _Plan:
    root = Path(os.path.abspath(folder))
    if not folder.strip() or "\0" in folder or not root.name:
        raise NotNew("Name the folder that the course is to be in: `new course ../my_course`.")
    at = next(path for path in (root, *root.parents) if path.exists())
    if not at.is_dir():
        raise NotNew(f"{at} is a file; name a folder.")
    new = Course(root, "lessons")
    files = {
        root / "pyproject.toml": _filled("course/pyproject.toml"),
        root / "README.md": _filled("course/README.md", title=_title(root.name)),
        root / ".gitignore": _filled("course/gitignore"),
        root / "tests" / "test_exercises.py": _filled("course/test_exercises.py"),
        root / "tests" / "sanitize.cfg": _filled("course/sanitize.cfg"),
        **_lesson_files(new, *_FIRST),
    }
    command = f"cd {shlex.quote(folder)} && {shlex.quote(sys.executable)} -m course_utils build"
    return _Plan(new, f"Next: `{command}`. Look for {TO_FILL_IN}.", files)


_KINDS: dict[str, Callable[[str], _Plan]] = {"data": _data, "widget": _widget, "rule": _rule, "course": _course}


def _next(tests: str, use: str = "") -> str:
    used = f"; in a lesson, `{use}`" if use else ""
    return f"Next: `python -m pytest {tests}`{used}. Look for {TO_FILL_IN}."


def _here() -> Course:
    """The course that one works in.

    Raises:
        NotNew: where that would be the installed package, which has no lessons beside it.
    """
    here = course.here()
    if not here.sources.is_dir():
        raise NotNew("There is no course here: `python -m course_utils new course FOLDER` begins one, to work in.")
    return here


def _package(what: str) -> Course:
    """The package's own repository.

    Raises:
        NotNew: anywhere else.
    """
    here = _here()
    if here.lessons:
        raise NotNew(
            f"{what} belongs to the package `course_utils`, not to a course of one's own: begin it in a clone of the "
            "package's repository."
        )
    return here


def _check(name: str, what: str, prefix: str = "") -> None:
    """Refuse what no module can be called, with a name that it can."""
    if _NAME.fullmatch(name) is None:
        near = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()).strip("_0123456789")
        cure = f", such as `{prefix}{near}`" if _NAME.fullmatch(near) and len(near) <= _LONGEST else ""
        raise NotNew(f"{prefix + name!r}: {what} is small letters and digits, joined by single underscores{cure}.")
    if len(name) > _LONGEST:
        raise NotNew(f"{prefix + name!r}: {what} has at most {_LONGEST} characters; this has {len(name)}.")
    if keyword.iskeyword(name):
        raise NotNew(f"{prefix + name!r}: `{name}` is a word of Python's own; write more, such as `{prefix}{name}_2`.")


def _unused(name: str, where: str, text: str) -> None:
    """Refuse a name that means something in the code that will hold it."""
    if re.search(rf"(?<![\w.]){name}\b(?!\.\w)", re.sub(r'(?s)""".*?"""|#.*', "", text)):
        raise NotNew(f"`{name}` has a meaning in {where} already. Choose another name.")


def _among(text: str, path: Path, pattern: str, name: str, line: str) -> str:
    """Text with one more line among those of a pattern, whose group 1 they are sorted by."""
    found = list(re.finditer(rf"(?m)^{pattern}$", text))
    if not found:
        raise NotNew(f"{path} has no line like `{line.strip()}`, so the new one has no place; nothing was written.")
    behind = next((one for one in found if _natural(one[1]) > _natural(name)), None)
    at = behind.start() if behind else found[-1].end() + 1
    return f"{text[:at]}{line}\n{text[at:]}"


def _behind(text: str, path: Path, anchor: str, line: str) -> str:
    """Text with one more line behind another."""
    if text.count(anchor) != 1:
        raise NotNew(f"{path} has not one line `{anchor.strip()}`, so the new one has no place; nothing was written.")
    return text.replace(anchor, anchor + line)


def _natural(name: str) -> list[tuple[int, int | str]]:
    """What names are sorted by: numbers within them as numbers."""
    parts = re.findall(r"\d+|\D", name)
    return [(0, int(part)) if part.isdigit() else (1, part) for part in parts]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotNew(f"{path} is missing, where the new one is to be registered; nothing was written.") from None


def _raw(template: str) -> str:
    return (_TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")


def _filled(template: str, /, **words: str) -> str:
    """A template with its words."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: words[found[1]], _raw(template))


def _title(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name).strip().capitalize() or name


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
