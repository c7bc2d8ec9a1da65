"""What kind of thing somebody gives where a model is meant."""

from __future__ import annotations

from typing import Literal

Thing = Literal["nothing", "class", "tensor", "model", "layer", "history", "sequence", "callable", "other"]


def thing_of(value: object) -> Thing:
    """The kind of thing a value is: the first of these that fits; "nothing" is `None` and `...`."""
    import keras

    if value is None or value is Ellipsis:
        return "nothing"
    kinds: tuple[tuple[Thing, type | tuple[type, ...]], ...] = (
        ("class", type),
        ("tensor", keras.KerasTensor),
        ("model", keras.Model),
        ("layer", keras.layers.Layer),
        ("history", keras.callbacks.History),
        ("sequence", (list, tuple)),
    )
    kind = next((kind for kind, classes in kinds if isinstance(value, classes)), None)
    return kind or ("callable" if callable(value) else "other")
