"""Whether two normal forms are the same graph: colour refinement, then individualisation where colours do not decide.

Each call gets a colour from what it is, from all that it reads (one pass from the inputs) and from all that reads it
(one pass from the outputs); the calls of a shared layer are then told from those of separate ones, and the passes are
repeated until nothing new is told apart. This is the refinement of Weisfeiler and Lehman (1968), directed and with
labelled edges. On a graph without cycles two passes tell nearly all apart that can be, so n calls with e wires take
O((n + e) log n) for each round, nearly always one. A mapping that colours suggest is checked wire by wire: refinement
alone is never the answer "the same".

References:
    B. Weisfeiler, A. Lehman: The reduction of a graph to canonical form and the algebra which appears therein, 1968.
    B. McKay, A. Piperno: Practical graph isomorphism II, Journal of Symbolic Computation 60, 2014.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence

from course_utils.graphs.graph import Call, Graph, Wire

Colours = list[int]
_FEW_ROUNDS = 8
_MOST_WORK = 1_000_000  # calls looked at in a search: a few seconds


class Interner:
    """Small numbers for equal things, the same for both graphs."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def __call__(self, thing: Hashable) -> int:
        """The number of a thing."""
        return self._numbers.setdefault(thing, len(self._numbers))


class IndexedGraph:
    """A normal form with what matching asks for at hand.

    Attributes:
        graph: the normal form.
        live: whether an output depends on each call.
        reads: for each call the wires to what it reads.
        readers: for each call the wires to what reads it.
        input_at: position among the model's inputs, by call.
        outputs_at: positions among the model's outputs with the output number, by call.
        labels: what each call is, as a number that is the same in both graphs.
        groups: calls of each layer; the rule "weightless layers" makes every call of the others a layer of its own.
    """

    def __init__(self, graph: Graph, intern: Interner) -> None:
        self.graph = graph
        nodes = graph.nodes
        self.live = [i not in graph.dead for i in range(len(nodes))]
        self.reads = [[Wire(p, *t) for p, t in zip(_ports(n), n.inputs, strict=True)] for n in nodes]
        self.readers: list[list[Wire]] = [[] for _ in nodes]
        for i, reads in enumerate(self.reads):
            for port, source, number in reads:
                self.readers[source].append(Wire(port, i, number))
        self.input_at = {t.node: k for k, t in enumerate(graph.inputs)}
        self.outputs_at: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for k, t in enumerate(graph.outputs):
            self.outputs_at[t.node].append((k, t.output))
        self.labels = [intern((n.kind, n.family, frozenset(n.settings.items()))) for n in nodes]
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


def _ports(node: Call) -> tuple[str, ...]:
    return node.ports if len(node.ports) == len(node.inputs) else tuple(str(i) for i in range(len(node.inputs)))


