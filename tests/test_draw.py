"""Pictures of models: what they show, what they say, and that they are the same everywhere."""

import base64
import inspect
import itertools
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

import course_utils  # noqa: F401  (quietens TensorFlow)
from course_utils.graphs.draw.diagram import Box, Diagram, Link
from course_utils.graphs.draw.layout import Frame, Size, Wire, lay_out
from course_utils.graphs.draw.model import Shown, diagram_of, draw_graph, finish, plot_model
from course_utils.graphs.draw.picture import ENDINGS
from course_utils.graphs.draw.scene import Group, Shape, Text, text_width, wrap
from course_utils.graphs.graph import Call, Graph, Tensor
from course_utils.graphs.reading.errors import UnreadableModel
from course_utils.graphs.reading.read import read
from course_utils.graphs.words.labels import brief, edge_list
from course_utils.graphs.words.names import local_names
from course_utils.markup import clean, shorten
from tests.graph_models import random_model
from tests.pictures import SVG, line, nested, questions, siamese, texts

pytestmark = pytest.mark.usefixtures("undrawn")


class TestPicture:
    def test_is_called_by_the_name_it_was_given_only(self):
        import keras

        x = keras.Input((2,))
        for name, title in (("first", "Model first"), (None, "Model")):
            assert f">{title}</title>" in plot_model(keras.Model(x, keras.layers.Dense(1)(x), name=name)).svg

    def test_without_parameters_says_none_in_words_either(self):
        assert "parameters" in plot_model(questions()).text
        picture = plot_model(questions(), show_parameters=False)
        assert "parameters" not in picture.text + picture.svg

    def test_is_accessible_xml_that_stands_alone(self):
        picture = plot_model(questions())
        root = ElementTree.fromstring(picture.svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        title, text = root.get("aria-labelledby").split()
        found = {e.get("id"): e.text for e in root if e.get("id")}
        assert found[title] == "Model"
        assert found[text] == picture.text
        assert "max-width:100%" in root.get("style")
        assert "http" not in picture.svg.replace("http://www.w3.org/2000/svg", "")

    def test_shows_class_settings_name_shape_and_weights(self):
        written = texts(plot_model(questions()).svg)
        assert "Embedding\u200210000, 64" in written
        assert "Dense\u2002500, softmax" in written
        assert "answer" in written
        assert "(None, 500) · 24,500 params" in written
        assert "output\u2002answer" in written
        assert written.count("Input") == 2

    def test_has_every_edge(self):
        graph = read(questions())
        diagram, keys = diagram_of(graph, Shown())
        wanted = {(keys[(t.node,)], keys[(i,)]) for i, n in enumerate(graph.nodes) for t in n.inputs}
        wanted |= {(keys[(t.node,)], f"out{i}") for i, t in enumerate(graph.outputs)}
        assert {(k.source, k.target) for k in diagram.links} == wanted
        # each line ends in an arrow: a filled triangle beside it
        root = ElementTree.fromstring(finish(diagram, "t", "d").svg)
        arrows = [p for p in root.iter(f"{SVG}path") if p.get("d").endswith("Z") and p.get("fill") == "#5b6876"]
        assert len(arrows) == len(wanted)

    def test_two_edges_between_the_same_boxes_are_two_lines(self):
        import keras

        x = keras.Input((3,))
        model = keras.Model(x, keras.layers.Concatenate()([x, x]))
        diagram, _ = diagram_of(read(model), Shown())
        assert [k.port for k in diagram.links] == ["1", "2", ""]
        written = texts(plot_model(model).svg)
        assert "1" in written
        assert "2" in written

    def test_argument_numbers_only_where_order_matters(self):
        import keras

        x, y = keras.Input((3,)), keras.Input((3,))
        for layer, ports in ((keras.layers.Add(), ["", ""]), (keras.layers.Subtract(), ["1", "2"])):
            diagram, _ = diagram_of(read(keras.Model([x, y], layer([x, y]))), Shown())
            assert [k.port for k in diagram.links][:2] == ports

    def test_several_outputs_and_named_arguments_are_said(self):
        import keras

        x = keras.Input((5, 3))
        steps, h, c = keras.layers.LSTM(4, return_sequences=True, return_state=True)(x)
        z = keras.layers.MultiHeadAttention(2, 4)(steps, value=x)
        w = keras.layers.LSTM(4)(z if z.shape[-1] == 4 else steps, initial_state=[h, c])
        picture = plot_model(keras.Model(x, w))
        assert "as value" in texts(picture.svg)
        assert "output 2" in texts(picture.svg)
        assert "value=input_layer" in picture.text

    def test_shared_layer_is_marked_and_tied(self):
        picture = plot_model(siamese())
        written = texts(picture.svg)
        assert written.count("shared A") == 2
        assert "encoder" in written
        assert "encoder (call 2)" in written
        assert "same weights as call 1" in picture.text
        diagram, _ = diagram_of(read(siamese()), Shown())
        assert sum(k.kind == "share" for k in diagram.links) == 1

    def test_layers_not_shared_are_not_marked(self):
        assert "shared" not in plot_model(questions()).svg

    def test_nested_model_is_a_box_or_its_content(self):
        closed, opened = plot_model(nested()), plot_model(nested(), expand_nested=True)
        assert "Conv2D" not in closed.svg
        assert texts(closed.svg).count("Sequential") == 2
        assert texts(opened.svg).count("Conv2D\u200216, 3×3") == 2
        assert texts(opened.svg).count("Sequential trunk") == 2
        # the model is shared, so its layers need no label of their own
        assert texts(opened.svg).count("shared A") == 2
        assert "shared B" not in opened.svg
        assert "    conv2d: Conv2D(16, 3×3)" in opened.text

    def test_expanded_nested_models_are_wired_to_what_is_inside(self):
        graph = read(nested())
        diagram, keys = diagram_of(graph, Shown(nested=True))
        trunk = next(i for i, n in enumerate(graph.nodes) if n.kind == "Sequential")
        inside = graph.nodes[trunk].inner
        subtract = next(i for i, n in enumerate(graph.nodes) if n.kind == "Subtract")
        pairs = {(k.source, k.target) for k in diagram.links}
        assert (keys[(0,)], keys[(trunk, inside.inputs[0].node)]) in pairs
        assert (keys[(trunk, inside.outputs[0].node)], keys[(subtract,)]) in pairs

    def test_options(self):
        model = questions()
        model.layers[2].trainable = False
        bare = plot_model(model, show_shapes=False, show_layer_names=False, show_parameters=False)
        assert "None" not in "".join(texts(bare.svg))
        assert "answer" not in texts(bare.svg)
        assert "params" not in bare.svg
        linear = plot_model(model, show_layer_activations=False)
        assert not any("softmax" in t for t in texts(linear.svg))
        full = plot_model(model, show_dtype=True, show_trainable=True)
        assert any("int32" in t for t in texts(full.svg))
        assert any("frozen" in t for t in texts(full.svg))
        assert any("trainable" in t for t in texts(full.svg))
        assert "int32" in full.text

    def test_left_to_right_is_wider_than_high(self):
        def size(picture):
            return picture.scene.width, picture.scene.height

        wide, high = size(plot_model(questions(), rankdir="LR")), size(plot_model(questions()))
        assert wide[0] > wide[1]
        assert wide[0] > high[0]
        assert wide[1] < high[1]

    def test_takes_the_arguments_of_keras_in_their_places(self):
        import keras

        theirs = [p for p in inspect.signature(keras.utils.plot_model).parameters.values() if p.kind != p.VAR_KEYWORD]
        ours = list(inspect.signature(plot_model).parameters.values())
        assert [p.name for p in ours][: len(theirs)] == [p.name for p in theirs]
        values = {"to_file": None, "rankdir": "BT", "dpi": 50, "splines": "ortho"}
        plot_model(siamese(), **{p.name: values.get(p.name, True) for p in theirs[1:]})

    @pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
    def test_reads_in_the_direction_asked_for(self, rankdir):
        picture = draw_graph(line(4), rankdir=rankdir)
        places = [(t.x, t.y) for t in _shapes(picture.scene.shapes, Text) if t.text in ("Input", "Dense", "output")]
        along = [y if rankdir in ("TB", "BT") else x for x, y in places]
        assert along == sorted(along, reverse=rankdir in ("BT", "RL"))
        assert len({round(place) for place in along}) == 5
        assert f"rankdir={rankdir}" in picture.dot

    def test_lines_run_as_asked_for(self):
        def bends(splines):
            graph = read(siamese())
            lines = _shapes(draw_graph(graph, splines=splines).scene.shapes, Shape)
            return [
                abs(a[0] - b[0]) > 0.1 and abs(a[1] - b[1]) > 0.1
                for s in lines
                if s.curved
                for a, b in pairwise(s.points)
            ]

        assert not any(bends("ortho")[:-4])  # the tie between the two calls apart
        assert any(bends("spline"))
        pictures = [draw_graph(read(siamese()), splines=splines).svg for splines in ("spline", "line", "ortho")]
        assert len(set(pictures)) == 3

    @pytest.mark.parametrize("splines", ["bent", "", None, True])
    def test_unknown_kind_of_line(self, splines):
        with pytest.raises(ValueError, match=r"^splines must be one of 'spline', .*, 'ortho'; got "):
            plot_model(siamese(), splines=splines)

    def test_what_every_layer_is_given_is_not_shown(self):
        import keras

        class Own(keras.layers.Layer):
            def call(self, x):
                return x * 2

        x = keras.Input((3,))
        assert "own: Own reads" in plot_model(keras.Model(x, Own(name="own")(x))).text

    def test_branches_that_lead_nowhere_are_left_out(self):
        import keras

        x = keras.Input((3,))
        keras.layers.Dense(7, name="nowhere")(x)
        picture = plot_model(keras.Model(x, keras.layers.Dense(2)(x)))
        assert "nowhere" not in picture.svg + picture.text + picture.dot

    def test_bundle(self):
        picture = plot_model(siamese())
        assert set(picture._repr_mimebundle_()) == {"text/html", "text/plain"}
        assert picture._repr_mimebundle_(include={"text/plain"}) == {"text/plain": picture.text}
        assert "text/plain" not in picture._repr_mimebundle_(exclude={"text/plain"})
        assert str(picture) == repr(picture) == picture.text

    def test_notebook_shows_it(self):
        from IPython.core.formatters import DisplayFormatter

        picture = plot_model(siamese())
        data, _ = DisplayFormatter().format(picture)
        image = ElementTree.fromstring(re.search(r"<img [^>]*>", data["text/html"])[0].replace('">', '"/>'))
        assert image.get("alt").split() == picture.text.split()
        assert base64.b64decode(image.get("src").partition("base64,")[2]).decode() == picture.svg
        assert data["text/plain"].startswith("4 calls")

    def test_boxes_do_not_overlap_and_lie_on_the_card(self):
        diagram, _ = diagram_of(read(questions()), Shown())
        picture = finish(diagram, "t", "d")
        root = ElementTree.fromstring(picture.svg)
        rects = [[float(r.get(k)) for k in ("x", "y", "width", "height")] for r in root.iter(f"{SVG}rect")]
        card, boxes = rects[0], [r for r in rects[1:] if r[3] > 30]
        assert len(boxes) == 7  # two inputs and five layers; the merge and the output are paths
        for x, y, w, h in boxes:
            assert card[0] <= x
            assert card[1] <= y
            assert x + w <= card[0] + card[2]
            assert y + h <= card[1] + card[3]
        for (x1, y1, w1, h1), (x2, y2, w2, h2) in itertools.combinations(boxes, 2):
            assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1


def _shapes(shapes, kind):
    flat = []
    for shape in shapes:
        flat += _shapes(shape.shapes, kind) if isinstance(shape, Group) else [shape] if isinstance(shape, kind) else []
    return flat


class TestWeights:
    """What is said of a layer's weights is read of the layer, not of its name, and counted once."""

    @staticmethod
    def net(name, trainable=True):
        import keras

        x = keras.Input((4,))
        model = keras.Model(x, keras.layers.Dense(2, name="end")(keras.layers.Dense(3, name="hidden")(x)), name=name)
        model.trainable = trainable
        return model

    @staticmethod
    def said(picture):
        """Name of each box, and what it says of training."""
        found = {}
        for group in ElementTree.fromstring(picture.svg).iter(f"{SVG}g"):
            title = group.find(f"{SVG}title")
            if title is not None and ": " in title.text:
                words = " ".join("".join(t.itertext()) for t in group.iter(f"{SVG}text"))
                word = re.search("partly frozen|frozen|trainable", words)
                found.setdefault(title.text.split(":")[0], []).append(word and word[0])
        return found

    def test_layers_of_one_name_train_each_for_itself(self):
        import keras

        x = keras.Input((4,), name="x")
        first, second = self.net("first"), self.net("second", trainable=False)
        hidden = keras.layers.Dense(2, name="hidden")(second(x))
        model = keras.Model(x, keras.layers.Concatenate()([first(x), hidden]))
        assert self.said(plot_model(model, show_trainable=True, expand_nested=True))["hidden"] == [
            "trainable", "frozen", "trainable",
        ]  # fmt: skip
        closed = plot_model(model, show_trainable=True)
        said = self.said(closed)
        assert (said["first"], said["second"], said["x"]) == (["trainable"], ["frozen"], [None])
        assert "second: Functional reads x → (None, 2), frozen" in closed.text
        assert "frozen" not in plot_model(model).text

    def test_a_model_may_train_in_part(self):
        import keras

        half = self.net("half")
        half.get_layer("end").trainable = False
        x = keras.Input((4,))
        model = keras.Model(x, keras.layers.BatchNormalization(name="norm")(half(x)))
        said = self.said(plot_model(model, show_trainable=True))
        assert (said["half"], said["norm"]) == (["partly frozen"], ["trainable"])
        half.trainable = False
        half.get_layer("hidden").trainable = True  # trains, says `model.trainable_weights`
        said = self.said(plot_model(model, show_trainable=True, expand_nested=True))
        assert (said["hidden"], said["end"]) == (["trainable"], ["frozen"])

    @pytest.mark.parametrize("nested", [False, True])
    def test_shared_ones_are_counted_once(self, nested):
        import keras

        a, b = keras.Input((4,)), keras.Input((4,))
        inner = self.net("inner")
        x = keras.Input((4,))
        outer = keras.Model(x, keras.layers.Dense(4)(inner(x)), name="outer")
        model = keras.Model([a, b], [outer(a), outer(b), inner(a), inner.get_layer("hidden")(b)])
        picture = plot_model(model, expand_nested=nested)
        total = model.count_params()
        assert f", {total:,} parameters" in picture.text
        assert sum(int(n.replace(",", "")) for n in re.findall(r"([\d,]+) params", picture.svg)) == total

    def test_a_layer_that_is_wrapped_too_is_counted_once(self):
        import keras

        dense, steps, x = keras.layers.Dense(4), keras.Input((5, 4)), keras.Input((4,))
        model = keras.Model([steps, x], [keras.layers.TimeDistributed(dense)(steps), dense(x)])
        assert f"2 calls, {model.count_params()} parameters" in plot_model(model).text

    @pytest.mark.parametrize("seed", range(5))
    def test_any_model(self, seed):
        model = random_model(seed, 15)
        assert f" {model.count_params():,} parameters" in plot_model(model).text


class TestText:
    def test_edge_list(self):
        assert plot_model(questions()).text.splitlines() == [
            "6 calls, 1,000,052 parameters",
            "text: Input → (None, None)",
            "question: Input → (None, None)",
            "embedding: Embedding(10000, 64) reads text → (None, None, 64)",
            "lstm: LSTM(32) reads embedding → (None, 32)",
            "embedding_1: Embedding(10000, 32) reads question → (None, None, 32)",
            "lstm_1: LSTM(16) reads embedding_1 → (None, 16)",
            "concatenate: Concatenate(axis=-1) reads lstm, lstm_1 → (None, 48)",
            "answer: Dense(500, softmax) reads concatenate → (None, 500)",
            "inputs: text, question",
            "outputs: answer",
        ]

    def test_does_not_depend_on_what_was_built_before(self):
        first = plot_model(questions())
        second = plot_model(questions())  # Keras counts on: lstm_2, embedding_3
        assert first.text == second.text
        assert first.svg != second.svg  # the picture shows the names that model.summary() shows

    def test_given_names_stay(self):
        graph = line(4, lambda i: ["", "dense_7", "mine_3", "dense"][i])
        assert list(local_names(graph).values()) == ["x", "dense", "mine_3", "dense_1"]

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda L: L.Dense(3), ["3"]),
            (lambda L: L.Dense(3, "relu", use_bias=False), ["3", "relu", "use_bias=False"]),
            (lambda L: L.Conv1D(8, 5, activation="relu"), ["8", "5", "relu"]),
            (lambda L: L.Conv1D(8, 5, strides=2, padding="same"), ["8", "5", "strides=2", "padding=same"]),
            (lambda L: L.MaxPooling1D(5), ["5"]),
            (lambda L: L.MaxPooling1D(5, strides=2), ["5", "strides=2"]),
            (lambda L: L.LSTM(4), ["4"]),
            (lambda L: L.LSTM(4, activation="relu", return_sequences=True), ["4", "relu", "return_sequences"]),
            (lambda L: L.Bidirectional(L.GRU(3)), ["GRU(3)"]),
            (lambda L: L.TimeDistributed(L.Dense(3, "relu")), ["Dense(3, relu)"]),
            (lambda L: L.Dropout(0.5), ["0.5"]),
            (lambda L: L.BatchNormalization(), []),
            (lambda L: L.LayerNormalization(), []),
            (lambda L: L.Activation("relu"), ["relu"]),
            (lambda L: L.Flatten(), []),
            (lambda L: L.Reshape((8, 10)), ["(8, 10)"]),
            (lambda L: L.Lambda(lambda t: t), []),
        ],
    )
    def test_settings_in_short(self, make, words):
        import keras

        x = keras.Input((20, 4))
        model = keras.Model(x, make(keras.layers)(x))
        assert brief(read(model).nodes[1]) == words

    def test_function_of_ones_own_has_no_fingerprint(self):
        import keras

        x = keras.Input((3,))
        model = keras.Model(x, keras.layers.Dense(2, activation=lambda t: t * 2)(x))
        assert "Dense(2, function)" in plot_model(model).text

    def test_own_layer_shows_its_settings(self):
        import keras

        class Scale(keras.layers.Layer):
            def __init__(self, factor, **kwargs):
                super().__init__(**kwargs)
                self.factor = factor

            def call(self, x):
                return x * self.factor

            def get_config(self):
                return {**super().get_config(), "factor": self.factor}

        x = keras.Input((3,))
        assert "Scale(factor=3)" in plot_model(keras.Model(x, Scale(3)(x))).text


