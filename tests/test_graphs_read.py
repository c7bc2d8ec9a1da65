"""Reading models: every shape of model, sharing, dead branches, and what cannot be read."""

from __future__ import annotations

import sys
import threading

import keras
import numpy as np
import pytest
from keras import layers, ops

import course_utils  # noqa: F401
from course_utils.graphs.difference import compare_models
from course_utils.graphs.graph import Graph, Tensor
from course_utils.graphs.normal import flatten
from course_utils.graphs.reading import plain
from course_utils.graphs.reading.errors import KerasChanged, UnreadableModel
from course_utils.graphs.reading.read import read, read_with_layers
from tests.graph_models import LECTURE, l6, nested

pytestmark = pytest.mark.usefixtures("undrawn")


def by_name(graph: Graph, name: str):
    return next(node for node in graph.nodes if node.name == name)


def edges(graph: Graph) -> set[tuple[str, str, str]]:
    return {
        (graph.nodes[t.node].name, port, node.name)
        for node in graph.nodes
        for t, port in zip(node.inputs, node.ports, strict=True)
    }


@pytest.mark.parametrize("name", [n for n in LECTURE if n != "l6"])
def test_lecture_examples_are_read_as_keras_counts_them(name):
    model = LECTURE[name]()
    graph = read(model)
    assert graph.dead == frozenset()
    assert len(graph.inputs) == len(model.inputs)
    assert len(graph.outputs) == len(model.outputs)
    seen = {}
    for _, node in graph.walk():
        if node.inner is None:
            seen[node.layer] = node.parameters
    assert sum(seen.values()) == model.count_params()
    for i, node in enumerate(graph.nodes):
        assert all(t.node < i for t in node.inputs)
        assert len(node.ports) == len(node.inputs)


def test_sizes_of_weights_are_read_without_touching_them():
    assert sum(n.parameters for n in read(l6()).nodes) == 89_720_705


def test_sharing_and_calls_of_a_layer():
    a, b = keras.Input((3,)), keras.Input((3,))
    d = layers.Dense(2, name="d")
    graph = read(keras.Model([a, b], [d(a), d(b), layers.Dense(2, name="e")(a)]))
    calls = [n for n in graph.nodes if n.name == "d"]
    assert [n.call for n in calls] == [0, 1]
    assert calls[0].layer == calls[1].layer != by_name(graph, "e").layer


def test_arguments_keep_their_ports():
    x = keras.Input((5, 3), name="x")
    long, state, memory = layers.LSTM(4, return_state=True, name="long")(x)
    y = layers.LSTM(4, name="y")(x, initial_state=[state, memory])
    z = layers.MultiHeadAttention(2, 4, name="z")(x, value=x, key=x)
    w = layers.Add(name="w")([long, y])
    graph = read(keras.Model(x, [w, z]))
    assert {e for e in edges(graph) if e[2] == "y"} == {
        ("x", "", "y"),
        ("long", "initial_state.0", "y"),
        ("long", "initial_state.1", "y"),
    }
    assert {p for _, p, n in edges(graph) if n == "z"} == {"", "value", "key"}
    assert [t.output for t in by_name(graph, "y").inputs] == [0, 1, 2]
    assert by_name(graph, "w").ports == ("0", "1")


def test_an_edge_may_be_there_twice():
    x = keras.Input((3,), name="x")
    graph = read(keras.Model(x, layers.Concatenate()([x, x])))
    assert graph.nodes[1].inputs == (Tensor(0), Tensor(0))


def test_operators_keep_their_constants():
    x = keras.Input((4,), name="x")
    graph = read(keras.Model(x, ops.mean(2.0 * x[:, 1:3] - 1, axis=-1)))
    assert [n.kind for n in graph.nodes] == ["Input", "GetItem", "Multiply", "Subtract", "Mean"]
    assert graph.nodes[2].settings["x1"] == 2.0
    assert graph.nodes[3].settings["x2"] == 1
    assert all(n.family == "operation" for n in graph.nodes[1:])


