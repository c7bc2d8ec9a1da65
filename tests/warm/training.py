"""The same training in both editions of a lesson is run once: the other kernel takes over what it came to.

Keras trains alike from the same beginning: the same layers with the same weights, data, settings, arguments and states
of the generators that it draws from. These make up a key; under it the first kernel leaves weights, losses and states,
and a kernel that comes to the same beginning goes on from there. Whatever is not known to be the same is trained.

The course knows these generators too (`graphs.reading.traceless`), but must not be imported before the kernel runs.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import pickle
import random
import re
from pathlib import Path
from typing import Any

import numpy as np

_ARRAYS = ("x", "y", "validation_data", "sample_weight")
_PLAIN = (bool, int, float, str, type(None))


class NotShared(Exception):
    """Something that no key can be made of."""


def share_trainings(folder: str) -> None:
    """Have `keras.Model.fit` of this process look in the folder first, which the kernels of one test run share."""
    import keras

    fit = keras.Model.fit
    signature = inspect.signature(fit)

    @functools.wraps(fit)
    def fit_once(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = signature.bind(self, *args, **kwargs)
        given.apply_defaults()
        try:
            file = Path(folder) / key_of(self, given.arguments)
        except NotShared:
            return fit(self, *args, **kwargs)
        if file.exists():
            return take_over(self, given.arguments, pickle.loads(file.read_bytes()))
        history = fit(self, *args, **kwargs)
        # Else somebody stopped it, or it did not validate after each epoch.
        if all(len(values) == given.arguments["epochs"] for values in history.history.values()):
            part = file.with_suffix(f".{random.SystemRandom().getrandbits(64)}")
            part.write_bytes(pickle.dumps((numbers(self), history.history, states())))
            part.replace(file)
        return history

    keras.Model.fit = fit_once


def key_of(model: Any, arguments: dict[str, Any]) -> str:
    """What the training hangs on, as a name for a file.

    Raises:
        NotShared: for a model, an argument or a callback of another kind.
    """
    import keras

    if type(model) not in (keras.Model, keras.Sequential) and type(model).__name__ != "Functional":
        raise NotShared("a class of its own")
    if not model.built or not model.compiled or arguments["verbose"] not in (0, "0"):
        raise NotShared("not seen from outside")
    kinds = {type(one).__name__ for one in arguments["callbacks"] or ()}
    if not {"Progress"} <= kinds <= {"Progress", "LambdaCallback"}:
        raise NotShared("a short training, which may warn, or callbacks that may do anything")
    plain = {k: v for k, v in arguments.items() if k not in (*_ARRAYS, "self", "callbacks")}
    if not all(isinstance(value, _PLAIN) for value in plain.values()):
        raise NotShared("other arguments")
    try:
        settings = json.dumps([model.get_config(), model.get_compile_config(), model.trainable], sort_keys=True)
    except Exception:
        raise NotShared("what Keras cannot write down") from None
    if any(word in settings for word in ('"Lambda"', '"function"', "Custom>")):
        raise NotShared("code of its own")
    data = [(part, *leaf) for part in _ARRAYS for leaf in keras.tree.flatten_with_path(arguments[part])]
    fed = {str(key) for _, path, _ in data for key in path}
    trains = [variable.trainable for variable in model.variables]
    known = hashlib.sha256(repr((without_counts(settings, fed), sorted(plain.items()), trains)).encode())
    known.update(pickle.dumps(states()))
    for number in numbers(model):
        known.update(number.tobytes())
    for part, path, array in data:
        if array is None:
            continue
        if keras.ops.is_tensor(array):
            array = keras.ops.convert_to_numpy(array)
        if not isinstance(array, np.ndarray) or array.dtype == object:
            raise NotShared("data of another kind")
        known.update(repr((part, path, array.shape, array.dtype)).encode())
        known.update(np.ascontiguousarray(array).tobytes())
    return known.hexdigest()


def without_counts(settings: str, fed: set[str]) -> str:
    """The settings with automatic names (`dense_7`) counted from the first one in them; names of data stay."""
    found: dict[str, str] = {}

    def renamed(match: re.Match[str]) -> str:
        if match[0].strip('"') in fed:
            return match[0]
        return found.setdefault(match[0], f'"{match[1]}#{len(found)}"')

    return re.sub(r'"([a-z][a-z0-9_]*?)(?:_\d+)?"', renamed, settings)


def numbers(model: Any) -> list[np.ndarray]:
    """All that a training changes in a model and leaves: metrics begin anew each time."""
    return [np.asarray(variable.numpy()) for variable in (*model.variables, *model.optimizer.variables)]


def states() -> tuple[Any, ...]:
    """What Keras draws from in training: TensorFlow's seed and generator, and its own seeds."""
    from tensorflow.python.eager import context

    tensorflow = context.context()
    rng = getattr(tensorflow, "_rng", None)
    return tensorflow._seed, rng and rng.getstate(), {key: one.state.numpy() for key, one in generators().items()}


def generators() -> dict[str, Any]:
    """Keras's own seeds that belong to no layer."""
    import keras
    from keras.src.backend.common.global_state import GLOBAL_STATE_TRACKER

    return {key: one for key, one in vars(GLOBAL_STATE_TRACKER).items() if isinstance(one, keras.random.SeedGenerator)}


def take_over(model: Any, arguments: dict[str, Any], kept: Any) -> Any:
    """Leave everything as the other kernel's training left it; returns the history."""
    import keras
    from tensorflow.python.eager import context

    found, losses, (seed, rng, seeds) = kept
    history = keras.callbacks.History()
    epochs = range(arguments["initial_epoch"], arguments["epochs"])
    callbacks = keras.callbacks.CallbackList(
        [*(arguments["callbacks"] or ()), history], model=model, epochs=arguments["epochs"], steps=1, verbose=0
    )
    model.stop_training = False
    callbacks.on_train_begin()
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    for at, epoch in enumerate(epochs):
        callbacks.on_epoch_begin(epoch)
        callbacks.on_epoch_end(epoch, {name: values[at] for name, values in losses.items()})
    variables = [*model.variables, *model.optimizer.variables]
    for variable, value in zip(variables, found, strict=True):
        variable.assign(value)
    callbacks.on_train_end()
    context.context()._seed = seed
    if rng is not None:
        context.context()._rng.setstate(rng)
    for name, one in generators().items():
        one.state.assign(seeds[name])
    model.history = history
    return history
