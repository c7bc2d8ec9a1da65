"""Pictures of what must change: every edit marked where it is, in words as well as in colour."""

import itertools
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from course_utils.graphs.compare.edits import Edit
from course_utils.graphs.difference import compare_graphs, compare_models, plot_difference
from course_utils.graphs.draw import draw_difference
from course_utils.graphs.draw.diagram import Diagram
from course_utils.graphs.draw.difference import marked_diagram
from course_utils.graphs.reading.errors import UnreadableModel
from course_utils.graphs.reading.read import read
from course_utils.workshop.audit.mutants import mutants
from tests.graph_models import LECTURE
from tests.pictures import SVG, nested, questions, siamese, texts

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("undrawn")]


def marked(model, target):
    """The diagram with its marks, and the difference."""
    difference = compare_models(model, target)
    return marked_diagram(difference), difference


def box(diagram: Diagram, name):
    return next(b for b in diagram.boxes if name in (b.name, b.title))


def wires(diagram: Diagram, kind):
    """Pairs of names that lines of a kind connect."""
    names = {b.key: b.name or b.title for b in diagram.boxes}
    return [(names[k.source], names[k.target]) for k in diagram.links if k.kind == kind]


def looks(diagram: Diagram):
    """All that a picture shows but the list of sentences beneath it."""
    return diagram.boxes, diagram.links


@pytest.mark.parametrize("name", [n for n in LECTURE if n not in ("l15", "l1_sequential")])
def test_nothing_in_a_picture_is_taken_from_a_sentence(name):
    target = LECTURE[name]()
    kinds = set()
    for mutant in itertools.islice(mutants(target), 25):
        difference = compare_graphs(read(mutant.model), read(target))
        silent = [replace(edit, message="", where="", found="", wanted="") for edit in difference.edits]
        other = replace(difference, edits=tuple(silent))
        assert looks(marked_diagram(difference)) == looks(marked_diagram(other)), str(difference)
        kinds |= {edit.kind for edit in difference.edits}
    assert kinds


def chain(*sizes, dropout=False, name="in"):
    import keras

    x = first = keras.Input((8,), name=name)
    for i, size in enumerate(sizes):
        x = keras.layers.Dense(size, "relu", name=f"d{i}")(x)
        if dropout and i == 0:
            x = keras.layers.Dropout(0.5, name="drop")(x)
    return keras.Model(first, keras.layers.Dense(2, name="out")(x))


def skip(source):
    """A residual block whose Add reads `a` (right) or `b` (wrong)."""
    import keras

    x = keras.Input((8,), name="x")
    a = keras.layers.Dense(8, "relu", name="a")(x)
    b = keras.layers.Dense(8, "relu", name="b")(a)
    c = keras.layers.Dense(8, name="c")(b)
    added = keras.layers.Add(name="add")([{"a": a, "b": b}[source], c])
    return keras.Model(x, keras.layers.Dense(1, name="out")(added))


def heads(*names):
    import keras

    x = keras.Input((8,), name="x")
    h = keras.layers.Dense(8, "relu", name="h")(x)
    made = {n: keras.layers.Dense(u, name=n) for n, u in (("age", 1), ("income", 10), ("gender", 2))}
    outputs = {n: layer(h) for n, layer in made.items()}
    return keras.Model(x, [outputs[n] for n in names])


