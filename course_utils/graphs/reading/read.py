"""From a Keras model to a `Graph`."""

from __future__ import annotations

import inspect
import math
import types
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from course_utils.graphs.graph import IN_PART, SHARED, Call, Graph, Tensor
from course_utils.graphs.layers import is_keras, kind_of
from course_utils.graphs.reading.calls import (
    Disconnected,
    arguments_of,
    automatic_masks,
    called,
    calls_between,
    dead_calls,
    ends_of,
    is_bare,
    leaves,
    operation_of,
    outputs_of,
    shape_of,
)
from course_utils.graphs.reading.errors import UnreadableModel
from course_utils.graphs.reading.inside import made_to_train, outputs_structure_of, structure_of, sublayers
from course_utils.graphs.reading.plain import code_of, held_by, plain, same_plain, settings_of
from course_utils.graphs.reading.things import thing_of
from course_utils.graphs.reading.traceless import without_trace
from course_utils.markup import first_line

LARGEST = 5_000
"""The most calls, nested models opened, that a model may have: past that, looking at it takes more than seconds."""


def read(model: object) -> Graph:
    """Read a model's graph of layers.

    Args:
        model: a functional or Sequential model that knows the shape of its inputs; never run, never changed.

    Returns:
        The graph, nested models inside their nodes.

    Raises:
        UnreadableModel: if there is no graph to read: another kind of object, a subclassed model, a Sequential
            model without an input shape; or if it makes more than `LARGEST` calls.
    """
    return read_with_layers(model)[0]


def read_with_layers(model: object) -> tuple[Graph, list[Any]]:
    """As `read`, and beside the graph the layers and operations themselves, in the order of `Call.layer`."""
    import keras

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # get_config warns of every lambda
        try:
            check_readable(model, keras)
            reader = _Reader(keras, model)
            graph = reader.model(model, dead=True)
            if overlaps := reader.overlaps(graph):
                reader = _Reader(keras, model, overlaps)
                graph = reader.model(model, dead=True)
            if (size := graph.size()) > LARGEST:
                raise UnreadableModel(
                    f"This model makes {size:,} calls once its nested models are opened; models of up to {LARGEST:,} "
                    "can be looked at. A model that calls another twice doubles them each time."
                )
            return graph, reader.kept
        except UnreadableModel:
            raise
        except Exception as error:
            raise _unread(f"this {type(model).__name__}", error) from error


def _unread(model: str, error: Exception) -> UnreadableModel:
    """What is said of a model, or of one inside it, that should have a graph and stopped the reading."""
    return UnreadableModel(
        f"The graph of {model} could not be read ({type(error).__name__}: {first_line(error)}). "
        "Build it again with `keras.Model(inputs, outputs)`."
    )


def check_readable(model: object, keras: Any) -> None:
    """Raise UnreadableModel, in words for a learner, unless `model` has a graph."""
    kind = type(model).__name__
    how = "Make one with `keras.Model(inputs, outputs)`."
    thing = thing_of(model)
    if thing == "nothing":
        raise UnreadableModel(f"There is no model yet: this is `{'...' if model is Ellipsis else 'None'}`. {how}")
    if thing == "class":
        raise UnreadableModel(f"`{getattr(model, '__name__', '')}` is a class, not a model. {how}")
    if thing == "tensor":
        raise UnreadableModel(
            "This is a tensor on the way through a model, not the model. "
            "Pass the result of `keras.Model(inputs, outputs)`."
        )
    if thing == "layer":
        raise UnreadableModel(f"This is one layer, `{getattr(model, 'name', '')}` ({kind}), not a model. {how}")
    if thing == "callable":
        raise UnreadableModel(f"This is a function or another callable ({kind}), not a model. {how}")
    if not isinstance(model, keras.Model):
        raise UnreadableModel(f"This is not a Keras model; its type is `{kind}`. {how}")
    if ends_of(model) is None:
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


