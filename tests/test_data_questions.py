import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data import questions

pytestmark = pytest.mark.slow

TEXT_AND_QUESTION, TEXT, QUESTION, NOTHING = (
    frozenset({"text", "question"}),
    frozenset({"text"}),
    frozenset({"question"}),
    frozenset(),
)
HUMAN = questions.ANSWERS.index(questions.ASK_A_HUMAN)


def numbers(words):
    return questions.encode(" ".join(words), len(words))[0]


def values_in(tokens):
    """For each topic the answer that a text gives, or "ask a human", read off its words."""
    result = []
    for topic, values in enumerate(questions.VALUES.values()):
        found = tokens[:, :, None] == numbers(values)
        answer = topic * len(values) + found.any(axis=1).argmax(axis=1)
        result.append(np.where(found.any(axis=(1, 2)), answer, HUMAN))
    return np.stack(result, axis=1)


def topic_of(questions_asked):
    """What is asked for, 3 for anything off the topics, read off the words of each question."""
    marks = (("live", "city", "letter"), ("plan", "pay", "contract"), ("broken", "work", "repair", "device"))
    found = np.stack([np.isin(questions_asked, numbers(words)).any(axis=1) for words in marks], axis=1)
    return np.where(found.any(axis=1), found.argmax(axis=1), len(marks))


@pytest.fixture(scope="module")
def many():
    return questions.make(n=100_000, n_validation=20_000, unanswered=0.3)


def test_shapes_and_dtypes():
    d = questions.make(n=50, n_validation=20)
    for split, n in ((d.train, 50), (d.validation, 20)):
        assert split.x["text"].shape == (n, questions.TEXT_LENGTH)
        assert split.x["question"].shape == (n, questions.QUESTION_LENGTH)
        assert split.y["answer"].shape == (n,)
        assert {a.dtype for a in (*split.x.values(), *split.y.values())} == {np.dtype("int32")}
        for tokens in split.x.values():
            assert tokens.min() == 0
            assert tokens.max() < len(d.vocabulary)
            assert (np.diff((tokens > 0).astype(int), axis=1) >= 0).all()  # zeros only before the first word


def test_one_hot_and_numbers_say_the_same():
    plain, one_hot = questions.make(n=200), questions.make(n=200, one_hot=True)
    y = one_hot.train.y["answer"]
    assert y.shape == (200, len(questions.ANSWERS))
    assert y.dtype == np.float32
    assert (y.sum(axis=1) == 1).all()
    assert np.array_equal(y.argmax(axis=1), plain.train.y["answer"])


def test_written_examples_encode_to_the_training_rows():
    d = questions.make(n=300)
    texts, asked, answers = zip(*d.details["examples"], strict=True)
    assert len(texts) == 100
    assert np.array_equal(questions.encode(texts), d.train.x["text"][:100])
    assert np.array_equal(questions.encode(asked, questions.QUESTION_LENGTH), d.train.x["question"][:100])
    assert [d.details["answers"][a] for a in d.train.y["answer"][:100]] == list(answers)
    assert all(text.endswith(".") and not {"{", "}"} & set(text) for text in texts)
    assert all(question.endswith("?") for question in asked)


def test_the_numbers_are_those_of_text_vectorization():
    import keras

    layer = keras.layers.TextVectorization(vocabulary=list(questions.VOCABULARY[2:]))
    assert tuple(layer.get_vocabulary()) == questions.VOCABULARY
    text = "Good morning, my name is Xanthe. I live in Oslo!"
    theirs = np.asarray(layer([text]))[0]
    assert np.array_equal(theirs, questions.encode(text, len(theirs))[0])


def test_tokens_and_words_turn_into_each_other():
    d = questions.make(n=500)
    for name, length in (("text", questions.TEXT_LENGTH), ("question", questions.QUESTION_LENGTH)):
        words = [d.decode(row) for row in d.train.x[name]]
        assert np.array_equal(questions.encode(words, length), d.train.x[name])
    assert d.vocabulary[:2] == ("", "[UNK]")
    assert len(set(d.vocabulary)) == len(d.vocabulary)


def test_unknown_words_become_one_and_are_named():
    text = "Where does the Flamingo live?"
    assert questions.unknown_words(text) == ["flamingo"]
    assert (questions.encode(text, 5)[0] == 1).tolist() == [False, False, False, True, False]
    assert questions.make(n=1).decode(questions.encode(text)[0]) == "where does the [UNK] live"
    assert questions.encode("", 4).tolist() == [[0, 0, 0, 0]]
    assert questions.encode("I live in Oslo", 2).tolist() == questions.encode("in Oslo", 2).tolist()


@pytest.mark.parametrize("wrong", [5, None, ["Where?", 5]])
def test_only_text_is_encoded(wrong):
    with pytest.raises(TypeError, match="encode takes text"):
        questions.encode(wrong)


def test_only_a_row_of_numbers_is_decoded():
    decode = questions.make(n=1).decode
    for wrong, message in (([[1, 2]], "one row"), ([0.5], "whole numbers"), ([10_000], "numbers from 0 to")):
        with pytest.raises(ValueError, match=message):
            decode(wrong)


