"""What the benchmarks measure is what they say: their cases, their tables, and the figures that are stored."""

import ast
import importlib
import random
import re
import socket

import keras
import pytest

from benchmarks import checks, growth, latency, lesson, machine, memory, opening, quality, results, sample, ways
from benchmarks.__main__ import PARTS, main
from benchmarks.apart import ROOT, apart
from benchmarks.lectures import EXAMPLES
from benchmarks.table import NOTHING, Table, number, short, times
from course_utils.checks.models import SameGraph
from course_utils.exercises import every
from course_utils.workshop.answers import collected

STORED = results.PATH.read_text(encoding="utf-8")
FEW = 4


# The frame: parts, tables, results.


@pytest.mark.parametrize("name", PARTS)
def test_a_part_has_a_title_and_says_how_it_measures(name):
    part = importlib.import_module(f"benchmarks.{name}")
    assert part.TITLE
    assert callable(part.measure)
    assert len(part.__doc__.split()) > 30


def test_an_unknown_part_is_refused_with_those_there_are(capsys):
    with pytest.raises(SystemExit):
        main(["cheks"])
    assert "there is no part 'cheks'; parts are quality, checks" in capsys.readouterr().err


def test_a_table_is_aligned_and_says_where_nothing_was_measured():
    table = Table("Speed", ["example", "s", "sooner"], [["L8", "1.5", "20 ×"], ["L9, both", None, "a|b"]], "A note.")
    assert str(table).splitlines() == [
        "### Speed",
        "",
        "| example  |   s | sooner |",
        "| -------- | --: | -----: |",
        "| L8       | 1.5 |   20 × |",
        f"| L9, both |   {NOTHING} |   a\\|b |",
        "",
        "A note.",
    ]


def test_a_row_that_does_not_fit_its_columns_is_refused():
    with pytest.raises(ValueError, match="Speed: 2 columns, but a row of 1"):
        str(Table("Speed", ["example", "s"], [["L8"]]))


def test_figures_are_short():
    assert [number(1234.56), number(0.5, 2), number(None), number(float("nan"))] == ["1,234.6", "0.50", None, None]
    assert [times(1234.5), times(20.1), times(1.96), times(0.0123), times(None)] == [
        "1,234 ×", "20 ×", "2.0 ×", "0.012 ×", None
    ]  # fmt: skip
    assert [short(0.058912), short(1.0e-5), short(None)] == ["0.0589", "1e-05", None]


def test_a_part_that_was_not_run_keeps_its_section(tmp_path):
    path = tmp_path / "results.md"
    table = Table("T", ["a"], [["1"]])
    first = {name: results.section(name, "title", "2026-01-01, in 3 s", "2 cores.", [table]) for name in PARTS}
    results.store(first, PARTS, path)
    later = results.section("checks", "title", "2026-02-02, in 4 s", "2 cores.", [table])
    results.store({"checks": later}, PARTS, path)
    found = results.sections(path.read_text(encoding="utf-8"))
    assert list(found) == list(PARTS)
    assert found == {**first, "checks": later}
    assert path.read_text(encoding="utf-8").startswith(results.HEAD)


def test_the_stored_results_have_every_part_with_date_machine_and_versions():
    found = results.sections(STORED)
    assert list(found) == list(PARTS)
    for name, section in found.items():
        title = importlib.import_module(f"benchmarks.{name}").TITLE
        assert section.startswith(f"## {name} · {title}\n\n"), "`make bench` writes it anew"
        line = section.splitlines()[2]
        assert re.match(r"20\d\d-\d\d-\d\d, in \d+ s\. \d+ cores, ", line)
        for version in ("Python", "Keras", "TensorFlow", "networkx", "the course"):
            assert re.search(rf"{version} \d", line)
        assert "\n| " in section


@pytest.mark.parametrize("text", [STORED, machine.described()], ids=["stored", "described"])
def test_results_name_no_host_and_no_path(text):
    assert socket.gethostname() not in text
    assert not re.search(r"(?<![\w.])/(?:home|root|tmp|work|usr|Users)\b|[A-Z]:\\", text)


def test_a_new_process_begins_cold_and_gives_its_result():
    assert apart("machine:versions") == machine.versions()
    with pytest.raises(RuntimeError, match=r"machine:no_such\(\) ended with an error"):
        apart("machine:no_such")


