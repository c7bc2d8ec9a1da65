"""A line that is written over: nothing of it is left beside what others print."""

import contextlib
import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import live_line
from course_utils.live_line import WIDTH, LiveLine, line
from tests.terminal import Terminal

LETTERS = st.text("abc ", min_size=1, max_size=20).map(str.strip).filter(bool)
EVENTS = st.one_of(
    st.tuples(st.just("show"), st.lists(LETTERS, min_size=1, max_size=9)),
    st.tuples(st.sampled_from(["stdout", "stderr"]), LETTERS.map("{}\n".format) | LETTERS | st.just("\n")),
)


def happens(events, end):
    """Show and print in turn; tell what others printed, as it is to stand, with the line that ends it."""
    printed = ""
    with contextlib.closing(LiveLine()) as live:
        for kind, what in events:
            if kind == "show":
                live.show(what)
            else:
                printed += what
                getattr(sys, kind).write(what)
        if end:
            live.end(end)
            printed += ("" if printed.endswith("\n") or not printed else "\n") + f"{end}\n"
    return printed


@given(st.lists(EVENTS), st.none() | st.just("Trained."))
def test_what_others_print_stands_whole_and_nothing_of_the_line_is_left(events, end):
    with Terminal() as terminal:
        printed = happens(events, end)
        assert sys.stdout is sys.stderr is terminal
    plain = Terminal()
    plain.write(printed)
    assert terminal.shown == plain.shown


@given(st.lists(EVENTS), st.sampled_from([10, 30, 80, 200]))
def test_while_it_stands_each_row_is_somebodys_whole_line(events, width):
    terminal = Terminal(width)
    printed = Terminal(width)
    with pytest.MonkeyPatch.context() as patch, terminal, contextlib.closing(LiveLine()) as live:
        patch.setattr(live_line.shutil, "get_terminal_size", lambda: type("Size", (), {"columns": width}))
        for kind, what in events:
            if kind == "show":
                live.show(what)
                own = [] if printed.rows[-1] else [line(what, min(WIDTH, width - 3))]
                assert terminal.shown == [*printed.shown, *filter(None, own)]
            else:
                getattr(sys, kind).write(what)
                printed.write(what)
                assert terminal.shown == printed.shown


@given(st.lists(EVENTS))
def test_in_a_file_there_is_no_carriage_return_and_what_others_print_is_as_it_was(events):
    with contextlib.redirect_stdout(io.StringIO()) as file, contextlib.redirect_stderr(file):
        printed = happens(events, "Trained.")
    assert file.getvalue() == printed


def test_in_a_file_there_is_a_line_now_and_then(monkeypatch):
    monkeypatch.setattr(live_line, "_SELDOM", 0.0)
    with contextlib.redirect_stdout(io.StringIO()) as file, contextlib.closing(LiveLine()) as live:
        live.show(["epoch 1/2", "3 s left"])
        live.show(["epoch 2/2"])
    assert file.getvalue() == "epoch 1/2  3 s left\nepoch 2/2\n"


def test_errors_in_a_file_leave_the_line_on_the_terminal():
    with Terminal() as terminal, contextlib.redirect_stderr(io.StringIO()), contextlib.closing(LiveLine()) as live:
        live.show(["epoch 1/2"])
        sys.stderr.write("a warning, with no end")
        assert terminal.shown == ["epoch 1/2"]
        live.show(["epoch 2/2"])
        assert terminal.shown == ["epoch 2/2"]


def test_one_line_makes_way_for_another():
    with Terminal() as terminal:
        outer = LiveLine()
        outer.show(["outer"])
        inner = LiveLine()
        inner.show(["inner"])
        assert terminal.shown == ["inner"]
        inner.end("Inner ended.")
        outer.show(["outer again"])
        outer.end("Outer ended.")
        assert terminal.shown == ["Inner ended.", "Outer ended."]
        assert sys.stdout is terminal


def test_what_a_terminal_adds_when_somebody_interrupts_goes_with_the_line():
    with Terminal() as terminal, contextlib.closing(LiveLine()) as live:
        live.show(["x" * WIDTH])
        terminal.write("^C")
        live.end("Stopped.")
    assert terminal.shown == ["Stopped."]


def test_a_program_without_a_window_has_no_streams(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    live = LiveLine()
    live.show(["epoch 1/2"])
    live.end("Trained.")


def test_other_parts_of_a_stream_are_in_reach():
    with contextlib.redirect_stdout(io.StringIO()) as file, contextlib.closing(LiveLine()):
        sys.stdout.writelines(["a\n", "b\n"])
        assert sys.stdout.getvalue() == file.getvalue() == "a\nb\n"


def test_a_line_holds_whole_parts():
    parts = ["epoch 1/2", "4 s left", "loss 468", "val_loss nan", *(f"head_{at}_loss 468" for at in range(8))]
    for width in range(WIDTH + 1):
        shown = line(parts, width)
        assert len(shown) <= width
        assert set(shown.split("  ")) <= {*parts, ""}
    assert shown.count("468") == 3


def test_wide_letters_count_twice():
    assert line(["損失 1", "x"], 6) == "損失 1"
    assert line(["損失 1", "x"], 8) == "損失 1"
    assert line(["損失 1", "x"], 9) == "損失 1  x"
