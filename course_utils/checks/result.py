"""What a check answers, and how it shows in a notebook and in a terminal."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from course_utils.plain import plain

Status = Literal["passed", "failed", "not attempted", "not checked"]
"""The last is for an answer that may be right, where what to compare it with is missing."""
_SIGNS: dict[Status, str] = {"passed": "✓", "failed": "✗", "not attempted": "○", "not checked": "○"}
_COLOURS: dict[Status, str] = {
    "passed": "#1a7f37",
    "failed": "#b3261e",
    "not attempted": "#6b7280",
    "not checked": "#6b7280",
}


@dataclass(frozen=True)
class Finding:
    """What one criterion found."""

    name: str
    """What was asked, in a few words: "graph of layers"."""
    passed: bool
    message: str
    """One sentence: what was asked, what was found, where to look. Backticks mark code."""
    picture: Any = None
    """A `Picture` that shows the same, or None."""


@dataclass(frozen=True)
class Result:
    """The answer of `Exercise.check`. It shows as HTML in a notebook; `print` gives the same as text."""

    exercise: str
    title: str
    status: Status
    criteria: tuple[Finding, ...] = ()
    note: str = field(default="")

    @property
    def passed(self) -> bool:
        """Whether every criterion passed."""
        return self.status == "passed"

    def __str__(self) -> str:
        """The result as text, a line a criterion, in signs that the output can hold."""
        lines = [f"{_SIGNS[self.status]} Exercise {self.exercise}, {self.title}: {self.status}"]
        for finding in self.criteria:
            lines.append(f"  {'✓' if finding.passed else '✗'} {finding.name}: {finding.message}")
        if self.note:
            lines.append(f"  {self.note}")
        return plain("\n".join(lines))

    __repr__ = __str__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": str(self)}

    def _html(self) -> str:
        colour = _COLOURS[self.status]
        head = (
            '<div style="font-weight:600">'
            f'<span style="color:{colour}" aria-hidden="true">{_SIGNS[self.status]}</span> '
            f"Exercise {_code(self.exercise)}, {_code(self.title)}: "
            f'<span style="color:{colour}">{self.status}</span></div>'
        )
        rows = []
        for finding in self.criteria:
            sign, shade = ("✓", _COLOURS["passed"]) if finding.passed else ("✗", _COLOURS["failed"])
            word = "passed" if finding.passed else "failed"
            rows.append(
                f'<li style="list-style:none;margin:.2em 0"><span role="img" aria-label="{word}" '
                f'style="color:{shade}">{sign}</span> <b>{_code(finding.name)}</b>: {_code(finding.message)}</li>'
            )
            if finding.picture is not None:
                rows.append(f'<li style="list-style:none">{_picture(finding.picture)}</li>')
        items = f'<ul style="margin:.3em 0;padding-left:1em">{"".join(rows)}</ul>' if rows else ""
        note = f'<div style="padding-left:1em">{_code(self.note)}</div>' if self.note else ""
        return (
            f'<div role="status" style="border-left:4px solid {colour};padding:.4em .8em;max-width:760px">'
            f"{head}{items}{note}</div>"
        )


def _code(text: str) -> str:
    """Escape, then show `backticks` as code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))


def _picture(picture: Any) -> str:
    return str(picture._repr_mimebundle_()["text/html"])
