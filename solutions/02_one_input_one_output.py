# ---
# title: "One input, one output: the sine"
# description: Sin(2πx) learned by one model written three ways, with the lecture's settings and with better ones.
# minutes: 45
# examples: [L8]
# goals:
#   - write one network in three styles and show that they are one graph
#   - compile, train, and judge a model on points it has not seen
#   - find out why a network learns slowly, by changing one thing at a time
#   - choose activation, initialisation and optimizer for a smooth curve
# ---

# %%
from course_utils import Progress, compare_models, data, exercise
from course_utils import fit_a_curve, my_progress, plot_model, predicted, show

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

# %% [markdown]
# ## 1 The task
#
# ![One period of a sine: from 0 up to 1, down through 0 to minus 1, and back to 0, over x from 0 to 1.](../figures/02_sine.svg)
#
# One number comes in, $x$ between 0 and 1. One number goes out: $\sin(2\pi x)$. The network is shown points of the curve
# and never the formula. With one input you can see everything it does, so this is the place to learn what training is.

# %%
waves = data.waves.make(n=1000, n_validation=100, seed=7)
print(waves)

# %% [markdown]
# 1000 training points stand at equal distances. 100 validation points are drawn at random. The network never trains on
# those; they tell whether it has learned the curve or only the points.

# %%
x_train, y_train = waves.train.x["x"], waves.train.y["sin"]
x_validation, y_validation = waves.validation.x["x"], waves.validation.y["sin"]

# %% tags=["drawing"]
# Plot: the curve and its points.
figure, axis = plt.subplots(figsize=(7, 3))
axis.plot(x_train, y_train, linewidth=1, label="training points")
axis.plot(x_validation, y_validation, "x", markersize=5, label="validation points")
axis.set(xlabel="x", ylabel="sin(2πx)")
axis.legend()
show(
    figure,
    alt="One period of a sine. The validation points lie on it, at random distances.",
)

# %% [markdown]
# ## 2 The network, written three ways
#
# The lecture's network: two hidden layers with 32 units and a sigmoid, one linear unit at the end. All kernels start
# with small uniform random numbers.
#
# **First, Sequential.**

# %%
sequential = keras.Sequential(
    [
        keras.Input(shape=(1,), name="x"),
        layers.Dense(
            32, activation="sigmoid", kernel_initializer="uniform", name="hidden_1"
        ),
        layers.Dense(
            32, activation="sigmoid", kernel_initializer="uniform", name="hidden_2"
        ),
        layers.Dense(1, kernel_initializer="uniform", name="y"),
    ],
    name="sequential",
)

# %% [markdown]
# **Second, the functions first, then the calls.** The layers get names, as functions do in mathematics: $f_1$, $f_2$,
# $f_3$. What is computed is then one line, $y = f_3(f_2(f_1(x)))$.

# %%
f1 = layers.Dense(32, activation="sigmoid", kernel_initializer="uniform", name="f1")
f2 = layers.Dense(32, activation="sigmoid", kernel_initializer="uniform", name="f2")
f3 = layers.Dense(1, kernel_initializer="uniform", name="f3")

x = keras.Input(shape=(1,), name="x")
y = f3(f2(f1(x)))
named_functions = keras.Model(x, y, name="named_functions")

# %% [markdown]
# **Third, one line a layer.** Make and call at once. The tensors have the names now. This is how most functional code
# is written.

# %%
inputs = keras.Input(shape=(1,), name="x")
h = layers.Dense(
    32, activation="sigmoid", kernel_initializer="uniform", name="hidden_1"
)(inputs)
h = layers.Dense(
    32, activation="sigmoid", kernel_initializer="uniform", name="hidden_2"
)(h)
outputs = layers.Dense(1, kernel_initializer="uniform", name="y")(h)
line_by_line = keras.Model(inputs, outputs, name="line_by_line")

plot_model(line_by_line, show_parameters=False)

# %% [markdown]
# > **Predict.** How many parameters has `line_by_line`? And say aloud: do the other two have as many?

# %% tags=["answers"]
prediction = ...
print(predicted(prediction, line_by_line.count_params()))

for model in (sequential, named_functions, line_by_line):
    shapes = [
        (type(layer).__name__, layer.count_params())
        for layer in model.layers
        if layer.weights
    ]
    same = compare_models(model, line_by_line).same
    print(
        f"{model.name:16} {model.count_params():,} parameters, the same graph: {same}",
        shapes,
    )

