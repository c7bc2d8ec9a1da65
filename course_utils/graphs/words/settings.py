"""How a learner is told about layers, wires and settings."""

from __future__ import annotations

from collections.abc import Mapping

from course_utils.graphs.graph import EACH_STEP, IN_PART, Call
from course_utils.graphs.reading.decode import (
    Array,
    Function,
    InPart,
    Made,
    NotFinite,
    Plain,
    Several,
    Slice,
    decode,
)
from course_utils.graphs.words.shown import in_sentence


def value(setting: object) -> str:
    """A setting as it would be written in code, shortened."""
    match decode(setting):
        case Function():
            return "a function of your own"
        case InPart():
            return IN_PART
        case NotFinite(name):
            return f"float({name!r})"
        case Made(kind, settings):
            return _call(kind, settings)
        case Array(shape, is_weight):
            return f"{'a weight' if is_weight else 'an array'} of shape {shape!r}"
        case Several(parts) if parts:
            text = f"({', '.join(map(value, parts))}{',' * (len(parts) == 1)})"
        case Plain(float(number)) if number.is_integer() and abs(number) < 1e9:
            return str(int(number))
        case Plain(content):
            text = repr(content)
        case _:
            text = repr(setting)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


_LONGEST = 60


def shows_all(setting: object) -> bool:
    """Whether a setting can be written out in full: no function and no array, which only a digest stands for."""
    match decode(setting):
        case Function() | Array() | InPart():
            return False
        case Made(_, settings):
            return all(map(shows_all, settings.values()))
        case Several(parts):
            return all(map(shows_all, parts))
    return True


def as_written(key: str, original: Call) -> str:
    """What a setting of a normal form is called where its author wrote it: the units of a convolution are filters."""
    return "filters" if key == "units" and "filters" in original.settings else key


def setting(key: str, content: object) -> str:
    """`units=32`."""
    return f"{key}={value(content)}"


def axis_of_each_step(node: Call) -> object:
    """The axis of the layer inside a TimeDistributed, as read, counted from the front as its author did; or None."""
    layer = decode(node.settings.get("layer") if node.kind == "TimeDistributed" else None)
    if not isinstance(layer, Made):
        return None
    axis = layer.settings.get("axis")
    axes = axis if isinstance(axis, tuple) else (axis,)
    return axis if any(isinstance(one, int) and one > 0 for one in axes) else None


def spelled(node: Call, original: Call | None = None) -> str:
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
    for key, content, manner in in_sentence(kind, settings):
        if isinstance(content, tuple) and key in ("kernel_size", "pool_size", "strides") and len(set(content)) == 1:
            content = content[0]
        parts.append(value(content) if manner == "place" else setting(key, content))
    return f"{kind}({', '.join(parts)})"


def held_layer(settings: Mapping[str, object], holder: str) -> str:
    """The layer that a wrapper holds, as code: its settings stand among the wrapper's, as `holder.units`."""
    inside = {k[len(holder) + 1 :]: v for k, v in settings.items() if k.startswith(f"{holder}.")}
    return _call(str(settings.get(holder)), inside)


def sliced(key: object, name: str = "x") -> str:
    """`x[:, -1]`."""

    def part(index: object) -> str:
        meaning = decode(index)
        return str(meaning if isinstance(meaning, Slice) else index)

    meaning = decode(key)
    parts = meaning.parts if isinstance(meaning, Several) else (key,)
    return f"{name}[{', '.join(map(part, parts))}]"
