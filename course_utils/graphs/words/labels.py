"""A graph in words: short forms of settings, names that do not depend on what was built before, the edge list."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping

from course_utils.graphs.graph import Graph, Node, Shape, Tensor
from course_utils.graphs.layers import COMMUTATIVE, ENDS_IN_TANH, JOINS, SYMMETRIC_OPERATIONS
from course_utils.graphs.words.names import local_names
from course_utils.markup import clean, shorten

Namer = Callable[[Node], str]

# Settings that a reader knows by their place, as in the call of the class.
_BY_PLACE = (
    "input_dim",
    "output_dim",
    "units",
    "filters",
    "kernel_size",
    "pool_size",
    "rate",
    "stddev",
    "target_shape",
    "dims",
    "n",
    "num_heads",
    "key_dim",
    "size",
    "cropping",
    "max_value",
    "alpha",
)
# Settings shown by name, unless they have the value that goes without saying.
_BY_NAME: dict[str, tuple[object, ...]] = {
    "strides": (None, 1),
    "padding": ("valid",),
    "dilation_rate": (1,),
    "groups": (1,),
    "depth_multiplier": (1,),
    "merge_mode": ("concat",),
    "return_sequences": (False,),
    "return_state": (False,),
    "go_backwards": (False,),
    "mask_zero": (False,),
    "use_bias": (True,),
    "normalize": (False,),
    "axes": (),
    "training": (None,),
    "mean": (None, 0, 0.0),
    "variance": (None,),
    "negative_slope": (0, 0.0),
    "threshold": (0, 0.0),
}
# The many settings of these would say little; what matters of them is in the two tables.
_QUIET = re.compile(
    r".*_(initializer|regularizer|constraint)$|momentum|epsilon|center|scale|axis|data_format|keepdims|arguments|"
    r"layer|backward_layer|function|output_shape|mask|unroll|stateful|dtype|shape|sparse|ragged|implementation|mode|"
    r"interpolation|activity_regularizer|autocast|recurrent_.*|.*dropout|built|unit_forget_bias|renorm.*|synchronized|reset_after|"
    r"zero_output_for_mask"
)


def setting(value: object) -> str:
    """One setting in a few characters: `(3, 3)` is `3×3`, a function of the learner's own is `function`."""
    if isinstance(value, tuple):
        if len(value) == 2 and value[0] == "function":
            return "function"  # not its fingerprint, which differs between versions of Python
        if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], tuple):
            return clean(value[0])
        if value and value[0] in ("array", "variable") and len(value) > 1 and isinstance(value[1], tuple):
            return f"array {shape_text(value[1])}"
        if value and value[0] == "slice" and len(value) == 4:
            start, stop, step = ("" if v is None else str(v) for v in value[1:])
            return f"{start}:{stop}" + (f":{step}" if step else "")
        return "(" + ", ".join(setting(v) for v in value) + ("," if len(value) == 1 else "") + ")"
    return shorten(value, 24)


def _size(value: object) -> str:
    """A size along one or more axes: `(5,)` is `5`, `(3, 3)` is `3×3`."""
    if isinstance(value, tuple) and value and all(isinstance(v, int) for v in value):
        return "×".join(str(v) for v in value)
    return setting(value)


def brief(node: Node) -> list[str]:
    """The settings of a call that a reader looks for first, as short words.

    Example:
        A `Dense(32, activation="relu")` gives `["32", "relu"]`, a `Concatenate` `["axis=-1"]`.
    """
    settings = dict(node.settings)
    given = {key: settings.pop(key) for key in node.arguments if node.family in ("layer", "model")}
    arguments = [key if value is True else f"{clean(key)}={setting(value)}" for key, value in given.items()]
    if node.family in ("input", "model"):
        return arguments
    words = []
    inner = settings.get("layer")
    if isinstance(inner, tuple) and len(inner) == 2 and isinstance(inner[1], tuple):  # Bidirectional, TimeDistributed
        held = Node(str(inner[0]), "", (), dict(_pairs(inner[1])), 0)
        words.append(clean(inner[0]) + (f"({', '.join(brief(held))})" if brief(held) else ""))
    for key in _BY_PLACE:
        value = settings.pop(key, None)
        if value is not None:
            words.append(_size(value) if key in ("kernel_size", "pool_size", "size", "cropping") else setting(value))
            if key == "pool_size" and settings.get("strides") == value:
                del settings["strides"]
    activation = settings.pop("activation", "linear")
    usual = "tanh" if node.kind in ENDS_IN_TANH else "linear"
    if activation is not None and activation != usual:
        words.append(setting(activation))
    for key, silent in _BY_NAME.items():
        if key in settings:
            value = settings.pop(key)
            ones = isinstance(value, tuple) and bool(value) and all(v == 1 for v in value) and 1 in silent
            if value not in silent and not ones:
                shown = _size(value) if key in ("strides", "dilation_rate") else setting(value)
                words.append(key if value is True else f"{key}={shown}")
    if node.kind in JOINS and "axis" in settings:
        words.append(f"axis={setting(settings['axis'])}")
    if node.kind == "Softmax" and settings.get("axis", -1) != -1:
        words.append(f"axis={setting(settings['axis'])}")
    if node.kind == "Rescaling":
        words.append(f"×{setting(settings.get('scale'))}")
    if node.family == "operation":
        said = {k: v for k, v in settings.items() if not (k in ("axis", "keepdims") and node.kind in JOINS)}
    else:
        said = {k: v for k, v in settings.items() if not _QUIET.fullmatch(k) and v is not False}
    others = [f"{clean(k)}={setting(v)}" for k, v in said.items() if v is not None and v != ()]
    return words + others[:3] + arguments


