"""What holds for the whole of `course_utils`: who may import whom, what stays as it was, what is told of each name."""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import inspect
import os
import pydoc
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import keras
import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

import course_utils
from course_utils import data, exercise
from course_utils.course import ROOT
from course_utils.exercises import every
from course_utils.graphs.graph import Graph
from course_utils.graphs.normal import EXTRA_RULES, normal_form
from course_utils.graphs.reading.read import read
from course_utils.workshop.imports import PACKAGE, imported, imports_of, modules
from tests.attempts import compiled
from tests.graph_models import LECTURE, few, random_model

ROOMS: tuple[tuple[str, ...], ...] = (
    # Helpers that know nothing of models and lessons; they import one another.
    (
        "cells", "course", "graphviz", "images", "keras_plot", "live_line", "markup", "pace", "prediction",
        "progress_line", "signs",
    ),
    ("data",),
    ("graphs.graph",),
    ("graphs.layers",),
    ("graphs.reading",),
    ("graphs.normal",),
    ("graphs.compare",),
    ("graphs.words",),
    ("graphs.draw",),
    ("graphs.difference",),
    ("checks",),
    ("widgets",),
    ("lessons",),
    ("exercises",),
    ("workshop",),
    # The doors: what a notebook, a shell and Jupyter come in by.
    ("__init__", "__main__", "jupyter_config", "graphs.__init__"),
)  # fmt: skip
"""The rooms of `course_utils`, the lowest first: a module imports from its own room and from those above it here."""

MODULES = modules()


class Import(NamedTuple):
    """One import of a module of the course by another."""

    module: str
    line: int
    target: str

    def __str__(self) -> str:
        return f"{MODULES[self.module].relative_to(ROOT).as_posix()}:{self.line} imports {self.target}"


def level(module: str) -> int | None:
    """Where a module stands in `ROOMS`; None if nowhere."""
    own = MODULES[module].relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
    for at, rooms in enumerate(ROOMS):
        if any(own == room or own.startswith(f"{room}.") for room in rooms):
            return at
    return None


IMPORTS: tuple[Import, ...] = tuple(
    Import(module, line, target) for module in MODULES for line, target in imports_of(module)
)


class TestWings:
    def test_every_module_has_a_room(self):
        assert [module for module in MODULES if level(module) is None] == []

    def test_every_room_is_there(self):
        empty = {room for rooms in ROOMS for room in rooms}
        for path in MODULES.values():
            own = path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
            empty -= {room for room in empty if own == room or own.startswith(f"{room}.")}
        assert empty == set()

    def test_imports_run_one_way(self):
        assert len(IMPORTS) > 300
        wrong = [str(one) for one in IMPORTS if level(one.module) < level(one.target)]
        assert not wrong, "These imports run upwards:\n" + "\n".join(wrong)

    def test_no_import_goes_round(self):
        graph = networkx.DiGraph([(one.module, one.target) for one in IMPORTS])
        rounds = [circle for circle in networkx.strongly_connected_components(graph) if len(circle) > 1]
        rounds += [{module} for module in graph if graph.has_edge(module, module)]
        inside = [str(one) for one in IMPORTS if any({one.module, one.target} <= circle for circle in rounds)]
        assert not inside, "These imports go round:\n" + "\n".join(inside)

    @pytest.mark.parametrize(
        ("code", "found"),
        [
            ("from course_utils.graphs import draw", ["course_utils.graphs.draw"]),
            ("from course_utils.graphs.draw import plot_model", ["course_utils.graphs.draw"]),
            ("import course_utils.markup as m", ["course_utils.markup"]),
            ("def f():\n    from course_utils.signs import plain", ["course_utils.signs"]),
            ("class A:\n    if TYPE_CHECKING:\n        from course_utils.signs import plain", []),
            ("if TYPE_CHECKING:\n    import keras\nelse:\n    from course_utils import pace", ["course_utils.pace"]),
            ("from . import pace", ["course_utils.pace"]),
            ("import numpy", []),
        ],
    )
    def test_which_imports_are_seen(self, code, found):
        assert [target for _, target in imported(ast.parse(code))] == found


