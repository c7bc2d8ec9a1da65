"""From a Keras model to a `Graph`.

The graph is found through what Keras 3 itself relies on when it runs a functional model: each symbolic tensor's
`_keras_history` (operation, number of the call, number of the output) and each operation's calls with their
arguments. Checked with Keras 3.12 and 3.15.
"""

from __future__ import annotations

import hashlib
import inspect
import math
import types
import warnings
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from course_utils.graphs.graph import Graph, Node, Shape, Tensor

_Call = tuple[int, int]  # id of an operation, number of its call

# What a layer is called, how it is stored and where its random numbers start do not say what it computes.
_NOT_SETTINGS = frozenset(
    {"name", "dtype", "trainable", "seed", "batch_shape", "batch_input_shape", "build_config", "compile_config",
     "quantization_config", "module", "registered_name"}
)  # fmt: skip
_DEAD_CALLS_KEPT = 2_000


class UnreadableModel(ValueError):
    """The object has no graph of layers; the message tells the learner what it is and what to do."""


def read(model: object) -> Graph:
    """Read a model's graph of layers.

    Args:
        model: a functional or Sequential model that knows the shape of its inputs; never run, never changed.

    Returns:
        The graph, nested models inside their nodes.

    Raises:
        UnreadableModel: if there is no graph to read: another kind of object, a subclassed model, a Sequential
            model without an input shape.
    """
    import keras

    _check_readable(model, keras)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # get_config warns of every lambda
        try:
            return _Reader(keras).model(model, dead=True)
        except UnreadableModel:
            raise
        except Exception as error:
            reason = str(error).split("\n")[0][:200]
            raise UnreadableModel(
                f"The graph of this {type(model).__name__} could not be read ({type(error).__name__}: {reason}). "
                "Build it again with `keras.Model(inputs, outputs)`."
            ) from error


def _check_readable(model: object, keras: Any) -> None:
    """Raise UnreadableModel, in words for a learner, unless `model` has a graph."""
    kind = type(model).__name__
    how = "Make one with `keras.Model(inputs, outputs)`."
    if model is None or model is Ellipsis:
        raise UnreadableModel(f"There is no model yet: this is `{'...' if model is Ellipsis else 'None'}`. {how}")
    if isinstance(model, type):
        raise UnreadableModel(f"`{model.__name__}` is a class, not a model. {how}")
    if isinstance(model, keras.KerasTensor):
        raise UnreadableModel(
            "This is a tensor on the way through a model, not the model. "
            "Pass the result of `keras.Model(inputs, outputs)`."
        )
    if not isinstance(model, keras.Model):
        if isinstance(model, keras.layers.Layer):
            raise UnreadableModel(f"This is one layer, `{model.name}` ({kind}), not a model. {how}")
        if callable(model):
            raise UnreadableModel(f"This is a function or another callable ({kind}), not a model. {how}")
        raise UnreadableModel(f"This is not a Keras model; its type is `{kind}`. {how}")
    if _ends(model) is None:
        if isinstance(model, keras.Sequential):
            if not model.layers:
                raise UnreadableModel("This Sequential model has no layers yet. Add some, an `Input` first.")
            raise UnreadableModel(
                "This Sequential model does not know its input's shape yet. "
                "Put `keras.Input(shape=...)` first in its list of layers."
            )
        raise UnreadableModel(
            f"`{kind}` is a subclassed model: its layers are called inside Python code, so it has no graph to read. "
            "Write it with the functional API: `keras.Model(inputs, outputs)`."
        )


def _ends(model: Any) -> tuple[list[Any], list[Any]] | None:
    """Input and output tensors, or None if the model has no graph."""
    try:
        inputs, outputs = list(model.inputs), list(model.outputs)
    except Exception:  # not built, or subclassed: Keras versions differ in what they raise
        return None
    connected = all(getattr(t, "_keras_history", None) is not None for t in inputs + outputs)
    return (inputs, outputs) if inputs and outputs and connected else None


