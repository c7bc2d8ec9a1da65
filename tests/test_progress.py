import keras
import numpy as np

from course_utils import Progress


def fit(epochs, callbacks=(), **arguments):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    x = np.ones((4, 1), "float32")
    model.fit(x, x, epochs=epochs, verbose=0, callbacks=[*callbacks, Progress()], **arguments)


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
    monkeypatch.setattr("course_utils.progress.EVERY", 0.0)
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
    monkeypatch.setattr("course_utils.progress.time.monotonic", lambda: next(seconds))
    for arguments in ({}, {"initial_epoch": 6}):
        fit(arguments.get("initial_epoch", 0) + 4, **arguments)
        shown = capsys.readouterr().out
        assert [f"{left} s left" in shown for left in (30, 20, 10, 0)] == [True] * 4
    assert "epoch 7/10  30 s left" in shown
