"""Exercises of lesson 09, an auxiliary input and output."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.compiling import Compiled
from course_utils.checks.criterion import Has, Holds
from course_utils.checks.design import Design
from course_utils.checks.learning import CHECK_SEED, Goal, Learns
from course_utils.checks.measures import accuracy
from course_utils.checks.models import Named, SameGraph
from course_utils.checks.reuse import Given, Reuses
from course_utils.checks.shapes import Ends, Shapes
from course_utils.checks.structure import Structure
from course_utils.checks.values import SameValue, shown
from course_utils.data import Dataset
from course_utils.exercises.declaration import Exercise
from course_utils.graphs.words.sentences import article

if TYPE_CHECKING:
    import keras

_TAUGHT = {"words", "headline", "aux_output"}
_UNTAUGHT = {"hidden_1", "hidden_2", "hidden_3", "main_output"}
_LEFT = ("words", "headline", "hidden_1", "hidden_2", "hidden_3", "main_output")  # of `small`, without its scaffolding
_WEIGHTLESS = {"main_input", "aux_input", "together"}


def _is_taught(value: Any) -> str | None:
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Collection):
        return f"a list of names was asked for; this is {shown(value)}."
    # The first alone: `range(10**12)` is a collection, too.
    if other := next((type(one).__name__ for one in value if not isinstance(one, str)), None):
        return f"the names of layers were asked for, in quotes; this list holds {article(other)}."
    names = {str(name) for name in value}
    if unknown := sorted(names - _TAUGHT - _UNTAUGHT - _WEIGHTLESS):
        return f"`lecture` has no layer called {shown(unknown[0])}; the summary lists the names."
    if empty := sorted(names & _WEIGHTLESS):
        return f"`{empty[0]}` has no weights that could change; see the column of parameters in the summary."
    if wrong := sorted(names & _UNTAUGHT):
        return (
            f"`{wrong[0]}` is not on any way from the inputs to `aux_output`, so the auxiliary loss does not reach it."
        )
    if "aux_output" not in names:
        return "a layer with weights is missing: the one that gives the answer itself."
    if names != _TAUGHT:
        return "go on backwards from `aux_output`, against the arrows: a layer with weights is still missing."
    return None


def _headlines() -> Dataset:
    from course_utils import data

    return data.headlines.make(n=3000, n_validation=1000, seed=CHECK_SEED, length=data.headlines.MAX_TOKENS)


def _aux_is_blind(design: Design) -> str | None:
    graph = design.graph
    if len(graph.inputs) != 2 or len(graph.outputs) != 2:
        return "with two inputs and two outputs this can be looked at."
    at = list(graph.output_names).index("aux_output") if "aux_output" in graph.output_names else 1
    numbers = graph.inputs[list(graph.input_names).index("aux_input") if "aux_input" in graph.input_names else 1].node
    if numbers in graph.ancestors([graph.outputs[at].node]):
        return "`aux_output` depends on `aux_input`; it should branch off before the numbers join."
    return None


def _small_network() -> keras.Model:
    """The lesson's small network, untrained."""
    import keras
    from keras import layers

    main_input = keras.Input(shape=(100,), dtype="int32", name="main_input")
    headline = layers.LSTM(32, name="headline")(layers.Embedding(127, 32, name="words")(main_input))
    aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(headline)
    aux_input = keras.Input(shape=(5,), name="aux_input")
    x = layers.concatenate([headline, aux_input], name="together")
    for number in (1, 2, 3):
        x = layers.Dense(64, activation="relu", name=f"hidden_{number}")(x)
    main_output = layers.Dense(1, activation="sigmoid", name="main_output")(x)
    return keras.Model([main_input, aux_input], [main_output, aux_output], name="small")


_small = Given("small", _small_network)


def _relatives() -> list[keras.Model]:
    """Exercise 9.2 with a masked token 0, which its text leaves open."""
    import keras
    from keras import layers

    main_input = keras.Input(shape=(100,), dtype="int32", name="main_input")
    headline = layers.GRU(24)(layers.Embedding(200, 16, mask_zero=True)(main_input))
    aux_input = keras.Input(shape=(7,), name="aux_input")
    x = layers.Dense(32, activation="relu")(layers.concatenate([headline, aux_input]))
    main_output = layers.Dense(1, activation="sigmoid", name="main_output")(x)
    aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(headline)
    return [keras.Model([main_input, aux_input], [main_output, aux_output])]


