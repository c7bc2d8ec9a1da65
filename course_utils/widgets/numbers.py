"""What a model's calls give for one example, in few enough numbers to be drawn."""

from __future__ import annotations

import base64
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.reasons import reason
from course_utils.graphs.graph import Graph, Path
from course_utils.graphs.reading.calls import ends_of, tensors_by_call
from course_utils.graphs.reading.inside import structure_of
from course_utils.graphs.reading.traceless import leaving_no_trace
from course_utils.graphs.words.sentences import listed, plural

if TYPE_CHECKING:
    import keras

MOST_NUMBERS = 12
"""How many of a row's numbers are shown."""
MOST_POINTS = 32
"""Of a picture or a heat map, along each side: larger ones show means."""
MOST_CHANNELS = 4


class UnfitExample(ValueError):
    """The example is not what the model reads; the message says what it should be."""


def values(model: keras.Model, graph: Graph, layers: Mapping[Hashable, Any], example: Any) -> dict[Path, list[Any]]:
    """Run a model on an example and keep what each call gives, calls in nested models included.

    The model stays as it is: nothing that the run changes outlives it, and no name is given.

    Args:
        model: a model with a graph.
        graph: its graph.
        layers: its layers, by `Call.layer`.
        example: what `model.predict` takes; the first row is used.

    Returns:
        By path, the tensors that the call gives, each with a batch axis of 1.

    Raises:
        UnfitExample: if the example has not the shape that the model reads, or the model fails on it.
    """
    import keras

    rows = _rows(model, example)
    try:
        with leaving_no_trace(), keras.StatelessScope():
            given = [keras.ops.convert_to_tensor(row, dtype=t.dtype) for row, t in zip(rows, model.inputs, strict=True)]
            found: dict[Path, list[Any]] = {}
            _run(model, graph, layers, given, (), found)
            return found
    except Exception as error:
        message = f"The model could not be run on this example ({type(error).__name__}: {reason(error)})."
        raise UnfitExample(message) from error


def _run(
    model: Any,
    graph: Graph,
    layers: Mapping[Hashable, Any],
    given: Sequence[Any],
    prefix: Path,
    found: dict[Path, list[Any]],
) -> None:
    """Run one model, then those in it on what they read."""
    import keras

    by_call = tensors_by_call(model)
    wanted = [tensor for tensors in by_call for tensor in tensors]
    # Named, so that the count of automatic names goes on as if it had not been made.
    whole = keras.Model(list(model.inputs), wanted, name="explored")
    results = iter(whole(list(given), training=None))
    for i, tensors in enumerate(by_call):
        found[(*prefix, i)] = [next(results) for _ in tensors]
    for i, node in enumerate(graph.nodes[: len(by_call)]):
        if node.inner is not None and node.family == "model":
            read = [found[(*prefix, tensor.node)][tensor.output] for tensor in node.inputs]
            _run(layers[node.layer], node.inner, layers, read, (*prefix, i), found)


def _rows(model: keras.Model, example: Any) -> list[np.ndarray]:
    """The first row of each of the model's inputs."""
    ends = ends_of(model)
    assert ends is not None
    inputs = ends[0]
    names = [str(tensor.name) for tensor in inputs]
    struct = structure_of(model)
    keys = sorted(struct) if isinstance(struct, dict) else names
    if isinstance(example, Mapping):
        missing = [f"`{key}`" for key in keys if key not in example]
        if missing:
            raise UnfitExample(
                f"The example lacks {listed(missing)}; the model reads {listed(f'`{k}`' for k in keys)}."
            )
        parts = [example[key] for key in keys]
    elif len(inputs) > 1:
        if not isinstance(example, (list, tuple)) or len(example) != len(inputs):
            many = plural(len(inputs), "array")
            raise UnfitExample(f"The model reads {listed(f'`{k}`' for k in keys)}: give it a dict or a list of {many}.")
        parts = list(example)
    else:
        is_wrapped = isinstance(example, (list, tuple)) and len(example) == 1 and hasattr(example[0], "shape")
        parts = [example[0] if is_wrapped else example]
    return [_row(part, tensor, key) for part, tensor, key in zip(parts, inputs, keys, strict=True)]


