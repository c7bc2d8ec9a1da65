"""The posts: what they hold, and that the limits they state are the true ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data import posts
from course_utils.data.posts import AGES, decode, encode, make, posterior

pytestmark = pytest.mark.slow

POSTS = frozenset({"posts"})


@pytest.fixture(scope="module")
def data():
    return make(n=200, n_validation=6000)


@pytest.fixture(scope="module")
def table(data):
    return posterior(data.validation.x["posts"])


def test_shapes_types_and_units(data):
    for part, n in ((data.train, 200), (data.validation, 6000)):
        assert {k: (v.dtype, v.shape) for k, v in (part.x | part.y).items()} == {
            "posts": (np.int32, (n, 280)),
            "age": (np.float32, (n, 1)),
            "income": (np.float32, (n, 10)),
            "gender": (np.float32, (n, 1)),
        }
    y = data.validation.y
    assert (y["income"].sum(axis=1) == 1).all()
    assert y["income"].sum(axis=0).min() > 60
    assert set(y["gender"].ravel()) == {0, 1}
    assert (y["age"].min(), y["age"].max()) == (18, 70)
    assert data.validation.x["posts"].max() < len(data.vocabulary)


def test_posts_read_as_words_and_go_back(data):
    row = data.train.x["posts"][0]
    text = data.decode(row)
    assert text.count(".") == 28
    np.testing.assert_array_equal(encode(text)[0], row)
    assert (row[: np.flatnonzero(row)[0]] == 0).all()
    assert (row[np.flatnonzero(row)[0] :] > 1).all()  # zeros in front only, no unknown words


def test_words_a_learner_types_may_be_unknown():
    (row,) = encode("The nursery xyzzy.", 6)
    assert decode(row) == "the nursery [UNK]."
    np.testing.assert_array_equal(row[:2], 0)


def test_each_text_gets_a_row_as_in_every_data_set_of_words():
    both = encode(["The nursery.", "Good morning, what a day."])
    assert both.shape == (2, posts.LENGTH)
    assert [decode(row) for row in both] == ["the nursery.", "good morning what a day."]


def test_no_token_tells_its_meaning_by_its_number():
    words = [posts.VOCABULARY.index(word) for word in posts.VOCABULARY[3:]]
    assert words == sorted(words)
    ages = [posts.VOCABULARY.index(word) for word in posts._AGE_WORDS]
    assert abs(np.corrcoef(ages, np.arange(len(ages)))[0, 1]) < 0.5


def test_each_person_has_at_most_two_words_of_a_kind(data):
    for words in (posts._AGE_WORDS, posts._INCOME_WORDS, posts._GENDER_WORDS[0] + posts._GENDER_WORDS[1]):
        tokens = [posts.VOCABULARY.index(word) for word in words]
        seen = sum((data.validation.x["posts"] == token).any(axis=1).astype(int) for token in tokens)
        assert seen.max() == 2
        assert (seen > 0).mean() > 0.99


def test_the_posterior_is_a_calibrated_distribution(data, table):
    assert table.shape == (6000, 53, 10, 2)
    np.testing.assert_allclose(table.sum(axis=(1, 2, 3)), 1)
    truth = data.validation.y["gender"][:, 0]
    p = table.sum(axis=(1, 2))[:, 1]
    for low, high in ((0.0, 0.2), (0.8, 1.0)):
        group = (p >= low) & (p <= high)
        assert truth[group].mean() == pytest.approx(p[group].mean(), abs=0.03)
    income = table.sum(axis=(1, 3))
    sure = income.max(axis=1) > 0.8
    right = income.argmax(axis=1) == data.validation.y["income"].argmax(axis=1)
    assert right[sure].mean() == pytest.approx(income.max(axis=1)[sure].mean(), abs=0.03)


def test_posterior_by_brute_force():
    """Bayes' rule again, word by word, for one person: sums over both favourites of each kind."""
    row = make(n=1, n_validation=1, seed=3, length=60).train.x["posts"]
    log = np.log(posts._prior())
    kinds = {
        "age": (posts._AGE_WORDS, posts._WORD_GIVEN_AGE),
        "income": (posts._INCOME_WORDS, posts._WORD_GIVEN_INCOME),
        "gender": (posts._GENDER_WORDS[0] + posts._GENDER_WORDS[1], posts._WORD_GIVEN_STYLE),
    }
    likelihood = {}
    for kind, (words, probability) in kinds.items():
        number = {posts.VOCABULARY.index(word): k for k, word in enumerate(words)}
        said = [number[token] for token in row[0] if token in number]
        total = np.zeros(len(probability))
        for first in range(len(words)):
            for second in range(len(words)):
                chance = np.prod([((word == first) + (word == second)) / 2 for word in said])
                total += probability[:, first] * probability[:, second] * chance
        likelihood[kind] = total
    style = likelihood["gender"]
    gender = (1 - posts.MISREAD) * style + posts.MISREAD * style[::-1]
    expected = (
        np.exp(log) * likelihood["age"][:, None, None] * likelihood["income"][None, :, None] * gender[None, None, :]
    )
    np.testing.assert_allclose(posterior(row)[0], expected / expected.sum(), atol=1e-9)


