# ---
# title: Tiny
# description: A lesson that runs in a moment.
# minutes: 5
# examples: []
# goals:
#   - build a lesson
# ---

# %%
from course_utils import exercise

# %% [markdown]
# ### Exercise 30.1 · Twice
#
# How much is twice two?

# %%
# @answer 30.1 four
four = 2 + 2
# @blank
# four = ...
# @end

# %%
print("fine", end="\r")
print("done")
