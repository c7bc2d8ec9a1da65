"""Rules about what a call is given besides the tensors it is made for."""

from __future__ import annotations

from course_utils.graphs.layers import LEARNS_WHILE_CALLED, STARTS_FROM_STATES
from course_utils.graphs.normal.draft import Draft, DraftCall
from course_utils.graphs.normal.rules.rule import Rule
from course_utils.graphs.normal.rules.structure import is_random


def _training(draft: Draft) -> None:
    for call in draft.calls:
        if "training" in call.settings and not _minds_training(call):
            del call.settings["training"]


def _minds_training(call: DraftCall) -> bool:
    """Whether a call does one thing in training and another in use; a learner's own layer or function may."""
    hides = call.own or (call.kind == "Lambda" and call.traced is None)
    return hides or is_random(call) or call.kind in LEARNS_WHILE_CALLED


def _states(draft: Draft) -> None:
    for call in draft.calls:
        if call.kind not in STARTS_FROM_STATES:
            continue
        call.ports = ["initial_state.0" if port == "initial_state" else port for port in call.ports]


def _attention_keys(draft: Draft) -> None:
    for call in draft.calls:
        if call.kind == "MultiHeadAttention" and "key" in call.ports and "value" in call.ports:
            last = call.ports.index("key")
            first = call.ports.index("value")
        elif call.kind in ("Attention", "AdditiveAttention") and call.ports == ["0", "1", "2"]:
            first, last = 1, 2
        else:
            continue
        if call.inputs[first] == call.inputs[last]:
            del call.inputs[last], call.ports[last]


TRAINING = Rule(
    "training argument",
    "`training=` means nothing to a layer that does the same in training as in use.",
    "Dense(8)(x, training=True) = Dense(8)(x)",
    _training,
)
STATES = Rule(
    "initial states",
    "The state that a recurrent layer starts from may be given bare, in a list or tuple, or behind what it reads.",
    "GRU(8)(x, initial_state=h) = GRU(8)(x, initial_state=[h])",
    _states,
)
ATTENTION_KEYS = Rule(
    "attention keys",
    "Attention takes its values as keys if no keys are given.",
    "MultiHeadAttention(2, 8)(q, v, key=v) = MultiHeadAttention(2, 8)(q, v)",
    _attention_keys,
)
