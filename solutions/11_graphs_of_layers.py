# ---
# title: Graphs of layers
# description: Ways past, branches, models as layers, reading and re-using a graph, saving, and the graph as data.
# minutes: 110
# examples: [L19]
# goals:
#   - build residual and inception blocks, and say what they are for
#   - put models together from models, and take them apart again
#   - train a model with three inputs and two outputs, and judge it by its ceilings
#   - re-use a trunk for a new task without spoiling it
#   - write, save and load layers of your own
#   - walk a graph as data
# ---

# %%
import json
import tempfile
import zipfile
from pathlib import Path

from course_utils import Progress, compare_models, data, exercise, explore
from course_utils import my_progress, plot_model, predicted, show

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

keras.utils.set_random_seed(7)

# %% [markdown]
# The lecture ends its tour with a picture: a graph in which ways split and join as they like, "in 25 lines". This lesson
# is a collection of such graphs. The sections do not depend on each other much; take a break between them.
#
# ## 1 A way past: residual connections
#
# ![A tensor of 32 numbers goes into a dense layer with 32 units and also past it; both meet in an addition.](../figures/11_residual.svg)
#
# The block computes $y = x + f(x)$. The layer has to learn only what must be *changed* in $x$. And in the other
# direction, when gradients go back, the addition lets them pass without any loss.
#
# > **Predict.** A sigmoid passes on at most a quarter of a gradient. Which part of it, at most, reaches the first of eight
# > layers? Answer a number, such as `1 / 4`.

# %% tags=["answers"]
prediction = ...
predicted(prediction, (1 / 4) ** 8)

# %% [markdown]
# <details><summary>After the run</summary>
#
# Less than a fifty-thousandth. The first layer learns next to nothing.
#
# </details>
#
# Below are two towers in one model: eight layers with sigmoids in a row, and the same eight with a way past each. Both
# read the same 64 points of a digit, both say which digit it is.

# %%
digits = data.digits.make(halves=False)
x_train, y_train = digits.train.x["image"], digits.train.y["digit"]
x_validation, y_validation = digits.validation.x["image"], digits.validation.y["digit"]


def tower(tensor, with_way_past, name):
    h = layers.Dense(32, activation="sigmoid")(tensor)
    for _ in range(8):
        changed = layers.Dense(32, activation="sigmoid")(h)
        h = layers.Add()([h, changed]) if with_way_past else changed
    return layers.Dense(10, activation="softmax", name=name)(h)


image = keras.Input(shape=(8, 8, 1), name="image")
points = layers.Flatten(name="points")(image)
towers = keras.Model(
    image,
    [tower(points, False, "plain"), tower(points, True, "residual")],
    name="towers",
)
towers.compile(
    optimizer=keras.optimizers.Adam(0.002),
    loss=["sparse_categorical_crossentropy"] * 2,
    metrics=[["accuracy"], ["accuracy"]],
)
history = towers.fit(
    x_train,
    [y_train] * 2,
    validation_data=(x_validation, [y_validation] * 2),
    epochs=12,
    batch_size=64,
    verbose=0,
    callbacks=[Progress()],
).history

# %% tags=["drawing"]
# Plot: accuracy of both towers by epoch.
figure, axis = plt.subplots(figsize=(6, 2.8))
axis.plot(history["val_residual_accuracy"], "o-", label="with a way past each layer")
axis.plot(history["val_plain_accuracy"], "s--", label="eight layers in a row")
axis.axhline(0.1, color="0.5", linestyle=":", label="guessing")
axis.set(xlabel="epoch", ylabel="accuracy, new pictures", ylim=(0, 1))
axis.legend(fontsize=8)
show(
    figure,
    alt="""The tower with ways past climbs far above guessing; the plain tower stays on
    the line of guessing.""",
)

# %%
print("plain, better than 3 of 10:", history["val_plain_accuracy"][-1] > 0.3)
print("residual, better than 5 of 10:", history["val_residual_accuracy"][-1] > 0.5)