def _pairs(value: tuple[object, ...]) -> Iterator[tuple[str, object]]:
    for item in value:
        if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
            yield item[0], item[1]


def shape_text(shape: Shape) -> str:
    """A shape as Python prints it."""
    return "(" + ", ".join(str(d) for d in shape) + ("," if len(shape) == 1 else "") + ")"


def shapes_text(node: Node) -> str:
    """Shapes of all outputs of a call."""
    return ", ".join(shape_text(s) for s in node.shapes) or "?"


def training(node: Node) -> str:
    """Whether a layer's weights train, in a word or two; "" where there are none."""
    if node.trainable is None:
        return ""
    if not node.trainable:
        return "frozen"
    partly = node.inner is not None and any(inside.trainable is False for _, inside in node.inner.walk())
    return "partly frozen" if partly else "trainable"


def is_ordered(node: Node) -> bool:
    """Whether it matters which argument is which."""
    return len(node.inputs) > 1 and node.kind not in COMMUTATIVE | SYMMETRIC_OPERATIONS


def is_merge(node: Node) -> bool:
    """Whether a call computes without weights on several tensors, or is an operation."""
    return node.family == "operation" or (node.family == "layer" and len(node.inputs) > 1 and node.parameters == 0)


def port_text(node: Node, position: int) -> str:
    """What an argument is called: its name, or its place in a list, from 1."""
    port = node.ports[position] if position < len(node.ports) else ""
    is_place = port.rsplit(".", 1)[-1].isdigit() or port in ("", "x", "x1", "x2")
    return str(position + 1) if is_place else clean(port)


def edge_list(
    graph: Graph,
    names: Mapping[Hashable, str] | None = None,
    *,
    show_shapes: bool = True,
    show_dtype: bool = False,
    show_parameters: bool = True,
    show_trainable: bool = False,
    expand_nested: bool = False,
) -> str:
    """A graph as text, one line a call: name, class and settings, what it reads, the shape it gives.

    Args:
        graph: the model.
        names: name of each layer; by default those of `local_names`.
        show_shapes: whether each line ends with the shape.
        show_dtype: whether it ends with the dtype.
        show_parameters: whether the first line says how many weights there are.
        show_trainable: whether each line says if the layer's weights train.
        expand_nested: whether a nested model's own calls follow, indented.

    Returns:
        Lines, the same on every machine.
    """
    names = local_names(graph) if names is None else names
    calls = sum(graph.nodes[i].family != "input" for i in graph.live())
    weights = f", {graph.parameters:,} parameters" if show_parameters and graph.parameters is not None else ""
    lines = [f"{calls} {'call' if calls == 1 else 'calls'}{weights}"]
    lines += _lines(graph, names, "", show_shapes, show_dtype, show_trainable, expand_nested)
    given = dict(zip(graph.inputs, graph.input_names, strict=False))
    lines.append("inputs: " + ", ".join(names.get(graph.nodes[t.node].layer, given[t]) for t in graph.inputs))
    outputs = []
    for tensor, name in zip(graph.outputs, graph.output_names, strict=False):
        source = reference(graph, tensor, names)
        node = graph.nodes[tensor.node]
        outputs.append(source if name == node.name else f"{clean(name)} (from {source})")
    lines.append("outputs: " + ", ".join(outputs))
    return "\n".join(lines)


def reference(graph: Graph, tensor: Tensor, names: Mapping[Hashable, str]) -> str:
    """A tensor by the call it comes from."""
    node = graph.nodes[tensor.node]
    text = names[node.layer]
    if any(graph.nodes[i].layer == node.layer and i != tensor.node for i in graph.live()):
        text += f" (call {node.call + 1})"
    if len(node.shapes) > 1:
        text += f" (output {tensor.output + 1})"
    return text


def _lines(
    graph: Graph,
    names: Mapping[Hashable, str],
    indent: str,
    shapes: bool,
    dtypes: bool,
    trainable: bool,
    expand: bool,
) -> list[str]:
    lines = []
    shared = graph.shared()
    ambiguous = {i for calls in shared.values() for i in calls}
    said = {}  # how a tensor's call is named, without asking the whole graph each time
    for i in graph.live():
        node = graph.nodes[i]
        said[i] = names[node.layer] + (f" (call {node.call + 1})" if i in ambiguous else "")
        words = brief(node)
        line = f"{indent}{said[i]}: {clean(node.kind)}" + (f"({', '.join(words)})" if words else "")
        if node.inputs:
            read = []
            for position, tensor in enumerate(node.inputs):
                text = said[tensor.node]
                if len(graph.nodes[tensor.node].shapes) > 1:
                    text += f" (output {tensor.output + 1})"
                port = port_text(node, position)
                read.append(text if port.isdigit() else f"{port}={text}")
            line += " reads " + ", ".join(read)
        if shapes:
            line += f" → {shapes_text(node)}"
        if dtypes:
            line += " " + ", ".join(node.dtypes)
        if trainable and training(node):
            line += f", {training(node)}"
        if i in ambiguous and node.call and shared[node.layer][0] != i:
            line += f"; same weights as call {graph.nodes[shared[node.layer][0]].call + 1}"
        lines.append(line)
        if expand and node.inner is not None:
            lines += _lines(node.inner, names, indent + "    ", shapes, dtypes, trainable, expand)
    return lines
