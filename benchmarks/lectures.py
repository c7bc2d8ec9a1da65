"""The lectures' own code for the examples that are trained: graph, start, optimizer, losses, epochs and batches.

Changed is what Keras 3 forces, and the data where the lecture draws them at random: nothing can be learned from those,
so the lesson's take their place, in the lecture's sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import keras


class Fed(NamedTuple):
    """What `fit` is given."""

    x: Any
    y: Any
    validation: tuple[Any, Any]


@dataclass(frozen=True)
class Example:
    """A lecture example that is trained.

    Args:
        model: builds and compiles it.
        parameters: how many it has, as the lecture's own has.
        data: what it is fed with.
        epochs: as in the lecture.
        batch_size: as in the lecture.
        lesson: the lesson that trains it, by number, and what the model is called that it trains at last.
        limit: epochs that are run here, where all of them would take too long.
        loss: from a log of the lesson's training, and the lesson's own names, to the lecture's validation loss.
        remark: what Keras 3 forces, and what is not as in the lecture.
    """

    model: Callable[[], keras.Model]
    parameters: int
    data: Callable[[], Fed]
    epochs: int
    batch_size: int
    lesson: tuple[str, str]
    limit: int | None = None
    loss: Callable[[Mapping[str, float], Mapping[str, Any]], float] = lambda logs, names: logs["val_loss"]
    remark: str = ""

    @property
    def run(self) -> int:
        """How many epochs are run here."""
        return self.limit or self.epochs


def _l8() -> keras.Model:
    import keras
    from keras.layers import Dense

    model = keras.Sequential()
    model.add(keras.Input(shape=(1,)))
    model.add(Dense(32, activation="sigmoid", kernel_initializer="uniform"))
    model.add(Dense(32, activation="sigmoid", kernel_initializer="uniform"))
    model.add(Dense(1, kernel_initializer="uniform"))
    model.compile(loss="mse", optimizer="rmsprop")
    return model


def _l9() -> keras.Model:
    import keras
    from keras.layers import Dense, concatenate

    x1, x2 = keras.Input(shape=(1,)), keras.Input(shape=(1,))
    a = Dense(32, activation="sigmoid")(x1)
    b = Dense(20, activation="sigmoid")(x2)
    h = Dense(32, activation="sigmoid")(concatenate([a, b]))
    model = keras.Model(inputs=[x1, x2], outputs=Dense(1)(h))
    model.compile(loss="mse", optimizer="rmsprop")
    return model


def _l13() -> keras.Model:
    import keras
    from keras import layers

    text_input = keras.Input(shape=(None,), dtype="int32", name="text")
    encoded_text = layers.LSTM(32)(layers.Embedding(10_000, 64)(text_input))
    question_input = keras.Input(shape=(None,), dtype="int32", name="question")
    encoded_question = layers.LSTM(16)(layers.Embedding(10_000, 32)(question_input))
    concatenated = layers.concatenate([encoded_text, encoded_question], axis=-1)
    answer = layers.Dense(500, activation="softmax")(concatenated)
    model = keras.Model([text_input, question_input], answer)
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["acc"])
    return model


def _l15() -> keras.Model:
    import keras
    from keras import layers

    posts_input = keras.Input(shape=(None,), dtype="int32", name="posts")
    x = layers.Embedding(50_000, 256)(posts_input)
    x = layers.Conv1D(128, 5, activation="relu")(x)
    x = layers.MaxPooling1D(5)(x)
    x = layers.Conv1D(256, 5, activation="relu")(x)
    x = layers.Conv1D(256, 5, activation="relu")(x)
    x = layers.MaxPooling1D(5)(x)
    x = layers.Conv1D(256, 5, activation="relu")(x)
    x = layers.Conv1D(256, 5, activation="relu")(x)
    x = layers.GlobalMaxPooling1D()(x)
    x = layers.Dense(128, activation="relu")(x)
    age = layers.Dense(1, name="age")(x)
    income = layers.Dense(10, activation="softmax", name="income")(x)
    gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
    model = keras.Model(posts_input, [age, income, gender])
    model.compile(
        optimizer="rmsprop",
        loss={"age": "mse", "income": "categorical_crossentropy", "gender": "binary_crossentropy"},
        loss_weights={"age": 0.25, "income": 1.0, "gender": 10.0},
    )
    return model


def _l16() -> keras.Model:
    import keras
    from keras.layers import Dense

    def sigmoid(units: int) -> Dense:
        return Dense(units, activation="sigmoid", kernel_initializer="uniform")

    x = keras.Input(shape=(1,))
    trunk = sigmoid(20)(sigmoid(20)(x))
    left = Dense(1, kernel_initializer="uniform")(sigmoid(20)(sigmoid(20)(trunk)))
    right = Dense(1, kernel_initializer="uniform")(sigmoid(30)(sigmoid(30)(trunk)))
    model = keras.Model(x, [left, right])
    model.compile(optimizer="rmsprop", loss=["mse", "mse"], loss_weights=[1, 1])
    return model


def _l17() -> keras.Model:
    import keras
    from keras.layers import LSTM, Dense, Embedding, concatenate

    main_input = keras.Input(shape=(100,), dtype="int32", name="main_input")
    lstm_out = LSTM(32)(Embedding(input_dim=10_000, output_dim=512)(main_input))
    auxiliary_output = Dense(1, activation="sigmoid", name="aux_output")(lstm_out)
    auxiliary_input = keras.Input(shape=(5,), name="aux_input")
    x = concatenate([lstm_out, auxiliary_input])
    for _ in range(3):
        x = Dense(64, activation="relu")(x)
    main_output = Dense(1, activation="sigmoid", name="main_output")(x)
    model = keras.Model([main_input, auxiliary_input], [main_output, auxiliary_output])
    model.compile(optimizer="rmsprop", loss=["binary_crossentropy"] * 2, loss_weights=[1.0, 0.2])
    return model


def _sine() -> Fed:
    from course_utils import data

    waves = data.waves.make(n=1000, n_validation=100, seed=7)
    return Fed(waves.train.x["x"], waves.train.y["sin"], (waves.validation.x["x"], waves.validation.y["sin"]))


def _sine_twice() -> Fed:
    x, y, (x_validation, y_validation) = _sine()
    return Fed([x, x], y, ([x_validation, x_validation], y_validation))


def _two_curves() -> Fed:
    from course_utils import data

    waves = data.waves.make(n=1000, n_validation=100, seed=7, targets=("sin", "exp"))
    (x, y), (x_validation, y_validation) = (
        (s.x["x"], [s.y["sin"], s.y["exp"]]) for s in (waves.train, waves.validation)
    )
    return Fed(x, y, (x_validation, y_validation))


def _letters() -> Fed:
    import keras

    from course_utils import data

    letters = data.questions.make(n=6000, n_validation=2000, seed=7)
    (x, y), validation = (
        (s.x, keras.utils.to_categorical(s.y["answer"], 500)) for s in (letters.train, letters.validation)
    )
    return Fed(x, y, validation)


def _people() -> Fed:
    from course_utils import data

    people = data.posts.make(n=6000, seed=7)
    return Fed(people.train.x["posts"], people.train.y, (people.validation.x["posts"], people.validation.y))


def _headlines() -> Fed:
    from course_utils import data

    tweets = data.headlines.make(n=4000, n_validation=2000, seed=7)
    return Fed(tweets.train.x, tweets.train.y, (tweets.validation.x, tweets.validation.y))


def _in_years(logs: Mapping[str, float], names: Mapping[str, Any]) -> float:
    """The lecture's sum of the three losses, of a lesson that scales the ages."""
    age = logs["val_age_loss"] * names["spread"] ** 2
    return 0.25 * age + 1.0 * logs["val_income_loss"] + 10.0 * logs["val_gender_loss"]


EXAMPLES = {
    "L8": Example(_l8, 1_153, _sine, 400, 32, ("02", "good")),
    "L9": Example(
        _l9, 1_833, _sine_twice, 400, 32, ("03", "learner"),
        remark="the lecture gives this example no settings of its own; those of L8 are taken, with Keras's own start",
    ),
    "L13": Example(
        _l13, 1_000_052, _letters, 10, 128, ("04", "model_of_both"),
        remark="the lesson's letters for random numbers, their 25 answers one-hot among the lecture's 500",
    ),
    "L15": Example(
        _l15, 14_146_316, _people, 10, 64, ("08", "small"), limit=2, loss=_in_years,
        remark="the lesson's posts for random numbers; the loss is the lecture's sum with ages in years, for both",
    ),
    "L16": Example(_l16, 2_912, _two_curves, 300, 32, ("06", "better")),
    "L17": Example(
        _l17, 5_200_610, _headlines, 50, 32, ("09", "small"), limit=3,
        remark="the lesson's headlines for random numbers; one loss a head, since Keras 3 refuses one loss with a list "
        "of weights",
    ),
}  # fmt: skip
"""The lecture examples that are trained, by name."""
