"""What a free design must have, told by what layers are, not by what their classes are called.

Only calls that an output depends on count, wherever they stand: in a nested model, in a wrapper, in a layer of the
learner's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.result import Finding
from course_utils.graphs.graph import Graph, Node
from course_utils.graphs.layers import CELLS_OF, CONVOLUTIONAL_RECURRENT, CONVOLUTIONS
from course_utils.graphs.normal.rules.structure import flatten
from course_utils.graphs.reading.inside import sublayers
from course_utils.graphs.reading.read import read, read_with_layers
from course_utils.graphs.words.sentences import plural

# What each kind is to Keras: names of its public classes, which learners' own classes derive from or hold.
KINDS = {
    "convolution": (*CONVOLUTIONS, *CONVOLUTIONAL_RECURRENT),
    "recurrent layer": ("RNN", "Bidirectional", *CELLS_OF, "StackedRNNCells"),
}


@dataclass(frozen=True)
class Design:
    """The calls of a model, nested models opened, with the layers that make them."""

    graph: Graph
    layers: Sequence[Any]
    """By the number that `Node.layer` is."""

    @classmethod
    def of(cls, model: Any) -> Design:
        """Read a model; what it multiplies by 0 leads nowhere.

        Raises:
            UnreadableModel: if it has no graph of layers.
        """
        graph, layers = read_with_layers(model)
        flat = flatten(graph)
        nodes = tuple(replace(node, inputs=(), ports=()) if is_zero(node) else node for node in flat.nodes)
        return cls(replace(flat, nodes=nodes), layers)

    @cached_property
    def live(self) -> list[int]:
        """Calls that an output depends on, each after those that it reads."""
        return sorted(self.behind(tensor.node for tensor in self.graph.outputs))

    @cached_property
    def sources(self) -> list[frozenset[int]]:
        """Of each call, the inputs of the model that it depends on."""
        found: list[frozenset[int]] = []
        for at, node in enumerate(self.graph.nodes):
            own = frozenset([at]) if node.family == "input" else frozenset()
            found.append(own.union(*(found[tensor.node] for tensor in node.inputs)))
        return found

    def behind(self, starts: Iterable[int], without: Collection[int] = ()) -> set[int]:
        """Calls that these calls depend on, themselves included; `without` those that no way may go through."""
        waiting, seen = list(starts), set(without)
        while waiting:
            if (at := waiting.pop()) not in seen:
                seen.add(at)
                waiting += [tensor.node for tensor in self.graph.nodes[at].inputs]
        return seen.difference(without)

    def layer(self, node: Node) -> Any:
        """The layer or operation that makes a call."""
        return self.layers[node.layer] if isinstance(node.layer, int) else None

    def parts(self, node: Node, *, of_functions: bool = False) -> list[Any]:
        """The layer of a call and those that it holds; those that a `Lambda` calls, if asked for."""
        found = sublayers(self.layer(node))
        if of_functions and node.traced is not None:
            for _, inner in node.traced.walk():
                found += self.parts(inner, of_functions=True)
        return found

    def hidden(self) -> dict[str, int]:
        """Layers that only functions of live calls hold, by name, with their weights, which are not the model's."""
        found: dict[Any, Node] = {}
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


def is_zero(node: Node) -> bool:
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


