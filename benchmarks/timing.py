"""How long an action takes."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable


def milliseconds(action: Callable[[], object], repeats: int = 5) -> float:
    """Median time of an action, without the pauses of the garbage collector."""
    times = []
    for _ in range(repeats):
        gc.collect()
        gc.disable()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
        gc.enable()
    return 1000 * statistics.median(times)
