# ---
# title: "A picture and a text: price"
# description: A CNN looks at a garment, an RNN reads its description, and one linear unit says the price.
# minutes: 60
# examples: [L12]
# goals:
#   - join a convolutional and a recurrent branch in one model
#   - bring every input, and the target, to a scale that training likes
#   - predict a number with one linear unit, and judge it in euros
#   - tell how much each input is worth, against the best that is possible
# ---

# %%
from course_utils import Progress, data, exercise, my_progress
from course_utils import plot_model, predicted, show

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

# %% [markdown]
# ## 1 The shop
#
# A shop sells second-hand clothes online. Each garment has a photograph and a line of text. What is a fair price?
#
# The lecture describes a model for this in one sentence: a convolutional network looks at the picture, a recurrent
# network reads the text, and what both found goes into one price.
#
# ![A graph with two branches. On the left, a picture goes through a normalization, three convolutions with a pooling between them, and a global pooling, to 48 numbers. On the right, a description goes through an embedding and an LSTM to 32 numbers. Both are concatenated to 80 numbers; a dense layer of 64 units and one linear unit follow: the price.](../figures/05_shop.svg)
#
# The branches could hardly differ more. But what they *give* is the same kind of thing: a row of numbers for each
# garment. Rows of numbers can be concatenated, and from there on it does not matter where they came from.
#
# ## 2 The data
#
# The garments are drawn by the course: pictures of 24 × 24 points in three colours, and descriptions in words.

# %%
garments = data.clothing.make()
train, validation = garments.train, garments.validation
print(garments)

# %% tags=["drawing"]
# Plot: eight garments.
figure, axes = plt.subplots(2, 4, figsize=(8.4, 5.8), layout="constrained")
figure.get_layout_engine().set(h_pad=0.12)
for at, axis in enumerate(axes.flat):
    axis.imshow(train.x["picture"][at])
    axis.set_title(f"{train.y['price'][at, 0]:.0f} €")
    axis.set_xlabel("\n".join(garments.details["examples"][at].split(", ")), fontsize=8)
    axis.set(xticks=[], yticks=[])
show(
    figure,
    alt="""Eight small colour pictures of garments. Above each stands its price, beneath
    it the description: brand, material, condition and often a size, in changing
    order.""",
)

# %% [markdown]
# The picture shows the **kind** of garment, its **colour** and its **pattern**. The description names **brand**,
# **material** and **condition**. The size is there to distract: it does not matter. The price follows from both:
#
# $$\text{price} = (\text{kind} + \text{colour} + \text{pattern}) \cdot \text{brand} \cdot \text{material} \cdot \text{condition} + \text{noise}$$
#
# The picture gives a sum in euros, the text three factors. The noise is the mood of the seller: nobody can predict it.
# The model sees none of this, only pictures, words and prices.
#
# ### How good can it get?
#
# We measure the **root mean squared error** (RMSE): square the errors, take the mean, take the root. It is in euros.
# Because we know how the prices are made, we can work out the least RMSE that *any* model can reach. With both inputs
# only the noise is left. The course calls this best value the **ceiling**, though for an error it is the lowest.
#
# > **Predict.** Which single input allows the smaller error: the `"picture"`, or the `"description"`?

# %% tags=["answers"]
prediction = ...
picture, description = (
    garments.ceiling[frozenset({name})] for name in ("picture", "description")
)
print(predicted(prediction, "picture" if picture < description else "description"))

for inputs in (["picture", "description"], ["description"], ["picture"], []):
    name = " and ".join(inputs) or "nothing (always the mean)"
    print(f"{name:26} {garments.ceiling[frozenset(inputs)]:5.1f} €")

