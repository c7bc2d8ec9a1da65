"""Kernels that are forks, and trainings that they share: nothing of it shows in a notebook."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel
from keras import layers

from course_utils import Progress
from tests import warm
from tests.warm import are_warm, training, warm_kernels
from tests.warm.training import NotShared, key_of, share_trainings, without_counts

pytestmark = pytest.mark.slow
ON_LINUX = sys.platform == "linux"


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(warm.SOCKET, raising=False)
        with warm_kernels():
            assert are_warm() == ON_LINUX
            yield


def said(client, code):
    """What a cell prints."""
    found = []

    def hook(message):
        content = message["content"]
        found.append(content.get("text") or "\n".join(content.get("traceback", ())))

    client.execute_interactive(code, output_hook=hook, timeout=60)
    return "".join(found)


@pytest.fixture
def kernel(kernels, tmp_path):
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path), env={**os.environ, "OWN": "here"})
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.skipif(not ON_LINUX, reason="kernels are forks on Linux")
class TestKernels:
    def test_it_is_a_process_of_its_own_in_its_folder(self, kernel, tmp_path):
        code = "import os, sys; print(os.getcwd(), os.environ['OWN'], sys.path[0], os.getsid(0) == os.getpid())"
        assert said(kernel[1], code).split() == [str(tmp_path), "here", str(tmp_path), "True"]
        assert "tests" not in said(kernel[1], "print(sys.path)")
        assert said(kernel[1], "print('keras' in sys.modules, 'course_utils' in sys.modules)") == "True False\n"

    def test_it_trains_and_draws(self, kernel):
        code = """
            import keras, numpy as np, matplotlib
            model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
            model.compile("sgd", "mse")
            model.fit(np.ones((8, 2)), np.ones((8, 1)), verbose=0)
            print(len(model.history.epoch), matplotlib.get_backend())
        """
        assert said(kernel[1], code) == "1 module://matplotlib_inline.backend_inline\n"

    def test_it_can_be_interrupted(self, kernel):
        manager, client = kernel
        client.execute("print('begun', flush=True)\nwhile True: pass")
        while client.get_iopub_msg(timeout=60)["content"].get("text") != "begun\n":
            pass
        manager.interrupt_kernel()
        while client.get_iopub_msg(timeout=60)["content"].get("ename") != "KeyboardInterrupt":
            pass
        # Jupyter drops what is asked right after an error.
        assert any("goes on" in said(client, "print('goes on')") for _ in range(100))

    def test_it_ends_with_the_process_that_jupyter_knows(self, kernel):
        manager, client = kernel
        pid = int(said(client, "import os; print(os.getpid())"))
        manager.signal_kernel(signal.SIGKILL)
        assert _ends(pid)

    def test_jupyter_is_told_that_it_ended(self, kernel):
        manager, client = kernel
        client.execute("import os; os._exit(3)")
        while manager.is_alive():
            time.sleep(0.05)

    def test_all_end_with_the_server(self, tmp_path, monkeypatch):
        monkeypatch.delenv(warm.SOCKET, raising=False)
        with warm_kernels():
            manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
            pid = int(said(client, "import os; print(os.getpid())"))
        client.stop_channels()
        assert _ends(pid)
        manager.shutdown_kernel(now=True)

    def test_without_a_server_it_is_a_kernel_like_any_other(self):
        client = Path(warm.__file__).with_name("client.py")
        environment = {key: value for key, value in os.environ.items() if key != warm.SOCKET}
        command = [sys.executable, "-S", "-E", str(client), "--version"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip()[0].isdigit()


def _ends(pid):
    for _ in range(600):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def model(units=8, name=None):
    x = keras.Input((3,))
    h = layers.Dropout(0.3)(layers.Dense(units, activation="relu")(x))
    made = keras.Model(x, layers.Dense(1, name=name)(h))
    made.compile("adam", "mse", metrics=["mae"])
    return made


X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def trained(made, epochs=3, x=X, callbacks=None):
    made.fit(x, Y, validation_data=(X, Y), epochs=epochs, verbose=0, callbacks=callbacks or [Progress()])
    return made


def begun(**settings):
    keras.utils.set_random_seed(5)
    return model(**settings)


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Share trainings in this process; a list that grows by each that is really run."""
    ran = []
    fit = keras.Model.fit

    def counted(self, *args, **kwargs):
        ran.append(self)
        return fit(self, *args, **kwargs)

    counted.__signature__ = training.inspect.signature(fit)
    monkeypatch.setattr(keras.Model, "fit", counted)
    share_trainings(str(tmp_path))
    yield ran
    keras.Model.fit = counted  # the fixture `monkeypatch` puts back what was before


def test_what_was_taken_over_is_what_training_comes_to(runs, capsys):
    one = trained(begun())
    after = np.random.default_rng(3), keras.random.uniform((3,)).numpy()
    first = capsys.readouterr().out
    other = trained(begun())
    assert len(runs) == 1
    assert capsys.readouterr().out.split("epochs")[0] == first.split("epochs")[0]
    assert np.array_equal(keras.random.uniform((3,)).numpy(), after[1])
    for mine, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)
    assert one.history.history == other.history.history
    assert other.history.epoch == [0, 1, 2]
    assert other.optimizer.iterations == one.optimizer.iterations
    assert other.evaluate(X, Y, verbose=0) == one.evaluate(X, Y, verbose=0)


def test_training_goes_on_from_there_as_it_would(runs):
    one, other = trained(begun()), trained(begun())
    trained(one), trained(other)
    assert len(runs) == 2
    assert one.history.history == other.history.history
    assert np.array_equal(one.get_weights()[0], other.get_weights()[0])


@pytest.mark.parametrize(
    "another",
    [
        lambda: trained(begun(units=9)),
        lambda: trained(begun(), epochs=4),
        lambda: trained(begun(), x=X + 1),
        lambda: trained(model()),
        lambda: trained(begun(), callbacks=[Progress(), keras.callbacks.EarlyStopping()]),
        lambda: trained(begun(), callbacks=[keras.callbacks.History()]),
    ],
    ids=["model", "epochs", "data", "start", "another callback", "no progress"],
)
def test_what_differs_is_trained(runs, another, capsys):
    trained(begun())
    another()
    assert len(runs) == 2


def test_a_class_or_code_of_its_own_is_trained():
    class Own(keras.Model):
        pass

    x = keras.Input((3,))
    for made in (Own(x, x + 1), keras.Model(x, layers.Lambda(lambda t: t)(x))):
        made.compile("sgd", "mse")
        with pytest.raises(NotShared):
            key_of(made, {"verbose": 0, "callbacks": [Progress()], "epochs": 1})


def test_automatic_names_do_not_count_and_names_of_data_do():
    one, other = '["dense_7", "dense", "dense_7"]', '["dense_1", "dense_2", "dense_1"]'
    assert without_counts(one, set()) == without_counts(other, set())
    assert without_counts('["a_1", "a_2"]', {"a_1", "a_2"}) == '["a_1", "a_2"]'
    assert without_counts('["a", "b"]', set()) != without_counts('["b", "a"]', set())
