"""On what a figure was measured: the machine without its name, and versions."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

PACKAGES = {"Keras": ("keras",), "TensorFlow": ("tensorflow-cpu", "tensorflow"), "networkx": ("networkx",)}
"""A package by the names that it may be installed under."""
COURSE = "keras-functional-course"


def described() -> str:
    """One sentence: cores, memory, processor, versions; no host name and no path."""
    return f"{_cores()} cores, {_memory()}, {_processor()}; {', '.join(versions())}."


def versions() -> list[str]:
    """Python's version, those of the packages that matter, and the course's."""
    return [
        f"Python {platform.python_version()}",
        *(f"{name} {_version(packages)}" for name, packages in PACKAGES.items()),
        f"the course {_version((COURSE,))}",
    ]


def _version(packages: tuple[str, ...]) -> str:
    for package in packages:
        try:
            return version(package)
        except ModuleNotFoundError:
            continue
    return "unknown"


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return "unknown memory"
    return f"{size / 2**30:.0f} GB of memory"


def _processor() -> str:
    try:
        listed = re.search(r"(?m)^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text())
    except OSError:
        listed = None
    return listed[1].strip() if listed else platform.processor() or platform.machine()