class Budget:
    """How many calls may still be looked at."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, calls: int) -> bool:
        """Take off so many; whether that was still possible."""
        self.left -= calls
        return self.left >= 0


def refine(
    sides: Sequence[IndexedGraph], starts: list[Colours], intern: Interner, budget: Budget | None = None
) -> list[Colours] | None:
    """Tell calls apart until nothing changes; None as soon as the graphs are seen to differ.

    Without a budget, for a few rounds alone, and one where no layer is shared: nearly always nothing is left after it.
    """
    known = 0
    colours = starts
    size = sum(len(side.live) for side in sides)
    for _ in itertools.count() if budget else range(_FEW_ROUNDS):
        if budget and not budget.spend(size):
            break
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
        if len(counts[0]) <= known or not (grouped or budget):
            break
        known = len(counts[0])
    return colours


def isomorphism(a: IndexedGraph, b: IndexedGraph, intern: Interner) -> dict[int, int] | None:
    """A mapping of the calls of `a` that matter onto those of `b` that shows both to be the same; None if none is.

    Calls that no colour tells apart are nearly always interchangeable: then following the wires finds the mapping in
    linear time. Where they are not, the mapping is searched: one call of `a` is told apart by force, with each call of
    `b` that may be its image in turn, and the rest follows or is searched likewise (individualisation and refinement:
    McKay and Piperno, 2014). The search is bounded by `_MOST_WORK` calls looked at; past it the answer is None, too.

    Example:
        Two branches that are joined mean the same in either order, where the order of what is joined does not matter:

        >>> from course_utils.graphs.graph import Graph, Call, Tensor
        >>> def joined(*units):
        ...     read = [Call("Dense", f"d{u}", (Tensor(0),), {"units": u}, u, ports=("",)) for u in units]
        ...     ends = Call("Add", "add", (Tensor(1), Tensor(2)), {}, "add", ports=("*", "*"))
        ...     nodes = (Call("Input", "x", (), {}, "x", family="input"), *read, ends)
        ...     return Graph("model", nodes, (Tensor(0),), (Tensor(3),), ("x",), ("add",))
        >>> number = Interner()
        >>> one, other = (IndexedGraph(joined(*units), number) for units in ((8, 16), (16, 8)))
        >>> isomorphism(one, other, number) == {0: 0, 1: 2, 2: 1, 3: 3}
        True
        >>> isomorphism(one, IndexedGraph(joined(8, 8), number), number) is None
        True
    """
    if sum(a.live) != sum(b.live) or len(a.graph.outputs) != len(b.graph.outputs):
        return None
    if len(a.graph.inputs) != len(b.graph.inputs):
        return None
    refined = refine((a, b), [list(a.labels), list(b.labels)], intern)
    if refined is None:
        return None
    mapping = _paired(a, b, refined[0], refined[1])
    if mapping is not None and is_isomorphism(a, b, mapping):
        return mapping
    return _Search(a, b, intern).run(refined)


class _Search:
    """The search for an isomorphism among calls that no colour tells apart."""

    def __init__(self, a: IndexedGraph, b: IndexedGraph, intern: Interner) -> None:
        self.a, self.b, self.intern = a, b, intern
        self.budget = Budget(_MOST_WORK)

    def run(self, starts: list[Colours]) -> dict[int, int] | None:
        """Try what is left to choose, going back where a choice leads nowhere; no recursion, so any depth."""
        choices = [iter([starts])]
        while choices:
            colours = next(choices[-1], None)
            if colours is None:
                choices.pop()
                continue
            refined = refine((self.a, self.b), colours, self.intern, self.budget)
            if self.budget.left < 0:
                return None
            if refined is None:
                continue
            mapping = _paired(self.a, self.b, refined[0], refined[1])
            if mapping is not None and is_isomorphism(self.a, self.b, mapping):
                return mapping
            choices.append(self.told_apart(refined))
        return None

    def told_apart(self, colours: list[Colours]) -> Iterator[list[Colours]]:
        """For a call of `a` in the smallest class of several: its class with each possible image told apart."""
        classes: list[dict[int, list[int]]] = []
        for side, own in zip((self.a, self.b), colours, strict=True):
            members: dict[int, list[int]] = defaultdict(list)
            for i, colour in enumerate(own):
                if side.live[i]:
                    members[colour].append(i)
            classes.append(members)
        several = [colour for colour, members in classes[0].items() if len(members) > 1]
        if not several:
            return
        colour = min(several, key=lambda c: (len(classes[0][c]), classes[0][c]))
        first = classes[0][colour][0]
        tried: set[Hashable] = set()
        for image in classes[1][colour]:
            twins = self.neighbourhood(image)
            if twins in tried:
                continue  # another call that reads and is read by the same: if that one failed, so does this
            tried.add(twins)
            starts = [list(own) for own in colours]
            starts[0][first] = starts[1][image] = self.intern(("told apart", first, image))
            yield starts

    def neighbourhood(self, j: int) -> Hashable:
        """All that distinguishes a call from its twins; a call of a shared layer has none."""
        if len(self.b.groups[self.b.graph.nodes[j].layer]) > 1:
            return j
        ends = tuple(self.b.outputs_at.get(j, ()))
        return tuple(sorted(self.b.reads[j])), tuple(sorted(self.b.readers[j])), ends, self.b.input_at.get(j)


def _paired(a: IndexedGraph, b: IndexedGraph, of_a: Colours, of_b: Colours) -> dict[int, int] | None:
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

    ends = ((*side.graph.inputs, *side.graph.outputs) for side in (a, b))
    for s, t in zip(*ends, strict=True):
        if not pair(s.node, t.node):
            return None
        while stack:
            i, j = stack.pop()
            if not _pair_reads(a.reads[i], b.reads[j], of_a, of_b, pair):
                return None
    return mapping


def _pair_reads(
    reads: list[Wire], others: list[Wire], of_a: Colours, of_b: Colours, pair: Callable[[int, int], bool]
) -> bool:
    """Pair what two calls of one colour read, which is as much."""
    left = sorted(others, key=lambda r: (r[0], of_b[r[1]], r[2]))
    for port, source, number in sorted(reads, key=lambda r: (r[0], of_a[r[1]], r[2])):
        for k, (other_port, other, other_number) in enumerate(left):
            alike = port == other_port and number == other_number and of_a[source] == of_b[other]
            if alike and pair(source, other):
                del left[k]
                break
        else:
            return False
    return True


def is_isomorphism(a: IndexedGraph, b: IndexedGraph, mapping: dict[int, int]) -> bool:
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
        and all(mapping.get(s.node) == t.node and s.output == t.output for s, t in zip(of_a, of_b, strict=True))
        for of_a, of_b in ends
    )
