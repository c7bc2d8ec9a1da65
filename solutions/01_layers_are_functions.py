# ---
# title: Layers are functions
# description: From one call of a layer, worked out by hand, to whole graphs; Sequential beside functional.
# minutes: 60
# examples: [L1, L2, L3, L4, L5, L6, L7]
# goals:
#   - compute by hand what a Dense layer computes
#   - write a model with the functional API, and say when Sequential is enough
#   - read a summary, and account for every parameter in it
#   - call a layer or a model on numbers and on symbols
#   - read the error of a disconnected graph, and mend it
# ---

# %%
from course_utils import Progress, compare_models, data, exercise, explore
from course_utils import my_progress, plot_model, predicted, show

from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

keras.utils.set_random_seed(7)

# %% [markdown]
# ## 1 A layer is a function
#
# You know functions: something goes in, something comes out. A layer is a function that also keeps numbers of its own,
# its **weights**. Let us make one.

# %%
f = layers.Dense(3, activation="relu", name="f")

# %% [markdown]
# `f` is a layer with 3 units. It has no weights yet: it does not know how many numbers it will read. It learns that when
# it is called for the first time. So we call it, as we would call any function, on two examples of two numbers each.

# %%
a = np.array([[1.0, 2.0], [-1.0, 0.5]], dtype="float32")
output = f(a)
tuple(output.shape)

# %% [markdown]
# Two examples came in, two came out; each has 3 numbers now, one a unit. And `f` has its weights:

# %%
for weight in f.weights:
    print(weight.name, weight.shape)

# %% [markdown]
# The **kernel** has a column for each unit and a row for each number it reads. The **bias** has one number a unit.
#
# ### By hand
#
# What did the layer compute? For one example $a$, with kernel $W$, bias $b$ and activation function $g$:
#
# $$z = b + W^\top a \qquad a' = g(z)$$
#
# Here $g$ is `relu`, which replaces negative numbers by zero. NumPy can do that with the layer's own weights. Our
# examples are rows, so $W^\top a$ is written `a @ W`.

# %%
W, b = f.get_weights()
z = b + a @ W
by_hand = np.maximum(z, 0)

print("the same numbers:", np.allclose(by_hand, output))

# %% [markdown]
# That is all that a dense layer does. The rest of this course is about how to connect such functions.
#
# ### One call, or two pieces
#
# In models you will often see both steps in one line: make the layer, and call it at once.

# %%
t = keras.Input(shape=(2,), name="t")

in_two_pieces = layers.Dense(32, name="g")
x1 = in_two_pieces(t)  # first the function, then the call

x2 = layers.Dense(32, name="h")(t)  # both in one line

print("two pieces:", x1.shape)
print("one line:  ", x2.shape)

# %% [markdown]
# `layers.Dense(32)` makes the function. The second pair of parentheses calls it. When a layer must be called more than
# once, it needs a name of its own; lesson 10 lives on that.
#
# ### Exercise 1.1 · Before the activation
#
# Take the kernel, the bias and the example below. Compute $z = b + W^\top a$, *before* any activation, as an array of
# shape `(1, 3)`. Write the formula and let NumPy do the sums.

# %%
kernel = np.array([[1.0, 0.0, -2.0], [0.5, 1.0, 3.0]])
bias = np.array([0.1, 0.2, 0.3])
example = np.array([[2.0, -1.0]])

# @answer 1.1 z_by_hand
z_by_hand = bias + example @ kernel
# @blank
# z_by_hand = ...
# @end

# %% [markdown]
# ## 2 Numbers and symbols
#
# Above, `f` was called on numbers, and `g` and `h` on `t`. What is `t`?

# %%
print(t)

# %% [markdown]
# `keras.Input` makes a **symbolic tensor**: it has a shape and a dtype, and no numbers. Calling a layer on it computes
# nothing. It only notes: *this layer reads that tensor*. Such notes, one after another, are the graph.
#
# > **Predict.** `t` has shape `(None, 2)`. What is the shape of `layers.Dense(7)(t)`?