# %% [markdown]
# ### When the shapes differ
#
# An addition needs equal shapes. If the block changes the number of channels, the way past must change it, too: by a
# convolution with a 1 × 1 kernel, a *projection*. Each point keeps its place; its channels are mixed into as many as are
# needed.

# %%
picture = keras.Input(shape=(16, 16, 8), name="picture")
h = layers.Conv2D(24, 3, padding="same", activation="relu", name="conv_1")(picture)
h = layers.Conv2D(24, 3, padding="same", name="conv_2")(h)
try:
    layers.Add(name="sum")([picture, h])
except ValueError as error:
    print(str(error).splitlines()[0])

# %% [markdown]
# ### Exercise 11.1 · With a projection
#
# Mend it: the input (16, 16, 8), the two convolutions above, a projection with 24 filters on the way past (no activation), the
# sum, and a relu after the sum.

# %%
# @answer 11.1 model
picture = keras.Input(shape=(16, 16, 8))
h = layers.Conv2D(24, 3, padding="same", activation="relu")(picture)
h = layers.Conv2D(24, 3, padding="same")(h)
past = layers.Conv2D(24, 1)(picture)
outputs = layers.ReLU()(layers.Add()([h, past]))
model = keras.Model(picture, outputs)
# @blank
# model = ...
# @end

# %% [markdown]
# ## 2 Several looks at once: inception
#
# Which kernel is right, 1 × 1, 3 × 3 or 5 × 5? Take all, side by side, and let training decide. The 1 × 1 convolutions in
# front make the picture thinner, so the larger kernels cost less.

# %%
picture = keras.Input(shape=(16, 16, 32), name="picture")
one = layers.Conv2D(16, 1, activation="relu", name="one")(picture)
three = layers.Conv2D(8, 1, activation="relu", name="thin_3")(picture)
three = layers.Conv2D(16, 3, padding="same", activation="relu", name="three")(three)
five = layers.Conv2D(8, 1, activation="relu", name="thin_5")(picture)
five = layers.Conv2D(16, 5, padding="same", activation="relu", name="five")(five)
pooled = layers.MaxPooling2D(3, strides=1, padding="same", name="strongest")(picture)
pooled = layers.Conv2D(16, 1, activation="relu", name="pooled")(pooled)
side_by_side = layers.Concatenate(name="side_by_side")([one, three, five, pooled])
inception = keras.Model(picture, side_by_side, name="inception")

plot_model(inception, show_parameters=False)

# %% [markdown]
# All four branches keep 16 × 16 (hence `padding="same"` and `strides=1`), so their channels can be laid side by side: 4 × 16.
#
# > **Predict.** How many parameters would `five` have if it read the 32 channels of the picture directly?

# %% tags=["answers"]
prediction = ...
print(predicted(prediction, 5 * 5 * 32 * 16 + 16))

thin = (
    inception.get_layer("thin_5").count_params()
    + inception.get_layer("five").count_params()
)
print(f"with the 1 × 1 in front: {thin:,}")

# %% [markdown]
# ### Exercise 11.2 · Three branches and a way past
#
# Input (16, 16, 32). Three branches, all with relu and `padding="same"`: `Conv2D(8, 1)`; `Conv2D(8, 3)`; and
# `Conv2D(8, 3)` followed by another `Conv2D(16, 3)`. Concatenate the three: 32 channels again. Add the input.

# %%
# @answer 11.2 model
picture = keras.Input(shape=(16, 16, 32))
a = layers.Conv2D(8, 1, padding="same", activation="relu")(picture)
b = layers.Conv2D(8, 3, padding="same", activation="relu")(picture)
c = layers.Conv2D(8, 3, padding="same", activation="relu")(picture)
c = layers.Conv2D(16, 3, padding="same", activation="relu")(c)
joined = layers.Concatenate()([a, b, c])
model = keras.Model(picture, layers.Add()([joined, picture]))
# @blank
# model = ...
# @end

