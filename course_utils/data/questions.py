"""Help-desk letters and questions about them (lecture example L13, question answering).

A customer of a telephone company writes a short text. A colleague asks one question about it. The answer is one of K:
a city, a plan, a device, or "ask a human" where the text does not say.

    text      Good morning, my name is Ines. My tablet does not work. I live in Oslo. I am on the family plan.
    question  Where does the customer live?
    answer    Oslo

How a text is drawn. It has a greeting, one sentence for each of the three topics in random order, and mostly a
closing. Each topic is *known* with probability 1 − q, and then names one of its V values, all equally likely.
Otherwise, half the time its sentence is left out and half the time it names something the help desk has no word for
(token 1).

How a question is drawn, whatever the text says. With probability o it asks something that no text tells (the customer's
age, say); otherwise it asks about one of the three topics, all equally likely, in one of several wordings.

What can be reached, as accuracy:

* Text and question: 1. Both together decide the answer.
* Question alone: a question off the topics is answered right always, and any other by the likelier of "ask a human" (q)
  and one value ((1 − q) / V): o + (1 − o)·max(q, (1 − q) / V).
* Text alone: with m topics not known, "ask a human" is right with o + (1 − o)·m/3, and the value of a known topic with
  (1 − o)/3. The larger of the two, averaged over m, which is binomial (3, q).
* Nothing: the larger of "ask a human", o + (1 − o)·q, and one value, (1 − o)(1 − q)/(3·V).

`unanswered` is the share of questions that the text does not answer; half of them are off the topics, so o is half of
it, and q follows from unanswered = o + (1 − o)·q.

Training and validation examples are drawn alike and independently. There are some hundred million texts, so hardly any
is drawn twice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from course_utils.data.dataset import Arrays, Dataset, Split, check_range
from course_utils.data.words import Vocabulary, place, split_words

ASK_A_HUMAN = "ask a human"
VALUES = {
    "city": ("Athens", "Berlin", "Dublin", "Lisbon", "Madrid", "Oslo", "Prague", "Vienna"),
    "plan": ("basic", "business", "family", "holiday", "premium", "senior", "student", "weekend"),
    "device": ("camera", "laptop", "phone", "printer", "router", "tablet", "television", "watch"),
}
"""What the customer may name, by topic."""
ANSWERS = (*(value for values in VALUES.values() for value in values), ASK_A_HUMAN)
"""Answer number → words."""

# Words that a text may hold and the vocabulary does not: real mail always has some, and a model that never met token 1
# in training would answer at random when a learner types a new word.
_STRANGE = {
    "city": ("Zagreb", "Tallinn", "Bergen"),
    "plan": ("diamond", "farmer", "nurse"),
    "device": ("doorbell", "drone", "fridge"),
}
_NAMES = (
    *("Adam", "Alma", "Boris", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Ines"),
    *("Jonas", "Karin", "Leo", "Maria", "Nora", "Oscar", "Paula", "Robert", "Sofia", "Tomas"),
)
_STRANGE_NAMES = ("Xanthe", "Ulf", "Wim", "Yara", "Zoltan")  # the last fifth of all names

_GREETINGS = (
    "Hello, this is {name}.",
    "Good morning, my name is {name}.",
    "Dear help desk, I am {name}.",
    "{name} here.",
)
_SENTENCES = {
    "city": (
        "I live in {city}.",
        "I moved to {city} last year.",
        "I am writing from {city}.",
        "My letters go to {city}.",
    ),
    "plan": (
        "I am on the {plan} plan.",
        "I pay for the {plan} plan.",
        "You sold me the {plan} plan in May.",
        "My contract is called {plan}.",
    ),
    "device": (
        "My {device} does not work.",
        "Since Monday my {device} is broken.",
        "The {device} you sent me will not start.",
        "I cannot get my {device} online.",
    ),
}
_CLOSINGS = ("", "Thank you.", "Please help me.", "I have been waiting for days.", "Please write back soon.")
_QUESTIONS = {
    "city": (
        "Where does the customer live?",
        "Where does {name} live?",
        "Which city is it?",
        "Where should we send the letter?",
    ),
    "plan": (
        "Which plan is it?",
        "Which plan is the customer on?",
        "What does {name} pay for?",
        "Which contract does the customer have?",
    ),
    "device": (
        "What is broken?",
        "What does not work?",
        "What should we repair?",
        "Which device does {name} write about?",
    ),
    "other": (
        "How old is the customer?",
        "Is {name} married?",
        "When is the bill due?",
        "Why is the price so high?",
    ),
}
_TOPICS = tuple(VALUES)
_SLOTS = {f"slot{slot}": -1 - i for i, slot in enumerate((*_TOPICS, "name"))}  # stand in while a text is put together
_CHUNK = 65_536  # rows put together at a time: what is needed besides the result stays small


def _without_slots(template: str) -> str:
    """A template with each slot, such as {city}, as one word: `slotcity`."""
    return template.replace("{", "slot").replace("}", "")


def _known_texts() -> Iterator[str]:
    """Everything that is written with known words."""
    for group in (_SENTENCES, _QUESTIONS, VALUES):
        for texts in group.values():
            yield from texts
    yield from (*_GREETINGS, *_CLOSINGS, *_NAMES)


_VOCABULARY = Vocabulary(re.sub("{.*?}", "", text) for text in _known_texts())
VOCABULARY = _VOCABULARY.words
"""Token number → word: 0 is padding, 1 an unknown word, then the words in alphabetical order."""
_VALUE_NUMBERS = np.array([[_VOCABULARY.number(value) for value in values] for values in VALUES.values()], np.int32)
_NAME_NUMBERS = np.array([_VOCABULARY.number(name) for name in (*_NAMES, *_STRANGE_NAMES)], np.int32)


def _table(templates: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Templates as rows of tokens, slots as negative numbers, and the length of each row."""
    texts = [split_words(_without_slots(template)) for template in templates]
    rows = [[_SLOTS.get(word) or _VOCABULARY.number(word) for word in words] for words in texts]
    lengths = np.array([len(row) for row in rows])
    table = np.zeros((len(rows), lengths.max()), np.int32)
    for row, tokens in zip(table, rows, strict=True):
        row[: len(tokens)] = tokens
    return table, lengths


