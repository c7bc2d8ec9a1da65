import keras
import numpy as np
from keras import layers

from course_utils.exercises.lesson_05 import _parcels, _shop


def normalised(array, adapt=True, **settings):
    layer = layers.Normalization(**settings)
    if adapt:
        layer.adapt(array)
    return layer


def parcels(of_colour, of_weight, last=None, swapped=False, hidden="relu", order=1):
    colour, weight = keras.Input((3,), name="colour"), keras.Input((1,), name="weight")
    parts = [of_colour(colour), of_weight(weight)]
    x = layers.Concatenate()(parts[::-1] if swapped else parts)
    return keras.Model([colour, weight][::order], layers.Dense(1, last)(layers.Dense(16, hidden)(x)))


def with_adapted(**settings):
    given = _parcels()
    return parcels(normalised(given["colours"]), normalised(given["weights"]), **settings)


def with_one_adapted():
    given = _parcels()
    return parcels(normalised(given["colours"]), normalised(given["weights"], adapt=False))


def with_adapted_columns():
    given = _parcels()
    return parcels(normalised(given["colours"], axis=-1), normalised(given["weights"], axis=1), swapped=True)


def with_branches_as_models():
    given = _parcels()
    branches = [
        keras.Sequential([keras.Input((width,)), normalised(given[name])])
        for name, width in (("colours", 3), ("weights", 1))
    ]
    return parcels(*branches)


def with_one_scale_for_both():
    given = _parcels()
    colour, weight = keras.Input((3,)), keras.Input((1,))
    scale = normalised(np.concatenate([given["colours"], given["weights"]], axis=1))
    x = scale(layers.Concatenate()([colour, weight]))
    return keras.Model([colour, weight], layers.Dense(1)(layers.Dense(16, "relu")(x)))


def posters(
    embedding=(500, 12),
    units=10,
    last=None,
    pool=layers.GlobalMaxPooling2D,
    hidden="relu",
    swapped=False,
    end=1,
    names=(None, None),
    order=1,
    padding="valid",
    mask_zero=False,
):
    poster, text = keras.Input((32, 32, 3), name=names[0]), keras.Input((None,), dtype="int32", name=names[1])
    seen = pool()(layers.Conv2D(8, (3, 3), activation=hidden, padding=padding)(poster))
    words = layers.LSTM(units)(layers.Embedding(*embedding, mask_zero=mask_zero)(text))
    x = layers.Concatenate(axis=1)([words, seen] if swapped else [seen, words])
    return keras.Model([poster, text][::order], layers.Dense(end, last)(x))


def posters_from_models():
    see = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(8, 3), layers.ReLU(), layers.GlobalMaxPool2D()])
    read = keras.Sequential([keras.Input((None,), dtype="int32"), layers.Embedding(500, 12), layers.LSTM(10)])
    poster, text = keras.Input((32, 32, 3)), keras.Input((None,), dtype="int32")
    return keras.Model([poster, text], layers.Dense(1)(layers.concatenate([see(poster), read(text)])))


def posters_unread():
    poster, text = keras.Input((32, 32, 3)), keras.Input((None,), dtype="int32", name="text")
    seen = layers.GlobalMaxPooling2D()(layers.Conv2D(8, 3, activation="relu")(poster))
    return keras.Model([poster, text], layers.Dense(1)(seen))


def on_shop(change):
    shop = _shop()["shop"]
    return keras.Model(shop.inputs, change(shop.output))


def called(shop=None, last=None):
    shop = shop or _shop()["shop"]
    x = [keras.Input((24, 24, 3), name="picture"), keras.Input((None,), dtype="int32", name="description")]
    return keras.Model(x, layers.Rescaling(26.0, 68.0, name=last)(shop(x)))


def saved(shop):
    again = keras.models.clone_model(shop)
    again.set_weights(shop.get_weights())
    return again


_kept_shop = _shop()["shop"]


def only_the_description():
    description = _shop()["shop"].inputs[1]
    words = layers.GlobalAveragePooling1D()(layers.Embedding(44, 4)(description))
    return keras.Model(description, layers.Dense(1, name="price")(words))


def without_the_shop():
    picture, description = keras.Input((24, 24, 3)), keras.Input((None,), dtype="int32")
    words = layers.GlobalAveragePooling1D()(layers.Embedding(44, 4)(description))
    x = layers.concatenate([layers.GlobalMaxPooling2D()(picture), words])
    return keras.Model([picture, description], layers.Rescaling(26, 68)(layers.Dense(1)(x)))


