"""Which settings of a call a reader is shown, and in which order: few in a sentence, more in a picture."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Literal, NamedTuple

from course_utils.graphs.layers import DEPTHWISE_CONVOLUTIONS, ENDS_IN_TANH, HAS_FILTERS, JOINS, POOLS
from course_utils.graphs.reading.decode import InPart, Made, decode

# The settings by which a layer is known in a sentence, in the order of its arguments.
_IN_SENTENCE: dict[str, tuple[str, ...]] = {
    "Dense": ("units", "activation"),
    "Embedding": ("input_dim", "output_dim"),
    "LSTM": ("units", "return_sequences"),
    "GRU": ("units", "return_sequences"),
    "SimpleRNN": ("units", "return_sequences"),
    "Dropout": ("rate",),
    "Activation": ("activation",),
    "Concatenate": ("axis",),
    "Dot": ("axes", "normalize"),
    "Reshape": ("target_shape",),
    "Permute": ("dims",),
    "RepeatVector": ("n",),
    "MultiHeadAttention": ("num_heads", "key_dim"),
    "Input": ("shape",),
    "LeakyReLU": ("negative_slope",),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "Bidirectional": ("layer", "merge_mode"),
    "TimeDistributed": ("layer",),
    **dict.fromkeys(HAS_FILTERS, ("filters", "kernel_size", "strides", "activation")),
    **dict.fromkeys(DEPTHWISE_CONVOLUTIONS, ("kernel_size", "activation")),
    **dict.fromkeys(POOLS, ("pool_size",)),
}
_FEW = 3  # settings of a class that is not listed, a learner's own for instance, which are told if there are no more
_UNSAID_IN_SENTENCE = frozenset(
    {"activation", "axis", "data_format", "merge_mode", "normalize", "return_sequences", "strides"}
)
"""Settings that a sentence leaves out where they have a usual value; of what is listed by its name, all are."""

# Settings that a reader knows by their place, as in the call of the class; True: in a sentence, too.
_BY_PLACE: dict[str, bool] = {
    "layer": True,
    "input_dim": True,
    "output_dim": True,
    "units": True,
    "filters": True,
    "kernel_size": True,
    "pool_size": True,
    "rate": True,
    "stddev": False,
    "target_shape": False,
    "dims": False,
    "n": True,
    "num_heads": False,
    "key_dim": False,
    "size": False,
    "cropping": False,
    "max_value": False,
    "alpha": False,
    "activation": False,
}
_USUAL: dict[str, tuple[object, ...]] = {
    "activation": ("linear",),
    "axis": (-1,),
    "data_format": ("channels_last",),
    "strides": (None, 1),
    "padding": ("valid",),
    "dilation_rate": (1,),
    "groups": (1,),
    "depth_multiplier": (1,),
    "merge_mode": ("concat",),
    "return_sequences": (False,),
    "return_state": (False,),
    "go_backwards": (False,),
    "mask_zero": (False,),
    "use_bias": (True,),
    "normalize": (False,),
    "axes": (),
    "training": (None,),
    "mean": (None, 0),
    "variance": (None,),
    "negative_slope": (),
    "threshold": (),
}
"""Values that go without saying."""
_USUAL_OF = {"ReLU": {"negative_slope": (0,), "threshold": (0,)}} | {
    kind: {"activation": ("tanh",)} for kind in ENDS_IN_TANH
}
_NAMED_IN_PICTURE = tuple(key for key in _USUAL if key not in ("activation", "axis", "data_format"))
# The many settings of these would say little; what matters of them is in the tables.
_QUIET = re.compile(
    r".*_(initializer|regularizer|constraint)$|momentum|epsilon|center|scale|axis|data_format|keepdims|arguments|"
    r"layer|backward_layer|function|output_shape|mask|unroll|stateful|dtype|shape|sparse|ragged|implementation|mode|"
    r"interpolation|activity_regularizer|autocast|recurrent_.*|.*dropout|built|unit_forget_bias|renorm.*|synchronized|reset_after|"
    r"zero_output_for_mask"
)
_MOST_OTHERS = 3


class Shown(NamedTuple):
    """A setting that is shown."""

    key: str
    content: object
    manner: Literal["place", "name", "flag", "factor"]
    """By its place alone; by its name; by its name, which alone says True; as what is multiplied by."""


def in_sentence(kind: str, settings: Mapping[str, object]) -> Iterator[Shown]:
    """The settings by which a layer or operation is known, as a sentence writes it: `Dense(32, activation='relu')`."""
    listed = _IN_SENTENCE.get(kind)
    for key in _few(settings) if listed is None else listed:
        content = settings.get(key)
        may_go = listed is not None or key in _UNSAID_IN_SENTENCE
        if content is not None and not (may_go and _is_usual(kind, key, content)):
            yield Shown(key, content, "place" if _BY_PLACE.get(key) else "name")


def _few(settings: Mapping[str, object]) -> tuple[str, ...]:
    """All settings that say something, if they are few."""
    said = [key for key, content in settings.items() if content is not False and _is_said(content)]
    said = [key for key in said if not isinstance(decode(settings[key]), InPart)]
    return tuple(said) if len(said) <= _FEW else ()


def in_picture(
    kind: str, settings: Mapping[str, object], family: str = "layer", arguments: Collection[str] = ()
) -> list[Shown]:
    """The settings of a call that a reader of a picture looks for first.

    Args:
        kind: the class.
        settings: all settings.
        family: as of a call: of inputs and models, only what they are given is shown.
        arguments: which settings were given to this call, not to the layer.
    """
    rest = dict(settings)
    given = [Shown(key, rest.pop(key), "flag") for key in arguments if family in ("layer", "model")]
    if family in ("input", "model"):
        return given
    shown: list[Shown] = []
    if isinstance(decode(rest.get("layer")), Made):
        shown.append(Shown("layer", rest["layer"], "place"))
    for key in _BY_PLACE:
        content = None if key == "layer" else rest.pop(key, None)
        if content is not None and not _is_usual(kind, key, content):
            shown.append(Shown(key, content, "place"))
            if key == "pool_size" and rest.get("strides") == content:
                del rest["strides"]
    for key in _NAMED_IN_PICTURE:
        if key in rest and not _is_usual(kind, key, content := rest.pop(key)):
            shown.append(Shown(key, content, "flag"))
    if "axis" in rest and (kind in JOINS or (kind == "Softmax" and rest["axis"] != -1)):
        shown.append(Shown("axis", rest.pop("axis"), "name"))
    if kind == "Rescaling":
        shown.append(Shown("scale", rest.get("scale"), "factor"))
    if family != "operation":
        rest = {key: content for key, content in rest.items() if not _QUIET.fullmatch(key) and content is not False}
    others = [Shown(key, content, "name") for key, content in rest.items() if _is_said(content)]
    return shown + others[:_MOST_OTHERS] + given


def _is_said(content: object) -> bool:
    return content is not None and content != ()


def _is_usual(kind: str, key: str, content: object) -> bool:
    """Whether a setting goes without saying; `(1, 1)` where 1 does."""
    usual = _USUAL_OF.get(kind, {}).get(key, _USUAL.get(key, ()))
    ones = isinstance(content, tuple) and set(content) == {1} and 1 in usual
    return content in usual or ones
