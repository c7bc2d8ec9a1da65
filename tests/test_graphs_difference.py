"""Differences: one edit a mistake, in words that name the layer and say what is right."""

from __future__ import annotations

import keras
import pytest
from keras import layers, ops

import course_utils  # noqa: F401
from course_utils.graphs.compare.edits import KINDS, Edit, Setting
from course_utils.graphs.difference import Difference, compare_graphs, compare_models
from course_utils.graphs.normal import normal_form
from course_utils.graphs.reading.errors import UnreadableModel
from course_utils.graphs.reading.read import read
from tests.graph_models import LECTURE, l9, l13, l15, l16, l17, l18, nested

pytestmark = pytest.mark.usefixtures("undrawn")

Input = keras.Input


def only(difference: Difference, kind: str, *words: str) -> Edit:
    """The one edit of a difference, checked."""
    assert [e.kind for e in difference.edits] == [kind], str(difference)
    for word in words:
        assert word in difference.edits[0].message
    assert str(difference) == difference.edits[0].message
    return difference.edits[0]


def questions(embedding=(10_000, 64), merge=None, activation="softmax", units=32, order=1, join=True):
    text, question = (Input((None,), dtype="int32", name=n) for n in ("text", "question"))
    x = layers.LSTM(units, name="read_text")(layers.Embedding(*embedding, name="embed_text")(text))
    y = layers.LSTM(16, name="read_question")(layers.Embedding(10_000, 32)(question))
    z = merge([x, y]) if merge else layers.concatenate([x, y][::order], name="join")
    return keras.Model([text, question], layers.Dense(500, activation=activation, name="answer")(z if join else x))


@pytest.mark.parametrize("name", [n for n in LECTURE if n not in ("l6", "l15", "l17")])
def test_lecture_examples_are_the_same_as_themselves(name):
    difference = compare_models(LECTURE[name](), LECTURE[name]())
    assert difference.same
    assert difference.edits == ()
    assert "same" in str(difference)


def test_sequential_and_functional():
    assert compare_models(LECTURE["l1_sequential"](), LECTURE["l1"]()).same


def test_embedding_with_its_arguments_swapped():
    edit = only(compare_models(questions((64, 10_000)), l13()), "setting", "`embed_text`", "swapped", "(10000, 64)")
    assert edit.where == "`embed_text`"


def test_wrong_units_and_activation():
    only(compare_models(questions(units=16), l13()), "setting", "`read_text`", "units=16", "units=32")
    only(compare_models(questions(activation="relu"), l13()), "setting", "`answer`", "'relu'", "'softmax'")


def test_an_activation_in_a_layer_of_its_own_is_named():
    x = Input((4,))
    mine = keras.Model(x, layers.Dense(1)(layers.Activation("tanh", name="squash")(layers.Dense(3, name="d")(x))))
    y = Input((4,))
    right = keras.Model(y, layers.Dense(1)(layers.Dense(3, activation="relu")(y)))
    only(compare_models(mine, right), "setting", "`squash`", "`d`", "'tanh'", "'relu'")


def test_concatenation_never_used():
    edit = only(
        compare_models(questions(join=False), l13()), "rewire", "`answer` reads `read_text`", "`join`", "never used"
    )
    assert len(edit.wires) == len(edit.new_wires) == 1


def test_another_merge():
    def pair(merge):
        x = Input((4,))
        y = merge([layers.Dense(8)(x), layers.Dense(8)(x)])
        return keras.Model(x, layers.Dense(1)(y))

    merged = compare_models(pair(layers.Add(name="join")), pair(layers.Concatenate()))
    only(merged, "replace", "`join` is an `Add()`", "a `Concatenate()`")


def test_outputs_per_time_step_for_want_of_pooling():
    edit = only(
        compare_models(l15(pool=False, vocabulary=50, width=8), l15(vocabulary=50, width=8)),
        "insert",
        "A `GlobalMaxPooling1D()` is missing between",
        "every time step",
    )
    assert edit.where.startswith("between `conv1d")
    assert len(edit.after) == len(edit.before) == len(edit.targets) == 1


def test_average_pooling_for_maximum_pooling():
    def pooled(pool):
        x = Input((10, 3))
        return keras.Model(x, layers.Dense(2)(pool(layers.Conv1D(4, 3)(x))))

    mine = pooled(layers.GlobalAveragePooling1D(name="pool"))
    only(
        compare_models(mine, pooled(layers.GlobalMaxPooling1D())), "replace", "`pool`", "GlobalMaxPooling1D", "maximum"
    )


