"""A check judges the answer on the screen: real cells, run in a real shell, as a learner runs and does not run them."""

import atexit
import itertools
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from course_utils import cells
from course_utils.cells import assigned, checked, touched
from course_utils.exercises import every
from course_utils.lessons.editions import derive, own_cells
from course_utils.lessons.source import parse, sources

FIRST = "from course_utils import exercise"
CHECK_1, CHECK_3 = ('result = exercise("12.1").check(diagnosis)', 'result = exercise("12.3").check(diagnosis)')


@pytest.fixture
def run(monkeypatch, capsys):
    """Run cells one after another; the last result that a check gave."""
    monkeypatch.setattr(cells, "_cells", None)
    shell = InteractiveShell()
    cells.watch(shell)

    def run(*sources_, ids=None):
        for source in (FIRST, *sources_):
            shell.run_cell(source, store_history=False, cell_id=(ids or {}).get(source))
        capsys.readouterr()
        return shell.user_ns.get("result")

    yield run
    shell.history_manager.end_session()
    atexit.unregister(shell.atexit_operations)


FAILING = [
    "1 / 0\ndiagnosis = 'x'",
    "diagnosis = undefined",
    "diagnosis = 'left' 'broken",
    "diagnosis: str = undefined",
    "(diagnosis, other) = undefined",
    "diagnosis, other = 1, 2, 3",
    "diagnosis += 1",
    "for diagnosis in undefined: pass",
    "with undefined as diagnosis: pass",
    "other = diagnosis = undefined",
    "if undefined:\n    diagnosis = 'x'",
    "try:\n    undefined\nfinally:\n    pass\ndiagnosis = 2",
    "print(diagnosis := undefined)",
    "import no_such_module as diagnosis",
    "%no_such_magic_at_all\ndiagnosis = undefined",
    "%%time\ndiagnosis = undefined",
    "%%capture\ndiagnosis = undefined",
    "!true\ndiagnosis = undefined",
    "def diagnosis(x=undefined): pass",
    "raise KeyboardInterrupt\ndiagnosis = 1",
]


@pytest.mark.parametrize("cell", FAILING)
def test_an_answer_whose_cell_stopped_is_not_judged_by_its_earlier_value(run, cell):
    result = run("diagnosis = 'right'", cell, CHECK_1)
    assert result.status == "not checked"
    assert "stopped with an error" in str(result)
    assert "`diagnosis`" in str(result)


@pytest.mark.parametrize("cell", FAILING)
def test_nor_is_it_taken_for_a_blank(run, cell):
    assert run("diagnosis = ...", cell, CHECK_1).status == "not checked"


@pytest.mark.parametrize("cell", FAILING)
def test_once_mended_it_is_judged(run, cell):
    assert run("diagnosis = 'wrong'", cell, CHECK_1, "diagnosis = 'right'", CHECK_1).passed


@pytest.mark.parametrize(
    "cell",
    [
        "def f():\n    diagnosis = undefined\nundefined",
        "undefined",
        "print(diagnosis, undefined)",
        "diagnosis == undefined",
        "[diagnosis for diagnosis in undefined]",
        "class A:\n    diagnosis = undefined",
    ],
)
def test_other_errors_say_nothing_about_the_answer(run, cell):
    assert run("diagnosis = 'right'", cell, CHECK_1).passed


GIVING = [
    "diagnosis = 'right'",
    "diagnosis: str = 'right'",
    "diagnosis = 'ri'; diagnosis += 'ght'",
    "diagnosis, other = 'right', 2",
    "for diagnosis in ['right']: pass",
    "(diagnosis := 'right')",
    "def f():\n    global diagnosis\n    diagnosis = ' right '.strip()\nf()",
    "exec('diagnosis = \" right \".strip()')",
    "%%time\ndiagnosis = 'right'",
    "%%capture\ndiagnosis = 'right'",
    "globals()['diagnosis'] = ' right '.strip()",
    "del diagnosis; diagnosis = 'right'",
]


@pytest.mark.parametrize("cell", GIVING)
def test_a_new_value_is_judged_however_it_is_given(run, cell):
    result = run("diagnosis = 10_000", CHECK_3, cell, CHECK_1)
    assert result.passed, str(result)


