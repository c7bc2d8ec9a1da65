"""Criteria on what a design has, what it says and what it uses again."""

import dataclasses

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from course_utils.checks.describing import Skips, has_skip
from course_utils.checks.design import Design, is_passed, longest_chain
from course_utils.checks.drawn import not_alike, not_drawn, not_shuffled
from course_utils.checks.models import Named, SameGraph
from course_utils.checks.reuse import Given, Reuses
from course_utils.checks.saying import Says, weights_drawn
from course_utils.checks.structure import Functional, Structure
from course_utils.graphs.reading.read import read
from tests.attempts import attempt, compiled, two_heads


def sequential(*pieces, shape=(4,)):
    return keras.Sequential([keras.Input(shape), *pieces])


class TestStructure:
    def test_counts(self):
        model = two_heads()
        assert Structure(inputs=1, outputs=2, kinds=["Dense"]).judge(attempt(model)).passed
        assert "2 outputs; 1 asked" in Structure(outputs=1).judge(attempt(model)).message
        assert "join two tensors" in Structure(merges=1).judge(attempt(model)).message
        assert "called twice" in Structure(shared=1).judge(attempt(model)).message
        assert "no `LSTM`" in Structure(kinds=["LSTM"]).judge(attempt(model)).message

    def test_layers_inside_nested_models_are_shared(self):
        tower = sequential(layers.Dense(3))
        a, b = keras.Input((4,)), keras.Input((4,))
        model = keras.Model([a, b], layers.Add()([tower(a), tower(b)]))
        assert Structure(inputs=2, merges=1, shared=1, branches=True).judge(attempt(model)).passed

    def test_a_layer_called_twice_on_what_comes_from_one_input_is_not_shared(self):
        a, b = keras.Input((4,)), keras.Input((4,))
        again = layers.Dense(4)
        model = keras.Model([a, b], layers.Add()([again(again(a)), again(layers.ReLU()(a)), layers.Dense(4)(b)]))
        assert "different inputs" in Structure(shared=1).judge(attempt(model)).message

    def test_every_input_reaches_an_output(self):
        a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
        inner = keras.Model([a, b], [layers.Dense(1)(a), layers.Dense(1)(b)])
        c, d = keras.Input((4,), name="c"), keras.Input((4,), name="d")
        model = keras.Model([c, d], inner([c, d])[0])
        assert "`d` reaches no output" in Structure(inputs=2).judge(attempt(model)).message

    @pytest.mark.parametrize("nothing", [lambda t: 0 * t, lambda t: t * 0.0, layers.Rescaling(0.0)])
    def test_what_is_multiplied_by_0_reaches_nothing(self, nothing):
        a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
        model = keras.Model([a, b], layers.Dense(1)(layers.Add()([a, nothing(b)])))
        assert "`b` reaches no output" in Structure(inputs=2).judge(attempt(model)).message

    def test_no_output_is_listed_twice(self):
        model = two_heads()
        twice = keras.Model(model.inputs, [model.outputs[0]] * 2)
        assert "`age` is listed twice" in Structure(outputs=2).judge(attempt(twice)).message

    def test_branches(self):
        a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
        model = keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([layers.Dense(2)(a), layers.ReLU()(b)])))
        assert "`b` has no branch" in Structure(branches=True).judge(attempt(model)).message

    @pytest.mark.parametrize(
        "make",
        [
            lambda: layers.LSTM(2),
            lambda: layers.RNN(layers.SimpleRNNCell(2)),
            lambda: layers.Bidirectional(layers.GRU(2)),
            lambda: type("Own", (layers.GRU,), {})(2),
            lambda: keras.Sequential([layers.LSTM(2)]),
            lambda: layers.Lambda(layers.LSTM(2)),
        ],
    )
    def test_recurrent_layers_are_known_whatever_they_are_called(self, make):
        model = sequential(make(), layers.Dense(1), shape=(5, 3))
        assert "recurrent layer" in Structure(no="recurrent layer").judge(attempt(model)).message
        x = keras.Input((5, 3))
        make()(x)
        beside = keras.Model(x, layers.Dense(1)(layers.GlobalMaxPooling1D()(x)))
        assert Structure(no="recurrent layer").judge(attempt(beside)).passed

    @pytest.mark.parametrize("kind", ["Conv1D", "Conv1DTranspose", "DepthwiseConv1D", "SeparableConv1D"])
    @pytest.mark.parametrize("wrap", [lambda layer: layer, lambda layer: keras.Sequential([layer])])
    def test_convolutions_of_every_kind(self, kind, wrap):
        size = (2,) if kind.startswith("Depthwise") else (2, 2)
        model = sequential(wrap(getattr(layers, kind)(*size)), shape=(6, 3))
        assert Structure(kinds=["convolution"]).judge(attempt(model)).passed

    def test_chains_and_passages(self):
        x = keras.Input((4,))
        first, second, third = layers.Dense(4), layers.Dense(4), layers.Dense(4)
        a = first(x)
        design = Design.of(keras.Model(x, layers.Add()([second(a), third(a)])))
        dense = design.of_kind("Dense")
        assert longest_chain(design, dense) == 2
        assert [is_passed(design, at) for at in dense] == [True, False, False]
        again = Design.of(keras.Model(x, first(first(first(x)))))
        assert longest_chain(again, again.of_kind("Dense")) == 1

    def test_functional(self):
        dense = [layers.Dense(3), layers.Dense(1)]
        x = keras.Input((4,))
        assert "keras.Sequential" in Functional().judge(attempt(sequential(*dense))).message
        assert "all layers are listed" in Functional().judge(attempt(keras.Model(x, sequential(*dense)(x)))).message
        assert Functional().judge(attempt(keras.Model(x, dense[1](dense[0](x))))).passed


