import gc
import os

import pytest

# Two workers share two cores: more threads each would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "agg")

if not os.environ.get("BROWSER_TESTS"):  # they need a browser: `make test-browser`
    collect_ignore = ["browser"]

    def pytest_terminal_summary(terminalreporter):
        terminalreporter.write_line("Browser tests are left out: make test-browser")


import course_utils  # noqa: F401  (before Keras: it silences TensorFlow's start-up notes)

import keras  # noqa: F401, isort: skip

gc.collect()
gc.freeze()  # what was imported stays: it need not be looked at after each test


@pytest.fixture(autouse=True)
def garbage_of_its_own():
    """Collect a test's garbage right after it: a failed training of one test may keep the next one waiting for long.

    TensorFlow waits for an iterator's thread about as long as the iterator has lived (`traceless.its_own_garbage`).
    """
    gc.disable()
    yield
    gc.enable()
    gc.collect()
