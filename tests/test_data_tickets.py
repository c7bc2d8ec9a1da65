from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data import tickets

pytestmark = pytest.mark.slow

INPUTS = ("title", "body", "tags")
SUBSETS = [frozenset(seen) for size in range(4) for seen in combinations(INPUTS, size)]


def has(tokens, text):
    """Which rows hold the words of a text, one after another."""
    words = tickets.encode(text, len(tickets.split_words(text)))[0]
    windows = np.lib.stride_tricks.sliding_window_view(tokens, len(words), axis=1)
    return (windows == words).all(axis=2).any(axis=1)


def departments_named(x):
    """For each input the department that it names, −1 for none, read off words and tags."""
    named = {}
    for name in ("title", "body"):
        found = np.stack([np.any([has(x[name], t) for t in things], axis=0) for things in tickets.THINGS.values()])
        assert found.sum(axis=0).max() == 1
        named[name] = np.where(found.any(axis=0), found.argmax(axis=0), -1)
    own = x["tags"][:, : len(tickets.DEPARTMENTS)]
    named["tags"] = np.where(own.any(axis=1), own.argmax(axis=1), -1)
    return named


def points_told(x):
    """For each input the points that it tells, read off words and tags."""
    effect = np.stack([np.any([has(x["body"], text) for text in level], axis=0) for level in tickets.EFFECTS])
    assert (effect.sum(axis=0) == 1).all()
    return {
        "title": has(x["title"], "urgent").astype(int),
        "body": effect.argmax(axis=0),
        "tags": x["tags"][:, len(tickets.DEPARTMENTS) :].sum(axis=1).astype(int),
    }


@pytest.fixture(scope="module")
def many():
    return tickets.make(n=60_000, n_validation=40_000)


def test_shapes_and_dtypes():
    d = tickets.make(n=50, n_validation=20)
    for split, n in ((d.train, 50), (d.validation, 20)):
        assert split.x["title"].shape == (n, tickets.TITLE_LENGTH)
        assert split.x["body"].shape == (n, tickets.BODY_LENGTH)
        assert split.x["tags"].shape == (n, len(tickets.TAGS))
        assert split.y["priority"].shape == (n, 1)
        assert split.y["department"].shape == (n,)
        assert [split.x[name].dtype for name in INPUTS] == ["int32", "int32", "float32"]
        assert [a.dtype for a in split.y.values()] == ["float32", "int32"]
        assert 0 <= split.y["priority"].min() <= split.y["priority"].max() <= 1
        for name in ("title", "body"):
            assert 0 <= split.x[name].min() <= split.x[name].max() < len(d.vocabulary)
            assert (np.diff((split.x[name] > 0).astype(int), axis=1) >= 0).all()


def test_one_hot_and_numbers_say_the_same():
    plain, one_hot = tickets.make(n=200), tickets.make(n=200, one_hot=True)
    y = one_hot.train.y["department"]
    assert y.dtype == np.float32
    assert y.shape == (200, 4)
    assert np.array_equal(y.argmax(axis=1), plain.train.y["department"])


@pytest.mark.parametrize("seen", SUBSETS, ids=lambda seen: "+".join(sorted(seen)) or "nothing")
def test_the_best_rules_reach_the_ceilings(many, seen):
    """The rules a model should find, written by hand: read what is named, else guess; add points, else their mean."""
    ceiling = many.ceiling[seen]
    x, y = many.validation.x, many.validation.y
    guess = np.full(len(many.validation), np.bincount(many.train.y["department"]).argmax())
    for name in seen:
        named = departments_named(x)[name]
        guess = np.where(named >= 0, named, guess)
    assert np.mean(guess == y["department"]) == pytest.approx(ceiling["department"], abs=0.01)
    means = {name: points.mean() for name, points in points_told(many.train.x).items()}
    told = points_told(x)
    priority = sum(told[name] if name in seen else means[name] for name in INPUTS) / tickets.POINTS
    assert np.mean((priority - y["priority"][:, 0]) ** 2) == pytest.approx(ceiling["priority"], rel=0.03, abs=1e-12)


def test_what_names_a_department_never_lies(many):
    for named in departments_named(many.train.x).values():
        assert ((named == -1) | (named == many.train.y["department"])).all()


def test_every_ceiling_is_there_and_grows_with_what_is_seen():
    ceiling = tickets.make(n=1).ceiling
    assert set(ceiling) == set(SUBSETS)
    for less, more in ((a, b) for a in SUBSETS for b in SUBSETS if a < b):
        assert ceiling[less]["department"] < ceiling[more]["department"]
        assert ceiling[less]["priority"] > ceiling[more]["priority"]


