"""Exercises of lesson 04, question answering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from course_utils.checks.compiling import Compiled
from course_utils.checks.criterion import Holds
from course_utils.checks.drawn import not_alike, not_drawn
from course_utils.checks.learning import CHECK_SEED, Goal, Learns
from course_utils.checks.measures import accuracy
from course_utils.checks.models import Parameters, SameGraph
from course_utils.checks.structure import Structure
from course_utils.checks.values import SameValue, array_of
from course_utils.data import Dataset
from course_utils.exercises.declaration import Exercise
from course_utils.graphs.words.sentences import article


def _letters() -> Dataset:
    from course_utils import data

    return data.questions.make(n=6000, n_validation=2000, seed=CHECK_SEED)


def _letter_and_question() -> Mapping[str, Any]:
    return {
        "letter": "Dear help desk, I am Boris. I live in Prague. I pay for the senior plan. My printer does not work.",
        "question": "Which contract does the customer have?",
    }


def _one_hot_at_random(value: Any) -> str | None:
    rows = array_of(value)
    if rows is None or rows.dtype.kind not in "biuf":
        return f"an array of numbers was asked for; this is {article(type(value).__name__)}."
    if rows.shape != (1000, 25):
        return f"the shape is {rows.shape}; 1,000 letters and 25 answers give (1000, 25)."
    if not np.isin(rows, (0, 1)).all():
        wrong = rows[~np.isin(rows, (0, 1))].flat[0]
        return f"it holds {wrong:.3g}; a one-hot row holds zeros and a single 1."
    if not rows.any():
        return "every row is zero. The high end is exclusive: `randint(0, 1)` draws nothing but 0."
    sums = rows.sum(axis=1)
    if (sums != 1).any():
        at = int(np.flatnonzero(sums != 1)[0])
        return f"row {at} has {int(sums[at])} ones; each row needs exactly one, for one answer."
    if missing := [at for at, count in enumerate(rows.sum(axis=0)) if not count]:
        if missing == [24]:
            return "answer 24 is never drawn. The high end is exclusive."
        if missing == [0]:
            return "answer 0 is never drawn. The answers are numbered from 0 to 24, and the low end is drawn."
        if len(missing) == 1:
            return f"answer {missing[0]} is never drawn; every answer should be possible."
        return f"{len(missing)} of the 25 answers are never drawn; draw a new one for each row."
    if rule := not_drawn(rows.argmax(axis=1)):
        return f"this looks like a rule, not like chance: {rule}. Draw an answer for each row."
    if (favoured := not_alike(rows.sum(axis=0))) is not None:
        count = int(rows[:, favoured].sum())
        return f"answer {favoured} stands in {count} of 1,000 rows; draw all with the same chance."
    return None


EXERCISES = (
    Exercise(
        id="4.1",
        discloses="step by step",
        title="Mend it",
        criteria=[
            SameGraph(inputs="by name or in order"),
            Parameters(exactly=1_000_052),
            Compiled(metrics=True),
        ],
        hints=[
            "Take the picture of the lecture's model beside the code, and go through it line by line.",
            "Words first, then numbers: `Embedding(10_000, 64)`. Is `question` read anywhere?",
            "One answer of 500: softmax. Whole numbers: the sparse loss.",
        ],
    ),
    Exercise(
        id="4.2",
        title="Feed it",
        asks_for="value",
        given=_letter_and_question,
        criteria=[
            SameValue(
                name="arrays by name",
                look="The keys are the names of the inputs; each value is what `encode(words, length)` gives.",
                praise="ready for the model.",
            )
        ],
        hints=[
            "The names of the inputs are `text` and `question`.",
            "`data.questions.encode(letter, data.questions.TEXT_LENGTH)` is the first; the second is made likewise.",
        ],
    ),
    Exercise(
        id="4.3",
        title="Answers at random",
        asks_for="value",
        criteria=[Holds("one-hot rows", _one_hot_at_random, "one 1 in each row, and every answer occurs.")],
        hints=[
            "First draw 1,000 whole numbers from 0 to 24. Which high end is that?",
            "`np.eye(25)` has the 25 one-hot rows. An array of whole numbers in square brackets picks rows.",
            "`np.eye(25)[np.random.randint(0, 25, size=1000)]`",
        ],
    ),
    Exercise(
        id="4.4",
        title="Without a memory",
        criteria=[
            Structure(inputs=2, outputs=1, merges=1, no="recurrent layer"),
            Parameters(at_most=20_000),
            Learns(_letters, Goal(0.95, accuracy), epochs=8, batch_size=128),
        ],
        hints=[
            "`GlobalMaxPooling1D` takes the largest number of each column over all words: one row is left.",
            "Pool both sequences, concatenate the two rows, and end with 25 units and softmax.",
            "Two embeddings of 32 numbers for 124 words are enough, and Adam at 0.01.",
        ],
    ),
)