# %% tags=["answers"]
prediction = ...
predicted(prediction, layers.Dense(7)(t).shape)

# %% [markdown]
# ## 3 The first model, twice
#
# Now a whole model. Here is its picture; the code comes after it.
#
# ![A column of four boxes joined by arrows: an input of 64 numbers, a dense layer of 32 units with relu, another of 32 units with relu, and a dense layer of 10 units with softmax, which is the output.](../figures/01_first_model.svg)
#
# 64 numbers come in. Two layers with 32 units follow, and one with 10. It will read small pictures of handwritten
# digits, 8 × 8 = 64 points each, and say which of the ten digits it sees.
#
# **Sequential** lists the layers. Each reads what the one before it gives.

# %%
sequential = keras.Sequential(
    [
        keras.Input(shape=(64,), name="points"),
        layers.Dense(32, activation="relu", name="first"),
        layers.Dense(32, activation="relu", name="second"),
        layers.Dense(10, activation="softmax", name="digit"),
    ],
    name="sequential_model",
)

# %% [markdown]
# **Functional** names the tensors. Each line calls a layer on a tensor and gets the next tensor. At the end, `Model` is
# told where the graph begins and where it ends.

# %%
points = keras.Input(shape=(64,), name="points")
x = layers.Dense(32, activation="relu", name="first")(points)
x = layers.Dense(32, activation="relu", name="second")(x)
digit = layers.Dense(10, activation="softmax", name="digit")(x)
functional = keras.Model(points, digit, name="functional_model")

plot_model(functional, show_parameters=False)

# %% [markdown]
# The two are one graph:

# %%
print("the same graph:", compare_models(sequential, functional).same)

# %% [markdown]
# Then why learn a second way? Because a list can only describe a chain. Two inputs, two outputs, a branch, a layer used
# twice, a connection that skips a layer: none of these is a list. All are graphs.
#
# ### The summary
#
# > **Predict.** How many parameters does the layer `first` have? It reads 64 numbers and has 32 units.

# %% tags=["answers"]
prediction = ...
print(predicted(prediction, functional.get_layer("first").count_params()))

functional.summary(line_length=80)

# %% [markdown]
# Every number in the last column can be accounted for: *numbers read × units + one bias a unit*.

# %% tags=["answers"]
print("numbers read × units + biases")
for name, reads, units in [("first", 64, 32), ("second", 32, 32), ("digit", 32, 10)]:
    print(f"{name:7} {reads} × {units} + {units} = {reads * units + units:,}")
print(f"together {functional.count_params():,}")

# %% [markdown]
# Keras has a drawing of its own, and the lectures use it. Its line works here, too:

# %%
picture = keras.utils.plot_model(functional, show_shapes=True, dpi=70)
Path("model.png").unlink()  # Keras leaves the picture in a file, too
show(picture, alt="The graph as Keras draws it: a box for each layer, with its shapes.")

# %% [markdown]
# ### The data
#
# Look at the data before you feed it. These digits were written by people; they come with scikit-learn.

# %%
digits = data.digits.make(halves=False, one_hot=True)
train, validation = digits.train, digits.validation
print(digits)

# %% tags=["drawing"]
# Plot: one example of each digit.
figure, axes = plt.subplots(1, 10, figsize=(10, 1.4))
for k, axis in enumerate(axes):
    at = int(np.flatnonzero(train.y["digit"][:, k])[0])
    axis.imshow(train.x["image"][at, :, :, 0], cmap="gray_r")
    axis.set_title(str(k))
    axis.axis("off")
show(
    figure,
    alt="Ten small grey pictures, one handwritten example of each digit from 0 to 9.",
)

# %% [markdown]
# The model wants 64 numbers in a row, not an 8 × 8 picture. The targets are **one-hot**: ten numbers, a 1 in the place
# of the right digit.

