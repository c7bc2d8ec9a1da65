# ---
# title: Capstone
# description: A figure and no code. Build its network, beat it with fewer parameters, then design your own.
# minutes: 75
# examples: [L20]
# goals:
#   - build a network from its picture alone
#   - design a network within a budget, and judge it by what it learns
#   - describe a graph of layers in words
# ---

# %%
from course_utils import Progress, data, exercise, my_progress, plot_model, show

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

# %% [markdown]
# ## 1 The figure
#
# This is all you get. The lecture ends with such a figure, too: *build this network to learn the sine*.
#
# ![Three inputs of one number each, before, now and after, go into one shared dense layer, look, with 16 units and gelu. Its three results are concatenated in together and go through a dense layer, mix, of 16 units with gelu. The layer past adds mix and what look gave for now. From past, one dense unit gives the output sin; a dense layer, turn, of 16 units with gelu and one dense unit after it give the output cos.](../figures/13_capstone.svg)
#
# Read it before you write a line. Which boxes are calls of one layer? Where does the way split, where does it join? Which
# arrow goes past a layer? What are the outputs, and in which order?
#
# ## 2 The task
#
# In lesson 02 the network was given $x$ and learned $\sin(2\pi x)$. This one is shown three points in time: $x$ itself, a
# tenth before, and a tenth after. It says two numbers: the sine, and the cosine, which tells how steep the sine is there.

# %%
waves = data.waves.make(targets=("sin", "cos"))


def views(x):
    return {"before": x - 0.1, "now": x, "after": x + 0.1}


x_train, x_validation = views(waves.train.x["x"]), views(waves.validation.x["x"])
for name, array in (x_train | waves.train.y).items():
    print(f"{name:7} {array.shape}, from {array.min():.1f} to {array.max():.1f}")

# %% tags=["drawing"]
# Plot: the two curves, and three points in time.
figure, axis = plt.subplots(figsize=(7, 2.8))
for name, style in (("sin", "-"), ("cos", "--")):
    axis.plot(waves.train.x["x"], waves.train.y[name], style, label=f"{name}(2πx)")
at = 0.3
for position, name in ((at - 0.1, "before"), (at, "now"), (at + 0.1, "after")):
    axis.axvline(position, color="0.6", linewidth=1)
    axis.annotate(
        name, (position, -1), fontsize=8, ha="center", backgroundcolor="white"
    )
axis.set(xlabel="x", ylabel="sine and cosine")
axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
show(
    figure,
    alt="""A sine and a cosine over x from 0 to 1, with three upright lines around 0.3:
    before, now and after.""",
)

# %% [markdown]
# Nothing to be learned from `before` and `after` that is not in `now`, you may say, and you are right. The task is
# simple so that the graph can be rich.
#
# ## 3 Build it
#
# ### Exercise 13.1 · From the figure
#
# Build the network of the figure. Give the inputs and the two heads the names of the figure: data will be fed by these.

# %%
# @answer 13.1 model
inputs = [keras.Input(shape=(1,), name=name) for name in ("before", "now", "after")]
look = layers.Dense(16, activation="gelu", name="look")
seen = [look(tensor) for tensor in inputs]
together = layers.Concatenate(name="together")(seen)
mix = layers.Dense(16, activation="gelu", name="mix")(together)
past = layers.Add(name="past")([mix, seen[1]])
sine = layers.Dense(1, name="sin")(past)
turn = layers.Dense(16, activation="gelu", name="turn")(past)
cosine = layers.Dense(1, name="cos")(turn)
model = keras.Model(inputs, [sine, cosine])
# @blank
# model = ...
# @end

# %% [markdown]
# ### Exercise 13.2 · Count it from the figure
#
# How many parameters does the network have? From the figure, not from the summary.

# %%
# @answer 13.2 parameters
parameters = (
    (1 * 16 + 16) + (48 * 16 + 16) + (16 * 1 + 1) + (16 * 16 + 16) + (16 * 1 + 1)
)
# @blank
# parameters = ...
# @end

# %% [markdown]
# ### Exercise 13.3 · Make it learn
#
# Compile `model`: Adam at 0.01, the mean squared error for both heads, and the sine counting twice as much as the cosine.
# The check looks at the settings and trains a copy for at most 40 epochs; the sine's error on new points must get **under
# 0.01**.

# %%
# @answer 13.3 model
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss={"sin": "mse", "cos": "mse"},
    loss_weights={"sin": 2.0, "cos": 1.0},
)
# @blank
# # model.compile(...)
# @end

# %% [markdown]
# ### See it learn