def test_a_value_from_a_file_is_judged(run, tmp_path):
    path = tmp_path / "answer.py"
    path.write_text("diagnosis = ' right '.strip()\n", encoding="utf-8")
    assert run("diagnosis = 10_000", CHECK_3, f"%run {path}", CHECK_1).passed


def test_the_answer_to_another_exercise_is_not_judged(run):
    result = run("diagnosis = 'right'", CHECK_1, "my_diagnosis = 10_000", CHECK_3)
    assert result.status == "not checked"
    assert "your answer to 12.1" in str(result)
    # The cell of 12.3 was run, and now somebody goes back to 12.1.
    result = run("diagnosis = 10_000", CHECK_3, CHECK_1)
    assert "your answer to 12.3" in str(result)


def test_a_check_may_be_run_again_and_again(run):
    assert run("diagnosis = 'right'", CHECK_1, CHECK_1, "print(diagnosis)", CHECK_1).passed


def test_blanks_stay_blanks(run):
    assert run("diagnosis = ...", CHECK_1, CHECK_3).status == "not attempted"


def test_who_gave_the_answer_another_name_is_told_the_name(run):
    result = run("diagnosis = ...", CHECK_1, "my_diagnosis = 'right'", CHECK_1)
    assert result.status == "not attempted"
    assert "the answer is called `diagnosis`" in str(result)


def test_a_check_in_the_cell_of_its_answer_and_of_a_value_without_a_name(run):
    assert run("diagnosis = 1", CHECK_3, f"diagnosis = 'right'\n{CHECK_1}").passed
    assert run("diagnosis = 1", CHECK_3, 'result = exercise("12.1").check("right")').passed
    assert run("diagnosis = 'right'", CHECK_1, 'e = exercise("12.1"); result = e.check(value=diagnosis)').passed


def test_an_error_after_the_answer_is_told_beside_the_verdict(run):
    result = run("diagnosis = ' right '.strip()\nundefined", CHECK_1)
    assert result.passed
    assert "stopped with an error (`NameError`)" in str(result)


def test_a_name_that_nothing_gave_a_value_is_not_attempted(run):
    result = run("my_diagnosis = 'right'", CHECK_1)
    assert result.status == "not attempted"
    assert "There is no `diagnosis` yet" in str(result)
    assert run("result = 'diagnosis' in globals()") is False, "nothing is left of it"


OWN, GIVEN = next((id, code) for id, code in own_cells("12").items() if code.startswith("import "))
IN_IT = 'result = exercise("12.1").check(keras)'


def test_a_value_that_the_lesson_itself_gave_is_not_the_learners_answer(run):
    result = run(GIVEN, IN_IT, ids={GIVEN: OWN})
    assert result.status == "not checked"
    assert "the lesson's own `keras`, from a cell further up" in str(result)


@pytest.mark.parametrize("id", [None, "of-the-answers-cell"])
def test_the_lessons_own_code_in_the_answers_cell_is_an_answer(run, id):
    assert run(GIVEN, GIVEN, IN_IT, ids={GIVEN: id}).status == "failed"


def test_a_cell_of_the_lesson_that_the_learner_rewrote_gives_an_answer(run):
    assert run(f"{GIVEN}\n", IN_IT, ids={f"{GIVEN}\n": OWN}).status == "failed"


def test_what_the_lesson_gave_and_the_learner_changed_is_an_answer(run):
    change = "keras.utils.set_random_seed(0)"
    assert run(GIVEN, change, IN_IT, ids={GIVEN: OWN}).status == "failed"
    assert run(change, GIVEN, IN_IT, ids={GIVEN: OWN}).status == "not checked"


@pytest.mark.parametrize("lesson", [parse(path) for path in sources()], ids=lambda lesson: lesson.number)
def test_cells_of_the_lesson_are_those_without_an_answer(lesson):
    own = own_cells(lesson.number)
    for edition in ("learner", "solved"):
        code = [cell for cell in derive(lesson, edition).cells if cell.cell_type == "code"]
        for cell, check in itertools.pairwise(code):
            if re.match(r'exercise\("[\d.]+"\)\.check', check.source):
                assert cell.id not in own
        assert sum(cell.id in own for cell in code) >= len(code) - 3 * len(lesson.regions)


def test_where_a_lesson_is_not_there_no_cell_is_its_own():
    assert own_cells("99") == {}


