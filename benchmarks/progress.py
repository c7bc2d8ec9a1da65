"""What showing progress costs: the time of training with `Progress` in a notebook's kernel, against training without.

    python benchmarks/progress.py [--repeats 5]

Both are measured in turn, in seconds of the processor, so that it does not count what else the machine does; on a model
that is compiled already: a lesson's first epoch takes longer and makes the share smaller. The median of the repeats
counts. Where the machine is busy, the ratio of both still varies by some per cent; the last column does not: the part
of the time that was spent in the callback itself, in its thread too, and in noting when each of its methods began and
ended. At most 2 % is allowed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

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


def timed(hook, spent: list[float]):
    """A method of the callback that notes the seconds that it takes."""

    def run(*arguments, **named):
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


def measure(repeats: int) -> None:
    """Print a row for each training; in a kernel."""
    print(f"{'training':>20} {'epoch ms':>9} {'without s':>10} {'with s':>8} {'ratio':>7} {'callback':>9}", flush=True)
    for what, outputs, units, batches, epochs in TRAININGS:
        without, shown, spent = train(outputs, units, batches, epochs, repeats)
        ratio, share = shown / without, spent / without
        row = f"{what:>20} {1000 * without / epochs:9.1f} {without:10.3f} {shown:8.3f} {ratio:7.3f} {share:9.2%}"
        print(row, "" if share <= MOST else f"  more than {MOST:.0%}", flush=True)


def main() -> None:
    from jupyter_client.manager import start_new_kernel

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5, help="how often each is measured")
    repeats = parser.parse_args().repeats
    here = Path(__file__)
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(here.parents[1]))
    code = f"import runpy; runpy.run_path({str(here)!r}, run_name='measured')['measure']({repeats})"

    def show(message: dict) -> None:
        content = message["content"]
        if message["msg_type"] in ("stream", "error"):
            sys.stdout.write(content.get("text") or "\n".join(content["traceback"]) + "\n")
            sys.stdout.flush()

    try:
        client.execute_interactive(code, output_hook=show, timeout=None)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