class TestHostileNames:
    NAME = '<script>alert("1")</script>&\x07\u202e' + "x" * 500

    def test_escaped_shortened_and_without_control_characters(self):
        import keras

        x = keras.Input((3,), name="<b>&\x00\x1b]")
        model = keras.Model(x, keras.layers.Dense(2, name=self.NAME.replace("/", ""))(x))
        picture = plot_model(model)
        ElementTree.fromstring(picture.svg)
        assert "<script" not in picture.svg
        assert "&lt;script" in picture.svg
        assert not any(c in picture.svg + picture.text for c in "\x00\x07\x1b\u202e")
        assert max(map(len, texts(picture.svg))) < 60
        assert "…" in picture.text
        assert max(map(len, picture.text.splitlines())) < 200

    @pytest.mark.parametrize("ending", ["svg", "png", "pdf", "dot", "txt"])
    def test_can_be_saved(self, tmp_path, ending):
        graph = line(3, lambda i: self.NAME + str(i) + "한국어$x^2$\\n")
        draw_graph(graph).save(tmp_path / f"m.{ending}")
        assert (tmp_path / f"m.{ending}").stat().st_size > 100

    def test_dot_file_is_read_by_graphviz(self):
        from course_utils.graphviz import render

        graph = line(3, lambda i: '"]; quit [label="\\' + str(i))
        assert render(draw_graph(graph).dot, "png").startswith(b"\x89PNG")


