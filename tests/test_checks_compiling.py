"""Compile settings: what is written, what training makes of it, and the criterion."""

import warnings

import keras
import numpy as np
import pytest
from keras import layers, ops

from course_utils.checks.compiling import Compiled, CompileProblem, InProportion, resolve, settings_of
from tests.attempts import attempt, compiled, two_heads

pytestmark = pytest.mark.slow

WANTED = {"age": "mean_squared_error", "income": "categorical_crossentropy"}


class TestCompileSettings:
    @pytest.mark.parametrize(
        "loss",
        [
            ["mse", "categorical_crossentropy"],
            {"age": "mse", "income": "categorical_crossentropy"},
            {"income": "categorical_crossentropy", "age": "mean_squared_error"},
            [keras.losses.MeanSquaredError(), keras.losses.CategoricalCrossentropy()],
            [keras.losses.mean_squared_error, keras.losses.categorical_crossentropy],
            [keras.losses.MeanSquaredError, keras.losses.CategoricalCrossentropy],
            ("MSE", "CategoricalCrossentropy"),
        ],
    )
    def test_losses_are_the_same_however_they_are_written(self, loss):
        assert resolve(compiled(loss=loss)).losses == WANTED

    def test_one_loss_for_all_outputs(self):
        assert set(resolve(compiled(loss="mse")).losses.values()) == {"mean_squared_error"}

    @pytest.mark.parametrize("weights", [[0.25, 10], {"age": 0.25, "income": 10}, (0.25, 10.0)], ids=repr)
    def test_weights(self, weights):
        loss = {"age": "mse", "income": "categorical_crossentropy"} if isinstance(weights, dict) else ["mse", "mae"]
        assert resolve(compiled(loss=loss, loss_weights=weights)).weights == {"age": 0.25, "income": 10.0}

    def test_a_weight_that_is_not_one_number_is_measured(self):
        model = compiled(loss=["mse", "mse"], loss_weights=[np.array([3.0, 3.0]), 1])
        assert resolve(model).weights == {"age": 1.0, "income": 1.0}
        found = Compiled().judge(attempt(model, compiled(loss=["mse", "mse"])))
        assert "loss weight of `age` is" in found.message

    def test_settings_of_a_loss_count(self):
        model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
        model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))
        assert list(resolve(model).losses.values()) == ["binary_crossentropy(from_logits=True)"]

    def test_the_last_compile_counts(self):
        model = compiled(loss="mae")
        assert set(resolve(compiled(model, loss="mse")).losses.values()) == {"mean_squared_error"}

    def test_metrics(self):
        losses = ["mse", "categorical_crossentropy"]
        target = compiled(loss=losses, metrics={"income": ["acc", keras.metrics.AUC()]})
        model = compiled(loss=losses, metrics=[["mae"], ["AUC", "categorical_accuracy"]])
        assert Compiled(metrics=True).judge(attempt(model, target)).passed
        turned = compiled(loss=losses, metrics={"age": ["acc"], "income": ["AUC"]})
        found = Compiled(metrics=True).judge(attempt(turned, target))
        assert found.message == "the metric `accuracy` of `income` is missing."

    def test_a_loss_of_ones_own(self):
        assert resolve(compiled(loss=lambda truth, guess: keras.ops.mean(truth - guess))).losses["age"]

    def test_optimizer_and_rate(self):
        found = resolve(compiled(optimizer=keras.optimizers.Adam(0.25), loss="mse"))
        assert (found.optimizer, found.learning_rates) == ("Adam", (0.25, 0.25, 0.25))

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({}, "without a loss"),
            ({"loss": "mean_sqared_error"}, "no loss called `mean_sqared_error`"),
            ({"loss": ["mse", "mse", "mse"]}, "3 entries for 2 outputs"),
            ({"loss": {"age": "mse", "wage": "mse"}}, "key `wage`, but the outputs are called `age`, `income`"),
            ({"loss": "mse", "loss_weights": [1.0, 0.2]}, "training would fail"),
            ({"loss": ["mse", "mse"], "loss_weights": {"wage": 1}}, "`loss_weights` has the key `wage`"),
            ({"loss": ["mse", "mse"], "metrics": ["mse"]}, "1 entry for 2 outputs"),
            ({"loss": ["mse", "mse"], "metrics": {"wage": "mse"}}, "`metrics` has the key `wage`"),
            ({"loss": {"age": "mse"}}, "no entry for the output `income`"),
            ({"loss": ["mse", "mse"], "metrics": ["mse", "nonsense"]}, "no metric called `nonsense`"),
        ],
        ids=repr,
    )
    def test_what_training_would_refuse_is_said(self, settings, words):
        model = compiled(**settings)
        with pytest.raises(CompileProblem, match=words.replace("(", r"\(")):
            resolve(model)
        x, y = np.zeros((2, 4)), [np.zeros((2, 1)), np.zeros((2, 3))]
        if isinstance(settings.get("loss"), dict):
            y = dict(zip(("age", "income"), y, strict=True))
        with pytest.raises(Exception):  # noqa: B017, PT011 (Keras raises many kinds)
            model.fit(x, y, verbose=0)

    def test_not_compiled(self):
        with pytest.raises(CompileProblem, match="not compiled"):
            resolve(two_heads())

    def test_weights_swapped_are_told_by_output(self):
        losses = ["mse", "categorical_crossentropy"]
        target = compiled(loss=losses, loss_weights=[0.25, 1])
        found = Compiled().judge(attempt(compiled(loss=losses, loss_weights=[1, 0.25]), target))
        assert not found.passed
        assert found.message == "the loss weight of `age` is 1; it should be 0.25."

    def test_outputs_are_matched_by_name_before_order(self):
        x = keras.Input((4,))
        heads = {n: layers.Dense(3 if n == "income" else 1, name=n)(x) for n in ("age", "income")}
        target = compiled(keras.Model(x, [heads["age"], heads["income"]]), loss=["mse", "categorical_crossentropy"])
        swapped = compiled(keras.Model(x, [heads["income"], heads["age"]]), loss=["categorical_crossentropy", "mse"])
        assert Compiled().judge(attempt(swapped, target)).passed

    def test_a_model_of_hundreds_of_millions_of_weights_is_only_looked_at(self):
        model = keras.Sequential([keras.Input((150, 150, 3)), layers.Flatten(), layers.Dense(1)])
        assert resolve(compiled(model, loss="mse")).losses