def test_the_best_predictor_reaches_the_limits_and_does_not_pass_them(data, table):
    y, limit = data.validation.y, data.ceiling[POSTS]
    age, income, woman = table.sum(axis=(2, 3)), table.sum(axis=(1, 3)), table.sum(axis=(1, 2))[:, 1]
    assert np.sqrt(np.mean((age @ AGES - y["age"][:, 0]) ** 2)) == pytest.approx(limit["age"], rel=0.04)
    assert np.mean(income.argmax(axis=1) == y["income"].argmax(axis=1)) == pytest.approx(limit["income"], abs=0.025)
    truth = y["gender"][:, 0] == 1
    assert np.mean((woman > 0.5) == truth) == pytest.approx(limit["gender"], abs=0.02)
    above = (woman[truth][:, None] > woman[~truth]).mean() + 0.5 * (woman[truth][:, None] == woman[~truth]).mean()
    assert above == pytest.approx(data.details["gender_auc"], abs=0.02)
    median = AGES[(age.cumsum(axis=1) < 0.5).sum(axis=1)]
    assert np.abs(median - y["age"][:, 0]).mean() == pytest.approx(data.details["age_mae"], rel=0.04)


def test_limits_without_reading(data):
    y, limit = data.validation.y, data.ceiling[frozenset()]
    assert y["age"].std() == pytest.approx(limit["age"], rel=0.03)
    assert y["income"].mean(axis=0).max() == pytest.approx(limit["income"], abs=0.02)
    assert y["gender"].mean() == pytest.approx(limit["gender"], abs=0.025)


def test_longer_posts_tell_no_less():
    short, long = (posts._limits(count) for count in (4, 28))
    assert long["age"] < short["age"]
    assert long["income"] > short["income"]
    assert long["gender"] > short["gender"]


def test_the_misread_are_read_wrongly(data, table):
    """The average hides them: right nine times in ten for most people, wrong nine times in ten for these."""
    right = (table.sum(axis=(1, 2))[:, 1] > 0.5) == (data.validation.y["gender"][:, 0] == 1)
    misread = data.details["validation"]["misread"]
    assert misread.mean() == pytest.approx(posts.MISREAD, abs=0.015)
    assert right[~misread].mean() > 0.93
    assert right[misread].mean() < 0.1


def test_the_pay_gap_is_in_the_data_and_in_the_best_prediction(data, table):
    truth = data.validation.y["gender"][:, 0] == 1
    income = data.validation.y["income"] @ np.arange(10)
    predicted = table.sum(axis=(1, 3)) @ np.arange(10)
    for values in (income, predicted):
        assert 0.5 < values[~truth].mean() - values[truth].mean() < 1.1


@pytest.mark.parametrize("length", [10, 100, 269, 300])
def test_length_is_an_argument(length):
    data = make(n=20, n_validation=5, length=length)
    assert data.train.x["posts"].shape == (20, length)
    assert decode(data.train.x["posts"][0]).count(".") == length // 10


def test_the_same_seed_gives_the_same_data():
    one, two, other = make(50, 10), make(50, 10), make(50, 10, seed=8)
    np.testing.assert_array_equal(one.train.x["posts"], two.train.x["posts"])
    np.testing.assert_array_equal(one.validation.y["age"], two.validation.y["age"])
    assert not np.array_equal(one.train.x["posts"], other.train.x["posts"])


@given(st.integers(1, 100), st.integers(1, 50), st.integers(0, 2**63 - 1))
@settings(max_examples=20)
def test_any_size_and_seed(n, n_validation, seed):
    data = make(n, n_validation, seed, length=50)
    assert (len(data.train), len(data.validation)) == (n, n_validation)
    for row in data.train.x["posts"]:
        np.testing.assert_array_equal(encode(decode(row), 50)[0], row)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n must be a whole number from 1 to 5,000,000; got 0"),
        ({"n": "many"}, "n must be a whole number"),
        ({"n_validation": 0}, "n_validation must be"),
        ({"seed": 1.5}, "seed must be"),
        ({"length": 5}, "length must be a whole number from 10 to 2,000"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


def test_a_small_network_comes_near_the_limits():
    import keras

    keras.utils.set_random_seed(7)
    data = make(n=4000, length=100)
    read = keras.Input((None,), dtype="int32")
    words = keras.layers.Embedding(len(data.vocabulary), 32)(read)
    trunk = keras.layers.GlobalMaxPooling1D()(keras.layers.Conv1D(64, 5, activation="relu")(words))
    trunk = keras.layers.Dense(64, activation="relu")(trunk)
    heads = {
        "age": keras.layers.Dense(1, name="age")(trunk),
        "income": keras.layers.Dense(10, activation="softmax", name="income")(trunk),
        "gender": keras.layers.Dense(1, activation="sigmoid", name="gender")(trunk),
    }
    model = keras.Model(read, heads)
    model.compile(
        optimizer=keras.optimizers.Adam(0.005),
        loss={"age": "mse", "income": "categorical_crossentropy", "gender": "binary_crossentropy"},
        loss_weights={"age": 2.0, "income": 1.0, "gender": 2.0},
    )
    scaled = {**data.train.y, "age": (data.train.y["age"] - 44) / 15}
    model.fit(data.train.x["posts"], scaled, epochs=4, batch_size=64, verbose=0)
    found, truth = model.predict(data.validation.x["posts"], verbose=0), data.validation.y
    limit = data.ceiling[POSTS]
    age = np.sqrt(np.mean((found["age"] * 15 + 44 - truth["age"]) ** 2))
    income = np.mean(found["income"].argmax(axis=1) == truth["income"].argmax(axis=1))
    gender = np.mean((found["gender"] > 0.5) == (truth["gender"] == 1))
    assert limit["age"] * 0.9 < age < limit["age"] + 1.5
    assert limit["income"] - 0.2 < income < limit["income"] + 0.03
    assert limit["gender"] - 0.06 < gender < limit["gender"] + 0.03
