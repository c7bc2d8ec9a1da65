"""Exercises of lesson 03, two inputs and merging."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.checks.criterion import Has
from course_utils.checks.design import Design
from course_utils.checks.learning import CHECK_SEED, Goal, Learns, feed
from course_utils.checks.measures import accuracy
from course_utils.checks.models import Parameters, SameGraph
from course_utils.checks.shapes import Ends, Shapes
from course_utils.checks.structure import Structure
from course_utils.checks.values import SameValue
from course_utils.data import Dataset, Split
from course_utils.exercises.declaration import Exercise


def quarters(images: np.ndarray) -> dict[str, np.ndarray]:
    """Pictures of 8 × 8 points, shape (n, 8, 8, 1), as four inputs of shape (n, 16); as the lesson cuts them."""
    rows, columns = {"top": slice(0, 4), "bottom": slice(4, 8)}, {"left": slice(0, 4), "right": slice(4, 8)}
    return {
        f"{row}_{column}": images[:, high, wide, 0].reshape(len(images), 16)
        for row, high in rows.items()
        for column, wide in columns.items()
    }


def _quarters() -> Dataset:
    from course_utils import data

    whole = data.digits.make(halves=False, one_hot=True, seed=CHECK_SEED)

    def cut(split: Split) -> Split:
        return Split(quarters(split.x["image"]), split.y)

    return Dataset(cut(whole.train), cut(whole.validation))


_TWO_VECTORS = Ends("input", (16,), "each should have", count=2)


def _is_cosine(design: Design) -> str | None:
    """Compare what the model computes with the cosine, and with what people write instead."""
    import keras

    model = design.model
    if objection := _TWO_VECTORS.objection(design.whole):
        return objection[0]
    if model.count_params():
        return f"it has {model.count_params():,} weights; two vectors can be compared without any."
    if hidden := design.hidden():
        return f"a function in it calls `{next(iter(hidden))}`, which has weights; two vectors need none."
    rng = np.random.default_rng(3)
    a, b = (rng.normal(size=(20, 16)).astype("float32") for _ in range(2))

    def said(customer: np.ndarray, product: np.ndarray) -> list[Any]:
        return keras.tree.flatten(model(feed(model, {"customer": customer, "product": product}), training=False))

    found = said(a, b)
    if len(found) != 1:
        return f"it has {len(found)} outputs; one asked for."
    values = np.asarray(keras.ops.convert_to_numpy(found[0]))
    if len(values) != len(a):
        return f"for {len(a)} pairs it gives {len(values)} rows; each pair should get a number of its own."
    if values.size != len(a):
        shape = (None, *values.shape[1:])
        return f"it gives shape {shape}; one number for each pair, (None, 1), asked for."
    values = values.reshape(-1)
    dot = (a * b).sum(axis=1)
    cosine = dot / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    if np.allclose(values, cosine, atol=1e-3):
        return None
    for other, sentence in (
        (-cosine, "the sign is turned: it gives −1 for the same direction. A similarity is asked for, not a loss."),
        (1 - cosine, "it gives 0 for the same direction and 2 for the opposite; 1 and −1 are asked for."),
        (dot, "a vector twice as long gives a number twice as large; only the direction should count."),
        (dot / 16, "a vector twice as long gives a number twice as large; only the direction should count."),
    ):
        if np.allclose(values, other, atol=1e-3):
            return sentence
    same = float(np.ravel(keras.ops.convert_to_numpy(said(a, 2 * a)[0]))[0])
    return f"for two vectors with the same direction it gives {same:.3g}, and for others not their cosine."


EXERCISES = (
    Exercise(
        id="3.1",
        title="Three inputs",
        criteria=[SameGraph(inputs="in any order")],
        hints=[
            "A third `keras.Input(shape=(1,))`, a third branch, a third entry in two lists.",
            "`layers.concatenate([a, b, c])` and `keras.Model([x1, x2, x3], …)`.",
        ],
    ),
    Exercise(
        id="3.2",
        title="Shapes",
        asks_for="value",
        criteria=[
            SameValue(
                name="shapes",
                look="Number by number needs equal shapes; concatenate adds up one axis; dot sums one axis away.",
                praise="all six.",
            )
        ],
        hints=[
            "`maximum`, `multiply`: number by number. Have both tensors the same shape?",
            "`concatenate` adds up the sizes along its axis (the last, if none is named). All others must be equal.",
            "`dot` multiplies and sums along `axes`: one number an example is left, `(None, 1)`.",
        ],
    ),
    Exercise(
        id="3.3",
        title="The same direction",
        criteria=[Has("comparison", _is_cosine, "1 for the same direction, −1 for the opposite, at any length.")],
        hints=[
            "Look at the table above: how alike are two things?",
            "`dot` grows with the length of both vectors. One argument brings them to length 1 first.",
            "`layers.dot([customer, product], axes=1, normalize=True)`",
        ],
    ),
    Exercise(
        id="3.4",
        title="Four quarters",
        criteria=[
            Shapes(
                [Ends("input", (16,), "each should have", count=4)], name="inputs", praise="four quarters of 16 points."
            ),
            Structure(outputs=1, merges=1, branches=True),
            Parameters(at_most=1500),
            Learns(_quarters, Goal(0.93, accuracy), epochs=40, batch_size=64),
        ],
        hints=[
            "A branch of n units has 16·n + n weights, and the last layer 4·n·10 + 10. Which n fits into 1,500?",
            "n = 12 has 4 · 204 + 490 = 1,306. A larger learning rate makes 40 epochs enough.",
            'Compile with `keras.optimizers.Adam(0.01)` and `loss="categorical_crossentropy"`.',
        ],
    ),
)
