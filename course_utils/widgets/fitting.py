"""Small networks that learn a curve, several side by side: training, and how well each does."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from course_utils.data import waves
from course_utils.graphs.reading.traceless import forgetting_gradients

if TYPE_CHECKING:
    import keras

STARTS = {"uniform": "uniform", "glorot_uniform": "Glorot"}
"""Keras's name of an initialisation → what it is called here."""
ACTIVATIONS = ("sigmoid", "tanh", "relu", "gelu", "none")
OPTIMIZERS = ("rmsprop", "adam", "sgd")
GRID = np.linspace(0, 1, 101, dtype="float32")[:, None]
"""Where the network's curve is drawn: shape (101, 1)."""
FOLLOWS = 0.1
"""A network follows a curve when its error is under this part of the error of a constant."""
_BATCH = 32
_SEED = 7


@dataclass(frozen=True)
class Setting:
    """What a learner chooses of a network and its training."""

    depth: int
    """Hidden layers."""
    units: int
    """Of each hidden layer."""
    activation: str
    """One of `ACTIVATIONS`."""
    start: str
    """A key of `STARTS`."""
    optimizer: str
    """One of `OPTIMIZERS`."""
    rate: float
    """Learning rate."""

    def __str__(self) -> str:
        """All of it in one line."""
        layers = "1 hidden layer" if self.depth == 1 else f"{self.depth} hidden layers"
        units = "1 unit" if self.units == 1 else f"{self.units} units"
        activation = "no activation" if self.activation == "none" else self.activation
        return f"{layers} of {units}, {activation}, {STARTS[self.start]} start, {self.optimizer} at {self.rate:g}"


@dataclass(frozen=True)
class Fit:
    """How well a network does."""

    setting: Setting
    epochs: int
    """For how many it was trained."""
    line: np.ndarray
    """What it says on `GRID`: float64 of shape (101,)."""
    error: float
    """Mean squared error on the validation points."""
    follows: bool
    """Whether the error is small beside that of a constant."""

    @property
    def is_lost(self) -> bool:
        """Whether it says something that is no number."""
        return not math.isfinite(self.error)

    @property
    def sentence(self) -> str:
        """How well, in words that are the same on every machine but for what is measured."""
        if self.is_lost:
            return (
                f"Lost in epoch {self.epochs}: the steps were so large that it says NaN, not a number. "
                "Try a smaller learning rate."
            )
        after = f"After {self.epochs} epoch{'s' if self.epochs != 1 else ''} it follows the curve: "
        return f"{after}{'yes' if self.follows else 'no'} (measured: validation error {self.error:.2g})."


def train(
    curve: str,
    settings: Sequence[Setting],
    epochs: int,
    stopped: Callable[[], bool],
    tell: Callable[[list[Fit]], None],
) -> None:
    """Train a network for each setting, in turns of an epoch, the same way every time.

    To be called in a thread of its own: Keras counts automatic names by thread, so none is used up in another.

    Args:
        curve: a key of `waves.FUNCTIONS`.
        settings: one a network.
        epochs: how many at most.
        stopped: asked before each batch; training ends when it says True.
        tell: called after each epoch, and once when training was stopped.
    """
    with forgetting_gradients():
        networks = [_Network(curve, setting) for setting in settings]
        for _ in range(epochs):
            for network in networks:
                network.run_epoch(stopped)
            tell([network.fit for network in networks])
            if stopped() or all(network.fit.is_lost for network in networks):
                return


class _Network:
    def __init__(self, curve: str, setting: Setting) -> None:
        dataset = waves.make(targets=curve)
        self._x, self._y = dataset.train.x["x"], dataset.train.y[curve]
        self._x_asked = np.concatenate([dataset.validation.x["x"], GRID])
        self._y_validation = dataset.validation.y[curve]
        self._least = FOLLOWS * dataset.ceiling[frozenset()]
        self._setting = setting
        self._random = np.random.default_rng(_SEED)
        self._model = _build(setting)
        self.fit = self._look(0)

    def run_epoch(self, stopped: Callable[[], bool]) -> None:
        """Train on all points once, in a new order; what is left of the last batch is left out."""
        if self.fit.is_lost:
            return
        order = self._random.permutation(len(self._x))
        epochs = self.fit.epochs
        for at in range(0, len(order) - _BATCH + 1, _BATCH):
            if stopped():
                break
            batch = order[at : at + _BATCH]
            self._model.train_on_batch(self._x[batch], self._y[batch])
        else:
            epochs += 1
        self.fit = self._look(epochs)

    def _look(self, epochs: int) -> Fit:
        import keras

        said = keras.ops.convert_to_numpy(self._model(self._x_asked, training=False)).astype("float64")
        with np.errstate(all="ignore"):
            error = float(np.mean((said[: len(self._y_validation)] - self._y_validation) ** 2))
        return Fit(self._setting, epochs, said[len(self._y_validation) :, 0], error, error < self._least)


def _build(setting: Setting) -> keras.Model:
    import keras

    def dense(units: int, activation: str | None, at: int) -> keras.layers.Layer:
        # With seeds of its own nothing is drawn from Keras's global ones.
        draws = {"uniform": keras.initializers.RandomUniform, "glorot_uniform": keras.initializers.GlorotUniform}
        start = draws[setting.start](seed=_SEED + at)
        return keras.layers.Dense(units, activation=activation, kernel_initializer=start, dtype="float32")

    activation = None if setting.activation == "none" else setting.activation
    hidden = [dense(setting.units, activation, at) for at in range(setting.depth)]
    model = keras.Sequential([keras.Input((1,), dtype="float32"), *hidden, dense(1, None, setting.depth)])
    optimizers = {"rmsprop": keras.optimizers.RMSprop, "adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}
    rate = float(setting.rate)  # a browser sends 1 for 1.0, which Keras does not take
    model.compile(optimizer=optimizers[setting.optimizer](rate), loss="mse", jit_compile=False)
    return model
