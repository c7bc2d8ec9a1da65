# ---
# title: "Social media: age, income, gender"
# description: One text, three heads, three losses of different size. And what it means to predict people.
# minutes: 75
# examples: [L15]
# goals:
#   - say whom such a model fails, and what it repeats, with numbers
#   - compute the shortest sequence that a stack of convolutions and poolings accepts
#   - choose losses, weights and metrics for each head by its name
#   - see one loss drown the others, and mend it with weights and scaled targets
#   - recognise a model that has nothing to learn
# ---

# %%
from course_utils import Progress, data, exercise, loss_weights, my_progress
from course_utils import plot_model, predicted, show

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers


def first_line(error):
    """What an error says, in its first line."""
    return f"{type(error).__name__}: {str(error).splitlines()[0]}"


# %% [markdown]
# ## 1 Before you build it
#
# The model of this lesson reads what a person has posted. It says the person's age, their income, and whether they are a
# man or a woman. They wrote about rugby and rent. They did not write down their age, and nobody asked whether they want
# to have it guessed. A network that learns a sine is wrong about a curve. This one is wrong about someone.
#
# That is why the people here are **invented**, and every rule by which they write is known. So we can see what nobody
# sees with real data: for whom the model fails, and why. Keep three questions in mind. Section 7 answers each with
# numbers.
#
# - **Who bears the errors?** "86 % right" is an average over everybody.
# - **What does the model repeat?** It learns how things are in its data. If women earn less there, that is learned, too.
# - **What does the label mean?** `gender` is 0 or 1 because people had filled in a form with two boxes. A sigmoid that
#   says 0.5 has not found a third answer. It only does not know.
#
# ### The data
#
# 6,000 people to learn from and 1,000 to be judged on. Each has written 28 short posts.

# %%
people = data.posts.make(n=6000, seed=7)
train, validation = people.train, people.validation
print(people)

# %%
for row in range(2):
    text = people.decode(train.x["posts"][row])
    print("\n".join(text.split(". ")[:6]))
    age, group = train.y["age"][row, 0], train.y["income"][row].argmax()
    gender = people.details["genders"][int(train.y["gender"][row, 0])]
    print(f"   age {age}   income group {group}   gender {gender}\n")

# %% [markdown]
# Each word is a number, each text a row of 280 numbers with zeros in front. Ages are in years. Income comes in ten groups,
# 0 the lowest, one-hot. Gender is 0 (man) or 1 (woman).
#
# Some words go with an age, some with an income, some with a gender. Look at who uses them.

# %% tags=["drawing"]
# Plot: who uses which words.
texts = [set(row) for row in train.x["posts"].tolist()]
number = {word: at for at, word in enumerate(people.vocabulary)}


def mean_of_users(word, values):
    return np.mean(
        [value for text, value in zip(texts, values) if number[word] in text]
    )


income_group = train.y["income"].argmax(axis=1)
panels = [
    (
        "age",
        people.details["age_words"][::2],
        train.y["age"][:, 0],
        "mean age of those who use it",
    ),
    ("income", people.details["income_words"], income_group, "mean income group"),
    (
        "gender",
        sum(people.details["gender_words"], ()),
        train.y["gender"][:, 0],
        "share of women",
    ),
]
figure, axes = plt.subplots(1, 3, figsize=(10, 4.6))
for axis, (title, words, values, label) in zip(axes, panels):
    axis.plot([mean_of_users(word, values) for word in words], range(len(words)), "o")
    axis.set_yticks(range(len(words)), words, fontsize=8)
    axis.set(title=title, xlabel=label)
    axis.grid(alpha=0.3)
figure.tight_layout()
show(
    figure,
    alt="""Three panels of words. From exam to choir the mean age of those who use a
    word rises; from foodbank to chauffeur the mean income rises; ten words such as
    rugby are used mostly by men, ten such as ballet mostly by women.""",
)

# %% [markdown]
# No word is a proof. But 28 posts hold many words, and together they tell a lot. How much, the data can say exactly: the
# rules are known, so Bayes' rule gives the **best that any model can do**.

# %%
best, blind = people.ceiling[frozenset({"posts"})], people.ceiling[frozenset()]
print("at best, and without reading:")
print(f"age:    wrong by {best['age']:.1f} years, {blind['age']:.1f} years (RMSE)")
print(f"income: right for {best['income']:.0%}, {blind['income']:.0%}")
print(f"gender: right for {best['gender']:.0%}, {blind['gender']:.0%}")

# %% [markdown]
# ## 2 The lecture's network
#
# ![A graph. Posts go into an embedding, a convolution and a pooling, two convolutions and a pooling, two convolutions, a global maximum and a dense layer. From there three arrows lead to three outputs: age, income and gender.](../figures/08_network.svg)
#
# One long trunk, three short heads. The trunk reads the text and sums the person up in 128 numbers. Each head turns those
# into one answer: a number, ten probabilities, one probability. The heads differ in their last layer:
#
# | head | last layer | loss |
# |---|---|---|
# | `age`, a number | `Dense(1)`, linear | mean squared error |
# | `income`, one of ten | `Dense(10)`, softmax | categorical cross-entropy |
# | `gender`, yes or no | `Dense(1)`, sigmoid | binary cross-entropy |


