"""A limit of time for what may never end: somebody else's model."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

_AGAIN = 5.0  # seconds after which it is raised once more, should the code have swallowed it


class OutOfTime(BaseException):
    """The time is over. Not an `Exception`: code that catches those would run on."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Run a block for at most so many seconds.

    On the main thread a signal ends it, even out of `time.sleep`; elsewhere, and on Windows, the exception is left for
    the thread, which meets it at its next Python instruction. Nothing ends one call into C code that never returns.

    Raises:
        OutOfTime: in the block, when its time is over.
    """
    is_main = threading.current_thread() is threading.main_thread()
    has_signal = is_main and hasattr(signal, "setitimer") and signal.getsignal(signal.SIGALRM) is not None
    with _by_signal(seconds) if has_signal else _by_thread(seconds):
        yield


@contextlib.contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    def ring(number: int, frame: Any) -> None:
        raise OutOfTime

    started = time.monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    left, every = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:  # somebody else's alarm goes on
            signal.setitimer(signal.ITIMER_REAL, max(1e-3, left - (time.monotonic() - started)), every)


@contextlib.contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    target, over = threading.get_ident(), threading.Event()
    lock = threading.Lock()

    def watch() -> None:
        wait = seconds
        while not over.wait(wait):
            with lock:
                if not over.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(target), ctypes.py_object(OutOfTime))
            wait = _AGAIN

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            over.set()
