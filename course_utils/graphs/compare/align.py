"""Which call of the learner's model stands for which call of the target, when the two are not the same.

A seeded best-first matching: calls are matched where they surely correspond (all that they read, or all that reads
them, is the same: the colours of `match`), and from there along the wires, the pair with the highest score first, as
Similarity Flooding and seed-and-extend aligners of networks do. A match is never undone here. Several ways to begin
are offered; whichever gives the fewest edits is kept, so that the result is near the least graph edit distance, which
itself is NP-hard. Each way takes O((n + e) log n) for n calls with e wires, since a call is compared with a bounded
number of others (`_MOST_ARGUMENTS`, `_MOST_READERS`, `_STEPS_OVER_GAPS`).

A score says how much speaks for a pair: equal labels 6 (or, where sizes may have been exchanged, 4.2), another setting
half a point less each, the place among what is matched already up to 2 on either side (or 3), the name 1, a layer that
is shared with a matched call 1.5. The numbers were chosen so that one wrong setting or one wrong wire never outweighs
the rest of what speaks for a pair, and tried on the mutants of `workshop.audit`.

References:
    S. Melnik, H. Garcia-Molina, E. Rahm: Similarity flooding, a versatile graph matching algorithm, ICDE 2002.
    O. Kuchaiev, T. Milenković, V. Memišević, W. Hayes, N. Pržulj: Topological network alignment uncovers biological
        function and phylogeny, Journal of the Royal Society Interface 7, 2010.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from course_utils.graphs.compare.match import Colours, IndexedGraph, Interner, refine
from course_utils.graphs.graph import ANY_ORDER, Wire

_MOST_READERS = 16
_MOST_ARGUMENTS = 12
_STEPS_OVER_GAPS = 3


class Alignment:
    """A partial matching of the calls of `a` (the learner's) and `b` (the target's)."""

    def __init__(self, a: IndexedGraph, b: IndexedGraph, *, by_place: bool = False) -> None:
        self.a = a
        self.b = b
        # Equal settings usually say more than the place; the other way round when two sizes were exchanged.
        self._label_score, self._place_score = (4.2, 3.0) if by_place else (6.0, 2.0)
        self.to_b: dict[int, int] = {}
        self.to_a: dict[int, int] = {}
        self._layers: dict[Hashable, Hashable] = {}
        self._heap: list[tuple[float, int, int, int]] = []
        self._pushed: dict[tuple[int, int], float] = {}
        self._outputs = defaultdict(set)
        for i, places in a.outputs_at.items():
            self._outputs[i] = {k for k, _ in places}

    def match(self, i: int, j: int) -> None:
        """Match call `i` of a with call `j` of b, and consider their neighbours."""
        if i in self.to_b or j in self.to_a:
            return
        self.to_b[i], self.to_a[j] = j, i
        node, other = self.a.graph.nodes[i], self.b.graph.nodes[j]
        self._layers.setdefault(node.layer, other.layer)
        for x, y, penalty in self._neighbours(i, j):
            self.consider(x, y, penalty)

    def part(self, i: int) -> None:
        """Undo the match of call `i` of a."""
        del self.to_a[self.to_b.pop(i)]

    def consider(self, i: int, j: int, penalty: float = 0.0) -> None:
        """Put a pair on the list of those to match."""
        if i in self.to_b or j in self.to_a:
            return
        score = self.score(i, j) - penalty
        if score > self._pushed.get((i, j), 0.0):
            self._pushed[i, j] = score
            heapq.heappush(self._heap, (-score, abs(i - j), i, j))

    def propagate(self, least: float) -> None:
        """Match what is on the list, best first, as long as it scores at least `least`."""
        while self._heap and -self._heap[0][0] >= least:
            _, _, i, j = heapq.heappop(self._heap)
            if i not in self.to_b and j not in self.to_a:
                self.match(i, j)

    def score(self, i: int, j: int) -> float:
        """How well two calls fit; 0 if they cannot be matched."""
        a, b = self.a, self.b
        node, other = a.graph.nodes[i], b.graph.nodes[j]
        if (node.family == "input") != (other.family == "input"):
            return 0.0
        context_before, context_after = self._context(i, j)
        if a.labels[i] == b.labels[j]:
            score = self._label_score
        elif node.kind == other.kind and node.family == other.family:
            differing = sum(node.settings.get(k) != v for k, v in other.settings.items())
            score = max(2.0, 4.0 - 0.5 * differing)
        elif context_before and context_after:
            score = 0.5
        else:
            return 0.0
        score += self._place_score * (context_before + context_after)
        if node.name == other.name:
            score += 1.0
        if node.layer in self._layers:
            score += 1.5 if self._layers[node.layer] == other.layer else -1.0
        if not a.live[i]:
            score -= 3.0
        return score

    def _context(self, i: int, j: int) -> tuple[float, float]:
        """How much of what two calls read, and of what reads them, is matched; each from 0 to 1."""
        a, b = self.a, self.b
        reads, others = a.reads[i], b.reads[j]
        before = 0.0
        if reads and others:
            # Layers and operations name their arguments differently, and merges whose order counts from others.
            ports = a.graph.nodes[i].family == b.graph.nodes[j].family and not (
                a.graph.nodes[i].kind != b.graph.nodes[j].kind and any(p == ANY_ORDER for p, _, _ in reads + others)
            )
            wanted = {(p if ports else "", self.to_a.get(s), k) for p, s, k in others}
            hits = sum((p if ports else "", s, k) in wanted for p, s, k in reads)
            before = hits / max(len(reads), len(others))
        readers, other_readers = a.readers[i], b.readers[j]
        after = 0.0
        ends = {k for k, _ in b.outputs_at.get(j, ())}
        total = max(len(readers) + len(self._outputs[i]), len(other_readers) + len(ends))
        if total:
            hits = len(ends & self._outputs[i])
            if readers and other_readers and len(readers) <= 200:
                wanted = {(p, self.to_a.get(r), k) for p, r, k in other_readers}
                hits += sum((p, r, k) in wanted for p, r, k in readers)
            after = hits / total
        return before, after

    def _neighbours(self, i: int, j: int) -> Iterator[tuple[int, int, float]]:
        """Pairs that a match makes worth considering, with what is taken off their score."""
        a, b = self.a, self.b
        reads, others = a.reads[i][:_MOST_ARGUMENTS], b.reads[j][:_MOST_ARGUMENTS]
        several = len(a.reads[i]) > 1 or len(b.reads[j]) > 1
        for port, s, _ in reads:
            for other_port, t, _ in others:
                yield s, t, 0.0 if port == other_port or ANY_ORDER in (port, other_port) else 0.5
        if several:
            for (_, s, _), (_, t, _) in zip(a.reads[i], b.reads[j], strict=False):
                yield s, t, 0.0
        for s, t, steps in _over_gaps(reads, others, a.reads, b.reads):
            yield s, t, 0.5 * steps
        readers = [r for r in a.readers[i] if r[1] not in self.to_b][:_MOST_READERS]
        other_readers = [r for r in b.readers[j] if r[1] not in self.to_a][:_MOST_READERS]
        for port, s, _ in readers:
            for other_port, t, _ in other_readers:
                yield s, t, 0.0 if port == other_port or ANY_ORDER in (port, other_port) else 0.5
        few, other_few = a.readers[i][:4], b.readers[j][:4]
        for s, t, steps in _over_gaps(few, other_few, a.readers, b.readers):
            yield s, t, 0.5 * steps

    def seed(self, of_a: Sequence[Hashable], of_b: Sequence[Hashable], live: Sequence[bool]) -> None:
        """Match calls whose colour occurs once on either side; and as often on both sides, in order."""
        left: dict[Hashable, list[int]] = defaultdict(list)
        right: dict[Hashable, list[int]] = defaultdict(list)
        for i, colour in enumerate(of_a):
            if i not in self.to_b and live[i]:
                left[colour].append(i)
        for j, colour in enumerate(of_b):
            if j not in self.to_a:
                right[colour].append(j)
        for colour, members in left.items():
            if len(members) == 1 and len(right.get(colour, ())) == 1:
                self.match(members[0], right[colour][0])

    def match_inputs(self) -> None:
        """Match inputs: by name, by place and shape, by shape, by place."""
        a, b = self.a.graph, self.b.graph
        left = list(dict.fromkeys(t.node for t in a.inputs))
        right = list(dict.fromkeys(t.node for t in b.inputs))
        places = {j: k for k, j in enumerate(right)}

        def same_shape(i: int, j: int) -> bool:
            return a.nodes[i].settings.get("shape") == b.nodes[j].settings.get("shape")

        def same_place(i: int, j: int) -> bool:
            return left.index(i) == places[j]

        tests: list[Callable[[int, int], bool]] = [
            lambda i, j: a.nodes[i].name == b.nodes[j].name and (same_shape(i, j) or a.nodes[i].name[:5] != "input"),
            lambda i, j: same_place(i, j) and same_shape(i, j),
            same_shape,
            same_place,
        ]
        for test in tests:
            for i in left:
                if i not in self.to_b:
                    for j in right:
                        if j not in self.to_a and test(i, j):
                            self.match(i, j)
                            break
        if len(left) == len(right):
            for i, j in zip(
                [i for i in left if i not in self.to_b], [j for j in right if j not in self.to_a], strict=True
            ):
                self.match(i, j)


def _over_gaps(
    first: Sequence[Wire],
    second: Sequence[Wire],
    steps_a: list[list[Wire]],
    steps_b: list[list[Wire]],
) -> Iterator[tuple[int, int, int]]:
    """Pairs one of which lies a few unmatched calls further away, where a layer may be missing or too many."""
    near_a, near_b = [s for _, s, _ in first], [s for _, s, _ in second]
    far_a, far_b = near_a, near_b
    for steps in range(1, _STEPS_OVER_GAPS + 1):
        far_a, far_b = _step(far_a, steps_a), _step(far_b, steps_b)
        for s in near_a:
            for t in far_b:
                yield s, t, steps
        for s in far_a:
            for t in near_b:
                yield s, t, steps


def _step(calls: Iterable[int], steps: list[list[Wire]]) -> list[int]:
    found: dict[int, None] = {}
    for call in calls:
        for _, following, _ in steps[call][:4]:
            found[following] = None
    return list(found)[:6]


def alignments(a: IndexedGraph, b: IndexedGraph, intern: Interner) -> Iterator[Alignment]:
    """Ways to match two graphs that differ, each worked out on its own.

    Example:
        >>> from course_utils.graphs.compare.match import IndexedGraph, Interner
        >>> from course_utils.graphs.graph import Graph, Call, Tensor
        >>> def chain(*units):
        ...     nodes = [Call("Input", "x", (), {}, "x", family="input")]
        ...     for i, u in enumerate(units):
        ...         nodes.append(Call("Dense", f"d{u}", (Tensor(i),), {"units": u}, u, ports=("",)))
        ...     return Graph("model", tuple(nodes), (Tensor(0),), (Tensor(len(units)),), ("x",), ("y",))
        >>> number = Interner()
        >>> mine, target = (IndexedGraph(chain(*units), number) for units in ((8, 2), (8, 4, 2)))
        >>> next(alignments(mine, target, number)).to_b == {0: 0, 1: 1, 2: 3}
        True
    """
    up_a, up_b = a.up(a.labels, intern), b.up(b.labels, intern)
    down_a, down_b = a.down(a.labels, intern), b.down(b.labels, intern)
    free_a, free_b = a.down(a.labels, intern, positions=False), b.down(b.labels, intern, positions=False)
    both_a, both_b = list(zip(up_a, down_a, strict=True)), list(zip(up_b, down_b, strict=True))
    shared = refine((a,), [list(a.labels)], intern), refine((b,), [list(b.labels)], intern)
    assert shared[0] is not None
    assert shared[1] is not None
    agreed = _agreed(a, b, (up_a, up_b), (down_a, down_b))
    everywhere = [True] * len(a.live)
    seeds: dict[str, tuple[Sequence[Hashable], Sequence[Hashable]]] = {
        "shared": (shared[0][0], shared[1][0]),
        "both": (both_a, both_b),
        "up": (up_a, up_b),
        "down": (down_a, down_b),
        "free": (free_a, free_b),
        "agreed": agreed,
    }
    orders = (
        ("shared", "both", "agreed"),
        ("shared", "both", "up", "down", "free"),
        ("shared", "both", "down", "up", "free"),
        ("shared", "both", "free", "up"),
        ("both",),
        (),
        ("down", "free", "inputs"),  # inputs by what reads them, where they are listed in the wrong order
    )
    for order in orders:
        alignment = Alignment(a, b, by_place=not order)
        if "inputs" not in order:
            alignment.match_inputs()
        for name in order:
            if name == "inputs":
                alignment.match_inputs()
            else:
                alignment.seed(*seeds[name], a.live)
        alignment.propagate(7.0)
        if order[-1:] != ("both",):
            alignment.seed(up_a, up_b, everywhere)  # calls that lead nowhere, where they are what is missing
        for j, places in b.outputs_at.items():
            for k, _ in places:
                if k < len(a.graph.outputs):
                    alignment.consider(a.graph.outputs[k].node, j)
        alignment.propagate(0.9)
        yield alignment


def _agreed(
    a: IndexedGraph, b: IndexedGraph, up: tuple[Colours, Colours], down: tuple[Colours, Colours]
) -> tuple[list[Hashable], list[Hashable]]:
    """Colours under which only those calls meet of which `up` and `down` do not say different things."""
    partner: list[dict[int, int]] = []
    for of_a, of_b in (up, down):
        once_a, once_b = _once(of_a, a.live), _once(of_b, b.live)
        partner.append({i: once_b[c] for c, i in once_a.items() if c in once_b})
    colours_a: list[Hashable] = [("a", i) for i in range(len(a.live))]
    colours_b: list[Hashable] = [("b", j) for j in range(len(b.live))]
    claimed: dict[int, set[int]] = defaultdict(set)
    for pairs in partner:
        for i, j in pairs.items():
            claimed[j].add(i)
    for i in range(len(a.live)):
        found = {pairs[i] for pairs in partner if i in pairs}
        if len(found) == 1:
            j = found.pop()
            if len(claimed[j]) == 1:
                colours_a[i] = colours_b[j] = ("agreed", i)
    return colours_a, colours_b


def _once(colours: Colours, live: Sequence[bool]) -> dict[int, int]:
    """Colours that occur once among the calls that matter, with the call."""
    found: dict[int, int] = {}
    several: set[int] = set()
    for i, colour in enumerate(colours):
        if live[i]:
            if colour in found:
                several.add(colour)
            found[colour] = i
    return {c: i for c, i in found.items() if c not in several}