def small(filters=(8, 16, 32), words="average", units=32, optimizer=0.005, loss="mse", start=None, last=None):
    picture = keras.Input((24, 24, 3), name="picture")
    description = keras.Input((None,), dtype="int32", name="description")
    x = start(picture) if start else picture
    x = layers.Conv2D(filters[0], 3, strides=2, activation="relu")(x)
    x = layers.MaxPooling2D()(layers.Conv2D(filters[1], 3, activation="relu")(x))
    x = layers.GlobalMaxPooling2D()(layers.Conv2D(filters[2], 3, activation="relu")(x))
    read = {
        "average": lambda: layers.GlobalAveragePooling1D()(layers.Embedding(44, 16)(description)),
        "gru": lambda: layers.GRU(16)(layers.Embedding(44, 8)(description)),
        "largest": lambda: layers.GlobalMaxPooling1D()(layers.Embedding(44, 16)(description)),
        "lengths": lambda: layers.Dense(4)(keras.ops.sum(layers.Embedding(44, 1)(description) * 0, axis=1)),
    }[words]()
    x = layers.Dense(units, activation="relu")(layers.Concatenate()([x, read]))
    model = keras.Model([picture, description], layers.Dense(1, last, name="price")(x))
    if optimizer is not None:
        model.compile(keras.optimizers.Adam(optimizer), loss)
    return model


def only_the_picture():
    picture = keras.Input((24, 24, 3), name="picture")
    model = keras.Model(picture, layers.Dense(1)(layers.GlobalMaxPooling2D()(layers.Conv2D(8, 3)(picture))))
    model.compile("adam", "mse")
    return model


def in_a_dict():
    shop = _shop()["shop"]
    return keras.Model(shop.inputs, {"price": layers.Rescaling(26, 68)(shop.output)})


RIGHT = {
    "5.1": [
        with_adapted_columns,
        with_branches_as_models,
        lambda: with_adapted(swapped=True),
        lambda: with_adapted(order=-1),
    ],
    "5.2": [
        lambda: posters(swapped=True),
        posters_from_models,
        lambda: posters(last="linear", order=-1),
        lambda: posters(names=("poster", "text"), order=-1),
        lambda: posters(padding="same", mask_zero=True),
    ],
    "5.3": [
        in_a_dict,
        called,
        lambda: called(last="price"),
        lambda: called(saved(_kept_shop)),
        lambda: on_shop(lambda price: price * 26 + 68),
        lambda: on_shop(keras.layers.Lambda(lambda price: 68 + 26 * price)),
    ],
    "5.4": [
        lambda: small(words="gru"),
        lambda: small(words="largest", loss=keras.losses.MeanSquaredError()),
        lambda: small(filters=(8, 12, 24), start=layers.Rescaling(2.0, offset=-1.0), optimizer=0.008),
    ],
}
WRONG = {
    "5.1": [
        (lambda: parcels(layers.Normalization(), layers.Normalization()), "Was it adapted"),
        (with_one_adapted, "bring `weight` to mean 0"),
        (lambda: parcels(layers.Identity(), layers.Identity()), "no `Normalization` was found for `colour`"),
        (with_one_scale_for_both, "each input needs one of its own"),
        (lambda: with_adapted(last="sigmoid"), "sigmoid"),
        (lambda: with_adapted(hidden="tanh"), "tanh"),
    ],
    "5.2": [
        (lambda: posters(embedding=(12, 500)), "500"),
        (lambda: posters(hidden=None), "no activation; it should have activation='relu'"),
        (lambda: posters(last="relu"), "relu"),
        (lambda: posters(last="sigmoid"), "sigmoid"),
        (lambda: posters(end=10, last="softmax"), "softmax"),
        (lambda: posters(pool=layers.GlobalAveragePooling2D), "GlobalAveragePooling2D"),
        (lambda: posters(pool=layers.Flatten), "Flatten"),
        (lambda: posters(units=12), "12"),
        (lambda: posters(names=("text", "poster")), "text"),
        (posters_unread, "the input `text` reaches no output"),
    ],
    "5.3": [
        (lambda: on_shop(lambda x: keras.ops.minimum(x * 26 + 68, 220)), ""),
        (lambda: on_shop(layers.Identity()), "still answers in scaled prices"),
        (lambda: on_shop(layers.Rescaling(26)), "the mean is missing"),
        (lambda: on_shop(layers.Rescaling(1, 68)), "the spread is missing"),
        (lambda: on_shop(layers.Rescaling(68, 26)), "changed places"),
        (lambda: on_shop(lambda price: (price - 68) / 26), "once more"),
        (lambda: on_shop(lambda price: (price + 68) * 26), "adds the mean first"),
        (lambda: on_shop(layers.Dense(1)), "lies between"),
        (lambda: on_shop(lambda price: keras.ops.minimum(price * 26 + 68, 80)), "lies between"),
        (lambda: on_shop(lambda price: layers.concatenate([price, price]) * 26 + 68), "predicts shape (40, 2)"),
        (without_the_shop, "`price` are not in the model"),
        (lambda: called(keras.models.clone_model(_shop()["shop"])), "with weights of their own"),
        (only_the_description, "1 input"),
    ],
    "5.4": [
        (lambda: small(filters=(16, 24, 48)), "at most 10,000"),
        (only_the_picture, "1 input"),
        (lambda: small(optimizer=None), "not compiled"),
        (lambda: small(last="sigmoid"), "under 13"),
        (lambda: small(words="lengths"), "the input `description` reaches no output"),
    ],
}
