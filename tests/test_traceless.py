"""A check leaves nothing behind, ends in time, and says what is in its way."""

import contextlib
import gc
import io
import logging
import random
import sys
import threading
import time
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from keras.src.backend.common import global_state

from course_utils import course, exercise
from course_utils.checks.limit import OutOfTime, time_limit
from course_utils.course import Course
from course_utils.exercises import declaration, every
from course_utils.graphs.reading.traceless import forgetting_gradients, leaving_no_trace, names_from_the_start
from course_utils.signs import ERRORS, plain
from tests.attempts import compiled, two_heads

pytestmark = pytest.mark.slow

CHEAP = [id for id, one in every().items() if not any(criterion.costly for criterion in one.criteria)]


def state():
    """What a learner would notice."""
    name = layers.Dense(1).name  # counts one up
    return {
        "python": random.getstate(),
        "numpy": [np.array_equal, np.random.get_state()[1].tolist()][1],
        "keras": keras.ops.convert_to_numpy(keras.random.uniform((2,))).tolist(),
        "tensorflow": tf.random.uniform((2,)).numpy().tolist(),
        "names": name,
        "formats": (keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format()),
        "policy": keras.config.dtype_policy().name,
        "filters": list(warnings.filters),
        "loggers": [logging.getLogger(name).level for name in ("tensorflow", "absl")],
    }


def after(act):
    keras.utils.clear_session(free_memory=False)  # the names; to look for garbage takes longer than most checks
    keras.utils.set_random_seed(42)
    act()
    return state()


@pytest.mark.parametrize("id", CHEAP)
def test_the_learner_s_next_cell_runs_as_if_there_had_been_no_check(id):
    value = exercise(id).target()
    assert after(lambda: exercise(id).check(value)) == after(lambda: None)


def test_neither_does_a_check_that_trains(capsys):
    def check():
        assert exercise("12.26").check(model).passed

    model = exercise("12.26").target()
    before = [*model.get_weights(), *(v.numpy() for v in model.optimizer.variables)]
    assert after(check) == after(lambda: None)
    now = [*model.get_weights(), *(v.numpy() for v in model.optimizer.variables)]
    assert all(np.array_equal(*pair) for pair in zip(before, now, strict=True))
    assert model.compiled


def test_whatever_the_block_changes_is_put_back():
    def meddle():
        model.get_layer("trunk").kernel.assign_add(keras.ops.ones((4, 8)))
        random.random()
        np.random.seed(0)
        keras.config.set_floatx("float64")
        keras.config.set_dtype_policy("float64")
        keras.config.set_image_data_format("channels_first")
        tf.config.run_functions_eagerly(True)
        warnings.simplefilter("ignore")
        two_heads()

    def act():
        with leaving_no_trace(model):
            meddle()

    model = two_heads()
    kernel = model.get_layer("trunk").kernel.numpy()
    assert after(act) == after(lambda: None)
    assert np.array_equal(model.get_layer("trunk").kernel.numpy(), kernel)
    assert not tf.config.functions_run_eagerly()


def test_it_is_put_back_after_an_error_too():
    def act():
        with contextlib.suppress(KeyError), leaving_no_trace():
            np.random.seed(0)
            raise KeyError

    assert after(act) == after(lambda: None)


def test_no_graph_stays_in_memory(capsys):
    def graphs():
        gc.collect()
        return sum(type(one).__name__ == "FuncGraph" for one in gc.get_objects())

    def train():
        with leaving_no_trace():
            model = compiled(keras.Sequential([keras.Input((1,)), layers.Dense(2, "gelu")]), loss="mse")
            model.fit(np.zeros((4, 1)), np.zeros((4, 2)), verbose=0)

    train()
    before = graphs()
    train()
    assert graphs() == before


def test_no_warning_gets_out():
    a, b = keras.Input((16,), name="customer"), keras.Input((16,), name="product")
    model = keras.Model({"customer": a, "product": b}, layers.dot([a, b], axes=1, normalize=True))
    assert exercise("3.3").check(model).passed  # a warning would be an error here


class Sleeping(layers.Layer):
    def call(self, x):
        if tf.executing_eagerly():  # not when the model is built
            time.sleep(30)
        return x


class Busy(layers.Layer):
    def call(self, x):
        while tf.executing_eagerly():
            pass
        return x


