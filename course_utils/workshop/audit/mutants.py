"""Wrong versions of a model, each with one mistake: what the checker must catch and explain.

A mutant knows what it touched, so that a test can ask whether the explanation names it. Layers keep their names.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from course_utils.graphs.layers import MERGES, NOISE
from course_utils.workshop.audit.blueprint import Blueprint, Ref, Step

if TYPE_CHECKING:
    import keras

_SIZES = ("units", "filters", "output_dim", "rate", "key_dim")
_POOLING = {"Max": "Average", "Average": "Max"}


@dataclass(frozen=True)
class Mutant:
    """A model with one mistake in it."""

    kind: str
    """What was done: one of `KINDS`."""
    description: str
    """What was done to which layer."""
    mentions: tuple[str, ...]
    """A good explanation contains one of these: names of the layers touched, the class of the layer dropped."""
    blueprint: Blueprint
    model: keras.Model

    def explained_by(self, messages: list[str]) -> bool:
        """Whether at most two messages say it, and one names what was touched."""
        return 0 < len(messages) <= 2 and any(m in text for m in self.mentions for text in messages)


_Change = tuple[str, tuple[str, ...], Blueprint]


def _quoted(*names: str) -> tuple[str, ...]:
    return tuple(f"`{name}`" for name in names)


def _spread(items: list[Any], most: int, chance: random.Random) -> list[Any]:
    """At most `most` of the items, in order."""
    return items if len(items) <= most else [items[i] for i in sorted(chance.sample(range(len(items)), most))]


def _replaced(step: Step, old: Ref, place: int, new: Ref) -> Step:
    """The step with the argument at one place changed."""
    seen = -1

    def change(ref: Ref) -> Ref:
        nonlocal seen
        seen += 1
        return new if seen == place and ref == old else ref

    return step.reading(change)


def _rewired(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    for i, step in enumerate(plan.steps):
        refs = step.refs()
        for place, ref in enumerate(refs):
            rank = len(plan.steps[ref.step].shapes[ref.index])
            others = [
                Ref(k, n)
                for k in range(i)
                for n, shape in enumerate(plan.steps[k].shapes)
                if Ref(k, n) not in refs and len(shape) == rank and plan.steps[k].dtype == plan.steps[ref.step].dtype
            ]
            for other in _spread(others, 2, chance):
                changed = plan.with_step(i, _replaced(step, ref, place, other))
                names = (plan.steps[ref.step].name, plan.steps[other.step].name)
                yield (f"{step.name} reads {names[1]} for {names[0]}", _quoted(step.name), changed)


def _dropped(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    for i, step in enumerate(plan.steps):
        refs = step.refs()
        if step.kind == "Input" or not refs or len(step.shapes) > 1:
            continue
        mentions = (f"{step.kind}(", *_quoted(step.name))
        yield (f"{step.name} left out", mentions, plan.without_step(i, refs[0]))


def _added(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    import keras

    for i, step in enumerate(plan.steps):
        if step.dtype != "float32" or len(step.shapes) > 1 or len(step.shapes[0]) < 2:
            continue
        extra = keras.layers.Dropout(0.3, name="extra")
        new = Step("Dropout", "extra", 10_000, extra.get_config(), (Ref(i),), {}, extra, False, step.shapes)

        def move(ref: Ref, i: int = i) -> Ref:
            return Ref(i + 1) if ref == Ref(i) else Ref(ref.step + (ref.step > i), ref.index)

        after = [s.reading(move) for s in plan.steps[i + 1 :]]
        inputs = tuple(k + (k > i) for k in plan.inputs)
        changed = Blueprint((*plan.steps[: i + 1], new, *after), inputs, tuple(move(r) for r in plan.outputs))
        yield (f"a Dropout after {step.name}", _quoted("extra"), changed)


def _resized(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    for i, step in _each_layer(plan):
        for key in _SIZES:
            size = step.config.get(key)
            if isinstance(size, (int, float)) and not isinstance(size, bool):
                other = size / 2 if isinstance(size, float) else size + 3
                yield (
                    f"{step.name} with {key}={other}",
                    _quoted(step.name),
                    _reset(plan, i, **{key: other}),
                )


def _activated(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    for i, step in _each_layer(plan):
        old = step.config.get("activation")
        if isinstance(old, str):
            nearest = "linear" if old != "linear" else "relu"
            for new in (
                nearest,
                chance.choice([a for a in ("relu", "tanh", "sigmoid", "elu") if a not in (old, nearest)]),
            ):
                names = _quoted(step.name)
                yield (f"{step.name} with activation {new} for {old}", names, _reset(plan, i, activation=new))


def _merged_otherwise(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    import keras

    for i, step in _each_layer(plan):
        if step.kind not in (*MERGES, "Concatenate"):
            continue
        for new in MERGES:
            if new == step.kind or (new == "Subtract" and len(step.refs()) != 2):
                continue
            made = getattr(keras.layers, new)()
            other = replace(step, kind=new, made=made, config=made.get_config())
            yield (f"{step.name} is {new}", (*_quoted(step.name), f"{step.kind}("), plan.with_step(i, other))


def _thrown_away(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    """What a layer or its activation gives is not used, though it is called."""
    import keras

    for i, step in enumerate(plan.steps):
        activation = step.config.get("activation") if step.is_layer else None
        if (
            isinstance(activation, str)
            and activation != "linear"
            and step.kind != "Activation"
            and len(step.shapes) == 1
        ):
            made = keras.layers.Activation(activation, name="left_over")
            left = Step("Activation", "left_over", 10_000, made.get_config(), (Ref(i),), made=made, shapes=step.shapes)
            changed = _reset(plan, i, activation="linear")
            names = (*_quoted(step.name, "left_over"), activation)
            yield (f"the activation of {step.name} is not used", names, replace(changed, steps=(*changed.steps, left)))
        if step.refs() and len(step.refs()) == 1 and len(step.shapes) == 1:
            first = step.refs()[0]
            bypassed = plan.without_step(i, first)
            again = step.reading(lambda ref: Ref(ref.step - (ref.step > i), ref.index))  # noqa: B023
            changed = replace(bypassed, steps=(*bypassed.steps, again))
            yield (f"{step.name} is not used", (*_quoted(step.name), f"{step.kind}("), changed)


def _crossed(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    """What is meant for one input's branch is fed to another's."""
    for n, i in enumerate(plan.inputs):
        for k in plan.inputs[n + 1 :]:
            if plan.steps[i].shapes != plan.steps[k].shapes or plan.steps[i].dtype != plan.steps[k].dtype:
                continue
            exchanged = {Ref(i): Ref(k), Ref(k): Ref(i)}
            steps = tuple(step.reading(lambda ref: exchanged.get(ref, ref)) for step in plan.steps)  # noqa: B023
            names = _quoted(plan.steps[i].name, plan.steps[k].name)
            yield (f"{plan.steps[i].name} and {plan.steps[k].name} crossed", names, replace(plan, steps=steps))


def _argued(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    """Another argument of a call: one left out, dropout in use, a causal mask."""
    for i, step in enumerate(plan.steps):
        for key, value in step.kwargs.items() if step.is_layer else ():
            # Keras notes `training=False` where nothing is given: left out, it is there again.
            if (key, value) != ("training", False) and not (
                step.kind == "MultiHeadAttention" and key in ("query", "value")
            ):
                rest = {k: v for k, v in step.kwargs.items() if k != key}
                yield (
                    f"{step.name} without {key}={value}",
                    _quoted(step.name),
                    plan.with_step(i, replace(step, kwargs=rest)),
                )
        given = {"MultiHeadAttention": {"use_causal_mask": True}}.get(step.kind, {})
        if step.kind in NOISE or step.config.get("dropout"):
            given = {"training": True}
        if given and not given.items() <= step.kwargs.items():
            changed = replace(step, kwargs={**step.kwargs, **given})
            yield (f"{step.name} called with {given}", _quoted(step.name), plan.with_step(i, changed))


def _started_otherwise(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    """Weights that start from something else: wrong only where an exercise asks for what they start from."""
    for i, step in _each_layer(plan):
        for key in ("kernel_initializer", "embeddings_initializer"):
            if key in step.config:
                names = (*_quoted(step.name), key)
                yield (f"{step.name} with {key}='ones'", names, _reset(plan, i, **{key: "ones"}))


def _pooled_otherwise(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    import keras

    for i, step in _each_layer(plan):
        for old, new in _POOLING.items():
            if "Pooling" in step.kind and old in step.kind:
                made = getattr(keras.layers, step.kind.replace(old, new))
                other = replace(step, kind=made.__name__, made=made.from_config(step.config))
                yield (f"{step.name} pools by {new.lower()}", _quoted(step.name), plan.with_step(i, other))


def _embedded_swapped(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    for i, step in _each_layer(plan):
        if step.kind == "Embedding" and step.config["input_dim"] != step.config["output_dim"]:
            swapped = {"input_dim": step.config["output_dim"], "output_dim": step.config["input_dim"]}
            if max(swapped.values()) <= 20_000:
                changed = _reset(plan, i, **swapped)
                yield (f"{step.name} with its arguments swapped", _quoted(step.name), changed)


def _reset(plan: Blueprint, index: int, **settings: Any) -> Blueprint:
    """Other settings for a layer, at all its calls."""
    layer = plan.steps[index].layer
    return replace(plan, steps=tuple(s.setting(**settings) if s.layer == layer else s for s in plan.steps))


def _each_layer(plan: Blueprint) -> list[tuple[int, Step]]:
    """The first call of each layer."""
    first: dict[int, int] = {}
    for i, step in enumerate(plan.steps):
        if step.is_layer and step.kind != "Lambda":
            first.setdefault(step.layer, i)
    return [(i, plan.steps[i]) for i in first.values()]


def _unshared(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    seen: set[int] = set()
    for i, step in enumerate(plan.steps):
        if not step.has_weights:
            continue
        if step.layer in seen:
            name = f"{step.name}_twin"
            changed = plan.with_step(i, replace(step, layer=10_000 + i, name=name))
            yield (f"a second layer for {step.name}", _quoted(name, step.name), changed)
        seen.add(step.layer)


def _shared(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    layers = [(i, s) for i, s in _each_layer(plan) if s.has_weights]
    for n, (_, step) in enumerate(layers):
        for k, other in layers[n + 1 :]:
            same = {**step.config, "name": ""} == {**other.config, "name": ""} and step.kind == other.kind
            widths = [[plan.steps[r.step].shapes[r.index][-1:] for r in s.refs()] for s in (step, other)]
            if same and widths[0] == widths[1]:
                changed = plan.with_step(k, replace(other, layer=step.layer, name=step.name))
                yield (f"{step.name} for {other.name}", _quoted(step.name), changed)
                break


def _outputs_moved(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    names = [plan.steps[r.step].name for r in plan.outputs]
    if len(names) > 1:
        for k in range(len(names) - 1):
            order = list(plan.outputs)
            order[k], order[k + 1] = order[k + 1], order[k]
            mentions = _quoted(names[k], names[k + 1])
            yield (f"outputs {k + 1} and {k + 2} exchanged", mentions, replace(plan, outputs=tuple(order)))
        order = [plan.outputs[0]] * 2 + list(plan.outputs[2:])
        yield (f"{names[0]} listed twice", _quoted(*names[:2]), replace(plan, outputs=tuple(order)))
        yield (f"{names[-1]} not listed", _quoted(names[-1]), replace(plan, outputs=plan.outputs[:-1]))


def _inputs_moved(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    if len(plan.inputs) > 1:
        names = [plan.steps[i].name for i in plan.inputs]
        order = (plan.inputs[1], plan.inputs[0], *plan.inputs[2:])
        yield ("the first two inputs exchanged", _quoted(*names[:2]), replace(plan, inputs=order))


def _joined_otherwise(plan: Blueprint, chance: random.Random) -> Iterator[_Change]:
    for i, step in _each_layer(plan):
        if step.kind == "Concatenate" and len(step.shapes[0]) > 2:
            axis = step.config["axis"] % len(step.shapes[0])
            other = next(a for a in range(1, len(step.shapes[0])) if a != axis)
            yield (f"{step.name} along axis {other}", _quoted(step.name), _reset(plan, i, axis=other))


KINDS: dict[str, Callable[[Blueprint, random.Random], Iterator[_Change]]] = {
    "rewire": _rewired,
    "drop": _dropped,
    "add": _added,
    "resize": _resized,
    "activation": _activated,
    "merge": _merged_otherwise,
    "thrown away": _thrown_away,
    "crossed": _crossed,
    "argument": _argued,
    "initialiser": _started_otherwise,
    "pooling": _pooled_otherwise,
    "embedding": _embedded_swapped,
    "axis": _joined_otherwise,
    "unshare": _unshared,
    "share": _shared,
    "outputs": _outputs_moved,
    "inputs": _inputs_moved,
}
"""Every kind of mistake by name."""


def mutants(
    model: keras.Model | Blueprint, *, kinds: Sequence[str] | None = None, seed: int = 0, most: int = 8
) -> Iterator[Mutant]:
    """Wrong versions of a model, those that Keras can build.

    Args:
        model: the right model, or its blueprint.
        kinds: which of `KINDS`; default: all.
        seed: fixes which mistakes are made where there are many.
        most: how many of each kind at most.

    Yields:
        Mutants. A few mean the same as the model (two wires of equal meaning exchanged): whoever counts must ask
        whether they do.
    """
    plan = model if isinstance(model, Blueprint) else Blueprint.of(model)
    for kind in KINDS if kinds is None else kinds:
        chance = random.Random(f"{seed} {kind}")
        changes = list(KINDS[kind](plan, chance))
        made = 0
        for description, mentions, changed in _shuffled(changes, chance, len(changes) > most):
            if made >= most:
                break
            try:
                mutant = changed.build()
            except Exception:  # shapes do not fit, or an input is left unconnected: a learner is told by Keras
                continue
            made += 1
            yield Mutant(kind, description, mentions, changed, mutant)


def _shuffled(changes: list[_Change], chance: random.Random, shuffle: bool) -> list[_Change]:
    if shuffle:
        chance.shuffle(changes)
    return changes