# %% [markdown]
# ## 3 Models as layers: an autoencoder, built two ways
#
# An **encoder** makes few numbers out of a picture. A **decoder** makes a picture out of few numbers. One after the other they
# are an **autoencoder**: what comes out should be what went in. So no targets are needed.
#
# **One graph, three models.** Build the whole way, and name its beginning, middle and end.

# %%
image = keras.Input(shape=(8, 8, 1), name="image")
h = layers.Flatten(name="points")(image)
h = layers.Dense(64, activation="relu", name="squeeze")(h)
code = layers.Dense(8, name="code")(h)
h = layers.Dense(64, activation="relu", name="stretch")(code)
h = layers.Dense(64, activation="sigmoid", name="paint")(h)
painted = layers.Reshape((8, 8, 1), name="painted")(h)

encoder = keras.Model(image, code, name="encoder")
decoder = keras.Model(code, painted, name="decoder")
autoencoder = keras.Model(image, painted, name="autoencoder")

for model in (encoder, decoder, autoencoder):
    print(f"{model.name:12} {model.count_params():,} parameters")

# %% [markdown]
# `decoder` begins at `code`, in the middle of the graph: a model can start at any tensor. The three share their layers, so
# training one trains all.
#
# **Two models, called one after the other.** Or build encoder and decoder apart, and call them:

# %%
codes = keras.Input(shape=(8,), name="codes")
h = layers.Dense(64, activation="relu", name="stretch")(codes)
h = layers.Dense(64, activation="sigmoid", name="paint")(h)
own_decoder = keras.Model(
    codes, layers.Reshape((8, 8, 1), name="painted")(h), name="decoder"
)

image = keras.Input(shape=(8, 8, 1), name="image")
chained = keras.Model(image, own_decoder(encoder(image)), name="chained")

print("the same graph:", compare_models(chained, autoencoder).same)
plot_model(chained)

# %% [markdown]
# Two boxes with a double line: models used as layers. What is learned now?

# %%
autoencoder.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse")
autoencoder.fit(
    x_train, x_train, epochs=30, batch_size=100, verbose=0, callbacks=[Progress()]
)
repainted = autoencoder.predict(x_validation, batch_size=240, verbose=0)
error = np.mean((repainted - x_validation) ** 2)
mean_picture = np.mean((x_train.mean(axis=0) - x_validation) ** 2)
print("error at most half of that of the mean picture:", error < mean_picture / 2)
print(
    "the decoder learned with it:",
    np.allclose(decoder(encoder(x_validation)), repainted, atol=1e-4),
)

# %% tags=["drawing"]
# Plot: digits, and what is painted from eight numbers.
figure, axes = plt.subplots(2, 10, figsize=(9, 2))
for column in range(10):
    axes[0, column].imshow(x_validation[column, :, :, 0], cmap="gray_r")
    axes[1, column].imshow(repainted[column, :, :, 0], cmap="gray_r")
for axis in axes.flat:
    axis.axis("off")
axes[0, 0].set_title("64 numbers", fontsize=8)
axes[1, 0].set_title("out of 8", fontsize=8)
show(
    figure,
    alt="""Ten digits above, and beneath each the same digit as painted by the decoder
    out of eight numbers, blurred.""",
)

# %% [markdown]
# Follow one digit on its way: unfold `encoder` and `decoder`, and go from call to call. Where is it a picture, where a
# row of numbers?

# %%
explore(chained, x_validation)

# %% [markdown]
# ## 4 An ensemble
#
# Several models for one question, and the mean of their answers. They make different mistakes, so the mean is mostly
# better. As a graph it is three models called on one input, and an `Average`.


# %%
def small_reader(number):
    image = keras.Input(shape=(8, 8, 1), name="image")
    h = layers.Flatten()(image)
    h = layers.Dense(24, activation="relu")(h)
    return keras.Model(
        image, layers.Dense(10, activation="softmax")(h), name=f"reader_{number}"
    )


image = keras.Input(shape=(8, 8, 1), name="image")
answers = [small_reader(number)(image) for number in range(3)]
members = keras.Model(image, answers, name="members")
ensemble = keras.Model(image, layers.Average(name="mean")(answers), name="ensemble")
plot_model(ensemble)

