"""Which module of the course imports which, read from the code."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from course_utils.course import ROOT

PACKAGE = ROOT / "course_utils"


@cache
def modules() -> dict[str, Path]:
    """The modules of `course_utils` by name; a package is its `__init__.py`."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def imports_of(module: str) -> tuple[tuple[int, str], ...]:
    """Line and module of each import of the course by one of its modules."""
    path = modules()[module]
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    return tuple(imported(ast.parse(path.read_text(encoding="utf-8")), package))


def imported(tree: ast.AST, package: str = "course_utils") -> Iterator[tuple[int, str]]:
    """Line and module of each import of the course in a piece of code, within functions too; not those for types alone.

    Args:
        tree: the code.
        package: what its relative imports start from.
    """
    if isinstance(tree, ast.ImportFrom):
        home = importlib.util.resolve_name("." * tree.level + (tree.module or ""), package)
        if home.split(".")[0] == "course_utils":
            for alias in tree.names:
                full = f"{home}.{alias.name}"
                yield tree.lineno, full if full in modules() else home
    elif isinstance(tree, ast.Import):
        yield from ((tree.lineno, alias.name) for alias in tree.names if alias.name in modules())
    else:
        inside = ast.iter_child_nodes(tree)
        if isinstance(tree, ast.If) and ast.unparse(tree.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            inside = iter(tree.orelse)
        for node in inside:
            yield from imported(node, package)


@cache
def public() -> dict[str, str]:
    """Name → module of what notebooks import, as the door tells type checkers."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    return {
        alias.name: target if (target := f"{node.module}.{alias.name}") in modules() else str(node.module)
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def needed(names: Iterable[str]) -> set[str]:
    """These modules, and all of the course that is loaded with them, packages included."""
    found: set[str] = set()
    waiting = [name for name in names if name in modules()]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [target for _, target in imports_of(name)]
            waiting += [package for package in [name.rpartition(".")[0]] if package]
    return found
