"""Training as a terminal shows it, and how an interrupt ends it."""

import os
import re
import signal
import sys
import time

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from course_utils import cells, progress_line
from course_utils.progress_line import ProgressLine, losses
from tests.terminal import Terminal

pytestmark = pytest.mark.slow

X = np.ones((8, 1), "float32")


def fit(epochs, callbacks=(), after=(), **arguments):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd", run_eagerly=True)  # compiling takes longer
    x = np.ones((4, 1), "float32")
    model.fit(x, x, epochs=epochs, verbose=0, callbacks=[*callbacks, ProgressLine(), *after], **arguments)


def visible(text):
    """What a terminal shows: the part of each line after its last carriage return."""
    return [line.rpartition("\r")[2] for line in text.split("\n")]


def test_last_line_is_the_same_everywhere(capsys):
    fit(3)
    fit(1)
    out, err = capsys.readouterr()
    assert visible(out) == ["Trained for 3 epochs.", "Trained for 1 epoch.", ""]
    assert err == ""


def test_stopping_early_does_not_show_when(capsys):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    fit(50, [Stop()])
    assert visible(capsys.readouterr().out)[0] == "Trained for 50 epochs at most."


@pytest.fixture
def terminal(monkeypatch):
    """What a person sees who trains in a terminal; every epoch is told."""
    monkeypatch.setattr(progress_line, "EVERY", 0.0)
    monkeypatch.setattr(progress_line, "SHARE", 1.0)
    return Terminal()


def test_epoch_time_and_losses_show_meanwhile(terminal):
    with terminal:
        fit(2, validation_data=(np.ones((4, 1)), np.ones((4, 1))))
    number = r"\d[\d.e-]*"
    for at, seen in enumerate(terminal.seen[:2], 1):
        assert re.fullmatch(rf"epoch {at}/2  \d+ s left  loss {number}  val_loss {number}", seen)
    assert terminal.shown == ["Trained for 2 epochs."]


def warned(epoch, logs):
    sys.stderr.write("callback.py:1: UserWarning: Odd.\n")


SAY = keras.callbacks
OTHERS = [
    (lambda: SAY.EarlyStopping("loss", 1e9, 1, verbose=1), ["Epoch 2: early stopping"]),
    (
        lambda: SAY.ReduceLROnPlateau("loss", 0.1, 1, verbose=1, min_delta=1e9),
        [f"Epoch {at}: ReduceLROnPlateau reducing learning rate to .*" for at in (2, 3)],
    ),
    (lambda: SAY.LambdaCallback(on_epoch_end=lambda epoch, logs: print("mine", epoch)), ["mine 0", "mine 1", "mine 2"]),
    (lambda: SAY.LambdaCallback(on_train_batch_end=lambda batch, logs: print(".", end="")), [r"\.\.\."]),
    (lambda: SAY.LambdaCallback(on_epoch_end=warned), [r"callback.py:1: UserWarning: Odd\."] * 3),
]


# Keras asks its variables for an array in a way that NumPy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("is_before", [True, False])
@pytest.mark.parametrize(("other", "said"), OTHERS)
def test_what_other_callbacks_say_stands_alone(terminal, other, said, is_before):
    with terminal:
        fit(3, **{"callbacks" if is_before else "after": [other()]})
    rows = [row for row in terminal.shown if row and not row.startswith("Trained for 3 epochs")]
    assert len(rows) == len(said)
    assert all(map(re.fullmatch, said, rows))


class Prints(keras.callbacks.Callback):
    """Prints what it is given, a text at each turn."""

    def __init__(self, texts):
        super().__init__()
        self.texts = iter(texts)

    def say(self, *_, **__):
        sys.stdout.write(next(self.texts, ""))

    on_epoch_begin = on_epoch_end = on_test_begin = on_test_end = on_train_batch_end = say


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["", "a", "b\n", "\n", "c\nd"]), max_size=30), st.booleans())
def test_whatever_others_print_and_when_each_line_is_whole(texts, is_before):
    terminal, printed = Terminal(), Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress_line, "EVERY", 0.0)
        patch.setattr(progress_line, "SHARE", 1.0)
        turns = 2 * 5  # epochs, and what happens in one
        with terminal:
            fit(2, **{"callbacks" if is_before else "after": [Prints(texts)]}, validation_data=(X, X))
    printed.write("".join(texts[:turns]))
    assert terminal.shown == [*printed.shown, "Trained for 2 epochs."]


