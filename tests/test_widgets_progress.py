"""Training as a notebook shows it: a board while it runs, and what is left when it ends."""

import threading
import time
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import traitlets
from IPython.core.interactiveshell import InteractiveShell

from course_utils import Progress
from course_utils.widgets import board, progress
from course_utils.widgets.view import MIME
from tests.sanitized import sanitized
from tests.terminal import Terminal

pytestmark = pytest.mark.slow

X = np.linspace(0, 1, 8, dtype="float32")[:, None]


def small(heads=1, rate=0.01):
    inputs = keras.Input((1,))
    outputs = [keras.layers.Dense(1, name=f"head_{at}")(inputs) for at in range(heads)]
    model = keras.Model(inputs, outputs if heads > 1 else outputs[0])
    loss = ["mse"] * heads if heads > 1 else "mse"
    model.compile(loss=loss, optimizer=keras.optimizers.SGD(rate), run_eagerly=True)  # compiling takes longer
    return model


def fit(*callbacks, heads=1, rate=0.01, data=None, shown=None, validate=True, **arguments):
    model = small(heads, rate)
    y = [X] * heads if heads > 1 else X
    data = {"x": X, "y": y, "batch_size": 8} if data is None else data
    if validate:
        arguments["validation_data"] = (X, y)
    arguments = {"epochs": 3, "verbose": 0} | arguments
    return model.fit(**data, callbacks=[*callbacks, shown or Progress()], **arguments)


class Notebook:
    """What a notebook holds after its messages: outputs, those with an id at their place."""

    def __init__(self):
        self.shell = InteractiveShell()
        self.outputs = []
        self.boards = []

    def display(self, data, raw=False, display_id=None, metadata=None):
        self.outputs.append((display_id, data if raw else data._repr_mimebundle_()))

    def update_display(self, data, raw, display_id, metadata):
        at = next(at for at, (id, _) in enumerate(self.outputs) if id == display_id)
        self.outputs[at] = (display_id, {**data, "metadata": metadata})

    @property
    def live(self):
        return [data for _, data in self.outputs if MIME in data]

    @property
    def left(self):
        """The words of what is left, without what was taken away."""
        return [data["text/plain"] for _, data in self.outputs if "text/plain" in data]

    @property
    def sentences(self):
        return [text.partition("\n")[0] for text in self.left]


@pytest.fixture
def notebook(monkeypatch):
    notebook = Notebook()
    monkeypatch.setattr(progress, "kernel", lambda: SimpleNamespace())
    monkeypatch.setattr(progress, "get_ipython", lambda: notebook.shell)
    monkeypatch.setattr(progress, "display", notebook.display)
    monkeypatch.setattr(board, "display", notebook.display)
    monkeypatch.setattr(board, "update_display", notebook.update_display)
    monkeypatch.setattr(board, "hear", lambda id, heard: notebook.boards.append((id, heard)) or True)
    monkeypatch.setattr("course_utils.progress_line.EVERY", 0.0)
    monkeypatch.setattr("course_utils.progress_line.SHARE", 1.0)
    monkeypatch.setattr("course_utils.progress_line.TICK", 60.0)
    yield notebook
    notebook.shell.history_manager.end_session()
    assert not notebook.live, "no view is left"
    assert not progress._running


@pytest.fixture
def told(monkeypatch):
    """What boards showed, one after the other."""
    told = []

    class Noted(board.Board):
        @traitlets.observe("shown")
        def note(self, change):
            told.append({**self.shown, **self.losses})

    monkeypatch.setattr(progress, "Board", Noted)
    return told


def test_a_board_shows_the_epoch_and_the_losses_and_goes(notebook, told, capsys):
    fit(heads=2)
    assert [shown["state"].partition(",")[0] for shown in told] == [f"Epoch {at} of 3" for at in (1, 1, 2, 3)]
    assert [shown["done"] for shown in told] == [0, 1, 2, 3]
    assert [row[0] for row in told[-1]["table"]] == ["loss", "total", "head_0", "head_1"]
    assert told[-1]["table"][0][1:] == ["training", "validation"]
    assert told[-1]["svg"].startswith("<svg")
    assert notebook.sentences == ["Trained for 3 epochs."]
    assert capsys.readouterr().out == "", "a line would stand before what others print"


def test_what_is_left_is_folded_and_the_same_on_each_machine(notebook):
    fit(shown=Progress("<b>Left</b> half: trained"))
    page = notebook.outputs[-1][1]["text/html"]
    assert page.startswith("&lt;b&gt;Left&lt;/b&gt; half: trained for 3 epochs.\n<details ")
    assert "<b>" not in page
    assert page.count('alt="Losses by epoch, training and validation: loss (measured: ') == 1
    fit(shown=Progress("<b>Left</b> half: trained"))
    pages = [sanitized(data["text/html"]) for _, data in notebook.outputs if "text/html" in data]
    assert len(pages) == 2
    assert pages[0] == pages[1]


