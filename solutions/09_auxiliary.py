# ---
# title: An auxiliary input and output
# description: Numbers that join a text half way, a second head that helps to train, and whether it helps.
# minutes: 60
# examples: [L17]
# goals:
#   - let a second input join a network half way
#   - give an auxiliary output its own loss and weight, and read the error that a wrong form raises
#   - say which layers a loss teaches, and which it does not
#   - take the auxiliary head away when training is over
#   - compare two trainings over several seeds, and not believe a difference that is smaller than their spread
# ---

# %%
from course_utils import Progress, data, exercise, my_progress
from course_utils import plot_model, predicted, show

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers


def first_line(error):
    """What an error says, in its first line."""
    return f"{type(error).__name__}: {str(error).splitlines()[0]}"


# %% [markdown]
# ## 1 The task
#
# A newspaper posts a headline. Will it be retweeted? Two things tell: the headline, and when and by whom it was posted.
# The headlines are invented, and so are the rules of who retweets what.

# %%
tweets = data.headlines.make(n=4000, n_validation=2000, seed=7)
train, validation = tweets.train, tweets.validation
print(tweets)

# %%
for row in range(4):
    print(tweets.decode(train.x["main_input"][row]))
    numbers = zip(tweets.details["aux_names"], train.x["aux_input"][row])
    print("   ", ", ".join(f"{name} {value:.2f}" for name, value in numbers))
    print("    retweeted" if train.y["main_output"][row, 0] else "    not retweeted")

# %% [markdown]
# `main_input` is the headline: 100 word numbers, with zeros in front. `aux_input` holds five numbers. The hour is given as
# a sine and a cosine, a point on a clock face, so that 23 and 0 are neighbours. The weekday likewise. The last is the
# logarithm of the number of followers.

# %% tags=["drawing"]
# Plot: retweets by hour, and by first word.
hours = (
    np.round(
        np.arctan2(train.x["aux_input"][:, 0], train.x["aux_input"][:, 1])
        * 24
        / (2 * np.pi)
    ).astype(int)
    % 24
)
retweeted = train.y["main_output"][:, 0]
first_words = [tweets.decode(row).split()[0] for row in train.x["main_input"]]
openings = [word for word in tweets.details["points"]["opening"] if word]

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3))
left.bar(
    range(24),
    [retweeted[hours == hour].mean() for hour in range(24)],
    color="#9ec5e8",
    edgecolor="0.3",
)
left.set(xlabel="hour", ylabel="share retweeted", ylim=(0, 1))
share = [
    np.mean([r for r, word in zip(retweeted, first_words) if word == opening])
    for opening in openings
]
right.barh(openings, share, color="#9ec5e8", edgecolor="0.3")
right.set(xlabel="share retweeted", title="first word of the headline", xlim=(0, 1))
figure.tight_layout()
show(
    figure,
    alt="""Left: the share of retweets by hour has two peaks, in the morning and in the
    evening. Right: headlines that begin with watch or quiz are retweeted more often
    than those that begin with correction or opinion.""",
)

# %% [markdown]
# Even one who knows all rules cannot be right each time: a retweet stays a matter of chance. The best that any model can
# reach depends on what it reads.

# %%
names = {"main_input": "headline", "aux_input": "numbers"}
for inputs, best in tweets.ceiling.items():
    read = " and ".join(names[name] for name in names if name in inputs) or "nothing"
    print(f"{read:20} {best['main_output']:.0%}")

# %% [markdown]
# ## 2 The lecture's network
#
# ![A graph with two inputs and two outputs. The headline goes into an embedding and an LSTM. From the LSTM one arrow leads to the auxiliary output, another to a concatenation, where the five numbers join. Three dense layers follow, then the main output.](../figures/09_headline.svg)
#
# - **An auxiliary input.** Five numbers need no LSTM. They join half way: `concatenate` puts them beside the 32 numbers
#   into which the LSTM has packed the headline.
# - **An auxiliary output.** It sits right behind the LSTM and answers the *same* question from the headline alone. It is
#   there for training. The main output is four layers away from the LSTM; the auxiliary loss speaks to it directly.

# %%
main_input = keras.Input(shape=(100,), dtype="int32", name="main_input")
x = layers.Embedding(10_000, 512, name="words")(main_input)
headline = layers.LSTM(32, name="headline")(x)
aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(headline)