class _Reader:
    """Reads one model; numbers layers and remembers nested models so that sharing is seen across them."""

    def __init__(self, keras: Any) -> None:
        self.keras = keras
        self.layer_numbers: dict[int, int] = {}
        self.kept: list[Any] = []  # an id is good only while its object lives
        self.calls: dict[int, int] = {}
        self.labels: dict[int, tuple[str, str, dict[str, object], int]] = {}
        self.inner: dict[int, Graph] = {}
        self.signatures: dict[Any, inspect.Signature | None] = {}

    def model(self, model: Any, *, dead: bool = False) -> Graph:
        """The graph of a model that `_check_readable` let pass."""
        ends = _ends(model)
        assert ends is not None
        is_sequential = isinstance(model, self.keras.Sequential)
        # `Sequential.add` calls every layer anew each time, so its layers are full of calls that are not meant.
        graph = self.graph(model.name, *ends, dead=dead and not is_sequential)
        for what, tensors in zip(("input", "output"), ends, strict=True):
            names = _names(getattr(model, what, None))
            if names is not None and len(names) == len(tensors):
                graph = replace(graph, **{f"{what}_names": tuple(names), f"{what}s_by_name": True})
        return graph

    def graph(self, name: str, inputs: list[Any], outputs: list[Any], *, dead: bool = False) -> Graph:
        """The calls between input and output tensors."""
        entry = {id(t): i for i, t in reversed(list(enumerate(inputs)))}
        calls = _calls_between(inputs, outputs, entry)
        live = len(calls)
        if dead:
            calls += _dead_calls(inputs, calls, entry)
        nodes: list[Node] = []
        where: dict[int, Tensor] = {}  # id of a symbolic tensor → where it comes from
        for tensor in inputs:
            if id(tensor) not in where:
                where[id(tensor)] = Tensor(len(nodes))
                nodes.append(self.input(tensor))
        first = len(nodes)
        for call in calls:
            node = self.call(call, where)
            for i, tensor in enumerate(_outputs(call)):
                where.setdefault(id(tensor), Tensor(len(nodes), i))
            nodes.append(node)
        return Graph(
            name=name,
            nodes=tuple(nodes),
            inputs=tuple(where[id(t)] for t in inputs),
            outputs=tuple(where[id(t)] for t in outputs),
            input_names=tuple(_operation(t).name if _operation(t) is not None else t.name for t in inputs),
            output_names=tuple(_operation(t).name if _operation(t) is not None else t.name for t in outputs),
            dead=frozenset(range(first + live, len(nodes))),
        )

    def input(self, tensor: Any) -> Node:
        """The node of one input tensor."""
        operation = _operation(tensor)
        shape, dtype = _shape(tensor), str(tensor.dtype)
        owner = tensor if operation is None else operation
        settings: dict[str, object] = {"shape": shape[1:], "dtype": dtype}
        if getattr(tensor, "sparse", False):
            settings["sparse"] = True
        return Node(
            kind="Input",
            name=owner.name,
            inputs=(),
            settings=settings,
            layer=self.number(owner),
            shapes=(shape,),
            dtypes=(dtype,),
            family="input",
        )

    def call(self, call: Any, where: dict[int, Tensor]) -> Node:
        """The node of one call; the tensors it reads are in `where`."""
        operation = call.operation
        if id(operation) not in self.labels:
            self.labels[id(operation)] = self.label(operation)
        kind, family, settings, parameters = self.labels[id(operation)]
        tensors, ports, extra = self.arguments(call, family)
        number = self.number(operation)
        count = self.calls.get(number, 0)
        self.calls[number] = count + 1
        inner = None
        if family == "model":
            if number not in self.inner:
                self.inner[number] = self.model(operation)
            inner = self.inner[number]
            tensors, ports = _in_inner_order(operation, tensors, ports)
        outputs = _outputs(call)
        return Node(
            kind=kind,
            name=operation.name,
            inputs=tuple(where[id(t)] for t in tensors),
            settings={**settings, **extra} if extra else settings,
            layer=number,
            call=count,
            shapes=tuple(_shape(t) for t in outputs),
            dtypes=tuple(str(t.dtype) for t in outputs),
            parameters=parameters,
            inner=inner,
            family=family,
            ports=tuple(ports),
            traced=self.trace(operation, tensors) if family == "layer" else None,
        )

    def number(self, operation: Any) -> int:
        """A number for a layer, in order of appearance."""
        if id(operation) not in self.layer_numbers:
            self.layer_numbers[id(operation)] = len(self.layer_numbers)
            self.kept.append(operation)
        return self.layer_numbers[id(operation)]

    def label(self, operation: Any) -> tuple[str, str, dict[str, object], int]:
        """Kind, family, settings and number of weights of a layer or operation."""
        keras = self.keras
        if not isinstance(operation, keras.layers.Layer):
            return type(operation).__name__, "operation", {}, 0
        parameters = sum(math.prod(w.shape) for w in operation.weights)
        if isinstance(operation, keras.Model) and _ends(operation) is not None:
            kind = "Sequential" if isinstance(operation, keras.Sequential) else "Functional"
            return kind, "model", {}, parameters
        return type(operation).__name__, "layer", _settings(operation), parameters

    def arguments(self, call: Any, family: str) -> tuple[list[Any], list[str], dict[str, object]]:
        """What a call is given: its tensors, where each goes, and everything else that is not the default."""
        arguments = call.arguments
        args, kwargs = arguments.args, arguments.kwargs
        if not kwargs and len(args) == 1 and family != "operation" and isinstance(args[0], self.keras.KerasTensor):
            return [args[0]], [""], {}
        if family == "operation":
            constants = {k: _plain(v) for k, v in vars(call.operation).items() if k[0] != "_" and k != "name"}
            constants = {k: v for k, v in constants.items() if v is not None and k not in ("built", "trainable")}
        else:
            constants = {}
        signature = self.signature(type(call.operation))
        given: dict[str, Any] = {}
        defaults: dict[str, Any] = {}
        first = ""
        if signature is not None:
            parameters = list(signature.parameters.values())[1:]  # without self
            first = parameters[0].name if parameters else ""
            defaults = {p.name: p.default for p in parameters}
            names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        else:
            names = []
        given = {(names[i] if i < len(names) else f"argument {i + 1}"): a for i, a in enumerate(args)}
        given.update(kwargs)
        if first not in given:
            first = next(iter(given), "")
        tensors: list[Any] = []
        ports: list[str] = []
        masks: list[tuple[str, Any]] = []
        for name, value in given.items():
            prefix = "" if name == first and family != "operation" else name
            found = [(p, leaf) for p, leaf in _leaves(value, prefix) if isinstance(leaf, self.keras.KerasTensor)]
            if name.endswith("mask"):
                masks += found
            elif found:
                ports += [p for p, _ in found]
                tensors += [leaf for _, leaf in found]
                if family == "operation" and not isinstance(value, self.keras.KerasTensor):
                    rest = [_plain(v) for _, v in _leaves(value, "") if not isinstance(v, self.keras.KerasTensor)]
                    if rest:
                        constants[name] = tuple(rest)
            elif value is not None and not _same_plain(value, defaults.get(name)):
                constants[name] = _plain(value)
        # Keras passes on the mask of an Embedding or Masking layer by itself: that says nothing new.
        automatic = {id(getattr(t, "_keras_mask", None)) for t in tensors}
        for port, mask in masks:
            if id(mask) not in automatic:
                ports.append(port)
                tensors.append(mask)
        return tensors, ports, constants

    def signature(self, cls: type) -> inspect.Signature | None:
        """Signature of `cls.call`, once a class."""
        if cls not in self.signatures:
            try:
                self.signatures[cls] = inspect.signature(cls.call)  # type: ignore[attr-defined]
            except (TypeError, ValueError, AttributeError):
                self.signatures[cls] = None
        return self.signatures[cls]

    def trace(self, layer: Any, tensors: list[Any]) -> Graph | None:
        """What a learner's own function computes, seen by calling it once on symbolic tensors."""
        function = _own_function(layer)
        if function is None or not tensors:
            return None
        is_lambda = isinstance(layer, self.keras.layers.Lambda)
        keras_tensor = self.keras.KerasTensor
        if is_lambda:
            given = [keras_tensor(t.shape, dtype=t.dtype) for t in tensors]
            arguments: Any = given[0] if len(given) == 1 else given
            constants = dict(getattr(layer, "arguments", None) or {})
        else:
            try:
                shape = layer.compute_output_shape(tensors[0].shape)
                given = [keras_tensor(shape, dtype=layer.compute_dtype)]
            except Exception:
                return None
            arguments, constants = given[0], {}
        try:
            result = function(arguments, **constants)
            outputs = [leaf for _, leaf in _leaves(result, "")]
            if not outputs or not all(isinstance(t, keras_tensor) for t in outputs):
                return None
            if all(any(t is g for g in given) for t in outputs):
                for g in given:  # nothing is called, so Keras has not marked them
                    if not hasattr(g, "_keras_history"):
                        return Graph("", (self.input_of(g),), (Tensor(0),), (Tensor(0),), (g.name,), (g.name,))
            return self.graph("", given, outputs)
        except Exception:  # the function needs real numbers, or fails
            return None

    def input_of(self, tensor: Any) -> Node:
        """Node of a symbolic tensor that nothing was called on."""
        shape, dtype = _shape(tensor), str(tensor.dtype)
        settings = {"shape": shape[1:], "dtype": dtype}
        number = self.number(tensor)
        return Node("Input", tensor.name, (), settings, number, 0, (shape,), (dtype,), family="input")


