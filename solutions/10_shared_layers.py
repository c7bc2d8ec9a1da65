# ---
# title: Shared layers
# description: One layer called twice, siamese networks, and what sharing weights is worth on little data.
# minutes: 60
# examples: [L18]
# goals:
#   - call one layer on several tensors, and see it in the picture and in the parameter count
#   - prove that two calls share their weights, in four ways
#   - build a siamese network for texts and one for pictures
#   - say when sharing helps, and when it does not
# ---

# %%
from course_utils import Progress, compare_models, data, exercise
from course_utils import my_progress, plot_model, predicted, show

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

keras.utils.set_random_seed(7)

# %% [markdown]
# ## 1 One layer, called twice
#
# A layer is a function, and a function can be called more than once. Here is such a graph; the lecture shows it as a
# picture only.
#
# ![Two inputs of four numbers each go into the same dense layer of three units, drawn twice and marked as shared. The two results are concatenated and go into a dense layer with one unit, the output.](../figures/10_shared_layer.svg)
#
# There are two boxes for `reader`, with the same mark, and a dotted line between them. They are two **calls** of one
# **layer**. The code makes the layer once and calls it twice:

# %%
reader = layers.Dense(3, activation="tanh", name="reader")

left = keras.Input(shape=(4,), name="left")
right = keras.Input(shape=(4,), name="right")
both = layers.Concatenate(name="both")([reader(left), reader(right)])
outputs = layers.Dense(1, name="answer")(both)
shared = keras.Model([left, right], outputs, name="shared")

plot_model(shared, show_parameters=False)

# %% [markdown]
# > **Predict.** `reader` reads 4 numbers and has 3 units: 4 × 3 + 3 = 15 parameters. `answer` reads 6 numbers. How many
# > parameters does the model have?

# %% tags=["answers"]
prediction = ...
print(predicted(prediction, shared.count_params()))

shared.summary(line_length=80)

# %% [markdown]
# <details><summary>After the run</summary>
#
# 15 + 7 = 22.
#
# </details>
#
# `reader` has one row in the summary although it is called twice: it is one layer, and its weights are
# counted once. In the column *Connected to* it has two entries, one for each call.
#
# For comparison, the same drawing with **two** layers:

# %% tags=["answers"]
left = keras.Input(shape=(4,), name="left")
right = keras.Input(shape=(4,), name="right")
both = layers.Concatenate(name="both")(
    [
        layers.Dense(3, activation="tanh", name="left_reader")(left),
        layers.Dense(3, activation="tanh", name="right_reader")(right),
    ]
)
separate = keras.Model(
    [left, right], layers.Dense(1, name="answer")(both), name="separate"
)

print("from the second model to the first:")
print(compare_models(separate, shared))
print(f"shared {shared.count_params()} parameters, separate {separate.count_params()}")

# %% [markdown]
# ### Four proofs
#
# **The layer is the same object.** Count the names: `shared` has one layer less.

# %%
print([layer.name for layer in shared.layers])
print([layer.name for layer in separate.layers])

# %% [markdown]
# **What one call knows, the other knows.** Feed both inputs with the same numbers. The first three numbers of `both` come
# from the left call, the last three from the right one.

# %%
examples = np.random.default_rng(7).normal(size=(5, 4)).astype("float32")
for model in (shared, separate):
    look_inside = keras.Model(model.inputs, model.get_layer("both").output)
    values = keras.ops.convert_to_numpy(look_inside([examples, examples]))
    print(
        f"{model.name:8} left and right give the same:",
        np.allclose(values[:, :3], values[:, 3:]),
    )

# %% [markdown]
# **A change in one place is a change in both.** Set the kernel of `reader` to zero: both halves of `both` become zero.

# %%
before = reader.get_weights()
reader.set_weights([np.zeros_like(weight) for weight in before])
look_inside = keras.Model(shared.inputs, shared.get_layer("both").output)
print("all six are zero:", not np.any(look_inside([examples, examples])))
reader.set_weights(before)