_ALL_SENTENCES = (*_GREETINGS, *(s for topic in _TOPICS for s in _SENTENCES[topic]), *_CLOSINGS)
_ALL_QUESTIONS = tuple(q for questions in _QUESTIONS.values() for q in questions)
_SENTENCE_TABLE, _SENTENCE_LENGTHS = _table(_ALL_SENTENCES)
_QUESTION_TABLE, _QUESTION_LENGTHS = _table(_ALL_QUESTIONS)
_FIRST_CLOSING = len(_ALL_SENTENCES) - len(_CLOSINGS)  # the empty one: also what stands for a sentence left out
_WORDINGS = 4  # of every greeting, topic and question


TEXT_LENGTH = sum(max(len(split_words(s)) for s in part) for part in (_GREETINGS, *_SENTENCES.values(), _CLOSINGS))
"""Tokens in a row of `text`, padding included."""
QUESTION_LENGTH = _QUESTION_TABLE.shape[1]
"""Tokens in a row of `question`, padding included."""


def encode(text: str | Iterable[str], length: int = TEXT_LENGTH) -> np.ndarray:
    """Turn words into tokens, as the data are made: small letters, no punctuation, zeros before the first word.

    A word that is not in the vocabulary becomes 1; `unknown_words` lists them. They are the numbers that
    `keras.layers.TextVectorization(vocabulary=list(VOCABULARY[2:]))` gives, but it puts the zeros after the last word.

    Args:
        text: one text or question, or several.
        length: tokens a row; use `TEXT_LENGTH` for texts and `QUESTION_LENGTH` for questions. Of a longer text the
            last words are kept.

    Returns:
        int32 array of shape (number of texts, length); (1, length) for one text: ready for `model.predict`.

    Raises:
        ValueError: for a length that is not a whole number from 1 to 10,000.
        TypeError: for anything that is not text.
    """
    return _VOCABULARY.encode(text, length)


def unknown_words(text: str) -> list[str]:
    """Words of a text that the vocabulary does not have, in order: `encode` turns each into 1."""
    return _VOCABULARY.unknown(text)


