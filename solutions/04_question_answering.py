# ---
# title: Question answering
# description: "A text and a question go in, one of K answers comes out: two recurrent branches, words as numbers."
# minutes: 60
# examples: [L13]
# goals:
#   - turn words into numbers, and say what an embedding and its two arguments are
#   - feed a model of two inputs by list and by dictionary
#   - pair each kind of target, whole numbers or one-hot rows, with its loss
#   - compare a model with the best that any model could reach
#   - recognise targets that teach nothing
# ---

# %%
from course_utils import Progress, data, exercise, my_progress
from course_utils import plot_difference, plot_model, predicted, show

import re

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

# %% [markdown]
# ## 1 The task
#
# A help desk gets letters. A colleague asks something about a letter, and a machine is to answer: with one of K fixed
# answers, of which one is *ask a human*.
#
# ![Two inputs, text and question, sequences of any length. Each goes through an embedding and an LSTM: 64 and 32 for the text, 32 and 16 for the question. The two results are concatenated to 48 numbers; a dense layer with softmax gives 500 numbers, one for each answer.](../figures/04_question_answering.svg)
#
# Neither input is enough. The text without the question holds three answers; the question without the text holds none.
# Look at some examples before anything else:

# %%
letters = data.questions.make(n=6000, n_validation=2000, seed=7)
answers = letters.details["answers"]

for text, question, answer in letters.details["examples"][:5]:
    print(f"{text}\n    {question}  →  {answer}\n")

# %%
print(len(answers), "answers:", ", ".join(answers))

# %% [markdown]
# Eight cities, eight plans, eight devices, and *ask a human*. The last one is right when the letter does not say, or says
# it with a word that the help desk does not know, or when the question is about something else.
#
# ## 2 Words become numbers
#
# Networks read numbers. So each word gets one: its place in a list, the **vocabulary**. Two places are taken: 0 fills
# empty space, 1 stands for every word that is not in the list.

# %%
first, some = letters.vocabulary[:2], letters.vocabulary[45:53]
print(len(letters.vocabulary), "words:", first, "…", some)

vectorize = layers.TextVectorization(vocabulary=list(letters.vocabulary[2:]))
print(np.array(vectorize(["I live in Oslo.", "I live in Timbuktu, near the river."])))

# %% [markdown]
# `TextVectorization` makes small letters, drops the punctuation, and looks each word up. Shorter texts are filled up with
# zeros, since an array must be a rectangle.
#
# Look at the second row. Which of its numbers are 1, and why?
#
# The data of this lesson is coded with the same numbers, with one difference:

# %%
print(letters.train.x["text"][0])
print(letters.decode(letters.train.x["text"][0]))

# %% [markdown]
# The zeros stand **before** the first word. An LSTM gives what its memory holds after the last step. With zeros at the
# end it would have to carry what it read through many steps of nothing. (The other way out is
# `Embedding(..., mask_zero=True)`, which lets the LSTM skip the zeros wherever they are.)

# %%
print(letters)

# %% [markdown]
# ## 3 The lecture's model
#
# An **embedding** is a table with a row of numbers for each word. `Embedding(10000, 64)`: ten thousand words, 64 numbers
# each. Nobody fills that table in; it is trained like any weight. The LSTM then reads one row a step.
#
# Here is the model with the lecture's sizes: 10,000 words, 500 answers.

# %%
text = keras.Input(shape=(None,), dtype="int32", name="text")
embedded_text = layers.Embedding(10_000, 64, name="words_of_text")(text)
encoded_text = layers.LSTM(32, name="read_text")(embedded_text)

question = keras.Input(shape=(None,), dtype="int32", name="question")
embedded_question = layers.Embedding(10_000, 32, name="words_of_question")(question)
encoded_question = layers.LSTM(16, name="read_question")(embedded_question)

together = layers.concatenate(
    [encoded_text, encoded_question], axis=-1, name="together"
)
answer = layers.Dense(500, activation="softmax", name="answer")(together)
lecture = keras.Model([text, question], answer, name="lecture")

