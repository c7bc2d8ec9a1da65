"""Exercises of lesson 06, two heads: sine and exponential."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from course_utils.checks.compiling import Compiled
from course_utils.checks.criterion import Has
from course_utils.checks.design import Design
from course_utils.checks.learning import CHECK_SEED, Goal, Learns
from course_utils.checks.models import Named, SameGraph
from course_utils.checks.structure import Structure
from course_utils.checks.values import SameValue
from course_utils.data import Dataset
from course_utils.exercises.declaration import Exercise

if TYPE_CHECKING:
    import keras


def _curves() -> Dataset:
    from course_utils import data

    return data.waves.make(n=1000, n_validation=100, seed=CHECK_SEED, targets=("sin", "exp"))


def two_heads() -> keras.Model:
    """The lecture's network (L16), as the lesson's function of the same name makes it."""
    import keras
    from keras import layers

    def dense(units: int) -> keras.layers.Layer:
        return layers.Dense(units, activation="sigmoid", kernel_initializer="uniform")

    def end(name: str) -> keras.layers.Layer:
        return layers.Dense(1, kernel_initializer="uniform", name=name)

    x = keras.Input(shape=(1,), name="x")
    trunk = dense(20)(dense(20)(x))
    return keras.Model(x, [end("sin")(dense(20)(dense(20)(trunk))), end("exp")(dense(30)(dense(30)(trunk)))])


def _lecture_network() -> Mapping[str, Any]:
    return {"two_heads": two_heads}


def _has_a_trunk_and_heads(design: Design) -> str | None:
    graph = design.graph
    # Layers that mix what they read have a matrix of weights; a normalization scales each number by itself.
    ways = [
        {graph.nodes[at].layer for at in graph.ancestors([output.node]) if _mixes(design.parts(graph.nodes[at]))}
        for output in graph.outputs
    ]
    if not set.intersection(*ways):
        return "no layer with weights leads to both outputs: there is no trunk."
    for at, name in enumerate(graph.output_names):
        others = set().union(*(way for other, way in enumerate(ways) if other != at))
        if len(ways[at] - others) < 2:
            return f"the head `{name}` has no hidden layer of its own between the trunk and its last layer."
    return None


def _mixes(parts: list[Any]) -> bool:
    return any(len(weight.shape) > 1 for part in parts for weight in part.weights)


EXERCISES = (
    Exercise(
        id="6.1",
        title="Three heads",
        criteria=[
            SameGraph(outputs="named in order"),
            Named(outputs=("sin", "cos", "exp"), outputs_in_order=True),
        ],
        hints=[
            "Make the trunk once, and keep its tensor in a variable that you do not use for anything else.",
            "`sin` and `cos` have a layer of 16 units each. Two layers: two calls of `layers.Dense(16, …)`.",
            '`exp = layers.Dense(1, name="exp")(trunk)`, and at the end `keras.Model(x, [sin, cos, exp])`.',
        ],
    ),
    Exercise(
        id="6.2",
        title="By name",
        given=_lecture_network,
        # The lecture's uniform kernels come with `two_heads()`; its settings are asked for here, not its start.
        criteria=[
            SameGraph(outputs="named"),
            Compiled(metrics=True, only_metrics=True, optimizer=True, learning_rate=True),
        ],
        hints=[
            "The keys of every dict are the names of the outputs: `sin` and `exp`.",
            '`loss={"sin": "mse", "exp": …}, loss_weights={"sin": 0.1, …}`',
            'A metric for one output: `metrics={"sin": ["mae"]}`.',
        ],
    ),
    Exercise(
        id="6.3",
        title="Read a log",
        asks_for="value",
        criteria=[
            SameValue(
                name="exp_loss",
                mistakes=[
                    (0.1370 - 0.2000, "that is total minus part; a loss below 0 cannot be. The weights are missing."),
                    (0.1370 - 0.02, "this is 0.9 · exp_loss; the log shows the part without its weight."),
                    ((0.1370 - 0.2000) / 0.9, "the sine's part enters the total with its weight, 0.1."),
                    ((0.1370 - 0.9 * 0.2) / 0.1, "the two weights are swapped."),
                    (0.1 * 0.2 + 0.9 * 0.1370, "0.1370 is the total already; solve for the part that is missing."),
                ],
                look="total = 0.1 · sin_loss + 0.9 · exp_loss.",
            )
        ],
        hints=["Write down the weighted sum with the one unknown in it.", "0.1370 = 0.1 · 0.2000 + 0.9 · exp_loss"],
    ),
    Exercise(
        id="6.4",
        title="A better network",
        criteria=[
            Structure(inputs=1, outputs=2),
            Has("trunk and heads", _has_a_trunk_and_heads, "one trunk, and a hidden layer or more in each head."),
            Named(outputs=("sin", "exp")),
            Learns(
                _curves,
                [Goal(2e-3, output="sin"), Goal(2e-3, output="exp")],
                epochs=50,
            ),
        ],
        hints=[
            "Which two suspects of section 4 were to blame?",
            "Keras's own start (no `kernel_initializer`), `tanh` or `gelu`, one hidden layer less in each branch.",
            "Adam with a rate that falls: `keras.optimizers.schedules.CosineDecay(0.01, decay_steps=50 * 32)`.",
        ],
    ),
)
