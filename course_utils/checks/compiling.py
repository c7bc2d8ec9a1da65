"""Compile settings, resolved for each output the way training resolves them.

`compile` is lazy in Keras 3: a wrong list or a misspelt key passes it and fails at the first batch. So what is written
gives the words, and what a `Trial` computes gives the verdict.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.reasons import reason
from course_utils.checks.result import Finding
from course_utils.checks.trial import Trial, compare, trial_of
from course_utils.graphs.graph import Graph
from course_utils.graphs.layers import is_keras
from course_utils.graphs.reading.inside import compile_arguments, structure_of, wrapped
from course_utils.graphs.reading.read import read
from course_utils.graphs.words.names import snake_case
from course_utils.graphs.words.sentences import plural

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Resolved:
    """What is written for each output, which names it, and a trial of what training makes of it."""

    losses: dict[str, str | None]
    """Output → name of its loss and the settings of it that are not Keras's defaults."""
    weights: dict[str, float]
    """Output → weight of its loss."""
    optimizer: str
    """Name of its class; of one of the learner's own, the class of Keras that it is derived from."""
    learning_rates: tuple[float, ...]
    """The learning rate after each number of steps in `RATES_AFTER`."""
    optimizer_settings: dict[str, Any] = field(repr=False)
    """Its settings besides the learning rate that are not Keras's defaults."""
    trial: Trial = field(repr=False, compare=False)


class CompileProblem(ValueError):
    """Settings that training will refuse: the sentence says why."""


def settings_of(model: keras.Model) -> dict[str, Any]:
    """The arguments of the last `compile`; the optimizer and the metrics, which training changes, are made anew.

    Raises:
        CompileProblem: for a model that was never compiled.
    """
    import keras

    if not getattr(model, "compiled", False):
        raise CompileProblem("the model is not compiled: call `model.compile(optimizer=…, loss=…)` before the check.")
    given = compile_arguments(model)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a lambda as loss is fine here: nothing is saved
            settings = dict(keras.saving.deserialize_keras_object(model.get_compile_config()))
    except Exception:  # a loss, metric or schedule of the learner's own, which Keras cannot serialise
        settings = {key: keras.tree.map_structure(_made_anew, value) for key, value in given.items()}
    # A loss keeps no state, and not all of its settings are serialised (`Huber(delta=2.0)`): it is taken as given.
    return settings | {key: given[key] for key in ("loss", "loss_weights") if key in given}


def _made_anew(value: Any) -> Any:
    import keras

    if isinstance(value, (keras.optimizers.Optimizer, keras.Metric)):
        try:
            return type(value).from_config(value.get_config())
        except Exception:  # its constructor takes what its settings do not name
            return value
    return value


def resolve(model: keras.Model, graph: Graph | None = None) -> Resolved:
    """Loss and weight of each output, optimizer, and a trial that computes losses and metrics.

    Args:
        model: a compiled model.
        graph: its graph, where it is read already.

    Raises:
        CompileProblem: when training would refuse the settings.
    """
    import keras

    settings = settings_of(model)
    if settings.get("loss") is None and not adds_losses(model):
        raise CompileProblem("`compile` was called without a loss, so there is nothing to train for.")
    optimizer = settings.get("optimizer")
    if optimizer is None:
        raise CompileProblem("`compile` was called without an optimizer, so nothing would change the weights.")
    optimizer = keras.optimizers.get(optimizer)
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of a `LossScaleOptimizer`
    if metrics := [one for one in keras.tree.flatten(settings["loss"]) if _is_metric(one)]:
        raise CompileProblem(
            f"`{snake_case(type(metrics[0]).__name__)}` is a metric, which has no gradient; give a loss."
        )
    names = output_names(graph or read(model))
    losses = losses_of(names, settings)
    sparse = [(loss or "").startswith("sparse_") for loss in losses.values()]
    tried = {key: settings.get(key) for key in ("loss", "loss_weights", "metrics", "weighted_metrics")}
    try:
        trial = trial_of(model, tried, sparse)
    except Exception as error:
        raise CompileProblem(_why(error, tried, losses)) from None
    weights = {name: _number(one) for name, one in _spread(settings.get("loss_weights"), names).items()}
    return Resolved(
        losses=losses,
        weights=weights,
        optimizer=_class_of(optimizer).__name__,
        learning_rates=_rates(optimizer),
        optimizer_settings=_optimizer_settings(optimizer),
        trial=trial,
    )