plot_model(lecture, show_parameters=False)

# %% [markdown]
# `shape=(None,)` means any number of words. `dtype="int32"`, since these are places in a list and not quantities.
#
# > **Predict.** Which of the layers has the most parameters?

# %% tags=["answers"]
prediction = ...  # a name, in quotes
most = max(lecture.layers, key=lambda layer: layer.count_params())
print(predicted(prediction, most.name))

lecture.summary(line_length=80)

# %% tags=["answers"]
print("layer             parameters  as in the model")
counts = {
    "words_of_text": 10_000 * 64,
    "read_text": 4 * (64 * 32 + 32 * 32 + 32),
    "words_of_question": 10_000 * 32,
    "read_question": 4 * (32 * 16 + 16 * 16 + 16),
    "answer": 48 * 500 + 500,
}
for name, count in counts.items():
    print(f"{name:18} {count:9,}  {count == lecture.get_layer(name).count_params()}")
print(f"{'together':18} {sum(counts.values()):9,}")

# %% [markdown]
# <details><summary>After the run</summary>
#
# 1,000,052, and 960,000 of them are the two tables. (An LSTM has four sets of weights; each reads the word's numbers, the
# memory's last state, and has a bias.)
#
# </details>
#
# ### The arguments the wrong way round
#
# The lecture's code says `Embedding(64, text_vocabulary_size)`. The first argument is the number of words, the second the
# numbers for each. So this is a table for 64 words, with 10,000 numbers each.


# %%
def swapped_model():
    text = keras.Input(shape=(None,), dtype="int32", name="text")
    question = keras.Input(shape=(None,), dtype="int32", name="question")
    encoded_text = layers.LSTM(32, name="read_text")(
        layers.Embedding(64, 10_000, name="words_of_text")(text)
    )
    encoded_question = layers.LSTM(16, name="read_question")(
        layers.Embedding(32, 10_000, name="words_of_question")(question)
    )
    together = layers.concatenate(
        [encoded_text, encoded_question], axis=-1, name="together"
    )
    answer = layers.Dense(500, activation="softmax", name="answer")(together)
    return keras.Model([text, question], answer, name="swapped")


swapped = swapped_model()
print(f"{lecture.count_params():9,} parameters as meant")
print(f"{swapped.count_params():9,} parameters swapped")
plot_difference(swapped, lecture)

# %% [markdown]
# It builds without a word, and even computes, as long as all words stand near the front of the list:

# %%
first_words = np.array([[5, 17, 31]])
print("words up to number 31:", tuple(swapped([first_words, first_words]).shape))

try:
    swapped([np.array([[5, 17, 64]]), first_words])
except Exception as error:
    print("word number 64:", type(error).__name__)
    print(re.search(r"indices.*?\)", str(error))[0])

# %% [markdown]
# *64 is not in [0, 64)*: the table has rows 0 to 63. You would meet this in the middle of training, when the first such
# word comes along. And that is the lucky case: some backends give NaN instead, and say nothing.
#
# How to notice earlier? Count. `Embedding(words, numbers)` gives shape `(None, None, numbers)`; here the picture says
# 10,000 where 64 was meant. This mistake is the most frequent one in public copies of this example. (One lecture mends it,
# and puts the second argument into the wrong call.)
#
# ### Exercise 4.1 · Mend it
#
# There are **four mistakes** in this code. It builds and compiles without a word. The model should be the lecture's, with
# 1,000,052 parameters, for answers that come as **whole numbers** from 0 to 499.
#
# ```python
# text = keras.Input(shape=(None,), dtype="int32", name="text")
# question = keras.Input(shape=(None,), dtype="int32", name="question")
# t = layers.LSTM(32)(layers.Embedding(64, 10_000)(text))
# q = layers.LSTM(16)(layers.Embedding(10_000, 32)(text))
# answer = layers.Dense(500, activation="sigmoid")(layers.concatenate([t, q], axis=-1))
# model = keras.Model([text, question], answer)
# model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
# ```

