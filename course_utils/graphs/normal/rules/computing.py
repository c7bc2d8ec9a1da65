"""The rule that asks what models compute, where their graphs differ."""

from __future__ import annotations

from collections.abc import Collection

from course_utils.graphs.normal.rules import structure
from course_utils.graphs.normal.rules.rule import Rule

BEHAVIOUR = Rule(
    "behaviour",
    "A model that computes the same from the same weights, in training too, is the same however it is written.",
    "x1 + (x2 - x1) / 2 = Average()([x1, x2])",
)

_SEEN_AT_THE_ENDS = frozenset(
    rule.name
    for rule in (
        structure.INPUT_NAMES, structure.OUTPUT_NAMES, structure.INPUT_DICTS, structure.OUTPUT_DICTS,
    )
)  # fmt: skip


def holds(without: Collection[str]) -> bool:
    """Whether a model may be judged by what it computes when these rules are switched off.

    Names and order of inputs and outputs are looked at either way. Where any other rule is off, how a model is
    written is the point.
    """
    return _SEEN_AT_THE_ENDS.issuperset(without)
