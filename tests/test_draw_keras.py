"""Keras's own `plot_model`, on machines with and without Graphviz."""

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import course_utils  # first: it quietens TensorFlow
from course_utils import graphviz
from course_utils.graphviz import FORMATS, quoted, render, route_pydot, writing
from course_utils.keras_plot import _spelled, mend_keras_plot
from tests.pictures import texts

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("undrawn")]

PROGRAM = """
import course_utils
from course_utils.graphviz import route_pydot
{first}
import keras
{second}
x = keras.Input((4,), name="x")
model = keras.Model(x, keras.layers.Dense(2)(x))
image = keras.utils.plot_model(model, show_shapes=True)
print(type(image).__name__)
"""


def run(program, folder, **environment):
    needed = {k: os.environ[k] for k in ("SYSTEMROOT", "TMPDIR", "TEMP", "PYTHONPATH") if k in os.environ}
    needed |= {"MPLCONFIGDIR": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", program],
        env=needed | environment, cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@pytest.fixture
def fake_dot(tmp_path):
    """A `dot` on PATH that fails, so that a call of it is seen."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "dot").write_text("#!/bin/sh\ntouch called\nexit 3\n")
    (folder / "dot").chmod(0o755)
    return folder


@pytest.mark.parametrize("when", ["before keras", "after keras"])
def test_without_dot_and_without_fonts(tmp_path, when):
    empty = tmp_path / "empty"
    empty.mkdir()
    call = "route_pydot(); route_pydot()"
    program = PROGRAM.format(first=call if when == "before keras" else "", second=call)
    done = run(program, tmp_path, PATH=str(empty), FONTCONFIG_PATH=str(empty), HOME="/nonexistent")
    assert done.stderr == ""
    assert done.stdout.split() == ["Image"]
    assert (tmp_path / "model.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for dot is a shell script")
def test_with_dot_the_picture_is_the_same(tmp_path, fake_dot):
    done = run(PROGRAM.format(first="route_pydot()", second=""), tmp_path, PATH=str(fake_dot), HOME=str(tmp_path))
    assert done.stderr == ""
    assert (tmp_path / "model.png").read_bytes().startswith(b"\x89PNG")
    assert not (tmp_path / "called").exists()


def test_importing_costs_nothing():
    program = (
        "import sys, course_utils; from course_utils.graphviz import route_pydot; route_pydot();"
        "print([m for m in ('pydot', 'pygraphviz', 'keras', 'tensorflow', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


class TestKerasPlotModel:
    """What Keras's own function stops at."""

    NAMES = (
        "a:b", "a<b", "<b>", "a&b", "&amp;", 'a"b', "a\\b", "\\N", "{x|y}", "[a]", "a;b", "naïve 한국 𝔘", "graph", "1a",
        "-", "a\nb", "a\x07b", " ", "",
    )  # fmt: skip

    @staticmethod
    def model(name):
        import keras

        x, y = keras.Input((3,), name="1" + name), keras.Input((3,))
        inner = keras.Model(y, keras.layers.Dense(2, activation=lambda t: t, name="2" + name)(y), name="3" + name)
        return keras.Model(x, keras.layers.Dense(2, name="4" + name)(inner(x)), name=name)

    @pytest.mark.parametrize("name", NAMES)
    def test_names_are_written_as_they_are(self, tmp_path, name):
        import keras

        for nested in (True, False):
            keras.utils.plot_model(
                self.model(name), tmp_path / "m.svg", show_shapes=True, show_layer_names=True, show_trainable=True,
                show_layer_activations=True, expand_nested=nested,
            )  # fmt: skip
            written = texts((tmp_path / "m.svg").read_text(encoding="utf-8"))
            shown = "".join(c if c.isprintable() else " " for c in name)
            assert {f"{i}{shown}".strip() for i in (1, 3, 4)} <= {text.strip() for text in written}
            assert (f"2{shown}".strip() in {text.strip() for text in written}) is nested
            assert ("<lambda>" in written) is nested

    @given(text=st.text(max_size=12))
    @settings(max_examples=40)
    def test_any_name_can_be_drawn(self, text):
        printable = "".join(c if c.isprintable() else " " for c in text)
        record, box = f"a [shape=record label=<<b>{_spelled(text)}</b>>]", f"b [shape=box label={quoted(printable)}]"
        written = [" ".join(t.split()) for t in texts(render(f"digraph {{{record} {box}}}", "svg").decode())]
        assert set(written) <= {" ".join(printable.split())}
        if printable.strip():
            assert len(written) == 2

    def test_names_of_inputs_and_outputs_in_a_dict(self, tmp_path):
        import keras

        x, y = ({name: keras.Input((3,), name=name) for name in ("a<b", "c")} for _ in range(2))
        inner = keras.Model(x, {"<o>": keras.layers.Add()(list(x.values()))})
        keras.utils.plot_model(keras.Model(y, inner(y)), tmp_path / "m.svg", show_shapes=True)
        written = texts((tmp_path / "m.svg").read_text(encoding="utf-8"))
        assert any(text.startswith("a<b: ") for text in written)
        assert any(text.startswith("<o>: ") for text in written)

    def test_two_models_of_one_name_are_two_clusters(self, tmp_path):
        import keras

        def net():
            x = keras.Input((3,))
            return keras.Model(x, keras.layers.Dense(3)(x), name="net")

        x = keras.Input((3,))
        first, second = net(), net()
        outer = keras.Model(x, second(keras.Model(x, first(x), name="outer")(x)))
        keras.utils.plot_model(outer, tmp_path / "m.svg", expand_nested=True)
        assert (tmp_path / "m.svg").read_text().count('class="cluster"') == 3

    def test_svg_is_written_and_shown(self, tmp_path):
        import keras

        for name in ("m.svg", "M.SVG"):
            shown = keras.utils.plot_model(self.model("m"), str(tmp_path / name))
            bundle = shown._repr_mimebundle_()
            assert 'alt="Graph of the model m" src="data:image/svg+xml;base64,' in bundle["text/html"]
            assert (tmp_path / name).read_bytes().startswith(b"<?xml")

    @pytest.mark.parametrize("format", [f for f in FORMATS if "." not in f])  # Keras looks behind the last point
    def test_every_format_is_written(self, tmp_path, format):
        import keras

        keras.utils.plot_model(self.model("m"), tmp_path / f"m.{format}")
        assert "map" in format or (tmp_path / f"m.{format}").stat().st_size > 50

    def test_what_ipython_can_show_is_left_to_it(self, tmp_path):
        import keras
        from IPython.display import Image

        for format in ("png", "jpg", "gif"):
            assert isinstance(keras.utils.plot_model(self.model("m"), tmp_path / f"m.{format}"), Image)

    def test_its_png_is_shown_with_alt_text(self, tmp_path):
        import keras

        image = keras.utils.plot_model(self.model("m"), tmp_path / "m.png")
        bundle = course_utils.show(image, alt="As Keras\ndraws it.")._repr_mimebundle_()
        assert 'alt="As Keras draws it." src="data:image/png;base64,' in bundle["text/html"]
        assert bundle["text/plain"] == "As Keras draws it."
        with pytest.raises(ValueError, match="this one is gif"):
            course_utils.show(keras.utils.plot_model(self.model("m"), tmp_path / "m.gif"), alt="As Keras draws it.")

    def test_other_errors_stay(self, tmp_path):
        import keras

        with pytest.raises(ValueError, match="Graphviz cannot write the format 'xyz'"):
            keras.utils.plot_model(self.model("m"), tmp_path / "m.xyz")
        with pytest.raises(ValueError, match="not yet been built"):
            keras.utils.plot_model(keras.Sequential([keras.layers.Dense(2)]), tmp_path / "m.svg")

    def test_is_mended_wherever_keras_has_it(self, monkeypatch):
        import keras
        from keras.src.utils import model_visualization as module

        assert keras.utils.plot_model is module.plot_model
        here, there = (ModuleType(name) for name in (module.__name__, "keras.elsewhere"))
        vars(here).update(vars(module))
        here.plot_model = there.plot_model = module.plot_model.__wrapped__  # as when Keras is imported first
        for fake in (here, there):
            monkeypatch.setitem(sys.modules, fake.__name__, fake)
        mend_keras_plot()
        mended = here.plot_model
        assert mended is there.plot_model is not module.plot_model.__wrapped__
        mend_keras_plot()
        assert here.plot_model is mended


class TestPydot:
    @pytest.fixture
    def graph(self):
        route_pydot()
        import pydot

        graph = pydot.Dot()
        graph.add_edge(pydot.Edge("a", "b"))
        return graph

    @pytest.mark.parametrize(
        ("format", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"), ("dot", b"digraph")]
    )
    def test_formats(self, graph, tmp_path, format, start):
        assert graph.create(format=format).startswith(start)
        graph.write(tmp_path / "g", format=format)
        assert (tmp_path / "g").read_bytes().startswith(start)

    def test_raw(self, graph, tmp_path):
        graph.write(tmp_path / "g.dot")
        assert "a -> b" in (tmp_path / "g.dot").read_text()

    def test_other_layouts_and_arguments(self, graph):
        assert graph.create(prog="neato", format="png") != graph.create(prog="dot", format="png")
        assert graph.create(prog=["dot", "-Grankdir=LR"], format="svg") != graph.create(format="svg")

    def test_check_of_keras_passes(self):
        route_pydot()
        from keras.src.utils.model_visualization import check_graphviz

        assert check_graphviz()

    def test_program_of_ones_own_is_still_started(self, graph):
        with pytest.raises(OSError, match="not found in path"):
            graph.create(prog="/nowhere/my-dot", format="png")

    def test_unknown_format_is_one_sentence(self, graph, tmp_path):
        with pytest.raises(ValueError, match=r"^Graphviz cannot write the format 'bmp3'; use one of png, .*\.$"):
            graph.write(tmp_path / "g.bmp3", format="bmp3")
        assert not (tmp_path / "g.bmp3").exists()

    def test_unwritable_files_are_one_sentence(self, graph, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"^Cannot write '.*': there is no folder '.*nowhere'; make it"):
            graph.write(str(tmp_path / "nowhere" / "g.png"), format="png")
        with pytest.raises(OSError, match=r"^Cannot write '.*': it is a folder; add a file name\.$"):
            graph.write(str(tmp_path), format="png")


class TestRender:
    @pytest.mark.skipif(sys.platform != "linux", reason="the wheels of other systems may have a format more")
    def test_formats_are_those_of_the_wheel(self):
        """Graphviz lists what it has when it is asked for what it has not."""
        program = (
            "import pygraphviz\ntry: pygraphviz.AGraph(string='digraph {a}').draw(format='none', prog='dot')\n"
            "except Exception: pass"
        )
        said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60).stderr
        listed = said.partition("Use one of: ")[2].split()
        assert len(listed) > 20, said
        assert set(FORMATS) == set(listed) - {"gd", "gd2", "vrml"}

    def test_unknown_layout_is_one_sentence(self):
        with pytest.raises(ValueError, match=r"^Graphviz has no layout 'dottie'; it has dot, neato.*\.$"):
            render("digraph {a}", "svg", "dottie")

    def test_an_error_of_another_file_stays_as_it_is(self, tmp_path):
        other = FileNotFoundError(2, "No such file", "other.txt")
        with pytest.raises(FileNotFoundError) as caught, writing(tmp_path / "mine.png"):
            raise other
        assert caught.value is other

    def test_without_an_error_stream(self, monkeypatch):
        """As under pythonw."""
        monkeypatch.setattr(sys, "stderr", None)
        assert b"<svg" in render("digraph {a}", "svg")

    def test_broken_source_is_one_sentence(self, capfd):
        with pytest.raises(ValueError, match=r"^Graphviz could not draw the graph: syntax error in line 1.*\.$"):
            render("digraph {a [", "png")
        assert capfd.readouterr() == ("", "")

    def test_warnings_of_c_code_stay_silent(self, capfd):
        render('digraph {a [shape=no_such_shape fontname="no such font"]; a -> a [color=no_such_color]}', "png")
        assert capfd.readouterr() == ("", "")

    def test_stderr_works_afterwards(self, capfd):
        render("digraph {a}", "png")
        os.write(2, b"still here")
        print("and here", file=sys.stderr)
        assert capfd.readouterr().err == "still hereand here\n"

    def test_environment_is_left_as_it_was(self, monkeypatch):
        monkeypatch.setenv("FONTCONFIG_FILE", "mine")
        render("digraph {a}", "png")
        assert os.environ["FONTCONFIG_FILE"] == "mine"
        monkeypatch.delenv("FONTCONFIG_FILE")
        render("digraph {a}", "png")
        assert "FONTCONFIG_FILE" not in os.environ

    def test_text_is_drawn_where_the_machine_has_no_font(self, tmp_path):
        """A label makes a picture wider and blacker only if some font was found for it."""
        (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
        program = (
            "import sys; from course_utils.graphviz import render;"
            "sys.stdout.buffer.write(render('digraph {a [shape=plain label=\"some text\"]}', 'pdf'))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "HOME": "/nonexistent"}, cwd=Path.cwd(),
            capture_output=True, timeout=60,
        )  # fmt: skip
        assert done.stderr == b""
        assert b"DejaVu" in done.stdout

    def test_threads(self):
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(4) as pool:
            pictures = list(pool.map(lambda _: render("digraph {a -> b}", "svg"), range(16)))
        assert len(set(pictures)) == 1


def test_a_module_that_is_not_installed_is_not_found_as_ever(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    sys.meta_path.insert(0, finder := graphviz._WhenImported("no_such_module", lambda module: None))
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        importlib.import_module("no_such_module")
    assert finder not in sys.meta_path


def test_the_environment_is_what_it_was(monkeypatch):
    monkeypatch.setenv("FONTCONFIG_FILE", "mine")
    monkeypatch.delenv("COURSE_NOTHING", raising=False)
    with graphviz._environment(FONTCONFIG_FILE="other", COURSE_NOTHING="here"):
        assert (os.environ["FONTCONFIG_FILE"], os.environ["COURSE_NOTHING"]) == ("other", "here")
    assert os.environ["FONTCONFIG_FILE"] == "mine"
    assert "COURSE_NOTHING" not in os.environ


@pytest.mark.parametrize(
    ("platform", "folder"),
    [("linux", "/usr/share/fonts"), ("darwin", "/System/Library/Fonts"), ("win32", "WINDOWSFONTDIR")],
)
def test_without_a_configuration_fonts_are_looked_for_where_the_system_has_them(
    monkeypatch, tmp_path, platform, folder
):
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "none.conf"))
    monkeypatch.setattr(sys, "platform", platform)
    assert f"<dir>{folder}</dir>" in graphviz._font_configuration()
