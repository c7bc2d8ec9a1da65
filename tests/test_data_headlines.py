"""The headlines: what they hold, and that the limits they state are the true ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data import headlines
from course_utils.data.headlines import MAX_TOKENS, decode, encode, make

pytestmark = pytest.mark.slow

TEXT, AUX = frozenset({"main_input"}), frozenset({"aux_input"})
BOTH = TEXT | AUX


@pytest.fixture(scope="module")
def data():
    return make(n=100, n_validation=40_000)


def test_shapes_and_types(data):
    for part, n in ((data.train, 100), (data.validation, 40_000)):
        assert {k: (v.dtype, v.shape) for k, v in (part.x | part.y).items()} == {
            "main_input": (np.int32, (n, 100)),
            "aux_input": (np.float32, (n, 5)),
            "main_output": (np.float32, (n, 1)),
            "aux_output": (np.float32, (n, 1)),
        }
        np.testing.assert_array_equal(part.y["main_output"], part.y["aux_output"])
        assert set(part.y["main_output"].ravel()) == {0, 1}
    assert data.validation.x["main_input"].max() < len(data.vocabulary)


def test_hours_and_weekdays_are_on_a_circle(data):
    aux = data.validation.x["aux_input"]
    assert aux.shape[1] == len(data.details["aux_names"])
    for pair, steps in ((aux[:, 0:2], 24), (aux[:, 2:4], 7)):
        np.testing.assert_allclose((pair**2).sum(axis=1), 1, atol=1e-5)
        step = np.arctan2(pair[:, 0], pair[:, 1]) * steps / (2 * np.pi)
        np.testing.assert_allclose(step, np.rint(step), atol=1e-4)
        assert len(set(np.rint(step).astype(int) % steps)) == steps
    assert aux[:, 4].mean() == pytest.approx(3, abs=0.02)


def test_headlines_read_as_words_and_go_back(data):
    longest = 0
    for row in data.train.x["main_input"]:
        used = np.flatnonzero(row)
        assert (row[used[0] :] > 1).all()  # zeros in front only, no unknown words
        longest = max(longest, len(row) - used[0])
        np.testing.assert_array_equal(encode(data.decode(row))[0], row)
    assert longest <= MAX_TOKENS
    assert encode(["museum", "Museum reviews interest rates"]).shape == (2, 100)
    assert decode(encode("Penguin chick finds xyzzy", 6)[0]) == "penguin chick finds [UNK]"


def test_the_words_alone_give_the_points(data):
    """A headline's points can be read off its words, so a model that reads them all can know them."""
    parts = data.details["points"]
    for row, points in zip(data.train.x["main_input"], data.details["train"]["text_points"], strict=True):
        text = f" {decode(row)} "
        found = 0.0
        for part in parts.values():
            hits = [value for words, value in part.items() if words and f" {words} " in text]
            assert len(hits) <= 1
            found += sum(hits)
        assert found == pytest.approx(points)


def test_retweets_follow_the_points(data):
    known = data.details["validation"]
    p = 1 / (1 + np.exp(-(known["text_points"] + known["aux_points"])))
    truth = data.validation.y["main_output"][:, 0]
    for low in (0.1, 0.3, 0.5, 0.7):
        group = (p > low) & (p < low + 0.2)
        assert truth[group].mean() == pytest.approx(p[group].mean(), abs=0.03)


def best(points, others):
    """Probabilities given one part of the points, averaged over a sample of the other part."""
    grid = np.linspace(points.min(), points.max(), 200)
    p = (1 / (1 + np.exp(-(grid[:, None] + others[:4000])))).mean(axis=1)
    return np.interp(points, grid, p)


