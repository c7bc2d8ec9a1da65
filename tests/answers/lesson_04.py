import keras
import numpy as np
from keras import layers
from keras.optimizers import Adam

from course_utils.data import questions

LETTER = "Dear help desk, I am Boris. I live in Prague. I pay for the senior plan. My printer does not work."
QUESTION = "Which contract does the customer have?"
TEXT, ASKED = questions.encode(LETTER), questions.encode(QUESTION, questions.QUESTION_LENGTH)
SPARSE = "sparse_categorical_crossentropy"


def tokens(name=None):
    return keras.Input((None,), dtype="int32", name=name)


def lecture(
    text_table=(10_000, 64),
    question_table=(10_000, 32),
    reads="question",
    last="softmax",
    loss=SPARSE,
    metrics=("accuracy",),
    units=(32, 16),
    merge=None,
    names=("text", "question"),
    order=1,
):
    inputs = {"text": tokens(names[0]), "question": tokens(names[1])}
    t = layers.LSTM(units[0])(layers.Embedding(*text_table)(inputs["text"]))
    q = layers.LSTM(units[1])(layers.Embedding(*question_table)(inputs[reads]))
    answer = layers.Dense(500, activation=last)((merge or layers.Concatenate())([t, q]))
    model = keras.Model(list(inputs.values())[::order], answer)
    if loss:
        model.compile(optimizer="rmsprop", loss=loss, metrics=list(metrics))
    return model


def branches_as_models():
    text, question = tokens(), tokens()
    read_text = keras.Sequential([layers.Embedding(input_dim=10_000, output_dim=64), layers.LSTM(32)])
    read_question = keras.Sequential([layers.Embedding(10_000, 32), layers.LSTM(16)])
    joined = layers.concatenate([read_question(question), read_text(text)])
    model = keras.Model([text, question], layers.Softmax()(layers.Dense(500)(joined)))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(), metrics=["acc"])
    return model


def by_name():
    text, question = tokens("text"), tokens("question")
    t, q = layers.Embedding(10_000, 64), layers.Embedding(10_000, 32)
    parts = [layers.LSTM(32)(t(text)), layers.LSTM(16)(q(question))]
    answer = layers.Dense(500, keras.activations.softmax, name="answer")(keras.ops.concatenate(parts, axis=1))
    model = keras.Model({"text": text, "question": question}, answer)
    model.compile("rmsprop", {"answer": SPARSE}, metrics={"answer": ["sparse_categorical_accuracy"]})
    return model


def one_hot(low, high, seed=0):
    return np.eye(25)[np.random.default_rng(seed).integers(low, high, 1000)]


def flat(read=None, hidden=64, numbers=32, loss=SPARSE, optimizer=None, shared=False):
    text, question = tokens("text"), tokens("question")
    table = layers.Embedding(124, numbers, name="text_words")
    read = read or layers.GlobalMaxPooling1D
    t, q = read()(table(text)), read()((table if shared else layers.Embedding(124, numbers))(question))
    h = layers.concatenate([q, t])
    h = layers.Dense(hidden, "relu")(h) if hidden else h
    model = keras.Model([text, question], layers.Dense(25, "softmax")(h))
    if loss:
        model.compile(optimizer or Adam(0.01), loss)
    return model


class OwnReader(layers.Layer):
    """A recurrent layer inside another."""

    def __init__(self):
        super().__init__()
        self.inner = keras.Sequential([layers.SimpleRNN(4)])

    def call(self, x):
        return self.inner(x)


