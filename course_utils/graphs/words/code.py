"""Calls as lines of code: how a graph would be written with the functional API."""

from __future__ import annotations

import functools
import inspect
import json
import keyword
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence

from course_utils.graphs.graph import Call, Graph, Path, Tensor
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
from course_utils.graphs.reading.plain import plain, settings_of
from course_utils.graphs.reading.traceless import leaving_no_trace
from course_utils.graphs.words.names import own_name, snake_case
from course_utils.graphs.words.settings import sliced

_OPERATORS = {
    "Add": "+", "Subtract": "-", "Multiply": "*", "TrueDivide": "/", "Divide": "/", "FloorDivide": "//", "Mod": "%",
    "Power": "**", "Matmul": "@",
}  # fmt: skip
_HOMES = {"regularizer": "keras.regularizers", "initializer": "keras.initializers", "constraint": "keras.constraints"}


def lines_of_code(graph: Graph, names: Mapping[Hashable, str]) -> dict[Path, str]:
    """Write each call of a model, nested ones included, as it would stand in a program.

    Settings that are Keras's defaults are left out, and so is what no code can say: a function of somebody's own is
    `your_function`, an array is `...`. A layer that is called more than once gets a line of its own before its first
    call. A sum is written with `+`, be it made so or by `keras.ops.add`.

    Args:
        graph: the model.
        names: name of each layer, by `Call.layer`: variables are called so.

    Returns:
        One line a call, two for the first call of a shared layer; by path.
    """
    with leaving_no_trace():  # the defaults are those of layers that are made for it
        writer = _Writer(graph, names)
        return {path: writer.line(path) for path, _ in graph.walk(live=True)}


