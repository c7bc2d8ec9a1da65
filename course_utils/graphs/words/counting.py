"""How many weights a layer has, written out as a sum of products."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from course_utils.graphs.graph import Call
from course_utils.graphs.layers import (
    DEPTHWISE_CONVOLUTIONS,
    PLAIN_CONVOLUTIONS,
    SEPARABLE_CONVOLUTIONS,
    TRANSPOSED_CONVOLUTIONS,
)

_MOST_TERMS = 8
Count = tuple[str, int]
"""A formula and what it comes to."""


def formula(node: Call, layer: Any) -> str:
    """The number of a call's weights with the numbers that make it: `(3 + 1) × 16 = 64`.

    Args:
        node: the call.
        layer: the Keras layer, model or operation that is called.

    Returns:
        The formula and what it comes to; "no weights" where there are none. What is not known by its class is the
        sum of its weights' sizes, and a nested model the sum of its layers.
    """
    if not node.parameters:
        return "no weights"
    total = f"{node.parameters:,}"
    if node.inner is not None:
        inside = [node.inner.nodes[i] for i in node.inner.live()]
        parts = {one.layer: one.parameters for one in inside}
        text = " + ".join(f"{part:,}" for part in parts.values() if part)
        is_sum = sum(parts.values()) == node.parameters and 1 < text.count("+") + 1 <= _MOST_TERMS
        return f"{text} = {total}" if is_sum else total
    for rule in (_known, _equal, _sum):
        found = rule(layer)
        if found is not None and found[1] == node.parameters:
            return total if found[0].replace(",", "") == str(node.parameters) else f"{found[0]} = {total}"
    return total


def _known(layer: Any) -> Count | None:
    """The formula of Keras's own classes, by what they hold."""
    kind = type(layer).__name__
    inside = getattr(layer, "forward_layer", None)
    if inside is not None:
        one = _known(inside)
        return None if one is None else (f"2 × ({one[0]})", 2 * one[1])
    if kind == "TimeDistributed":
        return _known(layer.layer)
    shapes = [tuple(weight.shape) for weight in layer.weights]
    if kind in _GATES:
        return _recurrent(_GATES[kind], shapes)
    if kind == "Dense" and len(shapes) <= 2:
        return _kernel(f"{shapes[0][0]}", shapes[0][0], shapes[0][1], len(shapes) == 2)
    if kind in (*PLAIN_CONVOLUTIONS, *TRANSPOSED_CONVOLUTIONS) and len(shapes) <= 2:
        kernel, filters = shapes[0], layer.filters
        channels = kernel[-1] if kind in TRANSPOSED_CONVOLUTIONS else kernel[-2]
        reads = (*kernel[:-2], channels)
        return _kernel("×".join(map(str, reads)), math.prod(reads), filters, len(shapes) == 2)
    if kind in DEPTHWISE_CONVOLUTIONS and len(shapes) <= 2:
        *sizes, channels, each = shapes[0]
        return _kernel("×".join(map(str, sizes)), math.prod(sizes), channels * each, len(shapes) == 2)
    if kind in SEPARABLE_CONVOLUTIONS:
        *sizes, channels, each = shapes[0]
        text, count = _kernel("×".join(map(str, sizes)), math.prod(sizes), channels * each, False)
        more = _kernel(str(shapes[1][-2]), shapes[1][-2], shapes[1][-1], len(shapes) == 3)
        return f"{text} + {more[0]}", count + more[1]
    return None


_GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


def _kernel(text: str, reads: int, units: int, has_bias: bool) -> Count:
    """Each unit has a weight for each number that it reads, and a bias."""
    return (f"({text} + 1) × {units}", (reads + 1) * units) if has_bias else (f"{text} × {units}", reads * units)


def _recurrent(gates: int, shapes: Sequence[tuple[int, ...]]) -> Count:
    """Each gate reads the step and the last state; a GRU has a bias for each of the two."""
    reads, units = shapes[0][0], shapes[1][0]
    text, count = f"({reads} + {units}) × {units}", (reads + units) * units
    if len(shapes) > 2:
        biases = math.prod(shapes[2]) // (gates * units)
        text += f" + {units}" if biases == 1 else f" + {biases} × {units}"
        count += biases * units
    if gates == 1:
        return text, count
    return (f"{gates} × ({text})" if len(shapes) > 2 else f"{gates} × {text}"), gates * count


def _equal(layer: Any) -> Count | None:
    """Weights of one shape, as the four of a BatchNormalization."""
    shapes = [tuple(weight.shape) for weight in layer.weights]
    if len(set(shapes)) != 1 or not shapes[0]:
        return None
    size = "×".join(map(str, shapes[0]))
    count = len(shapes) * math.prod(shapes[0])
    return (size.replace("×", " × ") if len(shapes) == 1 else f"{len(shapes)} × {size}"), count


def _sum(layer: Any) -> Count | None:
    """The sizes of all weights, one after the other."""
    shapes = [tuple(weight.shape) for weight in layer.weights]
    if len(shapes) > _MOST_TERMS:
        return None
    return " + ".join("×".join(map(str, shape)) or "1" for shape in shapes), sum(map(math.prod, shapes))