def three_heads(structure=list, **settings):
    x = keras.Input((4,))
    heads = {name: layers.Dense(1, name=name)(x) for name in ("age", "income", "gender")}
    return compiled(keras.Model(x, heads if structure is dict else list(heads.values())), **settings)


def judged(settings, right, make=three_heads, **compared):
    """What the criterion says to one model with these settings, when the same model with others is right."""
    return Compiled(**compared).judge(attempt(make(**settings), make(**right)))


def squared(truth, guess):
    return ops.mean(ops.square(truth - guess), axis=-1)


def mean_squared_error(truth, guess):  # Keras's name, but another loss
    return ops.mean(ops.abs(truth - guess), axis=-1)


THREE = {"loss": ["mse", "mae", "mse"], "loss_weights": [1, 10, 100]}
BY_NAME = dict(zip(("age", "income", "gender"), THREE["loss"], strict=True))


class TestWhatTrainingMakesOfIt:
    """The cases where `compile` reads one way and training goes another; each was seen in `fit`."""

    @pytest.mark.parametrize(
        "settings",
        [
            {"loss": BY_NAME, "loss_weights": {"gender": 100, "age": 1, "income": 10}},
            {"loss": ("mse", "mae", "mse"), "loss_weights": (1.0, 10.0, 100.0)},
            {"loss": [squared, keras.losses.MeanAbsoluteError(), "mse"], "loss_weights": [1, 10, 100]},
            {**THREE, "loss_weights": [[1.0], [10.0], [100.0]]},
            {**THREE, "metrics": []},
            {**THREE, "metrics": [["mae"], [], "mse"]},
        ],
    )
    def test_the_same(self, settings):
        assert judged(settings, THREE).message == "training will use what was asked for."

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            # Paired by the sorted keys: age, gender, income.
            (
                {**THREE, "loss_weights": {"age": 1, "income": 10, "gender": 100}},
                "of `income` is 100; it should be 10.",
            ),
            ({**THREE, "loss": "mse", "loss_weights": {"gender": 100}}, "of `age` is 100; it should be 1."),
            ({**THREE, "loss": [mean_squared_error, "mae", "mse"]}, "but it computes something else"),
            ({**THREE, "loss": [keras.losses.MeanSquaredError(reduction="sum"), "mae", "mse"]}, "(reduction=sum)`; it"),
            ({**THREE, "loss": ["mse", None, "mse"]}, "loss of `income` is `None`"),
            ({**THREE, "loss_weights": [1, 0, 100]}, "loss weight of `income` is 0; it should be 10."),
        ],
    )
    def test_not_the_same(self, settings, message):
        found = judged(settings, THREE)
        assert not found.passed
        assert message in found.message

    def test_one_loss_in_a_list_counts_for_the_first_output_alone(self):
        found = judged({"loss": ["mse"]}, {"loss": "mse"}).message
        assert found.startswith("the loss weight of `income` is 0; it should be 1. That is what training makes of it")

    def test_a_list_with_a_dict_is_explained(self):
        found = judged({**THREE, "loss_weights": {"age": 1, "income": 10, "gender": 100}}, THREE)
        assert "Write both as lists or both as dicts" in found.message

    def test_settings_that_do_not_serialise(self):
        right = {"loss": keras.losses.Huber(delta=0.01)}
        assert judged({"loss": "huber"}, right).message.startswith(
            "the loss of `age` is `huber`; it should be `huber(delta=0.01)`"
        )
        assert judged({"loss": keras.losses.Huber(delta=0.01)}, right).passed

    def test_a_weight_is_not_lost_beside_a_large_one(self):
        weights = [1e-5, 1, 1e4]
        assert judged({**THREE, "loss_weights": [2e-5, 1, 1e4]}, {**THREE, "loss_weights": weights}).message == (
            "the loss weight of `age` is 2e-05; it should be 1e-05."
        )

    def test_weights_that_are_not_compared_are_positive_all_the_same(self):
        assert judged({**THREE, "loss_weights": [3, 3, 3]}, THREE, weights=False).passed
        assert "is -3; it should be 10" in judged({**THREE, "loss_weights": [3, -3, 3]}, THREE, weights=False).message

    def test_part_of_the_losses_of_a_dict_of_outputs(self):
        def make(**settings):
            return three_heads(dict, **settings)

        right = {"loss": {"age": "mse", "income": None, "gender": "mae"}}
        assert judged({"loss": {"age": "mse", "gender": "mae"}}, right, make).passed
        assert "loss of `gender` is `None`" in judged({"loss": {"age": "mse"}}, right, make).message

    @pytest.mark.parametrize("metrics", ["accuracy", "ACC", "binary_accuracy", keras.metrics.BinaryAccuracy])
    def test_metrics_that_are_the_same(self, metrics):
        assert judged({"loss": "mse", "metrics": [metrics]}, self.BINARY, self.one, metrics=True).passed

    @pytest.mark.parametrize("metrics", ["categorical_accuracy", keras.metrics.Accuracy, "mae"])
    def test_metrics_that_are_not(self, metrics):
        if isinstance(metrics, type):
            metrics = metrics()
        found = judged({"loss": "mse", "metrics": [metrics]}, self.BINARY, self.one, metrics=True)
        what = (
            "is called as asked, but it measures something else" if isinstance(metrics, keras.Metric) else "is missing"
        )
        assert found.message == f"the metric `accuracy` {what}."

    BINARY = {"loss": "mse", "metrics": ["accuracy"]}  # noqa: RUF012

    @staticmethod
    def one(**settings):
        return compiled(keras.Sequential([keras.Input((4,)), layers.Dense(1, "sigmoid")]), **settings)

    @pytest.mark.parametrize(
        "settings",
        [
            {"loss": "crossentropy"},
            {"loss": ["binary_crossentropy"], "metrics": [["accuracy"]]},
            {"loss": [["binary_crossentropy"]], "metrics": {"any": ["accuracy"]}},
            {"loss": keras.losses.BinaryCrossentropy()},
        ],
    )
    def test_one_output(self, settings):
        assert judged(settings, {"loss": "binary_crossentropy"}, self.one).passed

    def test_another_kind_of_target(self):
        def make(**settings):
            return compiled(keras.Sequential([keras.Input((4,)), layers.Dense(5, "softmax")]), **settings)

        found = judged({"loss": "sparse_categorical_crossentropy"}, {"loss": "categorical_crossentropy"}, make)
        assert "is `sparse_categorical_crossentropy`; it should be `categorical_crossentropy`" in found.message
        sparse = {"loss": "sparse_categorical_crossentropy"}
        assert judged({"loss": "crossentropy"}, sparse, make).passed  # Keras looks at the targets
        assert make(loss=keras.losses.Circle()) is not None
        assert resolve(make(loss=keras.losses.Circle())).losses  # takes numbers of classes, which its name does not say

    def test_outputs_with_one_name(self):
        x, inner = keras.Input((4,)), keras.Input((4,))
        pair = keras.Model(inner, [layers.Dense(1)(inner), layers.Dense(2)(inner)], name="pair")
        model = compiled(keras.Model(x, pair(x)), loss=["mse", "mae"])
        assert resolve(model).losses == {"pair": "mean_squared_error", "pair (2)": "mean_absolute_error"}

    def test_a_loss_that_cannot_be_serialised(self):
        class Half(keras.losses.Loss):
            def __init__(self, share):
                super().__init__(name="half")
                self.share = share

            def call(self, truth, guess):
                return self.share * squared(truth, guess)

            def get_config(self):
                raise NotImplementedError

        right = {"loss": ["mse", "mse", "mse"], "loss_weights": [0.5, 0.5, 0.5]}
        assert "it should be `mean_squared_error`" in judged({"loss": Half(0.3)}, right).message
        assert resolve(three_heads(loss=Half(0.5))).losses["age"] == "half"

    def test_no_optimizer(self):
        with pytest.raises(CompileProblem, match="without an optimizer"):
            resolve(three_heads(optimizer=None, loss="mse"))

    def test_keras_s_words_without_where_in_tensorflow(self):
        model = compiled(keras.Sequential([keras.Input((4,)), layers.Dense(3, "softmax")]), loss="mse")
        model.compile(loss="categorical_crossentropy", metrics=["sparse_categorical_accuracy"])
        with pytest.raises(CompileProblem, match=r"Keras says: “[^{]*”"):
            resolve(model)

    def test_nothing_of_the_learners_changes(self):
        auc = keras.metrics.AUC()
        model = self.one(loss=squared, metrics=[auc])
        model.fit(np.zeros((8, 4)), np.ones((8, 1)), verbose=0)
        before = [v.numpy() for v in (*auc.variables, *model.optimizer.variables, *model.variables)]
        resolve(model)
        after = [v.numpy() for v in (*auc.variables, *model.optimizer.variables, *model.variables)]
        assert all(np.array_equal(*pair) for pair in zip(before, after, strict=True))
        assert settings_of(model)["metrics"][0] is not auc
        assert keras.config.floatx() == "float32"

    def test_too_large_to_compute_is_compared_as_it_is_written(self):
        def make(**settings):
            return compiled(keras.Sequential([keras.Input((10**9,)), layers.Dropout(0.5)]), **settings)

        assert judged({"loss": "mean_squared_error"}, {"loss": "mse"}, make).passed
        assert "should be `mean_squared_error`" in judged({"loss": "mae"}, {"loss": "mse"}, make).message


