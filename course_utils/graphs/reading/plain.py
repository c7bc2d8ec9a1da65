"""Settings of layers and arguments of calls as strings, numbers and tuples, so that equal ones are equal."""

from __future__ import annotations

import dis
import functools
import hashlib
import inspect
import math
import types
from collections.abc import Hashable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from course_utils.graphs.layers import is_keras, kind_of, standing_class
from course_utils.graphs.reading.calls import leaves
from course_utils.graphs.reading.functions import activation_named, is_own

# What a layer is called, how it is stored and where its random numbers start do not say what it computes.
_NOT_SETTINGS = frozenset(
    {"name", "dtype", "trainable", "seed", "batch_shape", "batch_input_shape", "build_config", "compile_config",
     "quantization_config", "module", "registered_name"}
)  # fmt: skip


def settings_of(layer: Any) -> dict[str, object]:
    """Settings of a layer, simplified to strings, numbers and tuples."""
    cls = type(layer)
    keys = _REGULAR.get(cls)
    settings = None if keys is None else _from_attributes(layer, keys)
    if settings is None:
        settings = _from_config(layer)
        # A layer of which `get_config` fails, as it does where one without it is held, says nothing of its class.
        if cls not in _REGULAR and is_keras(cls) and _config(layer) is not None:
            regular = _from_attributes(layer, tuple(settings)) == settings
            _REGULAR[cls] = tuple(settings) if regular else None
    if (penalty := getattr(layer, "activity_regularizer", None)) is not None:  # which few layers write out
        settings["activity_regularizer"] = plain({"class_name": type(penalty).__name__, "config": _config(penalty)})
    if rank := getattr(layer, "lora_rank", None):  # which few layers have, and write out only then
        settings["lora_rank"] = rank
    return settings


def _config(thing: Any) -> object:
    try:
        return thing.get_config()
    except Exception:  # a function, or a class without it
        return None


_REGULAR: WeakKeyDictionary[type, tuple[str, ...] | None] = WeakKeyDictionary()
"""Settings of Keras's own classes that were seen to be attributes of the same name; None for the other classes.

`get_config` takes most of the time of reading a model, and nearly all of it goes into writing out initialisers and
dtypes; attributes are read several times as fast.
"""


def _from_attributes(layer: Any, keys: tuple[str, ...]) -> dict[str, object] | None:
    """Settings read from attributes; None if one is not of a kind that is surely written as it is."""
    import keras

    settings: dict[str, object] = {}
    for key in keys:
        content = getattr(layer, key, layer)
        if (
            content is None
            or type(content) in (bool, int, float, str)
            or (type(content) in (tuple, list) and all(type(v) in (bool, int, float, str) for v in content))
        ):
            settings[key] = plain(content)
        elif isinstance(content, types.FunctionType) and is_keras(content):
            settings[key] = content.__name__
        elif isinstance(content, keras.initializers.Initializer) and is_keras(type(content)):
            settings[key] = plain({"class_name": type(content).__name__, "config": content.get_config()})
        else:
            return None
    return settings


def _from_config(layer: Any) -> dict[str, object]:
    """Settings from `get_config`."""
    import keras

    standing = standing_class(type(layer))
    try:
        config = (standing or type(layer)).get_config(layer)  # type: ignore[attr-defined]
        if not isinstance(config, dict):
            raise TypeError
        if isinstance(layer, keras.Model) and is_keras(type(layer).get_config):
            raise TypeError  # Keras forgets what a subclassed model was given by position: Sub(2) says units=3
    except Exception:  # a learner's own layer without a get_config that works
        config = {}
    if standing is None:  # what it computes may depend on more than it writes out, if it writes out anything of its own
        config = {**config, **{k: v for k, v in _attributes(layer).items() if k not in config}}
    settings = {k: plain(v) for k, v in config.items() if k not in _NOT_SETTINGS}
    held = getattr(layer, "layer", None)
    if not config and is_keras(type(layer)) and isinstance(held, keras.layers.Layer):  # which cannot be written out
        settings["layer"] = (kind_of(held), tuple(sorted(settings_of(held).items())))
    for key in ("function", "activation", "recurrent_activation"):
        function = getattr(layer, key, None)
        if function is not None and is_own(function):
            known = activation_named(function) if key != "function" else None
            settings[key] = known or _fingerprint(function)
    return settings


