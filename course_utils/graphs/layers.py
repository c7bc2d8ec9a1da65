"""What class of Keras's a layer is: told by identity, never by name alone."""

from __future__ import annotations

import functools
from typing import Any

COMPUTES_MASKS = frozenset({"NotEqual", "Any"})
"""Operations that Keras calls by itself to compute the mask of an `Embedding` or `Masking` layer."""

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
