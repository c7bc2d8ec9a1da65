"""The page of criteria, made from their docstrings, and the scale of how much a check tells."""

import dataclasses
import importlib
import inspect
import re

import keras
import pytest
from keras import layers

from course_utils.checks.compiling import Compiled, InProportion
from course_utils.checks.criterion import LOOK, Criterion, Has, Holds
from course_utils.checks.describing import Described, Skips
from course_utils.checks.learning import Goal, Learns
from course_utils.checks.models import Frozen, Named, Parameters
from course_utils.checks.result import LEVELS
from course_utils.checks.reuse import Given, Reuses
from course_utils.checks.saying import Says
from course_utils.checks.shapes import Ends, Shapes
from course_utils.checks.structure import Functional, Structure
from course_utils.checks.trying import tell
from course_utils.checks.values import SameValue
from course_utils.course import ROOT
from course_utils.data.dataset import Dataset, Split
from course_utils.exercises.declaration import Exercise
from course_utils.exercises.state import state_of
from course_utils.workshop import criteria
from course_utils.workshop.criteria.entry import Entry
from tests.attempts import attempt, compiled, two_heads

CHECKS = ROOT / "course_utils" / "checks"
MODULES = [importlib.import_module(f"course_utils.checks.{path.stem}") for path in sorted(CHECKS.glob("[a-z]*.py"))]


def kinds(of=Criterion):
    for kind in of.__subclasses__():
        if kind.__module__.startswith("course_utils.checks."):
            yield kind
        yield from kinds(kind)


class TestPage:
    TEXT = criteria.PAGE.read_text(encoding="utf-8")

    def test_it_is_what_the_docstrings_say(self):
        assert criteria.stale() == []

    @pytest.mark.parametrize("kind", sorted(set(kinds()), key=lambda kind: kind.__name__))
    def test_each_criterion_has_a_row_and_a_section(self, kind):
        row = next(line for line in self.TEXT.splitlines() if line.startswith(f"| [`{kind.__name__}`]"))
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        assert len(cells) == 6
        assert all(cells)
        assert f"“{kind.gives_away}”" in cells
        section = self.TEXT.partition(f"\n### {kind.__name__}\n")[2].partition("\n#")[0]
        assert f"import {kind.__name__}" in section or f", {kind.__name__}" in section
        assert "✓ " in section
        assert "✗ where: " in section

    def test_all_arguments_are_told_with_their_defaults(self):
        assert "- `seconds` (`60.0`): time limit" in self.TEXT
        assert "- `or_open` (`False`): whether an axis" in self.TEXT
        assert "- `compute`: from truth and prediction" in self.TEXT

    def test_so_are_the_rules_of_equivalence_and_what_the_build_adds(self):
        assert '| `"initialisers"` | What weights start from does not matter. |' in self.TEXT
        assert '# exercise("30.1").hint()' in self.TEXT

    def test_a_link_leads_to_a_file_or_a_heading(self):
        headings = {heading.lower() for heading in re.findall(r"(?m)^#+ (\w+)$", self.TEXT)}
        for link in re.findall(r"\]\(([^)]+)\)", self.TEXT.partition("## What the build")[0]):
            assert link[1:] in headings if link.startswith("#") else (ROOT / link).exists(), link

    def test_a_page_that_is_not_is_told_with_its_cure(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setattr(criteria, "PAGE", tmp_path / "CRITERIA.md")
        said = ["CRITERIA.md is not what the docstrings say: run `python -m course_utils criteria`"]
        assert criteria.stale() == said
        criteria.write()
        assert capsys.readouterr().out == "CRITERIA.md\n"
        assert criteria.stale() == []
        criteria.PAGE.write_text("another", encoding="utf-8")
        assert criteria.stale() == said

    def test_a_criterion_that_says_too_little_is_named(self, monkeypatch):
        @dataclasses.dataclass
        class Odd(Parameters):
            """An odd number.

            Args:
                even: whether it is even.
            """

        lacks = [
            "`exactly` under Args",
            "`at_most` under Args",
            "`name` under Args",
            "the field `even` that Args names",
        ]
        assert Entry.of(Odd).lacks == [*lacks, "Take it when …", "Example", "On failure"]
        monkeypatch.setattr(criteria, "every", lambda: [Odd])
        (problem,) = criteria.stale()
        assert problem.startswith("The docstring of tests.test_criteria.Odd lacks `exactly` under Args, ")


def line(units=1, **more):
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(units, name="y", **more)(x))


def unused():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    return keras.Model([a, b], layers.Dense(1, name="y")(a))


def flat():
    x = keras.ops.ones((8, 1))
    rows = Split({"x": keras.ops.convert_to_numpy(x)}, {"y": keras.ops.convert_to_numpy(3 * x)})
    return Dataset(rows, rows)


def constant():
    x = keras.Input((1,), name="x")
    return compiled(
        keras.Model(x, layers.Dense(1, kernel_initializer="zeros", name="y")(x)), loss="mse", optimizer="sgd"
    )


def losses(first, weights=(1, 1)):
    return compiled(two_heads(), loss=[first, "mse"], loss_weights=list(weights))