# %%
# @answer 4.1 model
text = keras.Input(shape=(None,), dtype="int32", name="text")
question = keras.Input(shape=(None,), dtype="int32", name="question")
t = layers.LSTM(32)(layers.Embedding(10_000, 64)(text))
q = layers.LSTM(16)(layers.Embedding(10_000, 32)(question))
answer = layers.Dense(500, activation="softmax")(layers.concatenate([t, q], axis=-1))
model = keras.Model([text, question], answer)
model.compile(
    optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
# @blank
# model = ...
# @end

# %% [markdown]
# ## 4 Sized to the data
#
# Our vocabulary is small and we have 25 answers. The sizes of a model come from its data; the wiring stays.

# %%
V, K = len(letters.vocabulary), len(answers)


def reader(*names):
    """L13 for this vocabulary and these answers, with both inputs or with one."""
    sizes = {"text": (64, 32), "question": (32, 16)}
    inputs, encoded = [], []
    for name in names:
        numbers, units = sizes[name]
        tokens = keras.Input(shape=(None,), dtype="int32", name=name)
        words = layers.Embedding(V, numbers, name=f"words_of_{name}")(tokens)
        inputs.append(tokens)
        encoded.append(layers.LSTM(units, name=f"read_{name}")(words))
    together = (
        layers.concatenate(encoded, axis=-1, name="together")
        if len(encoded) > 1
        else encoded[0]
    )
    return keras.Model(
        inputs,
        layers.Dense(K, activation="softmax", name="answer")(together),
        name="reader",
    )


keras.utils.set_random_seed(7)
model_of_both = reader("text", "question")
print(f"{model_of_both.count_params():,} parameters")
plot_model(model_of_both)

# %% [markdown]
# ### By list and by dictionary
#
# Two inputs can be fed in two ways. A **list** goes by the order in `keras.Model([text, question], …)`. A **dictionary**
# goes by the names of the inputs, in any order.

# %%
some_texts = letters.train.x["text"][:4]
some_questions = letters.train.x["question"][:4]
by_list = model_of_both([some_texts, some_questions])
by_name = model_of_both({"question": some_questions, "text": some_texts})
print("the same:", np.allclose(by_list, by_name))

# %% [markdown]
# > **Predict.** What comes of `[some_questions, some_texts]`: an `"error"`, the `"same answers"` or `"other answers"`?

# %% tags=["answers"]
prediction = ...
try:
    wrong_order = model_of_both([some_questions, some_texts])
    is_same = np.allclose(by_list, wrong_order)
    comes = "same answers" if is_same else "other answers"
except ValueError:
    comes = "error"
predicted(prediction, comes)

# %% [markdown]
# <details><summary>After the run</summary>
#
# Both inputs take sequences of any length, so nothing can be noticed.
#
# </details>
#
# With names a mistake can be noticed. `letters.train.x` is a dictionary by name, and we use it from here on.
#
# ### Two kinds of targets
#
# An answer can be written as a whole number, its place in the list. Or as a **one-hot** row: K numbers, a 1 at that place.

# %%
as_number = letters.train.y["answer"][:4]
as_one_hot = keras.utils.to_categorical(as_number, num_classes=K)
print(as_number)
print(as_one_hot.astype(int))

# %% [markdown]
# Each kind has its loss. `categorical_crossentropy` is for one-hot rows; `sparse_categorical_crossentropy` for whole
# numbers. They compute the same: minus the logarithm of what the model gives to the right answer.

# %%
dense_loss = keras.losses.categorical_crossentropy(as_one_hot, by_list)
sparse_loss = keras.losses.sparse_categorical_crossentropy(as_number, by_list)
by_hand = -np.log(np.array(by_list)[np.arange(4), as_number])
print(
    "the same:",
    np.allclose(dense_loss, sparse_loss),
    np.allclose(sparse_loss, by_hand, atol=1e-5),
)

# %% [markdown]
# Mixed up, they do not fit. The messages talk about the *rank* of the target, the number of its axes: one-hot rows have
# two, whole numbers have one.

# %%
for loss, target in (
    ("categorical_crossentropy", as_number),
    ("sparse_categorical_crossentropy", as_one_hot),
):
    try:
        keras.losses.get(loss)(target, by_list)
    except ValueError as error:
        print(f"{loss}:\n    {str(error).splitlines()[0]}")

# %% [markdown]
# With 500 answers, one-hot rows take 500 times the room. So take whole numbers where you can.
#
# ### Training
#
# The lecture trains with `rmsprop` for 10 epochs in batches of 128. Our data is small: 6,000 letters make 47 steps an
# epoch. Adam with a learning rate of 0.01 takes larger steps, and 6 epochs do.


# %%
def train(model, *names, epochs):
    model.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(
        {name: letters.train.x[name] for name in names},
        letters.train.y["answer"],
        validation_data=(
            {name: letters.validation.x[name] for name in names},
            letters.validation.y["answer"],
        ),
        epochs=epochs,
        batch_size=128,
        validation_batch_size=2000,
        verbose=0,
        callbacks=[Progress(f"Trained on {' and '.join(names)}")],
    )
    return history.history["val_accuracy"]


curves = {"text and question": train(model_of_both, "text", "question", epochs=6)}
print(
    "text and question, at least 95 % right:", curves["text and question"][-1] >= 0.95
)

# %% [markdown]
# ## 5 What is each input worth?
#
# The data was made by rules, so we can say what the best possible model would reach with each input. These are the
# **ceilings**, worked out in `course_utils/data/questions.py`:
#
# - **Both**: 100 %. Letter and question decide the answer.
# - **Text alone**: about a third. You know what the letter says, but not which of three things was asked.
# - **Question alone**: about a sixth. You know that a city is asked for, not which of eight; some questions always go to a
#   human.
# - **Nothing**: 10 %. Always say *ask a human*.
#
# > **Predict.** Will an LSTM on the text alone come to within 6 points of its ceiling? Answer `True` or `False`.

# %% tags=["answers"]
prediction = ...

for name, epochs in (("text", 5), ("question", 2)):
    keras.utils.set_random_seed(7)
    curves[name] = train(reader(name), name, epochs=epochs)

ceilings = {
    "text and question": letters.ceiling[frozenset({"text", "question"})],
    "text": letters.ceiling[frozenset({"text"})],
    "question": letters.ceiling[frozenset({"question"})],
}
print("ceilings, and whether they are reached to within 6 points:")
for name, ceiling in ceilings.items():
    is_reached = bool(abs(ceiling - curves[name][-1]) < 0.06)
    print(f"{name:17}  {ceiling:4.0%}  {is_reached}")
    if name == "text":
        meeting = predicted(prediction, is_reached)
meeting

# %% tags=["answers", "drawing"]
# Plot: accuracy by epoch, and beside the ceilings.
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4))
for (name, curve), style in zip(curves.items(), ("o-", "s--", "^:")):
    left.plot(range(1, len(curve) + 1), curve, style, label=name)
