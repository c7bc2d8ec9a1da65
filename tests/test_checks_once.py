"""A check reads a model once, and compares it once with each model that would be right."""

from collections import Counter

import keras
import pytest

from course_utils.exercises import every, exercise
from course_utils.graphs import difference
from course_utils.graphs.reading import read as reading
from course_utils.workshop.answers import collected

pytestmark = pytest.mark.slow

WRONG = collected("WRONG")
MODELS = [number for number, one in every().items() if one.asks_for == "model"]


@pytest.mark.parametrize("number", MODELS)
def test_a_wrong_answer_is_read_once_and_compared_once_with_each_target(number, monkeypatch, capsys):
    value = next(made for make, _ in WRONG[number] if isinstance(made := make(), keras.Model))
    reads, comparisons, kept = Counter(), Counter(), []
    check_readable, compare = reading.check_readable, difference.compare

    def counted_read(model, keras):
        kept.append(model)  # an id is good only while its object lives
        reads[id(model)] += 1
        return check_readable(model, keras)

    def counted_comparison(graph, target, rules, behaviour):
        kept.append(target)
        comparisons[id(target), frozenset(rules[0]), frozenset(rules[1])] += 1
        return compare(graph, target, rules, behaviour)

    monkeypatch.setattr(reading, "check_readable", counted_read)
    monkeypatch.setattr(difference, "compare", counted_comparison)
    monkeypatch.setattr(keras.Model, "fit", lambda *_, **__: None)  # how well it learns is not asked here
    assert exercise(number).check(value, show="all").status == "failed"
    assert reads[id(value)] == 1
    assert set(comparisons.values()) <= {1}, "a comparison by the same rules"
