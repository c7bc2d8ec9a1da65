import keras
import numpy as np
from keras import layers
from keras.optimizers import Adam


def said(answer):
    """A name or a letter, as learners write it."""
    return [lambda: answer, lambda: f" {answer} ", lambda: answer.upper()]


def two_branches(inputs=("left", "right"), units=4, merge=layers.Concatenate, order=1):
    tensors = [keras.Input((8,), name=name) for name in inputs]
    read = [layers.Dense(units)(tensor) for tensor in tensors]
    joined = merge()(read[::order]) if len(read) > 1 else read[0]
    return keras.Model(tensors, layers.Dense(1)(joined))


def branch_models():
    branches = [keras.Sequential([keras.Input((8,)), layers.Dense(4)]) for _ in range(2)]
    tensors = [keras.Input((8,)) for _ in branches]
    read = [branch(tensor) for branch, tensor in zip(branches, tensors, strict=True)]
    return keras.Model(tensors, layers.Dense(1)(keras.ops.concatenate(read, axis=1)))


def answering(
    text=(10_000, 64),
    question=(10_000, 32),
    swap=False,
    alias=layers.Concatenate,
    names=("text", "question"),
    order=1,
):
    a, b = (keras.Input([None], dtype="int32", name=name) for name in names)
    read = [layers.LSTM(32)(layers.Embedding(*text)(a)), layers.LSTM(16)(layers.Embedding(*question)(b))]
    return keras.Model([a, b][::order], layers.Dense(500, "softmax")(alias(axis=-1)(read[::-1] if swap else read)))


def answering_by_keyword():
    return answering({"input_dim": 10_000, "output_dim": 64}.values(), {"a": 10_000, "b": 32}.values(), swap=True)


def posts(
    pool=layers.GlobalMaxPooling1D,
    length=None,
    heads=2,
    embedded=True,
    table=(5000, 32),
    ends=(None, "sigmoid"),
    names=("age", "gender"),
):
    x = keras.Input((length,), dtype="int32")
    h = layers.Embedding(*table)(x) if embedded else layers.Dense(32)(keras.ops.expand_dims(x, -1))
    h = layers.Conv1D(64, 5, activation="relu")(h)
    h = layers.MaxPooling1D(5)(h)
    h = layers.Conv1D(64, 5, activation="relu")(h)
    if pool:
        h = pool()(h)
    made = [layers.Dense(1, end, name=name)(h) for end, name in zip(ends, names, strict=True)]
    return keras.Model(x, made[:heads])


def one_head_twice():
    made = posts()
    return keras.Model(made.inputs, [made.outputs[0]] * 2)


def first_step():
    return layers.Lambda(lambda steps: steps[:, 0])


def last_step():
    return layers.Lambda(lambda steps: steps[:, -1])


def side_by_side():
    x = keras.Input((100,), dtype="int32")
    h = layers.Embedding(5000, 32)(x)
    h = layers.Concatenate()([layers.Conv1D(8, 5)(h) for _ in range(5)])
    return keras.Model(x, layers.Dense(1)(layers.GlobalMaxPooling1D()(h)))


def one_convolution_five_times():
    x = keras.Input((100,), dtype="int32")
    h, look = layers.Embedding(5000, 32)(x), layers.Conv1D(32, 5)
    for _ in range(5):
        h = look(h)
    return keras.Model(x, layers.Dense(1)(layers.GlobalMaxPooling1D()(h)))


def hundred_in_own_classes():
    look = type("Look", (layers.Conv1D,), {})
    stack = [keras.Sequential([look(16, 5, padding="same"), layers.ReLU()]) for _ in range(5)]
    pieces = [keras.Input((100,)), layers.Embedding(5000, 32), *stack, layers.GlobalAveragePooling1D(), layers.Dense(1)]
    return keras.Sequential(pieces)


def hundred(
    pool=2,
    kernels=(5,) * 5,
    padding="valid",
    length=100,
    end=layers.GlobalMaxPooling1D,
    units=1,
    table=(5000, 32),
    last=None,
):
    x = keras.Input((length,), dtype="int32")
    h = layers.Embedding(*table)(x)
    for at, kernel in enumerate(kernels):
        h = layers.Conv1D(32, kernel, activation="relu", padding=padding)(h)
        if at in (0, 2) and pool > 1:
            h = layers.MaxPooling1D(pool)(h)
    if end:
        h = end()(h)
    return keras.Model(x, layers.Dense(units, last)(h))