def _eight_starts() -> Mapping[str, Any]:
    return {
        "old": np.array([71.2, 74.0, 69.5, 73.1, 75.4, 70.8, 72.6, 74.2]),
        "new": np.array([72.0, 73.1, 72.9, 73.0, 74.1, 73.2, 71.9, 75.0]),
    }


def _mistaken_differences() -> list[tuple[dict[str, float], str]]:
    old, new = _eight_starts().values()
    change = new - old
    mean, root = float(change.mean()), len(change) ** 0.5
    apart = float(np.sqrt(old.var(ddof=1) / 8 + new.var(ddof=1) / 8))
    return [
        ({"mean": mean, "error": float(change.std(ddof=1))}, "the error is not divided by the square root of 8 yet."),
        (
            {"mean": mean, "error": float(change.std() / root)},
            "take the standard deviation with `ddof=1`: eight are few.",
        ),
        ({"mean": -mean, "error": float(change.std(ddof=1) / root)}, "`new - old` was asked for; the sign is turned."),
        (
            {"mean": mean, "error": apart},
            "the starts are the same for both: take the differences first, then their standard deviation.",
        ),
    ]


EXERCISES = (
    Exercise(
        id="9.1",
        title="Which layers does it teach?",
        asks_for="value",
        criteria=[Holds("layers that change", _is_taught, "all layers with weights that stand before `aux_output`.")],
        hints=[
            "Start at `aux_output` in the picture and walk against the arrows. Which layers do you meet?",
            "Two layers stand before it, and it has weights itself. Inputs have none.",
        ],
    ),
    Exercise(
        id="9.2",
        title="Weights by name",
        criteria=[
            SameGraph(inputs="named in order", outputs="named in order", alternatives=_relatives),
            Compiled(optimizer=True, metrics=True, learning_rate=True),
        ],
        hints=[
            "The graph is the lecture's, with a `GRU` in place of the LSTM and one dense layer in place of three.",
            "With `loss_weights`, the loss must be given for each output too.",
            '`loss={"main_output": "binary_crossentropy", "aux_output": …}, loss_weights={"main_output": 1.0, …}`',
        ],
    ),
    Exercise(
        id="9.3",
        title="Take the scaffolding away",
        given=_small,
        criteria=[
            Structure(inputs=2, outputs=1),
            SameGraph(inputs="by name or in order"),
            Reuses(_small, layers=_LEFT, in_place=True),
        ],
        hints=[
            "`keras.Model` takes the graph between two ends. Which ends are wanted?",
            'The inputs are `small.inputs`; the output of a layer is `small.get_layer("…").output`.',
        ],
    ),
    Exercise(
        id="9.4",
        title="More than chance?",
        asks_for="value",
        given=_eight_starts,
        criteria=[
            SameValue(
                name="difference",
                mistakes=_mistaken_differences(),
                look="First the eight differences, then their mean and their standard deviation.",
                praise="right. The mean is less than twice its error away from 0: not more than chance.",
            )
        ],
        hints=[
            "`differences = new - old` gives eight numbers, one a start.",
            '`{"mean": differences.mean(), "error": differences.std(ddof=1) / np.sqrt(8)}`',
        ],
    ),
    Exercise(
        id="9.5",
        title="Your own two heads",
        criteria=[
            Structure(inputs=2, outputs=2),
            Named(
                inputs=("main_input", "aux_input"),
                outputs=("main_output", "aux_output"),
                inputs_in_order=True,
                outputs_in_order=True,
            ),
            Shapes(
                [
                    Ends("input", (43,), "these headlines have", called=["main_input"], or_open=True),
                    Ends("input", (5,), "5 numbers have", called=["aux_input"]),
                ],
                name="inputs",
                praise="headlines and five numbers.",
            ),
            Has("auxiliary head", _aux_is_blind, "it reads the headline alone."),
            Learns(
                _headlines,
                [
                    Goal(0.72, accuracy, output="main_output"),
                    Goal(0.66, accuracy, output="aux_output"),
                ],
                epochs=6,
                batch_size=64,
            ),
        ],
        hints=[
            "The small network of section 4 would do, with 43 words, and a few more epochs than 3.",
            "Word pairs say a lot: an embedding, a `Conv1D` with a window of 2 and a global pooling are quick.",
            "Both losses need some weight, or one head does not learn. Adam with a rate of about 0.005.",
        ],
    ),
)