def test_a_view_that_was_taken_away_says_what_it_was(notebook):
    fit()
    assert notebook.outputs[0][1] == {"metadata": {MIME: {}}}


def test_without_a_picture_the_sentence_is_left(notebook, capsys):
    fit(shown=Progress(picture=False))
    assert capsys.readouterr().out == "Trained for 3 epochs.\n"
    assert notebook.left == []


def test_a_long_epoch_is_followed(notebook, told, monkeypatch):
    monkeypatch.setattr("course_utils.progress_line.TICK", 0.01)
    monkeypatch.setattr("course_utils.progress_line.QUIET", 0.0)

    class Slow(keras.callbacks.Callback):
        """As long as it takes until the board has told of each batch."""

        def on_train_batch_begin(self, batch, logs=None):
            known, until = len(told), time.monotonic() + 0.5
            while len(told) < known + 2 and time.monotonic() < until:  # one may be under way
                time.sleep(0.001)

        on_test_batch_begin = on_train_batch_begin

    model = small()
    model.fit(X, X, batch_size=2, epochs=2, verbose=0, validation_data=(X, X), callbacks=[Progress(), Slow()])
    seen = {shown["state"].rpartition(" so far")[0].rpartition(",")[0]: shown["done"] for shown in told}
    assert seen["Epoch 1 of 2, preparing the first batch"] == 0
    assert seen["Epoch 1 of 2, 50%"] == 0.5
    assert seen["Epoch 1 of 2, validating"] == 1
    assert seen["Epoch 2 of 2, 75%"] == 1.75
    within = [shown for shown in told if shown["state"].startswith("Epoch 2 of 2, 75%")]
    assert within[0]["svg"], "the curves stay"


def test_updates_are_few(notebook, told, monkeypatch):
    monkeypatch.setattr("course_utils.progress_line.EVERY", 3600.0)
    fit(epochs=5)
    assert len(told) == 1


def test_stop_ends_training_after_the_batch_and_keeps_what_there_is(notebook):
    class Press(keras.callbacks.Callback):
        batches = 0

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1
            if self.batches == 6:  # the second batch of the second epoch
                thread = threading.Thread(target=notebook.boards[-1][1])
                thread.start()
                thread.join()

    press = Press()
    history = fit(press, epochs=9, data={"x": X, "y": X, "batch_size": 2})
    assert press.batches == 6
    assert {name: len(values) for name, values in history.history.items()} == {"loss": 2, "val_loss": 2}
    assert notebook.sentences == ["Stopped in epoch 2 of 9; what was learned is kept."]
    fit()
    assert notebook.sentences[1] == "Trained for 3 epochs.", "Stop ends one training"