class TestMarks:
    def test_setting(self):
        diagram, _ = marked(chain(16, 8), chain(32, 8))
        assert box(diagram, "d0").mark == "wrong"
        assert box(diagram, "d0").notes == ["units 16 → 32"]
        assert box(diagram, "d0").numbers == [1]
        assert [b.name for b in diagram.boxes if b.mark] == ["d0"]
        written = texts(plot_difference(chain(16, 8), chain(32, 8)).svg)
        assert "units 16 → 32" in written
        assert "≠" in written
        assert written.count("1") == 2  # at the box and in the list

    def test_swapped_embedding(self):
        import keras

        def model(a, b):
            x = keras.Input((None,), dtype="int32", name="x")
            return keras.Model(x, keras.layers.LSTM(4)(keras.layers.Embedding(a, b, name="e")(x)))

        diagram, _ = marked(model(64, 10000), model(10000, 64))
        assert box(diagram, "e").notes == ["input_dim 64 → 10000", "output_dim 10000 → 64"]

    def test_other_class(self):
        import keras

        def model(layer):
            x = keras.Input((20, 4), name="x")
            y = keras.layers.Conv1D(8, 3, name="c")(x)
            return keras.Model(x, keras.layers.Dense(1)(keras.layers.Flatten()(layer(5, name="pool")(y))))

        diagram, _ = marked(model(keras.layers.AveragePooling1D), model(keras.layers.MaxPooling1D))
        assert box(diagram, "pool").mark == "wrong"
        assert box(diagram, "pool").notes == ["→ MaxPooling1D(5)"]

    def test_missing_layer_is_a_ghost_between_its_neighbours(self):
        diagram, _ = marked(chain(16, 8), chain(16, 8, dropout=True))
        ghost = box(diagram, "Dropout")
        assert (ghost.mark, ghost.detail, ghost.numbers) == ("missing", "0.5", [1])
        assert set(wires(diagram, "missing")) == {("d0", "Dropout"), ("Dropout", "d1")}
        assert wires(diagram, "wrong") == [("d0", "d1")]
        assert "+" in texts(plot_difference(chain(16, 8), chain(16, 8, dropout=True)).svg)

    def test_extra_layer_is_crossed_out(self):
        diagram, _ = marked(chain(16, 8, dropout=True), chain(16, 8))
        assert box(diagram, "drop").mark == "extra"
        assert wires(diagram, "missing") == [("d0", "d1")]
        assert "−" in texts(plot_difference(chain(16, 8, dropout=True), chain(16, 8)).svg)

    def test_wrong_wire_says_where_it_should_come_from(self):
        diagram, _ = marked(skip("b"), skip("a"))
        assert wires(diagram, "wrong") == [("b", "add")]
        assert wires(diagram, "missing") == [("a", "add")]
        wrong = next(k for k in diagram.links if k.kind == "wrong")
        assert (wrong.text, wrong.numbers) == ("should come from a", [1])
        assert not any(b.mark for b in diagram.boxes)
        svg = plot_difference(skip("b"), skip("a")).svg
        assert "should come from a" in texts(svg)
        assert any(p.get("stroke-dasharray") for p in ElementTree.fromstring(svg).iter(f"{SVG}path"))

    def test_arguments_in_the_wrong_order(self):
        import keras

        def model(*order):
            x, y = keras.Input((3,), name="x"), keras.Input((3,), name="y")
            pair = {"x": x, "y": y}
            return keras.Model([x, y], keras.layers.Subtract(name="s")([pair[n] for n in order]))

        diagram, _ = marked(model("y", "x"), model("x", "y"))
        assert sorted(wires(diagram, "wrong")) == [("x", "s"), ("y", "s")]
        assert [k.text for k in diagram.links if k.kind == "wrong"] == ["wrong order", ""]
        assert {k.port for k in diagram.links if k.kind == "wrong"} == {"1", "2"}

    def test_two_layers_that_should_be_one(self):
        import keras

        left, right = keras.Input((20, 8), name="left"), keras.Input((20, 8), name="right")
        reads = [keras.layers.LSTM(32, name=n)(x) for n, x in (("one", left), ("two", right))]
        both = keras.layers.Concatenate()(reads)
        separate = keras.Model([left, right], keras.layers.Dense(1, "sigmoid", name="same")(both))
        diagram, _ = marked(separate, siamese())
        assert wires(diagram, "unshare") == [("one", "two")]
        assert "should be one layer" in texts(plot_difference(separate, siamese()).svg)
        diagram, _ = marked(siamese(), separate)
        assert wires(diagram, "unshare") == [("encoder", "encoder (call 2)")]
        assert wires(diagram, "share") == []
        assert "should be two layers" in texts(plot_difference(siamese(), separate).svg)

    def test_missing_output(self):
        diagram, _ = marked(heads("age", "income"), heads("age", "income", "gender"))
        ghost = box(diagram, "output 3")
        assert ghost.mark == "missing"
        assert ("gender", "output 3") in wires(diagram, "missing")

    @pytest.mark.parametrize("wanted", LECTURE)
    def test_what_is_missing_is_wired_as_in_the_target(self, wanted):
        """Nearly all of a model is missing: no more lines than the target has, one for each output."""
        import keras

        x = keras.Input((3,), name="mine")
        model = keras.Model(x, keras.layers.Dense(2, name="only")(x))
        target = LECTURE[wanted]()
        diagram, difference = marked(model, target)
        graph = difference.target
        missing = [k for k in diagram.links if k.kind == "missing"]
        ghosts = [b for b in diagram.boxes if b.mark == "missing"]
        for ghost in (b for b in ghosts if b.role == "output"):
            assert sum(k.target == ghost.key for k in missing) == 1
        assert sum(b.role == "output" for b in ghosts) <= len(graph.outputs)
        wires = {(t.node, i) for i, node in enumerate(graph.nodes) for t in node.inputs}
        calls = {b.key for b in diagram.boxes if b.role != "output"}
        if not any(node.inner for node in graph.nodes):
            assert sum(k.target in calls for k in missing) <= len(wires)
            for ghost in (b for b in ghosts if b.role != "output"):
                most = max(len({t.node for t in node.inputs}) for node in graph.nodes if node.kind == ghost.title)
                assert sum(k.target == ghost.key for k in missing) <= most

    def test_three_heads_that_are_missing_lead_to_three_outputs(self):
        import keras

        x = keras.Input((8,), name="x")
        diagram, _ = marked(
            keras.Model(x, keras.layers.Dense(8, "relu", name="h")(x)), heads("age", "income", "gender")
        )
        ends = [wire for wire in wires(diagram, "missing") if wire[1].startswith("output")]
        assert len(ends) == len({end for _, end in ends}) >= 2

    def test_outputs_in_the_wrong_order(self):
        diagram, _ = marked(heads("income", "age"), heads("age", "income"))
        assert all(b.mark == "wrong" for b in diagram.boxes if b.role == "output")

    def test_output_from_the_wrong_layer(self):
        import keras

        def model(last):
            x = keras.Input((8,), name="x")
            h = keras.layers.Dense(8, "relu", name="h")(x)
            k = keras.layers.Dense(8, "relu", name="k")(h)
            return keras.Model(x, [keras.layers.Dense(1, name="one")(k), h if last == "h" else k])

        diagram, difference = marked(model("h"), model("k"))
        assert len(difference.edits) == 1
        assert [k.text for k in diagram.links if k.kind == "wrong"] == ["should come from k"]

    def test_unused_branch_is_drawn_when_an_edit_speaks_of_it(self):
        import keras

        text, question = (keras.Input((5, 3), name=n) for n in ("text", "question"))
        a, b = keras.layers.LSTM(4, name="a")(text), keras.layers.LSTM(4, name="b")(question)
        unused = keras.Model([text, question], keras.layers.Dense(2, name="out")(a))
        used = keras.Model([text, question], keras.layers.Dense(2, name="out")(keras.layers.Concatenate()([a, b])))
        picture = plot_difference(unused, used)
        assert "LSTM\u20024" in texts(picture.svg)
        assert texts(picture.svg).count("b") == 1
        assert "Concatenate" in "".join(texts(picture.svg))

    def test_input_too_many(self):
        import keras

        x, y = keras.Input((3,), name="x"), keras.Input((3,), name="y")
        out = keras.layers.Dense(1, name="o")(x)
        diagram, _ = marked(keras.Model([x, y], out), keras.Model(x, out))
        assert box(diagram, "y").mark == "extra"

    def test_inside_a_nested_model(self):
        import keras

        def model(size):
            inner = keras.Sequential([keras.Input((8,)), keras.layers.Dense(size, name="deep")], name="trunk")
            x = keras.Input((8,), name="x")
            return keras.Model(x, keras.layers.Dense(1, name="out")(inner(x)))

        picture = plot_difference(model(16), model(32))
        assert "Sequential trunk" in texts(picture.svg)  # opened, since the change is inside
        assert "units 16 → 32" in texts(picture.svg)