def test_lists_and_dicts_as_inputs_and_outputs():
    a, b = keras.Input((2,), name="a"), keras.Input((3,), name="b")
    model = keras.Model({"b": b, "a": a}, {"z": layers.Dense(1)(a), "y": layers.Dense(2)(b)})
    graph = read(model)
    assert graph.input_names == ("a", "b")
    assert graph.output_names == ("y", "z")
    assert graph.nodes[graph.outputs[0].node].shapes == ((None, 2),)


def test_nested_models_called_on_dicts_get_their_inputs_by_name():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    inner = keras.Model([b, a], layers.Subtract()([a, b]), name="inner")
    x, y = keras.Input((2,), name="x"), keras.Input((2,), name="y")
    graph = read(keras.Model([x, y], inner({"a": x, "b": y})))
    node = by_name(graph, "inner")
    assert [graph.nodes[t.node].name for t in node.inputs] == ["y", "x"]


def test_nested_models_are_nodes_with_a_graph_inside():
    graph = read(nested())
    encoders = [n for n in graph.nodes if n.name == "encoder"]
    assert len(encoders) == 2
    assert encoders[0].layer == encoders[1].layer
    assert encoders[0].inner is encoders[1].inner
    assert [n.kind for n in encoders[0].inner.nodes] == ["Input", "Dense", "Dense"]
    flat = flatten(graph)
    assert all(n.inner is None for n in flat.nodes)
    assert len([n for n in flat.nodes if n.kind == "Dense"]) == 6
    for node in flat.nodes:
        assert graph.find(node.origin[0]).name == node.name


def test_models_deep_inside_models():
    x = inner = keras.Input((2,))
    model = keras.Model(x, layers.Dense(2)(inner))
    for depth in range(12):
        x = keras.Input((2,))
        model = keras.Model(x, model(x), name=f"level_{depth}")
    assert [n.kind for n in flatten(read(model)).nodes] == ["Input", "Dense"]


def test_sequential_models_grown_layer_by_layer():
    model = keras.Sequential([keras.Input((3,))])
    for _ in range(4):
        model.add(layers.Dense(3))
    graph = read(model)
    assert [n.kind for n in graph.nodes] == ["Input"] + ["Dense"] * 4
    assert graph.dead == frozenset()


def test_branches_that_lead_nowhere_are_seen():
    x = keras.Input((3,), name="x")
    y = layers.Dense(2, name="y")(x)
    dead = layers.Dense(5, name="dead")(y)
    layers.Dense(6, name="deader")(dead)
    graph = read(keras.Model(x, layers.Dense(1, name="end")(y)))
    assert [graph.nodes[i].name for i in sorted(graph.dead)] == ["dead", "deader"]
    assert graph.uses()[0] == 1


def test_calls_of_other_models_on_other_inputs_are_not_seen():
    d = layers.Dense(2)
    other = keras.Input((3,))
    layers.Dense(7)(d(other))
    x = keras.Input((3,))
    assert read(keras.Model(x, d(x))).dead == frozenset()


def test_masks_that_keras_passes_on_are_no_edges():
    x = keras.Input((None,), dtype="int32")
    y = layers.LSTM(3)(layers.Embedding(10, 3, mask_zero=True)(x))
    graph = read(keras.Model(x, y))
    assert [n.kind for n in graph.nodes] == ["Input", "Embedding", "LSTM"]
    assert graph.nodes[1].settings["mask_zero"] is True


def test_a_call_in_training_mode_is_a_setting():
    x = keras.Input((3,))
    graph = read(keras.Model(x, layers.Dropout(0.5)(x, training=True)))
    assert graph.nodes[1].settings["training"] is True


def test_settings_hold_what_matters_only():
    x = keras.Input((3,))
    graph = read(keras.Model(x, layers.Dense(4, activation="relu", name="mine")(x)))
    settings = graph.nodes[1].settings
    assert settings["units"] == 4
    assert settings["activation"] == "relu"
    assert settings.keys().isdisjoint({"name", "dtype", "trainable", "seed"})
    hash(frozenset(settings.items()))


