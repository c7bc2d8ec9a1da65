"""What `python -m course_utils new` begins: it runs as it stands, or nothing is written and a sentence says why."""

import ast
import keyword
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course_utils import course
from course_utils.__main__ import main
from course_utils.course import ROOT, Course
from course_utils.lessons.source import parse
from course_utils.workshop import faults, new
from course_utils.workshop.new import NotNew, begin

pytestmark = pytest.mark.slow

COPIED = (
    "pyproject.toml",
    "solutions/ruff.toml",
    "solutions/00_start_here.py",
    "course_utils/__init__.py",
    "course_utils/cells.py",
    "course_utils/data/words.py",
    "course_utils/data/waves.py",
    "course_utils/graphs/normal/__init__.py",
    "course_utils/graphs/normal/rules/merging.py",
    "course_utils/graphs/normal/rules/nothing.py",
    "tests/test_graphs_rules.py",
    "tests/answers/lesson_00.py",
)
DOOR = "course_utils/__init__.py"
REGISTRY = "course_utils/graphs/normal/__init__.py"
PAIRS = "tests/test_graphs_rules.py"
LESSON = [
    "solutions/14_ponds.py",
    "course_utils/exercises/lesson_14.py",
    "course_utils/data/ponds.py",
    "tests/test_data_ponds.py",
    "course_utils/workshop/figures/lesson_14.py",
    "figures/14_ponds.svg",
    "tests/answers/lesson_14.py",
]
WIDGET = [*(f"course_utils/widgets/dials.{kind}" for kind in ("py", "js", "css")), "tests/test_widgets_dials.py"]
KINDS = {
    ("14_ponds",): (LESSON, []),
    ("data", "ponds"): (LESSON[2:4], []),
    ("widget", "dials"): (WIDGET, [DOOR]),
    ("rule", "crops_nothing"): (["course_utils/graphs/normal/rules/crops_nothing.py"], [REGISTRY, PAIRS]),
}


@contextmanager
def copy_of_the_package():
    """A folder with the few files of the package that a new part meets, in which `new` works."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        root = Path(folder).resolve()
        for name in COPIED:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, root / name)
        patch.setattr(course, "ROOT", root)
        patch.setattr(course, "here", lambda: Course(root))
        yield root


@pytest.fixture
def package():
    with copy_of_the_package() as root:
        yield root


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A course of one's own, without a lesson."""
    (tmp_path / "lessons").mkdir()
    monkeypatch.setattr(course, "here", lambda: Course(tmp_path, "lessons"))
    return tmp_path


