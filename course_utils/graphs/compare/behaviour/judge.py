"""Whether a learner's model computes what the target computes: both are run with the same weights on the same inputs.

The learner's variables are paired with the target's one to one: those that train with those that train, equal in size,
reshaped or turned where need be. First all variables of one kind are given one value, so that it does not matter which
stands for which: models that differ then differ for every pairing, and nearly all that are wrong end here. Then each
gets a value of its own, in the order of use; where that order fails, one variable after the other is changed in the
target, and its partner is the one whose change does the same in the learner's model. What random layers draw starts
from variables too, so that a Dropout drops the same numbers in both models if, and only if, it stands where it should.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.graphs.compare.behaviour.forms import order_of_ends, same_ends, told, work_of
from course_utils.graphs.compare.behaviour.inputs import CALM, LARGEST, Source, constants, draw, large_rows, sources
from course_utils.graphs.compare.behaviour.numbers import are_clearly_apart, same_changes, where_apart
from course_utils.graphs.compare.behaviour.orders import in_other_orders
from course_utils.graphs.compare.behaviour.running import Result, Runner, Watch
from course_utils.graphs.compare.behaviour.weights import Match, Slot, Values, same_kinds, slots, ways
from course_utils.graphs.graph import Graph
from course_utils.graphs.reading.errors import KerasChanged
from course_utils.graphs.reading.traceless import without_trace

if TYPE_CHECKING:
    import keras

MOST_WEIGHTS = 30_000_000
MOST_CALLS = 1_500
MOST_WORK = 2_000_000_000
SECONDS = 10.0
_LENGTHS = (7, 24, 80, 320)  # what an open axis is tried with: convolutions and pools need so many steps
_LARGE = 1_000_000  # numbers in a variable that is drawn once
_DRAWS = 4
_SIZES = (1.0, 1.0, 6.0, 0.6)  # of the weights at each draw
_ALIKE = 4  # draws of weights that are all alike: one of them may leave all units of a layer dead
_TURNS = 8
_MOST_TILTED = 24
_FEW = 2  # rows that show whether a bias or a layer does anything at all
_ASIDE = np.float32(0.1)  # so far on one side of 0 is each number of an input that is on one side
_SMALL = 0.3  # rows scaled by no more: what layers give then hangs on their biases
_MOST_RUNS = 400
_ROUNDING = 3e-7  # relative; what this changes is what float32 may change
_SMALL_WORK = 3_000_000  # products for one row; with less a model is tried with more draws
_BY_NUMBERS = ("other numbers", "no pairing of the weights")  # reasons that running the models gave
_TOLD = 0.02  # a counterexample shows numbers that differ by at least this share


@dataclass(frozen=True)
class Counterexample:
    """An input for which the learner's model gives another number than the target, with the same weights."""

    output: str
    """Name of the learner's output."""
    mine: float
    wanted: float
    training: bool
    """Whether it shows in training only."""
    inputs: tuple[np.ndarray, ...]
    """The row of each input, in the learner's order."""

    @property
    def message(self) -> str:
        """A sentence."""
        when = " in training" if self.training else ""
        mine, wanted = (f"{number:.3g}" for number in (self.mine, self.wanted))
        return f"With the same weights and the same input, `{self.output}` gives {mine}{when}; it should give {wanted}."


@dataclass(frozen=True)
class Verdict:
    """What computing says."""

    same: bool
    """Whether the models were seen to compute the same. False also where that could not be asked."""
    reason: str
    """Why not, in a few words."""
    counterexample: Counterexample | None = None
    certain: bool = False
    """Whether the models differ whatever the pairing of the weights: they did when all weights were alike."""