# %% [markdown]
# <details><summary>After the run</summary>
#
# The description. A brand or a hole changes the price by a larger factor than the step from a hat to a bag.
#
# </details>
#
# ## 3 Scales
#
# A network starts with small random weights, and it learns in small steps. Both suit numbers around 0, most of them
# between −2 and 2. Ours are not like that:
#
# - the **picture** is bright: colours from 0 to 1, most of them near the upper end;
# - the **description** is made of token numbers. They are names, not amounts, and an `Embedding` looks them up: nothing
#   to scale here;
# - the **price** is about 68 €, and varies by about 26 €.
#
# For the picture there is a layer, `Normalization`. `adapt` shows it the data once. It notes mean and variance, here one
# pair for each colour (`axis=-1`: the last axis). From then on it subtracts the mean and divides by the standard
# deviation. It is adapted to *training* data: the validation data must stay unseen, even by a mean.

# %%
normalise = layers.Normalization(axis=-1, name="normalise")
normalise.adapt(train.x["picture"])

before = train.x["picture"][:500]
after = np.array(normalise(before))
print(
    "mean 0, standard deviation 1, about:",
    abs(after.mean()) < 0.1 and abs(after.std() - 1) < 0.1,
)

# %% [markdown]
# The price we scale ourselves, and round numbers will do:

# %%
MEAN, SPREAD = 68, 26  # euros


def scale(price):
    return (price - MEAN) / SPREAD


def euros(scaled):
    return scaled * SPREAD + MEAN


# %% tags=["drawing"]
# Plot: colours and prices, before and after.
figure, axes = plt.subplots(1, 2, figsize=(9, 2.8))
for axis, name, values in (
    (axes[0], "colours", {"as they are": before, "normalised": after}),
    (
        axes[1],
        "prices",
        {"in euros": train.y["price"], "scaled": scale(train.y["price"])},
    ),
):
    for (label, numbers), style in zip(values.items(), ("--", "-")):
        heights, edges = np.histogram(numbers, bins=40)
        axis.plot(edges[:-1], heights / heights.max(), style, label=label)
    axis.set(title=name, yticks=[])
    axis.legend()
show(
    figure,
    alt="""Two pairs of histograms. Colours as they are lie between 0 and 1, normalised
    they spread around 0. Prices in euros reach from near 0 far to the right; scaled
    they stand as a narrow peak at 0.""",
)

# %% [markdown]
# ### Exercise 5.1 · Each on its own scale
#
# A parcel service guesses a price from two inputs: `colour`, three numbers from 0 to 255, and `weight`, one number, in
# grams. Build a model in which **each input has a `Normalization` of its own**, adapted to the arrays below. Then
# concatenate, and add `Dense(16, relu)` and one linear unit.

# %%
rng = np.random.default_rng(5)
colours = rng.uniform(0, 255, size=(300, 3)).astype("float32")
weights = rng.normal(600, 150, size=(300, 1)).astype("float32")

# @answer 5.1 model
colour = keras.Input(shape=(3,), name="colour")
weight = keras.Input(shape=(1,), name="weight")
of_colour, of_weight = layers.Normalization(), layers.Normalization()
of_colour.adapt(colours)
of_weight.adapt(weights)
x = layers.concatenate([of_colour(colour), of_weight(weight)])
x = layers.Dense(16, activation="relu")(x)
model = keras.Model([colour, weight], layers.Dense(1)(x))
# @blank
# model = ...
# @end

# %% [markdown]
# ## 4 The model
#
# Each branch is written as a function from a tensor to a tensor, since we shall want each of them alone later.
#
# **The picture.** A convolution with `strides=2` moves its filters two points at a time, so it halves the picture as it
# reads it. Two more convolutions follow. At the end, `GlobalMaxPooling2D` keeps one number for each filter: how strongly
# it found its pattern *anywhere*. A shoe is a shoe wherever it stands.
#
# **The description.** The tokens become vectors, and an `LSTM` reads them in order.


# %%
def look(pixels):
    x = layers.Conv2D(16, 3, strides=2, activation="relu", name="edges")(pixels)
    x = layers.Conv2D(24, 3, activation="relu", name="parts")(x)
    x = layers.MaxPooling2D(2, name="half_size")(x)
    x = layers.Conv2D(48, 3, activation="relu", name="shapes")(x)
    return layers.GlobalMaxPooling2D(name="seen")(x)


def read(tokens):
    x = layers.Embedding(len(garments.vocabulary), 16, name="words")(tokens)
    return layers.LSTM(32, name="read")(x)


