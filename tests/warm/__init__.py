"""Kernels that start with Keras imported: each notebook's own process, a fork of one that did nothing else.

A kernel takes four seconds of a processor to import Keras and TensorFlow, as much as many a lesson takes to run. The
server imports them once; a kernel that Jupyter starts (`kernels/python3/kernel.json`) asks it for a fork. Nothing has
run in the server: no operation of TensorFlow, nothing of the course. Elsewhere than on Linux, where a process that has
threads must not be forked or there is no fork, kernels start as they always do.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SOCKET = "WARM_KERNELS"
"""The variable that tells kernels where the server listens, and which Python it runs."""
_HERE = Path(__file__).parent


def are_warm() -> bool:
    """Whether kernels that are started now are forks."""
    return SOCKET in os.environ


@contextlib.contextmanager
def warm_kernels() -> Iterator[None]:
    """Let every `python3` kernel that is started in the block, here or in a process of this one, be a fork."""
    if sys.platform != "linux":
        yield
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX) as listener,
        pytest.MonkeyPatch.context() as patch,
    ):
        address, trainings = os.path.join(folder, "warm"), os.path.join(folder, "trainings")
        os.mkdir(trainings)
        listener.bind(address)
        listener.listen()
        patch.setenv("JUPYTER_PATH", str(_HERE), prepend=os.pathsep)
        patch.setenv(SOCKET, f"{address}:{sys.executable}")
        patch.setenv("SHARED_TRAININGS", trainings)
        number = listener.fileno()
        # It ends with its standard input: also where this process is killed.
        server = subprocess.Popen(
            [sys.executable, str(_HERE / "server.py"), str(number)], stdin=subprocess.PIPE, pass_fds=[number]
        )
        try:
            yield
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait()
