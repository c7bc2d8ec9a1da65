"""What training makes of compile settings, measured on a stand-in for the model.

How Keras pairs losses, weights and metrics with outputs has many cases (a list of losses and a dict of weights are
paired by the sorted keys, one loss in a list counts for the first output alone, …), so nothing is concluded from how
they are written: the stand-in has the model's outputs alone, is compiled with its settings, and computes. That costs
little even when the model has 10⁸ weights.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.graphs.reading.calls import operation_of
from course_utils.graphs.reading.inside import names_of_heads, outputs_structure_of

if TYPE_CHECKING:
    import keras

LARGEST = 10_000_000  # numbers in one batch; more would only take memory
_SPREADS = (0.0, 0.0, 0.0, 1.0, 100.0)  # of each output's batches: 0 for shares and classes, else of errors
DRAWS = len(_SPREADS)  # batches that each output is tried with besides the first
_NARROW = _SPREADS.count(0.0)
_BATCH = 32
_LEAST_SHARE = 1e-3  # nearer to 0 or 1 losses are cut off, each in its own way
_STEPS = 2  # what stands for an axis of any length

Shape = tuple[int, ...]
Logs = dict[str, float]


@dataclass(frozen=True)
class Batch:
    """Targets and predictions of one output: float32, or int32 targets where classes are given by number."""

    target: np.ndarray
    prediction: np.ndarray


def _nothing(target: Any, prediction: Any) -> Any:
    """The loss of an output where what a layer adds is trained for instead."""
    import keras

    return 0.0 * keras.ops.sum(prediction)


def _as_training_does(compute: Callable[..., Any], x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
    """Compute metrics with targets that are as exact as predictions."""
    import keras

    def cast(target: Any) -> Any:
        is_exact = keras.backend.standardize_dtype(target.dtype) == "float64"
        return keras.ops.cast(target, "float32") if is_exact else target

    return compute(x, keras.tree.map_structure(cast, y), y_pred, sample_weight)


def _comparable(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in which nothing differs that means nothing: at how many thresholds an AUC is summed up."""
    import keras

    def usual(metric: Any) -> Any:
        if type(metric) is not keras.metrics.AUC:
            return metric
        config = metric.get_config()
        config.pop("thresholds", None)
        return keras.metrics.AUC.from_config({**config, "num_thresholds": 200})

    ends = ("metrics", "weighted_metrics")
    settings = {
        key: keras.tree.map_structure(usual, value) if key in ends else value for key, value in settings.items()
    }
    return settings | ({"loss": _nothing} if settings.get("loss") is None else {})


@dataclass(frozen=True)
class Ends:
    """All of a model that its settings are tried on."""

    shapes: tuple[Shape, ...]
    """Of a batch of each output."""
    activations: tuple[str, ...]
    """Of each output, `"softmax"`, `"sigmoid"` or nothing."""
    structure: Any = field(hash=False)
    """A number in place of each output."""
    names: tuple[str, ...]
    is_sequential: bool

    @classmethod
    def of(cls, model: keras.Model) -> Ends:
        """The ends of a model."""
        import keras

        outputs = keras.tree.flatten(model.outputs)
        return cls(
            tuple((_BATCH, *(_STEPS if n is None else int(n) for n in output.shape[1:])) for output in outputs),
            tuple(map(_activation_of, outputs)),
            keras.tree.map_structure(lambda _: 0, outputs_structure_of(model)),
            tuple(names_of_heads(model)),
            isinstance(model, keras.Sequential),
        )


def trial_of(model: keras.Model, settings: Mapping[str, Any], sparse: Sequence[bool]) -> Trial:
    """The trial of a model's settings: the same one for the same settings and outputs, if they are plainly written.

    Args:
        model: gives the outputs' shapes, names and structure.
        settings: `loss`, `loss_weights`, `metrics` and `weighted_metrics`, as `compile` took them.
        sparse: of each output, whether its loss takes the numbers of classes for targets.

    Raises:
        Exception: whatever Keras raises for the settings, at `compile` or at the first batch.
    """
    import keras

    ends = Ends.of(model)
    try:
        hangs_on = keras.config.floatx(), keras.config.epsilon(), keras.config.dtype_policy().name
        key = (ends, _plain(settings), tuple(sparse), hangs_on)
    except TypeError:  # an object, which may be anything
        return Trial(ends, settings, sparse)
    if key not in _kept:
        made = Trial(ends, settings, sparse)
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = made
    return _kept[key]


_kept: dict[Hashable, Trial] = {}
_MOST_KEPT = 64


