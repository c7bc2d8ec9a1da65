"""Exercises of lesson 12, the debugging clinic: for each case the diagnosis, then the cure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course_utils.checks.compiling import Compiled
from course_utils.checks.criterion import Has, Holds, NoSecret
from course_utils.checks.design import Design, is_a, is_passed, longest_chain
from course_utils.checks.drawn import not_drawn, not_shuffled
from course_utils.checks.learning import CHECK_SEED, Goal, Learns, is_trained, outputs_for
from course_utils.checks.models import SameGraph, all_layers
from course_utils.checks.saying import Says, weights_drawn
from course_utils.checks.shapes import Ends, Shapes
from course_utils.checks.structure import Structure
from course_utils.checks.values import SameValue, array_of
from course_utils.data import Dataset
from course_utils.exercises.declaration import Exercise
from course_utils.graphs.reading.calls import operation_of
from course_utils.graphs.words.sentences import article


def _diagnosis(case: int, mistakes: Sequence[tuple[Any, str]], hint: str) -> Exercise:
    criterion = SameValue(name="diagnosis", mistakes=mistakes, look="Look at the symptom again.", praise="that is it.")
    title = f"Case {case}, the diagnosis"
    return Exercise(id=f"12.{2 * case - 1}", title=title, asks_for="value", criteria=[criterion], hints=[hint])


_SIZE = "look at the size of the embedding."
_ONE_ROW_A_PERSON = Ends("output", (1,), "one number a person is", by_name=True)


def _five_convolutions(design: Design) -> str | None:
    calls = design.of_kind("Conv1D")
    for at in calls:
        kernels = [part.kernel_size for part in design.parts(design.graph.nodes[at]) if is_a(part, "Conv1D")]
        if any(tuple(kernel) != (5,) for kernel in kernels):
            return f"`{design.graph.nodes[at].name}` has another kernel; keep 5."
    layers = {design.graph.nodes[at].layer for at in calls}
    if len(layers) < 5:
        return f"{len(layers)} `Conv1D` layers are on the way to the output; keep all five."
    if (longest := longest_chain(design, calls)) < 5:
        return f"only {longest} of the `Conv1D` layers stand one after another; keep all five in a row."
    return None


def _whole_vocabulary(design: Design) -> str | None:
    for at in design.of_kind("Embedding"):
        for table in (part for part in design.parts(design.graph.nodes[at]) if is_a(part, "Embedding")):
            if table.input_dim < 5000:
                return (
                    f"`{table.name}` has rows for {table.input_dim:,} words; the posts are made of 5,000. Words first, "
                    "then numbers."
                )
    return None


def _same_embedding(design: Design) -> str | None:
    tables = [part for at in design.of_kind("Embedding") for part in design.parts(design.graph.nodes[at])]
    sizes = [(part.input_dim, part.output_dim) for part in tables if is_a(part, "Embedding")]
    return None if sizes == [(5000, 32)] else f"the embedding is {sizes[0]}; keep (5000, 32)."


def _posts(seed: int = 7) -> Mapping[str, np.ndarray]:
    return {"posts": np.random.default_rng(seed).integers(0, 5000, size=(8, 100)).astype("int32")}


def _reads_all_words(model: Any) -> str | None:
    """Change ten words in a row, at one place after the other: each must be seen, for some weights at least."""
    posts, others = _posts(seed=7)["posts"], _posts(seed=8)["posts"]
    unseen = list(range(5, 95, 15))  # pooling may leave out a few words at the end
    for draw in range(4):
        with weights_drawn(model, draw):
            usual = outputs_for(model, {"posts": posts})
            for start in list(unseen):
                changed = posts.copy()
                changed[:, start : start + 10] = others[:, start : start + 10]
                if not any(map(np.array_equal, usual, outputs_for(model, {"posts": changed}))):
                    unseen.remove(start)
        if not unseen:
            return None
    where = f"words {unseen[0] + 1} to {unseen[0] + 10} of 100"
    return f"{where} can be changed without any effect; make one row out of all time steps."


def _balanced(weights: Any) -> str | None:
    losses = {"age": 1700.0, "income": 2.3, "gender": 0.7}
    if not isinstance(weights, Mapping) or set(weights) != set(losses):
        return NoSecret("a dict with the keys `age`, `income` and `gender` was asked for.")
    try:
        parts = {head: float(weights[head]) * loss for head, loss in losses.items()}
    except (TypeError, ValueError):
        return NoSecret("each weight must be a number.")
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
    if array is None or array.dtype.kind not in "biuf":
        return NoSecret(f"an array of numbers was asked for; this is {article(type(targets).__name__)}.")
    if array.shape != (1000, 1):
        return f"the shape is {array.shape}; it should be (1000, 1)."
    if not np.isin(array, (0, 1)).all():
        return "there are other values than 0 and 1."
    ones = int(array.sum())
    if not 400 <= ones <= 600:
        return f"there are {ones} ones among 1000; about half was asked for."
    rule = not_drawn(array.astype(int).reshape(-1))
    return rule and f"this looks like a rule, not like chance: {rule}. Draw them."


def _together(pair: Any) -> str | None:
    if isinstance(pair, np.ndarray) or hasattr(pair, "numpy"):
        array = array_of(pair)
        pair = () if array is None else tuple(array)  # as `inputs, targets = pair` takes it apart
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        return NoSecret("a pair `(inputs, targets)` was asked for.")
    x, y = (array_of(part) for part in pair)
    if x is None or y is None or {x.dtype.kind, y.dtype.kind} - set("biuf"):
        return NoSecret("two arrays of numbers were asked for.")
    if x.shape != (100, 1) or y.shape != (100, 1):
        return f"the shapes are {x.shape} and {y.shape}; both should be (100, 1)."
    if not np.array_equal(np.sort(x, axis=0), np.arange(100.0)[:, None]):
        return "an input is lost, or there twice."
    if apart := int(np.sum(y != x**2)):
        return f"{apart} of 100 targets do not belong to their input."
    rule = not_shuffled(x[:, 0].astype(int))
    return rule and f"{rule}."


def _numbers() -> Mapping[str, Any]:
    inputs = np.arange(100.0)[:, None]
    return {"inputs": inputs, "squares": inputs**2, "order": np.random.default_rng(7).permutation(100)}


# What may stand before the first hidden layer: it scales, and bends nothing.
_SCALING = {
    "Input", "Rescaling", "Normalization", "BatchNormalization", "Flatten", "Reshape", "Add", "Subtract", "Multiply",
    "Divide", "TrueDivide", "Dropout", "Identity",
}  # fmt: skip


def _two_hidden_layers(design: Design) -> str | None:
    dense = design.of_kind("Dense")
    units = [design.layer(design.graph.nodes[at]).units for at in dense]
    if units != [32, 32, 1]:
        return f"its dense layers have {units} units; keep [32, 32, 1]."
    if round := [design.graph.nodes[at].name for at in dense if not is_passed(design, at)]:
        return f"a way leads to the output past `{round[0]}`; keep the layers in a row."
    before = [design.graph.nodes[at] for at in design.graph.ancestors([dense[0]]) if at != dense[0]]
    if bent := [node.name for node in before if node.kind not in _SCALING]:
        return f"`{bent[0]}` stands before the hidden layers and does a part of their work; leave it out."
    return None


def _two_outputs(model: Any) -> str | None:
    ends = model.outputs
    if len(ends) != 2:
        return None  # which the graph tells
    first, second = map(operation_of, ends)
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
    return "both hidden layers still begin flat, with small uniform kernels before sigmoids; change what you found."


def _sine() -> Dataset:
    from course_utils import data

    return data.waves.make(seed=CHECK_SEED)


def _cure(case: int, criteria: Sequence[Any], hint: str, **more: Any) -> Exercise:
    title = f"Case {case}, the cure"
    more = {"discloses": "step by step", **more}
    return Exercise(id=f"12.{2 * case}", title=title, criteria=criteria, hints=[hint], **more)


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
    _cure(
        2, [SameGraph(inputs="by name or in order")], "`layers.Embedding(10_000, 64)`; and there is a second embedding."
    ),
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
            Structure(inputs=1, outputs=2, kinds=["Embedding", "convolution"]),
            Shapes(
                [Ends("input", (None,), "posts of any length are")], name="any length", praise="posts of any length."
            ),
            Has("vocabulary", _whole_vocabulary, "rows for 5,000 words.", where=_SIZE),
            Shapes([_ONE_ROW_A_PERSON], name="one row a person", praise="one number a person from each head."),
            Says(
                _posts,
                {"age": "number", "gender": "sigmoid"},
                in_order=True,
                name="heads",
                praise="an age and a gender, in this order.",
            ),
            Holds(
                "all words",
                _reads_all_words,
                "it reads the whole post.",
                costly=True,
                where="look at what becomes of the words on the way.",
            ),
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
            Shapes([Ends("input", (100,), "posts of 100 words are")], name="input", praise="100 words."),
            Has("embedding", _same_embedding, "5,000 words, 32 numbers each.", costly=True, where=_SIZE),
            Has(
                "convolutions",
                _five_convolutions,
                "five convolutions with a kernel of 5, in a row.",
                where="look at the convolutions.",
            ),
            Shapes([_ONE_ROW_A_PERSON], name="output", praise="one number a person."),
            Says(_posts, {"age": "number"}, name="age", praise="it can say any age."),
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
        [
            Holds("outputs", _two_outputs, "two different heads.", where="look at the list of outputs."),
            SameGraph(outputs="named in order"),
        ],
        "The list of outputs names two different tensors.",
    ),
    _diagnosis(
        6,
        [("size", "`size` goes through `rooms`."), ("place", "`place` goes into `joined`.")],
        "In the picture, from which input does no arrow start?",
    ),
    _cure(6, [SameGraph(inputs="in any order")], "`layers.Concatenate()` takes a list of three tensors."),
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
        [SameGraph(outputs="by name or in order"), Compiled(optimizer=True, learning_rate=True)],
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
        [
            SameGraph(outputs="named"),
            Compiled(metrics=True, only_metrics=("age",), optimizer=True, learning_rate=True),
        ],
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
        [Holds("balance", _balanced, "no head drowns the others.", where="look at weight times loss of each head.")],
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
        [
            Holds(
                "targets",
                _drawn,
                "zeros and ones, both about as often.",
                where="look at their shape and at their values.",
            )
        ],
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
        [
            Holds(
                "pairs",
                _together,
                "shuffled, and every target is still with its input.",
                where="look at the first few pairs.",
            )
        ],
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
            Has(
                "layers",
                _two_hidden_layers,
                "two hidden layers of 32 units, one unit at the end.",
                where="look at the layers.",
            ),
            Holds(
                "start",
                _is_no_longer_flat,
                "the units no longer begin flat.",
                where="look at how the hidden units begin.",
            ),
            Learns(_sine, Goal(0.01), epochs=30, batch_size=50, own_start=True),
        ],
        "Keras's own start, `tanh`, and Adam at 0.01.",
    ),
)
