import socket
import sys
import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data import digits


def rows(array):
    return {row.tobytes() for row in np.ascontiguousarray(array)}


def test_halves_put_together_are_the_picture():
    halves, whole = digits.make(), digits.make(halves=False)
    height, width = halves.details["half_size"]
    for a, b in (
        (halves.train, whole.train),
        (halves.validation, whole.validation),
        (halves.details["test"], whole.details["test"]),
    ):
        pictures = [a.x[side].reshape(-1, height, width) for side in ("left", "right")]
        assert np.array_equal(np.concatenate(pictures, axis=2), b.x["image"][..., 0])
        assert np.array_equal(a.y["digit"], b.y["digit"])


def test_shapes_dtypes_and_range():
    d = digits.make()
    assert (len(d.train), len(d.validation), len(d.details["test"])) == (1197, 240, 360)
    for split in (d.train, d.validation, d.details["test"]):
        for side in ("left", "right"):
            values = split.x[side]
            assert values.shape == (len(split), 32)
            assert values.dtype == np.float32
            assert (values.min(), values.max()) == (0, 1)
        assert split.y["digit"].shape == (len(split),)
        assert split.y["digit"].dtype == np.int32
    assert dict(d.ceiling) == {}


def test_every_split_has_every_digit_in_proportion():
    d = digits.make()
    for split in (d.train, d.validation, d.details["test"]):
        shares = np.bincount(split.y["digit"], minlength=10) / len(split)
        assert shares == pytest.approx(np.full(10, 0.1), abs=0.01)


def test_every_picture_is_in_one_split_only():
    d = digits.make(halves=False)
    splits = [rows(s.x["image"]) for s in (d.train, d.validation, d.details["test"])]
    assert sum(map(len, splits)) == len(set.union(*splits)) == 1797  # the collection has no duplicates either


def test_one_hot_and_numbers_say_the_same():
    numbers, one_hot = digits.make(), digits.make(one_hot=True)
    y = one_hot.validation.y["digit"]
    assert y.shape == (240, 10)
    assert y.dtype == np.float32
    assert (y.sum(axis=1) == 1).all()
    assert np.array_equal(y.argmax(axis=1), numbers.validation.y["digit"])


@settings(max_examples=10)
@given(st.integers(10, 1197), st.integers(0, 2**32 - 2))
def test_sizes_and_seeds(n, seed):
    first, again, other = digits.make(n, seed), digits.make(n, seed), digits.make(n, seed + 1)
    assert len(first.train) == n
    assert np.array_equal(first.train.x["left"], again.train.x["left"])
    assert not np.array_equal(first.train.x["left"], other.train.x["left"])
    assert np.array_equal(first.details["test"].y["digit"], digits.make(None, seed).details["test"].y["digit"])


def test_a_neighbour_tells_the_digit_with_both_halves_and_less_well_with_one():
    """Without any training: the label of the nearest training picture."""
    d = digits.make()
    test = d.details["test"]

    def accuracy(*sides):
        train, held_out = (np.concatenate([s.x[side] for side in sides], axis=1) for s in (d.train, test))
        distance = (held_out**2).sum(1)[:, None] - 2 * held_out @ train.T + (train**2).sum(1)
        return np.mean(d.train.y["digit"][distance.argmin(axis=1)] == test.y["digit"])

    both, left, right = accuracy("left", "right"), accuracy("left"), accuracy("right")
    assert both > 0.96
    assert min(left, right) > 0.5
    assert max(left, right) < both - 0.02


def test_pairs_are_balanced_and_true():
    whole = digits.make(halves=False)
    label = {row.tobytes(): digit for row, digit in zip(whole.train.x["image"], whole.train.y["digit"], strict=True)}
    d = digits.make_pairs(n=2000, n_validation=200)
    assert d.train.x["first"].shape == (2000, 8, 8, 1)
    assert d.train.y["same"].shape == (2000, 1)
    assert d.train.y["same"].dtype == np.float32
    assert d.train.y["same"].sum() == 1000
    first, second = (np.array([label[row.tobytes()] for row in d.train.x[name]]) for name in ("first", "second"))
    assert np.array_equal(first == second, d.train.y["same"][:, 0] == 1)
    assert not (d.train.x["first"] == d.train.x["second"]).all(axis=(1, 2, 3)).any()
    for labels in (first, second):
        assert np.bincount(labels, minlength=10).min() > 130


