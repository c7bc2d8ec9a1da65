"""Social media posts → age, income and gender of who wrote them (lecture example L15).

People are invented, and so is every rule by which they write. A person has an age, an income group and a label
`gender`, and writes a number of short posts. A post is a fixed phrase, and most phrases have a place for one word:

    age       did not expect the nursery to take this long     the word goes with the writer's age
    income    the overdraft again this month                   the word goes with the writer's income
    gender    three hours of rugby and still smiling           the word goes with the writer's gender
    nothing   good morning to everyone out there

How people are drawn. Age is a whole number of years from 18 to 70, all equally likely; gender is 0 or 1, equally
likely. Income group i of ten follows exp(−(i − μ)²/2τ²), where μ rises with age until the fifties and is lower by
`PAY_GAP` groups for label 1: the data have a pay gap, as real data do.

How words are drawn. The kind of each post and its phrase do not depend on the person. But people come back to the same
things: each has two favourite words of every kind, drawn once and independently (they may be equal), and a post takes
either with probability 1/2. An age word with centre c is a favourite with probability in proportion to
exp(−(age − c)²/2h²), an income word likewise, and a gender word comes from the list of the writer's own label with
probability `FAITHFUL`. But one person in ten (`MISREAD`) takes both from the other label's point of view, and nothing
in the posts tells who they are.

How well any model can do. The words of each kind that occur, and how often if it is only one, are all that posts tell.
With P the probability that a favourite is a given word: two words seen have likelihood in proportion to P₁·P₂; one word
seen c times is either both favourites or one of them, P² + 2·P·(1 − P)/2ᶜ. Bayes' rule then gives the posterior over
(age, income, gender), a table of 53 × 10 × 2, exactly. The best guess of the age is the posterior mean and its error
the posterior's standard deviation; the best guesses of the others are the likeliest, right with the posterior
probability. These are averaged over 8,000 people drawn by the same rules (standard error about 0.004 for accuracy and
0.02 years for age).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from course_utils.data.dataset import Arrays, Dataset, Split, check_range
from course_utils.data.words import Vocabulary

AGES = np.arange(18, 71)
"""Years."""
GROUPS = 10
"""Income groups, 0 the lowest."""
GENDERS = ("man", "woman")
"""What `gender` 0 and 1 stand for: what people entered in a form that offered no third answer."""
PAY_GAP = 1.0
"""Income groups by which label 1 earns less at the same age."""
MISREAD = 0.1
"""Share of people who write with the other label's words."""
FAITHFUL = 0.95
"""Probability that a favourite gender word is from the list that goes with the writer."""
POST_LENGTH = 10
"""Tokens a post has at most, its full stop included."""
LENGTH = 280
"""Tokens a person."""

_AGE_SPREAD = 3.0
_INCOME_SPREAD = 0.7
_INCOME_TAU = 2.5


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_AGE_WORDS = _words(
    "exam dorm internship roommate festival hostel flatshare engagement wedding honeymoon ultrasound newborn "
    "nursery pushchair toddler kindergarten playground schoolbag homework orthodontist teenager curfew reunion "
    "bifocals graduation cholesterol divorce allotment grandchild pension retirement cruise arthritis choir "
    "memoir"
)
"""From young to old."""
_INCOME_WORDS = _words(
    "foodbank overdraft pawnshop coupon nightbus payday launderette fleamarket rent instalment savings hatchback "
    "mortgage raise bonus renovation dividend chalet yacht chauffeur"
)
"""From low to high, two a group."""
_GENDER_WORDS = (
    ("rugby", "fishing", "darts", "wrestling", "motorbikes", "drumming", "barbecue", "boxing", "golf", "snooker"),
    ("netball", "knitting", "ballet", "yoga", "baking", "embroidery", "romcoms", "zumba", "crochet", "gymnastics"),
)
"""For label 0, for label 1. Who does what is a cliché: that is what such a model learns."""

