"""Work that goes on while cells run: one job at a time, in a thread of its own, that ends when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable

Job = Callable[[Callable[[], bool]], None]
"""Is given a function that says whether to end, and asks it often."""


class Background:
    """A widget's thread. What is called here returns at once, so that the kernel can read the next message."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def start(self, job: Job) -> None:
        """Begin a job as soon as the one before, which is told to end, has ended."""
        self.stop()
        before, stopped = self._thread, threading.Event()

        def run() -> None:
            if before is not None:
                before.join()
            if not stopped.is_set():
                job(stopped.is_set)

        self._stopped = stopped
        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Tell the job to end."""
        self._stopped.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the job's end.

        Args:
            timeout: seconds; None for as long as it takes.

        Returns:
            Whether nothing runs any more.
        """
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()