def judge(
    model: keras.Model,
    target: keras.Model,
    graphs: tuple[Graph, Graph],
    forms: tuple[Graph, Graph],
    *,
    seconds: float = SECONDS,
    kept: Kept | None = None,
) -> Verdict:
    """Ask whether `model` computes what `target` computes.

    Args:
        model: the learner's; not changed.
        target: what was asked for; not changed.
        graphs: both as read.
        forms: their normal forms, which say what the inputs and outputs are asked to be.
        seconds: when to give up; a run that has begun is not stopped.
        kept: what was made of this target at earlier questions, for who asks about it again: compiling a target takes
            longer than running it. It must be as it was; default: nothing is kept.

    Returns:
        A verdict, whatever the models do.

    Raises:
        KerasChanged: where it cannot be asked with this Keras; no verdict would be right.
    """
    if not same_ends(*forms):
        return Verdict(False, "other inputs or outputs")
    if any(graph.size() > MOST_CALLS for graph in graphs) or any(work_of(form) > MOST_WORK for form in forms):
        return Verdict(False, "too large")
    if told(forms[0]) != told(forms[1]):
        return Verdict(False, "other arguments")
    own, theirs = Kept(), kept or Kept()

    def tried(other: keras.Model) -> Verdict:
        return _decided(lambda: _Trial(model, other, graphs, forms, time.monotonic() + seconds, (own, theirs)))

    with without_trace():
        found = tried(target)
        if found.reason not in _BY_NUMBERS:
            return found
        # Weights are paired whole, so the rows of one must not stand in another order.
        others = map(tried, in_other_orders(target, graphs[1], forms[1], theirs.reordered))
        return next((other for other in others if other.same), found)


class Kept:
    """What is made of a model to run it, once for all questions about it.

    Attributes:
        reordered: the same model reading in other orders, by the orders.
    """

    def __init__(self) -> None:
        self.reordered: dict[Hashable, keras.Model] = {}
        self._runners: dict[Hashable, Runner] = {}
        self._watches: dict[int, Watch] = {}

    def runner(self, model: keras.Model, inputs: Sequence[int], outputs: Sequence[int]) -> Runner:
        """A runner, which keeps the model too."""
        key = (id(model), tuple(inputs), tuple(outputs))
        if key not in self._runners:
            self._runners[key] = Runner(model, inputs, outputs)
        return self._runners[key]

    def watch(self, runner: Runner) -> Watch:
        """A watch that has seen nothing yet."""
        if id(runner) not in self._watches:
            self._watches[id(runner)] = Watch(runner)
        watch = self._watches[id(runner)]
        watch.begin()
        return watch


def _decided(trial: Callable[[], _Trial]) -> Verdict:
    try:
        return trial().verdict()
    except _Undecided as reason:
        return Verdict(False, str(reason))
    except KerasChanged:
        raise
    except (Exception, SystemExit) as error:
        return Verdict(False, f"could not be run: {type(error).__name__}")


class _Undecided(Exception):
    """Computing does not say."""


