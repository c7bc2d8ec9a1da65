"""The source format: header, markers, and what each edition gets of them."""

import pytest

from course_utils.lessons.editions import derive
from course_utils.lessons.source import SourceError, find_answer, parse, sources

HEADER = """# ---
# title: A title
# description: What it is about.
# minutes: 30
# examples: [L1, L20]
# goals:
#   - do something
# ---
"""
CELL = """
# %%
before = 1
# @answer 1.1 model
model = 40 + 2
# @blank
# model = ...
# @end
after = 2
"""


def write(tmp_path, text, name="01_topic.py"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def code_of(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_editions_differ_in_blank_and_answer_only(tmp_path):
    lesson = parse(write(tmp_path, HEADER + CELL + "\n# %%\nlast = 3\n"))
    solved, learner = (code_of(derive(lesson, edition)) for edition in ("solved", "learner"))
    assert solved == ["before = 1\nmodel = 40 + 2\nafter = 2", 'exercise("1.1").check(model)', "last = 3"]
    assert learner == [
        "before = 1\nmodel = ...\nafter = 2",
        'exercise("1.1").check(model)',
        '# exercise("1.1").hint()\n# exercise("1.1").solution()',
        "last = 3",
    ]


def test_title_cell_comes_from_the_header(tmp_path):
    title = derive(parse(write(tmp_path, HEADER + CELL)), "learner").cells[0].source
    for part in ("# 01 · A title", "What it is about.", "- do something", "30 minutes", "L1, L20"):
        assert part in title


def test_cell_ids_survive_an_insertion(tmp_path):
    text = HEADER + CELL + "\n# %%\nlast = 3\n"
    more = HEADER + "\n# %%\nfirst = 0\n" + CELL + "\n# %%\nlast = 3\n"
    before = {cell.source: cell.id for cell in derive(parse(write(tmp_path, text)), "solved").cells}
    after = {cell.source: cell.id for cell in derive(parse(write(tmp_path, more)), "solved").cells}
    assert before.items() <= after.items()


def test_equal_cells_have_different_ids(tmp_path):
    cells = derive(parse(write(tmp_path, HEADER + "\n# %%\na = 1\n\n# %%\na = 1\n")), "solved").cells
    assert len({cell.id for cell in cells}) == len(cells)


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("# @end\nafter = 2\n", ""), 12, "never ended"),
        (("# @blank\n", ""), 15, "`# @end` without `# @blank`"),
        (("# @answer 1.1 model\n", ""), 13, "`# @blank` without an open"),
        (("# @answer 1.1 model", "# @anwser 1.1 model"), 12, "unknown marker"),
        (("# @answer 1.1 model", "# @answer 1.2 model"), 12, "where 1.1 comes next"),
        (("# @answer 1.1 model", "# @answer 2.1 model"), 12, "where 1.1 comes next"),
        (("# @end\n", "\n# %%\n# @end\n"), 12, "not ended before the next cell"),
        (("# model = ...", "model = 42"), 15, "lines of a blank are comments"),
        (("# @blank", "# @answer 1.2 other"), 14, "inside the answer that line 12 opens"),
    ],
)
def test_markers_that_do_not_balance_stop_at_their_line(tmp_path, change, line, words):
    text = HEADER + CELL
    assert change[0] in text
    with pytest.raises(SourceError, match=f"01_topic.py:{line}: .*{words}"):
        parse(write(tmp_path, text.replace(*change)))


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("minutes: 30", "minutes: soon"), 4, "`minutes` must be a whole number"),
        (("minutes: 30", "minutes: 1000"), 4, "`minutes` must be"),
        (("examples: [L1, L20]", "examples: [L1, L21]"), 5, "`examples` must be"),
        (("What it is about.", "x" * 101), 3, "`description` must be text of 1 to 100"),
        (("# minutes: 30\n", ""), 1, "exactly the fields"),
        (("# minutes: 30", "# minutes: 30\n# author: me"), 1, "exactly the fields"),
        (("# title: A title", "# title: [A"), 3, "not YAML"),
        (("# ---\n#", "#"), 1, "starts with a header"),
    ],
)
def test_a_header_that_does_not_fit_stops_at_its_line(tmp_path, change, line, words):
    text = HEADER + CELL
    assert change[0] in text
    with pytest.raises(SourceError, match=f"01_topic.py:{line}: .*{words}"):
        parse(write(tmp_path, text.replace(change[0], change[1], 1)))


def test_file_names_are_checked(tmp_path):
    with pytest.raises(SourceError, match="NN_topic"):
        parse(write(tmp_path, HEADER, "Topic.py"))


def test_find_answer_takes_it_from_the_source():
    name, code = find_answer("0.1")
    assert name == "parameters"
    assert "8 * 1 + 1" in code
    with pytest.raises(LookupError, match=r"99\.1"):
        find_answer("99.1")


def test_every_source_parses():
    lessons = [parse(path) for path in sources()]
    assert [lesson.number for lesson in lessons] == [f"{n:02}" for n in range(len(lessons))]


class TestKeptOutputs:
    """A change of prose keeps outputs; a change of code does not."""

    SOURCE = HEADER + "\n# %%\nx = 1\nprint(x)\n\n# %% [markdown]\n# Prose.\n"

    @pytest.fixture
    def built(self, tmp_path):
        import nbformat

        notebook = derive(parse(write(tmp_path, self.SOURCE)), "solved")
        cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
        cell.execution_count = 1
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="1\n")]
        nbformat.write(notebook, tmp_path / "built.ipynb")
        return tmp_path / "built.ipynb"

    @pytest.mark.parametrize(
        ("change", "kept"), [(("Prose.", "Better prose."), True), (("x = 1", "x = 2"), False), (("", ""), True)]
    )
    def test_outputs(self, tmp_path, built, change, kept):
        from course_utils.lessons.build import _keep_outputs

        notebook = derive(parse(write(tmp_path, self.SOURCE.replace(*change))), "solved")
        assert _keep_outputs(notebook, built) is kept
        assert ([cell.outputs for cell in notebook.cells if cell.cell_type == "code"] != [[]]) is kept

    def test_a_notebook_that_was_not_built_has_none(self, tmp_path):
        from course_utils.lessons.build import _keep_outputs

        assert not _keep_outputs(derive(parse(write(tmp_path, self.SOURCE)), "solved"), tmp_path / "none.ipynb")
