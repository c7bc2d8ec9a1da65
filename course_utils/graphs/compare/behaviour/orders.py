"""The same target with its concatenated features in another order, where that order means nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course_utils.graphs.graph import ANY_ORDER, Graph
from course_utils.graphs.reading.inside import run_through

if TYPE_CHECKING:
    import keras

MOST_ORDERS = 6  # of all concatenations together: three tensors in one, or two in each of two


def in_other_orders(
    target: keras.Model, graph: Graph, form: Graph, kept: dict[Hashable, keras.Model]
) -> Iterator[keras.Model]:
    """Models of the target's own layers that differ from it in the order of what `Concatenate` reads.

    Args:
        target: what was asked for.
        graph: as read.
        form: its normal form, which says of which concatenations the order is free.
        kept: models that were yielded before, by the orders; this adds to them.

    Yields:
        One model for each other order; none where these are too many.
    """
    import keras

    free: dict[str, int] = {}
    for node in form.nodes:
        if node.kind == "Concatenate" and set(node.ports) == {ANY_ORDER}:
            calls = [graph.nodes[path[0]] for path in node.origin if len(path) == 1]
            free |= {call.name: len(call.inputs) for call in calls if call.kind == "Concatenate"}
    live = sum(graph.nodes[i].kind == "Concatenate" for i in graph.live())
    if live > sum(node.kind == "Concatenate" for node in form.nodes):
        return  # of several that count as one, each may matter
    if not isinstance(target, keras.Function) or math.prod(map(math.factorial, free.values())) > MOST_ORDERS:
        return
    every = itertools.product(*(itertools.permutations(range(count)) for count in free.values()))
    for orders in itertools.islice(every, 1, None):
        chosen = dict(zip(free, orders, strict=True))
        key = tuple(chosen.items())
        if key not in kept:
            kept[key] = _reordered(target, chosen)
        yield kept[key]


def _reordered(target: keras.Model, orders: Mapping[str, tuple[int, ...]]) -> keras.Model:
    """A model of the target's layers in which some, by name, read in another order."""
    import keras

    def reading(operation: Any) -> Any:
        order = orders.get(operation.name)
        if order is None:
            return operation

        def call(tensors: Sequence[Any], **arguments: Any) -> Any:
            return operation([tensors[at] for at in order], **arguments)

        return call

    inputs = [keras.Input(batch_shape=t.shape, dtype=t.dtype, name=t.name) for t in target.inputs]
    return keras.Model(inputs, run_through(target, inputs, reading), name=target.name)
