import keras
from keras import layers
from keras.optimizers import SGD, Adam

from course_utils.exercises.lesson_06 import two_heads


def tanh(units):
    return layers.Dense(units, "tanh")


def three(order=("sin", "cos", "exp"), trunk=tanh, own=16, own_for=("sin", "cos"), names=True, as_dict=False):
    x = keras.Input((1,))
    common = trunk(16)(x)
    ends = {}
    for name in ("sin", "cos", "exp"):
        h = tanh(own)(common) if name in own_for else common
        ends[name] = layers.Dense(1, name=name if names else None)(h)
    return keras.Model(x, [ends[name] for name in order])


def three_by_name():
    made = three()
    return keras.Model(made.inputs, dict(zip(("exp", "cos", "sin"), made.outputs[::-1], strict=True)))


def three_in_pieces():
    trunk, left, middle = layers.Dense(16), tanh(16), layers.Dense(16)
    exp, cos, sin = (layers.Dense(1, activation="linear", name=name) for name in ("exp", "cos", "sin"))
    x = keras.Input(shape=[1])
    t = keras.ops.tanh(trunk(x))
    return keras.Model(inputs=x, outputs=[sin(left(t)), cos(layers.Activation("tanh")(middle(t))), exp(t)])


def three_nested():
    x = keras.Input((1,))
    body = keras.Sequential([tanh(16)])
    head = keras.Sequential([keras.Input((16,)), tanh(16), layers.Dense(1)], name="cos")
    t = body(x)
    return keras.Model(x, [layers.Dense(1, name="sin")(tanh(16)(t)), head(t), layers.Dense(1, name="exp")(t)])


def in_a_chain():
    x = keras.Input((1,))
    t = tanh(16)(x)
    s = tanh(16)(t)
    c = tanh(16)(s)
    ends = [layers.Dense(1, name=name)(h) for name, h in (("sin", s), ("cos", c), ("exp", t))]
    return keras.Model(x, ends)


def one_hidden_layer_for_two():
    x = keras.Input((1,))
    t = tanh(16)(x)
    both = tanh(16)(t)
    ends = [layers.Dense(1, name=name)(h) for name, h in (("sin", both), ("cos", both), ("exp", t))]
    return keras.Model(x, ends)


def compiled(loss, weights=None, metrics=None, optimizer="rmsprop", model=None):
    model = model or two_heads()
    model.compile(optimizer=optimizer, loss=loss, loss_weights=weights, metrics=metrics)
    return model


def turned():
    """The lecture's network with its outputs listed the other way."""
    model = two_heads()
    return keras.Model(model.inputs, model.outputs[::-1])


class OwnError(keras.metrics.Metric):
    """The mean absolute error, by hand."""

    def __init__(self, name="own_error", **settings):
        super().__init__(name=name, **settings)
        self.total, self.count = (self.add_weight(name=name, initializer="zeros") for name in ("total", "count"))

    def update_state(self, truth, guess, sample_weight=None):
        self.total.assign_add(keras.ops.sum(abs(truth - guess)))
        self.count.assign_add(keras.ops.size(truth))

    def result(self):
        return self.total / self.count


NAMED = {"sin": "mse", "exp": "mae"}
WEIGHTS = {"sin": 0.1, "exp": 0.9}


def design(*trunk, sin=(), exp=(), optimizer=None, loss="mse", names=("sin", "exp")):
    x = keras.Input((1,))
    t = x
    for layer in trunk:
        t = layer(t)
    ends = []
    for name, hidden in zip(names, (sin, exp), strict=True):
        h = t
        for layer in hidden:
            h = layer(h)
        ends.append(layers.Dense(1, name=name)(h))
    model = keras.Model(x, ends)
    if optimizer != "none":
        model.compile(optimizer=optimizer or Adam(keras.optimizers.schedules.CosineDecay(0.01, 1600)), loss=loss)
    return model


