"""A terminal that tests look at."""

from __future__ import annotations

import contextlib


class Terminal:
    """Shows what is written to it as a terminal does: carriage returns, line ends, lines that are too long.

    Within a `with` block it takes all that is printed.

    Args:
        width: columns.
    """

    def __init__(self, width: int = 80) -> None:
        self.width = width
        self.rows: list[str] = [""]
        self.seen: list[str] = []
        """What the last row showed, each time that something was written."""
        self._column = 0

    def __enter__(self) -> Terminal:
        self._streams = contextlib.ExitStack()
        self._streams.enter_context(contextlib.redirect_stdout(self))
        self._streams.enter_context(contextlib.redirect_stderr(self))
        return self

    def __exit__(self, *error: object) -> None:
        self._streams.close()

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        if self.rows[-1] and self.rows[-1] not in self.seen[-1:]:
            self.seen.append(self.rows[-1].rstrip())

    def write(self, text: str) -> int:
        for one in text:
            if one == "\n" or (one != "\r" and self._column == self.width):
                self.rows.append("")
                self._column = 0
            if one == "\r":
                self._column = 0
            elif one != "\n":
                row = self.rows[-1].ljust(self._column)
                self.rows[-1] = row[: self._column] + one + row[self._column + 1 :]
                self._column += 1
        return len(text)

    @property
    def shown(self) -> list[str]:
        """Its rows, without the last one where it is empty."""
        rows = [row.rstrip() for row in self.rows]
        return rows if rows[-1] else rows[:-1]