@pytest.mark.parametrize(
    ("join", "skips"),
    [
        (lambda x, h: layers.Add()([x, h]), True),
        (lambda x, h: layers.Concatenate()([layers.Dense(4)(x), layers.Dense(4)(h)]), True),
        (lambda x, h: layers.Add()([h, layers.Activation("gelu")(h)]), True),
        (lambda x, h: layers.Add()([h, layers.Identity()(h)]), False),
        (lambda x, h: layers.Concatenate()([h, layers.Reshape((4,))(layers.Reshape((2, 2))(h))]), False),
        (lambda x, h: layers.Add()([layers.Dense(4)(h), layers.Dense(4)(h)]), False),
    ],
)
def test_a_skip_skips_a_layer(join, skips):
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1)(join(x, layers.Dense(4, "relu")(x))))
    assert has_skip(read(model)) is skips
    assert Skips().judge(attempt(model)).passed is skips


class TestSays:
    @staticmethod
    def inputs():
        return {"x": np.random.default_rng(1).normal(size=(6, 4)).astype("float32")}

    @pytest.mark.parametrize(
        ("end", "kind", "words"),
        [
            ("linear", "number", None),
            ("softplus", "number", "never says less than 0"),
            ("relu", "number", "never says less than 0"),
            ("sigmoid", "number", "never says more than"),
            ("tanh", "number", "never says more than"),
            ("sigmoid", "share", None),
            ("hard_sigmoid", "share", None),
            (lambda t: keras.ops.exp(-abs(t)), "share", None),
            ("linear", "share", "can say"),
            ("softplus", "share", "can say"),
            ("tanh", "share", "can say -"),
            ("softmax", "share", "always says 1"),
            ("sigmoid", "sigmoid", None),
            (lambda t: keras.ops.sigmoid(keras.ops.sigmoid(t)), "sigmoid", "stays between"),
            (lambda t: keras.ops.sigmoid(keras.ops.relu(t)), "sigmoid", "stays between"),
            (lambda t: 0.0 * t + 7.0, "number", "always says 7, whatever it is given"),
        ],
    )
    def test_kinds(self, end, kind, words):
        found = Says(self.inputs, {"y": kind}).judge(attempt(sequential(layers.Dense(3, "tanh"), layers.Dense(1, end))))
        assert found.passed is (words is None)
        assert words is None or words in found.message

    @pytest.mark.parametrize(
        ("aside", "words"),
        [
            (layers.BatchNormalization(), None),
            (layers.Dropout(0.5), None),
            (lambda t: t - keras.ops.mean(t, axis=1, keepdims=True), None),
            (lambda t: t - keras.ops.mean(t, axis=0, keepdims=True), "for an example alone"),
            (lambda t: keras.ops.roll(t, 1, axis=0), "for an example alone"),
            (lambda t: keras.ops.softmax(t, axis=0), "for an example alone"),
        ],
    )
    def test_each_example_stands_for_itself(self, aside, words):
        layer = aside if isinstance(aside, keras.Layer) else layers.Lambda(aside)
        model = sequential(layers.Dense(3, "tanh"), layer, layers.Dense(1))
        found = Says(self.inputs, {"y": "number"}).judge(attempt(model))
        assert found.passed is (words is None), found.message
        assert words is None or words in found.message

    def test_heads_are_told_apart_by_name_else_by_order(self):
        model = two_heads(a="share", b="other")
        one = keras.Model(model.inputs, model.outputs[0])
        with_sigmoid = keras.Model(model.inputs, [layers.Dense(1, "sigmoid", name="gender")(one.output), one.output])
        wanted = {"share": "number", "gender": "sigmoid"}
        assert Says(self.inputs, wanted).judge(attempt(with_sigmoid)).passed
        assert not Says(self.inputs, {"a": "number", "b": "sigmoid"}).judge(attempt(with_sigmoid)).passed
        assert (
            "`other` has shape (None, 3)"
            in Says(self.inputs, {"a": "number", "b": "share"}).judge(attempt(model)).message
        )

    def test_other_outputs_than_those_asked_for(self):
        found = Says(self.inputs, {"age": "number"}).judge(attempt(two_heads()))
        assert found.message == "the model has 2 outputs; 1 asked for."

    def test_the_weights_come_back(self):
        model = two_heads()
        before = model.get_weights()
        with weights_drawn(model, 1):
            assert not np.array_equal(before[0], model.get_weights()[0])
        Says(self.inputs, {"age": "number", "income": "share"}).judge(attempt(model))
        assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


