"""How soon a lesson's network is as good as the lecture's, and what the same arithmetic would take at least.

Each training is run cold: in a process of its own, with the same data and the same seed. Two clocks: one starts where
`fit` begins, so that Keras's compiling is in it; the other where the imports are done, so that making the data and the
model is in it too. The lecture's training ends at its last epoch; the lesson's counts up to the first epoch at whose
end its validation loss is as low. The floor is the lesson's arithmetic without `fit`: all its steps in one loop that
TensorFlow compiles, compiling included. (XLA, tried in place of a plain graph, takes longer to compile than it saves in
each of these examples; with the convolutions of L15, many times as long.)
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from benchmarks.apart import apart
from benchmarks.lectures import EXAMPLES
from benchmarks.lesson import training
from benchmarks.table import Table, number, short, times

if TYPE_CHECKING:
    import keras

TITLE = "time to the lecture's quality"
SEED = 7
REPEATS = 3
"""How often a lesson's training is run: the middle one counts, by seconds to the goal."""
QUICK = 15.0  # seconds: what takes longer is run once


class Training(TypedDict):
    """One training, cold."""

    prepared: float
    """Seconds from the imports to where `fit` begins."""
    ends: list[float]
    """Seconds from where `fit` begins to the end of each epoch that was validated."""
    losses: list[float]
    """The lecture's validation loss at each of them."""
    first: float
    """Seconds to the end of the first epoch."""
    whole: float
    """Seconds that `fit` took."""
    steps: int


class Floor(TypedDict):
    """A lesson's steps in one compiled loop."""

    seconds: float
    loss: float
    """The lecture's validation loss at the end."""


def measure(say: Callable[[str], None]) -> Iterator[Table]:
    """Train each example by the lecture's code and the lesson's; then the floor."""
    speeds, floors, remarks = [], [], []
    for name, example in EXAMPLES.items():
        say(f"{name}: the lecture's code, {example.run} of {example.epochs} epochs")
        lecture: Training = apart("quality:lecture", name)
        goal = lecture["losses"][-1]
        say(f"{name}: the lesson's code")
        own = _middle(name, goal)
        say(f"{name}: the floor")
        speeds.append(_speed(name, lecture, own))
        floors.append(_floor(name, own, apart("quality:floor", name)))
        if example.remark:
            remarks.append(f"{name}: {example.remark}.")
    yield Table(
        "Seconds to the lecture's last validation loss",
        ["example", "lecture's epochs", "lecture's loss", "lecture s", "lesson s", "sooner", "lecture s, with making",
         "lesson s, with making", "sooner", "lesson's last loss"],
        speeds,
        "Epochs: how many of the lecture's were run; where not all, its loss is the one it had by then. With making: "
        f"from the imports on, data and model included. {' '.join(remarks)}",
    )  # fmt: skip
    yield Table(
        "The lesson's training beside its floor",
        ["example", "steps", "fit s", "to the end of the first epoch s", "floor s", "fit / floor",
         "lesson's last loss", "floor's last loss"],
        floors,
        "Floor: the same steps with the same optimizer and losses in one compiled loop, without validation, metrics, "
        "callbacks and Keras's `fit`. Its last batch of each epoch is filled up.",
    )  # fmt: skip


def to_goal(training: Training, goal: float) -> float | None:
    """Seconds from where `fit` begins until the loss is no larger; None where it never is."""
    ends = zip(training["ends"], training["losses"], strict=True)
    return next((seconds for seconds, loss in ends if loss <= goal), None)


