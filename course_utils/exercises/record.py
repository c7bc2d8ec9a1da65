"""What a learner did with the exercises, in a file.

The file is an SQLite database: by its locks two kernels may write at once, on every system, and by its journal a kernel
that is killed while it writes leaves the file as it was before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from course_utils.checks.done import Done

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")
SECONDS = 2.0  # to wait while another kernel writes, which takes milliseconds

_TABLE = """
CREATE TABLE IF NOT EXISTS exercises (
    id TEXT PRIMARY KEY,
    tried INTEGER NOT NULL, passed INTEGER NOT NULL, hints INTEGER NOT NULL, solution INTEGER NOT NULL
)
"""
# As `Done.__or__`, so that it does not matter which kernel writes first.
_ADD = """
INSERT INTO exercises VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    tried = max(tried, excluded.tried), passed = max(passed, excluded.passed),
    hints = max(hints, excluded.hints), solution = max(solution, excluded.solution)
"""
# SQLite keeps any value in any column; what no number can be made of is 0.
_ALL = """
SELECT id, CAST(tried AS INTEGER), CAST(passed AS INTEGER), CAST(hints AS INTEGER), CAST(solution AS INTEGER)
FROM exercises
"""


class Record:
    """A learner's record. None of its methods raises: where the file cannot be used, `problem` says so.

    What cannot be written is kept in memory, and written with the next that can be.

    Args:
        path: the file; it is made when there is something to write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unwritten: dict[str, Done] = {}
        self._unusable = ""
        self._set_aside = ""

    @property
    def problem(self) -> str:
        """What is wrong with the file, in a sentence or two; empty where nothing is."""
        return " ".join(sentence for sentence in (self._set_aside, self._unusable) if sentence)

    def add(self, exercise: str, done: Done) -> None:
        """Note what was done with an exercise, on top of what was done before."""
        self._unwritten[exercise] = self._unwritten.get(exercise, Done()) | done
        self._write()

    def read(self) -> dict[str, Done]:
        """What was done, by the exercise's id: also exercises that this course does not have, or not any more."""
        found: dict[str, Done] = {}
        if _has_content(self.path):
            found = self._use(_select, found, begin="BEGIN")
        for exercise, done in self._unwritten.items():
            found[exercise] = found.get(exercise, Done()) | done
        if self._unwritten:
            self._write()
        return found

    def clear(self, exercises: Collection[str] | None = None) -> None:
        """Forget what was done with these exercises; with all, where none are given."""
        for exercise in list(self._unwritten) if exercises is None else exercises:
            self._unwritten.pop(exercise, None)
        if _has_content(self.path):
            self._use(lambda file: _delete(file, exercises), None)

    def _write(self) -> None:
        unwritten = dict(self._unwritten)
        if self._use(lambda file: _insert(file, unwritten), False):
            self._unwritten.clear()

    def _use(self, action: Callable[[sqlite3.Connection], T], otherwise: T, begin: str = "BEGIN IMMEDIATE") -> T:
        """Do something in the file, all of it or nothing; what is no database is set aside, and a new one begun.

        Who writes begins by locking the file: two that both read first could not both write then.
        """
        try:
            import sqlite3
        except ImportError:
            self._unusable = _unusable(self.path, "this Python has no SQLite")
            return otherwise

        def in_one_go() -> T:
            with closing(sqlite3.connect(self.path, timeout=SECONDS, isolation_level=None)) as file:
                file.text_factory = lambda text: text.decode(errors="replace")
                file.execute(begin)
                # Without this a row could be written to a damaged page, and never be found again.
                if file.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                    raise sqlite3.DatabaseError("damaged")
                file.execute(_TABLE)
                found = action(file)
                file.execute("COMMIT")
            return found

        try:
            try:
                found = in_one_go()
            except sqlite3.OperationalError:  # locked, not to be written, no space: a database all the same
                raise
            except (sqlite3.DatabaseError, UnicodeDecodeError):  # the latter while it words an error about the former
                self._set_file_aside()
                found = in_one_go()
        except (sqlite3.Error, OSError) as error:
            self._unusable = _unusable(self.path, str(getattr(error, "strerror", None) or error))
            return otherwise
        self._unusable = ""
        return found

    def _set_file_aside(self) -> None:
        """Rename the file, and the journal that belongs to it, to a name that nothing has."""
        count = 1
        while (aside := self.path.with_name(f"{self.path.name}.bak{count if count > 1 else ''}")).exists():
            count += 1
        os.replace(self.path, aside)
        journal = Path(f"{self.path}-journal")
        if journal.exists():
            os.replace(journal, f"{aside}-journal")
        self._set_aside = f"`{self.path.name}` was damaged: it is kept as `{aside.name}`, and a new record has begun."


def _insert(file: sqlite3.Connection, done: Mapping[str, Done]) -> bool:
    file.executemany(_ADD, [(exercise, *map(int, astuple(one))) for exercise, one in done.items()])
    return True


def _select(file: sqlite3.Connection) -> dict[str, Done]:
    rows = file.execute(_ALL).fetchall()
    return {str(id): Done(bool(tried), bool(passed), int(hints), bool(seen)) for id, tried, passed, hints, seen in rows}


def _delete(file: sqlite3.Connection, exercises: Collection[str] | None) -> None:
    if exercises is None:
        file.execute("DELETE FROM exercises")
    else:
        file.executemany("DELETE FROM exercises WHERE id = ?", [(exercise,) for exercise in exercises])


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _unusable(path: Path, why: str) -> str:
    return (
        f"`{path.name}` cannot be used ({why}). Checks work all the same, and what you do now shows here until the "
        "kernel ends."
    )