def in_one_way(graph: Graph) -> Graph:
    """The same graph, with layers numbered as they come: only which calls share one is a part of it."""
    numbers: dict[object, int] = {}
    nodes = [dataclasses.replace(node, layer=numbers.setdefault(node.layer, len(numbers))) for node in graph.nodes]
    return dataclasses.replace(graph, nodes=tuple(nodes))


def assert_stays(graph: Graph, **rules: list[str]) -> None:
    once = normal_form(graph, **rules)
    assert in_one_way(normal_form(once, **rules)) == in_one_way(once)


class TestNormalForms:
    """A normal form is one: normalised again it stays the same."""

    @pytest.mark.parametrize("name", LECTURE)
    def test_of_lecture_examples(self, name):
        graph = read(LECTURE[name]())
        assert_stays(graph)
        for rule in EXTRA_RULES:
            assert_stays(graph, also=[rule.name])

    @few
    @given(seed=st.integers(0, 10**6), calls=st.integers(1, 16), spelling=st.integers(0, 10))
    def test_of_random_models(self, seed, calls, spelling):
        assert_stays(read(random_model(seed, calls, spelling)))


class TestFiles:
    @pytest.mark.parametrize("signal_number", [signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)])
    def test_none_stays_behind_of_a_process_that_is_killed_in_a_check(self, tmp_path, signal_number):
        """Its pictures are drawn, and it is in the middle of running a learner's layer."""
        code = (
            "import time, keras; from course_utils import exercise, plot_model\n"
            "class Slow(keras.layers.Layer):\n"
            "    def call(self, x):\n"
            "        if hasattr(x, 'numpy'):\n"
            "            print('in the middle', flush=True); time.sleep(600)\n"
            "        return x\n"
            "a, b = keras.Input((16,)), keras.Input((16,))\n"
            "plot_model(exercise('3.3').target()).save('model.png')\n"
            "exercise('3.3').check(keras.Model([a, b], keras.layers.dot([Slow()(a), b], axes=1, normalize=True)))\n"
        )
        temporary, here = tmp_path / "temporary", tmp_path / "here"
        temporary.mkdir()
        here.mkdir()
        places = {name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")}
        environment = {**os.environ, **places, "PYTHONPATH": str(ROOT), "COURSE_PROGRESS": "off"}
        process = subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=here, stdout=subprocess.PIPE)
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline() == b"in the middle\n"
            process.send_signal(signal_number)
            process.wait(60)
        assert [path.name for path in temporary.rglob("*")] == []
        assert [path.name for path in here.iterdir()] == ["model.png"]


def state_of(model: keras.Model) -> dict[str, object]:
    """What a learner has of a model: what it is, what it learned, how it trains."""
    optimizer, loss, history = (getattr(model, name, None) for name in ("optimizer", "loss", "history"))
    variables = [*model.variables, *(optimizer.variables if optimizer else ())]
    variables += [variable for metric in model.metrics for variable in metric.variables]
    return {
        "config": repr(model.get_config()),
        "trainable": [(layer.name, layer.trainable) for layer in model._flatten_layers()],
        "variables": [(id(variable), variable.path, variable.numpy().tobytes()) for variable in variables],
        "compiled": (model.compiled, repr(model.get_compile_config())),
        "parts": [id(part) for part in (optimizer, loss, history, *model.metrics)],
        "training": (getattr(model, "stop_training", None), model.run_eagerly),
    }


def settings() -> dict[str, object]:
    """All that `keras.config` tells."""
    names = [name for name in dir(keras.config) if not name.startswith(("_", "set_", "enable_", "disable_"))]
    told = {name: getattr(keras.config, name)() for name in names}
    return {name: getattr(one, "name", one) for name, one in told.items()}


def of_each_criterion() -> Iterator[str]:
    """Exercises that ask for a model: each criterion which does not train is among them, and one which does."""
    seen: set[type] = set()
    for id, one in every().items():
        kinds = {type(criterion) for criterion in one.criteria}
        if one.asks_for == "model" and not any(criterion.costly for criterion in one.criteria) and kinds - seen:
            seen |= kinds
            yield id
    yield "12.26"