def _middle(name: str, goal: float) -> Training:
    runs: list[Training] = [apart("quality:lesson", name)]
    while len(runs) < REPEATS and runs[0]["whole"] < QUICK:
        runs.append(apart("quality:lesson", name))
    return sorted(runs, key=lambda run: to_goal(run, goal) or run["whole"])[len(runs) // 2]


def _speed(name: str, lecture: Training, own: Training) -> list[str | None]:
    example, goal, whole = EXAMPLES[name], lecture["losses"][-1], lecture["ends"][-1]
    seconds = to_goal(own, goal)
    made = [run["prepared"] for run in (lecture, own)]
    return [
        name,
        f"{example.run} of {example.epochs}",
        short(goal),
        number(whole),
        number(seconds, 2) or "not reached",
        times(whole / seconds if seconds else None),
        number(whole + made[0]),
        number(seconds + made[1] if seconds else None, 2),
        times((whole + made[0]) / (seconds + made[1]) if seconds else None),
        short(own["losses"][-1]),
    ]


def _floor(name: str, own: Training, floor: Floor) -> list[str | None]:
    return [
        name,
        f"{own['steps']:,}",
        number(own["whole"], 2),
        number(own["first"], 2),
        number(floor["seconds"], 2),
        times(own["whole"] / floor["seconds"]),
        short(own["losses"][-1]),
        short(floor["loss"]),
    ]


# What follows runs in a process of its own.


def lecture(name: str) -> Training:
    """Train an example by the lecture's code."""
    import keras

    example = EXAMPLES[name]
    watch = Watch(lambda logs: logs["val_loss"])
    keras.utils.set_random_seed(SEED)
    fed, model = example.data(), example.model()
    if model.count_params() != example.parameters:
        raise ValueError(f"{name} has {model.count_params():,} parameters, and the lecture's {example.parameters:,}.")
    model.fit(
        fed.x,
        fed.y,
        validation_data=fed.validation,
        epochs=example.run,
        batch_size=example.batch_size,
        verbose=0,
    )
    return watch.training()


def lesson(name: str) -> Training:
    """Train an example by the lesson's own code."""
    statements, names = _imported(name)
    watch = Watch(lambda logs: EXAMPLES[name].loss(logs, names))
    _run(statements, names)
    return watch.training()


def floor(name: str) -> Floor:
    """Train an example as the lesson does, in one compiled loop in place of `fit`."""
    import keras

    statements, names = _imported(name)
    done: list[Floor] = []

    class Done(Exception):
        """Nothing of the lesson comes after the training."""

    def loop(
        model: keras.Model, x: Any, y: Any, *, epochs: int, batch_size: int, validation_data: Any, **_: Any
    ) -> None:
        seconds = compiled_loop(model, x, y, epochs, batch_size)
        logs = model.evaluate(*validation_data, batch_size=500, verbose=0, return_dict=True)
        loss = EXAMPLES[name].loss({f"val_{key}": value for key, value in logs.items()}, names)
        done.append({"seconds": seconds, "loss": loss})
        raise Done

    keras.Model.fit = loop
    try:
        _run(statements, names)
    except Done:
        return done[0]
    raise RuntimeError(f"The lesson of {name} did not come to a `fit`.")


def compiled_loop(model: keras.Model, x: Any, y: Any, epochs: int, batch_size: int) -> float:
    """Train a compiled model in one loop; the seconds that took, with compiling.

    Args:
        model: compiled, not trained yet.
        x: what it is fed with: arrays, or lists or dicts of arrays.
        y: the targets, likewise.
        epochs: how often each example is seen.
        batch_size: of each step; the last batch of an epoch is filled up from its beginning.
    """
    import keras
    import numpy as np
    import tensorflow as tf

    start = time.perf_counter()
    x, y = keras.tree.map_structure(tf.constant, (x, y))
    count = len(keras.tree.flatten(x)[0])
    rng = np.random.default_rng(SEED)
    orders = [np.resize(rng.permutation(count), (-(-count // batch_size), batch_size)) for _ in range(epochs)]
    order = tf.constant(np.concatenate(orders), tf.int32)

    def batch(rows: Any) -> Any:
        return keras.tree.map_structure(lambda values: tf.gather(values, rows), (x, y))

    some_x, some_y = batch(order[0])
    model.compute_loss(x=some_x, y=some_y, y_pred=model(some_x))  # makes what a loss makes once
    model.optimizer.build(model.trainable_variables)

    @tf.function
    def train(order: Any) -> None:
        for step in tf.range(len(order)):
            some_x, some_y = batch(order[step])
            with tf.GradientTape() as tape:
                loss = model.compute_loss(x=some_x, y=some_y, y_pred=model(some_x, training=True))
            model.optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    train(order)
    model.get_weights()  # waits until all is done
    return time.perf_counter() - start


def _imported(name: str) -> tuple[Sequence[ast.stmt], dict[str, Any]]:
    """The statements that train an example in its lesson, and their names once the imports among them are done."""
    import keras  # noqa: F401  (a lesson may not need it by name, and the clock starts after the imports)

    statements = training(*EXAMPLES[name].lesson)
    names: dict[str, Any] = {"__name__": "lesson"}
    imports = [one for one in statements if isinstance(one, (ast.Import, ast.ImportFrom))]
    _run(imports, names)
    return [one for one in statements if one not in imports], names


def _run(statements: Sequence[ast.stmt], names: dict[str, Any]) -> None:
    exec(compile(ast.Module(list(statements), []), "lesson", "exec"), names)


class Watch:
    """Watches what is trained in this process, by `fit`; the clock starts now.

    Args:
        loss: from an epoch's log to the lecture's validation loss.
    """

    def __init__(self, loss: Callable[[dict[str, float]], float]) -> None:
        import keras

        self.start = time.perf_counter()
        self.trainings: list[Training] = []
        fit = keras.Model.fit

        def watched(model: keras.Model, *args: Any, callbacks: Sequence[Any] = (), **kwargs: Any) -> Any:
            begin = time.perf_counter()
            seen: Training = {
                "prepared": begin - self.start, "ends": [], "losses": [], "first": 0.0, "whole": 0.0, "steps": 0
            }  # fmt: skip
            self.trainings.append(seen)

            def note(epoch: int, logs: dict[str, float]) -> None:
                seconds = time.perf_counter() - begin
                seen["first"] = seen["first"] or seconds
                if "val_loss" in logs:  # a lesson may validate every fifth epoch
                    seen["ends"].append(seconds)
                    seen["losses"].append(float(loss(logs)))

            history = fit(
                model, *args, callbacks=[*callbacks, keras.callbacks.LambdaCallback(on_epoch_end=note)], **kwargs
            )
            seen["whole"] = time.perf_counter() - begin
            seen["steps"] = int(model.optimizer.iterations.numpy())
            return history

        keras.Model.fit = watched

    def training(self) -> Training:
        """The last training.

        Raises:
            RuntimeError: if nothing was trained, or never validated.
        """
        if not self.trainings or not self.trainings[-1]["losses"]:
            raise RuntimeError("Nothing was trained and validated.")
        return self.trainings[-1]