def _operation(tensor: Any) -> Any:
    """The layer or operation that made a symbolic tensor; None for a bare one."""
    return tensor._keras_history[0] if hasattr(tensor, "_keras_history") else None


def _call_of(tensor: Any) -> Any:
    """The call that made a symbolic tensor, as Keras stores it."""
    operation, number, _ = tensor._keras_history
    return None if operation is None else operation._inbound_nodes[number]


def _outputs(call: Any) -> list[Any]:
    return list(call.outputs if hasattr(call, "outputs") else call.output_tensors)


def _shape(tensor: Any) -> Shape:
    return tuple(None if d is None else int(d) for d in tensor.shape)


def _read_tensors(call: Any) -> list[Any]:
    """The tensors a call reads, without the masks that Keras passes on by itself."""
    tensors = list(call.arguments.keras_tensors)
    automatic = {id(m) for m in (getattr(t, "_keras_mask", None) for t in tensors) if m is not None}
    return [t for t in tensors if id(t) not in automatic] if automatic else tensors


def _calls_between(inputs: list[Any], outputs: list[Any], entry: Mapping[int, int]) -> list[Any]:
    """The calls that the outputs depend on, each after those it reads; no recursion, so any depth."""
    order: list[Any] = []
    done: set[int] = set()
    for output in outputs:
        if id(output) in entry:
            continue
        stack: list[tuple[Any, Iterator[Any]]] = []

        def push(tensor: Any, stack: list[tuple[Any, Iterator[Any]]] = stack) -> None:
            call = _call_of(tensor)
            if call is None:
                raise UnreadableModel("An output of this model does not depend on its inputs.")
            if id(call) not in done:
                done.add(id(call))
                stack.append((call, iter(_read_tensors(call))))

        push(output)
        while stack:
            call, pending = stack[-1]
            for tensor in pending:
                if id(tensor) not in entry:
                    before = len(stack)
                    push(tensor)
                    if len(stack) > before:
                        break
            else:
                stack.pop()
                order.append(call)
    return order


