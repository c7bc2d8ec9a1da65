"""What every lesson keeps to, cell by cell: predictions, folded cells, the width of code, lists that are meant."""

import re

import pytest

from course_utils.lessons.editions import derive
from course_utils.lessons.source import parse, sources

LESSONS = [parse(path) for path in sources()]
EDITIONS = [(lesson, edition) for lesson in LESSONS for edition in ("learner", "solved")]
PROMPT = "> **Predict.**"
WIDTH = 88


def ids(item):
    return item if isinstance(item, str) else item.path.stem


def folds(cell, what):
    return bool(cell.metadata.get("jupyter", {}).get(what))


def prose(cell):
    return cell.source if cell.cell_type == "markdown" else ""


every_edition = pytest.mark.parametrize(("lesson", "edition"), EDITIONS, ids=ids)


@every_edition
def test_each_prediction_is_typed_in_and_met_by_a_folded_output(lesson, edition):
    cells = derive(lesson, edition).cells
    asked = [at for at, cell in enumerate(cells) if PROMPT in prose(cell)]
    for at in asked:
        assert prose(cells[at]).count(PROMPT) == 1, "one question at a time"
        answer = cells[at + 1]
        assert folds(answer, "outputs_hidden"), prose(cells[at])
        assert answer.source.startswith("prediction = ..."), "the learner types it in the first line"
        assert "predicted(prediction, " in answer.source
    typed = [cell for cell in cells if cell.cell_type == "code" and "prediction = ..." in cell.source]
    assert len(typed) == len(asked)


@every_edition
def test_each_folded_output_has_a_question(lesson, edition):
    is_asked = False
    for cell in derive(lesson, edition).cells:
        for line in prose(cell).splitlines():
            is_asked = PROMPT in line or (is_asked and not re.match("##? ", line))
        if folds(cell, "outputs_hidden"):
            assert is_asked, f"no prediction is asked for in this section:\n{cell.source}"


def test_most_lessons_ask():
    assert sum(lesson.path.read_text(encoding="utf-8").count(PROMPT) for lesson in LESSONS) >= 45


@every_edition
def test_code_that_only_draws_is_folded_and_says_what_it_draws(lesson, edition):
    for cell in derive(lesson, edition).cells:
        if cell.cell_type == "code" and "plt.subplots(" in cell.source:
            assert folds(cell, "source_hidden"), cell.source
        if folds(cell, "source_hidden"):
            assert re.match(r"# (Plot|Helper|Two helpers)\b", cell.source), "JupyterLab shows the first line"


@every_edition
def test_code_fits_its_cell(lesson, edition):
    for cell in derive(lesson, edition).cells:
        if cell.cell_type == "code":
            assert [line for line in cell.source.splitlines() if len(line) > WIDTH] == []


def stray_items(text):
    """Lines that Markdown takes for the start of a list although they go on with a sentence."""
    lines = re.sub(r"(?s)```.*?```", "", text).splitlines()
    item = re.compile(r"\s*(\d+[.)]|[-+*]) ")
    in_list = False
    stray = []
    for before, line in zip(["", *lines], lines, strict=False):
        if not before.strip():
            in_list = False
        if item.match(line):
            if before.strip() and not in_list:
                stray.append(line)
            in_list = True
    return stray


def test_stray_items_are_found():
    assert stray_items("Sizes around\n1. Ours are not.") == ["1. Ours are not."]
    assert stray_items("Two:\n\n1. one\n2. two\n   more\n- three\n\nText.") == []


@every_edition
def test_no_sentence_turns_into_a_list(lesson, edition):
    for cell in derive(lesson, edition).cells:
        assert stray_items(prose(cell)) == []


@every_edition
def test_what_is_folded_in_prose_opens_and_closes(lesson, edition):
    for cell in derive(lesson, edition).cells:
        parts = re.split(r"(?m)^<details><summary>After the run</summary>\n\n|\n\n</details>$", prose(cell))
        assert len(parts) % 2 == 1
        assert not any("details>" in part for part in parts)
        for folded in parts[1::2]:
            assert not re.search(r"(?m)^#+ |" + re.escape(PROMPT), folded), "headings and questions stay in sight"