RATES_AFTER = (0, 1_000, 10_000)
_CHANGE_STEPS = {"weight_decay", "clipnorm", "clipvalue", "global_clipnorm"}  # what an optimizer does besides its own


def _rates(optimizer: keras.optimizers.Optimizer) -> tuple[float, ...]:
    """Learning rates, which a schedule may change."""
    import keras

    rates, now = [], keras.ops.copy(optimizer.iterations)
    for steps in RATES_AFTER:
        optimizer.iterations.assign(steps)
        rates.append(float(keras.ops.convert_to_tensor(optimizer.learning_rate)))
    optimizer.iterations.assign(now)
    return tuple(rates)


def _class_of(optimizer: keras.optimizers.Optimizer) -> type:
    """Keras's own class that an optimizer is of, or is derived from."""
    kinds = type(optimizer).__mro__
    return next((kind for kind in kinds if is_keras(kind)), type(optimizer))


def _optimizer_settings(optimizer: keras.optimizers.Optimizer) -> dict[str, Any]:
    try:
        usual, config = _class_of(optimizer)().get_config(), optimizer.get_config()
    except Exception:  # one of the learner's own, which does not tell its settings
        return {}
    return {
        key: value
        for key, value in config.items()
        if key not in ("name", "learning_rate") and key in usual and value != usual[key]
    }


def adds_losses(model: keras.Model) -> bool:
    """Whether a layer adds a loss of its own when it is called, besides those on weights."""
    import keras

    try:
        shapes = [[2 if n is None else n for n in tensor.shape] for tensor in model.inputs]
        zeros = [keras.ops.zeros(shape, tensor.dtype) for shape, tensor in zip(shapes, model.inputs, strict=True)]
        model(keras.tree.pack_sequence_as(structure_of(model), zeros), training=True)
        return len(model.losses) > sum(weight.regularizer is not None for weight in model.trainable_weights)
    except Exception:  # it does not run on zeros
        return False


