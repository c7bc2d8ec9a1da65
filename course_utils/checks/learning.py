"""What a model learns in a short time, judged on data that no lesson shows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.compiling import CompileProblem, losses_as_given, losses_of, output_names, settings_of
from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.fresh import fresh_copy, untrained_numbers
from course_utils.checks.measures import Measure, mean_squared_error
from course_utils.checks.reasons import reason
from course_utils.checks.result import Finding
from course_utils.data.dataset import Arrays, Dataset
from course_utils.graphs.reading.inside import structure_of
from course_utils.graphs.words.sentences import plural

if TYPE_CHECKING:
    import keras

LARGEST = 3_000_000  # weights; more would not train in the time that a check may take
CHECK_SEED = 1812  # of the data that checks make: no lesson uses it
_AT_ONCE = 16  # steps; how long it takes is looked at after them
_STARTS = 6  # a model that is right at each of so many random starts has not learned it


def boundary_of(loss: Any) -> float:
    """Where one unit says yes rather than no, by its loss: at 1/2, or at 0 where it gives logits."""
    import keras

    try:
        made = keras.losses.get(loss() if isinstance(loss, type) else loss)
        no, yes = (np.full((1, 1), value, "float32") for value in (0.0, 1.0))
        at_zero, at_half = (
            abs(float(np.mean(made(yes, np.full((1, 1), at, "float32")) - made(no, np.full((1, 1), at, "float32")))))
            for at in (0.0, 0.5)
        )
    except Exception:  # a loss that wants other targets
        return 0.5
    return 0.0 if at_zero < 1e-6 < at_half else 0.5


def is_trained(model: keras.Model) -> bool:
    """Whether its optimizer has made a step, so that its weights are no start of anybody's."""
    steps = getattr(getattr(model, "optimizer", None), "iterations", None)
    return steps is not None and int(steps.value) > 0


@dataclass(frozen=True)
class Task:
    """Data, and how the outputs of a model belong to their targets."""

    data: Dataset
    names: Sequence[str]
    """Of the model's outputs, in order."""
    boundaries: Mapping[str, float]
    """Target → where its head says yes, by the head's loss."""

    @classmethod
    def of(cls, data: Dataset, names: Sequence[str], settings: Mapping[str, Any]) -> Task:
        """The task of a model with these outputs, compiled with these settings."""
        task = cls(data, names, {})
        given = list(losses_as_given(names, settings).values())
        places = {target: task.place(target) for target in data.validation.y}
        return replace(
            task, boundaries={t: boundary_of(given[at]) if at < len(given) else 0.5 for t, at in places.items()}
        )

    def place(self, target: str) -> int:
        """Which output stands for a target: the one of its name, else the one in its place."""
        all_targets = list(self.data.validation.y)
        if target in self.names:
            return self.names.index(target)
        return all_targets.index(target) if len(self.names) == len(all_targets) else 0


@dataclass(frozen=True)
class Goal:
    """A figure that one output is to reach on held-out data.

    Args:
        reach: the figure.
        measure: what is measured, in which unit, and what is better.
        output: which target is measured; None for the only one.
    """

    reach: float
    measure: Measure = mean_squared_error
    output: str | None = None

    def is_reached(self, figure: float) -> bool:
        """Whether a figure is good enough; NaN never is."""
        return self.measure.is_reached(figure, self.reach)

    def is_near(self, figure: float) -> bool:
        """Whether another start might have reached what this one missed."""
        return self.measure.is_near(figure, self.reach)

    def words(self, figure: float) -> str:
        """What was measured, beside what was asked for."""
        measure = self.measure
        found = f"its {measure.name} on data it has not seen is {measure.shown(figure)}"
        return f"{found}; {measure.bound(self.reach)} asked for"

    def figure(self, arrays: list[np.ndarray], task: Task) -> float:
        """The figure, from what a model predicts for the validation data; NaN when a prediction is."""
        output = self.output or next(iter(task.data.validation.y))
        truth, prediction = task.data.validation.y[output], arrays[task.place(output)]
        if not np.all(np.isfinite(prediction)):
            return math.nan
        if len(prediction) != len(truth) or (not self.measure.of_classes and prediction.size != truth.size):
            raise ValueError(f"it predicts shape {prediction.shape} for targets of shape {truth.shape}")
        return self.measure(truth, prediction, task.boundaries.get(output, 0.5))

    def is_built_in(self, copy: keras.Model, data: Dataset) -> bool:
        """Whether something that does not train computes the target, up to a factor and a constant."""
        if self.measure.of_classes:
            return False
        truth = data.validation.y[self.output or next(iter(data.validation.y))].reshape(-1)
        for numbers in untrained_numbers(copy, feed(copy, data.validation.x)):
            if len(numbers) != len(truth) or not np.all(np.isfinite(numbers)):
                continue
            line = np.stack([numbers, np.ones_like(numbers)], axis=1)
            if self.is_reached(self.measure(truth, line @ np.linalg.lstsq(line, truth, rcond=None)[0])):
                return True
        return False


