"""Rules about merging layers: the order and the grouping of what they merge."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from course_utils.graphs.graph import ANY_ORDER
from course_utils.graphs.layers import ASSOCIATIVE, COMMUTATIVE, KEEPS_FEATURES, MIXES_FEATURES
from course_utils.graphs.normal.draft import Draft, DraftCall, Source, new_call
from course_utils.graphs.normal.rules.rule import Rule


def _is_merge(call: DraftCall, kinds: frozenset[str]) -> bool:
    return call.kind in kinds and call.family == "layer" and len(call.inputs) > 1


def _associative(draft: Draft) -> None:
    uses = draft.uses()

    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        if len(call.inputs) < 2 or call.family != "layer":
            return None
        parts: list[Source] = []
        for source, i in call.inputs:
            same = source.kind == call.kind and source.family == "layer" and len(source.inputs) > 1
            if same and uses.get(id(source), 0) == 1 and source.settings == call.settings:
                parts += source.inputs
                call.origin += source.origin
            else:
                parts.append((source, i))
        if len(parts) > len(call.inputs):
            call.inputs, call.ports = parts, [str(i) for i in range(len(parts))]
        return None

    draft.sweep(step, ASSOCIATIVE | {"Concatenate"})


def _averages(draft: Draft) -> None:
    uses = draft.uses()

    def step(call: DraftCall, done: list[DraftCall]) -> Sequence[Source] | None:
        constant = call.settings.get("constant")
        if len(call.inputs) != 1 or not isinstance(constant, float) or constant == 0:
            return None
        total, _ = call.inputs[0]
        count = round(1 / constant)
        if not _is_merge(total, _SUM) or abs(constant * count - 1) > 1e-9:
            return None
        terms = _terms(total, count, uses)
        if terms is None:
            return None
        average = new_call(call, "Average", terms)
        average.origin = total.origin + call.origin
        done.append(average)
        return [(average, 0)]

    draft.sweep(step, ("Multiply",))
    draft.sweep(functools.partial(_average_of_shares, uses=uses), ("Add",))


def _average_of_shares(call: DraftCall, done: list[DraftCall], uses: dict[int, int]) -> Sequence[Source] | None:
    """`a / 2 + b / 2`, of any number of terms."""
    if not _is_merge(call, _SUM):
        return None
    shares = [source for source, _ in call.inputs if uses.get(id(source), 0) == 1 and len(source.inputs) == 1]
    share = 1 / len(call.inputs)
    constants = [s.settings.get("constant") for s in shares if s.kind == "Multiply"]
    if len(constants) < len(call.inputs) or not all(isinstance(c, float) and abs(c - share) < 1e-9 for c in constants):
        return None
    average = new_call(call, "Average", [s.inputs[0] for s in shares])
    average.origin += tuple(path for s in shares for path in s.origin)
    done.append(average)
    return [(average, 0)]


_SUM = frozenset({"Add"})


def _terms(total: DraftCall, count: int, uses: dict[int, int]) -> list[Source] | None:
    """The terms of a sum written step by step, opened just as far as needed for so many; None if it cannot be."""
    terms = list(total.inputs)
    while len(terms) < count:
        sums = [k for k, (c, _) in enumerate(terms) if _is_merge(c, _SUM) and uses.get(id(c), 0) == 1]
        if not sums:
            return None
        terms[sums[0] : sums[0] + 1] = terms[sums[0]][0].inputs
    return terms if len(terms) == count else None


def _commutative(draft: Draft) -> None:
    for call in draft.calls:
        vectors = _is_merge(call, frozenset({"Dot"})) and all(len(call.input_shape(i)) == 2 for i in (0, 1))
        if vectors or _is_merge(call, COMMUTATIVE):
            call.ports = [ANY_ORDER] * len(call.inputs)


def _concatenation_order(draft: Draft) -> None:
    readers = draft.readers()
    outputs = {id(call) for call, _ in draft.ends}
    calls_of: dict[object, int] = {}
    for call in draft.calls:
        calls_of[call.layer] = calls_of.get(call.layer, 0) + 1
    # Going back from the ends, each call is met after all that read it.
    absorbed: dict[int, bool] = {}
    for call in reversed(draft.calls):
        shared = bool(call.parameters) and calls_of[call.layer] > 1
        if call.kind in MIXES_FEATURES and call.family == "layer":
            features_last = "data_format" not in call.settings
            absorbed[id(call)] = not shared and features_last and call.settings.get("groups", 1) == 1
        elif _passes_on(call) and not shared and id(call) not in outputs:
            absorbed[id(call)] = bool(readers[id(call)]) and _all_absorb(call, readers, absorbed)
        else:
            absorbed[id(call)] = False
    for call in draft.calls:
        if not _is_merge(call, frozenset({"Concatenate"})) or id(call) in outputs or not readers[id(call)]:
            continue
        rank = len(call.shape)
        if rank and call.settings.get("axis") in (-1, rank - 1) and _all_absorb(call, readers, absorbed):
            call.ports = [ANY_ORDER] * len(call.inputs)


def _passes_on(call: DraftCall) -> bool:
    """Whether reordering the features that a call reads only reorders its own."""
    if call.family != "layer":
        return False
    if call.kind in ASSOCIATIVE:
        return len(call.inputs) == 1 and not isinstance(call.settings.get("constant"), tuple)
    if call.kind in ("BatchNormalization", "LayerNormalization"):
        return call.settings.get("axis", -1) in (-1, len(call.shape) - 1)
    if call.kind == "Activation":
        return isinstance(call.settings.get("activation"), str)  # known functions work feature by feature
    if call.kind == "Flatten":
        return len(call.shape) == 2
    return call.kind in KEEPS_FEATURES and len(call.inputs) == 1 and "data_format" not in call.settings


def _all_absorb(call: DraftCall, readers: dict[int, list[tuple[DraftCall, str]]], absorbed: dict[int, bool]) -> bool:
    """Whether all that read `call` read it as their first argument and do not mind the order of its features."""
    return all(port == "" and absorbed[id(reader)] for reader, port in readers[id(call)])


COMMUTATIVE_MERGES = Rule(
    "commutative merges",
    "The order of what Add, Multiply, Average, Maximum and Minimum merge does not matter; nor of Dot on vectors.",
    "Add()([a, b]) = Add()([b, a])",
    _commutative,
)
ASSOCIATIVE_MERGES = Rule(
    "associative merges",
    "Sums, products, maxima, minima and concatenations may be taken step by step.",
    "Add()([a, b, c]) = Add()([Add()([a, b]), c])",
    _associative,
)
AVERAGES = Rule(
    "averages",
    "A sum divided by the number of its terms is Average.",
    "(a + b) / 2 = Average()([a, b])",
    _averages,
)
CONCATENATION_ORDER = Rule(
    "concatenation order",
    "The order of concatenated features does not matter if all that follows learns its own weight for each of them.",
    "Dense(8)(Concatenate()([a, b])) = Dense(8)(Concatenate()([b, a]))",
    _concatenation_order,
)
