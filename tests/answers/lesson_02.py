import keras
from keras import layers
from keras.optimizers import SGD, Adam


def uniform(units, activation=None, **more):
    return layers.Dense(units, activation, kernel_initializer=keras.initializers.RandomUniform(-0.05, 0.05), **more)


def lecture(*middle):
    return keras.Sequential([keras.Input((1,)), *middle])


def two_pieces():
    f1, f2 = uniform(32), uniform(32)
    x = keras.Input((1,))
    h = layers.Activation("sigmoid")(f1(x))
    return keras.Model(x, layers.Dense(1, kernel_initializer="random_uniform")(keras.ops.sigmoid(f2(h))))


def as_functions():
    body = lecture(uniform(32, "sigmoid"), uniform(32, "sigmoid"))
    x = keras.Input((1,))
    return keras.Model(x, uniform(1)(body(x)))


def network(
    units=32,
    activation="tanh",
    depth=2,
    optimizer="adam",
    loss="mse",
    outputs=1,
    start="glorot_uniform",
):
    hidden = [layers.Dense(units, activation, kernel_initializer=start) for _ in range(depth)]
    model = lecture(*hidden, layers.Dense(outputs))
    if optimizer is not None:
        model.compile(optimizer=optimizer, loss=loss)
    return model


def compiled_twice():
    model = network(optimizer="sgd", loss="mae")
    model.compile(Adam(0.01), keras.losses.MeanSquaredError())
    return model


class Wave(layers.Layer):
    """A layer that Keras cannot make anew: its settings are not kept."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, x):
        return keras.ops.sin(self.factor * x)


def own_pieces():
    inner = [layers.Dense(32, activation=lambda t: keras.ops.tanh(t)), layers.Lambda(lambda t: 2 * t), Wave(1.5)]
    model = lecture(layers.Dense(32, "tanh"), *inner, layers.Dense(1))
    model.compile(Adam(0.01), lambda truth, guess: keras.ops.mean((truth - guess) ** 2, axis=-1))
    return model


def with_nan():
    model = network(optimizer=Adam(0.01))
    model.layers[0].kernel.assign(model.layers[0].kernel * float("nan"))
    return model


def two_inputs():
    a, b = keras.Input((1,)), keras.Input((1,))
    return keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([a, b])))


RIGHT = {
    "2.1": [
        lambda: lecture(uniform(32, "sigmoid"), uniform(32, "sigmoid"), uniform(1)),
        two_pieces,
        as_functions,
    ],
    "2.2": [
        lambda: network(optimizer=Adam(learning_rate=0.01), loss="mean_squared_error"),
        lambda: network(optimizer=Adam(0.01), loss=[keras.losses.mean_squared_error]),
        compiled_twice,
        lambda: network(optimizer=Adam(0.01), loss=lambda truth, guess: keras.ops.mean((truth - guess) ** 2, axis=-1)),
    ],
    "2.3": [
        own_pieces,
        lambda: network(64, "gelu", optimizer=Adam(0.005)),
        lambda: network(64, "swish", optimizer=Adam(0.01), loss="log_cosh"),
        lambda: network(48, "gelu", 3, optimizer=Adam(0.003)),
    ],
    "2.4": [
        lambda: network(9, "tanh", optimizer=Adam(0.02)),
        lambda: network(8, "gelu", optimizer=Adam(0.02)),
        lambda: network(7, "tanh", optimizer=Adam(0.03)),
    ],
}
WRONG = {
    "2.1": [
        (lambda: network(32, "sigmoid"), "initiali"),
        (lambda: lecture(uniform(32, "sigmoid"), uniform(1)), "32"),
        (lambda: lecture(uniform(32, "sigmoid"), uniform(32, "tanh"), uniform(1)), "tanh"),
    ],
    "2.2": [
        (lambda: network(optimizer=None), "not compiled"),
        (lambda: network(optimizer=Adam(0.01), start="uniform"), "kernel_initializer"),
        (lambda: network(optimizer=Adam(0.01), start="he_normal"), "kernel_initializer"),
        (lambda: network(optimizer=Adam()), "learning rate is 0.001"),
        (lambda: network(optimizer=SGD(0.01)), "optimizer is SGD"),
        (lambda: network(optimizer=Adam(0.01), loss="mae"), "mean_absolute_error"),
        (lambda: network(optimizer=Adam(0.01), loss=keras.metrics.MeanSquaredError), "is a metric"),
        (lambda: network(optimizer=Adam(0.01), loss=keras.losses.MeanSquaredError("sum")), "(reduction=sum)"),
        (lambda: network(optimizer=Adam(0.01), loss="mean_sqared_error"), "no loss called `mean_sqared_error`"),
        (lambda: network(optimizer=Adam(0.01), loss=None), "without a loss"),
        (lambda: network(optimizer=Adam(0.01), loss=["mae", "mse"]), "is `mean_absolute_error, mean_squared_error`"),
        (lambda: network(activation="sigmoid", optimizer=Adam(0.01)), "sigmoid"),
    ],
    "2.3": [
        (lambda: network(depth=0, optimizer=Adam(0.01)), "asked for"),
        (lambda: network(optimizer=None), "not compiled"),
        (lambda: network(optimizer=Adam(0.01), outputs=2), "shape"),
        (lambda: network(3000, optimizer=Adam(0.01)), "parameters"),
        (with_nan, "NaN"),
        (two_inputs, "2 inputs"),
    ],
    "2.4": [(lambda: network(32, optimizer=Adam(0.01)), "1,153 parameters; at most 120")],
}