@pytest.mark.parametrize(
    "settings",
    [
        THREE,
        {"loss": BY_NAME},
        {**THREE, "loss_weights": {"age": 1, "income": 10, "gender": 100}},
        {"loss": BY_NAME, "loss_weights": [1, 10, 100]},
        {"loss": BY_NAME, "loss_weights": {"age": 1}},
        {"loss": BY_NAME, "loss_weights": {"age": 1, "wage": 2, "gender": 3}},
        {"loss": "mse", "loss_weights": {"gender": 100}},
        {"loss": "mse", "loss_weights": [0.5]},
        {"loss": "mse", "loss_weights": 0.5},
        {"loss": ["mse"]},
        {"loss": ["mse", "mae"]},
        {"loss": [["mse"], "mae", "mse"]},
        {"loss": {"age": "mse", "gender": "mae"}},
        {"loss": {"age": "mse", "income": None, "gender": "mae"}},
        {"loss": "mse", "metrics": ["mae"]},
        {"loss": "mse", "metrics": [["mae"], ["mae"]]},
        {"loss": "mse", "metrics": {"age": "mae"}},
        {"loss": "mse", "metrics": {"wage": "mae"}},
        {"loss": "mse", "metrics": [["mae"], None, ["acc", "mse"]], "weighted_metrics": ["mae"]},
        {"loss": "nonsense"},
    ],
    ids=repr,
)
@pytest.mark.parametrize("structure", [list, dict], ids=lambda kind: kind.__name__)
def test_settings_are_refused_where_training_refuses_them_and_only_there(settings, structure):
    random = np.random.default_rng(0)
    x, y = random.random((8, 4)).astype("float32"), [random.random((8, 1)).astype("float32") for _ in range(3)]
    named = dict(zip(("age", "income", "gender"), y, strict=True))

    def trains(model, targets):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # "Gradients do not exist" for an output without a loss
                model.run_eagerly = True  # nothing is compiled for one batch
                model.fit(x, targets, verbose=0)
        except Exception:
            return False
        return True

    does_train = any(trains(three_heads(structure, **settings), targets) for targets in (named, y))
    try:
        resolve(three_heads(structure, **settings))
    except CompileProblem:
        assert not does_train
    else:
        assert does_train


