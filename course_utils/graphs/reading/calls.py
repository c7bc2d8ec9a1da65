"""What Keras remembers of the calls that made a symbolic tensor.

Keras 3 itself relies on this when it runs a functional model: each symbolic tensor's `_keras_history` (operation,
number of the call, number of the output) and each operation's calls with their arguments.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from course_utils.graphs.graph import Shape
from course_utils.graphs.layers import COMPUTES_MASKS
from course_utils.graphs.reading.errors import KerasChanged
from course_utils.graphs.reading.inside import undocumented
from course_utils.graphs.reading.traceless import keras_state

_DEAD_CALLS_KEPT = 2_000


class Disconnected(ValueError):
    """An output that no input leads to."""


def ends_of(model: Any) -> tuple[list[Any], list[Any]] | None:
    """Input and output tensors, or None if the model has no graph."""
    import keras

    if isinstance(model, keras.Sequential):
        try:
            return list(model.inputs), list(model.outputs)
        except AttributeError:  # it does not know its input's shape yet
            return None
    return (list(model.inputs), list(model.outputs)) if isinstance(model, keras.Function) else None


def operation_of(tensor: Any) -> Any:
    """The layer or operation that made a symbolic tensor of a model."""
    return undocumented(tensor, "_keras_history")[0]


def is_bare(tensor: Any) -> bool:
    """Whether a symbolic tensor is none of a model's: nothing made it, and nothing was called on it."""
    return not hasattr(tensor, "_keras_history")


def call_of(tensor: Any) -> Any:
    """The call that made a symbolic tensor, as Keras stores it; None if nothing did."""
    operation, number, _ = undocumented(tensor, "_keras_history")
    return None if operation is None else undocumented(operation, "_inbound_nodes")[number]


def called(call: Any) -> Any:
    """The layer or operation that is called."""
    return undocumented(call, "operation")


