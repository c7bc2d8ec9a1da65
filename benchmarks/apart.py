"""A function run in a process of its own, so that it begins cold: nothing imported, compiled or cached."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# What a learner did is kept in a file; nothing that is measured here is a learner's.
ENVIRONMENT = {"COURSE_PROGRESS": "off", "TF_CPP_MIN_LOG_LEVEL": "3"}


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that is measured: this one's, with the repository first among what is imported."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(paths), **more}


def apart(function: str, *arguments: Any) -> Any:
    """Call a function of this package in a new process.

    Args:
        function: `"quality:lecture"`: module and name.
        arguments: what JSON can hold.

    Returns:
        What it returned, by way of JSON.

    Raises:
        RuntimeError: when the process ends with an error; the message ends with the last lines that it wrote.
    """
    command = [sys.executable, "-m", "benchmarks.apart", function, json.dumps(arguments)]
    run = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"{function}{arguments} ended with an error:\n{run.stderr.strip()[-2000:]}")
    return json.loads(run.stdout)


def main(function: str, arguments: str) -> None:
    """What the new process does: call, and print the result alone."""
    module, _, name = function.partition(":")
    with contextlib.redirect_stdout(io.StringIO()):
        result = getattr(importlib.import_module(f"benchmarks.{module}"), name)(*json.loads(arguments))
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
