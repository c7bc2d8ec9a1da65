import keras
import numpy as np
from keras import layers
from keras.optimizers import Adam


def three(reader=None, units=8, activation="relu", inputs=3, last="sigmoid", order=None, merge=layers.Concatenate):
    """Exercise 10.1 with parts that can be changed; without a reader each input has its own."""
    tensors = [keras.Input((6,)) for _ in range(inputs)]
    read = [(reader or layers.Dense(units, activation))(tensor) for tensor in tensors]
    joined = merge()([read[at] for at in order] if order else read)
    return keras.Model(tensors, layers.Dense(1, last)(joined))


def nested_reader():
    inner = keras.Sequential([keras.Input((6,)), layers.Dense(8), layers.ReLU()])
    return three(inner)


def two_calls_of_three():
    a, b, c = (keras.Input((6,)) for _ in range(3))
    shared, own = layers.Dense(8, "relu"), layers.Dense(8, "relu")
    return keras.Model([a, b, c], layers.Dense(1, "sigmoid")(layers.Concatenate()([shared(a), shared(b), own(c)])))


def texts(words=None, memory=None, swap=False, units=32, size=64, answers=500):
    text, question = keras.Input([None], dtype="int32"), keras.Input([None], dtype="int32")
    own_words = words or (lambda tokens: layers.Embedding(10_000, size)(tokens))
    own_memory = memory or (lambda vectors: layers.LSTM(units)(vectors))
    read = [own_memory(own_words(text)), own_memory(own_words(question))]
    joined = keras.ops.concatenate(read[::-1] if swap else read, axis=-1)
    return keras.Model([text, question], layers.Dense(answers, "softmax")(joined))


def one_reader():
    return texts(lambda tokens: tokens, keras.Sequential([layers.Embedding(10_000, 64), layers.LSTM(32)]))


def pictures(trunk, join, optimizer="adam", loss="binary_crossentropy", shared=True, last="sigmoid"):
    first, second = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    reader = trunk()
    points = [reader(first), (reader if shared else trunk())(second)]
    model = keras.Model([first, second], layers.Dense(1, last)(join(points)))
    if optimizer:
        model.compile(optimizer=optimizer, loss=loss)
    return model


def convolutions(filters=16, units=32):
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(filters, 3, activation="relu"),
            layers.Conv2D(filters, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(units),
        ]
    )


def dense():
    return keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(64, "relu"), layers.Dense(32)])


def distance(points):
    return keras.ops.abs(points[0] - points[1])


def square(points):
    difference = layers.Subtract()(points)
    return layers.Multiply()([difference, difference])


def lost_input():
    a, b = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    read = layers.Dense(1, "sigmoid")
    model = keras.Model([a, b], layers.Add()([read(layers.Flatten()(a)), read(layers.Flatten()(a))]))
    model.compile("adam", "binary_crossentropy")
    return model


def shared_beside():
    """A layer is called twice, on one tensor that has read both pictures."""
    first, second = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    x = layers.Concatenate()([layers.Dense(16, "relu")(layers.Flatten()(one)) for one in (first, second)])
    again = layers.Dense(32, "relu")
    model = keras.Model([first, second], layers.Dense(1, "sigmoid")(again(x) + again(layers.Rescaling(2.0)(x))))
    model.compile("adam", "binary_crossentropy")
    return model


def cosine():
    """Alike or opposite: from −1 to 1."""
    first, second = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    trunk = dense()
    model = keras.Model([first, second], layers.Dot(1, normalize=True)([trunk(first), trunk(second)]))
    model.compile("adam", "mse")
    return model


def whole_map():
    first, second = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    shared = layers.Conv2D(4, 3)
    model = keras.Model([first, second], layers.Dense(1, "sigmoid")(shared(first) - shared(second)))
    model.compile("adam", "binary_crossentropy")
    return model


RIGHT = {
    "10.1": [
        lambda: three(layers.Dense(8, "relu")),
        lambda: three(layers.Dense(8, activation=keras.ops.relu), order=(2, 0, 1)),
        nested_reader,
    ],
    "10.2": [lambda: 81, lambda: 81.0, lambda: np.int64(81)],
    "10.3": [
        lambda: texts(layers.Embedding(10_000, 64), layers.LSTM(32)),
        lambda: texts(layers.Embedding(10_000, 64), layers.LSTM(32), swap=True),
        one_reader,
    ],
    "10.4": [
        lambda: pictures(convolutions, square, Adam(0.005)),
        lambda: pictures(dense, distance, Adam(0.005)),
        lambda: pictures(dense, layers.Lambda(lambda pair: abs(pair[0] - pair[1])), Adam(0.005)),
        lambda: pictures(lambda: convolutions(24), distance, Adam(0.003)),
    ],
}
WRONG = {
    "10.1": [
        (three, "share"),
        (two_calls_of_three, "share"),
        (lambda: three(layers.Dense(4, "relu")), "4"),
        (lambda: three(layers.Dense(8, "relu"), inputs=2), "nput"),
        (lambda: three(layers.Dense(8, "relu"), last=None), "sigmoid"),
        (lambda: three(layers.Dense(8, "relu"), merge=layers.Add), "dd"),
    ],
    "10.2": [(lambda: 193, "three times"), (lambda: 65, "3 × 8"), (lambda: 72, "bias"), (lambda: 56, "reader alone")],
    "10.3": [
        (texts, "share"),
        (lambda: texts(layers.Embedding(10_000, 64)), "lstm"),
        (lambda: texts(layers.Embedding(64, 10_000), layers.LSTM(32)), "mbedding"),
        (lambda: texts(memory=layers.LSTM(32)), "mbedding"),
        (lambda: texts(layers.Embedding(10_000, 64), layers.LSTM(16)), "16"),
    ],
    "10.4": [
        (lambda: pictures(convolutions, distance, Adam(0.005), shared=False), "called twice"),
        (lambda: pictures(lambda: convolutions(64, 64), distance), "at most 30,000"),
        (lambda: pictures(convolutions, distance, None), "not compiled"),
        (lambda: pictures(convolutions, distance, "adam", "mean_sqared_error"), "mean_sqared_error"),
        (whole_map, "output has shape"),
        (lost_input, "reaches no output"),
        (lambda: pictures(dense, distance, last=None, loss="mse"), "can say"),
        (lambda: pictures(dense, distance, last="softplus", loss="mse"), "can say"),
        (lambda: pictures(dense, distance, last="tanh", loss="mse"), "can say -1"),
        (lambda: pictures(dense, distance, last="softmax"), "always says 1"),
        (shared_beside, "called twice"),
        (cosine, "can say -"),
    ],
}