@dataclass
class Structure(Criterion):
    """A free design has at least these parts, and every input of it reaches an output.

    Args:
        inputs: exact number of inputs, or None.
        outputs: exact number of outputs, or None.
        merges: least number of calls that read two or more tensors.
        shared: least number of layers with weights that are called on what comes from different inputs.
        branches: whether each input must go through a layer with weights alone, before it meets another.
        kinds: what must occur: kinds of `KINDS`, or public classes of Keras.
        no: a kind that must not occur.
    """

    inputs: int | None = None
    outputs: int | None = None
    merges: int = 0
    shared: int = 0
    branches: bool = False
    kinds: Collection[str] = ()
    no: str = ""
    name: str = "structure"

    def judge(self, attempt: Attempt) -> Finding:
        """Read the graph, flat, and count."""
        design = Design.of(attempt.value)
        objections = (self._ends(design), self._joined(design), self._kinds(design))
        objection = next((one for one in objections if one), None)
        return self.found(objection is None, objection or "every part that was asked for is there.")

    def _ends(self, design: Design) -> str | None:
        graph = design.graph
        for what, wanted, found in (
            ("input", self.inputs, len(graph.inputs)),
            ("output", self.outputs, len(graph.outputs)),
        ):
            if wanted is not None and found != wanted:
                return f"the model has {plural(found, what)}; {wanted} asked for."
        if len(set(graph.outputs)) < len(graph.outputs):
            twice = next(tensor for tensor in graph.outputs if graph.outputs.count(tensor) > 1)
            return f"`{graph.nodes[twice.node].name}` is listed twice among the outputs."
        for name, tensor in zip(graph.input_names, graph.inputs, strict=True):
            if tensor.node not in design.live:
                but = "; what is multiplied by 0 does not count" if any(map(is_zero, graph.nodes)) else ""
                return f"the input `{name}` reaches no output: connect it{but}."
        return None

    def _joined(self, design: Design) -> str | None:
        nodes = [design.graph.nodes[at] for at in design.live]
        merges = sum(len(set(node.inputs)) > 1 for node in nodes)
        if merges < self.merges:
            return f"{merges} of its calls join two tensors or more; at least {self.merges} should."
        weighted = [at for at in design.live if design.graph.nodes[at].parameters]
        read: dict[Any, set[frozenset[int]]] = {}
        for at in weighted:
            read.setdefault(design.graph.nodes[at].layer, set()).add(design.sources[at])
        shared = sum(len(sources) > 1 for sources in read.values())
        if shared < self.shared:
            found = "no layer" if not shared else f"only {plural(shared, 'layer')}"
            return (
                f"{found} with weights is called twice or more, on what comes from different inputs; "
                f"at least {self.shared} should be: make it once, and call it on each."
            )
        if self.branches:
            alone = {design.sources[at] for at in weighted}
            for name, tensor in zip(design.graph.input_names, design.graph.inputs, strict=True):
                if frozenset([tensor.node]) not in alone:
                    return f"`{name}` has no branch: no layer with weights reads it before it meets another input."
        return None

    def _kinds(self, design: Design) -> str | None:
        for kind in self.kinds:
            if not design.of_kind(kind):
                called = kind if kind in KINDS else f"`{kind}`"
                return f"no {called} was found on the way from an input to an output."
        for at in design.live if self.no else ():
            node = design.graph.nodes[at]
            found = next((part for part in design.parts(node, of_functions=True) if is_a(part, self.no)), None)
            if found is not None:
                holds = "is" if found is design.layer(node) else "holds"
                return f"`{node.name}` {holds} a {self.no}, `{type(found).__name__}`; do without."
        return None


@dataclass
class Functional(Criterion):
    """The model is written with the functional API: layers called one by one, not listed in a Sequential."""

    name: str = "functional API"

    def judge(self, attempt: Attempt) -> Finding:
        """Look at the model itself, and at what holds its weights."""
        import keras

        how = "call each layer on a tensor, and end with `keras.Model(inputs, outputs)`."
        if isinstance(attempt.value, keras.Sequential):
            return self.found(False, f"this is a `keras.Sequential`; {how}")
        graph = read(attempt.value)
        weighted = _weighted(graph)
        while len(weighted) == 1 and weighted[0].kind == "Functional" and weighted[0].inner is not None:
            weighted = _weighted(weighted[0].inner)  # a model around a model around a list is still a list
        if weighted and all(node.kind == "Sequential" for node in weighted):
            return self.found(False, f"all layers are listed in `{weighted[0].name}`, a `keras.Sequential`; {how}")
        return self.found(True, "`keras.Input`, calls of layers, `keras.Model`.")


def _weighted(graph: Graph) -> list[Node]:
    return [node for at, node in enumerate(graph.nodes) if node.parameters and at not in graph.dead]


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
    reached = design.behind((tensor.node for tensor in design.graph.outputs), without=[call])
    return not any(tensor.node in reached for tensor in design.graph.inputs)
