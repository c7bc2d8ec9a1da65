"""Functions known by what they compute: a function of numbers is one of Keras's activations if it gives the same."""

from __future__ import annotations

import contextlib
import functools
import time
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.graphs.layers import is_keras
from course_utils.graphs.reading.traceless import without_trace

_SECONDS = 0.5  # a function that takes longer for a few numbers is not asked again
_EXTREMES = (-3e4, -200.0, -60.0, -6.5, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.5, 25.0, 60.0, 3e4)


def activation_named(function: Callable[..., Any]) -> str | None:
    """The name of the activation of Keras's that `function` computes; None if it is none of them.

    It is called twice, on a few numbers; what it raises does not matter.
    """
    try:
        if function in _KNOWN:
            return _KNOWN[function]
    except TypeError:  # not hashable, or no weak reference to it
        return _named(function)
    name = _named(function)
    with contextlib.suppress(TypeError):
        _KNOWN[function] = name
    return name


_KNOWN: weakref.WeakKeyDictionary[Callable[..., Any], str | None] = weakref.WeakKeyDictionary()


def is_own(function: object) -> bool:
    """Whether a function, or another callable that is no layer, is not Keras's."""
    import keras

    if not callable(function) or isinstance(function, (type, keras.layers.Layer)):
        return False
    return not is_keras(function if getattr(function, "__module__", None) else type(function))


def _named(function: Callable[..., Any]) -> str | None:
    first, *others = _probes()
    with without_trace():
        start = time.monotonic()
        found = _results(function, first)
        if found is None or time.monotonic() - start > _SECONDS:
            return None
        names = [name for name, results in _activations().items() if _same(found, results[0])]
        for place, probe in enumerate(others, start=1):
            found = _results(function, probe) if names else None
            names = [name for name in names if _same(found, _activations()[name][place])]
    return names[0] if names else None


@functools.cache
def _probes() -> tuple[np.ndarray, ...]:
    """Numbers of either sign on three axes, then very large ones: what works along an axis gives itself away."""
    random = np.random.default_rng(19)
    return random.uniform(-10, 10, (2, 3, 8)).astype("float32"), np.array([_EXTREMES, _EXTREMES[::-1]], "float32")


@functools.cache
def _activations() -> dict[str, tuple[np.ndarray | None, ...]]:
    """What each of Keras's activations gives for the probes; of two that give the same the shorter name first."""
    import keras

    found: dict[str, tuple[np.ndarray | None, ...]] = {}
    for name in sorted(dir(keras.activations), key=lambda name: (name != "linear", len(name), name)):
        function = getattr(keras.activations, name)
        if callable(function) and getattr(function, "__name__", "") == name and name not in _NO_ACTIVATIONS:
            found[name] = tuple(_results(function, probe) for probe in _probes())
    return found


_NO_ACTIVATIONS = frozenset({"get", "serialize", "deserialize"})


def _results(function: Callable[..., Any], probe: np.ndarray) -> np.ndarray | None:
    import keras

    try:
        return np.asarray(keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(probe))))
    except (Exception, SystemExit):
        return None


def _same(found: np.ndarray | None, wanted: np.ndarray | None) -> bool:
    if found is None or wanted is None or found.shape != wanted.shape or found.dtype.kind != "f":
        return False
    return bool(np.allclose(found, wanted, rtol=1e-5, atol=1e-6, equal_nan=True))