def _dead_calls(inputs: list[Any], live: list[Any], entry: Mapping[int, int]) -> list[Any]:
    """Calls made on tensors of the graph, and on from there, that no output depends on.

    Nearest first, at most `_DEAD_CALLS_KEPT`; a call that repeats a live one (same layer, same tensors), and what
    computes only masks, are left out.
    """
    known = {id(c) for c in live}
    reachable = set(entry)
    masks: set[int] = set()
    repeated = {(id(c.operation), tuple(id(t) for t in _read_tensors(c))) for c in live}
    queue: deque[Any] = deque()
    for tensor in inputs:
        if _operation(tensor) is not None:
            queue.append(_operation(tensor))
    for call in live:
        queue.append(call.operation)
        for tensor in _outputs(call):
            reachable.add(id(tensor))
            masks.add(id(getattr(tensor, "_keras_mask", None)))
    waiting: list[Any] = []
    found: list[Any] = []
    expanded: set[int] = set()
    while queue and len(found) < _DEAD_CALLS_KEPT:
        operation = queue.popleft()
        if id(operation) in expanded:
            continue
        expanded.add(id(operation))
        waiting = list(getattr(operation, "_outbound_nodes", ()))
        for call in waiting:
            reads = _read_tensors(call)
            if id(call) in known or not reads or not all(id(t) in reachable for t in reads):
                continue
            key = (id(call.operation), tuple(id(t) for t in reads))
            if key in repeated:
                continue
            repeated.add(key)
            known.add(id(call))
            found.append(call)
            for tensor in _outputs(call):
                reachable.add(id(tensor))
                masks.add(id(getattr(tensor, "_keras_mask", None)))
            # An operation already expanded may have callers that only now became reachable.
            for after in [call.operation]:
                expanded.discard(id(after))
                queue.append(after)
    return _without_masks(found, masks)


