"""A graph that can be rewritten: what the rules work on.

A `Graph` is fixed and numbered; a `Draft` holds the same calls as objects that point at each other, so that a rule
can drop, add or join calls in one sweep without renumbering.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from course_utils.graphs.graph import Call, Graph, Path, Shape, Tensor


class DraftCall:
    """A `Call` that can be rewritten; its fields, but `inputs` are (call, output number) pairs."""

    __slots__ = (
        "arguments", "call", "code", "dtypes", "family", "inner", "inputs", "kind", "layer", "name", "origin", "own",
        "parameters", "ports", "settings", "shapes", "traced",
    )  # fmt: skip

    def __init__(self, node: Call, inputs: list[Source]) -> None:
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
        self.own = node.own
        self.code = node.code
        self.arguments = node.arguments
        self.traced = node.traced
        self.origin: tuple[Path, ...] = node.origin

    @property
    def shape(self) -> Shape:
        """Shape of the first output; () if unknown."""
        return self.shapes[0] if self.shapes else ()

    def input_shape(self, i: int = 0) -> Shape:
        """Shape of what the call reads; () if unknown."""
        call, number = self.inputs[i]
        return call.shapes[number] if number < len(call.shapes) else ()

    def node(self, inputs: tuple[Tensor, ...]) -> Call:
        """The call as it stands in a `Graph`, fixed."""
        return Call(
            self.kind, self.name, inputs, self.settings, self.layer, self.call, self.shapes, self.dtypes,
            self.parameters, self.inner, self.family, tuple(self.ports), self.own, self.arguments, self.traced,
            self.origin, code=self.code,
        )  # fmt: skip


Source = tuple[DraftCall, int]
Step = Callable[[DraftCall, "list[DraftCall]"], "Sequence[Source] | None"]


@dataclass
class Draft:
    """A graph under rewriting; `calls` are in an order in which each reads only earlier ones.

    Branches that lead nowhere are either gone (`of`), so that no rule can take them for a part of the model, or their
    ends are kept (`with_branches`), and then a rule sees what reads a call of the model, be it read in vain.
    """

    name: str
    calls: list[DraftCall]
    inputs: list[Source]
    outputs: list[Source]
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    inputs_by_name: bool
    outputs_by_name: bool
    loose: list[Source] = field(default_factory=list)
    """Ends of branches that no output depends on, where these are kept."""

    @classmethod
    def of(cls, graph: Graph) -> Draft:
        """A draft of what the outputs of a graph depend on."""
        return cls._of(graph, graph.live())

    @classmethod
    def with_branches(cls, graph: Graph) -> Draft:
        """A draft of all of a graph."""
        draft = cls._of(graph, range(len(graph.nodes)))
        read = {id(source) for call in draft.calls for source, _ in call.inputs}
        ends = [call for i, call in enumerate(draft.calls) if i in graph.dead and id(call) not in read]
        draft.loose = [(call, k) for call in ends for k in range(max(1, len(call.shapes)))]
        return draft

    @classmethod
    def _of(cls, graph: Graph, kept: Iterable[int]) -> Draft:
        """A draft of some calls of a graph; those that have no origin yet get their own path."""
        calls: dict[int, DraftCall] = {}
        for i in kept:
            node = graph.nodes[i]
            calls[i] = DraftCall(node, [(calls[t.node], t.output) for t in node.inputs])
            if not calls[i].origin:
                calls[i].origin = ((i,),)
        inputs = [(calls[t.node], t.output) for t in graph.inputs]
        outputs = [(calls[t.node], t.output) for t in graph.outputs]
        return cls(
            graph.name, list(calls.values()), inputs, outputs, graph.input_names, graph.output_names,
            graph.inputs_by_name, graph.outputs_by_name,
        )  # fmt: skip

    @property
    def ends(self) -> list[Source]:
        """What is not read by a call and yet needed: outputs, and ends of branches that are kept."""
        return self.outputs + self.loose

    def graph(self) -> Graph:
        """The finished graph; what nothing needs is left out."""
        self.prune()
        number = {id(call): i for i, call in enumerate(self.calls)}

        def tensors(sources: Sequence[Source]) -> tuple[Tensor, ...]:
            return tuple([Tensor(number[id(c)], i) for c, i in sources])

        live = self._needed(self.inputs + self.outputs) if self.loose else number
        return Graph(
            name=self.name,
            nodes=tuple([call.node(tensors(call.inputs)) for call in self.calls]),
            inputs=tensors(self.inputs),
            outputs=tensors(self.outputs),
            input_names=self.input_names,
            output_names=self.output_names,
            inputs_by_name=self.inputs_by_name,
            outputs_by_name=self.outputs_by_name,
            dead=frozenset(i for i, call in enumerate(self.calls) if id(call) not in live),
        )

    def uses(self) -> dict[int, int]:
        """How often each call (by `id`) is read, or is an end."""
        counts = dict.fromkeys(map(id, self.calls), 0)
        for call in self.calls:
            for source, _ in call.inputs:
                counts[id(source)] += 1
        for source, _ in self.ends:
            counts[id(source)] += 1
        return counts

    def readers(self) -> dict[int, list[tuple[DraftCall, str]]]:
        """For each call (by `id`): the calls which read it, and through which port."""
        found: dict[int, list[tuple[DraftCall, str]]] = {id(call): [] for call in self.calls}
        for call in self.calls:
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
        done: list[DraftCall] = []
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
            self._move_ends(lambda source: moved.get((id(source[0]), source[1]), source))
            self.prune()  # what was replaced reads nothing any more

    def redirect(self, change: Callable[[Source], Source]) -> None:
        """Have every call, and every end, read another tensor where there is one to read instead."""
        for call in self.calls:
            call.inputs = [change(source) for source in call.inputs]
        self._move_ends(change)

    def _move_ends(self, change: Callable[[Source], Source]) -> None:
        self.outputs = [change(source) for source in self.outputs]
        self.loose = [change(source) for source in self.loose]

    def __post_init__(self) -> None:
        self._graveyard: list[DraftCall] = []  # an id is good only while its object lives

    def prune(self) -> None:
        """Drop calls that nothing needs, except inputs of the model."""
        needed = self._needed(self.inputs + self.ends)
        self.calls = [call for call in self.calls if id(call) in needed]

    def _needed(self, ends: Sequence[Source]) -> set[int]:
        """The calls (by `id`) that these tensors depend on."""
        needed = {id(call) for call, _ in ends}
        for call in reversed(self.calls):
            if id(call) in needed:
                needed |= {id(source) for source, _ in call.inputs}
        return needed


def new_call(
    like: DraftCall,
    kind: str,
    inputs: Sequence[Source],
    settings: dict[str, object] | None = None,
    *,
    ports: Sequence[str] | None = None,
    shapes: tuple[Shape, ...] | None = None,
) -> DraftCall:
    """A weightless call that stands where `like` stood."""
    ports = ([""] if len(inputs) == 1 else [str(i) for i in range(len(inputs))]) if ports is None else ports
    node = Call(
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
    return DraftCall(node, list(inputs))
