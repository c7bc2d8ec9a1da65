"""What the docstring of a criterion says, part by part."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
import textwrap
from dataclasses import dataclass
from typing import Any

from course_utils import checks
from course_utils.checks.criterion import Criterion

_SECTION = re.compile(r"(?m)^(Args|Example|On failure):$")
_ARGUMENT = re.compile(r"(?m)^(\w+): ")


class Undocumented(ValueError):
    """A criterion whose docstring lacks a section: names the class and what is missing."""


@dataclass(frozen=True)
class Entry:
    """What a docstring says, part by part."""

    kind: type[Any]
    asks: str
    """The first line."""
    more: list[str]
    """Further paragraphs before the sections."""
    arguments: dict[str, str]
    example: str
    on_failure: str

    @classmethod
    def of(cls, kind: type[Any]) -> Entry:
        """Read a class's docstring."""
        head, *rest = _SECTION.split(inspect.getdoc(kind) or "")
        sections = {name: textwrap.dedent(text.strip("\n")) for name, text in zip(rest[::2], rest[1::2], strict=True)}
        asks, *more = head.strip().split("\n\n")
        _, *parts = _ARGUMENT.split(sections.get("Args", ""))
        arguments = {name: line(text) for name, text in zip(parts[::2], parts[1::2], strict=True)}
        example, failure = sections.get("Example", "").strip(), line(sections.get("On failure", ""))
        return cls(kind, line(asks), more, arguments, example, failure)

    @property
    def name(self) -> str:
        """Of the class."""
        return self.kind.__name__

    @property
    def take(self) -> str:
        """When to take it rather than another."""
        return next((line(one) for one in self.more if one.startswith("Take it ")), "")

    @property
    def lacks(self) -> list[str]:
        """What an author would look for in vain."""
        fields = [field.name for field in dataclasses.fields(self.kind) if field.init]
        lacking = [f"`{name}` under Args" for name in fields if name not in self.arguments]
        lacking += [f"the field `{name}` that Args names" for name in self.arguments if name not in fields]
        if issubclass(self.kind, Criterion):
            parts = {"Take it when …": self.take, "Example": self.example, "On failure": self.on_failure}
            lacking += [name for name, text in parts.items() if not text]
        return lacking


def every() -> list[type[Criterion]]:
    """All criteria, in the order of the modules' names."""
    found = []
    for info in sorted(pkgutil.iter_modules(checks.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{checks.__name__}.{info.name}")
        for kind in vars(module).values():
            if inspect.isclass(kind) and issubclass(kind, Criterion) and kind.__module__ == module.__name__:
                found.append(kind)
    return [kind for kind in found if not inspect.isabstract(kind)]


def line(text: str) -> str:
    """Text on one line."""
    return " ".join(text.split())
