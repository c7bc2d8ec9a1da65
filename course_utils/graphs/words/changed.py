"""Settings of a layer that are to change, in a sentence."""

from __future__ import annotations

from dataclasses import replace

from course_utils.graphs.compare.edits import Edit
from course_utils.graphs.graph import SHARED, Call, Graph, setting_name
from course_utils.graphs.words.naming import Naming
from course_utils.graphs.words.sentences import article, listed, ordinal, sentence
from course_utils.graphs.words.settings import (
    as_written,
    axis_of_each_step,
    held_layer,
    setting,
    shows_all,
    spelled,
    value,
)


def changed(names: Naming, edit: Edit) -> Edit:
    """An edit of the kind "setting" with its words."""
    (i,), (j,) = edit.mine, edit.theirs
    keys = [one.name for one in edit.settings]
    found, wanted = _texts(names, i, j, keys)
    message = _known_mistake(names, i, j, keys) or _held(names, i, j, keys)
    if not message:
        has, should = ("is called", "be called") if keys == ["name"] else ("has", "have")
        message = f"{_named_for(names, i, keys)} {has} {found}; it should {should} {wanted}."
    return replace(edit, where=names.call(i), message=sentence([message]), found=found, wanted=wanted)


def _texts(names: Naming, i: int, j: int, keys: list[str]) -> tuple[str, str]:
    """What a call has and what it should have; they never read alike."""
    sides = ((names.graph, names.mine.nodes[i]), (names.target, names.theirs.nodes[j]))
    mine, theirs = (_given(graph, node, keys) for graph, node in sides)
    if mine == theirs:
        mine, theirs = (_given(graph, node, keys, whole=True) for graph, node in sides)
    return (mine, theirs) if mine != theirs else (mine, f"{theirs}, but another one")


def _held(names: Naming, i: int, j: int, keys: list[str]) -> str:
    """A sentence for each layer inside a wrapper that differs; "" where the settings are the wrapper's own too."""
    node, other = names.mine.nodes[i], names.theirs.nodes[j]
    name = names.call(i)
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


def _is_layer(key: str, *nodes: Call) -> bool:
    """Whether a setting is a layer that a wrapper holds."""
    return any(isinstance(n.settings.get(key), str) and any(k.startswith(f"{key}.") for k in n.settings) for n in nodes)


def _of_held(node: Call, key: str) -> object:
    """A setting of a layer in a wrapper; what reads backwards is a copy of what reads forwards if it has none."""
    front, _, name = key.partition(".")
    return node.settings.get(key, node.settings.get(f"layer.{name}") if front == "backward_layer" else None)


def _named_for(names: Naming, i: int, keys: list[str]) -> str:
    """The learner's layer that a setting belongs to: an activation may be a layer of its own."""
    node = names.mine.nodes[i]
    entry, way_out = names.derivation.entry(i), names.derivation.exit(i)
    if keys == ["activation"] and way_out != entry and node.settings["activation"] != "linear":
        return f"{names.at(way_out)}, after {names.call(i)},"
    if node.family == "output":
        return f"output {names.layer(i)}"
    if node.family == "input":
        return f"the input {names.call(i)}"
    calls = names.derivation.a.groups[node.layer]
    wrong = [
        k
        for k in calls
        if k in names.derivation.to_b
        and names.derivation.a.labels[k] != names.derivation.b.labels[names.derivation.to_b[k]]
    ]
    return names.layer(i) if calls == wrong else names.call(i)


def _given(graph: Graph, node: Call, keys: list[str], whole: bool = False) -> str:
    """Settings of a call as its author wrote them; `whole`: as the normal form has them, and not shortened."""
    parts = []
    for key in keys:
        content = node.settings.get(key)
        original = graph.find(node.origin[0]) if node.origin else node
        key = as_written(key, original)
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


def _hidden(names: Naming, i: int) -> str:
    """Layers that a function calls are not the model's."""
    node, name = names.mine.nodes[i], names.call(i)
    traced = names.graph.find(names.derivation.entry(i)).traced
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


def _known_mistake(names: Naming, i: int, j: int, keys: list[str]) -> str:
    """Words of their own for mistakes that many make."""
    node, other = names.mine.nodes[i], names.theirs.nodes[j]
    mine, theirs = node.settings, other.settings
    name = names.call(i)
    if "hidden" in keys and mine.get("hidden"):
        return _hidden(names, i)
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
        written = names.graph.find(node.origin[0]).settings.get("axis", mine["axis"])
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
        return (
            f"{name} is a softmax of one unit, which is always 1; it should have {_given(names.target, other, keys)}."
        )
    if keys == ["return_sequences"]:
        if mine["return_sequences"]:
            return f"{name} returns its output at every time step; it should return the last one only."
        return f"{name} returns its last output only; it should have return_sequences=True."
    return ""
