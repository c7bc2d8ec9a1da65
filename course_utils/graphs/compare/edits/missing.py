"""Calls that are missing, too many, or in the wrong place."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from course_utils.graphs.compare.edits.edit import Edit, End
from course_utils.graphs.compare.edits.pairing import Pairing
from course_utils.graphs.words.names import argument, call_name, own_name
from course_utils.graphs.words.sentences import article, listed, plural, sentence
from course_utils.graphs.words.settings import spelled, value


def missing(work: Pairing) -> None:
    """One edit for each group of connected calls that the learner's model lacks."""
    lacking = [j for j in range(len(work.b.reads)) if j not in work.to_a]
    for group in _connected(lacking, work.b.reads):
        insert(work, group)


def insert(work: Pairing, group: list[int]) -> None:
    """Edit for a group of missing calls, in the order of the target."""
    members = set(group)
    reads = [(s, k) for j in group for _, s, k in work.b.reads[j] if s not in members]
    after = list(dict.fromkeys(t for t in map(work.image, reads) if t is not None))
    readers = [r for j in group for _, r, _ in work.b.readers[j] if r not in members]
    before = list(dict.fromkeys(work.to_a[r] for r in readers if r in work.to_a))
    ends = sorted(k for j in group for k, _ in work.b.outputs_at.get(j, ()))
    inputs = [j for j in group if work.theirs.nodes[j].family == "input"]
    layers = [j for j in group if j not in inputs]
    place = work.place_of(after, before, ends) + _as_argument(work, group, before)
    name = "the inputs" if inputs and not layers else place
    parts = [_missing_inputs(work, inputs)] if inputs else []
    if layers:
        siblings = [_sibling(work, j) for j in layers]
        what = work.wanted_name(layers[0]) if len(layers) == 1 else _in_order(work, layers)
        again = [i for i in siblings if i is not None]
        if len(again) == len(layers):
            names = listed(call_name(work.graph, work.entry(i)) for i in again)
            parts.append(f"{names} should be called once more, {place}.")
        elif len(layers) == 1:
            parts.append(f"{article(what)} is missing {place}.")
        else:
            parts.append(f"{plural(len(layers), 'layer')} are missing {place}: {what}.")
        parts.append(_consequence(work, layers))
    unused = work.unused(after)
    parts.append(work.aside(unused))
    at = work.place(after[0][0]) + 0.5 if after else (work.place(before[0]) - 0.5 if before else -1.0)
    work.add(
        at,
        Edit(
            "input" if inputs else "insert",
            name,
            sentence(parts),
            wires=tuple(
                (work.exit(s), work.entry(r))
                for s, _ in after
                for r in before
                if any(t == s for _, t, _ in work.a.reads[r])
            ),
            targets=work.targets(group),
            wiring=_wiring(work, group),
            unused=unused,
        ),
        changes=1.05 * len(group),  # what is there and unused is named first
    )


def _wiring(work: Pairing, group: list[int]) -> tuple[tuple[End, End], ...]:
    """The wires of a group of missing calls, as the target has them."""
    wires: list[tuple[End, End]] = []
    for j in group:
        entry, way_out = work.ends_of_target(j)
        for _, s, k in work.b.reads[j]:
            if s in group:
                wires.append((("target", work.ends_of_target(s)[1]), ("target", entry)))
            elif (image := work.image((s, k))) is not None:
                wires.append((("model", work.exit(image[0])), ("target", entry)))
        wires += [
            (("target", way_out), ("model", work.entry(work.to_a[r])))
            for _, r, _ in work.b.readers[j]
            if r not in group and r in work.to_a
        ]
        wires += [(("target", way_out), ("output", (k,))) for k, _ in work.b.outputs_at.get(j, ())]
    return tuple(dict.fromkeys(wires))


def _in_order(work: Pairing, layers: list[int], most: int = 6) -> str:
    """The missing layers in words: with an arrow where one alone reads another alone, with a comma elsewhere."""
    inside = set(layers)
    told = work.wanted(layers[0])
    for one, other in pairwise(layers[:most]):
        read = {s for _, s, _ in work.b.reads[other]} & inside
        readers = {r for _, r, _ in work.b.readers[one]} & inside
        told += f"{' → ' if (read, readers) == ({one}, {other}) else ', '}{work.wanted(other)}"
    return told if len(layers) <= most else f"{told} and {len(layers) - most} more"