class _Trial:
    """Both models at work.

    Attributes:
        mine, theirs: the variables that hold weights.
        now: the value of each variable of either model, by id, as it is to be at the next run.
    """

    def __init__(
        self,
        model: keras.Model,
        target: keras.Model,
        graphs: tuple[Graph, Graph],
        forms: tuple[Graph, Graph],
        deadline: float,
        kept: tuple[Kept, Kept],
    ) -> None:
        self.deadline = deadline
        self.runs, self.length, self.size = 0, 1, 1.0
        self.work = work_of(forms[1])
        orders = [order_of_ends(graph, form) for graph, form in zip(graphs, forms, strict=True)]
        self.names = [graphs[0].output_names[place] for place in orders[0][1]]
        self.input_order = orders[0][0]
        both = zip(kept, (model, target), orders, strict=True)
        self.model, self.target = (own.runner(one, *order) for own, one, order in both)
        self.watch = kept[1].watch(self.target)
        self.mine, self.seeds = slots(self.model.variables)
        self.theirs, self.other_seeds = slots(self.target.variables)
        self.sources: list[Source] = sources(*forms)
        self.constants = constants(forms)
        self.now: dict[int, Any] = {}
        self.arrays: list[np.ndarray] = []
        self.given: set[Match] = set()

    def verdict(self) -> Verdict:
        """The decision, cheapest reasons against it first."""
        if not same_kinds(self.mine, self.theirs):
            return Verdict(False, "other weights")
        if self.model.makes_weights or self.target.makes_weights:
            return Verdict(False, "weights that are made when it runs")
        if len(self.seeds) != len(self.other_seeds) and not (self.model.is_opaque or self.target.is_opaque):
            return Verdict(False, "other random layers")
        if sum(int(np.prod(slot.shape)) for slot in self.theirs) > MOST_WEIGHTS:
            return Verdict(False, "too large")
        self.values = Values(self.mine, self.theirs)
        for seed in (*self.seeds, *self.other_seeds):
            self.set(seed, _start())
        for number in reversed(range(_ALIKE)):
            self.liken(number)
            if number == _ALIKE - 1:
                self.begin()
            else:
                self.expected = self.run(self.watch)
            if different := self.compare():
                return replace(different, certain=True)
            if not self.watch.one_sided():
                break
        if (pairs := self.paired()) is None:
            return Verdict(False, _BY_NUMBERS[1])
        for number in range(1, _DRAWS):
            if number > 1 and self.work * self.length > _SMALL_WORK:
                break
            self.redraw(pairs, number)
            if different := self.compare():
                return different
        for _ in range(_TURNS):
            if not (one_sided := self.watch.one_sided()):
                break
            self.turn(pairs, one_sided)
            self.expected = self.run(self.watch)
            if different := self.compare():
                return different
        if different := self.tilt(pairs):
            return different
        if not self.matters():
            raise _Undecided("weights that change nothing")
        steady = self.model.is_steady and self.target.is_steady
        return (None if steady else self.training(pairs)) or Verdict(True, "computes the same")

    def liken(self, number: int) -> None:
        """Give all variables of one kind the same value, so that it does not matter which stands for which."""
        shared: dict[Any, Any] = {}
        for slot in (*self.theirs, *self.mine):
            self.now[slot.key] = shared.get((slot.kind, slot.shape))
            if self.now[slot.key] is None:
                self.set(slot, self.values.alike(slot, number))
                shared[slot.kind, slot.shape] = self.now[slot.key]

    def set(self, slot: Slot, array: np.ndarray) -> None:
        """Give a variable a value."""
        import keras

        self.now[slot.key] = keras.ops.convert_to_tensor(array)

    def give(self, pair: Match, number: int, size: float = 1.0) -> None:
        """Give two variables that are paired a value of their own; the same one to large ones at each draw."""
        if np.prod(pair.theirs.shape) > _LARGE:
            if pair in self.given or self.values.is_alone(pair.theirs):
                return
            self.given.add(pair)
            number, size = 0, 1.0
        array = self.values.drawn(pair.theirs, number, size)
        self.set(pair.theirs, array)
        if pair.turned or pair.mine.shape != pair.theirs.shape:
            self.set(pair.mine, pair.value(array))
        else:
            self.now[pair.mine.key] = self.now[pair.theirs.key]

    def run(self, runner: Runner | Watch, arrays: Sequence[np.ndarray] | None = None, **how: Any) -> Result:
        """Run one of the models as things are."""
        self.runs += 1
        if time.monotonic() > self.deadline or self.runs > _MOST_RUNS:
            raise _Undecided("it takes too long")
        return runner(self.arrays if arrays is None else arrays, self.now, **how)

    def begin(self) -> None:
        """Draw the first inputs: open axes as short as the target allows."""
        has_lengths = any(n is None for source in self.sources for n in source.shape[1:])
        refused: Exception | None = None
        for length in _LENGTHS if has_lengths else _LENGTHS[:1]:
            self.draw(0, [length] * len(self.sources))
            try:
                self.expected = self.run(self.watch)
            except (_Undecided, KerasChanged):
                raise
            except Exception as error:
                refused = error
            else:
                self.length = length
                return
        assert refused is not None
        raise refused

    def draw(
        self, number: int, lengths: Sequence[int], *, most: float = math.inf, special: Sequence[float] | None = None
    ) -> None:
        """Draw inputs; `special` numbers among them: those that the models name."""
        numbers = sum(
            np.prod([n or length for n in s.shape[1:]]) for s, length in zip(self.sources, lengths, strict=True)
        )
        batch = (8, 7, 9, 5)[number] if numbers <= 4096 else (4, 3, 4, 3)[number]
        if numbers * batch > LARGEST:
            raise _Undecided("the inputs are too large")
        self.arrays = draw(
            self.sources, number, batch, lengths, self.constants if special is None else special, most=most
        )

    def turn(self, pairs: Sequence[Match], turned: Collection[int]) -> None:
        """Turn the signs of some of the target's variables, and of those that stand for them."""
        for pair in pairs:
            if pair.theirs.key in turned:
                for slot in (pair.mine, pair.theirs):
                    self.now[slot.key] = -self.now[slot.key]

    def tilt(self, pairs: Sequence[Match]) -> Verdict | None:
        """Compare on small inputs with each layer's numbers all on one side of 0, one layer after the other.

        A maximum over many places is positive else, and does not show whether a `relu` came before it. A bias far from
        0 moves a layer to one side; without a bias inputs and weights of one sign do.
        """
        arrays = self.arrays
        self.draw(0, [self.length] * len(self.sources), most=_SMALL, special=())
        few = [array[:_FEW] for array in self.arrays]
        alone = {id(own[0]) for layer in self.target.layers if len(own := layer.trainable_variables) == 1}
        # No 0 is among them: a maximum would be 0.
        above, below = (
            [sign * (np.abs(a) + _ASIDE) if a.dtype.kind == "f" else a for a in few] for sign in (1.0, -1.0)
        )
        tilts: list[tuple[list[np.ndarray], Match | None, np.ndarray | None]] = []
        for pair in pairs:
            if pair.theirs.trains and len(pair.theirs.squeezed) < 2:
                tilts.append((few, pair, self.values.tilted(pair.theirs)))
            elif pair.theirs.key in alone and np.prod(pair.theirs.shape) <= _LARGE:
                tilts.append((above, pair, -np.abs(self.values.drawn(pair.theirs, 0))))
        if any(array.dtype.kind == "f" for array in few):
            tilts += [(above, None, None), (below, None, None)]
        for given, moved, tilted in tilts[:_MOST_TILTED]:
            kept, self.arrays = dict(self.now), given
            if moved is not None and tilted is not None:
                self.set(moved.theirs, tilted)
                self.set(moved.mine, moved.value(tilted))
            self.expected = self.run(self.watch)
            different = self.compare()
            self.now = kept
            if different:
                return different
        self.arrays = arrays
        return None

    def matters(self) -> bool:
        """Whether each layer of the target does something to what comes out: else its settings could be any."""
        kept = dict(self.now)
        waiting = [
            own for layer in self.target.layers if (own := [v for v in layer.trainable_variables if id(v) in kept])
        ]
        for arrays in ([array[:_FEW] for array in self.arrays], self.arrays):  # few rows show most of it
            if not waiting:
                break
            expected, layers, waiting = self.run(self.watch, arrays), waiting, []
            for own in layers:
                for variable in own:
                    self.now[id(variable)] = -0.7 * kept[id(variable)]
                found = self.run(self.watch, arrays)
                self.now = dict(kept)
                if all(
                    np.array_equal(a, b, equal_nan=True) for a, b in zip(found.outputs, expected.outputs, strict=True)
                ):
                    waiting.append(own)
        return not waiting

    def redraw(self, pairs: Sequence[Match], number: int) -> None:
        """Other weights and other inputs: other lengths too, of each input its own where the target allows it."""
        self.size = _SIZES[number]
        for pair in pairs:
            self.give(pair, number, self.size)
        lengths = [self.length + 2 + place for place in range(len(self.sources))]
        for tried in (lengths, [self.length + 3] * len(lengths), [self.length] * len(lengths)):
            self.draw(number, tried)
            try:
                self.expected = self.run(self.watch)
            except (_Undecided, KerasChanged):
                raise
            except Exception:
                if tried[0] == self.length:
                    raise
            else:
                return

    def rounding(self, *, training: bool = False) -> Result:
        """What the target gives when weights and inputs are changed as little as rounding changes them."""
        random = np.random.default_rng(13)

        def shaken(array: Any) -> Any:
            noise = random.normal(0, _ROUNDING, min(int(np.prod(array.shape)), 65_537))
            return array * (1 + np.resize(noise, tuple(array.shape)).astype("float32"))

        kept = dict(self.now)
        for slot in self.theirs:
            if np.prod(slot.shape) <= _LARGE:
                self.now[slot.key] = shaken(self.now[slot.key])
        try:
            arrays = [shaken(a) if a.dtype == "float32" else a for a in self.arrays]
            return self.run(self.target, arrays, training=True) if training else self.run(self.watch, arrays)
        finally:
            self.now = kept

    def compare(self, found: Result | None = None, *, training: bool = False) -> Verdict | None:
        """Hold what the learner's model gives against what the target gave; None if they agree."""
        found = found or self.run(self.model, training=training)
        if any(a.shape != b.shape for a, b in zip(found.outputs, self.expected.outputs, strict=True)):
            return Verdict(False, "other shapes")
        rows = large_rows(self.arrays)
        if self.size > CALM:  # large weights make any row large
            rows = {size: np.ones(size, dtype=bool) for size in rows}
        shaken: Result | None = None
        for at, (mine, wanted) in enumerate(zip(found.outputs, self.expected.outputs, strict=True)):
            apart = where_apart(mine, wanted, wanted, rows)
            if apart is not None and not are_clearly_apart(mine, wanted):
                shaken = shaken or self.rounding(training=training)
                apart = where_apart(mine, wanted, shaken.outputs[at], rows)
            if apart is not None:
                return Verdict(False, _BY_NUMBERS[0], self.counterexample(at, mine, wanted, apart, training))
        if training and not np.isclose(found.penalty, self.expected.penalty, rtol=1e-4, atol=1e-6):
            return Verdict(False, "another penalty")
        return None

    def counterexample(
        self, at: int, mine: np.ndarray, wanted: np.ndarray, apart: np.ndarray, training: bool
    ) -> Counterexample | None:
        """The clearest difference in one row of size 1, if there is one."""
        if not mine.ndim or mine.dtype.kind not in "fiu":
            return None
        size = np.maximum(np.abs(mine), np.abs(wanted))
        share = np.where(apart & np.isfinite(size) & (size < 1e4), np.abs(mine - wanted) / np.maximum(size, 1e-3), 0)
        place = np.unravel_index(int(np.argmax(share)), share.shape)
        if share[place] < _TOLD or f"{mine[place]:.3g}" == f"{wanted[place]:.3g}":
            return None
        given: list[Any] = [None] * len(self.arrays)
        for own, array in zip(self.input_order, self.arrays, strict=True):
            given[own] = array[place[0] : place[0] + 1]
        return Counterexample(self.names[at], float(mine[place]), float(wanted[place]), training, tuple(given))

    def paired(self) -> list[Match] | None:
        """A pairing of the weights under which the models agree."""
        pairs = _in_order(self.mine, self.theirs)
        if all(len(ways(mine, pair.theirs)) == (mine is pair.mine) for pair in pairs for mine in self.mine):
            return pairs  # there is no other
        alike = dict(self.now)
        for pair in pairs:
            self.give(pair, 0)
        self.expected = self.run(self.watch)
        if self.compare() is None:
            return pairs
        self.now = alike
        self.given.clear()
        return self.search(self.mine, self.theirs, lambda slot: self.values.drawn(slot, 0))

    def search(
        self,
        mine: Sequence[Slot],
        theirs: Sequence[Slot],
        value: Callable[[Slot], np.ndarray],
        *,
        training: bool = False,
    ) -> list[Match] | None:
        """Pair variables by what a change of each does, one after the other; as things are, they are alike.

        Where several do the same, one is tried first, and another if that leads nowhere.
        """
        chosen: list[Match] = []
        taken: set[int] = set()

        def extend(place: int) -> bool:
            if place == len(theirs):
                return True
            slot = theirs[place]
            kept = self.now[slot.key]
            array = value(slot)
            self.set(slot, array)
            self.expected = self.run(self.target, training=True) if training else self.run(self.watch)
            expected = self.expected
            for candidate in mine:
                if candidate.key in taken:
                    continue
                for match in ways(candidate, slot):
                    before = self.now[candidate.key]
                    self.set(candidate, match.value(array))
                    self.expected = expected
                    if self.compare(training=training) is None:
                        taken.add(candidate.key)
                        chosen.append(match)
                        if extend(place + 1):
                            return True
                        taken.discard(candidate.key)
                        chosen.pop()
                    self.now[candidate.key] = before
            self.now[slot.key] = kept
            return False

        return chosen if extend(0) else None

    def training(self, pairs: Sequence[Match]) -> Verdict | None:
        """Whether the models agree in training too; None if they do."""
        self.draw(0, [self.length] * len(self.sources), most=CALM)
        watched = pairs if self.model.is_opaque or self.target.is_opaque else []
        keys = [
            {pair.mine.key for pair in watched if pair.mine.trains},
            {pair.theirs.key for pair in watched if pair.theirs.trains},
        ]
        self.expected = self.run(self.target, training=True, gradients=keys[1])
        found = self.run(self.model, training=True, gradients=keys[0])
        mine, theirs = (
            [replace(s, kind=tuple(done.after[s.key] - _start())) for s in seeds if s.key in done.after]
            for seeds, done in ((self.seeds, found), (self.other_seeds, self.expected))
        )
        if not same_kinds(mine, theirs):
            return Verdict(False, "other random layers")
        if different := self.compare(found, training=True):
            return different
        if not same_changes(pairs, found.gradients, self.expected.gradients):
            return Verdict(False, "other gradients")
        if not same_changes(pairs, found.after, self.expected.after):
            return Verdict(False, "other statistics")
        return self.random_layers(mine, theirs) if theirs else None

    def random_layers(self, mine: Sequence[Slot], theirs: Sequence[Slot]) -> Verdict | None:
        """Whether what is drawn in training, so far all alike, can be paired as well."""
        numbers = {slot.key: 1 + number for number, slot in enumerate(theirs)}
        for pair in _in_order(mine, theirs):
            for slot in (pair.mine, pair.theirs):
                self.set(slot, _start(numbers[pair.theirs.key]))
        self.expected = self.run(self.target, training=True)
        if self.compare(training=True) is None:
            return None
        for slot in (*mine, *theirs):
            self.set(slot, _start())
        if self.search(mine, theirs, lambda slot: _start(numbers[slot.key]), training=True):
            return None
        return Verdict(False, "other random layers")


def _start(number: int = 0) -> np.ndarray:
    """What a random layer draws from: one of several starts, and how often it has drawn."""
    return np.array([1234 + number, 0])


def _in_order(mine: Sequence[Slot], theirs: Sequence[Slot]) -> list[Match]:
    """Variables of one kind paired in the order of use."""
    waiting: dict[Any, list[Slot]] = {}
    for slot in mine:
        waiting.setdefault(slot.kind, []).append(slot)
    return [ways(waiting[slot.kind].pop(0), slot)[0] for slot in theirs]