# %% tags=["drawing"]
# Helper: trains a model on the waves, plots how it does.
def train_and_draw(model):
    history = model.fit(
        x_train,
        waves.train.y,
        validation_data=(x_validation, waves.validation.y),
        epochs=40,
        batch_size=50,
        verbose=0,
        callbacks=[Progress()],
    ).history
    said = dict(zip(("sin", "cos"), model.predict(x_validation, verbose=0)))
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3))
    for name, style in (("sin", "-"), ("cos", "--")):
        errors = history[f"val_{name}_loss"]
        left.semilogy(errors, style, label=f"{name}, ends at {errors[-1]:.2g}")
        right.plot(
            waves.train.x["x"],
            waves.train.y[name],
            style,
            linewidth=1,
            label=f"{name}, truth",
        )
        right.plot(
            waves.validation.x["x"],
            said[name],
            "x",
            markersize=4,
            label=f"{name}, network",
        )
    left.set(xlabel="epoch", ylabel="error on new points (log scale)")
    right.set(xlabel="x", ylabel="sine and cosine")
    left.legend()
    right.legend(fontsize=7)
    return show(
        figure,
        alt="""Left: the errors of both heads over the epochs. Right: predictions on the
        curves of sine and cosine.""",
    )


# %%
exercise("13.3").use(model, train_and_draw)

# %% [markdown]
# ## 4 Better, with less
#
# The network of the figure has more parameters than it needs.
#
# ### Exercise 13.4 · Within a budget
#
# Design and compile a network, `small`, with the same three inputs, `before`, `now`, `after`, and the two outputs `sin` and
# `cos`, in that order. It has
#
# - **at most 300 parameters**,
# - at least one layer that is called on what comes from different inputs, and at least one connection that skips a layer, as
#   the drawing shows them,
# - an error **under 0.01** on new points for each head, after at most 60 epochs in batches of 100.
#
# How many units, which activation, what is joined where: all is up to you.

# %%
# @answer 13.4 small
inputs = [keras.Input(shape=(1,), name=name) for name in ("before", "now", "after")]
look = layers.Dense(8, activation="gelu")
seen = [look(tensor) for tensor in inputs]
mix = layers.Dense(8, activation="gelu")(layers.Concatenate()(seen))
past = layers.Add()([mix, seen[1]])
small = keras.Model(
    inputs, [layers.Dense(1, name="sin")(past), layers.Dense(1, name="cos")(past)]
)
small.compile(optimizer=keras.optimizers.Adam(0.02), loss=["mse", "mse"])
# @blank
# small = ...
# @end

# %%
exercise("13.4").use(small, train_and_draw)

# %% [markdown]
# The legend on the left says how low each error ends. Done? With how few parameters can you do it? 140 are enough. Is the
# shared layer needed? Is the skip? Take one away, and see: one
# change at a time.
#
# ## 5 Your own
#
# ### Exercise 13.5 · A design of your own
#
# Think of a task with several things to know and several things to say: a recipe and its picture, a song's sound and text, a
# patient's age, pulse and X-ray. Design the graph: which inputs, which branches, what is shared, where they join, which
# heads. It need not be trained.
#
# The check draws your graph and tells it back in words. Any model passes in which every input reaches an output. Read the
# words, and ask yourself whether that is what you meant.

# %%
# @answer 13.5 design
sound = keras.Input(shape=(None, 20), name="sound")
words = keras.Input(shape=(None,), dtype="int32", name="words")
year = keras.Input(shape=(1,), name="year")

heard = layers.LSTM(32, name="heard")(sound)
vectors = layers.Embedding(5000, 32, name="vectors")(words)
sung = layers.LSTM(32, name="sung")(vectors)
both = layers.Concatenate(name="both")([heard, sung, year])
hidden = layers.Dense(64, activation="relu", name="hidden")(both)
kept = layers.Concatenate(name="kept")([hidden, heard])

genre = layers.Dense(8, activation="softmax", name="genre")(kept)
tempo = layers.Dense(1, name="tempo")(heard)
liked = layers.Dense(1, activation="sigmoid", name="liked")(kept)
design = keras.Model([sound, words, year], [genre, tempo, liked], name="songs")
# @blank
# design = ...
# @end

# %% [markdown]
# Two questions to end with. Would you share something in your design, and why? Which loss belongs to each of your heads,
# and how would you weigh them?
#
# ## Recap of the course
#
# - A layer is a function; a model is a graph of calls; a model is a function again.
# - Several inputs: branches, then a merge. Several outputs: heads, a loss for each, weights between them.
# - Shared layers: one set of weights, several calls. Skips: a way past.
# - A right graph can still learn nothing. Look at data, shapes, counts, curves, and predictions on new data.
# - Say what the best possible is, before you say that a model is good.
#
# ## Further reading
#
# - The Keras guide [The functional API](https://keras.io/guides/functional_api/), once more: you can now read all of it.
# - F. Chollet, *Deep Learning with Python*, second edition, chapter 7.
# - The [Keras code examples](https://keras.io/examples/): pick one, draw its model with `plot_model`, and explain the drawing.

# %% [markdown]
# ## Where you are

# %%
my_progress("13")