aux_input = keras.Input(shape=(5,), name="aux_input")
x = layers.concatenate([headline, aux_input], name="together")
x = layers.Dense(64, activation="relu", name="hidden_1")(x)
x = layers.Dense(64, activation="relu", name="hidden_2")(x)
x = layers.Dense(64, activation="relu", name="hidden_3")(x)
main_output = layers.Dense(1, activation="sigmoid", name="main_output")(x)

lecture = keras.Model(
    [main_input, aux_input], [main_output, aux_output], name="lecture"
)
plot_model(lecture, show_parameters=False)

# %% [markdown]
# > **Predict.** How many parameters does `hidden_1` have? How many numbers does it read?

# %% tags=["answers"]
prediction = ...  # parameters
print(predicted(prediction, lecture.get_layer("hidden_1").count_params()))

lecture.summary(line_length=80)

# %% [markdown]
# <details><summary>After the run</summary>
#
# `hidden_1` reads 32 numbers from the LSTM and 5 more: 37 × 64 + 64 = 2,432.
#
# </details>
#
# An LSTM with 32 units that reads 512 numbers
# has 4 × (512 × 32 + 32 × 32 + 32) = 69,760. And once more the embedding has nearly everything.

# %%
parts = {
    "words": 10_000 * 512,
    "headline": 4 * (512 * 32 + 32 * 32 + 32),
    "aux_output": 32 + 1,
    "hidden layers": (37 * 64 + 64) + 2 * (64 * 64 + 64),
    "main_output": 64 + 1,
}
print(
    " + ".join(f"{count:,}" for count in parts.values()), f"= {sum(parts.values()):,}"
)
print("as in the summary:", sum(parts.values()) == lecture.count_params())

# %% [markdown]
# ### Exercise 9.1 · Which layers does it teach?
#
# Suppose the main loss has the weight 0, and only the auxiliary loss counts. Gradients flow backwards, against the arrows
# of the graph. Which layers of `lecture` change their weights? Give a list of their names, in any order.

# %%
# @answer 9.1 taught
taught = ["words", "headline", "aux_output"]
# @blank
# taught = ...
# @end

# %% [markdown]
# ## 3 One loss for two outputs
#
# Both heads answer a yes-or-no question, so one loss serves both. It may be given once:

# %%
first_x = {name: values[:32] for name, values in train.x.items()}
first_y = {name: values[:32] for name, values in train.y.items()}

lecture.compile(optimizer="rmsprop", loss="binary_crossentropy")
losses = lecture.evaluate(first_x, first_y, batch_size=32, return_dict=True, verbose=0)
print(sorted(losses))
print(
    "the loss is the sum:",
    np.isclose(losses["loss"], losses["main_output_loss"] + losses["aux_output_loss"]),
)

# %% [markdown]
# But the heads should not count alike. The main output is what we want, so it gets the weight 1; the auxiliary gets 0.2.
# The lecture writes it so:

# %%
lecture.compile(
    optimizer="rmsprop", loss="binary_crossentropy", loss_weights=[1.0, 0.2]
)
print("compiled")

# %% [markdown]
# > **Predict.** It compiles. Will it train? Answer `True` or `False`.

# %% tags=["answers"]
prediction = ...
try:
    lecture.fit(first_x, first_y, epochs=1, batch_size=32, verbose=0)
    print(predicted(prediction, True))
except ValueError as error:
    print(predicted(prediction, False))
    print(first_line(error))

# %% [markdown]
# <details><summary>After the run</summary>
#
# In the Keras of the lecture this worked. Today one loss takes no list of weights: "1 losses and 2 weights". `compile` says
# nothing, because it only notes what you give it. The error comes with the first batch.
#
# </details>
#
# So after each `compile`, **try one
# batch** before you go for coffee.
#
# It can be said for each output: as lists, in the order of the outputs, or by name.

# %%
lecture.compile(
    optimizer="rmsprop", loss=["binary_crossentropy"] * 2, loss_weights=[1.0, 0.2]
)
by_list = lecture.evaluate(first_x, first_y, batch_size=32, return_dict=True, verbose=0)

by_name_settings = {
    "loss": {"main_output": "binary_crossentropy", "aux_output": "binary_crossentropy"},
    "loss_weights": {"main_output": 1.0, "aux_output": 0.2},
}
lecture.compile(optimizer="rmsprop", **by_name_settings)
by_name = lecture.evaluate(first_x, first_y, batch_size=32, return_dict=True, verbose=0)