@dataclass
class Learns(Criterion):
    """After one short training a fresh copy of the model reaches each goal on data made for the check.

    Take it when the text asks for a figure on held-out data, last of all criteria: it trains, so it is costly. Ask for
    less than a good model reaches, for the training to be short: the data's `.ceiling` says what can be reached at all.
    Names and shapes that the data need are better asked for before it, by `Named` and `Shapes`.

    The learner's model is never changed: a copy with fresh weights trains, with the learner's own compile settings. So
    what was trained before counts for nothing, and neither does what gives the answer untrained.

    Args:
        dataset: makes the data, with `CHECK_SEED`; only its validation part judges.
        goals: what to reach, for one output or for each of several.
        epochs: of the copy's training, at most.
        batch_size: of the copy's training.
        seconds: time limit of the copy's training; generous, so that a slow machine rejects no right model.
        own_start: whether a copy may also start from the weights that the model has, where a text lets a learner set
            them; they must not be right already.
        name: what is asked, in a few words.

    Example:
        >>> import keras, numpy as np
        >>> from course_utils.checks.learning import Goal, Learns
        >>> from course_utils.checks.trying import tell
        >>> from course_utils.data.dataset import Dataset, Split
        >>> def lines():
        ...     x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
        ...     return Dataset(Split({"x": x}, {"y": 3 * x}), Split({"x": x}, {"y": 3 * x}))
        >>> def model(rate):
        ...     x = keras.Input((1,), name="x")
        ...     made = keras.Model(x, keras.layers.Dense(1, kernel_initializer="zeros", name="y")(x))
        ...     made.compile(keras.optimizers.SGD(rate), "mse")
        ...     return made
        >>> tell(Learns(lines, Goal(0.01), epochs=40), model(0.3))
        Trained a copy for 40 epochs at most.
        ✓ a copy of it gets to an error under 0.01 on data it has not seen.
        >>> tell(Learns(lines, Goal(0.01), epochs=1), model(0.0))
        Trained a copy for 1 epoch.
        ✗ where: look at what learns, and at how it is trained.
          what: after 1 epoch of training a copy, its error on data it has not seen is 3.1; under 0.01 asked
            for.

    On failure:
        The figure that was reached beside the one asked for, and after how long. How to do better is the exercise. What
        training itself would say (data that do not fit, no loss, NaN) is no secret: it is told at once.
    """

    dataset: Callable[[], Dataset]
    goals: Goal | Sequence[Goal]
    epochs: int = 50
    batch_size: int = 32
    seconds: float = 60.0
    own_start: bool = False
    name: str = "learning"
    costly = True
    gives_away = "what"

    @property
    def _goals(self) -> Sequence[Goal]:
        return (self.goals,) if isinstance(self.goals, Goal) else self.goals

    def judge(self, attempt: Attempt) -> Finding:
        """Make the data, see whether the model takes them, train a fresh copy."""
        model = attempt.value
        size = model.count_params()
        if size > LARGEST:
            return self.found(False, f"the model has {size:,} parameters; a check trains models of up to {LARGEST:,}.")
        data, names = self.dataset(), output_names(attempt.graph)
        try:
            before = self._figures(model, Task(data, names, {}))
        except Exception as error:
            return self.found(False, f"the data cannot be fed to the model: {reason(error)}")
        if not _are_finite(before):
            return self.found(False, f"{_NOT_FINITE}; make it anew, and train it with smaller steps if you do.")
        try:
            settings = settings_of(model)
        except CompileProblem as problem:
            return self.found(False, str(problem))
        if not model.trainable_weights:
            return self.found(False, "the model has no weights that train, so it can learn nothing.")
        task = Task.of(data, names, settings)
        finding, is_near = self._trained(attempt, task, settings)
        if not finding.passed and is_near:
            again, _ = self._trained(attempt, task, settings_of(model))  # the start may have been an unlucky one
            finding = again if again.passed else finding
        if not finding.passed and self.own_start and not is_trained(model):
            # Another optimizer: the first one has the first copy's weights in hand.
            again, _ = self._trained(attempt, task, settings_of(model), is_fresh=False)
            return again if again.passed else finding
        return finding

    def _trained(
        self, attempt: Attempt, task: Task, settings: Mapping[str, Any], is_fresh: bool = True
    ) -> tuple[Finding, bool]:
        """Train a copy, from fresh weights or from the model's own: what was found, and whether it missed by little."""
        model = attempt.value
        try:
            with fresh_copy(model) as copy:
                if not is_fresh:
                    copy.set_weights(model.get_weights())
                objection = self._given_away(copy, task)
                if objection and (not is_fresh or self._is_given_away_again(model, task)):
                    return self.missed(objection, "look at what it computes before any training."), False
                copy.compile(**settings)
                if not copy.run_eagerly:  # the same steps: between two of a small model, most of the time is Keras's
                    copy.steps_per_execution = max(_AT_ONCE, copy.steps_per_execution)
                seconds = min(self.seconds, attempt.seconds_left)
                figures, is_late = self._train(copy, task, time.monotonic() + seconds)
        except Exception as error:
            failure = f"training fails: {reason(error, losses_of(task.names, settings).values())}"
            return self.found(False, failure), False
        short = self._short(figures)
        if not short:
            praise = f"a copy of it gets to {self._goal()} on data it has not seen."
            return Finding(self.name, True, praise, measured=self._measured(figures)), False
        if not _are_finite(figures):
            return self.found(False, f"{_NOT_FINITE}: the learning rate may be too large."), False
        limit = f"{seconds:.0f} seconds" if is_late else plural(self.epochs, "epoch")
        missed = [self._of(goal, ": ") + goal.words(figure) for goal, figure in short]
        message = f"after {limit} of training a copy, {'; '.join(missed)}."
        finding = self.missed(message, "look at what learns, and at how it is trained.")
        return finding, not is_late and all(goal.is_near(figure) for goal, figure in short)

    def _is_given_away_again(self, model: keras.Model, task: Task) -> bool:
        for _ in range(_STARTS - 1):
            with fresh_copy(model) as copy:
                if not self._given_away(copy, task):
                    return False
        return True

    def _given_away(self, copy: keras.Model, task: Task) -> str | None:
        """A sentence on the first goal that an untrained copy reaches already; None where it must learn."""
        for goal, figure in zip(self._goals, self._figures(copy, task), strict=True):
            if goal.is_reached(figure):
                what = self._of(goal) or "it"
                return f"before any training {what} gives the answer already; it should learn it from the data."
            if goal.is_built_in(copy, task.data):
                return (
                    f"for {self._of(goal)}, a part that does not train computes the answer; it should be learned."
                    if self._of(goal)
                    else "a part of it that does not train computes the answer; it should be learned from the data."
                )
        return None

    def _train(self, copy: keras.Model, task: Task, until: float) -> tuple[list[float], bool]:
        """Train until the goals are reached, or epochs or seconds run out: (last figures, whether time ran out)."""
        import keras

        from course_utils.progress_line import ProgressLine

        criterion = self
        last, is_late = [math.nan] * len(self._goals), False
        every = max(1, self.epochs // 20)

        class Watch(keras.callbacks.Callback):
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                nonlocal is_late
                if time.monotonic() > until:
                    is_late = self.model.stop_training = True

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                nonlocal last
                if (epoch + 1) % every == 0 or is_late or epoch + 1 == criterion.epochs:
                    last = criterion._figures(self.model, task)
                    if not criterion._short(last) or not _are_finite(last):
                        self.model.stop_training = True

        x, y = feed(copy, task.data.train.x), targets(task.names, task.data.train.y)
        callbacks = [Watch(), ProgressLine("Trained a copy", interruptible=False)]
        copy.fit(x, y, epochs=self.epochs, batch_size=self.batch_size, verbose=0, callbacks=callbacks)
        return last, is_late

    def _figures(self, model: keras.Model, task: Task) -> list[float]:
        """The figure of each goal on the validation data."""
        arrays = predictions(model, task.data)
        return [goal.figure(arrays, task) for goal in self._goals]

    def _short(self, figures: Sequence[float]) -> list[tuple[Goal, float]]:
        """The goals that are not reached, and how far the model has come."""
        pairs = zip(self._goals, figures, strict=True)
        return [(goal, figure) for goal, figure in pairs if not goal.is_reached(figure)]

    def _of(self, goal: Goal, end: str = "") -> str:
        """The output that a goal is about, where there are several; else nothing."""
        return f"`{goal.output}`{end}" if len(self._goals) > 1 else ""

    def _goal(self) -> str:
        """The figures asked for."""
        return ", ".join(self._of(goal, " ") + goal.measure.goal(goal.reach) for goal in self._goals)

    def _measured(self, figures: Sequence[float]) -> str:
        """The figures found."""
        pairs = zip(self._goals, figures, strict=True)
        return ", ".join(self._of(goal, " ") + goal.measure.shown(figure) for goal, figure in pairs)


_NOT_FINITE = "its predictions are not finite numbers (NaN)"


def _are_finite(figures: Sequence[float]) -> bool:
    return all(map(math.isfinite, figures))


def predictions(model: keras.Model, data: Dataset) -> list[np.ndarray]:
    """What the model predicts for the validation data, an array for each output."""
    arrays = outputs_for(model, data.validation.x)
    return [array.astype("float32") if array.dtype.itemsize < 4 else array for array in arrays]  # half precision


def outputs_for(model: keras.Model, arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """What the model gives for these inputs, not in training: an array for each output, in the order of the outputs."""
    import keras

    # Called, not `predict`: that compiles anew for each model, which takes longer than all of training may.
    given = model(feed(model, arrays), training=False)
    return [np.asarray(keras.ops.convert_to_numpy(part)) for part in keras.tree.flatten(given)]


def feed(model: keras.Model, arrays: Mapping[str, np.ndarray]) -> Any:
    """The arrays as this model takes them: by name where the names fit, else in order."""
    import keras

    names = [tensor.name for tensor in model.inputs]
    if len(names) == len(arrays) == 1:
        # `Model(x, …)` warns when it is given a dict, `Model({"x": x}, …)` when it is given an array.
        structure, values = structure_of(model), list(arrays.values())
        return keras.tree.pack_sequence_as(structure, values) if keras.tree.is_nested(structure) else values[0]
    if set(names) == set(arrays):
        return dict(arrays)
    values = list(arrays.values())
    if len(names) != len(values):
        plural = "s" if len(names) != 1 else ""
        raise ValueError(f"the model has {len(names)} input{plural}; the data has {len(values)}: {', '.join(arrays)}")
    return values if len(values) > 1 else values[0]


def targets(names: Sequence[str], arrays: Arrays) -> Any:
    """The targets as a model with outputs of these names takes them: by name where the names fit, else in order."""
    if len(names) == 1 and len(arrays) == 1:
        return next(iter(arrays.values()))
    if set(names) == set(arrays):
        return dict(arrays)
    if len(names) != len(arrays):
        raise ValueError(f"the model has {len(names)} outputs; the data has {len(arrays)}: {', '.join(arrays)}")
    return list(arrays.values())
