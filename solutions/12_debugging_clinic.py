# ---
# title: The debugging clinic
# description: Thirteen broken models, the lectures' own mistakes among them. Symptom, diagnosis, cure.
# minutes: 90
# examples: [L7, L8, L13, L15, L17]
# goals:
#   - read an error of Keras from its first line, and say which layer or setting it is about
#   - find the mistakes that raise no error, from shapes, counts, predictions and curves
#   - mend a model with the smallest change
# ---

# %% [markdown]
# ## How the clinic works
#
# Every case is a model that somebody wrote, many of them in the lectures themselves. First you see the **symptom**: an
# error, a shape, a number, a curve. Then you give a **diagnosis**: a number, or a letter or a name in quotes, such as `"a"`.
# Then you write the **cure**: the mended model, built anew in the cell. The cases do not depend on each other. Do some today
# and some next week.
#
# Four questions find most mistakes. Ask them in this order:
#
# 1. What does the *first line* of the error say, and which layer is it about?
# 2. What *shapes* and how many *parameters* are there? Are they those that you work out by hand?
# 3. What does the *picture* show: does every input reach an output, is every head in the list?
# 4. What do the *data* say: inputs beside targets, for five examples, read by you?

# %%
import re
import warnings

from course_utils import Progress, data, exercise, my_progress, plot_model, show

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

keras.utils.set_random_seed(7)


