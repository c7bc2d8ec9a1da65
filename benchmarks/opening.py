"""How long it takes until there is something to see, beside the same without the course.

Each is measured in processes of their own, in turn, and the middle of the repeats counts. Import: `import course_utils`
beside `import keras`. Picture: a new kernel, from its start to the end of a cell that draws a small model, by
`plot_model` and by `keras.utils.plot_model`, which needs a `dot` program or, where there is none, the course. Server:
what `make lab` runs, and plain `jupyter lab` in an empty folder, from the start to the first page that answers.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.apart import ROOT, environment
from benchmarks.table import Table, number, times

TITLE = "from nothing to something to see"
REPEATS = 3
PATIENCE = 180.0  # seconds for a server to answer
_FIRST = "notebooks/00_start_here.ipynb"
_MODEL = """
import keras
x = a = keras.Input((8,))
for units in (16, 16, 8):
    a = keras.layers.Dense(units, activation="relu")(a)
model = keras.Model(x, keras.layers.Dense(1)(keras.layers.add([a, x])))
"""
COURSE_PICTURE = "from course_utils import plot_model" + _MODEL + "plot_model(model)"
KERAS_PICTURE = _MODEL + "keras.utils.plot_model(model, show_shapes=True, to_file={file!r})"
TOUCH_COURSE = "import course_utils\n"
"""With it `keras.utils.plot_model` draws where there is no `dot`."""


class Pair(NamedTuple):
    """Two ways to the same, each by name and with what measures its seconds."""

    what: str
    own: str
    ours: Callable[[], float]
    other: str
    theirs: Callable[[], float]


def measure(say: Callable[[str], None]) -> Iterator[Table]:
    """Import, first picture, server."""
    is_helped = shutil.which("dot") is None
    with tempfile.TemporaryDirectory() as folder:
        drawn = KERAS_PICTURE.format(file=str(Path(folder) / "model.png"))
        keras_picture = TOUCH_COURSE + drawn if is_helped else drawn
        pairs = [
            Pair(
                "import",
                *("import course_utils", lambda: imported("course_utils")),
                *("import keras", lambda: imported("keras")),
            ),
            Pair(
                "first picture in a new kernel",
                *("plot_model", lambda: in_new_kernel(COURSE_PICTURE)),
                *("keras.utils.plot_model", lambda: in_new_kernel(keras_picture)),
            ),
            Pair(
                "server to a page, the first time",
                *("make lab", lambda: server(*_course_lab(signs=True))),
                *("jupyter lab", lambda: server(*_plain_lab())),
            ),
            Pair(
                "server to a page, afterwards",
                *("make lab", lambda: server(*_course_lab(signs=False))),
                *("jupyter lab", lambda: server(*_plain_lab())),
            ),
        ]
        rows = [_row(pair, say) for pair in pairs]
    helped = " There is no `dot` here: Keras's picture is drawn with the course imported as well." if is_helped else ""
    yield Table(
        "Seconds",
        ["what", "the course", "s", "beside it", "s", "course / other"],
        rows,
        f"Median of {REPEATS}, cold processes on warm files. The first time `make lab` signs all notebooks.{helped}",
    )


def _row(pair: Pair, say: Callable[[str], None]) -> list[str | None]:
    taken: tuple[list[float], list[float]] = ([], [])
    for repeat in range(REPEATS):
        say(f"{pair.what}, {repeat + 1} of {REPEATS}")
        for seconds, act in zip(taken, (pair.ours, pair.theirs), strict=True):
            seconds.append(act())
    first, second = map(statistics.median, taken)
    return [pair.what, pair.own, number(first, 2), pair.other, number(second, 2), times(first / second)]


def imported(module: str) -> float:
    """Seconds of an import in a new process, without the start of Python."""
    code = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    return float(run.stdout)


def in_new_kernel(code: str) -> float:
    """Seconds from the start of a kernel to the end of a cell that shows something.

    Raises:
        RuntimeError: when the cell raises, or shows nothing.
    """
    from jupyter_client.manager import start_new_kernel

    shown: list[str] = []

    def hear(message: dict[str, Any]) -> None:
        shown.append(message["msg_type"])

    start = time.perf_counter()
    manager, client = start_new_kernel(
        kernel_name="python3", cwd=str(ROOT), env=environment(), extra_arguments=["--log-level=ERROR"]
    )
    try:
        reply = client.execute_interactive(code, output_hook=hear, timeout=PATIENCE)
        seconds = time.perf_counter() - start
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if reply["content"]["status"] != "ok" or not {"execute_result", "display_data"} & set(shown):
        raise RuntimeError(f"No picture: {reply['content'].get('evalue', 'nothing was shown')}")
    return seconds


Server = tuple[Sequence[Sequence[str]], Path, str]
"""Commands, of which the last is the server; the folder to run in; the page that is asked for."""


def _course_lab(signs: bool) -> Server:
    """What `make lab` runs: notebooks that are new are signed, then the server opens the first lesson."""
    notebooks = [str(path.relative_to(ROOT)) for room in ("notebooks", "solutions") for path in _notebooks(room)]
    lab = ["lab", "--config=course_utils/jupyter_config.py", "--ServerApp.root_dir=.", _FIRST]
    return (["trust", *notebooks], lab) if signs else (lab,), ROOT, f"lab/tree/{_FIRST}"


def _plain_lab() -> Server:
    return (["lab"],), Path(), "lab"


def _notebooks(room: str) -> list[Path]:
    return sorted((ROOT / room).glob("*.ipynb"))


def server(commands: Sequence[Sequence[str]], folder: Path, page: str) -> float:
    """Seconds from the first command to the first page that answers.

    Settings, signatures and what runs are kept in a folder of their own, so that no other server is met or changed.

    Raises:
        RuntimeError: when the server ends, or does not answer in time.
    """
    with tempfile.TemporaryDirectory() as own:
        kept = {f"JUPYTER_{what}_DIR": str(Path(own) / what.lower()) for what in ("CONFIG", "DATA", "RUNTIME")}
        variables = environment(**kept, IPYTHONDIR=str(Path(own) / "ipython"))
        where = folder if folder.is_absolute() else Path(own)
        start = time.perf_counter()
        for command in commands[:-1]:
            subprocess.run(
                [sys.executable, "-m", "jupyter", *command], cwd=where, env=variables, check=True, capture_output=True
            )
        port = _free_port()
        options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=bench"]
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", *commands[-1], *options],
            cwd=where,
            env=variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return _answered(process, f"http://127.0.0.1:{port}/{page}?token=bench") - start
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None:
                process.kill()
                process.wait()


def _answered(process: subprocess.Popen[bytes], address: str) -> float:
    """When a page answered, by the clock."""
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with {process.returncode} before it answered.")
        refused = contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError)
        with refused, urllib.request.urlopen(address, timeout=10) as page:
            if page.status == 200 and page.read():
                return time.perf_counter()
        time.sleep(0.02)
    raise RuntimeError(f"The server did not answer in {PATIENCE:.0f} s.")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
