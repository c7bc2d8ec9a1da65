"""The criteria themselves, on models and values made for the purpose."""

import math
from decimal import Decimal
from fractions import Fraction
from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from keras import layers, ops

from course_utils import data, exercise
from course_utils.checks.fresh import fresh_copy
from course_utils.checks.learning import Goal, Learns, feed, targets
from course_utils.checks.measures import accuracy, mean_squared_error, root_mean_squared_error
from course_utils.checks.models import Frozen, Parameters, SameGraph, not_a_model
from course_utils.checks.result import Finding, Result
from course_utils.checks.values import SameValue, difference, is_blank, shown
from course_utils.exercises import every
from course_utils.graphs.reading.undrawn import weights_not_drawn
from tests.attempts import attempt, compiled, two_heads
from tests.hostile import Hostile, Leaving, Nameless
from tests.sanitized import sanitized

pytestmark = pytest.mark.slow


class TestLearning:
    @staticmethod
    def waves():
        return data.waves.make(n=200, n_validation=50)

    def model(self, outputs=1, **settings):
        model = keras.Sequential([keras.Input((1,)), layers.Dense(16, "tanh"), layers.Dense(outputs)])
        return compiled(model, **{"loss": "mse", "optimizer": keras.optimizers.Adam(0.02), **settings})

    def test_a_copy_trains_and_the_model_stays(self, capsys):
        model = self.model()
        before = model.get_weights()
        found = Learns(self.waves, Goal(0.25), epochs=30).judge(attempt(model))
        assert found.passed
        assert 0 < float(found.measured) <= 0.25
        assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
        assert model.optimizer.iterations == 0

    def test_what_was_trained_before_does_not_count(self, capsys):
        model, made = self.model(), self.waves()
        model.fit(made.train.x["x"], made.train.y["sin"], epochs=60, verbose=0)
        compiled(model, loss="mse", optimizer=keras.optimizers.SGD(0.0))
        found = Learns(self.waves, Goal(0.25), epochs=2).judge(attempt(model))
        assert "after 2 epochs of training a copy" in found.message

    def test_the_copy_keeps_what_was_adapted_and_nothing_that_was_trained(self):
        made = self.waves()
        scale = layers.Normalization(axis=None)
        scale.adapt(made.train.x["x"])
        frozen = layers.Dense(16, "tanh", trainable=False)
        inner = keras.Sequential([keras.Input((1,)), scale, frozen])
        x = keras.Input((1,))
        model = keras.Model(x, layers.Dense(1)(inner(x)))
        points = np.array([[0.0], [1.0]], "float32")
        with fresh_copy(model) as copy:
            mine, theirs = copy.layers[1].layers, inner.layers
            assert np.allclose(*(ops.convert_to_numpy(own[0](points)) for own in (mine, theirs)))
            assert not np.array_equal(mine[1].kernel.numpy(), theirs[1].kernel.numpy())
            assert not mine[1].trainable

    def test_what_cannot_be_reached_is_said_in_figures(self, capsys):
        found = Learns(self.waves, Goal(1e-9), epochs=2).judge(attempt(self.model()))
        assert not found.passed
        assert "after 2 epochs of training a copy" in found.message
        assert "under 1e-09 asked for" in found.message

    def test_time_runs_out(self, capsys):
        found = Learns(self.waves, Goal(1e-9), epochs=10**6, seconds=1).judge(attempt(self.model()))
        assert "after 1 seconds" in found.message

    def test_nan(self, capsys):
        found = Learns(self.waves, Goal(0.1), epochs=3).judge(attempt(self.model(optimizer=keras.optimizers.SGD(1e30))))
        assert "NaN" in found.message

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda self: keras.Sequential([keras.Input((3,)), layers.Dense(1)]), "cannot be fed"),
            (lambda self: self.model(2), "cannot be fed to the model: it predicts shape"),
            (lambda self: keras.Sequential([keras.Input((1,)), layers.Dense(5_000_000)]), "10,000,000 parameters"),
            (lambda self: keras.Sequential([keras.Input((1,)), layers.Dense(1)]), "not compiled"),
        ],
    )
    def test_models_that_do_not_fit_the_data(self, make, words):
        assert words in Learns(self.waves, Goal(1e-9)).judge(attempt(make(self))).message

    def test_measures(self):
        one_hot, classes = np.eye(3)[[0, 1, 2, 1]], np.array([0, 1, 2, 0])
        guess = np.eye(3)[[0, 1, 2, 2]] * 0.9
        assert accuracy(one_hot, guess) == 0.75
        assert accuracy(classes, guess) == 0.75
        assert accuracy(np.array([[1], [0]]), np.array([[0.7], [0.6]])) == 0.5
        assert mean_squared_error(np.zeros((2, 1)), np.array([1.0, 3.0])) == 5.0
        assert root_mean_squared_error(np.zeros((2, 1)), np.array([1.0, 3.0])) == pytest.approx(math.sqrt(5))

    @pytest.mark.parametrize("name", ["posts", "other"])
    def test_one_input_is_fed_as_the_model_was_made(self, name):
        x = keras.Input((3,), name=name)
        y = layers.Dense(1)(x)
        array = np.zeros((4, 3), "float32")
        for model in (*(keras.Model(i, y) for i in (x, [x], (x,), {name: x})), keras.Sequential([x, layers.Dense(1)])):
            assert model(feed(model, {"posts": array})).shape == (4, 1)  # a warning would be an error here

    def test_feeding_goes_by_name_then_by_order(self):
        a, b = keras.Input((1,), name="a"), keras.Input((1,), name="b")
        model = keras.Model([b, a], layers.Dense(1, name="y")(layers.Concatenate()([a, b])))
        assert set(feed(model, {"a": np.zeros(1), "b": np.ones(1)})) == {"a", "b"}
        by_order = feed(model, {"p": np.zeros(1), "q": np.ones(1)})
        assert [float(part[0]) for part in by_order] == [0, 1]
        with pytest.raises(ValueError, match="2 inputs; the data has 1: p"):
            feed(model, {"p": np.zeros(1)})
        assert targets(["age", "income"], {"age": np.zeros(1), "income": np.ones(1)}).keys() == {"age", "income"}
        with pytest.raises(ValueError, match="2 outputs; the data has 1"):
            targets(["age", "income"], {"age": np.zeros(1)})