def siamese(shared: bool):
    a, b = Input((20, 4)), Input((20, 4))
    first = layers.LSTM(16, name="first_reader")
    second = first if shared else layers.LSTM(16, name="second_reader")
    y = layers.concatenate([first(a), second(b)])
    return keras.Model([a, b], layers.Dense(1, activation="sigmoid")(y))


def test_a_second_layer_where_one_should_be_shared():
    only(compare_models(siamese(False), l18()), "share", "`second_reader`", "`first_reader`", "share their weights")


def test_one_layer_where_there_should_be_two():
    only(compare_models(siamese(True), siamese(False)), "unshare", "`first_reader`", "layer of its own", "LSTM(16)")


def test_one_layer_on_one_tensor_where_there_should_be_two():
    def twins(shared):
        x = Input((4,))
        d = layers.Dense(3, name="d")
        return keras.Model(x, layers.Add()([d(x), d(x) if shared else layers.Dense(3)(x)]))

    only(compare_models(twins(True), twins(False)), "unshare", "`d`")


def two_heads(outputs):
    x = Input((1,))
    y = layers.Dense(20, activation="sigmoid", name="trunk")(x)
    left = layers.Dense(1, name="sin")(layers.Dense(20, activation="sigmoid")(y))
    right = layers.Dense(1, name="exp")(layers.Dense(30, activation="sigmoid")(y))
    return keras.Model(x, outputs(left, right))


def pair_of(function):
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    return keras.Model([a, b], layers.Dense(1, name="end")(function(a, b)))


@pytest.mark.parametrize(
    ("mine", "right", "kind", "words"),
    [
        (
            lambda a, b: ops.arctan2(a, b),
            lambda a, b: layers.Add()([a, b]),
            "replace",
            "`arctan2` is an `Arctan2()`; it should be an `Add()`.",
        ),
        (
            lambda a, b: layers.Concatenate()([ops.square(a), b]),
            lambda a, b: layers.Concatenate()([layers.Multiply()([a, b]), b]),
            "rewire",
            "`square` reads `a`; it should read `b`.",
        ),
        (
            lambda a, b: ops.square(a - b),
            lambda a, b: ops.abs(a - b),
            "replace",
            "`square` is a `Square()`; it should be an `Absolute()`.",
        ),
        (
            lambda a, b: layers.Subtract(name="s")([b, a]),
            lambda a, b: ops.abs(a - b),
            "insert",
            "An `Absolute()` is missing between `s` and `end`.",
        ),
        (
            lambda a, b: ops.minimum(a, 2) + b,
            lambda a, b: ops.minimum(a, 3) + b,
            "setting",
            "has the constant 2; it should have the constant 3.",
        ),
        (
            lambda a, b: a[:, ::2] + b[:, :1],
            lambda a, b: a[:, :2] + b[:, :1],
            "setting",
            "is `x[:, ::2]`; it should be `x[:, :2]`.",
        ),
        (
            lambda a, b: layers.Add()([a, layers.Dropout(0.5)(b)]),
            lambda a, b: layers.Add()([a, layers.ReLU()(layers.Dropout(0.5)(b))]),
            "insert",
            "A `ReLU()` is missing between `dropout` and `add`.",
        ),
    ],
)
def test_operations_are_told_as_they_are_written(mine, right, kind, words):
    keras.utils.clear_session()
    only(compare_models(pair_of(mine), pair_of(right)), kind, words)


def test_a_layer_for_an_operation_that_aligns_shapes_otherwise():
    def multiplied(by):
        a, b = keras.Input((3, 4), batch_size=3), keras.Input((4,), batch_size=3)
        return keras.Model([a, b], by(a, b))

    mine, right = multiplied(lambda a, b: layers.Multiply(name="m")([a, b])), multiplied(ops.multiply)
    only(compare_models(mine, right), "replace", "`m` is the layer `Multiply()`; it should be the operation")


def test_heads_listed_twice_or_in_another_order_or_not_at_all():
    right = two_heads(lambda a, b: [a, b])
    twice = only(compare_models(two_heads(lambda a, b: [a, a]), right), "output", "`sin` is listed twice", "`exp`")
    assert twice.output == 1
    only(compare_models(two_heads(lambda a, b: [b, a]), right), "output", "`exp` and `sin`", "in this order")
    only(compare_models(two_heads(lambda a, b: [a]), right), "output", "`exp`", "never used")
    only(compare_models(two_heads(lambda a, b: [a, b, b]), right), "output", "`exp` is listed twice")


