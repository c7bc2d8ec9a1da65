import keras
import numpy as np
from keras import layers

LOSSES = {"age": "mse", "income": "categorical_crossentropy", "gender": "binary_crossentropy"}
SMALL = {"age": 0.005, "income": 0.5, "gender": 1.5}


def heads(x, *, income=10, income_activation="softmax", gender_activation="sigmoid", names=("age", "income", "gender")):
    return [
        layers.Dense(1, name=names[0])(x),
        layers.Dense(income, activation=income_activation, name=names[1])(x),
        layers.Dense(1, activation=gender_activation, name=names[2])(x),
    ]


def mended(embedding=(180, 32), window=3, units=64, pool=layers.GlobalMaxPooling1D, dense=64, padding="valid", **more):
    posts = keras.Input((None,), dtype="int32")
    x = layers.Embedding(*embedding)(posts)
    x = layers.Conv1D(units, window, activation="relu", padding=padding)(x)
    x = pool()(x) if pool else x
    x = layers.Dense(dense, activation="relu")(x) if dense else x
    return posts, heads(x, **more)


def model(*parts, **more):
    posts, outputs = mended(*parts, **more)
    return keras.Model(posts, outputs)


def pooled_last():
    posts = keras.Input((None,), dtype="int32")
    x = layers.Conv1D(64, 3, activation="relu")(layers.Embedding(180, 32)(posts))
    x = layers.Dense(64, activation="relu")(x)
    return keras.Model(posts, heads(layers.GlobalMaxPooling1D()(x)))


def made_first():
    age, income, gender = layers.Dense(1, name="age"), layers.Dense(10), layers.Dense(1)
    body = keras.Sequential([layers.Dense(64), layers.ReLU()])
    posts = keras.Input(shape=[None], dtype="int32", name="tokens")
    x = layers.Conv1D(filters=64, kernel_size=3)(layers.Embedding(input_dim=180, output_dim=32)(posts))
    x = body(layers.GlobalMaxPool1D()(keras.ops.relu(x)))
    likely = layers.Activation("sigmoid", name="gender")(gender(x))
    return keras.Model(inputs=[posts], outputs=[age(x), layers.Softmax(name="income")(income(x)), likely])


def nested():
    posts, outputs = mended()
    inner = keras.Model(posts, outputs)
    again = keras.Input((None,), dtype="int32")
    return keras.Model(again, dict(zip(("age", "income", "gender"), inner(again), strict=True)))


def listed_twice():
    posts, (age, income, _) = mended()
    return keras.Model(posts, [age, income, income])


def swapped_embedding():
    return model(embedding=(32, 180))


def compiled(loss=LOSSES, loss_weights=SMALL, metrics="all", optimizer="adam", **more):
    made = model(embedding=(180, 16), units=32, dense=None, **more)
    if metrics == "all":
        metrics = {"age": ["mae"], "income": ["accuracy"], "gender": ["accuracy", keras.metrics.AUC()]}
    made.compile(optimizer=optimizer, loss=loss, loss_weights=loss_weights, metrics=metrics)
    return made


def in_lists():
    return compiled(
        ["mean_squared_error", keras.losses.CategoricalCrossentropy(), keras.losses.binary_crossentropy],
        [0.005, 0.5, 1.5],
        [["mae"], ["acc"], ["acc", keras.metrics.AUC(name="auc")]],
        keras.optimizers.Adam(),
    )


def in_years(weights, rate=0.004, rescale=True, window=3, dense=64, offset=44.0):
    posts = keras.Input((None,), dtype="int32", name="posts")
    x = layers.Conv1D(64, window, activation="relu")(layers.Embedding(180, 32)(posts))
    x = layers.Dense(dense, activation="relu")(layers.GlobalMaxPooling1D()(x))
    if rescale:
        age = layers.Rescaling(15.0, offset=offset, name="age")(layers.Dense(1)(x))
    else:
        age = layers.Dense(1, bias_initializer=keras.initializers.Constant(offset), name="age")(x)
    _, income, gender = heads(x, names=("unused", "income", "gender"))
    made = keras.Model(posts, [age, income, gender])
    if weights is not None:
        made.compile(optimizer=keras.optimizers.Adam(rate), loss=LOSSES, loss_weights=weights)
    return made


MEASURED = {"age": 0.0043, "income": 0.45, "gender": 1.4}


def with_operators():
    posts = keras.Input((None,), dtype="int32", name="posts")
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(64, 2, activation="relu")(layers.Embedding(180, 32)(posts)))
    x = layers.Dense(96, activation="gelu")(x)
    age = layers.Identity(name="age")(layers.Dense(1)(x) * 15.0 + 44.0)
    _, income, gender = heads(x, names=("unused", "income", "gender"))
    made = keras.Model({"posts": posts}, {"age": age, "income": income, "gender": gender})
    made.compile(optimizer=keras.optimizers.Adam(0.004), loss=LOSSES, loss_weights={**MEASURED, "income": 1.0})
    return made


class Years(layers.Layer):
    """A head whose config does not tell its name."""

    def __init__(self, **more):
        super().__init__(**more)
        self.unit = layers.Dense(1)

    def call(self, x):
        return 44.0 + 15.0 * self.unit(x)