# %%
x_train = train.x["image"].reshape(-1, 64)
x_validation = validation.x["image"].reshape(-1, 64)
print(x_train.shape, train.y["digit"][0])

# %% [markdown]
# ### Training
#
# The settings are the lecture's: `rmsprop`, `categorical_crossentropy` for one-hot targets, accuracy as a figure to
# watch; 10 epochs in batches of 128. `Progress` shows how training goes and can be stopped: what was
# learned is kept. Afterwards a click on “curves” unfolds them.

# %%
functional.compile(
    optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"]
)
history = functional.fit(
    x_train,
    train.y["digit"],
    validation_data=(x_validation, validation.y["digit"]),
    epochs=10,
    batch_size=128,
    verbose=0,
    callbacks=[Progress()],
)

# %% tags=["drawing"]
# Plot: accuracy by epoch.
figure, axis = plt.subplots(figsize=(6, 3))
epochs = range(1, len(history.epoch) + 1)
axis.plot(epochs, history.history["accuracy"], "o-", label="training")
axis.plot(epochs, history.history["val_accuracy"], "s--", label="validation")
axis.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
axis.legend()
show(
    figure,
    alt="""Accuracy rises over ten epochs, first fast, then slowly, on training and on
    validation data alike.""",
)

# %%
reached = history.history["val_accuracy"][-1]
print("ten epochs, better than 3 of 4 right:", reached > 0.75)

# %% [markdown]
# And what does it say about single pictures? `predict` gives ten numbers for each: how much the model believes in each
# digit. They add up to 1; that is what `softmax` is for.

# %%
belief = functional.predict(x_validation[:8], verbose=0)
print("they add up to 1:", np.allclose(belief.sum(axis=1), 1))

# %% tags=["drawing"]
# Plot: eight pictures, and what the model says.
figure, axes = plt.subplots(1, 8, figsize=(10, 1.7))
for axis, image, row, truth in zip(
    axes, validation.x["image"], belief, validation.y["digit"]
):
    axis.imshow(image[:, :, 0], cmap="gray_r")
    axis.set_title(f"says {row.argmax()}\nis {truth.argmax()}", fontsize=9)
    axis.axis("off")
show(
    figure,
    alt="""Eight validation pictures, each with the digit that the model says and the
    digit that it is.""",
)

# %% [markdown]
# ### Exercise 1.2 · From Sequential to functional
#
# Write this model with the functional API: with `keras.Input`, calls of layers, and `keras.Model`.
#
# ```python
# keras.Sequential([
#     keras.Input(shape=(20,)),
#     layers.Dense(16, activation="tanh"),
#     layers.Dense(8, activation="tanh"),
#     layers.Dense(1, activation="sigmoid"),
# ])
# ```

