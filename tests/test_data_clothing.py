import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data import clothing

pytestmark = pytest.mark.slow

BOTH, PICTURE, DESCRIPTION, NOTHING = (
    frozenset({"picture", "description"}),
    frozenset({"picture"}),
    frozenset({"description"}),
    frozenset(),
)
TABLES = ("kinds", "colours", "patterns", "brands", "materials", "conditions")


@pytest.fixture(scope="module")
def many():
    return clothing.make(n=60_000, n_validation=1000, dtype="uint8")


def formula(properties, details):
    """Price without noise, as the module's docstring says it."""
    kind, colour, pattern, brand, material, condition = (
        np.array(list(details[table].values()))[properties[:, i]] for i, table in enumerate(TABLES)
    )
    return (kind + colour + pattern) * brand * material * condition


def error_of_group_means(price, groups):
    """Root mean squared error of the best table: the mean price of each group, left out of its own mean."""
    _, group = np.unique(groups, axis=0, return_inverse=True)
    group = group.ravel()
    count, total = np.bincount(group), np.bincount(group, price)
    keep = count[group] > 1
    mean = (total[group] - price)[keep] / (count[group][keep] - 1)
    return np.sqrt(np.mean((price[keep] - mean) ** 2))


def test_shapes_and_dtypes():
    d = clothing.make(n=30, n_validation=10)
    for split, n in ((d.train, 30), (d.validation, 10)):
        assert split.x["picture"].shape == (n, 24, 24, 3)
        assert split.x["picture"].dtype == np.float32
        assert 0 <= split.x["picture"].min() < 0.3
        assert 0.8 < split.x["picture"].max() <= 1
        assert split.x["description"].shape == (n, clothing.DESCRIPTION_LENGTH)
        assert split.x["description"].dtype == np.int32
        assert split.y["price"].shape == (n, 1)
        assert split.y["price"].dtype == np.float32


def test_bytes_and_floats_show_the_same_pictures():
    small, large = clothing.make(n=50, dtype="uint8"), clothing.make(n=50)
    assert small.train.x["picture"].dtype == np.uint8
    np.testing.assert_allclose(small.train.x["picture"] / 255, large.train.x["picture"], atol=1e-6)
    assert np.array_equal(small.train.y["price"], large.train.y["price"])


def test_both_inputs_leave_the_noise_only(many):
    price = many.train.y["price"][:, 0].astype(float)
    rest = price - formula(many.details["properties"]["train"], many.details)
    assert np.sqrt(np.mean(rest**2)) == pytest.approx(many.ceiling[BOTH], rel=0.01)
    assert many.ceiling[BOTH] == many.details["noise"]
    assert np.abs(rest).max() <= np.sqrt(3) * many.details["noise"] + 1e-3
    assert abs(rest.mean()) < 0.15


@pytest.mark.parametrize(("inputs", "columns"), [(PICTURE, [0, 1, 2]), (DESCRIPTION, [3, 4, 5]), (NOTHING, [])])
def test_the_best_table_reaches_the_ceiling_and_no_less(many, inputs, columns):
    price = many.train.y["price"][:, 0].astype(float)
    groups = many.details["properties"]["train"][:, columns] if columns else np.zeros((len(price), 1))
    assert error_of_group_means(price, groups) == pytest.approx(many.ceiling[inputs], rel=0.015)


def test_ceilings_fall_with_what_is_known():
    for noise in (0, 3, 10):
        c = clothing.make(n=1, noise=noise).ceiling
        assert c[BOTH] < min(c[PICTURE], c[DESCRIPTION])
        assert max(c[PICTURE], c[DESCRIPTION]) < c[NOTHING]


def test_every_price_is_above_zero_whatever_the_noise():
    lowest = min(
        (kind + min(clothing.COLOURS.values()) + min(clothing.PATTERNS.values()))
        * min(clothing.BRANDS.values())
        * min(clothing.MATERIALS[m] for m in clothing.MADE_OF[name])
        * min(clothing.CONDITIONS.values())
        for name, kind in clothing.KINDS.items()
    )
    assert lowest > np.sqrt(3) * 10
    assert clothing.make(n=20_000, noise=10, dtype="uint8").train.y["price"].min() > 0


def test_properties_are_balanced_and_materials_suit(many):
    properties = many.details["properties"]["train"]
    for column, table in enumerate(TABLES):
        if table != "materials":
            shares = np.bincount(properties[:, column]) / len(properties)
            assert shares == pytest.approx(np.full(len(many.details[table]), 1 / len(many.details[table])), abs=0.01)
    kinds, materials = list(clothing.KINDS), list(clothing.MATERIALS)
    pairs = {(kinds[k], materials[m]) for k, m in np.unique(properties[:, [0, 4]], axis=0)}
    assert pairs == {(kind, material) for kind, suitable in clothing.MADE_OF.items() for material in suitable}


