"""Layers that have the wrong class or settings, or are shared where they should not be, or are not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable

from course_utils.graphs.compare.edits.edit import Edit
from course_utils.graphs.compare.edits.pairing import Pairing
from course_utils.graphs.graph import SHARED, Graph, Node, setting_name
from course_utils.graphs.words.names import call_name
from course_utils.graphs.words.sentences import article, listed, ordinal, sentence
from course_utils.graphs.words.settings import axis_of_each_step, held_layer, setting, shows_all, spelled, value


def sharing(work: Pairing) -> None:
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
            name = call_name(work.graph, work.entry(calls[0]))
            original = call_name(work.graph, work.entry(first))
            kinds = {work.graph.find(work.entry(k)).kind for k in (first, calls[0])}
            if len(kinds) > 1:  # a wrapper and a bare layer: neither can be called in place of the other
                message = (
                    f"{name} has weights of its own; it should share those of {original}: "
                    "make one layer, call it, and wrap the same one."
                )
            elif work.mine.nodes[calls[0]].parameters:
                message = (
                    f"{name} is a second layer with weights of its own; call {original} again instead, "
                    "so that both share their weights."
                )
            else:
                message = f"{name} is a second layer; call {original} again instead."
            both = [first, *calls]
            targets = work.targets(work.to_b[k] for k in both)
            work.add(work.place(calls[0]), Edit("share", name, message, work.paths(both), targets=targets))
    groups: dict[Hashable, dict[Hashable, list[int]]] = defaultdict(lambda: defaultdict(list))
    counts = Counter(n.layer for i, n in enumerate(work.mine.nodes) if work.a.live[i])
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
            name = call_name(work.graph, work.entry(calls[0]))
            node = work.mine.nodes[calls[0]]
            what = work.wanted(work.to_b[calls[0]])
            times = "twice" if counts[node.layer] == 2 else f"{counts[node.layer]} times"
            message = (
                f"{name} is one layer called {times}; its {ordinal(node.call)} call should be a layer "
                f"of its own, {article(what)}."
            )
            targets = work.targets(work.to_b[i] for i in calls)
            edit = Edit("unshare", name, message, work.paths(calls), targets=targets)
            work.add(work.place(calls[0]), edit, changes=0.9)


def _fit(work: Pairing, calls: list[int]) -> int:
    """How many calls have the right settings already."""
    return sum(work.a.labels[i] == work.b.labels[work.to_b[i]] for i in calls)


def labels(work: Pairing) -> None:
    """Settings and classes of matched calls; a shared layer counts once."""
    told: dict[Hashable, Node] = {}
    for i, j in sorted(work.to_b.items()):
        if work.a.labels[i] == work.b.labels[j] or i in work.relabelled:
            continue
        node, other = work.mine.nodes[i], work.theirs.nodes[j]
        if node.parameters:
            if node.layer in told and told[node.layer].settings == node.settings:
                continue
            told[node.layer] = node
        if node.kind != other.kind or node.family != other.family:
            replace(work, i, j)
        else:
            change(work, i, j)


def replace(work: Pairing, i: int, j: int) -> None:
    """Another class of layer."""
    work.suspects.append(i)
    node, other = work.mine.nodes[i], work.theirs.nodes[j]
    name = work.name(i)
    original = work.graph.find(work.entry(i))
    mine, wanted = f"`{spelled(node, original)}`", work.wanted(j)
    note = ""
    if "Average" in node.kind and other.kind == node.kind.replace("Average", "Max"):
        note = "An average lets strong signals fade; a maximum keeps the strongest."
    elif node.kind == "Flatten" and other.kind.startswith("Global"):
        note = "Flatten needs a fixed length and ties weights to positions."
    if mine == wanted:
        mine, wanted = f"the {node.family} {mine}", f"the {other.family} {wanted}"
        note = "Operations align shapes from the last axis on, layers from the first."
    else:
        mine, wanted = article(mine), article(wanted)
    message = f"{name} is {mine}; it should be {wanted}."
    edit = Edit(
        "replace", name, sentence([message, note]), nodes=work.paths([i]), targets=work.targets([j]), found=mine,
        wanted=wanted,
    )  # fmt: skip
    work.add(work.place(i), edit)


def change(work: Pairing, i: int, j: int) -> None:
    """Other settings."""
    node, other = work.mine.nodes[i], work.theirs.nodes[j]
    keys = [k for k in {**node.settings, **other.settings} if node.settings.get(k) != other.settings.get(k)]
    if node.family == "input" and "dtype" in keys and None in (node.settings.get("dtype"), other.settings.get("dtype")):
        keys.remove("dtype")  # whether it matters depends on what reads the input, which is told elsewhere
    if "return_state" in keys:
        keys.remove("return_state")  # which states are read is told where they are read
    if not keys:
        return
    where = work.name(i)
    if keys == ["activation"] and other.settings.get("activation") == "linear" and work.exit(i) != work.entry(i):
        late = call_name(work.graph, work.exit(i))
        message = f"{late} is too much after {where}; leave it out."
        work.add(work.place(i), Edit("delete", late, sentence([message]), nodes=(work.exit(i),)), changes=0.95)
        return
    message = _known_mistake(work, i, j, keys)
    mine, theirs = _texts(work, i, j, keys)
    if not message:
        name = _named_for(work, i, keys)
        has, should = ("is called", "be called") if keys == ["name"] else ("has", "have")
        held = _held(work, i, j, keys)
        message = held or f"{name} {has} {mine}; it should {should} {theirs}."
    edit = Edit(
        "setting", where, sentence([message]), nodes=work.paths([i]), targets=work.targets([j]), found=mine,
        wanted=theirs,
    )  # fmt: skip
    # A little less than another wire: a layer with a wrong size stands where it should more often than not.
    work.add(work.place(i), edit, changes=0.95 + 0.1 * (len(keys) - 1))


def _texts(work: Pairing, i: int, j: int, keys: list[str]) -> tuple[str, str]:
    """What a call has and what it should have; they never read alike."""
    sides = ((work.graph, work.mine.nodes[i]), (work.target, work.theirs.nodes[j]))
    mine, theirs = (_given(graph, node, keys) for graph, node in sides)
    if mine == theirs:
        mine, theirs = (_given(graph, node, keys, whole=True) for graph, node in sides)
    return (mine, theirs) if mine != theirs else (mine, f"{theirs}, but another one")


def _held(work: Pairing, i: int, j: int, keys: list[str]) -> str:
    """A sentence for each layer inside a wrapper that differs; "" where the settings are the wrapper's own too."""
    node, other = work.mine.nodes[i], work.theirs.nodes[j]
    name = work.name(i)
    sentences = []
    for holder in dict.fromkeys(key if _is_layer(key, node, other) else key.rpartition(".")[0] for key in keys):
        if not holder:
            return ""
        own = [key for key in keys if key.rpartition(".")[0] == holder]
        backwards = " that reads backwards" if holder.startswith("backward_layer") else ""
        if holder in keys:
            mine, theirs = (
                article(f"`{held_layer(n.settings, holder)}`") if holder in n.settings else "no such layer"
                for n in (node, other)
            )
            sentences.append(f"{name} holds {mine}{backwards}; it should hold {theirs}")
        elif own:
            front = "layer" if holder not in node.settings and backwards else holder
            mine, theirs = (
                listed(setting(setting_name(key), _of_held(n, key)) for key in own)
                for n in (node, other)
            )  # fmt: skip
            number = setting_name(holder)
            which = f"{ordinal(int(number))} " if number.isdecimal() else ""  # of several cells
            inside = f"the {which}{node.settings.get(front, 'layer')} inside {name}{backwards}"
            sentences.append(f"{inside} has {mine}; it should have {theirs}")
    return f"{'; '.join(sentences)}." if sentences else ""