_PHRASES = {
    "age": (
        "did not expect the * to take this long",
        "up all night because of the *",
        "ask me anything about the *",
        "nobody warned me about the *",
        "the * is all i talk about now",
        "so proud of how the * went",
    ),
    "income": (
        "the * again this month",
        "we argued about the * over dinner",
        "spent the whole morning on the *",
        "the * is the reason i cannot sleep",
        "finally sorted out the *",
        "my parents never had to think about a *",
    ),
    "gender": (
        "three hours of * and still smiling",
        "who is up for * on saturday",
        "my friends are tired of hearing about *",
        "trying * for the first time since school",
        "all i want for my birthday is *",
    ),
    "nothing": (
        "good morning to everyone out there",
        "what a day",
        "is it only tuesday",
        "the rain has not stopped since sunday",
        "does anyone know a good place for lunch",
        "my phone is at two percent again",
        "this song has been in my head all day",
        "thank you all for the kind words",
        "cannot find my keys",
        "the train is late and so am i",
    ),
}
_SHARES = {"age": 0.28, "income": 0.28, "gender": 0.24, "nothing": 0.2}
_KINDS = tuple(_SHARES)


def make(n: int = 4000, n_validation: int = 1000, seed: int = 7, *, length: int = LENGTH) -> Dataset:
    """People's posts with their age, income and gender (lecture example L15).

    Input: `posts` int32 (people, length), padded with zeros in front; each post ends with the token ".".
    Targets: `age` float32 (people, 1), years; `income` float32 (people, 10), one-hot; `gender` float32 (people, 1),
    0 or 1.

    `.ceiling[frozenset({"posts"})]` is the best root mean squared error of `age` in years, and the best accuracies of
    `income` and `gender`; `.ceiling[frozenset()]` is the same without reading any post.
    `.details`: `genders` (what 0 and 1 stand for), `income_words` and `age_words` (low to high), `gender_words` (two
    lists), `pay_gap`, `misread_share`, `age_mae` and `gender_auc` (further limits), and by split `misread`
    (whether the person writes with the other label's words).

    Time and memory grow with n: a million people at length 280 take about 25 s and 1.2 GB.

    Args:
        n: people for training, 1 to 5,000,000.
        n_validation: people for validation, 1 to 1,000,000.
        seed: the same seed gives the same data.
        length: tokens a person, 10 to 2,000; there is one post for each ten. The lecture's network needs at least 269.

    Raises:
        ValueError: if an argument is out of range.
    """
    check_range("n", n, 1, 5_000_000)
    check_range("n_validation", n_validation, 1, 1_000_000)
    check_range("seed", seed, 0, 2**63 - 1)
    check_range("length", length, POST_LENGTH, 2_000)
    rng = np.random.default_rng(seed)
    total = n + n_validation
    people = _people(rng, total)
    posts = np.zeros((total, length), dtype=np.int32)
    for start in range(0, total, 10_000):  # keeps memory beyond the result small
        part = slice(start, start + 10_000)
        kind, word = _draw_words(rng, {k: v[part] for k, v in people.items()}, length // POST_LENGTH)
        _write(rng, kind, word, posts[part])

    y: Arrays = {
        "age": AGES[people["age"], None].astype("float32"),
        "income": np.eye(GROUPS, dtype="float32")[people["income"]],
        "gender": people["gender"][:, None].astype("float32"),
    }
    rows = {"train": slice(n), "validation": slice(n, None)}
    limits = _limits(length // POST_LENGTH)
    return Dataset(
        train=Split({"posts": posts[:n]}, {k: v[:n] for k, v in y.items()}),
        validation=Split({"posts": posts[n:]}, {k: v[n:] for k, v in y.items()}),
        ceiling={
            frozenset({"posts"}): {k: limits[k] for k in y},
            frozenset(): {"age": float(AGES.std()), "income": float(_prior().sum((0, 2)).max()), "gender": 0.5},
        },
        vocabulary=VOCABULARY,
        decode=decode,
        details={
            "genders": GENDERS,
            "age_words": _AGE_WORDS,
            "income_words": _INCOME_WORDS,
            "gender_words": _GENDER_WORDS,
            "pay_gap": PAY_GAP,
            "misread_share": MISREAD,
            "age_mae": limits["age_mae"],
            "gender_auc": limits["gender_auc"],
            **{name: {"misread": people["misread"][index]} for name, index in rows.items()},
        },
    )


def encode(text: str | Iterable[str], length: int = LENGTH) -> np.ndarray:
    """Turn posts into tokens, int32 (texts, length): what `decode` undoes.

    Args:
        text: the posts of one person, each ending with a full stop, or a list of such texts. Unknown words become 1;
            other punctuation is dropped.
        length: tokens of each row, padded in front; of a longer text the last `length` are kept.

    Raises:
        ValueError: for a length that is not a whole number from 1 to 10,000.
        TypeError: for anything that is not text.
    """
    return _VOCABULARY.encode(text, length)


_TOPIC_WORDS = [*_AGE_WORDS, *_INCOME_WORDS, *_GENDER_WORDS[0], *_GENDER_WORDS[1]]
# In alphabetical order, so that a token's number says nothing about its meaning.
_VOCABULARY = Vocabulary([*_TOPIC_WORDS, *(phrase for phrases in _PHRASES.values() for phrase in phrases)], marks=".")
VOCABULARY = _VOCABULARY.words
"""Token number → word: 0 padding, 1 an unknown word, 2 the full stop."""
decode = _VOCABULARY.decode
_SLOT = -1


def _phrase_table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Phrases as tokens (phrases, 10) with -1 where the word goes, and each kind's first phrase and their number."""
    rows: list[list[int]] = []
    first, count = [], []
    for kind in _KINDS:
        first.append(len(rows))
        count.append(len(_PHRASES[kind]))
        for phrase in _PHRASES[kind]:
            tokens = [_SLOT if word == "*" else _VOCABULARY.number(word) for word in [*phrase.split(), "."]]
            rows.append([0] * (POST_LENGTH - len(tokens)) + tokens)
    return np.array(rows, dtype=np.int32), np.array(first), np.array(count)


_TABLE, _FIRST, _COUNT = _phrase_table()
_TOPIC_TOKENS = np.array([_VOCABULARY.number(word) for word in _TOPIC_WORDS], dtype=np.int32)
_OFFSET = np.cumsum([0, len(_AGE_WORDS), len(_INCOME_WORDS)])
"""Where each kind's words start in `_TOPIC_WORDS`."""


def _bell(values: np.ndarray, centres: np.ndarray, spread: float) -> np.ndarray:
    """Probability of each centre for each value, (values, centres): a bell curve, normalised in each row."""
    weight = np.exp(-0.5 * ((values[:, None] - centres) / spread) ** 2)
    return weight / weight.sum(1, keepdims=True)


_WORD_GIVEN_AGE = _bell(AGES, np.linspace(16, 72, len(_AGE_WORDS)), _AGE_SPREAD)
_WORD_GIVEN_INCOME = _bell(np.arange(GROUPS), np.repeat(np.arange(GROUPS), 2), _INCOME_SPREAD)
_WORD_GIVEN_STYLE = np.array([[FAITHFUL] * 10 + [1 - FAITHFUL] * 10, [1 - FAITHFUL] * 10 + [FAITHFUL] * 10]) / 10


def _prior() -> np.ndarray:
    """P(age, income, gender), float64 (53, 10, 2)."""
    rise = 2.0 + 5.0 * np.sin(np.pi / 2 * np.minimum((AGES - 15) / 40, 1))
    centre = rise[:, None] - PAY_GAP * np.arange(2)
    weight = np.exp(-0.5 * ((np.arange(GROUPS)[None, :, None] - centre[:, None, :]) / _INCOME_TAU) ** 2)
    return weight / weight.sum(1, keepdims=True) / (len(AGES) * 2)


def _pick(rng: np.random.Generator, table: np.ndarray, row: np.ndarray) -> np.ndarray:
    """One column for each entry of `row`, drawn with the probabilities in that row of the table."""
    steps = np.cumsum(table, axis=1)
    steps[:, -1] = 1.0
    steps += np.arange(len(table))[:, None]
    found = np.searchsorted(steps.ravel(), row + rng.random(row.shape), side="right")
    return np.minimum(found - row * table.shape[1], table.shape[1] - 1)


def _people(rng: np.random.Generator, n: int) -> Arrays:
    """Age (index into AGES), income, gender and misread, each (n,)."""
    age, gender = rng.integers(len(AGES), size=n), rng.integers(2, size=n)
    prior = _prior().transpose(0, 2, 1).reshape(-1, GROUPS)
    income = _pick(rng, prior / prior.sum(1, keepdims=True), age * 2 + gender)
    return {"age": age, "income": income, "gender": gender, "misread": rng.random(n) < MISREAD}


def _draw_words(rng: np.random.Generator, people: Arrays, count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each post its kind and the index of its word in `_TOPIC_WORDS`, each (people, posts)."""
    kind = _pick(rng, np.array([list(_SHARES.values())]), np.zeros((len(people["age"]), count), dtype=np.int64))
    word = np.zeros_like(kind)
    style = people["gender"] ^ people["misread"]
    tables = (_WORD_GIVEN_AGE, _WORD_GIVEN_INCOME, _WORD_GIVEN_STYLE)
    for k, (table, value) in enumerate(zip(tables, (people["age"], people["income"], style), strict=True)):
        favourites = np.stack([_pick(rng, table, value), _pick(rng, table, value)], axis=1)
        who, where = np.nonzero(kind == k)
        word[who, where] = _OFFSET[k] + favourites[who, rng.integers(2, size=len(who))]
    return kind, word


def _write(rng: np.random.Generator, kind: np.ndarray, word: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (people, length) with the tokens of these posts, zeros in front."""
    phrase = _FIRST[kind] + (rng.random(kind.shape) * _COUNT[kind]).astype(np.int64)
    tokens = _TABLE[phrase]
    tokens = np.where(tokens == _SLOT, _TOPIC_TOKENS[word][:, :, None], tokens).reshape(len(kind), -1)
    # A token's new place: from the right end, back by the number of tokens that follow it.
    used = tokens != 0
    place = out.shape[1] - np.cumsum(used[:, ::-1], axis=1)[:, ::-1]
    who, where = np.nonzero(used)
    out[who, place[who, where]] = tokens[who, where]


def posterior(posts: np.ndarray) -> np.ndarray:
    """P(age, income, gender | posts) by Bayes' rule from the rules above, float64 (people, 53, 10, 2).

    Args:
        posts: tokens, int (people, length), as `make` gives them.
    """
    counts = np.stack([(posts == token).sum(1) for token in _TOPIC_TOKENS], axis=1)
    return _posterior(counts)


def _posterior(counts: np.ndarray) -> np.ndarray:
    """The same from how often each of `_TOPIC_WORDS` occurs, (people, words)."""
    by_age, by_income, by_style = np.split(counts, _OFFSET[1:], axis=1)
    age = _log_likelihood(by_age, _WORD_GIVEN_AGE)
    income = _log_likelihood(by_income, _WORD_GIVEN_INCOME)
    style = np.exp(_log_likelihood(by_style, _WORD_GIVEN_STYLE))
    gender = np.log((1 - MISREAD) * style + MISREAD * style[:, ::-1])
    log = np.log(_prior()) + age[:, :, None, None] + income[:, None, :, None] + gender[:, None, None, :]
    log -= log.max((1, 2, 3), keepdims=True)
    table = np.exp(log)
    total: np.ndarray = table / table.sum((1, 2, 3), keepdims=True)
    return total


def _log_likelihood(counts: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Log-likelihood of these word counts (people, words) for each value (people, values), up to a constant."""
    seen = (counts > 0).astype(float)
    both = seen @ np.log(table).T
    once = seen @ table.T
    one = np.log(once**2 + 2 * once * (1 - once) * 0.5 ** counts.sum(1, keepdims=True) + 1e-300)
    return np.where(seen.sum(1, keepdims=True) == 1, one, both)


@lru_cache(maxsize=16)
def _limits(count: int) -> dict[str, float]:
    """Best errors and accuracies for people who write `count` posts, averaged over 8,000 of them."""
    rng = np.random.default_rng(0)
    variance, absolute, right, sure = [], [], [], []
    for _ in range(8):
        people = _people(rng, 1000)
        kind, word = _draw_words(rng, people, count)
        counts = np.zeros((1000, len(_TOPIC_WORDS)))
        who, where = np.nonzero(kind < 3)
        np.add.at(counts, (who, word[who, where]), 1)
        table = _posterior(counts)
        age = table.sum((2, 3))
        mean = age @ AGES
        median = AGES[(age.cumsum(1) < 0.5).sum(1)]
        variance.append(age @ AGES.astype(float) ** 2 - mean**2)
        absolute.append((age * abs(AGES - median[:, None])).sum(1))
        right.append(table.sum((1, 3)).max(1))
        sure.append(table.sum((1, 2))[:, 1])
    p = np.sort(np.concatenate(sure))
    # AUC: the chance that a random woman's p is above a random man's, with each person's gender still open. Pair i < j
    # counts (1 − p_i)·p_j of the pairs that are in order.
    below = np.cumsum(1 - p) - (1 - p)
    auc = float((below * p).sum() / (p.sum() * (1 - p).sum() - (p * (1 - p)).sum()))
    return {
        "age": float(np.sqrt(np.mean(np.concatenate(variance)))),
        "age_mae": float(np.mean(np.concatenate(absolute))),
        "income": float(np.mean(np.concatenate(right))),
        "gender": float(np.mean(np.maximum(p, 1 - p))),
        "gender_auc": auc,
    }
