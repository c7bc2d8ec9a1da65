"""Running a model with weights that are not its own, without a trace."""

from __future__ import annotations

import contextlib
import itertools
import types
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.graphs.layers import is_keras
from course_utils.graphs.reading.calls import called, calls_between, ends_of, outputs_of
from course_utils.graphs.reading.inside import statistics_of, structure_of, sublayers

if TYPE_CHECKING:
    import keras

_LARGE_TABLE = 1_000_000
_FEW = 15  # runs, which take about as long as compiling
_POSITIVE = frozenset({"sigmoid", "hard_sigmoid", "softmax", "softplus", "exponential"})


@dataclass(frozen=True)
class Result:
    """What one run gave."""

    outputs: list[np.ndarray]
    after: dict[int, np.ndarray]
    """The value that each variable has afterwards, by id, if the run changed it: moving means, counts of draws."""
    penalty: float
    """The sum of what layers added to the loss."""
    gradients: dict[int, np.ndarray | None]
    """Where asked for: how a mixture of the outputs changes with each variable, by id; None: not at all."""


class Runner:
    """A model whose weights are given at each run.

    Args:
        model: stays as it is.
        inputs: of each array that is given, its place among the model's inputs.
        outputs: of each result, its place among the model's outputs.

    Attributes:
        layers: what is called between inputs and outputs, in the order of use, nested models opened.
        variables: what the layers hold.
        is_opaque: whether a function or class of somebody's own is among them, which may do anything.
        has_steps: whether a recurrent layer is among them.
        makes_weights: whether a layer that another holds, as its activation, gets its weights when it is first run:
            before, Keras knows nothing of them, and after, they stay.
        is_steady: whether training runs it as it runs otherwise: nothing is drawn, measured or added to the loss.
    """

    def __init__(self, model: keras.Model, inputs: Sequence[int], outputs: Sequence[int]) -> None:
        self.model = model
        self.layers = list({id(layer): layer for layer in _layers(model)}.values())
        self.variables = list({id(v): v for layer in self.layers for v in _variables(layer)}.values())
        self.is_opaque = any(_is_opaque(layer) for layer in self.layers)
        self.is_steady = (
            not self.is_opaque
            and all(v.trainable for v in self.variables)
            and all(getattr(layer, "activity_regularizer", None) is None for layer in self.layers)
        )
        self.makes_weights = any(_is_to_be_built(inner) for layer in self.layers for inner in sublayers(layer))
        self.has_steps = any(hasattr(inner, "return_sequences") for layer in self.layers for inner in sublayers(layer))
        self._runs: dict[bool, Callable[..., Any]] = {}
        self._inputs, self._outputs = inputs, outputs

    def __call__(
        self,
        arrays: Sequence[np.ndarray],
        values: Mapping[int, Any],
        *,
        training: bool = False,
        gradients: Collection[int] = (),
    ) -> Result:
        """Run the model.

        Args:
            arrays: what it reads.
            values: of each variable, by id, what it is taken to be; those that are left out are what they are.
            training: whether to run it as in training.
            gradients: ids of variables.

        Raises:
            Exception: whatever its layers raise.
        """
        import keras

        watched = {key: values[key] for key in gradients}
        with _Gradients(watched) as tape:
            outputs, after, losses = self._run(training)(self.tensors(arrays), self.listed(values))
            tape.mix(outputs)
        numbers = {key: keras.ops.convert_to_numpy(value) for key, value in after.items()}
        penalty = sum(float(keras.ops.sum(loss)) for loss in losses)
        return Result([keras.ops.convert_to_numpy(t) for t in outputs], numbers, penalty, tape.gradients())

    def _run(self, training: bool) -> Callable[..., Any]:
        """A run on tensors, compiled where it would take long otherwise."""

        def run(tensors: list[Any], values: list[Any]) -> Any:
            import keras

            scope = keras.StatelessScope(self.given(values), collect_losses=True)
            with self.any_statistics(), scope:
                given = keras.tree.pack_sequence_as(structure_of(self.model), tensors)
                # Told that it is not in training, Keras would overrule a layer that was called with training=True.
                results = self.in_order(keras.tree.flatten(self.model(given, training=training or None)))
            after = {}
            for variable, value in zip(self.variables, values, strict=True):
                current = scope.get_current_value(variable)
                if current is not None and current is not value:
                    after[id(variable)] = current
            return results, after, scope.losses

        if training not in self._runs:
            self._runs[training] = self.compiled(run)
        return self._runs[training]

    def compiled(self, run: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, compiled if that is sure to change nothing and as soon as it pays: steps at once."""
        import keras

        if self.is_opaque or keras.backend.backend() != "tensorflow":
            return run
        import tensorflow as tf

        ends = [tf.TensorSpec(t.shape, t.dtype) for t in self.model.inputs]
        weights = [tf.TensorSpec(v.shape, v.dtype) for v in self.variables]
        quick = tf.function(run, input_signature=[ends, weights], autograph=False)
        if self.has_steps:
            return quick
        runs = itertools.count()
        return lambda tensors, values: (run if next(runs) < _FEW else quick)(tensors, values)

    @contextlib.contextmanager
    def any_statistics(self) -> Iterator[None]:
        """Have every Normalization work with the same mean and variance, since what it was adapted to does not count.

        They are no variables to it while it works, so they are exchanged and put back.
        """
        import keras

        kept = [(one, *statistics_of(one)) for one in self.layers if isinstance(one, keras.layers.Normalization)]
        try:
            for one, mean, variance in kept:
                one.mean, one.variance = (keras.ops.ones_like(t) * n for t, n in ((mean, 0.3), (variance, 2.0)))
            yield
        finally:
            for one, mean, variance in kept:
                one.mean, one.variance = mean, variance

    def listed(self, values: Mapping[int, Any]) -> list[Any]:
        """A value for each variable: the one that is given, or its own."""
        import keras

        return [keras.ops.convert_to_tensor(values.get(id(v), v.value), dtype=v.dtype) for v in self.variables]

    def given(self, values: Sequence[Any]) -> list[tuple[Any, Any]]:
        """The variables with the values that stand in for theirs."""
        return list(zip(self.variables, values, strict=True))

    def tensors(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        """Arrays as the model reads them, in its order."""
        import keras

        given = dict(zip(self._inputs, arrays, strict=True))
        ends = enumerate(self.model.inputs)
        return [keras.ops.convert_to_tensor(given[place], dtype=end.dtype) for place, end in ends]

    def in_order(self, outputs: Sequence[Any]) -> list[Any]:
        """The model's outputs in the order of the results."""
        return [outputs[place] for place in self._outputs]


class Watch:
    """The target, run so that what its layers give on the way is seen.

    Two models that differ in a relu compute the same as long as nothing negative reaches it. So weights are turned
    until each layer has given numbers on either side of 0, those aside that never can.

    Args:
        runner: runs the model.
    """

    def __init__(self, runner: Runner) -> None:
        import keras

        model = runner.model
        entry = {id(t): 0 for t in model.inputs}
        calls = [c for c in calls_between(model.inputs, model.outputs, entry) if _may_change_sign(called(c))]
        self._runner = runner
        self._layers = [called(call) for call in calls]
        tensors = [outputs_of(call)[0] for call in calls]
        # Named, so that the count of automatic names goes on as if it had not been made.
        self._model = keras.Function(model.inputs, [*tensors, *model.outputs], name="watched")

        def run(tensors: list[Any], values: list[Any]) -> Any:
            with runner.any_statistics(), keras.StatelessScope(runner.given(values)):
                return self._model(tensors)

        self._run = runner.compiled(run)
        self.begin()

    def begin(self) -> None:
        """Forget what was seen."""
        self._below = [False] * len(self._layers)
        self._above = [False] * len(self._layers)

    def __call__(self, arrays: Sequence[np.ndarray], values: Mapping[int, Any]) -> Result:
        """As the runner, not in training."""
        import keras

        found = self._run(self._runner.tensors(arrays), self._runner.listed(values))
        arrays = [keras.ops.convert_to_numpy(t) for t in found]
        for place in range(len(self._layers)):
            self._below[place] |= bool(np.min(arrays[place], initial=1) <= 0)
            self._above[place] |= bool(np.max(arrays[place], initial=-1) > 0)
        outputs = arrays[len(self._layers) :]
        return Result(self._runner.in_order(outputs), {}, 0.0, {})

    def one_sided(self) -> set[int]:
        """The weights, by id, of the layers that have only given numbers on one side of 0 so far."""
        return {
            id(variable)
            for layer, below, above in zip(self._layers, self._below, self._above, strict=True)
            if not (below and above)
            for variable in layer.trainable_variables
        }


def _may_change_sign(operation: Any) -> bool:
    name = getattr(getattr(operation, "activation", None), "__name__", "")
    return bool(getattr(operation, "trainable_variables", ())) and name not in _POSITIVE


class _Gradients:
    """Gradients of a fixed mixture of outputs; none with other backends than TensorFlow."""

    def __init__(self, values: Mapping[int, Any]) -> None:
        import keras

        self._values = dict(values) if keras.backend.backend() == "tensorflow" else {}
        self._tape: Any = None
        self._mixture: Any = None

    def __enter__(self) -> _Gradients:
        if self._values:
            import tensorflow as tf

            self._tape = tf.GradientTape(watch_accessed_variables=False)
            self._tape.__enter__()
            self._tape.watch(list(self._values.values()))
        return self

    def __exit__(self, *error: Any) -> None:
        if self._tape is not None:
            self._tape.__exit__(*error)

    def mix(self, outputs: Sequence[Any]) -> None:
        """Say what to take the gradients of."""
        import keras

        if self._tape is None:
            return
        for place, output in enumerate(outputs):
            if "float" in keras.backend.standardize_dtype(output.dtype):
                shares = np.random.default_rng([17, place]).normal(size=output.shape)
                part = keras.ops.sum(keras.ops.cast(output, "float32") * shares.astype("float32"))
                self._mixture = part if self._mixture is None else self._mixture + part

    def gradients(self) -> dict[int, np.ndarray | None]:
        """By the variables' ids; of large tables the sum over all rows."""
        if self._tape is None or self._mixture is None:
            return {}
        found = self._tape.gradient(self._mixture, list(self._values.values()))
        return {key: _dense(gradient) for key, gradient in zip(self._values, found, strict=True)}


def _dense(gradient: Any) -> np.ndarray | None:
    import tensorflow as tf

    if gradient is None:
        return None
    if np.prod(gradient.shape) > _LARGE_TABLE and len(gradient.shape) > 1:
        rows = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
        return np.asarray(tf.reduce_sum(rows, axis=0))
    return np.asarray(tf.convert_to_tensor(gradient))


def _layers(model: Any) -> Iterator[Any]:
    """The layers that a model calls on the way to its outputs, nested models opened."""
    inputs, outputs = ends_of(model) or ([], [])
    seen: set[int] = set()
    for call in calls_between(inputs, outputs, {id(t): 0 for t in inputs}):
        operation = called(call)
        if id(operation) not in seen and hasattr(operation, "variables"):
            seen.add(id(operation))
            if ends_of(operation) is None:
                yield operation
            else:
                yield from _layers(operation)


def _is_to_be_built(layer: Any) -> bool:
    import keras

    return not layer.built and type(layer).build is not keras.layers.Layer.build


def _variables(layer: Any) -> list[Any]:
    """Variables of a layer, without what recurrent layers would draw from if they dropped anything."""
    idle: set[int] = set()
    for inner in sublayers(layer):
        if getattr(inner, "dropout", None) == 0 and getattr(inner, "recurrent_dropout", None) == 0:
            weights = {id(w) for w in inner.weights}
            idle |= {id(v) for v in inner.variables if id(v) not in weights}
    return [v for v in layer.variables if id(v) not in idle]


def _is_opaque(layer: Any) -> bool:
    for inner in sublayers(layer):
        function = getattr(inner, "activation", None)
        own = isinstance(function, types.FunctionType) and not is_keras(function)
        if own or type(inner).__name__ == "Lambda" or not is_keras(type(inner)):
            return True
    return False
