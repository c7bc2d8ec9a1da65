"""Right and wrong models to judge the ways of checking by: drawn, with a fixed seed, from the answers to the exercises.

Right are the answers written otherwise, those that come out as they were left out. Wrong are the answers with one
mistake that can be proved to be one without the course's own comparison: another number of parameters, other inputs or
outputs, or other numbers where weights of one kind are all given the same values.
"""

from __future__ import annotations

import functools
import random
import warnings
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.models import SameGraph
from course_utils.exercises import every
from course_utils.exercises.declaration import Exercise
from course_utils.workshop.audit.blueprint import Blueprint
from course_utils.workshop.audit.mutants import KINDS, Mutant, mutants
from course_utils.workshop.audit.rewrites import REWRITES

if TYPE_CHECKING:
    import keras

SEED = 7
STEPS = 12  # what stands for an axis of any length
EXAMPLES = 4
TOLERANCE = 1e-3  # relative: what two ways to compute the same may differ by
LARGEST = 2_000_000  # parameters: larger answers are left out, which take long to make again and again


@dataclass(frozen=True)
class Candidate:
    """A model to be judged.

    Args:
        exercise: whose answer it was made from.
        what: which rewrite, or which mistake.
        target: the answer.
        model: the model.
        without: rules that do not hold for this exercise, as for `compare_models`.
        also: rules that hold besides.
    """

    exercise: str
    what: str
    target: keras.Model
    model: keras.Model
    without: Collection[str] = ()
    also: Collection[str] = ()


def right(count: int) -> list[Candidate]:
    """So many answers written otherwise."""
    return _drawn(count, _rewritten)


def wrong(count: int) -> list[Candidate]:
    """So many answers with a mistake in each."""
    return _drawn(count, _mistaken)


@functools.cache
def asked() -> tuple[tuple[Exercise, SameGraph], ...]:
    """The exercises that ask for one graph, with the criterion that does."""
    found = ((one, criterion) for one in every().values() for criterion in one.criteria)
    return tuple((one, criterion) for one, criterion in found if isinstance(criterion, SameGraph))


@functools.cache
def _answer(id: str) -> tuple[keras.Model, Blueprint] | None:
    """An exercise's answer and its plan; None where it is too large."""
    model = every()[id].target()
    return None if model.count_params() > LARGEST else (model, Blueprint.of(model))


def _drawn(count: int, make: Callable[[Exercise, SameGraph, random.Random], Iterator[Candidate]]) -> list[Candidate]:
    """In turn from each exercise, so that none has more than its share."""
    turns = deque(make(one, criterion, random.Random(f"{SEED} {one.id}")) for one, criterion in asked())
    drawn: list[Candidate] = []
    while turns and len(drawn) < count:
        turn = turns.popleft()
        if (candidate := next(turn, None)) is not None:
            drawn.append(candidate)
            turns.append(turn)
    return drawn


def _rewritten(one: Exercise, criterion: SameGraph, chance: random.Random) -> Iterator[Candidate]:
    if (known := _answer(one.id)) is None:
        return
    target, plan = known
    same = _config(plan.build())
    for name in chance.sample(sorted(REWRITES), len(REWRITES)):
        model = plan.build(REWRITES[name]())
        if _config(model) != same:
            _compile_as(target, model)
            yield Candidate(one.id, name, target, model, criterion.without, criterion.also)


def _mistaken(one: Exercise, criterion: SameGraph, chance: random.Random) -> Iterator[Candidate]:
    if (known := _answer(one.id)) is None:
        return
    target, plan = known
    others = criterion.alternatives() if criterion.alternatives else ()
    rights = [Computed(model) for model in (plan.build(), *others)]
    for kind in chance.sample(sorted(KINDS), len(KINDS)):
        for mutant in mutants(plan, kinds=[kind], seed=SEED, most=1):
            own = Computed(mutant.model)
            if not _may_be_right(mutant, criterion) and all(own.differs(right) for right in rights):
                _compile_as(target, mutant.model)
                yield Candidate(one.id, mutant.description, target, mutant.model, criterion.without, criterion.also)