def with_a_trunk():
    import keras

    inner = keras.Sequential([keras.Input((8,)), keras.layers.Dense(8, name="deep")], name="trunk")
    x = keras.Input((8,), name="x")
    return keras.Model(x, keras.layers.Dense(1, name="out")(inner(x)))


def by_hand(model, *edits, target=None):
    """The diagram of a model with edits that are given."""
    difference = compare_graphs(read(model), read(target or model))
    return marked_diagram(replace(difference, edits=edits))


TRUNK, DEEP, OUT = (1,), (1, 1), (2,)


class TestEditsByHand:
    """What no comparison has found so far may be marked all the same."""

    def test_a_wire_of_a_nested_model_is_one_of_its_ends(self):
        inside = Edit("setting", nodes=(DEEP,))
        diagram = by_hand(with_a_trunk(), inside, Edit("rewire", wires=((TRUNK, OUT),)))
        assert wires(diagram, "wrong") == [("deep", "out")]
        assert [k.text for k in diagram.links if k.kind == "wrong"] == ["should go"]
        diagram = by_hand(with_a_trunk(), inside, Edit("rewire", new_wires=((OUT, TRUNK),)))
        (link,) = [k for k in diagram.links if k.kind == "missing"]
        assert (link.text, link.numbers) == ("should be read too", [2])
        ((start, end),) = wires(diagram, "missing")
        assert start == "out"
        assert end not in ("deep", "out", "x")

    def test_a_wire_that_is_not_drawn_is_marked_where_it_should_be_read(self):
        diagram = by_hand(chain(16, 8), Edit("rewire", wires=(((0,), (2,)),)))
        assert [(b.name, b.mark, b.numbers) for b in diagram.boxes if b.mark] == [("d1", "wrong", [1])]

    def test_one_call_that_should_be_of_another_layer_is_marked_itself(self):
        diagram = by_hand(chain(16, 8), Edit("share", nodes=((1,),)))
        assert [(b.name, b.mark) for b in diagram.boxes if b.mark] == [("d0", "wrong")]

    @pytest.mark.parametrize("kind", ["setting", "replace", "share", "unshare", "delete", "rewire"])
    def test_an_edit_of_no_call_marks_nothing(self, kind):
        diagram = by_hand(chain(16, 8), Edit(kind))
        assert not any(b.mark for b in diagram.boxes)
        assert {k.kind for k in diagram.links} == {"wire"}

    def test_a_missing_model_whose_content_is_missing_too_is_drawn_once(self):
        diagram = by_hand(chain(16), Edit("insert", targets=(TRUNK, DEEP)), target=with_a_trunk())
        assert [b.title for b in diagram.boxes if b.mark == "missing"] == ["Dense"]