def plant_on_a_trunk():
    trunk = keras.Sequential([keras.Input((6,)), layers.Dense(16), layers.ReLU()])
    leaf = keras.Input((6,))
    return keras.Model(leaf, {name: layers.Dense(1, name=name)(trunk(leaf)) for name in ("height", "weight")})


def plant(names=("height", "weight"), units=16, twice=False, trunk=True, activation="relu"):
    leaf = keras.Input((6,))
    x = layers.Dense(units, activation)(leaf) if trunk else leaf
    heads = [layers.Dense(1, name=name)(x) for name in names]
    return keras.Model(leaf, [heads[0], heads[0]] if twice else heads)


def house(read=("size", "place", "year"), shapes=(2, 3, 1), order=1):
    tensors = {name: keras.Input((n,), name=name) for n, name in zip(shapes, ("size", "place", "year"), strict=True)}
    rooms = layers.Dense(8, "relu")(tensors["size"])
    joined = [rooms if name == "size" else tensors[name] for name in read]
    x = layers.Dense(16, "relu")(layers.Concatenate()(joined))
    return keras.Model(list(tensors.values())[::order], layers.Dense(1)(x))


def headline(loss="binary_crossentropy", weights=None, optimizer="rmsprop", names=("main_output", "aux_output")):
    x = keras.Input((10,))
    h = layers.Dense(16, "relu")(x)
    model = keras.Model(x, [layers.Dense(1, "sigmoid", name=name)(h) for name in names])
    if optimizer:
        model.compile(optimizer=optimizer, loss=loss, loss_weights=weights)
    return model


BOTH = ["binary_crossentropy", keras.losses.BinaryCrossentropy()]


def face(metrics, loss=("binary_crossentropy", "mse"), names=("gender", "age"), optimizer="rmsprop"):
    x = keras.Input((10,))
    h = layers.Dense(16, "relu")(x)
    heads = [layers.Dense(1, "sigmoid", name=names[0])(h), layers.Dense(1, name=names[1])(h)]
    model = keras.Model(x, heads)
    model.compile(optimizer=optimizer, loss=list(loss), metrics=metrics)
    return model


def yes(loss, optimizer="adam", last="sigmoid", units=1):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(units, last)])
    if optimizer:
        model.compile(optimizer, loss)
    return model


def sine(activation="tanh", start="glorot_uniform", optimizer=None, units=(32, 32)):
    hidden = [layers.Dense(n, activation, kernel_initializer=start) for n in units]
    model = keras.Sequential([keras.Input((1,)), *hidden, layers.Dense(1, kernel_initializer=start)])
    model.compile(optimizer or Adam(0.01), "mse")
    return model


def sine_in_a_layer():
    x = keras.Input((1,))
    h = layers.Dense(1)(layers.Dense(32, "tanh")(layers.Dense(32, "tanh")(x)))
    model = keras.Model(x, 0.0 * h + keras.ops.sin(6.283185 * x))
    model.compile("adam", "mse")
    return model


def sine_before():
    x = keras.Input((1,))
    h = layers.Dense(32, "tanh")(layers.Dense(32, "tanh")(keras.ops.sin(6.283185 * x)))
    model = keras.Model(x, layers.Dense(1)(h))
    model.compile("adam", "mse")
    return model


def sine_past_a_layer():
    x = keras.Input((1,))
    h = layers.Dense(32, "tanh")(x)
    model = keras.Model(x, layers.Dense(1)(h + layers.Dense(32, "tanh")(h)))
    model.compile(Adam(0.01), "mse")
    return model


def weighted(age, income, gender):
    return {"age": age, "income": income, "gender": gender}


def shuffled(x_order, y_order=None):
    x, order = np.arange(100.0)[:, None], np.random.default_rng(1).permutation(100)
    orders = {"same": np.arange(100), "mixed": order, "back": np.arange(100)[::-1], "first": np.zeros(100, int)}
    orders |= {"two": np.r_[1, 0, 2:100], "halves": np.roll(np.arange(100), 50), "again": order[::-1]}
    return x[orders[x_order]], (x**2)[orders[y_order or x_order]]