# Time to quality.


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_lecture_model_has_the_lectures_parameters_and_settings(name):
    example = EXAMPLES[name]
    model = example.model()
    assert model.count_params() == example.parameters
    assert isinstance(model.optimizer, keras.optimizers.RMSprop)
    assert 0 < example.run <= example.epochs


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_lesson_trains_the_example_with_all_that_this_needs(name):
    statements = lesson.training(*EXAMPLES[name].lesson)
    code = "\n".join(map(ast.unparse, statements))
    assert f"{name} " in "".join(
        path.read_text(encoding="utf-8").partition("goals:")[0].replace(",", " ").replace("]", " ")
        for path in (ROOT / "solutions").glob(f"{EXAMPLES[name].lesson[0]}_*.py")
    )
    assert ".fit(" in code
    assert "set_random_seed" in code
    for shown in ("plt", "show(", "predicted", "print(", "summary", "exercise("):
        assert shown not in code


def test_a_lesson_without_such_a_training_is_told():
    with pytest.raises(lesson.NotTrained, match="has no statement that trains `better`"):
        lesson.training("02", "better")
    with pytest.raises(lesson.NotTrained, match="There is no lesson 99"):
        lesson.training("99", "model")


def test_only_what_a_training_needs_is_taken():
    code = """
import keras
import matplotlib.pyplot as plt
size = 1
other = keras.Sequential()
model = keras.Sequential([keras.layers.Dense(size)])
model.summary()
model.compile(loss="mse")
def train(model):
    return model.fit(x, y, epochs=passes)
x, y = 1, 2
plt.plot(x)
passes = 3
log = train(model)
"""
    statements = ast.parse(code).body
    kept = lesson._needed(statements[:-1], statements[-1], "here")
    assert [ast.unparse(one).splitlines()[0] for one in kept] == [
        "import keras",
        "size = 1",
        "model = keras.Sequential([keras.layers.Dense(size)])",
        "model.compile(loss='mse')",
        "def train(model):",
        "x, y = (1, 2)",
        "passes = 3",
        "log = train(model)",
    ]


def test_the_goal_is_the_first_epoch_that_is_as_good():
    training = {"ends": [1.0, 2.0, 3.0], "losses": [0.5, 0.1, 0.2]}
    assert quality.to_goal(training, 0.1) == 2.0
    assert quality.to_goal(training, 0.05) is None


def test_one_compiled_loop_trains_as_fit_does():
    def made():
        keras.utils.set_random_seed(7)
        x = keras.Input((1,), name="x")
        model = keras.Model(x, [keras.layers.Dense(1, name="a")(x), keras.layers.Dense(1, name="b")(x)])
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss=["mse", "mae"], loss_weights=[1, 0.5])
        return model

    x = keras.ops.convert_to_numpy(keras.ops.linspace(0.0, 1.0, 6))[:, None]
    y = {"a": 2 * x, "b": x + 1}
    fitted, looped = made(), made()
    fitted.fit(x, y, epochs=4, batch_size=6, shuffle=False, verbose=0)
    assert quality.compiled_loop(looped, x, y, epochs=4, batch_size=6) > 0
    for mine, other in zip(fitted.get_weights(), looped.get_weights(), strict=True):
        assert abs(mine - other).max() < 1e-5


# Right and wrong models, and the ways to tell them apart.


@pytest.fixture(scope="module")
def right():
    return sample.right(FEW)


@pytest.fixture(scope="module")
def wrong():
    return sample.wrong(FEW)


def test_right_models_are_right_and_not_the_answer_as_it_was_written(right):
    assert len(right) == FEW
    for candidate in right:
        plan = sample._answer(candidate.exercise)[1]
        assert not sample.Computed(candidate.model).differs(sample.Computed(plan.build())), candidate.what


def test_wrong_models_are_certainly_wrong(wrong):
    assert len(wrong) == FEW
    for candidate in wrong:
        plan = sample._answer(candidate.exercise)[1]
        assert sample.Computed(candidate.model).differs(sample.Computed(plan.build())), candidate.what


def test_the_course_tells_them_apart_and_others_are_asked_the_same(right, wrong):
    for way in ways.WAYS:
        refused, accepted, _ = checks.judged(way, right, wrong)
        assert 0 <= refused <= FEW
        assert 0 <= accepted <= FEW
    assert checks.judged("compare_models", right, wrong)[:2] == (0, 0)


