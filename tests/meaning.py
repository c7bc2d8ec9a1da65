"""What two models that count as the same compute: the judge of the rules, which asks Keras and not the rules.

Both get the same weights, layer by layer, and the same inputs. Layers are paired by the colours that the comparison
itself pairs calls by; the numbers are Keras's own.
"""

from __future__ import annotations

import keras
import numpy as np

from course_utils.graphs.compare.behaviour.forms import order_of_ends
from course_utils.graphs.compare.behaviour.inputs import draw, sources
from course_utils.graphs.compare.behaviour.running import Runner
from course_utils.graphs.compare.match import IndexedGraph, Interner, refine
from course_utils.graphs.graph import Graph, Path
from course_utils.graphs.normal import normal_forms
from course_utils.graphs.reading.read import read

STEPS = 7  # what stands for an axis of any length


def assert_computes_the_same(a: keras.Model, b: keras.Model, forms=None, **rules) -> None:
    """Fail where two models whose normal forms are the same give different numbers.

    Args:
        a: a model.
        b: another, the same under `rules`.
        forms: the normal forms, if not those under `rules`.
        rules: `without` and `also`, as for `compare_models`.
    """
    graphs = read(a), read(b)
    forms = forms or normal_forms(*graphs, **rules)
    intern = Interner()
    sides = [IndexedGraph(form, intern) for form in forms]
    colours = refine(sides, [side.labels for side in sides], intern)
    assert colours is not None, "these models do not count as the same"
    # Where features were concatenated in another order, the weights that read them stand in another order too: they
    # are all alike then.
    turned = "concatenation order" not in rules.get("without", ()) and not _same_without_turning(graphs, rules)
    given = sources(*forms)
    arrays = draw(given, 5, 2, [STEPS] * len(given), (), most=1.0)
    results = []
    for model, graph, side, own in zip((a, b), graphs, sides, colours, strict=True):
        values = _values(model, graph, side, own, alike=turned)
        results.append(Runner(model, *order_of_ends(graph, side.graph))(arrays, values).outputs)
    for mine, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=2e-4, atol=1e-5)


def assert_gives_the_same_numbers(a: keras.Model, b: keras.Model) -> None:
    """Fail where two models with weights of the same names give different numbers or drop out at other rates.

    Args:
        a: a model.
        b: another, whose layers with weights have the same names.
    """
    rates = [sorted(layer.rate for layer in _operations(model) if hasattr(layer, "rate")) for model in (a, b)]
    assert rates[0] == rates[1]
    graphs = read(a), read(b)
    forms = normal_forms(*graphs)
    given = sources(*forms)
    runs = [
        (Runner(model, *order_of_ends(graph, form)), _by_name(model))
        for model, graph, form in zip((a, b), graphs, forms, strict=True)
    ]
    for seed in range(3):
        arrays = draw(given, seed, 2, [STEPS] * len(given), (), most=1.0)
        results = []
        for run, weights in runs:
            rng = np.random.default_rng(seed)
            values = {}
            for name, weight in weights.items():
                value = rng.normal(0, 0.5, weight.shape).astype("float32")
                values[id(weight)] = np.abs(value) if "variance" in name else value
            results.append((list(weights), run(arrays, values).outputs))
        (names, mine), (others, theirs) = results
        assert names == others
        for one, other in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(one, other, rtol=2e-4, atol=1e-5)


def _by_name(model: keras.Model) -> dict[str, keras.Variable]:
    """Weights by layer and name, sorted; nested models are not part of the name."""
    nested = {layer.name for layer in model._flatten_layers(include_self=False) if isinstance(layer, keras.Model)}
    floats = [w for w in model.weights if str(w.dtype).startswith("float")]
    return dict(sorted(("/".join(part for part in w.path.split("/") if part not in nested), w) for w in floats))


def _same_without_turning(graphs: tuple[Graph, Graph], rules: dict) -> bool:
    without = [*rules.get("without", ()), "concatenation order"]
    intern = Interner()
    sides = [IndexedGraph(form, intern) for form in normal_forms(*graphs, **{**rules, "without": without})]
    return refine(sides, [side.labels for side in sides], intern) is not None


def _values(
    model: keras.Model, graph: Graph, side: IndexedGraph, colours: list[int], *, alike: bool
) -> dict[int, np.ndarray]:
    """A value for each weight, by id: by the colour of its layer."""
    found: dict[int, np.ndarray] = {}
    groups: dict[object, int] = {}
    for i, node in enumerate(side.graph.nodes):
        if side.live[i] and node.parameters:
            groups[node.layer] = min(colours[i], groups.get(node.layer, colours[i]))
    for i, node in enumerate(side.graph.nodes):
        if node.layer not in groups or not side.live[i]:
            continue
        layer = next(at for path in node.origin if (at := _layer(model, graph, path)).weights)
        weights = [w for w in layer.weights if str(w.dtype).startswith("float")]
        for k, weight in enumerate(weights):
            values = np.random.default_rng([groups[node.layer], k]).normal(0, 0.5, weight.shape)
            if alike and (len(weight.shape) > 1 or "Normalization" in node.kind):
                values = np.broadcast_to(values.reshape(-1, values.shape[-1])[0], values.shape)
                if "Normalization" in node.kind:
                    values = np.full(weight.shape, values.flat[0])
            found[id(weight)] = (np.abs(values) if "variance" in weight.path else values).astype("float32")
    return found


def _layer(model: keras.Model, graph: Graph, path: Path):
    """The Keras layer that a path leads to."""
    owner = model
    for depth, at in enumerate(path):
        if isinstance(owner, keras.layers.TimeDistributed):
            owner = owner.layer
        name = graph.find(path[: depth + 1]).name
        found = [layer for layer in _operations(owner) if layer.name == name]
        assert len(found) == 1, (name, at)
        owner = found[0]
    return owner


def _operations(model: keras.Model) -> list:
    return list(getattr(model, "operations", model.layers))
