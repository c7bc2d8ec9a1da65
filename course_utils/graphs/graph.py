"""A model as a labelled graph: one node a call of a layer or operation.

Nothing here knows Keras. `read` makes a `Graph` from a model; the normal form, the difference and the drawings
work on it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Shape = tuple[int | None, ...]
Path = tuple[int, ...]
"""Where a call stands: index in `Graph.nodes`, then index in that node's `inner.nodes`, and so on."""
ANY_ORDER = "*"
"""In a normal form, the port of arguments whose order does not matter."""
EACH_STEP = "each step"
"""In a normal form, the setting of what is done for each time step by itself, as by TimeDistributed."""

SHARED = "shared weights"
"""The setting that says which of a layer's weights are those of other layers, too, where not all of them are."""
IN_PART = "in part"
"""A setting that is this and a tuple: of something that holds for some weights of a layer, and for which."""


def setting_name(key: str) -> str:
    """A setting's own name, be it of a layer that a wrapper holds: `dropout` of `layer.dropout`."""
    return key.rpartition(".")[2]


class Tensor(NamedTuple):
    """One output of one call: what an edge starts from."""

    node: int
    """Index of the call in `Graph.nodes`."""
    output: int = 0
    """Which of the call's outputs (an LSTM with `return_state=True` has three)."""


class Wire(NamedTuple):
    """One end of an edge, seen from the call at the other end."""

    port: str
    """The argument that the edge ends at; `ANY_ORDER` where the order of arguments does not matter."""
    call: int
    """Index in `Graph.nodes` of the call that is read, or that reads."""
    output: int
    """Which of its outputs the call that is read gives."""

    @property
    def tensor(self) -> Tensor:
        """What is read, of a wire to what a call reads."""
        return Tensor(self.call, self.output)


@dataclass(frozen=True)
class Call:
    """One call of a layer, an operation or a nested model."""

    kind: str
    """Class: `Dense`, `Add`, `Input`; `Functional` or `Sequential` for a nested model."""
    name: str
    """Name of the layer as the learner sees it in `model.summary()`."""
    inputs: tuple[Tensor, ...]
    """What the call reads, in argument order. For a nested model: in the order of `inner.inputs`."""
    settings: Mapping[str, object]
    """Settings that matter, as `get_config` gives them: no names, no dtypes, no seeds.

    Plain arguments of the call (`training=True`, the 2 of `x * 2`) are settings too. An `Input` has `shape`
    (without the batch axis) and `dtype`.
    """
    layer: Hashable
    """Equal for the calls of one layer, so for calls that share weights."""
    call: int = 0
    """Which call of its layer this is, from 0, in the order in which the model uses them."""
    shapes: tuple[Shape, ...] = ()
    """Shape of each output, batch axis first (None: any)."""
    dtypes: tuple[str, ...] = ()
    """Dtype of each output."""
    parameters: int = 0
    """Weights of the layer, counted in full at each of its calls."""
    inner: Graph | None = None
    """The nested model's own graph."""
    family: str = "layer"
    """"input", "layer", "operation" (`keras.ops`, operators) or "model": `ops.dot` is not the layer `Dot`."""
    ports: tuple[str, ...] = ()
    """The argument each of `inputs` is passed to.

    "" for a lone first argument, "0", "1", … for a list, "value" or "initial_state.0" for named arguments.
    """
    own: bool = False
    """Whether the layer's class is somebody's own, not one of Keras's."""
    arguments: tuple[str, ...] = ()
    """Those of `settings` that were given to this call, not to the layer."""
    traced: Graph | None = None
    """What a `Lambda`'s function, or a function given as activation, does; None if it cannot be traced."""
    origin: tuple[Path, ...] = ()
    """In a normal form: the calls of the graph it was made from, the one to name first. Empty as read."""
    trainable: bool | None = None
    """As read: whether any weight of the layer trains; None for a layer without weights, and in a normal form."""
    code: str = ""
    """Of a class of somebody's own: a digest of what it defines. Another one may still compute the same."""


