"""Random models: every rewrite is accepted, every mutant is caught, and what counts as the same computes the same."""

from __future__ import annotations

import keras
import networkx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import course_utils  # noqa: F401
from course_utils.graphs.compare.comparison import WRITTEN_DIFFERENTLY
from course_utils.graphs.difference import Difference, compare_models
from course_utils.graphs.normal import normal_form
from course_utils.graphs.reading.read import read
from course_utils.workshop.audit.blueprint import Blueprint
from course_utils.workshop.audit.mutants import KINDS, Mutant, mutants
from course_utils.workshop.audit.rewrites import REWRITES, mixture, rewrites
from tests.graph_models import LECTURE, comparing, few, random_model
from tests.meaning import assert_computes_the_same, assert_gives_the_same_numbers

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("undrawn")]

BY_RULES = [name for name in REWRITES if name != "by computing"]
SMALL = [n for n in LECTURE if n not in ("l3", "l6", "l13", "l15", "l17")]


def isomorphic(a: keras.Model, b: keras.Model) -> bool:
    """Whether networkx finds the normal forms isomorphic: slow, and without sharing, but not our code."""
    graphs = []
    for model in (a, b):
        form, g = normal_form(read(model)), networkx.DiGraph()
        for i, node in enumerate(form.nodes):
            if i in form.dead:
                continue
            place = [k for k, t in enumerate(form.inputs) if t.node == i]
            ends = [(k, t.output) for k, t in enumerate(form.outputs) if t.node == i]
            g.add_node(i, label=repr((node.kind, sorted(node.settings.items()), place, ends)))
            for t, port in zip(node.inputs, node.ports, strict=True):
                ports = g.edges[t.node, i]["port"] if g.has_edge(t.node, i) else []
                g.add_edge(t.node, i, port=sorted([*ports, (port, t.output)]))
        graphs.append(g)
    return networkx.vf2pp_is_isomorphic(*graphs, node_label="label") and networkx.is_isomorphic(
        *graphs, lambda x, y: x["label"] == y["label"], lambda x, y: x["port"] == y["port"]
    )


def assert_is_the_same(mutant: Mutant, model: keras.Model, difference: Difference) -> None:
    """What was changed changes nothing, as networkx sees it, or as Keras computes it."""
    if difference.note == WRITTEN_DIFFERENTLY:  # such as a pooling that the maximum after it makes needless
        assert_gives_the_same_numbers(mutant.model, model)
    else:
        assert isomorphic(mutant.model, model), mutant.description
        assert_computes_the_same(mutant.model, model)


@few
@given(seed=st.integers(0, 10**6), calls=st.integers(1, 16), way=st.sampled_from(sorted(BY_RULES)))
def test_random_models_rewritten_are_the_same(seed, calls, way):
    model = random_model(seed, calls)
    plan = Blueprint.of(model)
    for maker in (REWRITES[way](), mixture(seed)):
        other = plan.build(maker)
        difference = compare_models(other, model)
        assert difference.same, f"{way}: {difference}"
        assert_computes_the_same(other, model)


@few
@given(seed=st.integers(0, 10**6), calls=st.integers(1, 16), spelling=st.integers(1, 10**6))
def test_random_models_written_in_other_ways_are_the_same(seed, calls, spelling):
    model, other = random_model(seed, calls), random_model(seed, calls, spelling)
    difference = compare_models(other, model)
    assert difference.same, str(difference)
    assert compare_models(model, other).same
    assert_computes_the_same(other, model)


@few
@given(seed=st.integers(0, 10**6), calls=st.integers(2, 12))
@example(seed=30575, calls=6)
def test_random_models_with_a_mistake_are_not_the_same(seed, calls):
    model = random_model(seed, calls)
    compared = comparing(model)
    for mutant in mutants(model, seed=seed, most=1):
        difference = compared(mutant.model)
        if difference.same:
            assert mutant.kind not in ("share", "unshare", "resize", "add")
            assert_is_the_same(mutant, model, difference)
        else:
            assert all(edit.message.endswith(".") for edit in difference.edits)


@few
@given(first=st.integers(0, 60), second=st.integers(0, 60))
def test_two_small_random_models_are_the_same_only_if_networkx_says_so(first, second):
    a, b = random_model(first, 2), random_model(second, 2)
    if compare_models(a, b).same:
        assert isomorphic(a, b)
    else:
        assert len(compare_models(a, b).edits) >= 1


@pytest.mark.parametrize("name", SMALL)
def test_lecture_examples_rewritten_compute_the_same_and_are_the_same(name):
    model = LECTURE[name]()
    compared = comparing(model)
    for way, other in rewrites(model, names=BY_RULES):
        difference = compared(other)
        assert difference.same, f"{way}: {difference}"
        assert_computes_the_same(other, model)


@pytest.mark.parametrize("name", ["l9", "l11", "l14", "l16", "l18", "l19", "residual", "nested"])
def test_mistakes_in_lecture_examples_are_caught_and_explained(name):
    model = LECTURE[name]()
    explained = total = 0
    compared = comparing(model)
    for mutant in mutants(model, most=3):
        difference = compared(mutant.model)
        if difference.same:
            assert_is_the_same(mutant, model, difference)
            continue
        total += 1
        explained += mutant.explained_by([edit.message for edit in difference.edits])
    assert total >= 12
    assert explained >= 0.9 * total  # over all lecture examples together it is 97 % or more


def test_every_kind_of_mistake_is_made_somewhere():
    made = {m.kind for name in ("l8", "l9", "l12", "l16", "nested") for m in mutants(LECTURE[name](), most=1)}
    x = keras.Input((6, 4))
    y = keras.layers.Concatenate()([x, keras.layers.Conv1D(4, 3, padding="same")(x)])
    y = keras.layers.Dropout(0.5)(keras.layers.GlobalMaxPooling1D()(y))
    made |= {m.kind for m in mutants(keras.Model(x, y), most=1)}
    assert made == set(KINDS)
