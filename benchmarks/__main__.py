"""Run the parts, print their tables as they are done, and write `results.md`."""

from __future__ import annotations

import argparse
import datetime
import importlib
import os
import sys
import time

from benchmarks import machine, results
from benchmarks.apart import ENVIRONMENT
from benchmarks.table import Table

PARTS = ("quality", "checks", "latency", "opening", "memory", "progress")
"""The parts by the names of their modules, in the order in which they run."""


def main(arguments: list[str] | None = None) -> int:
    """Run the parts that were named, all when none was.

    Returns:
        1 when a part ended with an error; the others are run and written all the same.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of {', '.join(PARTS)}; all when none is named")
    named = parser.parse_args(arguments).parts
    if unknown := [name for name in named if name not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}; parts are {', '.join(PARTS)}")
    os.environ.update(ENVIRONMENT)
    wanted = [name for name in PARTS if name in named] or list(PARTS)
    where, failed = machine.described(), 0
    print(where, flush=True)
    for name in wanted:
        try:
            section = run(name, where)
        except Exception as error:
            failed = 1
            print(f"{name} ended with an error, and keeps what it had: {error}", file=sys.stderr, flush=True)
            continue
        results.store({name: section}, PARTS)  # after each part: what was measured is kept whatever comes next
    return failed


def run(name: str, where: str) -> str:
    """Run one part, print its tables, and return its section."""
    part = importlib.import_module(f"benchmarks.{name}")
    print(f"\n## {name} · {part.TITLE}", flush=True)
    start, tables = time.monotonic(), list[Table]()
    for table in part.measure(say):
        print(f"\n{table}\n", flush=True)
        tables.append(table)
    seconds = time.monotonic() - start
    say(f"{name} took {seconds:.0f} s")
    when = f"{datetime.date.today():%Y-%m-%d}, in {seconds:.0f} s"
    return results.section(name, part.TITLE, when, where, tables)


def say(what: str) -> None:
    """A line of progress."""
    print(f"  {time.strftime('%H:%M:%S')} {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