class _Writer:
    """Keeps the names of variables apart."""

    def __init__(self, graph: Graph, names: Mapping[Hashable, str]) -> None:
        self.graph = graph
        self.names = names
        self.taken: set[str] = set()
        self.layers: dict[Hashable, str] = {}
        """Variables of layers that have one."""
        self.tensors: dict[tuple[int, int], str] = {}
        """Variables of what calls give, by the id of their graph and their place in it."""
        self.defined: dict[Hashable, tuple[int, int]] = {}
        """Of each layer that has a variable, the call that it is made for."""
        graphs = list({id(one): one for one in _graphs(graph)}.values())
        calls = Counter(one.nodes[i].layer for one in graphs for i in one.live())
        for one in graphs:
            for i in one.live():
                node = one.nodes[i]
                name = _identifier(names.get(node.layer, node.name))
                if node.family in ("layer", "model") and (calls[node.layer] > 1 or node.family == "model"):
                    if node.layer not in self.layers:
                        self.layers[node.layer] = self.free(name)
                        self.defined[node.layer] = (id(one), i)
                    name = f"{name}_call_{node.call + 1}"
                self.tensors[(id(one), i)] = self.free(name)

    def free(self, name: str) -> str:
        """A variable that no other has."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def line(self, path: Path) -> str:
        """The line of a call."""
        graph = self.graph
        for i in path[:-1]:
            inner = graph.nodes[i].inner
            assert inner is not None
            graph = inner
        node = graph.nodes[path[-1]]
        left = self.tensors[(id(graph), path[-1])]
        if node.family == "input":
            return f"{left} = {_input(node, self.names.get(node.layer, node.name))}"
        if node.family == "operation":
            return f"{left} = {self.operation(graph, node)}"
        made = self.layers.get(node.layer)
        if made is None:
            return f"{left} = {layer_code(node)}({self.arguments(graph, node)})"
        before = ""
        if node.family == "layer" and self.defined[node.layer] == (id(graph), path[-1]):
            before = f"{made} = {layer_code(node)}\n"
        return f"{before}{left} = {made}({self.arguments(graph, node)})"

    def tensor(self, graph: Graph, tensor: Tensor) -> str:
        """What a call reads."""
        node = graph.nodes[tensor.node]
        name = self.tensors[(id(graph), tensor.node)]
        if node.inner is not None and node.inner.outputs_by_name and node.family == "model":
            return f"{name}[{_text(node.inner.output_names[tensor.output])}]"
        return f"{name}[{tensor.output}]" if len(node.shapes) > 1 else name

    def arguments(self, graph: Graph, node: Call) -> str:
        """What a layer is called on."""
        said = [self.tensor(graph, tensor) for tensor in node.inputs]
        given = [f"{key}={_value(node.settings[key], key)}" for key in node.arguments if key in node.settings]
        if node.inner is not None and node.inner.inputs_by_name:
            pairs = zip(node.inner.input_names, said, strict=False)
            return ", ".join(["{" + ", ".join(f"{_text(name)}: {one}" for name, one in pairs) + "}", *given])
        if node.family == "model":
            return ", ".join([said[0] if len(said) == 1 else f"[{', '.join(said)}]", *given])
        return ", ".join([*_by_port(node.ports, said, first=""), *given])

    def operation(self, graph: Graph, node: Call) -> str:
        """An operation on tensors, with an operator where there is one."""
        said = [self.tensor(graph, tensor) for tensor in node.inputs]
        if node.kind == "GetItem" and "key" in node.settings:
            return sliced(node.settings["key"], said[0])
        operands = dict(zip(node.ports, said, strict=False))
        operands |= {key: _operand(node.settings[key]) for key in ("x1", "x2") if key in node.settings}
        if node.kind in _OPERATORS and set(operands) == {"x1", "x2"}:
            return f"{operands['x1']} {_OPERATORS[node.kind]} {operands['x2']}"
        if node.kind == "Negative" and len(said) == 1:
            return f"-{said[0]}"
        name, defaults = _function(node.kind)
        settings = {key: content for key, content in node.settings.items() if key not in ("x1", "x2", "hidden")}
        if defaults:
            settings = {k: v for k, v in settings.items() if k in defaults and not _same(v, plain(defaults[k]))}
        first = next(iter(node.ports), "").partition(".")[0]
        if {"x1", "x2"} <= operands.keys():
            pair = [operands.pop("x1"), operands.pop("x2")]
            parts = [*operands.values(), *pair]
        else:
            parts = _by_port(node.ports, said, first)
        return f"{name}({', '.join([*parts, *(f'{k}={_value(v, k)}' for k, v in settings.items())])})"


def _graphs(graph: Graph) -> Iterator[Graph]:
    yield graph
    for i in graph.live():
        inner = graph.nodes[i].inner
        if inner is not None:
            yield from _graphs(inner)


def _by_port(ports: Sequence[str], said: Sequence[str], first: str) -> list[str]:
    """Arguments of a call: those of a list in brackets, all but the first by name."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for port, one in zip(ports, said, strict=False):
        head, _, rest = port.partition(".")
        if first == "" and head.isdigit():
            head, rest = "", port
        groups.setdefault(head, []).append((rest, one))
    parts = []
    for head, members in groups.items():
        is_list = len(members) > 1 or members[0][0] != ""
        text = f"[{', '.join(one for _, one in members)}]" if is_list else members[0][1]
        parts.append(text if head == first else f"{head}={text}")
    return parts


def _input(node: Call, name: str) -> str:
    given = own_name(node) and name
    dtype = node.settings.get("dtype", "float32")
    parts = [_value(node.settings.get("shape"), "shape")]
    parts += [f"name={_text(given)}"] if given else []
    parts += [f"dtype={_text(str(dtype))}"] if dtype != "float32" else []
    return f"keras.Input({', '.join(parts)})"


def layer_code(node: Call) -> str:
    """The layer of a call, made: `layers.Dense(16, activation="relu", name="hidden")`."""
    name = own_name(node)
    if node.inner is not None:  # a model for each step; what is inside has lines of its own
        parts = [_identifier(node.inner.name)] + ([f"name={_text(name)}"] if name else [])
        return f"layers.{node.kind}({', '.join(parts)})"
    settings = {key: content for key, content in node.settings.items() if key not in node.arguments}
    return _made(node.kind.removesuffix(" of your own"), settings, name, own=node.own)


