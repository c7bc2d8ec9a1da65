import keras
import numpy as np
from keras import layers

Z = [[1.6, -0.8, -6.7]]


def stack(*shape_and_layers):
    shape, *rest = shape_and_layers
    return keras.Sequential([keras.Input(shape), *rest])


def tanh(units):
    return layers.Dense(units, activation="tanh")


def nested():
    x = keras.Input((20,))
    body = keras.Sequential([tanh(16), layers.Dense(8), layers.Activation("tanh")])
    return keras.Model(x, layers.Dense(1, activation=keras.activations.sigmoid)(body(x)))


def operators():
    x = keras.Input((20,), name="x")
    h = keras.ops.tanh(layers.Dense(8)(keras.ops.tanh(layers.Dense(16)(x))))
    return keras.Model({"x": x}, keras.ops.sigmoid(layers.Dense(1)(h)))


def skipping():
    x = keras.Input((20,))
    h = tanh(16)(x)
    h = layers.Concatenate()([tanh(8)(h), x])
    return keras.Model(x, layers.Dense(1, "sigmoid")(h))


def photographs(*middle, last=None):
    last = last or layers.Dense(1, "sigmoid")
    return stack((150, 150, 3), *middle, last)


def relus(*units, inputs=10):
    return stack((inputs,), *[layers.Dense(n, "relu") for n in units], layers.Dense(1))


def called(shape, *pieces):
    """The pieces called one after another."""
    x = inputs = keras.Input(shape)
    for piece in pieces:
        x = piece(x)
    return keras.Model(inputs, x)


def small_photographs(*ends):
    return photographs(layers.Conv2D(8, 3), layers.GlobalAveragePooling2D(), *ends[:-1], last=ends[-1])


class OwnBlock(layers.Layer):
    """A convolution with another name, inside another layer."""

    def __init__(self):
        super().__init__()
        self.pieces = [type("Look", (layers.Conv2D,), {})(4, 3, activation="relu"), layers.MaxPooling2D()]

    def call(self, x):
        return self.pieces[1](self.pieces[0](x))


def by_hand(x):
    return 1 / (1 + keras.ops.exp(-x))


def with_a_convolution_aside():
    x = keras.Input((150, 150, 3))
    layers.Conv2D(8, 3)(x)
    return keras.Model(x, layers.Dense(1, "sigmoid")(layers.GlobalMaxPooling2D()(x)))


def with_hidden_weights():
    hidden = layers.Dense(64)
    look = layers.Conv2D(4, 3, strides=2)
    return photographs(look, layers.Flatten(), layers.Lambda(lambda x: hidden(x), output_shape=(64,)))


def with_a_loose_end():
    x = keras.Input((10,))
    h = layers.Dense(8, "relu")(x)
    layers.Dense(99)(h)
    return keras.Model(x, layers.Dense(1)(layers.Dense(4, "relu")(layers.Dense(8, "relu")(h))))


def bent(function):
    return small_photographs(layers.Dense(1), layers.Lambda(function))


