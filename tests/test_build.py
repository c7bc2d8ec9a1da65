"""Lessons built from their sources, in a course of somebody's own: what is written, and what stops it."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output

from course_utils import course, exercise
from course_utils.course import ROOT, Course, CourseError, course_of
from course_utils.lessons.editions import FOLDERS, derive
from course_utils.lessons.source import parse, sources
from course_utils.workshop import build as building
from course_utils.workshop import faults, readme, stamps
from course_utils.workshop.imports import imports_of, modules, needed, public
from tests.own_course import DECLARED, LESSON, change, run, store

pytestmark = pytest.mark.slow

UNTESTED = (
    "lessons/data/ponds.py:1: the data set `ponds` has no test; write tests/test_data_ponds.py, which shows its shapes "
    "and its ceiling."
)
MEND = "run `python -m course_utils build 30`"


def found(own):
    return [str(fault) for path in sources() for fault in faults.of_source(parse(path))]


class TestSource:
    """What is wrong with a lesson before it runs: a sentence with the file, the line and the cure."""

    def test_a_lesson_as_it_should_be_has_no_fault(self, own):
        assert found(own) == []

    @pytest.mark.parametrize(
        "heading",
        ["### Exercise 30.1 - Twice", "## Exercise 30.1 · Twice", "### Exercise 30.1: Twice", "### 30.1 · Twice",
         "### Exercise 30.1 · Thrice", "#### Exercise 30.1 · Twice", "### Exercise 3.1 · Twice"],
    )  # fmt: skip
    def test_a_heading_that_is_none(self, own, heading):
        change(own, "lessons/30_tiny.py", ("### Exercise 30.1 · Twice", heading))
        told = found(own)
        assert told[0] == (
            f"lessons/30_tiny.py:14: `{heading}` is no heading of an exercise; write `### Exercise 30.1 · Twice`, as "
            "it is declared, or change the title where it is declared."
        )

    def test_a_heading_that_is_missing_or_beneath_its_answer(self, own):
        told = (
            "lessons/30_tiny.py:19: exercise 30.1 has no heading between the answer before it and its own; write "
            "`### Exercise 30.1 · Twice` in the text above."
        )
        change(own, "lessons/30_tiny.py", ("# ### Exercise 30.1 · Twice\n", "# Twice\n"))
        assert found(own) == [told]
        path = own.sources / "30_tiny.py"
        path.write_text(f"{path.read_text()}\n# %% [markdown]\n# ### Exercise 30.1 · Twice\n")
        assert found(own) == [told]

    def test_a_heading_in_code_is_no_heading(self, own):
        quoted = "# ```\n# ## Exercise 7\n# ![](nowhere)\n# ```\n# How much"
        change(own, "lessons/30_tiny.py", ("# How much", quoted))
        assert found(own) == []

    def test_an_exercise_that_is_not_declared(self, own):
        change(own, "lessons/exercises/lesson_30.py", ('id="30.1"', 'id="30.2"'))
        assert found(own)[:2] == [
            "lessons/30_tiny.py:19: exercise 30.1 is answered here and not declared; declare it in "
            "lessons/exercises/lesson_30.py.",
            "lessons/exercises/lesson_30.py:8: exercise 30.2 is declared and not answered in lessons/30_tiny.py; mark "
            "its answer there with `# @answer 30.2 name`, or take it out.",
        ]

    @pytest.mark.parametrize(
        ("line", "at", "words"),
        [
            ("EXERCISES = (nothing,)\n", 3, "NameError: name 'nothing' is not defined"),
        ],
    )
    def test_a_declaration_that_cannot_be_imported(self, own, line, at, words):
        (own.room("exercises") / "lesson_30.py").write_text(f"import math\n\n{line}")
        (told,) = found(own)
        assert told.startswith(f"lessons/exercises/lesson_30.py:{at}: the exercises cannot be imported (")
        assert words in told

    @pytest.mark.parametrize(
        ("link", "cure"),
        [
            ("![two](../figures/30_tow.svg)", "did you mean `../figures/30_two.svg`"),
            ("![two](../figures/31_else.svg)", "write a function that draws it in lessons/figures/lesson_NN.py"),
            ("![one](../figures/30_one.svg)", "`python -m course_utils figures` draws it"),
            ("[next](30_tinny.ipynb#top)", "did you mean `30_tiny.ipynb`"),
            ("[next](../else.md)", "write the name of a file that is there, as seen from the folder notebooks/"),
            ('<img src="../figures/30_tow.svg" alt="two">', "did you mean `../figures/30_two.svg`"),
        ],
    )
    def test_a_link_that_leads_nowhere(self, own, link, cure):
        (own.root / "figures").mkdir()
        (own.root / "figures" / "30_two.svg").write_text("<svg/>")
        own.room("figures").mkdir()
        (own.room("figures") / "lesson_30.py").write_text("FIGURES = {'30_one': None}\n")
        change(own, "lessons/30_tiny.py", ("# How much", f"# {link} How much"))
        target = re.search(r"[(\"]([^()\"#]+)(#\w+)?[)\"]", link)[1]
        assert found(own) == [f"lessons/30_tiny.py:16: the link to `{target}` leads nowhere; {cure}."]

    @pytest.mark.parametrize(
        "link",
        [
            "[a](https://keras.io)",
            "[a](30_tiny.ipynb)",
            "[a](../README.md#start)",
            "[a](#30-·-Tiny)",
            "[a](30_tiny.ipynb#Exercise-30.1-·-Twice)",
            "[a](#Exercise-30.1-%C2%B7-Twice)",
        ],
    )
    def test_a_link_that_leads_somewhere(self, own, link):
        change(own, "lessons/30_tiny.py", ("# How much", f"# {link} How much"))
        assert found(own) == []

    @pytest.mark.parametrize("page", ["", "30_tiny.ipynb"])
    def test_a_link_to_no_heading(self, own, page):
        change(own, "lessons/30_tiny.py", ("# How much", f"# [a]({page}#Exercise-30.1-·-Thrice) How much"))
        assert found(own) == [
            f"lessons/30_tiny.py:16: `{page}#Exercise-30.1-·-Thrice` leads to no heading; did you mean "
            "`#Exercise-30.1-·-Twice`."
        ]

    def test_a_picture_without_alt_text(self, own):
        change(own, "lessons/30_tiny.py", ("# How much", "# ![ ](../README.md) How much"))
        assert found(own) == [
            "lessons/30_tiny.py:16: a picture has no alt text; write between `![` and `]` what it shows."
        ]

    @pytest.mark.parametrize("room", ["exercises", "figures", "answers"])
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"x = 1\n\ny = (\n", "3: this is no Python ('(' was never closed); mend this line."),
            ("x = 'é'\n".encode("utf-16"), "1: the file is not in UTF-8; save it in that encoding."),
        ],
        ids=["no Python", "UTF-16"],
    )
    def test_a_module_that_cannot_be_read(self, own, room, content, words):
        path = own.room(room) / "lesson_30.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        assert found(own) == building.stale(["30"]) == [f"{own.shown(path)}:{words}"]

    @pytest.mark.parametrize(
        ("argument", "words"),
        [
            ('hints="2 + 2"', "`hints` is a list of texts"),
            ("hints=[7]", "`hints` is a list of texts"),
            ("hints=[], asks_for='values'", "`asks_for` is 'model' or 'value', not 'values'"),
            ("hints=[], discloses='stepwise'", "`discloses` is 'at once' or 'step by step', not 'stepwise'"),
            ("hints=[], given={}", "`given` is a function that returns a dict"),
            ("hints=[], continues=30.1", "`continues` is text, not 30.1"),
            ("hints=[], criteria=SameValue()", "`criteria` is a list of criteria"),
            ("hints=[], criteria=[SameValue]", "`criteria` is a list of criteria"),
        ],
    )
    def test_an_exercise_that_is_declared_with_something_else(self, own, argument, words):
        change(own, "lessons/exercises/lesson_30.py", ('        hints=["2 + 2"],\n', f"        {argument},\n"))
        if "asks_for" in argument:
            change(own, "lessons/exercises/lesson_30.py", ('        asks_for="value",\n', ""))
        if "criteria" in argument:
            change(own, "lessons/exercises/lesson_30.py", ('        criteria=[SameValue(name="four")],\n', ""))
        (told,) = found(own)
        assert told.startswith("lessons/exercises/lesson_30.py:")
        assert f"the exercises cannot be imported (TypeError: exercise 30.1: {words}" in told

    def test_a_rule_that_there_is_not(self, own):
        same = 'criteria=[SameGraph(without=["initializers"])]'
        imported = "from course_utils.checks.models import SameGraph\n"
        change(
            own,
            "lessons/exercises/lesson_30.py",
            ('criteria=[SameValue(name="four")]', same),
            ("\nEX", f"{imported}\nEX"),
        )
        (told,) = found(own)
        assert "SameGraph: there is no rule 'initializers'; did you mean 'initialisers'?" in told

    def test_an_exercise_that_is_declared_twice(self, own):
        again = 'EXERCISES += (Exercise(id="30.1", title="Again", criteria=[SameValue()], hints=["x"]),)\n'
        path = own.room("exercises") / "lesson_30.py"
        path.write_text(f"{path.read_text()}\n{again}")
        assert found(own) == [
            "lessons/exercises/lesson_30.py:16: exercise 30.1 is declared twice; give each an id of its own."
        ]

    def test_data_without_make_or_without_a_test(self, own):
        change(own, "lessons/30_tiny.py", ('print("done")', "data.ponds.make()"))
        own.room("data").mkdir()
        path = own.room("data") / "ponds.py"
        path.write_text("x = 1\n")
        assert found(own) == ["lessons/data/ponds.py:1: `data.ponds` has no `make`; write `def make(…) -> Dataset:`."]
        path.write_text("def make():\n    pass\n")
        assert found(own) == [UNTESTED]

    def test_data_that_are_not_there(self, own):
        change(own, "lessons/30_tiny.py", ('print("done")', "data.wave.make()\nprint(data.zebras.make())"))
        begins = "`python -m course_utils new data {}` begins one."
        wave, zebras = found(own)
        assert wave == (
            f"lessons/30_tiny.py:27: there is no data set `wave`; did you mean `data.waves`, or {begins.format('wave')}"
        )
        assert zebras == f"lessons/30_tiny.py:28: there is no data set `zebras`; {begins.format('zebras')}"

    def test_texts_that_are_left_to_fill_in(self, own):
        change(own, "lessons/30_tiny.py", ("How much", f"{faults.TO_FILL_IN}: how much"))
        change(own, "lessons/exercises/lesson_30.py", ("2 + 2", faults.TO_FILL_IN))
        told = faults.to_fill_in(parse(own.sources / "30_tiny.py"))
        assert told == ["lessons/30_tiny.py:16", "lessons/exercises/lesson_30.py:12"]


class TestAnswers:
    """Each answer of the lesson, run by itself."""

    def found(self, own):
        return list(map(str, faults.of_answers(parse(own.sources / "30_tiny.py"))))

    def test_an_answer_as_it_should_be(self, own):
        assert self.found(own) == []

    def test_what_another_cell_made_is_not_there(self, own):
        change(own, "lessons/30_tiny.py", ("import exercise", "import exercise\ntwo = 2"), ("2 + 2", "2 + two"))
        assert self.found(own) == [
            "lessons/30_tiny.py:20: the answer to 30.1, run by itself, raises NameError: name 'two' is not defined; an "
            "answer is run by itself: let the exercise hand it what it needs, by `given=`, or make it in the answer."
        ]

    def test_a_known_mistake(self, own):
        declared = 'SameValue(name="four", mistakes=[(4.0, "that is four.")])'
        change(own, "lessons/exercises/lesson_30.py", ('SameValue(name="four")', declared))
        assert self.found(own) == [
            "lessons/30_tiny.py:19: the answer to 30.1 is a value that its exercise declares a mistake (that is four); "
            "mend the answer, or take it out of `mistakes=`."
        ]


class TestCourse:
    """What is wrong beside the lessons."""

    @pytest.fixture(autouse=True)
    def fitting(self, own):
        readme.write([parse(path) for path in sources()])
        assert faults.of_course() == []

    def test_data_without_a_test(self, own):
        own.room("data").mkdir()
        (own.room("data") / "ponds.py").write_text("from data import helper\n\n\ndef make():\n    pass\n")
        (own.room("data") / "helper.py").write_text("")
        (own.room("data") / "lost.py").write_text("")
        assert list(map(str, faults.of_course())) == [
            "lessons/data/lost.py:1: `data.lost` is not there, since the module has no `make`; write `def make(…) -> "
            "Dataset:`, or delete the file.",
            UNTESTED,
        ]

    def test_exercises_without_a_lesson(self, own):
        (own.room("exercises") / "lesson_31.py").write_text("EXERCISES = ()\n")
        assert list(map(str, faults.of_course())) == [
            "lessons/exercises/lesson_31.py:1: exercises of lesson 31 are declared, and lessons/ has no such lesson; "
            "write its source, or delete this file."
        ]

    def test_a_number_of_lessons_that_is_another(self, own):
        change(own, "README.md", ("One lesson<", "Two lessons<"))
        (told,) = map(str, faults.of_course())
        assert told.startswith(
            "README.md:3: it does not fit the lessons: this line should be “<!-- count -->One lesson<!"
        )
        readme.write([parse(path) for path in sources()])
        assert faults.of_course() == []

    def test_a_table_of_other_lessons(self, own):
        change(own, "README.md", ("| 5 |", "| 50 |"))
        assert str(faults.of_course()[0]).startswith("README.md:8: it does not fit")

    @pytest.mark.parametrize(
        ("count", "words"),
        [(0, "zero lessons"), (1, "one lesson"), (14, "fourteen lessons"), (40, "forty lessons"),
         (99, "ninety-nine lessons"), (100, "100 lessons")],
    )  # fmt: skip
    def test_numbers_in_words(self, own, count, words):
        change(own, "README.md", ("One lesson<", "many<"))
        assert words in readme.fitting([parse(own.sources / "30_tiny.py")] * count)

    def test_a_course_without_a_readme_has_no_fault(self, own):
        (own.root / "README.md").unlink()
        assert faults.of_course() == []


class TestStored:
    """`build --check`: what is stored, without running it."""

    def test_what_was_built_is_fine(self, own):
        store(own)
        assert building.stale() == []

    def test_what_does_not_fit_its_source_is_told_with_what_mends_it(self, own):
        def out_of_order(notebook):
            notebook.cells[1].execution_count = 3

        store(own, out_of_order)
        (own.root / "notebooks" / "30_tiny.ipynb").unlink()
        assert building.stale(["30"]) == [
            f"notebooks/30_tiny.ipynb is missing: {MEND}",
            f"solutions/30_tiny.ipynb was not executed from top to bottom: {MEND}",
        ]
        store(own)
        change(own, "lessons/30_tiny.py", ("How much is", "How many are"))
        assert building.stale(["30"]) == [
            f"{folder}/30_tiny.ipynb does not fit lessons/30_tiny.py: {MEND}" for folder in ("notebooks", "solutions")
        ]

    @pytest.mark.parametrize("edition", FOLDERS)
    def test_a_verdict_that_is_not_that_of_the_edition(self, own, edition):
        def other(notebook):
            for cell in notebook.cells:
                for output in cell.get("outputs", ()):
                    text = "✗ Exercise 30.1, Twice: failed\n  ✗ four: 5 is not it."
                    output.data["text/plain"] = text

        store(own)
        lesson = parse(own.sources / "30_tiny.py")
        path = building.target(lesson, edition)
        notebook = nbformat.read(path, as_version=4)
        other(notebook)
        nbformat.write(notebook, path)
        assert building.stale(["30"]) == [
            "lessons/30_tiny.py:19: the blank of 30.1 is not “not attempted” but “failed”; begin the lines after "
            "`# @blank` with `# four = ...`."
            if edition == "learner"
            else "lessons/30_tiny.py:19: the answer to 30.1 does not pass its own check (✗ four: 5 is not it); mend "
            "the answer, or what its exercise asks for."
        ]

    def test_other_exercises_than_it_ran_with(self, own):
        store(own)
        change(own, "lessons/exercises/lesson_30.py", ('"2 + 2"', '"two and two"'))
        assert building.stale(["30"]) == [
            f"{folder}/30_tiny.ipynb ran with other exercises or data than there are: {MEND}"
            for folder in ("notebooks", "solutions")
        ]

    def test_nor_may_a_notebook_be_without_a_source(self, own):
        store(own)
        nbformat.write(nbformat.v4.new_notebook(), own.root / "notebooks" / "31_lost.ipynb")
        assert building.stale() == ["notebooks/31_lost.ipynb has no source in lessons/: delete it"]

    @pytest.mark.parametrize(
        ("output", "words"),
        [
            (new_output("stream", name="stderr", text="oh"), "wrote to stderr (oh)"),
            (new_output("display_data", {"image/png": "x"}), "shows a picture without alt text"),
            (
                new_output("display_data", {"text/html": "<img src='x'>"}),
                "shows a picture without alt text",
            ),
            (
                new_output("display_data", {"text/plain": "the check could not look at this (E: x)."}),
                "a check could not look at what it was given",
            ),
        ],
    )
    def test_an_output_that_no_lesson_may_have(self, own, output, words):
        store(own, lambda notebook: notebook.cells[-1].outputs.append(output))
        told = building.stale(["30"])
        assert len(told) == 2
        assert all(one.startswith("lessons/30_tiny.py:25: ") and words in one for one in told)


def texts(notebook):
    return [output.text for cell in notebook.cells for output in cell.get("outputs", ()) if "text" in output]


class TestBuild:
    """The command itself, in a course of somebody's own."""

    def test_a_lesson_is_built_and_keeps_its_outputs_while_nothing_has_changed(self, own):
        done = run(own, "build")
        assert (done.returncode, done.stderr) == (0, "")
        assert "kept" not in done.stdout
        once = {path: path.read_bytes() for path in own.root.rglob("*.ipynb")}
        assert [path.relative_to(own.root).as_posix() for path in sorted(once)] == [
            "notebooks/30_tiny.ipynb", "solutions/30_tiny.ipynb",
        ]  # fmt: skip
        for text in once.values():
            assert texts(nbformat.reads(text, as_version=4)) == ["done\n"]
        assert "One lesson<" in (own.root / "README.md").read_text()
        assert run(own, "check").stdout == "Every built file fits its source.\n"
        assert run(own, "build", "30").stdout.count("same code, outputs kept") == 2
        assert {path: path.read_bytes() for path in own.root.rglob("*.ipynb")} == once

        # The words of a hint are a part of no cell, and yet of what the cells may say.
        change(own, "lessons/exercises/lesson_30.py", ('"2 + 2"', '"two and two"'))
        assert run(own, "build", "30").stdout.count("kept") == 0
        # A lesson that comes after it is one that it leads to.
        second = LESSON.replace("30.1", "31.1").replace("title: Tiny", "title: Next")
        (own.sources / "31_next.py").write_text(second)
        (own.room("exercises") / "lesson_31.py").write_text(DECLARED.replace("30.1", "31.1"))
        told = run(own, "build", "31").stdout
        assert "notebooks/30_tiny.ipynb  its last line leads on as the lessons do now" in told
        assert run(own, "build", "--check").stdout == "Every built notebook fits its source.\n"
        assert "Two lessons<" in (own.root / "README.md").read_text()

    def test_what_no_lesson_may_have_stops_it_and_nothing_is_written(self, own):
        change(own, "lessons/30_tiny.py", ('print("done")', "print(undone)"))
        done = run(own, "build")
        assert done.returncode == 1
        assert "lessons/30_tiny.py:25: in solutions/30_tiny.ipynb this cell raised an error\n" in done.stderr
        assert "NameError" in done.stderr
        change(own, "lessons/30_tiny.py", ("2 + 2", "2 + two"), ("import exercise", "import exercise\ntwo = 2"))
        done = run(own, "build")
        assert done.returncode == 1
        assert done.stderr.startswith("lessons/30_tiny.py:20: the answer to 30.1, run by itself, raises NameError: ")
        assert "let the exercise hand it what it needs, by `given=`" in done.stderr
        assert list(own.root.rglob("*.ipynb")) == []

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("while True:\n    pass", "did not end in 1 seconds; make it shorter, or less of it."),
            ("import os\nos._exit(1)", "ended the kernel; run it by itself, and see what it needs."),
        ],
    )
    def test_a_cell_that_never_ends_and_one_that_ends_all(self, own, code, words, monkeypatch):
        monkeypatch.setattr(building, "SECONDS", 1)
        (own.sources / "30_tiny.py").write_text(f"{LESSON.partition('# %%')[0]}# %%\nx = 1\n\n# %%\n{code}\n")
        (own.root / "notebooks").mkdir()
        lesson = parse(own.sources / "30_tiny.py")
        with pytest.raises(building.BuildError) as raised:
            building._run(lesson, "learner", derive(lesson, "learner"))
        assert str(raised.value) == f"lessons/30_tiny.py:13: in notebooks/30_tiny.ipynb this cell {words}"


