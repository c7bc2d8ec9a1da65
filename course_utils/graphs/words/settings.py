"""How a learner is told about layers, wires and settings."""

from __future__ import annotations

from collections.abc import Mapping

from course_utils.graphs.graph import EACH_STEP, IN_PART, Node

# The settings by which a layer is known, in the order of its arguments.
_SHOWN = {
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
}
_QUIET = {
    "activation": "linear", "return_sequences": False, "axis": -1, "normalize": False, "data_format": "channels_last",
    "merge_mode": "concat",
}  # fmt: skip
_QUIET_OF = {"ReLU": {"negative_slope": 0, "threshold": 0}}
_POSITIONAL = frozenset(
    {"units", "filters", "kernel_size", "input_dim", "output_dim", "rate", "pool_size", "n", "layer"}
)


def _shown(kind: str) -> tuple[str, ...]:
    if kind.startswith(("Conv", "SeparableConv")):
        return ("filters", "kernel_size", "strides", "activation")
    if kind.startswith("DepthwiseConv"):
        return ("kernel_size", "activation")
    if kind.startswith(("MaxPooling", "AveragePooling")):
        return ("pool_size",)
    return _SHOWN.get(kind, ())


def _few(settings: Mapping[str, object]) -> tuple[str, ...]:
    """The settings of a class that is not listed here, a learner's own for instance, if they are few."""
    said = tuple(k for k, v in settings.items() if v is not None and v is not False and v != () and not _in_part(v))
    return said if len(said) <= 3 else ()


def _in_part(content: object) -> bool:
    """Whether a setting says something of a part of the weights, so that it is no argument that could be written."""
    return isinstance(content, tuple) and content[:1] == (IN_PART,)


def value(setting: object) -> str:
    """A setting as it would be written in code, shortened."""
    if isinstance(setting, tuple) and len(setting) == 2 and isinstance(setting[0], str):
        if setting[0] == "function":
            return "a function of your own"
        if _in_part(setting):
            return IN_PART
        if setting[0] == "float":
            return f"float({setting[1]!r})"
        if isinstance(setting[1], tuple) and all(isinstance(p, tuple) and len(p) == 2 for p in setting[1]):
            return _call(setting[0], dict(setting[1]))
        if setting[0] == "variable":
            return f"a weight of shape {setting[1]!r}"
    if isinstance(setting, tuple) and len(setting) in (2, 3) and setting[0] == "array":
        return f"an array of shape {setting[1]!r}"
    if isinstance(setting, tuple) and setting:
        parts = [value(part) for part in setting]
        text = f"({', '.join(parts)}{',' * (len(parts) == 1)})"
        return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
    if isinstance(setting, float) and setting.is_integer() and abs(setting) < 1e9:
        return str(int(setting))
    text = repr(setting)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


_LONGEST = 60


def shows_all(setting: object) -> bool:
    """Whether a setting can be written out in full: no function and no array, which only a digest stands for."""
    if isinstance(setting, tuple):
        digested = setting[:1] in (("function",), ("array",), ("variable",), (IN_PART,))
        return not digested and all(map(shows_all, setting))
    return True


def as_written(key: str, original: Node) -> str:
    """What a setting of a normal form is called where its author wrote it: the units of a convolution are filters."""
    return "filters" if key == "units" and "filters" in original.settings else key


def setting(key: str, content: object) -> str:
    """`units=32`."""
    return f"{key}={value(content)}"


def axis_of_each_step(node: Node) -> object:
    """The axis of the layer inside a TimeDistributed, as read, counted from the front as its author did; or None."""
    layer = node.settings.get("layer") if node.kind == "TimeDistributed" else None
    if not isinstance(layer, tuple) or len(layer) != 2 or not isinstance(layer[1], tuple):
        return None
    axis = dict(layer[1]).get("axis")
    axes = axis if isinstance(axis, tuple) else (axis,)
    return axis if any(isinstance(one, int) and one > 0 for one in axes) else None


def spelled(node: Node, original: Node | None = None) -> str:
    """A call as code: `Dense(32, activation='relu')`.

    Args:
        node: the call in a normal form.
        original: the call as read, if its class is to be named as it was written.
    """
    written = original
    if original is not None and axis_of_each_step(original) is not None:
        return f"TimeDistributed({value(original.settings['layer'])})"
    if original is None or original.family != "layer" or original.kind in ("Lambda", "TimeDistributed"):
        original = None
    elif original.traced is not None and node.layer != original.layer:
        original = None  # what a function does that is the activation of that layer
    settings: Mapping[str, object] = node.settings
    if original is None and "constant" in settings:
        form = {"Add": "x + {}", "Multiply": "x * {}"}.get(node.kind, f"{node.kind.lower()}(x, {{}})")
        return form.format(value(settings["constant"]))
    if node.kind == "GetItem" and "key" in settings:
        return sliced(settings["key"])
    if original is not None:
        # An activation may have come from a layer of its own.
        own = {"activation": node.settings.get("activation")} if "activation" in original.settings else {}
        settings = {**original.settings, **own}
    elif written is not None and written.family == "operation" and node.kind == "Multiply" and len(node.origin) == 1:
        power = written.settings.get("x2")
        return f"{written.kind}()" if power is None else f"x ** {value(power)}"  # a power is read as a product
    code = _call(node.kind if original is None else original.kind, settings)
    return f"TimeDistributed({code})" if node.settings.get(EACH_STEP) else code


def _call(kind: str, settings: Mapping[str, object]) -> str:
    """A class and the settings by which it is known, as code."""
    parts = []
    quiet = {**_QUIET, **_QUIET_OF.get(kind, {})}
    for key in _shown(kind) or _few(settings):
        content = settings.get(key)
        if content is None or content == quiet.get(key, "no such setting") or (key == "strides" and _ones(content)):
            continue
        if isinstance(content, tuple) and key in ("kernel_size", "pool_size", "strides") and len(set(content)) == 1:
            content = content[0]
        parts.append(value(content) if key in _POSITIONAL else setting(key, content))
    return f"{kind}({', '.join(parts)})"


def held_layer(settings: Mapping[str, object], holder: str) -> str:
    """The layer that a wrapper holds, as code: its settings stand among the wrapper's, as `holder.units`."""
    inside = {k[len(holder) + 1 :]: v for k, v in settings.items() if k.startswith(f"{holder}.")}
    return _call(str(settings.get(holder)), inside)


def sliced(key: object, name: str = "x") -> str:
    """`x[:, -1]`."""

    def part(index: object) -> str:
        if isinstance(index, tuple) and len(index) == 4 and index[0] == "slice":
            ends = ["" if end is None else str(end) for end in index[1:]]
            return ":".join(ends if ends[2] else ends[:2])
        return "..." if index == "..." else str(index)

    parts = key if isinstance(key, tuple) and key[:1] != ("slice",) else (key,)
    return f"{name}[{', '.join(map(part, parts))}]"


def _ones(content: object) -> bool:
    return isinstance(content, tuple) and set(content) == {1}
