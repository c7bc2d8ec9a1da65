"""Tickets of a support desk: title, body and tags in, priority and department out (ticket triage, with L19).

    title        Urgent: printer problem
    body         Good morning. I need help with the printer. Nobody in the office can work. Thank you.
    tags         hardware, deadline
    priority     0.83
    department   hardware

How a ticket is drawn. It belongs to one of D departments, all equally likely, and is about one of four things of that
department. Three places may name it, each alone: the title does (else it is vague) with probability 1 − 0.3, the body
with 1 − 0.4, and the tags have the department with 1 − 0.5.

The priority is the number of points out of six: 1 when the title begins with "Urgent", 0 to 3 for what the body says
about its effect, 1 each for the tags "customer waits" and "deadline". Each of these is drawn alone: a yes with
probability 1/2, and the effect with 1/4 for each level.

What can be reached:

* Department, as accuracy: what names it decides it. When nothing that is seen names it, which happens with the product
  p of the three probabilities above (of those places that are seen), each of the D is equally likely: 1 − p·(1 − 1/D).
* Priority, as mean squared error: what is seen is known, what is not seen is guessed by its mean. The points are
  independent, so the error is the sum of the variances of those not seen, over 36: 1/4 for the title, 5/4 for the
  body, 1/2 for the tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from course_utils.data.dataset import Arrays, Dataset, Split, check_range
from course_utils.data.words import Vocabulary, place, split_words

THINGS = {
    "hardware": ("laptop", "printer", "screen", "keyboard"),
    "network": ("wifi", "vpn", "router", "connection"),
    "accounts": ("password", "login", "profile", "permission"),
    "billing": ("invoice", "refund", "payment", "contract"),
}
"""What a ticket may be about, by department."""
DEPARTMENTS = tuple(THINGS)
"""Department number → name."""
TAGS = (*DEPARTMENTS, "customer waits", "deadline")
"""Column of `tags` → tag."""
UNNAMED = {"title": 0.3, "body": 0.4, "tags": 0.5}
"""How often an input does not name the department."""
POINTS = 6
"""Points that make priority 1."""
_VARIANCE = {"title": 1 / 4, "body": 5 / 4, "tags": 1 / 2}  # of the points that an input tells

_URGENT = ("", "Urgent:")
_TITLES = ("{thing} problem", "Trouble with the {thing}", "The {thing} again", "About my {thing}")
_VAGUE_TITLES = ("Please help", "A question", "Something is wrong", "Support needed")
_GREETINGS = ("Hello.", "Good morning.", "Dear support.", "Hi.")
_SENTENCES = (
    "Something is wrong with my {thing}.",
    "It is about the {thing}.",
    "Since Monday the {thing} makes trouble.",
    "I need help with the {thing}.",
)
_VAGUE_SENTENCES = (
    "Something does not work.",
    "I tried all I could.",
    "It is as I said on the phone.",
    "I need help again.",
)
EFFECTS = (
    ("It can wait.", "There is no hurry.", "Next week is soon enough.", "It is only a small thing."),
    ("It slows me down.", "I work more slowly.", "It costs me an hour a day.", "It is a nuisance."),
    ("I cannot work.", "My work has stopped.", "I can do nothing.", "I am sitting idle."),
    ("Nobody in the office can work.", "The whole team has stopped.", "All of us are idle.", "We are all waiting."),
)
"""Points → what the body says about the effect."""
_CLOSINGS = ("", "Thank you.", "Best wishes.", "Please write back.")
_WORDINGS = 4  # of every part
_THING = -1  # stands in a row of tokens until the thing is known

_TITLE_GROUPS = (_URGENT, _TITLES, _VAGUE_TITLES)
_BODY_GROUPS = (_GREETINGS, _SENTENCES, _VAGUE_SENTENCES, *EFFECTS, _CLOSINGS)
_VOCABULARY = Vocabulary(
    text.replace("{thing}", "") for group in (*_TITLE_GROUPS, *_BODY_GROUPS, *THINGS.values()) for text in group
)
VOCABULARY = _VOCABULARY.words
"""Token number → word: 0 is padding, 1 an unknown word, then the words in alphabetical order."""


def _table(templates: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Templates as rows of tokens, the thing as `_THING`, and the length of each row."""
    rows = [
        [_THING if word == "thing" else _VOCABULARY.number(word) for word in split_words(template)]
        # The sentence "a small thing" keeps its word: only what stands in braces is a slot.
        if "{thing}" in template
        else [_VOCABULARY.number(word) for word in split_words(template)]
        for template in templates
    ]
    lengths = np.array([len(row) for row in rows])
    table = np.zeros((len(rows), lengths.max()), np.int32)
    for row, tokens in zip(table, rows, strict=True):
        row[: len(tokens)] = tokens
    return table, lengths


