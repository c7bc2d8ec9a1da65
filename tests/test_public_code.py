"""What learners really write for L1, L13, L15 and L17, right and wrong, as seen in public versions of the lectures."""

import keras
import pytest
from keras import layers

from course_utils.checks.compiling import Compiled
from course_utils.checks.models import SameGraph
from tests.attempts import attempt, compiled

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("undrawn")]

CE = "categorical_crossentropy"


def judged(model, target, compiled=True):
    made = attempt(model, target)
    criteria = [SameGraph(), *([Compiled(metrics=True)] if compiled else [])]
    return [criterion.judge(made) for criterion in criteria]


def assert_right(model, target, compiled=True):
    for finding in judged(model, target, compiled):
        assert finding.passed, finding.message


def assert_told(model, target, *words, compiled=True):
    failed = [finding.message for finding in judged(model, target, compiled) if not finding.passed]
    assert failed, "a wrong model passed"
    message = " ".join(failed)
    assert all(word in message for word in words), message


# L1 ------------------------------------------------------------------------------------------------------------------


def l1(loss=CE, metrics=("accuracy",), optimizer="rmsprop", units=(32, 32, 10), last="softmax", **first):
    x = inputs = keras.Input(**{"shape": (64,), **first})
    for n in units[:-1]:
        x = layers.Dense(n, activation="relu")(x)
    model = keras.Model(inputs, layers.Dense(units[-1], activation=last)(x))
    return compiled(model, optimizer=optimizer, loss=loss, metrics=list(metrics))


def l1_made_first():
    third, second, first = layers.Dense(10, "softmax"), layers.Dense(32, "relu"), layers.Dense(32, "relu")
    x = keras.Input(shape=[64])
    model = keras.Model(inputs=[x], outputs=[third(second(first(x)))])
    return compiled(
        model, optimizer=keras.optimizers.RMSprop(), loss=[keras.losses.CategoricalCrossentropy()], metrics=["acc"]
    )


def l1_added():
    model = keras.Sequential()
    model.add(keras.Input((64,)))
    for units in (32, 32):
        model.add(layers.Dense(units=units, activation=keras.activations.relu))
    model.add(layers.Dense(10))
    model.add(layers.Activation("softmax"))
    compiled(model, loss="mse")
    return compiled(model, loss=keras.losses.categorical_crossentropy, metrics=["categorical_accuracy"])


def l1_skips_a_layer():
    x = keras.Input((64,))
    h = layers.Dense(32, "relu")(x)
    layers.Dense(32, "relu")(h)
    return compiled(keras.Model(x, layers.Dense(10, "softmax")(h)), loss=CE, metrics=["accuracy"])


class TestL1:
    @pytest.mark.parametrize("make", [l1, l1_made_first, l1_added])
    def test_right(self, make):
        assert_right(make(), l1())

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: l1(units=(32, 64, 10)), ["64", "32"]),
            (lambda: l1(units=(32, 10)), ["32"]),
            (lambda: l1(units=(32, 32, 1)), ["10"]),
            (lambda: l1(last="sigmoid"), ["sigmoid", "softmax"]),
            (lambda: l1(last=None), ["softmax"]),
            (lambda: l1(shape=(784,)), ["784", "64"]),
            (lambda: l1(loss="mse"), ["mean_squared_error", CE]),
            (lambda: l1(loss="sparse_categorical_crossentropy"), ["sparse", CE]),
            (lambda: l1(loss="categorical_crossentrophy"), ["no loss called `categorical_crossentrophy`"]),
            (lambda: l1(loss="binary_crossentropy"), ["binary"]),
            (lambda: l1(metrics=()), ["accuracy", "missing"]),
            (l1_skips_a_layer, ["reads", "never used"]),
        ],
    )
    def test_wrong(self, make, words):
        assert_told(make(), l1(), *words)


# L13: question answering ----------------------------------------------------------------------------------------------


