"""Exercises of lesson 05, a picture and a text: the price of a garment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.criterion import Holds
from course_utils.checks.learning import CHECK_SEED, Goal, Learns, outputs_for
from course_utils.checks.measures import Measure, root_mean_squared_error
from course_utils.checks.models import Parameters, SameGraph, all_layers, models_in
from course_utils.checks.reuse import Given, Reuses
from course_utils.checks.structure import Structure
from course_utils.data.dataset import Dataset, Split
from course_utils.exercises.declaration import Exercise
from course_utils.graphs.reading.traceless import weights_kept

if TYPE_CHECKING:
    import keras

_MEAN, _SPREAD = 68, 26  # euros, as the lesson scales prices
_SHIFTS = (0.0, -2.5, 4.0, -40.0, 40.0)  # of scaled prices: from about 0 to 200 €, and far beyond


def _parcels() -> Mapping[str, Any]:
    rng = np.random.default_rng(5)
    return {
        "colours": rng.uniform(0, 255, size=(300, 3)).astype("float32"),
        "weights": rng.normal(600, 150, size=(300, 1)).astype("float32"),
    }


def _is_normalised(model: Any) -> str | None:
    import keras

    scales = [layer for layer in all_layers(model) if isinstance(layer, keras.layers.Normalization)]
    found = {int(np.prod(tuple(layer.mean.shape))): layer for layer in scales}
    for name, array in (("colour", _parcels()["colours"]), ("weight", _parcels()["weights"])):
        width = array.shape[1]
        if width not in found:
            numbers = "3 numbers, one mean each" if width == 3 else "1 number"
            return f"no `Normalization` was found for `{name}` ({numbers}); each input needs one of its own."
        given = keras.ops.convert_to_numpy(found[width](array))
        mean, spread = np.abs(given.mean(axis=0)).max(), given.std(axis=0)
        if not (mean < 0.2 and (spread > 0.8).all() and (spread < 1.25).all()):
            return (
                f"`{found[width].name}` should bring `{name}` to mean 0 and standard deviation 1; it gives a mean of "
                f"{given.mean():.3g} and a standard deviation of {given.std():.3g}. "
                "Was it adapted to the training data?"
            )
    return None


def _posters_otherwise() -> list[keras.Model]:
    """Exercise 5.2 with what its text leaves open: the padding, and whether token 0 is masked."""
    import keras
    from keras import layers

    made = []
    for padding, mask_zero in (("same", False), ("valid", True), ("same", True)):
        poster = keras.Input(shape=(32, 32, 3), name="poster")
        text = keras.Input(shape=(None,), dtype="int32", name="text")
        convolution = layers.Conv2D(8, 3, activation="relu", padding=padding)
        seen = layers.GlobalMaxPooling2D()(convolution(poster))
        words = layers.LSTM(10)(layers.Embedding(500, 12, mask_zero=mask_zero)(text))
        made.append(keras.Model([poster, text], layers.Dense(1)(layers.concatenate([seen, words]))))
    return made


def _small_shop() -> keras.Model:
    """A model with the inputs, the name and some layers of the lesson's, untrained and small."""
    import keras
    from keras import layers

    picture = keras.Input(shape=(24, 24, 3), name="picture")
    description = keras.Input(shape=(None,), dtype="int32", name="description")
    seen = layers.GlobalMaxPooling2D()(layers.Conv2D(4, 3, name="edges")(picture))
    words = layers.GlobalAveragePooling1D()(layers.Embedding(44, 4, name="words")(description))
    price = layers.Dense(1, name="price")(layers.concatenate([seen, words]))
    return keras.Model([picture, description], price, name="shop")


_shop = Given("shop", _small_shop)


def _price_layer(model: keras.Model) -> keras.Model | None:
    """From the inputs to the scaled price, of a model inside this one or of the model itself."""
    import keras

    for part in [*models_in(model), model]:
        if any(layer.name == "price" for layer in part.layers):
            return keras.Model(part.inputs, part.get_layer("price").output)
    return None


def _may_be_the_shop(model: keras.Model) -> bool:
    """Whether a model that was made out of our sight has a graph like `shop`, and is no clone."""
    from course_utils.graphs.difference import compare_models
    from course_utils.graphs.reading.inside import is_made_from_config

    inner = _price_layer(model)
    if inner is None or not compare_models(inner, _small_shop()).same:
        return False
    return not all(is_made_from_config(layer) for layer in all_layers(inner) if layer.weights)


def _answers_in_euros(model: Any) -> str | None:
    inner = _price_layer(model)
    assert inner is not None  # without the trained layers this is not asked
    for shift in _SHIFTS:
        with _all_prices_shifted(inner, shift):
            if objection := _answers_otherwise(model, inner):
                return objection
    return None