def residual():
    x = keras.Input((1,))
    t = tanh(32)(x)
    t = layers.Add()([t, layers.Dense(32, "gelu")(t)])
    ends = {name: layers.Dense(1, name=name)(layers.Dense(24, "gelu")(t)) for name in ("sin", "exp")}
    model = keras.Model(x, [ends["sin"], ends["exp"]])
    model.compile(optimizer=Adam(0.004), loss={"exp": "mse", "sin": "log_cosh"}, loss_weights={"sin": 2, "exp": 1})
    return model


def no_trunk():
    x = keras.Input((1,))
    model = keras.Model(x, [layers.Dense(1, name=name)(tanh(30)(tanh(30)(x))) for name in ("sin", "exp")])
    model.compile(optimizer=Adam(0.01), loss="mse")
    return model


def exchanged_names():
    inputs, (sin, exp) = (made := two_heads()).inputs, two_heads_of(made)
    model = keras.Model(inputs, {"sin": exp, "exp": sin})
    return compiled({"sin": "mae", "exp": "mse"}, {"sin": 0.9, "exp": 0.1}, {"exp": ["mae"]}, model=model)


def two_heads_of(model):
    return model.get_layer("sin").output, model.get_layer("exp").output


def batch_norm_heads():
    x = keras.Input((1,))
    t = tanh(32)(tanh(32)(x))
    model = keras.Model(x, [layers.Dense(1, name=name)(layers.BatchNormalization()(t)) for name in ("sin", "exp")])
    model.compile(optimizer=Adam(0.01), loss="mse")
    return model


def lecture_again():
    return compiled(["mse", "mse"])