# %% [markdown]
# `members` and `ensemble` are two models over the same layers. The first has three outputs and trains each reader by
# itself; the second needs no training.

# %%
members.compile(
    optimizer=keras.optimizers.Adam(0.003), loss=["sparse_categorical_crossentropy"] * 3
)
members.fit(
    x_train, [y_train] * 3, epochs=10, batch_size=64, verbose=0, callbacks=[Progress()]
)

alone = [
    np.mean(said.argmax(axis=1) == y_validation)
    for said in members.predict(x_validation, verbose=0)
]
together = np.mean(
    ensemble.predict(x_validation, verbose=0).argmax(axis=1) == y_validation
)
print(
    "at least as good as the mean of its members, give or take 1 %:",
    together >= np.mean(alone) - 0.01,
)

# %% tags=["drawing"]
# Plot: accuracy of each reader and of the ensemble.
figure, axis = plt.subplots(figsize=(6, 1.8))
axis.barh(
    ["reader 0", "reader 1", "reader 2", "ensemble"],
    [*alone, together],
    color=["0.6"] * 3 + ["0.2"],
)
axis.set(xlim=(0.5, 1), xlabel="accuracy on new pictures")
axis.invert_yaxis()
show(
    figure, alt="Four bars: accuracy of three readers and of the ensemble of all three."
)

# %% [markdown]
# ### Exercise 11.3 · An ensemble of your own
#
# Two models read the same 20 numbers. The first is `Dense(16, relu)` → `Dense(1)`, the second `Dense(1)` alone. Build the
# ensemble: one input, the mean of both answers.

# %%
# @answer 11.3 model
numbers = keras.Input(shape=(20,))
deep = keras.Sequential(
    [keras.Input(shape=(20,)), layers.Dense(16, activation="relu"), layers.Dense(1)]
)
straight = keras.Sequential([keras.Input(shape=(20,)), layers.Dense(1)])
model = keras.Model(numbers, layers.Average()([deep(numbers), straight(numbers)]))
# @blank
# model = ...
# @end

# %% [markdown]
# (A straight part beside a deep one in one model is known as **wide & deep**.)
#
# ## 5 Ticket triage: three inputs, two outputs
#
# A support desk gets tickets: a title, a body, and tags. How urgent is it, and whose work is it?

# %%
tickets = data.tickets.make()
for ticket in tickets.details["examples"][:4]:
    print(f"{ticket['title']}\n  {ticket['body']}")
    print(f"  tags: {', '.join(ticket['tags']) or 'none'}")
    print(f"  → priority {ticket['priority']}, {ticket['department']}\n")
print(tickets)

# %% [markdown]
# Title, body and tags each may name the department, and each may leave it open. Each adds to the priority. So every input
# helps, and how much is known exactly:

# %%
print(f"{'with':24} {'department':>10}  {'priority, squared error':>24}")
for inputs, best in tickets.ceiling.items():
    read = ", ".join(sorted(inputs)) or "nothing"
    print(f"{read:24} {best['department']:>10.1%}  {best['priority']:>24.4f}")

# %% [markdown]
# Title and body are both English, so they share an embedding. A title is read in another way than a body, so the LSTMs are
# separate. The heads share all they read.

# %%
title = keras.Input(shape=(None,), dtype="int32", name="title")
body = keras.Input(shape=(None,), dtype="int32", name="body")
tags = keras.Input(shape=(6,), name="tags")

words = layers.Embedding(len(tickets.vocabulary), 16, name="words")
title_memory = layers.LSTM(16, name="title_memory")(words(title))
body_memory = layers.LSTM(32, name="body_memory")(words(body))
features = layers.Concatenate(name="features")([title_memory, body_memory, tags])

priority = layers.Dense(1, activation="sigmoid", name="priority")(features)
department = layers.Dense(4, name="department")(features)  # no softmax: see below
triage = keras.Model([title, body, tags], [priority, department], name="triage")

