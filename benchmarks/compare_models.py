"""How long it takes to compare two models, against networkx's vf2++ on the same graphs, and how that grows.

    python benchmarks/compare_models.py [--large]

What is timed: reading both models and comparing them, when they are the same and when one wire is wrong. vf2++ is given
graphs that are already read, as a user would label them: once by class, once by class and settings. It does not see the
order of arguments or which calls share a layer, knows no other way to write a model, and says yes or no. `--large` adds
NASNetMobile. A dash: left out, it would take too long.
"""

from __future__ import annotations

import argparse
import gc
import math
import statistics
import sys
import threading
import time
from collections.abc import Callable

import course_utils  # noqa: F401  (silences TensorFlow's log)
from course_utils.graphs.difference import compare_models
from course_utils.graphs.graph import Graph
from course_utils.graphs.reading.read import read

SIZES = (10, 30, 100, 300, 1000, 2000)
BUDGET = 60.0  # seconds for vf2++, all sizes together


def milliseconds(action: Callable[[], object], repeats: int = 5) -> float:
    """Median time of an action, without the pauses of the garbage collector."""
    times = []
    for _ in range(repeats):
        gc.collect()
        gc.disable()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
        gc.enable()
    return 1000 * statistics.median(times)


def residual_tower(calls: int, *, wrong: bool = False):
    """A model of about so many calls: residual blocks, one behind the other; one wire is wrong in the middle."""
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


def as_networkx(graph: Graph, settings: bool):
    """The graph for vf2++: labels on nodes."""
    import networkx

    g = networkx.DiGraph()
    for i, node in enumerate(graph.nodes):
        g.add_node(i, label=(node.kind, tuple(sorted((k, repr(v)) for k, v in node.settings.items() if settings))))
        g.add_edges_from((t.node, i) for t in node.inputs)
    return g


def vf2(a: Graph, b: Graph, *, settings: bool) -> float:
    """Milliseconds of vf2++ on two graphs, once."""
    import networkx

    first, second = as_networkx(a, settings), as_networkx(b, settings)
    start = time.perf_counter()
    assert networkx.vf2pp_is_isomorphic(first, second, node_label="label")
    return 1000 * (time.perf_counter() - start)


def row(name: str, model, same, different, spent: float) -> tuple[int, float, float, float]:
    """Measure one size and print it; returns calls, times for same and different, seconds that vf2++ took."""
    graph, twin = read(model), read(same)
    reading = milliseconds(lambda: read(model))
    equal = milliseconds(lambda: compare_models(same, model))
    unequal = milliseconds(lambda: compare_models(different, model), 3) if different is not None else math.nan
    fits = spent < BUDGET
    others = [vf2(graph, twin, settings=s) if fits else math.nan for s in (False, True)]
    cells = "".join(f"{t:10.1f} {t / equal:6.1f}" if fits else f"{'–':>10} {'–':>6}" for t in others)
    print(f"{name:>15} {len(graph.nodes):6} {reading:8.1f} {equal:8.1f} {unequal:9.1f} {cells}", flush=True)
    return len(graph.nodes), equal, unequal, sum(others) / 1000 if fits else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also compare two NASNetMobile")
    large = parser.parse_args().large
    print(f"{'model':>15} {'calls':>6} {'read ms':>8} {'same ms':>8} {'differ ms':>9}   ", end="")
    print("vf2++ ms (classes), ratio; (settings), ratio")
    rows, spent = [], 0.0
    for size in SIZES:
        models = [residual_tower(size), residual_tower(size), residual_tower(size, wrong=True)]
        rows.append(row("residual tower", *models, spent))
        # vf2++ grows about with the square: leave out what would not fit
        spent += 12 * rows[-1][3]
    if large:
        import keras

        models = [keras.applications.NASNetMobile(weights=None) for _ in range(2)]
        row("NASNetMobile", *models, None, 0.0)
    for what, column in (("same", 1), ("different", 2)):
        (n1, t1), (n2, t2) = ((rows[k][0], rows[k][column]) for k in (2, -1))
        growth = math.log(t2 / t1) / math.log(n2 / n1)
        print(f"{what}: time grows as calls^{growth:.2f} from {n1} to {n2} calls")


if __name__ == "__main__":
    sys.setrecursionlimit(100_000)  # Keras itself recurses once a layer when it builds a model
    threading.stack_size(512 * 1024 * 1024)
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