def _made(kind: str, settings: Mapping[str, object], name: str | None = None, *, own: bool = False) -> str:
    """A layer of a class with the settings that differ from the defaults."""
    import keras

    cls = None if own else getattr(keras.layers, kind, None)
    parts: list[str] = []
    if cls is None:
        parts += [
            f"{key}={_value(v, key)}"
            for key, v in settings.items()
            if v not in (None, False, ()) and not isinstance(decode(v), InPart)
        ]
    else:
        known = _parameters(cls)
        required = {key for key, one in known.items() if one.default is one.empty}
        usual = _defaults(cls, tuple((key, settings[key]) for key in known if key in required and key in settings))
        for key in known:
            content = settings.get(key)
            if (
                key not in settings
                or isinstance(decode(content), InPart)
                or (key == "backward_layer" and _mirrors(settings))
            ):
                continue
            if key in required:
                parts.append(_value(content, key))
            elif not _same(content, usual.get(key)) and not (key == "strides" and content == settings.get("pool_size")):
                parts.append(f"{key}={_value(content, key)}")
    parts += [f"name={_text(name)}"] if name else []
    return f"{'' if cls is None else 'layers.'}{kind}({', '.join(parts)})"


@functools.cache
def _parameters(cls: type) -> dict[str, inspect.Parameter]:
    """What a class is made with, by name."""
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]
    return {p.name: p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD) and p.name != "name"}


@functools.cache
def _defaults(cls: type, required: tuple[tuple[str, object], ...]) -> dict[str, object]:
    """The settings of a layer that is given what its class asks for, and nothing else.

    Settings are kept in another form than they are given: "zeros" as the name of a class, 3 as (3, 3).
    """
    try:
        return settings_of(cls(**dict(required), name="default"))
    except Exception:  # a layer that holds another
        return {key: plain(one.default) for key, one in _parameters(cls).items()}


def _same(content: object, default: object) -> bool:
    """Whether a setting says no more than the default: `(-1,)` is what a built layer makes of -1."""
    if default in (None, ()) and content in (None, ()):
        return True
    return content in (default, (default,)) and isinstance(content, bool) == isinstance(default, bool)


def _mirrors(settings: Mapping[str, object]) -> bool:
    """Whether a Bidirectional reads backwards with a layer as the one that reads forwards."""
    forward, backward = decode(settings.get("layer")), decode(settings.get("backward_layer"))
    if not (isinstance(forward, Made) and isinstance(backward, Made)):
        return False
    turned = {**backward.settings, "go_backwards": forward.settings.get("go_backwards")}
    return (forward.kind, forward.settings) == (backward.kind, turned)


@functools.cache
def _function(kind: str) -> tuple[str, dict[str, object]]:
    """The function of `keras.ops` that an operation's class stands for, and its defaults by name."""
    import keras

    snake = snake_case(kind)
    for name in (snake, snake.replace("_", "")):
        function = getattr(keras.ops, name, None)
        if function is not None:
            parameters = inspect.signature(function).parameters.values()
            return f"keras.ops.{name}", {p.name: p.default for p in parameters}
    return kind, {}


def _value(content: object, key: str = "") -> str:
    """A setting as it would be typed."""
    match decode(content):
        case Function():
            return "your_function"
        case Array() | InPart():
            return "..."
        case NotFinite(name):
            return f'float("{name}")'
        case Made(kind, settings):
            home = _HOMES.get(key.rpartition("_")[2])
            if home is None:
                return _made(kind, settings)
            return f"{home}.{kind}({', '.join(f'{k}={_value(v, k)}' for k, v in settings.items() if v is not None)})"
        case Slice(start, stop, step):
            return f"slice({start}, {stop}, {step})"
        case Several(parts):
            if key in ("kernel_size", "pool_size", "strides", "dilation_rate", "size") and len(set(parts)) == 1:
                return _value(parts[0])
            return f"({', '.join(map(_value, parts))}{',' * (len(parts) == 1)})"
        case Plain(plainly):
            return _text(plainly) if isinstance(plainly, str) else repr(plainly)


def _operand(content: object) -> str:
    """What an operation reads that is no tensor of the model; several numbers are an array."""
    text = _value(content)
    return f"keras.ops.array({text})" if isinstance(decode(content), Several) else text


def _text(content: str) -> str:
    return json.dumps(content, ensure_ascii=False)


def _identifier(name: str) -> str:
    """A name as a variable."""
    word = re.sub(r"\W", "_", name)
    return word if word.isidentifier() and not keyword.iskeyword(word) else f"x_{word}"