def test_one_picture_alone_does_not_tell_whether_the_pair_matches():
    whole = digits.make(halves=False)
    label = {row.tobytes(): digit for row, digit in zip(whole.train.x["image"], whole.train.y["digit"], strict=True)}
    d = digits.make_pairs(n=100_000)
    for name in ("first", "second"):
        digit = np.array([label[row.tobytes()] for row in d.train.x[name]])
        share = np.bincount(digit, d.train.y["same"][:, 0]) / np.bincount(digit)
        best = np.maximum(share, 1 - share) @ np.bincount(digit) / len(digit)
        assert best == pytest.approx(d.ceiling[frozenset({name})], abs=0.02)


def test_pairs_of_different_splits_share_no_picture():
    d = digits.make_pairs(n=3000, n_validation=500)
    parts = [rows(s.x["first"]) | rows(s.x["second"]) for s in (d.train, d.validation, d.details["test"])]
    assert sum(map(len, parts)) == len(set.union(*parts))


@settings(max_examples=10)
@given(st.integers(2, 500), st.integers(0, 2**32 - 2))
def test_pair_sizes_and_seeds(n, seed):
    first, again, other = (digits.make_pairs(n, 20, s) for s in (seed, seed, seed + 1))
    assert len(first.train) == n
    assert first.train.y["same"].sum() == n // 2
    assert np.array_equal(first.train.x["second"], again.train.x["second"])
    assert not np.array_equal(first.validation.x["first"], other.validation.x["first"])


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (digits.make, {"n": 9}, "n must be a whole number from 10 to 1,197; got 9"),
        (digits.make, {"n": 1198}, "from 10 to 1,197"),
        (digits.make, {"source": "svhn"}, "source must be one of digits, mnist; got 'svhn'"),
        (digits.make, {"seed": 2**32}, "seed must be a whole number from 0 to 4,294,967,295"),
        (digits.make_pairs, {"n": 1}, "n must be a whole number from 2 to 1,000,000"),
        (digits.make_pairs, {"n_validation": 0}, "n_validation must be"),
        (digits.make_pairs, {"source": None}, "source must be one of"),
    ],
)
def test_bad_arguments_are_named(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


def put_mnist(monkeypatch, load_data):
    """Stand in for Keras, whose real loader needs the internet."""
    keras = types.ModuleType("keras")
    keras.datasets = types.SimpleNamespace(mnist=types.SimpleNamespace(load_data=load_data))
    monkeypatch.setitem(sys.modules, "keras", keras)


def test_mnist_has_its_own_sizes_and_keeps_its_test_pictures(monkeypatch):
    rng = np.random.default_rng(0)
    made = [(rng.integers(0, 256, (n, 28, 28), np.uint8), np.arange(n, dtype=np.uint8) % 10) for n in (1200, 200)]
    put_mnist(monkeypatch, lambda: tuple(made))
    d = digits.make(source="mnist")
    assert d.train.x["left"].shape == (1100, 392)
    assert d.validation.x["right"].shape == (100, 392)
    assert d.details["half_size"] == (28, 14)
    test = d.details["test"]
    assert np.array_equal(test.y["digit"], made[1][1])
    np.testing.assert_allclose(test.x["left"].reshape(-1, 28, 14) * 255, made[1][0][:, :, :14], atol=1e-4)
    assert digits.make_pairs(10, 4, source="mnist").train.x["first"].shape == (10, 28, 28, 1)


def test_mnist_out_of_reach_says_what_to_do_and_does_not_wait_for_ever(monkeypatch):
    seen = []

    def fail():
        seen.append(socket.getdefaulttimeout())
        raise Exception("URL fetch failure")

    put_mnist(monkeypatch, fail)
    before = socket.getdefaulttimeout()
    with pytest.raises(ConnectionError, match=r"Connect to the internet .* or use source=\"digits\"") as caught:
        digits.make(source="mnist")
    assert "\n" not in str(caught.value)
    assert 0 < seen[0] <= 30
    assert socket.getdefaulttimeout() == before


def test_the_lecture_model_reads_both_halves():
    """L10 at the size of these pictures."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)
    d = digits.make(one_hot=True)
    inputs = [keras.Input((32,), name=name) for name in ("left", "right")]
    branches = [layers.Dense(32, activation="relu")(x) for x in inputs]
    output = layers.Dense(10, activation="softmax", name="digit")(layers.concatenate(branches))
    model = keras.Model(inputs, output)
    model.compile(keras.optimizers.RMSprop(5e-3), "categorical_crossentropy", metrics=["accuracy"])
    model.fit(d.train.x, d.train.y["digit"], epochs=20, batch_size=32, verbose=0)
    test = d.details["test"]
    assert model.evaluate(test.x, test.y["digit"], verbose=0)[1] > 0.93
