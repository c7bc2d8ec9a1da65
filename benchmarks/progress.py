"""What showing progress costs: training with `Progress` in a notebook's kernel, against training without.

Both are measured in turn, in seconds of the processor, so that it does not count what else the machine does; on a model
that is compiled already: a lesson's first epoch takes longer and makes the share smaller. The median of the repeats
counts. Where the machine is busy, the ratio of both still varies by some per cent; the last column does not: the part
of the time that was spent in the callback itself, in its thread too, and in noting when each of its methods began and
ended. At most 2 % is allowed.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.apart import ROOT, environment
from benchmarks.table import Table, number

TITLE = "what showing progress costs"
REPEATS = 3
MOST = 0.02
HOOKS = (
    *("on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_test_begin", "on_test_end"),
    *("on_epoch_end", "on_train_end", "_look"),
)
# (what, outputs, units of a layer, batches an epoch, epochs)
TRAININGS = (
    ("epochs of a few ms", 1, 16, 2, 60),
    ("short epochs", 1, 64, 20, 60),
    ("two outputs", 2, 64, 20, 60),
    ("eight outputs", 8, 64, 10, 60),
    ("large layers", 1, 1000, 10, 10),
    ("many quick batches", 1, 16, 3000, 2),
)


def timed(hook: Callable[..., Any], spent: list[float]) -> Callable[..., None]:
    """A method of the callback that notes the seconds that it takes."""

    def run(*arguments: Any, **named: Any) -> None:
        start = time.thread_time()
        hook(*arguments, **named)
        spent[-1] += time.thread_time() - start

    return run


def train(outputs: int, units: int, batches: int, epochs: int, repeats: int) -> tuple[float, float, float]:
    """Seconds without and with progress, and those in the callback: the median of each."""
    from course_utils import Progress  # first: it silences TensorFlow's log

    import keras  # isort: skip
    import numpy as np

    inputs = keras.Input((8,))
    x = keras.layers.Dense(units, activation="relu")(keras.layers.Dense(units, activation="relu")(inputs))
    heads = [keras.layers.Dense(1, name=f"head_{at}")(x) for at in range(outputs)]
    model = keras.Model(inputs, heads if outputs > 1 else heads[0])
    model.compile(loss=["mse"] * outputs if outputs > 1 else "mse", optimizer="sgd")
    data = np.random.default_rng(0).normal(size=(32 * batches, 8)).astype("float32")
    target = [data[:, :1]] * outputs if outputs > 1 else data[:, :1]
    seconds: dict[bool, list[float]] = {False: [], True: []}
    spent: list[float] = []
    for repeat in range(repeats + 1):  # the first compiles
        for is_shown in (False, True):
            progress = Progress()
            if is_shown:
                spent.append(0.0)
                for name in HOOKS:
                    setattr(progress, name, timed(getattr(progress, name), spent))
            start = time.process_time()
            model.fit(
                data,
                target,
                validation_data=(data[:64], [y[:64] for y in target] if outputs > 1 else target[:64]),
                epochs=epochs,
                verbose=0,
                callbacks=[progress] if is_shown else [],
            )
            if repeat:
                seconds[is_shown].append(time.process_time() - start)
    return statistics.median(seconds[False]), statistics.median(seconds[True]), statistics.median(spent[1:])


def measure(say: Callable[[str], None]) -> Iterator[Table]:
    """Train in a kernel, with and without."""
    rows = []
    for what, without, shown, spent, epochs in _in_a_kernel(say):
        share = spent / without
        rows.append(
            [
                what,
                number(1000 * without / epochs),
                number(without, 3),
                number(shown, 3),
                f"{shown / without:.3f}",
                f"{share:.2%}" if share <= MOST else f"{share:.2%}, more than {MOST:.0%}",
            ]
        )
    yield Table(
        "Training with `Progress` and without",
        ["training", "epoch ms", "without s", "with s", "with / without", "in the callback"],
        rows,
        f"Seconds of the processor, the median of {REPEATS}. At most {MOST:.0%} is allowed in the callback.",
    )


def trainings() -> None:
    """Print a line of JSON for each training; in the kernel."""
    for what, outputs, units, batches, epochs in TRAININGS:
        print(json.dumps([what, *train(outputs, units, batches, epochs, REPEATS), epochs]), flush=True)


def _in_a_kernel(say: Callable[[str], None]) -> list[tuple[str, float, float, float, int]]:
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(
        kernel_name="python3", cwd=str(ROOT), env=environment(), extra_arguments=["--log-level=ERROR"]
    )
    heard, trouble = [], []

    def hear(message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "error":
            trouble.append(f"{content['ename']}: {content['evalue']}")
        if message["msg_type"] == "stream" and content["name"] == "stdout":
            heard.append(content["text"])
            for line in filter(_is_figure, content["text"].splitlines()):
                say(f"{json.loads(line)[0]}: done")

    try:
        client.execute_interactive(
            "from benchmarks import progress; progress.trainings()", output_hook=hear, timeout=None
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if trouble:
        raise RuntimeError(trouble[0])
    return [tuple(json.loads(line)) for line in "".join(heard).splitlines() if _is_figure(line)]


def _is_figure(line: str) -> bool:
    return line.startswith("[")