# %% [markdown]
# **Every call has its say in training.** This is the proof that matters most. In one step, each call says how it would
# like the weights to change. What does the shared layer make of two wishes?
#
# To see it, let `separate` start with the very weights of `shared`. Then take one step of plain gradient descent with
# both. With a learning rate of 1 the change of a weight is minus its gradient.
#
# > **Predict.** In `separate`, `left_reader` changes by A and `right_reader` by B. By how much does `reader` change:
# > by `"A"`, by `"B"`, by `"A + B"` or by `"(A + B) / 2"`?

# %% tags=["answers"]
prediction = ...

separate.get_layer("left_reader").set_weights(reader.get_weights())
separate.get_layer("right_reader").set_weights(reader.get_weights())
separate.get_layer("answer").set_weights(shared.get_layer("answer").get_weights())

others = np.random.default_rng(8).normal(size=(5, 4)).astype("float32")
targets = np.ones((5, 1), dtype="float32")
change = {}
for model in (shared, separate):
    start = {layer.name: layer.get_weights() for layer in model.layers}
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
    model.train_on_batch([examples, others], targets)
    for layer in model.layers:
        if layer.weights:
            change[model.name, layer.name] = (
                layer.get_weights()[0] - start[layer.name][0]
            )

A, B = change["separate", "left_reader"], change["separate", "right_reader"]
choices = {"A": A, "B": B, "A + B": A + B, "(A + B) / 2": (A + B) / 2}
changed = change["shared", "reader"]
fits = [name for name in choices if np.allclose(changed, choices[name], atol=1e-5)]
predicted(prediction, " and ".join(fits))

# %% [markdown]
# <details><summary>After the run</summary>
#
# Gradients add up: the shared layer gets the *sum* of both wishes.
#
# </details>
#
# So a shared layer learns from every place where it is used. That is why sharing helps when data are few.
#
# ### The usual mistake
#
# "Do the same twice" is often put into a function. Look at this one:


# %%
def read(tensor):
    return layers.Dense(3, activation="tanh")(tensor)


left, right = keras.Input(shape=(4,)), keras.Input(shape=(4,))
both = layers.Concatenate()([read(left), read(right)])
looks_shared = keras.Model([left, right], layers.Dense(1)(both))
print(
    looks_shared.count_params(),
    "parameters, the same graph:",
    compare_models(looks_shared, shared).same,
)

# %% [markdown]
# The code looks shared; the graph is not. Every call of `read` *makes* a layer. What is shared must be made outside, once.
# No error tells you: the parameter count does, and the picture.
#
# A layer fixes its kernel at its first call. A second call on another size cannot use it, and says so:

# %%
reader = layers.Dense(3)
reader(keras.Input(shape=(4,)))
try:
    reader(keras.Input(shape=(5,)))
except ValueError as error:
    print(str(error).splitlines()[0].split(": ", 1)[1])

# %% [markdown]
# ### Exercise 10.1 · Share it
#
# Mend the function version: three inputs of 6 numbers each, one `Dense` layer with 8 units and relu that all three go
# through, a concatenation, and one unit with a sigmoid. The model must have one reader, not three.

# %%
# @answer 10.1 model
reader = layers.Dense(8, activation="relu")
inputs = [keras.Input(shape=(6,)) for _ in range(3)]
joined = layers.Concatenate()([reader(tensor) for tensor in inputs])
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(joined))
# @blank
# model = ...
# @end

# %% [markdown]
# ### Exercise 10.2 · Count it
#
# How many parameters does the model of exercise 10.1 have?

# %%
# @answer 10.2 parameters
parameters = (6 * 8 + 8) + (3 * 8 * 1 + 1)
# @blank
# parameters = ...
# @end

# %% [markdown]
# ## 2 One embedding for two texts
#
# In lesson 04 a text and a question are read by two embeddings, one with 64 and one with 32 numbers a word. Both are in
# the same language, with one numbering of words. "Lisbon" in the question is "Lisbon" in the text. Why learn it twice?

# %%
text = keras.Input(shape=(None,), dtype="int32", name="text")
question = keras.Input(shape=(None,), dtype="int32", name="question")

words = layers.Embedding(10_000, 64, name="words")  # made once
text_memory = layers.LSTM(32, name="text_memory")(words(text))
question_memory = layers.LSTM(16, name="question_memory")(words(question))