class OwnHead(layers.Layer):
    """Two layers, of which the second is the head."""

    def __init__(self):
        super().__init__()
        self.pieces = [layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")]

    def call(self, x):
        return self.pieces[1](self.pieces[0](x))


def lists_in_models():
    listed = keras.Sequential([keras.Input((20,)), tanh(16), tanh(8), layers.Dense(1, "sigmoid")])
    return called((20,), called((20,), listed))


def without_the_mean(x):
    return x - keras.ops.mean(x, axis=0, keepdims=True)


RIGHT = {
    "1.1": [lambda: Z, lambda: np.array(Z, "float32"), lambda: keras.ops.convert_to_tensor(Z)],
    "1.2": [nested, operators, lambda: called((20,), tanh(16), tanh(8), layers.Dense(1, "sigmoid"))],
    "1.3": [lambda: 481, lambda: 481.0, lambda: np.int32(481)],
    "1.4": [
        lambda: bent(lambda x: keras.ops.sigmoid(x - 3.0)),
        lambda: small_photographs(OwnHead()),
        lambda: photographs(layers.Conv2D(8, 3), layers.GlobalAveragePooling2D()),
        lambda: photographs(
            layers.Conv2D(8, 3),
            layers.GlobalAveragePooling2D(keepdims=True),
            layers.Dense(1, activation=layers.Activation("sigmoid")),
            last=layers.Flatten(),
        ),
        lambda: photographs(layers.Conv2D(8, 3, strides=4), layers.MaxPooling2D(8), layers.Flatten()),
        lambda: photographs(
            layers.Conv2D(4, 5), layers.GlobalMaxPooling2D(), layers.Dense(1), last=layers.Activation("sigmoid")
        ),
        lambda: photographs(layers.SeparableConv2D(8, 3), layers.GlobalMaxPooling2D()),
        lambda: photographs(layers.Reshape((150, 450)), layers.Conv1D(8, 3), layers.GlobalMaxPooling1D()),
        lambda: photographs(OwnBlock(), layers.GlobalMaxPooling2D()),
        lambda: photographs(
            layers.Conv2D(8, 3), layers.GlobalAveragePooling2D(), layers.Dense(1), last=layers.Lambda(by_hand)
        ),
    ],
    "1.5": [
        lambda: called((10,), layers.Dense(8, "relu"), layers.Dense(4, "relu"), layers.Dense(1)),
        lambda: called((10,), layers.Dense(8), layers.ReLU(), layers.Dense(4), layers.ReLU(), layers.Dense(1)),
        lambda: called((10,), keras.Sequential([layers.Dense(8, "relu"), layers.Dense(4, "relu")]), layers.Dense(1)),
    ],
}
WRONG = {
    "1.1": [
        (lambda: [[1.5, -1.0, -7.0]], "bias is missing"),
        (lambda: [[1.6, 0.0, 0.0]], "after relu"),
        (lambda: [1.6, -0.8, -6.7], "shape"),
        (lambda: [[1.6, -0.8, -6.0]], "1 of 3 values differ"),
        (lambda: "b + W", "number"),
    ],
    "1.2": [
        (lists_in_models, "keras.Sequential"),
        (lambda: stack((20,), tanh(16), tanh(8), layers.Dense(1)), "sigmoid"),
        (lambda: stack((20,), tanh(16), layers.Dense(1, "sigmoid")), "8"),
        (lambda: stack((20,), tanh(8), tanh(16), layers.Dense(1, "sigmoid")), "16"),
        (skipping, "oncatenate"),
        (lambda: stack((20,), tanh(16), tanh(8), layers.Dense(1, "sigmoid")), "this is a `keras.Sequential`"),
        (lambda: called((20,), stack((20,), tanh(16), tanh(8), layers.Dense(1, "sigmoid"))), "all layers are listed"),
        (lambda: stack((20,), tanh(16), tanh(8), layers.Dense(1, "softmax")), "softmax"),
    ],
    "1.3": [(lambda: 456, "bias"), (lambda: 472, "last layer"), (lambda: 336, "first layer"), (lambda: 482, "482")],
    "1.4": [
        (
            lambda: small_photographs(layers.Dense(1), layers.Lambda(lambda x: 0.5 + keras.ops.arctan(x) / np.pi)),
            "not a sigmoid",
        ),
        (
            lambda: small_photographs(layers.Dense(1), layers.Lambda(lambda x: keras.ops.cast(x > 0, "float32"))),
            "not a sigmoid",
        ),
        (with_hidden_weights, "calls `dense"),
        (
            lambda: small_photographs(layers.Lambda(without_the_mean), layers.Dense(1, "sigmoid")),
            "for an example alone",
        ),
        (lambda: small_photographs(layers.Dense(1), layers.Lambda(lambda x: keras.ops.clip(x, 0, 1))), "cuts off"),
        (lambda: photographs(layers.Conv2D(32, 3), layers.MaxPooling2D(2), layers.Flatten()), "at most 100,000"),
        (lambda: photographs(layers.GlobalMaxPooling2D()), "no convolution"),
        (with_a_convolution_aside, "no convolution"),
        (lambda: photographs(layers.Conv2D(8, 3), layers.GlobalMaxPooling2D(), last=layers.Dense(1)), "`linear`"),
        (lambda: small_photographs(layers.Dense(1, "softmax")), "`softmax`"),
        (lambda: small_photographs(layers.Dense(1, "tanh")), "`tanh`"),
        (lambda: small_photographs(layers.Dense(1, "hard_sigmoid")), "`hard_sigmoid`"),
        (lambda: small_photographs(layers.Dense(1, "sigmoid"), layers.Activation("sigmoid")), "one sigmoid alone"),
        (lambda: small_photographs(layers.Dense(1, "relu"), layers.Activation("sigmoid")), "one sigmoid alone"),
        (lambda: photographs(layers.Conv2D(8, 3), last=layers.Dense(1, "sigmoid")), "output has shape"),
        (lambda: stack((64, 64, 3), layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(1, "sigmoid")), "photographs"),
    ],
    "1.5": [
        (lambda: relus(8, 4), "this is a `keras.Sequential`"),
        (lambda: called((10,), layers.Dense(8, "relu"), layers.Dense(1)), "4"),
        (lambda: called((8,), layers.Dense(8, "relu"), layers.Dense(4, "relu"), layers.Dense(1)), "8"),
        (with_a_loose_end, "dense"),
    ],
}
