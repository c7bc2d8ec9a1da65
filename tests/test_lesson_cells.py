"""What every lesson keeps to, cell by cell: predictions, folded cells, the width of code, lists that are meant."""

import ast
import builtins
import re
import symtable
from typing import NamedTuple

import pytest

from course_utils.cells import assigned
from course_utils.exercises import every
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
            assert re.match(r"# (Plot|Helpers?): .{,57}$", cell.source, re.MULTILINE), (
                "JupyterLab shows the first line, and does not break it"
            )


@every_edition
def test_plots_have_as_many_epochs_as_were_trained(lesson, edition):
    """Training may be interrupted; a plot that counts on all epochs stops with an error then."""
    for cell in derive(lesson, edition).cells:
        if folds(cell, "source_hidden"):
            counted = re.findall(r"(?:\b(?:plot|semilogy)\(\s*|\bepochs = )range\(1, ([^\n]*)", cell.source)
            assert all(end.startswith("len(") for end in counted), cell.source


@every_edition
def test_pictures_between_cells_open_large(lesson, edition):
    cells = derive(lesson, edition).cells
    pictures = [link for cell in cells for link in re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", prose(cell))]
    opening = [link for cell in cells for link in re.findall(r"\[!\[[^\]]*\]\([^)\s]+\)\]\(([^)\s]+)\)", prose(cell))]
    assert opening == pictures
    assert len(pictures) == lesson.path.read_text(encoding="utf-8").count("![")


@every_edition
def test_code_fits_its_cell(lesson, edition):
    for cell in derive(lesson, edition).cells:
        if cell.cell_type == "code":
            assert [line for line in cell.source.splitlines() if len(line) > WIDTH] == []


@every_edition
def test_one_cell_brings_what_checks_need_and_says_what_to_do_without_it(lesson, edition):
    cells = [cell.source for cell in derive(lesson, edition).cells if cell.cell_type == "code"]
    at = next(at for at, cell in enumerate(cells) if "exercise" in assigned(cell))
    first, others = cells[at], cells[:at] + cells[at + 1 :]
    assert "keras" in assigned(first)
    assert not any("exercise(" in cell for cell in cells[:at])
    assert re.search(r"(?m)^# ModuleNotFoundError\? .*\nfrom course_utils import ", first)
    assert not any("# ModuleNotFoundError?" in other for other in others)
    checks = [other for other in others if re.match(r'exercise\("[\d.]+"\)\.check', other)]
    assert len(checks) == len(lesson.regions)
    assert all(check.endswith("# NameError? Run the cell with the imports.") for check in checks)


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


@every_edition
def test_what_follows_a_fold_stands_apart_from_it(lesson, edition):
    for cell in derive(lesson, edition).cells:
        assert not re.search(r"</details>\s*\S", prose(cell))


class Step(NamedTuple):
    """A lesson's cell, or an answer in one."""

    code: str
    beside: str = ""
    """What stands beside an answer in its cell."""
    exercise: str = ""

    @property
    def gives(self):
        return assigned(self.code)

    @property
    def needs(self):
        """Names that are read here and given elsewhere."""
        return reads(symtable.symtable(self.code, "<cell>", "exec")) - self.gives - set(dir(builtins))


def reads(table):
    is_top = table.get_type() == "module"
    own = {one.get_name() for one in table.get_symbols() if one.is_referenced() and (is_top or one.is_global())}
    return own.union(*map(reads, table.get_children()))


def steps_of(lesson):
    steps = []
    for cell in (cell for cell in lesson.cells if not cell.is_prose):
        regions = [region for region in lesson.regions if cell.start <= region.start < cell.end]
        marked = {at for region in regions for at in range(region.start, region.end + 1)}
        own = "\n".join(lesson.lines[at] for at in range(cell.start + 1, cell.end) if at not in marked)
        steps.append(Step(own))
        steps += [Step(lesson.answer(region), own, region.exercise) for region in regions]
    return steps


def spoiled(steps):
    """What an answer needs and does not find after all was run, and after other answers."""
    for step in (step for step in steps if step.exercise):
        continues = every()[step.exercise].continues
        for name in sorted(step.needs - assigned(step.beside)):
            givers = [at for at, other in enumerate(steps) if name in other.gives]
            if continues:
                givers = [at for at in givers if steps[at].exercise not in (continues, step.exercise)]
            if any(at > steps.index(step) or steps[at].exercise for at in givers) or not (givers or continues):
                yield step.exercise, name


def unguarded(steps):
    """What a lesson's cell takes from an answer as if it were there."""
    for at, step in enumerate(steps):
        guarded = {
            ast.unparse(node.args[0])
            for node in ast.walk(ast.parse(step.code))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "use"
        }
        for name in step.needs - guarded if not step.exercise else ():
            givers = [other for other in steps[:at] if name in other.gives]
            if givers and givers[-1].exercise:
                yield givers[-1].exercise, name


def by_lesson(test):
    return pytest.mark.parametrize("lesson", LESSONS, ids=ids)(test)


@by_lesson
def test_what_an_answer_uses_is_there_whatever_ran_before_or_after(lesson):
    assert list(spoiled(steps_of(lesson))) == []


@by_lesson
def test_lesson_cells_go_on_without_the_learners_answers(lesson):
    assert list(unguarded(steps_of(lesson))) == []


def test_what_spoils_an_answer_is_found():
    answer = Step("model = make(numbers)", "", "12.2")
    given = Step("numbers = 1\ndef make(n): return n")
    assert list(spoiled([given, answer])) == []
    assert list(spoiled([Step("def make(n): return n"), answer])) == [("12.2", "numbers")]
    assert list(spoiled([given, answer, Step("for numbers in (1, 2): pass")])) == [("12.2", "numbers")]
    assert list(spoiled([given, answer, Step("numbers = 2", "", "12.4")])) == [("12.2", "numbers")]
    assert list(spoiled([given, answer, Step("def f():\n    numbers = 2")])) == []
    assert list(unguarded([given, answer, Step("print(model)")])) == [("12.2", "model")]
    assert list(unguarded([given, answer, Step("exercise('12.2').use(model, print)")])) == []
    assert list(unguarded([given, answer, Step("model = 3\nprint(model)")])) == []


def test_each_case_of_the_clinic_keeps_its_broken_model_and_what_it_was_given():
    lesson = next(lesson for lesson in LESSONS if lesson.number == "12")
    given = []
    for case in re.split(r"(?m)^# ## Case ", "\n".join(lesson.lines))[1:]:
        own = re.sub(r"(?ms)^# @answer.*?^# @end$", "", case)
        given += sorted(set(re.findall(r"(?m)^(broken\w*|losses|numbers|yes|inputs) = ", own)))
    assert len(given) == len(set(given)) > 8