def files(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def refused(root, *names):
    """Why something is not begun; nothing is written then."""
    before = files(root)
    with pytest.raises(NotNew) as told:
        list(begin(*names))
    assert files(root) == before
    return str(told.value)


class TestFiles:
    @pytest.mark.parametrize("names", KINDS, ids=" ".join)
    def test_each_file_is_told_and_last_what_to_do_next(self, package, names):
        before = files(package)
        written, registered = KINDS[names]
        *told, last = begin(*names)
        assert told == [*written, *(f"{path}  (registered)" for path in registered)]
        after = files(package)
        assert {path for path in after if after[path] != before.get(path)} == {*written, *registered}
        assert last.startswith("Next: `python -m ")
        assert not any(
            b"{{" in after[path] and b"}}" in after[path] for path in written if path.endswith((".js", ".css"))
        )

    @pytest.mark.parametrize("names", KINDS, ids=" ".join)
    def test_none_that_is_there_is_written_over(self, package, names):
        for path in KINDS[names][0]:
            if path.startswith(("course_utils/data/", "solutions/")):
                continue  # refused by name, see below
            there = package / path
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_text("mine", encoding="utf-8")
            assert refused(package, *names).startswith(f"{path} is there already; nothing was written.")
            there.unlink()

    def test_all_are_taken_back_where_one_cannot_be_written(self, package):
        (package / "figures").write_text("a file in place of a folder", encoding="utf-8")
        before = sorted(package.rglob("*"))
        assert refused(package, "14_ponds").endswith("nothing was.")
        assert sorted(package.rglob("*")) == before

    @pytest.mark.parametrize(
        ("names", "path", "pattern"),
        [
            (("widget", "dials"), DOOR, r'(?m)^    ".*": "course_utils.*\n'),
            (("widget", "dials"), DOOR, r"(?m)^    from course_utils\.widgets.*\n"),
            (("rule", "crops_nothing"), REGISTRY, r"(?m)^    nothing\.DROPOUT,\n"),
            (("rule", "crops_nothing"), PAIRS, r"(?m)^PAIRS = \[$"),
        ],
    )
    def test_a_place_to_register_that_is_not_found_is_told(self, package, names, path, pattern):
        there = package / path
        there.write_text(re.sub(pattern, "", there.read_text(encoding="utf-8")), encoding="utf-8")
        assert re.search(rf"{path} has no.* line .*nothing was written\.", refused(package, *names))
        there.unlink()
        assert re.search(rf"{path} is missing", refused(package, *names))

    def test_a_second_rule_waits_for_the_first_to_be_written(self, package):
        list(begin("rule", "crops_nothing"))
        assert "crops_nothing.py still is the example" in refused(package, "rule", "another")
        first = package / KINDS["rule", "crops_nothing"][0][0]
        first.write_text(first.read_text(encoding="utf-8").replace(faults.TO_FILL_IN, "Say"), encoding="utf-8")
        list(begin("rule", "another"))
        assert "has a rule “crops nothing” already" in refused(package, "rule", "crops_nothing")


class TestNames:
    @pytest.mark.parametrize(
        ("names", "words"),
        [
            ((), "Name what to begin"),
            (("lesson", "x", "y"), "Name what to begin"),
            (("data",), "Name what to begin"),
            (("ponds",), "two digits, an underscore and a topic, such as `01_topic`"),
            (("4_ponds",), "such as `04_ponds`"),
            (("14_Ponds",), "joined by single underscores, such as `14_ponds`"),
            (("14_wide__and-deep",), "such as `14_wide_and_deep`"),
            (("14_",), "a topic is small letters"),
            (("14_class",), "a word of Python's own; write more, such as `14_class_2`"),
            (("00_ponds",), "solutions/00_start_here.py has the number 00 already; the next that is free: `01_topic`"),
            (("14_waves",), "`data.waves` is there already"),
            (("14_" + "a" * 41,), "at most 40 characters; this has 41"),
            (("data", "WideDeep"), "such as `wide_deep`"),
            (("data", "../../x"), "such as `x`"),
            (("data", "words"), "`data.words` is there already"),
            (("data", "course"), "`data.course` is there already"),
            (("widget", "merges"), "has a meaning in course_utils/__init__.py already"),
            (("widget", "cells"), "a name of Python's or of `course_utils`"),
            (("widget", "print"), "a name of Python's or of `course_utils`"),
            (("widget", "html"), "has a meaning in the widget that a new one begins as"),
            (("rule", "pool then relu"), "such as `pool_then_relu`"),
            (("rule", "flatten"), "has a meaning in course_utils/graphs/normal/__init__.py"),
            (("rule", "no_ops"), "nothing.py has a rule “no ops” already"),
            (("course", ""), "Name the folder"),
            (("course", "a\0b"), "Name the folder"),
        ],
    )
    def test_those_that_nothing_can_have_are_told_with_a_cure(self, package, names, words):
        assert words in refused(package, *names)

    @settings(max_examples=120)
    @given(
        st.sampled_from(["", "data", "widget", "rule"]),
        st.one_of(
            st.text(max_size=50),
            st.from_regex(r"[a-z][a-z0-9_]{0,45}", fullmatch=True),
            st.sampled_from([*keyword.kwlist, *keyword.softkwlist, "no", "yes", "null", "on", "make", "data", "test"]),
        ),
    )
    @example("", "no")
    @example("", "a" * 40)
    @example("widget", "units")
    @example("rule", "rule")
    def test_any_name_gives_files_that_parse_or_none(self, kind, name):
        names = (kind, name) if kind else (f"14_{name}",)
        with copy_of_the_package() as root, pytest.MonkeyPatch.context() as patch:
            patch.setattr(new, "_drawn", lambda module: "<svg/>\n")  # the picture is the same for all names
            before = files(root)
            told = ""
            try:
                list(begin(*names))
            except NotNew as why:
                told = str(why)
            after = files(root)
            if told:
                assert re.search(r"[a-z].*\.$", told, re.DOTALL)
                assert after == before
                return
            changed = [path for path in after if after[path] != before.get(path)]
            assert changed
            for path in changed:
                if path.endswith(".py"):
                    ast.parse(after[path])
            if not kind:
                lesson = parse(root / "solutions" / f"14_{name}.py")
                assert [region.exercise for region in lesson.regions] == [f"14.{number}" for number in range(1, 6)]
                assert lesson.header.title.casefold().replace(" ", "_") == name

    def test_short_and_long_ones_are_formatted_as_the_rest(self, package):
        for folder in ("course_utils", "tests"):  # whole, since imports are sorted by which modules there are
            kept = shutil.ignore_patterns("__pycache__", "golden")
            shutil.copytree(ROOT / folder, package / folder, dirs_exist_ok=True, ignore=kept)
        for name in ("q", "q" * 40, "merging2", "merging10", "z_9"):
            list(begin("widget", name))
            list(begin("data", name))
            list(begin("rule", name))
            rule = package / "course_utils" / "graphs" / "normal" / "rules" / f"{name}.py"
            rule.write_text(rule.read_text(encoding="utf-8").replace(faults.TO_FILL_IN, "Fill in"), encoding="utf-8")
        list(begin("14_x"))
        list(begin("15_" + "x" * 40))
        for command in (["check", "--output-format", "concise"], ["format", "--check"]):
            run = [sys.executable, "-m", "ruff", *command, "."]
            done = subprocess.run(run, cwd=package, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout


class TestElsewhere:
    @pytest.mark.parametrize("kind", ["widget", "rule"])
    def test_what_belongs_to_the_package_is_not_begun(self, elsewhere, kind):
        assert "belongs to the package `course_utils`" in refused(elsewhere, kind, "dials")

    def test_nor_is_anything_where_there_is_no_course(self, tmp_path, monkeypatch):
        monkeypatch.setattr(course, "here", lambda: Course(tmp_path))  # as the installed package, without lessons
        for names in (("14_ponds",), ("data", "ponds"), ("widget", "dials"), ("rule", "x")):
            assert "`python -m course_utils new course FOLDER`" in refused(tmp_path, *names)

    def test_data_may_not_have_a_name_of_the_packages_own(self, elsewhere):
        assert "`data.waves` is there already" in refused(elsewhere, "data", "waves")
        list(begin("data", "ponds"))
        assert "`data.ponds` is there already" in refused(elsewhere, "02_ponds")

    def test_a_course_takes_no_file_for_a_folder_and_overwrites_none(self, tmp_path):
        (tmp_path / "README.md").write_text("mine", encoding="utf-8")
        assert "README.md is there already" in refused(tmp_path, "course", str(tmp_path))
        assert "is a file; name a folder" in refused(tmp_path, "course", str(tmp_path / "README.md" / "course"))

    def test_its_notebooks_are_compared_as_those_of_this_one(self):
        rules = (new._TEMPLATES / "course" / "sanitize.cfg.txt").read_text(encoding="utf-8")
        assert rules == (ROOT / "tests" / "sanitize.cfg").read_text(encoding="utf-8")


RIGHT = """
wide, deep = keras.Input((8,), name="wide"), keras.Input((2,), name="deep")
x = layers.Dense(8, "relu")(layers.Dense(16, "relu")(deep))
model = keras.Model([wide, deep], layers.Dense(1)(layers.concatenate([x, wide])))
"""
COMMANDS = """
import sys
from course_utils.__main__ import main
for command in (["check"], ["try", "1.2", "right.py"], ["try", "1.2", "wrong.py"]):
    print("exit", main(command), flush=True)
"""


def test_a_course_elsewhere_is_built_checked_and_answers_back(tmp_path, capsys):
    """From nothing to a lesson that answers: as a teacher would, in a folder of their own."""
    root = tmp_path / "my course"
    assert main(["new", "course", str(root)]) == 0
    assert "lessons/01_wide_and_deep.py\n" in capsys.readouterr().out
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COURSE_PROGRESS": "off"}

    def run(*arguments):
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)

    for command in (["check"], ["format", "--check"]):
        linted = run("-m", "ruff", *command, ".")
        assert linted.returncode == 0, linted.stdout
    built = run("-m", "course_utils", "build")
    assert built.returncode == 0, built.stderr
    assert re.search(
        rf"01_wide_and_deep  \d\d texts to fill in \({faults.TO_FILL_IN}\), the first in lessons/", built.stdout
    )
    assert sorted(path.parent.name for path in root.rglob("*.ipynb")) == ["notebooks", "solutions"]
    assert "[01 Wide and deep](notebooks/01_wide_and_deep.ipynb)" in (root / "README.md").read_text(encoding="utf-8")
    (root / "right.py").write_text(RIGHT, encoding="utf-8")
    (root / "wrong.py").write_text(RIGHT.replace("(deep))", "(wide))"), encoding="utf-8")
    checked, right, wrong = run("-c", COMMANDS).stdout.split("exit ")[:-1]
    assert "Every built file fits its source." in checked
    assert right.splitlines()[1] == "✓ Exercise 1.2, Go deeper: passed"
    assert "it should read `deep`" in wrong
