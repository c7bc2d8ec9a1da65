"""Models for the tests of graphs: the lecture examples, and random ones."""

from __future__ import annotations

import functools
import random

import keras
from hypothesis import HealthCheck, settings
from keras import layers, ops

from course_utils.graphs.compare.behaviour import Kept
from course_utils.graphs.difference import compare_read
from course_utils.graphs.reading.read import read


def comparing(target):
    """`compare_models(…, target)`, with the target read, and made ready to run, once for all that are compared."""
    graph, kept = read(target), Kept()
    return lambda model: compare_read((model, read(model)), (target, graph), kept=kept)


# Models take long to build, for a test that makes many: few examples.
few = settings(max_examples=8, suppress_health_check=[HealthCheck.data_too_large])


def _stack(x, *units, activation="relu"):
    for n in units:
        x = layers.Dense(n, activation=activation)(x)
    return x


def l1_sequential():
    return keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def l1():
    x = keras.Input((64,))
    return keras.Model(x, layers.Dense(10, activation="softmax")(_stack(x, 32, 32)))


def l2():
    x = keras.Input((3,))
    return keras.Model(x, layers.Dense(2, activation="sigmoid")(x))


def l3():
    x = keras.Input((784,))
    return keras.Model(x, layers.Dense(10, activation="softmax")(_stack(x, 64, 64)))


def l4():
    x = keras.Input((2,))
    return keras.Model(x, layers.Dense(2)(x))


def l5():
    x = keras.Input((100, 1))
    y = layers.Dense(10, activation="relu")(layers.LSTM(10)(x))
    return keras.Model(x, layers.Dense(1, activation="sigmoid")(y))


def l6():
    x = keras.Input((150, 150, 3))
    y = layers.MaxPooling2D()(layers.Conv2D(32, 3, activation="relu")(x))
    y = layers.Dense(512, activation="relu")(layers.Flatten()(y))
    return keras.Model(x, layers.Dense(1, activation="sigmoid")(y))


def l8():
    x = keras.Input((1,))
    y = x
    for _ in range(2):
        y = layers.Dense(32, activation="sigmoid", kernel_initializer="uniform")(y)
    return keras.Model(x, layers.Dense(1, kernel_initializer="uniform")(y))


def l9():
    x = keras.Input((1,))
    y = layers.concatenate([_stack(x, 32, activation="sigmoid"), _stack(x, 20, activation="sigmoid")])
    return keras.Model(x, layers.Dense(1)(_stack(y, 32, activation="sigmoid")))


def l10():
    left, right = keras.Input((784,), name="left_input"), keras.Input((784,), name="right_input")
    both = layers.concatenate(
        [layers.Dense(32, name="left_branch")(left), layers.Dense(32, name="right_branch")(right)]
    )
    return keras.Model([left, right], layers.Dense(10, activation="softmax", name="main_output")(both))


def l11():
    a, b = keras.Input((8,)), keras.Input((8,))
    merged = [layers.add, layers.multiply, layers.average, layers.maximum, layers.subtract]
    results = [merge([a, b]) for merge in merged]
    results += [layers.concatenate([a, b], axis=-1), layers.dot([a, b], axes=1), a - b]
    results += [layers.dot([a, b], axes=1, normalize=True)]
    return keras.Model([a, b], results)


def l12():
    picture, words = keras.Input((32, 32, 3), name="picture"), keras.Input((None,), dtype="int32", name="description")
    x = layers.Conv2D(16, 3, activation="relu")(picture)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    y = layers.GRU(16)(layers.Embedding(500, 16)(words))
    z = layers.Dense(32, activation="relu")(layers.concatenate([x, y]))
    return keras.Model([picture, words], layers.Dense(1, name="price")(z))


def l13(name=None):
    text, question = (keras.Input((None,), dtype="int32", name=n) for n in ("text", "question"))
    x = layers.LSTM(32)(layers.Embedding(10_000, 64)(text))
    y = layers.LSTM(16)(layers.Embedding(10_000, 32)(question))
    z = layers.concatenate([x, y], axis=-1)
    return keras.Model([text, question], layers.Dense(500, activation="softmax", name=name)(z))


