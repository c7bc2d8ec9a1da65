"""Pairs of short sentences that mean the same or not (siamese LSTM, shared embedding; with lecture example L18).

Two people tell what happened. Do they tell the same?

    first    The doctor bought the car.
    second   The automobile was purchased by the physician.
    same     1

How a pair is drawn. A meaning is *who* did *what* to *which thing*: one of V ideas for each, all equally likely. Every
idea has two words, synonyms, and a sentence has one of three wordings; words and wordings are drawn for each sentence
alone. Half of the pairs have one meaning. In the other half exactly one of the three ideas differs, which one is drawn
at random, and the second sentence has any of the V − 1 others, all equally likely.

What can be reached, as accuracy:

* Both sentences: 1. No word stands for two ideas, so both together decide.
* One sentence alone, or nothing: 1/2. Either sentence of either kind of pair has every meaning equally often.
* The number of words of meaning that both have in common: 5/8. It is binomial (3, 1/2) for the same meaning and
  binomial (2, 1/2) for another, and half of the sum of the larger probabilities is (2/8 + 4/8 + 3/8 + 1/8) / 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import product

import numpy as np

from course_utils.data.dataset import Dataset, Split, check_range
from course_utils.data.words import Vocabulary, split_words

SYNONYMS = {
    "who": (
        ("doctor", "physician"),
        ("teacher", "instructor"),
        ("farmer", "grower"),
        ("lawyer", "attorney"),
        ("child", "kid"),
        ("boss", "manager"),
        ("thief", "burglar"),
        ("soldier", "trooper"),
    ),
    "did": (
        ("bought", "purchased"),
        ("fixed", "repaired"),
        ("found", "discovered"),
        ("lost", "mislaid"),
        ("cleaned", "washed"),
        ("wanted", "desired"),
        ("damaged", "harmed"),
        ("moved", "shifted"),
    ),
    "what": (
        ("car", "automobile"),
        ("house", "home"),
        ("bicycle", "bike"),
        ("boat", "ship"),
        ("sofa", "couch"),
        ("stone", "rock"),
        ("gift", "present"),
        ("picture", "image"),
    ),
}
"""The ideas, each with its two words."""
WORDINGS = (
    "The {who} {did} the {what}.",
    "The {what} was {did} by the {who}.",
    "It was the {who} who {did} the {what}.",
)
"""How a sentence can be built."""
OVERLAP = 0.625
"""Best accuracy of a rule that only counts the words of meaning in common."""

_IDEAS = len(SYNONYMS["who"])
_PARTS = tuple(SYNONYMS)
_VOCABULARY = Vocabulary(
    [*(word for ideas in SYNONYMS.values() for idea in ideas for word in idea), "the was by it who"]
)
VOCABULARY = _VOCABULARY.words
"""Token number → word: 0 is padding, 1 an unknown word, then the words in alphabetical order."""
LENGTH = max(len(split_words(wording)) for wording in WORDINGS)
"""Tokens in a sentence, padding included."""


def encode(text: str | Iterable[str], length: int = LENGTH) -> np.ndarray:
    """Turn sentences into tokens, as the data are made: small letters, no punctuation, zeros before the first word.

    Args:
        text: one sentence, or several.
        length: tokens a row. Of a longer sentence the last words are kept.

    Returns:
        int32 array of shape (number of sentences, length); (1, length) for one: ready for `model.predict`.

    Raises:
        ValueError: for a length that is not a whole number from 1 to 10,000.
        TypeError: for anything that is not text.
    """
    return _VOCABULARY.encode(text, length)


def unknown_words(text: str) -> list[str]:
    """Words of a text that the vocabulary does not have, in order: `encode` turns each into 1."""
    return _VOCABULARY.unknown(text)


@cache
def _all_sentences() -> tuple[tuple[str, ...], np.ndarray]:
    """Every sentence there is, as text and as tokens: wording by who by did by what, each word with its synonym."""
    words = [[word for idea in ideas for word in idea] for ideas in SYNONYMS.values()]
    texts = tuple(w.format(who=a, did=b, what=c) for w, a, b, c in product(WORDINGS, *words))
    tokens = encode(texts)
    tokens.setflags(write=False)
    return texts, tokens


def _draw(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of first and second sentence in `_all_sentences`, shape (2, n), and whether they mean the same."""
    same = rng.permutation(np.arange(n) % 2)
    first = rng.integers(0, _IDEAS, (n, len(_PARTS)))
    second = first.copy()
    changed, by = rng.integers(0, len(_PARTS), n), rng.integers(1, _IDEAS, n)
    rows = np.arange(n)
    second[rows, changed] = (second[rows, changed] + by * (1 - same)) % _IDEAS
    positions = []
    for meaning in (first, second):
        words = 2 * meaning + rng.integers(0, 2, meaning.shape)
        wording = rng.integers(0, len(WORDINGS), n)
        shape = (len(WORDINGS), *[2 * _IDEAS] * len(_PARTS))
        positions.append(np.ravel_multi_index((wording, *words.T), shape))
    return np.stack(positions), same


def make(n: int = 3000, n_validation: int = 1000, seed: int = 7) -> Dataset:
    """Make pairs of sentences for the question "do both mean the same?".

    Inputs `first` and `second`: int32 of shape (n, `LENGTH`), zeros before the first word. Target `same`: float32 of
    shape (n, 1), 1 for the same meaning, else 0; half of the pairs each. `ceiling` is accuracy; how it follows from
    the way the data are drawn stands at the top of this module. A million pairs take about 1 s and 200 MB.

    Args:
        n: training pairs, 2 to 1,000,000.
        n_validation: validation pairs, 2 to 1,000,000.
        seed: a whole number; the same seed gives the same pairs.

    Returns:
        The data. `details` has `synonyms` (part of the sentence → ideas), `overlap`, the best accuracy that counting
        common words can reach, and `examples`: the first hundred training pairs as written, (first, second, same).

    Raises:
        ValueError: naming the allowed range, when an argument is outside it.
    """
    check_range("n", n, 2, 1_000_000)
    check_range("n_validation", n_validation, 2, 1_000_000)
    check_range("seed", seed, 0, 2**63 - 1)
    rng = np.random.default_rng(seed)
    texts, tokens = _all_sentences()

    def split(positions: np.ndarray, same: np.ndarray) -> Split:
        x = {"first": tokens[positions[0]], "second": tokens[positions[1]]}
        return Split(x, {"same": same.astype(np.float32)[:, None]})

    positions, same = _draw(rng, n)
    shown = zip(*positions[:, :100], same, strict=False)
    return Dataset(
        split(positions, same),
        split(*_draw(rng, n_validation)),
        ceiling={
            frozenset({"first", "second"}): 1.0,
            frozenset({"first"}): 0.5,
            frozenset({"second"}): 0.5,
            frozenset(): 0.5,
        },
        vocabulary=VOCABULARY,
        decode=_VOCABULARY.decode,
        details={
            "synonyms": SYNONYMS,
            "overlap": OVERLAP,
            "examples": tuple((texts[a], texts[b], bool(s)) for a, b, s in shown),
        },
    )
