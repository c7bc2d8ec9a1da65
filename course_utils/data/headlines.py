"""Headlines and five numbers about the tweet → retweeted or not (lecture example L17).

A headline is made of an opening, a subject, a verb, an object and an ending; up to four clauses that mean nothing for
the answer stand in between:

    watch penguin chick finds lost wedding ring after a cold night in the harbour and nobody saw it coming

How retweets are drawn. Each opening, subject, verb, object and ending adds a known number of points, s in all, and so
do the hour (two peaks, at 8 and at 20), the weekday (peak on Saturday) and the number of followers (log-normal), a in
all. Parts are drawn independently of each other, and the tweet is retweeted with probability 1 / (1 + exp(−(s + a))).

How well any model can do. The answer stays a matter of chance even to one who knows every rule: the best accuracy is
E[max(p, 1 − p)] with p the probability given what one sees: σ(s + a) for both inputs, E[σ(s + a) | s] for the headline
alone, E[σ(s + a) | a] for the numbers alone. Points for words are multiples of 0.1, so s has a few hundred values,
whose probabilities follow by convolution; a has 24 × 7 hours and weekdays, and followers enter by Gauss–Hermite
quadrature. No sampling is involved.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from course_utils.data.dataset import Arrays, Dataset, Split, check_range
from course_utils.data.words import Vocabulary

_OPENINGS = {
    "": 0.0,
    "breaking": 0.5,
    "exclusive": 0.3,
    "opinion": -0.9,
    "watch": 1.1,
    "update": -0.5,
    "correction": -1.5,
    "quiz": 1.0,
}
_SUBJECTS = {
    "penguin chick": 2.0,
    "retired teacher": 0.7,
    "school orchestra": 0.5,
    "lottery winner": 1.1,
    "lighthouse keeper": 0.9,
    "astronaut": 1.4,
    "village bakery": 0.6,
    "goalkeeper": 0.3,
    "city council": -1.1,
    "finance minister": -1.4,
    "pension fund": -1.7,
    "water board": -1.3,
    "insurance company": -1.2,
    "road authority": -1.0,
    "film director": 0.2,
    "museum": -0.1,
}
_VERBS = {
    "rescues": 1.2,
    "finds": 0.4,
    "celebrates": 0.5,
    "breaks silence over": 0.9,
    "discusses": -0.7,
    "postpones": -0.9,
    "reviews": -1.1,
    "defends": -0.3,
}
_OBJECTS = {
    "lost wedding ring": 1.3,
    "runaway tortoise": 1.7,
    "world record": 0.8,
    "secret recipe": 0.9,
    "hundred year old letter": 1.1,
    "giant pumpkin": 0.6,
    "annual report": -1.6,
    "parking rules": -1.0,
    "interest rates": -1.2,
    "meeting schedule": -1.8,
    "drainage plan": -1.1,
    "new bridge": 0.3,
}
_ENDINGS = {
    "": 0.0,
    "and nobody saw it coming": 0.8,
    "here is why": 0.6,
    "in pictures": 0.4,
    "officials say": -0.5,
    "according to a report": -0.7,
    "a summary": -0.8,
    "what we know so far": 0.2,
}
_CLAUSES = (
    "after a cold night in the harbour",
    "in the north of the country",
    "despite heavy rain",
    "three weeks before the holidays",
    "for the second time this year",
    "near the old railway station",
    "on the first day of spring",
    "with help from two neighbours",
)
_PARTS = (_OPENINGS, _SUBJECTS, _VERBS, _OBJECTS, _ENDINGS)
MAX_CLAUSES = 4
"""Clauses without meaning in a headline, at most."""
MAX_TOKENS = sum(max(len(text.split()) for text in part) for part in _PARTS) + MAX_CLAUSES * max(
    len(text.split()) for text in _CLAUSES
)
"""Words of the longest headline."""
LENGTH = 100
"""Tokens of a row."""

_HOUR_POINTS, _DAY_POINTS, _FOLLOWER_POINTS = 1.4, 0.8, 1.2
_FOLLOWERS_MEAN, _FOLLOWERS_SPREAD = 3.0, 0.8
"""Of the base-10 logarithm of the number of followers."""
AUX_NAMES = ("sin hour", "cos hour", "sin weekday", "cos weekday", "log10 followers")
"""Columns of `aux_input`."""


def make(n: int = 4000, n_validation: int = 2000, seed: int = 7, *, length: int = LENGTH) -> Dataset:
    """Headlines with what is known about the tweet, and whether it was retweeted (lecture example L17).

    Inputs: `main_input` int32 (tweets, length), the headline's words, padded with zeros in front; `aux_input` float32
    (tweets, 5): hour of the day and weekday (0 is Monday) as sine and cosine, log10 of the number of followers.
    Targets: `main_output` and `aux_output`, float32 (tweets, 1), both the same 0 or 1, because the lecture's two heads
    are asked the same question.

    `.ceiling[inputs]` is the best accuracy with these inputs, for either target. In the lecture's network `aux_output`
    reads the headline alone, so its limit is that of `frozenset({"main_input"})`.
    `.details`: `aux_names`, `points` (text → points, by part), `log_loss` (the least binary cross-entropy, by inputs),
    and by split `text_points` and `aux_points`, whose sum an oracle would put into the sigmoid.

    Time and memory grow with n: a million tweets of length 100 take about 2 s and 0.5 GB.

    Args:
        n: tweets for training, 1 to 5,000,000.
        n_validation: tweets for validation, 1 to 1,000,000.
        seed: the same seed gives the same data.
        length: tokens of a row; at least `MAX_TOKENS`, so that no headline is cut.

    Raises:
        ValueError: if an argument is out of range.
    """
    check_range("n", n, 1, 5_000_000)
    check_range("n_validation", n_validation, 1, 1_000_000)
    check_range("seed", seed, 0, 2**63 - 1)
    check_range("length", length, MAX_TOKENS, 1_000)
    rng = np.random.default_rng(seed)
    total = n + n_validation

    main, text_points = _headlines(rng, total, length)
    hour, day = rng.integers(24, size=total), rng.integers(7, size=total)
    followers = rng.normal(_FOLLOWERS_MEAN, _FOLLOWERS_SPREAD, total)
    aux_points = _aux_points(hour, day, followers)
    angles = (2 * np.pi * hour / 24, 2 * np.pi * day / 7)
    aux = np.stack([f(angle) for angle in angles for f in (np.sin, np.cos)] + [followers], axis=1).astype("float32")
    retweeted = (rng.random(total) < _sigmoid(text_points + aux_points)).astype("float32")[:, None]

    x: Arrays = {"main_input": main, "aux_input": aux}
    y: Arrays = {"main_output": retweeted, "aux_output": retweeted}
    points = {"text_points": text_points, "aux_points": aux_points}
    limits = _limits()
    return Dataset(
        train=Split({k: v[:n] for k, v in x.items()}, {k: v[:n] for k, v in y.items()}),
        validation=Split({k: v[n:] for k, v in x.items()}, {k: v[n:] for k, v in y.items()}),
        ceiling={inputs: dict.fromkeys(y, accuracy) for inputs, (accuracy, _) in limits.items()},
        vocabulary=VOCABULARY,
        decode=decode,
        details={
            "aux_names": AUX_NAMES,
            "points": dict(zip(("opening", "subject", "verb", "object", "ending"), map(dict, _PARTS), strict=True)),
            "log_loss": {inputs: loss for inputs, (_, loss) in limits.items()},
            "train": {k: v[:n] for k, v in points.items()},
            "validation": {k: v[n:] for k, v in points.items()},
        },
    )


def encode(text: str | Iterable[str], length: int = LENGTH) -> np.ndarray:
    """Turn headlines into tokens, int32 (headlines, length): what `decode` undoes.

    Args:
        text: a headline, or a list of headlines. Unknown words become 1; punctuation is dropped.
        length: tokens of each row, padded in front; of a longer text the last `length` are kept.

    Raises:
        ValueError: for a length that is not a whole number from 1 to 10,000.
        TypeError: for anything that is not text.
    """
    return _VOCABULARY.encode(text, length)


_VOCABULARY = Vocabulary(text for part in (*_PARTS, _CLAUSES) for text in part)
VOCABULARY = _VOCABULARY.words
"""Token number → word: 0 padding, 1 an unknown word. Alphabetical, so that a number says nothing about the meaning."""
decode = _VOCABULARY.decode


def _sigmoid(points: np.ndarray) -> np.ndarray:
    """Probability of a retweet."""
    return 1 / (1 + np.exp(-points))


def _aux_points(hour: np.ndarray, day: np.ndarray, log_followers: np.ndarray) -> np.ndarray:
    """Points for hour (0–23), weekday (0–6) and log10 of the followers."""
    points: np.ndarray = (
        _HOUR_POINTS * np.cos(4 * np.pi * (hour - 8) / 24)
        + _DAY_POINTS * np.cos(2 * np.pi * (day - 5) / 7)
        + _FOLLOWER_POINTS * (log_followers - _FOLLOWERS_MEAN)
    )
    return points


def _texts(texts: Any) -> tuple[np.ndarray, np.ndarray]:
    """Texts as tokens, int32 (texts, words of the longest) with zeros behind, and the points of each."""
    words = [text.split() for text in texts]
    table = np.zeros((len(words), max(map(len, words))), dtype=np.int32)
    for row, text in zip(table, words, strict=True):
        row[: len(text)] = [_VOCABULARY.number(word) for word in text]
    points = np.array(list(texts.values())) if isinstance(texts, dict) else np.zeros(len(words))
    return table, points


def _headlines(rng: np.random.Generator, n: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Tokens, int32 (n, length), and points, float64 (n,)."""
    out = np.zeros((n, length), dtype=np.int32)
    points = np.zeros(n)
    for start in range(0, n, 50_000):  # keeps memory beyond the result small
        part = slice(start, start + 50_000)
        size = len(points[part])
        pieces = []
        for texts in _PARTS:
            table, value = _texts(texts)
            choice = rng.integers(len(table), size=size)
            pieces.append(table[choice])
            points[part] += value[choice]
        # Row 0 is empty: a headline has 0 to 4 clauses. They stand between the object and the ending.
        clauses, _ = _texts(("", *_CLAUSES))
        choice = 1 + rng.random((size, len(_CLAUSES))).argsort(axis=1)[:, :MAX_CLAUSES]
        choice[np.arange(MAX_CLAUSES) >= rng.integers(MAX_CLAUSES + 1, size=(size, 1))] = 0
        pieces.insert(-1, clauses[choice].reshape(size, -1))
        tokens = np.concatenate(pieces, axis=1)
        # A token's new place: from the right end, back by the number of tokens that follow it.
        used = tokens != 0
        place = length - np.cumsum(used[:, ::-1], axis=1)[:, ::-1]
        who, where = np.nonzero(used)
        out[part][who, place[who, where]] = tokens[who, where]
    return out, points


