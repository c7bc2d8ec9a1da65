"""Layers that have the wrong class or settings, or are shared where they should not be, or are not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from course_utils.graphs.compare.edits.derivation import Derivation
from course_utils.graphs.compare.edits.edit import Edit, Setting
from course_utils.graphs.graph import Call


def sharing(work: Derivation) -> None:
    """Where one layer should be called and several are, and the reverse."""
    for group in work.b.groups.values():
        layers: dict[Hashable, list[int]] = defaultdict(list)
        for j in group:
            if j in work.to_a and work.a.live[work.to_a[j]]:
                i = work.to_a[j]
                layers[work.mine.nodes[i].layer].append(i)
        if len(layers) < 2:
            continue
        ordered = sorted(layers.values(), key=lambda calls: (-_fit(work, calls), min(calls)))
        first = min(ordered[0])
        for calls in ordered[1:]:
            work.relabelled |= set(calls)
            both = (first, *calls)
            theirs = tuple(work.to_b[k] for k in both)
            edit = Edit("share", nodes=work.paths(both), targets=work.targets(theirs), mine=both, theirs=theirs)
            work.add(work.place(calls[0]), edit)
    groups: dict[Hashable, dict[Hashable, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, j in work.to_b.items():
        node, other = work.mine.nodes[i], work.theirs.nodes[j]
        if work.a.live[i]:
            groups[node.layer][other.layer].append(i)
    for parts in groups.values():
        ordered = sorted(parts.values(), key=lambda calls: (-_fit(work, calls), min(calls)))
        for calls in ordered[1:]:
            if all(i in work.relabelled for i in calls):
                continue
            work.relabelled |= set(calls)
            theirs = tuple(work.to_b[i] for i in calls)
            edit = Edit(
                "unshare", nodes=work.paths(calls), targets=work.targets(theirs), mine=tuple(calls), theirs=theirs
            )
            work.add(work.place(calls[0]), edit, changes=0.9)


def _fit(work: Derivation, calls: list[int]) -> int:
    """How many calls have the right settings already."""
    return sum(work.a.labels[i] == work.b.labels[work.to_b[i]] for i in calls)


def labels(work: Derivation) -> None:
    """Settings and classes of matched calls; a shared layer counts once."""
    told: dict[Hashable, Call] = {}
    for i, j in sorted(work.to_b.items()):
        if work.a.labels[i] == work.b.labels[j] or i in work.relabelled:
            continue
        node, other = work.mine.nodes[i], work.theirs.nodes[j]
        if node.parameters:
            if node.layer in told and told[node.layer].settings == node.settings:
                continue
            told[node.layer] = node
        if node.kind != other.kind or node.family != other.family:
            work.suspects.append(i)
            edit = Edit("replace", nodes=work.paths([i]), targets=work.targets([j]), mine=(i,), theirs=(j,))
            work.add(work.place(i), edit)
        else:
            _change(work, i, j)


def _change(work: Derivation, i: int, j: int) -> None:
    """Other settings."""
    node, other = work.mine.nodes[i], work.theirs.nodes[j]
    keys = [k for k in {**node.settings, **other.settings} if node.settings.get(k) != other.settings.get(k)]
    if node.family == "input" and "dtype" in keys and None in (node.settings.get("dtype"), other.settings.get("dtype")):
        keys.remove("dtype")  # whether it matters depends on what reads the input, which is told elsewhere
    if "return_state" in keys:
        keys.remove("return_state")  # which states are read is told where they are read
    if not keys:
        return
    if keys == ["activation"] and other.settings.get("activation") == "linear" and work.exit(i) != work.entry(i):
        work.add(work.place(i), Edit("delete", nodes=(work.exit(i),), mine=(i,), theirs=(j,)), changes=0.95)
        return
    edit = Edit(
        "setting",
        nodes=work.paths([i]),
        targets=work.targets([j]),
        settings=tuple(Setting(key, node.settings.get(key), other.settings.get(key)) for key in keys),
        mine=(i,),
        theirs=(j,),
    )
    # A little less than another wire: a layer with a wrong size stands where it should more often than not.
    work.add(work.place(i), edit, changes=0.95 + 0.1 * (len(keys) - 1))