class TestNothingIsLeft:
    """Random state, names, formats and weights: see `test_traceless`."""

    @pytest.mark.parametrize("id", list(of_each_criterion()))
    def test_an_answer_is_as_it_was_before_its_check(self, id):
        model = exercise(id).target()
        before = state_of(model), settings()
        assert exercise(id).check(model).passed
        assert (state_of(model), settings()) == before

    @pytest.mark.parametrize("id", ["3.3", "12.26"])
    def test_so_is_a_trained_model_that_is_half_frozen(self, id):
        first, second = (keras.Input(shape) for shape in [(16,), (16,)])
        frozen = layers.Dense(4, trainable=False)
        ends = layers.Dense(1, kernel_regularizer="l2")(layers.concatenate([frozen(first), frozen(second)]))
        model = compiled(keras.Model([first, second], ends), loss="mse", metrics=["mae"], weighted_metrics=["mse"])
        rows = keras.ops.ones((8, 16))
        model.fit([rows, rows], keras.ops.ones((8, 1)), epochs=2, verbose=0)
        keras.config.enable_traceback_filtering()
        before = state_of(model), settings()
        result = exercise(id).check(model)
        assert result.status == "failed"
        assert "could not look at this" not in str(result)
        assert (state_of(model), settings()) == before


DATA = {name: getattr(data, name) for name in dir(data) if inspect.ismodule(getattr(data, name))}
PUBLIC = {name: getattr(course_utils, name) for name in course_utils.__all__}
PUBLIC |= {f"data.{name}": module for name, module in DATA.items()}
PUBLIC |= {f"data.{name}.make": module.make for name, module in DATA.items()}
GIVEN = {
    "exercise(…)": "course_utils.exercises.declaration.Exercise",
    "exercise(…).check(…)": "course_utils.checks.result.Result",
    "a criterion of it": "course_utils.checks.result.Finding",
    "exercise(…).hint()": "course_utils.exercises.declaration.Note",
    "exercise(…).solution()": "course_utils.exercises.declaration.Code",
    "compare_models(…)": "course_utils.graphs.difference.Difference",
    "an edit of it": "course_utils.graphs.compare.edits.Edit",
    "plot_model(…)": "course_utils.graphs.draw.picture.Picture",
    "explore(…)": "course_utils.widgets.view.View",
    "data.….make(…)": "course_utils.data.dataset.Dataset",
    "its train": "course_utils.data.dataset.Split",
    "Progress()": "course_utils.widgets.progress.Progress",
}
"""What the public names return."""


def own_words(thing: object) -> str:
    """The docstring that belongs to this thing and no other, not one that dataclasses make up."""
    said = inspect.getdoc(thing) or ""
    return "" if isinstance(thing, type) and said.startswith(f"{thing.__name__}(") else said


class TestHelp:
    @pytest.mark.parametrize("name", PUBLIC)
    def test_on_a_public_name_answers(self, name):
        thing = PUBLIC[name]
        first = own_words(thing).partition("\n")[0]
        assert first.endswith((".", ":")), f"help({name}) begins with {first!r}"
        assert first in pydoc.plain(pydoc.render_doc(thing))

    @pytest.mark.parametrize("given", GIVEN)
    def test_on_what_it_returns_answers(self, given):
        module, name = GIVEN[given].rsplit(".", 1)
        kind = getattr(importlib.import_module(module), name)
        assert own_words(kind)
        methods = {
            name: member
            for name, member in vars(kind).items()
            if not name.startswith("_") and (inspect.isroutine(member) or isinstance(member, (property, classmethod)))
        }
        assert [name for name, member in methods.items() if not own_words(getattr(kind, name, member))] == []
        assert own_words(kind).partition("\n")[0] in pydoc.plain(pydoc.render_doc(kind))


class TestDocuments:
    TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

    def test_every_path_that_architecture_names_is_there(self):
        named = set(re.findall(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:py|md|toml))`", self.TEXT))
        named |= {link for link in re.findall(r"\]\(([^)#]+)\)", self.TEXT) if "://" not in link}
        named.remove("solutions/NN_topic.py")  # a form, not a file
        assert len(named) > 40
        assert [path for path in sorted(named) if not ((ROOT / path).exists() or (PACKAGE / path).exists())] == []

    def test_its_rooms_are_those_of_the_law_in_the_same_order(self):
        table = re.findall(r"(?m)^\| `course_utils/([\w/]+)(?:/|\.py)` \|", self.TEXT.partition("\n## From")[0])
        assert [(path.replace("/", "."),) for path in table] == [*ROOMS[1:-1]]