class TestModels:
    def test_parameters(self):
        model = two_heads()
        count = model.count_params()
        assert Parameters(exactly=count).judge(attempt(model)).passed
        assert f"{count} parameters; it should have 7" in Parameters(exactly=7).judge(attempt(model)).message
        assert Parameters(at_most=count).judge(attempt(model)).passed
        assert "at most 7" in Parameters(at_most=7).judge(attempt(model)).message

    def test_frozen(self):
        model = two_heads()
        assert "`trunk` still trains" in Frozen(["trunk"]).judge(attempt(model)).message
        model.get_layer("trunk").trainable = False
        assert Frozen(["trunk"]).judge(attempt(model)).passed
        assert "no layer `body`" in Frozen(["body"]).judge(attempt(model)).message
        model.get_layer("age").trainable = False
        assert "`age` is frozen too" in Frozen(["trunk"]).judge(attempt(model)).message

    def test_what_never_trains_is_not_frozen(self):
        x = keras.Input((4,))
        body = layers.Dense(3, name="trunk", trainable=False)(layers.Normalization()(x))
        assert Frozen(["trunk"]).judge(attempt(keras.Model(x, layers.Dense(1)(body)))).passed


def test_what_fit_returns_is_no_model():
    model = compiled(loss="mse")
    history = model.fit(np.zeros((2, 4)), [np.zeros((2, 1)), np.zeros((2, 3))], verbose=0)
    assert not_a_model(history) == "this is what `fit` returns, its history; keep the model under a name of its own."


