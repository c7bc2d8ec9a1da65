"""What a model learns in a short time, judged on data that no lesson shows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.compiling import CompileProblem, losses_as_given, losses_of, output_names, settings_of
from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.fresh import fresh_copy, untrained_numbers
from course_utils.checks.reasons import reason
from course_utils.checks.result import Finding
from course_utils.data.dataset import Arrays, Dataset
from course_utils.graphs.reading.inside import structure_of
from course_utils.graphs.words.sentences import plural

if TYPE_CHECKING:
    import keras

LARGEST = 3_000_000  # weights; more would not train in the time that a check may take
CHECK_SEED = 1812  # of the data that checks make: no lesson uses it
_STARTS = 6  # a model that is right at each of so many random starts has not learned it
_NEAR_SHARE = 0.03  # of accuracy


def mean_squared_error(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Mean of squared differences; both of the same size."""
    return float(np.mean((truth.reshape(-1) - prediction.reshape(-1)) ** 2))


def root_mean_squared_error(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Square root of the mean squared error, in the target's unit."""
    return math.sqrt(mean_squared_error(truth, prediction))


def accuracy(truth: np.ndarray, prediction: np.ndarray, boundary: float = 0.5) -> float:
    """Share of right answers: classes by the largest of several units, or by one unit against a boundary."""
    classes = prediction.argmax(-1) if prediction.shape[-1] > 1 else prediction.reshape(-1) > boundary
    is_one_hot = truth.ndim > 1 and truth.shape[-1] > 1
    return float(np.mean(classes.reshape(-1) == (truth.argmax(-1) if is_one_hot else truth.reshape(-1))))


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


@dataclass
class Learns(Criterion):
    """After a short training a fresh copy of the model reaches a figure on data made for the check.

    The learner's model is never changed: a copy with fresh weights trains, with the learner's own compile settings. So
    what was trained before counts for nothing, and neither does what gives the answer untrained.

    Args:
        dataset: makes the data, with `CHECK_SEED`; only its validation part judges.
        reach: the figure: at most this for errors, at least this for accuracy.
        measure: from truth and prediction to the figure; of `output`, or of the only target.
        output: which target is measured; None for the only one.
        unit: of an error, with the space before it.
        epochs: of the copy's training, at most.
        batch_size: of the copy's training.
        seconds: time limit of the copy's training; generous, so that a slow machine rejects no right model.
        own_start: whether a copy may also start from the weights that the model has, where a text lets a learner set
            them; they must not be right already.
        name: what is asked, in a few words.
    """

    dataset: Callable[[], Dataset]
    reach: float
    measure: Callable[[np.ndarray, np.ndarray], float] = mean_squared_error
    output: str | None = None
    unit: str = ""
    epochs: int = 50
    batch_size: int = 32
    seconds: float = 60.0
    own_start: bool = False
    name: str = "learning"
    _boundaries: Mapping[str, float] = field(default_factory=dict, init=False, repr=False)
    _is_near: bool = field(default=False, init=False, repr=False)
    costly = True

    def judge(self, attempt: Attempt) -> Finding:
        """Make the data, see whether the model takes them, train a fresh copy."""
        model = attempt.value
        size = model.count_params()
        if size > LARGEST:
            return self.found(False, f"the model has {size:,} parameters; a check trains models of up to {LARGEST:,}.")
        data = self.dataset()
        try:
            before = self.score(model, data)
        except Exception as error:
            return self.found(False, f"the data cannot be fed to the model: {reason(error)}")
        if not math.isfinite(before):
            return self.found(False, f"{self.words(before)}; make it anew, and train it with smaller steps if you do.")
        try:
            settings = settings_of(model)
        except CompileProblem as problem:
            return self.found(False, str(problem))
        if not model.trainable_weights:
            return self.found(False, "the model has no weights that train, so it can learn nothing.")
        finding = self.trained(attempt, data, settings)
        if not finding.passed and self._is_near:
            again = self.trained(attempt, data, settings_of(model))  # the start may have been an unlucky one
            finding = again if again.passed else finding
        if not finding.passed and self.own_start and not is_trained(model):
            # Another optimizer: the first one has the first copy's weights in hand.
            again = self.trained(attempt, data, settings_of(model), is_fresh=False)
            return again if again.passed else finding
        return finding

    def trained(self, attempt: Attempt, data: Dataset, settings: Mapping[str, Any], is_fresh: bool = True) -> Finding:
        """Train a copy, from fresh weights or from the model's own, and judge it."""
        model = attempt.value
        self._is_near = False
        try:
            with fresh_copy(model) as copy:
                if not is_fresh:
                    copy.set_weights(model.get_weights())
                objection = self.given_away(copy, data, settings)
                if objection and (not is_fresh or self._is_given_away_again(model, data, settings)):
                    return self.found(False, objection)
                copy.compile(**settings)
                seconds = min(self.seconds, attempt.seconds_left)
                after, is_late = self.train(copy, data, time.monotonic() + seconds)
        except Exception as error:
            return self.found(False, f"training fails: {reason(error, losses_of(model, settings).values())}")
        self._is_near = not is_late and self.is_near(after)
        if self.is_reached(after):
            message = f"a copy of it gets to {self.goal()} on data it has not seen."
            return Finding(self.name, True, message, measured=self.shown(after))
        if not math.isfinite(after):
            return self.found(
                False, "its predictions are not finite numbers (NaN): the learning rate may be too large."
            )
        limit = f"{seconds:.0f} seconds" if is_late else plural(self.epochs, "epoch")
        return self.found(False, f"after {limit} of training a copy, {self.words(after)}.")

    def _is_given_away_again(self, model: keras.Model, data: Dataset, settings: Mapping[str, Any]) -> bool:
        for _ in range(_STARTS - 1):
            with fresh_copy(model) as copy:
                if not self.given_away(copy, data, settings):
                    return False
        return True

    def given_away(self, copy: keras.Model, data: Dataset, settings: Mapping[str, Any]) -> str | None:
        """What an untrained copy is right about already, as a sentence; None where it must learn."""
        self._boundaries = self.boundaries(copy, data, settings)
        if self.is_reached(self.score(copy, data)):
            return "before any training it gives the answer already; it should learn it from the data."
        return self.built_in(copy, data)

    def built_in(self, copy: keras.Model, data: Dataset) -> str | None:
        """Whether something that does not train computes the target, up to a factor and a constant."""
        if self.measure is accuracy:
            return None
        truth = data.validation.y[self.output or next(iter(data.validation.y))].reshape(-1)
        for numbers in untrained_numbers(copy, feed(copy, data.validation.x)):
            if len(numbers) != len(truth) or not np.all(np.isfinite(numbers)):
                continue
            line = np.stack([numbers, np.ones_like(numbers)], axis=1)
            if self.is_reached(self.measure(truth, line @ np.linalg.lstsq(line, truth, rcond=None)[0])):
                return "a part of it that does not train computes the answer; it should be learned from the data."
        return None

    def boundaries(self, copy: keras.Model, data: Dataset, settings: Mapping[str, Any]) -> dict[str, float]:
        """Target → where its head says yes, by the head's loss."""
        given = list(losses_as_given(copy, settings).values())
        places = {name: _place(copy, data, name) for name in data.validation.y}
        return {name: boundary_of(given[at]) if at < len(given) else 0.5 for name, at in places.items()}

    def train(self, copy: keras.Model, data: Dataset, until: float) -> tuple[float, bool]:
        """Train until the figure is reached, or epochs or seconds run out: (last figure, whether time ran out)."""
        import keras

        from course_utils.progress_line import ProgressLine

        criterion = self
        last, is_late = math.nan, False
        every = max(1, self.epochs // 20)

        class Watch(keras.callbacks.Callback):
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                nonlocal is_late
                if time.monotonic() > until:
                    is_late = self.model.stop_training = True

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                nonlocal last
                if (epoch + 1) % every == 0 or is_late or epoch + 1 == criterion.epochs:
                    last = criterion.score(self.model, data)
                    if criterion.is_reached(last) or not math.isfinite(last):
                        self.model.stop_training = True

        x, y = feed(copy, data.train.x), targets(copy, data.train.y)
        callbacks = [Watch(), ProgressLine("Trained a copy", interruptible=False)]
        copy.fit(x, y, epochs=self.epochs, batch_size=self.batch_size, verbose=0, callbacks=callbacks)
        return last, is_late

    def score(self, model: keras.Model, data: Dataset) -> float:
        """The figure on the validation data; NaN when a prediction is."""
        return self.figure(model, predictions(model, data), data, self._boundaries)

    def figure(
        self, model: keras.Model, arrays: list[np.ndarray], data: Dataset, boundaries: Mapping[str, float]
    ) -> float:
        """The figure of one output, from what the model predicts for the validation data; NaN when a prediction is."""
        output = self.output or next(iter(data.validation.y))
        truth, prediction = data.validation.y[output], arrays[_place(model, data, output)]
        if not np.all(np.isfinite(prediction)):
            return math.nan
        if prediction.shape[0] != truth.shape[0] or (self.measure is not accuracy and prediction.size != truth.size):
            raise ValueError(f"it predicts shape {prediction.shape} for targets of shape {truth.shape}")
        if self.measure is accuracy:
            return accuracy(truth, prediction, boundaries.get(output, 0.5))
        return self.measure(truth, prediction)

    def is_reached(self, figure: float) -> bool:
        """Whether a figure is good enough; NaN never is."""
        return figure >= self.reach if self.measure is accuracy else figure <= self.reach

    def is_near(self, figure: float) -> bool:
        """Whether another start might have reached what this one missed."""
        missed = self.reach - figure if self.measure is accuracy else figure - self.reach
        return 0 < missed <= (_NEAR_SHARE if self.measure is accuracy else self.reach)

    def goal(self) -> str:
        """The figure asked for."""
        if self.measure is accuracy:
            return f"at least {self.reach:.0%} accuracy"
        return f"an error under {self.reach:g}{self.unit}"

    def words(self, figure: float) -> str:
        """What was measured, beside what was asked for."""
        if not math.isfinite(figure):
            return "its predictions are not finite numbers (NaN)"
        if self.measure is accuracy:
            return f"its accuracy on data it has not seen is {self.shown(figure)}; at least {self.reach:.0%} asked for"
        shown = f"{self.shown(figure)}; under {self.reach:g}{self.unit}"
        return f"its error on data it has not seen is {shown} asked for"

    def shown(self, figure: float) -> str:
        """A figure with its unit."""
        return f"{figure:.1%}" if self.measure is accuracy else f"{figure:.3g}{self.unit}"


def _place(model: keras.Model, data: Dataset, output: str) -> int:
    """Which output of the model stands for a target: the one of its name, else the one in its place."""
    names, own = list(data.validation.y), output_names(model)
    return own.index(output) if output in own else names.index(output) if len(own) == len(names) else 0


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


def targets(model: keras.Model, arrays: Arrays) -> Any:
    """The targets as this model takes them: by name where the names fit, else in order."""
    names = output_names(model)
    if len(names) == 1 and len(arrays) == 1:
        return next(iter(arrays.values()))
    if set(names) == set(arrays):
        return dict(arrays)
    if len(names) != len(arrays):
        raise ValueError(f"the model has {len(names)} outputs; the data has {len(arrays)}: {', '.join(arrays)}")
    return list(arrays.values())