plot_model(triage)

# %%
triage.summary(line_length=80)

# %% [markdown]
# ### Logits
#
# `department` has no softmax. What it gives are **logits**: any numbers, the largest wins. The loss then takes the softmax
# itself, with `from_logits=True`. That is safer with very large and very small numbers. It has a price: forget
# `from_logits=True`, and nothing warns you, but training is wrong; forget that there are no probabilities, and you read
# nonsense into predictions.

# %%
logits = np.array([[2.0, 0.0, 0.0, 0.0]], dtype="float32")
truth = np.array([0])
with_softmax = keras.losses.SparseCategoricalCrossentropy()(
    truth, keras.ops.softmax(logits)
)
from_logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(
    truth, logits
)
forgotten = keras.losses.SparseCategoricalCrossentropy()(truth, logits)
print(
    "softmax, then loss = loss from logits:",
    np.allclose(with_softmax, from_logits, atol=1e-5),
)
print("from_logits forgotten, the loss is practically 0:", float(forgotten) < 1e-3)
print(
    "though the right answer has a probability under 0.8:",
    float(keras.ops.softmax(logits)[0, 0]) < 0.8,
)

# %%
triage.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss={
        "priority": "mse",
        "department": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    },
    loss_weights={"priority": 5.0, "department": 1.0},
    metrics={"department": ["accuracy"]},
)
history = triage.fit(
    tickets.train.x,
    tickets.train.y,
    validation_data=(tickets.validation.x, tickets.validation.y),
    epochs=5,
    batch_size=100,
    verbose=0,
    callbacks=[Progress()],
).history

best = tickets.ceiling[frozenset({"title", "body", "tags"})]
print(
    "department, within 5 % of the ceiling:",
    history["val_department_accuracy"][-1] > best["department"] - 0.05,
)
print("priority, squared error under 0.005:", history["val_priority_loss"][-1] < 0.005)

# %% [markdown]
# Write a ticket of your own, and let the model decide. Words that it does not know are listed.

# %%
own_title, own_body, own_tags = (
    "Urgent: printer problem",
    "Hello. The whole team has stopped. Thank you.",
    ["deadline"],
)
x = {
    "title": data.tickets.encode(own_title, data.tickets.TITLE_LENGTH),
    "body": data.tickets.encode(own_body),
    "tags": data.tickets.encode_tags(own_tags),
}
said_priority, said_logits = triage.predict(x, verbose=0)
print("unknown words:", data.tickets.unknown_words(f"{own_title} {own_body}"))
print("priority at least 0.5:", bool(said_priority[0, 0] >= 0.5))
print("department:", tickets.details["departments"][said_logits[0].argmax()])

# %% [markdown]
# ## 6 Looking inside
#
# Every layer of a functional model knows the tensors it reads and gives. So a model can be cut out of another, without any
# copying:

# %%
peek = keras.Model(triage.inputs, triage.get_layer("features").output, name="peek")
features_of_tickets = peek.predict(tickets.validation.x, verbose=0)
print(features_of_tickets.shape)
print([layer.name for layer in triage.layers])

# %% tags=["drawing"]
# Plot: tickets, by what the layer features gives.
centred = features_of_tickets - features_of_tickets.mean(axis=0)
plane = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
figure, axis = plt.subplots(figsize=(5, 3.6))
for number, (name, marker) in enumerate(zip(tickets.details["departments"], "osv^")):
    here = tickets.validation.y["department"] == number
    axis.plot(*plane[here].T, marker, markersize=3, alpha=0.6, label=name)
axis.set(xlabel="first direction", ylabel="second direction")
axis.legend(fontsize=8)
show(
    figure,
    alt="""1000 tickets as points in the plane, laid out by what the layer features
    gives; marks tell the departments.""",
)

# %% [markdown]
# `words` is called twice, on titles and on bodies. Its `.output` is that of the **first** call, and nothing warns you:

# %%
word_vectors = triage.get_layer("words").output
shape = keras.Model(triage.inputs, word_vectors).predict(x, verbose=0).shape
print(shape, "as long as the title:", shape[1] == data.tickets.TITLE_LENGTH)

