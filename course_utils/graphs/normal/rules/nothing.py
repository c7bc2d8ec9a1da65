"""Rules about layers that change nothing, and layers that are left out of account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from course_utils.graphs import layers
from course_utils.graphs.normal.draft import Draft, DraftCall, Source
from course_utils.graphs.normal.rules.rule import Rule

_NEVER_NOTHING = frozenset({"Input", "Output"})


def _does_nothing(call: DraftCall) -> bool:
    """Whether a call passes on what it reads."""
    settings = call.settings
    if call.kind == "Identity" or (call.kind == "Activation" and settings.get("activation") == "linear"):
        return True
    if call.kind in layers.DROPOUT:
        return settings.get("rate") == 0
    if call.kind == "GaussianNoise":
        return settings.get("stddev") == 0
    if call.kind == "Permute":
        dims = cast("tuple[int, ...]", settings.get("dims", ()))
        return dims == tuple(range(1, len(dims) + 1))
    if call.kind in ("Flatten", "Reshape"):
        before, after = call.input_shape(), call.shape
        return bool(before) and before == after and before[1:].count(None) <= 1
    if call.kind in ("Add", "Multiply") and len(call.inputs) == 1 and "constant" in settings:
        return settings["constant"] == (0 if call.kind == "Add" else 1) and call.dtypes == call.inputs[0][0].dtypes
    if call.kind in layers.POOLS:
        sizes = (settings.get("pool_size"), settings.get("strides"))
        return all(isinstance(s, tuple) and set(s) == {1} for s in sizes)
    if call.kind in layers.UPSAMPLING:
        size = settings.get("size")
        return size == 1 or (isinstance(size, tuple) and set(size) == {1})
    return False


def _no_ops(draft: Draft) -> None:
    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        if len(call.inputs) == 1 and call.kind not in _NEVER_NOTHING and not call.parameters and _does_nothing(call):
            return [call.inputs[0]]
        return None

    draft.sweep(step)


def _dropout(draft: Draft) -> None:
    draft.sweep(lambda call, done: [call.inputs[0]], layers.NOISE)


NO_OPS = Rule(
    "no-ops",
    "Layers that pass on what they read do not count.",
    "Dropout(0)(x) = x;  Activation('linear')(x) = x;  Flatten()(x) = x on two axes",
    _no_ops,
)
DROPOUT = Rule(
    "dropout",
    "Dropout and noise do not count.",
    "Dropout(0.5)(x) = x",
    _dropout,
    default=False,
)