class TestPlaces:
    """Which course one works in."""

    def test_this_one_where_no_folder_says_otherwise(self, tmp_path):
        assert course_of(tmp_path) == course_of(ROOT / "notebooks") == Course(ROOT)

    def test_this_one_also_within_another(self, tmp_path, monkeypatch):
        (tmp_path / "pyproject.toml").write_text("[tool.course_utils]\nlessons = 'x'\n")
        (tmp_path / "x").mkdir()
        inner = tmp_path / "clone"
        inner.mkdir()
        monkeypatch.setattr(course, "ROOT", inner)
        assert course_of(inner) == Course(inner)
        assert course_of(tmp_path / "x") == Course(tmp_path, "x")

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("", "there is no such line"),
            ("lessons = 'nowhere'", "there is 'nowhere'"),
            ("lessons = '.'", "there is '.'"),
            ("lessons = 3", "there is 3"),
            ("lessons = ", "is not TOML: "),
        ],
    )
    def test_a_folder_that_says_it_wrongly(self, tmp_path, line, words):
        (tmp_path / "pyproject.toml").write_text(f"[tool.course_utils]\n{line}\n")
        with pytest.raises(CourseError, match=re.escape(words)) as raised:
            course_of(tmp_path)
        assert str(tmp_path / "pyproject.toml") in str(raised.value)

    def test_a_folder_that_is_gone(self, monkeypatch):
        def gone():
            raise FileNotFoundError

        monkeypatch.setattr(Path, "cwd", gone)
        course.here.cache_clear()
        assert course.here() == Course(ROOT)

    def test_a_notebook_without_course_utils_is_told_what_can_be_done_there(self, own):
        own_edition = "\n".join(cell.source for cell in derive(parse(own.sources / "30_tiny.py"), "learner").cells)
        assert "# ModuleNotFoundError? This kernel's Python has no `course_utils`" in own_edition
        assert "make lab" not in own_edition

    def test_exercises_and_data_are_those_of_the_course(self, own):
        from course_utils import data

        own.room("data").mkdir()
        (own.room("data") / "ponds.py").write_text("def make():\n    return 3\n")
        assert exercise("30.1").check(4).passed
        assert data.ponds.make() == 3
        assert data.waves.make(n=4)
        with pytest.raises(AttributeError, match=r"it has activity, .*ponds.*a file lessons/data/flats\.py with"):
            _ = data.flats