def test_a_long_epoch_is_followed(terminal, monkeypatch):
    monkeypatch.setattr(progress_line, "TICK", 0.01)
    monkeypatch.setattr(progress_line, "QUIET", 0.0)

    class Slow(keras.callbacks.Callback):
        """As long as it takes until the line has told of each batch."""

        def on_train_batch_begin(self, batch, logs=None):
            known, until = len(terminal.seen), time.monotonic() + 0.5
            while len(terminal.seen) < known + 2 and time.monotonic() < until:  # one may be under way
                time.sleep(0.001)

        on_test_batch_begin = on_train_batch_begin

    with terminal:
        fit(2, after=[Slow()], batch_size=1, validation_data=(X, X))
    told = " ".join(terminal.seen)
    for part in ("1/2  preparing the first batch", "1/2  25%", "1/2  validating", "2/2  75%"):
        assert f"epoch {part}" in told
    assert terminal.shown == ["Trained for 2 epochs."]


def test_after_an_error_nothing_of_the_line_is_left_and_streams_are_what_they_were(terminal, monkeypatch):
    monkeypatch.setattr(progress_line, "TICK", 0.01)

    def fail(epoch, logs):
        if epoch:
            raise RuntimeError

    with terminal:
        with pytest.raises(RuntimeError):
            fit(2, after=[SAY.LambdaCallback(on_epoch_end=fail)])
        until = time.monotonic() + 10
        while sys.stdout is not terminal and time.monotonic() < until:
            time.sleep(0.01)
        assert (sys.stdout, sys.stderr, terminal.shown) == (terminal, terminal, [])


def test_validation_that_is_not_of_each_epoch_stays_in_the_line(terminal):
    with terminal:
        fit(3, validation_data=(X, X), validation_freq=2)
    assert ["val_loss" in seen for seen in terminal.seen[:3]] == [False, True, True]


def test_a_loop_of_ones_own_may_use_it(terminal):
    model = small()
    callbacks = keras.callbacks.CallbackList([ProgressLine()], model=model)
    with terminal:
        callbacks.on_train_begin()
        for epoch in range(2):
            callbacks.on_epoch_begin(epoch)
            callbacks.on_epoch_end(epoch, {"loss": 1.5})
        callbacks.on_train_end()
    assert terminal.seen[:2] == ["epoch 1/1  0 s left  loss 1.5", "epoch 2/2  0 s left  loss 1.5"]
    assert terminal.shown == ["Trained for 2 epochs."]


def test_no_loss_is_fetched_for_it_from_where_it_is_computed():
    """A backend that trains beside Python goes on doing so while no callback asks for what a batch gave."""
    for name in ("on_batch_end", "on_train_batch_end", "on_test_batch_end"):
        assert getattr(ProgressLine, name) is getattr(keras.callbacks.Callback, name)


def test_training_that_goes_on_counts_the_epochs_it_runs(capsys):
    fit(10, initial_epoch=6)
    fit(7, initial_epoch=6)
    fit(6, initial_epoch=6)
    lasts = ["Trained for 4 epochs.", "Trained for 1 epoch.", "Trained for 0 epochs.", ""]
    assert visible(capsys.readouterr().out) == lasts


class Interrupt(keras.callbacks.Callback):
    """Somebody interrupts the kernel in these epochs, counted from 0."""

    def __init__(self, *epochs):
        super().__init__()
        self.epochs = epochs

    def on_train_batch_begin(self, batch, logs=None):
        if len(self.epochs) and self.epochs[0] == self.epoch:
            self.epochs = self.epochs[1:]
            os.kill(os.getpid(), signal.SIGINT)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch


def small():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    return model


def interrupted(model, *epochs, callbacks=(), **arguments):
    return model.fit(
        X,
        X,
        epochs=9,
        verbose=0,
        batch_size=2,
        validation_data=(X, X),
        callbacks=[*callbacks, ProgressLine(), Interrupt(*epochs)],
        **arguments,
    )


