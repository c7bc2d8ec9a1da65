"""A graph that can be rewritten: what the rules work on.

A `Graph` is fixed and numbered; a `Draft` holds the same calls as objects that point at each other, so that a rule
can drop, add or join calls in one sweep without renumbering.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass

from course_utils.graphs.graph import Graph, Node, Path, Shape, Tensor


class Call:
    """One call in a draft; fields as in `Node`, but `inputs` are (call, output number) pairs."""

    __slots__ = (
        "call", "dead", "dtypes", "family", "inner", "inputs", "kind", "layer", "name", "origin", "parameters",
        "ports", "settings", "shapes", "traced",
    )  # fmt: skip

    def __init__(self, node: Node, inputs: list[Source], *, dead: bool = False) -> None:
        self.kind = node.kind
        self.name = node.name
        self.inputs = inputs
        self.settings: dict[str, object] = dict(node.settings)
        self.layer: Hashable = node.layer
        self.call = node.call
        self.shapes = node.shapes
        self.dtypes = node.dtypes
        self.parameters = node.parameters
        self.inner = node.inner
        self.family = node.family
        self.ports: list[str] = list(node.ports)
        self.traced = node.traced
        self.origin: tuple[Path, ...] = node.origin
        self.dead = dead

    @property
    def shape(self) -> Shape:
        """Shape of the first output; () if unknown."""
        return self.shapes[0] if self.shapes else ()

    def input_shape(self, i: int = 0) -> Shape:
        """Shape of what the call reads; () if unknown."""
        call, number = self.inputs[i]
        return call.shapes[number] if number < len(call.shapes) else ()

    def node(self, inputs: tuple[Tensor, ...]) -> Node:
        """The call as a node of a `Graph`."""
        return Node(
            self.kind, self.name, inputs, self.settings, self.layer, self.call, self.shapes, self.dtypes,
            self.parameters, self.inner, self.family, tuple(self.ports), self.traced, self.origin,
        )  # fmt: skip


Source = tuple[Call, int]
Step = Callable[[Call, "list[Call]"], "Sequence[Source] | None"]


@dataclass
class Draft:
    """A graph under rewriting; `calls` are in an order in which each reads only earlier ones."""

    name: str
    calls: list[Call]
    inputs: list[Source]
    outputs: list[Source]
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    inputs_by_name: bool
    outputs_by_name: bool

    @classmethod
    def of(cls, graph: Graph) -> Draft:
        """A draft of a graph; calls that have no origin yet get their own path."""
        calls: list[Call] = []
        for i, node in enumerate(graph.nodes):
            call = Call(node, [(calls[t.node], t.index) for t in node.inputs], dead=i in graph.dead)
            if not call.origin:
                call.origin = ((i,),)
            calls.append(call)
        inputs = [(calls[t.node], t.index) for t in graph.inputs]
        outputs = [(calls[t.node], t.index) for t in graph.outputs]
        return cls(
            graph.name, calls, inputs, outputs, graph.input_names, graph.output_names, graph.inputs_by_name,
            graph.outputs_by_name,
        )  # fmt: skip

    def graph(self) -> Graph:
        """The finished graph; what nothing needs is left out."""
        self.prune()
        number = {id(call): i for i, call in enumerate(self.calls)}

        def tensors(sources: Sequence[Source]) -> tuple[Tensor, ...]:
            return tuple([Tensor(number[id(c)], i) for c, i in sources])

        return Graph(
            name=self.name,
            nodes=tuple([call.node(tensors(call.inputs)) for call in self.calls]),
            inputs=tensors(self.inputs),
            outputs=tensors(self.outputs),
            input_names=self.input_names,
            output_names=self.output_names,
            inputs_by_name=self.inputs_by_name,
            outputs_by_name=self.outputs_by_name,
            dead=frozenset(i for i, call in enumerate(self.calls) if call.dead),
        )

    def uses(self) -> dict[int, int]:
        """How often each call (by `id`) is read, or is an output of the model; dead calls count for dead ones alone."""
        counts = dict.fromkeys(map(id, self.calls), 0)
        for call in self.calls:
            for source, _ in call.inputs:
                counts[id(source)] += source.dead or not call.dead
        for source, _ in self.outputs:
            counts[id(source)] += 1
        return counts

    def readers(self) -> dict[int, list[tuple[Call, str]]]:
        """For each call (by `id`): the calls that matter which read it, and through which port."""
        found: dict[int, list[tuple[Call, str]]] = {id(call): [] for call in self.calls}
        for call in self.calls:
            if not call.dead:
                for (source, _), port in zip(call.inputs, call.ports, strict=True):
                    found[id(source)].append((call, port))
        return found

    def sweep(self, step: Step, kinds: Collection[str] | None = None) -> None:
        """Rewrite call by call, from the inputs on.

        Args:
            step: given a call, whose inputs are rewritten already, and the list of calls so far, to which it may
                append; returns what stands for the call's outputs from now on, or None to leave the call (which it
                may have changed) in place.
            kinds: the kinds of call that `step` wants to see; None: all.
        """
        if kinds is not None and not any(call.kind in kinds for call in self.calls):
            return
        moved: dict[tuple[int, int], Source] = {}
        done: list[Call] = []
        for call in self.calls:
            if moved:
                call.inputs = [moved.get((id(s[0]), s[1]), s) for s in call.inputs]
            result = step(call, done) if kinds is None or call.kind in kinds else None
            if result is None:
                done.append(call)
            else:
                for i, source in enumerate(result):
                    moved[id(call), i] = source
                self._graveyard.append(call)
        self.calls = done
        if moved:
            self.outputs = [moved.get((id(s[0]), s[1]), s) for s in self.outputs]
            self.prune()  # what was replaced reads nothing any more

    def __post_init__(self) -> None:
        self._graveyard: list[Call] = []  # an id is good only while its object lives

    def prune(self) -> None:
        """Drop calls that no output needs, except inputs of the model and branches the learner left dead."""
        needed: set[int] = {id(call) for call, _ in self.inputs}
        wanted: set[int] = {id(call) for call, _ in self.outputs}
        for call in reversed(self.calls):
            if id(call) in wanted:
                call.dead = False
            if id(call) in wanted or call.dead:
                needed.add(id(call))
                if not call.dead:
                    wanted |= {id(source) for source, _ in call.inputs}
                else:
                    needed |= {id(source) for source, _ in call.inputs}
        # What only a dead call still reads is dead itself.
        keep: list[Call] = []
        held: set[int] = set()
        for call in reversed(self.calls):
            if id(call) in needed or id(call) in held:
                if id(call) not in wanted and call.family != "input":
                    call.dead = True
                held |= {id(source) for source, _ in call.inputs}
                keep.append(call)
        self.calls = keep[::-1]


def new_call(
    like: Call,
    kind: str,
    inputs: Sequence[Source],
    settings: dict[str, object] | None = None,
    *,
    ports: Sequence[str] | None = None,
    shapes: tuple[Shape, ...] | None = None,
) -> Call:
    """A weightless call that stands where `like` stood."""
    ports = ([""] if len(inputs) == 1 else [str(i) for i in range(len(inputs))]) if ports is None else ports
    node = Node(
        kind=kind,
        name=like.name,
        inputs=(),
        settings=settings or {},
        layer=like.layer,
        call=like.call,
        shapes=like.shapes if shapes is None else shapes,
        dtypes=like.dtypes,
        ports=tuple(ports),
        origin=like.origin,
    )
    return Call(node, list(inputs), dead=like.dead)
