"""Every checker on the answer, the blank, right answers written otherwise, and known mistakes."""

import re
from dataclasses import FrozenInstanceError

import keras
import pytest
from keras import layers

from course_utils.cells import NotThere
from course_utils.checks.models import SameGraph
from course_utils.checks.result import LEVELS
from course_utils.checks.values import SameValue
from course_utils.exercises import UnknownExercise, declaration, every, exercise
from course_utils.exercises.declaration import Exercise
from course_utils.exercises.state import state_of
from course_utils.workshop.answers import cases, lacking

pytestmark = pytest.mark.slow

EXERCISES = every()


@pytest.mark.parametrize("case", cases(), ids=str)
def test_an_exercise_judges_as_it_should(case):
    result = case.judge()
    own = EXERCISES[case.exercise]
    for finding in (finding for finding in result.criteria if finding.telling):
        assert_each_level_keeps_the_next_for_itself(finding, own)
        if own.discloses == "step by step":
            assert_a_first_check_gives_nothing_away(finding, own)


def test_every_exercise_has_right_and_wrong_answers_here():
    assert lacking() == []


@pytest.mark.parametrize("id", EXERCISES)
@pytest.mark.parametrize("value", [5, "word", iter(())], ids=lambda value: type(value).__name__)
def test_a_value_of_another_type_is_told_in_good_english(id, value):
    assert re.search(r"\ba `?[aeio]\w+|\ban `?[^aeiox\W]\w+", str(exercise(id).check(value))) is None


def assert_each_level_keeps_the_next_for_itself(finding, own):
    """No level has the code or numbers of the next one, the right value among them."""
    criterion = next(one for one in own.criteria if one.name == finding.name)
    told = (*finding.telling, finding.message)
    assert not finding.passed
    assert len(set(told)) == len(told)
    if len(told) > len(LEVELS):  # behind "how" a graph tells all edits
        assert isinstance(criterion, SameGraph)
        told = finding.telling
        assert named(told[0]) == named(told[1])
    assert len(told) - 1 <= LEVELS.index(criterion.gives_away)
    where, what, how = told[0], told[1], told[-1]
    if not isinstance(criterion, SameValue):  # which tells the key of a wrong part, and of a known mistake what it is
        assert named(where) <= named(what) | {"compile"}
    if not isinstance(criterion, SameGraph):
        assert how.startswith(what.removesuffix(".")), "what was found, and nothing of what would be right"
        assert len(told) == 2 or "; " not in what
    for word in named(how) - named(what):
        assert not re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", where)


def assert_a_first_check_gives_nothing_away(finding, own):
    state_of(own.id).forget()
    told = own._next(finding)  # what a check makes of a finding unless all is asked for
    assert not told.passed
    assert told.picture is None
    assert told.message == finding.telling[0]


def named(sentence):
    """Code and numbers in a sentence."""
    return {word.strip("`.,") for word in re.findall(r"`[^`]+`|\d[\d.,]*", sentence)}


@pytest.mark.parametrize("id", EXERCISES)
def test_an_exercise_is_declared_once_and_stays_so(id):
    with pytest.raises(FrozenInstanceError):
        exercise(id).title = "another"


@pytest.mark.parametrize("id", EXERCISES)
def test_hints_come_one_by_one_and_end_with_the_way_to_the_solution(id):
    own = EXERCISES[id]
    state_of(id).forget()
    texts = [str(own.hint()) for _ in own.hints]
    assert len(set(texts)) == len(texts) >= 1
    assert "solution" in texts[-1]
    assert str(own.hint()) == texts[-1]
    assert str(own.solution()).strip()
    state_of(id).forget()


def test_an_exercise_without_hints_leads_to_the_solution():
    own = Exercise(id="0.1", title="Bare", criteria=[], hints=[])
    assert str(own.hint()) == 'There is no hint; `exercise("0.1").solution()` shows the answer.'


def test_a_notebook_shows_a_hint_as_text_and_an_answer_as_code():
    own = exercise("3.1")
    hint, code = own.hint(), own.solution()
    state_of("3.1").forget()
    assert hint._repr_markdown_() == str(hint)
    assert code._repr_markdown_() == f"```python\n{code}```"


def test_sources_that_cannot_be_read_say_nothing_of_other_cells(monkeypatch):
    def unread(lesson):
        raise OSError("no such file")

    monkeypatch.setattr(declaration, "own_cells", unread)
    assert declaration._own_cells("3.1") == {}


def test_a_model_that_would_end_the_program_is_told_what_it_raises():
    class Leaving(layers.Layer):
        def call(self, x):
            return x

        def get_config(self):
            raise SystemExit(1)

    x = keras.Input((1,))
    result = exercise("3.1").check(keras.Model(x, Leaving()(x)))
    assert result.status == "failed"
    assert [finding.name for finding in result.criteria] == ["a model"]
    assert "SystemExit" in str(result)