RIGHT = {
    "6.1": [three, three_in_pieces, three_nested, three_by_name],
    "6.2": [
        lambda: compiled(["mse", "mae"], [0.1, 0.9], [["mae"], []]),
        lambda: compiled({"exp": "mean_absolute_error", "sin": "MSE"}, {"exp": 0.9, "sin": 0.1}, {"sin": "mae"}),
        lambda: compiled(
            [keras.losses.MeanSquaredError(), keras.losses.MeanAbsoluteError()],
            (0.1, 0.9),
            {"sin": [keras.metrics.MeanAbsoluteError()]},
            keras.optimizers.RMSprop(),
        ),
        lambda: compiled(NAMED, WEIGHTS, {"sin": ["mae"]}, model=compiled("mse")),
        lambda: compiled(NAMED, WEIGHTS, {"sin": lambda truth, guess: keras.ops.mean(abs(truth - guess), axis=-1)}),
        lambda: compiled(NAMED, WEIGHTS, {"sin": [OwnError()]}),
        lambda: compiled(NAMED, WEIGHTS, {"sin": ["mae"]}, model=turned()),
    ],
    "6.3": [lambda: 0.13, lambda: (0.137 - 0.02) / 0.9, lambda: keras.ops.convert_to_tensor(0.13)],
    "6.4": [
        lambda: design(tanh(20), tanh(20), sin=[tanh(20), tanh(20)], exp=[tanh(30), tanh(30)]),
        lambda: design(layers.Dense(64, "gelu"), sin=[layers.Dense(32, "gelu")], exp=[tanh(8)], optimizer=Adam(0.004)),
        residual,
        lambda: design(tanh(32), sin=[tanh(32)], exp=[tanh(24)], names=("exp", "sin"), optimizer=Adam(0.006)),
    ],
}
WRONG = {
    "6.1": [
        (lambda: three(order=("sin", "exp", "cos")), "in this order"),
        (lambda: three(order=("sin", "sin", "exp")), "cos"),
        (lambda: three(own_for=("sin", "exp")), "`cos` reads"),
        (lambda: three(own_for=("sin", "exp"), order=("sin", "exp", "cos")), "have each other's names"),
        (lambda: three(order=("sin", "cos")), "exp"),
        (lambda: three(own_for=("sin", "cos", "exp")), "exp"),
        (lambda: three(own=20), "16"),
        (lambda: three(trunk=lambda units: layers.Dense(units, "sigmoid")), "sigmoid"),
        (lambda: three(names=False), "should be called `sin`, `cos`, `exp`"),
        (in_a_chain, "should read"),
        (one_hidden_layer_for_two, "16"),
    ],
    "6.2": [
        (two_heads, "not compiled"),
        (
            lambda: compiled(NAMED, {"sin": 0.9, "exp": 0.1}, {"sin": ["mae"]}),
            "weight of `sin` is 0.9; it should be 0.1",
        ),
        (lambda: compiled({"sin": "mae", "exp": "mse"}, WEIGHTS, {"sin": ["mae"]}), "loss of `sin`"),
        (lambda: compiled({"left": "mse", "right": "mae"}, [0.1, 0.9]), "outputs are called `sin`, `exp`"),
        (lambda: compiled(NAMED, {"left": 0.1, "right": 0.9}), "outputs are called `sin`, `exp`"),
        (lambda: compiled(NAMED, WEIGHTS), "metric `mean_absolute_error` of `sin` is missing"),
        (lambda: compiled(NAMED, WEIGHTS, {"exp": ["mae"]}), "metric `mean_absolute_error` of `sin` is missing"),
        (lambda: compiled(["mse", "mae"], [0.1, 0.9], ["mae"]), "1 entry for 2 outputs"),
        (lambda: compiled(["mse"], [0.1, 0.9], {"sin": ["mae"]}), "1 entry for 2 outputs"),
        (
            lambda: compiled(["mse", "mae"], [0.1, 0.9], [["mae"], []], model=turned()),
            "loss of `sin` is `mean_absolute_error`",
        ),
        (lambda: compiled(NAMED, WEIGHTS, {"sin": ["mae", "mean_absolute_error"]}), "was not asked for"),
        (lambda: compiled("mse", [0.1, 0.9], {"sin": ["mae"]}), "training would fail"),
        (lambda: compiled(["mse", "mse"], [0.1, 0.9], {"sin": ["mae"]}), "loss of `exp`"),
        (lambda: compiled(NAMED, WEIGHTS, {"sin": ["mae"]}, "adam"), "optimizer is Adam"),
        (lambda: compiled(NAMED, WEIGHTS, {"sin": ["mae"]}, keras.optimizers.RMSprop(0.1)), "learning rate is 0.1"),
        (lambda: compiled(NAMED, WEIGHTS, {"sin": ["mae", "mse"]}), "`mean_squared_error` of `sin` was not asked for"),
        (lambda: compiled(NAMED, WEIGHTS, [["mae"], ["mae"]]), "`mean_absolute_error` of `exp` was not asked for"),
        (exchanged_names, "have each other's names"),
        (lambda: compiled(NAMED, WEIGHTS, {"sin": ["mae"]}, model=design(tanh(20), optimizer="none")), "sin"),
    ],
    "6.3": [
        (lambda: 0.131, "is not it"),
        (lambda: -0.063, "weights are missing"),
        (lambda: 0.117, "without its weight"),
        (lambda: -0.07, "with its weight, 0.1"),
        (lambda: -0.43, "swapped"),
        (lambda: 0.5, "total ="),
    ],
    "6.4": [
        (lecture_again, "`sin`"),
        (no_trunk, "no trunk"),
        (batch_norm_heads, "head `sin` has no hidden layer"),
        (lambda: design(tanh(32), tanh(32), exp=[tanh(8)]), "head `sin` has no hidden layer"),
        (lambda: design(tanh(32), sin=[tanh(32)], exp=[tanh(8)], optimizer="none"), "not compiled"),
        (lambda: design(tanh(32), sin=[tanh(32)], exp=[tanh(8)], names=("left", "right")), "called `left`, `right`"),
        (lambda: design(tanh(32), sin=[tanh(32)], exp=[tanh(8)], optimizer=SGD(1e30)), "NaN"),
        (lambda: design(tanh(16), sin=[tanh(16)], exp=[tanh(8)], optimizer=Adam(1e-5)), "asked for"),
        (lambda: keras.Sequential([keras.Input((1,)), tanh(32), layers.Dense(2)]), "1 output"),
    ],
}
