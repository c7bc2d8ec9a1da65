"""What a learner did is never lost: by two kernels at once, a kernel that is killed, a file that cannot be used."""

import contextlib
import functools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course_utils.checks.done import Done
from course_utils.exercises import record
from course_utils.exercises.record import Record

pytestmark = pytest.mark.slow

IDS = st.sampled_from(["0.1", "3.2", "12.26", "99.9", "an older <course>"])
DONE = st.builds(Done, tried=st.booleans(), passed=st.booleans(), hints=st.integers(0, 5), solution=st.booleans())
WRITER = """
import sys
from pathlib import Path
from course_utils.checks.done import Done
from course_utils.exercises.record import Record
own, path, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
kept = Record(path)
for number in range(count):
    kept.add(f"{own}.{number}", Done(tried=True, hints=number))
    kept.add("both", Done(hints=number, passed=own == "1"))
    print("" if kept.problem else number, flush=True)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".progress.sqlite"


def writer(own, path, count):
    command = [sys.executable, "-c", WRITER, str(own), str(path), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@given(DONE, DONE, DONE)
def test_what_was_done_adds_up_in_any_order(a, b, c):
    assert a | b == b | a
    assert (a | b) | c == a | (b | c)
    assert a | a == a == a | Done()


@settings(max_examples=60)
@given(st.lists(st.one_of(st.tuples(st.booleans(), IDS, DONE), st.tuples(st.booleans(), st.lists(IDS) | st.none()))))
def test_two_kernels_see_what_either_did(events):
    """Each event comes from one of two kernels; a pair forgets."""
    with tempfile.TemporaryDirectory() as folder:
        kernels = [Record(Path(folder) / "record") for _ in range(2)]
        expected = {}
        for kernel, first, *rest in events:
            if rest:
                kernels[kernel].add(first, rest[0])
                expected[first] = expected.get(first, Done()) | rest[0]
            else:
                kernels[kernel].clear(first)
                expected = {} if first is None else {id: done for id, done in expected.items() if id not in first}
            assert kernels[not kernel].read() == expected
        assert Record(Path(folder) / "record").read() == expected, "after a restart"
        assert [one.problem for one in kernels] == ["", ""]


def test_reading_makes_no_file(path):
    assert Record(path).read() == {}
    Record(path).clear()
    assert not path.exists()


def test_a_file_without_content_is_a_new_record(path):
    path.touch()
    assert Record(path).read() == {}
    Record(path).add("0.1", Done(passed=True))
    assert Record(path).read() == {"0.1": Done(passed=True)}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_kernel_that_is_killed_while_it_writes_loses_nothing_that_it_wrote(path):
    written = set()
    for own in range(4):
        process = writer(own, path, 10**6)
        told = [process.stdout.readline().strip() for _ in range(2 + 7 * own)]  # it is in the midst of it
        process.send_signal(signal.SIGKILL)
        said, _ = process.communicate()
        numbers = [*told, *said.split("\n")[:-1]]  # the last line may be cut
        assert all(numbers)
        written |= {"both"} | {f"{own}.{number}" for number in numbers}
        kept = Record(path)
        assert written <= set(kept.read())
        assert kept.problem == ""


def test_two_processes_that_write_at_once_lose_nothing(path):
    count = 150
    processes = [writer(own, path, count) for own in (1, 2)]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    found = Record(path).read()
    assert found.pop("both") == Done(passed=True, hints=count - 1)
    assert found == {f"{own}.{n}": Done(tried=True, hints=n) for own in (1, 2) for n in range(count)}


@pytest.mark.parametrize("content", [b"no database", b"{}", b"SQLite format 3\0" + b"\xff" * 2000, b"\0" * 5000])
def test_a_damaged_file_is_kept_beside_and_a_new_record_begins(path, content):
    path.write_bytes(content)
    kept = Record(path)
    assert kept.read() == {}
    assert path.with_name(".progress.sqlite.bak").read_bytes() == content
    assert "`.progress.sqlite.bak`" in kept.problem
    kept.add("0.1", Done(passed=True))
    assert Record(path).read() == {"0.1": Done(passed=True)}
    path.write_bytes(b"damaged again")
    kept.add("0.2", Done(tried=True))
    assert path.with_name(".progress.sqlite.bak").read_bytes() == content, "the first is not lost"
    assert path.with_name(".progress.sqlite.bak2").read_bytes() == b"damaged again"
    assert Record(path).read() == {"0.2": Done(tried=True)}


def test_the_journal_of_a_damaged_file_goes_with_it(path):
    path.write_bytes(b"damaged")
    journal = path.with_name(".progress.sqlite-journal")
    journal.write_bytes(b"half a change")
    Record(path)._set_file_aside()  # SQLite itself takes away a journal that belongs to nothing
    assert path.with_name(".progress.sqlite.bak-journal").read_bytes() == b"half a change"
    assert not journal.exists()


@functools.cache
def whole_file():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record"
        for number in range(120):
            Record(path).add(f"1.{number}", Done(tried=True, hints=2))
        return path.read_bytes()


PLACES = st.integers(0, 200) | st.integers(0, 100_000)  # the header of the file; anywhere in it


@settings(max_examples=150)
@example([(94005, 128)], 0)  # a row was written, and never found again
@example([(28461, 128)], 0)  # SQLite's sentence about the table is no UTF-8
@given(changes=st.lists(st.tuples(PLACES, st.integers(0, 255)), min_size=1, max_size=20), lost=st.just(0) | PLACES)
def test_whatever_befalls_the_file_nothing_is_raised_and_nothing_thrown_away(changes, lost):
    broken = bytearray(whole_file())
    for at, byte in changes:
        broken[at % len(broken)] = byte
    broken = bytes(broken[: len(broken) - lost % len(broken)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record"
        path.write_bytes(broken)
        kept = Record(path)
        kept.read()
        kept.add("0.1", Done(passed=True))
        assert kept.read()["0.1"].passed
        aside = path.with_name("record.bak")
        assert not aside.exists() or kept.problem
        if "damaged" in kept.problem and "cannot be used" not in kept.problem:
            assert Record(path).read()["0.1"].passed


def test_another_programs_database_is_left_alone(path):
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE exercises (id, mark)")
        other.execute("INSERT INTO exercises VALUES ('0.1', 'good')")
        other.commit()
    before = path.read_bytes()
    kept = Record(path)
    kept.add("0.1", Done(passed=True))
    assert kept.read() == {"0.1": Done(passed=True)}
    assert "cannot be used (" in kept.problem
    assert path.read_bytes() == before


def test_values_that_are_no_numbers_are_none(path):
    kept = Record(path)
    kept.add("0.1", Done(hints=1))
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE exercises SET hints = 'many', passed = x'00ff', tried = 2.7")
        other.commit()
    assert kept.read() == {"0.1": Done(tried=True)}


@pytest.fixture
def read_only_folder():
    """A folder with a record in which nobody may write, not even root."""
    folder = Path(tempfile.mkdtemp())
    Record(folder / "record").add("0.1", Done(passed=True))
    (folder / "record").chmod(0o444)
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield folder
    if is_root:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX's rights")
def test_where_nothing_can_be_written_what_was_is_read_and_the_rest_remembered(read_only_folder):
    kept = Record(read_only_folder / "record")
    assert kept.read() == {"0.1": Done(passed=True)}
    assert kept.problem == ""
    started = time.monotonic()
    kept.add("0.2", Done(tried=True))
    kept.add("0.2", Done(hints=1))
    assert time.monotonic() - started < 1
    assert kept.read() == {"0.1": Done(passed=True), "0.2": Done(tried=True, hints=1)}
    assert "`record` cannot be used (" in kept.problem
    assert [path.name for path in read_only_folder.iterdir()] == ["record"]


@pytest.mark.parametrize("make", [lambda path: path / "no such folder" / "record", lambda path: path])
def test_no_place_for_a_file_is_a_sentence(tmp_path, make):
    kept = Record(make(tmp_path))
    kept.add("0.1", Done(passed=True))
    assert kept.read() == {"0.1": Done(passed=True)}
    assert "cannot be used" in kept.problem
    assert str(tmp_path.parent) not in kept.problem
    kept.clear()
    assert kept.read() == {}


def test_a_damaged_file_that_cannot_be_moved_stays(path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    path.write_bytes(b"no database")
    monkeypatch.setattr(record.os, "replace", refuse)
    kept = Record(path)
    kept.add("0.1", Done(passed=True))
    assert kept.read() == {"0.1": Done(passed=True)}
    assert "cannot be used (Permission denied)" in kept.problem
    assert path.read_bytes() == b"no database"


def test_what_could_not_be_written_is_written_with_the_next(path, monkeypatch):
    monkeypatch.setattr(record, "SECONDS", 0.01)
    kept = Record(path)
    kept.add("0.1", Done(tried=True))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        kept.add("0.1", Done(passed=True))
        assert "locked" in kept.problem
        assert kept.read() == {"0.1": Done(passed=True)}, "the file cannot be read either"
    kept.add("0.2", Done(tried=True))
    assert kept.problem == ""
    assert Record(path).read() == {"0.1": Done(tried=True, passed=True), "0.2": Done(tried=True)}


def test_a_python_without_sqlite_is_told(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    kept = Record(path)
    kept.add("0.1", Done(passed=True))
    assert kept.read() == {"0.1": Done(passed=True)}
    assert "this Python has no SQLite" in kept.problem
