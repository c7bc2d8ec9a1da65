"""What each head of a model contributes to the loss and to the trunk's gradient, and what training makes of weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.compiling import CompileProblem, losses_as_given, resolve, settings_of
from course_utils.checks.fresh import fresh_copy
from course_utils.checks.models import all_layers, not_a_model
from course_utils.checks.reasons import reason
from course_utils.graphs.graph import Graph
from course_utils.graphs.reading.inside import outputs_structure_of
from course_utils.graphs.reading.read import read
from course_utils.graphs.reading.traceless import forgetting_gradients, leaving_no_trace
from course_utils.graphs.words.sentences import listed

if TYPE_CHECKING:
    import keras

EXAMPLES = 256
"""At most so many, at equal distances in the data, are measured on."""
_BATCH = 32
_PREDICTED = 256  # at once
_SEED = 7


class CannotWeigh(ValueError):
    """Why losses cannot be weighed: the sentence says it."""


@dataclass(frozen=True)
class Head:
    """One output, measured with the model's weights as they are."""

    name: str
    weight: float
    """Of its loss in the total, as compiled."""
    loss: float
    """Without the weight."""
    gradient: float | None
    """Norm of the gradient of this loss, without the weight, with respect to the trunk; None where it is not known."""


class Weighing:
    """A model's heads, and a copy of it that can be trained with other weights.

    The copy has the model's weights while it is measured; each training begins from weights drawn anew, the same each
    time. Nothing of the model is changed.

    Args:
        model: compiled, with a loss for each of at least two outputs.
        x: inputs, as `fit` takes them.
        y: targets: a dict by output, or a list in the order of the outputs.
        validation: inputs and targets to judge a training on; None for `x` and `y`.

    Raises:
        CannotWeigh: in a sentence.
    """

    def __init__(self, model: keras.Model, x: Any, y: Any, validation: Any = None) -> None:
        as_read: list[Graph] = []
        if words := not_a_model(model, lambda one: as_read.append(read(one))):
            raise CannotWeigh(f"loss_weights needs a model: {words}")
        if not model.compiled:
            raise CannotWeigh(
                "The model is not compiled: call `model.compile(…)` with a loss for each head before this."
            )
        try:
            with leaving_no_trace(model):
                self._prepare(model, as_read[0], x, y, validation)
        except CannotWeigh:
            raise
        except CompileProblem as error:
            raise CannotWeigh(f"These settings of `compile` do not work: {error}") from None
        except Exception as error:
            raise CannotWeigh(f"These data and this model do not fit: {reason(error)}") from None

    def _prepare(self, model: keras.Model, graph: Graph, x: Any, y: Any, validation: Any) -> None:
        import keras

        resolved, settings = resolve(model, graph), settings_of(model)
        self.names: list[str] = list(resolved.weights)
        """Of the outputs, in order."""
        self._losses = losses_as_given(self.names, settings)
        _check_heads(self.names, self._losses, settings["loss"])
        self._optimizer = settings["optimizer"]
        self._structure = outputs_structure_of(model)
        self._data = _data(self.names, x, y)
        self._validation = self._data if validation is None else _pair(self.names, validation)
        with fresh_copy(model) as self._copy:
            self._start = [(one, np.array(keras.ops.convert_to_numpy(one))) for one in self._copy.variables]
        self._copy.set_weights(model.get_weights())
        own = {id(layer) for layer in all_layers(model) if layer.variables}
        self.is_trainable: bool = not any(id(layer) in own for layer in all_layers(self._copy))
        """Whether the copy shares no layer with the model, so that it may be trained."""
        ends = zip(model.outputs, self.names, strict=True)
        self._criteria = [_criterion(output.shape, self._losses[name]) for output, name in ends]
        self.heads = self._measure(list(resolved.weights.values()))
        """In order, measured on at most `EXAMPLES` examples."""

    def _measure(self, weights: Sequence[float]) -> list[Head]:
        import keras

        x, targets = _rows(self._data, np.linspace(0, self._size - 1, min(EXAMPLES, self._size)).astype(int))
        is_tensorflow = keras.backend.backend() == "tensorflow"
        losses, gradients = self._differentiate(x, targets) if is_tensorflow else (self._lose(x, targets), None)
        heads = []
        for at, (name, weight, loss) in enumerate(zip(self.names, weights, losses, strict=True)):
            gradient = None if gradients is None else gradients[at]
            if not math.isfinite(loss) or not math.isfinite(gradient or 0):
                raise CannotWeigh(f"The loss of `{name}` or its gradient is no number (NaN) on these data.")
            heads.append(Head(name, weight, loss, gradient))
        return heads

    def _differentiate(self, x: Any, targets: Sequence[Any]) -> tuple[list[float], list[float]]:
        """Losses of the heads, and norms of their gradients with respect to weights that lead to two heads or more."""
        import tensorflow as tf

        with tf.GradientTape(persistent=True) as tape:
            losses = self._lost(x, targets)
        variables = [variable.value for variable in self._copy.trainable_variables]
        found = [tape.gradient(loss, variables) for loss in losses]
        is_trunk = [sum(one is not None for one in column) > 1 for column in zip(*found, strict=True)]
        if not any(is_trunk):
            raise CannotWeigh("These heads have no trainable weights in common, so no weight of one touches the other.")
        norms = [
            math.hypot(
                *(
                    float(tf.norm(tf.convert_to_tensor(one)))
                    for one, shared in zip(gradients, is_trunk, strict=True)
                    if shared and one is not None
                )
            )
            for gradients in found
        ]
        return [float(loss) for loss in losses], norms

    def _lost(self, x: Any, targets: Sequence[Any]) -> list[Any]:
        import keras

        said = keras.tree.flatten(self._copy(x, training=False))
        return [one(*pair) for one, *pair in zip(self._criteria, targets, said, strict=True)]

    def _lose(self, x: Any, targets: Sequence[Any]) -> list[float]:
        return [float(loss) for loss in self._lost(x, targets)]

    @property
    def _size(self) -> int:
        return len(self._data[1][0])

    def train(
        self, weights: Sequence[float], epochs: int, stopped: Callable[[], bool], tell: Callable[[int, int], None]
    ) -> list[float]:
        """Train the copy from its start; to be called in a thread of its own.

        Args:
            weights: of the heads, in order.
            epochs: how many.
            stopped: asked before each batch; training ends when it says True.
            tell: called before each batch with the number of batches done and of all.

        Returns:
            The validation loss of each head, without its weight.
        """
        with forgetting_gradients():
            for variable, value in self._start:
                variable.assign(value)
            self._copy.compile(
                optimizer=type(self._optimizer).from_config(self._optimizer.get_config()),
                loss=self._packed([self._losses[name] for name in self.names]),
                loss_weights=self._packed([float(weight) for weight in weights]),
            )
            for at, rows in enumerate(batches := _batches(self._size, epochs)):
                if stopped():
                    break
                tell(at, len(batches))
                x, targets = _rows(self._data, rows)
                self._copy.train_on_batch(x, self._packed(targets))
            return self._validate()

    def _packed(self, values: Sequence[Any]) -> Any:
        import keras

        return keras.tree.pack_sequence_as(self._structure, list(values))

    def _validate(self) -> list[float]:
        import keras

        targets = self._validation[1]
        said = []
        for at in range(0, len(targets[0]), _PREDICTED):
            part, _ = _rows(self._validation, np.arange(at, min(at + _PREDICTED, len(targets[0]))))
            said.append(
                [keras.ops.convert_to_numpy(one) for one in keras.tree.flatten(self._copy(part, training=False))]
            )
        whole = [np.concatenate(parts) for parts in zip(*said, strict=True)]
        return [float(one(*pair)) for one, *pair in zip(self._criteria, targets, whole, strict=True)]


