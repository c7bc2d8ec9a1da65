"""What a model has learned, or learns in a short time, on data it did not train on."""

from __future__ import annotations

import contextlib
import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.compiling import CompileProblem, output_names, settings_of
from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.models import all_layers
from course_utils.checks.result import Finding
from course_utils.data.dataset import Arrays, Dataset

if TYPE_CHECKING:
    import keras

LARGEST = 3_000_000  # weights; more would not train in the time that a check may take
SEED = 7


def mean_squared_error(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Mean of squared differences; both of the same size."""
    return float(np.mean((truth.reshape(-1) - prediction.reshape(-1)) ** 2))


def root_mean_squared_error(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Square root of the mean squared error, in the target's unit."""
    return math.sqrt(mean_squared_error(truth, prediction))


def accuracy(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Share of right answers: classes by the largest of several units, or by one unit against 1/2."""
    classes = prediction.argmax(-1) if prediction.shape[-1] > 1 else prediction.reshape(-1) > 0.5
    is_one_hot = truth.ndim > 1 and truth.shape[-1] > 1
    return float(np.mean(classes.reshape(-1) == (truth.argmax(-1) if is_one_hot else truth.reshape(-1))))


@dataclass
class Learns(Criterion):
    """On held-out data the model reaches a figure, as it is or after a short training of a copy.

    The learner's model is never changed: a copy with fresh weights trains, with the learner's own compile settings.

    Args:
        dataset: makes the data; only its validation part judges.
        reach: the figure: at most this for errors, at least this for accuracy.
        measure: from truth and prediction to the figure; of `output`, or of the only target.
        output: which target is measured; None for the only one.
        epochs: of the copy's training, at most.
        batch_size: of the copy's training.
        seconds: time limit of the copy's training; generous, so that a slow machine rejects no right model.
        name: what is asked, in a few words.
    """

    dataset: Callable[[], Dataset]
    reach: float
    measure: Callable[[np.ndarray, np.ndarray], float] = mean_squared_error
    output: str | None = None
    epochs: int = 50
    batch_size: int = 32
    seconds: float = 60.0
    name: str = "learning"
    costly = True

    def judge(self, attempt: Attempt) -> Finding:
        """Measure; train a copy when that is not enough yet."""
        import keras

        model = attempt.value
        size = model.count_params()
        if size > LARGEST:
            return self.found(False, f"the model has {size:,} parameters; a check trains models of up to {LARGEST:,}.")
        data = self.dataset()
        try:
            before = self.score(model, data)
        except Exception as error:  # in Keras's words: the shapes or the number of inputs do not fit the data
            return self.found(False, f"the data cannot be fed to the model: {_first_line(error)}")
        if self.is_reached(before):
            return self.found(True, f"{self.goal()} on data it has not seen.")
        if not math.isfinite(before):
            return self.found(False, f"{self.words(before)}; make it anew, and train it with smaller steps if you do.")
        try:
            settings = settings_of(model)
        except CompileProblem as problem:
            return self.found(False, f"{problem} So far {self.words(before)}.")
        keras.utils.set_random_seed(SEED)
        seconds = min(self.seconds, attempt.seconds_left)
        try:
            with _copy_of(model) as copy:
                copy.compile(**_known(settings))
                after, stopped = self.train(copy, data, seconds)
        except Exception as error:
            return self.found(False, f"training fails: {_first_line(error)}")
        if self.is_reached(after):
            return self.found(True, f"a copy of it gets to {self.goal(bare=True)} on data it has not seen.")
        if not math.isfinite(after):
            return self.found(
                False, "its predictions are not finite numbers (NaN): the learning rate may be too large."
            )
        limit = f"{seconds:.0f} seconds" if stopped else f"{self.epochs} epochs"
        return self.found(False, f"after {limit} of training a copy, {self.words(after)}.")

    def train(self, copy: keras.Model, data: Dataset, seconds: float) -> tuple[float, bool]:
        """Train until the figure is reached, or epochs or seconds run out: (last figure, whether time ran out)."""
        import keras

        from course_utils.progress import Progress

        criterion, until = self, time.monotonic() + seconds
        last, out_of_time = math.nan, False
        every = max(1, self.epochs // 20)

        class Watch(keras.callbacks.Callback):
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                nonlocal out_of_time
                if time.monotonic() > until:
                    out_of_time = self.model.stop_training = True

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                nonlocal last
                if (epoch + 1) % every == 0 or out_of_time or epoch + 1 == criterion.epochs:
                    last = criterion.score(self.model, data)
                    if criterion.is_reached(last) or not math.isfinite(last):
                        self.model.stop_training = True

        x, y = feed(copy, data.train.x), targets(copy, data.train.y)
        callbacks = [Watch(), Progress("Trained a copy")]
        copy.fit(x, y, epochs=self.epochs, batch_size=self.batch_size, verbose=0, callbacks=callbacks)
        return last, out_of_time

    def score(self, model: keras.Model, data: Dataset) -> float:
        """The figure on the validation data; NaN when a prediction is."""
        return self.figure(model, predictions(model, data), data)

    def figure(self, model: keras.Model, arrays: list[np.ndarray], data: Dataset) -> float:
        """The figure of one output, from what the model predicts for the validation data; NaN when a prediction is."""
        names = list(data.validation.y)
        output = self.output or names[0]
        own = output_names(model)
        at = own.index(output) if output in own else names.index(output) if len(own) == len(names) else 0
        truth, prediction = data.validation.y[output], arrays[at]
        if not np.all(np.isfinite(prediction)):
            return math.nan
        if prediction.shape[0] != truth.shape[0] or (self.measure is not accuracy and prediction.size != truth.size):
            raise ValueError(f"it predicts shape {prediction.shape} for targets of shape {truth.shape}")
        return self.measure(truth, prediction)

    def is_reached(self, figure: float) -> bool:
        """Whether a figure is good enough; NaN never is."""
        return figure >= self.reach if self.measure is accuracy else figure <= self.reach

    def goal(self, bare: bool = False) -> str:
        """The figure asked for, without what was measured: it would differ between machines."""
        if self.measure is accuracy:
            return f"{'' if bare else 'it has '}at least {self.reach:.0%} accuracy"
        return f"{'its ' if not bare else 'an '}error {'is ' if not bare else ''}under {self.reach:g}"

    def words(self, figure: float) -> str:
        """What was measured, beside what was asked for."""
        if not math.isfinite(figure):
            return "its predictions are not finite numbers (NaN)"
        if self.measure is accuracy:
            return f"its accuracy on data it has not seen is {figure:.1%}; at least {self.reach:.0%} asked for"
        return f"its error on data it has not seen is {figure:.2g}; under {self.reach:g} asked for"


def predictions(model: keras.Model, data: Dataset) -> list[np.ndarray]:
    """What the model predicts for the validation data, an array for each output."""
    import keras

    # Called, not `predict`: that compiles anew for each model, which takes longer than all of training may.
    predicted = model(feed(model, data.validation.x), training=False)
    return [keras.ops.convert_to_numpy(part) for part in keras.tree.flatten(predicted)]


def feed(model: keras.Model, arrays: Mapping[str, np.ndarray]) -> Any:
    """The arrays as this model takes them: by name where the names fit, else in order."""
    import keras

    names = [tensor.name for tensor in model.inputs]
    if len(names) == len(arrays) == 1:
        # `Model(x, …)` warns when it is given a dict, `Model({"x": x}, …)` when it is given an array.
        structure = getattr(model, "_inputs_struct", None)
        is_nested = structure is not None and keras.tree.is_nested(structure)
        values = list(arrays.values())
        return keras.tree.pack_sequence_as(structure, values) if is_nested else values[0]
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


@contextlib.contextmanager
def _copy_of(model: keras.Model) -> Iterator[keras.Model]:
    """A copy with fresh weights.

    What Keras cannot make anew (a `Lambda` of a lambda, a layer or an activation of the learner's own) trains itself,
    as another model on the same layers, which get their weights back.
    """
    import keras

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a lambda is not safe to save
            copy = keras.models.clone_model(model)
        _take_over(copy, model)
    except Exception:
        before = [keras.ops.copy(variable) for variable in model.variables]
        inputs, outputs = (getattr(model, f"_{ends}_struct", getattr(model, ends)) for ends in ("inputs", "outputs"))
        try:
            yield keras.Model(inputs, outputs)
        finally:
            for variable, value in zip(model.variables, before, strict=True):
                variable.assign(value)
    else:
        yield copy


def _take_over(copy: keras.Model, model: keras.Model) -> None:
    """Give the copy what does not train: what a `Normalization` was adapted to, a frozen trunk."""
    for mine, theirs in zip(copy.non_trainable_variables, model.non_trainable_variables, strict=True):
        mine.assign(theirs)
    for layer in all_layers(copy):
        if hasattr(layer, "finalize_state"):  # `Normalization` computes with constants made from its weights
            layer.finalize_state()


def _known(settings: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics", "jit_compile", "steps_per_execution")
    return {key: settings[key] for key in keys if key in settings}


def _first_line(error: Exception) -> str:
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return line[:200]