class TestValues:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (3, 3.0),
            (np.float32(0.5), 0.5),
            ([1, 2], (1, 2)),
            (" Yes ", "yes"),
            (True, True),
            (np.bool_(False), False),
            ((None, 3), (None, 3)),
            ([None, 3], (None, 3)),
            ({"a": [1.0]}, {"a": np.ones(1)}),
            (None, None),
            (Decimal("3.5"), 3.5),
            (Fraction(7, 2), 3.5),
            ([Decimal("0.5"), Fraction(1, 4)], [0.5, 0.25]),
            (np.array([1, 2.5], dtype=object), [1, 2.5]),
            (tf.constant(3.0), 3),
            (tf.constant([1, 2]), (1, 2)),
            (keras.ops.convert_to_tensor(2.0), 2.0),
            (keras.Variable(2.0).value, 2.0),
            ([tf.constant(1.0), np.float64(2)], [1.0, 2.0]),
            (np.array(True), True),
            (tf.constant(False), False),
            (np.array("yes"), "yes"),
            (np.array(["a", "b"]), ["a", "b"]),
            (tf.constant("yes"), "yes"),
            (tf.TensorShape([None, 3]), (None, 3)),
            (tf.TensorShape([2, 3]), (2, 3)),
            (np.array([None, 3], dtype=object), (None, 3)),
            (keras.Input((3,)).shape, (None, 3)),
            (0.55, 0.5512345),
            (0.551, 0.5512345),
            (np.float32(0.55), 0.5512345),
            (Decimal("0.55"), 0.5512345),
            (-0.06, -0.055),
            (0.125, 0.125),
            ([0.33, 0.667], [1 / 3, 2 / 3]),
            ({"a": 0.33}, {"a": 1 / 3}),
        ],
        ids=repr,
    )
    def test_equal(self, value, expected):
        assert difference(value, expected, 1e-6) is None

    @pytest.mark.parametrize(
        ("value", "expected", "words"),
        [
            (3.1, 3, "3.1"),
            ("3", 3, "number"),
            ([1, 2], [1, 3], "1 of 2 values"),
            ([1, 2, 3], [1, 2], "shape is"),
            ([1, 2], 1, "one number"),
            (math.nan, 1, "finite"),
            (1, True, "1"),
            ("no", "yes", "no"),
            ((None, 4), (None, 3), "4"),
            (5, {"a": 1}, "dictionary"),
            ({}, {"a": 1}, "key `a` is missing"),
            ({"a": 1, "b": 2}, {"a": 1}, "does not belong"),
            ({"a": 2}, {"a": 1}, "at `a`"),
            (1, None, "1"),
            (0.6, 0.5512345, "0.6"),
            (0.56, 0.5512345, "0.56"),
            (0.5, 0.5512345, "0.5"),
            (0.5513, 0.5512345, "0.5513"),
            (0.0, 0.0012345, "0.0"),
            (3.01, 3, "3.01"),
            (tf.TensorShape([None, 4]), (None, 3), "TensorShape"),
            (tf.TensorShape(None), (None, 3), "TensorShape"),
            (Decimal("NaN"), 1, "finite"),
            (["a", 1], [1.0, 2.0], "numbers"),
            (["a", "c"], ["a", "b"], "is not it"),
            (["a"], ["a", "b"], "is not it"),
            (tf.constant("no"), "yes", "is not it"),
        ],
        ids=repr,
    )
    def test_different(self, value, expected, words):
        assert words in difference(value, expected, 1e-6)

    def test_mistakes_have_their_own_words(self):
        criterion = SameValue(mistakes=[(8, "the bias is missing.")], look="Count again.")
        assert criterion.judge(attempt(8, 9)).message == "the bias is missing."
        assert criterion.judge(attempt(7, 9)).message == "`7` is not it. Count again."
        assert criterion.judge(attempt(9, 9)).passed

    @given(st.floats(-1e3, 1e3), st.integers(2, 6))
    def test_a_rounded_value_is_right_and_the_next_one_is_not(self, wanted, places):
        rounded = round(wanted, places)
        assert difference(rounded, wanted, 1e-9) is None or rounded == 0
        wrong = round(rounded + 2 * 10.0**-places, places)
        if round(wrong, places - 1) != wrong:  # else it may be right, rounded to fewer
            assert difference(wrong, wanted, 1e-9)

    def test_a_half_filled_answer_is_told_part_by_part(self):
        target = {"a": 1, "b": None, "c": (None, 3), "d": 4}
        criterion = SameValue(look="Look again.")
        found = criterion.judge(attempt({"a": 1, "b": ..., "c": (None, 4), "d": ...}, target))
        assert found.message == "1 of 4 right, 2 to fill in; wrong: `c`. Look again."
        found = criterion.judge(attempt([1, ..., 7], [1, 2, 3]))
        assert found.message == "1 of 3 right, 1 to fill in; wrong: `3`. Look again."
        assert "0 of 2 right, 1 to fill in" in criterion.judge(attempt((1, ...), 5)).message
        whole = criterion.judge(attempt({"a": 1, "b": None, "c": (None, 4), "d": 5}, target))
        assert whole.message.startswith("2 of 4 right; at `c`: ")

    def test_a_long_sequence_is_not_made_an_array(self):
        assert difference(range(10**9), 1, 1e-6) == "a number or an array was asked for; this is a range."

    def test_blanks(self):
        assert all(map(is_blank, (..., [..., ...], (...,), {"a": ...})))
        assert not any(map(is_blank, (None, 0, [], {}, "...", np.zeros(3), {"a": [1]}, [..., 1], {"a": 1, "b": ...})))

    def test_what_is_shown_is_short_and_never_raises(self):
        class Rude:
            def __repr__(self):
                raise RuntimeError("no")

        assert shown(Rude()) == "a Rude"
        assert len(shown("x" * 10_000)) < 100
        assert shown(np.zeros((2, 3))) == "an array of shape (2, 3)"


