import keras
import numpy as np

from course_utils import Progress


def fit(epochs, callbacks=()):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    x = np.ones((4, 1), "float32")
    model.fit(x, x, epochs=epochs, verbose=0, callbacks=[*callbacks, Progress()])


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
