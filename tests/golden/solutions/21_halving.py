# ---
# title: Halving
# description: What comes after doubling, so that there is a lesson to link to.
# minutes: 5
# examples: []
# goals:
#   - halve a number
# ---

# %%
half = 1 / 2
