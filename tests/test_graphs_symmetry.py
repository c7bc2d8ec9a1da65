"""Calls that nothing tells apart: `compare_models` finds the same graphs the same as networkx does."""

from __future__ import annotations

import itertools
import random

import keras
import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

import course_utils  # noqa: F401
from course_utils.graphs.compare.match import IndexedGraph, Interner, is_isomorphism
from course_utils.graphs.difference import compare_graphs, compare_models
from course_utils.graphs.graph import Call, Graph, Tensor
from course_utils.graphs.reading.read import read
from tests.graph_models import few

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("undrawn")]

few = settings(few, max_examples=25)


def products(graph: networkx.Graph, seed: int = 0, *, outputs: bool = False) -> keras.Model:
    """One of equal Dense layers for each node, a product for each edge, and their sum (or each as an output)."""
    chance = random.Random(seed)
    x = keras.Input((3,))
    nodes, edges = list(graph.nodes), list(graph.edges)
    chance.shuffle(nodes)
    chance.shuffle(edges)
    made = {node: layers.Dense(4, activation="tanh")(x) for node in nodes}
    pairs = [layers.Multiply()([made[n] for n in chance.sample(edge, 2)]) for edge in edges]
    return keras.Model(x, pairs if outputs else layers.Add()(pairs))


def shared(graph: networkx.Graph, seed: int = 0) -> keras.Model:
    """A layer for each node, called on the product of each of its edges' own layers."""
    chance = random.Random(seed)
    x = keras.Input((4,))
    nodes, edges = list(graph.nodes), list(graph.edges)
    chance.shuffle(nodes)
    chance.shuffle(edges)
    own = {node: layers.Dense(4) for node in nodes}
    ends = []
    for edge in edges:
        h = layers.Dense(4, activation="relu")(x)
        ends += [own[n](h) for n in chance.sample(edge, 2)]
    return keras.Model(x, layers.Add()(ends))


def cycles(*lengths: int) -> networkx.Graph:
    return networkx.disjoint_union_all([networkx.cycle_graph(n) for n in lengths])


def shrikhande() -> networkx.Graph:
    steps = [(0, 1), (1, 0), (1, 1)]
    return networkx.Graph(
        ((i, j), ((i + a) % 4, (j + b) % 4)) for i, j in itertools.product(range(4), repeat=2) for a, b in steps
    )


def rook() -> networkx.Graph:
    return networkx.Graph(
        networkx.convert_node_labels_to_integers(networkx.line_graph(networkx.complete_bipartite_graph(4, 4)))
    )


REGULAR = {
    "a triangle and a square": (cycles(3, 4), cycles(7)),
    "two triangles": (cycles(3, 3), cycles(6)),
    "cycles of twelve": (cycles(12), cycles(4, 4, 4)),
    "cycles of thirty": (cycles(13, 17), cycles(14, 16)),
    "cubic, of eight": (networkx.cubical_graph(), networkx.circulant_graph(8, [1, 4])),
    "prism": (networkx.circular_ladder_graph(3), networkx.complete_bipartite_graph(3, 3)),
    "Petersen": (networkx.petersen_graph(), networkx.circular_ladder_graph(5)),
    "strongly regular, of sixteen": (rook(), shrikhande()),
}


@pytest.mark.parametrize("build", [products, shared], ids=["products", "shared layers"])
@pytest.mark.parametrize("name", REGULAR)
def test_regular_graphs_are_told_apart_as_networkx_does(name, build):
    one, other = REGULAR[name]
    assert not networkx.is_isomorphic(one, other)
    a, again, b = read(build(one, 1)), read(build(one, 2)), read(build(other, 3))
    assert compare_graphs(a, again).same
    assert not compare_graphs(a, b).same
    assert not compare_graphs(b, a).same


@few
@given(
    nodes=st.integers(4, 9), degree=st.integers(2, 4), seeds=st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
    build=st.sampled_from([products, shared]),
)  # fmt: skip
def test_random_regular_graphs_are_judged_as_networkx_judges(nodes, degree, seeds, build):
    if nodes * degree % 2 or degree >= nodes:
        nodes, degree = nodes + 1, 2
    one, other = (networkx.random_regular_graph(degree, nodes, seed=seed) for seed in seeds)
    assert compare_models(build(one, seeds[0]), build(one, seeds[1])).same
    assert compare_models(build(one, 1), build(other, 2)).same == networkx.is_isomorphic(one, other)