class TestReuses:
    @staticmethod
    def make():
        return sequential(layers.Dense(3, name="first"), layers.Dense(2, name="last"))

    def criterion(self, **more):
        kept = Given("kept", self.make)
        return Reuses(kept, layers=["first"], **more), kept()["kept"]

    def test_the_very_layers(self):
        criterion, model = self.criterion()
        on_top = keras.Model(model.inputs, layers.Dense(1)(model.get_layer("first").output))
        assert criterion.judge(attempt(on_top)).passed
        x = keras.Input((4,))
        assert criterion.judge(attempt(keras.Model(x, model(x)))).passed

    def test_others(self):
        criterion, model = self.criterion()
        clone = keras.models.clone_model(model)
        assert "`first` is another layer" in criterion.judge(attempt(clone)).message
        assert "`first` is another layer" in criterion.judge(attempt(self.make())).message
        assert "`first` is not in the model" in criterion.judge(attempt(sequential(layers.Dense(1)))).message
        clone.set_weights(model.get_weights())
        assert not criterion.judge(attempt(clone)).passed
        assert dataclasses.replace(criterion, or_equal=True).judge(attempt(clone)).passed

    def test_the_learners_own_model(self, monkeypatch):
        criterion, _ = self.criterion()
        own = self.make()
        assert not criterion.judge(attempt(own)).passed
        monkeypatch.setattr("__main__.kept", own, raising=False)
        assert criterion.judge(attempt(own)).passed
        assert not criterion.judge(attempt(keras.models.clone_model(own))).passed


class TestTelling:
    """Where the first mistake is: at a layer, whatever it is called, or at a place beside layers."""

    @staticmethod
    def first(value, target):
        return SameGraph().judge(attempt(value, target)).telling[0]

    def test_a_missing_layer_has_a_place(self):
        ends = layers.Dense(2, name="a"), layers.Dense(1, name="b")
        told = self.first(sequential(*ends), sequential(ends[0], layers.Dropout(0.5), ends[1]))
        assert told == "one place differs; look between `a` and `b`."

    def test_a_layer_may_be_called_as_a_place_is(self):
        class Scale(layers.Layer):
            def call(self, x):
                return x * 2

        mine = Scale

        class Scale(layers.Layer):
            def call(self, x):
                return x * 3

        told = self.first(sequential(mine(name="before it")), sequential(Scale(name="before it")))
        assert told == "one place differs; look at `before it`."


class TestEnds:
    """What is asked of names and order: models with two inputs or two outputs that can be told apart."""

    @staticmethod
    def readers(names=("a", "b"), order=1, crossed=False):
        a, b = (keras.Input((4,), name=name) for name in names)
        read_a, read_b = (b, a) if crossed else (a, b)
        h = layers.Concatenate()([layers.Dense(2)(read_a), layers.Dense(3)(layers.Dense(5)(read_b))])
        return keras.Model([a, b][::order], layers.Dense(1)(h))

    @pytest.mark.parametrize(
        ("ends", "more", "passes"),
        [
            ("listed", {"order": -1}, False),
            ("listed", {"names": ("p", "q")}, True),
            ("named", {"order": -1}, True),
            ("named", {"names": ("p", "q")}, False),
            ("named in order", {"order": -1}, False),
            ("by name or in order", {"order": -1}, True),
            ("by name or in order", {"names": ("p", "q")}, True),
            ("by name or in order", {"names": ("p", "q"), "order": -1}, False),
            ("in any order", {"names": ("p", "q"), "order": -1}, True),
        ],
    )
    def test_inputs(self, ends, more, passes):
        found = SameGraph(inputs=ends).judge(attempt(self.readers(**more), self.readers()))
        assert found.passed is passes, found.message

    @pytest.mark.parametrize("ends", ["named", "by name or in order", "in any order", "named in order"])
    @pytest.mark.parametrize("order", [1, -1])
    def test_crossed_inputs_are_told_by_what_reads_them(self, ends, order):
        found = SameGraph(inputs=ends).judge(attempt(self.readers(crossed=True, order=order), self.readers()))
        assert not found.passed
        assert "should read" in found.message or ends == "named in order"
        assert "in this order" not in found.message or ends == "named in order"

    @settings(max_examples=12)
    @given(st.permutations(["age", "income"]), st.sampled_from([1, -1]), st.booleans())
    def test_graph_and_names_never_contradict_each_other(self, names, order, as_dict):
        """Either both criteria pass, or what one asks for is no fault to the other."""
        made = two_heads(a=names[0], b=names[1])
        ends = made.outputs[::order]
        outputs = dict(zip(names[::order], ends, strict=True)) if as_dict else ends
        value = keras.Model(made.inputs, outputs)
        graph = SameGraph(outputs="named").judge(attempt(value, two_heads()))
        assert graph.passed is (names == ["age", "income"])
        assert Named(outputs=("age", "income")).judge(attempt(value)).passed
        assert graph.passed or "each other's names" in graph.message