def decide(x):
    x = layers.Dense(64, activation="relu", name="weigh")(x)
    return layers.Dense(1, name="price")(x)


keras.utils.set_random_seed(7)
picture = keras.Input(shape=(24, 24, 3), name="picture")
description = keras.Input(shape=(None,), dtype="int32", name="description")
both = layers.concatenate([look(normalise(picture)), read(description)], name="both")
shop = keras.Model([picture, description], decide(both), name="shop")

plot_model(shop, show_parameters=False)

# %% [markdown]
# The last layer is **one linear unit**: one number, with no activation. A price can be anything. A sigmoid would end at
# 1, a `relu` could not go below 0, and about half of our scaled prices are negative.
#
# > **Predict.** Which layer has the most parameters?

# %% tags=["answers"]
prediction = ...  # a name, in quotes
most = max(shop.layers, key=lambda layer: layer.count_params())
print(predicted(prediction, most.name))

shop.summary(line_length=80)

# %% [markdown]
# Every count can be worked out:
#
# <details><summary>After the run</summary>
#
# | layer | parameters | because |
# |---|---|---|
# | `normalise` | 7 | three means, three variances, one counter; not trained |
# | `edges` | 3·3·3 · 16 + 16 = 448 | 16 filters read 3 × 3 points of 3 colours |
# | `parts` | 3·3·16 · 24 + 24 = 3,480 | 24 filters read 3 × 3 points of 16 numbers |
# | `shapes` | 3·3·24 · 48 + 48 = 10,416 | 48 filters read 3 × 3 points of 24 numbers |
# | `words` | 44 · 16 = 704 | 44 tokens, 16 numbers each |
# | `read` | 4 · (16·32 + 32·32 + 32) = 6,272 | four sets of weights, as in lesson 01 |
# | `weigh` | (48 + 32) · 64 + 64 = 5,184 | reads both branches |
# | `price` | 64 + 1 = 65 | one linear unit |
#
# </details>
#
# ### Exercise 5.2 · Film posters
#
# A cinema predicts how many people will come to a film, from its poster and a short text about it. Build the graph:
#
# - `poster`, 32 × 32 points of three colours → convolution with 8 filters of size 3, relu → `GlobalMaxPooling2D`;
# - `text`, int32 tokens of any length, from a vocabulary of 500 → vectors of 12 numbers → LSTM with 10 units;
# - both concatenated → one unit that can say any number.

# %%
# @answer 5.2 model
poster = keras.Input(shape=(32, 32, 3), name="poster")
text = keras.Input(shape=(None,), dtype="int32", name="text")
seen = layers.GlobalMaxPooling2D()(layers.Conv2D(8, 3, activation="relu")(poster))
words = layers.LSTM(10)(layers.Embedding(500, 12)(text))
visitors = layers.Dense(1)(layers.concatenate([seen, words]))
model = keras.Model([poster, text], visitors)
# @blank
# model = ...
# @end

# %% [markdown]
# ## 5 Training
#
# The learning rate falls along a cosine, as in lesson 02. The inputs go in as a dict by name. The target is a plain
# array: a model with one output does not take a dict of targets.
#
# The loss is the mean squared error of *scaled* prices. Its root, times `SPREAD`, is the RMSE in euros.