def losses_as_given(names: Sequence[str], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Output → its loss, as it is written, for the outputs with these names."""
    return _spread(settings.get("loss"), names)


def losses_of(names: Sequence[str], settings: Mapping[str, Any]) -> dict[str, str | None]:
    """Output → name of its loss, with the settings that are not Keras's defaults."""
    return {name: _loss(one) for name, one in losses_as_given(names, settings).items()}


def output_names(graph: Graph) -> list[str]:
    """Names of a model's outputs in order, each once; a Sequential has that of its last layer."""
    names = list(graph.output_names)
    # One layer, or one nested model, may give several outputs.
    return [name if name not in names[:at] else f"{name} ({at + 1})" for at, name in enumerate(names)]


def _spread(value: Any, names: Sequence[str]) -> dict[str, Any]:
    """One value an output, from a value for all, a list in order, or a dict by name, as they are written."""
    if isinstance(value, Mapping) and len(names) > 1:
        return {name: value.get(name) for name in names}
    if isinstance(value, (list, tuple)) and len(value) == len(names):
        return {name: _alone(one) for name, one in zip(names, value, strict=True)}
    return dict.fromkeys(names, _alone(value))


def _alone(value: Any) -> Any:
    while isinstance(value, (list, tuple, Mapping)) and len(value) == 1:
        value = next(iter(value.values() if isinstance(value, Mapping) else value))
    return value


def _number(weight: Any) -> float:
    try:
        return 1.0 if weight is None else float(np.asarray(weight, dtype=float).reshape(()))
    except (TypeError, ValueError):
        return 1.0


def _why(error: Exception, settings: Mapping[str, Any], losses: Mapping[str, str | None]) -> str:
    """Why training refuses the settings: in plain words where the reason is known, else in Keras's."""
    import keras

    names = list(losses)
    known = ", ".join(f"`{name}`" for name in names)
    for what, value in settings.items():
        is_flat = what.startswith("loss") or len(names) > 1
        if isinstance(value, Mapping) and (wrong := [key for key in value if key not in names]):
            return (
                f"`{what}` has the key `{wrong[0]}`, but the outputs are called {known} "
                f"(the names of the layers, not of the variables)."
            )
        is_dict = isinstance(value, Mapping) and isinstance(settings["loss"], Mapping) and what.startswith("loss")
        if is_dict and (missing := [name for name in names if name not in value]):
            usual = "`None` where no loss is meant" if what == "loss" else "1 where nothing is weighted"
            return f"`{what}` has no entry for the output `{missing[0]}`; write {usual}."
        if isinstance(value, (list, tuple)) and is_flat and len(value) != len(names):
            entries, outputs = ("1 entry" if len(value) == 1 else f"{len(value)} entries", plural(len(names), "output"))
            return f"`{what}` lists {entries} for {outputs}."
    for what, get in (("loss", keras.losses.get), ("metrics", keras.metrics.get)):
        for one in keras.tree.flatten(settings.get(what)):
            if isinstance(one, str) and not _knows(get, one):
                return f"Keras knows no {what.removesuffix('s') if what == 'metrics' else what} called `{one}`."
    return f"training would fail at the first batch; Keras says: “{reason(error, losses.values())}”"


def _equal(number: float, other: float) -> bool:
    """Up to what rounding in float32 may leave of a measured weight."""
    return math.isclose(number, other, rel_tol=1e-4)


def _knows(get: Callable[[Any], Any], name: str) -> bool:
    if name.lower() in _BY_SHAPE:
        return True
    try:
        return get(name) is not None
    except (ValueError, TypeError):
        return False


# What Keras resolves from the shapes of targets and outputs.
_BY_SHAPE = {"acc": "accuracy", "accuracy": "accuracy", "ce": "crossentropy", "crossentropy": "crossentropy"}


def _is_metric(given: Any) -> bool:
    import keras

    return isinstance(given, keras.Metric) or (isinstance(given, type) and issubclass(given, keras.Metric))


def _loss(given: Any) -> str | None:
    import keras

    if isinstance(given, (list, tuple)):
        return ", ".join(str(_loss(one)) for one in given)
    return None if given is None else _name(keras.losses.get, given)


def _name(get: Callable[[Any], Any], given: Any) -> str:
    """One name for a string, a function, a class or an instance of the same loss or metric."""
    if isinstance(given, str) and given.lower() in _BY_SHAPE:
        return _BY_SHAPE[given.lower()]
    try:
        made = get(given() if isinstance(given, type) else given)
        config = made.get_config() if hasattr(made, "get_config") else {}
    except Exception:  # unknown to Keras, which is said when it is tried
        return given if isinstance(given, str) else snake_case(type(given).__name__)
    function, arguments = wrapped(made)
    name = getattr(function, "__name__", None) or snake_case(type(made).__name__)
    config = {**config, **arguments}
    shown = ", ".join(
        f"{key}={value}"
        for key, value in sorted(config.items())
        if key in _DEFAULTS and value and value != _DEFAULTS[key]
    )
    return f"{name}({shown})" if shown else str(name)


# Settings of losses that change what is computed, with Keras's defaults.
_DEFAULTS: dict[str, Any] = {
    "from_logits": False,
    "label_smoothing": 0.0,
    "delta": 1.0,
    "alpha": 0.25,
    "gamma": 2.0,
    "ignore_class": None,
    "reduction": "sum_over_batch_size",
}


_PAIRED = (
    " That is what training makes of it: with one entry for several outputs, or a list beside a dict, Keras pairs "
    "losses and weights otherwise than they read. Write both as lists or both as dicts, with every output."
)


_WHERE = "look at what `compile` is given."


def _metric_of(logged: str, outputs: list[str], called: list[str]) -> str:
    """A metric as training logs it, `"age_mae"`, in words."""
    import keras

    logged = re.sub(r"_\d+$", "", logged)  # Keras numbers the metrics of a class
    for output, name in zip(outputs, called, strict=True):
        if len(outputs) > 1 and logged.startswith(f"{output}_"):
            return f"`{_name(keras.metrics.get, logged.removeprefix(f'{output}_'))}` of `{name}`"
    return f"`{_name(keras.metrics.get, logged)}`"


def _same_graph(attempt: Attempt, *, by_name: bool = False) -> bool:
    without, also = (["output names"], ["output order"]) if by_name else ([], [])
    return attempt.difference(attempt.target, without, also).same


@dataclass
class Compiled(Criterion):
    """The compile settings are the answer's, output by output, however they are written.

    Take it when the text gives loss, weights, metrics or optimizer. Put it behind `SameGraph`: settings belong to
    outputs. Where only the proportion of the loss weights is asked for, take `InProportion`; where any settings will do
    that make the model learn, `Learns`.

    Both are tried on the same targets and predictions; what gives the same total loss is the same.

    Args:
        weights: whether loss weights are compared.
        metrics: whether the answer's metrics must be among the model's.
        only_metrics: whether no others may be; or the outputs of which no others may be.
        optimizer: whether the class of the optimizer is compared, and what else than the rate the answer sets of it.
        learning_rate: whether its learning rate is.
        name: what is asked, in a few words.

    Example:
        >>> import keras
        >>> from course_utils.checks.compiling import Compiled
        >>> from course_utils.checks.trying import tell
        >>> def model(loss):
        ...     made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        ...     made.compile("adam", loss)
        ...     return made
        >>> tell(Compiled(), model(keras.losses.MeanSquaredError()), answer=model("mse"))
        ✓ training will use what was asked for.
        >>> tell(Compiled(), model("mae"), answer=model("mse"))
        ✗ where: look at what `compile` is given.
          what: the loss is `mean_absolute_error`.
          how: the loss is `mean_absolute_error`; it should be `mean_squared_error`.

    On failure:
        The first setting that differs, and what it should be. What training would refuse is no secret: it is told at
        once.
    """

    weights: bool = True
    metrics: bool = False
    only_metrics: bool | Collection[str] = False
    optimizer: bool = False
    learning_rate: bool = False
    name: str = "compile settings"
    gives_away = "how"

    def judge(self, attempt: Attempt) -> Finding:
        """Resolve both and compare."""
        try:
            found = resolve(attempt.value, attempt.graph)
        except CompileProblem as problem:
            return self.found(False, str(problem))
        wanted = self.wanted(attempt, found)
        mine, theirs = list(found.losses), list(wanted.losses)
        if len(mine) != len(theirs):
            return self.missed(f"the model has {plural(len(mine), 'output')}; {len(theirs)} asked for.", _WHERE)
        objection = self.objection(found, wanted, mine)
        if mine != theirs and set(mine) == set(theirs):
            # The same names in another order: the outputs are listed in another order, which is told by the graph, or
            # the heads have each other's names.
            by_name = self.objection(found, wanted, theirs)
            if _same_graph(attempt, by_name=True) or not _same_graph(attempt):
                objection = by_name
            elif objection and by_name is None:
                at = next(at for at, name in enumerate(mine) if name != theirs[at])
                objection += f" The head called `{mine[at]}` is the one that should be `{theirs[at]}`."
        if objection is None:
            return self.found(True, "training will use what was asked for.")
        return self.missed(objection, _WHERE)

    def wanted(self, attempt: Attempt, found: Resolved) -> Resolved:
        """The settings to compare with: the answer's."""
        target = attempt.target
        return attempt.answer.once(resolve, lambda: resolve(target, attempt.answer.graph(target)))

    def objection(self, found: Resolved, wanted: Resolved, mine: list[str]) -> str | None:
        """What differs first, where `mine` are the names of the outputs that stand for the wanted ones."""
        theirs = list(wanted.losses)
        measured = compare(found.trial, wanted.trial, [list(found.losses).index(name) for name in mine])
        for at, (name, their) in enumerate(zip(mine, theirs, strict=True)):
            where = "" if len(mine) == 1 else f" of `{name}`"
            loss, right = found.losses[name], wanted.losses[their]
            weight, right_weight = found.weights[name], wanted.weights[their]
            if measured is None:  # no batch fits both; that the outputs differ, the graph tells
                if loss != right:
                    return f"the loss{where} is `{loss}`; it should be `{right}`."
            elif (factor := measured.factors[at]) is None or (loss != right and not _equal(factor, 1.0)):
                if loss != right:
                    return f"the loss{where} is `{loss}`; it should be `{right}`."
                return f"the loss{where} is called `{loss}`, as it should be, but it computes something else."
            else:
                weight = factor * right_weight
            # With a single output a weight only rescales the gradient, but it was not asked for.
            if not _equal(weight, right_weight) if self.weights else weight <= 0 < right_weight:
                as_paired = "" if _equal(weight, found.weights[name]) else _PAIRED
                return f"the loss weight{where} is {weight:.4g}; it should be {right_weight:g}.{as_paired}"
        if self.metrics and measured and measured.missing:
            missing = _metric_of(measured.missing[0], theirs, mine)
            if missing in (_metric_of(extra, list(found.losses), list(found.losses)) for extra in measured.extra):
                return f"the metric {missing} is called as asked, but it measures something else."
            return f"the metric {missing} is missing."
        for extra in measured.extra if self.only_metrics and measured else ():
            if self.only_metrics is True or any(extra.startswith(f"{name}_") for name in self.only_metrics or ()):
                metric = _metric_of(extra, list(found.losses), list(found.losses))
                return f"the metric {metric} was not asked for; leave it out."
        return self._optimizer_objection(found, wanted)

    def _optimizer_objection(self, found: Resolved, wanted: Resolved) -> str | None:
        if self.optimizer:
            if found.optimizer != wanted.optimizer:
                return f"the optimizer is {found.optimizer}; it should be {wanted.optimizer}."
            if found.learning_rates[0] <= 0:
                return f"the learning rate is {found.learning_rates[0]:g}, so training would not make the loss smaller."
            for key, right in wanted.optimizer_settings.items():
                if found.optimizer_settings.get(key) != right:
                    return f"`{key}` of the optimizer should be `{right}`."
            for key in sorted(_CHANGE_STEPS & (found.optimizer_settings.keys() - wanted.optimizer_settings.keys())):
                return f"`{key}={found.optimizer_settings[key]}` of the optimizer was not asked for; leave it out."
        if self.learning_rate:
            pairs = zip(RATES_AFTER, found.learning_rates, wanted.learning_rates, strict=True)
            for steps, rate, right_rate in pairs:
                if not _equal(rate, right_rate):
                    after = f" after {steps:,} steps" if steps else ""
                    return f"the learning rate{after} is {rate:g}; it should be {right_rate:g}."
        return None


@dataclass
class InProportion(Compiled):
    """As `Compiled`, but the loss weights are the answer's up to one factor for all.

    Take it when the text asks that one loss should count twice as much as another, and not for certain numbers.

    Args:
        weights: whether loss weights are compared.
        metrics: whether the answer's metrics must be among the model's.
        only_metrics: whether no others may be; or the outputs of which no others may be.
        optimizer: whether the class of the optimizer is compared, and what else than the rate the answer sets of it.
        learning_rate: whether its learning rate is.
        name: what is asked, in a few words.

    Example:
        >>> import keras
        >>> from course_utils.checks.compiling import InProportion
        >>> from course_utils.checks.trying import tell
        >>> def model(weights):
        ...     x = keras.Input((4,), name="x")
        ...     made = keras.Model(x, [keras.layers.Dense(1, name=name)(x) for name in ("sin", "cos")])
        ...     made.compile("adam", loss=["mse", "mse"], loss_weights=weights)
        ...     return made
        >>> tell(InProportion(), model([4, 2]), answer=model([2, 1]))
        ✓ training will use what was asked for.
        >>> tell(InProportion(), model([2, 2]), answer=model([2, 1]))
        ✗ where: look at what `compile` is given.
          what: the loss weight of `cos` is 2.
          how: the loss weight of `cos` is 2; it should be 1.

    On failure:
        As `Compiled`; a weight is told with the learner's own factor.
    """

    def wanted(self, attempt: Attempt, found: Resolved) -> Resolved:
        """The answer's settings, its loss weights times the learner's factor."""
        asked = super().wanted(attempt, found)
        mine = found.weights
        factors = [mine[name] / weight for name, weight in asked.weights.items() if weight and mine.get(name, 0) > 0]
        if not factors:
            return asked
        target = attempt.answer.make()
        weights = {name: weight * factors[0] for name, weight in asked.weights.items()}
        settings = settings_of(target)
        # In the form of the losses: a list beside a dict is paired by the sorted names.
        same_form = weights if isinstance(settings.get("loss"), Mapping) else list(weights.values())
        target.compile(**settings | {"loss_weights": same_form})
        return resolve(target)
