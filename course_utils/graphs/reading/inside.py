"""What models, layers, optimizers, losses and metrics hold that Keras does not document.

Each attribute is asked for by `undocumented`, which says so when a Keras has it no more, and has a test of its own in
`tests/test_graphs_canaries.py`. What Keras documents and gives the same is taken instead wherever there is such a way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from course_utils.graphs.layers import is_keras
from course_utils.graphs.reading.errors import KerasChanged


def undocumented(owner: Any, name: str) -> Any:
    """An attribute that Keras has and does not document.

    Raises:
        KerasChanged: if this Keras has it no more.
    """
    try:
        return getattr(owner, name)
    except AttributeError:
        raise KerasChanged(name, owner) from None


def structure_of(model: Any) -> Any:
    """How a model with a graph takes its inputs: a tensor, a list, a dict."""
    import keras

    return model.inputs[0] if isinstance(model, keras.Sequential) else model.input


def outputs_structure_of(model: Any) -> Any:
    """How a model with a graph gives its outputs: a tensor, a list, a dict."""
    import keras

    if not isinstance(model, keras.Sequential):
        return model.output
    return model.outputs if len(model.outputs) > 1 else model.outputs[0]


def names_of_heads(model: Any) -> list[str]:
    """The names by which a model takes targets; none for a Sequential, which takes them in order."""
    import keras

    return list(undocumented(model, "output_names")) if isinstance(model, keras.Function) else []


def _functional(model: Any) -> Any:
    """The functional model that a Sequential one is made of; a functional one itself."""
    import keras

    return undocumented(model, "_functional") if isinstance(model, keras.Sequential) else model


def standardized(model: Any, inputs: Any) -> list[Any]:
    """What a model with a graph is given, as tensors in the order of its inputs."""
    return list(undocumented(_functional(model), "_standardize_inputs")(inputs))


def run_through(model: Any, tensors: list[Any], stand_in: Callable[[Any], Any]) -> Any:
    """Run a model call by call.

    Args:
        model: has a graph.
        tensors: in the order of its inputs, symbolic or not.
        stand_in: from a layer or operation to what is called in its place.

    Returns:
        What the model gives.
    """
    return undocumented(_functional(model), "_run_through_graph")(tensors, operation_fn=stand_in)


def sublayers(layer: Any) -> list[Any]:
    """A layer and the layers that it holds: a wrapper's, a cell, the pieces of a block of one's own; else nothing."""
    import keras

    return list(undocumented(layer, "_flatten_layers")()) if isinstance(layer, keras.layers.Layer) else []


def made_to_train(layer: Any) -> list[Any]:
    """The weights of a layer, without those of layers that it holds, that train unless the layer is frozen."""
    return list(undocumented(layer, "_trainable_variables"))


def own_weights(layer: Any) -> list[Any]:
    """The weights of a layer, without those of layers that it holds."""
    of_others = {id(weight) for one in sublayers(layer)[1:] for weight in one.weights}
    return [weight for weight in layer.weights if id(weight) not in of_others]


def is_adapted(layer: Any) -> bool:
    """Whether a layer is of a class of Keras's that data are shown to by `adapt`, before any training."""
    import keras

    adapted = ("Normalization", "Discretization", "TextVectorization", "StringLookup", "IntegerLookup")
    return isinstance(layer, tuple(getattr(keras.layers, name) for name in adapted))


def finish_adapting(layer: Any) -> None:
    """Have a layer work with what it was given in its variables: it computes with constants made from them."""
    undocumented(layer, "finalize_state")()


def statistics_of(layer: Any) -> tuple[Any, Any]:
    """The mean and the variance that a `Normalization` computes with."""
    return undocumented(layer, "mean"), undocumented(layer, "variance")


def is_made_from_config(layer: Any) -> bool:
    """Whether a layer was made by `from_config`, as all layers of a clone are, and not by a line of code.

    Keras keeps the arguments that a layer was made with: a config gives all there are, `trainable` and `dtype` too.
    """
    given = undocumented(layer, "_auto_config")  # None where one of them is no number, text or truth value
    return given is not None and {"trainable", "dtype"} <= undocumented(given, "config").keys()


def compile_arguments(model: Any) -> dict[str, Any]:
    """The arguments of a model's last `compile`, as they were given; {} if it is not compiled."""
    if not getattr(model, "compiled", False):
        return {}
    arguments: dict[str, Any] = undocumented(undocumented(model, "_compile_config"), "config")
    return arguments


def trained_by(optimizer: Any) -> list[Any]:
    """The variables that an optimizer changes: those that trained when it was first used; [] before, and for None."""
    return [] if optimizer is None else list(undocumented(optimizer, "_trainable_variables"))


def wrapped(made: Any) -> tuple[Any, Mapping[str, Any]]:
    """The function that a loss or metric applies, and what it gives that function besides targets and predictions.

    Args:
        made: a loss or metric, of Keras's or of one's own, or a function.

    Returns:
        The function, or `made` itself if it wraps none; and the arguments.
    """
    import keras

    if isinstance(made, keras.metrics.MeanMetricWrapper):
        return undocumented(made, "_fn"), undocumented(made, "_fn_kwargs")
    kinds = type(made).__mro__
    if isinstance(made, keras.losses.Loss) and next(filter(is_keras, kinds)) is not keras.losses.Loss:
        return undocumented(made, "fn"), undocumented(made, "_fn_kwargs")
    return getattr(made, "fn", made), {}