@dataclass(frozen=True)
class Graph:
    """A model: calls in an order in which each reads only earlier ones."""

    name: str
    nodes: tuple[Call, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    inputs_by_name: bool = False
    """Whether the model was made from a dict of inputs: they have names, and their order is only the alphabet's."""
    outputs_by_name: bool = False
    """Whether it gives a dict of outputs."""
    parameters: int | None = None
    """Weights of the model, each counted once however often its layer is called; None if not read."""
    dead: frozenset[int] = field(default_factory=frozenset)
    """Calls made on the way from the inputs that no output depends on: branches that lead nowhere.

    They change nothing that the model computes; a cell that is run twice leaves some behind. Inputs of the model
    are never in here: `unused_inputs` gives those that reach no output.
    """

    def uses(self) -> list[int]:
        """How often each node's outputs are read by calls that matter, or are outputs of the model."""
        counts = [0] * len(self.nodes)
        for at in self.live():
            for tensor in self.nodes[at].inputs:
                counts[tensor.node] += 1
        for tensor in self.outputs:
            counts[tensor.node] += 1
        return counts

    def unused_inputs(self) -> tuple[int, ...]:
        """Nodes of the inputs that no output depends on."""
        counts = self.uses()
        return tuple(t.node for t in self.inputs if counts[t.node] == 0)

    def ancestors(self, starts: Iterable[int], without: Collection[int] = ()) -> set[int]:
        """Calls that these calls depend on, themselves included, in O(calls + wires).

        Args:
            starts: indices of calls.
            without: calls that no way may go through; they are left out.
        """
        waiting, seen = list(starts), set(without)
        while waiting:
            if (at := waiting.pop()) not in seen:
                seen.add(at)
                waiting += [tensor.node for tensor in self.nodes[at].inputs]
        return seen.difference(without)

    def nearest(self, start: int, is_meant: Callable[[Call], bool]) -> set[int]:
        """The first calls that are meant on each way back from a call, which may be one itself, in O(calls + wires)."""
        waiting, seen, found = [start], set[int](), set[int]()
        while waiting:
            if (at := waiting.pop()) in seen:
                continue
            seen.add(at)
            if is_meant(self.nodes[at]):
                found.add(at)
            else:
                waiting += [tensor.node for tensor in self.nodes[at].inputs]
        return found

    def live(self) -> tuple[int, ...]:
        """The calls without those on branches that lead nowhere, each after those that it reads; with all inputs."""
        return tuple(at for at in range(len(self.nodes)) if at not in self.dead)

    def shared(self) -> dict[Hashable, list[int]]:
        """Layers that are called more than once, each with its live calls, in the order in which they are first used.

        Example:
            >>> a, b = (Call("Input", name, (), {}, layer=name, family="input") for name in "ab")
            >>> reads = [Call("Dense", "reader", (Tensor(at),), {}, layer=2, call=at) for at in (0, 1)]
            >>> ends = (Tensor(2), Tensor(3))
            >>> Graph("siamese", (a, b, *reads), (Tensor(0), Tensor(1)), ends, ("a", "b"), ("c", "d")).shared()
            {2: [2, 3]}
        """
        calls: dict[Hashable, list[int]] = {}
        for at in self.live():
            calls.setdefault(self.nodes[at].layer, []).append(at)
        return {layer: several for layer, several in calls.items() if len(several) > 1}

    def readers(self) -> list[list[int]]:
        """Of each call, those that read it, each once; branches that lead nowhere are left out. O(calls + wires)."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for at in self.live():
            for read in {tensor.node for tensor in self.nodes[at].inputs}:
                found[read].append(at)
        return found

    def sources(self) -> list[frozenset[int]]:
        """Of each call, the inputs of the model that it depends on, in O(wires · inputs)."""
        found: list[frozenset[int]] = []
        for at, node in enumerate(self.nodes):
            own = frozenset([at]) if node.family == "input" else frozenset()
            found.append(own.union(*(found[tensor.node] for tensor in node.inputs)))
        return found

    def ways(self) -> tuple[int, int, int]:
        """Ways from an input to an output: calls on the shortest, calls on the longest, how many there are.

        Inputs are not counted as calls. Of a graph in which nothing connects the two, all three are 0. The ways are
        counted, not walked: O(calls + wires).
        """
        found: dict[int, tuple[int, int, int]] = {}
        starts = {tensor.node for tensor in self.inputs}
        for at, node in enumerate(self.nodes):
            before = [found[tensor.node] for tensor in node.inputs if tensor.node in found]
            if at in starts:
                found[at] = (0, 0, 1)
            elif before:
                found[at] = (min(b[0] for b in before) + 1, max(b[1] for b in before) + 1, sum(b[2] for b in before))
        ends = [found[tensor.node] for tensor in self.outputs if tensor.node in found]
        if not ends:
            return (0, 0, 0)
        return (min(end[0] for end in ends), max(end[1] for end in ends), sum(end[2] for end in ends))

    def size(self) -> int:
        """How many calls this is once nested models are opened; each of them is counted once and looked up again."""
        sizes: dict[int, int] = {}

        def of(graph: Graph) -> int:
            if id(graph) not in sizes:
                calls = [node for node in graph.nodes if node.family != "input"]
                sizes[id(graph)] = sum(1 if node.inner is None else of(node.inner) for node in calls)
            return sizes[id(graph)]

        return of(self)

    def find(self, path: Path) -> Call:
        """The call at `path`, through nested models."""
        node = self.nodes[path[0]]
        for i in path[1:]:
            assert node.inner is not None
            node = node.inner.nodes[i]
        return node

    def walk(self, *, live: bool = False) -> Iterator[tuple[Path, Call]]:
        """Every call with its path; a nested model before the calls inside it.

        Args:
            live: whether branches that lead nowhere are left out.
        """

        def of(graph: Graph, prefix: Path) -> list[tuple[Path, Call]]:
            kept = graph.live() if live else range(len(graph.nodes))
            return [((*prefix, i), graph.nodes[i]) for i in reversed(kept)]

        stack = of(self, ())
        while stack:
            path, node = stack.pop()
            yield path, node
            if node.inner is not None:
                stack += of(node.inner, path)