def _rates(unanswered: float) -> tuple[float, float]:
    """Probability that a question is off the topics, and that a topic is not known."""
    off_topic = unanswered / 2
    return off_topic, (unanswered - off_topic) / (1 - off_topic)


def _ceiling(unanswered: float) -> dict[frozenset[str], float]:
    """Best accuracy with each subset of inputs; the module's docstring derives it."""
    off_topic, not_known = _rates(unanswered)
    on_topic, topics, values = 1 - off_topic, len(_TOPICS), len(VALUES["city"])
    text_alone = 0.0
    for m in range(topics + 1):
        probability = math.comb(topics, m) * not_known**m * (1 - not_known) ** (topics - m)
        text_alone += probability * max(off_topic + on_topic * m / topics, on_topic / topics if m < topics else 0.0)
    return {
        frozenset({"text", "question"}): 1.0,
        frozenset({"text"}): text_alone,
        frozenset({"question"}): off_topic + on_topic * max(not_known, (1 - not_known) / values),
        frozenset(): max(unanswered, on_topic * (1 - not_known) / (topics * values)),
    }


def _draw(rng: np.random.Generator, n: int, unanswered: float) -> dict[str, np.ndarray]:
    """What each text and question says, before it is put into words."""
    off_topic, not_known = _rates(unanswered)
    topics, values = len(_TOPICS), len(VALUES["city"])
    state = (rng.random((n, topics)) < not_known) * rng.integers(1, 3, (n, topics), dtype=np.int8)
    asked = np.where(rng.random(n) < off_topic, topics, rng.integers(0, topics, n)).astype(np.int8)
    value = rng.integers(0, values, (n, topics), dtype=np.int8)
    # A fourth column, never known, stands for the questions off the topics.
    human = np.concatenate([state > 0, np.ones((n, 1), bool)], axis=1)[np.arange(n), asked]
    said = np.minimum(asked, topics - 1)
    answer = np.where(human, len(ANSWERS) - 1, said * values + value[np.arange(n), said])
    return {
        "state": state,  # 0 known, 1 left out, 2 named by a word outside the vocabulary
        "value": value,
        "name": rng.integers(0, len(_NAMES) + len(_STRANGE_NAMES), n, dtype=np.int8),
        "order": np.argsort(rng.random((n, topics)), axis=1).astype(np.int8),
        "wording": rng.integers(0, _WORDINGS, (n, topics + 2), dtype=np.int8),  # topics, greeting, question
        "closing": rng.integers(0, len(_CLOSINGS), n, dtype=np.int8),
        "asked": asked,
        "answer": answer.astype(np.int32),
    }


