"""Pictures of lesson 04."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from course_utils.graphs.draw import plot_model


def question_answering() -> Any:
    """L13 with the lecture's sizes."""
    text = keras.Input(shape=(None,), dtype="int32", name="text")
    question = keras.Input(shape=(None,), dtype="int32", name="question")
    t = layers.LSTM(32, name="read_text")(layers.Embedding(10_000, 64, name="words_of_text")(text))
    q = layers.LSTM(16, name="read_question")(layers.Embedding(10_000, 32, name="words_of_question")(question))
    together = layers.concatenate([t, q], axis=-1, name="together")
    answer = layers.Dense(500, activation="softmax", name="answer")(together)
    return plot_model(keras.Model([text, question], answer), show_parameters=False)


FIGURES = {"04_question_answering": question_answering}
