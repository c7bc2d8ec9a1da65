# ---
# title: Two inputs, and how to merge them
# description: "Models that read two things at once: branches, every way to merge them, and digits cut in half."
# minutes: 60
# examples: [L9, L10, L11]
# goals:
#   - build, feed and train a model with two or more inputs
#   - read the error of a merge that cannot be, and say which merge can
#   - compute every merge by hand, and know its output shape beforehand
#   - choose a merge for a purpose, or write one that Keras does not have
#   - show by measurement what each input is worth
# ---

# %%
from course_utils import Progress, compare_models, data, exercise
from course_utils import merges, my_progress, plot_model, predicted, show

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

# %% [markdown]
# ## 1 Two branches learn a sine
#
# Lesson 02 learned $\sin(2\pi x)$ with one chain of layers. The lecture now asks for this graph:
#
# ![Two inputs, x1 and x2, with one number each. x1 goes into a dense layer of 32 units, x2 into one of 20. Both are concatenated to 52 numbers, which go through a dense layer of 32 units into a single one.](../figures/03_two_branches.svg)
#
# Two inputs, two branches, and a place where they meet. Both inputs get the same $x$, since there is only one; what is
# new is the wiring. Here are the inputs and the branches:

# %%
x1 = keras.Input(shape=(1,), name="x1")
x2 = keras.Input(shape=(1,), name="x2")
a = layers.Dense(32, activation="sigmoid", name="branch_1")(x1)
b = layers.Dense(20, activation="sigmoid", name="branch_2")(x2)
print("a:", a.shape, "  b:", b.shape)

# %% [markdown]
# Two tensors have to become one. A first thought is to add them.
#
# > **Predict.** `a` has 32 numbers for each example, `b` has 20. Which shape does `layers.add([a, b])`
# > have? Or is it an `"error"`?

# %% tags=["answers"]
prediction = ...  # a shape, or "error"
try:
    print(predicted(prediction, layers.add([a, b]).shape))
except ValueError as error:
    print(predicted(prediction, "error"))
    print(str(error).splitlines()[0])

# %% [markdown]
# <details><summary>After the run</summary>
#
# Read it: *received shapes (32,) and (20,)*. `add` adds the first number of `a` to the first of `b`, the second to the
# second, and so on. For the 21st number of `a` there is no partner. The batch axis, `None`, is left out of the message,
# since it always fits.
#
# </details>
#
# > **Predict.** How many of `average`, `multiply`, `maximum` and `concatenate` can join 32 and 20 numbers? Say which, too.

# %% tags=["answers"]
prediction = ...
print("merge        shape, or what is wrong")
joins = 0
for merge in (layers.average, layers.multiply, layers.maximum, layers.concatenate):
    try:
        print(f"{merge.__name__:12} {merge([a, b]).shape}")
        joins += 1
    except ValueError as error:
        print(f"{merge.__name__:12} {str(error).splitlines()[0]}")
predicted(prediction, joins)

# %% [markdown]
# <details><summary>After the run</summary>
#
# `concatenate` needs no partners. It lays the 20 numbers behind the 32: 52. The other three work number by number, like
# `add`, and fail like it.
#
# </details>
#
# **Beware of 1.** A single number has a partner in every place: Keras stretches it. So this is no error, and hardly ever
# what you meant:

# %%
single = layers.Dense(1, name="single")(x2)
print(a.shape, "+", single.shape, "=", layers.add([a, single]).shape)

# %% [markdown]
# Now the whole model. `keras.Model` gets a **list of inputs**.

# %%
joined = layers.concatenate([a, b], name="joined")
h = layers.Dense(32, activation="sigmoid", name="together")(joined)
y = layers.Dense(1, name="y")(h)
two_branches = keras.Model([x1, x2], y, name="two_branches")

plot_model(two_branches)

# %%
two_branches.summary(line_length=80)

# %% [markdown]
# The last column says what each layer reads. Merging costs nothing: `joined` has no weights. But it makes the next
# layer larger, because that one reads 52 numbers now.

