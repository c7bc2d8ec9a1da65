"""Exercises of lesson 11, graphs of layers."""

from __future__ import annotations

import inspect
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.compiling import Compiled
from course_utils.checks.criterion import Holds
from course_utils.checks.models import Frozen, SameGraph
from course_utils.checks.reuse import Given, Reuses
from course_utils.checks.values import SameValue
from course_utils.exercises.declaration import Exercise
from course_utils.markup import first_line

if TYPE_CHECKING:
    import keras


def _small_trained() -> keras.Model:
    import keras
    from keras import layers

    numbers = keras.Input(shape=(10,), name="numbers")
    first = layers.Dense(32, activation="relu", name="first")(numbers)
    second = layers.Dense(16, activation="relu", name="second")(first)
    return keras.Model(numbers, layers.Dense(1, name="price")(second), name="trained")


_trained = Given("trained", _small_trained)


_SHARES = (0.25, 0.6, 1.0, 0.0)


def _is_a_layer_class(value: Any) -> str | None:
    import keras

    if isinstance(value, keras.layers.Layer):
        return "this is a layer already; the class itself was asked for, without a call."
    is_layer = isinstance(value, type) and issubclass(value, keras.layers.Layer)
    return None if is_layer else "a class derived from `layers.Layer` was asked for."


def _made(blend: Any, share: float, **more: Any) -> Any:
    """A `Blend` with this share; its constructor may take it by place or by name."""
    try:
        inspect.signature(blend).bind(share, **more)
    except TypeError:
        return blend(share=share, **more)
    return blend(share, **more)


def _in_training(layer: Any, training: bool) -> dict[str, bool]:
    """What to call a layer with; nothing where its `call` does not ask whether it trains."""
    return {"training": training} if "training" in inspect.signature(layer.call).parameters else {}


def _wrong_blend(layer: Any, share: float) -> str | None:
    import keras

    # Called on tensors of a graph first, as in a model; then on numbers of several shapes.
    layer([keras.Input((3,)), keras.Input((3,))])
    for shape in ((1, 2), (4, 3), (2, 5, 3)):
        first, second = np.random.default_rng(7).normal(size=(2, *shape)).astype("float32")
        wanted = share * first + (1 - share) * second
        for training in (False, True):
            found = keras.ops.convert_to_numpy(layer([first, second], **_in_training(layer, training)))
            if found.shape != wanted.shape:
                return f"for two tensors of shape {shape} it gives shape {found.shape}."
            if not np.allclose(found, wanted, atol=1e-5):
                if np.allclose(found, share * second + (1 - share) * first, atol=1e-5):
                    return "`share` belongs to the first tensor, the rest to the second."
                return f"with a `share` of {share} the blend is not right{' in training' if training else ''}."
    return None


def _blends(value: Any) -> str | None:
    if objection := _is_a_layer_class(value):
        return objection
    try:
        layers = {share: _made(value, share) for share in _SHARES}
        problem = next((found for share in _SHARES if (found := _wrong_blend(layers[share], share))), None)
    except Exception as error:
        return f"`Blend(…)` called on a list of two tensors fails: {first_line(error, 160)}"
    return problem or ("it has weights; none are needed." if layers[_SHARES[0]].weights else None)


def _can_be_made_again(value: Any) -> str | None:
    if _is_a_layer_class(value):
        return "there is no class to make again."
    for share in (0.6, 0.1875, 1.0):  # a share that is rounded, or left to a default, is right for some of them
        try:
            config = _made(value, share, name="mixing").get_config()
        except Exception as error:
            return f"`Blend({share}, name=…).get_config()` fails: {first_line(error, 160)}"
        if "share" not in config:
            return "`get_config()` does not tell `share`."
        if config.get("name") != "mixing":
            return "`get_config()` loses the name: begin with `super().get_config()`."
        try:
            problem = _wrong_blend(value.from_config(config), share)
        except Exception as error:
            return f"`Blend.from_config(…)` fails: {first_line(error, 160)}"
        if problem:
            return f"with a `share` of {share}, made again from its config, it does something else."
    return None


def _joined_otherwise() -> list[keras.Model]:
    """Exercise 11.2 with its branches concatenated in other orders, which its text leaves open; the input is added."""
    import keras
    from keras import layers

    def joined(order: tuple[int, ...]) -> keras.Model:
        picture = keras.Input(shape=(16, 16, 32))
        settings: dict[str, Any] = {"padding": "same", "activation": "relu"}
        first = layers.Conv2D(8, 3, **settings)(picture)
        branches = [
            layers.Conv2D(8, 1, **settings)(picture),
            layers.Conv2D(8, 3, **settings)(picture),
            layers.Conv2D(16, 3, **settings)(first),
        ]
        return keras.Model(picture, layers.Add()([layers.Concatenate()([branches[k] for k in order]), picture]))

    return [joined(order) for order in itertools.permutations(range(3))][1:]


EXERCISES = (
    Exercise(
        id="11.1",
        title="With a projection",
        criteria=[SameGraph()],
        hints=[
            "The way past is a convolution, too: `layers.Conv2D(24, 1)(picture)`.",
            "`layers.ReLU()(layers.Add()([h, past]))`",
        ],
    ),
    Exercise(
        id="11.2",
        title="Three branches and a way past",
        criteria=[SameGraph(alternatives=_joined_otherwise)],
        hints=[
            "All three branches begin at the input; only the third has two layers.",
            "`layers.Concatenate()([a, b, c])` has 8 + 8 + 16 channels, so the input can be added.",
        ],
    ),
    Exercise(
        id="11.3",
        title="An ensemble of your own",
        criteria=[SameGraph()],
        hints=[
            "Write the two models first; then call both on one new input.",
            "`layers.Average()([first(numbers), second(numbers)])`",
        ],
    ),
    Exercise(
        id="11.4",
        title="Your own new head",
        given=_trained,
        criteria=[
            SameGraph(outputs="named"),
            Reuses(_trained, layers=["first", "second"], or_equal=True, in_place=True),
            Frozen(layers=["first", "second"]),
            Compiled(optimizer=True),
        ],
        hints=[
            '`trained.get_layer("second").output` is the tensor for the new head to read.',
            "Set `trainable = False` on `first` and on `second`, then compile the new model.",
        ],
    ),
    Exercise(
        id="11.5",
        title="A layer that can be saved",
        asks_for="value",
        criteria=[
            Holds("what it computes", _blends, "share · first + (1 − share) · second."),
            Holds("made again", _can_be_made_again, "its config tells all that is needed."),
        ],
        hints=[
            "`call(self, inputs)` gets the list: `first, second = inputs`.",
            '`get_config` returns `{**super().get_config(), "share": self.share}`.',
        ],
    ),
    Exercise(
        id="11.6",
        title="Count the ways",
        asks_for="value",
        criteria=[
            SameValue(
                name="ways",
                mistakes=[
                    (4, "`past` reads `a` itself, too."),
                    (3, "some inputs have more than one way."),
                    (6, "these lead to the other output, `second`."),
                    (11, "these are the ways to both outputs together."),
                ],
                look="Write at each node how many ways lead to it, from the inputs down.",
            )
        ],
        hints=[
            "`left` has 2 ways, `right` has 2.",
            "`joined` has as many as `left` and `middle` together; then comes `past`.",
        ],
    ),
)