MODEL = "import keras\nx = keras.Input((2,))\nmodel = keras.Model(x, keras.layers.Dense(1)(x))"


@pytest.mark.parametrize(
    ("cell", "is_new"),
    [
        ("model.compile(loss='mse')", True),
        ("model.layers[1].trainable = False", True),
        ("for layer in model.layers:\n    layer.trainable = False", True),
        ("model.get_layer(index=1).set_weights(model.get_weights())", True),
        ("model.summary()", False),
        ("print(model.count_params())", False),
        ("model", False),
    ],
)
def test_a_model_that_was_worked_on_is_a_new_answer(run, cell, is_new):
    result = run(MODEL, 'exercise("1.4").check(model)', cell, 'result = exercise("1.5").check(model)')
    assert ("your answer to 1.4" not in str(result)) == is_new


def test_an_exercise_may_go_on_with_the_answer_to_another(run):
    result = run(MODEL, 'exercise("13.1").check(model)', 'result = exercise("13.3").check(model)')
    assert result.status == "failed"
    result = run(MODEL, 'exercise("13.1").check(model)', 'result = exercise("13.4").check(model)')
    assert "your answer to 13.1" in str(result)


def test_exercises_without_a_value_of_their_own_say_whose_they_go_on_with():
    for path in sources():
        lesson = parse(path)
        for region in lesson.regions:
            has_own = region.name in assigned(lesson.answer(region))
            assert has_own == (not every()[region.exercise].continues), region.exercise


@pytest.mark.parametrize(
    ("source", "is_touched"),
    [
        ("model.compile()", True),
        ("model.summary()", False),
        ("model.layers[1].trainable = False", True),
        ("setattr(model.layers[1], 'trainable', False)", True),
        ("def fit(model, x):\n    model.compile()\n    return model.fit(x)", False),
        ("def fit():\n    model = make()\n    model.compile()", False),
        ("def fit():\n    global model\n    model = make()\n    model.compile()", True),
        ("def fit():\n    model.compile()", True),
        ("fit = lambda model: model.compile()", False),
        ("def fit(model):\n    def more():\n        model.compile()\n    more()\nmodel.fit(x)", True),
        ("x" + ".model" * 5000, False),
    ],
)
def test_a_cell_that_may_change_a_value_is_told_from_one_that_cannot(source, is_touched):
    assert touched(source, {"model"}) == ({"model"} if is_touched else set())


def test_only_exercises_have_answers_checked():
    assert checked("bank(1).check(money)\nexercise('1.2').check(model)\nhomework.check(all)") == [
        ("1.2", "model"),
        (None, "all"),
    ]


def test_an_answer_that_was_deleted_is_none_any_more(run):
    assert run("diagnosis = 'right'", "del diagnosis", CHECK_1).status == "not attempted"


def test_a_cell_that_a_transformer_of_the_learner_s_own_refuses_stops_with_an_error(run):
    def refuse(lines):
        if "refused" in lines[0]:
            raise ValueError("no")
        return lines

    shell = cells.watched().shell
    shell.input_transformers_cleanup.append(refuse)
    result = run("diagnosis = 'right'", "diagnosis = 'refused'", CHECK_1)
    assert result.status == "not checked"


def test_a_kernel_that_ends_within_a_cell_is_no_error(run):
    run("diagnosis = 'right'")
    cells.watched().shell.events.trigger("post_run_cell", None)
    assert run(CHECK_1).passed


def test_in_ipython_its_own_cells_are_watched(monkeypatch):
    shell = InteractiveShell()
    monkeypatch.setattr(cells, "_cells", None)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    cells.watch()
    assert cells.watched().shell is shell
    assert cells.watched().named("1.2", 42) is None, "no cell runs"
    shell.history_manager.end_session()
    atexit.unregister(shell.atexit_operations)


@settings(max_examples=60)
@given(st.text(alphabet="diagnosis=()[]:,.%! \n'\"#\\", max_size=60))
def test_no_cell_is_too_odd_to_be_looked_at(source):
    assigned(source), checked(source), touched(source, {"diagnosis"})


def test_outside_ipython_nothing_is_watched_and_nothing_heavy_is_loaded():
    code = (
        "import sys, course_utils; from course_utils.cells import watched; "
        "print(watched(), [name for name in ('IPython', 'keras', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "None []\n"
