"""What the page says besides: a part before, between and behind what is made from code."""

from __future__ import annotations

from course_utils.checks.result import Level
from course_utils.lessons.editions import Edition

EDITIONS: dict[Edition, str] = {
    "learner": "becomes, in the learner's edition,",
    "solved": "and in the solved edition",
}

INTRODUCTION = """
# Criteria

What an exercise can ask for, and what a learner is told. This page is made from the docstrings in
`course_utils/checks/` by `python -m course_utils criteria`; a test runs every example on it. An exercise is declared in
`course_utils/exercises/lesson_NN.py`; [CONTRIBUTING.md](CONTRIBUTING.md) says how a lesson comes about.
"""

LEVELS_SAY: dict[Level, tuple[str, str]] = {
    "where": ("where to look, and no more", "look at what `compile` is given."),
    "what": ("what is wrong there, as it was found", "the loss is `mean_absolute_error`."),
    "how": ("what would be right", "…; it should be `mean_squared_error`."),
}

SCALE = """
## How much is told

One scale for all criteria, and for hints:
"""

SCALE_MORE = """
The table above says up to which level a criterion's message goes (`gives_away`, an attribute of its class). A message
is one sentence: what was found; what would be right. Up to its first semicolon it says “what”, behind it “how”.

- `discloses="at once"`, the rule: the whole message, as far as the criterion goes.
- `discloses="step by step"`, where *finding* the mistake is the exercise: the first check says “where”. Each further
  check that finds the same, and each hint, goes one level on, and behind the last level a graph tells all edits, with
  the drawing. `check(model, show="all")` tells all at once.
- `hints=` go the same way: the first says where to look, the last nearly how.

What is no secret is told at once in both: not a model, not compiled, half filled in, out of time, what training would
refuse. A criterion that goes up to “what” knows no “how” that is not the answer itself; there hints go on, and
`solution()`.

`tell`, in the examples, prints what a criterion says of a value, level by level: try your own with it.

## The criteria
"""

EXERCISE = """
## An exercise

One `Exercise(…)` in `course_utils/exercises/lesson_NN.py` for each answer that the source marks. Its arguments:
"""

GIVEN = """
### What an answer may use: `given=`

An answer runs alone, whatever stands in the lesson before it. It may use without importing it:
"""

GIVEN_MORE = """
and what `given=` returns, a function without arguments, so that it is made anew for each. What the lesson makes in a
cell before the exercise is not there unless it is given.

```python
>>> from course_utils.exercises.declaration import Exercise
>>> def parcels():
...     return {"weights": [600, 750]}
>>> sorted(Exercise(id="3.1", title="Weigh", criteria=[], hints=[], given=parcels).names())
['data', 'keras', 'layers', 'np', 'weights']
```

A trained model that an answer builds on is a `Given`, which the criterion `Reuses` knows again.
"""

TOLD = """
### What is asked for, and how it is told: `asks_for=`, `continues=`, `discloses=`

With `asks_for="model"`, the rule, a value that is no model is told what it is, and no criterion is asked. With
`asks_for="value"` any value comes to the criteria.

```python
>>> from course_utils.checks.criterion import Holds
>>> from course_utils.exercises.declaration import Exercise
>>> even = Holds("even", lambda n: f"{n} is odd; an even number was asked for." if n % 2 else None, "even.")
>>> own = Exercise(id="90.1", title="Even", criteria=[even], hints=["Divide by 2."], asks_for="value")
>>> own.check(...)
○ Exercise 90.1, Even: not attempted
  Fill in the `...` in the cell above and run both cells.
>>> own.check(4)
✓ Exercise 90.1, Even: passed
  ✓ even: even.
>>> own.check(3)
✗ Exercise 90.1, Even: failed
  ✗ even: 3 is odd; an even number was asked for.
  Stuck? `exercise("90.1").hint()` gives a hint.
```

With `discloses="step by step"` the same is told level by level:

```python
>>> from course_utils.checks.criterion import Holds
>>> from course_utils.exercises.declaration import Exercise
>>> even = Holds("even", lambda n: f"{n} is odd; an even number was asked for." if n % 2 else None, "even.")
>>> own = Exercise("90.2", "Even", [even], ["Divide by 2."], asks_for="value", discloses="step by step")
>>> for _ in range(3):
...     print(own.check(3).criteria[0].message)
this is not as asked yet; look here.
3 is odd.
3 is odd; an even number was asked for.
```

`continues="13.1"` is for an exercise that works on another's answer (compile it, train it) and asks for no new value: a
check then knows that the value on the screen may come from that exercise's cell.
"""

ORDER = """
### In which order criteria stand

All criteria are asked, and each tells what it found, but a costly one ({costly}, and `Holds` or `Has` with
`costly=True`) only when all before it passed. So:

1. the cheap ones that make others readable: `Functional`, `Shapes`, `Named`;
2. the graph: `SameGraph`, or `Structure` with `Has`, `Skips` and `Parameters`;
3. what belongs to its outputs or weights: `Reuses`, `Frozen`, `Compiled`;
4. what runs the model: `Says`, then `Learns`.

Two criteria do not tell the same mistake twice: where `SameGraph` asks for the names, `Named` is left out, unless its
sentence is the one that should be read.
"""

RULES = """
## When two models are the same

`SameGraph` takes two models for the same that differ only by these rules. Leave one out where it is the point of the
exercise: `SameGraph(without=["initialisers"])`. A name that is no rule raises.
"""

BUILT = """
## What the build adds to a lesson

A source holds prose, code and answers; `make lessons` makes two editions of it and adds a title from the header, a
comment beside the first import, a check and a hint for each answer, and at the end links to the lessons before and
after. So a source has none of these.
"""

SOURCE = """# ---
# title: Tiny
# description: One unit that doubles.
# minutes: 5
# examples: []
# goals:
#   - make a layer
# ---

# %%
from course_utils import exercise
import keras

# %% [markdown]
# ### Exercise 30.1 · Double

# %%
# @answer 30.1 model
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
# @blank
# model = ...
# @end
"""