def _may_be_right(mutant: Mutant, criterion: SameGraph) -> bool:
    """Whether an exercise leaves open what a mutant changes: the start of weights, the order of its ends."""
    return (
        mutant.kind == "initialiser"
        or (mutant.kind == "inputs" and criterion.inputs != "listed")
        or (mutant.kind == "crossed" and criterion.inputs == "in any order")
        or (mutant.description.endswith("exchanged") and mutant.kind == "outputs" and criterion.outputs != "listed")
    )


def _config(model: keras.Model) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of every Lambda
        return {**model.get_config(), "name": ""}


def _compile_as(target: keras.Model, model: keras.Model) -> None:
    if getattr(target, "compiled", False):
        model.compile(optimizer=target.optimizer.__class__.from_config(target.optimizer.get_config()), loss=target.loss)


class Computed:
    """A model, and what it gives for drawn examples where weights get values by their kind and size alone.

    All rows of a kernel are alike, so neither the order of layers nor that of what they read changes what is computed.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self._numbers: dict[bool, list[np.ndarray]] = {}

    def differs(self, right: Computed) -> bool:
        """Whether this is certainly another model: it never is where only names and order differ."""
        if self.model.count_params() != right.model.count_params() or _ends(self.model) != _ends(right.model):
            return True
        if not _close(self.numbers(False), right.numbers(False)):
            return True
        # In training some numbers drop out. What drops out at random is not the same twice, and proves nothing.
        is_certain = _close(right.numbers(True), _numbers(right.model, True))
        return is_certain and not _close(self.numbers(True), right.numbers(True))

    def numbers(self, training: bool) -> list[np.ndarray]:
        """What it gives, computed once."""
        if training not in self._numbers:
            self._numbers[training] = _numbers(self.model, training)
        return self._numbers[training]


def _ends(model: keras.Model) -> tuple[Any, ...]:
    return tuple([(tuple(t.shape), str(t.dtype)) for t in tensors] for tensors in (model.inputs, model.outputs))


def _close(some: Sequence[np.ndarray], others: Sequence[np.ndarray]) -> bool:
    alike = [
        np.shape(a) == np.shape(b) and np.allclose(a, b, TOLERANCE, 1e-6) for a, b in zip(some, others, strict=True)
    ]
    return all(alike)


def _numbers(model: keras.Model, training: bool) -> list[np.ndarray]:
    import keras

    kept = [weight.numpy() for weight in model.weights]
    given = [_example(tensor, at) for at, tensor in enumerate(model.inputs)]
    try:
        for weight in model.weights:
            weight.assign(_value(weight))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a list of one input
            outputs = model(given, training=training)
        return [np.array(keras.ops.convert_to_numpy(output)) for output in keras.tree.flatten(outputs)]
    finally:
        for weight, value in zip(model.weights, kept, strict=True):
            weight.assign(value)


def _value(weight: keras.Variable) -> np.ndarray:
    kind = weight.path.split("/")[-1]
    if not str(weight.dtype).startswith("float"):
        return weight.numpy()  # the state of a generator of random numbers
    rng = np.random.default_rng([zlib.crc32(kind.encode()), weight.shape[-1] if len(weight.shape) else 1])
    value = rng.normal(0.1, 0.4, weight.shape if kind == "embeddings" else weight.shape[-1:])
    value = np.broadcast_to(np.abs(value) if "variance" in kind else value, weight.shape)
    return value.astype("float32") / (1 if kind == "embeddings" or len(weight.shape) < 2 else weight.shape[-2])


def _example(tensor: Any, at: int) -> np.ndarray:
    shape = (EXAMPLES, *(STEPS if size is None else size for size in tensor.shape[1:]))
    rng = np.random.default_rng([SEED, at])
    if "int" in str(tensor.dtype):
        return rng.integers(0, 10, shape).astype(str(tensor.dtype))
    return rng.normal(size=shape).astype(str(tensor.dtype))
