# ---
# title: Start here
# description: "How the course works: run, predict, answer, check. Your first graph of layers."
# minutes: 15
# examples: []
# goals:
#   - run a lesson from top to bottom
#   - answer an exercise, ask for a hint, look at the solution
#   - draw a model and read the drawing
# ---

# %% [markdown]
# ## Run a cell
#
# A notebook is a page of text and of *cells* with code. Click on the cell below. Press <kbd>Shift</kbd> +
# <kbd>Enter</kbd>: the cell runs, its result appears beneath it, and the next cell is selected.
#
# Work from top to bottom. A cell may use what an earlier one has made.

# %%
minutes = 40
print(f"A lesson takes about {minutes} minutes.")

# %% [markdown]
# Change 40 to 90 and run the cell again. Nothing can break: *Kernel → Restart Kernel…* forgets all that was
# computed, and your text and code stay.
#
# ## The course's own tools
#
# Every lesson begins by importing what it needs. `course_utils` is the course's own package: data, drawings,
# exercises. It keeps TensorFlow's start-up messages quiet when it is imported first, so it comes first.

# %%
from course_utils import compare_models, exercise, my_progress, plot_model, predicted

import keras
from keras import layers

# %% [markdown]
# ## A graph of layers
#
# A model in Keras is a **graph**: tensors flow along its arrows, layers stand at its nodes. Here is a small one. You
# need not understand the code yet; lesson 01 takes it apart.

# %%
inputs = keras.Input(shape=(4,), name="measurements")
hidden = layers.Dense(8, activation="relu", name="hidden")(inputs)
outputs = layers.Dense(1, name="price")(hidden)
first = keras.Model(inputs, outputs, name="first")

plot_model(first, show_parameters=False)

# %% [markdown]
# Read the picture from top to bottom.
#
# - The rounded box is the **input**: four numbers for each example. `None` stands for the number of examples, which is
#   left open.
# - Each rectangle is a **layer**, with its kind, its settings, its name and the shape of what it gives.
# - The box with a point at its foot marks an **output** of the model.
#
# The same graph in words, a line for each call of a layer:

# %%
print(plot_model(first, show_parameters=False))

# %% [markdown]
# ## Predict before you run
#
# Throughout the course a question stands before the cell that answers it. Type your answer in place of the `...`, *then*
# run the cell: it sets what you said beside what it is. A wrong prediction is worth more than a cell that ran by itself.
# Until you run it, its result is folded away. Explanations that would give the answer away are folded, too: click on
# "After the run" to open one.
#
# > **Predict.** A `Dense` layer with 8 units reads 4 numbers. Each unit has one weight for each number it reads, and
# > one *bias*. How many weights and biases does the layer have?

# %% tags=["answers"]
prediction = ...
predicted(prediction, first.get_layer("hidden").count_params())

# %% [markdown]
# <details><summary>After the run</summary>
#
# 8 units × 4 weights + 8 biases = 40. `plot_model(first)` writes this number into the box of each layer.
#
# </details>
#
# ## Exercises answer back
#
# An exercise is a cell with a blank, `...`. Replace the blank by your answer and run the cell, then run the check beneath it. A check
# that meets an untouched blank says "not attempted", so *Run → Run All Cells* always goes through.
#
# ### Exercise 0.1 · Count
#
# The layer `price` has one unit and reads the 8 numbers that `hidden` gives. How many parameters (weights and biases)
# does it have?

# %%
# @answer 0.1 parameters
parameters = 8 * 1 + 1
# @blank
# parameters = ...
# @end

# %% [markdown]
# ### When you are stuck
#
# Beneath each check stands a cell with two lines that are switched off by a `#`. Take away the first `#` and run the
# cell: you get a **hint**. Run it again for the next one. The second line shows the **solution**. Try a hint before
# the solution, and try once more after it.
#
# ### Exercise 0.2 · Build
#
# Now build a graph. Copy the four lines that make `first` into the cell below, in place of `model = ...`, and change them:
# **3** measurements instead of 4, **16** units in the hidden layer, and still one output. Names of layers do not matter.
# But the model itself must be called `model`, since the check asks for it: the last line begins with `model =`, not with
# `first =`.
#
# First give a wrong answer on purpose, with 8 units, and read what the check says. It compares the *graphs*, and names
# the layer that differs. Then mend it.

# %%
# @answer 0.2 model
inputs = keras.Input(shape=(3,))
hidden = layers.Dense(16, activation="relu")(inputs)
outputs = layers.Dense(1)(hidden)
model = keras.Model(inputs, outputs)
# @blank
# model = ...
# @end

# %% [markdown]
# ## What the check compares
#
# The check does not look for the same text. It reads the graph of your model and of the answer, and asks whether they
# mean the same. Any right model passes, however it is written. You can ask that question yourself:

# %%
stack = keras.Sequential(
    [
        keras.Input(shape=(4,)),
        layers.Dense(8),
        layers.Activation("relu"),
        layers.Dense(1),
    ]
)
compare_models(stack, first).same

# %% [markdown]
# `stack` is written in another style, has other names, and its activation stands in a layer of its own. It is the same
# graph. And when two graphs differ:

# %%
wrong = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(8, activation="tanh"), layers.Dense(1)]
)
print(compare_models(wrong, first))

# %% [markdown]
# ## Recap
#
# - <kbd>Shift</kbd> + <kbd>Enter</kbd> runs a cell; work from top to bottom; restart the kernel when in doubt.
# - `plot_model(model)` draws a graph of layers, `print(plot_model(model))` says it in words.
# - `exercise("0.1").check(...)`, `.hint()`, `.solution()`.
# - Predict first: `prediction = ...` waits for your answer.

# %% [markdown]
# ## Where you are
#
# Which exercises you have passed, tried, or not met yet, and which comes next. Click on a lesson to see its exercises.
# Run the cell again at any time; each lesson ends with its own part of it.

# %%
my_progress()

# %% [markdown]
# It is kept in a small file beside the notebooks, `.progress.sqlite`: what you passed and tried, and which help you took.
# It never leaves this machine, and it outlives a restart. `my_progress(reset=True)` forgets all of it. Who wants none
# starts JupyterLab with the environment variable `COURSE_PROGRESS=off`.
#
# ## If something does not work
#
# In a terminal, in the folder of the course, `python -m course_utils doctor` lists what is installed and what is
# missing, a line each. The lessons with all answers filled in are in the folder `solutions/`.
