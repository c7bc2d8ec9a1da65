"""How the time to compare two models grows with their calls, beside networkx on the same graphs.

What is timed: reading both models and comparing them, when they are the same and when one wire is wrong. networkx is
given graphs that are already read, as a user would label them: VF2++ by class and settings and by class alone, the edit
distance by class and settings. It does not see the order of arguments or which calls share a layer, knows no other way
to write a model, and says yes or no.
"""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.table import Table, number, times
from benchmarks.timing import milliseconds
from benchmarks.ways import as_network
from course_utils.graphs.compare.behaviour.judge import MOST_CALLS
from course_utils.graphs.difference import compare_graphs, compare_models
from course_utils.graphs.graph import Graph
from course_utils.graphs.reading.read import read

if TYPE_CHECKING:
    import keras

SIZES = (10, 30, 100, 300, 1000, 2000)
BUDGET = 60.0
"""Seconds for VF2++, all sizes together; what would take more is left out."""
LIMIT = 5.0
"""Seconds for one edit distance."""
FROM = 100
"""Growth is measured from the size that is nearest to this many calls."""


def residual_tower(calls: int, *, wrong: bool = False) -> keras.Model:
    """A model of about so many calls: residual blocks, one behind the other; one wire may be wrong in the middle."""
    import keras

    x = inputs = keras.Input((4,))
    earlier = [x]
    blocks = max(1, (calls - 2) // 4)
    for block in range(blocks):
        h = keras.layers.Dense(4, activation="relu")(x)
        h = keras.layers.Dropout(0.1)(h)
        h = keras.layers.Dense(4)(h)
        skip = earlier[-2] if wrong and block == blocks // 2 and len(earlier) > 1 else x
        x = keras.layers.Add()([skip, h])
        earlier.append(x)
    return keras.Model(inputs, keras.layers.Dense(1)(x))


def measured(say: Callable[[str], None]) -> Table:
    """The table of all sizes; in a thread with room, since Keras recurses once a layer when it builds a model."""
    found: list[Table | BaseException] = []

    def work() -> None:
        try:
            found.append(_measured(say))
        except BaseException as error:  # raised again below, in the thread that waits
            found.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(512 * 1024 * 1024)
    sys.setrecursionlimit(100_000)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


def vf2_milliseconds(a: Graph, b: Graph, *, settings: bool = True) -> float:
    """VF2++ on two graphs that are the same, once."""
    import networkx

    first, second = (as_network(graph, settings=settings) for graph in (a, b))
    start = time.perf_counter()
    assert networkx.vf2pp_is_isomorphic(first, second, node_label="label")
    return 1000 * (time.perf_counter() - start)


def distance_milliseconds(a: Graph, b: Graph, limit: float = LIMIT) -> float | None:
    """The edit distance of two graphs, once; None where it did not find the end of its search in time."""
    import networkx

    first, second = (as_network(graph) for graph in (a, b))
    start = time.perf_counter()
    networkx.graph_edit_distance(first, second, node_match=lambda one, other: one == other, timeout=limit)
    seconds = time.perf_counter() - start
    return 1000 * seconds if seconds < limit else None


def _measured(say: Callable[[str], None]) -> Table:
    import keras

    rows, taken, spent, is_distance_tried = [], [], 0.0, True
    for size in SIZES:
        model, same, different = residual_tower(size), residual_tower(size), residual_tower(size, wrong=True)
        graph, twin, other = read(model), read(same), read(different)
        say(f"{len(graph.nodes):,} calls")
        times_of = _compared(model, same, different)
        alone = milliseconds(lambda: compare_graphs(other, graph), 3)  # noqa: B023  (done before the next size)
        vf2: list[float | None] = [None, None]
        if spent < BUDGET:
            vf2 = [vf2_milliseconds(graph, twin, settings=settings) for settings in (True, False)]
            spent += 12 * sum(filter(None, vf2)) / 1000  # it grows about with the square
        distance = distance_milliseconds(graph, other) if is_distance_tried else None
        is_distance_tried = distance is not None
        taken.append((len(graph.nodes), times_of[1], alone))
        rows.append(_row("residual blocks", graph, times_of, alone, vf2, distance))
    say("NASNetMobile")
    model, same = (keras.applications.NASNetMobile(weights=None) for _ in range(2))
    rows.append(_row("NASNetMobile", read(model), _compared(model, same, None), None, [None, None], None))
    return Table(
        "From 10 to 2,000 calls",
        ["model", "calls", "read ms", "same ms", "one wire wrong ms", "of it the graphs ms", "VF2++ ms", "/ same",
         "VF2++ by class ms", "/ same", "edit distance ms", "/ wrong"],
        rows,
        f"{_growth(taken)} Models up to {MOST_CALLS:,} calls that differ are also run, in case they compute the same: "
        "most of the time of a wrong wire. VF2++ is asked about graphs that are the same, and left out where "
        "it would take minutes; the edit distance about those with one wire wrong, left out from the first that takes "
        f"more than {LIMIT:.0f} s.",
    )  # fmt: skip


def _compared(
    model: keras.Model, same: keras.Model, different: keras.Model | None
) -> tuple[float, float, float | None]:
    """Milliseconds to read a model, to compare it with its twin, and with one that differs."""
    return (
        milliseconds(lambda: read(model)),
        milliseconds(lambda: compare_models(same, model)),
        milliseconds(lambda: compare_models(different, model), 3) if different is not None else None,
    )


def _row(
    name: str,
    graph: Graph,
    compared: tuple[float, float, float | None],
    alone: float | None,
    vf2: list[float | None],
    distance: float | None,
) -> list[str | None]:
    reading, same, different = compared
    return [
        name,
        f"{len(graph.nodes):,}",
        *map(number, (reading, same, different, alone)),
        *(cell for took in vf2 for cell in (number(took), times(took / same if took else None))),
        number(distance),
        times(distance / different if distance and different else None),
    ]


def _growth(taken: list[tuple[int, float, float]]) -> str:
    """How time grows, in a sentence: as which power of the calls."""
    first, last = min(taken, key=lambda row: abs(row[0] - FROM)), taken[-1]
    powers = [math.log(last[at] / first[at]) / math.log(last[0] / first[0]) for at in (1, 2)]
    return (
        f"From {first[0]:,} to {last[0]:,} calls the time to read and compare two that are the same grows as "
        f"calls^{powers[0]:.2f}, that of graphs with a wrong wire as calls^{powers[1]:.2f}."
    )