def _is_layer(key: str, *nodes: Node) -> bool:
    """Whether a setting is a layer that a wrapper holds."""
    return any(isinstance(n.settings.get(key), str) and any(k.startswith(f"{key}.") for k in n.settings) for n in nodes)


def _of_held(node: Node, key: str) -> object:
    """A setting of a layer in a wrapper; what reads backwards is a copy of what reads forwards if it has none."""
    front, _, name = key.partition(".")
    return node.settings.get(key, node.settings.get(f"layer.{name}") if front == "backward_layer" else None)


def _named_for(work: Pairing, i: int, keys: list[str]) -> str:
    """The learner's layer that a setting belongs to: an activation may be a layer of its own."""
    node = work.mine.nodes[i]
    if keys == ["activation"] and work.exit(i) != work.entry(i) and node.settings["activation"] != "linear":
        return f"{call_name(work.graph, work.exit(i))}, after {work.name(i)},"
    if node.family == "output":
        return f"output {call_name(work.graph, work.entry(i))}"
    if node.family == "input":
        return f"the input {work.name(i)}"
    calls = work.a.groups[node.layer]
    wrong = [k for k in calls if k in work.to_b and work.a.labels[k] != work.b.labels[work.to_b[k]]]
    return call_name(work.graph, work.entry(i)) if calls == wrong else work.name(i)


