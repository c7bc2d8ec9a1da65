"""The course's own commands: `python -m course_utils build | figures | audit | doctor`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from course_utils.signs import ERRORS


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that cannot hold a sign gets a plain one
            stream.reconfigure(errors=ERRORS)
    parser = argparse.ArgumentParser(prog="python -m course_utils")
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="build both editions of the lessons from solutions/NN_topic.py")
    building.add_argument("numbers", nargs="*", metavar="NN", help="which lessons; all when none is named")
    building.add_argument("--check", action="store_true", help="write nothing; fail when a built file is stale")
    building.add_argument(
        "--execute",
        choices=("new", "all", "nothing"),
        default="new",
        const="all",
        nargs="?",
        help="run the cells whose code, or what their outputs depend on, is new (the rule); all; none",
    )
    building.add_argument("--jobs", type=int, default=2, help="how many notebooks run at a time (2)")
    drawing = commands.add_parser("figures", help="draw the pictures in figures/")
    drawing.add_argument("--check", action="store_true", help="write nothing; fail when a picture is stale")
    commands.add_parser("audit", help="how good the checkers are, a row for each exercise")
    commands.add_parser("doctor", help="what is installed and what is missing, a line each")
    arguments = parser.parse_args(argv)

    if arguments.command == "doctor":
        from course_utils.workshop import doctor

        return doctor.main()

    if arguments.command == "audit":
        from course_utils.workshop.audit import table

        return table.main()

    if arguments.command == "figures":
        from course_utils.workshop import figures

        if not arguments.check:
            figures.write()
            return 0
        return _report(figures.stale(), "Every figure is what its function draws.")

    from course_utils.workshop.build import BuildError, SourceError, build, stale

    try:
        if arguments.check:
            return _report(stale(arguments.numbers), "Every built file fits its source.")
        for line in build(arguments.numbers, execute=arguments.execute, jobs=arguments.jobs):
            print(line, flush=True)
    except (BuildError, SourceError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _report(problems: Sequence[str], praise: str) -> int:
    print("\n".join(problems) or praise)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
