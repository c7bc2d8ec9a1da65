"""How long a learner waits for a verdict on a wrong answer, and how often its graph is read and compared for it.

For each lecture example: the exercise that asks for it, and the first wrong answer to it that the tests know and that
is a model. Counted is how often the answer is read, and how often it is compared with each model that would be right:
once each. Nothing is trained. The first check of a kernel makes the answer and reads it too.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import course_utils  # noqa: F401  (first: it silences TensorFlow's log)
from benchmarks.checks import ASKED
from benchmarks.table import Table, number, times
from benchmarks.timing import milliseconds
from course_utils.exercises import exercise
from course_utils.graphs import difference
from course_utils.graphs.difference import compare_models
from course_utils.graphs.reading import read as reading
from course_utils.workshop.answers import collected

if TYPE_CHECKING:
    import keras

TITLE = "what a wrong answer waits for"


def measure(say: Callable[[str], None]) -> Iterator[Table]:
    """Check one wrong answer to each lecture example."""
    yield Table(
        "A check of a wrong answer",
        ["example", "exercise", "its graph read", "compared with each right one", "right ones", "first check ms",
         "further checks ms", "compare_models alone ms", "check / compare"],
        [_row(name, id, say) for name, id in ASKED.items()],
        "Right ones: how many models it is compared with, where an exercise takes several, leaves an order open, or "
        "asks whether names are exchanged; 0 where other criteria than the graph's judge. The first check of the first "
        "row also loads what checks need. `compare_models` alone: the wrong answer and the lesson's own, without what "
        "else a check asks.",
    )  # fmt: skip


def wrong(id: str) -> keras.Model:
    """The first wrong answer to an exercise that is a model."""
    import keras

    made = (make() for make, _ in collected("WRONG")[id])
    return next(model for model in made if isinstance(model, keras.Model))


@contextmanager
def counted(wanted: keras.Model) -> Iterator[tuple[list[Any], Counter[Any]]]:
    """Counts, inside the block, how often a model is read, and how often models are compared with each target."""
    reads: list[Any] = []
    comparisons: Counter[Any] = Counter()
    kept = []  # an id is good only while its object lives
    check_readable, compare = reading.check_readable, difference.compare

    def read(model: object, keras: Any) -> None:
        if model is wanted:
            reads.append(model)
        check_readable(model, keras)

    def compared(graph: Any, target: Any, rules: Any, behaviour: Any) -> Any:
        kept.append(target)
        comparisons[id(target), frozenset(rules[0]), frozenset(rules[1])] += 1
        return compare(graph, target, rules, behaviour)

    reading.check_readable, difference.compare = read, compared
    try:
        yield reads, comparisons
    finally:
        reading.check_readable, difference.compare = check_readable, compare


def _row(name: str, id: str, say: Callable[[str], None]) -> list[str | None]:
    say(f"{name}: exercise {id}")
    asked, model = exercise(id), wrong(id)
    start = time.perf_counter()
    asked.check(model, show="all")
    first = 1000 * (time.perf_counter() - start)
    with counted(model) as (reads, comparisons):
        result = asked.check(model, show="all")
    if result.status != "failed":
        raise AssertionError(f"A wrong answer to {id} should fail, and is “{result.status}”.")
    again = milliseconds(lambda: asked.check(model, show="all"))
    target = asked.target()
    alone = milliseconds(lambda: compare_models(model, target))
    return [
        name,
        id,
        f"{len(reads)}",
        f"{max(comparisons.values(), default=0)}",
        f"{len(comparisons)}",
        number(first),
        number(again),
        number(alone),
        times(again / alone),
    ]