# %%
for name, reads, units in [
    ("branch_1", 1, 32),
    ("branch_2", 1, 20),
    ("together", 52, 32),
    ("y", 32, 1),
]:
    print(f"{name:9} {reads:2} × {units:2} + {units:2} = {reads * units + units:5,}")
print(f"together {two_branches.count_params():,}")

# %% [markdown]
# ### Feeding two inputs
#
# A model with a list of inputs takes a list of arrays, **in the same order**. Both arrays are the same here. The settings
# are those that worked in lesson 02: Glorot's start and Adam. And as there, the points stand in a row, six times: an epoch
# is six passes.

# %%
waves = data.waves.make(n=1000, n_validation=100, seed=7)
x_train, y_train = waves.train.x["x"], waves.train.y["sin"]
x_validation, y_validation = waves.validation.x["x"], waves.validation.y["sin"]
print(waves)

keras.utils.set_random_seed(7)
learner = keras.models.clone_model(two_branches)
learner.compile(
    optimizer=keras.optimizers.Adam(0.02), loss="mse", steps_per_execution=60
)
IN_A_ROW = 6
x_often, y_often = np.tile(x_train, (IN_A_ROW, 1)), np.tile(y_train, (IN_A_ROW, 1))
history = learner.fit(
    [x_often, x_often],
    y_often,
    validation_data=([x_validation, x_validation], y_validation),
    epochs=60 // IN_A_ROW,
    batch_size=50,
    verbose=0,
    callbacks=[Progress()],
)
print("validation error under 0.01:", history.history["val_loss"][-1] < 0.01)

# %%
says = learner.predict([x_validation, x_validation], verbose=0)

# %% tags=["drawing"]
# Plot: training by pass, and the network beside the truth.
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3))
passes = IN_A_ROW * np.arange(1, len(history.epoch) + 1)
left.semilogy(passes, history.history["loss"], label="training")
left.semilogy(passes, history.history["val_loss"], "--", label="validation")
left.set(xlabel="pass", ylabel="error (log scale)")
left.legend()
right.plot(x_train, y_train, linewidth=1, label="truth")
right.plot(x_validation, says, "x", label="network, validation points")
right.set(xlabel="x", ylabel="sin(2πx)")
right.legend(loc="upper right", fontsize=8)
show(
    figure,
    alt="""Left: training and validation error fall together over 60 passes. Right: the
    predictions at the validation points lie on the sine.""",
)

# %% [markdown]
# And if the inputs get *different* numbers? The network was trained on pairs that are equal. It has never seen another.

# %%
grid = np.linspace(0, 1, 41, dtype="float32")
first, second = np.meshgrid(grid, grid)
surface = learner.predict(
    [first.reshape(-1, 1), second.reshape(-1, 1)], batch_size=512, verbose=0
).reshape(41, 41)

# %% tags=["drawing"]
# Plot: what the network says for every pair.
figure, axis = plt.subplots(figsize=(5, 4))
image = axis.imshow(
    surface, origin="lower", extent=(0, 1, 0, 1), cmap="RdBu", vmin=-1.5, vmax=1.5
)
axis.plot([0, 1], [0, 1], "k--", linewidth=1)
axis.set(xlabel="x1", ylabel="x2", title="what the network says")
figure.colorbar(image)
show(
    figure,
    alt="""The network's output as a colour, over x1 and x2. It was trained on the
    dashed diagonal only, where x1 equals x2; elsewhere its values are guesses.""",
)

# %% [markdown]
# A model of two inputs is a surface. The data covered one line of it; off the line, nothing told the network what to say.
#
# ### Exercise 3.1 · Three inputs
#
# The lecture's exercise. Add a third input of one number, with a branch of **12 units and a sigmoid**. Keep the branches
# of 32 and 20. Concatenate all three, then 32 units with a sigmoid, then one linear unit.

# %%
# @answer 3.1 model
x1 = keras.Input(shape=(1,))
x2 = keras.Input(shape=(1,))
x3 = keras.Input(shape=(1,))
a = layers.Dense(32, activation="sigmoid")(x1)
b = layers.Dense(20, activation="sigmoid")(x2)
c = layers.Dense(12, activation="sigmoid")(x3)
h = layers.Dense(32, activation="sigmoid")(layers.concatenate([a, b, c]))
model = keras.Model([x1, x2, x3], layers.Dense(1)(h))
# @blank
# model = ...
# @end