@few
@given(
    parts=st.lists(st.integers(3, 6), min_size=1, max_size=3),
    others=st.lists(st.integers(3, 6), min_size=1, max_size=3),
)
def test_unions_of_cycles_are_judged_as_networkx_judges(parts, others):
    one, other = cycles(*parts), cycles(*others)
    assert compare_models(products(one, 1), products(other, 2)).same == networkx.is_isomorphic(one, other)


def twins(count: int, crossed: bool, seed: int) -> keras.Model:
    """Equal halves that share nothing but their input; crossed, two of them read a layer of each other's."""
    chance = random.Random(seed)
    x = keras.Input((4,))
    halves = []
    for _ in range(count):
        a, b = layers.Dense(4)(x), layers.Dense(4)(x)
        halves.append([a, b, layers.Dense(4)(a), layers.Dense(4)(b)])
    if crossed:
        halves[0][1], halves[1][1] = halves[1][1], halves[0][1]
    chance.shuffle(halves)
    ends = [layers.Dense(2)(layers.Multiply()(chance.sample(half, 4))) for half in halves]
    return keras.Model(x, layers.Add()(ends))


@pytest.mark.parametrize("count", [2, 3, 5])
def test_disconnected_twins(count):
    assert compare_models(twins(count, False, 1), twins(count, False, 2)).same
    assert compare_models(twins(count, True, 1), twins(count, True, 2)).same
    assert not compare_models(twins(count, True, 1), twins(count, False, 2)).same


def test_many_symmetrical_parts_are_still_matched_and_the_search_ends():
    one, other = REGULAR["strongly regular, of sixteen"]
    many = [networkx.disjoint_union_all([g, *[rook()] * 4]) for g in (one, other)]
    assert compare_models(products(many[0], 1), products(many[0], 2)).same
    assert not compare_models(products(many[0], 1), products(many[1], 2)).same  # without bounds this takes years


def reading(at, *sizes, times=2):
    """Inputs of some sizes, and one of them read by as many equal layers."""
    inputs = [keras.Input((size,)) for size in sizes]
    read_by = [layers.Dense(4)(inputs[at]) for _ in range(times)]
    return keras.Model(inputs, layers.Add()(read_by) if times > 1 else read_by[0])


@pytest.mark.parametrize(
    ("make", "other"),
    [
        (lambda: reading(1, 3, 3), lambda: reading(0, 3, 3)),
        (lambda: reading(0, 3, 3), lambda: reading(0, 3, 5)),
        (lambda: reading(0, 3, 3, times=1), lambda: reading(0, 3, 5, times=1)),
    ],
    ids=["another input is read", "another input unread by twins", "another input unread"],
)
def test_inputs_that_nothing_reads_count(make, other):
    assert compare_models(make(), make()).same
    assert not compare_models(make(), other()).same


def joined(*units, kind="Subtract", layer=None, ends=(3,)):
    """Layers on one input, joined in order."""
    made = [
        Call("Dense", f"d{at}", (Tensor(0),), {"units": size}, layer or f"layer {at}", ports=("",))
        for at, size in enumerate(units)
    ]
    total = Call(kind, "total", (Tensor(1), Tensor(2)), {}, "total", ports=("0", "1"))
    nodes = (Call("Input", "x", (), {}, "x", family="input"), *made, total)
    return Graph("m", nodes, (Tensor(0),), tuple(map(Tensor, ends)), ("x",), ("total",))


SAME = {0: 0, 1: 1, 2: 2, 3: 3}


@pytest.mark.parametrize(
    ("other", "mapping", "is_one"),
    [
        (joined(8, 8), SAME, True),
        (joined(8, 8), {0: 0, 1: 2, 2: 1, 3: 3}, False),  # what is read first is read second
        (joined(8, 8), {0: 0, 3: 3}, False),  # some are left out
        (joined(8, 8), {0: 0, 1: 1, 2: 1, 3: 3}, False),  # one stands for two
        (joined(8, 9), SAME, False),
        (joined(8, 8, kind="Divide"), SAME, False),
        (joined(8, 8, layer="one"), SAME, False),  # one layer for two, and two for one
        (joined(8, 8, ends=(2,)), SAME, False),
        (joined(8, 8, ends=(3, 3)), SAME, False),
    ],
)
def test_a_mapping_is_looked_at_wire_by_wire(other, mapping, is_one):
    number = Interner()
    one, two = (IndexedGraph(graph, number) for graph in (joined(8, 8), other))
    assert is_isomorphism(one, two, mapping) is is_one
    assert is_isomorphism(two, one, {j: i for i, j in mapping.items()}) is is_one
