"""Rules that make one thing of operators, `keras.ops` and the layers that do the same sums."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

from course_utils.graphs.graph import ANY_ORDER
from course_utils.graphs.layers import AS_OPERATIONS, ASSOCIATIVE
from course_utils.graphs.normal.draft import Draft, DraftCall, Source, new_call
from course_utils.graphs.normal.rules.rule import Rule

_SQUARES = {2: "Multiply", 0.5: "Sqrt"}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _rounded(value: float) -> float:
    """A number up to the last few bits, which depend on how it was computed."""
    return float(f"{value:.12g}")


def _with_constant(like: DraftCall, kind: str, source: Source, constant: object, done: list[DraftCall]) -> Source:
    """Append `source + constant` or `source * constant`."""
    value = _rounded(cast(float, constant)) if _is_number(constant) else constant
    call = new_call(like, kind, [source], {"constant": value})
    done.append(call)
    return (call, 0)


def _operators(draft: Draft) -> None:
    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
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
        if call.kind in ("Concatenate", "Hstack") and all(p.startswith("xs") for p in call.ports):
            if call.kind == "Hstack":
                call.kind, call.settings = "Concatenate", {"axis": -1 if len(call.shape) == 2 else 1}
            call.family, call.ports = "layer", [str(i) for i in range(len(call.inputs))]
            return None
        if call.kind in (*AS_OPERATIONS, "Divide", "TrueDivide"):
            return _arithmetic(call, done)
        return None

    draft.sweep(step)


def _arithmetic(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
    if len(call.inputs) == 2:
        # Where the ranks differ, layers align axes from the front and operators from the back.
        if call.kind in AS_OPERATIONS and len(call.input_shape(0)) == len(call.input_shape(1)):
            call.family, call.ports = "layer", ["0", "1"]
        elif call.kind == "TrueDivide":
            call.kind = "Divide"
        return None
    first, second = call.settings.get("x1"), call.settings.get("x2")
    constant = second if first is None else first
    source = call.inputs[0]
    if call.kind in ASSOCIATIVE and constant is not None:
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


def _powers(draft: Draft) -> None:
    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        if call.family == "operation" and len(call.inputs) == 1:
            kind = "Multiply" if call.kind == "Square" else _SQUARES.get(cast(float, call.settings.get("x2")))
            if kind == "Multiply":
                call.kind, call.family, call.settings = kind, "layer", {}
                call.inputs, call.ports = call.inputs * 2, ["0", "1"]
            elif kind is not None:
                call.kind, call.settings, call.ports = kind, {}, ["x"]
        return None

    draft.sweep(step, ("Square", "Power"))


def _differences(draft: Draft) -> None:
    uses = draft.uses()

    def negated(source: Source) -> bool:
        call, _ = source
        return call.kind == "Multiply" and call.settings.get("constant") == -1 and uses.get(id(call), 0) == 1

    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        if call.family != "layer" or len(call.inputs) != 2:
            return None
        minus = [k for k in (1, 0) if negated(call.inputs[k])]
        if call.kind != "Add" or len(minus) != 1:
            return None
        negative, plus = call.inputs[minus[0]][0], call.inputs[1 - minus[0]]
        call.kind, call.inputs = "Subtract", [plus, negative.inputs[0]]
        call.origin += negative.origin
        return None

    draft.sweep(step, ("Add",))


def _even_functions(draft: Draft) -> None:
    readers = draft.readers()
    outputs = {id(call) for call, _ in draft.ends}

    def ignores_sign(reader: DraftCall, call: DraftCall) -> bool:
        if reader.kind in ("Multiply", "Dot") and reader.family == "layer":
            return sum(source is call for source, _ in reader.inputs) % 2 == 0
        return reader.kind == "Absolute"

    for call in draft.calls:
        if call.kind == "Subtract" and call.family == "layer" and len(call.inputs) == 2 and id(call) not in outputs:
            found = readers[id(call)]
            if found and all(ignores_sign(reader, call) for reader, _ in found):
                call.ports = [ANY_ORDER] * 2


def _dot_products(draft: Draft) -> None:
    """`sum(a * b, axis=-1, keepdims=True)` as the layer `Dot`."""
    uses = draft.uses()

    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
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
        dot.origin = product.origin + call.origin
        done.append(dot)
        return [(dot, 0)]

    draft.sweep(step, ("Sum",))


OPERATORS = Rule(
    "operators",
    "Operators and `keras.ops` count as the layers that do the same.",
    "a + b = Add()([a, b]);  x / 255 = Rescaling(1 / 255)(x);  ops.concatenate([a, b], -1) = Concatenate()([a, b])",
    _operators,
)
POWERS = Rule(
    "powers",
    "A square is a product of a tensor with itself; a power of one half is a square root.",
    "ops.square(x) = x ** 2 = Multiply()([x, x])",
    _powers,
)
DIFFERENCES = Rule(
    "differences",
    "Adding the negative is subtracting.",
    "a + (-b) = Subtract()([a, b])",
    _differences,
)
EVEN_FUNCTIONS = Rule(
    "even functions",
    "The order of a difference does not matter where only its absolute value or its square is read.",
    "ops.abs(a - b) = ops.abs(b - a);  (a - b) ** 2 = (b - a) ** 2",
    _even_functions,
)
DOT_PRODUCTS = Rule(
    "dot products",
    "The sum of a product over the features is Dot.",
    "ops.sum(a * b, axis=-1, keepdims=True) = Dot(axes=1)([a, b])",
    _dot_products,
)