# %%
def fit(model, inputs, epochs):
    """Train on the inputs with these names; the validation RMSE in euros by epoch."""
    steps = epochs * -(-len(train) // 128)
    rate = keras.optimizers.schedules.CosineDecay(0.004, decay_steps=steps)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
    history = model.fit(
        {name: train.x[name] for name in inputs},
        scale(train.y["price"]),
        validation_data=(
            {name: validation.x[name] for name in inputs},
            scale(validation.y["price"]),
        ),
        epochs=epochs,
        batch_size=128,
        verbose=0,
        callbacks=[Progress(f"Trained on {' and '.join(inputs)}")],
    )
    return np.sqrt(history.history["val_loss"]) * SPREAD


BOTH = ["picture", "description"]
errors = {"both": fit(shop, BOTH, epochs=6)}
ceilings = {"both": garments.ceiling[frozenset(BOTH)]}
print("within 10 % of the ceiling:", errors["both"][-1] < 1.1 * ceilings["both"])

# %%
said = euros(shop.predict(validation.x, verbose=0))[:, 0]
truth = validation.y["price"][:, 0]

# %% tags=["drawing"]
# Plot: the error by epoch; predicted beside true prices.
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
left.plot(range(1, len(errors["both"]) + 1), errors["both"], "o-", label="validation")
left.axhline(
    ceilings["both"], linestyle="--", color="black", label="ceiling: the noise"
)
left.set(xlabel="epoch", ylabel="RMSE in €", ylim=(0, 1.2 * max(errors["both"])))
left.legend()
right.plot(truth, said, ".", markersize=3)
right.plot([0, 200], [0, 200], color="black", linewidth=1)
right.set(xlabel="true price in €", ylabel="predicted price in €", aspect="equal")
show(
    figure,
    alt="""Left: the validation error falls towards a dashed line, the ceiling. Right:
    predicted against true prices, a narrow band of points along the diagonal.""",
)

# %% [markdown]
# A figure is not enough. Look at single garments, none of which was trained on:

# %% tags=["drawing"]
# Plot: twelve garments, predicted and true.
figure, axes = plt.subplots(2, 6, figsize=(10, 5.2), layout="constrained")
for at, axis in enumerate(axes.flat):
    axis.imshow(validation.x["picture"][at])
    axis.set_title(f"says {said[at]:.0f} €\nis {truth[at]:.0f} €", fontsize=10)
    words = garments.decode(validation.x["description"][at]).split()
    axis.set_xlabel(
        "\n".join(" ".join(words[k : k + 4]) for k in range(0, len(words), 4)),
        fontsize=8,
    )
    axis.set(xticks=[], yticks=[])
show(
    figure,
    alt="""Twelve garments from the validation data. Above each stands the price that
    the model says and the price that it is; beneath it the words of the
    description.""",
)

# %% [markdown]
# ### Ask it yourself
#
# One picture, two descriptions. Change the words and run the cell again.


# %% tags=["drawing"]
# Helper: asks what a bag costs, as described, and plots it.
def ask(descriptions):
    """What the model says in euros, and a picture of it."""
    kinds = list(garments.details["kinds"])
    kind_of = garments.details["properties"]["validation"][:, 0]
    bag = validation.x["picture"][np.flatnonzero(kind_of == kinds.index("bag"))[0]]
    words = data.clothing.encode(descriptions)
    inputs = {"picture": np.stack([bag] * len(descriptions)), "description": words}
    prices = euros(shop.predict(inputs, verbose=0))[:, 0]

    figure, axis = plt.subplots(figsize=(2.6, 2.6))
    axis.imshow(bag)
    lines = [f"{text}: {price:.0f} €" for text, price in zip(descriptions, prices)]
    axis.set_title("\n".join(lines), fontsize=9)
    axis.axis("off")
    return prices, figure


# %%
descriptions = [
    "never worn, by Aldera, pure leather",
    "from Basiko, has a small hole, made of canvas",
]
print("unknown words:", data.clothing.unknown_words(" ".join(descriptions)))

prices, figure = ask(descriptions)
show(
    figure,
    alt="""A bag. Above it stand the descriptions, each with the price that the model
    says.""",
)

# %%
print("the first costs more than the last:", prices[0] > prices[-1])

# %% [markdown]
# ### Exercise 5.3 · A model that answers in euros
#
# Whoever uses `shop` must remember to call `euros` on what it says. Better to put that into the model. Build a model
# with the same two inputs that runs them through the trained `shop` and answers **in euros**. Do not train it again.

# %%
# @answer 5.3 model
in_euros = layers.Rescaling(scale=26, offset=68)(shop.output)
model = keras.Model(shop.inputs, in_euros)
# @blank
# model = ...
# @end

# %% [markdown]
# ## 6 One input alone
#
# How much is each branch worth? Train each alone. The functions of section 4 make new layers; only `normalise` is used
# again, since nothing in it is trained.
#
# > **Predict.** The picture alone cannot get below its ceiling of about 21 €. Will it come to within 10 % of that? Answer
# > `True` or `False`.

# %% tags=["answers"]
prediction = ...

keras.utils.set_random_seed(7)
picture = keras.Input(shape=(24, 24, 3), name="picture")
only_picture = keras.Model(
    [picture], decide(look(normalise(picture))), name="only_picture"
)
errors["picture"] = fit(only_picture, ["picture"], epochs=4)

description = keras.Input(shape=(None,), dtype="int32", name="description")
only_description = keras.Model(
    [description], decide(read(description)), name="only_description"
)
errors["description"] = fit(only_description, ["description"], epochs=4)

for name in ("picture", "description"):
    ceilings[name] = garments.ceiling[frozenset({name})]
print(predicted(prediction, bool(errors["picture"][-1] < 1.1 * ceilings["picture"])))

# %% tags=["answers"]
print("within 10 % of its ceiling:")
for name in ("picture", "description"):
    print(f"{name:11} {errors[name][-1] < 1.1 * ceilings[name]}")
print(
    "both are better than either alone:",
    errors["both"][-1] < min(ceilings["picture"], ceilings["description"]),
)

# %% tags=["answers", "drawing"]
# Plot: the error with each input, beside its ceiling.
names = ["picture", "description", "both"]
figure, axis = plt.subplots(figsize=(7, 3.2))
bars = axis.bar(
    names,
    [errors[name][-1] for name in names],
    width=0.5,
    color="0.75",
    label="this lesson's models",
)
axis.bar_label(bars, fmt="%.1f €")
for at, name in enumerate(names):
    axis.plot(
        [at - 0.35, at + 0.35],
        [ceilings[name]] * 2,
        "k--",
        label="ceiling" if at == 0 else None,
    )
axis.axhline(
    garments.ceiling[frozenset()], color="black", linewidth=1, label="always the mean"
)
axis.set(ylabel="validation RMSE in €", ylim=(0, 30))
axis.legend(loc="center right")
show(
    figure,
    alt="""Three bars, the error with the picture, with the description and with both.
    Each ends just above its dashed ceiling. With both it is about half of what it is
    with the description alone.""",
)

# %% [markdown]
# A bad result can mean two things: the model has not learned what is there, or it is not there. The ceiling tells them
# apart.
#
# <details><summary>After the run</summary>
#
# The picture model is not a bad model. It has all that a picture tells; the rest stands in the description.
#
# </details>
#
# Real data come without a ceiling. But you can always do this: train with each input alone, and see what the other adds.
#
# ## 7 Without the scales
#
# Section 3 claimed that scales matter. Test it. Picture files store colours as whole numbers from 0 to 255, so we feed
# these, without `Normalization`. Or we train on prices in euros. Or both. All else stays the same: 2,500 garments,
# four epochs.


# %%
def train_shortly(normalised, scaled, seed=3):
    """Validation RMSE in euros after four short epochs."""
    keras.utils.set_random_seed(seed)
    picture = keras.Input(shape=(24, 24, 3), name="picture")
    description = keras.Input(shape=(None,), dtype="int32", name="description")
    pixels = normalise(picture) if normalised else picture * 255
    both = layers.concatenate([look(pixels), read(description)])
    model = keras.Model([picture, description], decide(both))
    rate = keras.optimizers.schedules.CosineDecay(0.004, decay_steps=4 * 40)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")

    colours = "colours normalised" if normalised else "colours 0–255"
    prices = "price scaled" if scaled else "price in euros"
    x = {name: array[:2500] for name, array in train.x.items()}
    price = train.y["price"][:2500]
    model.fit(
        x,
        scale(price) if scaled else price,
        epochs=4,
        batch_size=64,
        verbose=0,
        callbacks=[Progress(f"{colours}, {prices}: trained")],
    )
    says = model.predict(validation.x, batch_size=250, verbose=0)[:, 0]
    return float(np.sqrt(np.mean(((euros(says) if scaled else says) - truth) ** 2)))


# %% [markdown]
# > **Predict.** Will each of the two changes do harm, alone: an error that is larger by a quarter or more? Answer `True` or
# > `False`.

# %% tags=["answers"]
prediction = ...

short = {
    "both scaled": train_shortly(normalised=True, scaled=True),
    "colours 0–255": train_shortly(normalised=False, scaled=True),
    "price in euros": train_shortly(normalised=True, scaled=False),
    "neither scaled": train_shortly(normalised=False, scaled=False),
}
alone = [short["colours 0–255"], short["price in euros"]]
print(predicted(prediction, min(alone) > 1.25 * short["both scaled"]))

# %% tags=["answers", "drawing"]
# Plot: the four errors.
figure, axis = plt.subplots(figsize=(7, 3))
bars = axis.barh(list(short), list(short.values()), height=0.5, color="0.75")
axis.bar_label(bars, fmt=" %.0f €")
axis.axvline(ceilings["both"], linestyle="--", color="black", label="ceiling")
axis.set(xlabel="validation RMSE in €, after a short training", xlim=(0, 40))
axis.invert_yaxis()
axis.legend()
show(
    figure,
    alt="Four bars. The first, with picture and price scaled, is clearly the shortest.",
)

# %% tags=["answers"]
others = [error for name, error in short.items() if name != "both scaled"]
print(
    "both scaled: at least a fifth less error than any other:",
    short["both scaled"] < 0.8 * min(others),
)

# %% [markdown]
# <details><summary>After the run</summary>
#
# The same graph, the same data, the same steps; only the scales differ.
#
# - **Colours from 0 to 255** make the numbers in the picture branch far larger than those in the text branch. At the
#   start, the picture drowns the words.
# - **Prices in euros** ask for 68 from a network that starts near 0. Adam's steps are about as large as its learning
#   rate, whatever the loss, so the way to 68 takes many of them.
#
# The three long bars change with the `seed`; the short one hardly does. And if colours from 0 to 1 go in without
# `Normalization`, little is lost, about one euro after so short a training: they were nearly in scale.
#
# </details>
#
# ### Exercise 5.4 · A small shop
#
# Design a model for this shop with **at most 10,000 parameters**. The check trains a copy with fresh weights on 4,000
# garments, with scaled prices, for at most 6 epochs in batches of 64. It must reach an error **under 13 €**, which no
# model with one input can. Compile it, too. (The copy of a `Normalization` keeps what it was adapted to; with colours
# from 0 to 1 you can do without.)

# %%
# @answer 5.4 model
picture = keras.Input(shape=(24, 24, 3), name="picture")
x = layers.Conv2D(8, 3, strides=2, activation="relu")(picture)
x = layers.MaxPooling2D(2)(layers.Conv2D(16, 3, activation="relu")(x))
x = layers.GlobalMaxPooling2D()(layers.Conv2D(32, 3, activation="relu")(x))
description = keras.Input(shape=(None,), dtype="int32", name="description")
words = layers.GlobalAveragePooling1D()(layers.Embedding(44, 16)(description))
x = layers.Dense(32, activation="relu")(layers.concatenate([x, words]))
model = keras.Model([picture, description], layers.Dense(1)(x))
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse")
# @blank
# model = ...
# @end

# %% [markdown]
# ## Recap
#
# - Any two branches can be joined once each gives a row of numbers: CNN for the picture, RNN for the text.
# - A number is predicted by **one linear unit** with `mse`.
# - Each input has its own scale and its own `Normalization`, adapted to training data. Tokens are not scaled; they are
#   embedded.
# - Scale the target too, and scale back what is predicted, best inside the model.
# - Train each input alone to see what it is worth. A ceiling tells a weak model from weak data.
#
# ## Further reading
#
# - The Keras pages on [Normalization](https://keras.io/api/layers/preprocessing_layers/numerical/normalization/) and
#   [regression losses](https://keras.io/api/losses/regression_losses/).
# - Y. LeCun, L. Bottou, G. Orr and K.-R. Müller, *Efficient BackProp*, 1998: why inputs should have mean 0 and like
#   scales.

# %% [markdown]
# ## Where you are

# %%
my_progress("05")