@pytest.mark.parametrize("constant", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("layer", [layers.Rescaling, lambda c: layers.Masking(mask_value=c), lambda c: lambda x: x * c])
def test_constants_that_are_not_finite(layer, constant):
    def make(c):
        x = keras.Input((3, 4))
        return keras.Model(x, layers.Dense(2)(layer(c)(x)))

    assert compare_models(make(constant), make(constant)).same
    difference = compare_models(make(constant), make(2.0))
    assert len(difference.edits) == 1
    assert str(constant) in str(difference)


def test_layers_without_a_config_are_read():
    class Scale(layers.Layer):
        def __init__(self, factor, function):
            super().__init__()
            self.factor, self.function = factor, function

        def call(self, x):
            return x * self.factor

        def get_config(self):
            raise NotImplementedError

    x = keras.Input((3,))
    graph = read(keras.Model(x, Scale(2.5, lambda t: t)(x)))
    assert graph.nodes[1].kind == "Scale"
    assert graph.nodes[1].settings["factor"] == 2.5


def test_a_subclassed_model_as_a_layer():
    class Refine(keras.Model):
        def __init__(self, steps=3):
            super().__init__()
            self.steps = steps
            self.dense = layers.Dense(4)

        def call(self, x):
            return self.dense(x)

    x = keras.Input((4,))
    # Keras's own get_config says steps=3 here.
    assert read(keras.Model(x, Refine(2)(x))).nodes[1].settings == {"steps": 2}


def deep(depth):
    return [deep(depth - 1)] if depth else []


class Unread:
    """Says that it is an array, and gives no numbers."""

    shape = (2,)

    def __array__(self, *args, **kwargs):
        raise TypeError


@pytest.mark.parametrize(
    ("value", "simplified"),
    [
        (np.float32(0.5), 0.5),
        (np.float32("nan"), ("float", "nan")),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (keras.Variable(np.zeros((2, 3))), ("variable", (2, 3))),
        (np.array([object(), None]), ("array", (2,))),
        (Unread(), "Unread"),
        (deep(19), plain.plain(deep(19))),
    ],
)
def test_a_setting_is_simplified(value, simplified):
    found = plain.plain(value)
    assert found == simplified
    assert type(found) is type(simplified)
    hash(found)


def test_a_setting_that_is_endlessly_deep_is_cut_off():
    assert "…" not in repr(plain.plain(deep(19)))
    assert plain.plain(deep(40)) == plain.plain(deep(30))
    assert "…" in repr(plain.plain(deep(30)))


class Weighted(layers.Layer):
    """A layer of one's own that keeps a table, and whose config is none."""

    def __init__(self, table):
        super().__init__()
        self.table = table

    def call(self, x):
        return x * self.table["weight"]

    def get_config(self):
        return None


def with_lora():
    layer = layers.Dense(4)
    layer.build((None, 3))
    layer.enable_lora(2)
    return layer


@pytest.mark.parametrize(
    ("make", "key", "setting"),
    [
        (lambda: Weighted({"weight": 2.0}), "table", (("weight", 2.0),)),
        (lambda: layers.Dense(3, activity_regularizer=lambda t: ops.sum(t)), "activity_regularizer", "function"),
        (with_lora, "lora_rank", 2),
    ],
)
def test_settings_that_few_layers_have(make, key, setting):
    x = keras.Input((3,))
    model = keras.Model(x, make()(x))
    assert read(model).nodes[1].settings[key] == setting


def named_otherwise(**methods):
    """A layer of one's own."""
    return type(methods.pop("name"), (layers.Layer,), {"compute_output_shape": lambda self, shape: shape, **methods})()


def unwritten(self):
    raise NotImplementedError


def by_step(held):
    x = keras.Input((3, 4))
    return keras.Model(x, layers.TimeDistributed(held)(x))


@pytest.mark.parametrize("config", [unwritten, lambda self: {}], ids=["no config", "an empty one"])
def test_a_wrapped_layer_without_settings_is_told_from_others_and_spoils_no_other_wrapper(config):
    plain._REGULAR.pop(layers.TimeDistributed, None)  # as in a new kernel
    sine = by_step(named_otherwise(name="Sine", call=lambda self, t: ops.sin(t), get_config=config))
    again = by_step(named_otherwise(name="Sine", call=lambda self, t: ops.sin(t), get_config=config))
    cosine = by_step(named_otherwise(name="Cosine", call=lambda self, t: ops.cos(t), get_config=config))
    assert compare_models(sine, again).same
    assert not compare_models(sine, cosine).same
    assert not compare_models(sine, by_step(layers.Dense(4))).same
    assert not compare_models(by_step(layers.Dense(4)), by_step(layers.Dense(5))).same


def test_an_input_may_be_sparse():
    def model(sparse):
        x = keras.Input((3,), sparse=sparse)
        return keras.Model(x, layers.Dense(2)(x))

    assert read(model(True)).nodes[0].settings["sparse"] is True
    assert "sparse" not in read(model(False)).nodes[0].settings
    assert not compare_models(model(True), model(False)).same


def test_numbers_among_the_tensors_that_an_operation_joins_count():
    def model(constant):
        x = keras.Input((2,), batch_size=1)
        return keras.Model(x, ops.concatenate([x, np.full((1, 2), constant, "float32")]))

    assert compare_models(model(1.0), model(1.0)).same
    assert not compare_models(model(1.0), model(2.0)).same


def test_a_comparison_that_is_no_mask_is_a_call():
    x = keras.Input((3,), dtype="int32")
    model = keras.Model(x, ops.cast(ops.not_equal(x, 0), "float32"))
    assert [node.kind for node in read(model).nodes] == ["Input", "NotEqual", "Cast"]


def test_a_layer_and_what_wraps_it_have_one_number():
    dense = layers.Dense(4)
    x, y = keras.Input((4,)), keras.Input((3, 4))
    graph, made_by = read_with_layers(keras.Model([x, y], [dense(x), layers.TimeDistributed(dense)(y)]))
    calls = [node for node in graph.nodes if node.kind != "Input"]
    assert len({node.layer for node in calls}) == 1
    assert isinstance(made_by[calls[0].layer], layers.TimeDistributed)


@pytest.mark.parametrize("is_used", [False, True])
def test_a_function_that_gives_a_tensor_it_is_not_given_is_not_seen_into(is_used):
    other = keras.KerasTensor((None, 3))
    if is_used:
        layers.ReLU()(other)
    x = keras.Input((3,))
    layer = layers.Lambda(lambda t: t * 2.0)
    model = keras.Model(x, layer(x))
    layer.function = lambda t: other
    assert read(model).nodes[1].traced is None


def test_a_function_that_gives_numbers_is_not_seen_into():
    x = keras.Input((3,))
    model = keras.Model(x, layers.Lambda(lambda t: np.zeros((1, 3), "float32"), output_shape=(3,))(x))
    assert read(model).nodes[1].traced is None


def test_a_notebook_shows_the_sentence_alone():
    assert UnreadableModel("no model yet.")._render_traceback_() == ["UnreadableModel: no model yet."]


@pytest.mark.parametrize(
    ("owner", "place"),
    [(layers.Dense(1), "`Dense`"), (Weighted({}), "`Layer`"), (object(), "`object`"), (keras.ops, "`ops`")],
)
def test_what_keras_lacks_is_said_with_its_place(owner, place):
    assert f"Keras {keras.__version__} has no `_lost` in {place}, which the course needs." in str(
        KerasChanged("_lost", owner)
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.Dense(3, activation="relu", kernel_regularizer="l2"),
        lambda: layers.Dense(3, activation=layers.LeakyReLU(0.1)),
        lambda: layers.Dense(3, activation=ops.relu),
        lambda: layers.Dense(3, kernel_initializer=keras.initializers.RandomNormal(0, 0.3, seed=3)),
        lambda: layers.Conv2D(3, (1, 2), strides=2, padding="same"),
        lambda: layers.MaxPooling1D(2, strides=3),
        lambda: layers.BatchNormalization(axis=1, momentum=0.5),
        lambda: layers.LayerNormalization(axis=[1, 2]),
        lambda: layers.GRU(3, activation="gelu", dropout=0.1, return_sequences=True),
        lambda: layers.Bidirectional(layers.LSTM(3)),
        lambda: layers.TimeDistributed(layers.Dense(3)),
        lambda: layers.MultiHeadAttention(2, 3, dropout=0.1),
        lambda: layers.Embedding(5, 3, mask_zero=True),
        lambda: layers.Reshape((3, -1)),
        lambda: layers.Normalization(),
        lambda: layers.Dot(axes=(1, 1), normalize=True),
    ],
)
def test_settings_read_from_attributes_are_those_of_the_config(make):
    layer = make()
    expected = plain._from_config(layer)
    assert plain.settings_of(layer) == expected
    assert plain.settings_of(make()) == expected  # the second time, what was learnt from the first is used


