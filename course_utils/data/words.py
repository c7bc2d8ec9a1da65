"""Words and their numbers: what the makers of texts share."""

from __future__ import annotations

import string
from collections.abc import Iterable
from typing import Any

import numpy as np

from course_utils.data.dataset import check_range


def split_words(text: str, marks: str = "") -> list[str]:
    """Words in small letters without punctuation, as `keras.layers.TextVectorization` makes them by default.

    Args:
        text: any text.
        marks: punctuation that is kept: each mark is a word of its own.
    """
    dropped = "".join(mark for mark in string.punctuation if mark not in marks)
    apart = {mark: f" {mark} " for mark in marks}
    return text.lower().translate(str.maketrans({**dict.fromkeys(dropped), **apart})).split()


class Vocabulary:
    """The words that a model knows, numbered: 0 is padding, 1 an unknown word, then marks, then alphabetical order.

    Args:
        texts: whose words are known.
        marks: punctuation that counts as words.
    """

    def __init__(self, texts: Iterable[str], marks: str = "") -> None:
        self.marks = marks
        known = {word for text in texts for word in split_words(text)}
        self.words = ("", "[UNK]", *marks, *sorted(known))
        self._number = {word: number for number, word in enumerate(self.words) if number > 1}

    def number(self, word: str) -> int:
        """Number of a word, 1 if it is unknown."""
        return self._number.get(word.lower(), 1)

    def unknown(self, text: str) -> list[str]:
        """Words of a text that are unknown, in order."""
        return [word for word in split_words(text, self.marks) if word not in self._number]

    def encode(self, text: str | Iterable[str], length: int) -> np.ndarray:
        """Numbers of the words of one text or several, int32 of shape (texts, length), zeros before the first word.

        Of a text longer than `length` the last words are kept.

        Raises:
            ValueError: for a length that is not a whole number from 1 to 10,000.
            TypeError: for anything that is not text.
        """
        check_range("length", length, 1, 10_000)
        if not isinstance(text, (str, Iterable)):
            raise TypeError(f"encode takes text, or a list of texts; got {type(text).__name__}.")
        texts = [text] if isinstance(text, str) else list(text)
        result = np.zeros((len(texts), length), np.int32)
        for row, one in zip(result, texts, strict=True):
            if not isinstance(one, str):
                raise TypeError(f"encode takes text, or a list of texts; got a list with {type(one).__name__}.")
            numbers = [self.number(word) for word in split_words(one, self.marks)][-length:]
            row[length - len(numbers) :] = numbers
        return result

    def decode(self, tokens: Any) -> str:
        """Words of one row of numbers, one space between them, none before a mark; zeros are skipped.

        Raises:
            ValueError: for anything but whole numbers of shape (length,) out of the vocabulary.
        """
        row = np.asarray(tokens)
        if row.ndim != 1 or (row.size and row.dtype.kind not in "iu"):
            raise ValueError(f"decode takes one row of whole numbers; got {row.dtype} of shape {row.shape}.")
        if row.size and not 0 <= row.min() <= row.max() < len(self.words):
            raise ValueError(f"decode takes numbers from 0 to {len(self.words) - 1}; got {row.min()} to {row.max()}.")
        words = (self.words[number] for number in row if number)
        return "".join(word if word in self.marks else f" {word}" for word in words).removeprefix(" ")


def place(tokens: np.ndarray, lengths: np.ndarray, ends: np.ndarray, target: np.ndarray) -> None:
    """Copy the first words of each row into the same row of `target`, so that they end where they should.

    Args:
        tokens: shape (n, longest).
        lengths: how many words of each row, shape (n,).
        ends: column of `target` behind the last word, shape (n,).
        target: shape (n, length); changed.
    """
    rows, columns = np.nonzero(np.arange(tokens.shape[1]) < lengths[:, None])
    target[rows, (ends - lengths)[rows] + columns] = tokens[rows, columns]
