"""Settings of layers and arguments of calls as strings, numbers and tuples, so that equal ones are equal."""

from __future__ import annotations

import functools
import hashlib
import inspect
import math
import types
from collections.abc import Hashable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

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
        if cls not in _REGULAR and cls.__module__.startswith("keras.src.layers."):
            regular = _from_attributes(layer, tuple(settings)) == settings
            _REGULAR[cls] = tuple(settings) if regular else None
    return settings


_REGULAR: WeakKeyDictionary[type, tuple[str, ...] | None] = WeakKeyDictionary()
"""Settings of Keras's own classes that were seen to be attributes of the same name; None for the other classes.

`get_config` takes most of the time of reading a model, and nearly all of it goes into writing out initialisers and
dtypes; attributes are read several times as fast.
"""


def _from_attributes(layer: Any, keys: tuple[str, ...]) -> dict[str, object] | None:
    """Settings read from attributes; None if one is not of a kind that is surely written as it is."""
    settings: dict[str, object] = {}
    for key in keys:
        content = getattr(layer, key, layer)
        if (
            content is None
            or type(content) in (bool, int, float, str)
            or (type(content) in (tuple, list) and all(type(v) in (bool, int, float, str) for v in content))
        ):
            settings[key] = plain(content)
        elif isinstance(content, types.FunctionType) and (content.__module__ or "").startswith("keras."):
            settings[key] = content.__name__
        elif type(content).__module__.startswith("keras.src.initializers."):
            settings[key] = plain({"class_name": type(content).__name__, "config": content.get_config()})
        else:
            return None
    return settings


def _from_config(layer: Any) -> dict[str, object]:
    """Settings from `get_config`."""
    import keras

    try:
        config = layer.get_config()
        if not isinstance(config, dict):
            raise TypeError
        if isinstance(layer, keras.Model) and type(layer).get_config.__module__.startswith("keras."):
            raise TypeError  # Keras forgets what a subclassed model was given by position: Sub(2) says units=3
    except Exception:  # a learner's own layer without a get_config that works
        config = {
            k: v
            for k, v in vars(layer).items()
            if not k.startswith("_") and isinstance(v, (bool, int, float, str, tuple)) and k not in _own_attributes()
        }
    settings = {k: plain(v) for k, v in config.items() if k not in _NOT_SETTINGS}
    for key in ("function", "activation"):
        if key in settings and isinstance(getattr(layer, key, None), types.FunctionType):
            function = getattr(layer, key)
            if not (function.__module__ or "").startswith("keras."):
                settings[key] = _fingerprint(function)
    return settings


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
            if name == "function" and isinstance(config, str):
                return config
            return (name, plain(config, depth + 1))
        items = [(str(k), plain(v, depth + 1)) for k, v in value.items() if k not in _NOT_SETTINGS]
        return tuple(sorted(items, key=lambda item: item[0]))
    if isinstance(value, slice):
        return ("slice", plain(value.start), plain(value.stop), plain(value.step))
    if value is Ellipsis:
        return "..."
    if isinstance(value, np.generic):
        return plain(float(value)) if isinstance(value, np.floating) else value.item()
    if isinstance(value, types.FunctionType):
        return _fingerprint(value)
    if isinstance(value, type) or callable(value):
        return getattr(value, "__name__", None) or type(value).__name__
    return _constant(value)


def _constant(value: Any) -> object:
    """An array given to a call: its numbers if few, else its shape and a digest."""
    shape = getattr(value, "shape", None)
    if shape is None:
        return type(value).__name__
    if hasattr(value, "trainable"):  # a weight, which changes: only its shape says something
        return ("variable", tuple(shape))
    try:
        if math.prod(shape) > 1_000_000:
            return ("array", tuple(shape))
        array = np.asarray(value)
    except Exception:
        return type(value).__name__
    if array.size <= 64:
        return plain(array.tolist())
    return ("array", array.shape, hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16])


def same_plain(value: Any, default: Any) -> bool:
    """Whether an argument of a call has its default value."""
    if default is inspect.Parameter.empty:
        return False
    return plain(value) == plain(default) and isinstance(value, bool) == isinstance(default, bool)


def _fingerprint(function: types.FunctionType) -> Hashable:
    """What a function does, as far as its code shows: two copies of one lambda are equal, wherever they stand."""
    digest = hashlib.sha256()
    stack: list[types.CodeType] = [function.__code__]
    while stack:
        code = stack.pop()
        digest.update(code.co_code)
        digest.update(repr(code.co_names).encode())
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                stack.append(constant)
            else:
                digest.update(repr(constant).encode())
    for cell in function.__closure__ or ():
        try:
            digest.update(repr(plain(cell.cell_contents)).encode())
        except ValueError:  # an empty cell
            digest.update(b"empty")
    digest.update(repr(plain(function.__defaults__)).encode())
    return ("function", digest.hexdigest()[:16])
