"""A line on a terminal that is written over and over, and makes way for what others print."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
import unicodedata
from collections.abc import Iterable
from typing import Any

WIDTH = 77
_ADDED = 2  # columns: a terminal adds ^C to the line when somebody presses it
_SELDOM = 10.0  # seconds between lines where they stay: in a file, or in what another program reads


class LiveLine:
    """A line that stands below all that others print while it is open, and never beside it.

    On a terminal, and in a notebook, it is written over; it goes before anything else is printed, and does not come
    back before that ends with a line. Elsewhere lines stay, so there are few.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._out = sys.stdout
        self._is_screen = _is_screen(self._out)
        self._shown = 0  # columns that are to be blanked
        self._is_begun = False  # a line of somebody else
        self._next = time.monotonic() + _SELDOM
        streams = {"stdout": self._out, "stderr": sys.stderr}
        self._watched = {name: _Watched(stream, self) for name, stream in streams.items() if stream is not None}
        for name, watched in self._watched.items():
            setattr(sys, name, watched)

    def show(self, parts: Iterable[str]) -> None:
        """Write the line.

        Args:
            parts: as many of them are shown as fit, the first ones first, each of them whole.
        """
        with self._lock:
            if self._is_begun:
                return
            if self._is_screen:
                text = line(parts, min(WIDTH, shutil.get_terminal_size().columns - _ADDED - 1))
                self._write(f"{self._blank()}{text}")
                self._shown = _columns(text)
            elif time.monotonic() >= self._next:
                self._write(f"{line(parts, WIDTH)}\n")
                self._next = time.monotonic() + _SELDOM

    def end(self, text: str) -> None:
        """Put a line in its place that stays."""
        with self._lock:
            before = "\n" if self._is_begun else self._blank()
            self._is_begun = False
            self._write(f"{before}{text}\n")
        self.close()

    def close(self) -> None:
        """Take it away; what others print is watched no more."""
        with self._lock:
            self._clear()
        for name, watched in self._watched.items():
            if getattr(sys, name) is watched:
                setattr(sys, name, watched.stream)

    def write(self, stream: Any, text: str) -> Any:
        """Write what somebody else prints."""
        with self._lock:
            is_beside = stream is self._out or (self._is_screen and _is_screen(stream))
            if is_beside:
                self._clear()
            written = stream.write(text)
            if is_beside and text:
                self._is_begun = bool(text.rpartition("\n")[2].strip("\r"))
            return written

    def _clear(self) -> None:
        if self._shown:
            self._write(self._blank())

    def _blank(self) -> str:
        """What covers the line, which is gone then."""
        shown, self._shown = self._shown, 0
        return f"\r{'':{shown + _ADDED}}\r" if shown else ""

    def _write(self, text: str) -> None:
        if self._out is not None:  # a program without a window has none
            self._out.write(text)
            self._out.flush()


class _Watched:
    """A stream of somebody else's, in its place: a line goes before something is written to it."""

    def __init__(self, stream: Any, line: LiveLine) -> None:
        self.stream = stream
        self._line = line

    def write(self, text: str) -> Any:
        return self._line.write(self.stream, text)

    def writelines(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def line(parts: Iterable[str], width: int = WIDTH) -> str:
    """As many parts as fit into a line, the first ones first, each of them whole.

    Args:
        parts: without line breaks.
        width: in columns of a terminal.
    """
    text = ""
    for part in parts:
        longer = f"{text}  {part}" if text else part
        if _columns(longer) <= width:
            text = longer
    return text


def _columns(text: str) -> int:
    """How many a terminal needs."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _is_screen(stream: Any) -> bool:
    """Whether a line there can be written over: it is a terminal, or goes to a notebook."""
    with contextlib.suppress(Exception):
        return bool(stream.isatty()) or hasattr(stream, "pub_thread")
    return False