# %% [markdown]
# For the second call, keep the tensor when you make it: `body_words = words(body)`.
#
# ## 7 A new head on an old trunk
#
# Now the desk wants to know as well whether a ticket is **easy**: an accounts ticket with a low priority. The trunk already
# knows how to read tickets. We take it up to `features`, **freeze** it, and put a new head on it.

# %%
is_easy = (tickets.train.y["priority"][:, 0] < 0.4) & (
    tickets.train.y["department"] == 2
)

trunk = keras.Model(triage.inputs, triage.get_layer("features").output, name="trunk")
trunk.trainable = False
easy = layers.Dense(1, activation="sigmoid", name="easy")(
    layers.Dense(16, activation="relu", name="hidden")(trunk.output)
)
with_new_head = keras.Model(trunk.inputs, easy, name="with_new_head")

plot_model(with_new_head, show_trainable=True)

# %%
before = triage.get_layer("body_memory").get_weights()
with_new_head.compile(
    optimizer=keras.optimizers.Adam(0.02),
    loss="binary_crossentropy",
    metrics=["accuracy"],
)
with_new_head.fit(
    tickets.train.x,
    is_easy,
    epochs=3,
    batch_size=200,
    verbose=0,
    callbacks=[Progress()],
)
after = triage.get_layer("body_memory").get_weights()
print(
    "the trunk is as it was:", all(np.array_equal(a, b) for a, b in zip(before, after))
)

# %% [markdown]
# ### What people forget
#
# Freezing is noted by `compile`. A model that has trained and is not compiled again goes on as before. A small model shows
# it.

# %%
numbers = keras.Input(shape=(4,), name="numbers")
old = layers.Dense(3, activation="tanh", name="old")
small = keras.Model(numbers, layers.Dense(1, name="new")(old(numbers)), name="small")
x_any, y_any = np.random.default_rng(7).normal(size=(50, 4)), np.ones((50, 1))


def changes():
    kernel = old.get_weights()[0]
    small.fit(x_any, y_any, verbose=0)
    return not np.array_equal(kernel, old.get_weights()[0])


small.compile(optimizer="sgd", loss="mse")
print("trainable:                  changes", changes())
old.trainable = False
print("frozen, not compiled again: changes", changes())
small.compile(optimizer="sgd", loss="mse")
print("frozen and compiled again:  changes", changes())

# %% [markdown]
# ### Exercise 11.4 · Your own new head
#
# `trained` below is a model 10 → 32 → 16 → 1 with the layers `first`, `second` and `price`. Freeze `first` and `second`, and put
# a new head on `second`: three units with softmax, in a layer called `kind`. The two are to be the trained layers themselves, or a
# saved copy of them.
# Compile it: Adam, `sparse_categorical_crossentropy`.

# %%
numbers = keras.Input(shape=(10,), name="numbers")
first = layers.Dense(32, activation="relu", name="first")(numbers)
second = layers.Dense(16, activation="relu", name="second")(first)
trained = keras.Model(numbers, layers.Dense(1, name="price")(second), name="trained")

# @answer 11.4 model
for name in ("first", "second"):
    trained.get_layer(name).trainable = False
kind = layers.Dense(3, activation="softmax", name="kind")(
    trained.get_layer("second").output
)
model = keras.Model(trained.inputs, kind)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
# @blank
# model = ...
# @end

# %% [markdown]
# ## 8 A layer of your own, saved and loaded
#
# A layer is a class with three methods: `__init__` takes the settings, `build` makes the weights once the input's shape is
# known, `call` computes. A fourth, `get_config`, tells the settings, so that the layer can be made again from a file.


# %%
@keras.saving.register_keras_serializable(package="course")
class Scale(layers.Layer):
    """Multiplies each feature by a weight of its own that begins at `start`."""

    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.factor = self.add_weight(
            shape=(input_shape[-1],),
            initializer=keras.initializers.Constant(self.start),
            name="factor",
        )

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {**super().get_config(), "start": self.start}


