"""`benchmarks/results.md`: a section a part, each with its date; a part that was not run keeps what it had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.table import Table

PATH = Path(__file__).parent / "results.md"
HEAD = """# What the course costs, beside what people use today

Written by `make bench`; by `make bench ARGS="checks opening"` for some parts alone, and then the others keep what they
had. What counts is the ratios: both sides of each were measured in one run, one after the other.
"""
_SECTION = re.compile(r"(?m)^## (?P<name>[a-z]+)(?= · )")


def section(name: str, title: str, when: str, where: str, tables: Sequence[Table]) -> str:
    """One part's section.

    Args:
        name: of the part, as it is typed.
        title: what it asks, in a few words.
        when: the date, and how long the part took.
        where: machine and versions.
        tables: what was measured.
    """
    return "\n\n".join([f"## {name} · {title}", f"{when}. {where}", *map(str, tables)]) + "\n"


def sections(text: str) -> dict[str, str]:
    """The sections of a `results.md` by part."""
    starts = list(_SECTION.finditer(text))
    ends = [*(start.start() for start in starts[1:]), len(text)]
    return {start["name"]: text[start.start() : end].strip() + "\n" for start, end in zip(starts, ends, strict=False)}


def written(old: str, new: Mapping[str, str], order: Iterable[str]) -> str:
    """The whole file: new sections, and the old ones of the parts that were not run, in order."""
    known = {**sections(old), **new}
    return "\n".join([HEAD, *(known[name] for name in order if name in known)])


def store(new: Mapping[str, str], order: Iterable[str], path: Path = PATH) -> None:
    """Write the file anew, with these sections in place of their old ones."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(written(old, new, order), encoding="utf-8")