def test_every_way_accepts_the_answer_itself():
    model, again = (checks.lectures()["l9"]() for _ in range(2))
    wrong = checks.changed(model)
    for way, make in ways.WAYS.items():
        assert make(model)(again), way
    assert not ways.course(model)(wrong)


def test_models_differ_by_what_they_compute_and_not_by_how_they_are_written():
    def made(activation, turned=False, rate=0.0):
        a, b = keras.Input((4,)), keras.Input((4,))
        branches = [keras.layers.Dense(3, activation)(a), keras.layers.Dense(5, activation)(b)]
        joined = keras.layers.concatenate(branches[::-1] if turned else branches)
        return sample.Computed(keras.Model([a, b], keras.layers.Dense(2)(keras.layers.Dropout(rate)(joined))))

    assert not made("relu").differs(made("relu"))
    assert not made("relu", turned=True).differs(made("relu"))
    assert made("tanh").differs(made("relu"))
    assert made("relu", rate=0.5).differs(made("relu"))


# Opening and memory.


def test_the_server_is_started_as_make_lab_does():
    commands, folder, page = opening._course_lab(signs=True)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    start, sign = (makefile.partition(f"\n{target}: ")[2].splitlines() for target in ("lab", ".venv/signed"))
    assert start[0].startswith("$(STAMP) .venv/signed ")
    assert f"-m jupyter {' '.join(commands[1])} " in start[1]
    assert sign[0].startswith("$(wildcard notebooks/*.ipynb solutions/*.ipynb) ")
    assert f"-m jupyter {commands[0][0]} " in sign[1]
    assert commands[0][1:] == [f"{path.parent.name}/{path.name}" for path in memory.stored()]
    assert opening._course_lab(signs=False) == (commands[1:], folder, page)
    assert (folder, page) == (ROOT, "lab/tree/notebooks/00_start_here.ipynb")


@pytest.mark.parametrize("code", [opening.COURSE_PICTURE, opening.KERAS_PICTURE.format(file="model.png")])
def test_both_pictures_are_of_one_model(code):
    assert opening._MODEL in code
    assert "plot_model(model" in ast.unparse(ast.parse(code).body[-1])


def test_both_editions_of_every_lesson_are_stored():
    assert len(memory.stored()) == 2 * len(list((ROOT / "solutions").glob("[0-9][0-9]_*.py")))
    assert 0 < memory.packed(results.PATH) < results.PATH.stat().st_size


def test_a_kernel_tells_its_peak():
    small, large = memory.peak([]), memory.peak([f"kept = bytearray({100 * 2**20})"])
    assert 0 < small < large - 80 * 2**20


# The lecture examples, the exercises that ask for them, and sizes.


def test_each_lecture_example_is_asked_for_by_an_exercise_that_does_not_train():
    for name, id in checks.ASKED.items():
        criteria = every()[id].criteria
        assert any(isinstance(one, SameGraph) for one in criteria) or name in ("L6", "L11")
        assert not any(type(one).__name__ == "Learns" for one in criteria)
        assert collected("WRONG")[id]


def test_lecture_examples_are_listed_in_order():
    assert checks.names() == [f"L{at}" for at in range(1, 21)]


def test_a_wrong_answer_is_read_and_compared_once():
    id = checks.ASKED["L9"]
    model = latency.wrong(id)
    with latency.counted(model) as (reads, comparisons):
        assert every()[id].check(model, show="all").status == "failed"
    assert len(reads) == 1
    assert set(comparisons.values()) == {1}


@pytest.mark.parametrize("calls", random.Random(7).sample(growth.SIZES[:3], 2))
def test_a_tower_has_about_as_many_calls_as_asked_for(calls):
    right, wrong = growth.residual_tower(calls), growth.residual_tower(calls, wrong=True)
    assert abs(len(right.layers) - calls) <= 3
    assert ways.course(right)(growth.residual_tower(calls))
    assert not ways.course(right)(wrong)


def test_growth_is_told_as_a_power_of_the_calls():
    told = growth._growth([(10, 1.0, 1.0), (100, 2.0, 3.0), (1000, 20.0, 300.0)])
    assert "From 100 to 1,000 calls" in told
    assert "calls^1.00" in told
    assert "calls^2.00" in told