Data = tuple[Any, list[np.ndarray]]
"""Inputs as the model takes them, and the targets of the outputs in order."""


def _check_heads(names: Sequence[str], losses: Mapping[str, Any], given: Any) -> None:
    if len(names) < 2:
        raise CannotWeigh("This model has one output, so there is nothing to weigh: loss_weights needs two or more.")
    # Keras takes a list that is too short for the first outputs.
    count = len(given) if isinstance(given, (list, tuple)) else len(names)
    without = [name for at, name in enumerate(names) if losses[name] is None or at >= count]
    if without:
        raise CannotWeigh(f"{listed([f'`{name}`' for name in without])} has no loss, so no weight would count for it.")


def _pair(names: Sequence[str], validation: Any) -> Data:
    if not isinstance(validation, (list, tuple)) or len(validation) != 2:
        raise CannotWeigh("`validation` must be a pair, (inputs, targets), as `fit` takes it.")
    return _data(names, *validation)


def _data(names: Sequence[str], x: Any, y: Any) -> Data:
    import keras

    if isinstance(y, Mapping):
        if missing := [name for name in names if name not in y]:
            raise CannotWeigh(f"The targets have no entry for the output `{missing[0]}`.")
        targets = [_array(y[name]) for name in names]
    elif isinstance(y, (list, tuple)) and len(y) == len(names):
        targets = [_array(one) for one in y]
    else:
        raise CannotWeigh(f"The targets must be a dict with the keys {listed([f'`{name}`' for name in names])}.")
    x = keras.tree.map_structure(_array, x)
    sizes = {len(one) if one.ndim else 0 for one in [*keras.tree.flatten(x), *targets]}
    if len(sizes) > 1 or not all(sizes):
        raise CannotWeigh(f"Inputs and targets must have as many examples, one at least; they have {sorted(sizes)}.")
    return x, targets


def _array(values: Any) -> np.ndarray:
    """As `fit` takes it: float64 becomes float32."""
    array = np.asarray(values)
    return array.astype("float32") if array.dtype == "float64" else array


def _rows(data: Data, rows: np.ndarray) -> Data:
    import keras

    x, targets = data
    return keras.tree.map_structure(lambda one: one[rows], x), [one[rows] for one in targets]


def _batches(size: int, epochs: int) -> list[np.ndarray]:
    """The rows of each batch, all of one size: what is left of the last one of an epoch is left out."""
    random, batch = np.random.default_rng(_SEED), min(_BATCH, size)
    orders = [random.permutation(size) for _ in range(epochs)]
    return [order[at : at + batch] for order in orders for at in range(0, size - batch + 1, batch)]


def _criterion(shape: Sequence[int | None], loss: Any) -> Callable[[Any, Any], Any]:
    """A loss as training resolves it for this output: a model that has nothing else computes it."""
    import keras

    alone = keras.Sequential([keras.Input(shape[1:]), keras.layers.Identity()])
    alone.compile(loss=loss)

    def compute(target: Any, said: Any) -> Any:
        return alone.compute_loss(y=keras.ops.convert_to_tensor(target), y_pred=keras.ops.convert_to_tensor(said))

    return compute
