"""The built files: fresh, executed in order, with alt text, and without answers where blanks belong."""

import itertools
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output

from course_utils.course import ROOT
from course_utils.exercises.keeping import FILE
from course_utils.lessons.source import parse, sources
from course_utils.workshop.build import joined, stale

NOTEBOOKS = sorted([*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "solutions").glob("*.ipynb")])
LESSONS = [parse(path) for path in sources()]


def ids(item):
    return item.relative_to(ROOT).as_posix() if isinstance(item, Path) else item.path.stem


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_what_stands_for_a_widget_is_stored_and_no_view_or_state_of_one(path):
    notebook = read(path)
    assert "widgets" not in notebook.metadata
    text = path.read_text(encoding="utf-8")
    assert "application/vnd.jupyter.widget" not in text
    # What a widget shows is in its place, in HTML and in words.
    for cell in notebook.cells:
        if re.search(r"(?m)^(explore|fit_a_curve|loss_weights|merges|my_progress)\(.*\)$", cell.source):
            assert {"text/html", "text/plain"} <= set(cell.outputs[-1].data)


def test_there_are_two_notebooks_a_lesson():
    assert len(NOTEBOOKS) == 2 * len(LESSONS) > 0


@pytest.mark.parametrize("lesson", LESSONS, ids=ids)
def test_a_lesson_is_as_its_source_says_and_has_no_fault(lesson):
    assert stale([lesson.number]) == []


def test_nothing_is_stale_and_the_course_has_no_fault():
    assert stale() == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_cells_ran_once_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in read(path).cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_streams_that_follow_each_other_are_one_and_keep_their_place():
    def said(text):
        return new_output("stream", name="stdout", text=text)

    drawn = new_output("display_data", {"text/plain": "drawn"})
    assert joined([said("a"), said("b\n"), drawn, said("c")]) == [said("ab\n"), drawn, said("c")]


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


def test_learners_blanks_stand_in_the_notebook():
    for lesson in LESSONS:
        sources_ = "\n".join(cell.source for cell in read(ROOT / "notebooks" / lesson.name).cells)
        for region in lesson.regions:
            assert re.search(rf"(?m)^{region.name} = .*\.\.\.", sources_), region.exercise


def cells_with_folded_outputs(notebook):
    return [cell for cell in notebook.cells if cell.metadata.get("jupyter", {}).get("outputs_hidden")]


def placeholder(cell):
    """What JupyterLab shows in place of a folded output: the first line of the first one."""
    first = cell.outputs[0]
    data = first.get("data", {"text/plain": first.get("text", "")})
    text = data.get("text/html", data.get("text/plain", ""))
    return next(line for line in text.splitlines() if line)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_a_folded_output_shows_nothing_of_the_answer(path):
    for cell in cells_with_folded_outputs(read(path)):
        answers = re.findall(r"(?m)^It is (.*)\.$", str(text_of(cell)))
        shown = placeholder(cell)
        assert not shown.startswith("<") or shown.startswith("<!--"), "JupyterLab shows it as it is written"
        if re.search(r" for \d+ epochs", shown):
            continue  # that it was trained is no answer
        assert not any(re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", shown) for answer in answers), shown


def text_of(cell):
    """All that a cell's outputs say, pictures by their alt text."""
    outputs = cell.get("outputs", ())
    return "\n".join(output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in outputs)


def in_sight(cell):
    """What of a cell is seen before anything was run, but for its code."""
    if cell.cell_type == "markdown":
        return re.sub(r"(?s)<details>.*?</details>", "", cell.source)
    return "" if cell.metadata.get("jupyter", {}).get("outputs_hidden") else text_of(cell)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_a_number_to_predict_is_nowhere_in_sight(path):
    """Neither in the picture above, nor in the words below, from one heading of a section to the next."""
    cells = read(path).cells
    for at, cell in enumerate(cells):
        if "predicted(prediction" not in cell.source:
            continue
        starts = [n for n, other in enumerate(cells) if re.search(r"(?m)^##? ", other.source) and n <= at]
        ends = [n for n, other in enumerate(cells) if re.match(r"#+ ", other.source) and n > at]
        around = "\n".join(in_sight(other) for other in cells[starts[-1] : (ends or [at + 2])[0]])
        for number in re.findall(r"(?m)^It is ([\d,]{3,})\.$", text_of(cell)):
            assert not re.search(rf"(?<![\d,]){number}(?![\d,])", around), number
            assert not re.search(rf"(?<![\d,]){number.replace(',', '')}(?![\d,])", around), number


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_each_training_of_a_cell_has_a_sentence_of_its_own(path):
    for cell in read(path).cells:
        sentences = re.findall(r"(?mi)^.*trained.* for \d+ epochs?.*$", text_of(cell))
        assert len(sentences) == len(set(sentences)), sentences


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_jupyterlab_finds_nothing_to_save_when_it_opens_a_lesson(path):
    """It adds what the kernel says of its language, and the older name for folded outputs, where they are missing."""
    notebook = read(path)
    assert {"codemirror_mode", "file_extension", "mimetype", "name", "version"} <= set(notebook.metadata.language_info)
    assert notebook.metadata.kernelspec == {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    for cell in notebook.cells:
        assert bool(cell.metadata.get("collapsed")) == bool(cell.metadata.get("jupyter", {}).get("outputs_hidden"))


def test_lessons_leave_no_files_beside_them():
    others = [path.name for path in (ROOT / "notebooks").iterdir() if path.is_file() and path.suffix != ".ipynb"]
    assert [name for name in others if not name.startswith(FILE)] == [], "but for the record of who works there"