def _choices(drawn: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Which five sentences make each text, shape (n, 5), and which question is asked, shape (n,)."""
    order = drawn["order"].astype(np.int64)
    topic = _WORDINGS * (1 + order) + np.take_along_axis(drawn["wording"], order, axis=1)
    topic[np.take_along_axis(drawn["state"], order, axis=1) == 1] = _FIRST_CLOSING
    greeting, closing = drawn["wording"][:, 3:4], _FIRST_CLOSING + drawn["closing"][:, None]
    return np.concatenate([greeting, topic, closing], axis=1), _WORDINGS * drawn["asked"] + drawn["wording"][:, 4]


def _fill(tokens: np.ndarray, drawn: dict[str, np.ndarray]) -> None:
    """Put names and values where the templates have slots."""
    words = [np.where(drawn["state"][:, i] == 2, 1, n[drawn["value"][:, i]]) for i, n in enumerate(_VALUE_NUMBERS)]
    for slot, word in zip(_SLOTS.values(), [*words, _NAME_NUMBERS[drawn["name"]]], strict=True):
        rows, columns = np.nonzero(tokens == slot)
        tokens[rows, columns] = word[rows]


def _put_into_words(drawn: dict[str, np.ndarray], text: np.ndarray, question: np.ndarray) -> None:
    """Write the tokens of a chunk of texts and questions into the given arrays."""
    sentences, questions = _choices(drawn)
    lengths = _SENTENCE_LENGTHS[sentences]
    ends = TEXT_LENGTH - lengths.sum(axis=1, keepdims=True) + np.cumsum(lengths, axis=1)
    for part in range(sentences.shape[1]):
        place(_SENTENCE_TABLE[sentences[:, part]], lengths[:, part], ends[:, part], text)
    place(_QUESTION_TABLE[questions], _QUESTION_LENGTHS[questions], np.full(len(questions), QUESTION_LENGTH), question)
    _fill(text, drawn)
    _fill(question, drawn)


def _as_written(drawn: dict[str, np.ndarray], n: int) -> tuple[tuple[str, str, str], ...]:
    """The first n examples as a person would read them: text, question, answer."""
    drawn = {key: value[:n] for key, value in drawn.items()}
    sentences, questions = _choices(drawn)
    result = []
    for i in range(len(sentences)):
        fill = {"name": (*_NAMES, *_STRANGE_NAMES)[drawn["name"][i]]}
        for j, topic in enumerate(_TOPICS):
            value = int(drawn["value"][i, j])
            strange = _STRANGE[topic][value % len(_STRANGE[topic])]
            fill[topic] = strange if drawn["state"][i, j] == 2 else VALUES[topic][value]
        text = " ".join(_ALL_SENTENCES[s] for s in sentences[i] if _ALL_SENTENCES[s]).format(**fill)
        result.append((text, _ALL_QUESTIONS[questions[i]].format(**fill), ANSWERS[drawn["answer"][i]]))
    return tuple(result)


def make(
    n: int = 6000, n_validation: int = 1000, seed: int = 7, *, unanswered: float = 0.1, one_hot: bool = False
) -> Dataset:
    """Make letters to a help desk, questions about them, and the answers.

    Inputs, both int32 with zeros before the first word: `text`, shape (n, `TEXT_LENGTH`), and `question`, shape
    (n, `QUESTION_LENGTH`). Target `answer`: int32 of shape (n,), a number from 0 to K − 1, for
    `sparse_categorical_crossentropy`; or with `one_hot` float32 of shape (n, K), for `categorical_crossentropy`.
    K is 25: three topics of eight values, and "ask a human". `ceiling` is accuracy; how it follows from the way the
    data are drawn stands at the top of this module. A million examples take about 3 s and 200 MB.

    Args:
        n: training examples, 1 to 10,000,000.
        n_validation: validation examples, 1 to 1,000,000.
        seed: a whole number; the same seed gives the same data.
        unanswered: share of questions that the text does not answer, 0 to 0.5; the values share the rest equally.
        one_hot: answers as rows of zeros and a one.

    Returns:
        The data. `details` has `answers` (number → words), `topics` (topic → its values) and `examples`: the first
        hundred training examples as they are written, (text, question, answer).

    Raises:
        ValueError: naming the allowed range, when an argument is outside it.
    """
    check_range("n", n, 1, 10_000_000)
    check_range("n_validation", n_validation, 1, 1_000_000)
    check_range("seed", seed, 0, 2**63 - 1)
    check_range("unanswered", unanswered, 0, 0.5, whole=False)
    total = n + n_validation
    rng = np.random.default_rng(seed)
    text = np.zeros((total, TEXT_LENGTH), np.int32)
    question = np.zeros((total, QUESTION_LENGTH), np.int32)
    answer = np.zeros(total, np.int32)
    examples: tuple[tuple[str, str, str], ...] = ()
    for start in range(0, total, _CHUNK):
        rows = slice(start, min(start + _CHUNK, total))
        drawn = _draw(rng, rows.stop - start, unanswered)
        _put_into_words(drawn, text[rows], question[rows])
        answer[rows] = drawn["answer"]
        examples = examples or _as_written(drawn, min(n, 100))
    target = np.eye(len(ANSWERS), dtype=np.float32)[answer] if one_hot else answer

    def split(rows: slice) -> Split:
        x: Arrays = {"text": text[rows], "question": question[rows]}
        return Split(x, {"answer": target[rows]})

    return Dataset(
        split(slice(0, n)),
        split(slice(n, total)),
        ceiling=_ceiling(unanswered),
        vocabulary=VOCABULARY,
        decode=_VOCABULARY.decode,
        details={"answers": ANSWERS, "topics": VALUES, "examples": examples},
    )