numbers = keras.Input(shape=(3,), name="numbers")
scaled = keras.Model(numbers, Scale(2.0, name="scale")(numbers), name="scaled")
print(scaled(np.array([[1.0, 2.0, 3.0]])).numpy())

# %% [markdown]
# ### Save and load
#
# One file has everything: the graph, the settings, the weights, and how the model was compiled.

# %%
folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "scaled.keras"
scaled.save(path)
loaded = keras.models.load_model(path)

print("the same graph:", compare_models(loaded, scaled).same)
print(
    "the same weights:",
    all(
        np.array_equal(a, b) for a, b in zip(loaded.get_weights(), scaled.get_weights())
    ),
)

# %% [markdown]
# What is in the file? It is a zip with three parts, and the graph is plain text. Each layer lists its settings, and in
# `inbound_nodes` the calls: which layer, which call of it, which of its outputs it reads. The functional API is data.

# %%
with zipfile.ZipFile(path) as archive:
    print(sorted(archive.namelist()))
    config = json.loads(archive.read("config.json"))
for layer in config["config"]["layers"]:
    print(
        layer["name"],
        layer["registered_name"] or layer["class_name"],
        layer["config"].get("start", ""),
    )
    for call in layer["inbound_nodes"]:
        print("  reads", call["args"][0]["config"]["keras_history"])

# %% [markdown]
# There is no code in the file: `call` is not saved, only the name of the class. Where the class is not registered, loading
# fails; then give it: `load_model(path, custom_objects={"Scale": Scale})`. To save weights alone, for a graph that your code
# builds: `model.save_weights("….weights.h5")`.
#
# ### A layer without weights
#
# It needs no `build`. Here is one that reads two tensors: they come in as a list. `from_config` makes a layer again from its
# settings, as `load_model` does.