print(
    "lists and names give the same loss:", np.isclose(by_list["loss"], by_name["loss"])
)
weighted = 1.0 * by_name["main_output_loss"] + 0.2 * by_name["aux_output_loss"]
print("1.0 × main + 0.2 × auxiliary:", np.isclose(by_name["loss"], weighted))

# %% [markdown]
# The data come by name as well: a dictionary of inputs, a dictionary of targets. Both heads get the *same* target under two
# names.
#
# ### Exercise 9.2 · Weights by name
#
# Build and compile a smaller relative. `main_input`: 100 words, `int32`; an embedding of 200 words with 16 numbers each; a
# `GRU` with 24 units; on it `aux_output`, one unit with a sigmoid. `aux_input`: 7 numbers, which join the GRU's output
# by concatenation; then one dense layer with 32 units and `relu`; then `main_output`, one unit with a sigmoid. Inputs and
# outputs in the lecture's order. Optimizer `adam`, binary cross-entropy for both heads, weights **1.0** for the main output
# and **0.3** for the auxiliary one; watch the accuracy of both.

# %%
# @answer 9.2 model
main_input = keras.Input(shape=(100,), dtype="int32", name="main_input")
headline = layers.GRU(24)(layers.Embedding(200, 16)(main_input))
aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(headline)
aux_input = keras.Input(shape=(7,), name="aux_input")
x = layers.concatenate([headline, aux_input])
x = layers.Dense(32, activation="relu")(x)
main_output = layers.Dense(1, activation="sigmoid", name="main_output")(x)
model = keras.Model([main_input, aux_input], [main_output, aux_output])
model.compile(
    optimizer="adam",
    loss={"main_output": "binary_crossentropy", "aux_output": "binary_crossentropy"},
    loss_weights={"main_output": 1.0, "aux_output": 0.3},
    metrics={"main_output": ["accuracy"], "aux_output": ["accuracy"]},
)
# @blank
# model = ...
# @end

# %% [markdown]
# ## 4 Training
#
# Our headlines are made of 125 words, not 10,000. So 32 numbers a word are enough in place of 512. The rest of the graph
# stays. The lecture trains for 50 epochs in batches of 32; here 3 epochs in batches of 64 bring most of what can be had.


# %%
def small_network(length=100):
    main_input = keras.Input(shape=(length,), dtype="int32", name="main_input")
    x = layers.Embedding(len(tweets.vocabulary), 32, name="words")(main_input)
    headline = layers.LSTM(32, name="headline")(x)
    aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(headline)
    aux_input = keras.Input(shape=(5,), name="aux_input")
    x = layers.concatenate([headline, aux_input], name="together")
    for number in (1, 2, 3):
        x = layers.Dense(64, activation="relu", name=f"hidden_{number}")(x)
    main_output = layers.Dense(1, activation="sigmoid", name="main_output")(x)
    return keras.Model([main_input, aux_input], [main_output, aux_output], name="small")


keras.utils.set_random_seed(7)
small = small_network()
print(f"{small.count_params():,} parameters")

accuracy = {"main_output": ["accuracy"], "aux_output": ["accuracy"]}
small.compile(
    optimizer=keras.optimizers.Adam(0.003), metrics=accuracy, **by_name_settings
)
history = small.fit(
    train.x,
    train.y,
    validation_data=(validation.x, validation.y),
    validation_batch_size=500,
    epochs=3,
    batch_size=64,
    verbose=0,
    callbacks=[Progress()],
).history

# %% [markdown]
# > **Predict.** Which of the two heads will be better, `"main"` or `"auxiliary"`, and why? Look at the table of what is
# > possible.

# %% tags=["answers"]
prediction = ...

reached = {
    "main": history["val_main_output_accuracy"][-1],
    "auxiliary": history["val_aux_output_accuracy"][-1],
}
print(predicted(prediction, max(reached, key=reached.get)))
print("main output above 72 %:", reached["main"] > 0.72)
print("auxiliary output above 66 %:", reached["auxiliary"] > 0.66)

# %% tags=["answers", "drawing"]
# Plot: accuracy of both heads by epoch.
text_only, both = frozenset({"main_input"}), frozenset({"main_input", "aux_input"})
figure, axis = plt.subplots(figsize=(7, 3.4))
epochs = range(1, len(history["val_main_output_accuracy"]) + 1)
axis.plot(
    epochs, history["val_main_output_accuracy"], "o-", color="C0", label="main output"
)
axis.plot(
    epochs,
    history["val_aux_output_accuracy"],
    "s--",
    color="C1",
    label="auxiliary output",
)
for inputs, colour, label in (
    (both, "C0", "best with both inputs"),
    (text_only, "C1", "best with the headline alone"),
):
    axis.axhline(
        tweets.ceiling[inputs]["main_output"], color=colour, linestyle=":", label=label
    )
