"""When two models are the same: an ordered list of named rules, and the normal form they give."""

from __future__ import annotations

from collections.abc import Iterable

from course_utils.graphs.graph import Graph
from course_utils.graphs.normal.draft import Draft
from course_utils.graphs.normal.rules import (
    activations,
    arguments,
    computing,
    merging,
    nothing,
    operators,
    settings,
    shapes,
    steps,
    structure,
    wrappers,
)
from course_utils.graphs.normal.rules.rule import Rule
from course_utils.graphs.normal.rules.structure import flatten

__all__ = ["ALL_RULES", "DEFAULT_RULES", "EXTRA_RULES", "RULES", "Rule", "flatten", "normal_form", "normal_forms"]

# Each rule relies on those before it; the last ones only relabel.
ALL_RULES: tuple[Rule, ...] = (
    structure.DEAD_BRANCHES,
    structure.NESTED_MODELS,
    structure.FUNCTIONS,
    steps.TIME_DISTRIBUTED,
    wrappers.CELLS,
    wrappers.WRAPPERS,
    arguments.STATES,
    arguments.TRAINING,
    settings.SPELLING,
    settings.POINTWISE,
    settings.POINTWISE_CONVOLUTIONS,
    operators.OPERATORS,
    operators.POWERS,
    operators.DIFFERENCES,
    shapes.RESHAPING,
    shapes.STACKS,
    shapes.POOLING,
    shapes.KEPT_AXES,
    activations.ACTIVATIONS,
    nothing.NO_OPS,
    nothing.DROPOUT,
    steps.LAST_STEP,
    steps.UNUSED_STATES,
    arguments.ATTENTION_KEYS,
    structure.REPEATED_CALLS,
    operators.DOT_PRODUCTS,
    merging.AVERAGES,
    merging.ASSOCIATIVE_MERGES,
    activations.ACTIVATIONS_FIRST,
    activations.SEPARATE_ACTIVATIONS,
    operators.EVEN_FUNCTIONS,
    structure.WEIGHTLESS_LAYERS,
    settings.STATISTICS,
    settings.INITIALISERS,
    settings.REGULARISERS,
    settings.FROZEN_LAYERS,
    settings.INPUT_DTYPES,
    settings.SEQUENCE_LENGTH,
    merging.COMMUTATIVE_MERGES,
    merging.CONCATENATION_ORDER,
    structure.INPUT_DICTS,
    structure.OUTPUT_DICTS,
    structure.INPUT_ORDER,
    structure.OUTPUT_ORDER,
    structure.LAYER_NAMES,
    structure.INPUT_NAMES,
    structure.OUTPUT_NAMES,
    computing.BEHAVIOUR,
)
"""All rules in the order in which they apply."""

RULES: dict[str, Rule] = {rule.name: rule for rule in ALL_RULES}
DEFAULT_RULES: tuple[Rule, ...] = tuple(rule for rule in ALL_RULES if rule.default)
EXTRA_RULES: tuple[Rule, ...] = tuple(rule for rule in ALL_RULES if not rule.default)
"""Rules that hold only where an exercise asks for them, with `also=`."""


def normal_form(
    graph: Graph, *, without: Iterable[str] = (), also: Iterable[str] = (), branches: bool = False
) -> Graph:
    """The graph in the one form that all ways of writing the same model share.

    Args:
        graph: as read.
        without: names of rules that are on by default and are not to hold.
        also: names of rules that are off by default and are to hold.
        branches: whether to keep calls that no output depends on; they are in `dead` of the result.

    Returns:
        A flat graph; each node's `origin` leads back to the calls it stands for. Arguments whose order does not
        matter all have the port "*".

    Raises:
        ValueError: if there is no rule of a given name.
    """
    without, also = frozenset(without), frozenset(also)
    unknown = sorted((without | also) - RULES.keys())
    if unknown:
        raise ValueError(f"There is no rule called {unknown[0]!r}. The rules are: {', '.join(RULES)}.")
    draft = Draft.with_branches(graph) if branches or structure.DEAD_BRANCHES.name in without else Draft.of(graph)
    for rule in ALL_RULES:
        on = rule.name not in without if rule.default else rule.name in also
        change = rule.rewrite if on else rule.insist
        if change is not None:
            change(draft)
    return draft.graph()


def normal_forms(
    graph: Graph, target: Graph, *, without: Iterable[str] = (), also: Iterable[str] = (), branches: bool = False
) -> tuple[Graph, Graph]:
    """The normal forms of two graphs that are to be compared; arguments as for `normal_form`.

    `branches` is for the first of them: what leads nowhere in a target is no part of it.
    """
    without, also = frozenset(without), frozenset(also)
    order = {structure.INPUT_ORDER.name, structure.OUTPUT_ORDER.name}
    holding = (also - order) | structure.order_rules(graph, target, without, also)
    return (
        normal_form(graph, without=without, also=holding, branches=branches),
        normal_form(target, without=without, also=holding),
    )