class TestSaving:
    @pytest.mark.parametrize(
        ("ending", "start"),
        [
            ("svg", b"<svg"), ("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-"), ("dot", b"digraph"),
            ("txt", b"6 calls"),            ("jpg", b"\xff\xd8\xff"), ("gif", b"GIF8"),
            ("eps", b"%!PS-Adobe-3.0 EPSF"), ("ps", b"%!PS"),
            ("bmp", b"BM"), ("webp", b"RIFF"), ("tiff", b"II*"), ("svgz", b"\x1f\x8b"), ("xdot1.2", b"digraph"),
            ("plain-ext", b"graph"),
        ],
    )  # fmt: skip
    def test_formats(self, tmp_path, ending, start):
        path = tmp_path / f"model.{ending.upper()}"
        picture = plot_model(questions(), to_file=path)
        assert path.read_bytes().startswith(start)
        assert picture.text.startswith("6 calls")

    @pytest.mark.parametrize("ending", ENDINGS)
    def test_whatever_graphviz_writes(self, tmp_path, monkeypatch, ending):
        monkeypatch.chdir(tmp_path)
        draw_graph(line(2)).save(f"m.{ending}", dpi=50)
        assert [path.name for path in tmp_path.iterdir()] == [f"m.{ending}"]
        if "map" not in ending:  # image maps: there is nothing to click on
            assert (tmp_path / f"m.{ending}").stat().st_size > 50

    def test_png_follows_dpi(self, tmp_path):
        def width(dpi):
            draw_graph(line(3)).save(tmp_path / "m.png", dpi)
            return int.from_bytes((tmp_path / "m.png").read_bytes()[16:20], "big")

        assert width(192) == pytest.approx(2 * width(96), abs=2)

    def test_unknown_ending(self, tmp_path):
        with pytest.raises(ValueError, match=r"must end in one of \.svg, \.png, .* or of another format"):
            plot_model(questions(), to_file=tmp_path / "model.docx")
        with pytest.raises(ValueError, match="must end in one of"):
            plot_model(questions(), to_file="model")

    def test_missing_folder(self, tmp_path):
        with pytest.raises(
            FileNotFoundError, match=r"^Cannot write '.*': there is no folder '.*nowhere'; make it first"
        ):
            plot_model(questions(), to_file=tmp_path / "nowhere" / "model.svg")

    def test_folder_in_place_of_file(self, tmp_path):
        (tmp_path / "model.png").mkdir()
        with pytest.raises(OSError, match=r"^Cannot write '.*': it is a folder; add a file name\.$"):
            plot_model(questions(), to_file=tmp_path / "model.png")

    @pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs a file that nobody can write, root included")
    def test_unwritable_file(self, tmp_path):
        (tmp_path / "model.svg").symlink_to("/proc/version")
        with pytest.raises(OSError, match=r"^Cannot write '.*model.svg': .*\.$"):
            plot_model(questions(), to_file=tmp_path / "model.svg")

    def test_nothing_is_lost_when_drawing_fails(self, tmp_path):
        path = tmp_path / "model.png"
        path.write_bytes(b"precious")
        with pytest.raises(ValueError, match="dpi must be a number"):
            plot_model(questions(), to_file=path, dpi=-1)
        assert path.read_bytes() == b"precious"

    @pytest.mark.parametrize("rankdir", ["tb", "down", None])
    def test_unknown_direction(self, rankdir):
        with pytest.raises(ValueError, match=r'rankdir must be "TB" .* or "RL"'):
            plot_model(questions(), rankdir=rankdir)


