"""`python -m course_utils build [--check] [NN ...]` and `python -m course_utils doctor`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m course_utils")
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="build both editions of the lessons from solutions/NN_topic.py")
    building.add_argument("numbers", nargs="*", metavar="NN", help="which lessons; all when none is named")
    building.add_argument("--check", action="store_true", help="write nothing; fail when a built file is stale")
    building.add_argument("--jobs", type=int, default=2, help="how many notebooks run at a time (2)")
    commands.add_parser("doctor", help="what is installed and what is missing, a line each")
    arguments = parser.parse_args(argv)

    if arguments.command == "doctor":
        from course_utils import doctor

        return doctor.main()

    from course_utils.lessons.build import BuildError, SourceError, build, stale

    try:
        if arguments.check:
            found = stale(arguments.numbers)
            print("\n".join(found) or "Every built file fits its source.")
            return 1 if found else 0
        build(arguments.numbers, jobs=arguments.jobs)
    except (BuildError, SourceError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