def _plain(value: Any) -> Hashable:
    """Names and numbers in lists and dicts, to be found again.

    Raises:
        TypeError: for anything else.
    """
    if isinstance(value, Mapping):
        return dict, tuple((key, _plain(one)) for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return type(value), tuple(map(_plain, value))
    if value is None or type(value) in (str, int, float, bool):
        return type(value), value
    raise TypeError


class Trial:
    """A stand-in for a model that has its outputs alone, and batches for them.

    Args:
        ends: the outputs.
        settings: as for `trial_of`.
        sparse: as for `trial_of`.

    Raises:
        Exception: as for `trial_of`.
    """

    def __init__(self, ends: Ends, settings: Mapping[str, Any], sparse: Sequence[bool]) -> None:
        settings = _comparable(settings)
        self._given = ends, settings
        self.sparse = list(sparse)
        """Of each output, whether its batches have the numbers of classes for targets."""
        self.shapes = list(ends.shapes)
        self.is_small = sum(np.prod(shape, dtype=float) for shape in self.shapes) <= LARGEST
        self._ends = ends
        self._is_keyed = isinstance(settings.get("loss"), Mapping)
        with _exact_sums():
            self._model = self._stand_in()
            self._model.compile(optimizer="sgd", run_eagerly=True, **settings)
        # Targets come in float64 here, as the sums are; a metric of one's own may subtract them from predictions.
        self._model.compute_metrics = functools.partial(_as_training_does, self._model.compute_metrics)
        self.batches: list[list[Batch]] = []
        if self.is_small:
            self.batches = self._first_batches()

    def _stand_in(self) -> keras.Model:
        import keras

        inputs = [keras.Input(shape[1:], dtype="float32") for shape in self.shapes]
        if self._ends.is_sequential:
            return keras.Sequential([inputs[0], keras.layers.Identity(dtype="float32")])
        ends = [keras.layers.Identity(dtype="float32")(one) for one in inputs]
        stand_in = keras.Model(_one(inputs), keras.tree.pack_sequence_as(self._ends.structure, ends))
        stand_in.output_names = list(self._ends.names)
        return stand_in

    def taking(self, sparse: Sequence[bool]) -> Trial:
        """The same with this kind of targets: by their shape Keras resolves `"crossentropy"` and `"accuracy"`."""
        return self if list(sparse) == self.sparse else Trial(*self._given, sparse)

    def _first_batches(self) -> list[list[Batch]]:
        """Batches that Keras takes, tried the way that `fit` goes; a loss of one's own may want other targets."""
        every = all(self.sparse)
        kinds = [self.sparse]
        if every or not any(self.sparse):
            kinds.append([not every] * len(self.sparse))
        refused: Exception | None = None
        for kind in kinds:
            for by_name in (self._is_keyed, not self._is_keyed):
                heads = zip(self.shapes, kind, self._ends.activations, strict=True)
                given = [_draw(shape, at, one, end) for at, (shape, one, end) in enumerate(heads)]
                try:
                    self._evaluate([own[0] for own in given], by_name)
                except Exception as error:
                    refused = refused or error
                else:
                    self.sparse = kind
                    return given
        assert refused is not None
        raise refused

    @property
    def rounds(self) -> list[list[Batch]]:
        """The first batch of each output; then the same, changed for one output at a time."""
        first = [own[0] for own in self.batches]
        others = ([*first[:at], one, *first[at + 1 :]] for at, own in enumerate(self.batches) for one in own[1:])
        return [first, *others]

    @functools.cached_property
    def own_logs(self) -> list[Logs]:
        """What it logs in each of its own rounds."""
        return [self.logs(given) for given in self.rounds]

    def logs(self, given: Sequence[Batch]) -> Logs:
        """The total loss as `"loss"`, and beside it what training logs: each output's own loss, each metric."""
        with _exact_sums():
            self._model.reset_metrics()
            predictions = [batch.prediction for batch in given]
            return dict(self._model.test_on_batch(_one(predictions), self._targets(given), return_dict=True))

    def _evaluate(self, given: Sequence[Batch], by_name: bool) -> None:
        targets: Any = self._targets(given)
        names = names_of_heads(self._model)
        if by_name and len(set(names)) == len(given) > 1:
            targets = dict(zip(names, [batch.target for batch in given], strict=True))
        with _exact_sums():
            predictions = [batch.prediction for batch in given]
            self._model.evaluate(_one(predictions), targets, batch_size=_BATCH, verbose=0)

    def _targets(self, given: Sequence[Batch]) -> Any:
        import keras

        return keras.tree.pack_sequence_as(self._ends.structure, [batch.target for batch in given])


@dataclass(frozen=True)
class Comparison:
    """One trial beside another."""

    factors: list[float | None]
    """Of each output, how many times more its loss counts; None when it is another loss."""
    missing: list[str]
    """Metrics of the other that this one does not compute, as training logs them."""
    extra: list[str]
    """Metrics of this one that the other does not compute."""


def compare(trial: Trial, other: Trial, order: Sequence[int]) -> Comparison | None:
    """Give both the same batches, changed for one output at a time, and see how the total loss changes.

    Args:
        trial: the one that is compared.
        other: gives the batches.
        order: the place in `trial` of each output of `other`.

    Returns:
        None when no batch fits both.
    """
    if not (trial.is_small and other.is_small and [trial.shapes[at] for at in order] == other.shapes):
        return None
    place = {own: at for at, own in enumerate(order)}
    try:
        trial = trial.taking([other.sparse[place[own]] for own in range(len(order))])
        mine = (
            other.own_logs
            if trial is other and list(order) == sorted(order)
            else [trial.logs([given[place[own]] for own in range(len(given))]) for given in other.rounds]
        )
    except Exception:  # it wants other targets: another kind of loss
        return None
    theirs = other.own_logs
    found, wanted = (
        np.array([logs["loss"] - all_logs[0]["loss"] for logs in all_logs[1:]]).reshape(len(order), DRAWS)
        for all_logs in (mine, theirs)
    )
    factors = [_factor(*rows) for rows in zip(found, wanted, strict=True)]
    return Comparison(factors, _not_among(theirs, mine), _not_among(mine, theirs))


def _not_among(some: list[Logs], others: list[Logs]) -> list[str]:
    """Metrics that are not among the others'; a loss is logged, but it is none."""
    metrics, computed = ([key for key in logs[0] if not re.fullmatch(r"(.*_)?loss", key)] for logs in (some, others))
    left, alone = [_values(others, key) for key in computed], []
    for key in metrics:
        own = _values(some, key)
        same = [at for at, one in enumerate(left) if np.allclose(own, one, rtol=1e-4, atol=1e-6, equal_nan=True)]
        if same:
            del left[same[0]]  # what is computed once stands for one
        else:
            alone.append(key)
    return alone


def _values(all_logs: list[Logs], key: str) -> np.ndarray:
    return np.array([np.mean(logs[key]) for logs in all_logs], "float64")


def _factor(found: np.ndarray, wanted: np.ndarray) -> float | None:
    """By what factor a loss is another one, on every batch for itself: a large error hides no small one."""
    is_number = np.isfinite(found)
    if not np.array_equal(is_number, np.isfinite(wanted)):
        return None
    found, wanted = np.where(is_number, found, 0.0), np.where(is_number, wanted, 0.0)
    if not np.any(wanted):
        return None if np.any(found) else 1.0
    at = np.abs(wanted[:_NARROW]).argmax() if np.any(wanted[:_NARROW]) else np.abs(wanted).argmax()
    factor = float(found[at] / wanted[at]) + 0.0  # not -0
    least = max(1e-9, 1e-9 * np.abs(found).max())  # what float64 leaves of a difference of sums
    # Far from the target a crossentropy is cut off, where that is depends on the precision of a loss.
    close = np.where(np.arange(len(found)) < _NARROW, 1e-4, 0.05) * np.abs(factor * wanted)
    return factor if np.all(np.abs(found - factor * wanted) <= close + least) else None


def _activation_of(output: Any) -> str:
    """`"softmax"` or `"sigmoid"` where an output can only be shares, by what makes it; else nothing."""
    made_by = operation_of(output)
    own = getattr(made_by, "activation", None)
    name = type(made_by).__name__.lower() if own is None else getattr(own, "__name__", "")
    return name if name in ("softmax", "sigmoid") else ""


def _draw(shape: Shape, place: int, sparse: bool, activation: str) -> list[Batch]:
    """The batches for an output: the same ones for the same place."""
    random = np.random.default_rng([place, len(shape)])
    return [_batch(random, shape, sparse, spread, activation) for spread in (0.0, *_SPREADS)]


def _batch(random: np.random.Generator, shape: Shape, sparse: bool, spread: float, activation: str) -> Batch:
    """Targets and predictions as this kind of output has them, and errors of some size where numbers are predicted.

    Of classes, about half are right with a clear margin: what counts hits would be 0 at random among many. Shares stay
    shares: a formula for a crossentropy may do otherwise with what no softmax gives.
    """
    classes = shape[-1] if len(shape) > 1 else 1
    if spread and not sparse and not activation:
        target, error = random.normal(size=(2, *shape)) * spread
        return Batch(target.astype("float32"), (target + error).astype("float32"))
    prediction = random.uniform(0.1, 0.9, shape)
    if spread and activation:
        prediction = np.maximum(prediction ** (1 + spread**0.4), _LEAST_SHARE)  # far off, where a loss may be capped
    if classes == 1 and not sparse:
        return Batch(random.integers(2, size=shape).astype("float32"), prediction.astype("float32"))
    truth = random.integers(classes, size=shape[:-1])
    one_hot = np.eye(classes)[truth]
    prediction += one_hot * random.integers(2, size=(*shape[:-1], 1)) * random.uniform(0, 0.9, (*shape[:-1], 1))
    if activation == "softmax":
        prediction /= prediction.sum(axis=-1, keepdims=True)
    elif activation == "sigmoid":
        prediction = np.minimum(prediction, 1 - _LEAST_SHARE)
    return Batch(truth.astype("int32") if sparse else one_hot.astype("float32"), prediction.astype("float32"))


def _one(several: list[Any]) -> Any:
    return several if len(several) > 1 else several[0]


@contextlib.contextmanager
def _exact_sums() -> Iterator[None]:
    """Sum losses in float64: one that weighs little would drown in the rounding of the others."""
    import keras

    usual = keras.config.floatx()
    if keras.backend.backend() != "jax":  # which knows no float64 unless it is told at its start
        keras.config.set_floatx("float64")
    try:
        yield
    finally:
        keras.config.set_floatx(usual)