left.set(xlabel="epoch", ylabel="validation accuracy", ylim=(0, 1.05))
left.legend(loc="center right")
reached = [curves[name][-1] for name in ceilings]
bars = right.barh(list(ceilings), reached, color=["C0", "C1", "C2"])
right.bar_label(bars, fmt="{:.0%}", padding=12)
for at, ceiling in enumerate(ceilings.values()):
    right.plot(
        [ceiling, ceiling],
        [at - 0.45, at + 0.45],
        "k-",
        linewidth=2,
        label="ceiling" if at == 0 else None,
    )
right.set(xlim=(0, 1.15), xlabel="validation accuracy")
right.invert_yaxis()
right.legend(loc="lower right")
figure.tight_layout()
show(
    figure,
    alt="""Left: with text and question the accuracy climbs to nearly 1; with one of
    them it soon stays level. Right: the last accuracy of each model as a bar beside a
    black mark, its ceiling; all three come near it.""",
)

# %% [markdown]
# A model that reads one input cannot pass that input's ceiling, however large it is and however long it trains. If it
# seems to, look for a leak: an answer that has found its way into the input.
#
# ## 6 Ask it yourself
#
# `ask`, in the folded cell, codes the words, asks `model_of_both` and draws what it believes.


# %% tags=["drawing"]
# Helper: asks about a letter, plots the likeliest answers.
def ask(letter, questions):
    """The answers, and a picture of the three that the model believes in most."""
    for words in (letter, *questions):
        if unknown := data.questions.unknown_words(words):
            print("not in the vocabulary:", ", ".join(unknown))
    belief = model_of_both.predict(
        {
            "text": data.questions.encode(
                [letter] * len(questions), data.questions.TEXT_LENGTH
            ),
            "question": data.questions.encode(
                questions, data.questions.QUESTION_LENGTH
            ),
        },
        verbose=0,
    )
    figure, axes = plt.subplots(
        1, len(questions), figsize=(2.6 * len(questions), 1.7), squeeze=False
    )
    for axis, question, row in zip(axes[0], questions, belief):
        best = row.argsort()[::-1][:3]
        axis.barh([answers[at] for at in best], row[best])
        axis.set(title=question, xlabel="belief", xlim=(0, 1))
        axis.title.set_fontsize(9)
        axis.invert_yaxis()
    figure.tight_layout()
    return [answers[row.argmax()] for row in belief], figure


