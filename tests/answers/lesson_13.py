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
    order=(0, 1, 2),
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
    return keras.Model([inputs[at] for at in order], [cosine, sine] if swap else [sine, cosine])


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


def skips_nothing():
    """Two ways of different length; the longer goes through an addition more, and through no layer more."""
    inputs = [keras.Input((1,), name=name) for name in NAMES]
    look = layers.Dense(8, "gelu")
    seen = [look(tensor) for tensor in inputs]
    x = layers.Concatenate()([layers.Reshape((8,))(layers.Add()([seen[0], seen[1]])), seen[1], seen[2]])
    return compiled(keras.Model(inputs, [layers.Dense(1, name=name)(x) for name in ("sin", "cos")]), weights=None)


def shares_beside():
    """A layer is called twice, on one tensor."""
    inputs = [keras.Input((1,), name=name) for name in NAMES]
    seen = [layers.Dense(4, "gelu")(tensor) for tensor in inputs]
    h, again = layers.Concatenate()(seen), layers.Dense(8, "gelu")
    x = layers.Concatenate()([again(h), again(h), seen[1]])
    return compiled(keras.Model(inputs, [layers.Dense(1, name=name)(x) for name in ("sin", "cos")]), weights=None)


def skips_times_zero():
    """A way past that is multiplied by 0."""
    inputs = [keras.Input((1,), name=name) for name in NAMES]
    look = layers.Dense(8, "gelu")
    seen = [look(tensor) for tensor in inputs]
    x = layers.Dense(8, "gelu")(layers.Concatenate()(seen)) + 0 * seen[1]
    return compiled(keras.Model(inputs, [layers.Dense(1, name=name)(x) for name in ("sin", "cos")]), weights=None)


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
    "13.1": [
        network,
        lambda: network(order=(1, 0, 2)),
        lambda: network(swap=True),
        lambda: network(add=lambda a, b: a + b),
        in_pieces,
    ],
    "13.2": [lambda: 1122, lambda: 1122.0, lambda: np.int64(1122)],
    "13.3": [
        lambda: compiled(network()),
        lambda: compiled(in_pieces(), loss=("mean_squared_error", keras.losses.MeanSquaredError())),
        lambda: compiled(network(), weights=(1.0, 0.5), optimizer=Adam(learning_rate=0.01)),
    ],
    "13.4": [small, lambda: small(skipped=0), joined_later, lambda: small(order=(2, 0, 1))],
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
        (lambda: network(heads=("cos", "sin")), "have each other's names"),
        (lambda: network(names=("now", "before", "after")), "reads"),
        (lambda: network(names=("a", "b", "c")), "before"),
    ],
    "13.2": [(lambda: 1186, "three times"), (lambda: 610, "48"), (lambda: 1072, "bias"), (lambda: 1105, "head")],
    "13.3": [
        (network, "not compiled"),
        (lambda: compiled(network(), weights=(1, 2)), "loss weight of `cos` is 2; it should be 0.5"),
        (lambda: compiled(network(), weights=None), "loss weight of `cos` is 1; it should be 0.5"),
        (lambda: compiled(network(), loss=("mse", "mae")), "loss of `cos`"),
        (lambda: compiled(network(), optimizer=Adam()), "learning rate is 0.001"),
        (lambda: compiled(network(skipped=None)), "dd"),
    ],
    "13.4": [
        (lambda: small(units=16), "at most 300"),
        (lambda: small(shared=False), "called twice"),
        (lambda: small(skipped=None), "no connection skips"),
        (skips_times_zero, "no connection skips"),
        (lambda: small(skipped=None, add=None, heads=("cos", "sin")), "should be called `sin`, `cos`"),
        (skips_nothing, "no connection skips"),
        (shares_beside, "called twice"),
        (lambda: small(names=("a", "b", "c")), "should be called `before`"),
        (one_input, "1 input"),
        (lambda: compiled(network(4, "relu", turn=False), weights=None, optimizer="sgd"), "asked for"),
        (lambda: network(8, turn=False), "not compiled"),
    ],
    "13.5": [(unused_input, "`b` reaches no output"), (lambda: layers.Dense(1), "one layer"), (lambda: None, "None")],
}
