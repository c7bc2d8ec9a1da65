"""What a fresh copy learns: nothing counts that was there before."""

import re

import keras
import numpy as np
import pytest
from keras import layers, ops

from course_utils import data
from course_utils.checks.compiling import settings_of
from course_utils.checks.fresh import fresh_copy, untrained_numbers
from course_utils.checks.learning import CHECK_SEED, Goal, Learns, boundary_of, targets
from course_utils.checks.measures import accuracy, mean_squared_error
from course_utils.checks.reasons import reason
from course_utils.data.dataset import Dataset, Split
from course_utils.exercises import every
from course_utils.lessons.source import sources
from tests.attempts import attempt, compiled

pytestmark = pytest.mark.slow


def waves():
    return data.waves.make(n=200, n_validation=50, seed=CHECK_SEED)


def adam(rate=0.02):
    return keras.optimizers.Adam(rate)


def chain(*parts, optimizer=None, loss="mse"):
    return compiled(keras.Sequential([keras.Input((1,)), *parts]), optimizer=optimizer or adam(), loss=loss)


def judged(model, reach=0.25, epochs=30, measure=mean_squared_error, **settings):
    return Learns(waves, Goal(reach, measure), epochs=epochs, **settings).judge(attempt(model))


def table(x):
    points = waves().validation
    near = ops.argmin(ops.abs(x - points.x["x"][:, 0][None, :]), -1)
    return ops.take(ops.convert_to_tensor(points.y["sin"]), near, axis=0)


def sine(x):
    return ops.sin(2 * np.pi * x)


def times_nothing():
    x = keras.Input((1,))
    return compiled(keras.Model(x, sine(x) + 0.0 * layers.Dense(1)(layers.Dense(8)(x))), optimizer=adam(), loss="mse")


def beside():
    x = keras.Input((1,))
    added = sine(x) + layers.Dense(1)(layers.Dense(8, "tanh")(x))
    return compiled(keras.Model(x, added), optimizer=adam(), loss="mse")


def inside_a_nested_model():
    x, inner = keras.Input((1,)), keras.Input((1,))
    nested = keras.Model(inner, layers.Dense(1)(sine(inner)))
    return compiled(keras.Model(x, nested(x)), optimizer=adam(), loss="mse")


def fitted_and_frozen():
    model = chain(layers.Dense(16, "tanh"), layers.Dense(1))
    made = waves()
    model.fit(made.train.x["x"], made.train.y["sin"], epochs=60, verbose=0)
    model.trainable = False
    return chain(model, layers.Dense(1))


def fitted_but_cannot_learn():
    model = chain(layers.Dense(16, "tanh"), layers.Dense(1))
    made = waves().validation
    model.fit(made.x["x"], made.y["sin"], epochs=60, verbose=0)
    return compiled(model, optimizer=keras.optimizers.SGD(0.0), loss="mse")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: chain(layers.Lambda(sine)), "no weights that train"),
        (lambda: chain(layers.Lambda(table)), "no weights that train"),
        (times_nothing, "before any training it gives the answer already"),
        # A start may also happen to give the answer already, which is told first.
        (lambda: chain(layers.Lambda(sine), layers.Dense(1)), "the answer"),
        (lambda: chain(layers.Lambda(table), layers.Dense(4), layers.Dense(1)), "the answer"),
        (beside, "the answer"),
        (inside_a_nested_model, "the answer"),
        (
            lambda: chain(layers.Lambda(sine), layers.Dense(1, kernel_initializer="ones")),
            "before any training it gives the answer already",
        ),
        (fitted_but_cannot_learn, "after 30 epochs of training a copy"),
        (lambda: chain(layers.Dense(16, "tanh", trainable=False), layers.Dense(1, trainable=False)), "no weights"),
    ],
)
def test_what_is_not_learned_does_not_count(make, words, capsys):
    found = judged(make(), reach=0.1)
    assert not found.passed
    assert words in found.message


def test_training_that_is_the_learner_s_own_is_kept(capsys):
    class Eager(keras.Model):
        def train_step(self, batch):
            import tensorflow as tf

            x, y = batch
            with tf.GradientTape() as tape:
                loss = self.compute_loss(x, y, self(x, training=True))
            self.optimizer.apply(tape.gradient(loss, self.trainable_weights), self.trainable_weights)
            return {"loss": float(loss.numpy())}

    class Built(Eager):
        def __init__(self):
            x = keras.Input((1,))
            self_made = layers.Dense(1)(layers.Dense(16, "tanh")(x))
            super().__init__(x, self_made)

    x = keras.Input((1,))
    plain = Eager(x, layers.Dense(1)(layers.Dense(16, "tanh")(x)))
    for model in (plain, Built()):
        compiled(model, optimizer=adam(), loss="mse", run_eagerly=True)
        with fresh_copy(model) as copy:
            assert type(copy) is type(model)
        assert judged(model, reach=0.3, epochs=10).passed


