"""Rules about axes: reshaping, and what is taken over one axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

from course_utils.graphs.graph import Shape
from course_utils.graphs.layers import GLOBAL_POOLING, POOLS, RESHAPES, makes_mask
from course_utils.graphs.normal.draft import Draft, DraftCall, Source, new_call
from course_utils.graphs.normal.rules.rule import Rule

_ALL = ("slice", None, None, None)
_REDUCTIONS = {
    "Sum": "Add", "Prod": "Multiply", "Mean": "Average", "Average": "Average", "Max": "Maximum", "Amax": "Maximum",
    "Min": "Minimum", "Amin": "Minimum",
}  # fmt: skip
"""Operation over an axis → the layer that does the same over a list."""
_OF_REDUCTIONS = frozenset({"axis", "keepdims"})
"""The settings that such a layer can stand for: with any other one, as `initial`, the operation is left as it is."""


def _known(shape: Shape) -> tuple[int, ...] | None:
    """A shape without its batch axis as Reshape takes it, or None if two axes are open."""
    target = tuple(-1 if d is None else d for d in shape[1:])
    return target if target.count(-1) <= 1 else None


def _axes_moved(call: DraftCall) -> tuple[int, ...] | None:
    """The order in which an operation puts the axes; None if it does something else."""
    rank = len(call.shape)
    given = call.settings
    if call.kind == "Transpose":
        axes = given.get("axes")
        return cast("tuple[int, ...]", axes) if isinstance(axes, tuple) and len(axes) == rank else None
    order = list(range(rank))
    if call.kind == "Swapaxes":
        pairs = [(given.get("axis1"), given.get("axis2"))]
    else:
        source, destination = given.get("source"), given.get("destination")
        single = isinstance(source, tuple) and isinstance(destination, tuple) and len(source) == len(destination) == 1
        pairs = [(cast(tuple, source)[0], cast(tuple, destination)[0])] if single else []
    if not pairs or not all(isinstance(axis, int) and -rank <= axis < rank for axis in pairs[0]):
        return None
    first, second = (cast(int, axis) % rank for axis in pairs[0])
    if call.kind == "Swapaxes":
        order[first], order[second] = order[second], order[first]
    else:
        order.insert(second, order.pop(first))
    return tuple(order)


def _adds_axes_only(call: DraftCall) -> bool:
    """Whether `x[:, None]` and the like only put in axes of length 1."""
    key = call.settings.get("key")
    key = key if isinstance(key, tuple) else ()
    return key[:1] == (_ALL,) and None in key and all(part in (_ALL, None, "...") for part in key)


def _reshaping(draft: Draft) -> None:
    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        if len(call.inputs) != 1:
            return None
        before, after = call.input_shape(), call.shape
        if call.kind in ("Transpose", "Swapaxes", "Moveaxis") and call.family == "operation":
            axes = _axes_moved(call)
            if axes and axes[0] == 0:
                call.kind, call.family, call.ports, call.settings = "Permute", "layer", [""], {"dims": axes[1:]}
            return None
        if call.kind == "Permute" or (call.kind == "GetItem" and not _adds_axes_only(call)):
            return None
        if "data_format" in call.settings and len(before) > 2:  # Flatten puts the channels last first
            return None
        if not before or not after or not _keeps_batch(call, before, after):
            return None
        if len(after) == 2 and None not in after[1:]:
            kind, settings = "Flatten", {}
        elif call.kind == "Flatten":
            return None
        else:
            target = _known(after)
            if target is None:
                return None
            kind, settings = "Reshape", {"target_shape": cast(object, target)}
        call.kind, call.family, call.ports, call.settings = kind, "layer", [""], settings
        return None

    draft.sweep(step, RESHAPES)


def _keeps_batch(call: DraftCall, before: Shape, after: Shape) -> bool:
    """Whether a change of shape leaves the batch axis alone."""
    if call.family == "layer":
        return True
    if call.kind in ("ExpandDims", "Squeeze", "GetItem"):
        return before[0] is None and after[0] is None and (None not in after[1:])
    known = None not in before[1:] and None not in after[1:]
    return (
        after[0] is None
        and known
        and math.prod(cast("tuple[int]", before[1:])) == math.prod(cast("tuple[int]", after[1:]))
    )


def _pooling(draft: Draft) -> None:
    masked = any(makes_mask(call.kind, call.settings) for call in draft.calls)

    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        rank = len(call.input_shape()) if call.inputs else 0
        if call.family != "operation" or rank not in (3, 4, 5) or (call.kind == "Mean" and masked):
            return None
        axes = call.settings.get("axis")
        axes = axes if isinstance(axes, tuple) else (axes,)
        if axes != tuple(range(1, rank - 1)) or call.settings.keys() - _OF_REDUCTIONS:
            return None
        name = "Max" if call.kind in ("Max", "Amax") else "Average"
        call.kind, call.family, call.ports = f"Global{name}Pooling{rank - 2}D", "layer", [""]
        call.settings = {"keepdims": bool(call.settings.get("keepdims"))}
        return None

    draft.sweep(step, ("Max", "Amax", "Mean"))
    for call in draft.calls:
        if call.kind in POOLS and call.settings.get("pool_size") == call.input_shape()[1:-1]:
            _pools_all(call)


def _pools_all(call: DraftCall) -> None:
    """A pool as large as what it reads."""
    if call.family == "layer" and call.settings.get("padding") == "valid" and "data_format" not in call.settings:
        call.kind, call.settings = f"Global{call.kind}", {"keepdims": True}


def _axes_of(call: DraftCall) -> tuple[int, ...]:
    """The axes over which a call takes a sum, mean or extreme; () if it does not."""
    rank = len(call.input_shape()) if call.inputs else 0
    if call.kind in GLOBAL_POOLING and "data_format" not in call.settings:
        return tuple(range(1, rank - 1))
    if call.family != "operation" or call.kind not in _REDUCTIONS:
        return ()
    axes = call.settings.get("axis")
    axes = axes if isinstance(axes, tuple) else (axes,)
    return tuple(axes) if all(isinstance(a, int) and 0 <= a < rank for a in axes) else ()


def _kept_axes(draft: Draft) -> None:
    uses = draft.uses()

    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        before, number = call.inputs[0]
        if uses.get(id(before), 0) != 1 or not (axes := _axes_of(before)):
            return None
        kept = bool(before.settings.get("keepdims"))
        read = before.input_shape()
        other = tuple(n for a, n in enumerate(read) if a not in axes)
        if not kept:
            other = tuple(1 if a in axes else n for a, n in enumerate(read))
        if call.shape != other or 0 in axes:
            return None
        before.settings["keepdims"] = not kept
        before.shapes, before.origin = call.shapes, before.origin + call.origin
        uses[id(before)] = uses.get(id(call), 0)
        return [(before, number)]

    draft.sweep(step, ("Flatten", "Reshape"))


def _stacked(draft: Draft) -> None:
    uses = draft.uses()

    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        stack, _ = call.inputs[0]
        joins = stack.kind == "Concatenate" and all(stack.input_shape(i)[-1:] == (1,) for i in range(len(stack.inputs)))
        if not (stack.kind == "Stack" or joins) or uses.get(id(stack), 0) != 1 or call.settings.keys() - _OF_REDUCTIONS:
            return None
        # A concatenation of single features is a stack whose axis is kept.
        axis, rank = stack.settings.get("axis", 0), len(stack.shape)
        if bool(call.settings.get("keepdims")) != joins or call.family != "operation":
            return None
        if not isinstance(axis, int) or _axes_of(call) != (axis % rank,) or (joins and axis % rank != rank - 1):
            return None
        merge = new_call(call, _REDUCTIONS[call.kind], stack.inputs)
        merge.origin = stack.origin + call.origin
        done.append(merge)
        return [(merge, 0)]

    draft.sweep(step, _REDUCTIONS)


RESHAPING = Rule(
    "reshaping",
    "Flatten, Reshape, expand_dims and squeeze are the shape they give; moved axes are Permute.",
    "Flatten()(x) = Reshape((-1,))(x);  x[:, :, None] = Reshape((8, 1))(x) on eight features",
    _reshaping,
)
POOLING = Rule(
    "pooling over axes",
    "A maximum or mean over time, or over height and width, is the global pooling layer; so is a pool of that size.",
    "ops.max(x, axis=1) = GlobalMaxPooling1D()(x) = Flatten()(MaxPooling1D(9)(x)) on nine steps",
    _pooling,
)
KEPT_AXES = Rule(
    "kept axes",
    "Whether an axis is kept when it is summed or pooled, or put back or dropped afterwards, does not matter.",
    "Flatten()(GlobalMaxPooling1D(keepdims=True)(x)) = GlobalMaxPooling1D()(x)",
    _kept_axes,
)
STACKS = Rule(
    "stacks",
    "What is taken over the axis of a stack, or over single features that are joined, is the merging layer.",
    "ops.mean(ops.stack([a, b], axis=1), axis=1) = Average()([a, b])",
    _stacked,
)
