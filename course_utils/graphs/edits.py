"""From a matching of two graphs to the edits that turn one into the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from course_utils.graphs.align import Alignment
from course_utils.graphs.graph import Graph, Node, Path
from course_utils.graphs.rules.merging import ANY_ORDER
from course_utils.graphs.words import (
    article,
    call_name,
    listed,
    ordinal,
    own_name,
    plural,
    sentence,
    setting,
    spelled,
    value,
)

KINDS = ("insert", "delete", "move", "replace", "setting", "rewire", "share", "unshare", "input", "output")
"""What an edit can be.

insert: layers are missing. delete: layers are too many. move: a layer stands in the wrong place. replace: a layer of
another class. setting: a layer's settings. rewire: a call reads the wrong tensor, or in the wrong order. share: one
layer should be called where there are two. unshare: the reverse. input, output: what the model lists as its own.
"""
_MOST_ROUTES = 60
_Tensor = tuple[int, int]  # call and output number, in a normal form


@dataclass(frozen=True)
class Edit:
    """One change; paths lead into the graphs of the `Difference`, as read."""

    kind: str
    """One of `KINDS`."""
    where: str
    """The learner's layer; for what is missing, the place: "between `a` and `b`"."""
    message: str
    """One or two sentences: what it is and what it should be."""
    nodes: tuple[Path, ...] = ()
    """The learner's calls concerned."""
    wires: tuple[tuple[Path, Path], ...] = ()
    """The learner's wires that are wrong: from the call that is read to the call that reads it."""
    new_wires: tuple[tuple[Path, Path], ...] = ()
    """The wires that should be there instead, between the learner's calls."""
    targets: tuple[Path, ...] = ()
    """Calls of the target concerned; for "insert", the missing ones, to be drawn as ghosts."""
    after: tuple[Path, ...] = ()
    """For what is missing: the learner's calls that it reads."""
    before: tuple[Path, ...] = ()
    """For what is missing: the learner's calls that should read it."""
    output: int | None = None
    """Position among the model's outputs, where that is concerned."""


@dataclass(frozen=True)
class Edits:
    """What a matching of two graphs comes to."""

    edits: tuple[Edit, ...]
    """In the order of the learner's calls."""
    changes: float
    """How much they change, to choose among as many edits."""
    suspects: tuple[int, ...]
    """Matched calls of the learner's normal form that read what they should not, or are of another class."""
    abandoned: int = 0
    """Groups of the learner's calls that no edit names and that nothing would use any more."""

    @property
    def cost(self) -> tuple[int, float]:
        """What is to be least: the learner has to take out what is abandoned, too."""
        return len(self.edits) + self.abandoned, self.changes


def edits_of(alignment: Alignment, graph: Graph, target: Graph) -> Edits:
    """The edits of a matching.

    Args:
        alignment: which calls of the two normal forms correspond.
        graph: the learner's graph as read.
        target: the target's graph as read.
    """
    work = _Edits(alignment, graph, target)
    work.inputs()
    work.wires()
    work.outputs()
    work.missing()
    work.superfluous()
    work.sharing()
    work.labels()
    found = [edit for _, edit in sorted(work.found, key=lambda pair: pair[0])]
    return Edits(tuple(_moves(found, work)), work.changes, tuple(dict.fromkeys(work.suspects)), work.abandoned())


