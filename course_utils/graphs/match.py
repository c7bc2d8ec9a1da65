"""Whether two normal forms are the same graph: colours that tell calls apart, then a mapping that is checked.

Each call gets a colour from what it is, from all that it reads (one pass from the inputs) and from all that reads it
(one pass from the outputs); the calls of a shared layer are then told from those of separate ones, and the passes are
repeated until nothing new is told apart. Every pass takes time proportional to the size of the graph.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

from course_utils.graphs.graph import ANY_ORDER, Graph

Colours = list[int]
_MOST_ROUNDS = 8
_MOST_TIES = 12


class Interner:
    """Small numbers for equal things, the same for both graphs."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def __call__(self, thing: Hashable) -> int:
        """The number of a thing."""
        return self._numbers.setdefault(thing, len(self._numbers))


class Side:
    """A normal form with what matching asks for at hand.

    Attributes:
        graph: the normal form.
        live: whether an output depends on each call.
        reads: for each call (port, call, output number) of what it reads.
        readers: for each call (port, call, output number) of what reads it.
        input_at: position among the model's inputs, by call.
        outputs_at: positions among the model's outputs with the output number, by call.
        labels: what each call is, as a number that is the same in both graphs.
        groups: calls of each layer; the rule "weightless layers" makes every call of the others a layer of its own.
    """

    def __init__(self, graph: Graph, intern: Interner) -> None:
        self.graph = graph
        nodes = graph.nodes
        self.live = [i not in graph.dead for i in range(len(nodes))]
        self.reads = [[(p, t.node, t.index) for p, t in zip(_ports(n), n.inputs, strict=True)] for n in nodes]
        self.readers: list[list[tuple[str, int, int]]] = [[] for _ in nodes]
        for i, reads in enumerate(self.reads):
            for port, source, number in reads:
                self.readers[source].append((port, i, number))
        self.input_at = {t.node: k for k, t in enumerate(graph.inputs)}
        self.outputs_at: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for k, t in enumerate(graph.outputs):
            self.outputs_at[t.node].append((k, t.index))
        self.labels = [intern((n.kind, n.family, _frozen(n.settings))) for n in nodes]
        self.groups: dict[Hashable, list[int]] = defaultdict(list)
        for i, node in enumerate(nodes):
            if self.live[i]:
                self.groups[node.layer].append(i)

    def up(self, start: Sequence[int], intern: Interner) -> Colours:
        """Colours from what each call is and all that it reads."""
        colours: Colours = []
        for i, reads in enumerate(self.reads):
            if not reads:
                colours.append(intern(("up", start[i], self.input_at.get(i))))
            elif len(reads) == 1:
                port, source, number = reads[0]
                colours.append(intern(("up", start[i], port, colours[source], number)))
            else:
                colours.append(intern(("up", start[i], tuple(sorted((p, colours[s], k) for p, s, k in reads)))))
        return colours

    def down(self, start: Sequence[int], intern: Interner, *, positions: bool = True) -> Colours:
        """Colours from what each call is and all that reads it, as far as an output depends on it."""
        colours: Colours = [0] * len(self.reads)
        for i in range(len(self.reads) - 1, -1, -1):
            readers = [(p, colours[r], k) for p, r, k in self.readers[i] if self.live[r]]
            if len(readers) > 1:
                readers.sort()
            ends: object = None
            if i in self.outputs_at:
                ends = tuple(self.outputs_at[i]) if positions else len(self.outputs_at[i])
            colours[i] = intern(("down", start[i], tuple(readers), ends))
        return colours

    def count(self, colours: Sequence[int]) -> Counter[int]:
        """How often each colour occurs among the calls that matter."""
        return Counter([c for c, live in zip(colours, self.live, strict=True) if live])


def _ports(node: object) -> tuple[str, ...]:
    inputs, ports = node.inputs, node.ports  # type: ignore[attr-defined]
    return ports if len(ports) == len(inputs) else tuple(str(i) for i in range(len(inputs)))


def _frozen(settings: object) -> Hashable:
    items = settings.items()  # type: ignore[attr-defined]
    try:
        return frozenset(items)
    except TypeError:
        return tuple(sorted((k, repr(v)) for k, v in items))


def refine(sides: Sequence[Side], starts: list[Colours], intern: Interner) -> list[Colours] | None:
    """Tell calls apart until nothing changes; None as soon as the graphs are seen to differ."""
    known = 0
    colours = starts
    for _ in range(_MOST_ROUNDS):
        colours = [s.down(s.up(c, intern), intern) for s, c in zip(sides, colours, strict=True)]
        counts = [s.count(c) for s, c in zip(sides, colours, strict=True)]
        if len(counts) == 2 and counts[0] != counts[1]:
            return None
        grouped = False
        for side, own in zip(sides, colours, strict=True):
            for group in side.groups.values():
                if len(group) > 1:
                    grouped = True
                    mark = intern(("shared", tuple(sorted(own[i] for i in group))))
                    for i in group:
                        own[i] = intern(("call of", mark, own[i]))
        if len(counts[0]) <= known or not grouped:
            break
        known = len(counts[0])
    return colours


