"""A table as text: what a terminal shows and what `results.md` keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NOTHING = "–"
"""Stands where there is nothing to measure, or where it was left out because it would take too long."""


@dataclass(frozen=True)
class Table:
    """Rows of cells under columns.

    Args:
        title: what was measured.
        columns: their names.
        rows: text, or None for `NOTHING`.
        note: how it was measured, and what to know about it.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | None]]
    note: str = ""

    def __str__(self) -> str:
        """The table in Markdown, its columns aligned: the first to the left, all others to the right.

        Raises:
            ValueError: for a row that has not one cell a column.
        """
        cells = [[_cell(cell) for cell in row] for row in (self.columns, *self.rows)]
        if wrong := [row for row in cells if len(row) != len(self.columns)]:
            raise ValueError(f"{self.title}: {len(self.columns)} columns, but a row of {len(wrong[0])}: {wrong[0]}")
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [_line(row, widths) for row in cells]
        rule = [
            ("-" * max(width, 3)) if at == 0 else "-" * (max(width, 3) - 1) + ":" for at, width in enumerate(widths)
        ]
        lines.insert(1, f"| {' | '.join(rule)} |")
        return "\n".join([f"### {self.title}", "", *lines, *(["", self.note] if self.note else [])])


def _cell(cell: str | None) -> str:
    return NOTHING if cell is None else cell.replace("|", "\\|").replace("\n", " ")


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (cell.ljust if at == 0 else cell.rjust for at, cell in enumerate(row))
    aligned = [align(max(width, 3)) for align, width in zip((first, *others), widths, strict=True)]
    return f"| {' | '.join(aligned)} |"


def number(value: float | None, digits: int = 1) -> str | None:
    """A number with so many places, thousands apart; nothing for None and for what is not a number."""
    return None if value is None or value != value else f"{value:,.{digits}f}"


def short(value: float | None) -> str | None:
    """A number with three significant digits, as losses are read."""
    return None if value is None or value != value else f"{value:.3g}"


def times(value: float | None) -> str | None:
    """A ratio, as "14 ×": two significant digits, whole from 10 on."""
    if value is None or value != value:
        return None
    return f"{value:,.0f} ×" if value >= 9.95 else f"{value:.1f} ×" if value >= 0.095 else f"{value:.2g} ×"