class _Edits:
    def __init__(self, alignment: Alignment, graph: Graph, target: Graph) -> None:
        self.to_b, self.to_a = alignment.to_b, alignment.to_a
        self.a, self.b = alignment.a, alignment.b
        self.mine, self.theirs = alignment.a.graph, alignment.b.graph
        self.graph, self.target = graph, target
        self.found: list[tuple[float, Edit]] = []
        self.changes = 0.0
        self.deleted: set[int] = set()  # calls of the learner's that must go for the wires to fit
        self.implied: set[int] = set()  # inputs whose being unused another edit mends
        self._routes_a: dict[_Tensor, tuple[set[_Tensor], set[int]]] = {}
        self._routes_b: dict[_Tensor, set[_Tensor]] = {}
        self.suspects: list[int] = []
        self._places: dict[int, int] = {}
        self.relabelled: set[int] = set()  # calls whose settings another edit already corrects

    def add(self, place: float, edit: Edit, changes: float = 1.0) -> None:
        self.found.append((place, edit))
        self.changes += changes

    # Names

    def name(self, i: int) -> str:
        """The learner's name for a call of their normal form."""
        return call_name(self.graph, self.entry(i)) + self._which(i)

    def tensor(self, tensor: _Tensor) -> str:
        """The learner's name for a tensor."""
        i, number = tensor
        name = call_name(self.graph, self.exit(i)) + self._which(i)
        return f"{ordinal(number)} output of {name}" if number else name

    def _which(self, i: int) -> str:
        """Which call, where several have one name."""
        if not self._places:
            calls: dict[str, list[int]] = defaultdict(list)
            for k in range(len(self.mine.nodes)):
                calls[call_name(self.graph, self.entry(k))].append(k)
            for several in calls.values():
                entries = list(dict.fromkeys(map(self.entry, several)))
                for k in several:
                    self._places[k] = entries.index(self.entry(k)) if len(entries) > 1 else -1
        return f" ({ordinal(self._places[i])} call)" if self._places[i] >= 0 else ""

    def entry(self, i: int) -> Path:
        """The learner's call that a wire into a call of the normal form ends at."""
        origin = self.mine.nodes[i].origin
        return origin[0] if origin else (0,)

    def exit(self, i: int) -> Path:
        """The learner's call that a wire out of a call of the normal form starts at."""
        node = self.mine.nodes[i]
        fused = "activation" in node.settings and node.parameters and len(node.origin) > 1
        return node.origin[-1] if fused else self.entry(i)

    def paths(self, calls: Iterable[int]) -> tuple[Path, ...]:
        """The learner's calls that calls of the normal form stand for."""
        return tuple(dict.fromkeys(path for i in calls for path in self.mine.nodes[i].origin))

    def targets(self, calls: Iterable[int]) -> tuple[Path, ...]:
        """The target's calls that calls of its normal form stand for."""
        return tuple(dict.fromkeys(path for j in calls for path in self.theirs.nodes[j].origin))

    def wanted(self, j: int) -> str:
        """A call of the target, in code."""
        node = self.theirs.nodes[j]
        original = self.target.find(node.origin[0]) if node.origin else None
        return f"`{spelled(node, original)}`"

    def wanted_name(self, j: int) -> str:
        """A call of the target, in code, with the name it has if somebody gave it one."""
        node = self.theirs.nodes[j]
        name = own_name(self.target.find(node.origin[-1])) if node.origin else None
        return f"{self.wanted(j)} called `{name}`" if name and node.family != "input" else self.wanted(j)

    # Wires

    def image(self, tensor: _Tensor) -> _Tensor | None:
        """The learner's tensor that stands for a tensor of the target."""
        i = self.to_a.get(tensor[0])
        return None if i is None else (i, tensor[1])

    def routes_a(self, tensor: _Tensor) -> tuple[set[_Tensor], set[int]]:
        """Matched tensors that the learner's tensor is made from by unmatched calls alone; and those calls."""
        if tensor not in self._routes_a:
            ends: set[_Tensor] = set()
            passed: set[int] = set()
            stack = [tensor]
            while stack and len(passed) < _MOST_ROUTES:
                i, number = stack.pop()
                if i in self.to_b:
                    ends.add((i, number))
                elif i not in passed:
                    passed.add(i)
                    stack += [(s, k) for _, s, k in self.a.reads[i]]
            self._routes_a[tensor] = (ends, passed)
        return self._routes_a[tensor]

    def routes_b(self, tensor: _Tensor) -> set[_Tensor]:
        """The learner's tensors that missing calls, on the way to a tensor of the target, read."""
        if tensor not in self._routes_b:
            ends: set[_Tensor] = set()
            passed: set[int] = set()
            stack = [tensor]
            while stack and len(passed) < _MOST_ROUTES:
                j, number = stack.pop()
                if j in self.to_a:
                    ends.add((self.to_a[j], number))
                elif j not in passed:
                    passed.add(j)
                    stack += [(s, k) for _, s, k in self.b.reads[j]]
            self._routes_b[tensor] = ends
        return self._routes_b[tensor]

    def fits(self, mine: _Tensor, theirs: _Tensor) -> bool:
        """Whether reading `mine` becomes right once missing calls are put in and superfluous ones taken out."""
        image = self.image(theirs)
        if image is not None:
            if image == mine:
                return True
            return mine[0] not in self.to_b and image in self.routes_a(mine)[0]
        ends = self.routes_b(theirs)
        return mine in ends if mine[0] in self.to_b else bool(ends & self.routes_a(mine)[0])

    def accept(self, mine: _Tensor, theirs: _Tensor) -> None:
        """Note what must be taken out for `mine` to fit."""
        if mine[0] in self.to_b:
            return
        image = self.image(theirs)
        wanted = {image} if image is not None else self.routes_b(theirs)
        self.deleted |= self._between(mine, wanted)

    def _between(self, start: _Tensor, ends: set[_Tensor]) -> set[int]:
        """Unmatched calls on a way from `start` back to one of `ends`."""
        found: set[int] = set()
        parents: dict[int, int | None] = {start[0]: None}
        stack = [start[0]]
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
        return {start[0]}

    def wires(self) -> None:
        """Compare what matched calls read."""
        for i, j in self.to_b.items():
            reads, others = self.a.reads[i], self.b.reads[j]
            if len(reads) == 1 and len(others) == 1:
                mine, theirs = reads[0][1:], others[0][1:]
                if self.fits(mine, theirs):
                    self.accept(mine, theirs)
                elif self.image(theirs) is not None:  # else what is missing is told where it goes
                    self.rewire(i, j, [(mine, theirs)])
                continue
            wrong = self.compare_reads(i, j)
            if wrong:
                self.rewire(i, j, wrong)

    def compare_reads(self, i: int, j: int) -> list[tuple[_Tensor | None, _Tensor | None]]:
        """Pairs of what call `i` reads and should read that do not fit; None: nothing."""
        reads, others = self.a.reads[i], self.b.reads[j]
        any_order = any(p == ANY_ORDER for p, _, _ in reads) or any(p == ANY_ORDER for p, _, _ in others)
        is_list = all(p.isdigit() for p, _, _ in reads + others)
        if any_order:
            return self._unordered([r[1:] for r in reads], [r[1:] for r in others])
        if is_list and len(reads) != len(others):
            return self._sequence([r[1:] for r in reads], [r[1:] for r in others])
        wrong: list[tuple[_Tensor | None, _Tensor | None]] = []
        by_port = {p: (s, k) for p, s, k in others}
        for p, s, k in reads:
            theirs = by_port.pop(p, None)
            if theirs is None:
                wrong += self._extra((s, k))
            elif self.fits((s, k), theirs):
                self.accept((s, k), theirs)
            elif self.image(theirs) is not None:
                wrong.append(((s, k), theirs))
        wrong += [(None, theirs) for theirs in by_port.values() if self.image(theirs) is not None]
        return wrong

    def _extra(self, mine: _Tensor) -> list[tuple[_Tensor | None, _Tensor | None]]:
        """An argument too many: if its branch is too many as well, taking that out is the edit."""
        if mine[0] in self.to_b:
            return [(mine, None)]
        self.deleted.add(mine[0])
        return []

    def _unordered(self, mine: list[_Tensor], theirs: list[_Tensor]) -> list[tuple[_Tensor | None, _Tensor | None]]:
        left = Counter(mine)
        rest: list[_Tensor] = []
        for t in theirs:
            image = self.image(t)
            if image is not None and left[image] > 0:
                left[image] -= 1
            else:
                rest.append(t)
        remaining = [t for t in mine if left[t] > 0 and not left.subtract([t])]
        unfit: list[_Tensor] = []
        for t in rest:
            match = next((s for s in remaining if self.fits(s, t)), None)
            if match is not None:
                remaining.remove(match)
                self.accept(match, t)
            else:
                unfit.append(t)
        wrong: list[tuple[_Tensor | None, _Tensor | None]] = []
        known = [t for t in unfit if self.image(t) is not None]
        for t in known:
            wrong.append((remaining.pop(0), t) if remaining else (None, t))
        spare = len(unfit) - len(known)  # arguments that a missing branch will bring
        for s in remaining:
            if spare > 0 and s[0] in self.to_b:
                spare -= 1  # the missing branch takes its place
            else:
                wrong += self._extra(s)
        return wrong

    def _sequence(self, mine: list[_Tensor], theirs: list[_Tensor]) -> list[tuple[_Tensor | None, _Tensor | None]]:
        """Align two lists of arguments of different length."""
        rows, columns = len(mine) + 1, len(theirs) + 1
        cost = [[float(i + j) for j in range(columns)] for i in range(rows)]
        for i in range(1, rows):
            for j in range(1, columns):
                fit = 0.0 if self.fits(mine[i - 1], theirs[j - 1]) else 1.5
                cost[i][j] = min(cost[i - 1][j - 1] + fit, cost[i - 1][j] + 1, cost[i][j - 1] + 1)
        wrong: list[tuple[_Tensor | None, _Tensor | None]] = []
        i, j = rows - 1, columns - 1
        while i or j:
            fit = 0.0 if i and j and self.fits(mine[i - 1], theirs[j - 1]) else 1.5
            if i and j and cost[i][j] == cost[i - 1][j - 1] + fit:
                if fit and self.image(theirs[j - 1]) is not None:
                    wrong.append((mine[i - 1], theirs[j - 1]))
                elif not fit:
                    self.accept(mine[i - 1], theirs[j - 1])
                i, j = i - 1, j - 1
            elif i and cost[i][j] == cost[i - 1][j] + 1:
                wrong += self._extra(mine[i - 1])
                i -= 1
            else:
                if self.image(theirs[j - 1]) is not None:
                    wrong.append((None, theirs[j - 1]))
                j -= 1
        return wrong[::-1]

    def rewire(self, i: int, j: int, wrong: list[tuple[_Tensor | None, _Tensor | None]]) -> None:
        """One edit for all the wrong wires into a call."""
        self.suspects.append(i)
        mine = [m for m, _ in wrong if m is not None]
        images = [self.image(t) for _, t in wrong if t is not None]
        theirs = [t for t in images if t is not None]
        name = self.name(i)
        reads, others = self.a.reads[i], self.b.reads[j]
        node = self.mine.nodes[i]
        if len(mine) > 1 and Counter(mine) == Counter(theirs):
            order = listed(self.tensor(r[1:]) for r in reads)
            images = [self.image(r[1:]) for r in others]
            wanted = listed(self.tensor(t) for t in images if t is not None)
            message = f"{name} reads {order}, in this order; it should read {wanted}."
        elif mine and not theirs:
            less = "so often" if any(Counter(r[1:] for r in reads)[m] > 1 for m in mine) else "too"
            message = f"{name} reads {listed(self.tensor(m) for m in mine)} {less}; it should not."
        elif theirs and not mine:
            also = " once more" if any(t in [r[1:] for r in reads] for t in theirs) else " as well"
            message = f"{name} should read {listed(self.tensor(t) for t in theirs)}{also}."
        else:
            message = (
                f"{name} reads {listed(self.tensor(m) for m in mine)}; "
                f"it should read {listed(self.tensor(t) for t in theirs)}."
            )
        extra = self._aside(theirs, mine)
        self.add(
            self.place(i),
            Edit(
                "rewire",
                name,
                sentence([message, extra]),
                nodes=self.paths([i]),
                wires=tuple((self.exit(s), self.entry(i)) for s, _ in mine),
                new_wires=tuple((self.exit(s), self.entry(i)) for s, _ in theirs),
                targets=self.targets([j]),
            ),
            changes=1.0 + 0.1 * (max(len(mine), len(theirs)) - 1) + (0.05 if node.family == "input" else 0.0),
        )

    def _aside(self, sources: Iterable[_Tensor], instead: Iterable[_Tensor] = ()) -> str:
        """What the learner may not have noticed: that what should be read leads nowhere so far."""
        for i, _ in sources:
            if not any(self.a.live[r] for _, r, _ in self.a.readers[i]) and i not in self.a.outputs_at:
                if i in self.a.input_at:
                    return f"So far the input {call_name(self.graph, self.exit(i))} reaches no output."
                return f"So far {call_name(self.graph, self.exit(i))} is built and never used."
        return ""

    def place(self, i: int) -> float:
        """Where a call stands in the learner's model, to sort edits."""
        path = self.entry(i)
        return path[0] + sum(p / 1000 ** (k + 1) for k, p in enumerate(path[1:]))

    # What is missing or too many

    def missing(self) -> None:
        """One edit for each group of connected calls that the learner's model lacks."""
        lacking = [j for j in range(len(self.b.reads)) if j not in self.to_a]
        for group in _connected(lacking, self.b.reads):
            self.insert(group)

    def insert(self, group: list[int]) -> None:
        """Edit for a group of missing calls, in the order of the target."""
        members = set(group)
        reads = [(s, k) for j in group for _, s, k in self.b.reads[j] if s not in members]
        after = list(dict.fromkeys(t for t in map(self.image, reads) if t is not None))
        readers = [r for j in group for _, r, _ in self.b.readers[j] if r not in members]
        before = list(dict.fromkeys(self.to_a[r] for r in readers if r in self.to_a))
        ends = sorted(k for j in group for k, _ in self.b.outputs_at.get(j, ()))
        inputs = [j for j in group if self.theirs.nodes[j].family == "input"]
        layers = [j for j in group if j not in inputs]
        place = self._place_of(after, before, ends)
        name = "the inputs" if inputs and not layers else place
        parts = [self._missing_inputs(inputs)] if inputs else []
        if layers:
            siblings = [self._sibling(j) for j in layers]
            what = " → ".join(self.wanted_name(j) if len(layers) == 1 else self.wanted(j) for j in layers[:6])
            more = f" and {len(layers) - 6} more" if len(layers) > 6 else ""
            again = [i for i in siblings if i is not None]
            if len(again) == len(layers):
                names = listed(call_name(self.graph, self.entry(i)) for i in again)
                parts.append(f"{names} should be called once more, {place}.")
            elif len(layers) == 1:
                parts.append(f"{article(what)} is missing {place}.")
            else:
                parts.append(f"{plural(len(layers), 'layer')} are missing {place}: {what}{more}.")
            parts.append(self._consequence(layers))
        parts.append(self._aside(after))
        at = self.place(after[0][0]) + 0.5 if after else (self.place(before[0]) - 0.5 if before else -1.0)
        self.add(
            at,
            Edit(
                "input" if inputs else "insert",
                name,
                sentence(parts),
                wires=tuple(
                    (self.exit(s), self.entry(r))
                    for s, _ in after
                    for r in before
                    if any(t == s for _, t, _ in self.a.reads[r])
                ),
                targets=self.targets(group),
                after=tuple(self.exit(s) for s, _ in after),
                before=tuple(self.entry(r) for r in before),
                output=ends[0] if ends else None,
            ),
            changes=1.05 * len(group),  # what is there and unused is named first
        )

    def _sibling(self, j: int) -> int | None:
        """The learner's call of the layer that a missing call of the target should share; None if it is alone."""
        siblings = self.b.groups.get(self.theirs.nodes[j].layer, ())
        return next((self.to_a[k] for k in siblings if k != j and k in self.to_a), None)

    def _missing_inputs(self, inputs: list[int]) -> str:
        described = []
        for j in inputs:
            node = self.theirs.nodes[j]
            name = own_name(self.target.find(node.origin[0]))
            shape = value(node.settings.get("shape"))
            described.append(f"an input `{name}` of shape {shape}" if name else f"an input of shape {shape}")
        return f"the model lacks {listed(described)}."

    def _consequence(self, layers: list[int]) -> str:
        for j in layers:
            node = self.theirs.nodes[j]
            source = self.b.reads[j][0] if self.b.reads[j] else None
            if node.kind.startswith("Global") and source is not None:
                shapes = self.theirs.nodes[source[1]].shapes
                if shapes and len(shapes[0]) == 3:
                    return "Without it the outputs have one value for every time step."
        return ""

    def _place_of(self, after: list[_Tensor], before: list[int], ends: list[int]) -> str:
        """Where something is missing, in words."""
        sources = listed(self.tensor(t) for t in after[:4])
        readers = listed(self.name(i) for i in before[:4])
        if after and before:
            return f"between {sources} and {readers}"
        if after and ends:
            return f"after {sources}, as the {ordinal(ends[0])} output"
        if before:
            return f"before {readers}"
        return f"after {sources}" if after else "in the model"

    def superfluous(self) -> None:
        """One edit for each group of connected calls that the target does not have."""
        extra = set(self.deleted)
        for i in range(len(self.a.reads) - 1, -1, -1):
            if i not in self.to_b and self.a.live[i] and i not in extra:
                readers = [r for _, r, _ in self.a.readers[i] if self.a.live[r]]
                if readers and all(r in extra for r in readers) and i not in self.a.outputs_at:
                    extra.add(i)
        for group in _connected(sorted(i for i in extra if i not in self.a.input_at), self.a.reads):
            members = set(group)
            names = [call_name(self.graph, path) for path in self._written(group)]
            verb = "is" if len(names) == 1 else "are"
            after = [(s, k) for i in group for _, s, k in self.a.reads[i] if s not in members]
            before = [r for i in group for _, r, _ in self.a.readers[i] if r not in members and self.a.live[r]]
            place = self._place_of(list(dict.fromkeys(after)), list(dict.fromkeys(before)), [])
            message = f"{listed(names)} {verb} too much {place}; leave {'it' if len(names) == 1 else 'them'} out."
            self.add(
                self.place(group[0]),
                Edit(
                    "delete",
                    names[0],
                    message,
                    nodes=self.paths(group),
                    new_wires=tuple((self.exit(s), self.entry(r)) for s, _ in after[:1] for r in before),
                ),
                changes=float(len(group)),
            )

    def abandoned(self) -> int:
        """How many groups of live calls have no counterpart and are named by no edit."""
        named = {path for _, edit in self.found for path in edit.nodes}
        left = [
            i
            for i in range(len(self.a.reads))
            if i not in self.to_b
            and self.a.live[i]
            and self.mine.nodes[i].family not in ("input", "output")
            and not named & set(self.paths([i]))
        ]
        return len(_connected(left, self.a.reads))

    def _written(self, calls: list[int]) -> list[Path]:
        return list(self.paths(calls))

    # Inputs and outputs

    def inputs(self) -> None:
        """Inputs that are too many or in another order; missing ones come with what reads them."""
        left = list(dict.fromkeys(t.node for t in self.mine.inputs))
        for i in left:
            if i not in self.to_b:
                name = call_name(self.graph, self.entry(i))
                unused = not any(self.a.live[r] for _, r, _ in self.a.readers[i]) and i not in self.a.outputs_at
                why = "It reaches no output." if unused else ""
                message = sentence([f"the input {name} is too much; leave it out.", why])
                self.add(self.place(i), Edit("input", name, message, nodes=self.paths([i])))
        right = list(dict.fromkeys(t.node for t in self.theirs.inputs))
        images = [self.to_a[j] for j in right if j in self.to_a]
        kept = [i for i in left if i in self.to_b]
        if images != kept:
            order, wanted = (listed(call_name(self.graph, self.entry(i)) for i in x) for x in (kept, images))
            message = f"The inputs are listed as {order}; they should be {wanted}, in this order."
            self.add(-1.0, Edit("input", "the inputs", message, nodes=self.paths(kept)))

    def outputs(self) -> None:
        """Compare what the models list as their outputs."""
        mine = [(t.node, t.index) for t in self.mine.outputs]
        theirs = [(t.node, t.index) for t in self.theirs.outputs]
        if len(mine) == len(theirs):
            wrong = []
            for k, (m, t) in enumerate(zip(mine, theirs, strict=True)):
                if self.fits(m, t):
                    self.accept(m, t)
                elif self.image(t) is not None or m[0] in self.to_b:
                    wrong.append(k)
            images = [self.image(theirs[k]) for k in wrong]
            if len(wrong) > 1 and Counter(images) == Counter([mine[k] for k in wrong]):
                self._output_order(mine, [self.image(t) or m for m, t in zip(mine, theirs, strict=True)])
                return
            for k in wrong:
                self._wrong_output(k, mine, theirs)
            return
        wanted = [t for t in map(self.image, theirs) if t is not None]
        left = Counter(mine)
        for k, t in enumerate(theirs):
            image = self.image(t)
            if image is not None and left[image] > 0:
                left[image] -= 1
            else:
                fit = next((m for m in mine if left[m] > 0 and m not in wanted and self.fits(m, t)), None)
                if fit is not None:
                    left[fit] -= 1
                    self.accept(fit, t)
                elif image is not None:
                    name = self.tensor(image)
                    aside = "It is built, but nothing uses it." if not self.a.live[image[0]] else ""
                    message = sentence([f"{name} should be the {ordinal(k)} output of the model.", aside])
                    edit = Edit("output", name, message, nodes=self.paths([image[0]]), output=k)
                    self.add(10_000.0 + k, edit)
        for m in dict.fromkeys(mine):
            if left[m] > 0:
                if m[0] not in self.to_b:
                    self.deleted.add(m[0])
                    continue
                name = self.tensor(m)
                twice = mine.count(m) > 1
                message = f"{name} is listed twice among the outputs." if twice else f"{name} should not be an output."
                self.add(10_000.0, Edit("output", name, message, nodes=self.paths([m[0]]), output=mine.index(m)))
        kept = [m for m in mine if m in wanted]
        if not any(left[m] > 0 for m in mine) and kept != wanted and Counter(kept) == Counter(wanted):
            self._output_order(kept, wanted)

    def _output_order(self, mine: list[_Tensor], wanted: list[_Tensor]) -> None:
        order, right = (listed(self.tensor(t) for t in x) for x in (mine, wanted))
        message = f"The outputs are listed as {order}; they should be {right}, in this order."
        self.add(10_000.0, Edit("output", "the outputs", message, nodes=self.paths(t[0] for t in mine), output=0))

    def _wrong_output(self, k: int, mine: list[_Tensor], theirs: list[_Tensor]) -> None:
        image = self.image(theirs[k])
        name = self.tensor(mine[k])
        if image is None:
            return  # the missing layers are told to stand here
        right = self.tensor(image)
        if mine.count(mine[k]) > 1:
            parts = [f"{name} is listed twice among the outputs; the {ordinal(k)} should be {right}."]
        elif len(mine) == 1:
            parts = [f"the output of the model is {name}; it should be {right}."]
        else:
            parts = [f"the {ordinal(k)} output is {name}; it should be {right}."]
        if not self.a.live[image[0]] and mine.count(mine[k]) == 1:
            parts.append(f"so far {right} is built and never used.")
        edit = Edit("output", right, sentence(parts), nodes=self.paths([mine[k][0], image[0]]), output=k)
        self.add(10_000.0 + k, edit)

    # Layers

    def sharing(self) -> None:
        """Where one layer should be called and several are, and the reverse."""
        for group in self.b.groups.values():
            layers: dict[Hashable, list[int]] = defaultdict(list)
            for j in group:
                if j in self.to_a and self.a.live[self.to_a[j]]:
                    i = self.to_a[j]
                    layers[self.mine.nodes[i].layer].append(i)
            if len(layers) < 2:
                continue
            ordered = sorted(layers.values(), key=lambda calls: (-self._fit(calls), min(calls)))
            first = min(ordered[0])
            for calls in ordered[1:]:
                self.relabelled |= set(calls)
                name = call_name(self.graph, self.entry(calls[0]))
                original = call_name(self.graph, self.entry(first))
                if self.mine.nodes[calls[0]].parameters:
                    message = (
                        f"{name} is a second layer with weights of its own; call {original} again instead, "
                        "so that both share their weights."
                    )
                else:
                    message = f"{name} is a second layer; call {original} again instead."
                self.add(self.place(calls[0]), Edit("share", name, message, self.paths([first, *calls])))
        groups: dict[Hashable, dict[Hashable, list[int]]] = defaultdict(lambda: defaultdict(list))
        counts = Counter(n.layer for i, n in enumerate(self.mine.nodes) if self.a.live[i])
        for i, j in self.to_b.items():
            node, other = self.mine.nodes[i], self.theirs.nodes[j]
            if self.a.live[i]:
                groups[node.layer][other.layer].append(i)
        for parts in groups.values():
            ordered = sorted(parts.values(), key=lambda calls: (-self._fit(calls), min(calls)))
            for calls in ordered[1:]:
                if all(i in self.relabelled for i in calls):
                    continue
                self.relabelled |= set(calls)
                name = call_name(self.graph, self.entry(calls[0]))
                node = self.mine.nodes[calls[0]]
                what = self.wanted(self.to_b[calls[0]])
                times = "twice" if counts[node.layer] == 2 else f"{counts[node.layer]} times"
                message = (
                    f"{name} is one layer called {times}; its {ordinal(node.call)} call should be a layer "
                    f"of its own, {article(what)}."
                )
                self.add(self.place(calls[0]), Edit("unshare", name, message, self.paths(calls)), changes=0.9)

    def _fit(self, calls: list[int]) -> int:
        """How many calls have the right settings already."""
        return sum(self.a.labels[i] == self.b.labels[self.to_b[i]] for i in calls)

    def labels(self) -> None:
        """Settings and classes of matched calls; a shared layer counts once."""
        told: dict[Hashable, Node] = {}
        for i, j in sorted(self.to_b.items()):
            if self.a.labels[i] == self.b.labels[j] or i in self.relabelled:
                continue
            node, other = self.mine.nodes[i], self.theirs.nodes[j]
            if node.parameters:
                if node.layer in told and told[node.layer].settings == node.settings:
                    continue
                told[node.layer] = node
            if node.kind != other.kind or node.family != other.family:
                self.replace(i, j)
            else:
                self.change(i, j)

    def replace(self, i: int, j: int) -> None:
        """Another class of layer."""
        self.suspects.append(i)
        node, other = self.mine.nodes[i], self.theirs.nodes[j]
        name = self.name(i)
        original = self.graph.find(self.entry(i))
        mine, wanted = f"`{spelled(node, original)}`", self.wanted(j)
        note = ""
        if "Average" in node.kind and other.kind == node.kind.replace("Average", "Max"):
            note = "An average lets strong signals fade; a maximum keeps the strongest."
        elif node.kind == "Flatten" and other.kind.startswith("Global"):
            note = "Flatten needs a fixed length and ties weights to positions."
        message = f"{name} is {article(mine)}; it should be {article(wanted)}."
        self.add(
            self.place(i),
            Edit("replace", name, sentence([message, note]), nodes=self.paths([i]), targets=self.targets([j])),
        )

    def change(self, i: int, j: int) -> None:
        """Other settings."""
        node, other = self.mine.nodes[i], self.theirs.nodes[j]
        keys = [k for k in {**node.settings, **other.settings} if node.settings.get(k) != other.settings.get(k)]
        if (
            node.family == "input"
            and "dtype" in keys
            and None in (node.settings.get("dtype"), other.settings.get("dtype"))
        ):
            keys.remove("dtype")  # whether it matters depends on what reads the input, which is told elsewhere
        if not keys:
            return
        where = self.name(i)
        message = self._known_mistake(i, j, keys)
        if not message:
            name = self._named_for(i, keys)
            mine = self._given(self.graph, node, keys)
            theirs = self._given(self.target, other, keys)
            has, should = ("is called", "be called") if keys == ["name"] else ("has", "have")
            message = f"{name} {has} {mine}; it should {should} {theirs}."
        edit = Edit("setting", where, sentence([message]), nodes=self.paths([i]), targets=self.targets([j]))
        # A little less than another wire: a layer with a wrong size stands where it should more often than not.
        self.add(self.place(i), edit, changes=0.95 + 0.1 * (len(keys) - 1))

    def _named_for(self, i: int, keys: list[str]) -> str:
        """The learner's layer that a setting belongs to: an activation may be a layer of its own."""
        node = self.mine.nodes[i]
        if keys == ["activation"] and self.exit(i) != self.entry(i) and node.settings["activation"] != "linear":
            return f"{call_name(self.graph, self.exit(i))}, after {self.name(i)},"
        if node.family == "output":
            return f"output {call_name(self.graph, self.entry(i))}"
        if node.family == "input":
            return f"the input {self.name(i)}"
        calls = self.a.groups[node.layer]
        wrong = [k for k in calls if k in self.to_b and self.a.labels[k] != self.b.labels[self.to_b[k]]]
        return call_name(self.graph, self.entry(i)) if calls == wrong else self.name(i)

    def _given(self, graph: Graph, node: Node, keys: list[str]) -> str:
        parts = []
        for key in keys:
            content = node.settings.get(key)
            original = graph.find(node.origin[0]) if node.origin else node
            if key == "name":
                parts.append(f"`{content}`")
            elif key == "activation":
                parts.append("no activation" if content in ("linear", None) else f"activation={value(content)}")
            elif key == "constant":
                parts.append(f"the constant {value(content)}")
            else:
                written = original.settings.get(key, content) if original.kind == node.kind else content
                parts.append(f"no {key}" if written is None else setting(key, written))
        return listed(parts)

    def _known_mistake(self, i: int, j: int, keys: list[str]) -> str:
        """Words of their own for mistakes that many make."""
        node, other = self.mine.nodes[i], self.theirs.nodes[j]
        mine, theirs = node.settings, other.settings
        name = self.name(i)
        sizes = [(s.get("input_dim"), s.get("output_dim")) for s in (mine, theirs)]
        if node.kind == "Embedding" and sizes[0] == sizes[1][::-1]:
            return (
                f"{name} has its arguments swapped: first the size of the vocabulary, then the length of the "
                f"vectors, so `Embedding({sizes[1][0]}, {sizes[1][1]})`, not `Embedding({sizes[0][0]}, {sizes[0][1]})`."
            )
        if node.kind == "Concatenate" and keys == ["axis"]:
            written = self.graph.find(node.origin[0]).settings.get("axis", mine["axis"])
            rank = len(other.shapes[0]) if other.shapes else 0
            last = theirs["axis"] in (-1, rank - 1)
            wanted = "the last axis, the features (axis=-1)" if last else f"axis {theirs['axis']}"
            return f"{name} joins along axis {written}; it should join along {wanted}."
        activation = mine.get("activation")
        if keys == ["activation"] and activation == "softmax" and mine.get("units") == 1:
            return (
                f"{name} is a softmax of one unit, which is always 1; "
                f"it should have {self._given(self.target, other, keys)}."
            )
        if keys == ["return_sequences"]:
            if mine["return_sequences"]:
                return f"{name} returns its output at every time step; it should return the last one only."
            return f"{name} returns its last output only; it should have return_sequences=True."
        return ""


