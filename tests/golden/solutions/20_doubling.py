# ---
# title: Doubling
# description: The smallest lesson that has all that a source may hold.
# minutes: 5
# examples: [L4]
# goals:
#   - double a number
#   - see how a source becomes two editions
# ---

# %% [markdown]
# ## One number in, one number out
#
# ![Two boxes joined by an arrow: an input of one number, and a dense layer of one unit, which is the output.](../figures/20_doubling.svg)
#
# Text is written in comments. Of each line the first `# ` is taken away.

# %%
from course_utils import exercise, plot_model, predicted, show

import keras
from keras import layers

# %% [markdown]
# > **Predict.** How many parameters does a dense layer of one unit have that reads one number?

# %% tags=["answers"]
prediction = ...
print(predicted(prediction, 2))

# %% [markdown]
# <details><summary>After the run</summary>
#
# One weight and one bias.
#
# </details>
#
# What follows a fold is a cell of its own.

# %% tags=["drawing"]
# Plot: twice x.
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.plot([0, 1], [0, 2])
show(figure, alt="A straight line from 0 at 0 to 2 at 1.")

# %% [markdown]
# ### Exercise 20.1 · Build it
#
# Build the network of the picture and call it `model`.

# %%
# A comment of the cell stays where it is.
x = keras.Input((1,))
# @answer 20.1 model
y = layers.Dense(1)(x)
model = keras.Model(x, y)
# @blank
# # y = ...
# model = ...
# @end
print("built" if isinstance(model, keras.Model) else "a blank")

# %% [markdown]
# ## Recap
#
# A dense layer of one unit can double a number.
