"""What is installed and what is missing: `python -m course_utils doctor`."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from course_utils import course
from course_utils.lessons.editions import FOLDERS
from course_utils.lessons.source import sources
from course_utils.markup import first_line

PACKAGES = ("keras", "numpy", "matplotlib", "scikit-learn", "jupyterlab", "ipywidgets", "pydot", "pygraphviz", "nbval")
Line = tuple[bool, str]


def main() -> int:
    """Print a line for each thing the course needs; returns 0 when nothing is missing."""
    is_healthy = True
    for fine, text in _lines():
        print(f"{'ok ' if fine else 'NO '} {text}")
        is_healthy &= fine
    print("Everything the course needs is here." if is_healthy else "`make install` mends most of this; see README.md.")
    return 0 if is_healthy else 1


def _lines() -> Iterator[Line]:
    version = sys.version_info[:2]
    yield (3, 10) <= version <= (3, 13), f"Python {platform.python_version()} (3.10 to 3.13) on {platform.system()}"
    is_own = Path(sys.prefix).resolve().parent == course.ROOT
    where = (
        "the course's own .venv" if is_own else f"{sys.prefix}, not the course's .venv: nothing wrong, if you chose it"
    )
    yield True, f"environment: {where}"
    yield _version("tensorflow-cpu", "tensorflow")
    for name in PACKAGES:
        yield _version(name)
    for what, attempt in (("Keras computes", _computes), ("Graphviz draws", _draws), ("notebook kernel", _kernel)):
        try:
            yield True, f"{what}: {attempt()}"
        except Exception as error:
            yield False, f"{what}: {type(error).__name__}: {first_line(error)}"
    count = len(sources())
    here = course.here()
    yield count > 0, f"{count} lessons in {here.shown(here.sources)}/"
    free = shutil.disk_usage(here.root).free / 2**30
    yield free > 0.5, f"{free:.0f} GB of disk free"
    yield os.access(here.root / FOLDERS["learner"], os.W_OK), "notebooks/ can be written"


def _version(*names: str) -> Line:
    for name in names:
        try:
            return True, f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            continue
    return False, f"{names[-1]} is not installed"


def _computes() -> str:
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model(keras.ops.ones((1, 2)))
    return f"backend {keras.backend.backend()}"


def _draws() -> str:
    import keras
    import pygraphviz

    from course_utils.graphs.draw import plot_model

    plot_model(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))
    return f"version {pygraphviz.__graphviz_version__}, from pygraphviz's wheel"


def _kernel() -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    return str(KernelSpecManager().get_kernel_spec("python3").display_name)