def _connected(calls: list[int], reads: list[list[tuple[str, int, int]]]) -> list[list[int]]:
    """Groups of calls that read each other, each in order."""
    members = set(calls)
    root = {i: i for i in calls}

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i in calls:
        for _, s, _ in reads[i]:
            if s in members:
                root[find(i)] = find(s)
    groups: dict[int, list[int]] = defaultdict(list)
    for i in calls:
        groups[find(i)].append(i)
    return list(groups.values())


def _moves(edits: list[Edit], work: _Edits) -> list[Edit]:
    """Join "too much here" and "missing there" of one layer into one edit."""
    result = list(edits)
    for gone in [e for e in edits if e.kind == "delete"]:
        for new in [e for e in result if e.kind == "insert"]:
            if _same_layers(work, gone, new):
                names = listed(call_name(work.graph, p) for p in gone.nodes)
                verb = "stands" if len(gone.nodes) == 1 else "stand"
                message = f"{names} {verb} in the wrong place; it belongs {new.where}."
                joined = Edit(
                    "move", names, message, gone.nodes, new.wires, gone.new_wires, new.targets, new.after, new.before,
                )  # fmt: skip
                result[result.index(gone)] = joined
                result.remove(new)
                work.changes -= 1.0
                break
    return result


def _same_layers(work: _Edits, gone: Edit, new: Edit) -> bool:
    a = [work.a.labels[i] for i, n in enumerate(work.mine.nodes) if n.origin and n.origin[0] in gone.nodes]
    b = [work.b.labels[j] for j, n in enumerate(work.theirs.nodes) if n.origin and n.origin[0] in new.targets]
    return bool(a) and a == b
