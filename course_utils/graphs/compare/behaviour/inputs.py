"""Inputs to try two models on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from course_utils.graphs.graph import Graph, Shape

LARGEST = 2_000_000  # numbers in one batch
CALM = 3.0  # rows scaled by more than this are large
_MOST_CONSTANTS = 4
_ROW_SCALES = (1.0, 0.3, 3.0, 1.0, 12.0, 0.05, 1.0, 80.0)


@dataclass(frozen=True)
class Source:
    """One input of both models."""

    shape: Shape
    dtype: str
    tokens: int | None
    """The size of the vocabulary, where an embedding reads it."""


def sources(mine: Graph, theirs: Graph) -> list[Source]:
    """The inputs of two normal forms, in their order."""
    found = []
    for a, b in zip(mine.inputs, theirs.inputs, strict=True):
        node, other = mine.nodes[a.node], theirs.nodes[b.node]
        pairs = zip(node.shapes[0], other.shapes[0], strict=True)
        shape = tuple(next((n for n in pair if n is not None), None) for pair in pairs)
        found.append(Source(shape, other.dtypes[0], _tokens(theirs, b.node)))
    return found


def _tokens(graph: Graph, start: int) -> int | None:
    """The smallest vocabulary that an input's numbers index, through calls that only move them."""
    reached = {start}
    sizes = []
    for i in graph.live():
        node = graph.nodes[i]
        if any(t.node in reached for t in node.inputs):
            if node.kind == "Embedding":
                sizes.append(node.settings.get("input_dim"))
            elif not node.parameters:
                reached.add(i)
    return min((n for n in sizes if isinstance(n, int)), default=None)


def draw(
    given: Sequence[Source],
    number: int,
    batch: int,
    lengths: Sequence[int],
    special: Sequence[float],
    *,
    most: float = math.inf,
) -> list[np.ndarray]:
    """A batch for each input: rows of several sizes, both signs, zeros; tokens with padding at either end.

    Args:
        given: the inputs.
        number: which draw.
        batch: rows, where any number will do.
        lengths: of each input, what stands for an axis of any length.
        special: numbers that are put in here and there, whole steps of them too.
        most: rows are not scaled by more.
    """
    arrays = []
    for place, (source, length) in enumerate(zip(given, lengths, strict=True)):
        random = np.random.default_rng([3, number, place])
        shape = tuple((batch if k == 0 else length) if n is None else n for k, n in enumerate(source.shape))
        arrays.append(
            _tokens_drawn(random, shape, source.tokens)
            if source.tokens
            else _drawn(random, shape, source, special, most)
        )
    return arrays


def _tokens_drawn(random: np.random.Generator, shape: tuple[int, ...], tokens: int) -> np.ndarray:
    array = random.integers(0, tokens, shape)
    array.flat[0], array.flat[-1] = tokens - 1, 0
    if len(shape) > 1 and shape[1] > 3:  # padding: after in one row, before in another, within in a third
        third = shape[1] // 3
        array[1::4, -third:] = 0
        array[2::4, :third] = 0
        array[3::4, 1 : 1 + third] = 0
    return array


def _drawn(
    random: np.random.Generator, shape: tuple[int, ...], source: Source, special: Sequence[float], most: float
) -> np.ndarray:
    if source.dtype == "bool":
        return random.integers(0, 2, shape).astype(bool)
    if "int" in source.dtype:
        return random.integers(0, 5, shape)
    scales = np.resize(np.minimum(_ROW_SCALES, most), shape[0]).reshape(-1, *[1] * (len(shape) - 1)) if shape else 1.0
    array = (random.normal(0, 1, shape) * scales).astype("float32")
    for number in (0.0, *special):
        array[random.random(shape) < 0.04] = number
    for place, number in enumerate((0.0, *special)):  # each of them somewhere at least
        array.flat[(3 + 5 * place) % array.size] = number
    if len(shape) > 2 and shape[1] > 1:  # whole steps of one number: what Masking leaves out
        for place, number in enumerate((0.0, *special)):
            array[(1 + place) % len(array) :: 3, -1] = number
            array[(2 + place) % len(array) :: 3, place % shape[1]] = number
    return array


def constants(graphs: Iterable[Graph]) -> list[float]:
    """Numbers that two models name, such as the value that Masking leaves out: where something may happen."""
    found: dict[float, None] = {}
    for graph in graphs:
        for node in graph.nodes:
            for content in node.settings.values():
                if type(content) in (int, float) and 0 < abs(content) < 1000:  # type: ignore[arg-type]
                    found[float(content)] = None  # type: ignore[arg-type]
    few = sorted(found, key=lambda number: (number.is_integer(), abs(number)))
    return few[:_MOST_CONSTANTS]


def large_rows(arrays: Sequence[np.ndarray]) -> dict[int, np.ndarray]:
    """By the size of the batch: which rows hold numbers so large that exponentials overflow."""
    sizes = {len(array) for array in arrays if array.dtype == "float32" and array.ndim}
    return {size: np.resize(_ROW_SCALES, size) > CALM for size in sizes}