# %% [markdown]
# Change letter and questions, and run the cell. Use the words of the vocabulary; others become 1, and you are told which.

# %%
LETTER = """Good morning, my name is Nora. I moved to Oslo last year. My tablet does
not work. I am on the family plan."""
QUESTIONS = [
    "Where does Nora live?",
    "What is broken?",
    "Which plan is it?",
    "How old is the customer?",
]

said, figure = ask(LETTER, QUESTIONS)
show(
    figure,
    alt="""For each question the three likeliest answers, as bars that say how much the
    model believes in them.""",
)

# %%
# print(said)  # the same in words

# %% [markdown]
# Did it know when to ask a human? Now make it hard. It has learned from letters of one kind, and knows nothing else about
# the world. A second city, or a phone that *does* work, were never in its letters:

# %%
said, figure = ask(
    """Hello, this is Leo. I moved from Berlin to Lisbon. My phone does work, but my
    router does not.""",
    ["Where does Leo live?", "What is broken?", "Which plan is it?"],
)
show(
    figure,
    alt="""The model's three likeliest answers to each question about a letter of a kind
    it was not trained on.""",
)

# %% [markdown]
# Look at the bars, not only at the answer. A softmax divides one unit of belief among 25 answers. It says how they compare;
# it does not say whether the letter was one that the model can read. *Ask a human* is an answer like the others, learned
# from letters that leave something out, and not a sign that the model is at a loss.
#
# ### Exercise 4.2 · Feed it
#
# Prepare one letter and one question for `model_of_both.predict`: a dictionary of two arrays, coded by
# `data.questions.encode(words, length)`, with rows as long as those of the training data
# (`data.questions.TEXT_LENGTH` and `data.questions.QUESTION_LENGTH`).

# %%
letter = """Dear help desk, I am Boris. I live in Prague. I pay for the senior plan.
My printer does not work."""
question = "Which contract does the customer have?"

# @answer 4.2 fed
fed = {
    "text": data.questions.encode(letter, data.questions.TEXT_LENGTH),
    "question": data.questions.encode(question, data.questions.QUESTION_LENGTH),
}
# @blank
# fed = {"text": ..., "question": ...}
# @end

# %% [markdown]
# ## 7 Targets that teach nothing
#
# The lecture has no data and draws some at random. Its answers are made like this, to be one-hot:

# %%
lecture_answers = np.random.default_rng(7).integers(0, 1, size=(640, 500))
print(lecture_answers.shape)

# %% [markdown]
# (The lecture writes `np.random.randint(0, 1, size=…)`; it draws the same.)
#
# > **Predict.** How many ones are there among the 640 × 500 numbers?

# %% tags=["answers"]
prediction = ...
predicted(prediction, int(lecture_answers.sum()))