def auxiliary(joined=True, listed=True, name="aux_input"):
    text = Input((20,), dtype="int32", name="main_input")
    x = layers.LSTM(8, name="reader")(layers.Embedding(50, 8)(text))
    aux = Input((5,), name=name)
    y = layers.Dense(8, activation="relu", name="mix")(layers.concatenate([x, aux]) if joined else x)
    return keras.Model([text, aux] if listed else [text], layers.Dense(1)(y))


def test_an_input_that_reaches_no_output():
    try:
        mine = auxiliary(joined=False)
    except ValueError:
        pytest.skip("this Keras refuses such a model itself")
    edit = only(compare_models(mine, auxiliary()), "insert", "`aux_input` reaches no output", "Concatenate")
    assert edit.before
    assert len(edit.after) == 2


def test_an_input_that_is_missing():
    mine = auxiliary(joined=False, listed=False)
    only(compare_models(mine, auxiliary()), "input", "lacks an input `aux_input`", "(5,)", "Concatenate")


def test_an_input_that_is_too_much():
    try:
        x, more = Input((4,)), Input((3,), name="more")
        mine = keras.Model([x, more], layers.Dense(2)(x))
    except ValueError:
        pytest.skip("this Keras refuses such a model itself")
    y = Input((4,))
    only(compare_models(mine, keras.Model(y, layers.Dense(2)(y))), "input", "`more`", "reaches no output")


def test_inputs_in_another_order():
    def pair(order):
        a, b = Input((4,), name="a"), Input((5,), name="b")
        return keras.Model([a, b][::order], layers.Dense(2)(layers.concatenate([a, b])))

    only(compare_models(pair(-1), pair(1)), "input", "`b` and `a`", "`a` and `b`")
    assert compare_models(pair(-1), pair(1), also=["input order"]).same


def of_two(names, order=1, by_name=False):
    """A model of two inputs whose order matters to it."""
    a, b = Input((4,), name=names[0]), Input((4,), name=names[1])
    outputs = layers.Subtract()([a, b][::order])
    return keras.Model(dict(zip(names, (a, b), strict=True)) if by_name else [a, b], outputs)


def test_inputs_by_name_keep_their_order_where_the_names_differ():
    # Sorted by name, q and p would change places against the target's a and b.
    assert compare_models(of_two("qp"), of_two("ab"), also=["input order"]).same
    assert not compare_models(of_two("qp", order=-1), of_two("ab"), also=["input order"]).same


def test_inputs_in_a_dict_are_told_apart_by_name():
    assert compare_models(of_two(("text", "question"), by_name=True), of_two(("text", "question"))).same
    assert compare_models(of_two(("text", "question")), of_two(("text", "question"), by_name=True)).same
    mine = of_two(("text", "question"), order=-1, by_name=True)
    only(compare_models(mine, of_two(("text", "question"))), "rewire", "`question` and `text`, in this order")


def test_the_shape_of_an_input():
    mine, right = (keras.Sequential([Input(s, name="x"), layers.Dense(2)]) for s in ((3,), (4,)))
    only(compare_models(mine, right), "setting", "input `x`", "shape=(3,)", "shape=(4,)")


def test_concatenation_along_the_wrong_axis():
    def joined(axis):
        a, b = Input((6, 4)), Input((6, 4))
        return keras.Model([a, b], layers.LSTM(2)(layers.Concatenate(axis=axis, name="join")([a, b])))

    only(compare_models(joined(1), joined(-1)), "setting", "`join` joins along axis 1", "axis=-1")


def test_softmax_of_one_unit():
    def head(activation):
        x = Input((4,))
        return keras.Model(x, layers.Dense(1, activation=activation, name="gender")(x))

    only(compare_models(head("softmax"), head("sigmoid")), "setting", "`gender`", "always 1", "'sigmoid'")


def test_one_wrong_wire_is_one_edit():
    def skip(wrong):
        x = Input((8,), name="start")
        a = layers.Dense(8, name="a")(x)
        b = layers.Dense(8, name="b")(a)
        c = layers.Add(name="c")([a if wrong else x, b])
        return keras.Model(x, layers.Dense(1)(layers.Dense(8, activation="relu")(c)))

    edit = only(compare_models(skip(True), skip(False)), "rewire")
    assert edit.message == "`c` reads `a`; it should read `start`."
    assert edit.wires == (((1,), (3,)),)
    assert edit.new_wires == (((0,), (3,)),)


