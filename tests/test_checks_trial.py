"""Losses, metrics and optimizers that read alike or compute alike, told apart by what they compute."""

import keras
import pytest
from keras import layers, losses, metrics, ops, optimizers

from course_utils.checks.compiling import Compiled
from tests.attempts import attempt, compiled

pytestmark = pytest.mark.slow


def number(**settings):
    return compiled(keras.Sequential([keras.Input((4,)), layers.Dense(1)]), **{"loss": "mse", **settings})


def classes(**settings):
    usual = {"loss": "sparse_categorical_crossentropy"}
    return compiled(keras.Sequential([keras.Input((4,)), layers.Dense(40, "softmax")]), **{**usual, **settings})


def heads(**settings):
    x = keras.Input((4,))
    ends = [layers.Dense(1, name="age")(x), layers.Dense(1, "sigmoid", name="gender")(x)]
    return compiled(keras.Model(x, ends), **{"loss": ["mse", "binary_crossentropy"], **settings})


def judged(make, found, wanted, **compared):
    return Compiled(**compared).judge(attempt(make(**found), make(**wanted)))


def squared(truth, guess):
    return ops.mean(ops.square(guess - truth), axis=-1)


def capped(truth, guess):
    return ops.mean(ops.minimum(ops.square(guess - truth), 1000.0), axis=-1)


def lazy(truth, guess):
    return ops.mean(ops.square(ops.relu(ops.abs(guess - truth) - 0.05)), axis=-1)


@pytest.mark.parametrize("loss", ["huber", "log_cosh", "mae", capped, lazy, "binary_crossentropy", "msle", "poisson"])
def test_losses_that_are_not_the_squared_error(loss):
    assert not judged(number, {"loss": loss}, {"loss": "mse"}).passed


@pytest.mark.parametrize("loss", [squared, losses.MeanSquaredError(), losses.mean_squared_error, ["mse"]])
def test_losses_that_are(loss):
    assert judged(number, {"loss": loss}, {"loss": "mse"}).passed


class Share(metrics.Metric):
    """Right answers, counted by hand."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.right, self.all = (self.add_weight(name=name, initializer="zeros") for name in ("right", "all"))

    def update_state(self, truth, guess, sample_weight=None):
        hits = ops.equal(ops.argmax(guess, -1), ops.cast(ops.reshape(truth, (-1,)), "int64"))
        self.right.assign_add(ops.sum(ops.cast(hits, "float32")))
        self.all.assign_add(ops.cast(ops.size(hits), "float32"))

    def result(self):
        return self.right / self.all


def share(truth, guess):
    return ops.cast(ops.equal(ops.argmax(guess, -1), ops.cast(ops.reshape(truth, (-1,)), "int64")), "float32")


@pytest.mark.parametrize("metric", ["accuracy", "sparse_categorical_accuracy", Share, share])
def test_metrics_that_are_the_accuracy(metric):
    metric = metric() if metric is Share else metric
    assert judged(classes, {"metrics": [metric]}, {"metrics": ["accuracy"]}, metrics=True, only_metrics=True).passed


@pytest.mark.parametrize(
    "metric",
    [
        "categorical_accuracy",
        "sparse_top_k_categorical_accuracy",
        metrics.SparseTopKCategoricalAccuracy(2),
        "sparse_categorical_crossentropy",
    ],
    ids=repr,
)
def test_metrics_that_are_not(metric):
    assert not judged(classes, {"metrics": [metric]}, {"metrics": ["accuracy"]}, metrics=True).passed


@pytest.mark.parametrize(
    ("found", "wanted", "passes"),
    [
        ("AUC", "AUC", True),
        (metrics.AUC(num_thresholds=1000, name="area"), "AUC", True),
        (metrics.AUC(thresholds=[0.1, 0.5, 0.9]), "AUC", True),
        (metrics.AUC(curve="PR"), "AUC", False),
        (metrics.Precision(), metrics.Recall(), False),
        (metrics.Precision(), metrics.Precision(), True),
        (metrics.Precision(thresholds=0.7), metrics.Precision(), False),
        (metrics.F1Score(threshold=0.5), metrics.Precision(), False),
        ("accuracy", metrics.BinaryAccuracy(threshold=0.5), True),
        ("accuracy", metrics.BinaryAccuracy(threshold=0.7), False),
    ],
    ids=repr,
)
def test_metrics_of_a_head(found, wanted, passes):
    settings = ({"metrics": {"gender": [metric]}} for metric in (found, wanted))
    assert judged(heads, *settings, metrics=True).passed == passes


def test_a_metric_that_was_not_asked_for():
    right = {"metrics": {"gender": ["AUC"]}}
    both = {"metrics": {"gender": ["AUC"], "age": ["mse"]}}
    assert judged(heads, both, right, metrics=True).passed
    found = judged(heads, both, right, metrics=True, only_metrics=True)
    assert found.message == "the metric `mean_squared_error` of `age` was not asked for; leave it out."


def test_a_loss_in_the_log_is_no_metric():
    assert "is missing" in judged(number, {}, {"metrics": ["mse"]}, metrics=True).message


class Mine(optimizers.Adam):
    pass


@pytest.mark.parametrize(
    ("found", "wanted", "words"),
    [
        (lambda: optimizers.LossScaleOptimizer(optimizers.Adam(0.01)), lambda: optimizers.Adam(0.01), ""),
        (lambda: Mine(0.01), lambda: optimizers.Adam(0.01), ""),
        (lambda: optimizers.Adam(0.01, amsgrad=True), lambda: optimizers.Adam(0.01), ""),
        (lambda: optimizers.AdamW(0.01), lambda: optimizers.Adam(0.01), "is AdamW; it should be Adam"),
        (lambda: optimizers.Adam(0.001), lambda: optimizers.Adam(0.01), "rate is 0.001; it should be 0.01"),
        (lambda: optimizers.Adam(0.0), lambda: optimizers.Adam(0.01), "would not make the loss smaller"),
        (
            lambda: optimizers.SGD(0.1),
            lambda: optimizers.SGD(0.1, momentum=0.9),
            "`momentum` of the optimizer should be `0.9`",
        ),
        (lambda: optimizers.SGD(0.1, momentum=0.9), lambda: optimizers.SGD(0.1, momentum=0.9), ""),
        (
            lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(0.01, 100, 0.5)),
            lambda: optimizers.Adam(0.01),
            "rate after 1,000 steps",
        ),
    ],
)
def test_optimizers(found, wanted, words):
    judgement = judged(number, {"optimizer": found()}, {"optimizer": wanted()}, optimizer=True, learning_rate=True)
    assert judgement.passed == (not words)
    assert words in judgement.message


class Penalty(layers.Layer):
    def call(self, x):
        self.add_loss(ops.mean(ops.square(x)))
        return x


def test_an_added_loss_is_something_to_train_for():
    def make(added=True, **settings):
        parts = [layers.Dense(3), Penalty()] if added else [layers.Dense(3, kernel_regularizer="l2")]
        return compiled(keras.Sequential([keras.Input((4,)), *parts, layers.Dense(1)]), **settings)

    assert judged(make, {}, {}).passed
    assert judged(make, {"loss": "mse"}, {"loss": "mse"}).passed
    assert "loss is `None`; it should be `mean_squared_error`" in judged(make, {}, {"loss": "mse"}).message
    found = Compiled().judge(attempt(make(added=False), make()))
    assert "without a loss" in found.message
