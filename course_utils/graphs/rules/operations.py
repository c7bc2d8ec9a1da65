"""Rules that turn operators and `keras.ops` into the layers that do the same, and drop what does nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

from course_utils.graphs.draft import Call, Draft, Source, new_call
from course_utils.graphs.graph import Shape
from course_utils.graphs.rules.rule import Rule

_MERGES = {
    "Add": "Add", "Subtract": "Subtract", "Multiply": "Multiply", "Maximum": "Maximum", "Minimum": "Minimum",
}  # fmt: skip
_NEVER_NOTHING = frozenset({"Input", "Output"})


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _rounded(value: float) -> float:
    """A number up to the last few bits, which depend on how it was computed."""
    return float(f"{value:.12g}")


def _with_constant(like: Call, kind: str, source: Source, constant: object, done: list[Call]) -> Source:
    """Append `source + constant` or `source * constant`."""
    value = _rounded(cast(float, constant)) if _is_number(constant) else constant
    call = new_call(like, kind, [source], {"constant": value})
    done.append(call)
    return (call, 0)


def _operators(draft: Draft) -> None:
    def step(call: Call, done: list[Call]) -> Sequence[Source] | None:
        if call.family == "layer":
            if call.kind == "Rescaling" and all(k in call.settings for k in ("scale", "offset")):
                source = call.inputs[0]
                scale, offset = call.settings["scale"], call.settings["offset"]
                if scale != 1:
                    source = _with_constant(call, "Multiply", source, scale, done)
                if offset != 0:
                    source = _with_constant(call, "Add", source, offset, done)
                return [source]
            return None
        if call.family != "operation":
            return None
        if call.kind == "Negative":
            return [_with_constant(call, "Multiply", call.inputs[0], -1, done)]
        if call.kind == "Concatenate" and all(p.startswith("xs") for p in call.ports) and "xs" not in call.settings:
            call.family, call.ports = "layer", [str(i) for i in range(len(call.inputs))]
            return None
        if call.kind in ("Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum"):
            return _arithmetic(call, done)
        return None

    draft.sweep(step)


def _arithmetic(call: Call, done: list[Call]) -> Sequence[Source] | None:
    if len(call.inputs) == 2:
        if call.kind in _MERGES:
            call.kind, call.family, call.ports = _MERGES[call.kind], "layer", ["0", "1"]
        elif call.kind == "TrueDivide":
            call.kind = "Divide"
        return None
    first, second = call.settings.get("x1"), call.settings.get("x2")
    constant = second if first is None else first
    source = call.inputs[0]
    if constant is None:
        return None
    if call.kind in ("Add", "Multiply", "Maximum", "Minimum"):
        return [_with_constant(call, call.kind, source, constant, done)]
    if not _is_number(constant):
        return None
    number = cast(float, constant)
    if call.kind == "Subtract":
        if first is None:
            return [_with_constant(call, "Add", source, -number, done)]
        negative = _with_constant(call, "Multiply", source, -1, done)
        return [negative if number == 0 else _with_constant(call, "Add", negative, number, done)]
    if first is None and number != 0 and math.isfinite(1 / number):
        return [_with_constant(call, "Multiply", source, 1 / number, done)]
    return None


def _known(shape: Shape) -> tuple[int, ...] | None:
    """A shape without its batch axis as Reshape takes it, or None if two axes are open."""
    target = tuple(-1 if d is None else d for d in shape[1:])
    return target if target.count(-1) <= 1 else None


def _reshaping(draft: Draft) -> None:
    def step(call: Call, done: list[Call]) -> Sequence[Source] | None:
        if len(call.inputs) != 1:
            return None
        before, after = call.input_shape(), call.shape
        if call.kind == "Transpose" and call.family == "operation":
            axes = call.settings.get("axes")
            if isinstance(axes, tuple) and axes and axes[0] == 0:
                call.kind, call.family, call.ports, call.settings = "Permute", "layer", [""], {"dims": axes[1:]}
            return None
        if call.kind == "Permute":
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

    draft.sweep(step, ("Flatten", "Reshape", "ExpandDims", "Squeeze", "Transpose", "Permute"))


def _keeps_batch(call: Call, before: Shape, after: Shape) -> bool:
    """Whether a change of shape leaves the batch axis alone."""
    if call.family == "layer":
        return True
    if call.kind in ("ExpandDims", "Squeeze"):
        return before[0] is None and after[0] is None and (None not in after[1:])
    known = None not in before[1:] and None not in after[1:]
    return (
        after[0] is None
        and known
        and math.prod(cast("tuple[int]", before[1:])) == math.prod(cast("tuple[int]", after[1:]))
    )


def _pooling(draft: Draft) -> None:
    masked = any(call.settings.get("mask_zero") or call.kind == "Masking" for call in draft.calls)

    def step(call: Call, done: list[Call]) -> Sequence[Source] | None:
        rank = len(call.input_shape()) if call.inputs else 0
        if call.family != "operation" or rank not in (3, 4, 5) or (call.kind == "Mean" and masked):
            return None
        axes = call.settings.get("axis")
        axes = axes if isinstance(axes, tuple) else (axes,)
        if axes != tuple(range(1, rank - 1)) or "initial" in call.settings:
            return None
        name = "Max" if call.kind in ("Max", "Amax") else "Average"
        call.kind, call.family, call.ports = f"Global{name}Pooling{rank - 2}D", "layer", [""]
        call.settings = {"keepdims": bool(call.settings.get("keepdims"))}
        return None

    draft.sweep(step, ("Max", "Amax", "Mean"))


def _dot_products(draft: Draft) -> None:
    """`sum(a * b, axis=-1, keepdims=True)` as the layer `Dot`."""
    uses = draft.uses()

    def step(call: Call, done: list[Call]) -> Sequence[Source] | None:
        if call.family != "operation" or not call.inputs:
            return None
        product, _ = call.inputs[0]
        if product.kind != "Multiply" or len(product.inputs) != 2 or uses.get(id(product), 0) != 1:
            return None
        if any(len(product.input_shape(i)) != 2 for i in (0, 1)) or call.settings.get("axis") not in (1, -1, (1,)):
            return None
        if not call.settings.get("keepdims"):
            return None
        dot = new_call(call, "Dot", product.inputs, {"axes": (1, 1), "normalize": False})
        dot.origin = call.origin + product.origin
        done.append(dot)
        return [(dot, 0)]

    draft.sweep(step, ("Sum",))


def _does_nothing(call: Call) -> bool:
    """Whether a call passes on what it reads."""
    settings = call.settings
    if call.kind == "Identity" or (call.kind == "Activation" and settings.get("activation") == "linear"):
        return True
    if call.kind.startswith(("Dropout", "SpatialDropout", "GaussianDropout", "AlphaDropout")):
        return settings.get("rate") == 0
    if call.kind == "GaussianNoise":
        return settings.get("stddev") == 0
    if call.kind == "Permute":
        dims = cast("tuple[int, ...]", settings.get("dims", ()))
        return dims == tuple(range(1, len(dims) + 1))
    if call.kind in ("Flatten", "Reshape"):
        before, after = call.input_shape(), call.shape
        return bool(before) and before == after and before[1:].count(None) <= 1
    if call.kind in ("Add", "Multiply") and len(call.inputs) == 1 and "constant" in settings:
        return settings["constant"] == (0 if call.kind == "Add" else 1) and call.dtypes == call.inputs[0][0].dtypes
    if call.kind.startswith(("MaxPooling", "AveragePooling")):
        sizes = (settings.get("pool_size"), settings.get("strides"))
        return all(isinstance(s, tuple) and set(s) == {1} for s in sizes)
    if call.kind.startswith("UpSampling"):
        size = settings.get("size")
        return size == 1 or (isinstance(size, tuple) and set(size) == {1})
    return False


def _no_ops(draft: Draft) -> None:
    def step(call: Call, done: list[Call]) -> Sequence[Source] | None:
        if len(call.inputs) == 1 and call.kind not in _NEVER_NOTHING and not call.parameters and _does_nothing(call):
            return [call.inputs[0]]
        return None

    draft.sweep(step)


def _dropout(draft: Draft) -> None:
    kinds = {call.kind for call in draft.calls if call.kind.startswith(("Dropout", "SpatialDropout", "Gaussian"))}
    draft.sweep(lambda call, done: [call.inputs[0]], kinds)


def _time_distributed(draft: Draft) -> None:
    for call in draft.calls:
        layer = call.settings.get("layer")
        if call.kind == "TimeDistributed" and isinstance(layer, tuple) and layer[0] == "Dense":
            call.kind = "Dense"
            call.settings = dict(cast("tuple[tuple[str, object], ...]", layer[1]))


OPERATORS = Rule(
    "operators",
    "Operators and `keras.ops` count as the layers that do the same.",
    "a + b = Add()([a, b]);  x / 255 = Rescaling(1 / 255)(x);  ops.concatenate([a, b], -1) = Concatenate()([a, b])",
    _operators,
)
RESHAPING = Rule(
    "reshaping",
    "Flatten, Reshape, expand_dims and squeeze are the shape they give; transpose is Permute.",
    "Flatten()(x) = Reshape((-1,))(x)",
    _reshaping,
)
POOLING = Rule(
    "pooling over axes",
    "A maximum or mean over time, or over height and width, is the global pooling layer.",
    "ops.max(x, axis=1) = GlobalMaxPooling1D()(x)",
    _pooling,
)
DOT_PRODUCTS = Rule(
    "dot products",
    "The sum of a product over the features is Dot.",
    "ops.sum(a * b, axis=-1, keepdims=True) = Dot(axes=1)([a, b])",
    _dot_products,
)
NO_OPS = Rule(
    "no-ops",
    "Layers that pass on what they read do not count.",
    "Dropout(0)(x) = x;  Activation('linear')(x) = x;  Flatten()(x) = x on two axes",
    _no_ops,
)
TIME_DISTRIBUTED = Rule(
    "time distributed",
    "A Dense layer applies to every time step by itself.",
    "TimeDistributed(Dense(8))(x) = Dense(8)(x)",
    _time_distributed,
)
DROPOUT = Rule(
    "dropout",
    "Dropout and noise do not count.",
    "Dropout(0.5)(x) = x",
    _dropout,
    default=False,
)