line_by_line.summary(line_length=80)

# %% [markdown]
# <details><summary>After the run</summary>
#
# 1 × 32 + 32 = 64, then 32 × 32 + 32 = 1,056, then 32 × 1 + 1 = 33. Together 1,153, in each of the three.
#
# </details>
#
# ### Exercise 2.1 · In the other order
#
# Write the same network once more, as functions first, calls later, but make the functions in the *wrong* order: first
# `f3`, then `f2`, then `f1`, with the lecture's `kernel_initializer="uniform"` on each. Then connect them rightly. Does the
# order in which layers are made matter?

# %%
# @answer 2.1 model
f3 = layers.Dense(1, kernel_initializer="uniform")
f2 = layers.Dense(32, activation="sigmoid", kernel_initializer="uniform")
f1 = layers.Dense(32, activation="sigmoid", kernel_initializer="uniform")
x = keras.Input(shape=(1,))
model = keras.Model(x, f3(f2(f1(x))))
# @blank
# model = ...
# @end

# %% [markdown]
# ## 3 Training as in the lecture
#
# `rmsprop`, mean squared error, batches of 32, 400 epochs. An epoch is one *pass* over the 1000 points. That is a long
# training, so the course runs a quarter of it first: 100 passes.
#
# Between two epochs Keras does some work of its own, more than a pass over so few points is. So we lay the points five
# times in a row and run a fifth of the epochs: the same passes, the same batches, less waiting. `steps_per_execution=50`
# lets 50 steps run in one go; it saves time and changes nothing else.


# %%
IN_A_ROW = 5
x_often, y_often = np.tile(x_train, (IN_A_ROW, 1)), np.tile(y_train, (IN_A_ROW, 1))


def train(model, passes, what="Trained"):
    history = model.fit(
        x_often,
        y_often,
        validation_data=(x_validation, y_validation),
        epochs=passes // IN_A_ROW,
        batch_size=32,
        verbose=0,
        callbacks=[Progress(what)],
    )
    return history.history["val_loss"]


# %% tags=["drawing"]
# Helpers: the passes of a curve, a network beside the truth.
def passes_of(curve):
    return IN_A_ROW * np.arange(1, len(curve) + 1)


def draw(model, title):
    figure, axis = plt.subplots(figsize=(7, 3))
    axis.plot(x_train, y_train, linewidth=1, label="truth")
    axis.plot(
        x_train, model.predict(x_train, verbose=0), "--", linewidth=2, label="network"
    )
    axis.set(xlabel="x", ylabel="sin(2πx)", title=title)
    axis.legend()
    return figure


# %% [markdown]
# > **Predict.** The curve goes from −1 to 1. A network that always says 0 has a mean squared error of 0.5. Will 100 passes
# > bring it under 0.1? Answer `True` or `False`.

# %% tags=["answers"]
prediction = ...

keras.utils.set_random_seed(7)
lecture = keras.models.clone_model(line_by_line)  # the same graph, with fresh weights
lecture.compile(optimizer="rmsprop", loss="mse", steps_per_execution=50)
lecture_curve = train(lecture, passes=100)
predicted(prediction, bool(lecture_curve[-1] < 0.1))

# %% tags=["answers", "drawing"]
# Plot: the network with the lecture's settings.
show(
    draw(lecture, f"the lecture's settings, 100 passes: error {lecture_curve[-1]:.2f}"),
    alt="""The truth is a full sine. The network's line falls from upper left to lower
    right, with no trace of the bends at the ends.""",
)

# %% [markdown]
# <details><summary>After the run</summary>
#
# A slope. The network has found that the left half is high and the right half low, and has stopped there. In the lecture
# it takes 400 epochs, and most of them are spent on this slope. Nothing is *wrong*: the graph is right, the loss falls.
# It is only slow.
#
# </details>
#
# ## 4 One change at a time
#
# With these settings training is slow. Why? Three things about them are unusual.
#
# - **The start.** `"uniform"` draws small numbers, between −0.05 and 0.05. Every unit begins almost flat. Keras's default,
#   Glorot's, draws larger ones, fitted to the size of the layer.
# - **The activation.** A sigmoid changes slowly, at most by a quarter of what goes in, and its values are never negative.
#   Two in a row pass on at most a sixteenth.
# - **The optimizer.** `rmsprop` at 0.001, where Adam at 0.01 is bolder.