@contextlib.contextmanager
def _all_prices_shifted(inner: keras.Model, shift: float) -> Iterator[None]:
    """The model with every scaled price so much larger: what bends cheap or dear prices shows."""
    import keras

    bias = getattr(inner.get_layer("price"), "bias", None)
    if bias is None or not shift:
        yield
        return
    with weights_kept([bias]):
        bias.assign_add(keras.ops.full_like(bias, shift))
        yield


def _answers_otherwise(model: keras.Model, inner: keras.Model) -> str | None:
    """What is wrong with a model's prices in euros, beside the scaled ones of `inner`."""
    from course_utils import data

    x = data.clothing.make(n=1, n_validation=40).validation.x
    scaled, found = (outputs_for(part, x)[0] for part in (inner, model))
    if found.shape != scaled.shape:
        return f"it predicts shape {found.shape} for 40 garments; one price each has shape {scaled.shape}."
    mistakes = (
        (scaled, "it still answers in scaled prices; undo the scaling after `price`."),
        ((scaled - _MEAN) / _SPREAD, "it scales the price once more; undo it: times the spread, plus the mean."),
        ((scaled + _MEAN) * _SPREAD, "it adds the mean first; undo the steps in reverse: times the spread, then plus."),
        (scaled * _SPREAD, "the mean is missing: a scaled price of 0 should become 68 €."),
        (scaled + _MEAN, "the spread is missing: a scaled price of 1 should become 94 €."),
        (scaled * _MEAN + _SPREAD, "mean and spread have changed places: `scale` multiplies, `offset` is added."),
    )
    if np.allclose(found, scaled * _SPREAD + _MEAN, rtol=1e-3, atol=0.05):
        return None
    for wrong, message in mistakes:
        if np.allclose(found, wrong, rtol=1e-3, atol=1e-3):
            return message
    return "its answers are not `euros(…)` of what the layer `price` says; what lies between that layer and the output?"


def _few_garments() -> Dataset:
    from course_utils import data

    made = data.clothing.make(n=4000, n_validation=500, seed=CHECK_SEED)

    def scaled(split: Split) -> Split:
        return Split(split.x, {"price": (split.y["price"] - _MEAN) / _SPREAD})

    return Dataset(scaled(made.train), scaled(made.validation))


def _in_euros(truth: np.ndarray, prediction: np.ndarray) -> float:
    return root_mean_squared_error(truth, prediction) * _SPREAD


_error_in_euros = Measure("error", _in_euros, unit=" €")


EXERCISES = (
    Exercise(
        id="5.1",
        title="Each on its own scale",
        given=_parcels,
        criteria=[
            Structure(inputs=2, outputs=1, merges=1),
            Holds("scales", _is_normalised, "each input comes to mean 0 and standard deviation 1."),
            SameGraph(inputs="in any order"),
        ],
        hints=[
            "Make two `layers.Normalization()`, and `adapt` each to its array before you use it.",
            "`of_colour.adapt(colours)`, then `of_colour(colour)`; the same for the weight; then concatenate.",
        ],
    ),
    Exercise(
        id="5.2",
        title="Film posters",
        criteria=[SameGraph(inputs="in any order", alternatives=_posters_otherwise)],
        hints=[
            "Copy `look` and `read` in your mind, with fewer layers. Which sizes does the text name?",
            "`layers.Embedding(500, 12)`: first how many tokens there are, then how long their vectors are.",
            "A unit that can say any number has no activation: `layers.Dense(1)`.",
        ],
    ),
    Exercise(
        id="5.3",
        title="A model that answers in euros",
        given=_shop,
        criteria=[
            Structure(inputs=2, outputs=1),
            Reuses(_shop, or_equal=True, may_be=_may_be_the_shop, name="the trained `shop`"),
            Holds("in euros", _answers_in_euros, "it says what `shop` says, in euros.", costly=True),
        ],
        hints=[
            "`shop.inputs` and `shop.output` are tensors; a graph can go on from there.",
            "`layers.Rescaling(scale, offset)` multiplies by `scale` and adds `offset`.",
            "`model = keras.Model(shop.inputs, layers.Rescaling(…)(shop.output))`",
        ],
    ),
    Exercise(
        id="5.4",
        title="A small shop",
        criteria=[
            Structure(inputs=2, outputs=1, merges=1),
            Parameters(at_most=10_000),
            Learns(
                _few_garments,
                Goal(13, _error_in_euros),
                epochs=6,
                batch_size=64,
                name="error in euros",
            ),
        ],
        hints=[
            "Halve the filters of `look`: that saves more than half. Which other layers are large?",
            "Does the order of the words matter? `GlobalAveragePooling1D` after the `Embedding` has no parameters.",
            "Adam at 0.005, `mse`, batches as given; filters 8, 16, 32.",
        ],
    ),
)
