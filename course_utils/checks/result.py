"""What a check answers, and how it shows in a notebook and in a terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from course_utils.markup import code_html, with_colon
from course_utils.signs import plain

Status = Literal["passed", "failed", "not attempted", "not checked"]
"""The last is for an answer that may be right: what to compare with is missing, or it is not the one on screen."""
Level = Literal["where", "what", "how"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""How much a sentence gives away: where to look, what is wrong there, how it would be right."""
_SIGNS: dict[Status, str] = {"passed": "✓", "failed": "✗", "not attempted": "○", "not checked": "○"}
# Behind white words, and beside the result as a bar: legible on white paper and on the dark paper of JupyterLab.
_COLOURS: dict[Status, str] = {
    "passed": "#1a7f37",
    "failed": "#cf222e",
    "not attempted": "#656d76",
    "not checked": "#656d76",
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
    measured: str = ""
    """A figure that differs from machine to machine, shown beside the message; `tests/sanitize.cfg` leaves it out."""
    place: str = ""
    """What the sentences of `telling` are about."""
    telling: tuple[str, ...] = ()
    """What may be said before `message`, a sentence for each of `LEVELS` below it; nothing where it is no secret."""

    @property
    def sentence(self) -> str:
        """The message, with what was measured."""
        return f"{self.message} (measured: {self.measured})" if self.measured else self.message


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
        lines = [f"{_SIGNS[self.status]} Exercise {self.exercise}, {with_colon(self.title)} {self.status}"]
        for finding in self.criteria:
            lines.append(f"  {'✓' if finding.passed else '✗'} {finding.name}: {finding.sentence}")
        if self.note:
            lines.append(f"  {self.note}")
        return plain("\n".join(lines))

    __repr__ = __str__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": str(self)}

    def _html(self) -> str:
        colour = _COLOURS[self.status]
        head = (
            f'<div style="font-weight:600">Exercise {code_html(self.exercise)}, {code_html(with_colon(self.title))} '
            f"{_badge(self.status, f'{_SIGNS[self.status]} {self.status}')}</div>"
        )
        rows = []
        for finding in self.criteria:
            status: Status = "passed" if finding.passed else "failed"
            sign = _badge(status, _SIGNS[status], f' role="img" aria-label="{status}"')
            rows.append(
                f'<li style="list-style:none;margin:.2em 0">{sign} '
                f"<b>{code_html(finding.name)}</b>: {code_html(finding.sentence)}</li>"
            )
            if finding.picture is not None:
                rows.append(f'<li style="list-style:none">{_picture(finding.picture)}</li>')
        items = f'<ul style="margin:.3em 0;padding-left:1em">{"".join(rows)}</ul>' if rows else ""
        note = f'<div style="padding-left:1em">{code_html(self.note)}</div>' if self.note else ""
        return (
            f'<div role="status" style="border-left:4px solid {colour};padding:.4em .8em;max-width:760px">'
            f"{head}{items}{note}</div>"
        )


def _badge(status: Status, text: str, attributes: str = "") -> str:
    """White on a colour: the same in every theme, and in a notebook whose styles are not let in but for colours."""
    style = f"background:{_COLOURS[status]};color:#ffffff;padding:0 .4em;border-radius:.3em"
    return f'<span{attributes} style="{style}">{text}</span>'


def _picture(picture: Any) -> str:
    return str(picture._repr_mimebundle_()["text/html"])