def test_stop_waits_for_a_validation_where_not_each_epoch_has_one(notebook):
    class Press(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            notebook.boards[-1][1]()

    history = fit(Press(), epochs=9, validation_freq=3)
    assert (len(history.history["loss"]), len(history.history["val_loss"])) == (3, 1)


def test_who_may_not_interrupt_has_no_stop(notebook):
    fit(shown=Progress(interruptible=False))
    assert notebook.boards == []


def test_the_words_beside_the_button_say_what_works():
    assert board._hint(True, True) == "Stop keeps what was learned; so does ■, which interrupts the kernel."
    assert board._hint(True, False) == "Stop keeps what was learned."
    assert board._hint(False, True) == "■ interrupts the kernel: training ends, and what was learned is kept."
    assert board._hint(False, False) == ""


def generated():
    while True:
        yield X, X


def dataset():
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((X, X)).batch(2)


@pytest.mark.parametrize(
    ("arguments", "sentence", "curves"),
    [
        ({"epochs": 1}, "Trained for 1 epoch.", "loss MEASURED"),
        ({"epochs": 10, "initial_epoch": 6}, "Trained for 4 epochs.", "loss MEASURED"),
        ({"epochs": 6, "validation_freq": 3}, "Trained for 6 epochs.", "loss MEASURED"),
        (
            {"data": {"x": generated(), "steps_per_epoch": 3, "shuffle": False}},
            "Trained for 3 epochs.",
            "loss MEASURED",
        ),
        ({"data": {"x": dataset(), "shuffle": False}}, "Trained for 3 epochs.", "loss MEASURED"),
        ({"rate": 1e30}, "Trained for 3 epochs.", "loss MEASURED"),
        (
            {"heads": 8},
            "Trained for 3 epochs.",
            ", ".join(["total MEASURED", *(f"head_{i} MEASURED" for i in range(8))]),
        ),
    ],
)
def test_every_kind_of_training(notebook, capsys, arguments, sentence, curves):
    fit(**arguments)
    assert [sanitized(text) for text in notebook.left] == [
        f"{sentence}\nLosses by epoch, training and validation: {curves}."
    ]
    assert capsys.readouterr() == ("", "")


def test_no_epochs_leave_no_curves(notebook, capsys):
    fit(epochs=0)
    assert (notebook.left, capsys.readouterr().out) == ([], "Trained for 0 epochs.\n")


def test_epochs_are_counted_from_where_training_goes_on(notebook, told):
    fit(epochs=10, initial_epoch=8)
    assert [(shown["state"].partition(",")[0], shown["done"], shown["epochs"]) for shown in told] == [
        ("Epoch 9 of 10", 0, 2),
        ("Epoch 9 of 10", 1, 2),
        ("Epoch 10 of 10", 2, 2),
    ]


def test_losses_that_are_no_numbers_are_words(notebook, told):
    fit(data={"x": X, "y": np.nan * X})
    assert told[-1]["table"][1][1] == "not a number (NaN)"
    assert "training, NaN, not a number, from epoch 1; validation" in notebook.left[0]
    assert board.number(float("inf")) == "infinite"


def test_what_others_print_stands_alone(notebook, capsys):
    early = keras.callbacks.EarlyStopping("loss", patience=1, min_delta=1e9, verbose=1)
    fit(early, epochs=50)
    assert capsys.readouterr().out.strip() == "Epoch 2: early stopping"
    assert notebook.sentences == ["Trained for 50 epochs at most."]


def test_keras_own_bar_may_be_left_on(notebook, capsys):
    fit(verbose=2)
    assert "Epoch 3/3" in capsys.readouterr().out
    assert notebook.sentences == ["Trained for 3 epochs."]


def test_several_trainings_and_one_callback_used_again(notebook):
    again = Progress("Again: trained")
    for epochs in (2, 1):
        fit(epochs=epochs, shown=again)
    fit(Progress("Two in one"), epochs=1)
    assert notebook.sentences == [
        "Again: trained for 2 epochs.",
        "Again: trained for 1 epoch.",
        "Two in one for 1 epoch.",
        # the weights are those that the other has just seen
        "Trained for 1 epoch.",
    ]
    assert "lowest" not in notebook.left[1], "curves begin anew"


class Failing(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise RuntimeError("no")


def test_after_an_error_the_board_goes_with_the_cell(notebook):
    with pytest.raises(RuntimeError):
        fit(Failing())
    assert len(notebook.live) == 1
    notebook.shell.events.trigger("post_run_cell", None)
    assert notebook.outputs == [(notebook.outputs[0][0], {"metadata": {MIME: {}}})]


def test_after_an_error_the_board_goes_with_the_next_training(notebook):
    with pytest.raises(RuntimeError):
        fit(Failing())
    fit()
    assert notebook.sentences == ["Trained for 3 epochs."]


def test_a_training_within_a_training_leaves_its_board(notebook):
    class Within(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            fit(epochs=1, shown=Progress("Inner: trained"))
            assert len(notebook.live) == 1

    fit(Within(), epochs=1)
    assert notebook.sentences == ["Inner: trained for 1 epoch.", "Trained for 1 epoch."]


def test_training_in_another_thread_outlives_its_cell(notebook):
    class Cell(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            ends = threading.Thread(target=notebook.shell.events.trigger, args=("post_run_cell", None))
            ends.start()
            ends.join()
            assert len(notebook.live) == 1

    thread = threading.Thread(target=fit, args=(Cell(),))
    thread.start()
    thread.join()
    assert notebook.sentences == ["Trained for 3 epochs."]


@pytest.mark.parametrize("place", ["Board", "draw", "panels", "words"])
def test_what_cannot_be_shown_does_not_end_training(notebook, capsys, monkeypatch, place):
    def fails(*arguments):
        raise ValueError("no")

    monkeypatch.setattr(progress, place, fails)
    assert len(fit().epoch) == 3
    assert [*notebook.sentences, *capsys.readouterr().out.splitlines()] == ["Trained for 3 epochs."]


def test_a_board_that_cannot_be_updated_does_not_end_training(notebook, monkeypatch):
    monkeypatch.setattr(board, "draw", lambda *arguments: 1 / 0)
    assert len(fit().epoch) == 3
    assert notebook.sentences == ["Trained for 3 epochs."]


def test_in_a_terminal_there_is_a_line(capsys):
    fit(epochs=0)
    assert capsys.readouterr().out == "Trained for 0 epochs.\n"


def test_in_a_terminal_a_line_shows_how_it_goes(monkeypatch):
    monkeypatch.setattr("course_utils.progress_line.EVERY", 0.0)  # every epoch is told, however quick it is
    monkeypatch.setattr("course_utils.progress_line.SHARE", 1.0)
    with Terminal() as terminal:
        fit()
    assert any("epoch 2/3" in row and "loss" in row for row in terminal.seen)
    assert terminal.shown[-1].startswith("Trained for 3 epochs.")
