"""Rules about the settings of single layers."""

from __future__ import annotations

from typing import cast

from course_utils.graphs.graph import EACH_STEP, setting_name
from course_utils.graphs.layers import MAKES_AXIS, PLAIN_CONVOLUTIONS
from course_utils.graphs.normal.draft import Draft, DraftCall
from course_utils.graphs.normal.rules.rule import Rule

# How a result is computed, not which.
_IMPLEMENTATION = frozenset({"unroll", "use_cudnn", "implementation", "synchronized"})


def _positive(axis: object, rank: int) -> object:
    """Axis numbers counted from the front; a tuple of one as that one."""
    if isinstance(axis, tuple):
        axes = tuple(_positive(a, rank) for a in axis)
        return axes[0] if len(axes) == 1 else axes
    return axis % rank if isinstance(axis, int) and -rank <= axis < rank else axis


def _spelling(draft: Draft) -> None:
    for call in draft.calls:
        if call.family == "input":
            continue
        settings = {k: v for k, v in call.settings.items() if v is not None and setting_name(k) not in _IMPLEMENTATION}
        if settings.get("data_format") == "channels_last":
            del settings["data_format"]
        if "axis" in settings and call.kind not in MAKES_AXIS and call.inputs and (shape := call.input_shape()):
            settings["axis"] = _positive(settings["axis"], len(shape))
            if call.kind == "Concatenate" and settings["axis"] == len(shape) - 1:
                settings["axis"] = -1  # "the features", whatever the rank: a wrong rank is told where it arises
        if call.kind == "Dot" and call.family == "layer" and len(call.inputs) == 2:
            axes = settings.get("axes")
            pair = axes if isinstance(axes, tuple) else (axes, axes)
            ranks = [len(call.input_shape(i)) for i in (0, 1)]
            if all(ranks) and len(pair) == 2:
                settings["axes"] = tuple(_positive(a, r) for a, r in zip(pair, ranks, strict=True))
        call.settings = settings


def _pointwise(draft: Draft) -> None:
    for call in draft.calls:
        size = call.settings.get("kernel_size", call.settings.get("pool_size"))
        if "padding" in call.settings and (size == 1 or (isinstance(size, tuple) and set(size) == {1})):
            call.settings["padding"] = "valid"
            if "dilation_rate" in call.settings:
                call.settings["dilation_rate"] = size if isinstance(size, tuple) else 1


_OF_KERNELS = frozenset({"filters", "kernel_size", "strides", "padding", "dilation_rate", "groups"})


def _pointwise_convolutions(draft: Draft) -> None:
    for call in draft.calls:
        if call.kind not in PLAIN_CONVOLUTIONS or call.settings.keys() & {"data_format", EACH_STEP}:
            continue
        sizes = [call.settings.get(key) for key in ("kernel_size", "strides")]
        if all(isinstance(size, tuple) and set(size) == {1} for size in sizes) and call.settings.get("groups") == 1:
            units = call.settings["filters"]
            call.kind = "Dense"
            call.settings = {"units": units, **{k: v for k, v in call.settings.items() if k not in _OF_KERNELS}}


def _without_keys(value: object, ending: str) -> object:
    """A simplified setting without the entries of nested objects whose name has that ending."""
    if not isinstance(value, tuple):
        return value
    if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], tuple):
        return (value[0], _without_keys(value[1], ending))
    return tuple(
        _without_keys(v, ending)
        for v in value
        if not (isinstance(v, tuple) and len(v) == 2 and isinstance(v[0], str) and v[0].endswith(ending))
    )


def _drop(call: DraftCall, ending: str) -> None:
    kept: dict[str, object] = {}
    for key, value in call.settings.items():
        if not key.endswith(ending):
            kept[key] = _without_keys(value, ending) if isinstance(value, tuple) and value else value
    call.settings = kept