class TestInProportion:
    @pytest.mark.parametrize("names", [("sin", "cos"), ("cos", "sin")])
    @pytest.mark.parametrize("form", [list, dict])
    def test_a_factor_does_not_matter_however_losses_and_weights_are_written(self, names, form):
        def model(*weights):
            x = keras.Input((4,), name="x")
            made = keras.Model(x, [layers.Dense(1, name=name)(x) for name in names])
            pairs = dict(zip(names, weights, strict=True))
            given = pairs if form is dict else list(weights)
            loss = dict.fromkeys(names, "mse") if form is dict else ["mse", "mse"]
            return compiled(made, loss=loss, loss_weights=given)

        def judged(*weights):
            return InProportion().judge(attempt(model(*weights), model(2, 1)))

        assert judged(2, 1).passed
        assert judged(6, 3).passed
        assert "loss weight" in judged(3, 6).message

        # Where no weight of the learner's is more than 0, there is no factor: the answer's own weights are told.
        assert judged(0, -1).message == f"the loss weight of `{names[0]}` is 0; it should be 2."


class Speed(keras.optimizers.Adam):
    """An optimizer that takes what its settings do not name."""

    def __init__(self, speed):
        super().__init__(speed)


class Silent(keras.optimizers.Adam):
    """An optimizer that does not tell its settings."""

    def get_config(self):
        raise NotImplementedError


