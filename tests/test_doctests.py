"""Examples in docstrings, and on pages made from them, are true."""

import doctest
import importlib
import re

import pytest

from course_utils.course import ROOT

pytestmark = pytest.mark.slow

MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "course_utils").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
    and path.name != "prose.py"  # whose examples are for a page, and run on it
]
BLOCKS = re.findall(r"(?ms)^```python\n(.*?)^```$", (ROOT / "CRITERIA.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition("import ")[2].split("\n")[0] or "block")
def test_each_block_of_the_page_gives_what_it_says(block):
    example = doctest.DocTestParser().get_doctest(block, {}, "CRITERIA.md", "CRITERIA.md", 0)
    assert example.examples
    assert not doctest.DocTestRunner(verbose=False).run(example).failed


def test_each_stage_of_a_comparison_has_an_example():
    assert {f"course_utils.graphs.compare.{name}" for name in ("match", "align", "edits")} <= set(MODULES)
