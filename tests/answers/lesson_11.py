import keras
import numpy as np
from keras import layers

from course_utils.exercises import exercise


def block(projection=True, filters=24, kernel=1, activation=None, after=True, order=1, early=None):
    x = keras.Input((16, 16, 8))
    h = layers.Conv2D(24, 3, padding="same", activation="relu")(x)
    h = layers.Conv2D(24, 3, padding="same", activation=early)(h)
    past = layers.Conv2D(filters, kernel, padding="same", activation=activation)(x) if projection else h
    total = layers.Add()([h, past][::order])
    return keras.Model(x, layers.ReLU()(total) if after else total)


def block_with_operators():
    x = keras.Input((16, 16, 8))
    way = keras.Sequential([layers.Conv2D(24, 3, padding="same"), layers.ReLU(), layers.Conv2D(24, 3, padding="same")])
    return keras.Model(x, keras.ops.relu(layers.Convolution2D(24, (1, 1))(x) + way(x)))


def looks(
    sizes=(8, 8, 16), added=True, order=(0, 1, 2), activation="relu", chained=True, merge=None, thin_padding="same"
):
    x = keras.Input((16, 16, 32))

    def conv(n, k, tensor):
        padding = thin_padding if k == 1 else "same"
        return layers.Conv2D(n, k, padding=padding, activation=activation)(tensor)

    branches = [conv(sizes[0], 1, x), conv(sizes[1], 3, x), conv(sizes[2], 3, conv(8, 3, x) if chained else x)]
    joined = layers.Concatenate(axis=-1)([branches[at] for at in order])
    if not added:
        return keras.Model(x, joined)
    return keras.Model(x, merge(joined, x) if merge else layers.Add()([x, joined]))


def ensemble(merge=layers.Average, shared=False, units=16, separate_inputs=False, nested=True):
    x = keras.Input((20,))
    deep = keras.Sequential([layers.Dense(units, "relu"), layers.Dense(1)])
    straight = deep if shared else layers.Dense(1)
    y = keras.Input((20,)) if separate_inputs else x
    return keras.Model([x, y] if separate_inputs else x, merge()([deep(x), straight(y)]))


def ensemble_by_hand():
    x = keras.Input((20,))
    deep = layers.Dense(1)(layers.Dense(16, "relu")(x))
    return keras.Model(x, (layers.Dense(1)(x) + deep) / 2)


def given():
    return exercise("11.4").names()["trained"]


def head(
    frozen=("first", "second"),
    units=3,
    loss="sparse_categorical_crossentropy",
    at="second",
    activation="softmax",
    name="kind",
    trained=None,
):
    trained = trained or given()
    for layer in trained.layers:
        if layer.name in frozen:
            layer.trainable = False
    end = layers.Dense(units, activation, name=name)(trained.get_layer(at).output)
    end_layer = (model := keras.Model(trained.inputs, end)).layers[-1]
    end_layer.trainable = "kind" not in frozen
    if loss:
        model.compile(optimizer="adam", loss=loss)
    return model


def new_layers():
    x = keras.Input((10,), name="numbers")
    first = layers.Dense(32, "relu", name="first", trainable=False)
    second = layers.Dense(16, "relu", name="second", trainable=False)
    model = keras.Model(x, layers.Dense(3, "softmax", name="kind")(second(first(x))))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def saved():
    again = keras.models.clone_model(_kept)
    again.set_weights(_kept.get_weights())
    return again


def head_with_separate_softmax():
    trained = given()
    old = [trained.get_layer(name) for name in ("first", "second")]
    for layer in old:
        layer.trainable = False
    x = keras.Input((10,))
    model = keras.Model(x, layers.Softmax(name="kind")(layers.Dense(3)(old[1](old[0](x)))))
    model.compile("Adam", "sparse_categorical_crossentropy")
    return model