# %%
def lecture_network(posts, pooled=True):
    x = layers.Embedding(50_000, 256, name="words")(posts)
    x = layers.Conv1D(128, 5, activation="relu", name="conv_1")(x)
    x = layers.MaxPooling1D(5, name="pool_1")(x)
    x = layers.Conv1D(256, 5, activation="relu", name="conv_2")(x)
    x = layers.Conv1D(256, 5, activation="relu", name="conv_3")(x)
    x = layers.MaxPooling1D(5, name="pool_2")(x)
    x = layers.Conv1D(256, 5, activation="relu", name="conv_4")(x)
    x = layers.Conv1D(256, 5, activation="relu", name="conv_5")(x)
    if pooled:
        x = layers.GlobalMaxPooling1D(name="strongest")(x)
    x = layers.Dense(128, activation="relu", name="person")(x)
    age = layers.Dense(1, name="age")(x)
    income = layers.Dense(10, activation="softmax", name="income")(x)
    gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
    return keras.Model(posts, [age, income, gender], name="social_media")


lecture = lecture_network(keras.Input(shape=(None,), dtype="int32", name="posts"))
plot_model(lecture, show_parameters=False)

# %% [markdown]
# `Conv1D(128, 5)` slides a window of 5 words over the text. At each place 128 units look at the window. `MaxPooling1D(5)`
# keeps the largest of every 5 neighbours. `GlobalMaxPooling1D` keeps the largest of all: *was this seen anywhere?*
#
# > **Predict.** 14 million parameters. In which layer are most of them?

# %% tags=["answers"]
prediction = ...  # a name, in quotes
most = max(lecture.layers, key=lambda layer: layer.count_params())
print(predicted(prediction, most.name))

lecture.summary(line_length=80)

# %% [markdown]
# <details><summary>After the run</summary>
#
# Nine of ten are in the embedding: 50,000 words × 256 numbers = 12,800,000.
#
# </details>
#
# A convolution has a weight for each place of its window, each channel it reads and each unit, and a bias for each unit.
# `conv_2`: 5 × 128 × 256 + 256 = 164,096.

# %% tags=["answers"]
print("embedding + convolutions + dense layers:")
embedding = 50_000 * 256
convolutions = [(256, 128), (128, 256), (256, 256), (256, 256), (256, 256)]
convolved = sum(5 * reads * units + units for reads, units in convolutions)
heads = (256 * 128 + 128) + (128 * 1 + 1) + (128 * 10 + 10) + (128 * 1 + 1)
print(f"{embedding:,} + {convolved:,} + {heads:,} = {embedding + convolved + heads:,}")
print("as in the summary:", lecture.count_params() == embedding + convolved + heads)

# %% [markdown]
# ## 3 Three ways in which it fails
#
# ### Too short
#
# One lecture feeds sequences of 100 words. The model has the shape `(None, None)`: any number of texts, any number of
# words. So it should work.
#
# > **Predict.** A window of 5 words fits into 100 words at 96 places. Then the pooling keeps one of five: 19. Go on. How
# > many steps are left for `conv_4`?