axis.set(
    xlabel="epoch",
    ylabel="accuracy on validation data",
    xticks=list(epochs),
    ylim=(0.45, 0.9),
)
axis.legend(fontsize=8, loc="lower right")
show(
    figure,
    alt="""Validation accuracy of both heads over three epochs, with two dotted lines
    for the best possible. Both rise; the main output ends above the auxiliary one, and
    each below its own line.""",
)

# %% [markdown]
# <details><summary>After the run</summary>
#
# The auxiliary head does not read the numbers. It cannot pass 74 %, whatever the training.
#
# </details>
#
# A head that does worse than
# another is no reason to worry if it knows less.
#
# ### Predictions against truth
#
# These data know the true probability of each retweet. A good model gives high numbers to tweets with a high probability.

# %%
says_main, says_aux = small.predict(validation.x, batch_size=500, verbose=0)
points = (
    tweets.details["validation"]["text_points"]
    + tweets.details["validation"]["aux_points"]
)
true_probability = 1 / (1 + np.exp(-points))

# %% tags=["drawing"]
# Plot: what each head says, beside the true probability.
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharex=True, sharey=True)
for axis, says, title in zip(
    axes, (says_main, says_aux), ("main output", "auxiliary output")
):
    axis.plot([0, 1], [0, 1], color="0.5", linewidth=1)
    axis.plot(true_probability, says[:, 0], ".", markersize=3, alpha=0.5)
    axis.set(title=title, xlabel="true probability")
axes[0].set_ylabel("what the head says")
show(
    figure,
    alt="""Two clouds of points, what a head says against the true probability of a
    retweet. The main output's cloud follows the diagonal; the auxiliary output's is
    much wider.""",
)

# %%
fit_main, fit_aux = (
    np.corrcoef(true_probability, says[:, 0])[0, 1] for says in (says_main, says_aux)
)
print("the main output follows the true probability more closely:", fit_main > fit_aux)

# %% [markdown]
# And what has it learned about the hour? Ask about one headline, on a Saturday, with 1,000 followers, at each hour of the
# day. The rules have their peaks at 8 and at 20. Nobody told the network.


# %%
def by_hour(text, weekday=5, followers=3.0):
    clock, week = 2 * np.pi * np.arange(24) / 24, np.full(24, 2 * np.pi * weekday / 7)
    numbers = np.stack(
        [
            np.sin(clock),
            np.cos(clock),
            np.sin(week),
            np.cos(week),
            np.full(24, followers),
        ],
        axis=1,
    )
    tokens = np.tile(data.headlines.encode(text), (24, 1))
    return [
        says[:, 0]
        for says in small.predict(
            {"main_input": tokens, "aux_input": numbers}, verbose=0
        )
    ]


# %% tags=["drawing"]
# Plot: what both heads say, hour by hour.
figure, axis = plt.subplots(figsize=(8, 3.2))
for text, colour in (
    ("village bakery postpones new bridge", "C0"),
    ("finance minister discusses meeting schedule", "C1"),
):
    main, auxiliary = by_hour(text)
    axis.plot(range(24), main, "o-", color=colour, markersize=3, label=text)
    axis.plot(range(24), auxiliary, "--", color=colour)
for hour in (8, 20):
    axis.axvline(hour, color="0.7", linewidth=1, linestyle=":")
axis.set(
    xlabel="hour", ylabel="what the heads say", ylim=(0, 1), xticks=range(0, 24, 2)
)
axis.legend(
    fontsize=8,
    title="main output; dashed: auxiliary output",
    title_fontsize=8,
    ncols=2,
    loc="lower center",
    bbox_to_anchor=(0.5, 1.0),
)
show(
    figure,
    alt="""For two headlines, what the main output says by hour, and the auxiliary
    output as a level dashed line. The main output rises and falls with the hour.""",
)

# %% [markdown]
# The dashed lines are level: the auxiliary head does not see the clock.
#
# ### Exercise 9.3 · Take the scaffolding away
#
# Training is over, and only the main answer is wanted. Make a model out of `small` that reads both inputs and has **one**
# output, `main_output`. Build no new layers: the trained ones are to be used.