def _without_masks(calls: list[Any], masks: set[int]) -> list[Any]:
    """Leave out calls whose only purpose is to compute a mask."""
    kept: list[Any] = []
    needed: set[int] = set()
    for call in reversed(calls):
        outputs = _outputs(call)
        is_mask = any(id(t) in masks for t in outputs)
        if is_mask and not any(id(t) in needed for t in outputs):
            masks |= {id(t) for t in _read_tensors(call) if type(_operation(t)).__name__ in ("NotEqual", "Any")}
            continue
        needed |= {id(t) for t in _read_tensors(call)}
        kept.append(call)
    return kept[::-1]


def _names(structure: Any) -> list[str] | None:
    """Names that a dict of tensors gives them, in Keras's order; None if it is no dict."""
    if not isinstance(structure, dict):
        return None
    return [path for path, _ in _leaves(structure, "")]


def _leaves(value: Any, prefix: str) -> list[tuple[str, Any]]:
    """Leaves of nested lists, tuples and dicts with their paths, in Keras's order (dict keys sorted)."""
    if isinstance(value, (list, tuple)):
        return [
            leaf
            for i, item in enumerate(value)
            for leaf in _leaves(item, f"{prefix}.{i}" if prefix else str(i))
        ]  # fmt: skip
    if isinstance(value, dict):
        keys = sorted(value, key=str)
        return [leaf for k in keys for leaf in _leaves(value[k], f"{prefix}.{k}" if prefix else str(k))]
    return [(prefix, value)]


def _in_inner_order(model: Any, tensors: list[Any], ports: list[str]) -> tuple[list[Any], list[str]]:
    """Order what a nested model is called on as its own inputs: a dict is matched by name."""
    if isinstance(getattr(model, "_inputs_struct", None), dict) or len(tensors) < 2:
        return tensors, ports
    names = [t.name for t in model.inputs]
    by_port = dict(zip(ports, tensors, strict=True))
    if set(ports) == set(names) and len(by_port) == len(tensors):
        return [by_port[n] for n in names], names
    return tensors, ports


def _own_function(layer: Any) -> Callable[..., Any] | None:
    """The learner's function in a Lambda, or as a layer's `activation`; None for Keras's own."""
    name = type(layer).__name__
    function = getattr(layer, "function", None) if name == "Lambda" else getattr(layer, "activation", None)
    if not isinstance(function, types.FunctionType):
        return None
    if name != "Lambda" and (function.__module__ or "").startswith("keras."):
        return None
    return function


def _settings(layer: Any) -> dict[str, object]:
    """Settings of a layer, simplified to strings, numbers and tuples."""
    cls = type(layer)
    keys = _REGULAR.get(cls)
    settings = None if keys is None else _from_attributes(layer, keys)
    if settings is None:
        settings = _from_config(layer)
        if cls not in _REGULAR and cls.__module__.startswith("keras.src.layers."):
            regular = _from_attributes(layer, tuple(settings)) == settings
            _REGULAR[cls] = tuple(settings) if regular else None
    return settings


_REGULAR: WeakKeyDictionary[type, tuple[str, ...] | None] = WeakKeyDictionary()
"""Settings of Keras's own classes that were seen to be attributes of the same name; None for the other classes.

`get_config` takes most of the time of reading a model, and nearly all of it goes into writing out initialisers and
dtypes; attributes are read several times as fast.
"""