def symptom(action):
    """Do something and print the first line of what goes wrong."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            action()
            print("no error")
        except Exception as error:
            lines = [line for line in str(error).splitlines() if line.strip()]
            print(f"{type(error).__name__}: {lines[0]}")
    for warning in {str(one.message): one for one in caught}.values():
        print(f"{warning.category.__name__}: {warning.message}")


# %% [markdown]
# ## Case 1 · No way in
#
# Two inputs, two branches, one answer.

# %%
left = keras.Input(shape=(8,), name="left")
right = keras.Input(shape=(8,), name="right")
joined = layers.Concatenate(name="joined")(
    [layers.Dense(4, name="a")(left), layers.Dense(4, name="b")(right)]
)
answer = layers.Dense(1, name="answer")(joined)

symptom(lambda: keras.Model(left, answer))

# %% [markdown]
# ### Exercise 12.1 · Case 1, the diagnosis
#
# Keras walks back from the output and arrives at a tensor that the model was not given. What is its name?
# Answer in quotes.

# %%
# @answer 12.1 diagnosis
diagnosis = "right"
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.2 · Case 1, the cure
#
# Build the model again, so that both branches have their input: 8 numbers each, a dense layer of 4 units on each, both
# concatenated, one unit.

# %%
# @answer 12.2 model
left, right = keras.Input(shape=(8,)), keras.Input(shape=(8,))
joined = layers.Concatenate()([layers.Dense(4)(left), layers.Dense(4)(right)])
model = keras.Model([left, right], layers.Dense(1)(joined))
# @blank
# model = ...
# @end

# %% [markdown]
# ## Case 2 · Three times too large
#
# Question answering, as one of the lectures has it. It should have 1,000,052 parameters.

# %%
text = keras.Input(shape=(None,), dtype="int32", name="text")
question = keras.Input(shape=(None,), dtype="int32", name="question")
text_memory = layers.LSTM(32, name="text_memory")(
    layers.Embedding(64, 10_000, name="text_words")(text)
)
question_memory = layers.LSTM(16, name="question_memory")(
    layers.Embedding(32, 10_000, name="question_words")(question)
)
joined = layers.Concatenate(name="joined")([text_memory, question_memory])
broken_2 = keras.Model(
    [text, question], layers.Dense(500, activation="softmax", name="answer")(joined)
)
print(f"{broken_2.count_params():,} parameters")

word_70 = np.full((1, 1), 70)
try:
    broken_2.get_layer("text_words")(word_70)
except Exception as error:
    print(
        type(error).__name__,
        re.search(r"indices.*? is not in \[.*?\)", str(error)).group(),
    )

# %% [markdown]
# It builds without a word. It even trains, as long as it meets no rare word. Word number 70 is too much: the table of words
# has rows 0 to 63 only.
#
# ### Exercise 12.3 · Case 2, the diagnosis
#
# In the broken model, how many numbers does `text_words` give for each word?

# %%
# @answer 12.3 diagnosis
diagnosis = 10_000
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.4 · Case 2, the cure
#
# 10,000 words in each language of the model; 64 numbers a word for the text, 32 for the question.

# %%
# @answer 12.4 model
text = keras.Input(shape=(None,), dtype="int32", name="text")
question = keras.Input(shape=(None,), dtype="int32", name="question")
text_memory = layers.LSTM(32)(layers.Embedding(10_000, 64)(text))
question_memory = layers.LSTM(16)(layers.Embedding(10_000, 32)(question))
joined = layers.Concatenate()([text_memory, question_memory])
model = keras.Model([text, question], layers.Dense(500, activation="softmax")(joined))
# @blank
# model = ...
# @end

# %% [markdown]
# ## Case 3 · An age for every moment
#
# Posts of a person, as word numbers; the model says the person's age and gender. One lecture has it like this.

# %%
posts = keras.Input(shape=(None,), dtype="int32", name="posts")
x = layers.Embedding(5000, 32, name="words")(posts)
x = layers.Conv1D(64, 5, activation="relu", name="conv_1")(x)
x = layers.MaxPooling1D(5, name="pool_1")(x)
x = layers.Conv1D(64, 5, activation="relu", name="conv_2")(x)
x = layers.Dense(64, activation="relu", name="hidden")(x)
age = layers.Dense(1, name="age")(x)
gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
broken_3 = keras.Model(posts, [age, gender], name="broken")

for name, tensor in zip(broken_3.output_names, broken_3.outputs):
    print(name, tensor.shape)

# %% [markdown]
# A person has one age: the shape should be `(None, 1)`. Here there is an axis too many. For posts of 100 words the model
# gives 15 ages.
#
# ### Exercise 12.5 · Case 3, the diagnosis
#
# What is missing? Answer with a letter in quotes.
#
# - **a** `Flatten()` before `hidden`, which lays everything in a row
# - **b** a layer that makes one row of numbers out of all time steps, for any length
# - **c** more pooling: `MaxPooling1D(5)` once more

# %%
# @answer 12.5 diagnosis
diagnosis = "b"
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.6 · Case 3, the cure
#
# One age and one gender a person, in this order, for posts of any length: the heads stay as they are. Which layer makes one
# row of numbers out of the whole post is up to you.

# %%
# @answer 12.6 model
posts = keras.Input(shape=(None,), dtype="int32", name="posts")
x = layers.Embedding(5000, 32)(posts)
x = layers.Conv1D(64, 5, activation="relu")(x)
x = layers.MaxPooling1D(5)(x)
x = layers.Conv1D(64, 5, activation="relu")(x)
x = layers.GlobalMaxPooling1D()(x)
x = layers.Dense(64, activation="relu")(x)
age = layers.Dense(1, name="age")(x)
gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
model = keras.Model(posts, [age, gender])
# @blank
# model = ...
# @end

# %% [markdown]
# ## Case 4 · Out of time
#
# The lecture feeds posts of 100 words into a deeper network.


# %%
def deep():
    posts = keras.Input(shape=(100,), dtype="int32", name="posts")
    x = layers.Embedding(5000, 32, name="words")(posts)
    x = layers.Conv1D(32, 5, activation="relu", name="conv_1")(x)
    x = layers.MaxPooling1D(5, name="pool_1")(x)
    x = layers.Conv1D(32, 5, activation="relu", name="conv_2")(x)
    x = layers.Conv1D(32, 5, activation="relu", name="conv_3")(x)
    x = layers.MaxPooling1D(5, name="pool_2")(x)
    x = layers.Conv1D(32, 5, activation="relu", name="conv_4")(x)
    x = layers.Conv1D(32, 5, activation="relu", name="conv_5")(x)
    x = layers.GlobalMaxPooling1D(name="strongest")(x)
    return keras.Model(posts, layers.Dense(1, name="age")(x))


symptom(deep)

# %% [markdown]
# Read the shape in it: `(None, 2, 32)`. Two time steps are left, and a kernel of 5 needs five. The message does not say
# which layer it was. Work it out: a convolution with a kernel of 5 takes 4 steps off; a pooling by 5 divides by 5 and drops
# the rest.
#
# ### Exercise 12.7 · Case 4, the diagnosis
#
# Which layer fails? Give its name in quotes.

# %%
# @answer 12.7 diagnosis
diagnosis = "conv_4"
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.8 · Case 4, the cure
#
# One lecture comments layers out. Do better: keep the input of 100 words, the embedding, five `Conv1D` layers with a kernel
# of 5, one after another, and the one linear unit at the end, and make the model build. There are several ways.

# %%
# @answer 12.8 model
posts = keras.Input(shape=(100,), dtype="int32")
x = layers.Embedding(5000, 32)(posts)
x = layers.Conv1D(32, 5, activation="relu", padding="same")(x)
x = layers.MaxPooling1D(5)(x)
x = layers.Conv1D(32, 5, activation="relu", padding="same")(x)
x = layers.Conv1D(32, 5, activation="relu", padding="same")(x)
x = layers.MaxPooling1D(5)(x)
x = layers.Conv1D(32, 5, activation="relu", padding="same")(x)
x = layers.Conv1D(32, 5, activation="relu", padding="same")(x)
x = layers.GlobalMaxPooling1D()(x)
model = keras.Model(posts, layers.Dense(1)(x))
# @blank
# model = ...
# @end

# %% [markdown]
# ## Case 5 · Two heads that always agree
#
# The model should say a plant's height and its weight.

# %%
leaf = keras.Input(shape=(6,), name="leaf")
x = layers.Dense(16, activation="relu", name="trunk")(leaf)
height = layers.Dense(1, name="height")(x)
weight = layers.Dense(1, name="weight")(x)
broken_5 = keras.Model(leaf, [height, height], name="broken")

first, second = broken_5.predict(
    np.random.default_rng(7).normal(size=(100, 6)), verbose=0
)
print("both outputs are equal:", np.array_equal(first, second))
print([layer.name for layer in broken_5.layers])

# %% [markdown]
# ### Exercise 12.9 · Case 5, the diagnosis
#
# Which layer was made, and is not in the model? Give its name in quotes.

# %%
# @answer 12.9 diagnosis
diagnosis = "weight"
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.10 · Case 5, the cure
#
# Build the model again, with both heads as its outputs: `height`, then `weight`.

# %%
# @answer 12.10 model
leaf = keras.Input(shape=(6,))
x = layers.Dense(16, activation="relu")(leaf)
model = keras.Model(
    leaf, [layers.Dense(1, name="height")(x), layers.Dense(1, name="weight")(x)]
)
# @blank
# model = ...
# @end

# %% [markdown]
# ## Case 6 · It does not matter
#
# A price for a house, from its size, its place and its year. Whatever you change in one of the three, the price stays.

# %%
size = keras.Input(shape=(2,), name="size")
place = keras.Input(shape=(3,), name="place")
year = keras.Input(shape=(1,), name="year")
x = layers.Concatenate(name="joined")(
    [layers.Dense(8, activation="relu", name="rooms")(size), place]
)
price = layers.Dense(1, name="price")(
    layers.Dense(16, activation="relu", name="hidden")(x)
)
broken_6 = keras.Model([size, place, year], price, name="broken")

rng = np.random.default_rng(7)
house = {
    "size": rng.normal(size=(1, 2)),
    "place": rng.normal(size=(1, 3)),
    "year": rng.normal(size=(1, 1)),
}
print("prediction made, shape", broken_6.predict(house, verbose=0).shape)

# %% [markdown]
# No error, not even a warning: Keras accepts an input that leads nowhere. The picture shows it.

# %%
plot_model(broken_6)

# %% [markdown]
# ### Exercise 12.11 · Case 6, the diagnosis
#
# Which input can be changed without any effect? Give its name in quotes.

# %%
# @answer 12.11 diagnosis
diagnosis = "year"
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.12 · Case 6, the cure
#
# Build the model again, and let the concatenation read this input, too.

# %%
# @answer 12.12 model
size, place, year = (
    keras.Input(shape=(n,), name=name)
    for n, name in ((2, "size"), (3, "place"), (1, "year"))
)
x = layers.Concatenate()([layers.Dense(8, activation="relu")(size), place, year])
x = layers.Dense(16, activation="relu")(x)
model = keras.Model([size, place, year], layers.Dense(1, name="price")(x))
# @blank
# model = ...
# @end

# %% [markdown]
# ## Case 7 · Compiles, and fails at the first batch
#
# A headline's model, cut down, compiled as in the lecture: one loss for both outputs, the second output counting a fifth.

# %%
headline = keras.Input(shape=(10,), name="headline")
x = layers.Dense(16, activation="relu", name="trunk")(headline)
main_output = layers.Dense(1, activation="sigmoid", name="main_output")(x)
aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(x)
broken_7 = keras.Model(headline, [main_output, aux_output], name="broken")

symptom(
    lambda: broken_7.compile(
        optimizer="rmsprop", loss="binary_crossentropy", loss_weights=[1.0, 0.2]
    )
)
ones = np.ones((4, 1))
symptom(lambda: broken_7.train_on_batch(np.ones((4, 10)), [ones, ones]))

# %% [markdown]
# `compile` only takes notes; what does not fit shows at the first batch. In old Keras this line worked.
#
# Give both in the same form. A list of losses beside a dict of weights raises no error, but Keras then pairs the two by
# the names in alphabetical order: here the 1.0 would go to `aux_output`.
#
# ### Exercise 12.13 · Case 7, the diagnosis
#
# What does Keras complain about? Answer with a letter in quotes.
#
# - **a** two weights for two outputs, but one loss: the lists must be of one length
# - **b** weights must add up to 1
# - **c** `binary_crossentropy` cannot be used for two outputs

# %%
# @answer 12.13 diagnosis
diagnosis = "a"
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.14 · Case 7, the cure
#
# Build the model again and compile it: rmsprop, binary cross-entropy for both, weights 1.0 and 0.2.

# %%
# @answer 12.14 model
headline = keras.Input(shape=(10,))
x = layers.Dense(16, activation="relu")(headline)
main_output = layers.Dense(1, activation="sigmoid", name="main_output")(x)
aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(x)
model = keras.Model(headline, [main_output, aux_output])
model.compile(
    optimizer="rmsprop",
    loss={"main_output": "binary_crossentropy", "aux_output": "binary_crossentropy"},
    loss_weights={"main_output": 1.0, "aux_output": 0.2},
)
# @blank
# model = ...
# @end

# %% [markdown]
# ## Case 8 · What is `auc`?
#
# One lecture wants to watch the area under the ROC curve of the head `gender`.

# %%
face = keras.Input(shape=(10,), name="face")
x = layers.Dense(16, activation="relu", name="trunk")(face)
gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
age = layers.Dense(1, name="age")(x)
broken_8 = keras.Model(face, [gender, age], name="broken")

face_losses = {"gender": "binary_crossentropy", "age": "mse"}
symptom(
    lambda: broken_8.compile(
        optimizer="rmsprop", loss=face_losses, metrics={"gender": auc}
    )
)

# %% [markdown]
# ### Exercise 12.15 · Case 8, the diagnosis
#
# What is wrong? Answer with a letter in quotes.
#
# - **a** Keras has no such metric
# - **b** `auc` is a Python name, and nothing has that name
# - **c** `metrics` does not take a dict

# %%
# @answer 12.15 diagnosis
diagnosis = "b"
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.16 · Case 8, the cure
#
# Build the model again and compile it with these losses and with the metric, on `gender` alone; `age` has none.

# %%
# @answer 12.16 model
face = keras.Input(shape=(10,))
x = layers.Dense(16, activation="relu")(face)
gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
age = layers.Dense(1, name="age")(x)
model = keras.Model(face, [gender, age])
model.compile(
    optimizer="rmsprop",
    loss={"gender": "binary_crossentropy", "age": "mse"},
    metrics={"gender": [keras.metrics.AUC()]},
)
# @blank
# model = ...
# @end

# %% [markdown]
# ## Case 9 · A loss of zero
#
# Yes or no, from four numbers. The loss is zero from the first epoch on. Too good to be true.

# %%
numbers = keras.Input(shape=(4,), name="numbers")
yes = layers.Dense(1, activation="sigmoid", name="yes")(
    layers.Dense(8, activation="relu", name="hidden")(numbers)
)
broken_9 = keras.Model(numbers, yes, name="broken")
broken_9.compile(
    optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"]
)

rng = np.random.default_rng(7)
x_rule = rng.normal(size=(400, 4))
y_rule = (x_rule.sum(axis=1, keepdims=True) > 0).astype("float32")

symptom(lambda: broken_9.fit(x_rule, y_rule, epochs=5, verbose=0))
seen = broken_9.history.history
print("the loss is 0 in all epochs:", not np.any(seen["loss"]))
print("better than 9 of 10 right:", seen["accuracy"][-1] > 0.9)

# %% [markdown]
# `categorical_crossentropy` makes the units of a row add up to 1. There is one unit, so it is always 1, and the loss is
# $-y \log 1 = 0$. Nothing to improve, nothing learned. Keras warns, in the warning above; it is easily overlooked in a long
# output.
#
# ### Exercise 12.17 · Case 9, the diagnosis
#
# What is wrong? Answer with a letter in quotes.
#
# - **a** the targets must be one-hot, so `yes` needs two targets
# - **b** the learning rate is too small to see a change
# - **c** one unit with a sigmoid needs the other cross-entropy

# %%
# @answer 12.17 diagnosis
diagnosis = "c"
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.18 · Case 9, the cure
#
# The same model, compiled with Adam and the loss that belongs to it.

# %%
# @answer 12.18 model
numbers = keras.Input(shape=(4,))
yes = layers.Dense(1, activation="sigmoid")(layers.Dense(8, activation="relu")(numbers))
model = keras.Model(numbers, yes)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
# @blank
# model = ...
# @end

# %% [markdown]
# ## Case 10 · The loudest head
#
# Three heads with the lecture's weights 0.25, 1 and 10, on raw ages. These are the losses of the untrained heads:

# %%
losses = {"age": 1700.0, "income": 2.3, "gender": 0.7}
weights = {"age": 0.25, "income": 1.0, "gender": 10.0}

parts = {head: weights[head] * losses[head] for head in losses}

# %% tags=["drawing"]
# Plot: the share of each head in the loss.
figure, axis = plt.subplots(figsize=(6, 1.8))
axis.barh(list(parts), [part / sum(parts.values()) for part in parts.values()])
axis.set(xlim=(0, 1), xlabel="share of the whole loss")
axis.invert_yaxis()
show(
    figure,
    alt="""Three bars: the share of age is nearly all of the loss; those of income and
    gender can hardly be seen.""",
)

# %% [markdown]
# In training, two of the three heads learn next to nothing for a long time.
#
# ### Exercise 12.19 · Case 10, the diagnosis
#
# Which head drowns the others? Give its name in quotes.

# %%
# @answer 12.19 diagnosis
diagnosis = "age"
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.20 · Case 10, the cure
#
# Give weights with which no head has more than half of the whole loss, and none less than a tenth: a dictionary with the
# keys of `losses`. (Scaling the ages to mean 0 and spread 1, as lesson 08 does, would be another cure: their loss is then
# about 1 at the start.)

# %%
# @answer 12.20 weights
weights = {"age": 0.001, "income": 1.0, "gender": 2.0}
# @blank
# weights = ...
# @end

# %% [markdown]
# ## Case 11 · Right from the start
#
# For want of data the lecture draws targets, `np.random.randint(0, 1, …)`: yes or no. After a few epochs the model is right
# *always*, on new data too.

# %%
rng = np.random.default_rng(7)
x_any = rng.normal(size=(1000, 4))
y_drawn = rng.integers(0, 1, size=(1000, 1))

any_numbers = keras.Input(shape=(4,), name="numbers")
drawn = layers.Dense(1, activation="sigmoid", name="yes")(any_numbers)
model_of_nothing = keras.Model(any_numbers, drawn)
model_of_nothing.compile(
    optimizer=keras.optimizers.Adam(0.05),
    loss="binary_crossentropy",
    metrics=["accuracy"],
)
history = model_of_nothing.fit(
    x_any,
    y_drawn,
    validation_split=0.2,
    epochs=10,
    batch_size=100,
    verbose=0,
    callbacks=[Progress()],
)
print("all right, on new data too:", history.history["val_accuracy"][-1] > 0.99)

# %% [markdown]
# ### Exercise 12.21 · Case 11, the diagnosis
#
# How many ones are there among the 1000 targets? The answer is in the manual: the high end of `randint` and of `integers` is
# *not* drawn.

# %%
# @answer 12.21 diagnosis
diagnosis = 0
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.22 · Case 11, the cure
#
# Draw 1000 targets at random, of shape `(1000, 1)`: zeros and ones, both about as often.

# %%
# @answer 12.22 targets
targets = np.random.default_rng(7).integers(0, 2, size=(1000, 1))
# @blank
# targets = ...
# @end

# %% [markdown]
# ## Case 12 · It learns, and has learned nothing
#
# With targets drawn *rightly* at random, the loss falls, and that convinces many. Here is a digit reader whose pictures were
# shuffled before training, and the targets were not. So every picture has the target of some other picture, which is as
# good as drawn.

# %%
digits = data.digits.make(halves=False)
x_digits, y_digits = (
    digits.train.x["image"][:300].reshape(-1, 64),
    digits.train.y["digit"][:300],
)
shuffled_x = np.random.default_rng(7).permutation(x_digits)

points = keras.Input(shape=(64,), name="points")
x = layers.Dense(128, activation="relu", name="hidden")(points)
reader = keras.Model(points, layers.Dense(10, activation="softmax", name="digit")(x))
reader.compile(
    optimizer=keras.optimizers.Adam(0.005),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = reader.fit(
    shuffled_x,
    y_digits,
    validation_data=(
        digits.validation.x["image"].reshape(-1, 64),
        digits.validation.y["digit"],
    ),
    epochs=60,
    batch_size=100,
    verbose=0,
    callbacks=[Progress()],
).history

# %% tags=["drawing"]
# Plot: accuracy on training and on validation pictures.
figure, axis = plt.subplots(figsize=(6, 3))
axis.plot(history["accuracy"], label="training")
axis.plot(history["val_accuracy"], "--", label="validation")
axis.axhline(0.1, color="0.5", linestyle=":", label="guessing")
axis.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
axis.legend()
show(
    figure,
    alt="""Accuracy on training pictures rises far above guessing. On validation
    pictures it stays at the line of guessing.""",
)

# %%
print("training, better than 4 of 10:", history["accuracy"][-1] > 0.4)
print("validation, better than 3 of 10:", max(history["val_accuracy"]) > 0.3)

# %% [markdown]
# ### Exercise 12.23 · Case 12, the diagnosis
#
# Why does training accuracy rise? Answer with a letter in quotes.
#
# - **a** the network has found something in the pictures that the validation pictures do not have
# - **b** it has weights enough to learn 300 pictures by heart, each with its wrong name
# - **c** the validation pictures come from other writers

# %%
# @answer 12.23 diagnosis
diagnosis = "b"
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.24 · Case 12, the cure
#
# Below are inputs and targets that belong together: each target is the square of its input. Shuffle both at random, so that
# they stay together, as a pair `(inputs, targets)`.

# %%
inputs = np.arange(100.0)[:, None]
squares = inputs**2
order = np.random.default_rng(7).permutation(100)

# @answer 12.24 shuffled
shuffled = (inputs[order], squares[order])
# @blank
# shuffled = ...
# @end

# %% [markdown]
# ## Case 13 · The flat start
#
# A sine, two hidden layers, 20 epochs. The graph is right, the loss is right, the data are right.

# %%
waves = data.waves.make()
x = keras.Input(shape=(1,), name="x")
h = layers.Dense(
    32, activation="sigmoid", kernel_initializer="uniform", name="hidden_1"
)(x)
h = layers.Dense(
    32, activation="sigmoid", kernel_initializer="uniform", name="hidden_2"
)(h)
flat = keras.Model(
    x, layers.Dense(1, kernel_initializer="uniform", name="y")(h), name="flat"
)
flat.compile(optimizer="rmsprop", loss="mse")
flat.fit(
    waves.train.x["x"],
    waves.train.y["sin"],
    epochs=20,
    batch_size=50,
    verbose=0,
    callbacks=[Progress()],
)
says = flat.predict(waves.train.x["x"], verbose=0)

# %% tags=["drawing"]
# Plot: the network beside the truth.
figure, axis = plt.subplots(figsize=(6, 2.6))
axis.plot(waves.train.x["x"], waves.train.y["sin"], linewidth=1, label="truth")
axis.plot(waves.train.x["x"], says, "--", label="network")
axis.set(xlabel="x", ylabel="sin(2πx)")
axis.legend()
show(
    figure,
    alt="""The truth is a full sine. The network's line is nearly straight and follows
    none of its bends.""",
)

# %% [markdown]
# ### Exercise 12.25 · Case 13, the diagnosis
#
# One lecture concludes that one network cannot learn two functions. What is it really?
# Answer with a letter in quotes.
#
# - **a** 32 units are too few for a sine
# - **b** without a third hidden layer there are no bends
# - **c** small uniform kernels and sigmoids: every unit begins flat and passes little on

# %%
# @answer 12.25 diagnosis
diagnosis = "c"
# @blank
# diagnosis = ...
# @end

# %% [markdown]
# ### Exercise 12.26 · Case 13, the cure
#
# Keep two hidden layers of 32 units, in a row. Change what you found in them, and the optimizer if you like, so that the
# error on new points gets **under 0.01**. The check trains a copy for at most 30 epochs, in batches of 50.

# %%
# @answer 12.26 model
x = keras.Input(shape=(1,))
h = layers.Dense(32, activation="tanh")(x)
h = layers.Dense(32, activation="tanh")(h)
model = keras.Model(x, layers.Dense(1)(h))
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
# @blank
# model = ...
# @end

# %% [markdown]
# ## The list on the wall
#
# | what you see | what it often is | case |
# |---|---|---|
# | *Output … is not connected to `inputs`* | an input missing in the list, or a variable used twice | 1 |
# | far too many parameters; *index is not in …* | arguments of `Embedding` swapped | 2 |
# | an axis too many in the output | no global pooling, or `return_sequences=True` | 3 |
# | *output size would be zero or negative* | the sequence or picture is too short for the stack | 4 |
# | two outputs that are equal | one head listed twice | 5 |
# | an input without effect | it leads nowhere | 6 |
# | fails at the first batch, not before | losses, weights or metrics that do not fit the outputs | 7, 8 |
# | a loss of exactly 0 | the wrong cross-entropy for the head, or targets that are all one value | 9, 11 |
# | one head learns, the others do not | losses of different size | 10 |
# | right from the start | targets without any variety | 11 |
# | training rises, validation does not | learned by heart: too little data, or targets that do not belong to the inputs | 12 |
# | slow, flat, no error | activation, start, learning rate | 13 |
#
# ## Recap
#
# - Half of all mistakes in a graph build and compile without a word. Shapes, counts and pictures find them.
# - `compile` takes notes. One batch, `train_on_batch`, is the cheapest test there is.
# - A falling loss proves nothing. Predictions on new data, beside the truth, do.
#
# ## Further reading
#
# - A. Karpathy, *A Recipe for Training Neural Networks*, 2019.
# - The Keras guide [Debugging tips](https://keras.io/examples/keras_recipes/debugging_tips/).

# %% [markdown]
# ## Where you are

# %%
my_progress("12")
