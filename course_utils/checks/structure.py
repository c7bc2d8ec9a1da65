"""What a free design must have, told by what layers are, not by what their classes are called."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.design import KINDS, Design, is_a, is_zero
from course_utils.checks.result import Finding
from course_utils.graphs.graph import Call, Graph
from course_utils.graphs.words.sentences import plural


@dataclass
class Structure(Criterion):
    """A free design has at least these parts, and every input of it reaches an output.

    Take it when the text asks for a design of one's own with certain parts: so many ends, a merge, a shared layer, a
    convolution. What is asked is the least; more may be there. For one certain graph take `SameGraph`, for a condition
    on the design that has no argument here `Has`.

    Args:
        inputs: exact number of inputs, or None.
        outputs: exact number of outputs, or None.
        merges: least number of calls that read two or more tensors.
        shared: least number of layers with weights that are called on what comes from different inputs.
        branches: whether each input must go through a layer with weights alone, before it meets another.
        kinds: what must occur: kinds of `KINDS`, or public classes of Keras.
        no: a kind that must not occur.
        name: what is asked, in a few words.

    Example:
        >>> import keras
        >>> from keras import layers
        >>> from course_utils.checks.structure import Structure
        >>> from course_utils.checks.trying import tell
        >>> def model(first, second):
        ...     a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
        ...     return keras.Model([a, b], layers.Dense(1)(layers.concatenate([first(a), second(b)])))
        >>> shared = layers.Dense(8)
        >>> tell(Structure(inputs=2, merges=1, shared=1), model(shared, shared))
        ✓ every part that was asked for is there.
        >>> tell(Structure(inputs=2, merges=1, shared=1), model(layers.Dense(8), layers.Dense(8)))
        ✗ where: look at how the inputs are read and joined.
          what: no layer with weights is called twice or more, on what comes from different inputs.
          how: no layer with weights is called twice or more, on what comes from different inputs; at least 1
            should be: make it once, and call it on each.

    On failure:
        The first part that is missing, and how many of it are asked for.
    """

    inputs: int | None = None
    outputs: int | None = None
    merges: int = 0
    shared: int = 0
    branches: bool = False
    kinds: Collection[str] = ()
    no: str = ""
    name: str = "structure"
    gives_away = "how"

    def judge(self, attempt: Attempt) -> Finding:
        """Read the graph, flat, and count."""
        design = attempt.design
        for look, where in (
            (self._ends, "look at the inputs and the outputs."),
            (self._joined, "look at how the inputs are read and joined."),
            (self._kinds, "look at the kinds of layers."),
        ):
            if objection := look(design):
                return self.missed(objection, where)
        return self.found(True, "every part that was asked for is there.")

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
        sources = design.graph.sources()
        read: dict[Any, set[frozenset[int]]] = {}
        for at in weighted:
            read.setdefault(design.graph.nodes[at].layer, set()).add(sources[at])
        shared = sum(len(several) > 1 for several in read.values())
        if shared < self.shared:
            found = "no layer" if not shared else f"only {plural(shared, 'layer')}"
            return (
                f"{found} with weights is called twice or more, on what comes from different inputs; "
                f"at least {self.shared} should be: make it once, and call it on each."
            )
        if self.branches:
            alone = {sources[at] for at in weighted}
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
    """The model is written with the functional API: layers called one by one, not listed in a Sequential.

    Take it when the API is the point, before `SameGraph`, to which a Sequential with the same layers is the same.

    Args:
        name: what is asked, in a few words.

    Example:
        >>> import keras
        >>> from course_utils.checks.structure import Functional
        >>> from course_utils.checks.trying import tell
        >>> x = keras.Input((4,))
        >>> tell(Functional(), keras.Model(x, keras.layers.Dense(1)(x)))
        ✓ `keras.Input`, calls of layers, `keras.Model`.
        >>> tell(Functional(), keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]))
        ✗ where: look at how the layers are put together.
          what: this is a `keras.Sequential`.
          how: this is a `keras.Sequential`; call each layer on a tensor, and end with `keras.Model(inputs,
            outputs)`.

    On failure:
        What the model is instead, and how layers are called.
    """

    name: str = "functional API"
    gives_away = "how"

    def judge(self, attempt: Attempt) -> Finding:
        """Look at the model itself, and at what holds its weights."""
        import keras

        how = "call each layer on a tensor, and end with `keras.Model(inputs, outputs)`."
        if isinstance(attempt.value, keras.Sequential):
            return self.missed(f"this is a `keras.Sequential`; {how}", _WRITTEN)
        graph = attempt.graph
        weighted = _weighted(graph)
        while len(weighted) == 1 and weighted[0].kind == "Functional" and weighted[0].inner is not None:
            weighted = _weighted(weighted[0].inner)  # a model around a model around a list is still a list
        if weighted and all(node.kind == "Sequential" for node in weighted):
            return self.missed(f"all layers are listed in `{weighted[0].name}`, a `keras.Sequential`; {how}", _WRITTEN)
        return self.found(True, "`keras.Input`, calls of layers, `keras.Model`.")


_WRITTEN = "look at how the layers are put together."


def _weighted(graph: Graph) -> list[Call]:
    return [graph.nodes[at] for at in graph.live() if graph.nodes[at].parameters]