# %% [markdown]
# ## 2 All merges, side by side
#
# Two vectors of four numbers, and everything that Keras can make of them:
#
# ![The vectors a = (1, 2, -1, 3) and b = (2, -1, 1, 1), and below them: add (3, 1, 0, 4), subtract (-1, 3, -2, 2), multiply (2, -2, -1, 3), average (1.5, 0.5, 0, 2), maximum (2, 2, 1, 3), concatenate (1, 2, -1, 3, 2, -1, 1, 1), dot 2, and normalized dot 0.2.](../figures/03_merges.svg)
#
# Check two or three in your head before you go on. Then by NumPy:

# %%
a = np.array([[1, 2, -1, 3]], dtype="float32")  # one example, four numbers
b = np.array([[2, -1, 1, 1]], dtype="float32")


def length(vectors):
    return np.sqrt((vectors**2).sum(axis=1, keepdims=True))


by_hand = {
    "add": a + b,
    "subtract": a - b,
    "multiply": a * b,
    "average": (a + b) / 2,
    "maximum": np.maximum(a, b),
    "concatenate": np.concatenate([a, b], axis=1),
    "dot": (a * b).sum(axis=1, keepdims=True),
    "cosine": (a * b).sum(axis=1, keepdims=True) / (length(a) * length(b)),
}

# %% [markdown]
# And by Keras. Each merge has a function with a small letter, which takes a list of tensors. (With a capital letter it
# is a layer: `layers.add([u, v])` is short for `layers.Add()([u, v])`.)

# %%
u = keras.Input(shape=(4,), name="a")
v = keras.Input(shape=(4,), name="b")
by_keras = {
    "add": layers.add([u, v], name="add"),
    "subtract": layers.subtract([u, v], name="subtract"),
    "multiply": layers.multiply([u, v], name="multiply"),
    "average": layers.average([u, v], name="average"),
    "maximum": layers.maximum([u, v], name="maximum"),
    "concatenate": layers.concatenate([u, v], axis=1, name="concatenate"),
    "dot": layers.dot([u, v], axes=1, name="dot"),
    "cosine": layers.dot([u, v], axes=1, normalize=True, name="cosine"),
}
every_merge = keras.Model([u, v], list(by_keras.values()), name="every_merge")

for (name, tensor), computed in zip(by_keras.items(), every_merge([a, b])):
    numbers = "  ".join(f"{number:.3g}" for number in by_hand[name][0])
    same = np.allclose(computed, by_hand[name])
    print(f"{name:12} {tensor.shape!s:10} {numbers:26} the same: {same}")

# %%
plot_model(every_merge, rankdir="LR")

# %% [markdown]
# Three kinds of shapes:
#
# - **Number by number**: add, subtract, multiply, average, maximum (and minimum). Equal shapes in, the same shape out. In
#   all but `subtract` the order does not matter, and all but `subtract` take more than two tensors.
# - **One behind the other**: concatenate. The sizes add up; nothing is lost.
# - **One number**: `dot`. `axes=1` says which axis is multiplied and summed. With `normalize=True` both vectors are first
#   brought to length 1. What is left is the **cosine** of the angle between them: 1 for the same direction, 0 for a right
#   angle, −1 for opposite directions, however long the vectors are.

# %%
for other, words in [
    (3 * a, "the same direction"),
    (-a, "the opposite direction"),
    (b, "another direction"),
]:
    dot, cosine = every_merge([a, other])[-2:]
    print(f"{words:22}  dot {float(dot[0, 0]):5.1f}   cosine {float(cosine[0, 0]):.2f}")

# %% [markdown]
# Now by your own hands. Change the numbers, then the lengths: 3 and 2 first, and then 3 and 1.

# %%
merges()

# %% [markdown]
# ### The axis
#
# With more axes there is more than one way to lay things one behind the other. Take two sequences: 5 steps and 2 steps,
# each step of 3 numbers.
#
# > **Predict.** What is the shape along axis 1? And say aloud: along axis 2?

# %% tags=["answers"]
prediction = ...  # the shape along axis 1