def test_arguments_in_the_wrong_order():
    def less(order):
        a, b = Input((4,), name="a"), Input((4,), name="b")
        return keras.Model([a, b], layers.Subtract(name="less")([a, b][::order]))

    only(compare_models(less(-1), less(1)), "rewire", "`less` reads `b` and `a`, in this order", "`a` and `b`")


def chain(*units, name=None):
    x = y = Input((4,))
    for n in units:
        y = layers.Dense(n, activation="relu")(y)
    return keras.Model(x, layers.Dense(1, name=name)(y))


@pytest.mark.parametrize("at", range(4))
def test_a_layer_missing_or_too_many_in_a_chain_is_one_edit(at):
    full = [8, 9, 10, 11]
    short = full[:at] + full[at + 1 :]
    only(compare_models(chain(*short), chain(*full)), "insert", f"Dense({full[at]}, activation='relu')", "missing")
    only(compare_models(chain(*full), chain(*short)), "delete", "too much")


def test_a_layer_in_the_wrong_place_is_one_edit():
    def model(*stack):
        x = y = Input((4,))
        for layer in stack:
            y = layer(y)
        return keras.Model(x, y)

    mine = model(layers.Dropout(0.5, name="drop"), layers.Dense(8), layers.Dense(9), layers.Dense(1))
    right = model(layers.Dense(8), layers.Dense(9), layers.Dropout(0.5), layers.Dense(1))
    only(compare_models(mine, right), "move", "`drop` stands in the wrong place", "between")


def test_a_missing_branch_is_one_edit():
    x = Input((1,))
    mine = keras.Model(
        x, layers.Dense(1)(layers.Dense(32, activation="sigmoid")(layers.Dense(32, activation="sigmoid")(x)))
    )
    only(compare_models(mine, l9()), "insert", "`Dense(20, activation='sigmoid')`", "Concatenate")


def test_a_shared_layer_with_wrong_settings_is_one_edit():
    def twice(units):
        a, b = Input((4,)), Input((4,))
        d = layers.Dense(units, name="d")
        return keras.Model([a, b], layers.Subtract()([d(a), d(b)]))

    only(compare_models(twice(3), twice(5)), "setting", "`d` has units=3", "units=5")


def test_layers_of_nested_models_are_named_with_the_model():
    e = Input((10,))
    encoder = keras.Model(
        e, layers.Dense(2, name="code")(layers.Dense(7, activation="relu", name="wide")(e)), name="encoder"
    )
    decoder = keras.Sequential([Input((2,)), layers.Dense(6, activation="relu"), layers.Dense(10)])
    x, y = Input((10,)), Input((10,))
    code = layers.average([encoder(x), encoder(y)])
    mine = keras.Model([x, y], [decoder(code), code])
    edit = only(compare_models(mine, nested()), "setting", "`wide` in `encoder`", "units=7", "units=6")
    assert len(edit.nodes[0]) == 2


def test_two_mistakes_are_two_edits():
    mine = compare_models(questions(embedding=(64, 10_000), units=16), l13())
    assert {e.kind for e in mine.edits} == {"setting"}
    assert len(mine.edits) == 2
    assert str(mine).startswith("1. ")
    assert "\n2. " in str(mine)


def test_dead_branches_count_only_if_asked_for():
    x = Input((4,))
    y = layers.Dense(3)(x)
    layers.Dense(7, name="nowhere")(y)
    mine = keras.Model(x, layers.Dense(1)(y))
    z = Input((4,))
    right = keras.Model(z, layers.Dense(1)(layers.Dense(3)(z)))
    assert compare_models(mine, right).same
    strict = compare_models(mine, right, without=["dead branches"])
    assert any("`nowhere`" in e.message for e in strict.edits)


def test_names_count_only_if_asked_for():
    assert compare_models(chain(8, name="price"), chain(8)).same
    edit = only(
        compare_models(chain(8, name="prise"), chain(8, name="price"), without=["output names"]), "setting", "`price`"
    )
    assert "`prise`" in edit.message


def test_entirely_different_models_are_told_apart_in_words():
    names = [n for n in LECTURE if n not in ("l6", "l15", "l17", "l13")]
    for first, second in zip(names, names[3:] + names[:3], strict=True):
        difference = compare_models(LECTURE[first](), LECTURE[second]())
        assert difference.edits
        for edit in difference.edits:
            assert edit.kind in KINDS
            assert edit.message.endswith(".")
            for path in (*edit.nodes, *edit.after, *edit.before):
                difference.graph.find(path)
            for path in edit.targets:
                difference.target.find(path)


