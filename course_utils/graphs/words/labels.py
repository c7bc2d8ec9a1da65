"""A graph in words: short forms of settings, names that do not depend on what was built before, the edge list."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from course_utils.graphs.graph import IN_PART, Call, Graph, Shape, Tensor
from course_utils.graphs.layers import COMMUTATIVE, SYMMETRIC_OPERATIONS
from course_utils.graphs.reading.decode import (
    Array,
    Function,
    InPart,
    Made,
    NotFinite,
    Plain,
    Several,
    Slice,
    decode,
)
from course_utils.graphs.words.names import local_names
from course_utils.graphs.words.shown import Shown, in_picture
from course_utils.markup import clean, shorten

Namer = Callable[[Call], str]

_SIZES = frozenset({"kernel_size", "pool_size", "size", "cropping", "strides", "dilation_rate"})


def setting(value: object) -> str:
    """One setting in a few characters: a function of the learner's own is `function`, a layer its class."""
    match decode(value):
        case Function():
            return "function"  # not its fingerprint, which differs between versions of Python
        case InPart():
            return IN_PART
        case NotFinite(name):
            return name
        case Made(kind, _):
            return clean(kind)
        case Array(shape, _):
            return f"array {shape_text(shape)}"
        case Several(parts):
            return "(" + ", ".join(map(setting, parts)) + ("," if len(parts) == 1 else "") + ")"
        case Plain(content):
            return shorten(content, 24)
        case Slice() as part:
            return str(part)


def _size(value: object) -> str:
    """A size along one or more axes: `(5,)` is `5`, `(3, 3)` is `3×3`."""
    if isinstance(value, tuple) and value and all(isinstance(v, int) for v in value):
        return "×".join(str(v) for v in value)
    return setting(value)


def brief(node: Call) -> list[str]:
    """The settings of a call that a reader looks for first, as short words.

    Example:
        A `Dense(32, activation="relu")` gives `["32", "relu"]`, a `Concatenate` `["axis=-1"]`.
    """
    return [_word(one) for one in in_picture(node.kind, node.settings, node.family, node.arguments)]


def _word(shown: Shown) -> str:
    key, content, manner = shown
    held = decode(content) if key == "layer" else None
    if isinstance(held, Made):  # in a Bidirectional or TimeDistributed
        inside = ", ".join(map(_word, in_picture(held.kind, held.settings)))
        return clean(held.kind) + (f"({inside})" if inside else "")
    if manner == "flag" and content is True:
        return key
    text = _size(content) if key in _SIZES else setting(content)
    if manner == "factor":
        return f"×{text}"
    return text if manner == "place" else f"{clean(key)}={text}"


def shape_text(shape: Shape) -> str:
    """A shape as Python prints it."""
    return "(" + ", ".join(str(d) for d in shape) + ("," if len(shape) == 1 else "") + ")"


def shapes_text(node: Call) -> str:
    """Shapes of all outputs of a call."""
    return ", ".join(shape_text(s) for s in node.shapes) or "?"


def training(node: Call) -> str:
    """Whether a layer's weights train, in a word or two; "" where there are none."""
    if node.trainable is None:
        return ""
    if not node.trainable:
        return "frozen"
    partly = node.inner is not None and any(inside.trainable is False for _, inside in node.inner.walk())
    return "partly frozen" if partly else "trainable"


def is_ordered(node: Call) -> bool:
    """Whether it matters which argument is which."""
    return len(node.inputs) > 1 and node.kind not in COMMUTATIVE | SYMMETRIC_OPERATIONS


def is_merge(node: Call) -> bool:
    """Whether a call computes without weights on several tensors, or is an operation."""
    return node.family == "operation" or (node.family == "layer" and len(node.inputs) > 1 and node.parameters == 0)


def port_text(node: Call, position: int) -> str:
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