joined = layers.Concatenate(name="joined")([text_memory, question_memory])
answer = layers.Dense(500, activation="softmax", name="answer")(joined)
one_embedding = keras.Model([text, question], answer, name="one_embedding")

plot_model(one_embedding, show_parameters=False)

# %% [markdown]
# The two LSTMs stay separate: a question is read in another way than a text. What a *word* means is shared; how it is
# *read* is not. You decide, layer by layer.
#
# > **Predict.** The model of lesson 04 has 1,000,052 parameters. 320,000 of them are the second embedding. Does the new
# > one have exactly 320,000 less? Answer `True` or `False`.

# %% tags=["answers"]
prediction = ...
less = 1_000_052 - one_embedding.count_params()
print(predicted(prediction, less == 320_000))
print(f"{one_embedding.count_params():,}, which is {less:,} less")
for layer in one_embedding.layers:
    if layer.weights:
        print(f"{layer.name:16} {layer.count_params():>8,}")

# %% [markdown]
# <details><summary>After the run</summary>
#
# Not quite: 682,100, which is 317,952 less. `question_memory` now reads 64 numbers a word instead of 32, and each of its
# four sets of 16 units needs 32 more weights: 4 × 16 × 32 = 2,048.
#
# </details>
#
# ### Exercise 10.3 · Share the reading, too
#
# Build the same model with **one** `LSTM(32)` for both texts, beside the one embedding. Vocabulary 10,000; 64 numbers a
# word; 500 answers.

# %%
# @answer 10.3 model
text = keras.Input(shape=(None,), dtype="int32", name="text")
question = keras.Input(shape=(None,), dtype="int32", name="question")
words = layers.Embedding(10_000, 64)
memory = layers.LSTM(32)
joined = layers.Concatenate()([memory(words(text)), memory(words(question))])
model = keras.Model([text, question], layers.Dense(500, activation="softmax")(joined))
# @blank
# model = ...
# @end

# %% [markdown]
# ## 3 A siamese LSTM: do two sentences mean the same?
#
# Two people tell what happened.

# %%
sentences = data.pairs.make(n=3000)
for first, second, same in sentences.details["examples"][:4]:
    print(f"{first}\n{second}\n   {'same' if same else 'different'}\n")
print(sentences)

# %% [markdown]
# Every idea has two words: *doctor* and *physician*, *bought* and *purchased*. A sentence has one of three wordings. In
# half of the pairs the meaning is the same; in the other half one thing of three differs.
#
# One sentence alone says nothing, so no model can be right more often than 1 in 2 with it. Counting the words that both
# have in common does not help much either; with both and full understanding, everything can be right:

# %%
for inputs, best in sentences.ceiling.items():
    print(f"{' and '.join(sorted(inputs)) or 'nothing':18} {best:.1%}")
print(f"{'counting words':18} {sentences.details['overlap']:.1%}")

# %% [markdown]
# The network: both sentences go through the *same* embedding and the *same* LSTM. So two sentences become two points, 32
# numbers each, measured with one ruler. Then only the distance matters, number by number: $|h_1 - h_2|$. Near means
# same. Such twins are called **siamese**.
#
# ![Two inputs of tokens, first and second. Both go through one shared embedding and one shared LSTM. The results are subtracted, the absolute value is taken, and a dense layer with one unit and a sigmoid gives the output, same.](../figures/10_siamese.svg)


# %%
def sentence_model(is_shared):
    def make_reader(name):
        word = layers.Embedding(len(sentences.vocabulary), 16, name=f"{name}_words")
        memory = layers.LSTM(32, name=f"{name}_memory")
        return lambda tokens: memory(word(tokens))

    first = keras.Input(shape=(None,), dtype="int32", name="first")
    second = keras.Input(shape=(None,), dtype="int32", name="second")
    read_first = make_reader("both" if is_shared else "first")
    read_second = read_first if is_shared else make_reader("second")
    difference = layers.Subtract(name="difference")(
        [read_first(first), read_second(second)]
    )
    same = layers.Dense(1, activation="sigmoid", name="same")(keras.ops.abs(difference))
    return keras.Model(
        [first, second], same, name="siamese" if is_shared else "strangers"
    )


