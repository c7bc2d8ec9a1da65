"""Calls that read the wrong tensors."""

from __future__ import annotations

from collections import Counter

from course_utils.graphs.compare.edits.derivation import Derivation
from course_utils.graphs.compare.edits.edit import Edit
from course_utils.graphs.graph import ANY_ORDER, Tensor


def wires(work: Derivation) -> None:
    """Compare what matched calls read."""
    for i, j in work.to_b.items():
        reads, others = work.a.reads[i], work.b.reads[j]
        if len(reads) == 1 and len(others) == 1:
            mine, theirs = reads[0].tensor, others[0].tensor
            if work.fits(mine, theirs):
                work.accept(mine, theirs)
            elif work.image(theirs) is not None:  # else what is missing is told where it goes
                rewire(work, i, j, [(mine, theirs)])
            continue
        wrong = compare_reads(work, i, j)
        if wrong:
            rewire(work, i, j, wrong)


def compare_reads(work: Derivation, i: int, j: int) -> list[tuple[Tensor | None, Tensor | None]]:
    """Pairs of what call `i` reads and should read that do not fit; None: nothing."""
    reads, others = work.a.reads[i], work.b.reads[j]
    node, other = work.mine.nodes[i], work.theirs.nodes[j]
    any_order = any(p == ANY_ORDER for p, _, _ in reads + others)
    if node.family != other.family:  # which name their arguments differently
        any_order = True
    if any_order and node.kind != other.kind:  # a square for a product reads one tensor twice
        return _unordered(work, *(list(dict.fromkeys(r.tensor for r in rs)) for rs in (reads, others)))
    is_list = all(p.isdigit() for p, _, _ in reads + others)
    if any_order:
        return _unordered(work, [r.tensor for r in reads], [r.tensor for r in others])
    if is_list and len(reads) != len(others):
        return _sequence(work, [r.tensor for r in reads], [r.tensor for r in others])
    wrong: list[tuple[Tensor | None, Tensor | None]] = []
    by_port = {wire.port: wire.tensor for wire in others}
    for wire in reads:
        theirs = by_port.pop(wire.port, None)
        if theirs is None:
            wrong += _extra(work, wire.tensor)
        elif work.fits(wire.tensor, theirs):
            work.accept(wire.tensor, theirs)
        elif work.image(theirs) is not None:
            wrong.append((wire.tensor, theirs))
    wrong += [(None, theirs) for theirs in by_port.values() if work.image(theirs) is not None]
    return wrong


def _extra(work: Derivation, mine: Tensor) -> list[tuple[Tensor | None, Tensor | None]]:
    """An argument too many: if its branch is too many as well, taking that out is the edit."""
    if mine.node in work.to_b:
        return [(mine, None)]
    work.deleted.add(mine.node)
    return []


def _unordered(work: Derivation, mine: list[Tensor], theirs: list[Tensor]) -> list[tuple[Tensor | None, Tensor | None]]:
    left = Counter(mine)
    rest: list[Tensor] = []
    for t in theirs:
        image = work.image(t)
        if image is not None and left[image] > 0:
            left[image] -= 1
        else:
            rest.append(t)
    remaining = [t for t in mine if left[t] > 0 and not left.subtract([t])]
    unfit: list[Tensor] = []
    for t in rest:
        match = next((s for s in remaining if work.fits(s, t)), None)
        if match is not None:
            remaining.remove(match)
            work.accept(match, t)
        else:
            unfit.append(t)
    wrong: list[tuple[Tensor | None, Tensor | None]] = []
    known = [t for t in unfit if work.image(t) is not None]
    for t in known:
        wrong.append((remaining.pop(0), t) if remaining else (None, t))
    spare = len(unfit) - len(known)  # arguments that a missing branch will bring
    for s in remaining:
        if spare > 0 and s.node in work.to_b:
            spare -= 1  # the missing branch takes its place
        else:
            wrong += _extra(work, s)
    return wrong


def _sequence(work: Derivation, mine: list[Tensor], theirs: list[Tensor]) -> list[tuple[Tensor | None, Tensor | None]]:
    """Align two lists of arguments of different length."""
    rows, columns = len(mine) + 1, len(theirs) + 1
    cost = [[float(i + j) for j in range(columns)] for i in range(rows)]
    for i in range(1, rows):
        for j in range(1, columns):
            fit = 0.0 if work.fits(mine[i - 1], theirs[j - 1]) else 1.5
            cost[i][j] = min(cost[i - 1][j - 1] + fit, cost[i - 1][j] + 1, cost[i][j - 1] + 1)
    wrong: list[tuple[Tensor | None, Tensor | None]] = []
    i, j = rows - 1, columns - 1
    while i or j:
        fit = 0.0 if i and j and work.fits(mine[i - 1], theirs[j - 1]) else 1.5
        if i and j and cost[i][j] == cost[i - 1][j - 1] + fit:
            if fit and work.image(theirs[j - 1]) is not None:
                wrong.append((mine[i - 1], theirs[j - 1]))
            elif not fit:
                work.accept(mine[i - 1], theirs[j - 1])
            i, j = i - 1, j - 1
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            wrong += _extra(work, mine[i - 1])
            i -= 1
        else:
            if work.image(theirs[j - 1]) is not None:
                wrong.append((None, theirs[j - 1]))
            j -= 1
    return wrong[::-1]


def rewire(work: Derivation, i: int, j: int, wrong: list[tuple[Tensor | None, Tensor | None]]) -> None:
    """One edit for all the wrong wires into a call."""
    work.suspects.append(i)
    mine = [m for m, _ in wrong if m is not None]
    missing = [t for _, t in wrong if t is not None]
    theirs = [t for t in map(work.image, missing) if t is not None]
    ports: tuple[str, ...] = ()
    if not theirs:
        ports = tuple(wire.port for wire in work.a.reads[i] if wire.tensor in mine)
    elif not mine:
        ports = tuple(wire.port for wire in work.b.reads[j] if wire.tensor in missing)
    edit = Edit(
        "rewire",
        nodes=work.paths([i]),
        targets=work.targets([j]),
        wires=tuple((work.exit(s), work.entry(i)) for s, _ in mine),
        new_wires=tuple((work.exit(s), work.entry(i)) for s, _ in theirs),
        ports=ports,
        unused=work.unused(theirs),
        mine=(i,),
        theirs=(j,),
        reads=tuple(mine),
        should_read=tuple(theirs),
    )
    is_input = work.mine.nodes[i].family == "input"
    dearer = 0.1 * (max(len(mine), len(theirs)) - 1) + (0.05 if is_input else 0.0)
    work.add(work.place(i), edit, changes=1.0 + dearer)