class TestPicture:
    def test_same(self):
        picture = plot_difference(questions(), questions())
        assert "✓ The same graph: nothing to change" in texts(picture.svg)
        assert picture.text.startswith("The same graph: nothing to change.\n")

    def test_every_number_and_message_is_in_picture_and_text(self):
        model, target = chain(16, 9, dropout=True), chain(32, 8)
        difference = compare_models(model, target)
        assert len(difference.edits) == 3
        picture = plot_difference(model, target)
        written = texts(picture.svg)
        assert "3 changes to make" in written
        together = " ".join(written)
        for number, edit in enumerate(difference.edits, 1):
            assert f"{number}. {edit.message}" in picture.text
            assert edit.message.replace("`", "") in together  # wrapped: joined again by spaces; code is not marked
            assert written.count(str(number)) >= 2

    def test_is_legible_at_700_pixels(self):
        """No letter is smaller than 10 px when the picture is scaled to that width."""
        for model, target in ((chain(16, 9, dropout=True), chain(32, 8)), (skip("b"), skip("a"))):
            picture = plot_difference(model, target)
            scale = min(1.0, 700 / picture.scene.width)
            sizes = [float(e.get("font-size")) for e in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]
            assert min(sizes) * scale >= 10

    def test_remarks_stay_on_the_card(self):
        from course_utils.graphs.draw.diagram import Box
        from course_utils.graphs.draw.model import finish
        from course_utils.graphs.draw.scene import text_width

        remarks = ["word " * 60, "x" * 300]
        picture = finish(Diagram([Box("a", "layer", "Dense")], remarks=remarks), "t", "d")
        for element in ElementTree.fromstring(picture.svg).iter(f"{SVG}text"):
            if element.get("font-size") == "13":
                end = float(element.get("x")) + text_width("".join(element.itertext()), 13)
                assert end <= picture.scene.width - 10
                assert float(element.get("y")) < picture.scene.height

    def test_hostile_names_are_escaped(self):
        import keras

        x = keras.Input((3,), name="x")
        name = "<img src=x onerror=alert(1)>" + "y" * 400
        model = keras.Model(x, keras.layers.Dense(3, name=name)(x))
        picture = plot_difference(model, keras.Model(x, keras.layers.Dense(4)(x)))
        ElementTree.fromstring(picture.svg)
        assert "<img" not in picture.svg
        assert max(map(len, texts(picture.svg))) < 130

    def test_same_picture_twice(self):
        model, target = skip("b"), skip("a")
        assert plot_difference(model, target).svg == plot_difference(model, target).svg

    def test_saving(self, tmp_path):
        for ending, start in (("png", b"\x89PNG"), ("svg", b"<svg"), ("pdf", b"%PDF")):
            plot_difference(skip("b"), skip("a"), to_file=tmp_path / f"d.{ending}")
            assert (tmp_path / f"d.{ending}").read_bytes().startswith(start)
        with pytest.raises(ValueError, match="must end in one of"):
            plot_difference(skip("b"), skip("a"), to_file="d.doc")

    def test_difference_shows_itself(self):
        from IPython.core.formatters import DisplayFormatter

        difference = compare_models(skip("b"), skip("a"))
        data, _ = DisplayFormatter().format(difference)
        assert data["text/html"] == draw_difference(difference)._repr_mimebundle_()["text/html"]
        assert data["text/plain"] == str(difference)

    def test_rules_are_passed_on(self):
        assert "nothing to change" in plot_difference(chain(8, name="p"), chain(8, name="q")).text
        assert "1 change" in plot_difference(chain(8, name="p"), chain(8, name="q"), without=["input names"]).text
        with pytest.raises(ValueError, match="no such rule"):
            plot_difference(chain(8), chain(8), without=["no such rule"])

    @pytest.mark.parametrize("thing", [None, ..., 3, "model"])
    def test_no_model_is_one_sentence(self, thing):
        with pytest.raises(UnreadableModel):
            plot_difference(thing, chain(8))
        with pytest.raises(ValueError, match="rankdir must be"):
            plot_difference(chain(8), chain(8), rankdir="XY")


def small_models():
    """Models of different forms, each with one or two inputs."""
    import keras

    yield chain(4, 4)
    yield chain(4, 4, 4, dropout=True)
    yield skip("a")
    yield heads("age", "income")
    yield heads("gender")
    yield siamese()
    yield nested()
    yield questions()
    x = keras.Input((5, 3), name="x")
    steps, h, c = keras.layers.LSTM(4, return_sequences=True, return_state=True)(x)
    yield keras.Model(x, [keras.layers.LSTM(4)(steps, initial_state=[h, c]), h])
    y = keras.Input((3,))
    yield keras.Model(y, [y, keras.layers.Concatenate()([y, y]) * 2.0])


def test_any_two_models_can_be_drawn():
    """Even where nothing fits: each edit has its number in the list, and the picture is XML."""
    models = list(small_models())
    for model in models:
        for target in models:
            difference = compare_models(model, target)
            picture = draw_difference(difference)
            ElementTree.fromstring(picture.svg)
            assert difference.same == ("nothing to change" in picture.text)
            written = texts(picture.svg)
            for number in range(1, len(difference.edits) + 1):
                assert str(number) in written
