import contextlib
import gc
import os

import hypothesis
import pytest

# Two workers share two cores: more threads each would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "agg")

if not os.environ.get("BROWSER_TESTS"):  # they need a browser: `make test-browser`
    collect_ignore = ["browser"]

import course_utils  # noqa: F401  (before Keras: it silences TensorFlow's start-up notes)
from course_utils.graphs.reading.undrawn import weights_not_drawn
from tests.own_course import own  # noqa: F401
from tests.warm import are_warm, warm_kernels

collect_ignore_glob = ["golden/*", "elsewhere/*"]  # to compare with and to copy, not to run here

# What is tried is the same in each run, so that a test that fails tells of what was changed; `make search` tries other.
# How fast the machine is, is not tested.
always = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("search", always)
hypothesis.settings.register_profile("same", always, derandomize=True)
hypothesis.settings.load_profile("same")


def pytest_configure(config):
    """Where notebooks are tested, start what their kernels are forks of, once for all workers."""
    if not getattr(config.option, "nbval", False):
        return
    if not hasattr(config, "workerinput"):
        stack = contextlib.ExitStack()
        stack.enter_context(warm_kernels())
        config.add_cleanup(stack.close)
    if are_warm():
        config.option.nbval_current_env, config.option.nbval_kernel_name = False, "python3"


def pytest_collection(session):
    """Import what all tests need; a process that only hands tests on needs none of it."""
    if getattr(session.config.option, "numprocesses", None):
        return
    import keras  # noqa: F401

    gc.collect()
    gc.freeze()  # what was imported stays: it need not be looked at after each test


def is_quick(config):
    """Whether this is `make quick`."""
    return config.option.markexpr == "not slow"


def pytest_terminal_summary(terminalreporter, config):
    """What this run leaves out, and how to run it."""
    if os.environ.get("BROWSER_TESTS"):
        return
    others = "a real browser (make test-browser), other Keras and JAX (make test-backends), new inputs (make search)"
    if is_quick(config):
        trains = sum(TRAINS in str(report.longrepr) for report in terminalreporter.stats.get("skipped", ()))
        kinds = f"{trains} tests that train, slow ones (pytest -m slow), both editions' cells"
        others = f"{kinds}: make test; and {others}"
    terminalreporter.write_line(f"Left out: {others}.")


TRAINS = "this test trains a model"


@pytest.fixture(autouse=True)
def no_training(request, monkeypatch):
    """In `make quick`, leave a test where it begins to train."""
    if is_quick(request.config):
        import keras

        monkeypatch.setattr(keras.Model, "fit", lambda *_, **__: pytest.skip(TRAINS))


@pytest.fixture
def undrawn():
    """For tests of graphs, which build large models and never look at a weight."""
    with weights_not_drawn():
        yield


@pytest.fixture(autouse=True)
def garbage_of_its_own():
    """Collect a test's garbage right after it: a failed training of one test may keep the next one waiting for long.

    TensorFlow waits for an iterator's thread about as long as the iterator has lived (`traceless.its_own_garbage`).
    With nothing collected meanwhile but by checks, what the test made is not in the oldest generation, which takes long
    to go through.
    """
    gc.disable()
    yield
    gc.enable()
    gc.collect(1)


@pytest.fixture(autouse=True, scope="module")
def garbage_of_a_module():
    """Collect what several tests shared."""
    yield
    gc.collect()
