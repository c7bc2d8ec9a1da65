"""What class of Keras's a layer is, told by identity, never by name alone; and what is known of each class, once."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

MODELS = ("Functional", "Sequential")
"""What a nested model is called."""

# Merging layers.
MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
"""Merge number by number, so that all they read has one shape; in an order, since variants are drawn from it."""
COMMUTATIVE = frozenset(MERGES) - {"Subtract"}
"""The order of what they read does not matter."""
ASSOCIATIVE = COMMUTATIVE - {"Average"}
"""May be taken step by step."""
AS_OPERATIONS = frozenset(MERGES) - {"Average"}
"""Are operations too, of the same name; `keras.ops.average` is another thing, a mean over an axis."""
JOINS = frozenset({"Concatenate", "Stack"})
"""Put what they read beside one another, along an axis."""

# Layers that go step by step.
CELLS_OF = {"LSTMCell": "LSTM", "GRUCell": "GRU", "SimpleRNNCell": "SimpleRNN"}
"""What computes one step, and the layer that it makes."""
RECURRENT = frozenset(CELLS_OF.values())
"""Read a sequence step by step, by one cell."""
CONVOLUTIONAL_RECURRENT = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
"""Read a sequence of pictures step by step."""
STARTS_FROM_STATES = RECURRENT | {"RNN", "Bidirectional", *CONVOLUTIONAL_RECURRENT}
"""May be given the states that they start from."""
ENDS_IN_TANH = RECURRENT | {*CELLS_OF, *CONVOLUTIONAL_RECURRENT}
"""Their activation is tanh unless another is asked for, where that of other layers is linear."""

# Layers with a kernel.
PLAIN_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D")
"""Each filter reads all channels of a window."""
TRANSPOSED_CONVOLUTIONS = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
"""Each number that they read is spread over a window."""
DEPTHWISE_CONVOLUTIONS = ("DepthwiseConv1D", "DepthwiseConv2D")
"""Each filter reads one channel of a window."""
SEPARABLE_CONVOLUTIONS = ("SeparableConv1D", "SeparableConv2D")
"""A depthwise convolution, then one with a window of 1."""
_MIXING = (*PLAIN_CONVOLUTIONS, *TRANSPOSED_CONVOLUTIONS, *SEPARABLE_CONVOLUTIONS)
CONVOLUTIONS = (*_MIXING, *DEPTHWISE_CONVOLUTIONS)
"""Move a window over what they read."""
HAS_FILTERS = frozenset({*_MIXING, *CONVOLUTIONAL_RECURRENT})
"""Are given how many features they give as `filters`."""
ENDS_IN_ACTIVATION = frozenset({"Dense", "EinsumDense", *CONVOLUTIONS})
"""Their `activation` is the last thing that they compute, so that it may stand behind them as a layer."""

# Layers that look at neighbours, or at all of an axis.
MAX_POOLING = ("MaxPooling1D", "MaxPooling2D", "MaxPooling3D")
AVERAGE_POOLING = ("AveragePooling1D", "AveragePooling2D", "AveragePooling3D")
POOLS = (*MAX_POOLING, *AVERAGE_POOLING)
"""Take one number of each window."""
GLOBAL_MAX_POOLING = ("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D")
GLOBAL_AVERAGE_POOLING = ("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D")
GLOBAL_POOLING = (*GLOBAL_MAX_POOLING, *GLOBAL_AVERAGE_POOLING)
"""Take one number of all places."""
MAXIMUM_FOR = dict(zip((*AVERAGE_POOLING, *GLOBAL_AVERAGE_POOLING), (*MAX_POOLING, *GLOBAL_MAX_POOLING), strict=True))
"""What takes an average, and the layer that takes the maximum of the same."""
UPSAMPLING = ("UpSampling1D", "UpSampling2D", "UpSampling3D")
"""Repeat what they read along its axes."""

# Layers that draw random numbers.
DROPOUT = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout", "AlphaDropout")
"""Drop numbers, or scale them at random, by a `rate`."""
NOISE = (*DROPOUT, "GaussianNoise")
"""Change what they read at random in training, and pass it on in use."""
_AUGMENTING = ("Random", "RandAugment", "AugMix", "CutMix", "MixUp", "Solarization")  # `Random` begins many names
LEARNS_WHILE_CALLED = frozenset({"BatchNormalization", "SpectralNormalization"})
"""Change a weight when they are called in training, by no gradient."""

# What a layer does to the features, its last axis.
MIXES_FEATURES = frozenset({"Dense", *_MIXING, *RECURRENT, "Bidirectional"})
"""Have a weight of its own for each feature that they read, so that the order of these is learned."""
KEEPS_FEATURES = frozenset(
    {*NOISE, *POOLS, *GLOBAL_POOLING, *UPSAMPLING, "Activation", "BatchNormalization",
     "LayerNormalization", "PReLU", "RepeatVector", "Masking"}
)  # fmt: skip
"""Give for each feature that they read one in its place: what they read reordered, they give reordered."""
WORKS_BY_STEP = frozenset(
    {*MERGES, "Dense", "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "Dropout", "Identity", "Rescaling",
     "Concatenate", "LayerNormalization"}
)  # fmt: skip
"""Do the same to every time step anyway."""

# What tells those who read it which steps to leave out.
MAKES_MASK = frozenset({"Masking"})
"""Give a mask with what they give, whatever their settings."""

# What only moves numbers.
MOVES_NUMBERS = frozenset({"Flatten", "Reshape", "Permute", "RepeatVector"})
"""Layers that give the numbers they read, in another shape or order, or more than once."""
RESHAPES = frozenset(
    {"Flatten", "Reshape", "ExpandDims", "Squeeze", "Transpose", "Permute", "Swapaxes", "Moveaxis", "GetItem"}
)
"""Layers and operations that change the axes."""
MAKES_AXIS = frozenset({"ExpandDims", "Stack"})
"""Operations whose `axis` is one of the result, not of what is read."""

# Operations.
SYMMETRIC_OPERATIONS = frozenset({"LogicalAnd", "LogicalOr", "Equal"})
"""Operations, besides the merges, for which the order of what they read does not matter."""
COMPUTES_MASKS = frozenset({"NotEqual", "Any"})
"""Operations that Keras calls by itself to compute the mask of an `Embedding` or `Masking` layer."""


def draws(kind: str) -> bool:
    """Whether a class is one of those that give something else at each call, in training at least."""
    return kind in NOISE or kind.startswith(_AUGMENTING)


def makes_mask(kind: str, settings: Mapping[str, object]) -> bool:
    """Whether what reads a layer gets a mask with it."""
    return kind in MAKES_MASK or settings.get("mask_zero") is True


# What a class of one's own may define without computing anything else than the class it derives from.
_HARMLESS = frozenset({"__init__", "get_config", "from_config", "__repr__", "__str__", "__hash__", "__eq__"})


def is_keras(thing: Any) -> bool:
    """Whether a class, a function or a method is Keras's own."""
    return (getattr(thing, "__module__", None) or "").partition(".")[0] == "keras"