def in_years_by_a_class():
    posts = keras.Input((None,), dtype="int32", name="posts")
    x = layers.Conv1D(64, 3, activation="relu")(layers.Embedding(180, 32)(posts))
    x = layers.Dense(64, activation="relu")(layers.GlobalMaxPooling1D()(x))
    _, income, gender = heads(x, names=("unused", "income", "gender"))
    made = keras.Model(posts, [Years(name="age")(x), income, gender])
    made.compile(keras.optimizers.Adam(0.004), loss=LOSSES, loss_weights=MEASURED)
    return made


RIGHT = {
    "8.1": [lambda: 98, lambda: 98.0, lambda: np.int64(98)],
    "8.2": [model, made_first, nested, lambda: model(pool=layers.GlobalAveragePooling1D), pooled_last],
    "8.3": [
        lambda: compiled(padding="same"),
        lambda: compiled(padding="causal"),
        compiled,
        in_lists,
        lambda: compiled(metrics={"age": "mae", "income": "acc", "gender": [keras.metrics.AUC(), "mse", "acc"]}),
    ],
    "8.4": [
        in_years_by_a_class,
        lambda: in_years({"age": 0.01, "income": 1, "gender": 2}),
        lambda: in_years(MEASURED, offset=40.0, window=2),
        with_operators,
    ],
    "8.5": [
        lambda: {"all": np.float16(0.75), "town": np.float16(8 / 9), "village": np.float16(1 / 3)},
        lambda: {"all": 0.75, "town": 8 / 9, "village": 1 / 3},
        lambda: {"village": np.float32(1 / 3), "all": np.mean([1] * 9 + [0] * 3), "town": 1 - 1 / 9},
        lambda: {"all": np.array(0.75), "town": np.array(8 / 9), "village": np.array(1 / 3)},
    ],
}
WRONG = {
    "8.1": [
        (lambda: 269, "5 and 5"),
        (lambda: 96, "first pooling"),
        (lambda: 24, "left out"),
        (lambda: 14, "divides by 4"),
        (lambda: 97, "n + 2"),
        (lambda: None, "number"),
    ],
    "8.2": [
        (swapped_embedding, "180"),
        (lambda: model(pool=None), "GlobalMaxPooling1D"),
        (lambda: model(gender_activation="softmax"), "sigmoid"),
        (listed_twice, "gender"),
        (lambda: model(names=("gender", "income", "age")), "have each other's names"),
        (lambda: model(names=("age", "income", "sex")), "should be called `gender`"),
        (lambda: model(padding="same"), "padding"),
        (lambda: model(income=1), "10"),
        (lambda: model(income_activation=None), "softmax"),
    ],
    "8.3": [
        (lambda: compiled(loss_weights=list(SMALL.values())[::-1]), "loss weight of"),
        (lambda: compiled(loss_weights=None), "loss weight of `age` is 1"),
        (lambda: compiled(loss_weights={"age": 1.5, "income": 0.5, "gender": 0.005}), "loss weight of `age` is 1.5"),
        (lambda: compiled(loss={**LOSSES, "gender": "mse"}), "loss of `gender`"),
        (lambda: compiled(loss=dict(zip(("a", "b", "c"), LOSSES.values(), strict=True))), "has the key `a`"),
        (lambda: compiled(loss="mse"), "1 losses and 3 weights"),
        (lambda: compiled(metrics={"gender": ["accuracy"]}), "metric"),
        (lambda: compiled(metrics={"age": ["mae"], "income": ["accuracy"], "gender": ["accuracy"]}), "`auc`"),
        (lambda: compiled(optimizer="rmsprop"), "RMSprop"),
        (lambda: compiled(optimizer=keras.optimizers.Adam(0.1)), "learning rate is 0.1"),
        (lambda: model(embedding=(180, 16), units=32, dense=None), "not compiled"),
        (lambda: compiled(names=("dense_1", "income", "gender")), "outputs are called"),
    ],
    "8.4": [
        (lambda: in_years(dict.fromkeys(LOSSES, 1.0), rescale=False, offset=0.0), "`income`"),
        (lambda: in_years({"age": 0.25, "income": 1, "gender": 10}, rescale=False, offset=0.0), "asked for"),
        (lambda: in_years(None), "not compiled"),
        (lambda: model(names=("years", "income", "gender")), "should be called `age`"),
        (lambda: model(pool=None), "fed"),
        (lambda: model(embedding=(64, 32)), "fed"),
        (lambda: keras.Sequential([keras.Input((None,)), layers.Embedding(180, 8), layers.Dense(1)]), "1 output"),
    ],
    "8.5": [
        (lambda: {"all": 0.75, "town": 8 / 12, "village": 1 / 12}, "not of all twelve"),
        (lambda: {"all": 9, "town": 8, "village": 1}, "numbers of right answers"),
        (lambda: {"all": 0.25, "town": 1 / 9, "village": 2 / 3}, "wrong answers"),
        (lambda: {"all": 0.75, "town": 8 / 9}, "`village` is missing"),
        (lambda: 0.75, "dictionary"),
        (lambda: {"all": 0.75, "town": 8 / 9, "village": 0.5}, "at `village`"),
    ],
}
