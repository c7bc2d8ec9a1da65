import keras
import numpy as np
from keras import layers
from keras.optimizers import Adam

NAMES = ("before", "now", "after")


def network(
    units=16,
    activation="gelu",
    skipped=1,
    shared=True,
    turn=True,
    heads=("sin", "cos"),
    swap=False,
    add=None,
    names=NAMES,
):
    """The network of the figure, with parts that can be changed."""
    inputs = [keras.Input((1,), name=name) for name in names]
    look = layers.Dense(units, activation)
    seen = [(look if shared else layers.Dense(units, activation))(tensor) for tensor in inputs]
    x = layers.Dense(units, activation)(layers.Concatenate()(seen))
    if skipped is not None:
        x = add(x, seen[skipped]) if add else layers.Add()([seen[skipped], x])
    sine = layers.Dense(1, name=heads[0])(x)
    cosine = layers.Dense(1, name=heads[1])(layers.Dense(units, activation)(x) if turn else x)
    return keras.Model(inputs, [cosine, sine] if swap else [sine, cosine])


def in_pieces():
    inputs = [keras.Input((1,), name=name) for name in NAMES]
    look = keras.Sequential([keras.Input((1,)), layers.Dense(16), layers.Activation("gelu")])
    before, now, after = map(look, inputs)
    x = keras.ops.gelu(layers.Dense(16)(keras.ops.concatenate([before, now, after], axis=-1)), approximate=False)
    x = x + now
    turn = keras.Sequential([keras.Input((16,)), layers.Dense(16, "gelu"), layers.Dense(1)], name="cos")
    return keras.Model(inputs, [layers.Dense(1, name="sin")(x), turn(x)])


def compiled(model, loss=("mse", "mse"), weights=(2, 1), optimizer=None):
    model.compile(optimizer or Adam(0.01), list(loss), loss_weights=list(weights) if weights else None)
    return model


def small(**more):
    return compiled(network(**{"units": 8, "turn": False, **more}), weights=None, optimizer=Adam(0.02))


def joined_later():
    inputs = [keras.Input((1,), name=name) for name in NAMES]
    look = layers.Dense(6, "gelu")
    seen = layers.Concatenate()([look(tensor) for tensor in inputs])
    x = layers.Concatenate()([layers.Dense(8, "gelu")(seen), inputs[1]])
    model = keras.Model(inputs, [layers.Dense(1, name="sin")(x), layers.Dense(1, name="cos")(x)])
    return compiled(model, weights=None, optimizer=Adam(0.02))


def one_input():
    x = keras.Input((1,))
    h = layers.Dense(8, "gelu")(x)
    return compiled(keras.Model(x, [layers.Dense(1)(h), layers.Dense(1)(h)]), weights=None)


def unused_input():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    return keras.Model([a, b], layers.Dense(1)(a))


def siamese():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    read = layers.Dense(4)
    return keras.Model([a, b], layers.Dense(1)(read(a) - read(b)))


RIGHT = {
    "13.1": [network, lambda: network(add=lambda a, b: a + b), in_pieces],
    "13.2": [lambda: 1122, lambda: 1122.0, lambda: np.int64(1122)],
    "13.3": [
        lambda: compiled(network()),
        lambda: compiled(in_pieces(), loss=("mean_squared_error", keras.losses.MeanSquaredError())),
        lambda: compiled(network(), weights=(2.0, 1.0), optimizer=Adam(learning_rate=0.01)),
    ],
    "13.4": [small, lambda: small(skipped=0), joined_later],
    "13.5": [
        siamese,
        network,
        lambda: keras.Sequential([keras.Input((3,)), layers.Dense(1)]),
    ],
}
WRONG = {
    "13.1": [
        (lambda: network(shared=False), "share"),
        (lambda: network(skipped=None), "dd"),
        (lambda: network(skipped=0), "reads"),
        (lambda: network(turn=False), "16"),
        (lambda: network(activation="relu"), "relu"),
        (lambda: network(heads=("cos", "sin")), "cos"),
        (lambda: network(names=("a", "b", "c")), "before"),
    ],
    "13.2": [(lambda: 1186, "three times"), (lambda: 610, "48"), (lambda: 1072, "bias"), (lambda: 1105, "head")],
    "13.3": [
        (network, "not compiled"),
        (lambda: compiled(network(), weights=(1, 2)), "loss weight of `sin` is 1"),
        (lambda: compiled(network(), weights=None), "loss weight of `sin`"),
        (lambda: compiled(network(), loss=("mse", "mae")), "loss of `cos`"),
        (lambda: compiled(network(), optimizer=Adam()), "learning rate is 0.001"),
        (lambda: compiled(network(skipped=None)), "dd"),
    ],
    "13.4": [
        (lambda: small(units=16), "at most 300"),
        (lambda: small(shared=False), "called twice"),
        (lambda: small(skipped=None), "no connection skips"),
        (one_input, "1 input"),
        (lambda: compiled(network(4, "relu", turn=False), weights=None, optimizer="sgd"), "asked for"),
        (lambda: network(8, turn=False), "not compiled"),
    ],
    "13.5": [(unused_input, "`b` reaches no output"), (lambda: layers.Dense(1), "one layer"), (lambda: None, "None")],
}
