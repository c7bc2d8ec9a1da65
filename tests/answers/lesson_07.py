import keras
import numpy as np
from keras import layers
from keras.optimizers import Adam, RMSprop

from course_utils.exercises.lesson_07 import SUBJECT, tracker


def wrist(
    memory=None, kinds=5, activation="softmax", names=("activity", "energy"), swap=False, end=None, shape=(128, 6)
):
    window = keras.Input(shape)
    state = (memory or layers.LSTM(32))(window)
    heads = [
        layers.Dense(kinds, activation, name=names[0])(state),
        layers.Dense(1, end, name=names[1])(state),
    ]
    return keras.Model(window, heads[::-1] if swap else heads)


def wrist_in_pieces():
    memory, classes, number = layers.LSTM(32), layers.Dense(5), layers.Dense(1, activation="linear", name="energy")
    window = keras.Input(shape=[128, 6], name="anything")
    state = memory(window)
    return keras.Model(inputs=[window], outputs=(layers.Softmax(name="activity")(classes(state)), number(state)))


def wrist_nested():
    trunk = keras.Sequential([keras.Input((128, 6)), layers.LSTM(32)])
    window = keras.Input((128, 6))
    state = trunk(window)
    return keras.Model(
        window, [layers.Dense(5, "softmax", name="activity")(state), layers.Dense(1, name="energy")(state)]
    )


def exchanged_keys():
    made = wrist()
    return keras.Model(made.inputs, {"energy": made.outputs[0], "activity": made.outputs[1]})


def energy_reads_activity():
    window = keras.Input((128, 6))
    activity = layers.Dense(5, "softmax", name="activity")(layers.LSTM(32)(window))
    return keras.Model(window, [activity, layers.Dense(1, name="energy")(activity)])


LOSSES = {"activity": "categorical_crossentropy", "energy": "mse"}
WEIGHTS = {"activity": 1.0, "energy": 0.05}
METRICS = {"activity": ["accuracy"], "energy": ["mae"]}


def compiled(loss=LOSSES, weights=WEIGHTS, metrics=METRICS, optimizer=None):
    model = tracker()
    model.compile(optimizer=optimizer or Adam(0.003), loss=loss, loss_weights=weights, metrics=metrics)
    return model


def with_mass(energy, settings=None, names=("activity", "energy"), rate=0.01, order=1, heads=1):
    acceleration, mass = keras.Input((64, 3), name="acceleration"), keras.Input((1,), name="mass")
    x = layers.Rescaling(1 / 5)(acceleration)
    x = layers.GRU(48, return_sequences=True)(layers.Reshape((8, 24))(x))
    x = layers.GlobalMaxPooling1D()(x)
    activity = layers.Dense(6, "softmax", name=names[0])(x)
    model = keras.Model([acceleration, mass][::order], [activity, energy(x, mass, names[1])][::heads])
    if settings != "none":
        steps = keras.optimizers.schedules.CosineDecay(rate, 600)
        losses = ["categorical_crossentropy", "mse"]
        model.compile(Adam(steps), loss=losses[::heads], loss_weights=[1, 0.05][::heads])
    return model


def product(x, mass, name):
    effort = layers.Dense(1)(layers.Dense(32, "relu")(x))
    return layers.Multiply(name=name)([effort, layers.Rescaling(1 / 30)(mass)])


def joined(x, mass, name):
    h = layers.Concatenate()([mass / 100, x])
    return layers.Dense(1, name=name)(layers.Dense(48, "gelu")(h))


def blind(x, mass, name):
    """Reads the mass times 0, of which nothing can be made."""
    return layers.Dense(1, name=name)(layers.Concatenate()([x, layers.Rescaling(0.0)(mass)]))


def convolutional():
    acceleration, mass = keras.Input((64, 3), name="acceleration"), keras.Input((1,), name="mass")
    x = layers.Conv1D(32, 9, strides=2, activation="relu")(acceleration / 5)
    x = layers.Conv1D(48, 5, strides=2, activation="relu")(x)
    x = layers.Concatenate()([layers.GlobalMaxPooling1D()(x), layers.GlobalAveragePooling1D()(x)])
    h = layers.Dense(48, "relu")(layers.Concatenate()([x, (mass - 72) / 14]))
    activity = layers.Dense(6, "softmax", name="activity")(layers.Dense(48, "relu")(x))
    model = keras.Model({"acceleration": acceleration, "mass": mass}, [activity, layers.Dense(1, name="energy")(h)])
    steps = keras.optimizers.schedules.CosineDecay(0.006, 600)
    model.compile(Adam(steps), loss=["categorical_crossentropy", "mse"], loss_weights=[1, 0.05])
    return model


def crossentropy(truth, share):
    return -keras.ops.sum(truth * keras.ops.log(share + 1e-7), axis=-1)


