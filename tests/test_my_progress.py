"""What a learner's record shows, who keeps one, and that nobody else does."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient

from course_utils import course
from course_utils.cells import NotThere
from course_utils.checks.done import Done
from course_utils.course import Course
from course_utils.exercises import every, exercise, keeping, my_progress
from course_utils.exercises.keeping import FILE, place
from course_utils.exercises.my_progress import _course, _next, _view
from course_utils.exercises.my_progress import my_progress as shown
from course_utils.exercises.state import state_of
from course_utils.lessons.source import sources

pytestmark = pytest.mark.slow

RECORDS = st.dictionaries(
    st.sampled_from([*every(), "99.1"]),
    st.builds(Done, tried=st.booleans(), passed=st.booleans(), hints=st.integers(0, 3), solution=st.booleans()),
)


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """Somebody who runs the cells of a notebook in this folder."""
    at_work = SimpleNamespace(folder=tmp_path, is_by_hand=True)
    monkeypatch.setattr(keeping, "watched", lambda: at_work)
    monkeypatch.delenv(keeping.SETTING, raising=False)
    monkeypatch.setattr(state_of("0.1"), "hints", 0)
    return at_work


class TestWhoKeepsARecord:
    def test_who_works_in_a_notebook(self, learner):
        assert place().record.path == learner.folder / FILE
        assert place().record is place().record, "what could not be written yet is in it"

    def test_not_outside_a_notebook(self):
        assert place().record is None
        assert "run this cell again" in place().why_none

    def test_not_who_executes_a_notebook_as_a_whole(self, learner):
        learner.is_by_hand = False
        assert place().record is None
        exercise("0.1").check(9)
        assert list(learner.folder.iterdir()) == []

    @pytest.mark.parametrize("is_by_hand", [True, False])
    def test_not_the_solved_edition(self, learner, is_by_hand):
        learner.folder, learner.is_by_hand = learner.folder / "solutions", is_by_hand
        assert place().record is None
        assert "solved edition" in str(shown())

    @pytest.mark.parametrize("setting", ["off", " OFF "])
    def test_not_who_does_not_want_it(self, learner, monkeypatch, setting):
        monkeypatch.setenv(keeping.SETTING, setting)
        exercise("0.1").check(9)
        assert "COURSE_PROGRESS" in str(shown())
        assert list(learner.folder.iterdir()) == []
        learner.is_by_hand = False
        assert "COURSE_PROGRESS" not in str(shown()), "what the build stores does not hang on the machine"

    def test_elsewhere_for_who_says_where(self, learner, monkeypatch, tmp_path):
        monkeypatch.setenv(keeping.SETTING, str(tmp_path / "mine"))
        exercise("0.1").check(9)
        assert [path.name for path in tmp_path.iterdir()] == ["mine"]


class TestWhatIsTold:
    @pytest.fixture
    def told(self, monkeypatch):
        heard = []
        own = exercise("0.1")
        monkeypatch.setattr(keeping, "note_down", lambda id, done: heard.append((id, done)))
        monkeypatch.setattr(state_of("0.1"), "hints", 0)
        return own, heard

    def test_answers_hints_and_the_solution(self, told):
        own, heard = told
        own.check(8)
        own.check(9)
        own.hint()
        own.hint()
        own.solution()
        assert heard == [
            ("0.1", Done(tried=True)),
            ("0.1", Done(tried=True, passed=True)),
            ("0.1", Done(hints=1)),
            ("0.1", Done(hints=2)),
            ("0.1", Done(solution=True)),
        ]

    @pytest.mark.parametrize("value", [..., NotThere("parameters")])
    def test_no_blank(self, told, value):
        own, heard = told
        own.check(value)
        assert heard == []

    def test_no_answer_that_could_not_be_judged(self, told, monkeypatch, tmp_path):
        own, heard = told
        monkeypatch.setattr(course, "here", lambda: Course(tmp_path))
        assert own.check(9).status == "not checked"
        assert heard == []

    def test_every_exercise_is_heard(self, told):
        _, heard = told
        for own in every().values():
            own.solution()
        assert heard == [(id, Done(solution=True)) for id in every()]


class TestWhatIsShown:
    def test_a_fresh_record(self, learner):
        text = str(shown("03"))
        assert text.startswith("03 Two inputs, and how to merge them: 0 of 4 passed\n  ○ 3.1 Three inputs: not tried\n")
        assert text.endswith("Next: 3.1 Three inputs, in 03 Two inputs, and how to merge them")
        assert list(learner.folder.iterdir()) == []

    def test_what_was_done(self, learner):
        exercise("0.1").check(8)
        assert "◐ 0.1 Count: tried, not yet\n" in str(shown("00"))
        exercise("0.1").hint()
        exercise("0.1").solution()
        exercise("0.1").check(9)
        exercise("0.1").check(8)  # once passed stays passed
        text = str(shown("00"))
        assert "✓ 0.1 Count: passed; hints 1 of 2; solution looked at\n" in text
        assert "Next: 0.2 Build" in text
        assert str(shown()).startswith(f"Exercises: 1 of {len(every())} passed\n00 Start here: 1 of 2 passed\n")

    def test_it_survives_a_restart(self, learner):
        exercise("0.1").check(9)
        before = str(shown())
        keeping._record.cache_clear()
        assert str(shown()) == before

    def test_reset(self, learner):
        exercise("0.1").check(9)
        place().record.add("1.1", Done(passed=True))
        text = str(shown("00", reset=True))
        assert "0 of 2 passed" in text
        assert "forgotten" in text
        assert "1 of" in str(shown("1")).splitlines()[0]
        shown(reset=True)
        assert place().record.read() == {}

    def test_a_file_that_cannot_be_used_is_said_and_checks_work(self, learner):
        (learner.folder / FILE).mkdir()
        assert exercise("0.1").check(9).passed
        text = str(shown("00", reset=False))
        assert f"`{FILE}` cannot be used" in text
        assert "✓ 0.1 Count: passed" in text
        assert "forgotten" not in str(shown("00", reset=True))
        assert f"<code>{FILE}</code>" in shown("00").html

    @pytest.mark.parametrize("lesson", ["03", "3", 3, " 3 "])
    def test_a_lessons_number_may_be_written_in_any_way(self, lesson):
        assert str(shown(lesson)) == str(shown("03"))

    @pytest.mark.parametrize("lesson", ["14", "<b>", -1, None, 3.2, "3" * 10_000, [], "³"])
    def test_no_such_lesson_is_a_sentence(self, lesson):
        text = str(shown(lesson))
        assert re.fullmatch(r"There is no lesson .{1,20}; there are 00, 01, .*, 13\.", text)
        assert "<b>" not in shown(lesson).html

    def test_html_and_text_say_the_same(self, learner):
        exercise("0.1").check(8)
        for lesson in ("", "00"):
            view = shown(lesson)
            words = re.sub(r"<[^>]*>", " ", view.html)
            assert view.widget is None
            assert words.split() == str(view).replace("`", "").split()

    @settings(max_examples=25)
    @given(RECORDS)
    def test_the_next_exercise_is_one_to_do(self, record):
        lessons = _course(record)
        is_done = all(step.state == "passed" for lesson in lessons.values() for step in lesson.steps)
        for number in ("", *lessons):
            following = _next(lessons, number)
            assert (following is None) == is_done
            if following:
                assert following[1] in following[0].steps
                assert following[1].state != "passed"
                own = lessons[number].steps if number else ()
                assert following[0].number == number or all(step.state == "passed" for step in own)

    def test_next_is_what_follows_what_was_done(self):
        def after(*passed, number=""):
            return _next(_course({id: Done(tried=True, passed=True) for id in passed}), number)[1].exercise.id

        assert after() == "0.1"
        assert after("0.1") == "0.2"
        assert after("0.1", "2.1") == "2.2", "what was left out is not asked for again"
        assert after("3.1", number="03") == "3.2"
        assert after("3.2", number="03") == "3.1"
        assert after(*(id for id in every() if id.startswith("3.")), number="03") == "4.1"
        assert after(*(id for id in every() if not id.startswith("0."))) == "0.1"

    def test_all_passed(self):
        lessons = _course({id: Done(passed=True) for id in every()})
        assert "Every exercise of the course is passed." in str(_view(list(lessons.values()), None, []))

    def test_text_is_escaped(self, monkeypatch):
        titled = replace(exercise("0.1"), title="<script>alert(1)</script>")
        monkeypatch.setitem(every(), "0.1", titled)
        view = shown("00")
        assert "<script>" not in view.html
        assert "&lt;script&gt;" in view.html

    def test_without_the_lessons_sources_their_numbers_are_left(self, monkeypatch):
        monkeypatch.setattr(my_progress, "sources", list)
        assert str(shown("00")).startswith("00: 0 of 2 passed\n")
        assert "href" not in shown("00").html

    def test_links_lead_to_the_lessons(self):
        for path in sources():
            notebook = re.findall(r'href="([^"]+)"', shown(path.stem[:2]).html)
            assert notebook == [f"{path.stem}.ipynb"]

    def test_an_exercise_of_an_older_course_is_not_shown_and_not_forgotten(self, learner):
        place().record.add("99.9 <b>", Done(passed=True))
        assert "99.9" not in shown().html + str(shown())
        shown("00", reset=True)
        assert "99.9 <b>" in place().record.read()


CODE = 'from course_utils import exercise, my_progress\n_ = exercise("0.1").check(9)\nprint(my_progress("00"))'


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """A kernel in a folder, to which requests go as JupyterLab sends them, or as nbclient does."""
    monkeypatch.delenv(keeping.SETTING, raising=False)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE)])
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    folder = tmp_path / "notebooks"
    folder.mkdir()

    def run(metadata):
        seal = client.kc.session.msg
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(client.kc.session, "msg", lambda *a, **k: {**seal(*a, **k), "metadata": metadata})
            return client.execute_cell(notebook.cells[0], 0).outputs[0].text

    with client.setup_kernel(cwd=str(folder)):
        yield run, folder


def test_a_real_kernel_records_what_is_run_by_hand_and_nothing_else(kernel):
    run, folder = kernel
    fresh = run({})
    assert "✓" not in fresh
    assert list(folder.iterdir()) == [], "nbclient and nbval"
    assert "✓ 0.1 Count: passed" in run({"cellId": "0123", "recordTiming": False})
    written = Path(folder / FILE).read_bytes()
    assert run({}) == fresh, "what is stored does not hang on who worked there before"
    assert [path.name for path in folder.iterdir()] == [FILE]
    assert (folder / FILE).read_bytes() == written