def test_text_and_question_decide_the_answer(many):
    """The rule a model should find, written by hand, is always right: the ceiling with both inputs."""
    for split in (many.train, many.validation):
        said = np.concatenate([values_in(split.x["text"]), np.full((len(split), 1), HUMAN)], axis=1)
        rule = said[np.arange(len(split)), topic_of(split.x["question"])]
        assert np.mean(rule == split.y["answer"]) == many.ceiling[TEXT_AND_QUESTION] == 1


def test_no_rule_on_the_text_alone_beats_the_ceiling(many):
    """What is said is all that matters; the best answer for each number of things said, learned from the data."""
    d = many
    said, answer = values_in(d.train.x["text"]), d.train.y["answer"]
    known = (said != HUMAN).sum(axis=1)
    right = 0.0
    for k in range(4):
        rows = known == k
        guesses = [answer[rows] == HUMAN, *(answer[rows] == said[rows, topic] for topic in range(3))]
        some_known = np.where(said[rows] == HUMAN, -1, said[rows]).max(axis=1)  # whichever is known
        guesses.append(answer[rows] == some_known)
        right += max(np.mean(g) for g in guesses) * rows.mean()
    assert right == pytest.approx(d.ceiling[TEXT], abs=0.01)


@pytest.mark.parametrize("unanswered", [0, 0.1, 0.3, 0.5])
def test_the_likeliest_answer_to_each_question_reaches_the_ceiling_without_the_text(unanswered):
    d = questions.make(n=100_000, n_validation=20_000, unanswered=unanswered)
    _, train = np.unique(d.train.x["question"], axis=0, return_inverse=True)
    counts = np.zeros((train.max() + 1, len(questions.ANSWERS)))
    np.add.at(counts, (train.ravel(), d.train.y["answer"]), 1)
    assert counts.max(axis=1).sum() / len(d.train) == pytest.approx(d.ceiling[QUESTION], abs=0.025)
    constant = np.bincount(d.validation.y["answer"]).max() / len(d.validation)
    assert constant == pytest.approx(d.ceiling[NOTHING], abs=0.01)
    assert np.mean(d.validation.y["answer"] == HUMAN) == pytest.approx(unanswered, abs=0.01)


def test_values_are_balanced(many):
    shares = np.bincount(many.train.y["answer"], minlength=HUMAN + 1) / len(many.train)
    assert shares[:HUMAN] == pytest.approx(np.full(HUMAN, 0.7 / HUMAN), abs=0.003)


def test_ceilings_grow_with_what_is_known():
    for unanswered in (0, 0.05, 0.2, 0.5):
        c = questions.make(n=1, unanswered=unanswered).ceiling
        assert c[NOTHING] <= min(c[TEXT], c[QUESTION])
        assert max(c[TEXT], c[QUESTION]) < c[TEXT_AND_QUESTION]


def test_hardly_any_example_is_drawn_twice():
    d = questions.make()
    train, validation = (
        {t.tobytes() + q.tobytes() for t, q in zip(s.x["text"], s.x["question"], strict=True)}
        for s in (d.train, d.validation)
    )
    assert len(train & validation) <= 5


@settings(max_examples=20)
@given(st.integers(1, 300), st.integers(1, 50), st.integers(0, 2**40))
def test_sizes_and_seeds(n, n_validation, seed):
    first, again = (questions.make(n, n_validation, seed) for _ in range(2))
    other = questions.make(n, n_validation, seed + 1)
    assert (len(first.train), len(first.validation)) == (n, n_validation)
    for name in ("text", "question"):
        assert np.array_equal(first.train.x[name], again.train.x[name])
        assert np.array_equal(first.validation.x[name], again.validation.x[name])
    assert not np.array_equal(first.train.x["text"], other.train.x["text"])


def test_rows_beyond_one_chunk_are_drawn_too():
    d = questions.make(n=70_000, n_validation=10)
    assert (d.train.x["text"] > 0).any(axis=1).all()
    assert not np.array_equal(d.train.x["text"][:1000], d.train.x["text"][65_536:66_536])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n must be a whole number from 1 to 10,000,000; got 0"),
        ({"n": "many"}, "n must be a whole number"),
        ({"n_validation": -1}, "n_validation must be"),
        ({"seed": 1.5}, "seed must be"),
        ({"unanswered": 0.6}, "unanswered must be a number from 0 to 0.5; got 0.6"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        questions.make(**arguments)


def test_the_lecture_model_learns_to_answer():
    """L13 sized to the vocabulary: far above what either input alone allows."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)
    d = questions.make()
    text = keras.Input((None,), dtype="int32", name="text")
    question = keras.Input((None,), dtype="int32", name="question")
    read = layers.LSTM(32)(layers.Embedding(len(d.vocabulary), 64)(text))
    asked = layers.LSTM(16)(layers.Embedding(len(d.vocabulary), 32)(question))
    answer = layers.Dense(len(questions.ANSWERS), activation="softmax")(layers.concatenate([read, asked], axis=-1))
    model = keras.Model([text, question], answer)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(d.train.x, d.train.y["answer"], epochs=4, batch_size=128, verbose=0)
    accuracy = model.evaluate(d.validation.x, d.validation.y["answer"], verbose=0)[1]
    assert accuracy > 2 * max(d.ceiling[TEXT], d.ceiling[QUESTION])
