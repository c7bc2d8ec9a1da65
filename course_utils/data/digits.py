"""Handwritten digits, whole, in halves and in pairs (lecture example L10, left and right; and siamese models).

By default they are the 1,797 pictures of 8 × 8 points that come with scikit-learn (by 13 writers; the test part of the
UCI collection "Optical Recognition of Handwritten Digits"); `source="mnist"` gives the 70,000 of 28 × 28, which Keras
downloads.

The pictures are real, so nobody knows how well they can be read at best: `ceiling` is empty here. Training, validation
and test pictures are drawn at random from the same writers, each picture once; a new writer would be read worse. MNIST
keeps its own test pictures.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from .dataset import Arrays, Dataset, Split, check_range

SOURCES = ("digits", "mnist")
"""Where pictures can come from."""
_PATIENCE = 15.0  # seconds without an answer until a download is given up

_Pictures = tuple[np.ndarray, np.ndarray]


@contextmanager
def _no_endless_waiting() -> Iterator[None]:
    """Keras downloads without a time limit: give sockets one meanwhile."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _load_mnist() -> tuple[_Pictures, _Pictures]:
    import keras

    try:
        with _no_endless_waiting():
            return keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises a plain Exception when the download fails
        raise ConnectionError(
            "MNIST could not be downloaded. Connect to the internet and run this again, or put mnist.npz "
            'into the folder ~/.keras/datasets, or use source="digits", which needs no download.'
        ) from error


def _shuffled(labels: np.ndarray, seed: int, n_test: int, n_validation: int) -> tuple[np.ndarray, ...]:
    """Indices of training, validation and test pictures, each with every digit in proportion."""
    from sklearn.model_selection import train_test_split

    rest, test = np.arange(len(labels)), np.arange(0)
    if n_test:
        rest, test = train_test_split(rest, test_size=n_test, random_state=seed, stratify=labels)
    train, validation = train_test_split(rest, test_size=n_validation, random_state=seed, stratify=labels[rest])
    return train, validation, test


