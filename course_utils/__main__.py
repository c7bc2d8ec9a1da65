"""The course's own commands: `python -m course_utils build | check | test | try | watch | new | …`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from course_utils.course import CourseError
from course_utils.signs import ERRORS

_LESSONS = "which lessons, by number; all when none is named"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that cannot hold a sign gets a plain one
            stream.reconfigure(errors=ERRORS)
    arguments = _parser().parse_args(argv)
    from course_utils.lessons.source import SourceError
    from course_utils.workshop.build import BuildError
    from course_utils.workshop.figures import FigureError
    from course_utils.workshop.new import NotNew
    from course_utils.workshop.trying import NotTried

    try:
        return int(_COMMANDS[arguments.command](arguments))
    except (BuildError, CourseError, FigureError, NotNew, NotTried, SourceError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m course_utils")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def lessons(name: str, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help)
        command.add_argument("numbers", nargs="*", metavar="NN", help=_LESSONS)
        return command

    building = lessons("build", "build both editions of the lessons from their sources NN_topic.py")
    building.add_argument("--check", action="store_true", help="write nothing; fail when one is stale or at fault")
    building.add_argument(
        "--execute",
        choices=("new", "all", "nothing"),
        default="new",
        const="all",
        nargs="?",
        help="run the cells whose code, or what their outputs depend on, is new (the rule); all; none but new code",
    )
    building.add_argument("--jobs", type=int, default=2, help="how many notebooks run at a time (2)")
    lessons("check", "fail when anything built no longer fits its source, or a lesson has a fault; writes nothing")
    testing = lessons("test", "the tests of these lessons: their exercises, their data, both editions under nbval")
    testing.add_argument("--jobs", type=int, default=2, help="how many tests run at a time (2)")
    lessons("audit", "how good the checkers are, a row for each exercise that asks for a graph or compile settings")
    trying = commands.add_parser("try", help="what a learner would be told for an answer, as text and as a page")
    trying.add_argument("exercise", metavar="N.M", help="the exercise's id")
    trying.add_argument("answer", type=Path, metavar="FILE", help="Python code as a learner writes it in the cell")
    trying.add_argument("--show", choices=("next", "all"), default="next", help="all that is known, or a first check's")
    watching = commands.add_parser("watch", help="build a lesson anew whenever one of its files is saved")
    watching.add_argument("number", metavar="NN", help="which lesson")
    making = commands.add_parser("new", help="begin a lesson, a data set, a widget or a rule: all files it has")
    making.add_argument(
        "names",
        nargs="+",
        metavar="NAME",
        help="`14_wide_and_deep` for a lesson; `data ponds`, `widget dials`, `rule pool_then_relu`; `course FOLDER`",
    )
    drawing = lessons("figures", "draw the pictures in figures/")
    drawing.add_argument("--check", action="store_true", help="write nothing; fail when a picture is stale")
    describing = commands.add_parser("criteria", help="write CRITERIA.md from what the criteria say of themselves")
    describing.add_argument("--check", action="store_true", help="write nothing; fail when the page is stale")
    commands.add_parser("doctor", help="what is installed and what is missing, a line each")
    return parser


def _build(arguments: argparse.Namespace) -> int:
    from course_utils.workshop import build

    if arguments.check:
        return _report(build.stale(arguments.numbers), "Every built notebook fits its source.")
    for line in build.build(arguments.numbers, execute=arguments.execute, jobs=arguments.jobs):
        print(line, flush=True)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from course_utils import course
    from course_utils.workshop import build, criteria, figures

    problems = build.stale(arguments.numbers) + figures.stale(arguments.numbers)
    if not arguments.numbers and not course.here().lessons:  # the page belongs to this course
        problems += criteria.stale()
    return _report(problems, "Every built file fits its source.")


def _test(arguments: argparse.Namespace) -> int:
    from course_utils.workshop import testing

    return testing.run(arguments.numbers, jobs=arguments.jobs)


def _audit(arguments: argparse.Namespace) -> int:
    from course_utils.workshop.audit import table

    return table.main(arguments.numbers)


def _try(arguments: argparse.Namespace) -> int:
    from course_utils.workshop import trying

    page, told = trying.told(arguments.exercise, arguments.answer, show=arguments.show)
    print(f"{told}\n\nAs the notebook shows it: {page}")
    return 0 if told.passed else 1


def _watch(arguments: argparse.Namespace) -> int:
    from course_utils.workshop import watching

    watching.watch(arguments.number)
    return 0


def _new(arguments: argparse.Namespace) -> int:
    from course_utils.workshop import new

    for line in new.begin(*arguments.names):
        print(line)
    return 0


def _figures(arguments: argparse.Namespace) -> int:
    from course_utils.workshop import figures

    if arguments.check:
        return _report(figures.stale(arguments.numbers), "Every figure is what its function draws.")
    figures.write(arguments.numbers)
    return 0


def _criteria(arguments: argparse.Namespace) -> int:
    from course_utils.workshop import criteria

    if arguments.check:
        return _report(criteria.stale(), "CRITERIA.md says what the criteria say.")
    criteria.write()
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from course_utils.workshop import doctor

    return doctor.main()


_COMMANDS = {
    "build": _build,
    "check": _check,
    "test": _test,
    "audit": _audit,
    "try": _try,
    "watch": _watch,
    "new": _new,
    "figures": _figures,
    "criteria": _criteria,
    "doctor": _doctor,
}


def _report(problems: Sequence[str], praise: str) -> int:
    print("\n".join(problems) or praise)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
