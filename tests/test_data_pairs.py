import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data import pairs

pytestmark = pytest.mark.slow

BOTH, NOTHING = frozenset({"first", "second"}), frozenset()


def ideas(tokens):
    """For each sentence the idea of each part, read off its words: shape (n, 3)."""
    found = []
    for synonyms in pairs.SYNONYMS.values():
        numbers = pairs.encode([" ".join(idea) for idea in synonyms], 2)  # (ideas, synonyms)
        hit = (tokens[:, :, None, None] == numbers).any(axis=(1, 3))
        assert (hit.sum(axis=1) == 1).all()
        found.append(hit.argmax(axis=1))
    return np.stack(found, axis=1)


@pytest.fixture(scope="module")
def many():
    return pairs.make(n=100_000, n_validation=20_000)


def test_shapes_and_dtypes():
    d = pairs.make(n=50, n_validation=20)
    for split, n in ((d.train, 50), (d.validation, 20)):
        assert {name: a.shape for name, a in split.x.items()} == dict.fromkeys(("first", "second"), (n, pairs.LENGTH))
        assert {a.dtype for a in split.x.values()} == {np.dtype("int32")}
        assert split.y["same"].shape == (n, 1)
        assert split.y["same"].dtype == np.float32
        for tokens in split.x.values():
            assert 0 <= tokens.min() <= tokens.max() < len(d.vocabulary)
            assert (np.diff((tokens > 0).astype(int), axis=1) >= 0).all()  # zeros only before the first word


def test_both_sentences_decide(many):
    for split in (many.train, many.validation):
        differ = (ideas(split.x["first"]) != ideas(split.x["second"])).sum(axis=1)
        assert set(differ) == {0, 1}
        assert np.mean((differ == 0) == split.y["same"][:, 0]) == many.ceiling[BOTH] == 1


@pytest.mark.parametrize("side", ["first", "second"])
def test_one_sentence_says_nothing(many, side):
    """The likelier answer for each meaning, learned from the data, is right half of the time and what chance adds."""
    meaning = ideas(many.train.x[side]) @ [64, 8, 1]
    same = many.train.y["same"][:, 0] == 1
    likely = np.bincount(meaning[same], minlength=512) > np.bincount(meaning[~same], minlength=512)
    validation = ideas(many.validation.x[side]) @ [64, 8, 1]
    accuracy = np.mean(likely[validation] == (many.validation.y["same"][:, 0] == 1))
    assert accuracy == pytest.approx(many.ceiling[frozenset({side})], abs=0.012)
    assert np.mean(many.validation.y["same"]) == many.ceiling[NOTHING] == 0.5


def test_counting_common_words_reaches_its_own_limit(many):
    words = pairs.encode(" ".join(w for part in pairs.SYNONYMS.values() for idea in part for w in idea), 48)[0]
    first, second = (
        np.where(np.isin(many.train.x[s], words), many.train.x[s], -i) for i, s in ((1, "first"), (2, "second"))
    )
    common = (first[:, :, None] == second[:, None, :]).any(axis=2).sum(axis=1)
    same = many.train.y["same"][:, 0] == 1
    best = sum(max(np.sum(same & (common == k)), np.sum(~same & (common == k))) for k in range(4)) / len(same)
    assert best == pytest.approx(pairs.OVERLAP, abs=0.01)
    assert many.details["overlap"] == pairs.OVERLAP


def test_every_part_differs_as_often_and_every_idea_is_as_frequent(many):
    first, second = ideas(many.train.x["first"]), ideas(many.train.x["second"])
    assert (first != second).mean(axis=0) == pytest.approx(np.full(3, 1 / 6), abs=0.005)
    for part in range(3):
        for side in (first, second):
            assert np.bincount(side[:, part]) / len(side) == pytest.approx(np.full(8, 1 / 8), abs=0.005)


def test_no_word_has_two_ideas():
    words = [word for part in pairs.SYNONYMS.values() for idea in part for word in idea]
    assert len(set(words)) == len(words)


def test_written_examples_encode_to_the_training_rows():
    d = pairs.make(n=300)
    first, second, same = zip(*d.details["examples"], strict=True)
    assert len(first) == 100
    assert np.array_equal(pairs.encode(first), d.train.x["first"][:100])
    assert np.array_equal(pairs.encode(second), d.train.x["second"][:100])
    assert list(same) == [bool(s) for s in d.train.y["same"][:100, 0]]
    assert all(text[0].isupper() and text.endswith(".") for text in (*first, *second))


def test_tokens_and_words_turn_into_each_other():
    d = pairs.make(n=200)
    assert np.array_equal(pairs.encode([d.decode(row) for row in d.train.x["first"]]), d.train.x["first"])
    assert d.vocabulary[:2] == ("", "[UNK]")
    assert pairs.unknown_words("The doctor ate the Flamingo") == ["ate", "flamingo"]


@settings(max_examples=20)
@given(st.integers(2, 300), st.integers(2, 50), st.integers(0, 2**40))
def test_sizes_and_seeds(n, n_validation, seed):
    first, again = (pairs.make(n, n_validation, seed) for _ in range(2))
    other = pairs.make(n, n_validation, seed + 1)
    assert (len(first.train), len(first.validation)) == (n, n_validation)
    assert first.train.y["same"].sum() == n // 2
    assert np.array_equal(first.train.x["second"], again.train.x["second"])
    assert not np.array_equal(first.train.x["first"], other.train.x["first"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 1}, "n must be a whole number from 2 to 1,000,000; got 1"),
        ({"n": "many"}, "n must be a whole number"),
        ({"n_validation": 0}, "n_validation must be"),
        ({"seed": 1.5}, "seed must be"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        pairs.make(**arguments)


def siamese():
    """The lesson's model."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)
    first, second = (keras.Input((pairs.LENGTH,), dtype="int32", name=name) for name in ("first", "second"))
    read = keras.Sequential([layers.Embedding(len(pairs.VOCABULARY), 16), layers.LSTM(32)])
    distance = keras.ops.abs(read(first) - read(second))
    model = keras.Model([first, second], layers.Dense(1, activation="sigmoid")(distance))
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    return model


def test_a_siamese_lstm_comes_near_the_ceiling():
    d, model = pairs.make(), siamese()
    model.fit(d.train.x, d.train.y["same"], epochs=8, batch_size=64, verbose=0)
    assert model.evaluate(d.validation.x, d.validation.y["same"], verbose=0)[1] > 0.92


def test_with_one_sentence_it_cannot_pass_chance():
    d, model = pairs.make(), siamese()
    order = np.random.default_rng(7).permutation(len(d.train))
    model.fit(d.train.x | {"second": d.train.x["second"][order]}, d.train.y["same"], epochs=4, batch_size=64, verbose=0)
    order = np.random.default_rng(8).permutation(len(d.validation))
    x = d.validation.x | {"second": d.validation.x["second"][order]}
    assert model.evaluate(x, d.validation.y["same"], verbose=0)[1] < 0.5 + 4 * 0.5 / np.sqrt(len(d.validation))
