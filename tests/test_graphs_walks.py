"""Walks over a graph: what is live, who reads what, what stands before a call."""

import doctest
from dataclasses import replace

import pytest

from course_utils.graphs import graph as module
from course_utils.graphs.graph import Call, Graph, Tensor

pytestmark = pytest.mark.usefixtures("undrawn")


def node(name, *reads, layer=None, parameters=0):
    family = "layer" if reads else "input"
    tensors = tuple(map(Tensor, reads))
    return Call(name.title(), name, tensors, {}, layer or name, parameters=parameters, family=family)


#     0 a ── 2 left (shared) ─┬─ 4 joined ── 5 end
#     1 b ── 3 right (shared) ┘        └──── 6 nowhere
GRAPH = Graph(
    "siamese",
    (
        node("a"),
        node("b"),
        node("left", 0, layer="shared", parameters=3),
        node("right", 1, layer="shared", parameters=3),
        node("joined", 2, 3),
        node("end", 4, 4),
        node("nowhere", 4, layer="shared", parameters=3),
    ),
    (Tensor(0), Tensor(1)),
    (Tensor(5),),
    ("a", "b"),
    ("end",),
    dead=frozenset([6]),
)


def test_what_leads_nowhere_is_not_live():
    assert GRAPH.live() == (0, 1, 2, 3, 4, 5)


def test_a_walk_goes_into_nested_models_and_into_branches_where_it_is_not_told_otherwise():
    outer = Graph("outer", (node("x"), replace(node("nested", 0), inner=GRAPH)), (Tensor(0),), (Tensor(1),), (), ())
    inside = [(1, i) for i in range(7)]
    assert [path for path, _ in outer.walk()] == [(0,), (1,), *inside]
    assert [path for path, _ in outer.walk(live=True)] == [(0,), (1,), *inside[:6]]


def test_readers_are_live_and_each_is_listed_once():
    assert GRAPH.readers() == [[2], [3], [4], [4], [5], [], []]


@pytest.mark.parametrize(
    ("starts", "without", "found"),
    [([5], (), {0, 1, 2, 3, 4, 5}), ([2], (), {0, 2}), ([5], [3], {0, 2, 4, 5}), ([5], [5], set()), ([], (), set())],
)
def test_ancestors(starts, without, found):
    assert GRAPH.ancestors(starts, without) == found


@pytest.mark.parametrize(("start", "found"), [(5, {2, 3}), (2, {2}), (0, set())])
def test_the_nearest_with_weights(start, found):
    assert GRAPH.nearest(start, lambda one: one.parameters > 0) == found


def test_sources_of_each_call():
    both = frozenset([0, 1])
    assert GRAPH.sources() == [frozenset([0]), frozenset([1]), frozenset([0]), frozenset([1]), both, both, both]


def test_a_layer_is_shared_by_its_live_calls():
    assert GRAPH.shared() == {"shared": [2, 3]}


def test_a_tensor_that_is_read_twice_makes_two_ways():
    assert GRAPH.ways() == (3, 3, 4)


def test_the_examples_hold():
    assert doctest.testmod(module).failed == 0