def drawn(high, size=(1000, 1)):
    return np.random.default_rng(1).integers(0, high, size=size)


def two_steps():
    return layers.Lambda(lambda steps: keras.ops.max(steps[:, :2], axis=1))


def both_ends():
    return layers.Lambda(lambda steps: keras.ops.concatenate([steps[:, 0], steps[:, -1]], axis=-1))


RIGHT = {
    "12.1": said("right"),
    "12.2": [two_branches, lambda: two_branches(order=-1), branch_models],
    "12.3": [lambda: 10_000, lambda: 1e4, lambda: np.int64(10_000)],
    "12.4": [answering, lambda: answering(swap=True), answering_by_keyword, lambda: answering(order=-1)],
    "12.5": said("b"),
    "12.6": [
        posts,
        lambda: posts(layers.GlobalAveragePooling1D),
        lambda: posts(lambda: layers.LSTM(16)),
        lambda: posts(names=(None, None)),
        lambda: posts(lambda: layers.GRU(8, go_backwards=True)),
    ],
    "12.7": said("conv_4"),
    "12.8": [
        hundred,
        lambda: hundred(5, padding="same"),
        lambda: hundred(1, end=layers.Flatten),
        hundred_in_own_classes,
    ],
    "12.9": said("weight"),
    "12.10": [
        plant,
        lambda: plant(activation=keras.activations.relu),
        plant_on_a_trunk,
    ],
    "12.11": said("year"),
    "12.12": [
        house,
        lambda: house(order=-1),
        lambda: house(("year", "size", "place")),
        lambda: house(("place", "year", "size")),
    ],
    "12.13": said("a"),
    "12.14": [
        lambda: headline(BOTH, [1.0, 0.2]),
        lambda: headline(dict(zip(("main_output", "aux_output"), BOTH, strict=True)), [1, 0.2]),
        lambda: headline(tuple(BOTH), (1, 0.2), keras.optimizers.RMSprop()),
    ],
    "12.15": said("b"),
    "12.16": [
        lambda: face({"gender": keras.metrics.AUC(name="area")}),
        lambda: face([[keras.metrics.AUC()], []]),
        lambda: face({"gender": ["AUC", "accuracy"]}),
    ],
    "12.17": said("c"),
    "12.18": [
        lambda: yes("binary_crossentropy"),
        lambda: yes(keras.losses.BinaryCrossentropy(), keras.optimizers.Adam()),
        lambda: yes([keras.losses.binary_crossentropy], "Adam"),
    ],
    "12.19": said("age"),
    "12.20": [
        lambda: weighted(0.001, 0.7, 2),
        lambda: weighted(1 / 1700, 1 / 2.3, 1 / 0.7),
        lambda: weighted(0.005, np.float32(4), 10.0),
    ],
    "12.21": [lambda: 0, lambda: 0.0, lambda: np.int64(0)],
    "12.22": [
        lambda: drawn(2),
        lambda: np.random.default_rng(3).random((1000, 1)) > 0.5,
        lambda: np.random.default_rng(4).permutation(np.tile([[0.0], [1.0]], (500, 1))),
    ],
    "12.23": said("b"),
    "12.24": [
        lambda: np.stack(shuffled("mixed")),
        lambda: shuffled("mixed"),
        lambda: shuffled("again"),
        lambda: list(shuffled("mixed")),
    ],
    "12.25": said("c"),
    "12.26": [
        lambda: sine("gelu"),
        lambda: sine("tanh", "he_normal", Adam(0.02)),
        lambda: sine("swish", optimizer=Adam(0.02)),
    ],
}
WRONG = {
    "12.1": [
        (lambda: "left", "was given"),
        (lambda: "joined", "on the way"),
        (lambda: "b", "which input"),
        (lambda: 2, "not it"),
    ],
    "12.2": [
        (lambda: two_branches(units=8), "8"),
        (lambda: two_branches(inputs=("left",)), "nput"),
        (lambda: two_branches(merge=layers.Add), "dd"),
    ],
    "12.3": [(lambda: 64, "how many words"), (lambda: 32, "not it")],
    "12.4": [
        (lambda: answering((64, 10_000), (32, 10_000)), "mbedding"),
        (lambda: answering(question=(32, 10_000)), "mbedding"),
        (lambda: answering(text=(10_000, 32)), "64"),
        (lambda: answering(names=("question", "text")), "reads `question`; it should read `text`"),
    ],
    "12.5": [(lambda: "a", "needs to know the length"), (lambda: "c", "axis of time"), (lambda: "pooling", "not it")],
    "12.6": [
        (lambda: posts(both_ends), "words 36 to 45"),
        (lambda: posts(two_steps), "words 36 to 45"),
        (lambda: posts(ends=(None, "hard_sigmoid")), "`gender` is not a sigmoid"),
        (lambda: posts(ends=(lambda x: 100 * keras.ops.tanh(x), "sigmoid")), "`age` bends"),
        (lambda: posts(ends=("leaky_relu", "sigmoid")), "`age` bends"),
        (lambda: posts(ends=("elu", "sigmoid")), "`age` bends"),
        (lambda: posts(None), "`age` has shape (None, None, 1)"),
        (one_head_twice, "`age` is listed twice"),
        (lambda: posts(ends=(None, None)), "`gender` can say"),
        (lambda: posts(ends=("softplus", "sigmoid")), "`age` never says less than 0"),
        (lambda: posts(ends=("sigmoid", None), names=("gender", "age")), "listed as `gender` and `age`"),
        (lambda: posts(ends=(None, "softmax")), "`gender` always says 1"),
        (lambda: posts(ends=("sigmoid", "sigmoid")), "`age` never says more than 1"),
        (lambda: posts(first_step), "words 36 to 45"),
        (lambda: posts(last_step), "words 6 to 15"),
        (lambda: posts(ends=("sigmoid", None), names=(None, None)), "never says more than 1"),
        (lambda: posts(table=(32, 5000)), "rows for 32 words"),
        (lambda: posts(length=100), "any length"),
        (lambda: posts(heads=1), "1 output; 2 asked for"),
        (lambda: posts(embedded=False), "Embedding"),
    ],
    "12.7": [
        (lambda: "conv_3", "gives 11"),
        (lambda: "conv_5", "as far as"),
        (lambda: "pool_2", "it works"),
        (lambda: "conv_1", "gives 96"),
        (lambda: "conv_2", "gives 15"),
    ],
    "12.8": [
        (side_by_side, "only 1 of the `Conv1D` layers"),
        (one_convolution_five_times, "1 `Conv1D` layers are"),
        (lambda: hundred(last="sigmoid"), "never says more than 1"),
        (lambda: hundred(last="relu"), "never says less than 0"),
        (lambda: hundred(table=(32, 5000)), "keep (5000, 32)"),
        (lambda: hundred(kernels=(5, 5, 5)), "3 `Conv1D` layers"),
        (lambda: hundred(kernels=(5, 5, 5, 2, 2)), "another kernel"),
        (lambda: hundred(5, length=300), "100 words"),
        (lambda: hundred(end=None), "one number a person"),
    ],
    "12.9": [(lambda: "height", "twice"), (lambda: "trunk", "list of layers"), (lambda: "leaf", "not it")],
    "12.10": [
        (lambda: plant(twice=True), "`height` is listed twice"),
        (lambda: plant(("weight", "height")), "outputs have each other's names"),
        (lambda: plant(units=8), "8"),
        (lambda: plant(trunk=False), "16"),
        (lambda: plant(("size", "weight")), "height"),
    ],
    "12.11": [(lambda: "size", "rooms"), (lambda: "place", "joined"), (lambda: "price", "not it")],
    "12.12": [(lambda: house(("size", "place")), "year"), (lambda: house(shapes=(2, 3, 2)), "2")],
    "12.13": [(lambda: "b", "add up"), (lambda: "c", "it can")],
    "12.14": [
        (lambda: headline(BOTH, {"main_output": 1, "aux_output": 0.2}), "`main_output` is 0.2; it should be 1"),
        (lambda: headline("binary_crossentropy", [1.0, 0.2]), "must match the number of losses"),
        (lambda: headline(BOTH, [0.2, 1.0]), "loss weight of `main_output`"),
        (lambda: headline(BOTH), "loss weight of `aux_output`"),
        (lambda: headline({"main": "mse", "aux": "mse"}), "key `main`"),
        (lambda: headline(["mse", "mse"], [1, 0.2]), "mean_squared_error"),
        (lambda: headline(BOTH, [1, 0.2], "adam"), "Adam"),
        (lambda: headline(optimizer=None), "not compiled"),
    ],
    "12.15": [(lambda: "a", "it has one"), (lambda: "c", "never asked")],
    "12.16": [
        (lambda: face(None), "auc"),
        (lambda: face({"gender": ["AUC"], "age": ["AUC"]}), "was not asked for"),
        (lambda: face({"gender": ["AUC"]}, optimizer=keras.optimizers.RMSprop(0.1)), "learning rate is 0.1"),
        (lambda: face({"age": [keras.metrics.AUC()]}), "auc"),
        (lambda: face({"sex": [keras.metrics.AUC()]}), "key `sex`"),
        (lambda: face({"gender": ["accuracy"]}), "auc"),
        (lambda: face({"gender": ["AUC"]}, loss=("mse", "mse")), "loss of `gender`"),
    ],
    "12.17": [(lambda: "a", "another right model"), (lambda: "b", "exactly 0")],
    "12.18": [
        (lambda: yes("categorical_crossentropy"), "categorical_crossentropy"),
        (lambda: yes("mse"), "mean_squared_error"),
        (lambda: yes("binary_crossentropy", last="softmax"), "softmax"),
        (lambda: yes("binary_crossentropy", last=None), "sigmoid"),
        (lambda: yes("binary_crossentropy", None), "not compiled"),
    ],
    "12.19": [(lambda: "gender", "10 × 0.7"), (lambda: "income", "1 × 2.3")],
    "12.20": [
        (lambda: weighted(0.25, 1, 10), "`age` has 98%"),
        (lambda: weighted(0.01, 1, 10), "at most half"),
        (lambda: weighted(0.001, 0.7, 0.2), "`gender` has"),
        (lambda: weighted(0, 1, 1), "above 0"),
        (lambda: weighted(-1, 1, 1), "above 0"),
        (lambda: weighted("small", 1, 1), "must be a number"),
        (lambda: [0.001, 1, 2], "dict"),
        (lambda: {"age": 1}, "keys"),
    ],
    "12.21": [(lambda: 500, "draw some"), (lambda: 1000, "it says no"), (lambda: "none", "number")],
    "12.22": [
        (lambda: drawn(1), "0 ones"),
        (lambda: drawn(3), "other values"),
        (lambda: np.tile([[0], [1]], (500, 1)), "a rule, not like chance"),
        (lambda: np.repeat([0, 1], 500)[:, None], "a rule, not like chance"),
        (lambda: np.sort(drawn(2), axis=0), "a rule, not like chance"),
        (lambda: drawn(2, 1000), "(1000,)"),
        (lambda: "zeros", "an array of numbers"),
    ],
    "12.23": [(lambda: "a", "nothing to be found"), (lambda: "c", "same writers")],
    "12.24": [
        (lambda: shuffled("mixed", "same"), "do not belong"),
        (lambda: shuffled("same", "mixed"), "do not belong"),
        (lambda: shuffled("same"), "nothing is shuffled"),
        (lambda: shuffled("back"), "a rule"),
        (lambda: shuffled("halves"), "a rule"),
        (lambda: shuffled("two"), "98 of 100 still stand"),
        (lambda: shuffled("first"), "lost"),
        (lambda: np.arange(100), "pair"),
        (lambda: (np.arange(100.0), np.arange(100.0)), "shapes"),
        (lambda: (list("ab"), np.arange(100.0)), "two arrays of numbers"),
    ],
    "12.25": [(lambda: "a", "plenty"), (lambda: "b", "one hidden layer is enough")],
    "12.26": [
        (lambda: sine("sigmoid", "uniform", "rmsprop"), "begin flat"),
        (lambda: sine("sigmoid", "uniform", Adam(0.05)), "begin flat"),
        (sine_in_a_layer, "keep [32, 32, 1]"),
        (sine_past_a_layer, "a way leads to the output past"),
        (sine_before, "stands before the hidden layers"),
        (lambda: sine("tanh", optimizer="sgd"), "asked for"),
        (lambda: sine(units=(64, 64)), "[32, 32, 1]"),
        (lambda: sine(units=(32,)), "[32, 1]"),
    ],
}
