"""Running what a learner wrote without a trace of it."""

from __future__ import annotations

import contextlib
import io
import random
import warnings
from collections.abc import Iterator

import numpy as np


@contextlib.contextmanager
def without_trace() -> Iterator[None]:
    """Keep back what a learner's function prints and warns of, and give back the random numbers that it draws."""
    from keras.src.backend.common import global_state
    from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR

    drawn, numpy_drawn = random.getstate(), np.random.get_state()
    seeds = global_state.get_global_attribute(GLOBAL_SEED_GENERATOR)
    state = None if seeds is None else seeds.state.numpy()
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(drawn)
        np.random.set_state(numpy_drawn)
        if seeds is None:
            global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, None)
        else:
            seeds.state.assign(state)