def test_layers_that_keras_cannot_make_anew_are_lent_and_given_back(capsys):
    class Mine(layers.Layer):
        def __init__(self, function):
            super().__init__()
            self.function = function

        def build(self, shape):
            self.kernel = self.add_weight(shape=(shape[-1], 8), name="kernel")

        def call(self, x):
            return self.function(x @ self.kernel)

    model = chain(Mine(ops.tanh), layers.Dense(8, activation=lambda t: ops.tanh(t)), layers.Dense(1))
    before = model.get_weights()
    with fresh_copy(model) as copy:
        assert not any(np.array_equal(a, b) for a, b in zip(before, copy.get_weights(), strict=True) if a.ndim > 1)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert judged(model, epochs=60).passed
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_weights_set_by_hand_count_where_a_text_lets_them(capsys):
    flat = {"kernel_initializer": "zeros", "bias_initializer": "zeros"}
    model = chain(layers.Dense(16, "tanh", **flat), layers.Dense(1, **flat))
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    assert not judged(model, own_start=False, epochs=5).passed
    found = judged(model, own_start=True, epochs=60)
    assert found.passed, found.message
    assert not judged(fitted_but_cannot_learn(), own_start=True).passed


@pytest.mark.parametrize(
    ("loss", "boundary"),
    [
        ("binary_crossentropy", 0.5),
        (keras.losses.BinaryCrossentropy, 0.5),
        ("mse", 0.5),
        (keras.losses.BinaryCrossentropy(from_logits=True), 0.0),
        (keras.losses.BinaryFocalCrossentropy(from_logits=True), 0.0),
        (lambda truth, guess: keras.losses.binary_crossentropy(truth, guess, from_logits=True), 0.0),
        (lambda truth, guess: ops.softplus(guess) - truth * guess, 0.0),
        ("hinge", 0.0),
        ("sparse_categorical_crossentropy", 0.5),
        (None, 0.5),
        ("nonsense", 0.5),
    ],
)
def test_a_head_says_yes_where_its_loss_turns(loss, boundary):
    assert boundary_of(loss) == boundary


def signs():
    def split(n, seed):
        x = np.random.default_rng(seed).uniform(-1, 1, (n, 1)).astype("float32")
        return Split({"x": x}, {"sign": (x > 0.2).astype("float32")})

    return Dataset(split(400, 0), split(200, 1))


def test_logits_are_judged_at_0(capsys):
    model = chain(layers.Dense(1), optimizer=adam(0.05), loss=keras.losses.BinaryCrossentropy(from_logits=True))
    found = Learns(signs, Goal(0.97, accuracy), epochs=30).judge(attempt(model))
    assert found.passed, found.message


def test_one_head_that_is_given_away_is_enough():
    x = keras.Input((1,), name="x")
    ends = [
        layers.Dense(1, name="sin")(layers.Lambda(sine, name="inside")(x)),
        layers.Dense(1, name="exp")(layers.Dense(8, "tanh")(x)),
    ]
    model = compiled(keras.Model(x, ends), optimizer=adam(), loss="mse")

    def curves():
        return data.waves.make(n=200, n_validation=50, targets=("sin", "exp"))

    heads = [Goal(0.1, output=name) for name in ("sin", "exp")]
    found = Learns(curves, heads).judge(attempt(model))
    assert not found.passed
    assert "`sin`" in found.message
    assert "`exp`" not in found.message


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (
            lambda: compiled(
                keras.Sequential([keras.Input((5,), dtype="int32"), layers.Embedding(40, 2), layers.Flatten()]),
                loss="mse",
            ),
            "a word has the number 43, but an `Embedding` has room for 40 words only, 0 to 39",
        ),
    ],
)
def test_what_keras_says_is_turned_into_what_to_do(model, words):
    def words_of_43():
        split = Split({"words": np.full((4, 5), 43, "int32")}, {"y": np.zeros((4, 10), "float32")})
        return Dataset(split, split)

    assert words in Learns(words_of_43, Goal(0.1)).judge(attempt(model())).message