# %%
def build(activation="sigmoid", initializer="uniform", units=32):
    inputs = keras.Input(shape=(1,), name="x")
    h = layers.Dense(units, activation=activation, kernel_initializer=initializer)(
        inputs
    )
    h = layers.Dense(units, activation=activation, kernel_initializer=initializer)(h)
    return keras.Model(inputs, layers.Dense(1, kernel_initializer=initializer)(h))


# %% [markdown]
# > **Predict.** Each is mended alone, then all three together. Which one helps most when it is mended alone: `"start"`,
# > `"activation"` or `"optimizer"`?

# %% tags=["answers"]
prediction = ...

PASSES = 30
variants = {
    "lecture": (build(), "rmsprop"),
    "start: Glorot": (build(initializer="glorot_uniform"), "rmsprop"),
    "activation: tanh": (build(activation="tanh"), "rmsprop"),
    "optimizer: Adam, 0.01": (build(), keras.optimizers.Adam(0.01)),
    "all three": (build("tanh", "glorot_uniform"), keras.optimizers.Adam(0.01)),
}
curves = {}
for name, (model, optimizer) in variants.items():
    model.compile(optimizer=optimizer, loss="mse", steps_per_execution=50)
    curves[name] = train(model, PASSES, f"{name}: trained")

best_alone = min(list(curves)[1:4], key=lambda name: min(curves[name]))
print(predicted(prediction, best_alone.split(":")[0]))

# %% tags=["answers", "drawing"]
# Plot: validation errors of the five trainings.
figure, axis = plt.subplots(figsize=(7, 4))
for (name, curve), style in zip(curves.items(), ("-", "--", "-.", ":", "-")):
    axis.semilogy(
        passes_of(curve),
        curve,
        style,
        label=name,
        linewidth=3 if name == "all three" else 1.5,
    )
axis.set(xlabel="pass", ylabel="validation error (log scale)")
axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
show(
    figure,
    alt="""Validation error against passes. With all three changes it falls far below
    the other four curves.""",
)

# %% tags=["answers"]
all_three = min(curves["all three"])
print("all three together beat each change alone:", all_three < min(curves[best_alone]))
print("and are under 0.05:", all_three < 0.05)

# %% [markdown]
# Look at your picture: how far does each change get alone? A network that starts flat, passes little on and takes small
# steps is slow for three reasons at once. Remember the method more than the result: when training is slow, **change one thing at a time**, and
# draw the curves in one picture with a logarithmic axis.
#
# ### Exercise 2.2 · Read the settings
#
# Compile a model for this task with **Adam at a learning rate of 0.01** and the **mean squared error**. The graph is the
# lecture's, with `tanh` in place of the sigmoid and Keras's own initialisation. You need not train it; the check only asks
# for graph and settings.

# %%
# @answer 2.2 model
inputs = keras.Input(shape=(1,))
h = layers.Dense(32, activation="tanh")(inputs)
h = layers.Dense(32, activation="tanh")(h)
model = keras.Model(inputs, layers.Dense(1)(h))
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
# @blank
# model = ...
# @end

# %% [markdown]
# ## 5 The sine, learned well
#
# Two more ideas. **A smooth activation that is not bounded**, `gelu`: it bends like `relu`, without the corner. And **a
# learning rate that falls**: large steps first to get near, small ones at the end to settle. `CosineDecay` takes it from
# 0.01 to 0 along half a cosine.

# %%
PASSES = 50
steps = PASSES * 1000 // 32  # batches of 32 points

keras.utils.set_random_seed(7)
inputs = keras.Input(shape=(1,), name="x")
h = layers.Dense(64, activation="gelu", name="hidden_1")(inputs)
h = layers.Dense(64, activation="gelu", name="hidden_2")(h)
outputs = layers.Dense(1, name="y")(h)
good = keras.Model(inputs, outputs, name="good")

rate = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=steps)
good.compile(optimizer=keras.optimizers.Adam(rate), loss="mse", steps_per_execution=50)
good_curve = train(good, PASSES)
print("validation error under 1e-4:", good_curve[-1] < 1e-4)

