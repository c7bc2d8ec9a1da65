"""Compile settings, resolved for each output the way training resolves them.

`compile` is lazy in Keras 3: a wrong list or a misspelt key passes it and fails at the first batch. So the settings
are tried on a stand-in with the model's outputs alone, which costs nothing even when the model has 10⁸ weights.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.result import Finding

if TYPE_CHECKING:
    import keras

_STEPS = 2  # what stands for an axis of any length


@dataclass(frozen=True)
class Resolved:
    """What training will use."""

    losses: dict[str, str | None]
    """Output → name of its loss and the settings of it that are not Keras's defaults."""
    weights: dict[str, float]
    """Output → weight of its loss."""
    metrics: dict[str, frozenset[str]]
    """Output → names of its metrics."""
    optimizer: str
    learning_rate: float
    """The first learning rate, where a schedule sets it."""


class CompileProblem(ValueError):
    """Settings that training will refuse: the sentence says why."""


def settings_of(model: keras.Model) -> dict[str, Any]:
    """The arguments of the last `compile`.

    Raises:
        CompileProblem: for a model that was never compiled.
    """
    import keras

    if not getattr(model, "compiled", False):
        raise CompileProblem("the model is not compiled: call `model.compile(optimizer=…, loss=…)` before the check.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a lambda as loss is fine here: nothing is saved
            return dict(keras.saving.deserialize_keras_object(model.get_compile_config()))
    except (TypeError, ValueError):
        # A loss or metric of the learner's own, which Keras cannot serialise: take the objects as they were given.
        return dict(getattr(model, "_compile_config").config)  # noqa: B009


def resolve(model: keras.Model) -> Resolved:
    """Losses, weights and metrics of each output.

    Raises:
        CompileProblem: when training would refuse the settings.
    """
    import keras

    settings = settings_of(model)
    names = output_names(model)
    if twice := [name for name in names if names.count(name) > 1]:
        raise CompileProblem(f"`{twice[0]}` is listed twice among the outputs.")
    loss = settings.get("loss")
    if loss is None:
        raise CompileProblem("`compile` was called without a loss, so there is nothing to train for.")
    losses = {
        name: None if one is None else _name(keras.losses.get, one, "loss")
        for name, one in _spread(loss, names, "loss").items()
    }
    weights = _spread(settings.get("loss_weights"), names, "loss_weights")
    plain, weighted = (_metrics(settings.get(which), names) for which in ("metrics", "weighted_metrics"))
    _try_out(model, settings, losses)
    optimizer = keras.optimizers.get(settings.get("optimizer"))
    rate = float(keras.ops.convert_to_tensor(optimizer.learning_rate))
    return Resolved(
        losses=losses,
        weights={name: 1.0 if weights[name] is None else float(weights[name]) for name in names},
        metrics={name: plain[name] | weighted[name] for name in names},
        optimizer=type(optimizer).__name__,
        learning_rate=rate,
    )


def output_names(model: keras.Model) -> list[str]:
    """Names of the outputs in order; for a Sequential, which has none of its own, the name of its last layer."""
    from course_utils.graphs.read import read

    return list(read(model).output_names)


def _spread(value: Any, names: list[str], what: str) -> dict[str, Any]:
    """One value an output, from a value for all, a list in order, or a dict by name."""
    if isinstance(value, Mapping):
        if wrong := [key for key in value if key not in names]:
            known = ", ".join(f"`{name}`" for name in names)
            raise CompileProblem(
                f"`{what}` has the key `{wrong[0]}`, but the outputs are called {known} "
                f"(the names of the layers, not of the variables)."
            )
        return {name: value.get(name) for name in names}
    if isinstance(value, (list, tuple)):
        if len(value) != len(names):
            entries = "1 entry" if len(value) == 1 else f"{len(value)} entries"
            raise CompileProblem(f"`{what}` lists {entries} for {_outputs(len(names))}.")
        return dict(zip(names, value, strict=True))
    return dict.fromkeys(names, value)


def _outputs(count: int) -> str:
    return "1 output" if count == 1 else f"{count} outputs"


def _name(get: Callable[[Any], Any], given: Any, what: str) -> str:
    """One name for a string, a function, a class or an instance of the same loss or metric."""
    try:
        made = get(given() if isinstance(given, type) else given)
    except (ValueError, TypeError):
        raise CompileProblem(f"Keras knows no {what} called `{given}`.") from None
    function = getattr(made, "fn", None) or getattr(made, "_fn", None) or made
    name = getattr(function, "__name__", None) or _snake(type(made).__name__)
    config = made.get_config() if hasattr(made, "get_config") else {}
    extra = {
        key: value
        for key, value in sorted(config.items())
        if key in {"from_logits", "label_smoothing", "delta", "alpha", "gamma", "ignore_class"} and value
    }
    shown = ", ".join(f"{key}={value}" for key, value in extra.items() if (key, value) != ("delta", 1.0))
    return f"{name}({shown})" if shown else str(name)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _metrics(value: Any, names: list[str]) -> dict[str, frozenset[str]]:
    import keras

    if value is None:
        return {name: frozenset() for name in names}
    if isinstance(value, str) or callable(value):
        raise CompileProblem(f"`metrics` is a list or a dict; write `metrics=[{value!r}]`.")
    if isinstance(value, (list, tuple)) and len(names) == 1:
        value = [value]
    # Names in full: "acc" and "accuracy" are resolved by Keras from the loss and the shapes.
    aliases = {"acc": "accuracy", "binary_accuracy": "accuracy", "categorical_accuracy": "accuracy"}
    aliases |= {"sparse_categorical_accuracy": "accuracy", "ce": "crossentropy"}

    def of(one: Any) -> frozenset[str]:
        listed = one if isinstance(one, (list, tuple)) else [] if one is None else [one]
        found = set()
        for metric in listed:
            short = metric in ("acc", "accuracy", "ce", "crossentropy") if isinstance(metric, str) else False
            name = metric if short else _name(keras.metrics.get, metric, "metric")
            found.add(aliases.get(name, name))
        return frozenset(found)

    return {name: of(one) for name, one in _spread(value, names, "metrics").items()}


def _try_out(model: keras.Model, settings: dict[str, Any], losses: Mapping[str, str | None]) -> None:
    """Let Keras build losses and metrics for one batch, on a stand-in that has only the model's outputs."""
    import keras

    names = list(losses)
    shapes = [tuple(_STEPS if n is None else n for n in output.shape) for output in keras.tree.flatten(model.outputs)]
    tensors = [keras.Input(shape[1:]) for shape in shapes]
    ends = [keras.layers.Identity(name=name)(end) for name, end in zip(names, tensors, strict=True)]
    stand_in = keras.Model(tensors, ends if len(ends) > 1 else ends[0])
    inputs = [np.full((_STEPS, *shape[1:]), 0.5, "float32") for shape in shapes]
    targets = []
    for name, shape in zip(names, shapes, strict=True):
        is_sparse = (losses[name] or "").startswith("sparse_")
        targets.append(
            np.zeros((_STEPS, *(shape[1:-1] if is_sparse else shape[1:])), "int32" if is_sparse else "float32")
        )
    by_name: Any = dict(zip(names, targets, strict=True))
    keyed = isinstance(settings.get("loss"), Mapping)
    given = by_name if keyed and len(targets) > 1 else targets if len(targets) > 1 else targets[0]
    try:
        stand_in.compile(
            **{key: settings.get(key) for key in ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")}
        )
        stand_in.evaluate(inputs, given, verbose=0)
    except Exception as error:  # whatever training would raise, in Keras's own words
        first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise CompileProblem(f"training would fail at the first batch; Keras says: “{first.strip()[:200]}”") from None


@dataclass
class Compiled(Criterion):
    """The compile settings are the answer's, output by output, however they are written.

    Args:
        weights: whether loss weights are compared.
        metrics: whether the answer's metrics must be among the model's.
        optimizer: whether the class of the optimizer is compared.
        learning_rate: whether its learning rate is.
    """

    weights: bool = True
    metrics: bool = False
    optimizer: bool = False
    learning_rate: bool = False
    name: str = "compile settings"

    def judge(self, attempt: Attempt) -> Finding:
        """Resolve both and compare."""
        try:
            found = resolve(attempt.value)
        except CompileProblem as problem:
            return self.found(False, str(problem))
        wanted = resolve(attempt.target)
        outputs = list(zip(found.losses, wanted.losses, strict=False))
        if len(found.losses) != len(wanted.losses):
            return self.found(False, f"the model has {len(found.losses)} outputs; {len(wanted.losses)} asked for.")
        # By name where both use the same names; else by order.
        if set(found.losses) == set(wanted.losses):
            outputs = [(name, name) for name in found.losses]
        one = len(outputs) == 1
        for mine, theirs in outputs:
            at = "" if one else f" of `{mine}`"
            if found.losses[mine] != wanted.losses[theirs]:
                return self.found(
                    False, f"the loss{at} is `{found.losses[mine]}`; it should be `{wanted.losses[theirs]}`."
                )
            # With a single output a weight only rescales the gradient, but it was not asked for.
            if self.weights and not np.isclose(found.weights[mine], wanted.weights[theirs]):
                return self.found(
                    False, f"the loss weight{at} is {found.weights[mine]:g}; it should be {wanted.weights[theirs]:g}."
                )
            if self.metrics and (missing := wanted.metrics[theirs] - found.metrics[mine]):
                return self.found(False, f"the metric `{sorted(missing)[0]}`{at} is missing.")
        if self.optimizer and found.optimizer != wanted.optimizer:
            return self.found(False, f"the optimizer is {found.optimizer}; it should be {wanted.optimizer}.")
        if self.learning_rate and not np.isclose(found.learning_rate, wanted.learning_rate):
            return self.found(
                False, f"the learning rate is {found.learning_rate:g}; it should be {wanted.learning_rate:g}."
            )
        return self.found(True, "training will use what was asked for.")
