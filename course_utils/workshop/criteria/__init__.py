"""`CRITERIA.md`, made from the docstrings of the criteria: `python -m course_utils criteria [--check]`."""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from course_utils.checks.result import LEVELS
from course_utils.course import ROOT
from course_utils.exercises.declaration import Exercise
from course_utils.graphs.normal import DEFAULT_RULES, EXTRA_RULES, Rule
from course_utils.lessons.editions import derive
from course_utils.lessons.source import parse
from course_utils.workshop.criteria import prose
from course_utils.workshop.criteria.entry import Entry, Undocumented, every

PAGE = ROOT / "CRITERIA.md"


def page() -> str:
    """The whole page.

    Raises:
        Undocumented: where a docstring lacks a part.
    """
    described = [Entry.of(kind) for kind in every()]
    for one in described:
        if one.lacks:
            raise Undocumented(f"The docstring of {one.kind.__module__}.{one.name} lacks {', '.join(one.lacks)}.")
    parts = [
        prose.INTRODUCTION,
        _table(
            ("criterion", "what it asks", "arguments", "what it says on failure", "up to", "when to take it"),
            (_row(one) for one in described),
        ),
        prose.SCALE,
        _table(
            ("level", "what a sentence says", "for example"),
            ([f"“{level}”", *prose.LEVELS_SAY[level]] for level in LEVELS),
        ),
        prose.SCALE_MORE,
        *(_section(one) for one in described),
        prose.EXERCISE,
        *_arguments(Entry.of(Exercise)),
        prose.GIVEN,
        _table(("name", "what it is"), _names()),
        prose.GIVEN_MORE,
        prose.TOLD,
        prose.ORDER.format(costly=", ".join(f"`{one.name}`" for one in described if one.kind.costly)),
        prose.RULES,
        "**`without=`** takes rules that hold unless they are switched off:",
        _table(("rule", "what counts as the same", "example"), map(_rule, DEFAULT_RULES)),
        "**`also=`** takes rules that hold only where they are asked for:",
        _table(("rule", "what counts as the same", "example"), map(_rule, EXTRA_RULES)),
        prose.BUILT,
        *_built(),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def write() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.name)


def stale() -> list[str]:
    """A sentence where the page is not what the docstrings say, or where they do not say enough."""
    try:
        text = page()
    except Undocumented as problem:
        return [str(problem)]
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return []
    return [f"{PAGE.name} is not what the docstrings say: run `python -m course_utils criteria`"]


def _first(text: str) -> str:
    """The first sentence."""
    return re.split(r"(?<=\.) (?=[A-Z`\"])", text, maxsplit=1)[0]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def _row(one: Entry) -> list[str]:
    names = ", ".join(f"`{name}`" for name in one.arguments if name != "name") or "–"
    link = f"[`{one.name}`](#{one.name.lower()})"
    failure, take = _first(one.on_failure), _first(one.take).removeprefix("Take it when ")
    return [link, one.asks, names, failure, f"“{one.kind.gives_away}”", take]


def _section(one: Entry) -> str:
    module = f"{one.kind.__module__.replace('.', '/')}.py"
    parts = [f"### {one.name}", one.asks, *one.more]
    if arguments := _arguments(one):
        parts += ["Arguments, with what they are where nothing is given:", *arguments]
    for helper in _helpers(one.kind):
        parts += [f"`{helper.name}`: {helper.asks[0].lower()}{helper.asks[1:]}", *_arguments(helper)]
    parts += [f"```python\n{one.example}\n```", f"*On failure.* {one.on_failure}", f"In [{module}]({module})."]
    return "\n\n".join(re.sub(r"(?m)(?<=:)\n(?=- )", "\n\n", part) for part in parts)


def _arguments(one: Entry) -> list[str]:
    """Each argument, with its default where that is short; nothing where there is none."""
    parameters = inspect.signature(one.kind).parameters
    lines = []
    for name, text in one.arguments.items():
        default = parameters[name].default
        told = f" (`{default!r}`)" if default is None or isinstance(default, (bool, int, float, str, tuple)) else ""
        lines.append(f"- `{name}`{told}: {text}")
    return ["\n".join(lines)] if lines else []


def _helpers(kind: type, known: tuple[type, ...] = ()) -> Iterator[Entry]:
    """The documented dataclasses that a criterion's arguments are made of."""
    names = vars(sys.modules[kind.__module__])
    for field in dataclasses.fields(kind):
        for word in re.findall(r"\w+", str(field.type)):
            found = names.get(word)
            if not (inspect.isclass(found) and dataclasses.is_dataclass(found)) or found in known:
                continue
            one = Entry.of(found)
            if one.arguments:
                known = (*known, found)
                yield one
                yield from _helpers(found, known)


def _names() -> Iterator[list[str]]:
    """What an answer may use, from an exercise that gives nothing besides."""
    for name, thing in Exercise(id="", title="", criteria=(), hints=()).names().items():
        yield [f"`{name}`", f"the module `{thing.__name__}`"]


def _rule(rule: Rule) -> list[str]:
    return [f'`"{rule.name}"`', rule.description, f"`{rule.example}`"]


def _built() -> Iterator[str]:
    """A small source, and the cells that both editions get from it."""
    yield f"This source, `solutions/30_tiny.py`,\n\n```text\n{prose.SOURCE}```"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "30_tiny.py"
        path.write_text(prose.SOURCE, encoding="utf-8")
        lesson = parse(path)
    for edition, begins in prose.EDITIONS.items():
        cells = derive(lesson, edition).cells
        shown = "\n\n".join(f"[{cell.cell_type}]\n{cell.source}" for cell in cells)
        yield f"{begins}\n\n```text\n{shown}\n```"