# %% tags=["drawing"]
# Plot: both errors by pass, and the network beside the truth.
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.2))
left.semilogy(
    passes_of(lecture_curve), lecture_curve, "--", label="the lecture's settings"
)
left.semilogy(passes_of(good_curve), good_curve, label="this network")
left.set(xlabel="pass", ylabel="validation error (log scale)")
left.legend()
right.plot(x_train, y_train, linewidth=1, label="truth")
right.plot(
    x_validation,
    good.predict(x_validation, verbose=0),
    "x",
    label="network, validation points",
)
right.set(xlabel="x", ylabel="sin(2πx)")
right.legend(loc="upper right", fontsize=8)
show(
    figure,
    alt="""Left: the error of this network falls by several powers of ten while the
    lecture's stays near 0.2. Right: its predictions at the validation points lie on the
    sine.""",
)

# %% [markdown]
# ### What it has not learned
#
# > **Predict.** The network has seen $x$ from 0 to 1. The sine goes on. Where $x = 1.5$ it is 0 again.
# > Will the network say a number between −0.5 and 0.5 there? Answer `True` or `False`.

# %% tags=["answers"]
prediction = ...

x_wide = np.linspace(-0.5, 2, 251, dtype="float32")[:, None]
y_wide = good.predict(x_wide, verbose=0)
at_1_5 = good.predict(np.array([[1.5]]), verbose=0)[0, 0]
predicted(prediction, bool(abs(at_1_5) < 0.5))

# %% tags=["answers", "drawing"]
# Plot: the network beyond its training points.
figure, axis = plt.subplots(figsize=(7, 3))
axis.axvspan(0, 1, color="0.92", label="where it was trained")
axis.plot(x_wide, np.sin(2 * np.pi * x_wide), linewidth=1, label="sin(2πx)")
axis.plot(x_wide, y_wide, "--", label="network")
axis.set(xlabel="x", ylabel="y", ylim=(-6, 6))
axis.legend()
show(
    figure,
    alt="""Between 0 and 1 network and sine agree. Outside, the network leaves the sine
    in nearly straight lines.""",
)

# %% [markdown]
# <details><summary>After the run</summary>
#
# It goes straight on. A network fits the curve where it has points; it does not know that this is a sine. Nothing in
# the graph says that the curve repeats.
#
# </details>
#
# ### Try settings
#
# Two networks learn side by side, A with the lecture's settings and B with those of section 4: choose others and press
# **Train both**. Which single change brings A off its slope, and how large may B's learning rate be before B loses the
# curve?

# %%
fit_a_curve()

# %% [markdown]
# ### Exercise 2.3 · Your own network
#
# Build and compile a network that learns this sine to a validation error **under 1e-3**. The check trains a copy of it
# for at most 60 epochs, in batches of 32, on the data of this lesson. You may use any layers.

# %%
# @answer 2.3 model
inputs = keras.Input(shape=(1,))
h = layers.Dense(64, activation="gelu")(inputs)
h = layers.Dense(64, activation="gelu")(h)
model = keras.Model(inputs, layers.Dense(1)(h))
model.compile(
    optimizer=keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(0.01, 60 * 32)
    ),
    loss="mse",
)
# @blank
# model = ...
# @end

# %% [markdown]
# ### Exercise 2.4 · With few parameters
#
# The same, with **at most 120 parameters**, and a validation error **under 1e-2**.

# %%
# @answer 2.4 model
inputs = keras.Input(shape=(1,))
h = layers.Dense(8, activation="tanh")(inputs)
h = layers.Dense(8, activation="tanh")(h)
model = keras.Model(inputs, layers.Dense(1)(h))
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse")
# @blank
# model = ...
# @end

# %% [markdown]
# ## Recap
#
# - One graph, three ways to write it. The order in which layers are *made* says nothing; the calls say everything.
# - Judge a model on points it has not seen.
# - A right graph can still learn badly. Here initialisation, activation and optimizer together cost a factor of ten in
#   time or more.
# - Change one thing at a time; draw errors on a logarithmic axis.
# - A network knows its curve only where it was trained.
#
# ## Further reading
#
# - X. Glorot and Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*, 2010: why the start
#   matters.
# - The Keras pages on [activations](https://keras.io/api/layers/activations/) and
#   [learning rate schedules](https://keras.io/api/optimizers/learning_rate_schedules/).

# %% [markdown]
# ## Where you are

# %%
my_progress("02")
