"""Other right ways to write a model: what the checker must accept.

Each rewrite builds a model again from its blueprint, with new weights, and means the same by the rules of
`course_utils.graphs.normal.rules`.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from course_utils.graphs.layers import (
    ASSOCIATIVE,
    COMMUTATIVE,
    ENDS_IN_ACTIVATION,
    GLOBAL_MAX_POOLING,
    MAX_POOLING,
    MERGES,
    RECURRENT,
)
from course_utils.workshop.audit.blueprint import Blueprint, Maker, Ref, Step, _mapped

if TYPE_CHECKING:
    import keras


def _merged(step: Step) -> bool:
    """Whether a step is a merging layer called on a list."""
    is_merge = step.is_layer and step.kind in (*MERGES, "Concatenate")
    return is_merge and len(step.args) == 1 and isinstance(step.args[0], (list, tuple))


class Renamed(Maker):
    """Other names for all layers."""

    def name(self, step: Step) -> str | None:
        """A name that says nothing."""
        return f"thing_{step.layer}_{len(step.name)}" if step.layer >= 0 else f"in_{step.name}"


class Unnamed(Maker):
    """No names at all."""

    def name(self, step: Step) -> str | None:
        """None: Keras finds one."""
        return None


class OtherOrder(Maker):
    """Layers made first and backwards, calls made in another order that is possible."""

    def start(self, blueprint: Blueprint) -> None:
        """Make all layers, the last one first."""
        super().start(blueprint)
        for step in reversed(blueprint.steps):
            if step.kind != "Input":
                self.layer(step)

    def order(self, blueprint: Blueprint) -> list[int]:
        """As late as possible first: a depth-first order from the last output."""
        done: list[int] = []
        seen: set[int] = set()
        for end in [r.step for r in reversed(blueprint.outputs)] + list(reversed(range(len(blueprint.steps)))):
            stack = [(end, False)]
            while stack:
                i, ready = stack.pop()
                if ready:
                    done.append(i)
                elif i not in seen:
                    seen.add(i)
                    stack.append((i, True))
                    stack += [(r.step, False) for r in blueprint.steps[i].refs()]
        return done


class Commuted(Maker):
    """Commutative merges the other way round."""

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """Reverse the list of a commutative merge."""
        if _merged(step) and step.kind in COMMUTATIVE:
            return self.layer(step)([tensors[r] for r in reversed(step.args[0])])
        return super().call(index, step, tensors)


class Operators(Maker):
    """Operators and `keras.ops` for merging layers."""

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """An operator in place of a merging layer."""
        from keras import ops

        if not _merged(step):
            return super().call(index, step, tensors)
        given = [tensors[r] for r in step.args[0]]
        if step.kind == "Concatenate":
            return ops.concatenate(given, axis=step.config["axis"])
        if len({len(t.shape) for t in given}) > 1:
            return super().call(index, step, tensors)
        result = given[0]
        for t in given[1:]:
            if step.kind in ("Add", "Average"):
                result = result + t
            elif step.kind == "Subtract":
                result = result - t
            elif step.kind == "Multiply":
                result = ops.multiply(result, t)
            else:
                result = (ops.maximum if step.kind == "Maximum" else ops.minimum)(result, t)
        return result / len(given) if step.kind == "Average" else result


class Lambdas(Maker):
    """Lambdas for merging layers."""

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """A Lambda in place of a sum, difference or product."""
        import keras

        functions: dict[str, Callable[[Any], Any]] = {
            "Add": lambda t: sum(t[1:], t[0]),
            "Subtract": lambda t: t[0] - t[1],
        }
        if _merged(step) and step.kind in functions:
            given = [tensors[r] for r in step.args[0]]
            if len({tuple(t.shape) for t in given}) == 1:
                return keras.layers.Lambda(functions[step.kind])(given)
        return super().call(index, step, tensors)


class SplitActivations(Maker):
    """Activations as layers or functions of their own."""

    def config(self, step: Step) -> dict[str, Any]:
        """The layer without its activation."""
        config = super().config(step)
        if self._splits(step):
            config["activation"] = None
        return config

    def _splits(self, step: Step) -> bool:
        return step.kind in ENDS_IN_ACTIVATION and isinstance(step.config.get("activation"), str)

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """The layer, then its activation in one of three ways."""
        import keras

        result = super().call(index, step, tensors)
        if not self._splits(step) or step.config["activation"] == "linear":
            return result
        activation = step.config["activation"]
        if index % 3 == 0:
            return keras.layers.Activation(activation)(result)
        if activation == "relu":
            return keras.layers.ReLU()(result) if index % 3 == 1 else keras.ops.relu(result)
        if activation == "softmax" and index % 3 == 1:
            return keras.layers.Softmax()(result)
        return keras.activations.get(activation)(result)


class Regrouped(Maker):
    """Sums of several terms step by step."""

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """Merge from the right, two at a time."""
        import keras

        if _merged(step) and step.kind in ASSOCIATIVE and len(step.args[0]) > 2:
            given = [tensors[r] for r in step.args[0]]
            result = given[-1]
            for t in given[-2::-1]:
                result = getattr(keras.layers, step.kind)()([t, result])
            return result
        return super().call(index, step, tensors)


class WithNoOps(Maker):
    """Layers put in that do nothing."""

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """The step, then for most a layer that passes on its result."""
        import keras

        result = super().call(index, step, tensors)
        if isinstance(result, (list, tuple, dict)) or result.dtype != "float32":
            return result
        nothing = (keras.layers.Identity, lambda: keras.layers.Dropout(0.0), lambda: keras.layers.Activation("linear"))
        return nothing[index % 3]()(result) if index % 4 else result


class Keywords(Maker):
    """First arguments given by name."""

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """`layer(inputs=x)` for `layer(x)`."""
        args = _mapped(step.args, tensors.get)
        kwargs = _mapped(step.kwargs, tensors.get)
        if step.is_layer and args and not step.kind.startswith("Bidirectional"):
            names = list(inspect.signature(step.made.call).parameters)
            if len(names) >= len(args) and "args" not in names:
                return self.layer(step)(**dict(zip(names, args, strict=False)), **kwargs)
        return super().call(index, step, tensors)


class Nested(Maker):
    """Chains of layers as models of their own, functional or Sequential."""

    sequential = False

    def start(self, blueprint: Blueprint) -> None:
        """Find the chains."""
        super().start(blueprint)
        calls: dict[int, int] = {}
        readers: dict[int, list[int]] = {i: [] for i in range(len(blueprint.steps))}
        for i, step in enumerate(blueprint.steps):
            calls[step.layer] = calls.get(step.layer, 0) + 1
            for ref in step.refs():
                readers[ref.step].append(i)
        ends = {r.step for r in blueprint.outputs}

        def plain(i: int) -> bool:
            step = blueprint.steps[i]
            lone = step.is_layer and len(step.args) == 1 and isinstance(step.args[0], Ref) and not step.kwargs
            return lone and calls[step.layer] == 1 and len(step.shapes) == 1

        self.chains: dict[int, list[int]] = {}
        self.inside: set[int] = set()
        for i in range(len(blueprint.steps)):
            if not plain(i) or i in self.inside:
                continue
            chain = [i]
            while len(readers[chain[-1]]) == 1 and chain[-1] not in ends and plain(readers[chain[-1]][0]):
                chain.append(readers[chain[-1]][0])
            self.chains[chain[-1]] = chain
            self.inside |= set(chain)

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """Nothing for the steps inside a chain; at its end, the call of the model."""
        import keras

        if index in self.inside and index not in self.chains:
            return []
        if index not in self.chains:
            return super().call(index, step, tensors)
        chain = [self.blueprint.steps[i] for i in self.chains[index]]
        source = tensors[chain[0].args[0]]
        start = keras.Input(source.shape[1:], dtype=source.dtype)
        layers = [self.layer(s) for s in chain]
        if self.sequential:
            return keras.Sequential([start, *layers])(source)
        x = start
        for layer in layers:
            x = layer(x)
        return keras.Model(start, x)(source)


class Sequentials(Nested):
    """Chains of layers as Sequential models."""

    sequential = True


class ConcatenationsTurned(Maker):
    """Concatenations in another order, where a lone Dense layer reads them."""

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """Reverse the list, if all that reads the result does not mind."""
        if _merged(step) and step.kind == "Concatenate" and self._free(index, step):
            return self.layer(step)([tensors[r] for r in reversed(step.args[0])])
        return super().call(index, step, tensors)

    def _free(self, index: int, step: Step) -> bool:
        if step.config["axis"] not in (-1, len(step.shapes[0]) - 1):
            return False
        if any(r.step == index for r in self.blueprint.outputs):
            return False
        readers = [self.blueprint.steps[i] for i in self.blueprint.readers(index)]
        layers = [s.layer for s in self.blueprint.steps]
        return bool(readers) and all(s.kind == "Dense" and layers.count(s.layer) == 1 for s in readers)


class Turned(Maker):
    """Differences under an absolute value or a square, and dot products of vectors, the other way round."""

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """Reverse the list."""
        lists = step.is_layer and len(step.args) == 1 and isinstance(step.args[0], (list, tuple))
        if lists and step.kind in ("Subtract", "Dot") and self._free(index, step):
            return self.layer(step)([tensors[r] for r in reversed(step.args[0])])
        return super().call(index, step, tensors)

    def _free(self, index: int, step: Step) -> bool:
        if step.kind == "Dot":
            return all(len(self.blueprint.steps[r.step].shapes[r.index]) == 2 for r in step.refs())
        if any(r.step == index for r in self.blueprint.outputs):
            return False
        readers = [self.blueprint.steps[i].kind for i in self.blueprint.readers(index)]
        return bool(readers) and all(kind in ("Absolute", "Square") for kind in readers)


class LastSteps(Maker):
    """Recurrent layers that return every step, of which the last is taken; or their first state."""

    def config(self, step: Step) -> dict[str, Any]:
        """The layer with all its steps, or with its states."""
        config = super().config(step)
        if self._ends(step):
            config["return_sequences" if step.layer % 2 else "return_state"] = True
        return config

    def _ends(self, step: Step) -> bool:
        lone = len(step.shapes) == 1 and [s.layer for s in self.blueprint.steps].count(step.layer) == 1
        return lone and step.kind in RECURRENT and not step.config["return_sequences"]

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """The last of all steps, or the state."""
        result = super().call(index, step, tensors)
        if not self._ends(step):
            return result
        return result[:, -1] if step.layer % 2 else result[1]


class PointwiseAsDense(Maker):
    """Dense layers for convolutions of size 1, and the reverse on sequences and pictures."""

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """One for the other."""
        import keras

        rank = len(step.shapes[0])
        shared = [s.layer for s in self.blueprint.steps].count(step.layer) > 1
        if shared or step.kind not in ("Dense", "Conv1D", "Conv2D") or rank not in (3, 4):
            return super().call(index, step, tensors)
        source = tensors[step.refs()[0]]
        config = {key: step.config[key] for key in ("activation", "use_bias")}
        if step.kind == "Dense":
            convolution = keras.layers.Conv1D if rank == 3 else keras.layers.Conv2D
            return convolution(step.config["units"], 1, name=self.name(step), **config)(source)
        sizes = {*step.config["kernel_size"], *step.config["strides"], step.config["groups"]}
        if sizes != {1}:
            return super().call(index, step, tensors)
        return keras.layers.Dense(step.config["filters"], name=self.name(step), **config)(source)


class ActivationsLate(Maker):
    """Activations after what only moves values or takes their maximum."""

    def start(self, blueprint: Blueprint) -> None:
        """Find the layers whose activation can wait, and the calls after which it comes."""
        super().start(blueprint)
        self.waits: dict[int, str] = {}
        self.after: dict[int, str] = {}
        ends = {r.step for r in blueprint.outputs}
        layers = [step.layer for step in blueprint.steps]
        for i, step in enumerate(blueprint.steps):
            readers = blueprint.readers(i)
            activation = step.config.get("activation")
            if step.kind not in ENDS_IN_ACTIVATION or len(readers) != 1:
                continue
            if activation not in ("relu", "tanh", "sigmoid"):
                continue
            reader = blueprint.steps[readers[0]]
            moves = reader.kind in ("Flatten", "Reshape", *MAX_POOLING, *GLOBAL_MAX_POOLING)
            if moves and i not in ends and layers.count(step.layer) == 1:
                self.waits[step.layer] = self.after[readers[0]] = activation

    def config(self, step: Step) -> dict[str, Any]:
        """The layer without an activation that waits."""
        config = super().config(step)
        if step.layer in self.waits:
            config["activation"] = None
        return config

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """The step, then the activation that waited."""
        import keras

        result = super().call(index, step, tensors)
        return keras.layers.Activation(self.after[index])(result) if index in self.after else result


class LeftOver(Maker):
    """Layers that were tried on the way, and whose results nothing uses."""

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """The step; then something is made of what it gives, and thrown away."""
        from keras import layers, ops

        result = super().call(index, step, tensors)
        if step.dtype == "float32" and len(step.shapes) == 1 and len(step.shapes[0]) > 1:
            tried: tuple[Callable[[Any], Any], ...] = (
                layers.Activation("sigmoid"), layers.ReLU(), layers.Flatten(), ops.tanh, layers.Dropout(0.5),
            )  # fmt: skip
            tried[index % len(tried)](result)
        return result


class ByComputing(Maker):
    """Steps in ways that no rule knows: that they are the same shows only when they are computed."""

    def call(self, index: int, step: Step, tensors: dict[Ref, Any]) -> Any:
        """Another formula for a merge; what changes nothing after a Dense layer."""
        from keras import ops

        given = [tensors[ref] for ref in step.refs()]
        pair = _merged(step) and len(given) == 2 and len({tuple(t.shape) for t in given}) == 1
        if pair and step.kind == "Average":
            return given[0] + (given[1] - given[0]) / 2
        if pair and step.kind == "Maximum":
            return given[0] + ops.relu(given[1] - given[0])
        if pair and step.kind == "Add":
            return ops.sum(ops.stack(given, axis=-1), axis=-1)
        if pair and step.kind == "Multiply":
            return -ops.multiply(-given[0], given[1])
        result = super().call(index, step, tensors)
        if step.kind != "Dense" or isinstance(result, (list, tuple)):
            return result
        return ops.negative(-result) if index % 2 else result[..., ::-1][..., ::-1]


REWRITES: dict[str, type[Maker]] = {
    "as it is": Maker,
    "renamed": Renamed,
    "unnamed": Unnamed,
    "another order of creation": OtherOrder,
    "merges commuted": Commuted,
    "operators for merges": Operators,
    "lambdas for merges": Lambdas,
    "activations apart": SplitActivations,
    "sums regrouped": Regrouped,
    "no-ops put in": WithNoOps,
    "arguments by keyword": Keywords,
    "chains as models": Nested,
    "chains as Sequential models": Sequentials,
    "concatenations turned": ConcatenationsTurned,
    "differences and dot products turned": Turned,
    "last of all steps": LastSteps,
    "convolutions of size 1 and Dense": PointwiseAsDense,
    "activations late": ActivationsLate,
    "layers left over": LeftOver,
    "by computing": ByComputing,
}
"""Every rewrite by name."""


def rewrites(
    model: keras.Model | Blueprint, *, names: Sequence[str] | None = None
) -> Iterator[tuple[str, keras.Model]]:
    """The model written in every other way, and in two mixtures of ways.

    Args:
        model: the model, or its blueprint.
        names: which of `REWRITES`; default: all, then the mixtures.
    """
    blueprint = model if isinstance(model, Blueprint) else Blueprint.of(model)
    for name in REWRITES if names is None else names:
        yield name, blueprint.build(REWRITES[name]())
    if names is None:
        for seed in (0, 1):
            yield f"mixture {seed + 1}", blueprint.build(mixture(seed))


def mixture(seed: int) -> Maker:
    """Several rewrites at once, chosen by a seed: each may change what those after it leave as it is."""
    ways: list[type[Maker]] = [Commuted, Operators, Regrouped, ConcatenationsTurned, SplitActivations, WithNoOps]
    chance = random.Random(seed)
    chosen = [way for way in ways if chance.random() < 0.6] or [SplitActivations]
    return type("Mixture", (Unnamed, OtherOrder, *chosen[::-1]), {})()