def _row(part: Any, tensor: Any, key: str) -> np.ndarray:
    try:
        array = np.asarray(part)
    except Exception:
        array = np.asarray(None)
    wanted = tuple(tensor.shape)[1:]
    is_text = str(tensor.dtype) == "string"
    if array.dtype.kind not in ("UOS" if is_text else "biuf"):
        raise UnfitExample(f"The example for `{key}` is not an array of {'texts' if is_text else 'numbers'}.")
    shape = ", ".join("any" if size is None else str(size) for size in wanted)
    asked = f"rows of shape ({shape}{',' * (len(wanted) == 1)})"
    if array.ndim == 0 or len(array) == 0:
        raise UnfitExample(f"The example for `{key}` has no rows; the model reads {asked}.")
    fits = array.ndim == len(wanted) + 1 and all(w in (None, s) for w, s in zip(wanted, array.shape[1:], strict=True))
    if not fits:
        raise UnfitExample(f"The example for `{key}` has rows of shape {array.shape[1:]}; the model reads {asked}.")
    return array[:1]


def shown(tensor: Any) -> dict[str, Any]:
    """What of a tensor is drawn.

    Args:
        tensor: numbers of shape (1, …), or texts.

    Returns:
        `kind` "row", "map" or "pictures", and `says`, a sentence. Of a row, `numbers` as text and `more`, how many
        are left out. Else `low` and `high`, the least and the largest number as text, and `grids`, each with `width`,
        `height` and `points`: bytes in base64, from 0 for the least number to 255 for the largest, row by row; axes
        that were too long hold means.
    """
    import keras

    array = np.asarray(tensor.numpy() if hasattr(tensor, "numpy") else keras.ops.convert_to_numpy(tensor))[0]
    if array.dtype.kind not in "biuf":
        words = [one.decode(errors="replace") if isinstance(one, bytes) else str(one) for one in array.ravel()]
        return {"kind": "row", "numbers": words[:MOST_NUMBERS], "more": len(words[MOST_NUMBERS:]), "says": ""}
    if array.size == 0:
        return {"kind": "row", "numbers": [], "more": 0, "says": "Nothing: one of its axes has no length."}
    if array.ndim < 2:
        row = array.ravel()
        numbers = [_number(one) for one in row[:MOST_NUMBERS]]
        says = _said(array) if row.size > 1 else ""
        return {"kind": "row", "numbers": numbers, "more": row.size - len(numbers), "says": says}
    where = ""
    while array.ndim > 3:
        array, where = array[0], f"The first of {len(array)}. "
    if array.ndim == 2:
        kind, layers = "map", [array]
        across = f"{plural(len(array), 'row')}, {plural(array.shape[1], 'column')}. "
    else:
        kind, layers = "pictures", [array[..., channel] for channel in range(min(array.shape[-1], MOST_CHANNELS))]
        left_out = array.shape[-1] > MOST_CHANNELS
        across = f"The first {MOST_CHANNELS} of {array.shape[-1]} channels. " if left_out else ""
    low, high = _ends(array)
    says = f"{where}{across}{_said(array)}"
    grids = [_grid(one, low, high) for one in layers]
    return {"kind": kind, "says": says, "low": _number(low), "high": _number(high), "grids": grids}


def _grid(array: np.ndarray, low: float, high: float) -> dict[str, Any]:
    small = _means(_means(array.astype(float), 0), 1)
    scaled = (np.nan_to_num(small, nan=low, posinf=high, neginf=low) - low) / ((high - low) or 1) * 255
    points = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    return {"height": small.shape[0], "width": small.shape[1], "points": base64.b64encode(points).decode("ascii")}


def _means(array: np.ndarray, axis: int) -> np.ndarray:
    """Means of neighbours, where an axis is too long to be shown."""
    size = array.shape[axis]
    if size <= MOST_POINTS:
        return array
    starts = np.linspace(0, size, MOST_POINTS, endpoint=False).astype(int)
    counts = np.diff([*starts, size]).reshape([-1 if at == axis else 1 for at in range(array.ndim)])
    return np.asarray(np.add.reduceat(array, starts, axis=axis) / counts)


def _ends(array: np.ndarray) -> tuple[float, float]:
    finite = array[np.isfinite(array)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def _said(array: np.ndarray) -> str:
    """Least, largest and how many are 0; what is no number is told."""
    low, high = _ends(array)
    odd = array.size - int(np.isfinite(array).sum())
    zeros = float((array == 0).mean())
    parts = [f"From {_number(low)} to {_number(high)}" if low < high else f"All are {_number(low)}"]
    parts += [f"{zeros:.0%} are 0"] if zeros >= 0.005 and low < high else []
    parts += [f"{odd:,} of {array.size:,} are not finite"] if odd else []
    return f"{', '.join(parts)}."


def _number(value: float) -> str:
    """Three significant digits; whole numbers as they are."""
    number = float(value)
    text = f"{number:.0f}" if number.is_integer() and abs(number) < 1e6 else f"{number:.3g}"
    return text.replace("-", "−")