_TITLE_PARTS = (_URGENT, _TITLES + _VAGUE_TITLES)
_BODY_PARTS = (
    _GREETINGS,
    _SENTENCES + _VAGUE_SENTENCES,
    tuple(text for level in EFFECTS for text in level),
    _CLOSINGS,
)
TITLE_LENGTH = sum(max(len(split_words(text)) for text in part) for part in _TITLE_PARTS)
"""Tokens in a title, padding included."""
BODY_LENGTH = sum(max(len(split_words(text)) for text in part) for part in _BODY_PARTS)
"""Tokens in a body, padding included."""
_THING_NUMBERS = np.array([[_VOCABULARY.number(thing) for thing in things] for things in THINGS.values()], np.int32)


def encode(text: str | Iterable[str], length: int = BODY_LENGTH) -> np.ndarray:
    """Turn words into tokens, as the data are made: small letters, no punctuation, zeros before the first word.

    Args:
        text: one title or body, or several.
        length: tokens a row; use `TITLE_LENGTH` for titles and `BODY_LENGTH` for bodies. Of a longer text the last
            words are kept.

    Returns:
        int32 array of shape (number of texts, length); (1, length) for one text: ready for `model.predict`.

    Raises:
        ValueError: for a length that is not a whole number from 1 to 10,000.
        TypeError: for anything that is not text.
    """
    return _VOCABULARY.encode(text, length)


def encode_tags(tags: Iterable[str]) -> np.ndarray:
    """Turn the tags of one ticket into a row of zeros and ones.

    Args:
        tags: names out of `TAGS`.

    Returns:
        float32 array of shape (1, 6).

    Raises:
        ValueError: for a tag that does not exist; the message lists those there are.
    """
    wanted = [tags] if isinstance(tags, str) else list(tags)
    if unknown := [tag for tag in wanted if tag not in TAGS]:
        raise ValueError(f"there is no tag {unknown[0]!r}; there are {', '.join(TAGS)}.")
    return np.array([[float(tag in wanted) for tag in TAGS]], np.float32)


def unknown_words(text: str) -> list[str]:
    """Words of a text that the vocabulary does not have, in order: `encode` turns each into 1."""
    return _VOCABULARY.unknown(text)


def _ceiling() -> dict[frozenset[str], dict[str, float]]:
    """The best that any model can do with each subset of inputs; the module's docstring derives it."""
    names = tuple(UNNAMED)
    result = {}
    for size in range(len(names), -1, -1):
        for seen in combinations(names, size):
            unnamed = float(np.prod([UNNAMED[name] for name in seen]))
            unseen = sum(variance for name, variance in _VARIANCE.items() if name not in seen)
            result[frozenset(seen)] = {
                "priority": unseen / POINTS**2,
                "department": 1 - unnamed * (1 - 1 / len(DEPARTMENTS)),
            }
    return result