def convolution():
    text, question = keras.Input((34,), dtype="int32"), keras.Input((6,), dtype="int32")
    t = layers.Conv1D(32, 3, activation="relu", padding="same")(layers.Embedding(124, 32)(text))
    q = layers.Flatten()(layers.Embedding(124, 16)(question))
    h = layers.Dense(48, "relu")(layers.Concatenate()([layers.GlobalMaxPool1D()(t), q]))
    model = keras.Model([text, question], layers.Dense(25)(h))
    model.compile(Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def with_an_lstm_left_over():
    model = flat()
    layers.LSTM(4)(model.get_layer("text_words").output)
    return model


def text_alone():
    text = tokens("text")
    h = layers.GlobalMaxPooling1D()(layers.Embedding(124, 32)(text))
    model = keras.Model(text, layers.Dense(25, "softmax")(layers.Dense(64, "relu")(h)))
    model.compile(Adam(0.01), SPARSE)
    return model


RIGHT = {
    "4.1": [
        lambda: lecture(merge=layers.Concatenate(axis=1)),
        branches_as_models,
        by_name,
        lambda: lecture(order=-1),
        lambda: lecture(names=("letter", "asked")),
    ],
    "4.2": [
        lambda: {"question": ASKED, "text": TEXT},
        lambda: {"text": TEXT.tolist(), "question": ASKED.astype("int64")},
        lambda: {"text": questions.encode([LETTER]), "question": keras.ops.convert_to_tensor(ASKED)},
    ],
    "4.3": [
        lambda: one_hot(0, 25, seed=5),
        lambda: keras.utils.to_categorical(np.random.randint(0, 25, size=1000), 25),
        lambda: np.random.default_rng(1).multinomial(1, np.full(25, 1 / 25), size=1000),
        lambda: keras.ops.one_hot(np.random.default_rng(2).permutation(np.arange(1000) % 25), 25),
    ],
    "4.4": [
        convolution,
        with_an_lstm_left_over,
        lambda: flat(shared=True),
        lambda: flat(hidden=96, numbers=24, optimizer=Adam(0.015)),
    ],
}
WRONG = {
    "4.1": [
        (lambda: lecture(text_table=(64, 10_000), loss="categorical_crossentropy"), "10000"),
        (lambda: lecture(text_table=(64, 10_000), question_table=(32, 10_000)), "10000"),
        (lambda: lecture(reads="text"), "question"),
        (lambda: lecture(names=("question", "text")), "reads `question`; it should read `text`"),
        (lambda: lecture(names=("question", "text"), order=-1), "reads `question`; it should read `text`"),
        (lambda: lecture(last="sigmoid"), "sigmoid"),
        (lambda: lecture(loss="categorical_crossentropy"), "`categorical_crossentropy`; it should be `sparse_"),
        (lambda: lecture(loss=None), "not compiled"),
        (lambda: lecture(metrics=()), "accuracy"),
        (lambda: lecture(units=(32, 32)), "units=32"),
        (lambda: lecture(units=(32, 32), merge=layers.Add()), "Add"),
    ],
    "4.2": [
        (lambda: [TEXT, ASKED], "dictionary"),
        (lambda: {"text": TEXT}, "`question` is missing"),
        (lambda: {"text": ASKED, "question": TEXT}, "at `text`: the shape"),
        (lambda: {"text": TEXT[0], "question": ASKED[0]}, "(1, 34)"),
        (lambda: {"text": TEXT, "question": questions.encode(QUESTION)}, "at `question`: the shape"),
        (lambda: {"text": TEXT, "question": questions.encode("What is broken?", 6)}, "values differ"),
        (lambda: {"text": LETTER, "question": QUESTION}, "at `text`"),
    ],
    "4.3": [
        (lambda: np.eye(25)[np.minimum(np.random.default_rng(1).integers(0, 26, 1000), 24)], "24"),
        (lambda: np.random.randint(0, 1, size=(1000, 25)), "high end is exclusive"),
        (lambda: np.tile([0, 1], 12_500).reshape(1000, 25), "ones; each row needs exactly one"),
        (lambda: one_hot(0, 24), "answer 24 is never drawn"),
        (lambda: one_hot(0, 1), "24 of the 25"),
        (lambda: one_hot(1, 25), "answer 0 is never drawn"),
        (lambda: np.eye(25)[np.random.default_rng(2).choice([*range(7), *range(8, 25)], 1000)], "answer 7 is never"),
        (lambda: np.eye(25)[np.arange(1000) % 25], "a rule, not like chance"),
        (lambda: np.eye(25)[np.sort(np.random.default_rng(2).integers(0, 25, 1000))], "next to each other"),
        (lambda: np.eye(25)[np.r_[np.zeros(976, int), 1:25]], "Draw an answer for each row"),
        (lambda: np.eye(25)[np.tile(np.random.default_rng(2).integers(0, 25, 250), 4)], "250 places apart"),
        (lambda: np.eye(25)[np.random.default_rng(2).binomial(24, 0.5, 1000)], "never drawn"),
        (lambda: np.eye(25)[np.minimum(np.random.default_rng(2).integers(0, 30, 1000), 24)], "with the same chance"),
        (lambda: np.random.default_rng(7).integers(0, 25, size=1000), "(1000,)"),
        (lambda: np.random.default_rng(7).random((1000, 25)), "zeros and a single 1"),
        (lambda: "randint", "array of numbers"),
    ],
    "4.4": [
        (lambda: flat(read=lambda: layers.LSTM(16)), "recurrent"),
        (lambda: flat(read=lambda: layers.Bidirectional(layers.GRU(4))), "recurrent"),
        (lambda: flat(read=lambda: type("Reader", (layers.LSTM,), {})(4)), "`Reader`; do without"),
        (lambda: flat(read=lambda: layers.RNN(layers.GRUCell(4))), "recurrent"),
        (lambda: flat(read=OwnReader), "holds a recurrent layer"),
        (lambda: flat(read=lambda: layers.Lambda(layers.LSTM(4))), "holds a recurrent layer"),
        (lambda: flat(numbers=64), "at most 20,000"),
        (lambda: flat(optimizer="sgd"), "asked for"),
        (lambda: flat(loss="categorical_crossentropy"), "training fails"),
        (lambda: flat(loss=None), "not compiled"),
        (text_alone, "1 input"),
    ],
}
