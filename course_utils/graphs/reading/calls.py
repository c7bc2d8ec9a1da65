"""What Keras remembers of the calls that made a symbolic tensor.

Keras 3 itself relies on this when it runs a functional model: each symbolic tensor's `_keras_history` (operation,
number of the call, number of the output) and each operation's calls with their arguments. Checked with Keras 3.12
and 3.15. Nothing else in the course touches these attributes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from course_utils.graphs.graph import Shape

_DEAD_CALLS_KEPT = 2_000


class Disconnected(ValueError):
    """An output that no input leads to."""


def ends_of(model: Any) -> tuple[list[Any], list[Any]] | None:
    """Input and output tensors, or None if the model has no graph."""
    try:
        inputs, outputs = list(model.inputs), list(model.outputs)
    except Exception:  # not built, or subclassed: Keras versions differ in what they raise
        return None
    connected = all(getattr(t, "_keras_history", None) is not None for t in inputs + outputs)
    return (inputs, outputs) if inputs and outputs and connected else None


def structure_of(model: Any) -> Any:
    """How a model takes its inputs: a tensor, a list, a dict."""
    return getattr(getattr(model, "_functional", None) or model, "_inputs_struct", model.inputs)


def operation_of(tensor: Any) -> Any:
    """The layer or operation that made a symbolic tensor; None for a bare one."""
    return tensor._keras_history[0] if hasattr(tensor, "_keras_history") else None


def call_of(tensor: Any) -> Any:
    """The call that made a symbolic tensor, as Keras stores it."""
    operation, number, _ = tensor._keras_history
    return None if operation is None else operation._inbound_nodes[number]


def outputs_of(call: Any) -> list[Any]:
    """The symbolic tensors a call gives."""
    return list(call.outputs if hasattr(call, "outputs") else call.output_tensors)


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


def sublayers(layer: Any) -> list[Any]:
    """A layer and the layers that it holds: a wrapper's, a cell, the pieces of a block of one's own."""
    return list(layer._flatten_layers()) if hasattr(layer, "_flatten_layers") else []


def is_made_from_config(layer: Any) -> bool:
    """Whether a layer was made by `from_config`, as all layers of a clone are, and not by a line of code.

    Keras keeps the arguments that a layer was made with: a config gives all there are, `trainable` and `dtype` too.
    """
    given = getattr(getattr(layer, "_auto_config", None), "config", {})
    return {"trainable", "dtype"} <= given.keys()


def tensors_read(call: Any) -> list[Any]:
    """The tensors a call reads, without the masks that Keras passes on by itself."""
    tensors = list(call.arguments.keras_tensors)
    automatic = {id(m) for m in (getattr(t, "_keras_mask", None) for t in tensors) if m is not None}
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
    repeated = {(id(c.operation), tuple(id(t) for t in tensors_read(c))) for c in live}
    queue: deque[Any] = deque()
    for tensor in inputs:
        if operation_of(tensor) is not None:
            queue.append(operation_of(tensor))
    for call in live:
        queue.append(call.operation)
        for tensor in outputs_of(call):
            reachable.add(id(tensor))
            masks.add(id(getattr(tensor, "_keras_mask", None)))
    waiting: list[Any] = []
    found: list[Any] = []
    expanded: set[int] = set()
    while queue and len(found) < _DEAD_CALLS_KEPT:
        operation = queue.popleft()
        if id(operation) in expanded:
            continue
        expanded.add(id(operation))
        waiting = list(getattr(operation, "_outbound_nodes", ()))
        for call in waiting:
            reads = tensors_read(call)
            if id(call) in known or not reads or not all(id(t) in reachable for t in reads):
                continue
            key = (id(call.operation), tuple(id(t) for t in reads))
            if key in repeated:
                continue
            repeated.add(key)
            known.add(id(call))
            found.append(call)
            for tensor in outputs_of(call):
                reachable.add(id(tensor))
                masks.add(id(getattr(tensor, "_keras_mask", None)))
            # An operation already expanded may have callers that only now became reachable.
            for after in [call.operation]:
                expanded.discard(id(after))
                queue.append(after)
    return _without_masks(found, masks)


def _without_masks(calls: list[Any], masks: set[int]) -> list[Any]:
    """Leave out calls whose only purpose is to compute a mask."""
    kept: list[Any] = []
    needed: set[int] = set()
    for call in reversed(calls):
        outputs = outputs_of(call)
        is_mask = any(id(t) in masks for t in outputs)
        if is_mask and not any(id(t) in needed for t in outputs):
            masks |= {id(t) for t in tensors_read(call) if type(operation_of(t)).__name__ in ("NotEqual", "Any")}
            continue
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
