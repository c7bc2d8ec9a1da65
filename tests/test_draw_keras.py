"""Keras's own `plot_model`, on machines with and without Graphviz."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import course_utils  # noqa: F401  (quietens TensorFlow)
from course_utils.graphviz import render, route_pydot

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
    needed = {k: os.environ[k] for k in ("SYSTEMROOT", "TMPDIR", "TEMP") if k in os.environ}
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
