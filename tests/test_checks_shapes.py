"""The shapes of a model's inputs and outputs."""

import keras
import pytest
from keras import layers

from course_utils.checks.shapes import Ends, Shapes
from tests.attempts import attempt, two_heads


def reading(*shapes):
    ends = [keras.Input(shape, name=name) for name, shape in zip("ab", shapes, strict=False)]
    rows = [layers.Flatten()(end) if None not in end.shape[1:] else layers.GlobalMaxPooling1D()(end) for end in ends]
    return keras.Model(ends, layers.Dense(1)(layers.concatenate(rows) if len(rows) > 1 else rows[0]))


@pytest.mark.parametrize(
    ("model", "ends", "words"),
    [
        (lambda: reading((4, 3)), Ends("input", (4, 3), "rows have"), None),
        (lambda: reading((4, 2)), Ends("input", (4, 3), "rows have"), "the input has shape (None, 4, 2); rows have"),
        (
            lambda: reading((4,)),
            Ends("input", (4, 3), "rows have"),
            "the input has shape (None, 4); rows have (None, 4,",
        ),
        (
            lambda: reading((4,), (5,)),
            Ends("input", (4,), "each has"),
            "an input has shape (None, 5); each has (None, 4).",
        ),
        (lambda: reading((4,)), Ends("input", (4,), "each has", count=2), "the model has 1 input; 2 asked for."),
        (lambda: reading((4,), (5,)), Ends("input", (5,), "b has", called=["b"]), None),
        (lambda: reading((4,), (5,)), Ends("input", (4,), "b has", called=["b"]), "`b` has shape (None, 5); b has"),
        (lambda: reading((None, 3)), Ends("input", (4, 3), "rows have"), "the input has shape (None, None, 3)"),
        (lambda: reading((None, 3)), Ends("input", (4, 3), "rows have", or_open=True), None),
        (lambda: reading((4, 3)), Ends("input", (None, 3), "rows of any length have"), "(None, 4, 3); rows of any"),
        (two_heads, Ends("output", (1,), "one number is"), "an output has shape (None, 3); one number is (None, 1)."),
        (two_heads, Ends("output", (1,), "one number is", by_name=True), "`income` has shape (None, 3)"),
    ],
)
def test_the_first_end_that_is_not_as_asked_is_told(model, ends, words):
    found = Shapes([ends], name="shapes", praise="as asked.").judge(attempt(model()))
    assert (found.name, found.passed) == ("shapes", words is None)
    assert (words or "as asked.") in found.message