def _attributes(layer: Any) -> dict[str, Any]:
    """What a learner's own layer keeps that is plain; of Keras's class that it derives from, too."""
    return {
        key: content
        for key, content in vars(layer).items()
        if not key.startswith("_") and key not in _own_attributes() and _is_plain(content)
    }


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Whether a value is all that can be said of it: a number, a text, an array, a list of them."""
    if isinstance(value, (bool, int, float, str, np.generic, np.ndarray)):
        return True
    if isinstance(value, (tuple, list)):
        return depth < _DEEPEST and all(v is None or _is_plain(v, depth + 1) for v in value)
    if isinstance(value, dict):
        return depth < _DEEPEST and all(v is None or _is_plain(v, depth + 1) for v in value.values())
    return _is_constant_tensor(value)


_DEEPEST = 5


def _is_constant_tensor(value: Any) -> bool:
    """Whether a value is a tensor of numbers, no weight and no symbolic one."""
    is_tensor = hasattr(value, "shape") and callable(getattr(value, "numpy", None))
    return is_tensor and not isinstance(value, types.ModuleType) and not hasattr(value, "trainable")


@functools.cache
def _own_attributes() -> frozenset[str]:
    """What Keras itself keeps in every layer and model: asked, since its versions differ."""
    import keras

    # Named, so that the count of automatic names goes on as if they had not been made.
    return frozenset({*vars(keras.layers.Layer(name="layer")), *vars(keras.Model(name="model"))})


def plain(value: Any, depth: int = 0) -> object:
    """A setting as strings, numbers and tuples, so that equal settings are equal and can be hashed."""
    if isinstance(value, float) and not math.isfinite(value):
        return ("float", str(value))  # NaN is not even equal to itself, and neither counts as a number to reckon with
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if depth > 20:
        return "…"
    if isinstance(value, (list, tuple)):
        return tuple([plain(v, depth + 1) for v in value])
    if isinstance(value, dict):
        if "class_name" in value:
            name, config = value["class_name"], value.get("config")
            if not config:
                return name
            if name == "__lambda__":
                return ("function", hashlib.sha256(repr(config).encode()).hexdigest()[:16])
            if name == "function" and isinstance(config, str):
                return config
            if name in ("__numpy__", "__tensor__"):
                return _constant(np.asarray(config["value"]))
            return (name, plain(config, depth + 1))
        if value.keys() == {"value"} and _is_dumped(value["value"]):  # as an activation of a cell is written out
            return ("function", hashlib.sha256(repr(value).encode()).hexdigest()[:16])
        items = [(str(k), plain(v, depth + 1)) for k, v in value.items() if k not in _NOT_SETTINGS]
        return tuple(sorted(items, key=lambda item: item[0]))
    if isinstance(value, slice):
        return ("slice", plain(value.start), plain(value.stop), plain(value.step))
    if value is Ellipsis:
        return "..."
    if isinstance(value, np.generic):
        return plain(float(value)) if isinstance(value, np.floating) else value.item()
    if isinstance(value, (types.FunctionType, functools.partial)):
        return _fingerprint(value)
    if isinstance(value, type) or callable(value):
        return getattr(value, "__name__", None) or type(value).__name__
    return _constant(value)


def _is_dumped(value: object) -> bool:
    """Whether a setting is the code of a function with its defaults and its closure, as Keras stores it."""
    return isinstance(value, (tuple, list)) and len(value) == 3 and isinstance(value[0], str) and len(value[0]) > 50


def _constant(value: Any) -> object:
    """An array given to a call: its numbers if few, else its shape and a digest."""
    shape = getattr(value, "shape", None)
    if shape is None:
        return type(value).__name__
    if hasattr(value, "trainable"):  # a weight, which changes: only its shape says something
        return ("variable", tuple(shape))
    try:
        array = np.asarray(value)
    except Exception:
        return type(value).__name__
    if array.dtype.kind == "O":  # of whatever else
        return ("array", array.shape)
    if array.size <= 64:
        return plain(array.tolist())
    return ("array", array.shape, hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16])


def same_plain(value: Any, default: Any) -> bool:
    """Whether an argument of a call has its default value."""
    if default is inspect.Parameter.empty:
        return False
    return plain(value) == plain(default) and isinstance(value, bool) == isinstance(default, bool)


def _fingerprint(function: Any) -> Hashable:
    """What a function does, as far as its code shows: two copies of one lambda are equal, wherever they stand."""
    if id(function) in _BEING_READ:
        return ("function", "itself")  # it is held by its own closure
    _BEING_READ.add(id(function))
    try:
        digest = hashlib.sha256()
        for part in _parts(function):
            digest.update(part)
        return ("function", digest.hexdigest()[:16])
    finally:
        _BEING_READ.discard(id(function))


def code_of(cls: type) -> str:
    """A digest of what a class defines on top of Keras's: the same where the same lines are run again."""
    digest = hashlib.sha256()
    for base in cls.__mro__:
        if is_keras(base):
            break
        for name, content in sorted(vars(base).items()):
            # Of a class method or a static one, of a property.
            function = getattr(content, "__func__", None) or getattr(content, "fget", None) or content
            if isinstance(function, types.FunctionType):
                digest.update(repr((name, _fingerprint(function))).encode())
            elif isinstance(content, (bool, int, float, str, tuple)) and not name.startswith("__"):
                digest.update(repr((name, plain(content))).encode())
    return digest.hexdigest()[:16]


