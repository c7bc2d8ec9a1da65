"""Edits in sentences: what is, and what should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from course_utils.graphs.compare.comparison import Comparison, hides
from course_utils.graphs.compare.edits import Edit
from course_utils.graphs.graph import Call, Wire
from course_utils.graphs.layers import GLOBAL_POOLING, MAXIMUM_FOR, makes_mask
from course_utils.graphs.words.changed import changed
from course_utils.graphs.words.names import argument, own_name
from course_utils.graphs.words.naming import Naming
from course_utils.graphs.words.sentences import article, listed, ordinal, plural, sentence
from course_utils.graphs.words.settings import spelled, value


def told(comparison: Comparison) -> tuple[Edit, ...]:
    """The edits of a comparison with their words: `where`, `message`, and where they have them `found` and `wanted`."""
    if comparison.derivation is None:
        return tuple(_otherwise(comparison, edit) for edit in comparison.edits)
    names = Naming(comparison.derivation)
    return tuple(_TOLD[edit.kind](names, edit) for edit in comparison.edits)


def _otherwise(comparison: Comparison, edit: Edit) -> Edit:
    """What is told where layer by layer all looks as asked, by what was seen when the models were run."""
    if not edit.nodes:
        message = "The layers agree one by one, but they are not connected in the same way."
        return replace(edit, where=comparison.graph.name, message=message)
    node = comparison.graph.find(edit.nodes[0])
    if comparison.of_other_code:
        message = f"`{node.name}` is of a class `{node.kind}` that computes something else than the one asked for."
        found, wanted = f"this `{node.kind}`", f"the `{node.kind}` asked for"
        return replace(edit, where=node.name, message=message, found=found, wanted=wanted)
    assert comparison.counterexample is not None
    why = ""
    if makes_mask(node.kind, node.settings):
        why = f" Which layers does the mask of `{node.name}` reach? Layers pass a mask on, operations do not."
    elif hides(node):
        why = f" Look at what `{node.name}` does."
    message = comparison.counterexample.message + why
    return replace(edit, where=node.name, message=message, found="what it computes", wanted="what was asked for")


def _input(names: Naming, edit: Edit) -> Edit:
    if edit.ends:
        order, wanted = (listed(names.layer(i) for i, _ in tensors) for tensors in (edit.reads, edit.should_read))
        message = f"The inputs are listed as {order}; they should be {wanted}, in this order."
        return replace(edit, where="the inputs", message=message)
    if edit.theirs:
        return _insert(names, edit)
    work, (i,) = names.derivation, edit.mine
    name = names.layer(i)
    is_unused = not any(work.a.live[r] for _, r, _ in work.a.readers[i]) and i not in work.a.outputs_at
    message = sentence([f"the input {name} is too much; leave it out.", "It reaches no output." if is_unused else ""])
    return replace(edit, where=name, message=message)


def _output(names: Naming, edit: Edit) -> Edit:
    if edit.ends:
        order, wanted = names.tensors(edit.reads), names.tensors(edit.should_read)
        message = f"The outputs are listed as {order}; they should be {wanted}, in this order."
        return replace(edit, where="the outputs", message=message)
    (k,) = edit.outputs
    listed_as = names.mine.outputs
    name = names.tensor((*edit.should_read, *edit.reads)[0])
    is_twice = any(listed_as.count(tensor) > 1 for tensor in edit.reads)
    if not edit.reads:
        said = f"{name} should be the {ordinal(k)} output of the model."
    elif not edit.should_read:
        said = f"{name} is listed twice among the outputs." if is_twice else f"{name} should not be an output."
        return replace(edit, where=name, message=said)
    elif is_twice:
        said = f"{names.tensor(edit.reads[0])} is listed twice among the outputs; the {ordinal(k)} should be {name}."
    else:
        which = "output of the model" if len(listed_as) == 1 else f"{ordinal(k)} output"
        said = f"the {which} is {names.tensor(edit.reads[0])}; it should be {name}."
    return replace(edit, where=name, message=sentence([said, names.aside(edit.unused)]))


def _share(names: Naming, edit: Edit) -> Edit:
    first, other = edit.mine[:2]
    name, original = names.layer(other), names.layer(first)
    kinds = {names.graph.find(names.derivation.entry(k)).kind for k in (first, other)}
    if len(kinds) > 1:  # a wrapper and a bare layer: neither can be called in place of the other
        message = (
            f"{name} has weights of its own; it should share those of {original}: "
            "make one layer, call it, and wrap the same one."
        )
    elif names.mine.nodes[other].parameters:
        message = (
            f"{name} is a second layer with weights of its own; call {original} again instead, "
            "so that both share their weights."
        )
    else:
        message = f"{name} is a second layer; call {original} again instead."
    return replace(edit, where=name, message=message)


def _unshare(names: Naming, edit: Edit) -> Edit:
    node = names.mine.nodes[edit.mine[0]]
    live = names.derivation.a.live
    count = sum(live[i] and other.layer == node.layer for i, other in enumerate(names.mine.nodes))
    times = "twice" if count == 2 else f"{count} times"
    name = names.layer(edit.mine[0])
    message = (
        f"{name} is one layer called {times}; its {ordinal(node.call)} call should be a layer "
        f"of its own, {article(names.wanted(edit.theirs[0]))}."
    )
    return replace(edit, where=name, message=message)


def _replace(names: Naming, edit: Edit) -> Edit:
    """Another class of layer."""
    (i,), (j,) = edit.mine, edit.theirs
    node, other = names.mine.nodes[i], names.theirs.nodes[j]
    name = names.call(i)
    found, wanted = f"`{spelled(node, names.graph.find(names.derivation.entry(i)))}`", names.wanted(j)
    note = ""
    if other.kind == MAXIMUM_FOR.get(node.kind):
        note = "An average lets strong signals fade; a maximum keeps the strongest."
    elif node.kind == "Flatten" and other.kind in GLOBAL_POOLING:
        note = "Flatten needs a fixed length and ties weights to positions."
    if found == wanted:
        found, wanted = f"the {node.family} {found}", f"the {other.family} {wanted}"
        note = "Operations align shapes from the last axis on, layers from the first."
    else:
        found, wanted = article(found), article(wanted)
    message = sentence([f"{name} is {found}; it should be {wanted}.", note])
    return replace(edit, where=name, message=message, found=found, wanted=wanted)


def _delete(names: Naming, edit: Edit) -> Edit:
    (path, *more), i = edit.nodes, edit.mine[0]
    if edit.theirs:  # an activation after a layer that should have none
        name = names.at(path)
        return replace(edit, where=name, message=sentence([f"{name} is too much after {names.call(i)}; leave it out."]))
    gone = [names.at(path) for path in edit.nodes] if more else [names.call(i)]
    verb, them = ("are", "them") if more else ("is", "it")
    place = names.place(edit.reads, edit.readers, ())
    message = f"{listed(gone)} {verb} too much {place}; leave {them} out."
    if not more and any(names.derivation.paths([k]) == edit.nodes for k in names.derivation.to_b):
        codes = listed(f"`{spelled(names.mine.nodes[i])}`" for i in edit.mine)  # the rest of it is right
        message = sentence([f"the function in {names.at(path)} also computes {codes}; leave that out."])
    return replace(edit, where=gone[0], message=message)


def _insert(names: Naming, edit: Edit) -> Edit:
    work = names.derivation
    inputs = [j for j in edit.theirs if names.theirs.nodes[j].family == "input"]
    layers = [j for j in edit.theirs if j not in inputs]
    place = _missing_place(names, edit)
    parts = [_missing_inputs(names, inputs)] if inputs else []
    if layers:
        siblings = [_sibling(names, j) for j in layers]
        again = [i for i in siblings if i is not None]
        if len(again) == len(layers):
            parts.append(f"{listed(map(names.layer, again))} should be called once more, {place}.")
        elif len(layers) == 1:
            parts.append(f"{article(names.wanted_by_name(layers[0]))} is missing {place}.")
        else:
            parts.append(f"{plural(len(layers), 'layer')} are missing {place}: {_in_order(names, layers)}.")
        if any(_ends_a_sequence(work.theirs.nodes[j], work.b.reads[j], work.theirs.nodes) for j in layers):
            parts.append("Without it the outputs have one value for every time step.")
    where = "the inputs" if inputs and not layers else place
    return replace(edit, where=where, message=sentence([*parts, names.aside(edit.unused)]))


def _missing_place(names: Naming, edit: Edit) -> str:
    """Where layers are missing, and which named argument of the only call that should read them they are to be."""
    place = names.place(edit.reads, edit.readers, edit.outputs)
    if len(edit.readers) != 1:
        return place
    reads = names.derivation.b.reads[names.derivation.to_b[edit.readers[0]]]
    named = dict.fromkeys(argument(port) for port, s, _ in reads if s in edit.theirs)
    return f"{place}, as its {listed(named)}" if named and all(named) else place


def _in_order(names: Naming, layers: list[int], most: int = 6) -> str:
    """The missing layers in words: with an arrow where one alone reads another alone, with a comma elsewhere."""
    inside, side = set(layers), names.derivation.b
    said = names.wanted(layers[0])
    for one, other in pairwise(layers[:most]):
        read = {s for _, s, _ in side.reads[other]} & inside
        readers = {r for _, r, _ in side.readers[one]} & inside
        said += f"{' → ' if (read, readers) == ({one}, {other}) else ', '}{names.wanted(other)}"
    return said if len(layers) <= most else f"{said} and {len(layers) - most} more"


def _sibling(names: Naming, j: int) -> int | None:
    """The learner's call of the layer that a missing call of the target should share; None if it is alone."""
    work = names.derivation
    siblings = work.b.groups.get(names.theirs.nodes[j].layer, ())
    return next((work.to_a[k] for k in siblings if k != j and k in work.to_a), None)


