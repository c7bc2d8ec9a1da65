"""The built files: fresh, executed in order, with alt text, and without answers where blanks belong."""

import itertools
import re
from pathlib import Path

import nbformat
import pytest

from course_utils.lessons.build import problems, stale
from course_utils.lessons.source import ROOT, parse, sources

NOTEBOOKS = sorted([*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "solutions").glob("*.ipynb")])
LESSONS = [parse(path) for path in sources()]


def ids(item):
    return item.relative_to(ROOT).as_posix() if isinstance(item, Path) else item.path.stem


def read(path):
    return nbformat.read(path, as_version=4)


def test_there_are_two_notebooks_a_lesson():
    assert len(NOTEBOOKS) == 2 * len(LESSONS) > 0


def test_nothing_is_stale():
    assert stale() == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_cells_ran_once_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in read(path).cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_outputs_are_those_of_a_lesson(path):
    assert list(problems(read(path))) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_nothing_of_this_machine_is_stored(path):
    text = path.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert str(Path.home()) + "/" not in text
    assert not re.search(r"0x[0-9a-f]{8,}", text), "an object's address changes at every run"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_headings_nest(path):
    levels = []
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            outside_code = re.sub(r"(?s)```.*?```", "", cell.source)
            levels += [len(marks) for marks in re.findall(r"(?m)^(#+) ", outside_code)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_links_between_files_lead_somewhere(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            for link in re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", cell.source):
                assert (path.parent / link).exists(), link


@pytest.mark.parametrize("lesson", LESSONS, ids=ids)
def test_no_answer_leaks_into_the_learners_edition(lesson):
    notebook = read(ROOT / "notebooks" / lesson.name)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert lesson.regions, "every lesson has exercises"
    for region in lesson.regions:
        code = lesson.answer(region).strip()
        assert not any(code in cell.source for cell in cells), f"the answer to {region.exercise} stands in a cell"
        stored = "\n".join(str(cell.get("outputs", "")) for cell in cells)
        assert code not in stored, f"the answer to {region.exercise} stands in an output"


@pytest.mark.parametrize("lesson", LESSONS, ids=ids)
def test_verdicts_are_those_of_the_edition(lesson):
    for folder, status in (("notebooks", "not attempted"), ("solutions", "passed")):
        verdicts = {}
        for cell in read(ROOT / folder / lesson.name).cells:
            if match := re.match(r'exercise\("([\d.]+)"\)\.check', cell.source):
                verdicts[match[1]] = "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
        assert list(verdicts) == [region.exercise for region in lesson.regions]
        for exercise, text in verdicts.items():
            assert text.splitlines()[0].endswith(f": {status}"), f"{exercise}: {text}"


def test_learners_blanks_stand_in_the_notebook():
    for lesson in LESSONS:
        sources_ = "\n".join(cell.source for cell in read(ROOT / "notebooks" / lesson.name).cells)
        for region in lesson.regions:
            assert re.search(rf"(?m)^{region.name} = .*\.\.\.", sources_), region.exercise
