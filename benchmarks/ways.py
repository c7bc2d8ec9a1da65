"""Ways to ask whether a model is the one that was asked for: the course's, and those that people use today.

Each is made from the right model and then asked of others: `accepts(model)`. A way gets what its users give it: a list
of layers or a cell of assertions looks at the model as Keras lists it, and graphs for networkx are labelled with each
layer's class and settings, their edges with nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from course_utils.graphs.difference import compare_models
from course_utils.graphs.graph import Graph
from course_utils.graphs.reading.read import read

if TYPE_CHECKING:
    import keras
    import networkx

LIMIT = 0.5
"""Seconds that a graph edit distance may take; what it has found by then counts."""
Accepts = Callable[["keras.Model"], bool]


def course(target: keras.Model, without: Collection[str] = (), also: Collection[str] = ()) -> Accepts:
    """`compare_models`, with the rules of an exercise."""
    return lambda model: compare_models(model, target, without=without, also=also).same


def layer_list(target: keras.Model) -> Accepts:
    """Class, output shape and number of parameters of each layer, in order: as courses compare architectures."""
    wanted = _listed(target)
    return lambda model: _listed(model) == wanted


def _listed(model: keras.Model) -> list[tuple[str, Any, int]]:
    return [(type(layer).__name__, _shape(layer.output), layer.count_params()) for layer in model.layers]


def _shape(output: Any) -> Any:
    return [tuple(tensor.shape) for tensor in output] if isinstance(output, (list, tuple)) else tuple(output.shape)


def assertions(target: keras.Model) -> Accepts:
    """A cell of plain assertions, as graders run it: parameters, output shape, kinds of layers that are there, loss."""
    parameters, shape = target.count_params(), target.output_shape
    kinds = {type(layer).__name__ for layer in target.layers if layer.weights}
    loss = getattr(target, "loss", None)

    def cell(model: keras.Model) -> None:
        assert model.count_params() == parameters
        assert model.output_shape == shape
        assert kinds <= {type(layer).__name__ for layer in model.layers}
        assert loss is None or model.loss == loss

    def accepts(model: keras.Model) -> bool:
        try:
            cell(model)
        except AssertionError:
            return False
        return True

    return accepts


def vf2(target: keras.Model) -> Accepts:
    """The VF2++ of networkx on graphs of calls, labelled with class and settings."""
    import networkx

    wanted = as_network(read(target))
    return lambda model: bool(networkx.vf2pp_is_isomorphic(as_network(read(model)), wanted, node_label="label"))


def edit_distance(target: keras.Model, limit: float = LIMIT) -> Accepts:
    """The graph edit distance of networkx on the same graphs, under a limit of time: a distance of 0 accepts."""
    import networkx

    wanted = as_network(read(target))

    def accepts(model: keras.Model) -> bool:
        mine = as_network(read(model))
        return networkx.graph_edit_distance(mine, wanted, node_match=_alike, timeout=limit) == 0

    return accepts


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["label"] == other["label"])


def as_network(graph: Graph, *, settings: bool = True) -> networkx.DiGraph:
    """A graph for networkx: its calls as nodes, labelled with class and, if asked, settings."""
    import networkx

    network = networkx.DiGraph()
    for at, node in enumerate(graph.nodes):
        label = tuple(sorted((key, repr(value)) for key, value in node.settings.items())) if settings else ()
        network.add_node(at, label=(node.kind, label))
        network.add_edges_from((tensor.node, at) for tensor in node.inputs)
    return network


WAYS: dict[str, Callable[..., Accepts]] = {
    "compare_models": course,
    "list of layers": layer_list,
    "assertions": assertions,
    "networkx VF2++": vf2,
    f"networkx edit distance, ≤ {LIMIT} s": edit_distance,
}
"""Each way by name; the first is the course's."""