# %%
# @answer 1.2 model
inputs = keras.Input(shape=(20,))
x = layers.Dense(16, activation="tanh")(inputs)
x = layers.Dense(8, activation="tanh")(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(inputs, outputs)
# @blank
# model = ...
# @end

# %% [markdown]
# ### Exercise 1.3 · Count first
#
# How many parameters does the model of exercise 1.2 have in all? Work it out from the rule; do not ask the summary.

# %%
# @answer 1.3 parameters
parameters = (20 * 16 + 16) + (16 * 8 + 8) + (8 * 1 + 1)
# @blank
# parameters = ...
# @end

# %% [markdown]
# ## 4 A model is a function, too
#
# A layer can be called on numbers or on symbols. So can a model. Here is one for pictures of 28 × 28 = 784 points.

# %%
points = keras.Input(shape=(784,), name="points")
x = layers.Dense(64, activation="relu", name="first")(points)
x = layers.Dense(64, activation="relu", name="second")(x)
digit = layers.Dense(10, activation="softmax", name="digit")(x)
reader = keras.Model(points, digit, name="reader")

print(f"{reader.count_params():,} parameters")
plot_model(reader)

# %% [markdown]
# On numbers, the model computes:

# %%
three_pictures = np.zeros((3, 784), dtype="float32")
tuple(reader(three_pictures).shape)

# %% [markdown]
# On a symbolic tensor, it becomes a node of a larger graph, with all its layers inside. Its weights come along; they
# are not copied. This is how large models are put together from small ones.

# %%
photo = keras.Input(shape=(784,), name="photo")
sure = layers.Dense(1, activation="sigmoid", name="is_even")(reader(photo))
larger = keras.Model(photo, sure, name="larger")

plot_model(larger)

# %% [markdown]
# To see inside, ask for it:

# %%
plot_model(larger, expand_nested=True)

# %% [markdown]
# Or open it by hand. Unfold `reader`, then go from call to call: each shows its line of code, its shapes, and how its
# number of weights comes about.

# %%
explore(larger)

# %% [markdown]
# `reader` trains as the first model did. We have no digits of 28 × 28 at hand without a download, so we enlarge ours:
# each point becomes 3 × 3 points, with a margin of 2 around them.


# %%
def enlarge(images):
    large = images[:, :, :, 0].repeat(3, axis=1).repeat(3, axis=2)
    return np.pad(large, ((0, 0), (2, 2), (2, 2))).reshape(-1, 784)


reader.compile(
    optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"]
)
history = reader.fit(
    enlarge(train.x["image"]),
    train.y["digit"],
    validation_data=(enlarge(validation.x["image"]), validation.y["digit"]),
    epochs=10,
    batch_size=128,
    verbose=0,
    callbacks=[Progress()],
)
print("better than 3 of 4 right:", history.history["val_accuracy"][-1] > 0.75)

# %% [markdown]
# ## 5 The smallest pair
#
# Two numbers in, two numbers out, nothing between. Six parameters.

# %%
smallest_sequential = keras.Sequential([keras.Input(shape=(2,)), layers.Dense(2)])

inputs = keras.Input(shape=(2,), name="inputs")
outputs = layers.Dense(2, name="dense")(inputs)
smallest = keras.Model(inputs, outputs, name="smallest")

print(smallest.count_params(), "parameters")
print("the same graph:", compare_models(smallest_sequential, smallest).same)
print(plot_model(smallest))

# %% [markdown]
# Small enough to see what learning is. Take a rule, $y = b + W^\top a$, with numbers that we choose. Show the model
# examples of the rule, and never the rule.
#
# > **Predict.** The rule stands in the first lines of the next cell. After training, what do you expect in the layer's
# > kernel?

# %% tags=["answers"]
prediction = ...  # two rows of two numbers: [[…, …], […, …]]

rule = np.array([[2.0, -1.0], [0.5, 3.0]])
shift = np.array([1.0, -2.0])

a = np.random.default_rng(7).normal(size=(500, 2))
smallest.compile(optimizer=keras.optimizers.Adam(0.1), loss="mse")
smallest.fit(
    a, a @ rule + shift, epochs=20, batch_size=50, verbose=0, callbacks=[Progress()]
)

kernel_found, bias_found = smallest.get_weights()
print(predicted(prediction, kernel_found.round(1) + 0.0))
print("and the bias:", bias_found.round(1) + 0.0)

# %% [markdown]
# <details><summary>After the run</summary>
#
# The rule itself. With a linear layer and a linear rule, training finds the very numbers.
#
# </details>
#
# ## 6 A recurrent pair
#
# An `LSTM` reads a sequence step by step and keeps a memory. Here: 100 steps of one number each. The memory has 10
# units; what it holds after the last step is what the layer gives.

# %%
sequential = keras.Sequential(
    [
        keras.Input(shape=(100, 1)),
        layers.LSTM(10),
        layers.Dense(10, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)

wave = keras.Input(shape=(100, 1), name="wave")
memory = layers.LSTM(10, name="memory")(wave)
x = layers.Dense(10, activation="relu", name="hidden")(memory)
is_fast = layers.Dense(1, activation="sigmoid", name="is_fast")(x)
recurrent = keras.Model(wave, is_fast, name="recurrent")

print("the same graph:", compare_models(sequential, recurrent).same)
print(f"{recurrent.count_params()} parameters")
plot_model(recurrent)

# %% [markdown]
# An LSTM has four sets of weights (three gates and the memory's content). Each reads the input, the memory's own last
# state, and a bias: 4 × (1 × 10 + 10 × 10 + 10) = 480. The dense layers add 110 and 11: 601.
#
# It needs sequences to learn from. Slow waves and fast waves will do: 2 or 4 periods, each from a point of its own, with
# noise.

# %%
rng = np.random.default_rng(7)
fast = rng.integers(0, 2, size=600)
phase = rng.uniform(0, 2 * np.pi, size=(600, 1))
time = np.linspace(0, 1, 100)
waves = np.sin(2 * np.pi * (2 + 2 * fast[:, None]) * time + phase) + rng.normal(
    0, 0.1, size=(600, 100)
)
waves = waves[:, :, None].astype("float32")

# %% tags=["drawing"]
# Plot: two slow and two fast waves.
figure, axes = plt.subplots(1, 2, figsize=(8, 2), sharey=True)
for axis, kind, title in zip(axes, (0, 1), ("slow: 0", "fast: 1")):
    for at in np.flatnonzero(fast == kind)[:2]:
        axis.plot(time, waves[at, :, 0])
    axis.set(title=title, xlabel="time")
axes[0].set_ylabel("value of the wave")
show(
    figure,
    alt="""Two slow waves with two periods each on the left, two fast waves with four
    periods each on the right.""",
)

# %%
recurrent.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss="binary_crossentropy",
    metrics=["accuracy"],
)
history = recurrent.fit(
    waves[:500],
    fast[:500],
    validation_data=(waves[500:], fast[500:]),
    epochs=15,
    batch_size=25,
    verbose=0,
    callbacks=[Progress()],
)
print("better than 9 of 10 right:", max(history.history["val_accuracy"]) > 0.9)

# %% [markdown]
# Look at `categorical_crossentropy` above and `binary_crossentropy` here. Ten classes need ten units with softmax. A yes
# or no needs one unit with a sigmoid, and the loss that belongs to it.
#
# ## 7 A convolutional pair, and where its parameters sit
#
# This one is only built, not trained. It reads colour photographs of 150 × 150 points.

# %%
photo = keras.Input(shape=(150, 150, 3), name="photo")
x = layers.Conv2D(32, 3, activation="relu", name="filters")(photo)
x = layers.MaxPooling2D(2, name="half_size")(x)
x = layers.Flatten(name="in_a_row")(x)
x = layers.Dense(512, activation="relu", name="hidden")(x)
answer = layers.Dense(1, activation="sigmoid", name="answer")(x)
convolutional = keras.Model(photo, answer, name="convolutional")

# The lecture writes the same layers in a row. We take the very same ones: to make
# `hidden` a second time would take another 359 MB of memory.
sequential = keras.Sequential(
    [keras.Input(shape=(150, 150, 3)), *convolutional.layers[1:]]
)
print("the same graph:", compare_models(sequential, convolutional).same)

# %% [markdown]
# > **Predict.** A filter reads 3 × 3 points of 3 colours, and there are 32 filters. Which layer has the most parameters:
# > `filters`, `hidden` or `answer`? And say aloud: how many does the model have, roughly?

# %% tags=["answers"]
prediction = ...  # a name, in quotes
most = max(convolutional.layers, key=lambda layer: layer.count_params())
print(predicted(prediction, most.name))

convolutional.summary(line_length=80)

# %% [markdown]
# Which share of them has each layer?

# %% tags=["answers"]
print("layer        parameters  share")
for layer in convolutional.layers:
    share = layer.count_params() / convolutional.count_params()
    print(f"{layer.name:10} {layer.count_params():>12,}  {share:.4%}")

# %% [markdown]
# <details><summary>After the run</summary>
#
# 89,720,705, and they sit in one place: 99.999 % belong to `hidden`. The convolution is cheap, since its 896 weights are
# used again at every point of the picture. After the pooling, 74 × 74 points with 32 numbers each are laid in a row:
# 175,232 numbers. Each of the 512 units has a weight for each of them.
#
# </details>
#
# No layer is wrong here. One of them reads too much. The cure is to make the picture small *before* it is laid in a
# row: more convolutions and poolings, or one `GlobalAveragePooling2D`, which keeps a single number for each filter.
#
# ### Exercise 1.4 · A diet
#
# Build a model for the same photographs, (150, 150, 3), with the same output, one unit with a sigmoid. It has at least
# one convolution and **at most 100,000 parameters**. How you get there is up to you.

# %%
# @answer 1.4 model
photo = keras.Input(shape=(150, 150, 3))
x = layers.Conv2D(32, 3, activation="relu")(photo)
x = layers.MaxPooling2D(2)(x)
x = layers.Conv2D(64, 3, activation="relu")(x)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dense(512, activation="relu")(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
model = keras.Model(photo, outputs)
# @blank
# model = ...
# @end

# %% [markdown]
# ## 8 The disconnected graph
#
# `keras.Model(inputs, outputs)` walks back from the outputs. If it does not arrive at the inputs that you named, there
# is no model. Everybody makes this mistake; usually a variable was used twice.

# %%
inputs = keras.Input(shape=(64,), name="inputs")
x = layers.Dense(32, activation="relu", name="hidden")(inputs)
outputs = layers.Dense(10, activation="softmax", name="outputs")(x)

unrelated = keras.Input(shape=(64,), name="unrelated")
try:
    keras.Model(unrelated, outputs)
except ValueError as error:
    print(str(error).splitlines()[0])

# %% [markdown]
# Read it from its end. *Output … is not connected to `inputs`*: walking back from the output, Keras never met the input
# that it was given. (Old Keras said "Graph disconnected", and raised a `RuntimeError` or a `ValueError`.)
#
# What to do: start at the output and follow the variables back, line by line, until one comes from somewhere else.
#
# ### Exercise 1.5 · Mend it
#
# The code below fails with the same error. Change as little as possible, and keep the functional API, so that it builds a
# model with the two hidden layers in a row: 10 → 8 → 4 → 1.
#
# ```python
# numbers = keras.Input(shape=(10,))
# x = layers.Dense(8, activation="relu")(numbers)
# numbers = keras.Input(shape=(8,))
# x = layers.Dense(4, activation="relu")(x)
# outputs = layers.Dense(1)(x)
# model = keras.Model(numbers, outputs)
# ```

# %%
# @answer 1.5 model
numbers = keras.Input(shape=(10,))
x = layers.Dense(8, activation="relu")(numbers)
x = layers.Dense(4, activation="relu")(x)
outputs = layers.Dense(1)(x)
model = keras.Model(numbers, outputs)
# @blank
# model = ...
# @end

# %% [markdown]
# ## Recap
#
# - A layer is a function with weights. `Dense` computes $g(b + W^\top a)$.
# - Called on numbers it computes; called on a symbolic tensor it draws an arrow.
# - `keras.Model(inputs, outputs)` takes the graph between two ends. A model can be called like a layer.
# - Sequential is for chains. Everything else is functional, and a chain may be.
# - Parameters of a dense layer: numbers read × units + units. Laying a picture in a row makes the first factor huge.
# - "Output … is not connected to `inputs`": follow the variables back from the output.
#
# ## Further reading
#
# - The Keras guides [The functional API](https://keras.io/guides/functional_api/) and
#   [The Sequential model](https://keras.io/guides/sequential_model/).
# - F. Chollet, *Deep Learning with Python*, section 7.1 of the first edition.

# %% [markdown]
# ## Where you are

# %%
my_progress("01")
