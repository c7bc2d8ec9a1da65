"""A lesson built anew as it is written: `python -m course_utils watch NN`."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from course_utils import course
from course_utils.lessons.source import SourceError, parse
from course_utils.workshop import stamps
from course_utils.workshop.build import BuildError, build, select

_SECONDS = 0.2
_BESIDE = "Open it in JupyterLab beside this; after a build, File → Reload Notebook from Disk shows what is new."


def watch(number: str) -> None:
    """Build the lesson now, and again whenever its source or what its outputs depend on is saved, until Ctrl+C.

    Prose is built at once. Where a module has changed, the command begins anew, so that what runs is what is saved.

    Raises:
        BuildError: for a number that no lesson has.
    """
    (path,) = select([number])
    print(f"Watching {course.here().shown(path)}. {_BESIDE} Ctrl+C ends this.", flush=True)
    modules: dict[Path, float] = {}
    seen = 0.0
    while True:
        if modules != (modules := modules and _times(modules)):
            print("A module has changed.", flush=True)
            os.execv(sys.executable, [sys.executable, "-m", "course_utils", "watch", number])
        if (saved := _times([path]).get(path, seen)) != seen:
            seen = saved
            with contextlib.suppress(SourceError, OSError):  # of before the build: what is saved meanwhile is new
                modules = _times(stamps.files(parse(path)))
            _build(path)
        time.sleep(_SECONDS)


def _build(path: Path) -> None:
    started = time.monotonic()
    try:
        for line in build([path.stem[:2]]):
            print(line, flush=True)
        print(f"built in {time.monotonic() - started:.1f} s", flush=True)
    except (BuildError, SourceError, OSError) as error:  # somebody is in the middle of writing
        print(error, flush=True)


def _times(paths: Iterable[Path]) -> dict[Path, float]:
    """When each was saved last, of those that are there."""
    times = {}
    for path in paths:
        try:
            times[path] = path.stat().st_mtime
        except OSError:  # while an editor puts the new file in its place
            continue
    return times