class TestDrawn:
    @settings(max_examples=60)
    @given(st.integers(0, 2**32 - 1), st.integers(2, 40))
    def test_chance_is_taken_for_chance(self, seed, kinds):
        random = np.random.default_rng(seed)
        assert not_drawn(random.integers(0, kinds, 1000)) is None
        assert not_drawn(random.choice(kinds, 1000, p=random.dirichlet(np.ones(kinds)))) is None
        assert not_shuffled(random.permutation(100)) is None

    @settings(max_examples=60)
    @given(st.integers(2, 40), st.integers(0, 2**32 - 1))
    def test_rules_are_not(self, kinds, seed):
        at = np.arange(1000)
        period = np.random.default_rng(seed).permutation(kinds)
        for draws in (at % kinds, period[at % kinds], np.sort(at % kinds), at * kinds // 1000):
            assert not_drawn(draws) is not None

    @settings(max_examples=20)
    @given(st.integers(100, 900), st.integers(0, 2**32 - 1))
    def test_draws_that_come_again_are_not(self, drawn, seed):
        """Once more from the start, backwards, or each exchanged."""
        random = np.random.default_rng(seed)
        once = random.integers(0, 2, drawn)
        assert not_drawn(np.resize(once, 1000)) is not None
        part = once[:500]
        around = random.integers(0, 2, 1000 - 2 * len(part))
        for again in (part, 1 - part):
            assert not_drawn(np.concatenate([around, part, again[::-1]])) is not None

    @settings(max_examples=30)
    @given(st.integers(61, 500), st.integers(0, 2**32 - 1))
    def test_neither_is_a_long_cycle(self, period, seed):
        once = np.random.default_rng(seed).integers(0, 25, period)
        assert not_drawn(np.resize(once, 1000)) is not None

    @settings(max_examples=60)
    @given(st.integers(3, 40), st.integers(0, 2**32 - 1), st.integers(0, 39))
    def test_the_same_chance_for_each(self, kinds, seed, favoured):
        random = np.random.default_rng(seed)
        assert not_alike(np.bincount(random.integers(0, kinds, 1000), minlength=kinds)) is None
        assert not_alike(np.full(kinds, 40)) is None
        at = favoured % kinds
        draws = np.where(random.random(1000) < 0.3, at, random.integers(0, kinds, 1000))
        assert not_alike(np.bincount(draws, minlength=kinds)) == at

    @settings(max_examples=60)
    @given(st.integers(1, 99))
    def test_turned_and_rolled_is_not_shuffled(self, by):
        order = np.roll(np.arange(100), by)
        assert not_shuffled(order) is not None
        assert not_shuffled(order[::-1]) is not None


def test_a_check_of_given_layers_leaves_nothing_behind():
    criterion, model = TestReuses().criterion()
    for _ in range(3):
        criterion.judge(attempt(compiled(sequential(layers.Dense(1)))))
    assert sum(known() is not None for known in criterion.given._made) >= len(model.layers)


@pytest.mark.parametrize(
    "nothing",
    [
        lambda h: 0.0 * h,
        lambda h: h - h,
        lambda h: keras.ops.zeros_like(h),
        lambda h: keras.ops.ones_like(h),
        layers.Rescaling(0.0),
    ],
)
def test_what_gives_the_same_whatever_it_reads_is_cut_off(nothing):
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(4)(x) + nothing(layers.Conv1D(4, 2, padding="same")(x[:, :, None])[:, :, 0]))
    assert not Design.of(model).of_kind("Conv1D")
    assert "no `Conv1D`" in Structure(kinds=["Conv1D"]).judge(attempt(model)).message


def test_a_layer_that_a_function_calls_is_among_its_parts():
    encoder = layers.Conv1D(4, 2, padding="same", name="encoder")
    model = sequential(layers.Lambda(lambda t: encoder(t[:, :, None])[:, :, 0]))
    assert "holds a Conv1D" in Structure(no="Conv1D").judge(attempt(model)).message
    assert Structure(no="LSTM").judge(attempt(model)).passed