MISSED = {
    "loss": (Compiled(), lambda: losses("mae"), lambda: losses("mse"), "mean_squared_error"),
    "number of outputs": (Compiled(), lambda: compiled(line(), loss="mse"), lambda: losses("mse"), "2 asked"),
    "weight": (Compiled(), lambda: losses("mse", (1, 3)), lambda: losses("mse", (1, 2)), "should be 2"),
    "proportion": (InProportion(), lambda: losses("mse", (2, 6)), lambda: losses("mse", (1, 2)), "should be 4"),
    "parameters": (Parameters(exactly=9), line, None, "9"),
    "budget": (Parameters(at_most=3), line, None, "3"),
    "names": (Named(outputs=("price",)), line, None, "price"),
    "frozen": (Frozen(["y"]), line, None, "trainable"),
    "shape": (Shapes([Ends("output", (3,), "three have")], name="output", praise=""), line, None, "3"),
    "number of ends": (Shapes([Ends("output", (1,), "one has", count=2)], name="ends", praise=""), line, None, "2"),
    "ends": (Structure(inputs=3), line, None, "3"),
    "shared": (Structure(shared=2), line, None, "at least 2"),
    "a kind not wanted": (Structure(no="Dense"), line, None, "do without"),
    "sequential": (Functional(), lambda: keras.Sequential([keras.Input((4,)), layers.Dense(1)]), None, "call each"),
    "reuse": (Reuses(Given("trained", line)), line, None, "get_layer"),
    "output": (Says(lambda: {"x": keras.ops.convert_to_numpy(keras.ops.ones((3, 4)))}, {"y": "number"}),
               lambda: line(activation="sigmoid"), None, "any number"),
    "a condition": (Holds("even", lambda n: f"{n} is odd; 2 is even.", ""), lambda: 3, None, "2"),
    "a condition on a model": (Has("depth", lambda design: "too deep; 7 will do.", ""), line, None, "7"),
}  # fmt: skip


class TestScale:
    """What a criterion tells on each level; `test_exercises` asks the same of all wrong answers."""

    @pytest.mark.parametrize("case", MISSED)
    def test_of_a_mistake_it_tells_where_then_what_then_how(self, case):
        criterion, make, target, right = MISSED[case]
        found = criterion.judge(attempt(make(), target() if target else None))
        assert criterion.gives_away == "how"
        where, what = found.telling
        assert not found.passed
        assert where.startswith("look at ") or where == LOOK
        assert what == found.message.partition("; ")[0] + "."
        assert right in found.message
        assert right not in where + what

    @pytest.mark.parametrize(
        ("criterion", "make", "answer"),
        [
            (Skips(), line, None),
            (Described(), unused, None),
            (Learns(flat, Goal(0.01), epochs=1), constant, None),
            (SameValue(), lambda: 3, 4),
            (SameValue(mistakes=[(3, "3 is too few; count again.")]), lambda: 3, 4),
            (SameValue(), lambda: {"a": 1, "b": 2}, {"a": 1, "b": 3}),
        ],
        ids=lambda part: type(part).__name__ if isinstance(part, Criterion) else "",
    )
    def test_what_goes_no_further_tells_where_and_then_all(self, criterion, make, answer):
        found = criterion.judge(attempt(make(), answer))
        (where,) = found.telling
        assert where.startswith("look at ") or where == LOOK
        assert where not in found.message

    def test_where_a_part_has_a_name_it_is_told(self):
        found = SameValue().judge(attempt({"a": 1, "b": 2}, {"a": 1, "b": 3}))
        assert found.telling == ("look at `b`.",)

    @pytest.mark.parametrize(
        ("criterion", "value"),
        [
            (Compiled(), two_heads),
            (Learns(flat, Goal(0.01)), two_heads),
            (Holds("pair", lambda pair: "no.", ""), lambda: (1, ...)),
            (SameValue(), lambda: [1, ...]),
        ],
    )
    def test_what_is_no_secret_is_told_at_once(self, criterion, value):
        found = criterion.judge(attempt(value(), [1, 2]))
        assert (found.passed, found.telling) == (False, ())

    @pytest.mark.parametrize("level", LEVELS)
    @pytest.mark.parametrize("with_hints", [False, True])
    def test_each_check_and_each_hint_goes_one_level_on(self, level, with_hints):
        steps = LEVELS.index(level)
        own = Exercise("90.3", "Count", [Parameters(exactly=9)], ["One.", "Two."], discloses="step by step")
        state_of(own.id).forget()
        model = line()
        for _ in range(steps):
            own.hint() if with_hints else own.check(model)
        says = {
            "where": "look at the number of parameters.",
            "what": "the model has 5 parameters.",
            "how": "the model has 5 parameters; it should have 9.",
        }
        assert own.check(model).criteria[0].message == says[level]
        assert own.check(model, show="all").criteria[0].message == says["how"]
        told_at_once = dataclasses.replace(own, discloses="at once")
        state_of(own.id).forget()
        assert told_at_once.check(model).criteria[0].message == says["how"]

    def test_another_mistake_begins_anew(self):
        own = Exercise("90.4", "Ends", [Structure(inputs=2), Named(outputs=("z",))], [], discloses="step by step")
        state_of(own.id).forget()
        model = line()
        assert own.check(model).criteria[0].message == "look at the inputs and the outputs."
        x = [keras.Input((4,)) for _ in range(2)]
        again = own.check(keras.Model(x, layers.Dense(1, name="y")(layers.add(x)))).criteria
        assert [finding.passed for finding in again] == [True, False]
        assert again[1].message == "the outputs are called `y`."

    def test_telling_prints_all_levels_and_no_picture(self, capsys):
        tell(Parameters(exactly=9), line())
        tell(Parameters(exactly=5), line())
        tell(Compiled(), line())
        printed = capsys.readouterr().out.splitlines()
        assert printed[:3] == [
            "✗ where: look at the number of parameters.",
            "  what: the model has 5 parameters.",
            "  how: the model has 5 parameters; it should have 9.",
        ]
        assert printed[3] == "✓ as many as asked."
        assert printed[4].startswith("✗ the model is not compiled")


def test_every_criterion_says_how_far_it_goes():
    assert len(set(kinds())) > 15
    assert all(kind.gives_away in LEVELS for kind in kinds())
    assert MODULES
    assert {*criteria.every()} == {kind for kind in kinds() if not inspect.isabstract(kind)}
