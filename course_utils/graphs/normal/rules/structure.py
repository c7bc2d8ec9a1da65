"""Rules about how a model is put together: nested models, functions, repeated calls, names."""

from __future__ import annotations

from collections.abc import Collection, Hashable

from course_utils.graphs.graph import Graph, setting_name
from course_utils.graphs.layers import ENDS_IN_ACTIVATION, MODELS, draws
from course_utils.graphs.normal.draft import Draft, DraftCall, Source, new_call
from course_utils.graphs.normal.rules.rule import Rule


def _copied(
    graph: Graph, given: list[Source], outer: DraftCall, done: list[DraftCall], *, traced: bool = False
) -> list[Source]:
    """Append a copy of the calls of `graph` to `done`; return what stands for its outputs.

    `traced`: they are what a function of the learner's does, nested models and all.
    """
    sources: dict[int, list[Source]] = {t.node: [given[i]] for i, t in enumerate(graph.inputs)}
    for i in graph.live():
        if i in sources:
            continue
        node = graph.nodes[i]
        call = DraftCall(node, [sources[t.node][t.output] for t in node.inputs])
        if traced:  # its calls are not the learner's: what they wrote is the function
            call.origin, call.name = outer.origin, outer.name
        else:
            call.origin = tuple((*path, i) for path in outer.origin)
        pass_training_on(outer, call)
        if node.inner is not None:
            sources[i] = _copied(node.inner, call.inputs, call, done, traced=traced)
        else:
            done.append(call)
            sources[i] = [(call, k) for k in range(max(1, len(node.shapes)))]
    return [sources[t.node][t.output] for t in graph.outputs]


def pass_training_on(outer: DraftCall, inner: DraftCall) -> None:
    """A call of a model that is told whether it trains tells the calls inside it, unless they are told themselves."""
    if "training" in outer.settings:
        inner.settings.setdefault("training", outer.settings["training"])


def _nested_models(draft: Draft) -> None:
    def step(call: DraftCall, done: list[DraftCall]) -> list[Source] | None:
        if call.inner is None or len(call.inputs) != len(call.inner.inputs):
            return None
        return _copied(call.inner, call.inputs, call, done)

    draft.sweep(step, MODELS)


def insist_on_models(draft: Draft, kinds: Collection[str] = MODELS) -> None:
    """Where nested models are not opened: what is inside is a setting of the call."""
    for call in draft.calls:
        if call.inner is not None and call.kind in kinds:
            call.settings["model"] = _signature(call.inner)


def _signature(graph: Graph) -> Hashable:
    """All that a graph is but its names."""
    layers: dict[Hashable, int] = {}
    nodes = [
        (
            node.kind,
            frozenset((key, repr(content)) for key, content in node.settings.items()),
            node.inputs,
            node.ports,
            layers.setdefault(node.layer, len(layers)),
            None if node.inner is None else _signature(node.inner),
        )
        for node in graph.nodes
    ]
    return tuple(nodes), graph.inputs, graph.outputs


def _functions(draft: Draft) -> None:
    def step(call: DraftCall, done: list[DraftCall]) -> list[Source] | None:
        if call.traced is None:
            return None
        if call.kind == "Lambda":
            if len(call.traced.inputs) != len(call.inputs):
                return None
            return _copied(call.traced, call.inputs, call, done, traced=True)
        if call.kind not in ENDS_IN_ACTIVATION:  # inside a recurrent layer it is used again at every step
            return None
        call.settings["activation"] = "linear"
        done.append(call)
        return _copied(call.traced, [(call, 0)], call, done, traced=True)

    if any(call.traced is not None for call in draft.calls):
        draft.sweep(step)


def _same_settings(a: DraftCall, b: DraftCall) -> bool:
    return a.settings == b.settings and a.ports == b.ports


def is_random(call: DraftCall) -> bool:
    """Whether two calls on the same tensor give different results in training."""
    if draws(call.kind):
        return True
    return any(rate for key, rate in call.settings.items() if setting_name(key) in ("dropout", "recurrent_dropout"))


def _is_opaque(call: DraftCall) -> bool:
    """Whether a second call may give something else than the first, for all that can be seen."""
    if call.own or call.kind == "Lambda":
        return True
    return any(content for key, content in call.settings.items() if setting_name(key) == "stateful")


def _repeated_calls(draft: Draft) -> None:
    seen: dict[object, list[DraftCall]] = {}

    def step(call: DraftCall, done: list[DraftCall]) -> list[Source] | None:
        if not call.inputs or is_random(call) or _is_opaque(call):
            return None
        layer = call.layer if call.parameters else None
        key = (layer, call.kind, call.family, tuple((id(c), i) for c, i in call.inputs))
        twins = seen.setdefault(key, [])
        for twin in twins:
            if _same_settings(twin, call):
                return [(twin, i) for i in range(max(1, len(call.shapes)))]
        twins.append(call)
        return None

    draft.sweep(step)


def _weightless_layers(draft: Draft) -> None:
    for i, call in enumerate(draft.calls):
        if not call.parameters:
            call.layer = ("call", i)


def _insist_on_names(draft: Draft) -> None:
    for call in draft.calls:
        if call.family not in ("input", "output"):
            call.settings["name"] = call.name