@pytest.mark.parametrize("slow", [Sleeping, Busy])
def test_a_check_ends_in_time(slow, monkeypatch):
    monkeypatch.setattr(declaration, "SECONDS", 1.5)
    a, b = keras.Input((16,)), keras.Input((16,))
    model = keras.Model([a, b], layers.dot([slow()(a), b], axes=1, normalize=True))
    started = time.monotonic()
    result = exercise("3.3").check(model)
    assert time.monotonic() - started < 10
    assert result.status == "failed"
    assert "not done after 2 seconds; something in the model takes very long" in str(result)


def test_a_limit_holds_on_any_thread():
    ended = []

    def run():
        try:
            with time_limit(0.2):
                while True:
                    pass
        except OutOfTime:
            ended.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert ended


def test_a_limit_that_is_kept_says_nothing():
    with time_limit(0.05):
        pass
    time.sleep(0.1)
    with time_limit(10), time_limit(0.05):
        pass


@pytest.mark.parametrize("id", ["0.1", "0.2", "1.4", "13.3"])
def test_without_the_sources_an_answer_cannot_be_checked(id, monkeypatch, tmp_path):
    value = exercise(id).target()
    monkeypatch.setattr(course, "here", lambda: Course(tmp_path))
    result = exercise(id).check(value)
    if id == "1.4":  # a free design, which is compared with nothing
        assert result.passed
        return
    assert (result.status, result.passed) == ("not checked", False)
    assert result.note.startswith("This cannot be checked: the answer to compare with is not in the folder")
    assert all(finding.passed for finding in result.criteria)


def test_what_is_wrong_without_the_answer_is_wrong_all_the_same(monkeypatch, tmp_path):
    monkeypatch.setattr(course, "here", lambda: Course(tmp_path))
    assert exercise("5.3").check(two_heads()).status == "failed"


@pytest.fixture
def usual_settings():
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    keras.config.set_image_data_format("channels_last")


SETTINGS = {
    "mixed_float16": lambda: keras.config.set_dtype_policy("mixed_float16"),
    "float64": lambda: (keras.config.set_floatx("float64"), keras.config.set_dtype_policy("float64")),
    "channels_first": lambda: keras.config.set_image_data_format("channels_first"),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_answers_pass_under_other_settings_or_the_check_names_them(setting, usual_settings):
    SETTINGS[setting]()
    for id in CHEAP:
        try:
            value = exercise(id).target()
        except (
            ValueError,
            TypeError,
        ):  # with other axes a picture is too small, or a text of any length has no channels
            continue
        result = exercise(id).check(value)
        assert result.passed or "A setting of Keras may be in the way" in result.note, str(result)


class Console(io.StringIO):
    def __init__(self, encoding):
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self):
        return self._encoding


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "utf-8"])
def test_a_result_can_be_printed_anywhere(encoding, monkeypatch):
    result = exercise("0.2").check(two_heads(a="größe→日"))
    monkeypatch.setattr(sys, "stdout", Console(encoding))
    str(result).encode(encoding)
    for note in (exercise("0.2").hint(), exercise("1.1").solution()):
        repr(note).encode(encoding)


def test_a_generator_of_seeds_that_was_not_there_is_not_there(monkeypatch):
    tracker = global_state.GLOBAL_STATE_TRACKER
    keras.random.normal((1,))
    (name,) = [key for key, one in vars(tracker).items() if isinstance(one, keras.random.SeedGenerator)]
    monkeypatch.delattr(tracker, name)
    with leaving_no_trace():
        keras.random.normal((1,))
        assert getattr(tracker, name) is not None
    assert getattr(tracker, name, None) is None


def test_without_tensorflow_there_is_no_table_of_gradients(monkeypatch):
    monkeypatch.delitem(sys.modules, "tensorflow.python.framework.ops")
    with forgetting_gradients():
        pass
    assert "tensorflow.python.framework.ops" not in sys.modules


def test_what_cannot_be_read_is_no_matter_of_signs():
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", errors=ERRORS)


def test_signs_that_fit_stay():
    assert plain("✓ größe → 1…", Console("utf-8")) == "✓ größe → 1…"
    assert plain("✓ größe → 1…", Console("cp1252")) == "+ größe -> 1…"
    assert plain("✓ ö → 1…", Console("ascii")) == "+ \\xf6 -> 1..."
    assert plain("✓", Console("no such encoding")) == "✓"


def test_names_start_anew_and_go_on_where_they_were():
    before = keras.layers.Dense(2).name
    with names_from_the_start():
        assert keras.layers.Dense(2).name == "dense"
        assert keras.layers.Dense(2).name == "dense_1"
    number = int(before.partition("_")[2] or 0)
    assert keras.layers.Dense(2).name == f"dense_{number + 1}"