def test_written_examples_encode_to_the_training_rows():
    d = tickets.make(n=300)
    written = d.details["examples"]
    assert len(written) == 100
    for at, ticket in enumerate(written):
        assert np.array_equal(tickets.encode(ticket["title"], tickets.TITLE_LENGTH)[0], d.train.x["title"][at])
        assert np.array_equal(tickets.encode(ticket["body"])[0], d.train.x["body"][at])
        assert np.array_equal(tickets.encode_tags(ticket["tags"])[0], d.train.x["tags"][at])
        assert d.details["departments"][d.train.y["department"][at]] == ticket["department"]
        assert ticket["priority"] == pytest.approx(d.train.y["priority"][at, 0], abs=0.006)
        assert not {"{", "}"} & set(ticket["title"] + ticket["body"])
        assert ticket["title"][0].isupper()


def test_tokens_and_words_turn_into_each_other():
    d = tickets.make(n=300)
    for name, length in (("title", tickets.TITLE_LENGTH), ("body", tickets.BODY_LENGTH)):
        assert np.array_equal(tickets.encode([d.decode(row) for row in d.train.x[name]], length), d.train.x[name])
    assert (d.train.x["body"] != 1).all()
    assert tickets.unknown_words("My toaster is idle") == ["toaster"]


def test_tags_that_do_not_exist_are_named():
    assert tickets.encode_tags("deadline").tolist() == [[0, 0, 0, 0, 0, 1]]
    assert tickets.encode_tags([]).sum() == 0
    with pytest.raises(ValueError, match="no tag 'printer'; there are hardware"):
        tickets.encode_tags(["printer"])


@settings(max_examples=20)
@given(st.integers(1, 300), st.integers(1, 50), st.integers(0, 2**40))
def test_sizes_and_seeds(n, n_validation, seed):
    first, again = (tickets.make(n, n_validation, seed) for _ in range(2))
    other = tickets.make(n, n_validation, seed + 1)
    assert (len(first.train), len(first.validation)) == (n, n_validation)
    assert np.array_equal(first.train.x["body"], again.train.x["body"])
    assert not np.array_equal(first.validation.x["body"], other.validation.x["body"]) or n_validation == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n must be a whole number from 1 to 1,000,000; got 0"),
        ({"n_validation": True}, "n_validation must be"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        tickets.make(**arguments)


def train(hidden=()):
    """The lesson's model, shorter; the inputs in `hidden` are shuffled among the tickets, so they say nothing."""
    import keras
    from keras import layers

    d = tickets.make()
    keras.utils.set_random_seed(7)
    title = keras.Input((tickets.TITLE_LENGTH,), dtype="int32", name="title")
    body = keras.Input((tickets.BODY_LENGTH,), dtype="int32", name="body")
    tags = keras.Input((len(tickets.TAGS),), name="tags")
    words = layers.Embedding(len(d.vocabulary), 16)
    read = [layers.LSTM(16)(words(title)), layers.LSTM(32)(words(body)), tags]
    joined = layers.Concatenate()(read)
    priority = layers.Dense(1, activation="sigmoid", name="priority")(joined)
    department = layers.Dense(4, activation="softmax", name="department")(joined)
    model = keras.Model([title, body, tags], [priority, department])
    loss = {"priority": "mse", "department": "sparse_categorical_crossentropy"}
    model.compile(keras.optimizers.Adam(0.01), loss, loss_weights={"priority": 5.0, "department": 1.0})
    order = np.random.default_rng(7).permutation(len(d.train))
    x = {name: a[order] if name in hidden else a for name, a in d.train.x.items()}
    model.fit(x, d.train.y, epochs=4, batch_size=64, verbose=0)
    order = np.random.default_rng(8).permutation(len(d.validation))
    x = {name: a[order] if name in hidden else a for name, a in d.validation.x.items()}
    said_priority, said_department = model.predict(x, verbose=0)
    right = np.mean(said_department.argmax(axis=1) == d.validation.y["department"])
    return d.ceiling, right, np.mean((said_priority - d.validation.y["priority"]) ** 2)


def test_the_lessons_model_comes_near_the_ceilings():
    ceiling, right, error = train()
    assert right > ceiling[frozenset(INPUTS)]["department"] - 0.05
    assert error < 0.005


def test_without_the_title_it_cannot_pass_the_ceilings():
    ceiling, right, error = train(hidden=("title",))
    limit = ceiling[frozenset({"body", "tags"})]
    assert right < limit["department"] + 4 * 0.5 / np.sqrt(1000)
    assert error > limit["priority"] * 0.8