# %%
# @answer 9.3 model
model = keras.Model(small.inputs, small.get_layer("main_output").output)
# @blank
# model = ...
# @end

# %% [markdown]
# The auxiliary head is like a scaffold: it helps to build, and then it goes. Or it stays in use on its own, for headlines
# that have not been posted yet. The five numbers are not known then, and the auxiliary head does not need them.
#
# ## 5 Does the auxiliary loss help?
#
# That is the claim: the auxiliary loss makes the LSTM learn sooner and better, because it stands close to it, and more so
# when data are few. A claim like that can be tested. Take 500 headlines. Train with the auxiliary weight 0 and with 0.2.
# Everything else stays the same.
#
# > **Predict.** Will the main output be better by 6 points or more, on the mean? Answer `True` or `False`. And if you repeat
# > the very same training with another random start, by how many points does *that* change it?
#
# One training proves nothing, because the random start matters, too. So we train from **five** starts each. Both weights
# get the same five.
# %% tags=["answers"]
prediction = ...

LENGTH = data.headlines.MAX_TOKENS  # the longest headline: less padding, less time
few = data.headlines.make(n=500, n_validation=1000, seed=7, length=LENGTH)
SEEDS = range(5)


def accuracies(aux_weight):
    model = small_network(LENGTH)
    weights = {"main_output": 1.0, "aux_output": aux_weight}
    model.compile(
        optimizer=keras.optimizers.Adam(0.004),
        loss=by_name_settings["loss"],
        loss_weights=weights,
        metrics=accuracy,
    )
    # Compiling takes longer than training here. So the model is compiled once, and its
    # state is set back for each seed.
    model.optimizer.build(model.trainable_variables)
    optimizer_start = [variable.numpy() for variable in model.optimizer.variables]
    reached = []
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        model.set_weights(small_network(LENGTH).get_weights())
        for variable, value in zip(model.optimizer.variables, optimizer_start):
            variable.assign(value)
        what = f"Auxiliary weight {aux_weight}, seed {seed}: trained"
        model.fit(
            few.train.x,
            few.train.y,
            epochs=6,
            batch_size=25,
            verbose=0,
            callbacks=[Progress(what, picture=False)],
        )
        figures = model.evaluate(
            few.validation.x,
            few.validation.y,
            batch_size=500,
            return_dict=True,
            verbose=0,
        )
        reached.append(
            [figures["main_output_accuracy"], figures["aux_output_accuracy"]]
        )
    return np.array(reached)


without, with_aux = accuracies(0.0), accuracies(0.2)
change = 100 * (with_aux[:, 0] - without[:, 0])  # in points of per cent, seed by seed
print(predicted(prediction, bool(change.mean() >= 6)))

# %% tags=["answers", "drawing"]
# Plot: accuracy without and with auxiliary loss, five seeds.
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
for column, (axis, title, inputs) in enumerate(
    zip(axes, ("main output", "auxiliary output"), (both, text_only)),
):
    for seed in SEEDS:
        axis.plot(
            [0, 1],
            [without[seed, column], with_aux[seed, column]],
            "o-",
            color="0.6",
            markersize=4,
        )
    means = [without[:, column].mean(), with_aux[:, column].mean()]
    axis.plot([0, 1], means, "s--", color="C3", linewidth=2, label="mean of five")
    axis.axhline(
        tweets.ceiling[inputs]["main_output"],
        color="0.3",
        linestyle=":",
        label="best possible",
    )
    axis.set(title=title, xticks=[0, 1], xlim=(-0.3, 1.3), ylim=(0.2, 0.9))
    axis.set_xticklabels(["auxiliary weight 0", "auxiliary weight 0.2"])
axes[0].set_ylabel("accuracy on validation data")
axes[0].legend(loc="lower center")
figure.tight_layout()
show(
    figure,
    alt="""Accuracy after training with auxiliary weight 0 and 0.2, a grey line for each
    of five seeds and a red one for the mean. Left, main output: the mean moves little
    beside the distance between the seeds. Right, auxiliary output: it rises.""",
)

# %% tags=["answers"]
print(
    "auxiliary head without its loss, over 60 % on average:", without[:, 1].mean() > 0.6
)
print(
    "auxiliary head with its loss, over 58 % on average:", with_aux[:, 1].mean() > 0.58
)
print("main output changed by under 6 points on average:", abs(change.mean()) < 6)