def _load(source: str, seed: int) -> tuple[_Pictures, _Pictures, _Pictures]:
    """Training, validation and test pictures: uint8 or float of shape (n, height, width), and their digits."""
    if source not in SOURCES:
        raise ValueError(f"source must be one of {', '.join(SOURCES)}; got {source!r}.")
    check_range("seed", seed, 0, 2**32 - 1)
    if source == "mnist":
        (images, labels), test_pictures = _load_mnist()
        train, validation, _ = _shuffled(labels, seed, 0, len(labels) // 12)
        return (images[train], labels[train]), (images[validation], labels[validation]), test_pictures
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images, labels = bunch.images, bunch.target
    train, validation, test = _shuffled(labels, seed, 360, 240)
    return (images[train], labels[train]), (images[validation], labels[validation]), (images[test], labels[test])


def _brightness(images: np.ndarray, source: str) -> np.ndarray:
    """Pictures as float32 of shape (n, height, width, 1), 0 paper and 1 ink."""
    return (images / np.float32(16 if source == "digits" else 255)).astype(np.float32)[..., None]


def _halves(images: np.ndarray) -> Arrays:
    middle = images.shape[2] // 2
    return {
        "left": images[:, :, :middle].reshape(len(images), -1),
        "right": images[:, :, middle:].reshape(len(images), -1),
    }


def make(
    n: int | None = None, seed: int = 7, *, source: str = "digits", halves: bool = True, one_hot: bool = False
) -> Dataset:
    """Make pictures of digits, in halves or whole.

    Inputs, float32 from 0 (paper) to 1 (ink): with `halves` `left` and `right`, each flattened row by row, of shape
    (n, 32) for scikit-learn's digits and (n, 392) for MNIST; without, `image` of shape (n, 8, 8, 1) or (n, 28, 28, 1).
    Target `digit`: int32 of shape (n,), for `sparse_categorical_crossentropy`; or with `one_hot` float32 of shape
    (n, 10), for `categorical_crossentropy`.

    There are 1,197 training, 240 validation and 360 test pictures of scikit-learn's; 55,000, 5,000 and 10,000 of MNIST,
    which take about 300 MB while they are made.

    Args:
        n: training pictures, 10 to all there are; None: all.
        seed: a whole number; it decides which pictures are for training, validation and test.
        source: "digits" or "mnist".
        halves: whether the picture is cut down the middle into two inputs.
        one_hot: digits as rows of zeros and a one.

    Returns:
        The data. `details` has `test`, a third split that is used once, at the end; `size`, (height, width) of a
        picture; and `half_size`, (height, width) of a half. `ceiling` is empty: for real pictures nobody knows it.

    Raises:
        ValueError: naming what is allowed, when an argument is not.
        ConnectionError: when MNIST cannot be reached, saying what to do.
    """
    parts = _load(source, seed)
    available = len(parts[0][1])
    n = available if n is None else n
    check_range("n", n, 10, available)

    def split(pictures: _Pictures) -> Split:
        images = _brightness(pictures[0], source)
        digit = pictures[1].astype(np.int32)
        y = np.eye(10, dtype=np.float32)[digit] if one_hot else digit
        return Split(_halves(images) if halves else {"image": images}, {"digit": y})

    training, validation, test = parts
    height, width = training[0].shape[1:]
    return Dataset(
        split((training[0][:n], training[1][:n])),
        split(validation),
        details={"test": split(test), "size": (height, width), "half_size": (height, width // 2)},
    )


def _pairs(pictures: _Pictures, n: int, rng: np.random.Generator, source: str) -> Split:
    """Pairs out of one pool of pictures: half show the same digit, never the same picture."""
    images, labels = pictures
    by_digit = np.argsort(labels, kind="stable")  # positions grouped by digit
    counts = np.bincount(labels, minlength=10)
    starts = np.cumsum(counts) - counts
    same = rng.permutation(np.arange(n) % 2)
    digit = rng.integers(0, 10, n)
    first = rng.integers(0, counts[digit])
    other = (digit + (1 - same) * rng.integers(1, 10, n)) % 10
    second = np.where(same, (first + rng.integers(1, counts[digit])) % counts[digit], rng.integers(0, counts[other]))
    bright = _brightness(images, source)
    return Split(
        {"first": bright[by_digit[starts[digit] + first]], "second": bright[by_digit[starts[other] + second]]},
        {"same": same.astype(np.float32)[:, None]},
    )


def make_pairs(n: int = 6000, n_validation: int = 1000, seed: int = 7, *, source: str = "digits") -> Dataset:
    """Make pairs of pictures for the question "do both show the same digit?".

    Inputs `first` and `second`: float32 of shape (n, 8, 8, 1), for MNIST (n, 28, 28, 1), from 0 (paper) to 1 (ink).
    Target `same`: float32 of shape (n, 1), 1 for the same digit, else 0; half of the pairs each. In both kinds every
    digit is as frequent, so one picture alone says nothing: 0.5 is the best accuracy with it. Training, validation and
    test pairs share no picture. A million pairs of scikit-learn's digits take about 3 s and 650 MB.

    Args:
        n: training pairs, 2 to 1,000,000.
        n_validation: validation pairs, and as many test pairs, 2 to 100,000.
        seed: a whole number; the same seed gives the same pairs.
        source: "digits" or "mnist".

    Returns:
        The data. `details["test"]` is a third split. `ceiling` has what follows from how pairs are drawn, as accuracy;
        with both pictures nobody knows it.

    Raises:
        ValueError: naming what is allowed, when an argument is not.
        ConnectionError: when MNIST cannot be reached, saying what to do.
    """
    check_range("n", n, 2, 1_000_000)
    check_range("n_validation", n_validation, 2, 100_000)
    training, validation, test = _load(source, seed)
    rng = np.random.default_rng(seed)
    return Dataset(
        _pairs(training, n, rng, source),
        _pairs(validation, n_validation, rng, source),
        ceiling=dict.fromkeys((frozenset({"first"}), frozenset({"second"}), frozenset[str]()), 0.5),
        details={"test": _pairs(test, n_validation, rng, source), "size": training[0].shape[1:]},
    )
