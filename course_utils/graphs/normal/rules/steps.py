"""Rules about time steps: layers for each step by itself, recurrent layers and what they return."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from typing import cast

from course_utils.graphs.graph import EACH_STEP
from course_utils.graphs.layers import RECURRENT, WORKS_BY_STEP
from course_utils.graphs.normal.draft import Draft, DraftCall, Source
from course_utils.graphs.normal.rules.rule import Rule
from course_utils.graphs.normal.rules.structure import insist_on_models, pass_training_on

_ALL = ("slice", None, None, None)


_RETURNS_STATE = ("return_state", "layer.return_state")
_GIVES_MORE = (*_RETURNS_STATE, "return_attention_scores")


def _time_distributed(draft: Draft) -> None:
    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        if call.inner is not None:
            return _opened(call, done)
        _unwrap(call)
        return None

    draft.sweep(step, ("TimeDistributed",))


def _unwrap(call: DraftCall) -> None:
    """A layer for each time step: the layer, marked where that matters."""
    while call.kind == "TimeDistributed":
        layer = call.settings.get("layer")
        if not isinstance(layer, tuple) or len(layer) != 2 or not isinstance(layer[1], tuple):
            return
        call.kind, call.settings = str(layer[0]), dict(cast("tuple[tuple[str, object], ...]", layer[1]))
        _mark(call)


def _mark(call: DraftCall) -> None:
    """Say that a call is made for each step; its axes are counted with the one of the steps."""
    if (axis := call.settings.get("axis")) is not None:
        call.settings["axis"] = _after_time(axis)
    if call.kind not in WORKS_BY_STEP:
        call.settings[EACH_STEP] = True


def _after_time(axis: object) -> object:
    """An axis of each step, or several, counted from the front with the one of the steps."""
    if isinstance(axis, tuple):
        return tuple(map(_after_time, axis))
    return axis + 1 if isinstance(axis, int) and axis > 0 else axis


def _opened(outer: DraftCall, done: list[DraftCall]) -> list[Source] | None:
    """A whole model for each time step: its calls, one by one."""
    inner = outer.inner
    if inner is None or len(inner.inputs) != len(outer.inputs):
        return None
    time = outer.input_shape()[:2]
    sources: dict[int, list[Source]] = {t.node: [outer.inputs[i]] for i, t in enumerate(inner.inputs)}
    for i in inner.live():
        if i in sources:
            continue
        node = inner.nodes[i]
        call = DraftCall(node, [sources[t.node][t.output] for t in node.inputs])
        call.shapes = tuple([(*time, *shape[1:]) for shape in node.shapes])
        call.origin = tuple((*path, i) for path in outer.origin)
        pass_training_on(outer, call)
        opened = _opened(call, done)
        if opened is None:
            _mark(call)
            _unwrap(call)
            done.append(call)
        sources[i] = opened or [(call, k) for k in range(max(1, len(node.shapes)))]
    return [sources[t.node][t.output] for t in inner.outputs]


def _read(draft: Draft) -> Counter[tuple[int, int]]:
    """As `Draft.uses`, for each output of each call."""
    wires = [s for call in draft.calls for s in call.inputs] + draft.ends
    return Counter((id(call), number) for call, number in wires)


def _last_step(draft: Draft) -> None:
    read = _read(draft)

    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        before, number = call.inputs[0]
        key = call.settings.get("key")
        if number or before.kind not in RECURRENT or not before.settings.get("return_sequences"):
            return None
        if key not in ((_ALL, -1), (_ALL, -1, _ALL)) or read[id(before), 0] != 1 or len(before.shape) != 3:
            return None
        before.settings["return_sequences"] = False
        before.shapes, before.origin = (call.shape, *before.shapes[1:]), before.origin + call.origin
        return [(before, 0)]

    draft.sweep(step, ("GetItem",))


def _unused_states(draft: Draft) -> None:
    read = _read(draft)
    several = [call for call in draft.calls if len(call.shapes) > 1 and any(call.settings.get(k) for k in _GIVES_MORE)]
    recurrent = [call for call in several if call.kind in RECURRENT]
    for call in recurrent:
        if call.settings.get("return_sequences") and not read[id(call), 0]:
            call.settings["return_sequences"] = False
            call.shapes = (call.shapes[1], *call.shapes[1:])
    # Without the sequence, what they return is their first state.
    once = {id(call) for call in recurrent if not call.settings.get("return_sequences")}
    if once:
        draft.redirect(lambda source: (source[0], 0) if source[1] == 1 and id(source[0]) in once else source)
        read = _read(draft)
    for call in several:
        if not any(read[id(call), i] for i in range(1, len(call.shapes))):
            call.settings.pop("return_attention_scores", None)  # an argument of the call
            call.settings |= {key: False for key in _RETURNS_STATE if key in call.settings}
            call.shapes, call.dtypes = call.shapes[:1], call.dtypes[:1]


TIME_DISTRIBUTED = Rule(
    "time distributed",
    "A Dense layer applies to every time step by itself; a model for each step is its layers for each step.",
    "TimeDistributed(Dense(8))(x) = Dense(8)(x);  "
    "TimeDistributed(Sequential([f, g]))(x) = TimeDistributed(g)(TimeDistributed(f)(x))",
    _time_distributed,
    insist=functools.partial(insist_on_models, kinds=("TimeDistributed",)),
)
LAST_STEP = Rule(
    "last step",
    "The last of all outputs of a recurrent layer is what it returns by itself.",
    "LSTM(8, return_sequences=True)(x)[:, -1] = LSTM(8)(x)",
    _last_step,
)
UNUSED_STATES = Rule(
    "unused states",
    "States and scores that nothing reads change nothing; the first state is what a recurrent layer returns anyway.",
    "LSTM(8, return_state=True)(x)[0] = LSTM(8, return_state=True)(x)[1] = LSTM(8)(x)",
    _unused_states,
)
