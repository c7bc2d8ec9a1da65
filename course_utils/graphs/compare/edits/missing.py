"""Calls that are missing, too many, or in the wrong place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from course_utils.graphs.compare.edits.derivation import Derivation
from course_utils.graphs.compare.edits.edit import Edit, End
from course_utils.graphs.graph import Wire


def missing(work: Derivation) -> None:
    """One edit for each group of connected calls that the learner's model lacks."""
    lacking = [j for j in range(len(work.b.reads)) if j not in work.to_a]
    for group in _connected(lacking, work.b.reads):
        _insert(work, group)


def _insert(work: Derivation, group: list[int]) -> None:
    """Edit for a group of missing calls, in the order of the target."""
    members = set(group)
    reads = [wire.tensor for j in group for wire in work.b.reads[j] if wire.call not in members]
    after = list(dict.fromkeys(t for t in map(work.image, reads) if t is not None))
    readers = [r for j in group for _, r, _ in work.b.readers[j] if r not in members]
    before = list(dict.fromkeys(work.to_a[r] for r in readers if r in work.to_a))
    is_input = any(work.theirs.nodes[j].family == "input" for j in group)
    edit = Edit(
        "input" if is_input else "insert",
        targets=work.targets(group),
        wires=tuple(
            (work.exit(s), work.entry(r))
            for s, _ in after
            for r in before
            if any(t == s for _, t, _ in work.a.reads[r])
        ),
        wiring=_wiring(work, group),
        outputs=tuple(sorted(k for j in group for k, _ in work.b.outputs_at.get(j, ()))),
        unused=work.unused(after),
        theirs=tuple(group),
        reads=tuple(after),
        readers=tuple(before),
    )
    at = work.place(after[0][0]) + 0.5 if after else (work.place(before[0]) - 0.5 if before else -1.0)
    work.add(at, edit, changes=1.05 * len(group))  # what is there and unused is named first


def _wiring(work: Derivation, group: list[int]) -> tuple[tuple[End, End], ...]:
    """The wires of a group of missing calls, as the target has them."""
    wires: list[tuple[End, End]] = []
    for j in group:
        entry, way_out = work.ends_of_target(j)
        for wire in work.b.reads[j]:
            if wire.call in group:
                wires.append((("target", work.ends_of_target(wire.call)[1]), ("target", entry)))
            elif (image := work.image(wire.tensor)) is not None:
                wires.append((("model", work.exit(image.node)), ("target", entry)))
        wires += [
            (("target", way_out), ("model", work.entry(work.to_a[r])))
            for _, r, _ in work.b.readers[j]
            if r not in group and r in work.to_a
        ]
        wires += [(("target", way_out), ("output", (k,))) for k, _ in work.b.outputs_at.get(j, ())]
    return tuple(dict.fromkeys(wires))


def superfluous(work: Derivation) -> None:
    """One edit for each group of connected calls that the target does not have."""
    extra = set(work.deleted)
    for i in range(len(work.a.reads) - 1, -1, -1):
        if i not in work.to_b and work.a.live[i] and i not in extra:
            readers = [r for _, r, _ in work.a.readers[i] if work.a.live[r]]
            if readers and all(r in extra for r in readers) and i not in work.a.outputs_at:
                extra.add(i)
    for group in _connected(sorted(i for i in extra if i not in work.a.input_at), work.a.reads):
        members = set(group)
        reads = [wire.tensor for i in group for wire in work.a.reads[i] if wire.call not in members]
        after = list(dict.fromkeys(reads))
        before = [r for i in group for _, r, _ in work.a.readers[i] if r not in members and work.a.live[r]]
        edit = Edit(
            "delete",
            nodes=work.paths(group),
            new_wires=tuple((work.exit(s), work.entry(r)) for s, _ in after[:1] for r in before),
            mine=tuple(group),
            reads=tuple(after),
            readers=tuple(dict.fromkeys(before)),
        )
        work.add(work.place(group[0]), edit, changes=float(len(group)))


def abandoned(work: Derivation) -> int:
    """How many groups of live calls have no counterpart and are named by no edit."""
    named = {path for _, edit in work.found for path in edit.nodes}
    left = [
        i
        for i in range(len(work.a.reads))
        if i not in work.to_b
        and work.a.live[i]
        and work.mine.nodes[i].family not in ("input", "output")
        and not named & set(work.paths([i]))
    ]
    return len(_connected(left, work.a.reads))


def _connected(calls: list[int], reads: list[list[Wire]]) -> list[list[int]]:
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


def moved(edits: list[Edit], work: Derivation) -> list[Edit]:
    """Join "too much here" and "missing there" of one layer into one edit."""
    result = list(edits)
    for gone in [e for e in edits if e.kind == "delete"]:
        for new in [e for e in result if e.kind == "insert"]:
            if _same_layers(work, gone, new):
                joined = replace(
                    new, kind="move", nodes=gone.nodes, new_wires=gone.new_wires, mine=gone.mine, unused=()
                )
                result[result.index(gone)] = joined
                result.remove(new)
                work.changes -= 1.0
                break
    return result


def _same_layers(work: Derivation, gone: Edit, new: Edit) -> bool:
    a = [work.a.labels[i] for i, n in enumerate(work.mine.nodes) if n.origin and n.origin[0] in gone.nodes]
    b = [work.b.labels[j] for j, n in enumerate(work.theirs.nodes) if n.origin and n.origin[0] in new.targets]
    return bool(a) and a == b
