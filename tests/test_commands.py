"""What a shell sees: imports, the course's commands, the Makefile's."""

import runpy
import subprocess
import sys
import warnings

import pytest
import traitlets.config

from course_utils.__main__ import main
from course_utils.course import ROOT
from course_utils.widgets.view import before_saving
from course_utils.workshop import doctor

pytestmark = pytest.mark.slow


def python(code, **environment):
    import os

    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )
    return run.returncode, run.stdout, run.stderr


def test_import_loads_neither_keras_nor_tensorflow():
    heavy = {"keras", "tensorflow", "matplotlib", "numpy", "ipywidgets"}
    code = f"import sys, course_utils; print(sorted({heavy} & set(sys.modules)))"
    assert python(code) == (0, "[]\n", "")


def test_importing_keras_after_the_course_is_silent():
    assert python("import course_utils, keras; keras.ops.ones(1)") == (0, "", "")


def test_every_public_name_is_there():
    assert python("from course_utils import *; print(exercise('0.1').id, data.waves.__name__)")[0] == 0


def test_unknown_names_are_refused():
    assert "no attribute 'nonsense'" in python("import course_utils; course_utils.nonsense")[2]
    assert "it has activity, clothing" in python("from course_utils import data; data.nonsense")[2]


def test_the_jupyter_server_stores_what_stands_for_widgets():
    server = traitlets.config.Config()
    with warnings.catch_warnings():
        runpy.run_path(str(ROOT / "course_utils" / "jupyter_config.py"), {"get_config": lambda: server})
    assert server.ContentsManager.pre_save_hook is before_saving


def test_doctor_finds_everything(capsys):
    assert doctor.main() == 0
    out = capsys.readouterr().out
    assert "Everything the course needs is here." in out
    assert "Graphviz draws" in out


def test_doctor_names_what_is_missing(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGES", ("keras", "a-package-that-is-not-there"))
    assert doctor.main() == 1
    assert "NO  a-package-that-is-not-there is not installed" in capsys.readouterr().out


def test_doctor_says_why_something_does_not_work(capsys, monkeypatch):
    def failing():
        raise RuntimeError("no dot\nand more")

    monkeypatch.setattr(doctor, "_draws", failing)
    assert doctor.main() == 1
    assert "NO  Graphviz draws: RuntimeError: no dot\n" in capsys.readouterr().out


def test_build_of_an_unknown_lesson_names_those_there_are(capsys):
    assert main(["build", "77"]) == 1
    assert "There is no lesson 77; there are 00, 01" in capsys.readouterr().err


def test_requirements_are_exact_and_install_the_course():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.lstrip().startswith("#")]
    assert pins[0] == "-e ."
    assert all("==" in pin for pin in pins[1:])
    assert not any("://" in line for line in lines), "no address of a registry"
    cpu = [pin for pin in pins if pin.startswith("tensorflow-cpu==")]
    assert cpu, "the small wheel on Linux x86-64"
    assert "linux" in cpu[0]


def test_requirements_cover_the_ranges_of_pyproject():
    if sys.version_info < (3, 11):
        pytest.skip("tomllib is there from Python 3.11")
    import re

    import tomllib

    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    pins = (ROOT / "requirements.txt").read_text()
    for requirement in wanted:
        name = re.match(r"[\w-]+", requirement)[0]
        assert re.search(rf"(?m)^{name}==", pins), f"{name} is not pinned: run `make requirements`"
