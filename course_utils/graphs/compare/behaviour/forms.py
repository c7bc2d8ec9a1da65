"""What two normal forms say before the models are run: whether running them can tell anything, and how it is done."""

from __future__ import annotations

import math
from collections import Counter

from course_utils.graphs.graph import Call, Graph, Shape, setting_name


def same_ends(mine: Graph, theirs: Graph) -> bool:
    """Whether inputs and outputs are as asked, one by one."""
    for what in ("inputs", "outputs"):
        ends, others = getattr(mine, what), getattr(theirs, what)
        if len(ends) != len(others):
            return False
        for end, other in zip(ends, others, strict=True):
            node, wanted = mine.nodes[end.node], theirs.nodes[other.node]
            if what == "inputs" or "output" in (node.family, wanted.family):
                # A dtype is left out where it does not matter.
                keys = {*node.settings, *wanted.settings} - (
                    {"dtype"} - (node.settings.keys() & wanted.settings.keys())
                )
                if node.family != wanted.family or any(node.settings.get(k) != wanted.settings.get(k) for k in keys):
                    return False
            elif not _fit(node.shapes[end.output], wanted.shapes[other.output]):
                return False
    return True


def told(graph: Graph) -> Counter[object]:
    """What running may not show: what calls are told about training, which Keras overrules; states that are kept."""
    live = [graph.nodes[i] for i in graph.live()]
    told = Counter[object](("training", node.settings["training"]) for node in live if "training" in node.settings)
    told += Counter[object](("stateful", node.kind) for node in live if _keeps_state(node))
    return told + Counter[object](node.kind for node in live if node.kind == "StopGradient")


def _keeps_state(node: Call) -> bool:
    """Whether a layer, or one that it holds, goes on with the next batch where it ended with the last."""
    return any(setting_name(key) == "stateful" and content is True for key, content in node.settings.items())


def work_of(form: Graph) -> int:
    """About how many products a run makes for each row: every weight is used once at each place of the result."""
    work = 0
    for node in form.nodes:
        if node.parameters and node.kind != "Embedding":
            work += node.parameters * math.prod(n for n in node.shapes[0][1:-1] if n is not None)
    return work


def _fit(shape: Shape, other: Shape) -> bool:
    """Whether two shapes may be one; None is any number."""
    return len(shape) == len(other) and all(None in (n, m) or n == m for n, m in zip(shape, other, strict=True))


def order_of_ends(graph: Graph, form: Graph) -> tuple[list[int], list[int]]:
    """Of each input and output of a normal form, its place in the graph as read."""
    at = {tensor.node: place for place, tensor in reversed(list(enumerate(graph.inputs)))}
    inputs = [at[form.nodes[tensor.node].origin[0][0]] for tensor in form.inputs]
    places: dict[str, list[int]] = {}
    for place, name in enumerate(graph.output_names):
        places.setdefault(name, []).append(place)
    return inputs, [places[name].pop(0) for name in form.output_names]
