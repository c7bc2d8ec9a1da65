"""Models of which nobody reads the weights: not drawing them saves most of the time that a large one takes to build."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def weights_not_drawn() -> Iterator[None]:
    """Let weights that are made in the block begin at zero where a layer would draw them.

    Drawing 14 million numbers takes a second, zeros a few milliseconds. Which initialiser a layer has is told as ever;
    what begins at ones or at given numbers does so. For models that are read and compared, not for any that is trained.
    """
    import keras

    layer = keras.layers.Layer
    add_weight = layer.add_weight

    def undrawn(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not args and _draws(kwargs.get("initializer"), kwargs.get("dtype") or self.variable_dtype):
            kwargs["initializer"] = "zeros"
        return add_weight(self, *args, **kwargs)

    layer.add_weight = undrawn
    try:
        yield
    finally:
        layer.add_weight = add_weight


def _draws(initializer: Any, dtype: Any) -> bool:
    import keras

    if initializer is None:  # Keras takes one that draws for all numbers with a point
        return "float" in str(dtype)
    return hasattr(keras.initializers.get(initializer), "seed")
