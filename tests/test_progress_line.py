"""Training as a terminal shows it, and how an interrupt ends it."""

import os
import signal

import keras
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from course_utils import cells
from course_utils.progress_line import WIDTH, ProgressLine, line, losses


def fit(epochs, callbacks=(), **arguments):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    x = np.ones((4, 1), "float32")
    model.fit(x, x, epochs=epochs, verbose=0, callbacks=[*callbacks, ProgressLine()], **arguments)


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


def test_epoch_time_and_losses_show_meanwhile(capsys, monkeypatch):
    monkeypatch.setattr("course_utils.progress_line.EVERY", 0.0)
    fit(2)
    assert "epoch 1/2" in capsys.readouterr().out.split("Trained")[0]


def test_training_that_goes_on_counts_the_epochs_it_runs(capsys):
    fit(10, initial_epoch=6)
    fit(7, initial_epoch=6)
    fit(6, initial_epoch=6)
    lasts = ["Trained for 4 epochs.", "Trained for 1 epoch.", "Trained for 0 epochs.", ""]
    assert visible(capsys.readouterr().out) == lasts


def test_time_left_follows_the_epochs_that_were_run(capsys, monkeypatch):
    seconds = iter(range(0, 1000, 10))
    monkeypatch.setattr("course_utils.progress_line.time.monotonic", lambda: next(seconds))
    for arguments in ({}, {"initial_epoch": 6}):
        fit(arguments.get("initial_epoch", 0) + 4, **arguments)
        shown = capsys.readouterr().out
        assert [f"{left} s left" in shown for left in (30, 20, 10, 0)] == [True] * 4
    assert "epoch 7/10  30 s left" in shown


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


X = np.ones((8, 1), "float32")


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


def test_a_line_ends_with_a_whole_value():
    values = {"loss": 468.0, "val_loss": float("nan"), **{f"head_{at}_loss": 468.0 for at in range(8)}}
    for width in range(20, WIDTH + 1):
        shown = line("epoch 1/2  4 s left", values, width)
        assert len(shown) <= width
        assert set(shown.split("  ")[2:]) <= {f"{name} {value:.3g}" for name, value in values.items()}
    assert shown.count("468") == 3