class _Reader:
    """Reads one model; numbers layers and remembers nested models so that sharing is seen across them."""

    def __init__(self, keras: Any, model: Any, overlapping: Mapping[int, object] | None = None) -> None:
        self.keras = keras
        self.overlapping = overlapping or {}
        """Of each layer (by its number) that shares a part of its weights with others: which part, with what."""
        self.weights = {id(w) for w in model.weights}
        self.tracing = False
        self.layer_numbers: dict[Hashable, int] = {}
        self.numbers: dict[int, int] = {}
        self.held: dict[int, tuple[str, tuple[int, ...]]] = {}
        """Of each number: the class of its layer, and that layer's weights, by their ids."""
        self.kept: list[Any] = []
        self.alive: list[Any] = []  # an id is good only while its object lives
        self.calls: dict[int, int] = {}
        self.labels: dict[int, tuple[str, str, dict[str, object], int, bool | None]] = {}
        self.sizes: dict[int, dict[int, int]] = {}
        """Of each layer, its weights' sizes by their ids: a weight is counted once, whatever holds it."""
        self.inner: dict[int, Graph] = {}
        self.signatures: dict[Any, inspect.Signature] = {}
        self.codes: dict[type, str] = {}

    def model(self, model: Any, *, dead: bool = False) -> Graph:
        """The graph of a model that `check_readable` let pass."""
        ends = ends_of(model)
        assert ends is not None
        is_sequential = isinstance(model, self.keras.Sequential)
        # `Sequential.add` calls every layer anew each time, so its layers are full of calls that are not meant.
        graph = self.graph(str(model.name), *ends, dead=dead and not is_sequential)
        inputs, outputs = _names(structure_of(model)), _names(outputs_structure_of(model))
        if inputs is not None and len(inputs) == len(ends[0]):
            graph = replace(graph, input_names=inputs, inputs_by_name=True)
        if outputs is not None and len(outputs) == len(ends[1]):
            graph = replace(graph, output_names=outputs, outputs_by_name=True)
        return graph

    def graph(self, name: str, inputs: list[Any], outputs: list[Any], *, dead: bool = False) -> Graph:
        """The calls between input and output tensors."""
        entry = {id(t): i for i, t in reversed(list(enumerate(inputs)))}
        calls = calls_between(inputs, outputs, entry)
        live = len(calls)
        if dead:
            calls += dead_calls(inputs, calls, entry)
        nodes: list[Call] = []
        where: dict[int, Tensor] = {}  # id of a symbolic tensor → where it comes from
        for tensor in inputs:
            if id(tensor) not in where:
                where[id(tensor)] = Tensor(len(nodes))
                nodes.append(self.input(tensor))
        first = len(nodes)
        for call in calls:
            node = self.call(call, where)
            for i, tensor in enumerate(outputs_of(call)):
                where.setdefault(id(tensor), Tensor(len(nodes), i))
            nodes.append(node)
        sizes = {w: size for call in calls[:live] for w, size in self.sizes.get(id(called(call)), {}).items()}
        return Graph(
            name=name,
            nodes=tuple(nodes),
            inputs=tuple(where[id(t)] for t in inputs),
            outputs=tuple(where[id(t)] for t in outputs),
            input_names=tuple(_owner(t).name for t in inputs),
            output_names=tuple(_owner(t).name for t in outputs),
            dead=frozenset(range(first + live, len(nodes))),
            parameters=sum(sizes.values()),
        )

    def input(self, tensor: Any) -> Call:
        """The node of one input tensor."""
        owner, shape, dtype = _owner(tensor), shape_of(tensor), str(tensor.dtype)
        settings: dict[str, object] = {"shape": shape[1:], "dtype": dtype}
        if getattr(tensor, "sparse", False):
            settings["sparse"] = True
        return Call(
            kind="Input",
            name=str(owner.name),
            inputs=(),
            settings=settings,
            layer=self.number(owner),
            shapes=(shape,),
            dtypes=(dtype,),
            family="input",
        )

    def call(self, call: Any, where: dict[int, Tensor]) -> Call:
        """The node of one call; the tensors it reads are in `where`."""
        operation = called(call)
        if id(operation) not in self.labels:
            self.labels[id(operation)] = self.label(operation)
        kind, family, settings, parameters, trainable = self.labels[id(operation)]
        tensors, ports, extra = self.arguments(call, family)
        if self.tracing and parameters and any(id(w) not in self.weights for w in operation.weights):
            extra = {**extra, "hidden": True}  # a layer that only a function calls: the model does not train it
        number = self.number(operation, kind)
        if number in self.overlapping:
            settings = {**settings, SHARED: (IN_PART, (settings.get(SHARED), self.overlapping[number]))}
        count = self.calls.get(number, 0)
        self.calls[number] = count + 1
        inner = None
        if family == "model":
            inner = self.nested(operation)
            tensors, ports = in_inner_order(operation, tensors, ports)
        elif kind == "TimeDistributed" and ends_of(operation.layer) is not None:
            inner = self.nested(operation.layer)
            settings = {k: v for k, v in settings.items() if k != "layer"}
        outputs = outputs_of(call)
        own = family == "layer" and not is_keras(type(operation))
        return Call(
            kind=kind,
            name=str(operation.name),
            inputs=tuple(where[id(t)] for t in tensors),
            settings={**settings, **extra} if extra else settings,
            arguments=tuple(extra),
            own=own,
            code=self.code(type(operation)) + held_by(operation) if own else "",
            layer=number,
            call=count,
            shapes=tuple(shape_of(t) for t in outputs),
            dtypes=tuple(str(t.dtype) for t in outputs),
            parameters=parameters,
            trainable=trainable,
            inner=inner,
            family=family,
            ports=tuple(ports),
            traced=self.trace(operation, tensors, outputs, settings) if family == "layer" else None,
        )

    def nested(self, model: Any) -> Graph:
        """The graph of a model that another one calls, or applies to each step; read once."""
        if id(model) not in self.inner:
            try:
                self.inner[id(model)] = self.model(model)
            except UnreadableModel:
                raise
            except Exception as error:
                raise _unread(f"the {type(model).__name__} `{model.name}` inside this model", error) from error
        return self.inner[id(model)]

    def number(self, operation: Any, kind: str = "Input") -> int:
        """A number for a layer, in order of appearance; a layer and what only wraps it, with its weights, have one."""
        if id(operation) in self.numbers:
            return self.numbers[id(operation)]
        is_layer = isinstance(operation, self.keras.layers.Layer) and not _holds_model(operation)
        weights = tuple(id(w) for w in operation.weights) if is_layer else ()
        key: Hashable = weights or (id(operation),)
        number = self.numbers[id(operation)] = self.layer_numbers.setdefault(key, len(self.layer_numbers))
        self.alive.append(operation)
        if number == len(self.kept):
            self.kept.append(operation)
            late = (id(one) for one in sublayers(operation)[1:] if _makes_weights_late(one))
            self.held[number] = kind, (*weights, *late)
        elif len(sublayers(operation)) > len(sublayers(self.kept[number])):
            self.kept[number] = operation  # what wraps the layer: both are found in it
        return number

    def overlaps(self, graph: Graph) -> dict[int, object]:
        """Layers (by number) that share some of their weights, but not all, with another layer of the model.

        Two wrappers that read backwards with one layer, or two layers with one PReLU as activation, do. What is said
        of a layer is the place of each such weight in it, and in the others: the same wherever the same is shared.
        """
        live = {node.layer for node in _live_nodes(graph)}
        holders: dict[int, list[tuple[int, str, int]]] = {}
        for number, (kind, weights) in self.held.items():
            if number in live:
                for place, weight in enumerate(weights):
                    holders.setdefault(weight, []).append((number, kind, place))
        found: dict[int, list[object]] = {}
        for several in holders.values():
            if len(several) > 1:
                for number, _, place in several:
                    others = tuple(sorted((kind, at) for other, kind, at in several if other != number))
                    found.setdefault(number, []).append((place, others))
        return {number: tuple(sorted(parts, key=repr)) for number, parts in found.items()}

    def label(self, operation: Any) -> tuple[str, str, dict[str, object], int, bool | None]:
        """Kind, family, settings, number of weights of a layer or operation, and whether they train."""
        keras = self.keras
        if not isinstance(operation, keras.layers.Layer):
            return kind_of(operation), "operation", {}, 0, None
        weights = operation.weights
        sizes = self.sizes[id(operation)] = {id(w): math.prod(w.shape) for w in weights}
        parameters = sum(sizes.values())
        # What counts in training is the flag of the weights: a layer made trainable in a frozen model trains.
        trainable = any(w.trainable for w in weights) if weights else None
        if isinstance(operation, keras.Model) and ends_of(operation) is not None:
            kind = "Sequential" if isinstance(operation, keras.Sequential) else "Functional"
            return kind, "model", {}, parameters, trainable
        settings = settings_of(operation)
        if twice := _held_twice(operation):
            settings = {**settings, SHARED: (IN_PART, twice)}
        if parameters and (trains := frozen_part(operation)) is not None:
            settings = {**settings, "trainable": trains}
        return kind_of(operation), "layer", settings, parameters, trainable

    def arguments(self, call: Any, family: str) -> tuple[list[Any], list[str], dict[str, object]]:
        """What a call is given: its tensors, where each goes, and everything else that is not the default."""
        (args, kwargs), operation = arguments_of(call), called(call)
        if not kwargs and len(args) == 1 and family != "operation" and isinstance(args[0], self.keras.KerasTensor):
            return [args[0]], [""], {}
        if family == "operation":
            constants = {k: plain(v) for k, v in vars(operation).items() if k[0] != "_" and k != "name"}
            constants = {k: v for k, v in constants.items() if v is not None and k not in ("built", "trainable")}
        else:
            constants = {}
        signature = self.signature(type(operation))
        parameters = list(signature.parameters.values())[1:]  # without self
        first = parameters[0].name if parameters else ""
        defaults = {p.name: p.default for p in parameters}
        names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        given = {(names[i] if i < len(names) else f"argument {i + 1}"): a for i, a in enumerate(args)}
        given.update(kwargs)
        if first not in given:
            first = next(iter(given), "")
        tensors: list[Any] = []
        ports: list[str] = []
        masks: list[tuple[str, Any]] = []
        for name, value in given.items():
            prefix = "" if name == first and family != "operation" else name
            found = [(p, leaf) for p, leaf in leaves(value, prefix) if isinstance(leaf, self.keras.KerasTensor)]
            if found and name.endswith("mask"):
                masks += found
            elif found:
                ports += [p for p, _ in found]
                tensors += [leaf for _, leaf in found]
                if family == "operation" and not isinstance(value, self.keras.KerasTensor):
                    rest = [plain(v) for _, v in leaves(value, "") if not isinstance(v, self.keras.KerasTensor)]
                    if rest:
                        constants[name] = tuple(rest)
            elif name == "training" and value is None:
                continue  # as if it were not given: Keras decides
            elif name.endswith("mask") and all(leaf is None for _, leaf in leaves(value, "")):
                continue  # Keras gives a model that reads a dict a dict of no masks
            elif not same_plain(value, defaults.get(name)):
                constants[name] = ("None", ()) if value is None else plain(value)
        # Keras passes on the mask of an Embedding or Masking layer by itself: that says nothing new.
        automatic = automatic_masks(call) if masks else ()
        for port, mask in masks:
            if id(mask) not in automatic:
                ports.append(port)
                tensors.append(mask)
        return tensors, ports, constants

    def signature(self, cls: type) -> inspect.Signature:
        """Signature of `cls.call`, once a class; Keras makes no layer where it has none."""
        if cls not in self.signatures:
            self.signatures[cls] = inspect.signature(cls.call)  # type: ignore[attr-defined]
        return self.signatures[cls]

    def code(self, cls: type) -> str:
        """Digest of a class of somebody's own, once a class."""
        if cls not in self.codes:
            self.codes[cls] = code_of(cls)
        return self.codes[cls]

    def trace(self, layer: Any, tensors: list[Any], outputs: list[Any], settings: Mapping[str, object]) -> Graph | None:
        """What a learner's own function computes, seen by calling it once on symbolic tensors."""
        is_lambda = isinstance(layer, self.keras.layers.Lambda)
        function = _own_function(layer, is_lambda)
        if function is None or not tensors or (not is_lambda and isinstance(settings.get("activation"), str)):
            return None  # nothing to see, or an activation of Keras's by another name
        if is_lambda and "training" in inspect.getfullargspec(function).args:
            return None  # Keras says whether it trains, and then it may compute something else
        keras_tensor = self.keras.KerasTensor
        if is_lambda:
            given = [keras_tensor(t.shape, dtype=t.dtype) for t in tensors]
            arguments: Any = given[0] if len(given) == 1 else given
            constants = dict(getattr(layer, "arguments", None) or {})
        else:
            given = [keras_tensor(outputs[0].shape, dtype=layer.compute_dtype)]
            arguments, constants = given[0], {}
        try:
            with without_trace():
                result = function(arguments, **constants)
        except Exception:  # it needs real numbers, or fails
            return None
        found = [leaf for _, leaf in leaves(result, "")]
        if not found or not all(isinstance(t, keras_tensor) for t in found):
            return None
        if all(any(t is g for g in given) for t in found):
            for g in given:  # nothing is called, so Keras has not marked them
                if is_bare(g):
                    return Graph("", (self.input_of(g),), (Tensor(0),), (Tensor(0),), (g.name,), (g.name,))
        if any(is_bare(t) and not any(t is g for g in given) for t in found):
            return None  # it gives a tensor that it was not given
        outside, self.tracing = self.tracing, True
        try:
            return self.graph("", given, found)
        except Disconnected:  # likewise, and something was called on that tensor elsewhere
            return None
        finally:
            self.tracing = outside

    def input_of(self, tensor: Any) -> Call:
        """The input that a symbolic tensor is which comes from no call."""
        shape, dtype = shape_of(tensor), str(tensor.dtype)
        settings = {"shape": shape[1:], "dtype": dtype}
        number = self.number(tensor)
        return Call("Input", tensor.name, (), settings, number, 0, (shape,), (dtype,), family="input")