keras.utils.set_random_seed(7)
siamese = sentence_model(is_shared=True)
plot_model(siamese)

# %%
siamese.summary(line_length=80)

# %% [markdown]
# 55 words × 16 numbers, 880. The LSTM has 4 × (16 × 32 + 32 × 32 + 32) = 6,272. The distance has no weights. One unit reads
# 32 numbers: 33.
#
# `make_reader` makes its two layers *before* it returns the function that calls them. This is the mended form of the
# mistake in section 1. The other model, `strangers`, has the same drawing with two readers.
#
# > **Predict.** Both train on 3000 pairs. Which one learns better, `"siamese"` or `"strangers"`, and what will the other
# > reach?

# %% tags=["answers"]
prediction = ...

strangers = sentence_model(is_shared=False)
curves = {}
for model in (siamese, strangers):
    model.compile(
        optimizer=keras.optimizers.Adam(0.02),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(
        sentences.train.x,
        sentences.train.y["same"],
        validation_data=(sentences.validation.x, sentences.validation.y["same"]),
        epochs=8,
        batch_size=64,
        verbose=0,
        callbacks=[Progress(f"{model.name}: trained")],
    )
    curves[model.name] = history.history["val_accuracy"]

better = max(curves, key=lambda name: curves[name][-1])
print(predicted(prediction, better))
print("siamese, at least 90 % right:", curves["siamese"][-1] > 0.9)
print("strangers, at least 60 % right:", curves["strangers"][-1] > 0.6)

# %% tags=["answers", "drawing"]
# Plot: validation accuracy by epoch.
figure, axis = plt.subplots(figsize=(7, 3.5))
for model, style in ((siamese, "o-"), (strangers, "s--")):
    label = f"{model.name}, {model.count_params():,} parameters"
    curve = curves[model.name]
    axis.plot(range(1, len(curve) + 1), curve, style, label=label)
axis.axhline(1, color="0.5", linewidth=1, label="ceiling, both sentences")
axis.axhline(
    sentences.details["overlap"],
    color="0.5",
    linestyle="-.",
    linewidth=1,
    label="counting common words",
)
axis.axhline(
    0.5, color="0.5", linestyle=":", linewidth=1, label="ceiling, one sentence"
)
axis.set(xlabel="epoch", ylabel="accuracy on validation pairs", ylim=(0.4, 1.03))
axis.legend(fontsize=8)
show(
    figure,
    alt="""Validation accuracy over eight epochs. The siamese model climbs far above the
    line of counting words, towards 1. The model with two separate readers stays near
    one half.""",
)

# %% [markdown]
# <details><summary>After the run</summary>
#
# The strangers have more weights and learn nothing. Each reader draws its own map of meanings, with "doctor" in some
# place of its own. A distance between points on two different maps says nothing, and no small step makes it say more.
# The siamese model has one map, so from the start equal sentences are at distance 0. Only the synonyms must be moved
# together.
#
# </details>
#
# ### Try it


# %% tags=["drawing"]
# Helper: asks the model about pairs of sentences, plots it.
def ask(pairs):
    x = {
        "first": data.pairs.encode([first for first, _ in pairs]),
        "second": data.pairs.encode([second for _, second in pairs]),
    }
    words = [word for pair in pairs for text in pair for word in text.split()]
    print("unknown words:", data.pairs.unknown_words(" ".join(words)))
    figure, axis = plt.subplots(figsize=(6, 0.55 * len(pairs)))
    names = [f"{first}\n{second}" for first, second in pairs]
    axis.barh(names, siamese.predict(x, verbose=0)[:, 0])
    axis.axvline(0.5, color="0.5", linestyle=":")
    axis.set(xlim=(0, 1), xlabel="“the same”, says the model")
    axis.tick_params(labelsize=8)
    axis.invert_yaxis()
    return figure


# %% [markdown]
# How near are your own sentences? Change them and run the cell; the words must be among those of the data.

# %%
pairs_to_try = [
    ("The doctor bought the car.", "The automobile was purchased by the physician."),
    ("The doctor bought the car.", "The automobile was purchased by the lawyer."),
    ("It was the kid who lost the bike.", "The bicycle was mislaid by the child."),
    ("It was the kid who lost the bike.", "The child found the bicycle."),
]
show(
    ask(pairs_to_try),
    alt="""Four pairs of sentences, each with a bar: how much the model believes that
    both mean the same.""",
)

# %% [markdown]
# ### In the other order
#
# "Do both mean the same?" does not depend on which sentence comes first. Does the model know?
#
# > **Predict.** Swap first and second. Do the siamese model's predictions change? Answer `True` or `False`. And
# > the strangers'?

# %% tags=["answers"]
prediction = ...

swapped = {
    "first": sentences.validation.x["second"],
    "second": sentences.validation.x["first"],
}
changes = {}
for model in (siamese, strangers):
    forward = model.predict(sentences.validation.x, batch_size=500, verbose=0)
    backward = model.predict(swapped, batch_size=500, verbose=0)
    changes[model.name] = not np.allclose(forward, backward, atol=1e-4)
print(predicted(prediction, changes["siamese"]))
print("the strangers' change:", changes["strangers"])

# %% [markdown]
# <details><summary>After the run</summary>
#
# The siamese model cannot help it: same reader, and $|a - b| = |b - a|$.
#
# </details>
#
# What you know about a task can be built into the
# graph, and then it need not be learned.
#
# ## 4 One trunk for two pictures
#
# The same idea for pictures: two photographs from two cameras, one network that sees. Here the cameras show handwritten
# digits, and the question is whether both show the **same digit**.

# %%
SMALL = 250
digits = data.digits.make_pairs(n=3000, n_validation=1000)

# %% tags=["drawing"]
# Plot: eight pairs of digits.
figure, axes = plt.subplots(2, 8, figsize=(9, 2.8))
for column in range(8):
    for axis, name in zip(axes[:, column], ("first", "second")):
        axis.imshow(digits.train.x[name][column, :, :, 0], cmap="gray_r")
        axis.axis("off")
    axes[0, column].set_title(
        "same" if digits.train.y["same"][column, 0] else "different", fontsize=9
    )
show(
    figure,
    alt="""Eight pairs of small handwritten digits, one above the other, each marked as
    same or different.""",
)

# %% [markdown]
# The **trunk** is a small network, written as a model of its own. A model is a layer: called twice, it shares all that is
# in it. For 8 × 8 points a dense layer sees enough; for photographs a convolutional network would stand in its place, and
# nothing else would change.


# %%
def make_trunk(name):
    return keras.Sequential(
        [
            keras.Input(shape=(8, 8, 1)),
            layers.Flatten(name="in_a_row"),
            layers.Dense(32, activation="tanh", name="features"),
        ],
        name=name,
    )


def compare_pictures(first, second, trunk, other_trunk, name):
    difference = layers.Subtract(name=f"{name}_difference")(
        [trunk(first), other_trunk(second)]
    )
    return layers.Dense(1, activation="sigmoid", name=name)(keras.ops.abs(difference))


first = keras.Input(shape=(8, 8, 1), name="first")
second = keras.Input(shape=(8, 8, 1), name="second")
trunk = make_trunk("trunk")
twin = keras.Model(
    [first, second], compare_pictures(first, second, trunk, trunk, "same"), name="twin"
)

plot_model(twin)

# %% [markdown]
# ### Little data, several seeds
#
# How much is sharing worth here? We train on 250 pairs only, and compare with two separate trunks. One training proves
# nothing: with other starting weights it could come out differently. So each kind is trained three times.
#
# Six trainings? One is enough. The six networks do not touch each other, so they can be **one model with six outputs**.
# Each has its own weights and its own loss, and the sum of the losses makes each learn as if it were alone.

# %%
keras.utils.set_random_seed(7)
first = keras.Input(shape=(8, 8, 1), name="first")
second = keras.Input(shape=(8, 8, 1), name="second")
heads = []
for run in range(3):
    trunk = make_trunk(f"trunk_{run}")
    heads.append(compare_pictures(first, second, trunk, trunk, f"shared_{run}"))
    trunks = make_trunk(f"first_trunk_{run}"), make_trunk(f"second_trunk_{run}")
    heads.append(compare_pictures(first, second, *trunks, f"separate_{run}"))
six = keras.Model([first, second], heads, name="six_at_once")

six.compile(optimizer=keras.optimizers.Adam(0.005), loss=["binary_crossentropy"] * 6)
few = {name: array[:SMALL] for name, array in digits.train.x.items()}
answers = digits.train.y["same"][:SMALL]
six.fit(few, [answers] * 6, epochs=20, batch_size=32, verbose=0, callbacks=[Progress()])

truth = digits.validation.y["same"] > 0.5
right = {}
for name, belief in zip(
    six.output_names, six.predict(digits.validation.x, batch_size=500, verbose=0)
):
    right.setdefault(name.split("_")[0], []).append(np.mean((belief > 0.5) == truth))
print(
    "on average, shared is better than separate:",
    np.mean(right["shared"]) > np.mean(right["separate"]),
)

# %% tags=["drawing"]
# Plot: accuracy of three shared and three separate networks.
figure, axis = plt.subplots(figsize=(6, 2.4))
for at, (name, values) in enumerate(right.items()):
    axis.plot(
        values, [at] * 3, "o" if name == "shared" else "s", markersize=9, alpha=0.7
    )
    axis.plot([np.mean(values)], [at], "k|", markersize=24)
axis.axvline(0.5, color="0.5", linestyle=":")
axis.set(
    yticks=[0, 1],
    yticklabels=list(right),
    ylim=(-0.6, 1.6),
    xlim=(0.45, 1),
    xlabel="accuracy on 1000 pairs not seen",
)
axis.invert_yaxis()
show(
    figure,
    alt="""Accuracy of three shared and three separate networks, each a mark; the mean
    of the shared ones lies further to the right.""",
)

# %% [markdown]
# Sharing helps here, by a few hundredths: each trunk sees 250 pictures when it is alone and 500 when it is shared. With 3000
# pairs the difference disappears (try it: `SMALL = 3000`, and 6 epochs). With enough data, two trunks can learn twice
# what one learns once.
#
# So ask: **is it the same question in both places?** Two sentences of one language, two cameras of one kind: share. A
# title and a long text, a photograph and an X-ray: do not. When in doubt, try both, over several seeds.
#
# ### Exercise 10.4 · Your own siamese network
#
# Build and compile a model for these pairs of pictures: two inputs of shape (8, 8, 1), one number between 0 and 1 out. At
# least one layer with weights is called on each of the two pictures, **at most 30,000 parameters**, and at least **80 %** right on
# pairs that it has not seen. The check trains a copy on 3000 pairs for at most 10 epochs.

# %%
# @answer 10.4 model
trunk = keras.Sequential(
    [
        keras.Input(shape=(8, 8, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(32),
    ]
)
first, second = (
    keras.Input(shape=(8, 8, 1), name="first"),
    keras.Input(shape=(8, 8, 1), name="second"),
)
distance = keras.ops.abs(layers.Subtract()([trunk(first), trunk(second)]))
model = keras.Model([first, second], layers.Dense(1, activation="sigmoid")(distance))
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="binary_crossentropy")
# @blank
# model = ...
# @end

# %% [markdown]
# ## Recap
#
# - Make a layer once and call it twice: two calls, one set of weights. Gradients of all calls add up.
# - You see it in the picture (`shared`), in the parameter count, and nowhere else. No error tells you when it is missing.
# - A function that makes layers makes new ones at each call.
# - Siamese: the same reader for both, then a distance. It gives one map, and symmetry for nothing.
# - Sharing is a guess that two places ask the same question. It is worth most when data are few.
#
# ## Further reading
#
# - J. Bromley and others, *Signature Verification using a "Siamese" Time Delay Neural Network*, 1993.
# - J. Mueller and A. Thyagarajan, *Siamese Recurrent Architectures for Learning Sentence Similarity*, 2016.
# - The Keras guide [The functional API](https://keras.io/guides/functional_api/), section "Shared layers".

# %% [markdown]
# ## Where you are

# %%
my_progress("10")