class TestNoModel:
    def test_one_sentence_each(self):
        import keras

        class Own(keras.Model):
            def call(self, x):
                return x

        for thing in (None, ..., 3, "model", keras.Model, keras.layers.Dense(2), Own(), keras.Sequential()):
            with pytest.raises(UnreadableModel) as caught:
                plot_model(thing)
            assert isinstance(caught.value, ValueError)
            assert "\n" not in str(caught.value)
            assert str(caught.value).endswith(".")

    def test_unbuilt_sequential_says_what_to_add(self):
        import keras

        with pytest.raises(UnreadableModel, match="Input"):
            plot_model(keras.Sequential([keras.layers.Dense(2)]))


class TestSameEverywhere:
    def test_twice_in_one_process(self):
        model = questions()
        assert plot_model(model) == plot_model(model)
        assert plot_model(model).svg == plot_model(model).svg

    def test_ids_differ_between_pictures(self):
        ids = []
        for picture in (plot_model(siamese()), plot_model(nested())):
            ids += [e.get("id") for e in ElementTree.fromstring(picture.svg).iter() if e.get("id")]
        assert len(set(ids)) == len(ids) == 4

    def test_in_a_fresh_process_without_fonts(self, tmp_path):
        """Same bytes and an empty stderr where there is no font, no font configuration, no home."""
        program = (
            "import sys, json; sys.path.insert(0, sys.argv[1]); from tests.pictures import line;"
            "from course_utils.graphs.draw import draw_graph; p = draw_graph(line(5)); p.save('m.png');"
            "print(json.dumps([p.svg, p.text]))"
        )
        answers = []
        for seed in ("1", "2"):
            environment = {"FONTCONFIG_PATH": str(tmp_path), "HOME": "/nonexistent", "PYTHONHASHSEED": seed}
            environment |= {"MPLCONFIGDIR": str(tmp_path)} | {k: v for k, v in os.environ.items() if k == "SYSTEMROOT"}
            done = subprocess.run(
                [sys.executable, "-W", "error", "-c", program, str(Path(__file__).parents[1])],
                env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120, encoding="utf-8",
            )  # fmt: skip
            assert done.stderr == ""
            assert done.returncode == 0
            answers.append(done.stdout)
        assert answers[0] == answers[1]
        here = draw_graph(line(5))
        import json

        assert json.loads(answers[0]) == [here.svg, here.text]