def test_pictures_show_kind_colour_and_pattern(many):
    """The nearest of the training pictures, without any training, tells what is seen far better than chance."""
    pictures = (many.train.x["picture"][:20_000], many.validation.x["picture"][:300])
    train, held_out = (p.reshape(len(p), -1).astype(np.float32) / 255 for p in pictures)
    distance = (held_out**2).sum(1)[:, None] - 2 * held_out @ train.T + (train**2).sum(1)
    nearest = many.details["properties"]["train"][distance.argmin(axis=1)]
    truth = many.details["properties"]["validation"][:300]
    assert (np.mean(nearest == truth, axis=0)[:3] > (0.95, 0.9, 0.9)).all()


def test_pictures_say_nothing_of_brand_and_condition_and_descriptions_nothing_of_colour_and_pattern(many):
    properties = many.details["properties"]["train"].astype(float)
    brightness = many.train.x["picture"].mean(axis=(1, 2, 3))
    lengths = (many.train.x["description"] > 0).sum(axis=1)
    for seen, hidden in ((brightness, (3, 5)), (lengths, (0, 1, 2))):
        for column in hidden:
            assert abs(np.corrcoef(seen, properties[:, column])[0, 1]) < 0.02


def test_descriptions_name_brand_material_and_condition():
    d = clothing.make(n=400)
    names = [list(d.details[table]) for table in ("brands", "materials", "conditions")]
    for text, row in zip(d.details["examples"], d.details["properties"]["train"], strict=False):
        assert names[0][row[3]] in text
        assert names[1][row[4]] in text
        assert any(phrase in text for phrase in clothing._CONDITION_PHRASES[names[2][row[5]]])
        assert not any(kind.lower() in text.lower().split() for kind in clothing.KINDS)


def test_tokens_and_words_turn_into_each_other():
    d = clothing.make(n=300)
    assert np.array_equal(clothing.encode(d.details["examples"]), d.train.x["description"][:100])
    assert np.array_equal(clothing.encode([d.decode(r) for r in d.train.x["description"]]), d.train.x["description"])
    assert clothing.unknown_words("pure velvet, by Aldera") == ["velvet"]
    assert clothing.encode("pure velvet", 2)[0, 1] == 1
    assert not (d.train.x["description"] == 1).any()


@settings(max_examples=15)
@given(st.integers(1, 200), st.integers(1, 50), st.integers(0, 2**40))
def test_sizes_and_seeds(n, n_validation, seed):
    first, again = (clothing.make(n, n_validation, seed, dtype="uint8") for _ in range(2))
    other = clothing.make(n, n_validation, seed + 1, dtype="uint8")
    assert (len(first.train), len(first.validation)) == (n, n_validation)
    for a, b in ((first.train, again.train), (first.validation, again.validation)):
        assert all(np.array_equal(a.x[name], b.x[name]) for name in a.x)
        assert np.array_equal(a.y["price"], b.y["price"])
    assert not np.array_equal(first.train.x["picture"], other.train.x["picture"])


def test_no_picture_is_drawn_twice_across_the_splits():
    d = clothing.make(n=5000, n_validation=1000, dtype="uint8")
    train, validation = ({p.tobytes() for p in s.x["picture"]} for s in (d.train, d.validation))
    assert len(train & validation) <= 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n must be a whole number from 1 to 10,000,000; got 0"),
        ({"n_validation": True}, "n_validation must be a whole number"),
        ({"seed": -3}, "seed must be"),
        ({"noise": 11}, "noise must be a number from 0 to 10; got 11"),
        ({"dtype": "float64"}, "dtype must be one of float32, uint8; got 'float64'"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        clothing.make(**arguments)


def test_a_small_model_with_both_inputs_uses_both():
    """After two rounds it is already better than any model can be with one input; never better than the ceiling."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)
    d = clothing.make(n=6000)
    picture = keras.Input((24, 24, 3), name="picture")
    x = layers.Conv2D(16, 3, strides=2, activation="relu")(picture)
    x = layers.MaxPooling2D()(layers.Conv2D(32, 3, activation="relu")(x))
    description = keras.Input((None,), dtype="int32", name="description")
    words = layers.LSTM(32)(layers.Embedding(len(d.vocabulary), 16)(description))
    x = layers.Dense(64, activation="relu")(layers.concatenate([layers.Flatten()(x), words]))
    model = keras.Model([picture, description], layers.Dense(1, name="price")(x))
    model.compile(keras.optimizers.Adam(4e-3), "mse")
    mean, scale = d.train.y["price"].mean(), d.train.y["price"].std()
    model.fit(d.train.x, (d.train.y["price"] - mean) / scale, epochs=2, batch_size=64, verbose=0)
    predicted = model.predict(d.validation.x, verbose=0) * scale + mean
    error = np.sqrt(np.mean((predicted - d.validation.y["price"]) ** 2))
    assert 0.93 * d.ceiling[BOTH] < error < 0.85 * min(d.ceiling[PICTURE], d.ceiling[DESCRIPTION])
