"""The most memory that a lesson's kernel takes, and how large a stored notebook is.

The solved edition of each lesson runs in a kernel of its own, two at a time, as it is built; its last cell asks the
operating system for the kernel's peak of resident memory. The limit is Binder's. A stored notebook is packed as a
server sends it.
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.apart import ROOT, environment
from benchmarks.table import Table, number
from course_utils.lessons.editions import FOLDERS, derive
from course_utils.lessons.source import parse, sources

TITLE = "what a lesson takes"
LIMIT = 2 * 2**30
"""Bytes that Binder gives."""
LARGEST = 500_000
"""Bytes that a stored notebook may have, packed."""
JOBS = 2
SECONDS = 600  # for one cell
KERAS_ALONE = "import keras"
_PEAK = """
import re, sys
if sys.platform == "linux":  # what `resource` tells begins with what the process had that started this one
    print(1024 * int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]))
elif sys.platform == "win32":
    import psutil
    print(psutil.Process().memory_info().peak_wset)
else:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measure(say: Callable[[str], None]) -> Iterator[Table]:
    """Kernels, then files."""
    work: dict[str, Callable[[], int]] = {"`import keras` alone": lambda: peak([KERAS_ALONE])}
    work |= {path.stem.replace("_", " "): functools.partial(_peak_of, path) for path in sources()}
    with ThreadPoolExecutor(JOBS) as pool:
        running = {name: pool.submit(act) for name, act in work.items()}
        rows = []
        for name, job in running.items():
            size = job.result()
            say(f"{name}: {size / 2**20:,.0f} MB")
            rows.append([name, number(size / 2**20, 0), f"{size / LIMIT:.0%}"])
    yield Table(
        "Peak memory of each lesson's kernel",
        ["solved edition", "MB", "of 2 GB"],
        rows,
        "2 GB is what Binder gives. The first row is a kernel that has only imported Keras.",
    )
    sizes = sorted(((packed(path), path) for path in stored()), reverse=True)
    yield Table(
        "The largest stored notebooks, packed",
        ["notebook", "KB", "of 500 KB"],
        [
            [f"{path.parent.name}/{path.name}", number(size / 1000, 0), f"{size / LARGEST:.0%}"]
            for size, path in sizes[:3]
        ],
    )


def stored() -> list[Path]:
    """Both editions of every lesson."""
    return [path for folder in FOLDERS.values() for path in sorted((ROOT / folder).glob("*.ipynb"))]


def packed(path: Path) -> int:
    """Bytes of a file, gzipped."""
    return len(gzip.compress(path.read_bytes()))


def peak(cells: list[str]) -> int:
    """Bytes of resident memory that a kernel had at most, when it had run these cells.

    Raises:
        CellExecutionError: when a cell raises.
    """
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    notebook = new_notebook(cells=[new_code_cell(source) for source in (*cells, _PEAK)])
    client = NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", extra_arguments=["--log-level=ERROR"])
    client.execute(cwd=str(ROOT / FOLDERS["solved"]), env=environment())
    return int(notebook.cells[-1].outputs[0].text)


def _peak_of(path: Path) -> int:
    return peak([cell.source for cell in derive(parse(path), "solved").cells if cell.cell_type == "code"])