s = keras.Input(shape=(5, 3), name="s")
t = keras.Input(shape=(2, 3), name="t")
print(predicted(prediction, layers.concatenate([s, t], axis=1).shape))
try:
    layers.concatenate([s, t], axis=2)
except ValueError as error:
    print("axis 2:", str(error).splitlines()[0])

# %% [markdown]
# <details><summary>After the run</summary>
#
# Along axis 1 one sequence follows the other: 7 steps. Along axis 2 each step would get the numbers of both, but the
# steps do not match.
#
# </details>
#
# All axes but the one that is joined must be equal. The default is the last, `axis=-1`.
#
# ### A merge of your own
#
# The lecture passes a function: `Merge(mode=lambda x: x[0] - x[1])`. That belongs to Keras 1, and is gone:

# %%
print("keras.layers has Merge:", hasattr(keras.layers, "Merge"))

# %% [markdown]
# Today there are four ways to write a difference:

# %%
differences = {
    "layers.subtract": layers.subtract([u, v]),
    "a minus sign": u - v,
    "keras.ops": keras.ops.subtract(u, v),
    "Lambda": layers.Lambda(lambda pair: pair[0] - pair[1])([u, v]),
}
wanted = keras.Model([u, v], differences["layers.subtract"])
for name, tensor in differences.items():
    model = keras.Model([u, v], tensor)
    same = compare_models(model, wanted).same
    same_numbers = np.allclose(model([a, b]), by_hand["subtract"])
    print(f"{name:16} the same graph: {same}, the same numbers: {same_numbers}")

# %% [markdown]
# Prefer the first that says it. Symbolic tensors take `+`, `-`, `*`, `abs` and all of `keras.ops`, so any formula can be
# written down as it is. Here is one that no layer has, the distance between two vectors:

# %%
distance = keras.ops.sqrt(keras.ops.sum((u - v) ** 2, axis=1, keepdims=True))
distance_model = keras.Model([u, v], distance, name="distance")
print(distance.shape, "the same:", np.allclose(distance_model([a, b]), length(a - b)))

# %% [markdown]
# `Lambda` works too, but keep it for emergencies. A picture cannot look into it, and a model that holds one loads again
# only with `safe_mode=False`: its Python code is stored as bytes.
#
# ### Which merge for what?
#
# | you want | merge |
# |---|---|
# | to keep everything, and let the next layer decide | `concatenate` |
# | to correct something by a little, as in residual networks (lesson 11) | `add` |
# | the opinion of several models in one | `average` |
# | one part to let the other through or hold it back (a *gate*, from 0 to 1) | `multiply` |
# | the strongest sign, wherever it comes from | `maximum` |
# | how much more the first is than the second | `subtract` |
# | how alike two things are | `dot` with `normalize=True` |
#
# When you do not know: concatenate. It is the only one that loses nothing.
#
# ### Exercise 3.2 · Shapes
#
# Work out the shape of each merge without running it. Write `None` in place of the shape when the merge is impossible.
#
# - `a` and `b` have shape `(None, 12)`, `c` has shape `(None, 5)`;
# - `s` has shape `(None, 7, 12)`, `t` has shape `(None, 3, 12)`.

# %%
# @answer 3.2 shapes
shapes = {
    "maximum([a, b])": (None, 12),
    "concatenate([a, b, c])": (None, 29),
    "multiply([a, c])": None,
    "dot([a, b], axes=1)": (None, 1),
    "concatenate([s, t], axis=1)": (None, 10, 12),
    "concatenate([s, t], axis=2)": None,
}
# @blank
# shapes = {"maximum([a, b])": ...,
#     "concatenate([a, b, c])": ...,
#     "multiply([a, c])": ...,
#     "dot([a, b], axes=1)": ...,
#     "concatenate([s, t], axis=1)": ...,
#     "concatenate([s, t], axis=2)": ...,
# }
# @end

# %% [markdown]
# ### Exercise 3.3 · The same direction
#
# A shop describes each customer and each product by 16 numbers. A product suits a customer when both vectors **point the
# same way, however long they are**. Build a model with two inputs of shape `(16,)`, `customer` and `product`, and one
# number out, the cosine of the angle between them: 1 for the same direction, −1 for the opposite. It needs no weights.