@pytest.mark.parametrize("optimizer", [lambda: Speed(0.01), lambda: Silent(0.01)], ids=["speed", "silent"])
def test_an_optimizer_that_cannot_be_made_anew_is_the_learner_s_own(optimizer):
    model = compiled(loss=[lambda truth, guess: ops.mean(ops.square(guess - truth), -1), "mse"], optimizer=optimizer())
    assert settings_of(model)["optimizer"] is model.optimizer
    right = compiled(loss=["mse", "mse"], optimizer=keras.optimizers.Adam(0.01))
    assert Compiled(optimizer=True, learning_rate=True).judge(attempt(model, right)).passed
    other = compiled(loss=["mse", "mse"], optimizer=keras.optimizers.SGD(0.01))
    assert "it should be SGD" in Compiled(optimizer=True).judge(attempt(model, other)).message


class NotOnZeros(layers.Layer):
    """A layer whose output cannot be computed."""

    def compute_output_shape(self, shape):
        return shape

    def call(self, x):
        if isinstance(x, keras.KerasTensor):
            return x
        raise ValueError("not on zeros")


def test_a_model_that_does_not_run_adds_no_loss():
    model = keras.Sequential([keras.Input((4,)), NotOnZeros(), layers.Dense(1)])
    with pytest.raises(CompileProblem, match="without a loss"):
        resolve(compiled(model))


def test_settings_for_other_outputs_than_those_asked_for():
    single = compiled(keras.Sequential([keras.Input((4,)), layers.Dense(1)]), loss="mse")
    found = Compiled().judge(attempt(single, compiled(loss=["mse", "mse"])))
    assert found.message == "the model has 1 output; 2 asked for."