# %% [markdown]
# <details><summary>After the run</summary>
#
# There are none. **The high end is exclusive**: `randint(0, 1)` draws whole numbers from 0 up to, but not including, 1.
# Every answer is a row of 500 zeros: no answer at all.
#
# </details>
#
# Does training on these answers complain?

# %%
rng = np.random.default_rng(7)
lecture.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["acc"])
history = lecture.fit(
    [rng.integers(1, 10_000, size=(640, 30)), rng.integers(1, 10_000, size=(640, 10))],
    lecture_answers,
    epochs=2,
    batch_size=128,
    verbose=0,
    callbacks=[Progress()],
)
print("loss of each epoch:", [round(abs(loss), 6) for loss in history.history["loss"]])

# %% [markdown]
# A loss of 0, from the first epoch: perfect, it seems. The cross-entropy adds up *target × −log(belief)*. When every
# target is 0, so is the sum, whatever the model believes. A loss that starts at 0 is a reason to look at the targets.
#
# Drawn rightly they would still be random. Then the training loss falls, because the model learns the rows by heart, and
# on new letters it stays at the ceiling of *nothing*. No architecture can help: where there is no rule there is nothing to
# learn.
#
# ### Exercise 4.3 · Answers at random
#
# Random targets have a use: to try out whether a model runs. Draw one-hot answers for **1,000 letters and 25 answers**:
# an array of shape `(1000, 25)`, one 1 in each row, **every** answer as likely as another.

# %%
# @answer 4.3 targets
rng = np.random.default_rng(7)
targets = np.eye(25)[rng.integers(0, 25, size=1000)]
# @blank
# targets = ...
# @end

# %% [markdown]
# ### Exercise 4.4 · Without a memory
#
# An LSTM reads word after word, which takes time. Does this task need it? Design and compile a model **without any
# recurrent layer**: two inputs, `text` and `question`, at most **20,000 parameters**, and **95 %** on validation data. The
# targets are whole numbers.
#
# The check trains a copy on the letters of this lesson, for at most 8 epochs in batches of 128. An embedding gives a
# sequence, of shape `(None, steps, numbers)`. What else makes one row out of it?

# %%
# @answer 4.4 model
text = keras.Input(shape=(None,), dtype="int32", name="text")
question = keras.Input(shape=(None,), dtype="int32", name="question")
t = layers.GlobalMaxPooling1D()(layers.Embedding(124, 32)(text))
q = layers.GlobalMaxPooling1D()(layers.Embedding(124, 32)(question))
model = keras.Model(
    [text, question], layers.Dense(25, activation="softmax")(layers.concatenate([t, q]))
)
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
# @blank
# model = ...
# @end

# %% [markdown]
# When it passes, compare its size with the 28,681 parameters of the LSTMs. Which words a letter holds is enough for these
# questions; their order says nothing more. For *my phone does work, but my router does not* it would. Choose the model by
# the task, and measure.

# %% [markdown]
# ## Recap
#
# - A vocabulary turns words into numbers, `Embedding(words, numbers)` turns those into rows that can be trained.
# - The arguments swapped build without a word. Check the last axis of the shape and the parameter count.
# - Feed by name; a list in the wrong order may pass unnoticed.
# - One-hot rows: `categorical_crossentropy`. Whole numbers: `sparse_categorical_crossentropy`.
# - Know the ceiling. A model with one input cannot do what needs two.
# - `randint(0, 1)` draws zeros only; a loss of 0 from the start is no success.
#
# ## Further reading
#
# - S. Hochreiter and J. Schmidhuber, *Long short-term memory*, 1997.
# - The Keras pages on [TextVectorization](https://keras.io/api/layers/preprocessing_layers/text/text_vectorization/) and
#   [Embedding](https://keras.io/api/layers/core_layers/embedding/).
# - J. Weston and others, *Towards AI-complete question answering*, 2015: a set of small tasks like this one, each asking
#   for one skill.

# %% [markdown]
# ## Where you are

# %%
my_progress("04")