# %%
# @answer 3.3 model
customer = keras.Input(shape=(16,), name="customer")
product = keras.Input(shape=(16,), name="product")
model = keras.Model(
    [customer, product], layers.dot([customer, product], axes=1, normalize=True)
)
# @blank
# model = ...
# @end

# %% [markdown]
# ## 3 Left and right
#
# Now two inputs that really differ. The lecture's second graph:
#
# ![Two inputs of 784 numbers, left_input and right_input, each followed by a dense layer of 32 units, left_branch and right_branch. Both are concatenated, and a dense layer of 10 units with softmax, main_output, reads the result.](../figures/03_left_right.svg)
#
# In the lecture each input has 784 numbers, a whole picture of 28 × 28 points. Built as it stands there:


# %%
def left_right(points, sides=("left", "right"), name="left_right"):
    """L10 for inputs of so many points; with one side, that branch alone."""
    inputs = [keras.Input(shape=(points,), name=f"{side}_input") for side in sides]
    branches = [
        layers.Dense(32, activation="relu", name=f"{side}_branch")(tensor)
        for side, tensor in zip(sides, inputs)
    ]
    joined = (
        layers.concatenate(branches, name="joined")
        if len(branches) > 1
        else branches[0]
    )
    digit = layers.Dense(10, activation="softmax", name="main_output")(joined)
    return keras.Model(inputs, digit, name=name)


lecture = left_right(784)
print(f"{lecture.count_params():,} parameters")
plot_model(lecture)

# %% [markdown]
# Two branches with 784 × 32 + 32 = 25,120 each, and 64 × 10 + 10 = 650: together 50,890.
#
# ### The data
#
# The lecture leaves the training as an exercise, on handwritten digits. We cut each picture down the middle. One input
# gets the left half, the other the right half. Neither branch ever sees the whole digit.

# %%
SOURCE = "digits"  # or "mnist", see below

digits = data.digits.make(source=SOURCE, one_hot=True, seed=7)
test = digits.details["test"]
height, width = digits.details["half_size"]
points = height * width
print(digits)
print(f"test: {len(test)} examples")

# %% [markdown]
# There are three parts this time. The model trains on the first. The second shows how training goes. The **test** data
# is looked at once, at the end: whatever you choose by looking at the validation data fits that data a little too well.

# %% tags=["drawing"]
# Plot: ten digits, each cut in two.
figure, axes = plt.subplots(2, 5, figsize=(9, 4))
for k, axis in enumerate(axes.flat):
    at = int(np.flatnonzero(digits.train.y["digit"][:, k])[0])
    halves = [
        digits.train.x[side][at].reshape(height, width) for side in ("left", "right")
    ]
    gap = np.full((height, 1), np.nan)
    axis.imshow(np.concatenate([halves[0], gap, halves[1]], axis=1), cmap="gray_r")
    axis.set_title(str(k))
    axis.axis("off")
show(
    figure,
    alt="""One handwritten example of each digit from 0 to 9, each cut down the middle
    into two halves.""",
)

# %% [markdown]
# ### Training: both halves, and each alone
#
# The optimizer and the loss are the lecture's: `rmsprop` and `categorical_crossentropy`. The learning rate is 0.01, since
# the data set is small. The arrays are given **by name** this time, as a dictionary: input → array. Then no order can be
# mistaken.

# %%
EPOCHS = 30 if SOURCE == "digits" else 5


def feed(split, sides):
    return {f"{side}_input": split.x[side] for side in sides}