def l13(
    *,
    tokens=10_000,
    swap=(),
    turned=False,
    axis=-1,
    sizes=(32, 16),
    answers=500,
    last="softmax",
    merge=None,
    **settings,
):
    text = keras.Input((None,), dtype="int32", name="text")
    question = keras.Input((None,), dtype="int32", name="question")
    ends = []
    for name, tensor, width, size in (("text", text, 64, sizes[0]), ("question", question, 32, sizes[1])):
        arguments = (width, tokens) if name in swap else (tokens, width)
        ends.append(layers.LSTM(size)(layers.Embedding(*arguments)(tensor)))
    both = (merge or layers.Concatenate(axis=axis))(ends[::-1] if turned else ends)
    model = keras.Model([text, question], layers.Dense(answers, activation=last)(both))
    return compiled(model, **{"loss": CE, "metrics": ["acc"], **settings})


def l13_branches_as_models():
    def branch(width, units):
        return keras.Sequential([layers.Embedding(input_dim=10_000, output_dim=width), layers.LSTM(units=units)])

    text, question = keras.Input([None]), keras.Input([None])
    both = keras.layers.concatenate([branch(64, 32)(text), branch(32, 16)(question)])
    model = keras.Model(inputs=[text, question], outputs=layers.Dense(500, "softmax")(both))
    return compiled(
        model, optimizer="RMSprop", loss={model.output_names[0]: "CategoricalCrossentropy"}, metrics=["acc"]
    )


def l13_input_never_used():
    text = keras.Input((None,), dtype="int32", name="text")
    question = keras.Input((None,), dtype="int32", name="question")
    a = layers.LSTM(32)(layers.Embedding(10_000, 64)(text))
    b = layers.LSTM(16)(layers.Embedding(10_000, 32)(text))
    try:
        model = keras.Model([text, question], layers.Dense(500, "softmax")(layers.concatenate([a, b])))
    except ValueError:
        pytest.skip("this Keras refuses such a model itself")
    return compiled(model, loss=CE, metrics=["acc"])


def l13_every_step():
    text = keras.Input((None,), dtype="int32", name="text")
    question = keras.Input((None,), dtype="int32", name="question")
    a = layers.LSTM(32, return_sequences=True)(layers.Embedding(10_000, 64)(text))
    b = layers.LSTM(16, return_sequences=True)(layers.Embedding(10_000, 32)(question))
    model = keras.Model([text, question], layers.Dense(500, "softmax")(layers.concatenate([a, b])))
    return compiled(model, loss=CE, metrics=["acc"])


class TestL13:
    @pytest.mark.parametrize(
        "make",
        [l13, lambda: l13(turned=True), lambda: l13(axis=1), l13_branches_as_models],
        ids=["lecture", "concatenated the other way round", "axis=1", "branches as models"],
    )
    def test_right(self, make):
        assert_right(make(), l13())

    def test_counts(self):
        assert l13().count_params() == 1_000_052
        assert l13(swap=("text", "question")).count_params() == 2_909_812

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: l13(swap=("text", "question")), ["swapped"]),
            (lambda: l13(swap=("text",)), ["swapped"]),
            (lambda: l13(swap=("question",)), ["swapped"]),
            (lambda: l13(sizes=(32, 32)), ["32", "16"]),
            (lambda: l13(sizes=(16, 32)), ["16", "32"]),
            (lambda: l13(answers=1), ["500"]),
            (lambda: l13(answers=1, last="sigmoid"), ["500"]),
            (lambda: l13(last="sigmoid"), ["sigmoid"]),
            (lambda: l13(sizes=(32, 32), merge=layers.Add()), ["Add", "Concatenate"]),
            (l13_input_never_used, ["question"]),
            (l13_every_step, ["every time step", "last one only"]),
            (lambda: l13(loss="sparse_categorical_crossentropy"), ["sparse"]),
            (lambda: l13(loss={"answer": CE}), ["key `answer`", "names of the layers, not of the variables"]),
        ],
    )
    def test_wrong(self, make, words):
        assert_told(make(), l13(), *words)