class TestLarge:
    def test_graph_of_many_cells(self):
        """As many calls as NASNetMobile has, wired as its cells are: each reads the two before."""
        nodes = [Call("Input", "image", (), {}, 0, shapes=((None, 8),), family="input")]

        def add(kind, *reads):
            name = f"{kind}_{len(nodes)}"
            nodes.append(Call(kind, name, tuple(map(Tensor, reads)), {}, len(nodes), shapes=((None, 8),)))
            return len(nodes) - 1

        before = here = 0
        while len(nodes) < 760:
            blocks = []
            for _ in range(5):
                ends = []
                for end in (before, here):
                    for kind in ("SeparableConv2D", "BatchNormalization", "Activation", "SeparableConv2D"):
                        end = add(kind, end)
                    ends.append(end)
                blocks.append(add("Add", *ends))
            before, here = here, add("Concatenate", *blocks)
        graph = Graph("cells", tuple(nodes), (Tensor(0),), (Tensor(here),), ("image",), (nodes[here].name,))
        picture = draw_graph(graph)
        root = ElementTree.fromstring(picture.svg)
        titles = [e.text for e in root.iter(f"{SVG}title")]
        assert sum(" → " in t for t in titles) == len(nodes)
        assert len(picture.text.splitlines()) == len(nodes) + 3


