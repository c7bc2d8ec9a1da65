"""What a criterion is, and what it is given."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from course_utils.checks.design import Design
from course_utils.checks.result import Finding, Level
from course_utils.graphs.reading.read import read

if TYPE_CHECKING:
    from course_utils.graphs.difference import Difference
    from course_utils.graphs.graph import Graph

T = TypeVar("T")
LOOK = "this is not as asked yet; look here."
"""Where to look, for who knows no nearer: the name of the criterion stands before it."""


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

    def graph(self, model: Any) -> Graph:
        """The graph of the answer's model, or of another that the answer keeps, read once."""
        return self.once(("graph", id(model)), lambda: read(model))


@dataclass
class Attempt:
    """A learner's value on its way through the criteria."""

    value: Any
    answer: Answer
    deadline: float
    """`time.monotonic()` at which costly criteria stop."""
    _differences: dict[Hashable, Difference] = field(default_factory=dict, init=False, repr=False)

    @property
    def target(self) -> Any:
        """The answer's value, made when a criterion first asks for it."""
        return self.answer.value

    @cached_property
    def design(self) -> Design:
        """The learner's model, read once for all criteria.

        Raises:
            UnreadableModel: if it has no graph of layers.
        """
        return Design.of(self.value)

    @property
    def graph(self) -> Graph:
        """The graph of the learner's model, as read."""
        return self.design.whole

    def difference(self, target: Any, without: Collection[str] = (), also: Collection[str] = ()) -> Difference:
        """From the learner's model to another, compared once by the same rules, however many criteria ask.

        Args:
            target: the answer, or a model that it keeps.
            without: rules that are not to hold, as for `compare_models`.
            also: rules that hold besides.
        """
        from course_utils.graphs.compare.behaviour import Kept
        from course_utils.graphs.difference import compare_read

        key = (id(target), frozenset(without), frozenset(also))
        if key not in self._differences:
            pair = (self.value, self.graph), (target, self.answer.graph(target))
            kept = self.answer.once(("to run", id(target)), Kept)
            self._differences[key] = compare_read(*pair, without=without, also=also, kept=kept)
        return self._differences[key]

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline; never negative."""
        return max(0.0, self.deadline - time.monotonic())


class Criterion(ABC):
    """Asks one thing of an attempt."""

    name: str
    costly: bool = False
    """A costly criterion is asked only when all before it passed."""
    gives_away: ClassVar[Level]
    """How far its messages go: up to "what" is wrong, or up to "how" it would be right."""

    @abstractmethod
    def judge(self, attempt: Attempt) -> Finding:
        """What was asked, what was found."""

    def found(self, passed: bool, message: str, picture: Any = None) -> Finding:
        """A finding under this criterion's name; one that does not pass is no secret, and told at once everywhere."""
        return Finding(self.name, passed, message, picture)

    def missed(self, message: str, where: str = LOOK, picture: Any = None) -> Finding:
        """A finding that does not pass, and that an exercise may tell step by step.

        Args:
            message: all of it: what was found, and where the criterion goes as far as "how", after a semicolon, what
                would be right.
            where: a sentence that says where to look, and no more.
            picture: shows the same as the message.
        """
        what, semicolon, _ = message.partition("; ")
        goes_on = semicolon and self.gives_away == "how"
        telling = (where, f"{what}.") if goes_on else (where,)
        return Finding(self.name, False, message, picture, place=f"{self.name}: {where}", telling=telling)


class NoSecret(str):
    """An objection to the form of a value, which is told at once also where mistakes are told step by step."""


def parts_of(value: Any) -> list[Any]:
    """What a dictionary, a list or a tuple holds; nothing for any other value."""
    return list(value.values() if type(value) is dict else value if type(value) in (list, tuple) else ())


@dataclass
class Holds(Criterion):
    """A condition of one exercise alone, on whatever the learner gave.

    Take it when no other criterion asks for it: several values are right, a class must behave, arrays must fit each
    other. Its sentences are the author's: "what was found; what would be right", which are told apart at the semicolon.
    What a model's graph must have is asked more easily by `Has`.

    Args:
        name: what is asked, in a few words.
        ask: from the learner's value to None, when it holds, or to a sentence that says what was found; to a
            `NoSecret` where the value has not even the form that was asked for.
        praise: the sentence when it holds.
        costly: whether to ask only when all before it passed.
        where: where to look, and no more, for an exercise that tells step by step.

    Example:
        >>> from course_utils.checks.criterion import Holds
        >>> from course_utils.checks.trying import tell
        >>> def sum_to_one(shares):
        ...     total = sum(shares)
        ...     return None if abs(total - 1) < 1e-6 else f"they add up to {total:g}; shares add up to 1."
        >>> shares = Holds("shares", sum_to_one, "they add up to 1.", where="look at the sum.")
        >>> tell(shares, [0.5, 0.5])
        ✓ they add up to 1.
        >>> tell(shares, [0.5, 0.6])
        ✗ where: look at the sum.
          what: they add up to 1.1.
          how: they add up to 1.1; shares add up to 1.

    On failure:
        The author's sentence: up to the semicolon "what", behind it "how".
    """

    name: str
    ask: Callable[[Any], str | None]
    praise: str
    costly: bool = False
    where: str = LOOK
    gives_away = "how"

    def judge(self, attempt: Attempt) -> Finding:
        """Ask, unless a part is still to be filled in."""
        parts = parts_of(attempt.value)
        if todo := sum(part is Ellipsis for part in parts):
            return self.found(False, f"{todo} of {len(parts)} to fill in.")
        objection = self.ask(self._subject(attempt))
        if isinstance(objection, NoSecret):
            return self.found(False, str(objection))
        return self.missed(objection, self.where) if objection else self.found(True, self.praise)

    def _subject(self, attempt: Attempt) -> Any:
        return attempt.value


@dataclass
class Has(Holds):
    """A condition of one exercise alone, on the learner's model as it was read: `ask` is given its `Design`.

    Take it when a free design must have something that `Structure` has no argument for: five convolutions in a row, a
    head that does not see one of the inputs. A `Design` has the graph with nested models opened, and the layers behind
    it.

    Args:
        name: what is asked, in a few words.
        ask: from the model's `Design` to None, when it holds, or to a sentence that says what was found.
        praise: the sentence when it holds.
        costly: whether to ask only when all before it passed.
        where: where to look, and no more, for an exercise that tells step by step.

    Example:
        >>> import keras
        >>> from course_utils.checks.criterion import Has
        >>> from course_utils.checks.trying import tell
        >>> def three_in_a_row(design):
        ...     count = len(design.of_kind("Dense"))
        ...     return None if count == 3 else f"it has {count} dense layers; 3 are asked for."
        >>> def model(depth):
        ...     return keras.Sequential([keras.Input((4,)), *(keras.layers.Dense(4) for _ in range(depth))])
        >>> tell(Has("depth", three_in_a_row, "three dense layers."), model(3))
        ✓ three dense layers.
        >>> tell(Has("depth", three_in_a_row, "three dense layers."), model(2))
        ✗ where: this is not as asked yet; look here.
          what: it has 2 dense layers.
          how: it has 2 dense layers; 3 are asked for.

    On failure:
        The author's sentence: up to the semicolon "what", behind it "how".
    """

    def _subject(self, attempt: Attempt) -> Design:
        return attempt.design