def test_a_chain_of_two_thousand_layers():
    limit, stack = sys.getrecursionlimit(), threading.stack_size()
    built = []

    def build():
        x = y = keras.Input((1,))
        for _ in range(2000):
            y = layers.Activation("tanh")(y)
        built.append(keras.Model(x, y))

    try:
        sys.setrecursionlimit(50_000)  # Keras recurses once a layer when it builds a model; reading must not
        threading.stack_size(512 * 1024 * 1024)
        thread = threading.Thread(target=build)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(stack)
    assert len(flatten(read(built[0])).nodes) == 2001


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, x):
        return self.dense(x)


def called_subclassed():
    model = Subclassed()
    model(np.zeros((1, 3), "float32"))
    return model


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ..., "no model yet"),
        (lambda: None, "no model yet"),
        (lambda: 3, "`int`"),
        (lambda: [1, 2], "`list`"),
        (lambda: keras.Model, "a class"),
        (lambda: layers.Dense(2), "one layer"),
        (lambda: keras.Input((2,)), "a tensor"),
        (lambda: len, "function"),
        (lambda: keras.Sequential(), "no layers"),
        (lambda: keras.Sequential([layers.Dense(2)]), "keras.Input"),
        (Subclassed, "subclassed"),
        (called_subclassed, "subclassed"),
    ],
)
def test_what_has_no_graph_is_said_in_one_sentence(make, words):
    with pytest.raises(UnreadableModel, match=words) as caught:
        read(make())
    assert "\n" not in str(caught.value)