def _as_argument(work: Pairing, group: list[int], before: list[int]) -> str:
    """Which named argument of the only call that should read them missing calls are to be."""
    if len(before) != 1:
        return ""
    reader = work.to_b[before[0]]
    named = dict.fromkeys(argument(port) for port, s, _ in work.b.reads[reader] if s in group)
    return f", as its {listed(named)}" if named and all(named) else ""


def _sibling(work: Pairing, j: int) -> int | None:
    """The learner's call of the layer that a missing call of the target should share; None if it is alone."""
    siblings = work.b.groups.get(work.theirs.nodes[j].layer, ())
    return next((work.to_a[k] for k in siblings if k != j and k in work.to_a), None)


def _missing_inputs(work: Pairing, inputs: list[int]) -> str:
    described = []
    for j in inputs:
        node = work.theirs.nodes[j]
        name = own_name(work.target.find(node.origin[0]))
        shape = value(node.settings.get("shape"))
        described.append(f"an input `{name}` of shape {shape}" if name else f"an input of shape {shape}")
    return f"the model lacks {listed(described)}."


def _consequence(work: Pairing, layers: list[int]) -> str:
    for j in layers:
        node = work.theirs.nodes[j]
        source = work.b.reads[j][0] if work.b.reads[j] else None
        if node.kind.startswith("Global") and source is not None:
            shapes = work.theirs.nodes[source[1]].shapes
            if shapes and len(shapes[0]) == 3:
                return "Without it the outputs have one value for every time step."
    return ""


def superfluous(work: Pairing) -> None:
    """One edit for each group of connected calls that the target does not have."""
    extra = set(work.deleted)
    for i in range(len(work.a.reads) - 1, -1, -1):
        if i not in work.to_b and work.a.live[i] and i not in extra:
            readers = [r for _, r, _ in work.a.readers[i] if work.a.live[r]]
            if readers and all(r in extra for r in readers) and i not in work.a.outputs_at:
                extra.add(i)
    for group in _connected(sorted(i for i in extra if i not in work.a.input_at), work.a.reads):
        members = set(group)
        names = [call_name(work.graph, path) for path in work.paths(group)]
        if len(names) == 1:
            names = [work.name(group[0])]
        verb = "is" if len(names) == 1 else "are"
        after = [(s, k) for i in group for _, s, k in work.a.reads[i] if s not in members]
        before = [r for i in group for _, r, _ in work.a.readers[i] if r not in members and work.a.live[r]]
        place = work.place_of(list(dict.fromkeys(after)), list(dict.fromkeys(before)), [])
        message = f"{listed(names)} {verb} too much {place}; leave {'it' if len(names) == 1 else 'them'} out."
        if len(paths := work.paths(group)) == 1 and any(work.paths([k]) == paths for k in work.to_b):
            codes = listed(f"`{spelled(work.mine.nodes[i])}`" for i in group)  # of one layer this is right, that is not
            message = f"the function in {call_name(work.graph, paths[0])} also computes {codes}; leave that out."
            message = message[0].upper() + message[1:]
        work.add(
            work.place(group[0]),
            Edit(
                "delete",
                names[0],
                message,
                nodes=work.paths(group),
                new_wires=tuple((work.exit(s), work.entry(r)) for s, _ in after[:1] for r in before),
            ),
            changes=float(len(group)),
        )


def abandoned(work: Pairing) -> int:
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


def moved(edits: list[Edit], work: Pairing) -> list[Edit]:
    """Join "too much here" and "missing there" of one layer into one edit."""
    result = list(edits)
    for gone in [e for e in edits if e.kind == "delete"]:
        for new in [e for e in result if e.kind == "insert"]:
            if _same_layers(work, gone, new):
                names = listed(call_name(work.graph, p) for p in gone.nodes)
                stands, belongs = ("stands", "it belongs") if len(gone.nodes) == 1 else ("stand", "they belong")
                message = f"{names} {stands} in the wrong place; {belongs} {new.where}."
                joined = Edit("move", names, message, gone.nodes, new.wires, gone.new_wires, new.targets, new.wiring)
                result[result.index(gone)] = joined
                result.remove(new)
                work.changes -= 1.0
                break
    return result


def _same_layers(work: Pairing, gone: Edit, new: Edit) -> bool:
    a = [work.a.labels[i] for i, n in enumerate(work.mine.nodes) if n.origin and n.origin[0] in gone.nodes]
    b = [work.b.labels[j] for j, n in enumerate(work.theirs.nodes) if n.origin and n.origin[0] in new.targets]
    return bool(a) and a == b
