"""Exercises of lesson 12, the debugging clinic: for each case the diagnosis, then the cure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course_utils.checks.compiling import Compiled
from course_utils.checks.criterion import Holds
from course_utils.checks.exercise import Exercise
from course_utils.checks.learning import CHECK_SEED, Learns, is_trained
from course_utils.checks.models import SameGraph, Structure, all_layers
from course_utils.checks.values import SameValue, array_of
from course_utils.data import Dataset


def _diagnosis(case: int, mistakes: Sequence[tuple[Any, str]], hint: str) -> Exercise:
    criterion = SameValue(name="diagnosis", mistakes=mistakes, look="Look at the symptom again.", praise="that is it.")
    title = f"Case {case}, the diagnosis"
    return Exercise(id=f"12.{2 * case - 1}", title=title, asks_for="value", criteria=[criterion], hints=[hint])


def _one_row_a_person(model: Any) -> str | None:
    for name, tensor in zip(model.output_names, model.outputs, strict=True):
        if tuple(tensor.shape) != (None, 1):
            return f"`{name}` has shape {tuple(tensor.shape)}; one number a person is (None, 1)."
    return None


def _any_length(model: Any) -> str | None:
    shape = tuple(model.inputs[0].shape)
    return None if shape == (None, None) else f"the input has shape {shape}; posts of any length are (None, None)."


def _hundred_words(model: Any) -> str | None:
    shape = tuple(model.inputs[0].shape)
    return None if shape == (None, 100) else f"the input has shape {shape}; posts of 100 words are (None, 100)."


def _five_convolutions(model: Any) -> str | None:
    from course_utils.graphs.read import read
    from course_utils.graphs.rules.structure import flatten

    graph = flatten(read(model))
    found = [node for at, node in enumerate(graph.nodes) if node.kind == "Conv1D" and at not in graph.dead]
    if len(found) < 5:
        return f"{len(found)} `Conv1D` layers are on the way to the output; keep all five."
    small = [node.name for node in found if node.settings.get("kernel_size", 5) not in (5, (5,), [5])]
    return f"`{small[0]}` has another kernel; keep 5." if small else None


def _balanced(weights: Any) -> str | None:
    losses = {"age": 1700.0, "income": 2.3, "gender": 0.7}
    if not isinstance(weights, Mapping) or set(weights) != set(losses):
        return "a dict with the keys `age`, `income` and `gender` was asked for."
    try:
        parts = {head: float(weights[head]) * loss for head, loss in losses.items()}
    except (TypeError, ValueError):
        return "each weight must be a number."
    if not all(math.isfinite(part) and part > 0 for part in parts.values()):
        return "each weight must be a number above 0."
    shares = {head: part / sum(parts.values()) for head, part in parts.items()}
    largest, least = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    if shares[largest] > 0.5 + 1e-9:
        return f"`{largest}` has {shares[largest]:.0%} of the whole loss; at most half."
    if shares[least] < 0.1 - 1e-9:
        return f"`{least}` has {shares[least]:.1%} of the whole loss; at least a tenth."
    return None


def _drawn(targets: Any) -> str | None:
    array = array_of(targets)
    if array is None:
        return f"an array was asked for; this is a {type(targets).__name__}."
    if array.shape != (1000, 1):
        return f"the shape is {array.shape}; it should be (1000, 1)."
    if array.dtype.kind not in "biuf" or not np.isin(array, (0, 1)).all():
        return "there are other values than 0 and 1."
    ones = int(array.sum())
    if not 400 <= ones <= 600:
        return f"there are {ones} ones among 1000; about half was asked for."
    return None


def _together(pair: Any) -> str | None:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        return "a pair `(inputs, targets)` was asked for."
    x, y = (array_of(part) for part in pair)
    if x is None or y is None or {x.dtype.kind, y.dtype.kind} - set("biuf"):
        return "two arrays of numbers were asked for."
    if x.shape != (100, 1) or y.shape != (100, 1):
        return f"the shapes are {x.shape} and {y.shape}; both should be (100, 1)."
    if not np.array_equal(np.sort(x, axis=0), np.arange(100.0)[:, None]):
        return "an input is lost, or there twice."
    if apart := int(np.sum(y != x**2)):
        return f"{apart} of 100 targets do not belong to their input."
    return "nothing is shuffled." if np.array_equal(x, np.arange(100.0)[:, None]) else None


def _numbers() -> Mapping[str, Any]:
    inputs = np.arange(100.0)[:, None]
    return {"inputs": inputs, "squares": inputs**2, "order": np.random.default_rng(7).permutation(100)}


def _two_hidden_layers(model: Any) -> str | None:
    from course_utils.graphs.read import read
    from course_utils.graphs.rules.structure import flatten

    graph = flatten(read(model))
    live = [node for at, node in enumerate(graph.nodes) if at not in graph.dead]
    units = [node.settings.get("units") for node in live if node.kind == "Dense"]
    return None if units == [32, 32, 1] else f"its dense layers have {units} units; keep [32, 32, 1]."


def _two_outputs(model: Any) -> str | None:
    ends = model.outputs
    if len(ends) != 2:
        return None  # which the graph tells
    first, second = (end._keras_history.operation for end in ends)
    if ends[0] is ends[1]:
        return f"`{first.name}` is listed twice as an output; one of the two should be the other head."
    return f"both outputs come from the one layer `{first.name}`; each needs its own." if first is second else None


def _is_no_longer_flat(model: Any) -> str | None:
    """None unless small uniform kernels and sigmoids are both still there, as in the broken model."""
    import keras

    hidden = [layer for layer in all_layers(model) if getattr(layer, "units", None) == 32]
    has_sigmoids = bool(hidden) and all(layer.activation is keras.activations.sigmoid for layer in hidden)
    for layer in hidden:
        start = layer.kernel_initializer(layer.kernel.shape) if is_trained(model) else layer.kernel
        if not has_sigmoids or float(keras.ops.std(start)) > 0.05:  # 0.03 for the lecture's "uniform"
            return None
    return "kernels are still small and uniform, before sigmoids: what the diagnosis found is still there."


def _sine() -> Dataset:
    from course_utils import data

    return data.waves.make(seed=CHECK_SEED)


def _cure(case: int, criteria: Sequence[Any], hint: str, **more: Any) -> Exercise:
    return Exercise(id=f"12.{2 * case}", title=f"Case {case}, the cure", criteria=criteria, hints=[hint], **more)


EXERCISES = (
    _diagnosis(
        1,
        [
            ("left", "`left` is the input that the model was given; another one is needed as well."),
            ("joined", "that is a layer on the way; the question is where the way begins."),
            ("b", "`b` is a layer; which input does it read?"),
        ],
        "Follow `answer` back: it reads `joined`, which reads two branches. Where does each begin?",
    ),
    _cure(1, [SameGraph()], "`keras.Model` takes a list of inputs."),
    _diagnosis(
        2,
        [(64, "64 is how many words the table holds here; the second argument says how many numbers each gets.")],
        "`Embedding(input_dim, output_dim)`: how many words there are, how many numbers each gets.",
    ),
    _cure(2, [SameGraph()], "`layers.Embedding(10_000, 64)`; and there is a second embedding."),
    _diagnosis(
        3,
        [
            (
                "a",
                "`Flatten` needs to know the length, and the posts have any; a Dense layer could not be built on it.",
            ),
            ("c", "a pooling by 5 makes the time shorter; there would still be an axis of time."),
        ],
        "What must be true of a layer that takes 15 time steps, or 150, and always gives 64 numbers?",
    ),
    _cure(
        3,
        [
            Structure(inputs=1, outputs=2, kinds=["Embedding", "Conv1D"]),
            Holds("any length", _any_length, "posts of any length."),
            Holds("one row a person", _one_row_a_person, "one number a person from each head."),
        ],
        "`layers.GlobalMaxPooling1D()` keeps the greatest value that each filter has had at any time.",
    ),
    _diagnosis(
        4,
        [
            ("conv_1", "`conv_1` gets 100 steps and gives 96."),
            ("conv_2", "`conv_2` gets 19 steps and gives 15."),
            ("conv_3", "`conv_3` gets 15 steps and gives 11."),
            ("pool_2", "`pool_2` gets 11 steps and gives 2: few, but it works."),
            ("conv_5", "Keras does not get as far as `conv_5`."),
        ],
        "100 → 96 → 19 → 15 → 11 → … Which layer gets fewer than five steps?",
    ),
    _cure(
        4,
        [
            Structure(inputs=1, outputs=1, kinds=["Embedding"]),
            Holds("input", _hundred_words, "100 words."),
            Holds("convolutions", _five_convolutions, "five convolutions with a kernel of 5."),
            Holds("output", _one_row_a_person, "one number a person."),
        ],
        '`padding="same"` takes no steps off; a smaller pooling leaves more of them.',
    ),
    _diagnosis(
        5,
        [("height", "`height` is there, twice."), ("trunk", "`trunk` is in the list of layers.")],
        "Compare the code with the printed list of layers.",
    ),
    _cure(
        5,
        [Holds("outputs", _two_outputs, "two different heads."), SameGraph(without=["output names"])],
        "The list of outputs names two different tensors.",
    ),
    _diagnosis(
        6,
        [("size", "`size` goes through `rooms`."), ("place", "`place` goes into `joined`.")],
        "In the picture, from which input does no arrow start?",
    ),
    _cure(6, [SameGraph()], "`layers.Concatenate()` takes a list of three tensors."),
    _diagnosis(
        7,
        [
            ("b", "weights may add up to anything; read the two numbers in the message."),
            ("c", "it can; each output then gets the same loss. Read the two numbers in the message."),
        ],
        "“got 1 losses and 2 weights”.",
    ),
    _cure(
        7,
        [SameGraph(), Compiled(optimizer=True)],
        "Give lists for both, `loss=[…, …]` and `loss_weights=[…, …]`, or dicts for both.",
    ),
    _diagnosis(
        8,
        [
            ("a", "it has one: `keras.metrics.AUC`. Python stopped before it came to Keras."),
            ("c", "it does, by name of the output; and it was never asked, since Python stopped before."),
        ],
        "Who raises a `NameError`, Keras or Python?",
    ),
    _cure(
        8,
        [SameGraph(without=["output names"]), Compiled(metrics=True, only_metrics=True, optimizer=True)],
        '`metrics={"gender": [keras.metrics.AUC()]}`',
    ),
    _diagnosis(
        9,
        [
            (
                "a",
                "that would be another right model, with two units and softmax. What fits the one unit that is there?",
            ),
            ("b", "the loss is exactly 0 in the first epoch already; no learning rate changes that."),
        ],
        "What does the warning suggest?",
    ),
    _cure(9, [SameGraph(), Compiled(optimizer=True)], "`binary_crossentropy` belongs to one unit with a sigmoid."),
    _diagnosis(
        10,
        [
            ("gender", "`gender` has the greatest weight; its part of the loss is 10 × 0.7 = 7."),
            ("income", "its part of the loss is 1 × 2.3."),
        ],
        "Which bar is longest?",
    ),
    _cure(
        10,
        [Holds("balance", _balanced, "no head drowns the others.")],
        "weight × loss should be of one size for all heads: 1700 × ?, 2.3 × ?, 0.7 × ?",
        asks_for="value",
    ),
    _diagnosis(
        11,
        [(500, "one would think so; draw some and look."), (1000, "then it would always say yes; it says no.")],
        "`np.unique(y_drawn)` lists the different values.",
    ),
    _cure(
        11,
        [Holds("targets", _drawn, "zeros and ones, both about as often.")],
        "`rng.integers(0, 2, size=…)`: 0 and 1; the 2 is not drawn.",
        asks_for="value",
    ),
    _diagnosis(
        12,
        [
            ("a", "its targets have nothing to do with its pictures, so there is nothing to be found."),
            ("c", "they come from the same writers, drawn at random."),
        ],
        "How many weights does it have, and for how many pictures?",
    ),
    _cure(
        12,
        [Holds("pairs", _together, "shuffled, and every target is still with its input.")],
        "The same `order` for both: `inputs[order]`, …",
        asks_for="value",
        given=_numbers,
    ),
    _diagnosis(
        13,
        [
            ("a", "32 units are plenty: lesson 02 learns it with 8."),
            ("b", "one hidden layer is enough for bends, with units that are not flat."),
        ],
        "Lesson 02, section 4.",
    ),
    _cure(
        13,
        [
            Holds("layers", _two_hidden_layers, "two hidden layers of 32 units, one unit at the end."),
            Holds("start", _is_no_longer_flat, "the units no longer begin flat."),
            Learns(_sine, reach=0.01, epochs=30, batch_size=50, own_start=True),
        ],
        "Keras's own start, `tanh`, and Adam at 0.01.",
    ),
)