def test_a_sequential_model_that_has_met_data_is_read():
    model = keras.Sequential([layers.Dense(2)])
    model(np.zeros((1, 3), "float32"))
    assert [n.kind for n in read(model).nodes] == ["Input", "Dense"]


def calls_itself(levels, times):
    """Models that call the one before so often on each level."""
    x = keras.Input((3,))
    model = keras.Model(x, layers.Dense(3)(x))
    for _ in range(levels):
        x = y = keras.Input((3,))
        for _ in range(times):
            y = model(y)
        model = keras.Model(x, y)
    return model


def test_nested_models_are_read_once_and_past_a_stated_size_not_at_all():
    graph = read(calls_itself(3, 2))
    assert graph.size() == len(flatten(graph).nodes) - 1 == 8
    assert len({id(node.inner) for node in graph.nodes if node.inner}) == 1
    with pytest.raises(UnreadableModel, match="models of up to"):
        read(calls_itself(14, 2))


def test_a_model_called_with_a_dict_is_given_no_masks():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    inner = keras.Model({"a": a, "b": b}, layers.Add()([a, b]), name="inner")
    x = keras.Input((3,))
    graph = read(keras.Model(x, inner({"a": x, "b": layers.Dense(3)(x)})))
    assert by_name(graph, "inner").settings == {}
    assert by_name(graph, "inner").arguments == ()
