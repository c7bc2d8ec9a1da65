import keras
from keras import layers
from keras.optimizers import Adam

SHAPES = {
    "maximum([a, b])": (None, 12),
    "concatenate([a, b, c])": (None, 29),
    "multiply([a, c])": None,
    "dot([a, b], axes=1)": (None, 1),
    "concatenate([s, t], axis=1)": (None, 10, 12),
    "concatenate([s, t], axis=2)": None,
}
NAMES = ("top_left", "top_right", "bottom_left", "bottom_right")


def sigmoid(units):
    return layers.Dense(units, activation="sigmoid")


def three(order=(0, 1, 2), units=(32, 20, 12), head=32, activation="sigmoid", merge=None, ends=1):
    inputs = [keras.Input((1,)) for _ in range(3)]
    branches = [layers.Dense(n, activation)(x) for n, x in zip(units, inputs, strict=True)]
    joined = (merge or layers.Concatenate())([branches[at] for at in order])
    return keras.Model(inputs, layers.Dense(ends)(sigmoid(head)(joined)))


def three_in_pieces():
    first, second, third = (keras.Input([1], name=f"my_{n}") for n in "abc")
    wide, middle, small = layers.Dense(32), sigmoid(20), layers.Dense(12, keras.activations.sigmoid)
    pair = layers.concatenate([layers.Activation("sigmoid")(wide(first)), middle(second)])
    body = keras.Sequential([sigmoid(32), layers.Dense(1, activation="linear")])
    return keras.Model([first, second, third], body(layers.concatenate([pair, small(third)], axis=1)))


def three_with_ops():
    x = [keras.Input((1,)) for _ in range(3)]
    h = keras.ops.concatenate([keras.ops.sigmoid(layers.Dense(n)(i)) for n, i in zip((32, 20, 12), x)], axis=-1)  # noqa: B905
    return keras.Model(x, layers.Dense(1)(sigmoid(32)(h)))


def three_activated_together(units):
    x = [keras.Input((1,)) for _ in range(3)]
    h = keras.ops.sigmoid(layers.concatenate([layers.Dense(n)(i) for n, i in zip(units, x, strict=True)]))
    return keras.Model(x, layers.Dense(1)(sigmoid(32)(h)))


def one_input_three_branches():
    x = keras.Input((1,))
    return keras.Model(x, layers.Dense(1)(sigmoid(32)(layers.concatenate([sigmoid(n)(x) for n in (32, 20, 12)]))))


def third_unused():
    x = [keras.Input((1,)) for _ in range(3)]
    joined = layers.concatenate([sigmoid(32)(x[0]), sigmoid(20)(x[1]), sigmoid(12)(x[1])])
    return keras.Model(x, layers.Dense(1)(sigmoid(32)(joined)))


def pair(join, size=16, names=("customer", "product")):
    a, b = keras.Input((size,), name=names[0]), keras.Input((size,), name=names[1])
    return keras.Model([a, b], join(a, b))


def by_formula(a, b):
    ops = keras.ops
    return ops.sum(a * b, axis=1) / ops.sqrt(ops.sum(a * a, axis=1) * ops.sum(b * b, axis=1))


def hidden_weight(a, b):
    weight = layers.Dense(1, use_bias=False, kernel_initializer="ones")
    return layers.Lambda(lambda x: weight(x), output_shape=(1,))(layers.dot([a, b], axes=1, normalize=True))


def by_unit_length(a, b):
    unit = layers.UnitNormalization()
    return layers.Dot(axes=-1)([unit(a), unit(b)])


def four(units=12, optimizer=None, loss="categorical_crossentropy", last="softmax", names=NAMES, hidden=0, size=16):
    inputs = [keras.Input((size,), name=name) for name in names]
    h = layers.concatenate([layers.Dense(units, "relu")(x) for x in inputs])
    h = layers.Dense(hidden, "relu")(h) if hidden else h
    model = keras.Model(inputs, layers.Dense(10, last)(h))
    if loss:
        model.compile(optimizer or Adam(0.01), loss)
    return model


def one_quarter_unread():
    inputs = [keras.Input((16,), name=name) for name in NAMES]
    h = layers.concatenate([layers.Dense(12, "relu")(x) for x in inputs[:3]])
    model = keras.Model(inputs, layers.Dense(10, "softmax")(h))
    model.compile(Adam(0.01), "categorical_crossentropy")
    return model


def joined_at_once():
    inputs = [keras.Input((16,), name=name) for name in NAMES]
    h = layers.Dense(16, "relu")(layers.concatenate([layers.ReLU()(x) for x in inputs]))
    model = keras.Model(inputs, layers.Dense(10, "softmax")(h))
    model.compile(Adam(0.01), "categorical_crossentropy")
    return model


