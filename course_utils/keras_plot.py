"""Keras's own `plot_model`, mended where it stops: at some names, and at formats that IPython cannot show."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable
from html import escape
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from course_utils.graphviz import quoted, when_imported
from course_utils.images import Shown


def mend_keras_plot() -> None:
    """Mend `keras.utils.plot_model`; costs nothing until Keras is imported, and may be called any number of times.

    Keras writes names into HTML labels as they are, so that `a<b` or an activation `<lambda>` leaves a box empty, and
    names clusters after models, so that `a:b` is no graph and two models of one name are one. It ends by handing every
    file to IPython, which refuses all but a few formats once the file is written.
    """
    when_imported("keras.src.utils.model_visualization", _mend)


def _mend(module: ModuleType) -> None:
    names = ("make_layer_label", "get_layer_activation_name", "model_to_dot", "plot_model", "pydot")
    if not all(hasattr(module, name) for name in names) or hasattr(module.plot_model, "_mended"):
        return  # another Keras is left as it is
    label, to_dot, plot = module.make_layer_label, module.model_to_dot, module.plot_model

    @functools.wraps(label)
    def make_layer_label(layer: Any, **options: Any) -> Any:
        spelled = type(_spelled(type(layer).__name__), (_Spelled,), {})
        return label(spelled(layer, module.get_layer_activation_name), **options)

    @functools.wraps(to_dot)
    def model_to_dot(model: Any, *arguments: Any, **options: Any) -> Any:
        dot = to_dot(model, *arguments, **options)
        if isinstance(dot, module.pydot.Cluster):
            dot.set_name(f"cluster_{id(model)}")
            dot.set_label(quoted(_printable(model.name)))
        return dot

    @functools.wraps(plot)
    def plot_model(model: Any, to_file: str | os.PathLike[str] = "model.png", *arguments: Any, **options: Any) -> Any:
        try:
            return plot(model, to_file, *arguments, **options)
        except ValueError as error:
            if not str(error).startswith("Cannot embed the"):
                raise
        # The file is written; what a browser shows is shown.
        if Path(to_file).suffix.lower() != ".svg":
            return None
        return Shown(Path(to_file).read_bytes(), f"Graph of the model {model.name}", "svg+xml")

    plot_model._mended = True  # type: ignore[attr-defined]
    module.make_layer_label = make_layer_label  # type: ignore[attr-defined]
    for old, new in ((to_dot, model_to_dot), (plot, plot_model)):
        _replace(old, new)


def _replace(old: Callable[..., Any], new: Callable[..., Any]) -> None:
    """Put a function in place of another in every module of Keras that has it under its name."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "keras" and vars(module).get(old.__name__) is old:
            setattr(module, old.__name__, new)


class _Spelled:
    """A layer as Keras labels it, its names spelled for HTML."""

    def __init__(self, layer: Any, activation_name: Callable[[Any], str]) -> None:
        self._layer = layer
        self._activation_name = activation_name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._layer, name)

    @property
    def name(self) -> str:
        return _spelled(self._layer.name)

    @property
    def activation(self) -> Any:
        named = self._layer.activation is not None
        return SimpleNamespace(name=_spelled(self._activation_name(self._layer))) if named else None

    @property
    def input(self) -> Any:
        return _with_spelled_keys(self._layer.input)

    @property
    def output(self) -> Any:
        return _with_spelled_keys(self._layer.output)


def _with_spelled_keys(tensors: Any) -> Any:
    if isinstance(tensors, dict):
        return {_spelled(str(key)): _with_spelled_keys(value) for key, value in tensors.items()}
    if isinstance(tensors, (list, tuple)):
        return [_with_spelled_keys(value) for value in tensors]
    return tensors


def _spelled(name: str) -> str:
    """A name in Graphviz's HTML, which may stand in a record and holds escapes like any label."""
    # In bold, and nothing at all must not be: Graphviz then drops the label.
    name = escape(_printable(name).replace("\\", 2 * "\\"))
    return re.sub(r"[\\{|}]", lambda sign: f"&#{ord(sign[0])};", name) or "&#160;"


def _printable(name: str) -> str:
    """A name without what XML cannot hold: characters that do not print, halves of characters."""
    return "".join(c if c.isprintable() else " " for c in name)