# L15: social media ----------------------------------------------------------------------------------------------------

LOSSES = {"age": "mse", "income": CE, "gender": "binary_crossentropy"}
WEIGHTS = {"age": 0.25, "income": 1.0, "gender": 10.0}


def trunk(posts, swap=False, pooling=layers.MaxPooling1D, last=layers.GlobalMaxPooling1D, filters=256, dense=128):
    x = layers.Embedding(*((256, 50_000) if swap else (50_000, 256)))(posts)
    x = pooling(5)(layers.Conv1D(128, 5, activation="relu")(x))
    for _ in range(2):
        x = layers.Conv1D(filters, 5, activation="relu")(x)
    x = pooling(5)(x)
    for _ in range(2):
        x = layers.Conv1D(filters, 5, activation="relu")(x)
    x = last()(x) if last else x
    return layers.Dense(dense, activation="relu")(x)


def l15(*, heads=None, listed=None, named=True, settings=None, **changes):
    posts = keras.Input((None,), dtype="int32", name="posts")
    x = trunk(posts, **changes)
    wanted = {"age": (1, None), "income": (10, "softmax"), "gender": (1, "sigmoid"), **(heads or {})}
    ends = {
        name: layers.Dense(units, activation=activation, **({"name": name} if named else {}))(x)
        for name, (units, activation) in wanted.items()
    }
    model = keras.Model([posts], [ends[name] for name in listed or ("age", "income", "gender")])
    return compiled(model, **{"loss": LOSSES, "loss_weights": WEIGHTS, **(settings or {})})


def l15_aliases():
    posts = keras.Input(shape=[None], dtype="int64", name="the_posts")
    x = layers.Embedding(50_000, 256)(posts)
    x = layers.MaxPool1D(pool_size=5)(layers.Convolution1D(128, kernel_size=(5,), activation="relu")(x))
    for _ in range(2):
        x = layers.ReLU()(layers.Convolution1D(256, 5)(x))
    x = layers.MaxPool1D(5, strides=5)(x)
    for _ in range(2):
        x = layers.Convolution1D(256, 5, padding="valid", activation="relu")(x)
    x = layers.Dense(128, activation="relu")(layers.GlobalMaxPool1D()(x))
    age = layers.Dense(1, activation="linear", name="age")(x)
    income = layers.Dense(10, activation="softmax", name="income")(x)
    gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
    model = keras.Model(posts, [age, income, gender])
    return compiled(model, loss=list(LOSSES.values()), loss_weights=list(WEIGHTS.values()))


def l15_head_listed_twice():
    posts = keras.Input((None,), dtype="int32", name="posts")
    x = trunk(posts)
    age = layers.Dense(1, name="age")(x)
    income = layers.Dense(10, activation="softmax", name="income")(x)
    layers.Dense(1, activation="sigmoid", name="gender")(x)
    return compiled(keras.Model(posts, [age, income, age]), loss="mse")


