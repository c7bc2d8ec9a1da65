"""A model opened up, as criteria look at it: its calls, with the layers that make them.

Only calls that an output depends on count, wherever they stand: in a nested model, in a wrapper, in a layer of the
learner's own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from course_utils.graphs.graph import Call, Graph
from course_utils.graphs.layers import CELLS_OF, CONVOLUTIONAL_RECURRENT, CONVOLUTIONS
from course_utils.graphs.normal.rules.structure import flatten
from course_utils.graphs.reading.inside import sublayers
from course_utils.graphs.reading.read import read_with_layers

# What each kind is to Keras: names of its public classes, which learners' own classes derive from or hold.
KINDS = {
    "convolution": (*CONVOLUTIONS, *CONVOLUTIONAL_RECURRENT),
    "recurrent layer": ("RNN", "Bidirectional", *CELLS_OF, "StackedRNNCells"),
}


@dataclass(frozen=True)
class Design:
    """A model as it was read, and its calls with nested models opened."""

    model: Any
    whole: Graph
    """As read."""
    layers: Sequence[Any]
    """Those that make the calls, by the number that `Call.layer` is."""

    @classmethod
    def of(cls, model: Any) -> Design:
        """Read a model.

        Raises:
            UnreadableModel: if it has no graph of layers.
        """
        return cls(model, *read_with_layers(model))

    @cached_property
    def graph(self) -> Graph:
        """Nested models opened, and what is multiplied by 0 cut off."""
        flat = flatten(self.whole)
        nodes = tuple(replace(node, inputs=(), ports=()) if is_zero(node) else node for node in flat.nodes)
        return replace(flat, nodes=nodes)

    @cached_property
    def live(self) -> list[int]:
        """Calls that an output depends on, each after those that it reads."""
        return sorted(self.graph.ancestors(tensor.node for tensor in self.graph.outputs))

    def layer(self, node: Call) -> Any:
        """The layer or operation that makes a call."""
        return self.layers[node.layer] if isinstance(node.layer, int) else None

    def parts(self, node: Call, *, of_functions: bool = False) -> list[Any]:
        """The layer of a call and those that it holds; those that a `Lambda` calls, if asked for."""
        found = sublayers(self.layer(node))
        if of_functions and node.traced is not None:
            for _, inner in node.traced.walk():
                found += self.parts(inner, of_functions=True)
        return found

    def hidden(self) -> dict[str, int]:
        """Layers that only functions of live calls hold, by name, with their weights, which are not the model's."""
        found: dict[Any, Call] = {}
        waiting = [self.graph.nodes[at] for at in self.live]
        while waiting:
            traced = waiting.pop().traced
            for _, node in traced.walk() if traced is not None else ():
                waiting.append(node)
                if node.settings.get("hidden"):
                    found[node.layer] = node
        return {node.name: node.parameters for node in found.values()}

    def of_kind(self, kind: str) -> list[int]:
        """Live calls of a kind: one of `KINDS`, or a public class of Keras."""
        return [at for at in self.live if any(is_a(part, kind) for part in self.parts(self.graph.nodes[at]))]


def is_zero(node: Call) -> bool:
    """Whether a call gives the same whatever it reads: times 0, a tensor less itself, zeros of its shape."""
    if node.kind in ("ZerosLike", "OnesLike", "FullLike"):
        return True
    if node.kind == "Subtract" and len(node.inputs) == 2 and len(set(node.inputs)) == 1:
        return True
    if node.kind == "Rescaling":
        return node.settings.get("scale") == 0 and node.settings.get("offset") == 0
    return node.kind == "Multiply" and any(node.settings.get(key, 1) == 0 for key in ("x1", "x2", "constant"))


def is_a(layer: Any, kind: str) -> bool:
    """Whether a layer is of a kind: one of `KINDS`, or a public class of Keras."""
    import keras

    classes = (getattr(keras.layers, name, None) for name in KINDS.get(kind, (kind,)))
    return isinstance(layer, tuple(one for one in classes if one is not None))


def longest_chain(design: Design, calls: Collection[int]) -> int:
    """The most layers among these calls that stand one after another on one way; a layer called again counts once."""
    best: dict[int, frozenset[Any]] = {}
    for at, node in enumerate(design.graph.nodes):
        before = [best[tensor.node] for tensor in node.inputs if tensor.node in best]
        chain = max(before, key=len, default=frozenset())
        best[at] = chain | {node.layer} if at in calls else chain
    return max((len(best[at]) for at in calls if at in best), default=0)


def is_passed(design: Design, call: int) -> bool:
    """Whether every way from an input to an output goes through this call."""
    reached = design.graph.ancestors((tensor.node for tensor in design.graph.outputs), without=[call])
    return not any(tensor.node in reached for tensor in design.graph.inputs)