def standing_class(cls: type) -> type | None:
    """The class of Keras's that a class stands for.

    Returns:
        The class itself if it is Keras's; the nearest one that it derives from if it only gives other defaults; None
        if it may compute something else.
    """
    import keras

    changed: set[str] = set()
    for base in cls.__mro__:
        if is_keras(base):
            plain = base in (keras.layers.Layer, keras.Model, keras.Operation)
            known = any(hasattr(base, name) for name in changed)
            return None if known or (plain and base is not cls) else base
        changed |= {name for name in vars(base) if not name.startswith("__") or name == "__call__"} - _HARMLESS
    return None


def kind_of(operation: Any) -> str:
    """The name of a layer's or operation's class, as it counts: `Dense` is Keras's, and what does the same."""
    cls = type(operation)
    standing = standing_class(cls)
    if standing is not None:
        return standing.__name__
    return f"{cls.__name__} of your own" if cls.__name__ in _keras_names() else cls.__name__


@functools.cache
def _keras_names() -> frozenset[str]:
    """Names of Keras's layers and operations."""
    import keras

    names: set[str] = set()
    stack: list[type] = [keras.Operation]
    while stack:
        cls = stack.pop()
        if is_keras(cls):
            names.add(cls.__name__)
        stack += cls.__subclasses__()
    return frozenset(names)
