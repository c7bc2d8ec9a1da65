"""Lines of code that, run, make the model again."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers, ops

from course_utils.graphs.difference import compare_models
from course_utils.graphs.graph import Graph
from course_utils.graphs.reading.read import read
from course_utils.graphs.words.code import lines_of_code
from course_utils.graphs.words.names import local_names
from tests.graph_models import LECTURE, few, random_model

pytestmark = pytest.mark.usefixtures("undrawn")


def lines(model):
    graph = read(model)
    return list(lines_of_code(graph, local_names(graph)).values())


def program(graph: Graph, code, prefix, made) -> list[str]:
    """The calls of a graph as lines that run: a nested model before its first call."""
    out = []
    for i, node in enumerate(graph.nodes):
        if i in graph.dead:
            continue
        path = (*prefix, i)
        line = code[path]
        if node.inner is not None and id(node.inner) not in made:
            made.add(id(node.inner))
            out += program(node.inner, code, path, made)
            out.append(f"{line.split(' = ')[1].split('(')[0]} = {ends(node.inner, code, path)}")
        out += line.split("\n")
    return out


def ends(graph: Graph, code, prefix):
    def said(tensors, names):
        variables = []
        for tensor in tensors:
            name = code[(*prefix, tensor.node)].split("\n")[-1].split(" = ")[0]
            variables.append(f"{name}[{tensor.output}]" if len(graph.nodes[tensor.node].shapes) > 1 else name)
        if names:
            return "{" + ", ".join(f"{n!r}: {v}" for n, v in zip(names, variables, strict=True)) + "}"
        return variables[0] if len(variables) == 1 else f"[{', '.join(variables)}]"

    inputs = said(graph.inputs, graph.input_names if graph.inputs_by_name else ())
    outputs = said(graph.outputs, graph.output_names if graph.outputs_by_name else ())
    return f"keras.Model({inputs}, {outputs})"


def rebuilt(model):
    graph = read(model)
    code = lines_of_code(graph, local_names(graph))
    names = {"keras": keras, "layers": layers}
    text = "\n".join([*program(graph, code, (), set()), f"model = {ends(graph, code, ())}"])
    exec(text, names)
    return names["model"]


@pytest.mark.parametrize("make", LECTURE.values())
def test_the_lines_of_a_lecture_model_make_it_again(make):
    model = make()
    assert compare_models(rebuilt(model), model).same


@few
@given(seed=st.integers(0, 10_000))
def test_the_lines_of_any_model_make_it_again(seed):
    model = random_model(seed)
    if any(node.kind == "Lambda" for _, node in read(model).walk()):
        return  # whose function no line can say
    found = compare_models(rebuilt(model), model)
    assert found.same, str(found)


def test_settings_that_are_defaults_are_left_out_and_others_are_not():
    x = keras.Input((8, 8, 1), name="picture")
    y = layers.Conv2D(4, 3, padding="same", kernel_regularizer="l2")(x)
    y = layers.MaxPooling2D(3)(y)
    model = keras.Model(x, layers.Dense(2, "relu", False, kernel_initializer="he_normal", name="head")(y))
    assert lines(model) == [
        'picture = keras.Input((8, 8, 1), name="picture")',
        'conv2d = layers.Conv2D(4, 3, padding="same", kernel_regularizer=keras.regularizers.L2(l2=0.01))(picture)',
        "max_pooling2d = layers.MaxPooling2D(pool_size=3)(conv2d)",
        'head = layers.Dense(2, activation="relu", use_bias=False, '
        'kernel_initializer=keras.initializers.HeNormal(), name="head")(max_pooling2d)',
    ]


def test_a_shared_layer_is_made_once_and_then_called():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    dense = layers.Dense(3)
    assert lines(keras.Model([a, b], layers.add([dense(a), dense(b)])))[2:] == [
        "dense = layers.Dense(3)\ndense_call_1 = dense(a)",
        "dense_call_2 = dense(b)",
        "add = layers.Add()([dense_call_1, dense_call_2])",
    ]


def test_operators_slices_and_functions():
    x = keras.Input((5, 4), name="x")
    y = ops.mean(-(x * 2) + x, axis=1, keepdims=True)[:, -1]
    assert lines(keras.Model(x, y))[1:] == [
        "multiply = x * 2",
        "negative = -multiply",
        "add = negative + x",
        "mean = keras.ops.mean(add, axis=(1,), keepdims=True)",
        "get_item = mean[:, -1]",
    ]


def test_constants_are_written_as_what_they_are():
    x = keras.Input((3,), name="x")
    i = keras.Input((3,), dtype="int32", name="i")
    ends = [
        x + np.array([0.0, 1.0, 2.5], "float32"), i * 2.0, i * np.array([[2, 3, 4]], "int32"),
        ops.maximum(3.0, x), ops.arctan2(1.0, x),
        ops.where(x > 0, 1.0, x), x @ np.ones((3, 2), "float32"), layers.ReLU(6.0)(x),
    ]  # fmt: skip
    model = keras.Model([x, i], ends)
    found = lines(model)
    assert "add = x + keras.ops.array((0.0, 1.0, 2.5))" in found
    assert "multiply = i * 2.0" in found
    assert "multiply_1 = i * keras.ops.array(((2, 3, 4),))" in found
    assert "re_lu = layers.ReLU(max_value=6.0)(x)" in found
    given = [np.array([[-1.5, 0.5, 7.0]], "float32"), np.array([[1, 2, 3]], "int32")]
    for mine, wanted in zip(rebuilt(model)(given), model(given), strict=True):
        assert mine.dtype == wanted.dtype
        np.testing.assert_allclose(mine, wanted)


def test_states_wrappers_and_arguments_by_name():
    x = keras.Input((None, 4), name="x")
    whole, h, c = layers.LSTM(3, return_state=True)(x)
    y = layers.LSTM(3)(x, initial_state=[h, c])
    z = layers.Bidirectional(layers.GRU(2, return_sequences=True))(x)
    found = lines(keras.Model(x, [whole, y, z]))
    assert "lstm = layers.LSTM(3, return_state=True)(x)" in found
    assert "lstm_1 = layers.LSTM(3)(x, initial_state=[lstm[1], lstm[2]])" in found
    assert "bidirectional = layers.Bidirectional(layers.GRU(2, return_sequences=True))(x)" in found


def test_names_that_are_no_variables_and_functions_of_ones_own():
    x = keras.Input((4,), name="3 things")
    y = layers.Lambda(lambda t: t * 2, name="lambda")(x)
    found = lines(keras.Model(x, layers.Dense(1, name='a "b"')(y)))
    assert found == [
        'x_3_things = keras.Input((4,), name="3 things")',
        "x_lambda = layers.Lambda(your_function)(x_3_things)",
        'a__b_ = layers.Dense(1, name="a \\"b\\"")(x_lambda)',
    ]


def test_writing_leaves_no_name_behind():
    model = LECTURE["l13"]()
    before = int(layers.Dense(1).name.rpartition("_")[2] or 0)
    lines(model)
    assert int(layers.Dense(1).name.rpartition("_")[2]) == before + 1


class Scale(layers.Layer):
    """A layer of one's own."""

    def __init__(self, factor, offset=None):
        super().__init__()
        self.factor, self.offset = factor, offset

    def call(self, x):
        return x * self.factor