RIGHT = {
    "7.1": [wrist, wrist_in_pieces, wrist_nested],
    "7.2": [
        lambda: compiled({"activity": crossentropy, "energy": "mse"}),
        compiled,
        lambda: compiled(["categorical_crossentropy", "mean_squared_error"], [1, 0.05], [["acc"], ["mae"]]),
        lambda: compiled(
            {"energy": keras.losses.MeanSquaredError(), "activity": keras.losses.CategoricalCrossentropy()},
            {"energy": 0.05, "activity": 1},
            {"energy": keras.metrics.MeanAbsoluteError(), "activity": "categorical_accuracy"},
            Adam(learning_rate=3e-3),
        ),
    ],
    "7.3": [
        lambda: (np.array(SUBJECT) == 3) | (np.array(SUBJECT) == 7),
        lambda: [who in (3, 7) for who in SUBJECT],
        lambda: ~np.isin(SUBJECT, [1, 2, 5]),
        lambda: np.array([who in (3, 7) for who in SUBJECT], dtype=object),
    ],
    "7.4": [lambda: with_mass(product), lambda: with_mass(joined, order=-1, heads=-1), convolutional],
}
WRONG = {
    "7.1": [
        (lambda: wrist(layers.LSTM(32, return_sequences=True)), "every time step"),
        (lambda: wrist(layers.GRU(32)), "GRU"),
        (lambda: wrist(kinds=6), "units=6"),
        (lambda: wrist(activation="sigmoid"), "sigmoid"),
        (lambda: wrist(end="softmax"), "softmax"),
        (lambda: wrist(swap=True), "in this order"),
        (exchanged_keys, "have each other's names"),
        (lambda: wrist(names=("activities", "energies")), "`activities`, `energies`; they should be"),
        (lambda: wrist(shape=(6, 128)), "128"),
        (energy_reads_activity, "should read"),
    ],
    "7.2": [
        (lambda: compiled(optimizer=Adam(0.003, clipvalue=1e-9)), "was not asked for"),
        (lambda: compiled(optimizer=Adam(0.003, weight_decay=0.1)), "was not asked for"),
        (
            lambda: compiled(optimizer=Adam(keras.optimizers.schedules.CosineDecay(0.003, 500))),
            "learning rate after 1,000 steps is 0; it should be 0.003",
        ),
        (lambda: compiled(weights={"energy": 0.05}), "`loss_weights` has no entry for the output `activity`"),
        (lambda: compiled(metrics={"activity": ["binary_accuracy"], "energy": ["mae"]}), "`accuracy` of `activity`"),
        (tracker, "not compiled"),
        (
            lambda: compiled({**LOSSES, "activity": "binary_crossentropy"}),
            "loss of `activity` is `binary_crossentropy`",
        ),
        (lambda: compiled({**LOSSES, "activity": "sparse_categorical_crossentropy"}), "sparse_categorical"),
        (lambda: compiled("mse", None), "loss of `activity` is `mean_squared_error`"),
        (lambda: compiled(weights={"activity": 0.05, "energy": 1}), "weight of `activity` is 0.05; it should be 1"),
        (lambda: compiled(weights=None), "weight of `energy` is 1; it should be 0.05"),
        (lambda: compiled({"activities": "mse", "energy": "mse"}), "outputs are called `activity`, `energy`"),
        (lambda: compiled(metrics={"activity": ["accuracy"]}), "metric `mean_absolute_error` of `energy` is missing"),
        (lambda: compiled(metrics=["accuracy", "mae"][:1]), "1 entry for 2 outputs"),
        (lambda: compiled(optimizer=RMSprop(0.003)), "RMSprop"),
        (lambda: compiled(optimizer="adam"), "learning rate is 0.001"),
    ],
    "7.3": [
        (lambda: [str(who in (3, 7)) for who in SUBJECT], "an array of truth values was asked for"),
        (lambda: np.isin(np.arange(12), [3, 7]), "not the windows of 3 and 7"),
        (lambda: ~np.isin(SUBJECT, [3, 7]), "windows for training"),
        (lambda: np.equal(SUBJECT, 3), "wearer 7 are missing"),
        (lambda: np.array([0, 2, 3, 5, 8, 11]), "shape is (6,)"),
        (lambda: np.isin(SUBJECT, [3, 7]).astype(int), "truth values"),
        (lambda: np.random.default_rng(0).random(12) < 0.2, "values differ"),
    ],
    "7.4": [
        (tracker, "1 input"),
        (lambda: with_mass(blind), "the input `mass` reaches no output"),
        (lambda: with_mass(joined, settings="none"), "not compiled"),
        (lambda: with_mass(joined, names=("class", "energy")), "called `class`, `energy`"),
        (lambda: with_mass(joined, rate=1e-6), "`activity`"),
    ],
}