def held_by(layer: Any) -> str:
    """A digest of the layers and functions of one's own that a layer keeps, whatever it calls them; "" for none."""
    import keras

    kept = [leaf for key, part in vars(layer).items() if not key.startswith("_") for _, leaf in leaves(part, "")]
    said = [repr(_fingerprint(part)) for part in kept if isinstance(part, types.FunctionType) and is_own(part)]
    for one in dict.fromkeys(part for part in kept if isinstance(part, keras.layers.Layer)):
        if id(one) not in _BEING_READ:
            _BEING_READ.add(id(one))
            try:
                inside = "" if is_keras(type(one)) else held_by(one)
                said.append(repr((kind_of(one), sorted(settings_of(one).items()), inside)))
            finally:
                _BEING_READ.discard(id(one))
    return hashlib.sha256(repr(sorted(said)).encode()).hexdigest()[:16] if said else ""


_BEING_READ: set[int] = set()


def _globals(function: Any, code: types.CodeType) -> Iterator[bytes]:
    """What names outside of a function stand for: plain values, and other functions that are defined beside it."""
    outside = getattr(function, "__globals__", {})
    for name in dict.fromkeys(i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")):
        content = outside.get(name)
        beside = isinstance(content, types.FunctionType) and content.__globals__ is outside
        if beside or _is_plain(content):
            yield repr((name, plain(content))).encode()


def _parts(function: Any) -> Iterator[bytes]:
    """All that says what a function does."""
    if isinstance(function, functools.partial):
        yield repr(plain([function.func, function.args, function.keywords])).encode()
        return
    code = getattr(function, "__code__", None)
    if not isinstance(code, types.CodeType):  # a bound method, or an object that can be called
        yield repr((type(function).__qualname__, getattr(function, "__qualname__", ""))).encode()
        yield repr(plain(getattr(function, "__dict__", None))).encode()
        return
    stack: list[types.CodeType] = [code]
    while stack:
        code = stack.pop()
        yield code.co_code
        yield repr(code.co_names).encode()
        yield from _globals(function, code)
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                stack.append(constant)
            else:
                yield repr(constant).encode()
    for cell in getattr(function, "__closure__", None) or ():
        try:
            yield repr(plain(cell.cell_contents)).encode()
        except ValueError:  # an empty cell
            yield b"empty"
    yield repr(plain(getattr(function, "__defaults__", None))).encode()
