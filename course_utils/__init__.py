"""What the notebooks of the course import.

    from course_utils import data, exercise, explore, plot_model, plot_difference, compare_models, predicted, show
    from course_utils import Progress

Importing this package is quick: Keras and TensorFlow are loaded by the first name that needs them.
"""

from __future__ import annotations

import importlib
import logging
import os
from typing import TYPE_CHECKING, Any

from course_utils.cells import watch
from course_utils.graphviz import route_pydot
from course_utils.keras_plot import mend_keras_plot

if TYPE_CHECKING:
    from course_utils import data
    from course_utils.exercises import exercise
    from course_utils.exercises.my_progress import my_progress
    from course_utils.graphs.difference import compare_models, plot_difference
    from course_utils.graphs.draw import plot_model
    from course_utils.images import show
    from course_utils.prediction import predicted
    from course_utils.widgets.explore import explore
    from course_utils.widgets.fit_a_curve import fit_a_curve
    from course_utils.widgets.loss_weights import loss_weights
    from course_utils.widgets.merges import merges
    from course_utils.widgets.progress import Progress

# TensorFlow reads these once, when it is first imported. The first keeps its start-up notes out of the notebooks; the
# second the note on oneDNN, whose kernels also round differently from one processor to the next.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
# Its advice on retracing is meant for those who write `tf.function`; a filter, since TensorFlow resets the level.
logging.getLogger("tensorflow").addFilter(lambda record: record.levelno >= logging.ERROR)

# `keras.utils.plot_model`, the lectures' own line, draws through pydot; this lets it draw without a `dot` program, and
# whatever the layers are called.
route_pydot()
mend_keras_plot()
# In a notebook, checks know which cell gave a name its value.
watch()

_HOMES = {
    "compare_models": "course_utils.graphs.difference",
    "exercise": "course_utils.exercises",
    "explore": "course_utils.widgets.explore",
    "fit_a_curve": "course_utils.widgets.fit_a_curve",
    "loss_weights": "course_utils.widgets.loss_weights",
    "merges": "course_utils.widgets.merges",
    "my_progress": "course_utils.exercises.my_progress",
    "plot_difference": "course_utils.graphs.difference",
    "plot_model": "course_utils.graphs.draw",
    "predicted": "course_utils.prediction",
    "Progress": "course_utils.widgets.progress",
    "show": "course_utils.images",
}

__all__ = [
    "Progress",
    "compare_models",
    "data",
    "exercise",
    "explore",
    "fit_a_curve",
    "loss_weights",
    "merges",
    "my_progress",
    "plot_difference",
    "plot_model",
    "predicted",
    "show",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name == "data":
        return importlib.import_module("course_utils.data")
    raise AttributeError(f"module 'course_utils' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
