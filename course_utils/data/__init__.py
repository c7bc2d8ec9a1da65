"""Synthetic data that can be learned: one module a lecture example, seeded, without downloads.

Each module has `make(n=…, seed=…) -> Dataset`. The modules load when they are first used.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from course_utils.data.dataset import Dataset, Split

_MODULES = ("activity", "clothing", "digits", "headlines", "pairs", "posts", "questions", "tickets", "waves")

__all__ = ["Dataset", "Split", *_MODULES]


def __getattr__(name: str) -> ModuleType:
    if name in _MODULES:
        return importlib.import_module(f"course_utils.data.{name}")
    raise AttributeError(f"module 'course_utils.data' has no attribute {name!r}; it has {', '.join(_MODULES)}")


def __dir__() -> list[str]:
    return __all__