class TestVerdicts:
    def test_a_check_that_trains_says_a_line_before_its_verdict(self):
        lesson = parse(ROOT / "solutions" / "13_capstone.py")
        built = nbformat.read(building.target(lesson, "solved"), as_version=4)
        (cell,) = [cell for cell in built.cells if cell.source.startswith('exercise("13.3").check')]
        assert [output.output_type for output in cell.outputs] == ["stream", "execute_result"]
        assert faults.of_notebook(lesson, "solved", built) == []
        cell.outputs.pop()
        (fault,) = faults.of_notebook(lesson, "solved", built)
        assert "the answer to 13.3 does not pass its own check (it said nothing)" in str(fault)


class TestImports:
    """What a lesson's outputs depend on."""

    def test_a_module_needs_what_it_imports_and_its_packages(self):
        assert {"course_utils.graphs.graph", "course_utils.graphs", "course_utils"} <= needed(
            ["course_utils.graphs.draw"]
        )
        assert "course_utils.widgets.explore" not in needed(["course_utils.graphs.draw"])

    def test_every_public_name_has_a_home(self):
        import course_utils

        assert set(public()) == set(course_utils.__all__)
        assert set(public().values()) <= set(modules())
        assert all(target in modules() for module in modules() for _, target in imports_of(module))

    def test_outputs_depend_on_what_was_written_for_the_lesson_and_what_that_needs(self):
        lesson = parse(ROOT / "solutions" / "02_one_input_one_output.py")
        files = {path.relative_to(ROOT / "course_utils").as_posix() for path in stamps.files(lesson)}
        assert {"exercises/lesson_02.py", "data/waves.py", "widgets/fit_a_curve.py", "graphs/compare/match.py"} <= files
        assert not any(name.startswith(("workshop/", "exercises/lesson_03")) for name in files)

    def test_names_that_are_imported_in_several_lines_are_needed_as_those_in_one(self, own):
        path = own.sources / "30_tiny.py"
        before = stamps.files(parse(path))
        path.write_text(f"{path.read_text()}\n# %%\nfrom course_utils import (\n    exercise,\n    merges,\n)\n")
        added = {file.name for file in stamps.files(parse(path))} - {file.name for file in before}
        assert {"merges.py", "scripts.py"} <= added
