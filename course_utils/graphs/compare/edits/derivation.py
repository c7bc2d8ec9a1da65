"""Which calls of two models correspond, and what that says of their wires."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from course_utils.graphs.compare.align import Alignment
from course_utils.graphs.compare.edits.edit import Edit
from course_utils.graphs.compare.match import IndexedGraph
from course_utils.graphs.graph import Graph, Path, Tensor

_MOST_ROUTES = 60


class Derivation:
    """A matching at work: calls `i` of the learner's normal form, calls `j` of the target's, and what was found so far.

    Attributes:
        to_b, to_a: the matching, both ways.
        a, b: both normal forms, as matching sees them; `mine` and `theirs` are their graphs.
        graph, target: both graphs as read.
        found: the edits so far, each with its place in the learner's model.
        changes: how much they change.
        deleted: calls of the learner's that must go for the wires to fit.
        suspects: matched calls that read what they should not, or are of another class.
        relabelled: calls whose settings another edit already corrects.
    """

    def __init__(self, alignment: Alignment, graph: Graph, target: Graph) -> None:
        self.to_b, self.to_a = dict(alignment.to_b), dict(alignment.to_a)
        self.a, self.b = alignment.a, alignment.b
        self.mine, self.theirs = alignment.a.graph, alignment.b.graph
        self.graph, self.target = graph, target
        self.found: list[tuple[float, Edit]] = []
        self.changes = 0.0
        self.deleted: set[int] = set()
        self._routes_a: dict[Tensor, tuple[set[Tensor], set[int]]] = {}
        self._routes_b: dict[Tensor, set[Tensor]] = {}
        self.suspects: list[int] = []
        self.relabelled: set[int] = set()

    def add(self, place: float, edit: Edit, changes: float = 1.0) -> None:
        """Note an edit, where it stands in the learner's model and how much it changes."""
        self.found.append((place, edit))
        self.changes += changes

    def entry(self, i: int) -> Path:
        """The learner's call that a wire into a call of the normal form ends at."""
        origin = self.mine.nodes[i].origin
        return origin[0] if origin else (0,)

    def exit(self, i: int) -> Path:
        """The learner's call that a wire out of a call of the normal form starts at."""
        node = self.mine.nodes[i]
        return max(node.origin) if node.origin else self.entry(i)

    def ends_of_target(self, j: int) -> tuple[Path, Path]:
        """The target's calls that wires into and out of a call of its normal form end and start at."""
        origin = self.theirs.nodes[j].origin
        return (origin[0], max(origin)) if origin else ((0,), (0,))

    def paths(self, calls: Iterable[int]) -> tuple[Path, ...]:
        """The learner's calls that calls of the normal form stand for."""
        return tuple(dict.fromkeys(path for i in calls for path in self.mine.nodes[i].origin))

    def targets(self, calls: Iterable[int]) -> tuple[Path, ...]:
        """The target's calls that calls of its normal form stand for."""
        return tuple(dict.fromkeys(path for j in calls for path in self.theirs.nodes[j].origin))

    def place(self, i: int) -> float:
        """Where a call stands in the learner's model, to sort edits."""
        path = self.entry(i)
        return path[0] + sum(p / 1000 ** (k + 1) for k, p in enumerate(path[1:]))

    def image(self, tensor: Tensor) -> Tensor | None:
        """The learner's tensor that stands for a tensor of the target."""
        i = self.to_a.get(tensor.node)
        return None if i is None else Tensor(i, tensor.output)

    def routes_a(self, tensor: Tensor) -> tuple[set[Tensor], set[int]]:
        """Matched tensors that the learner's tensor is made from by unmatched calls alone; and those calls."""
        if tensor not in self._routes_a:
            self._routes_a[tensor] = _routes(tensor, self.a, self.to_b)
        return self._routes_a[tensor]

    def routes_b(self, tensor: Tensor) -> set[Tensor]:
        """The learner's tensors that missing calls, on the way to a tensor of the target, read."""
        if tensor not in self._routes_b:
            ends, _ = _routes(tensor, self.b, self.to_a)
            self._routes_b[tensor] = {Tensor(self.to_a[j], number) for j, number in ends}
        return self._routes_b[tensor]

    def fits(self, mine: Tensor, theirs: Tensor) -> bool:
        """Whether reading `mine` becomes right once missing calls are put in and superfluous ones taken out."""
        image = self.image(theirs)
        if image is not None:
            if image == mine:
                return True
            return mine.node not in self.to_b and image in self.routes_a(mine)[0]
        ends = self.routes_b(theirs)
        return mine in ends if mine.node in self.to_b else bool(ends & self.routes_a(mine)[0])

    def accept(self, mine: Tensor, theirs: Tensor) -> None:
        """Note what must be taken out for `mine` to fit."""
        if mine.node in self.to_b:
            return
        image = self.image(theirs)
        wanted = {image} if image is not None else self.routes_b(theirs)
        self.deleted |= self._between(mine, wanted)

    def _between(self, start: Tensor, ends: set[Tensor]) -> set[int]:
        """Unmatched calls on a way from `start` back to one of `ends`."""
        found: set[int] = set()
        parents: dict[int, int | None] = {start.node: None}
        stack = [start.node]
        while stack:
            i = stack.pop()
            for _, s, k in self.a.reads[i]:
                if (s, k) in ends:
                    step: int | None = i
                    while step is not None:
                        found.add(step)
                        step = parents[step]
                    return found
                if s not in self.to_b and s not in parents:
                    parents[s] = i
                    stack.append(s)
        return {start.node}

    def unused(self, sources: Iterable[Tensor]) -> tuple[Path, ...]:
        """The learner's call among these that leads nowhere so far, if there is one."""
        for i, _ in sources:
            if not any(self.a.live[r] for _, r, _ in self.a.readers[i]) and i not in self.a.outputs_at:
                return (self.exit(i),)
        return ()


def _routes(tensor: Tensor, graph: IndexedGraph, matched: Collection[int]) -> tuple[set[Tensor], set[int]]:
    """Matched tensors that a tensor is made from by unmatched calls alone; and those calls."""
    ends: set[Tensor] = set()
    passed: set[int] = set()
    stack = [tensor]
    while stack and len(passed) < _MOST_ROUTES:
        one = stack.pop()
        if one.node in matched:
            ends.add(one)
        elif one.node not in passed:
            passed.add(one.node)
            stack += [wire.tensor for wire in graph.reads[one.node]]
    return ends, passed