def _insist_on_input_names(draft: Draft) -> None:
    for (call, _), name in zip(draft.inputs, draft.input_names, strict=True):
        call.settings["name"] = name


def _insist_on_output_names(draft: Draft) -> None:
    outputs: list[Source] = []
    for source, name in zip(draft.outputs, draft.output_names, strict=True):
        if source[0].family == "output":  # made here before: the form stays the same
            outputs.append(source)
            continue
        end = new_call(source[0], "Output", [source], {"name": name})
        end.family = "output"
        draft.calls.append(end)
        outputs.append((end, 0))
    draft.outputs = outputs


def _insist_on_no_dead_branches(draft: Draft) -> None:
    for call in dict.fromkeys(call for call, _ in draft.loose):
        draft.outputs.append((call, 0))
        draft.output_names = (*draft.output_names, call.name)
    draft.loose = []


def _order_by_name(sources: list[Source], names: tuple[str, ...]) -> tuple[list[Source], tuple[str, ...]]:
    order = sorted(range(len(names)), key=lambda i: names[i])
    return [sources[i] for i in order], tuple(names[i] for i in order)


def _input_order(draft: Draft) -> None:
    draft.inputs, draft.input_names = _order_by_name(draft.inputs, draft.input_names)


def _output_order(draft: Draft) -> None:
    draft.outputs, draft.output_names = _order_by_name(draft.outputs, draft.output_names)


NESTED_MODELS = Rule(
    "nested models",
    "A nested model, functional or Sequential, stands for the layers inside it.",
    "Sequential([Dense(8), Dense(1)])(x) = Dense(1)(Dense(8)(x))",
    _nested_models,
    insist=insist_on_models,
)
FUNCTIONS = Rule(
    "functions",
    "A Lambda, or a learner's own function as activation, is what it does, where that can be seen symbolically.",
    "Lambda(lambda t: t[0] - t[1])([a, b]) = a - b",
    _functions,
)
REPEATED_CALLS = Rule(
    "repeated calls",
    "The same layer, or the same weightless and not random layer, called twice on one tensor is called once.",
    "d(x) + d(x) = y + y, where y = d(x)",
    _repeated_calls,
)
WEIGHTLESS_LAYERS = Rule(
    "weightless layers",
    "Whether a layer without weights is made once and called twice, or made twice, does not matter.",
    "pool = MaxPooling1D(2); pool(a) + pool(b) = MaxPooling1D(2)(a) + MaxPooling1D(2)(b)",
    _weightless_layers,
)
DEAD_BRANCHES = Rule(
    "dead branches",
    "A branch that no output depends on does not count.",
    "y = Dense(1)(x); z = Dense(3)(x); Model(x, y) = y = Dense(1)(x); Model(x, y)",
    insist=_insist_on_no_dead_branches,
)
LAYER_NAMES = Rule(
    "layer names",
    "What layers are called does not matter.",
    "Dense(8, name='hidden') = Dense(8)",
    insist=_insist_on_names,
)
INPUT_NAMES = Rule(
    "input names",
    "What inputs are called does not matter.",
    "Input((8,), name='text') = Input((8,))",
    insist=_insist_on_input_names,
)
OUTPUT_NAMES = Rule(
    "output names",
    "What outputs are called does not matter.",
    "Model(x, {'age': y}) = Model(x, y)",
    insist=_insist_on_output_names,
)
INPUT_DICTS = Rule(
    "input dicts",
    "Inputs given as a dict are told apart by name and have no order, if both models use the same names.",
    "Model({'a': a, 'b': b}, y) = Model([b, a], y)",
)
OUTPUT_DICTS = Rule(
    "output dicts",
    "Outputs given as a dict are told apart by name and have no order, if both models use the same names.",
    "Model(x, {'y': y, 'z': z}) = Model(x, [z, y])",
)
INPUT_ORDER = Rule(
    "input order",
    "Inputs with the same names may be listed in another order.",
    "Model([a, b], y) = Model([b, a], y)",
    _input_order,
    default=False,
)
OUTPUT_ORDER = Rule(
    "output order",
    "Outputs with the same names may be listed in another order.",
    "Model(x, [y, z]) = Model(x, [z, y])",
    _output_order,
    default=False,
)


_BY_NAME = ((INPUT_ORDER, INPUT_DICTS, "input"), (OUTPUT_ORDER, OUTPUT_DICTS, "output"))


def order_rules(graph: Graph, target: Graph, without: Collection[str], also: Collection[str]) -> frozenset[str]:
    """Those of the rules "input order" and "output order" that hold between two models.

    A normal form sees one model alone. Whether inputs or outputs can be told apart by name takes both.
    """
    holding = set()
    for order, dicts, what in _BY_NAME:
        names = [getattr(g, f"{what}_names") for g in (graph, target)]
        by_name = any(getattr(g, f"{what}s_by_name") for g in (graph, target)) and dicts.name not in without
        if (by_name or order.name in also) and sorted(names[0]) == sorted(names[1]):
            holding.add(order.name)
    return frozenset(holding)


def flatten(graph: Graph) -> Graph:
    """The graph with the calls of nested models in place of those models; each node's `origin` says where it was."""
    return NESTED_MODELS(graph)
