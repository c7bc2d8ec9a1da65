"""The windows of acceleration: what they hold, and that the limits they state are the true ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.data import activity
from course_utils.data.activity import GRAVITY, KCAL, MASS, make

BOTH = frozenset({"acceleration", "mass"})
WINDOW = frozenset({"acceleration"})


@pytest.fixture(scope="module")
def data():
    return make(n=3000, n_validation=12_000)


def rmse(truth, guess):
    return float(np.sqrt(np.mean((truth - guess) ** 2)))


def best_met(known):
    """The MET that one knows who reads activity and cadence without error, except in still moments."""
    sitting, standing = (activity.ACTIVITIES[k].met[0] for k in (1, 2))
    return np.where(known["still"], (sitting + standing) / 2, known["met"])


def test_shapes_types_and_units(data):
    for part, n in ((data.train, 3000), (data.validation, 12_000)):
        assert {k: (v.dtype, v.shape) for k, v in (part.x | part.y).items()} == {
            "acceleration": (np.float32, (n, 64, 3)),
            "mass": (np.float32, (n, 1)),
            "activity": (np.float32, (n, 6)),
            "energy": (np.float32, (n, 1)),
        }
        assert (part.y["activity"].sum(axis=1) == 1).all()
    resting = data.train.x["acceleration"][data.details["train"]["still"]]
    assert np.linalg.norm(resting, axis=2).mean() == pytest.approx(GRAVITY, abs=0.02)
    assert len(data.details["activities"]) == 6
    mean = [data.train.y["energy"][data.train.y["activity"][:, k] == 1].mean() for k in range(6)]
    assert mean[0] < mean[1] < mean[2] < mean[3] < mean[5] < mean[4]  # lying … walking, bicycling, running


def test_energy_follows_from_mass_and_met(data):
    energy = data.validation.y["energy"][:, 0]
    by_rule = KCAL * data.validation.x["mass"][:, 0] * data.details["validation"]["met"]
    assert rmse(energy, by_rule) == pytest.approx(activity.ENERGY_NOISE, rel=0.03)


def test_cadence_is_in_the_signal(data):
    running = data.train.y["activity"][:, 4] == 1
    signal = data.train.x["acceleration"][running]
    signal = np.linalg.norm(signal, axis=2)
    spectrum = abs(np.fft.rfft(signal - signal.mean(axis=1, keepdims=True), n=1024, axis=1))
    found = spectrum[:, : 1024 // 6].argmax(axis=1) * activity.RATE / 1024
    assert np.median(abs(found - data.details["train"]["cadence"][running])) < 0.1


def test_wearers_are_apart_unless_split_by_window(data):
    wearers = {part: set(data.details[part]["subject"].tolist()) for part in ("train", "validation")}
    assert not wearers["train"] & wearers["validation"]
    assert len(wearers["train"]) == 24
    assert len(wearers["validation"]) == 6
    mixed = make(n=600, n_validation=600, split="window")
    assert set(mixed.details["train"]["subject"]) == set(mixed.details["validation"]["subject"])


@pytest.mark.parametrize("part", ["train", "validation"])
def test_wearers_of_both_parts_are_alike_in_mean_and_spread(data, part):
    _, first = np.unique(data.details[part]["subject"], return_index=True)
    mass = getattr(data, part).x["mass"][first, 0]
    assert mass.mean() == pytest.approx(MASS[0], abs=1e-3)
    assert mass.std() == pytest.approx(MASS[1], abs=1e-3)


@pytest.mark.parametrize("seed", [7, 8, 9])
@pytest.mark.parametrize("split", ["subject", "window"])
def test_the_best_predictors_reach_the_limits_and_do_not_pass_them(seed, split):
    data = make(n=60, n_validation=12_000, seed=seed, split=split)
    known, truth = data.details["validation"], data.validation.y
    met, mass, energy = best_met(known), data.validation.x["mass"][:, 0], truth["energy"][:, 0]
    assert rmse(energy, KCAL * mass * met) == pytest.approx(data.ceiling[BOTH]["energy"], rel=0.03)
    mean_met = activity._moments(np.ones(1))[0][0]
    assert rmse(energy, KCAL * mass * mean_met) == pytest.approx(data.ceiling[frozenset({"mass"})]["energy"], rel=0.03)
    assert rmse(energy, KCAL * MASS[0] * mean_met) == pytest.approx(data.ceiling[frozenset()]["energy"], rel=0.03)
    unweighed = rmse(energy, KCAL * MASS[0] * met)
    if split == "subject":
        assert unweighed == pytest.approx(data.ceiling[WINDOW]["energy"], rel=0.03)
    else:  # the tilt may tell the wearer, so the limit is lower
        assert data.ceiling[WINDOW] == data.ceiling[BOTH]
        assert unweighed > 3 * data.ceiling[WINDOW]["energy"]
    # Still moments are called "sitting", all others by their name.
    label = truth["activity"].argmax(axis=1)
    right = np.mean(np.where(known["still"], 1, label) == label)
    assert right == pytest.approx(data.ceiling[WINDOW]["activity"], abs=0.01)


def test_still_moments_are_alike(data):
    """Nothing in a still window tells sitting from standing, and everything does in the others."""
    signal, label = data.validation.x["acceleration"], data.validation.y["activity"].argmax(axis=1)
    still = data.details["validation"]["still"]
    assert 2 * (label[still] == 1).mean() == pytest.approx(1, abs=0.1)
    restless = signal.std(axis=1).max(axis=1)
    assert abs(restless[still & (label == 1)].mean() - restless[still & (label == 2)].mean()) < 0.005
    assert restless[still].max() < 0.2
    assert restless[~still & ((label == 1) | (label == 2))].min() > 0.2


def test_the_device_gives_the_wearer_away():
    """At rest the direction of gravity names the wearer: why windows of one person must not be in both parts."""
    data = make(n=3000, n_validation=1200, split="window")
    where, who = {}, {}
    for name in ("train", "validation"):
        part, known = getattr(data, name), data.details[name]
        lying = part.y["activity"][:, 0] == 1
        where[name], who[name] = part.x["acceleration"][lying].mean(axis=1), known["subject"][lying]
    distance = ((where["validation"][:, None] - where["train"]) ** 2).sum(axis=2)
    right = np.mean(who["train"][distance.argmin(axis=1)] == who["validation"])
    assert right > 5 / 30


def test_the_same_seed_gives_the_same_data():
    one, two, other = make(n=120, n_validation=60), make(n=120, n_validation=60), make(n=120, n_validation=60, seed=8)
    np.testing.assert_array_equal(one.train.x["acceleration"], two.train.x["acceleration"])
    np.testing.assert_array_equal(one.validation.y["energy"], two.validation.y["energy"])
    assert not np.array_equal(one.train.x["acceleration"], other.train.x["acceleration"])


@given(st.integers(60, 300), st.integers(60, 200), st.integers(0, 2**63 - 1), st.sampled_from(["subject", "window"]))
@settings(max_examples=20)
def test_any_size_and_seed(n, n_validation, seed, split):
    data = make(n, n_validation, seed, subjects=25, split=split)
    assert (len(data.train), len(data.validation)) == (n, n_validation)
    for part in (data.train, data.validation):
        assert np.isfinite(part.x["acceleration"]).all()
        assert (part.x["mass"] > 10).all()
        assert abs(part.y["activity"].sum(axis=0) - len(part) / 6).max() <= 1  # balanced


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 5}, "n must be a whole number from 60 to 5,000,000; got 5"),
        ({"n": 100.0}, "n must be a whole number"),
        ({"n_validation": 0}, "n_validation must be"),
        ({"seed": -1}, "seed must be"),
        ({"subjects": 3}, "subjects must be a whole number from 25 to 10,000"),
        ({"split": "person"}, 'split must be "subject" or "window"; got \'person\''),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


def test_a_small_network_comes_near_the_limits():
    import keras

    keras.utils.set_random_seed(7)
    data = make()
    window = keras.Input((64, 3))
    scale = keras.layers.Rescaling(1 / 5)
    steps = keras.layers.Reshape((16, 12))(scale(window))
    trunk = keras.layers.GlobalMaxPooling1D()(keras.layers.GRU(32, return_sequences=True)(steps))
    heads = {
        "activity": keras.layers.Dense(6, activation="softmax", name="activity")(trunk),
        "energy": keras.layers.Dense(1, name="energy")(trunk),
    }
    model = keras.Model(window, heads)
    model.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss={"activity": "categorical_crossentropy", "energy": "mse"},
        loss_weights={"activity": 1.0, "energy": 0.05},
    )
    model.fit(data.train.x["acceleration"], data.train.y, epochs=4, batch_size=64, verbose=0)
    found, truth = model.predict(data.validation.x["acceleration"], verbose=0), data.validation.y
    accuracy = np.mean(found["activity"].argmax(axis=1) == truth["activity"].argmax(axis=1))
    limit = data.ceiling[WINDOW]
    assert limit["activity"] - 0.1 < accuracy < limit["activity"] + 0.02
    assert limit["energy"] * 0.95 < rmse(truth["energy"], found["energy"]) < limit["energy"] + 0.8
