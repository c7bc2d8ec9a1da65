import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data import waves


def test_the_lecture_example():
    d = waves.make()
    x, y = d.train.x["x"], d.train.y["sin"]
    assert x.shape == y.shape == (1000, 1)
    assert x.dtype == y.dtype == np.float32
    assert (x[0], x[-1]) == (0, 1)
    np.testing.assert_allclose(np.diff(x[:, 0]), 1 / 999, atol=1e-6)
    np.testing.assert_allclose(y, np.sin(2 * np.pi * x), atol=1e-6)
    v = d.validation.x["x"][:, 0]
    assert len(d.validation) == 100
    assert (np.diff(v) >= 0).all()
    assert 0 <= v.min() < 0.1 < 0.9 < v.max() <= 1
    assert d.ceiling[frozenset({"x"})] == 0


def test_several_targets():
    d = waves.make(targets=("sin", "exp"))
    assert list(d.train.y) == ["sin", "exp"]
    np.testing.assert_allclose(d.train.y["exp"], np.exp(d.train.x["x"]), rtol=1e-6)
    assert d.ceiling[frozenset({"x"})] == {"sin": 0, "exp": 0}
    assert d.details["formulas"] == {"sin": "sin(2πx)", "exp": "exp(x)"}


def test_one_target_may_be_a_plain_word():
    assert list(waves.make(targets="square").train.y) == ["square"]


@pytest.mark.parametrize("name", waves.FUNCTIONS)
def test_a_constant_reaches_the_variance_and_no_less(name):
    d = waves.make(n=200_001, targets=name)
    y = d.train.y[name].astype(float)
    assert np.mean((y - y.mean()) ** 2) == pytest.approx(d.ceiling[frozenset()], rel=1e-3)


def test_the_true_curve_reaches_the_ceiling_under_noise():
    d = waves.make(n=100_000, n_validation=100_000, targets=("sin", "exp"), noise=0.3)
    for split in (d.train, d.validation):
        for name, function in waves.FUNCTIONS.items():
            if name in split.y:
                error = np.mean((split.y[name] - function(split.x["x"])) ** 2)
                assert error == pytest.approx(d.ceiling[frozenset({"x"})][name], rel=0.03)
    sin_noise = d.train.y["sin"] - waves.FUNCTIONS["sin"](d.train.x["x"])
    exp_noise = d.train.y["exp"] - waves.FUNCTIONS["exp"](d.train.x["x"])
    assert abs(np.corrcoef(sin_noise[:, 0], exp_noise[:, 0])[0, 1]) < 0.02


def test_every_curve_has_a_formula():
    assert list(waves.FORMULAS) == list(waves.FUNCTIONS)


@settings(max_examples=25)
@given(st.integers(2, 300), st.integers(1, 50), st.integers(0, 2**40))
def test_sizes_and_seeds(n, n_validation, seed):
    first, again = (waves.make(n, n_validation, seed, noise=0.1) for _ in range(2))
    assert (len(first.train), len(first.validation)) == (n, n_validation)
    for a, b in ((first.train, again.train), (first.validation, again.validation)):
        assert np.array_equal(a.x["x"], b.x["x"])
        assert np.array_equal(a.y["sin"], b.y["sin"])
    other = waves.make(n, n_validation, seed + 1, noise=0.1)
    assert not np.array_equal(first.train.y["sin"], other.train.y["sin"])
    assert not np.array_equal(first.validation.x["x"], other.validation.x["x"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 1}, "n must be a whole number from 2 to 10,000,000; got 1"),
        ({"n": 10.5}, "n must be a whole number"),
        ({"n_validation": 0}, "n_validation must be"),
        ({"seed": -1}, "seed must be"),
        ({"noise": -0.1}, "noise must be a number from 0 to 10"),
        ({"noise": float("nan")}, "noise must be a number"),
        ({"targets": "tan"}, "targets must be one or more of sin, cos, exp, square"),
        ({"targets": ()}, "targets must be"),
        ({"targets": ("sin", "sin")}, "each once"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        waves.make(**arguments)
