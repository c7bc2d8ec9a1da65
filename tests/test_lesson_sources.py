"""The source format: header, markers, and what each edition gets of them."""

import random

import pytest

from course_utils.lessons.editions import derive
from course_utils.lessons.source import SourceError, find_answer, parse, sources
from course_utils.workshop import build

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
    check = 'exercise("1.1").check(model)  # NameError? Run the cell with the imports.'
    assert solved == ["before = 1\nmodel = 40 + 2\nafter = 2", check, "last = 3"]
    assert learner == [
        "before = 1\nmodel = ...\nafter = 2",
        check,
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


def test_tags_fold_outputs_and_code(tmp_path):
    text = HEADER + '\n# %% tags=["answers"]\na = 1\n\n# %% tags=["answers", "drawing"]\nb = 2\n\n# %%\nc = 3\n'
    cells = derive(parse(write(tmp_path, text)), "learner").cells[1:]
    assert [cell.metadata for cell in cells] == [
        {"collapsed": True, "jupyter": {"outputs_hidden": True}},
        {"collapsed": True, "jupyter": {"outputs_hidden": True, "source_hidden": True}},
        {},
    ]


@pytest.mark.parametrize(
    "cell", ['# %% tags=["answer"]', "# %% tags=[]x", "# %% markdown", '# %% [markdown] tags=["drawing"]']
)
def test_a_cell_that_cannot_be_folded_so_stops_at_its_line(tmp_path, cell):
    with pytest.raises(SourceError, match=r"01_topic.py:11: .*answers and drawing"):
        parse(write(tmp_path, f"{HEADER}\n# %%\na = 1\n{cell}\nb = 2\n".replace("a = 1\n", "", 1)))


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


class TestLinesStayAsTheyAre:
    """What a code cell holds is what the notebooks hold."""

    def cells(self, tmp_path, body, edition="solved"):
        return code_of(derive(parse(write(tmp_path, HEADER + "\n" + body)), edition))

    @pytest.mark.parametrize(
        "line",
        [
            "# copy the weights of the first branch", "# cat is class 3", "# cd", "# Why?", "# ls holds the labels",
            "# !important", "# ? unknown", "# %time is measured", "# %%time", "# %% of all", "#copy this", "# x = !y",
            "    # %%", "# 'not a string", '# """not a string', "#", "##", "#!/bin/sh", "# 10 % dropout",
            "%matplotlib inline", "!ls", "%%time", "model?", "cat = 3", "ls -l", "copy = 1", "!echo it's",
            "s = 'it\\'s'  # \"\"\"", 's = "\\"\"\"" + """a"""', "s = '''# %%'''", 's = f"{d["a"]}"', "s = r'\\'",
            "s = '\N{FORM FEED}\u2028'", "\tindented", "x = 1   ",
        ],
    )  # fmt: skip
    def test_in_both_editions(self, tmp_path, line):
        code = f"a = 1\n{line}\nb = 2"
        for edition in ("solved", "learner"):
            assert self.cells(tmp_path, f"# %%\n{code}\n\n# %%\nc = 3\n", edition) == [code, "c = 3"]

    @pytest.mark.parametrize(
        "line", ["# copy the layer above", "# Why?", "%matplotlib inline", "!ls", "# %% of all", ""]
    )
    def test_in_blanks(self, tmp_path, line):
        body = f"# %%\n# @answer 1.1 model\nmodel = 1\n# @blank\n# {line}\n#\n# model = ...\n# @end\n"
        assert self.cells(tmp_path, body, "learner")[0] == f"{line}\n\nmodel = ...".lstrip("\n")
        assert self.cells(tmp_path, body)[0] == "model = 1"

    @pytest.mark.parametrize("quotes", ['"""', "'''"])
    def test_in_strings(self, tmp_path, quotes):
        other = {'"': "'", "'": '"'}[quotes[0]] * 3
        inside = f"# copy me\n# %%\n#%%\n# %% [markdown]\n# @answer 9.9 x\n# @end\n\n{other} \\{quotes}\n!ls"
        code = f"s = {quotes}\n{inside}\n{quotes}\nprint(s)"
        assert self.cells(tmp_path, f"# %%\n{code}\n\n# %%\nb = 2\n") == [code, "b = 2"]
        body = f"# %%\n# @answer 1.1 s\n{code}\n# @blank\n# s = ...\n# @end\n"
        assert self.cells(tmp_path, body)[0] == code

    def test_any_cells_in_any_order(self, tmp_path):
        chance, tried = random.Random(0), 0
        pieces = ["# Why?", "!ls", "x = 1", "s = '''", "# a '''", '"""', "# %% of all", "#", "f('it')", "'\\'''"]
        for _ in range(300):
            codes = ["\n".join(chance.choices(pieces, k=chance.randint(1, 6))) for _ in range(3)]
            codes = [f"a = 1\n{code}\nb = 2" for code in codes]
            if any(_opens_a_string(code) for code in codes):
                continue
            tried += 1
            body = "\n\n".join(f"# %%\n{code}" for code in codes)
            assert self.cells(tmp_path, body) == codes
        assert tried > 30

    def test_prose_loses_one_comment_sign(self, tmp_path):
        body = "# %% [markdown]\n# # A title\n#\n# Why? `#` and '''\n# !ls\n#     code\n\n# %%\na = 1\n"
        cells = derive(parse(write(tmp_path, HEADER + body)), "solved").cells
        assert cells[1].source == "# A title\n\nWhy? `#` and '''\n!ls\n    code"

    @pytest.mark.parametrize(
        ("body", "line", "words"),
        [
            ("#%%\na = 1\n", 9, "not with `#%%`"),
            ("# %%\na = 1\n#%%\nb = 2\n", 11, "not with `#%%`"),
            ("# %%\na = 1\n\n# %% A title\nb = 2\n", 12, "not with `# %% A title`"),
            ("# %%\na = 1\n# %%[md]\n# Words.\n", 11, "a cell begins with `# %%` or `# %% .markdown.`"),
            ("# %% [markdown]\n# Words.\n# %% of all\n", 11, "a cell begins with"),
            ("a = 1\n", 9, "first cell begins before"),
            ("# %% [markdown]\nWords.\n", 10, "lines of a text cell are comments"),
            ("# %%\ns = '''\n# %%\nb = 2\n", 10, "never closed"),
        ],
    )
    def test_what_is_nearly_a_cell_is_refused(self, tmp_path, body, line, words):
        with pytest.raises(SourceError, match=f"01_topic.py:{line}: .*{words}"):
            parse(write(tmp_path, HEADER + body))

    @pytest.mark.parametrize("marker", ["# %%", "# %% ", "# %%  [markdown]", "# %%[markdown]"])
    def test_spaces_in_a_marker_do_not_matter(self, tmp_path, marker):
        lesson = parse(write(tmp_path, f"{HEADER}{marker}\n# Words.\n"))
        assert [cell.is_prose for cell in lesson.cells] == ["markdown" in marker]


class TestEncoding:
    TEXT = HEADER.replace("A title", "Größe → ∞") + "\n# %%\na = 'ä'\n"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
    def test_utf_8_is_read_with_or_without_a_mark(self, tmp_path, encoding, ending):
        path = tmp_path / "01_topic.py"
        path.write_bytes(self.TEXT.replace("\n", ending).encode(encoding))
        assert parse(path) == parse(write(tmp_path, self.TEXT))
        assert code_of(derive(parse(path), "solved")) == ["a = 'ä'"]

    @pytest.mark.parametrize(("encoding", "line"), [("latin-1", 11), ("cp1252", 11), ("utf-16", 1)])
    def test_any_other_encoding_is_one_sentence(self, tmp_path, encoding, line):
        path = tmp_path / "01_topic.py"
        path.write_bytes((HEADER + "\n# %%\na = 'ä'\n").encode(encoding))
        with pytest.raises(SourceError, match=rf"/01_topic\.py:{line}: the line is not in UTF-8; save"):
            parse(path)


def _opens_a_string(code):
    """Whether Python's own reader finds a string that runs over the end of a line of magics, or of the cell."""
    import io
    import tokenize

    lines = "\n".join("x" if line.startswith("!") else line for line in code.split("\n"))
    try:
        list(tokenize.generate_tokens(io.StringIO(lines).readline))
    except (tokenize.TokenError, SyntaxError):
        return True
    return False


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
    def test_outputs(self, tmp_path, built, change, kept, monkeypatch):
        monkeypatch.setattr(build, "target", lambda lesson, edition: built)
        lesson = parse(write(tmp_path, self.SOURCE.replace(*change)))
        notebook = build._kept(lesson, "solved", "nothing", {})
        assert (notebook is not None) is kept
        if kept:
            assert [cell.outputs for cell in notebook.cells if cell.cell_type == "code"] != [[]]

    def test_a_notebook_that_was_not_built_has_none(self, tmp_path, monkeypatch):
        monkeypatch.setattr(build, "target", lambda lesson, edition: tmp_path / "none.ipynb")
        assert build._kept(parse(write(tmp_path, self.SOURCE)), "solved", "nothing", {}) is None
