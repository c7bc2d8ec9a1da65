"""The rule that makes one thing of the many ways to write an activation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from course_utils.graphs.layers import ENDS_IN_ACTIVATION, GLOBAL_MAX_POOLING, MAX_POOLING, MOVES_NUMBERS
from course_utils.graphs.normal.draft import Draft, DraftCall, Source
from course_utils.graphs.normal.rules.rule import Rule

# Class of a layer or operation → name of the function.
_LAYERS = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "Softmax": "softmax"}
_OPERATIONS = {
    "Relu": "relu", "ReLU": "relu", "Relu6": "relu6", "Silu": "silu", "Gelu": "gelu", "Elu": "elu", "Selu": "selu",
    "Celu": "celu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Softplus": "softplus", "Softsign": "softsign",
    "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu", "HardTanh": "hard_tanh", "LogSigmoid": "log_sigmoid",
    "Softmax": "softmax", "LogSoftmax": "log_softmax", "LeakyRelu": "leaky_relu", "Exp": "exponential",
    "SoftShrink": "soft_shrink", "HardShrink": "hard_shrink", "TanhShrink": "tanh_shrink", "Squareplus": "squareplus",
    "SparsePlus": "sparse_plus", "SparseSigmoid": "sparse_sigmoid", "Sparsemax": "sparsemax",
}  # fmt: skip
_ALIASES = {"swish": "silu", "hard_swish": "hard_silu", "exp": "exponential", "ReLU": "relu", None: "linear"}
_DEFAULTS: dict[str, dict[str, object]] = {
    "relu": {"max_value": None, "negative_slope": 0.0, "threshold": 0.0},
    "leaky_relu": {"negative_slope": 0.2},
    "elu": {"alpha": 1.0},
    "celu": {"alpha": 1.0},
    "gelu": {"approximate": False},
    "softmax": {"axis": -1},
    "log_softmax": {"axis": -1},
    "soft_shrink": {"threshold": 0.5},
    "hard_shrink": {"threshold": 0.5},
    "squareplus": {"b": 4},
}


def activation(name: str | None, given: Mapping[str, object], rank: int) -> object:
    """An activation as its name, or as (name, parameters) where these are not the defaults.

    Args:
        name: the function, by any of its names.
        given: its parameters.
        rank: number of axes of what it is applied to, batch included; 0 if unknown.
    """
    function = _ALIASES.get(name) or str(name)
    parameters = {**_DEFAULTS.get(function, {}), **{k: v for k, v in given.items() if v is not None}}
    if function == "relu":
        if parameters["threshold"] == 0 and parameters["negative_slope"] == 0 and parameters["max_value"] == 6:
            return "relu6"
        if parameters["threshold"] == 0 and parameters["max_value"] is None and parameters["negative_slope"] != 0:
            function, parameters = "leaky_relu", {"negative_slope": parameters["negative_slope"]}
    axis = parameters.get("axis")
    if rank and isinstance(axis, int) and axis % rank == rank - 1:
        parameters["axis"] = -1
    defaults = _DEFAULTS.get(function, {})
    kept = tuple(sorted((k, v) for k, v in parameters.items() if k in defaults and v != defaults[k]))
    return (function, kept) if kept else function


def _value(setting: object, rank: int) -> object:
    """The `activation` setting of a layer, which may be a name or a layer."""
    if isinstance(setting, tuple) and len(setting) == 2 and isinstance(setting[1], tuple):
        if setting[0] in _LAYERS:
            return activation(_LAYERS[setting[0]], dict(setting[1]), rank)
        if setting[0] == "Activation":
            return _value(dict(setting[1]).get("activation"), rank)
    if setting is None or isinstance(setting, str):
        return activation(_LAYERS.get(cast(str, setting), setting), {}, rank)
    return setting


def _activations(draft: Draft) -> None:
    for call in draft.calls:
        rank = len(call.shape)
        if call.kind in _LAYERS and call.family == "layer" and len(call.inputs) == 1 and "mask" not in call.settings:
            call.settings = {"activation": activation(_LAYERS[call.kind], call.settings, rank)}
            call.kind, call.ports = "Activation", [""]
        elif call.family == "operation" and call.kind in _OPERATIONS and len(call.inputs) == 1:
            call.settings = {"activation": activation(_OPERATIONS[call.kind], call.settings, rank)}
            call.kind, call.family, call.ports = "Activation", "layer", [""]
        elif call.kind == "Maximum" and len(call.inputs) == 1 and call.settings == {"constant": 0}:
            call.settings, call.kind, call.family, call.ports = {"activation": "relu"}, "Activation", "layer", [""]
        elif "activation" in call.settings or call.kind in ENDS_IN_ACTIVATION:
            call.settings["activation"] = _value(call.settings.get("activation"), rank)


def _fuse(draft: Draft) -> None:
    uses = draft.uses()

    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        if call.settings["activation"] == "linear":
            return [call.inputs[0]]
        before, _ = call.inputs[0]
        if before.kind not in ENDS_IN_ACTIVATION or before.settings.get("activation") != "linear":
            return None
        if uses.get(id(before), 0) != 1 or before.settings.get("activity_regularizer"):
            return None
        before.settings["activation"] = call.settings["activation"]
        before.origin += call.origin
        uses[id(before)] = uses.get(id(call), 0)
        return [(before, 0)]

    draft.sweep(step, ("Activation",))


# Functions that never fall: the largest of values gives the largest result. All that work value by value may change
# places with what only moves values.
_RISING = frozenset(
    {"relu", "relu6", "sigmoid", "tanh", "softplus", "softsign", "elu", "selu", "celu", "leaky_relu", "exponential",
     "hard_sigmoid", "hard_tanh", "log_sigmoid", "squareplus"}
)  # fmt: skip
_VALUE_BY_VALUE = _RISING | {"silu", "gelu", "hard_silu", "soft_shrink", "hard_shrink", "tanh_shrink"}


def _still_rises(parameters: Iterable[tuple[str, object]]) -> bool:
    """Whether a function that never falls by itself does not with other parameters either: none turns it round."""
    given = dict(parameters)
    if not all(isinstance(number, (int, float)) and number >= 0 for number in given.values()):
        return False
    return cast(float, given.get("threshold", 0)) <= cast(float, given.get("max_value", math.inf))


def _first(draft: Draft) -> None:
    uses = draft.uses()

    def passes(call: DraftCall, before: DraftCall) -> bool:
        if uses.get(id(before), 0) != 1 or len(before.inputs) != 1:
            return False
        if call.kind == "Dropout":
            return before.kind in MOVES_NUMBERS - {"RepeatVector"} and call.settings.get("noise_shape") is None
        function, parameters = call.settings["activation"], ()
        if isinstance(function, tuple) and len(function) == 2:
            function, parameters = function
        if before.kind in MOVES_NUMBERS:
            return function in _VALUE_BY_VALUE
        return before.kind in (*MAX_POOLING, *GLOBAL_MAX_POOLING) and function in _RISING and _still_rises(parameters)

    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        last, _ = end = call.inputs[0]
        first = None
        while passes(call, call.inputs[0][0]):
            first = call.inputs[0][0]
            call.inputs = [first.inputs[0]]
        if first is None:
            return None
        call.shapes = (call.input_shape(),)
        done.insert(next(k for k, other in enumerate(done) if other is first), call)
        first.inputs = [(call, 0)]
        uses[id(last)], uses[id(call)] = uses.get(id(call), 0), 1
        return [end]

    draft.sweep(step, ("Activation", "Dropout"))


ACTIVATIONS = Rule(
    "activation functions",
    "An activation is what it computes, whether a layer, an operation, a function or a name.",
    "ReLU()(x) = Activation('relu')(x) = keras.ops.relu(x) = keras.activations.relu(x) = ops.maximum(x, 0)",
    _activations,
)
SEPARATE_ACTIVATIONS = Rule(
    "separate activations",
    "`activation=` or an activation right after the layer.",
    "Dense(8, activation='relu')(x) = ReLU()(Dense(8)(x))",
    _fuse,
)
ACTIVATIONS_FIRST = Rule(
    "activations first",
    "An activation may stand before or after what only moves values or takes their maximum; Dropout, by a reshape.",
    "ReLU()(MaxPooling1D()(x)) = MaxPooling1D()(ReLU()(x));  Flatten()(Dropout(0.5)(x)) = Dropout(0.5)(Flatten()(x))",
    _first,
)