def _given(graph: Graph, node: Node, keys: list[str], whole: bool = False) -> str:
    """Settings of a call as its author wrote them; `whole`: as the normal form has them, and not shortened."""
    parts = []
    for key in keys:
        content = node.settings.get(key)
        original = graph.find(node.origin[0]) if node.origin else node
        if key == "units" and "filters" in original.settings:
            key = "filters"
        if key == "name":
            parts.append(f"`{content}`")
        elif key in ("axis", "activation") and (axis := axis_of_each_step(original)) is not None:
            if key == "axis":
                parts.append(f"axis={value(axis)} of each step")
            elif isinstance(content, tuple):
                parts.append(f"activation={content[0]}(axis={value(axis)}) of each step")
            else:
                parts.append(setting(key, content))
        elif key == "activation" and not whole:
            if content in ("linear", None) and original.traced is not None and original.kind == node.kind:
                content = original.settings.get(key)  # a function that is told by what it does, after the layer
            parts.append("no activation" if content in ("linear", None) else f"activation={value(content)}")
        elif key == "trainable":
            parts.append(setting(key, True if content is None else content))
        elif key == "constant" and not whole:
            parts.append(f"the constant {value(content)}")
        else:
            written = original.settings.get(key, content) if original.kind == node.kind and not whole else content
            if written is None:
                parts.append(f"no {key}")
            else:
                parts.append(f"{key}={written!r}" if whole and shows_all(written) else setting(key, written))
    return listed(parts)


def _hidden(work: Pairing, i: int) -> str:
    """Layers that a function calls are not the model's."""
    node, name = work.mine.nodes[i], work.name(i)
    traced = work.graph.find(work.entry(i)).traced
    inside = [f"`{n.name}`" for n in traced.nodes if n.layer == node.layer] if traced else []
    layer = inside[0] if inside else "a layer"
    return (
        f"the weights of {layer} are hidden in the function of {name}, so they are not the model's and do not train; "
        f"call {layer} outside of it."
    )


def _frozen(name: str, mine: object, theirs: object) -> str:
    """What trains and should not, and the reverse."""
    if theirs is True:
        return f"{name} is frozen{' in part' if mine else ''}, so it does not learn; it should have trainable=True."
    if mine is not True and mine and theirs:
        return f"{name} is frozen in part, but other weights of it should be than are."
    wanted = "in part" if theirs else "(trainable=False)"
    return f"{name} trains{'' if mine is True else ' in part'}; it should be frozen {wanted}."


def _shared_in_part(name: str, mine: object, theirs: object) -> str:
    """A layer that is held by several others, or several times by one."""
    if mine and theirs:
        return f"{name} shares other weights than it should: look which layers hold one that another holds, too."
    if mine:
        return f"{name} holds a layer that is held elsewhere, too, so they share its weights; give each one of its own."
    return f"{name} should share weights: it holds a layer that should be held elsewhere, too."


def _known_mistake(work: Pairing, i: int, j: int, keys: list[str]) -> str:
    """Words of their own for mistakes that many make."""
    node, other = work.mine.nodes[i], work.theirs.nodes[j]
    mine, theirs = node.settings, other.settings
    name = work.name(i)
    if "hidden" in keys and mine.get("hidden"):
        return _hidden(work, i)
    if keys == [SHARED]:
        return _shared_in_part(name, mine.get(SHARED), theirs.get(SHARED))
    if keys == ["trainable"]:
        return _frozen(name, mine.get("trainable", True), theirs.get("trainable", True))
    sizes = [(s.get("input_dim"), s.get("output_dim")) for s in (mine, theirs)]
    if node.kind == "Embedding" and sizes[0] == sizes[1][::-1]:
        return (
            f"{name} has its arguments swapped: first the size of the vocabulary, then the length of the "
            f"vectors, so `Embedding({sizes[1][0]}, {sizes[1][1]})`, not `Embedding({sizes[0][0]}, {sizes[0][1]})`."
        )
    if node.kind == "Concatenate" and keys == ["axis"]:
        written = work.graph.find(node.origin[0]).settings.get("axis", mine["axis"])
        rank = len(other.shapes[0]) if other.shapes else 0
        last = theirs["axis"] in (-1, rank - 1)
        wanted = "the last axis, the features (axis=-1)" if last else f"axis {theirs['axis']}"
        return f"{name} joins along axis {written}; it should join along {wanted}."
    if keys == ["key"] and node.kind == "GetItem":
        return f"{name} is `{spelled(node)}`; it should be `{spelled(other)}`."
    if keys == ["model"]:
        return f"{name} holds other layers, or holds them in another way, than the model it should be."
    activation = mine.get("activation")
    if keys == ["activation"] and activation == "softmax" and mine.get("units") == 1:
        return f"{name} is a softmax of one unit, which is always 1; it should have {_given(work.target, other, keys)}."
    if keys == ["return_sequences"]:
        if mine["return_sequences"]:
            return f"{name} returns its output at every time step; it should return the last one only."
        return f"{name} returns its last output only; it should have return_sequences=True."
    return ""