def head_in_a_sequential():
    old = given().layers[1:3]
    for layer in old:
        layer.trainable = False
    model = keras.Sequential([keras.Input((10,)), *old, layers.Dense(3, "softmax", name="kind")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def head_on_a_frozen_model():
    made = given()
    trunk = keras.Model(made.inputs, made.get_layer("second").output, name="trunk")
    trunk.trainable = False
    x = keras.Input((10,))
    model = keras.Model(x, layers.Dense(3, "softmax", name="kind")(trunk(x, training=False)))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def frozen_after_training():
    model = head(frozen=())
    model.fit(np.zeros((4, 10)), np.zeros(4), verbose=0)
    for name in ("first", "second"):
        model.get_layer(name).trainable = False
    return model


_kept = given()


def blend(
    formula=lambda s, a, b: s * a + (1 - s) * b, config=True, full=True, weights=False, keywords=True, lost=False
):
    class Blend(layers.Layer):
        def __init__(self, share=0.5, **kwargs):
            super().__init__(**(kwargs if keywords else {}))
            self.share = share

        def build(self, shapes):
            if weights:
                self.add_weight(shape=(1,))

        def call(self, inputs):
            return formula(0.9 if lost and self.share == 0.5 else self.share, inputs[0], inputs[1])

        def get_config(self):
            own = {"share": self.share} if config else {}
            return {**super().get_config(), **own} if full else own

    return Blend


def blend_that_tells(told):
    class Blend(blend()):
        def get_config(self):
            return {**super().get_config(), "share": told(self.share)}

    return Blend


def blend_that_forgets():
    class Blend(blend()):
        @classmethod
        def from_config(cls, config):
            return cls(0.6, name=config["name"])

    return Blend


def blend_by_keyword():
    class Blend(layers.Layer):
        def __init__(self, *, share, **more):
            super().__init__(**more)
            self.share = share

        def call(self, inputs):
            return self.share * inputs[0] + (1 - self.share) * inputs[1]

        def get_config(self):
            return {**super().get_config(), "share": self.share}

    return Blend


def blend_in_inference():
    class Blend(layers.Layer):
        def __init__(self, share, **kwargs):
            super().__init__(**kwargs)
            self.share = share

        def call(self, inputs, training=False):
            first, second = inputs
            return first if training else self.share * first + (1 - self.share) * second

        def get_config(self):
            return {**super().get_config(), "share": self.share}

    return Blend


def blend_without_base():
    class Blend(layers.Layer):
        def __init__(self, share):
            super().__init__()
            self.share = share

        def call(self, inputs):
            return self.share * inputs[0] + (1 - self.share) * inputs[1]

    return Blend


def blend_with_operations():
    @keras.saving.register_keras_serializable(package="answers")
    class Mix(layers.Layer):
        def __init__(self, share, *, name=None, **more):
            super().__init__(name=name, **more)
            self.share = float(share)

        def call(self, pair):
            return keras.ops.add(pair[1], self.share * keras.ops.subtract(pair[0], pair[1]))

        def get_config(self):
            config = super().get_config()
            config.update(share=self.share)
            return config

    return Mix


RIGHT = {
    "11.1": [block, lambda: block(order=-1), block_with_operators],
    "11.2": [
        looks,
        lambda: looks(thin_padding="valid"),
        lambda: looks(merge=lambda a, b: a + b),
        lambda: looks(merge=lambda a, b: layers.add([a, b])),
        lambda: looks(order=(2, 0, 1)),
    ],
    "11.3": [ensemble, ensemble_by_hand, lambda: ensemble(lambda: layers.average)],
    "11.4": [
        head,
        head_with_separate_softmax,
        head_on_a_frozen_model,
        lambda: head(loss=["sparse_categorical_crossentropy"]),
        lambda: head(trained=saved()),
        head_in_a_sequential,
    ],
    "11.5": [
        blend,
        blend_by_keyword,
        blend_with_operations,
        lambda: blend(lambda s, a, b: b + s * (a - b)),
    ],
    "11.6": [lambda: 5, lambda: 5.0, lambda: np.int64(5)],
}
WRONG = {
    "11.1": [
        (lambda: block(after=False), "ReLU"),
        (lambda: block(kernel=3), "3"),
        (lambda: block(activation="relu"), "relu"),
        (lambda: block(projection=False), "Conv2D"),
        (lambda: block(early="relu"), "relu"),
    ],
    "11.2": [
        (lambda: looks(added=False), "dd"),
        (lambda: looks(chained=False), "Conv2D"),
        (lambda: looks((16, 8, 8)), "16"),
        (lambda: looks(activation=None), "relu"),
        (lambda: looks(merge=lambda a, b: layers.Multiply()([a, b])), "ultiply"),
    ],
    "11.3": [
        (lambda: ensemble(layers.Add), "verage"),
        (lambda: ensemble(layers.Concatenate), "verage"),
        (lambda: ensemble(shared=True), "missing"),
        (lambda: ensemble(units=8), "8"),
        (lambda: ensemble(separate_inputs=True), "nput"),
    ],
    "11.4": [
        (new_layers, "are other layers, with weights of their own"),
        (lambda: head(trained=keras.models.clone_model(given())), "are other layers"),
        (lambda: head(name="price_of_kind"), "should be called `kind`"),
        (frozen_after_training, "frozen after training had begun"),
        (lambda: head(frozen=()), "`first` still trains"),
        (lambda: head(frozen=("first",)), "`second` still trains"),
        (lambda: head(frozen=("first", "second", "kind")), "`kind` is frozen too"),
        (lambda: head(loss=None), "not compiled"),
        (lambda: head(loss="categorical_crossentropy"), "categorical_crossentropy"),
        (lambda: head(at="first"), "should read `second`"),
        (lambda: head(units=1, activation="sigmoid"), "softmax"),
    ],
    "11.5": [
        (lambda: blend(lambda s, a, b: s * b + (1 - s) * a), "belongs to the first"),
        (lambda: blend(lambda s, a, b: a + b), "not right"),
        (lambda: blend(lambda s, a, b: 0.25 * a + 0.75 * b), "with a `share` of 0.6"),
        (lambda: blend(lambda s, a, b: keras.ops.reshape(s * a + (1 - s) * b, (-1, 2))), "gives shape"),
        (lambda: blend(lambda s, a, b: np.add(s * a, (1 - s) * b)), "fails"),
        (blend_in_inference, "not right in training"),
        (lambda: blend(weights=True), "has weights"),
        (lambda: blend(config=False), "does not tell `share`"),
        (lambda: blend_that_tells(lambda share: 0.6), "made again from its config"),
        (lambda: blend_that_tells(lambda share: round(share, 1)), "made again from its config"),
        (blend_that_forgets, "made again from its config"),
        (lambda: blend(full=False), "loses the name"),
        (blend_without_base, "get_config()` fails"),
        (lambda: blend()(0.25), "without a call"),
        (lambda: "Blend", "class"),
        (lambda: blend(lambda s, a, b: a @ b), "fails"),
    ],
    "11.6": [
        (lambda: 4, "`past`"),
        (lambda: 3, "more than one way"),
        (lambda: 6, "other output"),
        (lambda: 11, "both outputs"),
        (lambda: "five", "number"),
    ],
}