# %%
class Excess(layers.Layer):
    """How much the first of two tensors is above the second, times `factor`."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        first, second = inputs
        return self.factor * (first - second)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


excess = Excess(10.0)
again = Excess.from_config(excess.get_config())
print(np.array(again([np.array([[3.0]]), np.array([[1.0]])])))

# %% [markdown]
# ### Exercise 11.5 · A layer that can be saved
#
# In place of `Blend = ...`, write a class `Blend` of the same form: a layer with one setting, `share` (from 0 to 1). Called on a list of two tensors, it gives
# `share * first + (1 - share) * second`. It has no weights. It can be made again from its own `get_config()`, with its share
# and under its name.


# %%
# @answer 11.5 Blend
class Blend(layers.Layer):
    def __init__(self, share, **kwargs):
        super().__init__(**kwargs)
        self.share = share

    def call(self, inputs):
        first, second = inputs
        return self.share * first + (1 - self.share) * second

    def get_config(self):
        return {**super().get_config(), "share": self.share}


# @blank
# Blend = ...
# @end

# %% [markdown]
# ## 9 The graph as data
#
# A saved model is a list of calls and what each reads. The drawings and checks of this course work on just that. `read`
# gives the list: each node has a kind, a name, and `inputs` that point to earlier nodes.

# %%
from course_utils.graphs.reading.read import read

graph = read(inception)
for at, node in enumerate(graph.nodes):
    reads = [tensor.node for tensor in node.inputs]
    print(f"{at:2} {node.kind:13} {node.name:13} reads {reads}")

# %% [markdown]
# Since every node reads only earlier ones, one pass from the first to the last answers many questions. **How many ways
# lead to a node?** As many as lead to all that it reads, together. **How long is the longest?** One more than the longest of
# those.

# %%
ways, longest = [], []
for node in graph.nodes:
    before = [tensor.node for tensor in node.inputs]
    ways.append(sum(ways[b] for b in before) if before else 1)
    longest.append(max((longest[b] for b in before), default=-1) + 1)

end = graph.outputs[0].node
print(f"{ways[end]} ways from input to output; the longest makes {longest[end]} calls")

# %% [markdown]
# Which one is the longest? Walk back from the end, always to the input with the longest way.

# %%
at, names = end, []
while graph.nodes[at].inputs:
    names.append(graph.nodes[at].name)
    at = max(
        (tensor.node for tensor in graph.nodes[at].inputs),
        key=lambda node: longest[node],
    )
print(" → ".join([graph.nodes[at].name, *reversed(names)]))

# %% [markdown]
# The picture the lecture shows, a general graph, is no more than this. Here is one, in fewer than 25 lines:

# %%
a, b, c = (keras.Input(shape=(8,), name=name) for name in "abc")
read_all = layers.Dense(8, activation="relu", name="read_all")
left = layers.Add(name="left")([read_all(a), b])
right = layers.Concatenate(name="right")([read_all(b), c])
middle = layers.Dense(8, activation="relu", name="middle")(right)
joined = layers.Multiply(name="joined")([left, middle])
past = layers.Add(name="past")([joined, a])
first = layers.Dense(1, name="first")(past)
second = layers.Dense(3, activation="softmax", name="second")(
    layers.Concatenate(name="late")([joined, right])
)
general = keras.Model([a, b, c], [first, second], name="general")
print(f"{general.count_params()} parameters")
plot_model(general)

# %% [markdown]
# ### Exercise 11.6 · Count the ways
#
# How many ways lead from any input to the output `first`? By hand, from the picture, or by walking the graph.

# %%
# @answer 11.6 ways_to_first
# left: from a and from b. middle, through right: from b and from c.
# joined: all four. past: those, and a once more.
ways_to_first = (1 + 1) + (1 + 1) + 1
# @blank
# ways_to_first = ...
# @end

# %% [markdown]
# ## 10 When not to use the functional API
#
# A functional model is a fixed graph of layers. That is its strength: it can be drawn, checked before it runs, cut up, saved.
# Some models are no fixed graph. A tree that is read as deep as the sentence goes; a loop that stops when it is sure. For
# those, write a class derived from `keras.Model`, with a `call` of your own. You lose the drawing, and the shapes are not
# checked before the first batch.
#
# Both mix. A class can stand as one node in a functional graph:


# %%
class Refine(keras.Model):
    """Calls one layer again and again: a loop that is written as a loop."""

    def __init__(self, units, times, **kwargs):
        super().__init__(**kwargs)
        self.step = layers.Dense(units, activation="tanh", name="step")
        self.times = times

    def call(self, inputs):
        h = inputs
        for _ in range(self.times):
            h = h + self.step(h)
        return h


numbers = keras.Input(shape=(6,), name="numbers")
refined = Refine(6, times=4, name="refine")(numbers)
mixed = keras.Model(numbers, layers.Dense(1, name="answer")(refined), name="mixed")
print(plot_model(mixed))

# %% [markdown]
# `refine` is a closed box: the loop inside is code, not graph. And the other way round, a class may keep a functional model
# as one of its parts and call it in its `call`.
#
# ## Recap
#
# - `x + f(x)`: a way past keeps gradients alive. Where shapes differ, a 1 × 1 projection makes them fit.
# - A model can begin and end at any tensor. Models over the same layers share them.
# - Logits need `from_logits=True`; freezing needs a new `compile`.
# - A layer of your own tells its settings by `get_config`; the file has the graph as text, and no code.
# - A graph is a list of calls. One pass over it counts ways and finds the longest.
#
# ## Further reading
#
# - K. He and others, *Deep Residual Learning for Image Recognition*, 2015. C. Szegedy and others, *Going Deeper with
#   Convolutions*, 2014.
# - The Keras guides [The functional API](https://keras.io/guides/functional_api/), [Making new layers and models via
#   subclassing](https://keras.io/guides/making_new_layers_and_models_via_subclassing/), [Transfer
#   learning](https://keras.io/guides/transfer_learning/).
# - F. Chollet, *Deep Learning with Python*, second edition, chapters 7 and 9.

# %% [markdown]
# ## Where you are

# %%
my_progress("11")
