"""What a criterion is, and what it is given."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from course_utils.checks.result import Finding

T = TypeVar("T")


class Answer:
    """An exercise's answer, and what criteria work out about it alone: the same for each attempt, so done once.

    Args:
        make: runs the answer.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make
        self._known: dict[Hashable, Any] = {}

    @cached_property
    def value(self) -> Any:
        """The answer's value, which nobody changes; `make` gives one that may be."""
        return self.make()

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """What `work` gives; the next time it is asked by the same key, what it gave.

        Args:
            key: what is worked out, with all that it hangs on besides the answer.
            work: works it out.
        """
        if key not in self._known:
            self._known[key] = work()
        found: T = self._known[key]
        return found


@dataclass
class Attempt:
    """A learner's value on its way through the criteria."""

    value: Any
    answer: Answer
    deadline: float
    """`time.monotonic()` at which costly criteria stop."""

    @property
    def target(self) -> Any:
        """The answer's value, made when a criterion first asks for it."""
        return self.answer.value

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline; never negative."""
        return max(0.0, self.deadline - time.monotonic())


class Criterion(ABC):
    """Asks one thing of an attempt."""

    name: str
    costly: bool = False
    """A costly criterion is asked only when all before it passed."""

    @abstractmethod
    def judge(self, attempt: Attempt) -> Finding:
        """What was asked, what was found."""

    def found(self, passed: bool, message: str, picture: Any = None) -> Finding:
        """A finding under this criterion's name."""
        return Finding(self.name, passed, message, picture)


def parts_of(value: Any) -> list[Any]:
    """What a dictionary, a list or a tuple holds; nothing for any other value."""
    return list(value.values() if type(value) is dict else value if type(value) in (list, tuple) else ())


@dataclass
class Holds(Criterion):
    """A condition of one exercise alone.

    Args:
        name: what is asked, in a few words.
        ask: from the learner's value to None, when it holds, or to a sentence that says what was found.
        praise: the sentence when it holds.
        costly: whether to ask only when all before it passed.
    """

    name: str
    ask: Callable[[Any], str | None]
    praise: str
    costly: bool = False

    def judge(self, attempt: Attempt) -> Finding:
        """Ask, unless a part is still to be filled in."""
        parts = parts_of(attempt.value)
        if todo := sum(part is Ellipsis for part in parts):
            return self.found(False, f"{todo} of {len(parts)} to fill in.")
        objection = self.ask(attempt.value)
        return self.found(objection is None, objection or self.praise)
