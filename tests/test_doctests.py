"""Examples in docstrings are true."""

import doctest
import importlib

import pytest

from course_utils.course import ROOT

MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "course_utils").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted
    assert not result.failed


def test_each_stage_of_a_comparison_has_an_example():
    assert {f"course_utils.graphs.compare.{name}" for name in ("match", "align", "edits")} <= set(MODULES)