# %% tags=["answers"]
prediction = ...
print(predicted(prediction, ((100 - 4) // 5 - 4 - 4) // 5))

try:
    lecture.compute_output_shape((None, 100))
except ValueError as error:
    print(first_line(error))

# %% [markdown]
# <details><summary>After the run</summary>
#
# 100, 96, 19, 15, 11, 2. "Output size would be zero or negative": 2 steps are left, and a window of 5 does not fit into
# them.
#
# </details>
#
# Every convolution without padding takes 4 steps away, every pooling divides by 5.
#
# ![Bars for the number of steps after each layer, for a text of 280 words: 280, 276, 55, 51, 47, 9, 5, 1.](../figures/08_steps.svg)
#
# One lecture mends this by switching layers off. There is a better way: ask how long the text must be. Go backwards from
# the end, where 1 step must be left. What must a layer read to give $n$ steps? A convolution with a window of 5 reads
# $n + 4$, a pooling reads $5n$.

# %%
trunk = [
    ("conv", 5),
    ("pool", 5),
    ("conv", 5),
    ("conv", 5),
    ("pool", 5),
    ("conv", 5),
    ("conv", 5),
]

steps = 1
for kind, size in reversed(trunk):
    steps = steps * size if kind == "pool" else steps + size - 1
    print(f"{kind} {size} must read {steps}")
shortest = steps

# %% [markdown]
# 269 words. A note that goes round in public says 244. Do not believe either; ask the model.

# %%
for length in (244, shortest - 1, shortest):
    try:
        shapes = lecture.compute_output_shape((None, length))
        print(length, "works:", shapes)
    except ValueError as error:
        print(length, first_line(error))

# %% [markdown]
# Our texts have 280 words, so they fit.
#
# ### Exercise 8.1 · How short may it be?
#
# Another trunk: convolutions with a window of **3** and poolings of **4**, in the lecture's order: convolution, pooling,
# two convolutions, pooling, two convolutions, and a global maximum. What is the shortest text that it accepts?

# %%
# @answer 8.1 shortest_text
sizes = [
    ("conv", 3),
    ("pool", 4),
    ("conv", 3),
    ("conv", 3),
    ("pool", 4),
    ("conv", 3),
    ("conv", 3),
]
shortest_text = 1
for kind, size in reversed(sizes):
    shortest_text = shortest_text * size if kind == "pool" else shortest_text + size - 1
# @blank
# shortest_text = ...
# @end

# %% [markdown]
# ### A pooling left out
#
# In one lecture the line with `GlobalMaxPooling1D` is missing.
#
# > **Predict.** Does the model still build? What shape does `age` have?

# %% tags=["answers"]
prediction = ...  # a shape, or "error"

unpooled = lecture_network(
    keras.Input(shape=(None,), dtype="int32", name="posts"), pooled=False
)
print(predicted(prediction, unpooled.outputs[0].shape))
for name, output in zip(unpooled.output_names, unpooled.outputs):
    print(f"{name:7} {output.shape}")

# %% [markdown]
# <details><summary>After the run</summary>
#
# It builds without a word, and it has *as many parameters* as the right one. But every head now answers at every step that
# is left: `(None, None, 1)`, an age for each piece of the text, where one age a person was wanted. A dense layer works on
# the last axis and leaves the others alone.
#
# </details>
#
# **Look at the output shapes before you train.** They are in the picture.
#
# ### A metric that nobody defined
#
# One lecture also watches the area under the ROC curve (AUC) of `gender`: how often a woman gets a higher number than a
# man. It writes `metrics={"gender": auc}`.

# %%
losses = {
    "age": "mse",
    "income": "categorical_crossentropy",
    "gender": "binary_crossentropy",
}
try:
    lecture.compile(optimizer="rmsprop", loss=losses, metrics={"gender": auc})
except NameError as error:
    print(first_line(error))

# %% [markdown]
# Nothing called `auc` exists. The metric is a class of Keras, and what is handed over is an object made from it.

# %%
lecture.compile(
    optimizer="rmsprop", loss=losses, metrics={"gender": keras.metrics.AUC(name="auc")}
)
print("compiled")

# %% [markdown]
# ### Exercise 8.2 · Mend it
#
# This is a small relative of the lecture's network, with the same kinds of layers. It is meant for 180 words, with 32
# numbers a word. It builds, and Keras says nothing. Yet it has **four mistakes**. Find and mend them, and leave the
# heads their names; draw it if you do not see them all.
#
# ```python
# posts = keras.Input(shape=(None,), dtype="int32")
# x = layers.Embedding(32, 180)(posts)
# x = layers.Conv1D(64, 3, activation="relu")(x)
# x = layers.Dense(64, activation="relu")(x)
# age = layers.Dense(1, name="age")(x)
# income = layers.Dense(10, activation="softmax", name="income")(x)
# gender = layers.Dense(1, activation="softmax", name="gender")(x)
# model = keras.Model(posts, [age, income, income])
# ```

# %%
# @answer 8.2 model
posts = keras.Input(shape=(None,), dtype="int32")
x = layers.Embedding(180, 32)(posts)
x = layers.Conv1D(64, 3, activation="relu")(x)
x = layers.GlobalMaxPooling1D()(x)
x = layers.Dense(64, activation="relu")(x)
age = layers.Dense(1, name="age")(x)
income = layers.Dense(10, activation="softmax", name="income")(x)
gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
model = keras.Model(posts, [age, income, gender])
# @blank
# model = ...
# @end

# %% [markdown]
# ## 4 Three losses, one number
#
# Training makes *one* number small. With three heads it is the weighted sum of three losses:
#
# $$J = w_\text{age} J_\text{age} + w_\text{income} J_\text{income} + w_\text{gender} J_\text{gender}$$
#
# The lecture takes 0.25, 1 and 10. Losses and weights are given as lists in the order of the outputs, or by name. Names
# are safer: a list that is in the wrong order is not noticed.

# %%
weights = {"age": 0.25, "income": 1.0, "gender": 10.0}
lecture.compile(optimizer="rmsprop", loss=losses, loss_weights=weights)

some = {name: values[:32] for name, values in train.y.items()}
parts = lecture.evaluate(
    train.x["posts"][:32], some, batch_size=32, return_dict=True, verbose=0
)
by_hand = sum(weights[name] * parts[f"{name}_loss"] for name in weights)
print(
    "the weighted sum of the parts is the loss:",
    np.isclose(by_hand, parts["loss"], rtol=1e-3),
)

# %% [markdown]
# ### How large are the parts?
#
# That depends on the data. Take a model that reads nothing and always gives the best constant answer: the mean age, and
# the shares of the groups. Its losses are the sizes that training starts from. NumPy is enough.

# %%
ages, groups, women = (
    train.y["age"],
    train.y["income"].mean(axis=0),
    train.y["gender"].mean(),
)
constant = {
    "age": float(ages.var()),
    "income": float(-(groups * np.log(groups)).sum()),
    "gender": float(-(women * np.log(women) + (1 - women) * np.log(1 - women))),
}
choices = {
    "equal: 1, 1, 1": {"age": 1.0, "income": 1.0, "gender": 1.0},
    "lecture: 0.25, 1, 10": weights,
    "1 / loss of a constant": {name: 1 / loss for name, loss in constant.items()},
}
print(
    "loss of a constant answer:",
    {name: round(loss, 1) for name, loss in constant.items()},
)
for title, choice in choices.items():
    parts = np.array([choice[name] * constant[name] for name in constant])
    print(
        f"{title:24}",
        {name: f"{share:.0%}" for name, share in zip(constant, parts / parts.sum())},
    )

# %% tags=["drawing"]
# Plot: shares of the loss at the start.
figure, axis = plt.subplots(figsize=(8, 2))
left = np.zeros(len(choices))
for name, hatch, shade in zip(
    constant, ("", "//", ".."), ("#9ec5e8", "#f2c79b", "#b8dcb0")
):
    parts = np.array(
        [
            [choice[key] * constant[key] for key in constant]
            for choice in choices.values()
        ]
    )
    share = parts[:, list(constant).index(name)] / parts.sum(axis=1)
    axis.barh(
        list(choices),
        share,
        left=left,
        label=name,
        hatch=hatch,
        color=shade,
        edgecolor="0.3",
    )
    left += share
axis.invert_yaxis()
axis.set(xlabel="share of the loss at the start", xlim=(0, 1))
axis.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
show(
    figure,
    alt="""Shares of age, income and gender in the loss. With equal weights age takes
    nearly all; with the lecture's still most of it; with one over the loss of a
    constant each takes a third.""",
)

# %% [markdown]
# With equal weights 99 % of the loss is age, because ages are measured in years and squared. In months it would be worse.
# A unit of measurement decides what is learned.
#
# The lecture's weights are right for losses of another size: for an age error of 3 to 5 and a gender error of 0.1, so at
# the *end* of a training that went well. Here they do not help at the start. **Measure first, then choose:** one over the
# loss of a constant answer makes each part 1.
#
# ### Exercise 8.3 · By name
#
# Build a small model and compile it. `posts`: any number of words, `int32`. An embedding of 180 words with 16 numbers
# each, `Conv1D` with 32 units, a window of 3 and `relu`, a global maximum, and directly on it the three heads `age`,
# `income` and `gender` of this lesson. Optimizer `adam`; the lesson's three losses; the weights **0.005** for age, **0.5**
# for income, **1.5** for gender; watch the mean absolute error of age, the accuracy of income, and accuracy *and AUC* of
# gender.

# %%
# @answer 8.3 model
posts = keras.Input(shape=(None,), dtype="int32", name="posts")
x = layers.Embedding(180, 16)(posts)
x = layers.Conv1D(32, 3, activation="relu")(x)
x = layers.GlobalMaxPooling1D()(x)
age = layers.Dense(1, name="age")(x)
income = layers.Dense(10, activation="softmax", name="income")(x)
gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
model = keras.Model(posts, [age, income, gender])
model.compile(
    optimizer="adam",
    loss={
        "age": "mse",
        "income": "categorical_crossentropy",
        "gender": "binary_crossentropy",
    },
    loss_weights={"age": 0.005, "income": 0.5, "gender": 1.5},
    metrics={
        "age": ["mae"],
        "income": ["accuracy"],
        "gender": ["accuracy", keras.metrics.AUC()],
    },
)
# @blank
# model = ...
# @end

# %% [markdown]
# ## 5 A network for these data
#
# The lecture's network was made for 50,000 words. We have 180, and 6,000 people. 14 million weights would have little to
# learn from, and hours to do it in. What is needed? A person is told by *which words occur anywhere*. One convolution to
# see a word with its neighbours, a global maximum to ask "anywhere?", one dense layer to put it together.


# %%
def small_network():
    posts = keras.Input(shape=(None,), dtype="int32", name="posts")
    x = layers.Embedding(len(people.vocabulary), 32, name="words")(posts)
    x = layers.Conv1D(64, 3, activation="relu", name="phrases")(x)
    x = layers.GlobalMaxPooling1D(name="anywhere")(x)
    x = layers.Dense(64, activation="relu", name="person")(x)
    age = layers.Dense(1, name="age")(x)
    income = layers.Dense(10, activation="softmax", name="income")(x)
    gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
    return keras.Model(posts, [age, income, gender], name="small")


small = small_network()
print(f"{small.count_params():,} parameters")
plot_model(small)

# %% [markdown]
# Now three trainings of it:
#
# 1. ages in years, equal weights;
# 2. ages in years, each weight one over the loss of a constant;
# 3. the same weights rule, and the ages **scaled** to mean 0 and spread 1.
#
# Numbers 2 and 3 weigh the parts alike. The difference is where the age head must go: from about 0, where it starts, to
# 44, or to 0.

# %%
center, spread = float(ages.mean()), float(ages.std())


def scaled(y):
    return {**y, "age": (y["age"] - center) / spread}


def fit(
    what, model, x, y, x_validation, y_validation, loss_weights, epochs, batch_size=64
):
    steps = epochs * -(-len(x) // batch_size)
    model.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(0.004, steps)
        ),
        loss=losses,
        loss_weights=loss_weights,
        metrics={
            "income": ["accuracy"],
            "gender": ["accuracy", keras.metrics.AUC(name="auc")],
        },
    )
    history = model.fit(
        x,
        y,
        validation_data=(x_validation, y_validation),
        validation_batch_size=500,
        epochs=epochs,
        batch_size=batch_size,
        verbose=0,
        callbacks=[Progress(f"{what}: trained")],
    )
    return history.history


x_train, x_validation = train.x["posts"], validation.x["posts"]
inverse = choices["1 / loss of a constant"]

# %% [markdown]
# > **Predict.** Which of `income` and `gender` will learn in the first training, so that it is clearly better than without
# > reading?

# %% tags=["answers"]
prediction = ...  # "income", "gender", "income and gender" or "none"

in_years = x_train, train.y, x_validation, validation.y
in_spreads = x_train, scaled(train.y), x_validation, scaled(validation.y)
equal = choices["equal: 1, 1, 1"]
measured = {**inverse, "age": 1.0}  # a constant has the loss 1 on scaled ages
runs = {}

keras.utils.set_random_seed(7)
name = "years, equal weights"
runs[name] = fit(name, small_network(), *in_years, equal, epochs=2)

keras.utils.set_random_seed(7)
name = "years, measured weights"
runs[name] = fit(name, small_network(), *in_years, inverse, epochs=2)

keras.utils.set_random_seed(7)
name = "scaled, measured weights"
runs[name] = fit(name, small, *in_spreads, measured, epochs=4)

first = runs["years, equal weights"]
learns = {
    "income": first["val_income_accuracy"][-1] > blind["income"] + 0.1,
    "gender": first["val_gender_accuracy"][-1] > blind["gender"] + 0.1,
}
print(predicted(prediction, {head for head in learns if learns[head]}))

# %% tags=["answers", "drawing"]
# Plot: each head by epoch, in three trainings.
figure, axes = plt.subplots(1, 3, figsize=(10.5, 3.4))
for (title, history), style in zip(runs.items(), ("s:", "^--", "o-")):
    epochs = range(1, len(history["loss"]) + 1)
    years = np.sqrt(history["val_age_loss"]) * (spread if "scaled" in title else 1)
    for axis, values in zip(
        axes, (years, history["val_income_accuracy"], history["val_gender_accuracy"])
    ):
        axis.plot(epochs, values, style, label=title)
for axis, name, label in zip(
    axes, best, ("error of age in years", "accuracy of income", "accuracy of gender")
):
    axis.axhline(best[name], color="0.4", linewidth=1, label="best possible")
    axis.axhline(
        blind[name], color="0.4", linewidth=1, linestyle=":", label="without reading"
    )
    axis.set(title=name, xlabel="epoch", ylabel=label, xticks=range(1, 5))
axes[2].legend(fontsize=8)
figure.tight_layout()
show(
    figure,
    alt="""Validation figures of three trainings by epoch, with the best possible and
    what needs no reading. With equal weights income and gender stay where they start;
    with measured weights and scaled ages all three come near the best.""",
)

# %% tags=["answers"]
drowned, good = runs["years, equal weights"], runs["scaled, measured weights"]
error_of_age = np.sqrt(good["val_age_loss"][-1]) * spread
print("what each head learned:")
print("equal weights: income above 25 %:", drowned["val_income_accuracy"][-1] > 0.25)
print("equal weights: gender above 60 %:", drowned["val_gender_accuracy"][-1] > 0.60)
print("measured and scaled: age within 3.5 years:", error_of_age < 3.5)
print("measured and scaled: income above 50 %:", good["val_income_accuracy"][-1] > 0.50)
print("measured and scaled: gender above 82 %:", good["val_gender_accuracy"][-1] > 0.82)

# %% [markdown]
# <details><summary>After the run</summary>
#
# With equal weights the trunk works for the age head alone. The other two stand at chance although they have the same
# text, the same trunk and losses of their own: their voices **drown**. Nothing warns you. The total loss falls to a small
# part of what it was, and looks like success.
#
# With measured weights gender comes back. But the age head starts near 0 and must climb to 44. As long as it is on its
# way its loss is many times that of a constant, and the others wait. With scaled ages it starts where it belongs, and all
# three heads learn at once.
#
# </details>
#
# **Watch every head by its own measure**, beside what a guess would reach and what is possible at best.
#
# ### Who is heard?
#
# Each head pulls at the trunk with its gradient, and a weight makes it pull harder. Here is a network that has learned
# nothing yet, with ages in years and equal weights. Choose weights at which all three are heard, and press **Retrain**:
# do `income` and `gender` learn now, and what does it cost `age`?

# %% tags=["answers"]
untrained = small_network()
untrained.compile(optimizer="adam", loss=losses, loss_weights=equal)
judged_on = x_validation, validation.y
loss_weights(untrained, x_train, train.y, validation=judged_on, epochs=2)

# %% [markdown]
# ### Predictions against truth

# %%
says_age, says_income, says_gender = small.predict(
    x_validation, batch_size=500, verbose=0
)
years = says_age[:, 0] * spread + center  # back to years
true_years, is_woman = validation.y["age"][:, 0], validation.y["gender"][:, 0]
true_group = validation.y["income"].argmax(axis=1)

# %% tags=["drawing"]
# Plot: predictions beside the truth, for each head.
figure, axes = plt.subplots(1, 3, figsize=(10.5, 3.5))
axes[0].plot([18, 70], [18, 70], color="0.5", linewidth=1)
axes[0].plot(true_years, years, ".", markersize=3)
axes[0].set(title="age", xlabel="true age", ylabel="predicted age")
table = np.zeros((10, 10))
np.add.at(table, (true_group, says_income.argmax(1)), 1)
axes[1].imshow(table / table.sum(axis=1, keepdims=True), cmap="Greys", origin="lower")
axes[1].set(title="income", xlabel="predicted group", ylabel="true group")
for value, style in ((0, "-"), (1, "--")):
    label = people.details["genders"][value]
    axes[2].hist(
        says_gender[is_woman == value, 0],
        bins=20,
        range=(0, 1),
        histtype="step",
        linestyle=style,
        label=label,
    )
axes[2].set(title="gender", xlabel="what the sigmoid says", ylabel="people")
axes[2].legend()
figure.tight_layout()
show(
    figure,
    alt="""Left: predicted ages lie along the diagonal of the true ones. Middle: most
    income predictions lie in the true group or next to it. Right: men are mostly near 0
    and women near 1, but a small heap of each stands at the wrong end.""",
)

# %% [markdown]
# Look at the right picture again. A heap of men stands near 1, and a heap of women near 0. The model is not unsure about
# them. We come back to them in section 7.
#
# ### Back to years inside the model
#
# In section 5 the *targets* were scaled, so the model answers in spreads, and we must remember to turn that into years. A
# layer can remember it for us: `Rescaling(scale, offset)` multiplies by the one and adds the other. It has no weights. Here
# it turns spreads into degrees, for a model of the weather where the mean is 10 degrees and the spread 6:

# %%
to_degrees = layers.Rescaling(6.0, offset=10.0)
print(np.array(to_degrees(np.array([[-1.0], [0.0], [2.0]]))))

# %% [markdown]
# The layers before it work with numbers around 0, as they like it; what comes out is in degrees.
#
# ### Exercise 8.4 · Scaling inside the model
#
# Build and compile a model that learns from ages **in years**, and answers in years, with all three heads: `age`, `income`
# and `gender`. The check trains a copy of it on 4,000 people, for 4 epochs in batches of 64. It asks for an age error
# **under 5 years** (that is a mean squared error under 25, in years squared), income right for **at least 40 %** and gender for **at least 80 %**.

# %%
# @answer 8.4 model
posts = keras.Input(shape=(None,), dtype="int32", name="posts")
x = layers.Embedding(180, 32)(posts)
x = layers.Conv1D(64, 3, activation="relu")(x)
x = layers.GlobalMaxPooling1D()(x)
x = layers.Dense(64, activation="relu")(x)
spreads = layers.Dense(1)(x)
age = layers.Rescaling(15.0, offset=44.0, name="age")(spreads)
income = layers.Dense(10, activation="softmax", name="income")(x)
gender = layers.Dense(1, activation="sigmoid", name="gender")(x)
model = keras.Model(posts, [age, income, gender])
model.compile(
    optimizer=keras.optimizers.Adam(0.004),
    loss={
        "age": "mse",
        "income": "categorical_crossentropy",
        "gender": "binary_crossentropy",
    },
    loss_weights={"age": 1 / 230, "income": 1 / 2.2, "gender": 1 / 0.7},
)
# @blank
# model = ...
# @end

# %% [markdown]
# ## 6 Nothing to learn
#
# In one lecture the targets are drawn at random. Code can be tried that way, but what does training *look* like then?
# Let us deal the true answers of 500 people to the wrong people. Every age still occurs as often as before; only the link
# to the texts is cut.
#
# > **Predict.** Which loss will come clearly below that of a constant answer: that of `"training"`, that of `"validation"`,
# > or both?

# %% tags=["answers"]
prediction = ...  # one word, or "training and validation"

x_few, x_other = x_train[:500], x_validation[:300]
y_few = {name: values[:500] for name, values in scaled(train.y).items()}
y_other = {name: values[:300] for name, values in scaled(validation.y).items()}
rng = np.random.default_rng(7)
dealt, dealt_other = rng.permutation(500), rng.permutation(300)

keras.utils.set_random_seed(7)
settings = {"loss_weights": measured, "epochs": 15, "batch_size": 50}
real = fit("Real targets", small_network(), x_few, y_few, x_other, y_other, **settings)

keras.utils.set_random_seed(7)
y_dealt = {name: values[dealt] for name, values in y_few.items()}
y_dealt_other = {name: values[dealt_other] for name, values in y_other.items()}
random = fit(
    "Dealt targets", small_network(), x_few, y_dealt, x_other, y_dealt_other, **settings
)

falls = {"training": random["age_loss"][-1], "validation": min(random["val_age_loss"])}
print(predicted(prediction, {name for name in falls if falls[name] < 0.8}))

# %% tags=["answers", "drawing"]
# Plot: age loss by epoch, real and dealt targets.
figure, axes = plt.subplots(1, 2, figsize=(10, 3.2), sharey=True)
for axis, history, title in zip(
    axes, (real, random), ("real targets", "targets dealt at random")
):
    epochs = range(1, len(history["age_loss"]) + 1)
    axis.plot(epochs, history["age_loss"], "o-", markersize=3, label="training")
    axis.plot(epochs, history["val_age_loss"], "s--", markersize=3, label="validation")
    axis.axhline(
        1, color="0.4", linewidth=1, linestyle=":", label="always the mean age"
    )
    axis.set(title=title, xlabel="epoch", ylim=(0, 2))
axes[0].set_ylabel("age loss (scaled)")
axes[0].legend()
show(
    figure,
    alt="""Age loss by epoch. With real targets training and validation loss both fall
    near 0. With random targets the training loss falls, too, but the validation loss
    does not fall below that of always saying the mean age.""",
)

# %% tags=["answers"]
print("the validation loss beats a constant answer:")
print("random targets:", min(random["val_age_loss"]) < 0.8)
print("real targets:  ", min(real["val_age_loss"]) < 0.8)

# %% [markdown]
# <details><summary>After the run</summary>
#
# The training loss falls either way. With random targets the network learns these 500 people *by heart*: the only thing
# there is to learn. On others it does worse than a constant.
#
# </details>
#
# A falling loss is no proof of learning; a validation loss
# below that of a constant answer is.
#
# ### Targets that are all zero
#
# Another lecture draws its answers with `np.random.randint(0, 1, ...)`.
#
# > **Predict.** How many different numbers can come out?

# %% tags=["answers"]
prediction = ...

drawn = np.random.randint(0, 1, size=(1000, 10))
print(predicted(prediction, len(np.unique(drawn))))
print("numbers that occur:", np.unique(drawn))
loss = keras.losses.categorical_crossentropy(
    drawn.astype("float32"), np.full((1000, 10), 0.1, dtype="float32")
)
print("every categorical cross-entropy is 0:", bool(np.all(np.array(loss) == 0)))

# %% [markdown]
# <details><summary>After the run</summary>
#
# The high end of `randint` is **exclusive**: only zeros. And the cross-entropy of a target without a 1 is always 0,
# whatever the model says. A loss of exactly 0 from the start is a reason to look at the targets. (`randint(0, 2, …)` would
# draw zeros and ones, but not one-hot rows; those are `np.eye(10)[np.random.randint(0, 10, size=…)]`.)
#
# </details>
#
# ## 7 What it means
#
# Now the three questions of section 1.
#
# ### Who bears the errors?
#
# In these data one person in ten writes about things that most people of the other gender write about. The course's data
# know who; the model does not.

# %%
misread = people.details["validation"]["misread"]
is_right = (says_gender[:, 0] > 0.5) == (is_woman > 0.5)
belief_in_truth = np.where(is_woman > 0.5, says_gender[:, 0], 1 - says_gender[:, 0])

print("right for more than 80 % of all:", is_right.mean() > 0.8)
print("right for more than 90 % of the nine in ten:", is_right[~misread].mean() > 0.9)
print("right for fewer than 20 % of the one in ten:", is_right[misread].mean() < 0.2)
print(
    "of these, most get less than 0.2 for what they are:",
    (belief_in_truth[misread] < 0.2).mean() > 0.5,
)

# %% tags=["drawing"]
# Plot: for how many the model is right, by group.
figure, axis = plt.subplots(figsize=(7, 1.8))
labels = ("everybody", "nine in ten", "one in ten")
shares = [is_right.mean(), is_right[~misread].mean(), is_right[misread].mean()]
axis.barh(labels, shares, color="#9ec5e8", edgecolor="0.3")
for at, share in enumerate(shares):
    axis.text(share + 0.01, at, f"{share:.0%}", va="center")
axis.invert_yaxis()
axis.set(xlabel="share for whom the gender is right", xlim=(0, 1.1))
show(
    figure,
    alt="""Bars: the model is right for most people, for nearly all of nine in ten, and
    for few of one in ten.""",
)

# %% [markdown]
# The errors do not fall on people by chance. They fall on the same people, nearly always, and the model is **sure** of
# itself when it is wrong. No larger network and no more data can mend that: the model is already near the best that is
# possible. And whoever looks only at the average never sees them.
#
# ### What does it repeat?
#
# In these data women earn less than men of the same age: one income group. Nobody told the model. Take two people who
# wrote the same two posts, but for **one word**. `posterior` is Bayes' rule, so this is what the *best possible* model
# says, not a weakness of ours.

# %%
lines = "who is up for {} on saturday . nobody warned me about the reunion ."
pair = data.posts.encode([lines.format(word) for word in ("rugby", "netball")])
belief = data.posts.posterior(pair)  # people × ages × income groups × genders
mean_group = belief.sum(axis=(1, 3)) @ np.arange(10)
print(
    "the one who plays netball is thought to earn less:", mean_group[1] < mean_group[0]
)
print("by more than a third of a group:", mean_group[0] - mean_group[1] > 1 / 3)

# %% [markdown]
# One word, and half an income group is gone: about 6.2 against 5.7. Neither person wrote a word about money. And over all
# 1,000 people, what does the trained network say on average?

# %%
predicted_group = says_income @ np.arange(10)
gaps = [
    values[is_woman == 0].mean() - values[is_woman == 1].mean()
    for values in (true_group, predicted_group)
]

# %% tags=["drawing"]
# Plot: mean income group, in the data and predicted.
figure, axis = plt.subplots(figsize=(7, 2))
places = np.arange(2)
for value, shade, hatch in ((0, "#f2c79b", "//"), (1, "#b8dcb0", "..")):
    means = [
        values[is_woman == value].mean() for values in (true_group, predicted_group)
    ]
    axis.barh(
        places + 0.4 * value,
        means,
        0.38,
        label=people.details["genders"][value],
        color=shade,
        hatch=hatch,
    )
axis.set_yticks(places + 0.2, ["in the data", "predicted"])
axis.set(xlabel="mean income group", xlim=(0, 7))
axis.legend()
show(
    figure,
    alt="""Mean income group of men and women, in the data and as predicted: men are
    higher by the same step in both.""",
)

# %%
print(
    "the predictions repeat at least half of the gap in the data:",
    gaps[1] > 0.5 * gaps[0] > 0,
)

# %% [markdown]
# A prediction says how things *were*. If a bank or a landlord acts on it, it also decides how things will be: whoever is
# taken for poorer pays more, and the next data set shows it.
#
# ### What does the label mean?
#
# The form had two boxes, so the model has one sigmoid. People who would have ticked neither are in the data all the same,
# under one of the two. No loss and no metric will ever show that, because both trust the label. The words are a choice,
# too: that rugby stands for men and ballet for women is a cliché which the course's authors wrote into the rules. With
# real posts the clichés come from the people, and the model learns them in the same way.
#
# ### Before you use such a model
#
# - **Ask, do not guess.** If you may know a person's age, ask for it. If they would not tell you, you have your answer.
# - **Measure by group**, not only on average, and look at who is wrong with great confidence.
# - **Say what it decides.** A guess that picks a song is not a guess that sets a rent.
# - **Let people see and correct it.**
# - **Not building it** is among the choices.
#
# ### Exercise 8.5 · An average hides a group
#
# Twelve messages, from a town and a village. `sure` is what a model's sigmoid said, `truth` what was right. Compute the
# accuracy over all, and in each place: a dictionary with the keys `"all"`, `"town"` and `"village"`.

# %%
truth = np.array([1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1])
sure = np.array([0.9, 0.2, 0.8, 0.7, 0.1, 0.3, 0.6, 0.4, 0.3, 0.1, 0.2, 0.2])
place = np.array(["town"] * 9 + ["village"] * 3)

# @answer 8.5 accuracies
is_correct = (sure > 0.5) == (truth == 1)
accuracies = {
    "all": is_correct.mean(),
    "town": is_correct[place == "town"].mean(),
    "village": is_correct[place == "village"].mean(),
}
# @blank
# accuracies = ...
# @end

# %% [markdown]
# ## Recap
#
# - One trunk, several heads: each head has its own last layer, its own loss, its own metric. Give them by name.
# - Convolutions and poolings eat steps. Compute the shortest sequence backwards from the end; then ask the model.
# - Output shapes tell of a pooling that was left out. Parameter counts do not.
# - The total loss is a weighted sum. Measure the parts, then choose weights, and scale targets that are large.
# - A training loss that falls proves nothing. Compare the validation loss with that of a constant answer.
# - An average hides whom a model fails. Count by group before you trust it.
#
# ## Further reading
#
# - F. Chollet, *Deep Learning with Python*, section 7.1 of the first edition: the network of this lesson.
# - J. Buolamwini and T. Gebru, *Gender Shades*, 2018: accuracy by group, measured on products that were for sale.
# - M. Mitchell and others, *Model Cards for Model Reporting*, 2019: what to say about a model before others use it.
# - S. Barocas, M. Hardt and A. Narayanan, [*Fairness and Machine Learning*](https://fairmlbook.org).

# %% [markdown]
# ## Where you are

# %%
my_progress("08")