def _missing_inputs(names: Naming, inputs: list[int]) -> str:
    described = []
    for j in inputs:
        node = names.theirs.nodes[j]
        name = own_name(names.target.find(node.origin[0]))
        shape = value(node.settings.get("shape"))
        described.append(f"an input `{name}` of shape {shape}" if name else f"an input of shape {shape}")
    return f"the model lacks {listed(described)}."


def _ends_a_sequence(node: Call, reads: list[Wire], nodes: tuple[Call, ...]) -> bool:
    """Whether a layer makes one value of those of all time steps."""
    shapes = nodes[reads[0][1]].shapes if reads else ()
    return node.kind in GLOBAL_POOLING and bool(shapes) and len(shapes[0]) == 3


def _move(names: Naming, edit: Edit) -> Edit:
    moved = listed(map(names.at, edit.nodes))
    stands, belongs = ("stands", "it belongs") if len(edit.nodes) == 1 else ("stand", "they belong")
    message = f"{moved} {stands} in the wrong place; {belongs} {_missing_place(names, edit)}."
    return replace(edit, where=moved, message=message)


def _rewire(names: Naming, edit: Edit) -> Edit:
    """One sentence for all the wrong wires into a call."""
    (i,), (j,), mine, theirs = edit.mine, edit.theirs, edit.reads, edit.should_read
    work, name = names.derivation, names.call(i)
    reads = [wire.tensor for wire in work.a.reads[i]]
    place = _as_argument(edit.ports, names.mine.nodes[i])
    if len(mine) > 1 and Counter(mine) == Counter(theirs):
        wanted = [image for wire in work.b.reads[j] if (image := work.image(wire.tensor)) is not None]
        message = f"{name} reads {names.tensors(reads)}, in this order; it should read {names.tensors(wanted)}."
    elif mine and not theirs:
        less = "so often" if any(Counter(reads)[m] > 1 for m in mine) else "too"
        message = f"{name} reads {names.tensors(mine)} {less}{place}; it should not."
    elif theirs and not mine:
        also = " once more" if any(t in reads for t in theirs) else " as well"
        message = f"{name} should read {names.tensors(theirs)}{also}{place}."
    else:
        is_, should = (names.tensors(dict.fromkeys(tensors)) for tensors in (mine, theirs))
        message = f"{name} reads {is_}; it should read {should}."
    return replace(edit, where=name, message=sentence([message, names.aside(edit.unused)]))


def _as_argument(ports: tuple[str, ...], node: Call) -> str:
    """As what a layer is given tensors, where that has one name: `initial_state`, `mask`."""
    roots = {port.partition(".")[0] for port in ports}
    is_named = node.family == "layer" and len(roots) == 1 and all(root.isidentifier() for root in roots)
    return f", as `{roots.pop()}`" if is_named else ""


_TOLD: dict[str, Callable[[Naming, Edit], Edit]] = {
    "input": _input,
    "output": _output,
    "share": _share,
    "unshare": _unshare,
    "replace": _replace,
    "setting": changed,
    "delete": _delete,
    "insert": _insert,
    "move": _move,
    "rewire": _rewire,
}
