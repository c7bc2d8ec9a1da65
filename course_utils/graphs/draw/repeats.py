"""Runs of equal blocks in a graph: what a picture may fold to "× 4"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from course_utils.graphs.graph import Call, Graph

_LONGEST_BLOCK = 200  # calls
_Reads = Sequence[tuple[int, int]]
"""What a call reads: the place of another call in the order, and which of its outputs."""
_LEAST_SAVED = 2  # calls that folding leaves out: below, the box that stands for them tells no more than they do


@dataclass(frozen=True)
class Run:
    """Equal blocks of calls, one after the other, each reading the one before."""

    blocks: tuple[tuple[int, ...], ...]
    """Of each block, its calls as indices in `Graph.nodes`."""

    @property
    def nodes(self) -> tuple[int, ...]:
        """All its calls."""
        return tuple(node for block in self.blocks for node in block)

    @property
    def saved(self) -> int:
        """Calls that are left out when one block stands for all."""
        return len(self.nodes) - len(self.blocks[0])


@dataclass(frozen=True)
class Repeats:
    """The calls of a graph in an order in which equal blocks lie together."""

    order: tuple[int, ...]
    """Indices in `Graph.nodes`, without what leads nowhere; each call stands after those that it reads."""
    runs: tuple[Run, ...]
    """Each takes a stretch of `order`, so that one box may stand for it: nothing else is between its calls."""


def repeats(graph: Graph) -> Repeats:
    """Find runs of equal consecutive blocks: the same layers with the same settings, shapes and connections.

    Blocks that share weights with anything else are equal only where they call the very same layer. The runs do not
    overlap; where they could, the one that saves most is taken. Nested models are compared, not looked into. Takes
    time in proportion to the calls times the longest block looked for.

    Args:
        graph: a model, or a nested one.

    Returns:
        The order in which the calls were read, or where more can be folded then, the one in which each call stands
        as near as it can behind the longest chain that leads to it; and the runs.
    """
    as_read = graph.live()
    found = [Repeats(order, _runs(graph, order)) for order in (as_read, _longest_first(graph, as_read))]
    return max(found, key=lambda one: sum(run.saved for run in one.runs))


def _longest_first(graph: Graph, live: Sequence[int]) -> tuple[int, ...]:
    """The order that is found from the outputs backwards, along the longest chains first.

    A block that reads the last two blocks, as those of NASNet do, is in one piece only then.
    """
    inputs = [i for i in live if graph.nodes[i].family == "input"]
    depth: dict[int, int] = {}
    for i in live:
        depth[i] = 1 + max((depth[tensor.node] for tensor in graph.nodes[i].inputs), default=0)
    read = {tensor.node for i in live for tensor in graph.nodes[i].inputs}
    order = dict.fromkeys(inputs)
    stack = [i for i in reversed(live) if i not in read]
    while stack:
        waiting = [tensor.node for tensor in graph.nodes[stack[-1]].inputs if tensor.node not in order]
        if waiting:
            stack.append(max(waiting, key=lambda i: depth[i]))
        else:
            order[stack.pop()] = None
    return tuple(order)


def _runs(graph: Graph, order: Sequence[int]) -> tuple[Run, ...]:
    """The runs that lie together in an order of the calls."""
    nodes = [graph.nodes[i] for i in order]
    place = {i: at for at, i in enumerate(order)}
    calls = Counter(node.layer for node in nodes)
    numbers: dict[Hashable, int] = {}
    looks = [numbers.setdefault(_look(node, calls), len(numbers)) for node in nodes]
    reads = [[(place[tensor.node], tensor.output) for tensor in node.inputs] for node in nodes]
    found: list[_Stretch] = []
    for length in range(1, min(len(nodes) // 2, _LONGEST_BLOCK) + 1):
        start = 0
        for i in range(length, len(nodes) + 1):
            if i < len(nodes) and looks[i] == looks[i - length] and nodes[i].family != "input":
                continue
            found += _connected(reads, _Stretch(start, length, (i - start) // length))
            start = i - length + 1
    taken: set[int] = set()
    kept: list[_Stretch] = []
    for one in sorted(found, key=lambda one: (-one.saved, one.length, one.start)):
        if one.saved >= _LEAST_SAVED and taken.isdisjoint(one.places):
            taken |= {*one.places}
            kept.append(one)
    return tuple(Run(one.blocks(order)) for one in sorted(kept, key=lambda one: one.start))


class _Stretch(NamedTuple):
    """Blocks that follow each other in an order of the calls."""

    start: int
    length: int
    times: int

    @property
    def places(self) -> range:
        return range(self.start, self.start + self.length * self.times)

    @property
    def saved(self) -> int:
        return self.length * (self.times - 1)

    def blocks(self, order: Sequence[int]) -> tuple[tuple[int, ...], ...]:
        starts = self.places[:: self.length]
        return tuple(tuple(order[start : start + self.length]) for start in starts)


def _look(node: Call, calls: Mapping[Hashable, int]) -> Hashable:
    """What two calls have in common that differ in nothing but their place and the values of their weights."""
    settings = tuple(sorted(node.settings.items(), key=lambda item: item[0]))
    shared = node.layer if calls[node.layer] > 1 else None
    inside = () if node.inner is None else tuple(_look(inner, {inner.layer: 1}) for inner in node.inner.nodes)
    return (node.kind, repr(settings), node.shapes, node.dtypes, node.parameters, node.trainable, node.code, node.ports,
            shared, inside)  # fmt: skip


def _connected(reads: Sequence[_Reads], whole: _Stretch) -> list[_Stretch]:
    """The parts of blocks that look alike in which each block reads the one before, and as the others do."""
    parts = []
    starts = whole.places[:: whole.length]
    first = 0
    for k in range(1, whole.times + 1):
        if k < whole.times and _goes_on(reads, starts[first], starts[k], whole.length):
            continue
        if k - first > 1:
            parts.append(_Stretch(starts[first], whole.length, k - first))
        first = k
    return parts


def _goes_on(reads: Sequence[_Reads], first: int, start: int, length: int) -> bool:
    """Whether the block at `start` reads as the block before it, in a run whose first block is at `first`.

    In the run, a call reads the same place of its own or of an earlier block. What stands before the run is the same
    tensor for all blocks; only the first two, which have no earlier blocks to read, may read anything there.
    """
    is_chained = False
    for i in range(start, start + length):
        for (source, output), (before, output_before) in zip(reads[i], reads[i - length], strict=True):
            is_chained |= start - length <= source < start
            if source >= first:
                is_alike = before == source - length or max(before, source - length) < first
            else:
                is_alike = before < first and (source == before or start - length == first)
            if not is_alike or output != output_before:
                return False
    return is_chained