@pytest.mark.parametrize(
    ("loss", "target", "words"),
    [
        ("sparse_categorical_crossentropy", np.eye(3, dtype="float32"), "one-hot: use `categorical_crossentropy`"),
        ("categorical_crossentropy", np.arange(3), "not one-hot: use `sparse_categorical_crossentropy`"),
        ("binary_crossentropy", np.zeros((3, 7), "float32"), "the targets have shape (None, 7), the output has shape"),
        ("mse", np.zeros((3, 7), "float32"), "the targets have 7 numbers each, the output 3"),
    ],
)
def test_targets_that_do_not_fit_the_loss(loss, target, words, capsys):
    def one_of_three():
        split = Split({"x": np.zeros((3, 1), "float32")}, {"y": target})
        return Dataset(split, split)

    model = chain(layers.Dense(3, "softmax"), loss=loss)
    found = Learns(one_of_three, Goal(1.1, accuracy)).judge(attempt(model))
    assert words in found.message


def test_an_error_has_its_unit(capsys):
    found = judged(chain(layers.Dense(1)), reach=1e-6, epochs=1, measure=mean_squared_error.in_unit(" kg"))
    assert re.search(r"is [\d.e-]+ kg; under 1e-06 kg asked for", found.message)


def test_settings_reach_the_copy():
    model = chain(layers.Dense(1))
    model.compile("adam", "mse", run_eagerly=True, jit_compile=False)
    assert settings_of(model)["run_eagerly"]


@pytest.mark.parametrize("id", [id for id, one in every().items() if any(isinstance(c, Learns) for c in one.criteria)])
def test_text_and_check_agree_on_epochs_batches_and_seconds(id):
    number = id.split(".")[0].zfill(2)
    text = next(path for path in sources() if path.stem.startswith(number)).read_text(encoding="utf-8")
    text = text.partition(f"### Exercise {id} ")[2].partition("# @answer")[0].replace("\n# ", " ")
    criterion = next(c for c in every()[id].criteria if isinstance(c, Learns))
    for pattern, value in (
        (r"(\d+) epochs", criterion.epochs),
        (r"batches of (\d+)", criterion.batch_size),
        (r"(\d+) seconds", criterion.seconds),
    ):
        assert all(float(found) == value for found in re.findall(pattern, text))


def test_what_a_class_of_the_learner_s_own_keeps_is_the_copy_s():
    class Measured(keras.Model):
        def __init__(self, inputs, outputs):
            super().__init__(inputs, outputs)
            self.end = self.layers[-1]
            self.seen = keras.metrics.Mean(name="seen")

        def train_step(self, batch):
            self.seen.update_state(ops.mean(self.end.kernel))
            return super().train_step(batch)

    x = keras.Input((1,))
    model = Measured(x, layers.Dense(1, name="end")(layers.Dense(16, "tanh")(x)))
    compiled(model, optimizer=adam(), loss="mse")
    with fresh_copy(model) as copy:
        assert type(copy) is Measured
        assert copy.end is copy.get_layer("end")
        assert copy.end is not model.end
        assert copy.seen is not model.seen


def test_a_count_that_a_lent_layer_keeps_is_not_drawn():
    class Counting(layers.Layer):
        def __init__(self, unit):
            super().__init__()
            self.unit = unit
            self.calls = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False, name="calls")

        def call(self, x):
            return self.unit * x

    model = chain(Counting(2.0), layers.Dense(1))
    model.layers[0].calls.assign(7)
    with fresh_copy(model) as copy:
        assert copy.layers[0] is model.layers[0]
        assert int(copy.layers[0].calls) == 7


def test_what_is_computed_without_training_counts_where_it_is_a_number():
    x = keras.Input((1,))
    wild = keras.Model(x, layers.Dense(1)(ops.log(x - 9.0)))
    assert not Goal(0.1).is_built_in(wild, waves())
    assert untrained_numbers(wild, waves().validation.x["x"])
    assert untrained_numbers(wild, np.zeros((5, 3, 3))) == []


def test_targets_are_given_by_name_where_the_names_fit_else_in_order():
    sin, exp = np.zeros(3), np.ones(3)
    given = {"sin": sin, "exp": exp}
    assert targets(["exp", "sin"], given) == given
    in_order = targets(["first", "second"], given)
    assert in_order[0] is sin
    assert in_order[1] is exp


def test_what_stands_after_the_places_is_the_reason():
    text = 'Graph execution error:\n\nDetected at node answer/Cast defined at\n  File "a.py", line 3\nno such table'
    assert reason(RuntimeError(text)) == "no such table"


def test_a_class_that_the_output_has_no_unit_for():
    model = chain(layers.Dense(3), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    with pytest.raises(Exception, match="valid range") as error:
        model.fit(np.zeros((4, 1)), np.array([0, 1, 2, 5]), verbose=0)
    assert reason(error.value) == (
        "a target is class 5, but the output has 3 units, for the classes 0 to 2: it needs a unit for each class."
    )