# %% [markdown]
# <details><summary>After the run</summary>
#
# One thing is sure: without its loss the auxiliary head learns nothing. Its own weights never change, and how often it is
# right is luck.
#
# The main output is another matter. Read the left picture: how far apart are the seeds, and how far does the mean move? We
# ran this with three settings, five or six seeds each. The mean changed by +1.4, −0.7 and −1.1 points. Single seeds went up
# by 3 points and down by 3. So the honest answer for *this* task is: **no effect that we can tell from chance.**
#
# Why does the claim not hold here? The way from the main loss to the LSTM is only four layers long, and the main loss
# already asks about the headline. The auxiliary loss brings no new information, and it asks for something slightly
# different: to say all from the headline alone. It is worth trying where the way is much longer, or where the auxiliary
# target knows something that the main target does not.
#
# Had we trained once with each weight, we would have "seen" a gain or a loss, and believed it.
#
# </details>
#
# ### Exercise 9.4 · More than chance?
#
# Two networks were trained from the same eight starts. Here are their accuracies in per cent. Compute the **mean of the
# differences** `new - old`, and its **standard error**: the standard deviation of the differences (`ddof=1`), divided by the
# square root of their number. Answer with a dictionary with the keys `"mean"` and `"error"`. Then judge: is the mean more than
# twice its error away from 0?

# %%
old = np.array([71.2, 74.0, 69.5, 73.1, 75.4, 70.8, 72.6, 74.2])
new = np.array([72.0, 73.1, 72.9, 73.0, 74.1, 73.2, 71.9, 75.0])

# @answer 9.4 difference
differences = new - old
difference = {
    "mean": differences.mean(),
    "error": differences.std(ddof=1) / np.sqrt(len(differences)),
}
# @blank
# difference = ...
# @end

# %% [markdown]
# ### Exercise 9.5 · Your own two heads
#
# Build and compile a network with the lecture's two inputs and two outputs, named `main_input`, `aux_input`, `main_output`
# and `aux_output`, in this order. `aux_output` must **not** depend on `aux_input`. The check trains a copy on 3,000 headlines
# of 43 words, made from a vocabulary of 127, for at most 6 epochs in batches of 64. It asks for a main output that is
# right for **at least 72 %** and an auxiliary output that is right for **at least 66 %**. It need not have an LSTM: what
# else can read a headline?

# %%
# @answer 9.5 model
main_input = keras.Input(shape=(43,), dtype="int32", name="main_input")
words = layers.Embedding(127, 32)(main_input)
headline = layers.GlobalAveragePooling1D()(
    layers.Conv1D(48, 2, activation="relu")(words)
)
aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(headline)
aux_input = keras.Input(shape=(5,), name="aux_input")
x = layers.concatenate([headline, aux_input])
x = layers.Dense(64, activation="relu")(x)
x = layers.Dense(64, activation="relu")(x)
main_output = layers.Dense(1, activation="sigmoid", name="main_output")(x)
model = keras.Model([main_input, aux_input], [main_output, aux_output])
model.compile(
    optimizer=keras.optimizers.Adam(0.005),
    loss={"main_output": "binary_crossentropy", "aux_output": "binary_crossentropy"},
    loss_weights={"main_output": 1.0, "aux_output": 0.5},
)
# @blank
# model = ...
# @end

# %% [markdown]
# ## Recap
#
# - An input may join half way: bring it to a vector, and concatenate.
# - An auxiliary output is a second head, close to the layers that it should teach. It teaches those that stand before it.
# - `loss="…"` serves all outputs, but then without weights. With weights, give lists for both, or names for both.
# - `compile` does not check. Try one batch.
# - After training, `keras.Model(model.inputs, one_output)` takes the scaffold away and keeps the weights.
# - A difference counts only beside its spread over seeds. "No effect that we can tell" is a result.
#
# ## Further reading
#
# - C. Szegedy and others, *Going Deeper with Convolutions*, 2015: auxiliary heads in a network of 22 layers; in
#   *Rethinking the Inception Architecture*, 2016, some of them report that these did not help early in training.
# - X. Bouthillier and others, *Accounting for Variance in Machine Learning Benchmarks*, 2021: how much the seed matters.
# - The Keras guide [Training and evaluation with the built-in methods](https://keras.io/guides/training_with_built_in_methods/): losses
#   and weights for several outputs.

# %% [markdown]
# ## Where you are

# %%
my_progress("09")