class TestResult:
    def test_words_of_the_learners_are_escaped(self):
        finding = Finding("graph", False, "`<script>alert(1)</script>` reads `\"&'`")
        html = Result("1.1", "<b>", "failed", (finding,))._repr_mimebundle_()["text/html"]
        assert "<script" not in html
        assert "<code>&lt;script&gt;" in html
        assert "&lt;b&gt;" in html

    def test_text_and_html_say_the_same(self):
        result = Result("1.1", "Count", "passed", (Finding("parameters", True, "right."),))
        bundle = result._repr_mimebundle_()
        assert bundle["text/plain"] == str(result) == "✓ Exercise 1.1, Count: passed\n  ✓ parameters: right."
        assert "Count" in bundle["text/html"]
        assert 'aria-label="passed"' in bundle["text/html"]

    def test_what_was_measured_is_shown_in_both_where_it_is_not_compared(self):
        result = Result("1.1", "Fit", "passed", (Finding("learning", True, "under 0.01.", measured="0.00214 euros"),))
        for text in (str(result), result._repr_mimebundle_()["text/html"]):
            assert "under 0.01. (measured: 0.00214 euros)" in text
            assert "0.00214" not in sanitized(text)

    def test_layer_names_of_the_learners_are_escaped_in_a_real_check(self):
        x = keras.Input((3,), name="<img src=x>")
        result = exercise("0.2").check(keras.Model(x, layers.Dense(1, name="<script>")(x)))
        html = result._repr_mimebundle_()["text/html"]
        assert result.status == "failed"
        assert "<script>" not in html
        assert "<img src=x>" not in html


class Subclassed(keras.Model):
    def call(self, x):
        return x


class Endless(keras.layers.Layer):
    def call(self, x):
        raise RecursionError("deep")


@cache
def large():
    with weights_not_drawn():
        return keras.Sequential([keras.Input((150, 150, 30)), layers.Flatten(), layers.Dense(150)])


ODD = [
    lambda: Hostile(),
    lambda: Nameless(),
    lambda: Leaving(),
    lambda: np.ma.masked,
    lambda: range(10**12),
    lambda: keras.ops.ones((2, 2)),
    lambda: [Hostile()],
    lambda: {"a": Hostile()},
    lambda: Subclassed(),
    lambda: keras.Sequential(),
    lambda: keras.Sequential([layers.Dense(1)]),
    lambda: keras.Sequential([keras.Input((1,))]),
    lambda: keras.Model,
    lambda: Endless,
    lambda: layers.Dense,
    lambda: keras.Input((1,)),
    lambda: large(),
    lambda: np.array([object()]),
    lambda: np.zeros((0,)),
    lambda: float("inf"),
    lambda: 10**400,
    lambda: lambda: None,
    lambda: iter(()),
    lambda: b"bytes",
    lambda: {...: 1},
    lambda: type("Odd", (), {})(),
    lambda: two_heads(a="<script>", b="`b`"),
]


def judged(id, value):
    result = exercise(id).check(value)
    assert result.status in ("passed", "failed", "not attempted")
    assert str(result)
    assert result._repr_mimebundle_()["text/html"]
    if result.status == "failed":
        assert all(finding.message.strip() for finding in result.criteria)
    return result


class TestNothingBreaksACheck:
    @pytest.mark.parametrize("id", list(every()))
    def test_odd_objects(self, id):
        # Where a design is free, some of these are designs.
        is_free = not any(isinstance(criterion, (SameGraph, SameValue)) for criterion in every()[id].criteria)
        for make in ODD:
            assert not judged(id, make()).passed or is_free

    anything = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.complex_numbers(),
        st.text(),
        st.binary(max_size=20),
        st.just(...),
        arrays.arrays(arrays.scalar_dtypes(), arrays.array_shapes(max_dims=3, max_side=3)),
        st.recursive(
            st.integers() | st.text() | st.none(), lambda s: st.lists(s) | st.dictionaries(st.text(), s), max_leaves=6
        ),
        st.functions(),
        st.from_type(type),
    )

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(list(every())), anything)
    def test_arbitrary_objects(self, id, value):
        judged(id, value)