def l14():
    x = keras.Input((100, 3), name="acceleration")
    y = layers.LSTM(32)(x)
    heads = [layers.Dense(6, activation="softmax", name="activity")(y), layers.Dense(1, name="energy")(y)]
    return keras.Model(x, heads)


def l15(pool=True, vocabulary=50_000, width=256):
    posts = keras.Input((None,), dtype="int32", name="posts")
    x = layers.Embedding(vocabulary, width)(posts)
    x = layers.Conv1D(128, 5, activation="relu")(x)
    x = layers.MaxPooling1D(5)(x)
    x = layers.Conv1D(256, 5, activation="relu")(x)
    x = layers.Conv1D(256, 5, activation="relu")(x)
    x = layers.MaxPooling1D(5)(x)
    x = layers.Conv1D(256, 5, activation="relu")(x)
    x = layers.Conv1D(256, 5, activation="relu")(x)
    if pool:
        x = layers.GlobalMaxPooling1D()(x)
    x = layers.Dense(128, activation="relu")(x)
    age = layers.Dense(1, name="age")(x)
    income = layers.Dense(10, activation="softmax", name="income")(x)
    gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
    return keras.Model(posts, [age, income, gender])


def l16():
    x = keras.Input((1,))
    trunk = _stack(x, 20, 20, activation="sigmoid")
    left = layers.Dense(1, name="sin")(_stack(trunk, 20, 20, activation="sigmoid"))
    right = layers.Dense(1, name="exp")(_stack(trunk, 30, 30, activation="sigmoid"))
    return keras.Model(x, [left, right])


def l17():
    headline = keras.Input((100,), dtype="int32", name="main_input")
    x = layers.LSTM(32)(layers.Embedding(10_000, 512)(headline))
    aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(x)
    aux = keras.Input((5,), name="aux_input")
    y = _stack(layers.concatenate([x, aux]), 64, 64, 64)
    return keras.Model([headline, aux], [layers.Dense(1, activation="sigmoid", name="main_output")(y), aux_output])


def l18():
    a, b = keras.Input((20, 4), name="first"), keras.Input((20, 4), name="second")
    shared = layers.LSTM(16, name="encoder")
    y = layers.concatenate([shared(a), shared(b)])
    return keras.Model([a, b], layers.Dense(1, activation="sigmoid")(y))


def l19():
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    x = layers.Dense(8, activation="relu")(a)
    y = layers.add([x, layers.Dense(8)(b)])
    z = layers.multiply([y, layers.Dense(8, activation="sigmoid")(x)])
    w = layers.concatenate([y, z, b])
    return keras.Model([a, b], [layers.Dense(3, name="p")(w), layers.Dense(1, name="q")(z)])


def residual():
    """Two residual blocks, one with a projection, on a convolution."""
    x = keras.Input((16, 16, 3))
    y = layers.Conv2D(8, 3, padding="same", activation="relu")(x)
    y = layers.add([y, layers.Conv2D(8, 3, padding="same", activation="relu")(y)])
    z = layers.Conv2D(16, 3, strides=2, padding="same")(y)
    z = layers.add([layers.Conv2D(16, 1, strides=2)(y), layers.BatchNormalization()(z)])
    return keras.Model(x, layers.Dense(4, activation="softmax")(layers.GlobalAveragePooling2D()(layers.ReLU()(z))))


def nested():
    """An encoder and a decoder as models, the encoder called twice."""
    e = keras.Input((10,))
    encoder = keras.Model(e, layers.Dense(2)(layers.Dense(6, activation="relu")(e)), name="encoder")
    decoder = keras.Sequential(
        [keras.Input((2,)), layers.Dense(6, activation="relu"), layers.Dense(10)], name="decoder"
    )
    x, y = keras.Input((10,)), keras.Input((10,))
    code = layers.average([encoder(x), encoder(y)])
    return keras.Model([x, y], [decoder(code), code])


