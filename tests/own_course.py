"""A course of somebody's own, `tests/elsewhere/`, copied to a folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output

from course_utils import course
from course_utils.course import ROOT, Course, course_of
from course_utils.lessons.editions import derive
from course_utils.lessons.source import parse, sources
from course_utils.workshop import build as building
from course_utils.workshop import readme, stamps

EXAMPLE = Path(__file__).with_name("elsewhere")
LESSON = (EXAMPLE / "lessons" / "30_tiny.py").read_text(encoding="utf-8")
DECLARED = (EXAMPLE / "lessons" / "exercises" / "lesson_30.py").read_text(encoding="utf-8")


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A course of one lesson, in a folder of its own; this process works in it."""
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    where = course_of(tmp_path / "lessons")
    assert where == Course(tmp_path, "lessons")
    monkeypatch.setattr(course, "here", lambda: where)
    return where


def change(own, name, *pairs):
    """Replace in a file of the course; every text that is to be replaced must be there."""
    path = own.root / name
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def run(own, *command):
    """The course's command, in a process that works in the folder of the course."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "course_utils", *command]
    return subprocess.run(line, cwd=own.root, env=environment, capture_output=True, text=True, check=False)


def store(own, changed=lambda notebook: None):
    """Both editions as a build would leave them, without running them: their check says what it should."""
    lesson = parse(own.sources / "30_tiny.py")
    for edition, status in (("learner", "not attempted"), ("solved", "passed")):
        notebook = derive(lesson, edition)
        notebook.metadata[stamps.KEY] = stamps.made_from(lesson)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for count, cell in enumerate(code, 1):
            cell.execution_count = count
            if ".check(" in cell.source and not cell.source.startswith("#"):
                text = f"? Exercise 30.1, Twice: {status}"
                cell.outputs = [new_output("execute_result", {"text/plain": text}, execution_count=count)]
        changed(notebook)
        path = building.target(lesson, edition)
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)
    readme.write([parse(path) for path in sources()])
