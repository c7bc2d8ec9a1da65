"""A model taken apart into steps that can be changed and built again: what rewrites and mutants are made with."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from course_utils.graphs.reading.calls import (
    arguments_of,
    automatic_masks,
    called,
    calls_between,
    ends_of,
    leaves,
    operation_of,
    outputs_of,
    shape_of,
)
from course_utils.graphs.reading.read import check_readable, in_inner_order

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Ref:
    """A tensor: output `index` of step `step`."""

    step: int
    index: int = 0


@dataclass(frozen=True)
class Step:
    """One call of a layer or operation, with all that is needed to make it again."""

    kind: str
    """Class, or "Input"."""
    name: str
    layer: int
    """Equal for the calls of one layer."""
    config: dict[str, Any] = field(default_factory=dict)
    """`get_config` of a layer; shape and dtype of an input."""
    args: tuple[Any, ...] = ()
    """Positional arguments of the call, with `Ref` for tensors."""
    kwargs: dict[str, Any] = field(default_factory=dict)
    made: Any = None
    """The layer or operation itself: its class is made again from `config`; operations, which have no weights, and
    Lambdas are used again."""
    has_weights: bool = False
    shapes: tuple[tuple[int | None, ...], ...] = ()
    dtype: str = "float32"

    @property
    def is_layer(self) -> bool:
        """Whether the step calls a layer rather than an operation."""
        return self.kind != "Input" and hasattr(self.made, "get_config") and hasattr(self.made, "weights")

    def refs(self) -> list[Ref]:
        """The tensors the step reads, in order."""
        return [leaf for _, leaf in leaves([list(self.args), self.kwargs], "") if isinstance(leaf, Ref)]

    def reading(self, change: Callable[[Ref], Ref]) -> Step:
        """The step with every tensor it reads changed."""
        return replace(self, args=_mapped(self.args, change), kwargs=_mapped(self.kwargs, change))

    def setting(self, **settings: Any) -> Step:
        """The step with other settings."""
        return replace(self, config={**self.config, **settings})


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, Ref):
        return change(value)
    if isinstance(value, (list, tuple)):
        return type(value)([_mapped(v, change) for v in value])
    if isinstance(value, dict):
        return {k: _mapped(v, change) for k, v in value.items()}
    return value


@dataclass(frozen=True)
class Blueprint:
    """A flat model: nested models are opened."""

    steps: tuple[Step, ...]
    """In an order in which each reads only earlier ones; inputs of the model first."""
    inputs: tuple[int, ...]
    outputs: tuple[Ref, ...]

    @classmethod
    def of(cls, model: keras.Model) -> Blueprint:
        """Take a model apart.

        Raises:
            UnreadableModel: if it has no graph of layers.
        """
        import keras

        check_readable(model, keras)
        reader = _Reader(keras)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # get_config warns of every lambda
            inputs, outputs = ends_of(model) or ([], [])
            where = {id(t): Ref(reader.input(t)) for t in inputs}
            reader.walk(inputs, outputs, where)
        first = tuple(where[id(t)].step for t in inputs)
        return cls(tuple(reader.steps), first, tuple(where[id(t)] for t in outputs))

    def readers(self, step: int) -> list[int]:
        """Steps that read a step."""
        return [i for i, s in enumerate(self.steps) if any(r.step == step for r in s.refs())]

    def with_step(self, index: int, step: Step) -> Blueprint:
        """The blueprint with one step replaced."""
        return replace(self, steps=(*self.steps[:index], step, *self.steps[index + 1 :]))

    def without_step(self, index: int, instead: Ref) -> Blueprint:
        """The blueprint with a step bypassed: what read it reads `instead`."""

        def move(ref: Ref) -> Ref:
            ref = instead if ref.step == index else ref
            return Ref(ref.step - (ref.step > index), ref.index)

        steps = tuple(s.reading(move) for i, s in enumerate(self.steps) if i != index)
        inputs = tuple(i - (i > index) for i in self.inputs if i != index)
        return Blueprint(steps, inputs, tuple(move(r) for r in self.outputs))

    def build(self, maker: Maker | None = None) -> keras.Model:
        """Make the model, with new weights.

        Args:
            maker: how layers are made and called; default: as they were.
        """
        import keras

        maker = maker or Maker()
        maker.start(self)
        tensors: dict[Ref, Any] = {}
        for i in maker.order(self):
            step = self.steps[i]
            result = maker.input(step) if step.kind == "Input" else maker.call(i, step, tensors)
            for k, tensor in enumerate([leaf for _, leaf in leaves(result, "")]):
                tensors[Ref(i, k)] = tensor
        inputs = [tensors[Ref(i)] for i in self.inputs]
        outputs = [tensors[r] for r in self.outputs]
        return keras.Model(inputs, outputs if len(outputs) > 1 else outputs[0])


class Maker:
    """Makes and calls the layers of a blueprint as they were; rewrites override parts of it."""

    def start(self, blueprint: Blueprint) -> None:
        """Forget what was made."""
        self.blueprint = blueprint
        self.layers: dict[int, Any] = {}

    def order(self, blueprint: Blueprint) -> Iterable[int]:
        """The order in which steps are made."""
        return range(len(blueprint.steps))

    def name(self, step: Step) -> str | None:
        """Name of a layer; None: let Keras find one."""
        return step.name

    def input(self, step: Step) -> Any:
        """Make an input."""
        import keras

        return keras.Input(step.config["shape"], dtype=step.config["dtype"], name=self.name(step))

    def config(self, step: Step) -> dict[str, Any]:
        """Config of a layer."""
        return dict(step.config)

    def layer(self, step: Step) -> Any:
        """The layer of a step, made when first needed."""
        if not step.is_layer or step.kind == "Lambda":
            return step.made
        if step.layer not in self.layers:
            config = self.config(step)
            config["name"] = self.name(step)
            if config["name"] is None:
                del config["name"]
            self.layers[step.layer] = type(step.made).from_config(config)
        return self.layers[step.layer]

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """Call a step; returns its outputs."""
        return self.layer(step)(*_mapped(step.args, tensors.get), **_mapped(step.kwargs, tensors.get))


class _Reader:
    """Collects the steps of a model."""

    def __init__(self, keras: Any) -> None:
        self.keras = keras
        self.steps: list[Step] = []
        self.layers: dict[int, int] = {}

    def input(self, tensor: Any) -> int:
        """Add an input."""
        settings = {"shape": shape_of(tensor)[1:], "dtype": str(tensor.dtype)}
        name = operation_of(tensor).name
        step = Step("Input", name, -1, settings, shapes=(shape_of(tensor),), dtype=str(tensor.dtype))
        self.steps.append(step)
        return len(self.steps) - 1

    def walk(self, inputs: Sequence[Any], outputs: Sequence[Any], where: dict[int, Ref]) -> None:
        """Add the calls between tensors; `where` says which step makes each, by id."""
        for call in calls_between(list(inputs), list(outputs), {id(t): 0 for t in inputs}):
            operation, (args, kwargs) = called(call), arguments_of(call)
            if isinstance(operation, self.keras.Model) and ends_of(operation) is not None:
                self.nested(call, where)
                continue
            is_layer = isinstance(operation, self.keras.layers.Layer)
            masks = automatic_masks(call)

            def ref(value: Any, masks: set[int] = masks) -> Any:
                if isinstance(value, self.keras.KerasTensor):
                    return None if id(value) in masks else where[id(value)]
                if isinstance(value, (list, tuple)):
                    return type(value)([ref(v) for v in value])
                if isinstance(value, dict):
                    return {k: ref(v) for k, v in value.items()}
                return value

            number = self.layers.setdefault(id(operation), len(self.layers))
            self.steps.append(
                Step(
                    kind=type(operation).__name__,
                    name=operation.name,
                    layer=number,
                    config=operation.get_config() if is_layer else {},
                    args=tuple(ref(a) for a in args),
                    kwargs={k: r for k, v in kwargs.items() if (r := ref(v)) is not None},
                    made=operation,
                    has_weights=is_layer and bool(operation.weights),
                    shapes=tuple(shape_of(t) for t in outputs_of(call)),
                    dtype=str(outputs_of(call)[0].dtype),
                )
            )
            for k, tensor in enumerate(outputs_of(call)):
                where[id(tensor)] = Ref(len(self.steps) - 1, k)

    def nested(self, call: Any, where: dict[int, Ref]) -> None:
        """Add the calls inside a nested model in place of its own call."""
        model, (args, kwargs) = called(call), arguments_of(call)
        inputs, outputs = ends_of(model) or ([], [])
        arguments = leaves([list(args), kwargs], "")
        given = [(p.split(".")[-1], t) for p, t in arguments if isinstance(t, self.keras.KerasTensor)]
        tensors, _ = in_inner_order(model, [t for _, t in given], [p for p, _ in given])
        inside = {id(t): where[id(s)] for t, s in zip(inputs, tensors, strict=False)}
        self.walk(inputs, outputs, inside)
        for tensor, result in zip(outputs_of(call), outputs, strict=True):
            where[id(tensor)] = inside[id(result)]