@lru_cache(maxsize=1)
def _limits() -> dict[frozenset[str], tuple[float, float]]:
    """Best accuracy and least cross-entropy by inputs; the module's docstring derives them."""
    chance, least = np.ones(1), 0
    for texts in _PARTS:
        tenths = np.rint(10 * np.array(list(texts.values()))).astype(int)
        step = np.bincount(tenths - tenths.min()) / len(tenths)
        chance, least = np.convolve(chance, step), least + tenths.min()
    s = (least + np.arange(len(chance))) / 10

    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    hour, day, node = (axis.ravel() for axis in np.meshgrid(np.arange(24), np.arange(7), np.arange(41), indexing="ij"))
    a = _aux_points(hour, day, _FOLLOWERS_MEAN + _FOLLOWERS_SPREAD * nodes[node])
    share = (weights / weights.sum())[node] / (24 * 7)

    p = _sigmoid(s[:, None] + a)
    seen = {
        ("main_input", "aux_input"): (p, chance[:, None] * share),
        ("main_input",): (p @ share, chance),
        ("aux_input",): (chance @ p, share),
        (): (chance @ p @ share, np.ones(())),
    }
    return {frozenset(inputs): _best(p, weight) for inputs, (p, weight) in seen.items()}


def _best(p: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Accuracy and cross-entropy of one who knows the probabilities p, which occur with these weights."""
    entropy = -(p * np.log(p) + (1 - p) * np.log1p(-p))
    return float((np.maximum(p, 1 - p) * weight).sum()), float((entropy * weight).sum())