LECTURE = {
    f.__name__: f
    for f in (
        l1_sequential, l1, l2, l3, l4, l5, l6, l8, l9, l10, l11, l12, l13, l14, l15, l16, l17, l18, l19,
        residual, nested,
    )
}  # fmt: skip
"""Every lecture example that is a graph, and two of the guide's, by name."""


def random_model(seed: int, calls: int = 10, spelling: int = 0) -> keras.Model:
    """A random model: several inputs and outputs, merges, shared layers, models within, two and three axes.

    Args:
        seed: fixes the model.
        calls: how many calls to make, about.
        spelling: 0 writes the model with layers; any other number writes the same model in other ways.
    """
    return _RandomModel(seed, calls, spelling).build()


class _RandomModel:
    """Makes one call after another; `chance` says what is made, `spell` how it is written."""

    width = 4
    activations = ("relu", "tanh", "sigmoid", None, None)

    def __init__(self, seed, calls, spelling):
        self.chance = random.Random(seed)
        self.spell = random.Random(f"{seed} {spelling}") if spelling else None
        self.calls = calls
        self.inputs = [keras.Input((self.width,)) for _ in range(self.chance.randint(1, 3))]
        if self.chance.random() < 0.5:
            self.inputs.append(keras.Input((6, self.width)))
        self.flat = [t for t in self.inputs if len(t.shape) == 2]
        self.long = [t for t in self.inputs if len(t.shape) == 3]
        self.made = []
        self.unread = {id(t): t for t in self.inputs}

    def said(self, *ways):
        """One of several ways to write the same."""
        return (self.spell.choice(ways) if self.spell else ways[0])()

    def pick(self, pool):
        fresh = [t for t in pool if id(t) in self.unread]
        tensor = self.chance.choice(fresh) if fresh and self.chance.random() < 0.6 else self.chance.choice(pool)
        self.unread.pop(id(tensor), None)
        return tensor

    def add(self, tensor):
        (self.flat if len(tensor.shape) == 2 else self.long).append(tensor)
        self.unread[id(tensor)] = tensor

    def activated(self, make, activation):
        """A layer with an activation, to be called any number of times."""
        if activation is None:
            return make(activation=None)

        def apart():
            layer = make(activation=None)
            return lambda x: layers.Activation(activation)(layer(x))

        return self.said(lambda: make(activation=activation), apart)

    def build(self):
        for _ in range(self.calls):
            kind = self.chance.random()
            if self.long and kind < 0.3:
                self.step()
            elif kind < 0.5:
                layer = self.activated(lambda **a: layers.Dense(self.width, **a), self.chance.choice(self.activations))
                self.made.append(layer)
                self.add(layer(self.pick(self.flat)))
            elif kind < 0.6 and self.made:
                self.add(self.chance.choice(self.made)(self.pick(self.flat)))
            elif kind < 0.66:
                self.add(layers.Dropout(self.chance.choice([0.1, 0.2]))(self.pick(self.flat)))
            elif kind < 0.72:
                self.add(self.model()(self.pick(self.flat)))
            elif kind < 0.95:
                self.add(self.merge())
            else:
                parts = [self.pick(self.flat) for _ in range(self.chance.randint(2, 3))]
                turned = parts[:: self.said(lambda: 1, lambda: -1)]
                self.add(layers.Dense(self.width)(layers.concatenate(turned)))
        return keras.Model(self.inputs, self.ends())

    def step(self):
        """A call on a sequence."""
        x, width = self.pick(self.long), self.width
        activation = self.chance.choice(self.activations)
        which = self.chance.randrange(8)
        if which == 0:
            self.add(self.activated(lambda **a: layers.Conv1D(width, 3, padding="same", **a), activation)(x))
        elif which == 1:
            self.add(layers.LSTM(width, return_sequences=True)(x))
        elif which == 2:
            self.add(
                self.said(
                    lambda: layers.LSTM(width)(x),
                    lambda: layers.LSTM(width, return_sequences=True)(x)[:, -1],
                    lambda: layers.LSTM(width, return_state=True)(x)[1],
                    lambda: layers.RNN(layers.LSTMCell(width))(x),
                )
            )
        elif which == 3:
            self.add(self.said(lambda: layers.GlobalMaxPooling1D()(x), lambda: ops.max(x, axis=1)))
        elif which == 4:
            self.add(self.said(lambda: layers.GlobalAveragePooling1D()(x), lambda: ops.mean(x, axis=-2)))
        elif which == 5:
            ways = (
                lambda **a: layers.Dense(width, **a),
                lambda **a: layers.Conv1D(width, 1, **a),
                lambda **a: layers.TimeDistributed(layers.Dense(width, **a)),
            )
            self.add(self.activated(lambda **a: self.said(*(functools.partial(w, **a) for w in ways)), activation)(x))
        elif which == 6:
            conv = layers.Conv1D(width, 2, padding="same")(x)
            first, then = layers.ReLU(), layers.MaxPooling1D(2, 1, padding="same")
            self.add(self.said(lambda: then(first(conv)), lambda: first(then(conv))))
        else:
            other = self.pick(self.long)
            self.add(self.said(lambda: layers.add([x, other]), lambda: other + x))

    def model(self):
        """A model to be called as a layer."""
        e = keras.Input((self.width,))
        inside = layers.Dense(self.width, activation=self.chance.choice(self.activations))
        model = keras.Model(e, layers.Add()([inside(e), layers.Dense(self.width)(e)]))
        self.made.append(model)
        return model

    def merge(self):
        """A call that reads several tensors."""
        which = self.chance.randrange(9)
        a, b = self.pick(self.flat), self.pick(self.flat)
        if which < 5:
            merge = (layers.add, layers.multiply, layers.average, layers.maximum, layers.minimum)[which]
            reduce = (ops.sum, ops.prod, ops.mean, ops.max, ops.min)[which]
            parts = [a, b] if self.chance.random() < 0.6 else [a, b, self.pick(self.flat)]
            return self.said(
                lambda: merge(parts),
                lambda: merge(parts[::-1]),
                lambda: reduce(ops.stack(parts, axis=1), axis=1),
            )
        if which == 5:
            return self.said(lambda: layers.subtract([a, b]), lambda: a - b, lambda: a + (-b), lambda: -1.0 * b + a)
        if which == 6:
            return self.said(lambda: ops.abs(layers.subtract([a, b])), lambda: abs(b - a))
        if which == 7:
            return self.said(lambda: ops.square(layers.subtract([a, b])), lambda: (b - a) ** 2)
        product = self.said(
            lambda: layers.Dot(axes=1)([a, b]),
            lambda: layers.Dot(axes=-1)([b, a]),
            lambda: ops.sum(a * b, axis=1, keepdims=True),
            lambda: ops.expand_dims(ops.sum(layers.multiply([b, a]), axis=-1), -1),
        )
        return layers.Dense(self.width)(product)

    def ends(self):
        """The outputs: what nothing has read yet, at most three."""
        ends = [t for t in self.unread.values() if not any(t is i for i in self.inputs)]
        for t in [t for t in self.inputs if id(t) in self.unread]:
            flat = self.said(lambda: layers.Flatten(), lambda: layers.Reshape((-1,)))
            ends.append(layers.Dense(2)(t if len(t.shape) == 2 else flat(t)))
        ends = ends or [self.flat[-1]]
        if len(ends) > 3:
            flat = [t if len(t.shape) == 2 else ops.max(t, axis=1) for t in ends[2:]]
            ends = [*ends[:2], layers.Dense(3, activation="softmax")(layers.concatenate(flat))]
        self.chance.shuffle(ends)
        return ends


class Holder(layers.Layer):
    """A layer that keeps layers or functions."""

    def __init__(self, *parts, **kwargs):
        super().__init__(**kwargs)
        self.parts = parts

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x