def _owner(tensor: Any) -> Any:
    """What an end of a graph is called after: the layer that made it, or itself where nothing did."""
    made_by = None if is_bare(tensor) else operation_of(tensor)
    return tensor if made_by is None else made_by


def _names(structure: Any) -> tuple[str, ...] | None:
    """Names that a dict of tensors gives them, in Keras's order; None if it is no dict."""
    return tuple(path for path, _ in leaves(structure, "")) if isinstance(structure, dict) else None


def in_inner_order(model: Any, tensors: list[Any], ports: list[str]) -> tuple[list[Any], list[str]]:
    """Order what a nested model is called on as its own inputs: a dict is matched by name."""
    if isinstance(structure_of(model), dict) or len(tensors) < 2:
        return tensors, ports
    names = [t.name for t in model.inputs]
    by_port = dict(zip(ports, tensors, strict=True))
    if set(ports) == set(names) and len(by_port) == len(tensors):
        return [by_port[n] for n in names], names
    return tensors, ports


def frozen_part(layer: Any) -> bool | tuple[str, tuple[bool, ...]] | None:
    """What does not train of a layer that would: False if nothing of it trains, None if all of it does.

    Where it is frozen in part, what trains and what does not, weight by weight.
    """
    own = {id(w) for one in sublayers(layer) for w in made_to_train(one)}
    flags = tuple(bool(w.trainable) for w in layer.weights if id(w) in own)
    if not any(flags):
        return None if layer.trainable and not flags else False
    return None if all(flags) else (IN_PART, flags)