STEP_BY_STEP = [id for id, own in EXERCISES.items() if own.discloses == "step by step"]


def test_where_finding_the_mistake_is_the_exercise_it_is_told_step_by_step():
    mend_it = {id for id, own in EXERCISES.items() if own.title == "Mend it" or own.title.endswith("the cure")}
    assert mend_it <= set(STEP_BY_STEP)


@pytest.fixture
def untried():
    """Exercises as they are before anybody tried them."""

    def forget():
        for id in EXERCISES:
            state_of(id).forget()

    forget()
    yield
    forget()


def lecture_network():
    posts = keras.Input(shape=(None,), dtype="int32")
    x = layers.Embedding(32, 180, name="words")(posts)
    x = layers.Conv1D(64, 3, activation="relu", name="conv")(x)
    x = layers.Dense(64, activation="relu", name="hidden")(x)
    age = layers.Dense(1, name="age")(x)
    income = layers.Dense(10, activation="softmax", name="income")(x)
    layers.Dense(1, activation="softmax", name="gender")(x)
    return keras.Model(posts, [age, income, income])


def test_a_mistake_is_told_where_then_what_then_how_then_drawn(untried):
    model = lecture_network()
    findings = [exercise("8.2").check(model).criteria[0] for _ in range(5)]
    where, what, how, drawn, again = findings
    assert where.message == "at least three places differ; the first: look at `words`."
    assert what.message == "at least three places differ; the first: which setting of `words` is not as asked?"
    assert "180" in how.message
    assert "GlobalMaxPooling1D" not in how.message
    assert [finding.picture is None for finding in findings] == [True, True, True, False, False]
    assert "GlobalMaxPooling1D" in drawn.message
    assert again == drawn or again.message == drawn.message


def test_hints_count_as_tries(untried):
    exercise("8.2").hint()
    exercise("8.2").hint()
    assert "180" in exercise("8.2").check(lecture_network()).criteria[0].message


def test_who_wants_all_gets_it_at_once(untried):
    result = exercise("8.2").check(lecture_network(), show="all")
    assert result.criteria[0].picture is not None
    assert "GlobalMaxPooling1D" in str(result)
    assert 'show="all"' not in str(result)
    assert 'show="all"' in str(exercise("8.2").check(lecture_network()))


@pytest.mark.parametrize(
    ("id", "value", "words"),
    [
        ("12.20", [1, 2, 3], "a dict with the keys"),
        ("12.22", "drawn", "an array of numbers was asked for; this is a str."),
        ("12.24", 7, "a pair `(inputs, targets)`"),
    ],
)
def test_that_a_value_has_another_form_is_no_secret(id, value, words, untried):
    assert words in exercise(id).check(value).criteria[0].message


def test_an_unknown_id_gets_the_ids_there_are_and_the_nearest():
    with pytest.raises(UnknownExercise, match=r'no exercise "1\.22"; there are 0\.1, 0\.2.*mean exercise\("1\.2"\)'):
        exercise("1.22")
    with pytest.raises(UnknownExercise, match=r'mean exercise\("1\.\d"\)'):
        exercise("1.9")


@pytest.mark.parametrize("wanted", ["", "nonsense", None, [], 12])
def test_anything_else_is_no_exercise(wanted):
    with pytest.raises(UnknownExercise, match=r"there are 0\.1"):
        exercise(wanted)


def test_an_id_that_is_a_number_is_told_to_be_text():
    with pytest.raises(UnknownExercise, match=r'write exercise\("1\.2"\)'):
        exercise(1.2)


def half():
    return {"loss": ...}


@pytest.mark.parametrize("value", [..., [..., ...], NotThere("diagnosis"), None, 3, half, "left"])
def test_lessons_go_on_with_their_own_answer_where_the_learners_does_not_work(value, capsys):
    own = exercise("12.1")

    def needs_a_long_word(word):
        return word[len("left")]

    assert own.use(value, needs_a_long_word) == "t"
    assert "12.1" in capsys.readouterr().out
    assert own.use("wrong", needs_a_long_word) == "g"
    assert capsys.readouterr().out == "", "an answer that works is used, right or wrong"


VALUES = [id for id, own in EXERCISES.items() if own.asks_for == "value"]


@pytest.mark.parametrize("id", VALUES)
def test_half_an_answer_is_told_part_by_part(id):
    """Every exercise whose answer has parts, with each part left out."""
    value = exercise(id).target()
    if not isinstance(value, (dict, tuple, list)):
        return
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for left_out in keys:
        if isinstance(value, dict):
            half = {key: ... if key == left_out else part for key, part in value.items()}
        else:
            half = type(value)(... if at == left_out else part for at, part in enumerate(value))
        result = exercise(id).check(half)
        assert result.status == "failed"
        assert "1 to fill in" in str(result) or f"1 of {len(value)} to fill in" in str(result)
