"""Whether a model gives, with its own weights, what another gives that has a layer of the same name for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from course_utils.graphs.compare.behaviour.forms import order_of_ends, same_ends
from course_utils.graphs.compare.behaviour.inputs import draw, sources
from course_utils.graphs.compare.behaviour.running import Runner
from course_utils.graphs.graph import Graph
from course_utils.graphs.normal import normal_forms
from course_utils.graphs.reading.traceless import without_trace

if TYPE_CHECKING:
    import keras

_ROWS, _LENGTH = 6, 24


def computes_as_named(model: keras.Model, target: keras.Model, graphs: tuple[Graph, Graph]) -> bool:
    """Give the target the weights of the model's layers, by name, and compare what both give.

    What counts as the same graph may still use layers with trained weights in each other's place, or join features in
    an order that they were not trained on.

    Args:
        model: a model; it is run and not changed.
        target: another with the same inputs and outputs; its weights are not changed.
        graphs: of the two, as read.

    Returns:
        Whether both give the same numbers for the same inputs.

    Raises:
        Exception: whatever a layer raises, and where names do not pair the weights.
    """
    forms = normal_forms(*graphs)
    if not same_ends(*forms):
        return False
    mine, theirs = (
        Runner(one, *order_of_ends(graph, form))
        for one, graph, form in zip((model, target), graphs, forms, strict=True)
    )
    own = {layer.name: layer for layer in mine.layers if layer.weights}
    values = {}
    for layer in theirs.layers:
        if layer.weights:
            pairs = zip(layer.weights, own[layer.name].weights, strict=True)
            values.update({id(weight): other.value for weight, other in pairs})
    given = sources(*forms)
    arrays = draw(given, 0, _ROWS, [_LENGTH] * len(given), (), most=1.0)
    with without_trace():
        found, wanted = mine(arrays, {}).outputs, theirs(arrays, values).outputs
    return all(np.allclose(a, b, rtol=1e-3, atol=1e-5) for a, b in zip(found, wanted, strict=True))
