"""What authors run besides the build: figures drawn, an answer tried, a lesson tested and watched, and the commands."""

import os
import signal
import subprocess
import sys
import time

import matplotlib.pyplot as plt
import pytest

from course_utils import course
from course_utils.__main__ import main
from course_utils.course import ROOT, Course
from course_utils.workshop import answers, figures, testing
from course_utils.workshop import build as building
from course_utils.workshop.answers import Case
from course_utils.workshop.audit import table
from tests.own_course import change, run, store

pytestmark = pytest.mark.slow


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
        monkeypatch.setattr(course, "here", lambda: Course(tmp_path))
        monkeypatch.setattr(figures, "every", lambda: iter({"30_curve": curve, "30_other": curve}.items()))
        assert main(["figures"]) == 0
        assert main(["figures", "--check"]) == 0
        assert "Every figure is what its function draws." in capsys.readouterr().out
        monkeypatch.setattr(figures, "every", lambda: iter({"30_curve": another, "30_third": curve}.items()))
        assert main(["figures", "--check"]) == 1
        assert capsys.readouterr().out.splitlines() == [
            "figures/30_curve.svg is not what its function draws: run `python -m course_utils figures`",
            "figures/30_third.svg is missing: run `python -m course_utils figures`",
            "figures/30_other.svg is drawn by nothing: delete it, or write a function that draws it",
        ]
        (tmp_path / "figures" / "30_other.svg").unlink()
        assert main(["figures"]) == 0
        assert main(["figures", "--check"]) == 0

    @pytest.mark.parametrize(
        ("code", "line", "words"),
        [
            ("FIGURES = {'30_one': draw}\n", 1, "NameError: name 'draw' is not defined"),
            (
                "def draw():\n    return 1 / 0\n\n\nFIGURES = {'30_one': draw}\n",
                2,
                "ZeroDivisionError: division by zero",
            ),
        ],
    )
    def test_a_figure_that_cannot_be_drawn_is_told(self, own, code, line, words, capsys):
        own.room("figures").mkdir()
        own.figures.mkdir()
        (own.figures / "30_one.svg").write_text("<svg/>")
        (own.room("figures") / "lesson_30.py").write_text(code)
        told = f"lessons/figures/lesson_30.py:{line}: the figure cannot be drawn ({words}); mend this line."
        assert figures.stale(["30"]) == [told]
        assert main(["figures", "30"]) == 1
        assert capsys.readouterr().err.strip() == told
        assert (own.figures / "30_one.svg").read_text() == "<svg/>"


class TestCommands:
    def test_a_built_lesson_fits_its_source(self, capsys):
        assert main(["check", "0"]) == 0
        assert capsys.readouterr().out == "Every built file fits its source.\n"

    def test_lessons_are_built_by_number(self, monkeypatch):
        asked = []

        def build(numbers, **options):
            asked.append((numbers, options))
            yield "built"

        monkeypatch.setattr(building, "build", build)
        assert main(["build", "01", "2", "--execute", "--jobs", "1"]) == 0
        assert main(["build", "--execute", "nothing"]) == 0
        assert asked == [
            (["01", "2"], {"execute": "all", "jobs": 1}),
            ([], {"execute": "nothing", "jobs": 2}),
        ]

    def test_the_audit_says_by_its_exit_code_what_it_found(self, monkeypatch):
        monkeypatch.setattr(table, "main", lambda numbers: 3 if numbers == ["04"] else 0)
        assert main(["audit", "04"]) == 3

    def test_the_doctor_is_asked_by_name(self, capsys):
        assert main(["doctor"]) == 0
        assert "Everything the course needs is here." in capsys.readouterr().out


class TestTrying:
    """What a learner would be told for an answer."""

    @pytest.fixture
    def told(self, own, capsys):
        def told(code, *more, id="30.1", name="answer.py"):
            (own.root / name).write_text(code, encoding="utf-8")
            code = main(["try", id, str(own.root / name), *more])
            said = capsys.readouterr()
            return code, said.out + said.err

        return told

    def test_a_right_and_a_wrong_answer(self, told, own):
        assert told("import math\nfour = math.sqrt(16)")[0] == 0
        code, words = told("four = 5")
        assert code == 1
        assert "Exercise 30.1, Twice: failed" in words
        assert f"As the notebook shows it: {own.root / 'answer.html'}" in words
        page = (own.root / "answer.html").read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>")
        assert "failed" in page

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("four = (", "answer.py:1: SyntaxError: '(' was never closed"),
            ("a = 1\n\nfour = a / 0", "answer.py:3: ZeroDivisionError: division by zero"),
            ("five = 5", "There is no `four` yet"),
            ("four = ...", "not attempted"),
        ],
    )
    def test_no_answer(self, told, code, words):
        status, said = told(code)
        assert status == 1
        assert words in said

    def test_no_exercise(self, told):
        assert 'There is no exercise "30.9"; there are 30.1' in told("", id="30.9")[1]

    def test_no_file(self, own, capsys):
        assert main(["try", "30.1", "nowhere.py"]) == 1
        assert "nowhere.py cannot be read: No such file or directory." in capsys.readouterr().err

    def test_another_page_is_not_written_over(self, told, own):
        (own.root / "answer.html").write_text("mine")
        assert "answer.html is another file; call the answer otherwise." in told("four = 4")[1]
        assert (own.root / "answer.html").read_text() == "mine"


