"""Running what a learner wrote without a trace of it: random state, names, configuration, weights, memory.

It knows nothing of graphs or checks. Each thing that is put back has a context manager of its own.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import importlib
import io
import logging
import random
import sys
import warnings
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from course_utils.graphs.reading.errors import KerasChanged
from course_utils.graphs.reading.inside import compile_arguments, undocumented

SEED = 7  # of a check: it judges the same model the same way every time
_MOST_NUMBERS = 5_000_000  # in weights that are kept; a check trains no larger model
_LOGGERS = ("tensorflow", "absl")


@contextlib.contextmanager
def leaving_no_trace(value: Any = None) -> Iterator[None]:
    """Put back at the end what the block changed; no warning gets out of it.

    Args:
        value: a learner's value; of a model, the weights and the state of optimizer and metrics are kept.
    """
    import keras

    with contextlib.ExitStack() as stack:
        stack.enter_context(its_own_garbage())
        stack.enter_context(_silence())
        stack.enter_context(_random_state())
        stack.enter_context(keras_state())
        stack.enter_context(_keras_seed())
        if keras.backend.backend() == "tensorflow":
            stack.enter_context(_tensorflow_state())
        stack.enter_context(_variables(value))
        keras.utils.set_random_seed(SEED)
        yield


@contextlib.contextmanager
def its_own_garbage() -> Iterator[None]:
    """Collect no older garbage in the block, and the block's own right after it.

    A training that failed leaves an iterator of `tf.data` in a cycle. When that is collected, TensorFlow may wait for
    its thread about as long as the iterator has lived, up to a minute, which would count as time that a check takes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)  # with nothing collected meanwhile, all that the block made is in the youngest generation
        if was_enabled:
            gc.enable()


@contextlib.contextmanager
def without_trace() -> Iterator[None]:
    """Call a learner's function: what it prints and warns of is kept back, random numbers that it draws given back."""
    with (
        _silence(),
        contextlib.redirect_stdout(io.StringIO()),
        np.errstate(all="ignore"),
        _random_state(),
        _keras_seed(),
    ):
        yield


@contextlib.contextmanager
def weights_kept(variables: Iterable[Any]) -> Iterator[None]:
    """Let variables be changed; at the end they have the values that they had."""
    import keras

    kept = [(variable, keras.ops.copy(variable)) for variable in variables]
    try:
        yield
    finally:
        for variable, value in kept:
            variable.assign(value)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


@contextlib.contextmanager
def _random_state() -> Iterator[None]:
    python, numpy = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


@contextlib.contextmanager
def _keras_seed() -> Iterator[None]:
    """Keras's global generator of seeds, which is made when it is first needed."""
    import keras

    tracker = undocumented(_inner("backend.common.global_state"), "GLOBAL_STATE_TRACKER")

    def generators() -> dict[str, Any]:
        return {key: one for key, one in vars(tracker).items() if isinstance(one, keras.random.SeedGenerator)}

    kept = {key: (one, np.array(one.state.numpy())) for key, one in generators().items()}
    try:
        yield
    finally:
        for key in generators().keys() - kept.keys():
            setattr(tracker, key, None)
        for key, (one, state) in kept.items():
            setattr(tracker, key, one)
            one.state.assign(state)


def _inner(name: str) -> ModuleType:
    """A module of Keras's inner ones, which it does not document."""
    try:
        return importlib.import_module(f"keras.src.{name}")
    except ImportError:
        raise KerasChanged(f"src.{name}", importlib.import_module("keras")) from None


@contextlib.contextmanager
def keras_state() -> Iterator[None]:
    """Counters of automatic names, scopes, policies; number format and axes."""
    import keras

    trackers = [
        undocumented(_inner("backend.common.global_state"), "GLOBAL_STATE_TRACKER"),
        undocumented(_inner("backend.common.global_state"), "GLOBAL_SETTINGS_TRACKER"),
    ]
    states = [{key: _own(value) for key, value in tracker.__dict__.items()} for tracker in trackers]
    formats = keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format()
    try:
        yield
    finally:
        for tracker, state in zip(trackers, states, strict=True):
            tracker.__dict__.clear()
            tracker.__dict__.update(state)
        for put, value in zip(
            (keras.config.set_floatx, keras.config.set_epsilon, keras.config.set_image_data_format),
            formats,
            strict=True,
        ):
            put(value)


@contextlib.contextmanager
def names_from_the_start() -> Iterator[None]:
    """Let Keras number automatic names in the block as if nothing had been built before it."""
    with keras_state():
        tracker = undocumented(_inner("backend.common.global_state"), "GLOBAL_STATE_TRACKER")
        vars(tracker).pop("object_name_uids", None)  # made anew when the next name is
        yield


def _own(value: Any) -> Any:
    """Counters and stacks are changed where they are; everything else is replaced."""
    return copy.copy(value) if isinstance(value, (dict, list, set)) else value


@contextlib.contextmanager
def _tensorflow_state() -> Iterator[None]:
    """The global seed, whether functions run eagerly, and the table of gradients."""
    import tensorflow as tf
    from tensorflow.python.eager import context

    own = context.context()
    seed = undocumented(own, "_seed")
    drawn_from = getattr(own, "_rng", None) if seed is None else undocumented(own, "_rng")  # made with the first seed
    kept = seed, copy.deepcopy(drawn_from)
    is_eager = tf.config.functions_run_eagerly()
    try:
        with forgetting_gradients():
            yield
    finally:
        own._seed, own._rng = kept
        if tf.config.functions_run_eagerly() != is_eager:
            tf.config.run_functions_eagerly(is_eager)


@contextlib.contextmanager
def forgetting_gradients() -> Iterator[None]:
    """Free at the end what TensorFlow would keep for good of a training.

    Each gradient that Keras defines itself (`custom_gradient`) is entered in a global table when a graph is traced, and
    with it the whole graph, some 6 MB for each training: of TensorFlow 2.20. With another backend nothing is done.
    """
    known = set(_gradients())
    try:
        yield
    finally:
        table = _gradients()
        for name in [name for name in table if name not in known and name.startswith("CustomGradient")]:
            del table[name]


def _gradients() -> dict[str, Any]:
    """TensorFlow's table of gradients; an empty one before it is imported."""
    operations = sys.modules.get("tensorflow.python.framework.ops")
    if operations is None:
        return {}
    table: dict[str, Any] = undocumented(undocumented(operations, "gradient_registry"), "_registry")
    return table


@contextlib.contextmanager
def _variables(value: Any) -> Iterator[None]:
    import keras

    variables = _variables_of(value)
    before = [np.array(keras.ops.convert_to_numpy(variable.value)) for variable in variables]
    try:
        yield
    finally:
        for variable, array in zip(variables, before, strict=True):
            if not np.array_equal(keras.ops.convert_to_numpy(variable.value), array, equal_nan=array.dtype.kind == "f"):
                variable.assign(array)


def _variables_of(value: Any) -> list[Any]:
    """All that is stored in a model, once each; nothing of a model that is too large to be trained in a check."""
    import keras

    if not isinstance(value, keras.Model):
        return []
    try:
        found = [*value.variables, *getattr(getattr(value, "optimizer", None), "variables", ())]
        for metric in [*value.metrics, *keras.tree.flatten(compile_arguments(value))]:
            found += metric.variables if isinstance(metric, keras.Metric) else ()
        found = list({id(variable): variable for variable in found}.values())
        is_small = sum(np.prod(variable.shape, dtype=float) for variable in found) <= _MOST_NUMBERS
    except KerasChanged:
        raise
    except Exception:  # a class of the learner's own, or one that is not built
        return []
    return found if is_small else []