def _from_attributes(layer: Any, keys: tuple[str, ...]) -> dict[str, object] | None:
    """Settings read from attributes; None if one is not of a kind that is surely written as it is."""
    settings: dict[str, object] = {}
    for key in keys:
        content = getattr(layer, key, layer)
        if content is None or type(content) in (bool, int, float, str):
            settings[key] = content
        elif type(content) in (tuple, list) and all(type(v) in (bool, int, float, str) for v in content):
            settings[key] = tuple(content)
        elif isinstance(content, types.FunctionType) and (content.__module__ or "").startswith("keras."):
            settings[key] = content.__name__
        elif type(content).__module__.startswith("keras.src.initializers."):
            settings[key] = _plain({"class_name": type(content).__name__, "config": content.get_config()})
        else:
            return None
    return settings


def _from_config(layer: Any) -> dict[str, object]:
    """Settings from `get_config`."""
    try:
        config = layer.get_config()
        if not isinstance(config, dict):
            raise TypeError
    except Exception:  # a learner's own layer without a get_config that works
        config = {
            k: v
            for k, v in vars(layer).items()
            if not k.startswith("_") and isinstance(v, (bool, int, float, str, tuple)) and k not in _BASE_ATTRIBUTES
        }
    settings = {k: _plain(v) for k, v in config.items() if k not in _NOT_SETTINGS}
    for key in ("function", "activation"):
        if key in settings and isinstance(getattr(layer, key, None), types.FunctionType):
            function = getattr(layer, key)
            if not (function.__module__ or "").startswith("keras."):
                settings[key] = _fingerprint(function)
    return settings


_BASE_ATTRIBUTES = frozenset(
    {"name", "built", "trainable", "autocast", "supports_masking", "supports_jit", "input_spec", "activity_regularizer"}
)


def _plain(value: Any, depth: int = 0) -> object:
    """A setting as strings, numbers and tuples, so that equal settings are equal and can be hashed."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if depth > 20:
        return "…"
    if isinstance(value, (list, tuple)):
        return tuple([_plain(v, depth + 1) for v in value])
    if isinstance(value, dict):
        if "class_name" in value:
            name, config = value["class_name"], value.get("config")
            if not config:
                return name
            if name == "function" and isinstance(config, str):
                return config
            return (name, _plain(config, depth + 1))
        items = [(str(k), _plain(v, depth + 1)) for k, v in value.items() if k not in _NOT_SETTINGS]
        return tuple(sorted(items, key=lambda item: item[0]))
    if isinstance(value, slice):
        return ("slice", _plain(value.start), _plain(value.stop), _plain(value.step))
    if value is Ellipsis:
        return "..."
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, types.FunctionType):
        return _fingerprint(value)
    if isinstance(value, type) or callable(value):
        return getattr(value, "__name__", None) or type(value).__name__
    return _constant(value)


def _constant(value: Any) -> object:
    """An array given to a call: its numbers if few, else its shape and a digest."""
    shape = getattr(value, "shape", None)
    if shape is None:
        return type(value).__name__
    if hasattr(value, "trainable"):  # a weight, which changes: only its shape says something
        return ("variable", tuple(shape))
    try:
        if math.prod(shape) > 1_000_000:
            return ("array", tuple(shape))
        array = np.asarray(value)
    except Exception:
        return type(value).__name__
    if array.size <= 64:
        return _plain(array.tolist())
    return ("array", array.shape, hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16])


def _same_plain(value: Any, default: Any) -> bool:
    if default is inspect.Parameter.empty:
        return False
    return _plain(value) == _plain(default) and isinstance(value, bool) == isinstance(default, bool)


def _fingerprint(function: types.FunctionType) -> Hashable:
    """What a function does, as far as its code shows: two copies of one lambda are equal, wherever they stand."""
    digest = hashlib.sha256()
    stack: list[types.CodeType] = [function.__code__]
    while stack:
        code = stack.pop()
        digest.update(code.co_code)
        digest.update(repr(code.co_names).encode())
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                stack.append(constant)
            else:
                digest.update(repr(constant).encode())
    for cell in function.__closure__ or ():
        try:
            digest.update(repr(_plain(cell.cell_contents)).encode())
        except ValueError:  # an empty cell
            digest.update(b"empty")
    digest.update(repr(_plain(function.__defaults__)).encode())
    return ("function", digest.hexdigest()[:16])