@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
def test_inputs_stand_in_their_order_wherever_they_stand_in_one_layer(rankdir):
    import keras

    for seed in range(12):
        order = np.random.default_rng(seed).permutation(4)
        x = [keras.Input((2,), name=f"x{k}") for k in range(4)]
        look = keras.layers.Dense(2)
        seen = [look(x[k]) if k % 2 else x[k] for k in order]
        joined = keras.layers.Concatenate()(seen)
        model = keras.Model(x, keras.layers.Add()([keras.layers.Dense(2)(joined), seen[1]]))
        root = ElementTree.fromstring(plot_model(model, rankdir=rankdir).svg)
        places = {e.text: (float(e.get("x")), float(e.get("y"))) for e in root.iter(f"{SVG}text")}
        along, across = (0, 1) if rankdir in ("TB", "BT") else (1, 0)
        layers: dict[float, list[float]] = {}
        for k in range(4):
            layers.setdefault(places[f"x{k}"][across], []).append(places[f"x{k}"][along])
        assert all(layer == sorted(layer) for layer in layers.values())
        assert max(map(len, layers.values())) > 1


class TestParts:
    def test_layout_is_what_was_asked(self):
        sizes = {"a": Size(60, 30), "b": Size(90, 40), "c": Size(50, 30)}
        wires = [Wire("a", "b"), Wire("a", "c", label=Size(80, 20)), Wire("b", "c", ranked=False)]
        layout = lay_out(sizes, wires, [Frame(["b"], [], Size(50, 16))])
        assert set(layout.boxes) == {"a", "b", "c"}
        assert layout.boxes["a"][1] < layout.boxes["b"][1]
        assert layout.routes[1].label is not None
        left, top, right, bottom = layout.frames[0]
        x, y = layout.boxes["b"]
        assert left <= x - 45 < x + 45 <= right
        assert top + 16 <= y - 20 < y + 20 <= bottom
        # a wire begins and ends at its boxes
        start, tip = layout.routes[0].points[0], layout.routes[0].tip
        assert abs(start[1] - (layout.boxes["a"][1] + 15)) < 2
        assert abs(tip[1] - (layout.boxes["b"][1] - 20)) < 2

    def test_label_is_as_wide_as_its_text(self):
        import matplotlib
        from matplotlib.ft2font import FT2Font

        folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
        for file, bold in (("DejaVuSans.ttf", False), ("DejaVuSans-Bold.ttf", True)):
            font = FT2Font(str(folder / file))
            font.set_size(100, 72)
            for text in ("Concatenate axis=-1", "(None, 28, 28, 1)", "W~{}@%"):
                widths = sum(font.load_char(ord(c)).linearHoriAdvance / 65536 for c in text)
                assert text_width(text, 100, bold=bold) == pytest.approx(widths, rel=0.02)

    def test_wrap_keeps_every_character(self):
        text = "a " + "b" * 100 + " c d e f"
        lines = wrap(text, 100, 12)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(text_width(line, 12) <= 100 for line in lines)

    def test_shorten(self):
        assert shorten("abc", 3) == "abc"
        assert len(shorten("abcdefghij" * 9, 20)) == 20
        assert shorten("abcdefghij" * 9, 20).endswith("j")
        assert clean("a\nb\x00c\ud800") == "a bc"

    def test_edge_list_of_several_outputs(self):
        lstm = Call("LSTM", "lstm_4", (Tensor(0),), {"units": 2}, 1, shapes=((None, 2), (None, 2)))
        nodes = (Call("Input", "input_layer_3", (), {}, 0, shapes=((None, 1, 1),), family="input"), lstm)
        graph = Graph("m", nodes, (Tensor(0),), (Tensor(1, 1), Tensor(1)), ("input_layer_3",), ("state", "lstm_4"))
        assert edge_list(graph).splitlines()[-2:] == [
            "inputs: input_layer",
            "outputs: state (from lstm (output 2)), lstm (output 1)",
        ]

    def test_every_mark_is_drawn_with_a_sign_and_words(self):
        boxes = [
            Box("a", "layer", "Dense", "16", mark="wrong", notes=["units 16 → 32"], numbers=[1]),
            Box("b", "layer", "Dense", "16", mark="extra", numbers=[2]),
            Box("c", "layer", "Dropout", "0.5", mark="missing", numbers=[3]),
        ]
        links = [Link("a", "b", kind="wrong", text="should come from x", numbers=[4]), Link("a", "c", kind="missing")]
        links.append(Link("b", "c", kind="unshare", text="should be one layer", numbers=[5]))
        written = texts(finish(Diagram(boxes, links, remarks=["one", "two", "three"]), "t", "d").svg)
        for sign in ("≠", "−", "+", "units 16 → 32", "should come from x", "should be one layer", *"12345"):
            assert sign in written


class Scaled(layers.Layer):
    def call(self, x, scale=1.0, shift=0.5):
        return x * scale + shift

    def compute_output_shape(self, shape):
        return shape


def test_what_a_call_is_given_is_drawn_and_written():
    x = keras.Input((5, 8), name="x")
    inner = keras.Sequential([keras.Input((5, 8)), layers.Dropout(0.5)], name="inner")
    calls = {
        "use_causal_mask": lambda: layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True),
        "training=False": lambda: inner(x, training=False),
        "scale=2": lambda: Scaled()(x, scale=2.0),
        "shift=0": lambda: Scaled()(x, shift=0.0),
    }
    for said, call in calls.items():
        picture = plot_model(keras.Model(x, call()))
        assert said in picture.svg
        assert said in str(picture)


def test_an_accent_of_its_own_takes_no_room():
    assert text_width("e\u0301", 12) == text_width("e", 12)
