"""Which variable of a learner's model may stand for which of the target's, and values for them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.graphs.reading.plain import plain

_BLOCK = 65_537  # a prime: numbers beyond are these again, and no two rows of a table begin alike

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Slot:
    """One variable.

    Attributes:
        key: the id of the variable.
        place: in the order of use.
        kind: variables may stand for each other if this is equal: size, whether it trains, what training asks of it.
        shape: as it is.
        trains: whether training changes it.
        role: the last part of its path: kernel, bias, embeddings.
    """

    key: int
    place: int
    kind: Hashable
    shape: Shape
    role: str
    trains: bool = True

    @property
    def squeezed(self) -> Shape:
        """The shape without axes of length 1."""
        return tuple(n for n in self.shape if n != 1)

    @property
    def is_square(self) -> bool:
        """Whether the shape does not say if two axes are exchanged."""
        return len(self.squeezed) == 2 and len(set(self.squeezed)) == 1


def slots(variables: Iterable[Any]) -> tuple[list[Slot], list[Slot]]:
    """The variables that hold numbers to reckon with, and those that random draws start from."""
    weights, seeds = [], []
    for place, variable in enumerate(variables):
        shape = tuple(int(n) for n in variable.shape)
        role = str(variable.path).rsplit("/", 1)[-1]
        if role == "seed_generator_state":
            seeds.append(Slot(id(variable), place, "seed", shape, role))
        elif "float" in str(variable.dtype):
            asked = [plain_object(getattr(variable, name, None)) for name in ("regularizer", "constraint")]
            # A mean and a variance are of one size; as a variance a negative number would only give NaN.
            is_spread = not variable.trainable and "variance" in role
            kind = (math.prod(shape), bool(variable.trainable), is_spread, *asked)
            weights.append(Slot(id(variable), place, kind, shape, role, bool(variable.trainable)))
    return weights, seeds


def plain_object(thing: Any) -> object:
    """A regulariser or constraint, so that equal ones are equal."""
    if thing is None or not hasattr(thing, "get_config"):
        return plain(thing)
    return type(thing).__name__, plain(thing.get_config())


def same_kinds(mine: Sequence[Slot], theirs: Sequence[Slot]) -> bool:
    """Whether there is one variable for each."""
    return Counter(s.kind for s in mine) == Counter(s.kind for s in theirs)


@dataclass(frozen=True)
class Match:
    """A learner's variable that stands for one of the target's."""

    mine: Slot
    theirs: Slot
    turned: bool = False
    """Whether its two axes are exchanged."""

    def value(self, array: np.ndarray) -> np.ndarray:
        """What the learner's variable is when the target's is `array`."""
        if self.turned:
            array = array.reshape(self.theirs.squeezed).T
        return array.reshape(self.mine.shape)


def ways(mine: Slot, theirs: Slot) -> list[Match]:
    """How one variable may stand for another: by reshaping, by exchanging two axes."""
    if mine.kind != theirs.kind:
        return []
    a, b = mine.squeezed, theirs.squeezed
    if mine.is_square and theirs.is_square:
        return [Match(mine, theirs), Match(mine, theirs, turned=True)]
    return [Match(mine, theirs, turned=len(a) == len(b) == 2 and a == b[::-1])]


class Values:
    """Random values for the target's variables.

    Args:
        mine, theirs: the variables of both models.
    """

    def __init__(self, mine: Sequence[Slot], theirs: Sequence[Slot]) -> None:
        self._counts = Counter(slot.kind for slot in theirs)
        self._shapes: dict[Hashable, set[Shape]] = defaultdict(set)
        self._scales: dict[Hashable, float] = {}
        for slot in (*mine, *theirs):
            self._shapes[slot.kind].add(slot.squeezed)
        for slot in theirs:
            self._scales[slot.kind] = max(_scale(slot), self._scales.get(slot.kind, 0.0))

    def alike(self, slot: Slot, draw: int = 0) -> np.ndarray:
        """A value that all variables of one kind share, whichever stands for which and however they are turned."""
        kinds = list(self._scales)
        random = np.random.default_rng([7, kinds.index(slot.kind), draw])
        stream = _numbers(random, math.prod(slot.shape), self._scales[slot.kind], slot)
        shapes = self._shapes[slot.kind]
        square = next((s for s in shapes if len(s) == 2 and s[0] == s[1]), None)
        if square:
            matrix = stream.reshape(square)
            stream = ((matrix + matrix.T) / np.sqrt(2)).astype("float32").ravel()
        if len(slot.squeezed) == 2 and slot.squeezed[::-1] in shapes and not self._is_first(slot.squeezed, shapes):
            return stream.reshape(slot.squeezed[::-1]).T.reshape(slot.shape)
        return stream.reshape(slot.shape)

    def is_alone(self, slot: Slot) -> bool:
        """Whether one variable of this kind is all there is, and it cannot be turned: alike is then its own."""
        return self._counts[slot.kind] == 1 and not slot.is_square

    def _is_first(self, shape: Shape, shapes: set[Shape]) -> bool:
        """Of a shape and its reverse: the one that more axes can be folded to, or the one that sorts first."""

        def folded(pair: Shape) -> bool:
            return any(len(s) > 2 and pair in ((s[0], math.prod(s[1:])), (math.prod(s[:-1]), s[-1])) for s in shapes)

        one, other = folded(shape), folded(shape[::-1])
        return one if one != other else shape <= shape[::-1]

    def drawn(self, slot: Slot, draw: int, size: float = 1.0) -> np.ndarray:
        """A value of its own."""
        random = np.random.default_rng([11, draw, slot.place])
        return _numbers(random, math.prod(slot.shape), size * _scale(slot), slot).reshape(slot.shape)

    def tilted(self, slot: Slot) -> np.ndarray:
        """Far from 0 on either side: what comes after a bias of this kind stays on one side, even its maximum does."""
        size = math.prod(slot.shape)
        return np.resize(np.array([-6.0, 6.0, -3.0, 3.0, -1.5, 1.5], "float32"), size).reshape(slot.shape)


def _scale(slot: Slot) -> float:
    """So large that activations bend and do not saturate."""
    if slot.role.startswith("embedding"):
        return 1.0
    if len(slot.shape) > 1 and slot.role != "bias":
        inputs = math.prod(slot.shape) / max(1, slot.shape[-1])
        return float(1.6 / np.sqrt(max(1.0, inputs)))
    return 0.5


def _numbers(random: np.random.Generator, size: int, scale: float, slot: Slot) -> np.ndarray:
    numbers = random.normal(0, scale, min(size, _BLOCK)).astype("float32")
    if not slot.trains and "variance" in slot.role:
        numbers = np.abs(numbers) + np.float32(0.3)
    elif slot.role == "gamma":
        numbers += 1
    return np.resize(numbers, size)