def four_added():
    inputs = [keras.Input((16,)) for _ in NAMES]
    total = layers.add([layers.Dense(16, "tanh")(x) for x in inputs])
    model = keras.Model(inputs, layers.Dense(10)(total))
    model.compile(Adam(0.02), keras.losses.CategoricalCrossentropy(from_logits=True))
    return model


def shared_branch():
    inputs = [keras.Input((16,), name=name) for name in NAMES]
    branch = layers.Dense(16, "relu")
    model = keras.Model(inputs, layers.Dense(10, "softmax")(layers.concatenate([branch(x) for x in inputs])))
    model.compile(Adam(0.02), "categorical_crossentropy")
    return model


RIGHT = {
    "3.1": [
        lambda: three(order=(2, 0, 1)),
        three_in_pieces,
        three_with_ops,
        lambda: three(units=(12, 32, 20)),
        lambda: three_activated_together((12, 32, 20)),
    ],
    "3.2": [
        lambda: dict(SHAPES),
        lambda: {key: shape and list(shape) for key, shape in reversed(SHAPES.items())},
        lambda: SHAPES | {"maximum([a, b])": keras.Input((12,)).shape},
    ],
    "3.3": [
        lambda: pair(lambda a, b: layers.Dot(axes=1, normalize=True)([b, a])),
        lambda: pair(by_formula),
        lambda: pair(by_unit_length, names=("u", "v")),
        lambda: pair(lambda a, b: layers.Lambda(lambda x: by_formula(*x)[:, None])([a, b])),
    ],
    "3.4": [lambda: four(13), lambda: four(8, hidden=16), four_added, shared_branch],
}
WRONG = {
    "3.1": [
        (lambda: three(units=(32, 20, 20)), "12"),
        (lambda: three(merge=lambda parts: layers.concatenate(parts[:2])), "built and never used"),
        (lambda: three(units=(32, 32, 32), merge=layers.Add()), "dd"),
        (lambda: three(activation="relu"), "relu"),
        (lambda: three(ends=2), "2"),
        (one_input_three_branches, "input"),
        (third_unused, "input"),
    ],
    "3.2": [
        (lambda: SHAPES | {"multiply([a, c])": (None, 12)}, "multiply([a, c])"),
        (lambda: SHAPES | {"dot([a, b], axes=1)": (None, 12)}, "dot([a, b], axes=1)"),
        (lambda: SHAPES | {"concatenate([s, t], axis=1)": (None, 7, 12)}, "axis=1"),
        (lambda: SHAPES | {"concatenate([s, t], axis=2)": (None, 7, 24)}, "axis=2"),
        (lambda: SHAPES | {"concatenate([a, b, c])": (29,)}, "(29,)"),
        (lambda: {"maximum([a, b])": (None, 12)}, "missing"),
        (lambda: [(None, 12), (None, 29)], "dictionary"),
    ],
    "3.3": [
        (lambda: pair(lambda a, b: layers.dot([a, b], axes=1)), "twice as long"),
        (lambda: pair(lambda a, b: keras.ops.mean(by_formula(a, b), axis=0, keepdims=True)), "a number of its own"),
        (lambda: pair(hidden_weight), "calls `dense"),
        (lambda: pair(lambda a, b: layers.concatenate([a, b])), "(None, 32)"),
        (lambda: pair(lambda a, b: layers.multiply([a, b])), "(None, 16)"),
        (lambda: pair(lambda a, b: [by_formula(a, b), by_formula(b, a)]), "2 outputs; one asked for"),
        (lambda: pair(lambda a, b: -by_formula(a, b)), "sign is turned"),
        (lambda: pair(lambda a, b: 1 - by_formula(a, b)), "0 for the same direction"),
        (lambda: pair(lambda a, b: keras.ops.sum(abs(a - b), axis=1, keepdims=True)), "not their cosine"),
        (lambda: pair(lambda a, b: layers.Dense(1)(layers.concatenate([a, b]))), "33 weights"),
        (lambda: pair(lambda a, b: layers.dot([a, b], axes=1, normalize=True), size=8), "(None, 8)"),
        (lambda: keras.Sequential([keras.Input((32,)), layers.Dense(1)]), "1 input"),
    ],
    "3.4": [
        (lambda: four(32), "at most 1,500"),
        (lambda: four(1), "accuracy"),
        (lambda: four(loss=None), "not compiled"),
        (lambda: four(loss="sparse_categorical_crossentropy"), "training fails"),
        (lambda: four(optimizer="sgd"), "asked for"),
        (lambda: four(names=NAMES[:2]), "2 inputs"),
        (one_quarter_unread, "`bottom_right` reaches no output"),
        (joined_at_once, "`top_left` has no branch"),
        (lambda: four(size=32, units=4), "(None, 32)"),
        (lambda: keras.Sequential([keras.Input((64,)), layers.Dense(10)]), "1 input"),
    ],
}
