"""What authors run: lessons built from their sources, figures drawn from code, and the commands for both."""

import re
import subprocess
import sys

import matplotlib.pyplot as plt
import nbformat
import pytest

from course_utils.__main__ import main
from course_utils.lessons import source
from course_utils.lessons.editions import FOLDERS
from course_utils.lessons.source import parse
from course_utils.workshop import build as building
from course_utils.workshop import figures
from course_utils.workshop.audit import table

HEADER = """# ---
# title: Tiny
# description: A lesson that runs in a moment.
# minutes: 5
# examples: []
# goals:
#   - build a lesson
# ---
"""


BUILD = """
import sys
from pathlib import Path
from course_utils.__main__ import main
from course_utils.lessons import source
from course_utils.workshop import build

where, folder = build.target, Path(sys.argv[1])
source.SOURCES = folder / "solutions"
build.target = lambda lesson, edition: where(lesson, edition, folder)
sys.exit(main(["build", "30"]))
"""


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Builds one lesson from the code of its cells, in a folder and a process of its own."""
    path = tmp_path / "solutions" / "30_tiny.py"
    path.parent.mkdir()
    monkeypatch.setattr(source, "SOURCES", path.parent)

    def build(*codes):
        path.write_text(HEADER + "".join(f"\n# %%\n{code}\n" for code in codes), encoding="utf-8")
        run = [sys.executable, "-c", BUILD, str(tmp_path)]
        return subprocess.run(run, cwd=source.ROOT, capture_output=True, text=True, check=False)

    return build


def outputs(notebook):
    return [(cell.execution_count, cell.outputs[0].text) for cell in notebook.cells if cell.cell_type == "code"]


class TestBuild:
    def test_both_editions_are_run_and_keep_their_outputs_while_the_code_stays(self, build, tmp_path):
        cells = "x = 1\nprint(x)", "print(x + 1, end='\\r')\nprint(x + 2)"
        assert "outputs kept" not in build(*cells).stdout
        paths = [building.target(parse(path), edition, tmp_path) for path in source.sources() for edition in FOLDERS]
        once = [path.read_bytes() for path in paths]
        assert [outputs(nbformat.reads(text, as_version=4)) for text in once] == [[(1, "1\n"), (2, "3\n")]] * 2
        assert build(*cells).stdout.count("same code, outputs kept") == 2
        assert [path.read_bytes() for path in paths] == once

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("1 / 0", r"notebooks/30_tiny.ipynb: a cell raised\n(?s:.*)ZeroDivisionError"),
            ("import sys; print('oh', file=sys.stderr)", r"cell 2 \(.import sys.*\) wrote to stderr: oh"),
        ],
        ids=["an error", "a word on stderr"],
    )
    def test_a_cell_that_no_lesson_may_have_stops_it(self, build, code, words):
        done = build(code)
        assert done.returncode == 1
        assert re.search(words, done.stderr)

    def test_what_does_not_fit_its_source_is_told_with_what_mends_it(self, build, tmp_path):
        mend = "run `python -m course_utils build 30`"
        assert build("print(1)").returncode == 0
        assert building.stale(["30"], tmp_path) == []
        (tmp_path / "notebooks" / "30_tiny.ipynb").unlink()
        path = tmp_path / "solutions" / "30_tiny.ipynb"
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[1].execution_count = 3
        nbformat.write(notebook, path)
        assert building.stale(["30"], tmp_path) == [
            f"notebooks/30_tiny.ipynb is missing: {mend}",
            f"solutions/30_tiny.ipynb was not executed from top to bottom: {mend}",
        ]
        notebook.cells[1].source = "print(2)"
        nbformat.write(notebook, path)
        told = f"solutions/30_tiny.ipynb does not fit solutions/30_tiny.py: {mend}"
        assert building.stale(["30"], tmp_path)[1] == told

    def test_nor_may_a_notebook_be_without_a_source(self, build, tmp_path):
        assert build("print(1)").returncode == 0
        nbformat.write(nbformat.v4.new_notebook(), tmp_path / "notebooks" / "31_lost.ipynb")
        (tmp_path / "README.md").write_text("<!-- lessons -->\n<!-- /lessons -->\n", encoding="utf-8")
        assert building.stale(root=tmp_path) == [
            "notebooks/31_lost.ipynb has no source in solutions/: delete it",
            "README.md: the table of lessons is not that of the headers: run `make lessons`",
        ]


def curve():
    figure, axes = plt.subplots()
    axes.set_title("a curve")
    return figure


def another():
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    return figure


class TestFigures:
    def test_every_figure_is_what_its_function_draws(self):
        assert figures.stale() == []

    def test_what_is_not_is_told_and_drawn_anew(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setattr(figures, "FOLDER", tmp_path / "figures")
        monkeypatch.setattr(figures, "every", lambda: iter({"30_curve": curve, "30_other": curve}.items()))
        assert main(["figures"]) == 0
        assert main(["figures", "--check"]) == 0
        assert "Every figure is what its function draws." in capsys.readouterr().out
        monkeypatch.setattr(figures, "every", lambda: iter({"30_curve": another, "30_third": curve}.items()))
        assert main(["figures", "--check"]) == 1
        assert capsys.readouterr().out.splitlines() == [
            "figures/30_curve.svg is not what its function draws: run `make figures`",
            "figures/30_third.svg is missing: run `make figures`",
            "figures/30_other.svg is drawn by nothing: run `make figures`",
        ]
        main(["figures"])
        assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == ["30_curve.svg", "30_third.svg"]


class TestCommands:
    def test_a_built_lesson_fits_its_source(self, capsys):
        assert main(["build", "--check", "0"]) == 0
        assert capsys.readouterr().out == "Every built file fits its source.\n"

    def test_lessons_are_built_by_number(self, monkeypatch):
        asked = []
        monkeypatch.setattr(building, "build", lambda numbers, **options: asked.append((numbers, options)))
        assert main(["build", "01", "2", "--execute", "--jobs", "1"]) == 0
        assert asked == [(["01", "2"], {"execute": True, "jobs": 1})]

    def test_the_audit_says_by_its_exit_code_what_it_found(self, monkeypatch):
        monkeypatch.setattr(table, "main", lambda: 3)
        assert main(["audit"]) == 3

    def test_the_doctor_is_asked_by_name(self, capsys):
        assert main(["doctor"]) == 0
        assert "Everything the course needs is here." in capsys.readouterr().out