def _held_twice(layer: Any) -> tuple[object, ...]:
    """Which of the layers that a layer holds are one, where it was given one for several; nothing otherwise."""
    found = []
    for one in sublayers(layer):
        cells = list(getattr(one, "cells", None) or ())
        if not is_keras(type(one)):
            kept = (leaves(part, "") for key, part in sorted(vars(one).items()) if not key.startswith("_"))
            cells += [part for parts in kept for _, part in parts]
        ids = [id(cell) for cell in cells if _weighted(cell)]
        found.append(tuple(ids.index(number) for number in ids))
    return tuple(found) if any(len(set(places)) < len(places) for places in found) else ()


def _weighted(thing: Any) -> bool:
    return bool(sublayers(thing)) and bool(thing.weights)


def _makes_weights_late(layer: Any) -> bool:
    """Whether a layer has no weights as yet, since nothing has called it: a PReLU as activation of another layer."""
    return not layer.built and not layer.weights and type(layer).__name__ == "PReLU"


def _holds_model(operation: Any) -> bool:
    """Whether a layer is a model with a graph, or applies one to each step: what is inside has numbers of its own."""
    return ends_of(operation) is not None or ends_of(getattr(operation, "layer", None)) is not None


def _live_nodes(graph: Graph) -> Iterator[Call]:
    """The calls that matter, nested models opened."""
    waiting = [graph]
    while waiting:
        one = waiting.pop()
        for i in one.live():
            node = one.nodes[i]
            yield node
            waiting += [part for part in (node.inner, node.traced) if part is not None]


def _own_function(layer: Any, is_lambda: bool) -> Callable[..., Any] | None:
    """The learner's function in a Lambda, or as a layer's `activation`; None for Keras's own."""
    function = getattr(layer, "function" if is_lambda else "activation", None)
    if not isinstance(function, types.FunctionType):
        return None
    if not is_lambda and is_keras(function):
        return None
    return function