models, curves = {}, {}
for name, sides in {
    "both halves": ("left", "right"),
    "left half": ("left",),
    "right half": ("right",),
}.items():
    keras.utils.set_random_seed(7)
    model = left_right(points, sides, name=name.replace(" ", "_"))
    rate = 0.01 if SOURCE == "digits" else 0.001
    model.compile(
        optimizer=keras.optimizers.RMSprop(rate),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(
        feed(digits.train, sides),
        digits.train.y["digit"],
        validation_data=(feed(digits.validation, sides), digits.validation.y["digit"]),
        epochs=EPOCHS,
        batch_size=64,
        verbose=0,
        callbacks=[Progress(f"Trained on {name}")],
    )
    models[name], curves[name] = model, history.history["val_accuracy"]

# %% [markdown]
# ### On test data
#
# > **Predict.** How many digits of ten would *you* recognise from the left half alone? And how many will the network that
# > sees only the left half read rightly, to the nearest whole number?

# %% tags=["answers"]
prediction = ...  # of ten, the network

accuracy = {
    name: models[name].evaluate(feed(test, sides), test.y["digit"], verbose=0)[1]
    for name, sides in (
        ("both halves", ("left", "right")),
        ("left half", ("left",)),
        ("right half", ("right",)),
    )
}
print(predicted(prediction, round(10 * accuracy["left half"])))
print("both halves, at least 95 % right: ", accuracy["both halves"] >= 0.95)
print(
    "left half alone, clearly worse:   ",
    accuracy["left half"] < accuracy["both halves"] - 0.02,
)
print(
    "right half alone, clearly worse:  ",
    accuracy["right half"] < accuracy["both halves"] - 0.02,
)

# %% tags=["answers", "drawing"]
# Plot: validation accuracy by epoch.
figure, axis = plt.subplots(figsize=(7, 3.5))
for (name, curve), style in zip(curves.items(), ("-", "--", ":")):
    axis.plot(range(1, len(curve) + 1), curve, style, label=name)
axis.set(xlabel="epoch", ylabel="validation accuracy", ylim=(0, 1))
axis.legend()
show(
    figure,
    alt="""Validation accuracy over the epochs. Both halves end clearly above the left
    or the right half alone.""",
)

# %% tags=["answers", "drawing"]
# Plot: test accuracy as bars.
figure, axis = plt.subplots(figsize=(6, 2.2))
bars = axis.barh(list(accuracy), list(accuracy.values()), color=["C0", "C1", "C2"])
axis.bar_label(bars, fmt="{:.1%}", padding=4)
axis.axvline(0.1, color="0.4", linestyle=":", linewidth=1)
axis.set(xlim=(0, 1.12), xlabel="accuracy on test data (dotted: chance)")
axis.invert_yaxis()
show(
    figure,
    alt="""Test accuracy as bars: both halves are right most often; each half alone is
    far above chance of 10 %.""",
)

# %% [markdown]
# <details><summary>After the run</summary>
#
# One half is worth a lot: around nine of ten. It is the last tenth that needs both.
#
# </details>
#
# Which digits does it take both halves to read?

# %%
truth = test.y["digit"].argmax(axis=1)
said = {
    name: models[name].predict(feed(test, sides), verbose=0).argmax(axis=1)
    for name, sides in (("both halves", ("left", "right")), ("left half", ("left",)))
}
rescued = np.flatnonzero((said["both halves"] == truth) & (said["left half"] != truth))

# %% tags=["drawing"]
# Plot: pictures read rightly by both halves, not by the left.
figure, axes = plt.subplots(2, 8, figsize=(10, 3.2))
for column, at in enumerate(rescued[:8]):
    left_part, right_part = (
        test.x[side][at].reshape(height, width) for side in ("left", "right")
    )
    axes[0, column].imshow(
        np.concatenate([left_part, np.zeros_like(right_part)], axis=1),
        cmap="gray_r",
        vmin=0,
        vmax=1,
    )
    axes[1, column].imshow(
        np.concatenate([left_part, right_part], axis=1), cmap="gray_r", vmin=0, vmax=1
    )
    axes[0, column].set_title(f"left: {said['left half'][at]}")
    axes[1, column].set_title(f"both: {said['both halves'][at]}")
for axis in axes.flat:
    axis.axis("off")
show(
    figure,
    alt="""Test pictures that the model of the left half misread and the model of both
    halves read rightly. Above: what the left model saw and said; below: the whole
    picture and what both halves said.""",
)

# %% [markdown]
# ### In the wrong order
#
# A list of arrays goes to the inputs in order. Left and right have the same shape. So what if we mix them up?
#
# > **Predict.** Does Keras complain? Answer `True` or `False`.

# %% tags=["answers"]
prediction = ...

both, digit = models["both halves"], test.y["digit"]
left, right = test.x["left"], test.x["right"]
in_order = both.predict([left, right], verbose=0)
swapped = both.predict([right, left], verbose=0)
print(predicted(prediction, False))  # else we would not come this far
for name, says in (("in order", in_order), ("swapped", swapped)):
    right_ones = np.mean(says.argmax(axis=1) == digit.argmax(axis=1))
    print(f"{name:8}  at least 95 % right: {right_ones >= 0.95}")
    print(f"{name:8}  at least 50 % right: {right_ones >= 0.5}")

# %% [markdown]
# <details><summary>After the run</summary>
#
# Not a word, and the model is useless.
#
# </details>
#
# With a list nobody can notice a wrong order. That is the reason for dictionaries. A wrong name is found at once:

# %%
try:
    both.predict(
        {"left_input": test.x["left"], "rigth_input": test.x["right"]}, verbose=0
    )
except ValueError as error:
    print(str(error).splitlines()[0])

# %% [markdown]
# ### The same on MNIST
#
# Our digits are 1,797 pictures of 8 × 8 points, which come with scikit-learn. MNIST has 70,000 of 28 × 28. **Set
# `SOURCE = "mnist"` above and run section 3 again.** Nothing else changes: the halves have 28 × 14 = 392 points then, and
# the model is built to fit. Expect about a minute of training.
#
# The first time, Keras downloads 11 MB and keeps them in `~/.keras/datasets`. Where there is no network, or the server
# does not answer, the call stops with this error, and you can go on in any of the three ways that it names:
#
# > `ConnectionError: MNIST could not be downloaded. Connect to the internet and run this again, or put mnist.npz into the
# > folder ~/.keras/datasets, or use source="digits", which needs no download.`
#
# No other lesson needs MNIST.
#
# ### Exercise 3.4 · Four quarters
#
# Cut the 8 × 8 pictures into four quarters of 4 × 4 points. Design and compile a model with **four inputs of shape
# `(16,)`** and a branch for each, a layer with weights that reads it alone; at most **1,500 parameters**. It reads the
# digit. The targets are one-hot.
#
# The check trains a copy, for at most 40 epochs in batches of 64, and asks for **93 % on the validation data**.
# This is what it feeds:

# %%
whole = data.digits.make(halves=False, one_hot=True, seed=7)


def quarters(images):
    top, bottom = images[:, :4, :, 0], images[:, 4:, :, 0]
    parts = {
        "top_left": top[:, :, :4],
        "top_right": top[:, :, 4:],
        "bottom_left": bottom[:, :, :4],
        "bottom_right": bottom[:, :, 4:],
    }
    return {name: part.reshape(len(images), 16) for name, part in parts.items()}


for name, part in quarters(whole.train.x["image"]).items():
    print(name, part.shape)

# %%
# @answer 3.4 model
inputs = [
    keras.Input(shape=(16,), name=name)
    for name in ("top_left", "top_right", "bottom_left", "bottom_right")
]
branches = [layers.Dense(12, activation="relu")(quarter) for quarter in inputs]
digit = layers.Dense(10, activation="softmax")(layers.concatenate(branches))
model = keras.Model(inputs, digit)
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
# @blank
# model = ...
# @end

# %% [markdown]
# ## Recap
#
# - `keras.Model([x1, x2], y)` has two inputs. Feed a list in the same order, or a dictionary by the names of the inputs.
# - Merges that work number by number need equal shapes; `concatenate` needs all *other* axes equal and adds up its own.
# - `dot` with `normalize=True` is the cosine: how alike two directions are.
# - Any other merge is a formula: operators and `keras.ops`. `Merge(mode=…)` is history.
# - When in doubt, concatenate.
# - What is an input worth? Train without it, and measure on data the model has not seen.
#
# ## Further reading
#
# - The Keras page on [merging layers](https://keras.io/api/layers/merging_layers/).
# - The Keras guide [The functional API](https://keras.io/guides/functional_api/), section on multiple inputs and outputs.
# - E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository, 1998: where
#   the small digits come from.

# %% [markdown]
# ## Where you are

# %%
my_progress("03")