def conv(filters, kernel_size=3, strides=1):
    x = Input((12, 12, 1))
    return keras.Model(x, layers.Conv2D(filters, kernel_size, strides, name="look")(x))


def minus(order):
    a, b = Input((4,), name="a"), Input((4,), name="b")
    return keras.Model([a, b], layers.Subtract(name="less")([a, b][::order]))


def test_an_edit_carries_what_it_changes():
    edit = only(compare_models(conv(8), conv(16, 5)), "setting", "filters=8", "filters=16")
    assert edit.settings == (Setting("filters", 8, 16), Setting("kernel_size", (3, 3), (5, 5)))
    edit = only(compare_models(minus(-1), minus(1)), "rewire", "in this order")
    assert edit.reads == edit.should_read[::-1]
    right = two_heads(lambda a, b: [a, b])
    edit = only(compare_models(two_heads(lambda a, b: [b, a]), right), "output", "in this order")
    assert (edit.ends, edit.outputs) == ("outputs", ())
    edit = only(compare_models(two_heads(lambda a, b: [a]), right), "output", "second output")
    assert (edit.ends, edit.outputs, edit.reads) == ("", (1,), ())


def test_graphs_can_be_compared_without_their_models():
    a, b = read(l16()), read(l16())
    assert compare_graphs(a, b).same
    assert compare_models(a, l16()).same
    assert compare_graphs(normal_form(a), normal_form(b)).same


@pytest.mark.parametrize("thing", [..., None, 3, "model", [], keras.Model, layers.Dense(2), object()])
def test_what_is_no_model_is_said(thing):
    with pytest.raises(UnreadableModel):
        compare_models(thing, chain(3))


def test_huge_models_are_compared_by_structure_alone():
    assert compare_models(LECTURE["l6"](), LECTURE["l6"]()).same


def test_weights_do_not_matter():
    a, b = chain(3), chain(3)
    for weight in a.weights:
        weight.assign(keras.ops.full(weight.shape, float("nan")))
    assert compare_models(a, b).same


def test_the_lectures_own_mistakes_on_the_real_models():
    only(compare_models(l15(pool=False), l15()), "insert", "GlobalMaxPooling1D")
    assert compare_models(l17(), l17()).same


def test_an_activation_written_as_a_layer_where_none_belongs():
    x = keras.Input((4,))
    late = keras.Model(x, layers.ReLU(name="late")(layers.Dense(1, name="end")(x)))
    only(compare_models(late, keras.Model(x, layers.Dense(1)(x))), "delete", "`late` is too much after `end`")


def test_missing_layers_that_stand_side_by_side_are_not_told_as_a_chain():
    inputs = [keras.Input((4,), name=name) for name in "ab"]
    sides = [layers.Dense(units, "relu")(x) for units, x in zip((8, 6), inputs, strict=True)]
    joined = layers.Dense(5, "relu")(layers.concatenate(sides))
    target = keras.Model(inputs, layers.Dense(1)(joined))
    learner = [keras.Input((4,), name=name) for name in "ab"]
    model = keras.Model(learner, layers.Dense(1)(layers.concatenate(learner)))
    text = str(compare_models(model, target)).replace("`", "")
    assert "Dense(8, activation='relu')" in text
    assert "Dense(8, activation='relu') → Dense(6" not in text
    chain = keras.Model(inputs, layers.Dense(1)(layers.Dense(5, "relu")(layers.Dense(7, "relu")(layers.add(inputs)))))
    short = keras.Model(learner, layers.Dense(1)(layers.add(learner)))
    assert "Dense(7, activation='relu') → Dense(5, activation='relu')" in str(compare_models(short, chain)).replace(
        "`", ""
    )
    one = keras.Input((4,))
    alone = keras.Model(one, layers.Dense(1)(one))
    text = str(compare_models(alone, target)).replace("`", "")
    assert "Dense(8, activation='relu'), Dense(6, activation='relu'), " in text, text


def test_outputs_in_the_wrong_order_and_one_missing():
    def heads(*names):
        x = keras.Input((4,), name="x")
        sizes = {"age": 1, "income": 2, "gender": 3}
        return keras.Model(x, [layers.Dense(sizes[name], name=name)(x) for name in names])

    edits = compare_models(heads("income", "age"), heads("age", "income", "gender")).edits
    assert sorted(edit.kind for edit in edits) == ["insert", "output"]
    assert [edit.ends for edit in edits if edit.kind == "output"] == ["outputs"]