def wrong():
    return 5


class TestAnswers:
    """A test of an exercise that fails says which exercise, what was said and what was wanted."""

    @pytest.mark.parametrize(
        ("case", "wanted"),
        [
            (Case("30.1", "answer", wrong), "the lesson's own answer: it should pass, and is “failed”"),
            (Case("30.1", "blank", wrong), "the blank: it should be “not attempted”, and is “failed”"),
            (Case("30.1", "right", wrong, at=2), "right answer 2 ({here}): it should pass, and is “failed”"),
            (Case("30.1", "wrong", lambda: 4), "it should fail, and is “passed”; ask for more, or move it to RIGHT"),
            (Case("30.1", "wrong", wrong, "seven"), "wrong answer 0 ({here}): its message should contain “seven”"),
        ],
        ids=str,
    )
    def test_what_is_said(self, own, case, wanted):
        with pytest.raises(AssertionError) as raised:
            case.judge()
        first, told, *_ = str(raised.value).splitlines()
        assert first.startswith("Exercise 30.1, ")
        here = f"{ROOT / 'tests' / 'test_workshop.py'}:{wrong.__code__.co_firstlineno}"
        assert wanted.format(here=here) in first
        assert told == "It was told:"

    def test_what_is_right_says_nothing(self, own):
        for case in (
            Case("30.1", "answer", lambda: 4),
            Case("30.1", "blank", lambda: ...),
            Case("30.1", "wrong", wrong, "5"),
        ):
            case.judge()

    def test_what_is_lacking(self, own):
        (own.room("answers") / "lesson_30.py").write_text("RIGHT = {'30.1': [int]}\nWRONG = {'30.7': []}\n")
        assert answers.lacking() == [
            "tests/answers/lesson_30.py: RIGHT has 1 answers to 30.1; write 3, each in another way.",
            "tests/answers/lesson_30.py: WRONG has no answer to 30.1; write one, with words its message must contain.",
            "tests/answers: there is no exercise 30.7; take its answers out.",
        ]
        assert [str(case) for case in answers.cases()] == [
            "lesson_30-30.1-answer", "lesson_30-30.1-blank", "lesson_30-30.1-right-0",
        ]  # fmt: skip


class TestTesting:
    def test_the_tests_of_a_lesson_are_those_of_its_exercises_data_and_editions(self, monkeypatch):
        asked = []

        def ran(command, **options):
            asked.append(command)
            return subprocess.CompletedProcess(command, 5)

        monkeypatch.setattr(testing.subprocess, "run", ran)
        assert main(["test", "2", "--jobs", "3"]) == 5
        (command,) = asked
        for part in ("tests/test_exercises.py", "tests/test_data_waves.py", "notebooks/02_one_input_one_output.ipynb"):
            assert part in command
        assert not any("03" in part for part in command)
        assert command[command.index("-k") + 1] == "lesson_02 or 02_one_input_one_output or test_data_waves"

    def test_a_lesson_that_is_not_there(self, capsys):
        assert main(["test", "77"]) == 1
        assert "There is no lesson 77" in capsys.readouterr().err

    def test_in_a_course_of_ones_own(self, own):
        change(own, "tests/answers/lesson_30.py", ('"number"', '"seven"'))
        store(own)
        done = run(own, "test", "30")
        assert done.returncode == 1
        assert "Exercise 30.1, wrong answer 1 (tests/answers/lesson_30.py:2): its message should contain “seven”" in (
            done.stdout
        )


class TestWatching:
    def test_a_lesson_is_built_whenever_a_file_of_it_is_saved(self, own, tmp_path):
        store(own)
        out = tmp_path / "said"
        command = [sys.executable, "-m", "course_utils", "watch", "30"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with out.open("w") as stream:
            watching = subprocess.Popen(command, cwd=own.root, env=environment, stdout=stream, stderr=stream)

        def wait(words, count):
            until = time.monotonic() + 120
            while out.read_text().count(words) < count:
                assert time.monotonic() < until, out.read_text()
                assert watching.poll() is None, out.read_text()
                time.sleep(0.05)

        try:
            wait("built in", 1)
            assert "Watching lessons/30_tiny.py." in out.read_text()
            change(own, "lessons/30_tiny.py", ("How much is", "What is"))
            wait("built in", 2)
            assert "same code, outputs kept" in out.read_text()
            change(own, "lessons/30_tiny.py", ("title: Tiny", "titel: Tiny"))
            wait("30_tiny.py:1: the header has exactly the fields", 1)
            change(own, "lessons/30_tiny.py", ("titel: Tiny", "title: Tiny"))
            wait("built in", 3)
            change(own, "lessons/exercises/lesson_30.py", ('"2 + 2"', '"two and two"'))
            wait("A module has changed.", 1)
            wait("built in", 4)
            change(own, "lessons/exercises/lesson_30.py", ("EXERCISES = (", "EXERCISES = (("))
            wait(": this is no Python (", 1)
            change(own, "lessons/exercises/lesson_30.py", ("EXERCISES = ((", "EXERCISES = ("))
            wait("built in", 5)
        finally:
            watching.send_signal(signal.SIGINT)
            watching.wait(60)
        assert "What is twice two?" in (own.root / "notebooks" / "30_tiny.ipynb").read_text()