def arguments_of(call: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What a call is given, by place and by name."""
    arguments = undocumented(call, "arguments")
    return undocumented(arguments, "args"), undocumented(arguments, "kwargs")


def outputs_of(call: Any) -> list[Any]:
    """The symbolic tensors a call gives."""
    return list(undocumented(call, "outputs"))


def automatic_masks(call: Any) -> set[int]:
    """The masks, by their ids, that Keras passes on by itself with the tensors a call reads."""
    return _masks(_tensors_given(call))


def _tensors_given(call: Any) -> Any:
    return undocumented(undocumented(call, "arguments"), "keras_tensors")


def _masks(tensors: list[Any]) -> set[int]:
    return {id(mask) for mask in (getattr(t, "_keras_mask", None) for t in tensors) if mask is not None}


@functools.cache
def _check_masks() -> None:
    """Make sure that a tensor keeps its mask where it is looked for: that one has none there says little, as most have.

    Raises:
        KerasChanged: if it does not.
    """
    import keras

    with keras_state():
        masked = keras.layers.Masking(name="masked")(keras.KerasTensor((1, 2, 3)))
    if getattr(masked, "_keras_mask", None) is None:
        raise KerasChanged("_keras_mask", masked)


def tensors_by_call(model: Any) -> list[list[Any]]:
    """The symbolic tensors that each call of a model gives, in the order of `Graph.nodes`; a model with a graph."""
    ends = ends_of(model)
    assert ends is not None
    inputs = list({id(tensor): tensor for tensor in ends[0]}.values())
    calls = calls_between(*ends, {id(tensor): i for i, tensor in enumerate(inputs)})
    return [*([tensor] for tensor in inputs), *map(outputs_of, calls)]


def shape_of(tensor: Any) -> Shape:
    """Shape of a symbolic tensor, batch axis first."""
    return tuple(None if d is None else int(d) for d in tensor.shape)


def tensors_read(call: Any) -> list[Any]:
    """The tensors a call reads, without the masks that Keras passes on by itself."""
    tensors = list(_tensors_given(call))
    automatic = _masks(tensors)
    given = arguments_of(call)[1]
    if not automatic and any(name.endswith("mask") and mask is not None for name, mask in given.items()):
        _check_masks()
    return [t for t in tensors if id(t) not in automatic] if automatic else tensors


def calls_between(inputs: list[Any], outputs: list[Any], entry: Mapping[int, int]) -> list[Any]:
    """The calls that the outputs depend on, each after those it reads; no recursion, so any depth."""
    order: list[Any] = []
    done: set[int] = set()
    for output in outputs:
        if id(output) in entry:
            continue
        stack: list[tuple[Any, Iterator[Any]]] = []

        def push(tensor: Any, stack: list[tuple[Any, Iterator[Any]]] = stack) -> None:
            call = call_of(tensor)
            if call is None:
                raise Disconnected("An output of this model does not depend on its inputs.")
            if id(call) not in done:
                done.add(id(call))
                stack.append((call, iter(tensors_read(call))))

        push(output)
        while stack:
            call, pending = stack[-1]
            for tensor in pending:
                if id(tensor) not in entry:
                    before = len(stack)
                    push(tensor)
                    if len(stack) > before:
                        break
            else:
                stack.pop()
                order.append(call)
    return order


def dead_calls(inputs: list[Any], live: list[Any], entry: Mapping[int, int]) -> list[Any]:
    """Calls made on tensors of the graph, and on from there, that no output depends on.

    Nearest first, at most `_DEAD_CALLS_KEPT`; a call that repeats a live one (same layer, same tensors), and what
    computes only masks, are left out.
    """
    known = {id(c) for c in live}
    reachable = set(entry)
    masks: set[int] = set()
    repeated = {(id(called(c)), tuple(id(t) for t in tensors_read(c))) for c in live}
    queue: deque[Any] = deque(made_by for tensor in inputs if (made_by := operation_of(tensor)) is not None)
    for call in live:
        queue.append(called(call))
        reachable |= {id(tensor) for tensor in outputs_of(call)}
        masks |= _masks(outputs_of(call))
    found: list[Any] = []
    expanded: set[int] = set()
    while queue and len(found) < _DEAD_CALLS_KEPT:
        operation = queue.popleft()
        if id(operation) in expanded:
            continue
        expanded.add(id(operation))
        for call in list(undocumented(operation, "_outbound_nodes")):
            reads = tensors_read(call)
            if id(call) in known or not reads or not all(id(t) in reachable for t in reads):
                continue
            key = (id(called(call)), tuple(id(t) for t in reads))
            if key in repeated:
                continue
            repeated.add(key)
            known.add(id(call))
            found.append(call)
            reachable |= {id(tensor) for tensor in outputs_of(call)}
            masks |= _masks(outputs_of(call))
            # An operation already expanded may have callers that only now became reachable.
            expanded.discard(id(called(call)))
            queue.append(called(call))
    return _without_masks(found, masks)


def _without_masks(calls: list[Any], masks: set[int]) -> list[Any]:
    """Leave out calls whose only purpose is to compute a mask."""
    kept: list[Any] = []
    needed: set[int] = set()
    for call in reversed(calls):
        outputs = outputs_of(call)
        is_mask = any(id(t) in masks for t in outputs)
        if is_mask and not any(id(t) in needed for t in outputs):
            masks |= {id(t) for t in tensors_read(call) if type(operation_of(t)).__name__ in COMPUTES_MASKS}
            continue
        if type(called(call)).__name__ in COMPUTES_MASKS:
            _check_masks()
        needed |= {id(t) for t in tensors_read(call)}
        kept.append(call)
    return kept[::-1]


def leaves(value: Any, prefix: str) -> list[tuple[str, Any]]:
    """Leaves of nested lists, tuples and dicts with their paths, in Keras's order (dict keys sorted)."""
    if isinstance(value, (list, tuple)):
        return [
            leaf
            for i, item in enumerate(value)
            for leaf in leaves(item, f"{prefix}.{i}" if prefix else str(i))
        ]  # fmt: skip
    if isinstance(value, dict):
        keys = sorted(value, key=str)
        return [leaf for k in keys for leaf in leaves(value[k], f"{prefix}.{k}" if prefix else str(k))]
    return [(prefix, value)]