def _draw(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    """What each ticket says, before it is put into words."""
    return {
        "department": rng.integers(0, len(DEPARTMENTS), n),
        "thing": rng.integers(0, _THING_NUMBERS.shape[1], n),
        "unnamed": rng.random((n, 3)) < np.array(list(UNNAMED.values())),
        "urgent": rng.integers(0, 2, n),
        "effect": rng.integers(0, len(EFFECTS), n),
        "marks": rng.integers(0, 2, (n, 2)),
        "wording": rng.integers(0, _WORDINGS, (n, 5)),  # title, greeting, sentence, effect, closing
    }


def _choices(drawn: dict[str, np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Which text of each part makes the title, and which the body."""
    wording = drawn["wording"].T
    title = [drawn["urgent"], wording[0] + _WORDINGS * drawn["unnamed"][:, 0]]
    sentence = wording[2] + _WORDINGS * drawn["unnamed"][:, 1]
    return title, [wording[1], sentence, _WORDINGS * drawn["effect"] + wording[3], wording[4]]


def _tokens(parts: Sequence[Sequence[str]], chosen: Sequence[np.ndarray], length: int, thing: np.ndarray) -> np.ndarray:
    """Rows of tokens: the chosen text of each part, one after another, zeros before the first word."""
    tables = [_table(part) for part in parts]
    lengths = np.stack([own[at] for (_, own), at in zip(tables, chosen, strict=True)], axis=1)
    ends = length - lengths.sum(axis=1, keepdims=True) + np.cumsum(lengths, axis=1)
    tokens = np.zeros((len(thing), length), np.int32)
    for part, ((table, _), at) in enumerate(zip(tables, chosen, strict=True)):
        place(table[at], lengths[:, part], ends[:, part], tokens)
    return np.where(tokens == _THING, thing[:, None], tokens)


def _inputs(drawn: dict[str, np.ndarray]) -> Arrays:
    title, body = _choices(drawn)
    thing = _THING_NUMBERS[drawn["department"], drawn["thing"]]
    own = np.eye(len(DEPARTMENTS))[drawn["department"]] * ~drawn["unnamed"][:, 2:]
    return {
        "title": _tokens(_TITLE_PARTS, title, TITLE_LENGTH, thing),
        "body": _tokens(_BODY_PARTS, body, BODY_LENGTH, thing),
        "tags": np.concatenate([own, drawn["marks"]], axis=1).astype(np.float32),
    }


def _as_written(drawn: dict[str, np.ndarray], x: Arrays, y: Arrays, n: int) -> tuple[dict[str, object], ...]:
    """The first n tickets as a person would read them."""
    result = []
    title, body = _choices(drawn)
    for i in range(min(n, len(drawn["thing"]))):
        department = DEPARTMENTS[drawn["department"][i]]
        thing = THINGS[department][drawn["thing"][i]]
        texts = []
        for parts, chosen in ((_TITLE_PARTS, title), (_BODY_PARTS, body)):
            text = " ".join(part[at[i]] for part, at in zip(parts, chosen, strict=True) if part[at[i]])
            texts.append(text.format(thing=thing))
        texts[0] = texts[0][:1].upper() + texts[0][1:]
        tags = tuple(tag for tag, there in zip(TAGS, x["tags"][i], strict=True) if there)
        priority = round(float(y["priority"][i, 0]), 2)
        result.append(
            {"title": texts[0], "body": texts[1], "tags": tags, "priority": priority, "department": department}
        )
    return tuple(result)


def make(n: int = 4000, n_validation: int = 1000, seed: int = 7, *, one_hot: bool = False) -> Dataset:
    """Make tickets, their priority and their department.

    Inputs: `title`, int32 of shape (n, `TITLE_LENGTH`), and `body`, int32 of shape (n, `BODY_LENGTH`), both with zeros
    before the first word; `tags`, float32 of shape (n, 6), a 1 for each of `TAGS` that the ticket has. Targets:
    `priority`, float32 of shape (n, 1), from 0 to 1; `department`, int32 of shape (n,), for
    `sparse_categorical_crossentropy`, or with `one_hot` float32 of shape (n, 4), for `categorical_crossentropy`.

    `ceiling` has for each subset of inputs the mean squared error of `priority` and the accuracy of `department`; how
    they follow from the way the data are drawn stands at the top of this module. A million tickets take about 5
    s and 400 MB.

    Args:
        n: training tickets, 1 to 1,000,000.
        n_validation: validation tickets, 1 to 1,000,000.
        seed: a whole number; the same seed gives the same data.
        one_hot: departments as rows of zeros and a one.

    Returns:
        The data. `details` has `departments` and `tags` (number → name) and `examples`: the first hundred training
        tickets as written, each a dict of title, body, tags, priority and department.

    Raises:
        ValueError: naming the allowed range, when an argument is outside it.
    """
    check_range("n", n, 1, 1_000_000)
    check_range("n_validation", n_validation, 1, 1_000_000)
    check_range("seed", seed, 0, 2**63 - 1)
    rng = np.random.default_rng(seed)
    splits: list[Split] = []
    examples: tuple[dict[str, object], ...] = ()
    for size in (n, n_validation):
        drawn = _draw(rng, size)
        x = _inputs(drawn)
        points = drawn["urgent"] + drawn["effect"] + drawn["marks"].sum(axis=1)
        department = drawn["department"].astype(np.int32)
        y = {
            "priority": (points / POINTS).astype(np.float32)[:, None],
            "department": np.eye(len(DEPARTMENTS), dtype=np.float32)[department] if one_hot else department,
        }
        splits.append(Split(x, y))
        examples = examples or _as_written(drawn, x, y, 100)
    return Dataset(
        splits[0],
        splits[1],
        ceiling=_ceiling(),
        vocabulary=VOCABULARY,
        decode=_VOCABULARY.decode,
        details={"departments": DEPARTMENTS, "tags": TAGS, "examples": examples},
    )