def isomorphism(a: Side, b: Side, intern: Interner) -> dict[int, int] | None:
    """A mapping of the calls of `a` that matter onto those of `b` that shows both to be the same; None if none is.

    Calls that no colour tells apart are nearly always interchangeable; where they are not, a few are told apart by
    force, one pair at a time, and the rest follows.
    """
    if sum(a.live) != sum(b.live) or len(a.graph.outputs) != len(b.graph.outputs):
        return None
    if len(a.graph.inputs) != len(b.graph.inputs):
        return None
    starts = [list(a.labels), list(b.labels)]
    for _ in range(_MOST_TIES):
        refined = refine((a, b), starts, intern)
        if refined is None:
            return None
        mapping = _paired(a, b, refined[0], refined[1])
        if mapping is not None and is_isomorphism(a, b, mapping):
            return mapping
        tie = _tie(a, b, refined)
        if tie is None:
            return None
        starts = refined
        starts[0][tie[0]] = starts[1][tie[1]] = intern(("told apart", tie))
    return None


def _tie(a: Side, b: Side, colours: list[Colours]) -> tuple[int, int] | None:
    """The first call of `a`, with one of `b`, whose colour others share."""
    many = {c for c, n in a.count(colours[0]).items() if n > 1}
    for i, colour in enumerate(colours[0]):
        if a.live[i] and colour in many:
            return i, next(j for j, c in enumerate(colours[1]) if c == colour and b.live[j])
    return None


def _paired(a: Side, b: Side, of_a: Colours, of_b: Colours) -> dict[int, int] | None:
    """Follow the wires of both graphs from the outputs on, choosing among equal colours what fits so far."""
    mapping: dict[int, int] = {}
    taken: set[int] = set()
    layers: dict[Hashable, Hashable] = {}
    stack: list[tuple[int, int]] = []

    def pair(i: int, j: int) -> bool:
        if i in mapping or j in taken:
            return mapping.get(i) == j
        if of_a[i] != of_b[j]:
            return False
        node, other = a.graph.nodes[i], b.graph.nodes[j]
        if layers.setdefault(node.layer, other.layer) != other.layer:
            return False
        mapping[i] = j
        taken.add(j)
        stack.append((i, j))
        return True

    for s, t in zip(a.graph.inputs, b.graph.inputs, strict=True):
        if not pair(s.node, t.node):
            return None
    for s, t in zip(a.graph.outputs, b.graph.outputs, strict=True):
        if not pair(s.node, t.node):
            return None
        while stack:
            i, j = stack.pop()
            if not _pair_reads(a.reads[i], b.reads[j], of_a, of_b, pair):
                return None
    return mapping


def _pair_reads(
    reads: list[tuple[str, int, int]], others: list[tuple[str, int, int]], of_a: Colours, of_b: Colours, pair: object
) -> bool:
    if len(reads) != len(others):
        return False
    left = sorted(others, key=lambda r: (r[0], of_b[r[1]], r[2]))
    for port, source, number in sorted(reads, key=lambda r: (r[0], of_a[r[1]], r[2])):
        for k, (other_port, other, other_number) in enumerate(left):
            if port == other_port and number == other_number and of_a[source] == of_b[other]:
                if pair(source, other):  # type: ignore[operator]
                    del left[k]
                    break
            elif k > 0 and port != ANY_ORDER:
                return False
        else:
            return False
    return True


def is_isomorphism(a: Side, b: Side, mapping: dict[int, int]) -> bool:
    """Whether a mapping keeps what each call is, what it reads, which calls share a layer, inputs and outputs."""
    if len(mapping) != sum(a.live) or len(set(mapping.values())) != len(mapping) or len(mapping) != sum(b.live):
        return False
    layers: dict[Hashable, Hashable] = {}
    back: dict[Hashable, Hashable] = {}
    for i, j in mapping.items():
        if a.labels[i] != b.labels[j]:
            return False
        reads = Counter((p, mapping.get(s), k) for p, s, k in a.reads[i])
        if reads != Counter(b.reads[j]):
            return False
        node, other = a.graph.nodes[i], b.graph.nodes[j]
        if layers.setdefault(node.layer, other.layer) != other.layer:
            return False
        if back.setdefault(other.layer, node.layer) != node.layer:
            return False
    ends = ((a.graph.inputs, b.graph.inputs), (a.graph.outputs, b.graph.outputs))
    return all(
        len(of_a) == len(of_b)
        and all(mapping.get(s.node) == t.node and s.index == t.index for s, t in zip(of_a, of_b, strict=True))
        for of_a, of_b in ends
    )