def _initialisers(draft: Draft) -> None:
    for call in draft.calls:
        if call.parameters:
            _drop(call, "_initializer")
            call.settings = {k: v for k, v in call.settings.items() if setting_name(k) != "unit_forget_bias"}


def _regularisers(draft: Draft) -> None:
    for call in draft.calls:
        _drop(call, "_regularizer")


def _frozen_layers(draft: Draft) -> None:
    for call in draft.calls:
        call.settings.pop("trainable", None)


def _statistics(draft: Draft) -> None:
    for call in draft.calls:
        if call.kind == "Normalization":
            axes, shape = call.settings.get("axis"), call.input_shape()
            axes = axes if isinstance(axes, tuple) else () if axes is None else (axes,)
            of_several = tuple(a for a in axes if isinstance(a, int) and shape[a : a + 1 or None] != (1,))
            call.settings = {k: v for k, v in call.settings.items() if k not in ("mean", "variance", "trainable")}
            call.settings["axis"] = of_several
            call.parameters = call.parameters or 1  # statistics that are given are no weights to Keras


def _input_dtypes(draft: Draft) -> None:
    def embeds(call: DraftCall) -> bool:
        return {reader.kind for reader, _ in readers[id(call)]} == {"Embedding"}

    readers = draft.readers()
    draft.sweep(lambda call, done: [call.inputs[0]] if embeds(call) else None, ("Cast",))
    readers = draft.readers()
    for call, _ in draft.inputs:
        if embeds(call):
            call.settings.pop("dtype", None)


def _sequence_length(draft: Draft) -> None:
    for call, _ in draft.inputs:
        shape = cast("tuple[int | None, ...]", call.settings.get("shape", ()))
        only_tokens = len(shape) == 1 and "dtype" not in call.settings
        if len(shape) > 1 or only_tokens:
            call.settings["shape"] = (None, *shape[1:])


SPELLING = Rule(
    "spelling of settings",
    "Axes counted from the front or the back, settings left at None, and how a result is computed do not matter.",
    "Concatenate(axis=-1)([a, b]) = Concatenate(axis=1)([a, b]) on two axes",
    _spelling,
)
POINTWISE = Rule(
    "pointwise padding",
    "A kernel or pool of size 1 needs no padding and has nothing to spread.",
    "Conv2D(8, 1, padding='same')(x) = Conv2D(8, 1)(x)",
    _pointwise,
)
POINTWISE_CONVOLUTIONS = Rule(
    "pointwise convolutions",
    "A convolution with a kernel of size 1 is a Dense layer on the channels.",
    "Conv2D(8, 1)(x) = Dense(8)(x)",
    _pointwise_convolutions,
)
INITIALISERS = Rule(
    "initialisers",
    "What weights start from does not matter.",
    "Dense(8, kernel_initializer='uniform') = Dense(8)",
    _initialisers,
)
STATISTICS = Rule(
    "statistics",
    "What a Normalization was adapted to, or is given, are its weights; an axis of length 1 has but one.",
    "Normalization(mean=0, variance=1)(x) = Normalization()(x)",
    _statistics,
)
INPUT_DTYPES = Rule(
    "input dtypes",
    "The dtype of an input that only feeds embeddings does not matter, nor a cast on the way there.",
    "Input((None,), dtype='int32') = Input((None,)), if an Embedding reads it",
    _input_dtypes,
)
REGULARISERS = Rule(
    "regularisers",
    "Penalties on weights and activations do not count.",
    "Dense(8, kernel_regularizer='l2') = Dense(8)",
    _regularisers,
    default=False,
)
FROZEN_LAYERS = Rule(
    "frozen layers",
    "Whether the weights of a layer train does not matter.",
    "d = Dense(8); d.trainable = False; d(x) = Dense(8)(x)",
    _frozen_layers,
    default=False,
)
SEQUENCE_LENGTH = Rule(
    "sequence length",
    "An input may fix the number of time steps, or tokens, or leave it open.",
    "Input((100, 3)) = Input((None, 3))",
    _sequence_length,
    default=False,
)