@pytest.mark.parametrize("inputs", [BOTH, TEXT, AUX, frozenset()], ids=["both", "text", "numbers", "nothing"])
def test_the_best_predictors_reach_the_limits_and_do_not_pass_them(data, inputs):
    known, truth = data.details["validation"], data.validation.y["main_output"][:, 0]
    text, aux = known["text_points"], known["aux_points"]
    p = {
        BOTH: 1 / (1 + np.exp(-(text + aux))),
        TEXT: best(text, aux),
        AUX: best(aux, text),
        frozenset(): np.full(len(truth), 0.5006),
    }[inputs]
    accuracy = np.mean((p > 0.5) == truth)
    log_loss = -np.mean(np.log(np.where(truth == 1, p, 1 - p)))
    assert accuracy == pytest.approx(data.ceiling[inputs]["main_output"], abs=0.012)
    assert accuracy == pytest.approx(data.ceiling[inputs]["aux_output"], abs=0.012)
    assert log_loss == pytest.approx(data.details["log_loss"][inputs], abs=0.012)


def test_each_input_adds_something(data):
    limit = {inputs: value["main_output"] for inputs, value in data.ceiling.items()}
    assert limit[BOTH] > limit[TEXT] + 0.05
    assert limit[TEXT] > limit[AUX] + 0.05
    assert limit[AUX] > limit[frozenset()] + 0.1


def test_length_is_an_argument():
    short, long = make(50, 10, length=MAX_TOKENS), make(50, 10, length=100)
    np.testing.assert_array_equal(short.train.x["main_input"], long.train.x["main_input"][:, -MAX_TOKENS:])
    assert short.train.x["main_input"].shape == (50, MAX_TOKENS)


def test_the_same_seed_gives_the_same_data():
    one, two, other = make(50, 10), make(50, 10), make(50, 10, seed=8)
    for name in one.train.x:
        np.testing.assert_array_equal(one.train.x[name], two.train.x[name])
        assert not np.array_equal(one.train.x[name], other.train.x[name])


@given(st.integers(1, 200), st.integers(1, 50), st.integers(0, 2**63 - 1))
@settings(max_examples=20)
def test_any_size_and_seed(n, n_validation, seed):
    data = make(n, n_validation, seed)
    assert (len(data.train), len(data.validation)) == (n, n_validation)
    assert np.isfinite(data.train.x["aux_input"]).all()
    assert (data.train.x["main_input"] > 0).any(axis=1).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n must be a whole number from 1 to 5,000,000; got 0"),
        ({"n": True}, "n must be a whole number"),
        ({"n_validation": 0}, "n_validation must be"),
        ({"seed": -1}, "seed must be"),
        ({"length": 20}, f"length must be a whole number from {MAX_TOKENS} to 1,000"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


def test_points_are_tenths():
    """The limits are computed on a grid of tenths."""
    for part in headlines._PARTS:
        for points in part.values():
            assert 10 * points == pytest.approx(round(10 * points))


@pytest.mark.parametrize("inputs", [BOTH, TEXT], ids=["both", "text"])
def test_a_small_network_comes_near_the_limits(inputs):
    import keras

    keras.utils.set_random_seed(7)
    data = make(n=6000, length=MAX_TOKENS)
    text, numbers = keras.Input((MAX_TOKENS,), dtype="int32", name="main_input"), keras.Input((5,), name="aux_input")
    words = keras.layers.Embedding(len(data.vocabulary), 32, mask_zero=True)(text)
    x = keras.layers.GlobalAveragePooling1D()(words)
    if inputs == BOTH:
        x = keras.layers.concatenate([x, numbers])
    for _ in range(2):
        x = keras.layers.Dense(64, activation="relu")(x)
    model = keras.Model([text, numbers], keras.layers.Dense(1, activation="sigmoid", name="main_output")(x))
    model.compile(optimizer=keras.optimizers.Adam(0.005), loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(data.train.x, data.train.y["main_output"], epochs=8, batch_size=128, verbose=0)
    accuracy = model.evaluate(data.validation.x, data.validation.y["main_output"], verbose=0)[1]
    limit = data.ceiling[inputs]["main_output"]
    assert limit - 0.06 < accuracy < limit + 0.025
