"""Hear a widget's messages while a cell runs, when the kernel itself would only read them afterwards."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any

_heard: dict[str, Callable[[], None]] = {}
_kernel: Any = None  # whose messages are looked at


def kernel() -> Any:
    """The Jupyter kernel that runs this; None in a terminal."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return getattr(shell, "kernel", None)


def hear(model_id: str, heard: Callable[[], None]) -> bool:
    """Call a function as soon as a widget sends a message of its own, whatever the kernel is doing.

    A frontend may send a widget's messages to a subshell, which reads them at once, or to the main shell, which is
    busy until the cell ends; and the kernel may hand on to the main shell what was meant for a subshell. All of them
    arrive in one thread of the kernel (ipykernel 7). There they are looked at, and go where they would have gone.

    Args:
        model_id: the widget's.
        heard: called in that thread, so it must be quick.

    Returns:
        Whether messages are heard. An older kernel has no such thread.
    """
    global _kernel
    running = kernel()
    thread, stream = getattr(running, "shell_channel_thread", None), getattr(running, "shell_stream", None)
    if thread is None or stream is None:
        return False
    if running is not _kernel:
        _kernel = running

        def look(frames: list[Any]) -> Any:
            with contextlib.suppress(Exception):
                _look(running.session, frames)
            return running.shell_channel_thread_main(frames)

        thread.io_loop.add_callback(stream.on_recv, look, copy=False)
    _heard[model_id] = heard
    return True


def hear_no_more(model_id: str) -> None:
    """Forget a widget; one that was never heard, too."""
    _heard.pop(model_id, None)


def _look(session: Any, frames: list[Any]) -> None:
    if not _heard:
        return
    message = session.deserialize(session.feed_identities(frames, copy=False)[1], content=False, copy=False)
    if message["header"]["msg_type"] != "comm_msg":
        return
    content = session.unpack(message["content"])
    heard = _heard.get(content["comm_id"])
    if heard is not None and content["data"].get("method") == "custom":
        heard()
