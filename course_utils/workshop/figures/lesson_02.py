"""Pictures of lesson 02."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np


def sine() -> Any:
    """The curve of L8: sin(2πx) on [0, 1]."""
    x = np.linspace(0, 1, 201)
    figure, axis = plt.subplots(figsize=(6, 2.4))
    axis.axhline(0, color="0.8", linewidth=1)
    axis.plot(x, np.sin(2 * np.pi * x), linewidth=2)
    axis.set(xlabel="x", ylabel="sin(2πx)", xticks=[0, 0.25, 0.5, 0.75, 1], yticks=[-1, 0, 1])
    return figure


FIGURES = {"02_sine": sine}