@pytest.fixture
def listener():
    """Who listened for interrupts before."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_ends_training_and_keeps_what_there_is(capsys, listener):
    model = small()
    before = model.get_weights()
    history = interrupted(model, 3).history
    assert visible(capsys.readouterr().out)[0] == "Stopped in epoch 4 of 9; what was learned is kept."
    assert {name: len(values) for name, values in history.items()} == {"loss": 4, "val_loss": 4}
    assert not np.array_equal(before[0], model.get_weights()[0])
    assert signal.getsignal(signal.SIGINT) is listener


def test_an_interrupt_in_the_first_epoch_leaves_a_history_to_plot(capsys, listener):
    assert len(interrupted(small(), 0).history["val_loss"]) == 1


def test_training_that_validates_now_and_then_goes_on_until_it_has(capsys, listener):
    history = interrupted(small(), 0, validation_freq=3).history
    assert (len(history["loss"]), len(history["val_loss"])) == (3, 1)


def test_a_second_interrupt_ends_the_cell(capsys, listener):
    class Impatient(Interrupt):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.stop_training:
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        interrupted(small(), 2, callbacks=[Impatient()])
    assert signal.getsignal(signal.SIGINT) is listener


def test_after_an_error_in_training_interrupts_are_what_they_were(capsys, listener):
    class Failing(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        interrupted(small(), callbacks=[Failing()])
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is listener


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN])
def test_who_listened_before_need_not_be_a_function(capsys, listener, before):
    class Failing(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise RuntimeError("no")

    signal.signal(signal.SIGINT, before)
    with pytest.raises(RuntimeError):
        interrupted(small(), callbacks=[Failing()])
    if before == signal.SIG_IGN:
        os.kill(os.getpid(), signal.SIGINT)
    else:
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == before


@pytest.fixture
def shell(monkeypatch, listener):
    """A shell whose cells are followed; `lengths` are the epochs of each training, `press` is an interrupt."""
    monkeypatch.setattr(cells, "_cells", None)
    shell = InteractiveShell()
    cells.watch(shell)
    shell.user_ns.update(fit=interrupted, small=small, lengths=[], press=lambda: os.kill(os.getpid(), signal.SIGINT))
    yield shell
    shell.history_manager.end_session()


def test_further_trainings_of_the_interrupted_cell_are_short(shell):
    shell.run_cell("for at in (2, 20): lengths.append(len(fit(small(), at).epoch))")
    shell.run_cell("lengths.append(len(fit(small(), 20).epoch))")
    assert shell.user_ns["lengths"] == [3, 1, 9]


def test_an_interrupt_between_two_trainings_ends_none_of_the_cell_and_shortens_the_second(shell, listener, capsys):
    train = "lengths.append(len(fit(small(), 20).epoch))"
    done = shell.run_cell(f"{train}\npress()\n{train}\nafter = 1")
    assert done.success
    assert shell.user_ns["lengths"] == [9, 1]
    assert "a second interrupt ends the cell" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is listener, "the cell has ended"


def test_a_second_interrupt_between_trainings_ends_the_cell(shell, listener):
    done = shell.run_cell("fit(small(), 2)\npress()\nafter = 1")
    assert isinstance(done.error_in_exec, KeyboardInterrupt)
    assert "after" not in shell.user_ns
    assert signal.getsignal(signal.SIGINT) is listener


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN])
def test_between_trainings_who_listened_before_need_not_be_a_function(shell, before):
    signal.signal(signal.SIGINT, before)
    done = shell.run_cell("fit(small(), 2)\npress()\nafter = 1")
    assert ("after" in shell.user_ns) == (before == signal.SIG_IGN)
    assert isinstance(done.error_in_exec, KeyboardInterrupt) == (before == signal.SIG_DFL)
    assert signal.getsignal(signal.SIGINT) == before


def test_training_that_no_cell_runs_gives_interrupts_back_at_once(shell, listener):
    interrupted(small(), 20)
    assert signal.getsignal(signal.SIGINT) is listener


@pytest.mark.parametrize("before", ["", "try: fit(small(), 20, callbacks=['no callback'])\nexcept Exception: pass\n"])
def test_cells_that_do_not_train_are_interrupted_as_ever(shell, listener, before):
    shell.run_cell(f"{before}done = fit(small(), 20)")
    assert isinstance(shell.run_cell("press()").error_in_exec, KeyboardInterrupt)
    assert signal.getsignal(signal.SIGINT) is listener


def test_training_that_goes_on_says_so_and_training_anew_does_not(capsys):
    model = small()
    start = model.get_weights()

    def train():
        model.fit(X, X, epochs=2, verbose=0, callbacks=[ProgressLine()])
        return visible(capsys.readouterr().out)[0]

    assert train() == "Trained for 2 epochs."
    assert train() == "Trained for 2 epochs, on top of those before."
    model.compile(loss="mse", optimizer="sgd")
    assert train() == "Trained for 2 epochs, on top of those before."
    model.set_weights(start)
    assert train() == "Trained for 2 epochs."


def test_total_and_validation_come_first_and_then_each_output():
    names = ["accuracy", "cos_loss", "loss", "sin_loss", "val_accuracy", "val_cos_loss", "val_loss", "val_sin_loss"]
    values = losses(dict.fromkeys(names, 1))
    assert list(values) == ["loss", "val_loss", "cos_loss", "val_cos_loss", "sin_loss", "val_sin_loss"]


def test_a_value_that_is_no_number_is_left_out():
    assert losses({"loss": np.float32(2), "odd_loss": "much", "none_loss": None, "list_loss": [1]}) == {"loss": 2}
