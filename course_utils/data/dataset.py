"""What every data maker of the course returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Split:
    """Examples for training or for validation.

    `model.fit(split.x, split.y)` takes them as they are when the model has several outputs with the names of the
    targets; a model with one output wants the array, `split.y["answer"]`.
    """

    x: Arrays
    """Inputs by name; the first axis of each array counts the examples."""
    y: Arrays
    """Targets by name; same first axis."""

    def __len__(self) -> int:
        """Number of examples."""
        return len(next(iter(self.x.values())))


@dataclass(frozen=True)
class Dataset:
    """Training and validation examples, and how well any model can do on them."""

    train: Split
    validation: Split
    ceiling: Mapping[Any, Any] = field(default_factory=dict)
    """{subset of inputs, as a frozenset of names: the best value any model can reach with these alone}.

    With several targets each value is a dict by target name. Each maker says what is measured.
    """
    vocabulary: tuple[str, ...] = ()
    """Token number → word, where inputs are tokens; 0 is padding, 1 is an unknown word."""
    decode: Callable[[Any], str] | None = None
    """Turns one row of tokens back into text."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """What else the lesson shows: names of classes, units, the noise that was added."""

    def __repr__(self) -> str:
        """Of each split its size, and a line for its inputs and one for its targets, with shapes and dtypes."""
        lines = []
        for name in ("train", "validation"):
            split = getattr(self, name)
            lines.append(f"{name}: {len(split)} examples")
            for part, arrays in {"inputs": split.x, "targets": split.y}.items():
                lines.append(f"  {part}: " + ", ".join(f"{k} {v.dtype}{list(v.shape)}" for k, v in arrays.items()))
        return "\n".join(lines)


def check_range(name: str, value: float, low: float, high: float, *, whole: bool = True) -> None:
    """Raise ValueError with the allowed range in one sentence unless low <= value <= high.

    Args:
        name: what the argument is called.
        value: what was given.
        low: least allowed value.
        high: greatest allowed value.
        whole: whether it must be a whole number.
    """
    is_number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    is_whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not (is_whole if whole else is_number) or not low <= value <= high:
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name} must be {kind} from {low:,} to {high:,}; got {value!r}.")
