"""What a comparison and a whole check cost and what they get wrong, beside other ways to ask the same.

Lecture examples: each is compared with its twin, and with itself changed in one place. The check is a whole
`exercise(…).check` of a right answer to the exercise that asks for a graph like it, without training. Verdicts: a
hundred right models and a hundred wrong ones (`benchmarks/sample.py`) are judged in each way (`benchmarks/ways.py`).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import course_utils  # noqa: F401  (first: it silences TensorFlow's log)
from benchmarks import growth, sample, ways
from benchmarks.table import Table, number, times
from benchmarks.timing import milliseconds
from course_utils.exercises import exercise
from course_utils.graphs.difference import compare_models
from course_utils.graphs.reading.read import read
from course_utils.workshop.audit.mutants import mutants

if TYPE_CHECKING:
    import keras

TITLE = "comparing and checking, beside other ways"
EACH = 100
ASKED = {
    "L1": "1.2", "L6": "1.4", "L7": "12.2", "L8": "2.1", "L9": "3.1", "L11": "3.3", "L12": "5.2", "L13": "4.1",
    "L14": "7.1", "L15": "8.2", "L16": "6.2", "L17": "9.2", "L18": "10.1", "L19": "11.2", "L20": "13.1",
}  # fmt: skip
"""The exercise that asks for a lecture example, or for the nearest to it, and does not train it."""


def measure(say: Callable[[str], None]) -> Iterator[Table]:
    """Time each lecture example, then sizes, then what each way gets wrong."""
    yield Table(
        "Each lecture example",
        ["example", "calls", "same ms", "one place wrong ms", "VF2++ ms", "/ same", "edit distance ms", "/ wrong",
         "list of layers ms", "assertions ms", "exercise", "check ms"],
        [_example(name, say) for name in names()],
        "Same, wrong: `compare_models`, which reads both models; networkx gets graphs that are read. Edit distance: of "
        f"the wrong one, a dash where {growth.LIMIT:.0f} s were not enough. Check: of the lesson's own answer, by all "
        "criteria, from the second time on; a dash where no exercise asks for the example. L7 is no graph that Keras "
        "builds, and the figure of L20 is lost: their exercises alone.",
    )  # fmt: skip
    yield growth.measured(say)
    yield _verdicts(say)


def names() -> list[str]:
    """The lecture examples that are graphs, or that an exercise asks for."""
    return [name for name in (f"L{at}" for at in range(1, 21)) if name in ASKED or name.lower() in lectures()]


def lectures() -> dict[str, Callable[[], keras.Model]]:
    """The lecture examples that are graphs, as the tests build them: `l8` → its function."""
    from tests.graph_models import LECTURE

    return LECTURE


def changed(model: keras.Model) -> keras.Model:
    """A model changed in one place, which makes it certainly another."""
    right = sample.Computed(model)
    return next(
        mutant.model
        for mutant in mutants(model, seed=sample.SEED, most=1)
        if mutant.kind != "initialiser" and sample.Computed(mutant.model).differs(right)
    )


def _example(name: str, say: Callable[[str], None]) -> list[str | None]:
    say(name)
    cells: list[str | None] = [None] * 9
    if make := lectures().get(name.lower()):
        model, twin = make(), make()
        wrong = changed(model)
        graph, other, unlike = read(model), read(twin), read(wrong)
        same = milliseconds(lambda: compare_models(twin, model))
        different = milliseconds(lambda: compare_models(wrong, model))
        vf2, distance = growth.vf2_milliseconds(graph, other), growth.distance_milliseconds(graph, unlike)
        listed, asserted = ways.layer_list(model), ways.assertions(model)
        cells = [
            f"{len(graph.nodes)}",
            number(same),
            number(different),
            number(vf2, 2),
            times(vf2 / same),
            number(distance),
            times(distance / different if distance else None),
            number(milliseconds(lambda: listed(twin)), 2),
            number(milliseconds(lambda: asserted(twin)), 2),
        ]
    return [name, *cells, ASKED.get(name), _check(ASKED[name]) if name in ASKED else None]


def _check(id: str) -> str | None:
    asked, answer = exercise(id), exercise(id).target()
    if not (first := asked.check(answer)).passed:
        raise AssertionError(f"The lesson's own answer to {id} does not pass:\n{first}")
    return number(milliseconds(lambda: asked.check(answer)))


def _verdicts(say: Callable[[str], None]) -> Table:
    say(f"{EACH} right models, {EACH} wrong ones")
    right, wrong = sample.right(EACH), sample.wrong(EACH)
    rows = []
    for name in ways.WAYS:
        say(f"judged by {name}")
        refused, accepted, taken = judged(name, right, wrong)
        rows.append([name, f"{refused}", f"{accepted}", number(taken, 2)])
    return Table(
        f"What each way gets wrong, of {len(right)} right and {len(wrong)} wrong models",
        ["way", f"wrongly refused of {len(right)}", f"wrongly accepted of {len(wrong)}", "ms"],
        rows,
        "From the answers to "
        f"{len({candidate.exercise for candidate in (*right, *wrong)})} exercises, drawn with a fixed seed: written "
        "otherwise, and with one mistake that can be shown without any of these ways. ms: the median of all, reading "
        "what a way reads. Only `compare_models` also says what to change.",
    )


def judged(way: str, right: list[sample.Candidate], wrong: list[sample.Candidate]) -> tuple[int, int, float]:
    """How many of the right models a way refuses, how many of the wrong ones it accepts, and its median time in ms."""
    taken: list[float] = []

    def accepts(candidate: sample.Candidate) -> bool:
        make = ways.WAYS[way]
        rules = (candidate.without, candidate.also) if make is ways.course else ()
        ask = make(candidate.target, *rules)
        start = time.perf_counter()
        verdict = ask(candidate.model)
        taken.append(1000 * (time.perf_counter() - start))
        return verdict

    verdicts = [[accepts(candidate) for candidate in candidates] for candidates in (right, wrong)]
    return verdicts[0].count(False), verdicts[1].count(True), statistics.median(taken)