class Doubled(keras.Operation):
    """An operation of one's own."""

    def call(self, x):
        return x * 2

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, x.dtype)


def test_what_is_ones_own_is_written_with_what_it_keeps():
    x = keras.Input((4,), name="x")
    assert lines(keras.Model(x, Scale(2.5)(x)))[1:] == ["scale = Scale(factor=2.5)(x)"]
    assert lines(keras.Model(x, Doubled(name="doubled")(x)))[1:] == ["doubled = Doubled(x)"]


def test_two_layers_of_almost_one_name_are_two_variables():
    x = keras.Input((4,), name="x")
    y = layers.Dense(4, name="a_b")(layers.Dense(4, name="a b")(x))
    assert lines(keras.Model(x, y))[1:] == [
        'a_b = layers.Dense(4, name="a b")(x)',
        'a_b_ = layers.Dense(4, name="a_b")(a_b)',
    ]


def test_a_nested_model_with_inputs_and_outputs_by_name():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    ends = {"sum": layers.Add(name="sum")([a, b]), "product": layers.Multiply(name="product")([a, b])}
    inner = keras.Model({"a": a, "b": b}, ends, name="inner")
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    given = inner({"a": x, "b": y})
    found = lines(keras.Model([x, y], layers.Subtract()([given["sum"], given["product"]])))
    assert any(line.endswith('inner_call_1 = inner({"a": x, "b": y})') for line in found)
    assert 'subtract = layers.Subtract()([inner_call_1["sum"], inner_call_1["product"]])' in found


def test_constants_that_are_long_or_no_numbers():
    x = keras.Input((100,), name="x")
    many = x + np.arange(100, dtype="float32")
    low = ops.maximum(many, float("-inf"))
    assert lines(keras.Model(x, low))[1:] == [
        "add = x + ...",
        'maximum = keras.ops.maximum(add, float("-inf"))',
    ]