class TestL15:
    @pytest.mark.parametrize(
        "make",
        [
            l15,
            l15_aliases,
            lambda: l15(named=False, settings={"loss": list(LOSSES.values()), "loss_weights": [0.25, 1, 10]}),
            lambda: l15(
                settings={
                    "loss": ["MeanSquaredError", CE, keras.losses.BinaryCrossentropy()],
                    "loss_weights": [0.25, 1, 10],
                }
            ),
        ],
        ids=["lecture", "aliases", "no names, lists", "objects"],
    )
    def test_right(self, make):
        assert_right(make(), l15())

    def test_count(self):
        assert l15().count_params() == 14_146_316

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: l15(swap=True), ["swapped"]),
            (lambda: l15(last=None), ["GlobalMaxPooling1D"]),
            (lambda: l15(last=layers.GlobalAveragePooling1D), ["verage", "ax"]),
            (lambda: l15(pooling=layers.AveragePooling1D), ["verage"]),
            (lambda: l15(filters=128), ["128", "256"]),
            (lambda: l15(dense=64), ["64", "128"]),
            (lambda: l15(heads={"income": (1, "softmax")}), ["10"]),
            (lambda: l15(heads={"gender": (1, "softmax")}), ["softmax"]),
            (lambda: l15(heads={"age": (1, "relu")}), ["relu"]),
            (lambda: l15(listed=("age", "income")), ["gender"]),
            (l15_head_listed_twice, ["twice"]),
            (
                lambda: l15(settings={"loss_weights": {"age": 10.0, "income": 1.0, "gender": 0.25}}),
                ["`age` is 10", "0.25"],
            ),
            (lambda: l15(settings={"loss_weights": None}), ["`age` is 1"]),
            (lambda: l15(named=False), ["key `age`"]),
            (lambda: l15(settings={"loss": {**LOSSES, "income": "mse"}}), ["`income`", CE]),
            (lambda: l15(settings={"loss": {**LOSSES, "gender": "binary_crossentrophy"}}), ["binary_crossentrophy"]),
        ],
    )
    def test_wrong(self, make, words):
        assert_told(make(), l15(), *words)


# L17: headlines -------------------------------------------------------------------------------------------------------


def l17(*, swap=False, units=64, merged_from="lstm", aux=1, last="sigmoid", turned=False, depth=3, **settings):
    main, extra = keras.Input((100,), dtype="int32", name="main_input"), keras.Input((5,), name="aux_input")
    embedded = layers.Embedding(*((512, 10_000) if swap else (10_000, 512)))(main)
    lstm = layers.LSTM(32)(embedded)
    auxiliary = layers.Dense(aux, activation="sigmoid", name="aux_output")(lstm)
    x = layers.concatenate([auxiliary if merged_from == "aux_output" else lstm, extra][:: -1 if turned else 1])
    for _ in range(depth):
        x = layers.Dense(units, activation="relu")(x)
    model = keras.Model([main, extra], [layers.Dense(1, activation=last, name="main_output")(x), auxiliary])
    both = {"main_output": "binary_crossentropy", "aux_output": "binary_crossentropy"}
    return compiled(model, **{"loss": both, "loss_weights": {"main_output": 1.0, "aux_output": 0.2}, **settings})


class TestL17:
    @pytest.mark.parametrize(
        "make",
        [
            l17,
            lambda: l17(turned=True),
            lambda: l17(loss=["binary_crossentropy"] * 2, loss_weights=[1.0, 0.2]),
            lambda: l17(loss=[keras.losses.BinaryCrossentropy(), "BinaryCrossentropy"], loss_weights=(1, 0.2)),
        ],
        ids=["lecture", "concatenated the other way round", "lists", "objects"],
    )
    def test_right(self, make):
        assert_right(make(), l17())

    def test_count(self):
        assert l17().count_params() == 5_200_610

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: l17(loss="binary_crossentropy", loss_weights=[1.0, 0.2]), ["first batch"]),
            (lambda: l17(loss="binary_crossentropy", loss_weights=None), ["`aux_output` is 1", "0.2"]),
            (lambda: l17(loss=["binary_crossentropy"] * 2, loss_weights=[0.2, 1.0]), ["`main_output` is 0.2"]),
            (lambda: l17(loss="mse", loss_weights=None), ["binary_crossentropy"]),
            (lambda: l17(swap=True), ["swapped"]),
            (lambda: l17(merged_from="aux_output"), ["aux_output", "lstm"]),
            (lambda: l17(units=32), ["32", "64"]),
            (lambda: l17(depth=2), ["64"]),
            (lambda: l17(last="softmax"), ["softmax"]),
            (lambda: l17(aux=2), ["`aux_output`", "2"]),
        ],
    )
    def test_wrong(self, make, words):
        assert_told(make(), l17(), *words)
