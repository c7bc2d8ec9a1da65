"""A copy of a model that has learned nothing yet: the same layers, newly initialised."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.models import all_layers
from course_utils.graphs.reading.calls import ends_of
from course_utils.graphs.reading.errors import KerasChanged
from course_utils.graphs.reading.inside import (
    finish_adapting,
    is_adapted,
    own_weights,
    run_through,
    standardized,
    sublayers,
)
from course_utils.graphs.reading.traceless import weights_kept

if TYPE_CHECKING:
    import keras

_MOST_COLUMNS = 32  # of what is computed before training; wider results are taken for features
# What a class of the learner's own changes about training; a copy without it would train otherwise.
_TRAINING = ("train_step", "compute_loss", "compute_metrics", "fit", "compile")


@contextlib.contextmanager
def fresh_copy(model: keras.Model) -> Iterator[keras.Model]:
    """A copy with weights drawn anew, not compiled.

    What was adapted to data without training (`Normalization`) is taken over; what was trained is not, be it frozen or
    not. A layer that Keras cannot make anew (an activation that is a lambda, a class whose config tells less than it
    was made with) is the learner's in the copy, too: it gets new weights there and its own ones back at the end.
    """
    import keras

    lent: list[keras.layers.Layer] = []

    def made_anew(layer: keras.layers.Layer) -> keras.layers.Layer:
        with contextlib.suppress(Exception):
            made = layer.__class__.from_config(layer.get_config())
            if made.name == layer.name:  # else its config does not tell all that it was made with
                return made
        if layer.variables:
            lent.append(layer)
        return layer

    with _without_compiling(model), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a lambda is not safe to save
        copy = keras.models.clone_model(model, clone_function=made_anew, recursive=True)
    _give_class(copy, model)
    with weights_kept(variable for layer in lent for variable in layer.variables):
        for layer in lent:
            _initialise(layer)
        _take_over(copy, model)
        yield copy


@contextlib.contextmanager
def _without_compiling(model: keras.Model) -> Iterator[None]:
    """`clone_model` compiles the copy like the model, which fails for a loss that Keras cannot serialise."""
    compiled = model.compiled
    model.compiled = False
    try:
        yield
    finally:
        model.compiled = compiled


def _give_class(copy: keras.Model, model: keras.Model) -> None:
    """Make the copy train like the model: Keras gives the copy of a class with its own `__init__` a plain one."""
    import keras

    own = type(model)
    if type(copy) is own or not any(getattr(own, name) is not getattr(keras.Model, name) for name in _TRAINING):
        return
    layers = {layer.name: layer for layer in copy.layers}
    for key, value in model.__dict__.items():
        if key in copy.__dict__:
            continue
        if isinstance(value, keras.layers.Layer):
            value = layers.get(value.name, value)
        elif isinstance(value, keras.Metric):
            value = type(value).from_config(value.get_config())
        setattr(copy, key, value)
    copy.__class__ = own


def _initialise(layer: keras.layers.Layer) -> None:
    """Draw a layer's weights anew, by its own initialisers where they are known."""
    import keras

    for part in sublayers(layer):
        for variable in own_weights(part):
            if not variable.dtype.startswith(("float", "bfloat")):
                continue
            stem = variable.name.replace("recurrent_kernel", "recurrent").replace("depthwise_kernel", "depthwise")
            usual = "glorot_uniform" if len(variable.shape) > 1 else "ones" if stem in _FROM_ONE else "zeros"
            given = getattr(part, f"{stem}_initializer", None) or getattr(part, f"{variable.name}_initializer", usual)
            draw = keras.initializers.get(given)
            if isinstance(draw, keras.initializers.Initializer):  # made anew, or it draws the same again
                draw = type(draw).from_config(draw.get_config())
            variable.assign(draw(variable.shape, dtype=variable.dtype))


_FROM_ONE = ("gamma", "scale", "moving_variance")


def _take_over(copy: keras.Model, model: keras.Model) -> None:
    """Give the copy what a `Normalization` was adapted to."""
    for mine, theirs in zip(all_layers(copy), all_layers(model), strict=True):
        if mine is theirs or not is_adapted(mine):
            continue
        for own, given in zip(mine.variables, theirs.variables, strict=True):
            own.assign(given)
        finish_adapting(mine)


def untrained_numbers(copy: keras.Model, inputs: Any) -> list[np.ndarray]:
    """What the copy computes for these inputs before anything that trains: a column for each single number.

    Args:
        copy: a model that Keras runs through its graph; of another, nothing is found.
        inputs: a batch, as the model takes it.

    Returns:
        Arrays of shape (batch,), of results that no trainable weight leads to; inputs themselves are left out.
    """
    import keras

    untrained: dict[int, Any] = {}  # kept alive, so that no id comes twice
    found: list[np.ndarray] = []

    def watched(operation: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            if isinstance(operation, keras.Model) and ends_of(operation) is not None:
                return run_through(operation, standardized(operation, args[0]), watched)
            result = operation(*args, **kwargs)
            given = [one for one in keras.tree.flatten((args, kwargs)) if hasattr(one, "shape")]
            if not getattr(operation, "trainable_weights", ()) and all(id(one) in untrained for one in given):
                for one in keras.tree.flatten(result):
                    untrained[id(one)] = one
                    numbers = np.asarray(keras.ops.convert_to_numpy(one), dtype="float64")
                    if numbers.ndim and 0 < numbers.size <= _MOST_COLUMNS * len(numbers):
                        found.extend(numbers.reshape(len(numbers), -1).T)
            return result

        return call

    try:
        tensors = standardized(copy, inputs)
        untrained.update({id(one): one for one in keras.tree.flatten(tensors)})
        run_through(copy, tensors, watched)
    except KerasChanged:
        raise
    except Exception:  # what does not run this way is judged by its training alone
        return []
    return found
