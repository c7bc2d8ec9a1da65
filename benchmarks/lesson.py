"""The code of a lesson that trains one model, without all that only shows or explains.

A lesson's source is Python. The statement that trains the model is found by the model's name; from there, going back,
are taken the statements that give a value to a name that is needed, or call a method of what it names. What a function
needs is needed where it is called.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Sequence
from typing import NamedTuple

from course_utils.lessons.source import sources

# They show what a model is, and change nothing.
_SHOWS = ("summary",)


class NotTrained(LookupError):
    """A lesson that has no statement that trains a model of this name; the message says what was looked for."""


def training(number: str, model: str) -> list[ast.stmt]:
    """The statements of a lesson that train a model, in order; the last is the training itself.

    Args:
        number: of the lesson, such as `"02"`.
        model: the name of the model.

    Raises:
        NotTrained: when the lesson has no such training, or needs a name that it never gives a value.
    """
    path = next((path for path in sources() if path.stem.startswith(f"{number}_")), None)
    if path is None:
        raise NotTrained(f"There is no lesson {number}.")
    statements = ast.parse(path.read_text(encoding="utf-8")).body
    trainers = {one.name for one in statements if isinstance(one, ast.FunctionDef) and _calls(one, ("fit",))}
    for at, statement in enumerate(statements):
        if not isinstance(statement, ast.FunctionDef) and _trains(statement, model, trainers):
            return _needed(statements[:at], statement, path.name)
    raise NotTrained(
        f"{path.name} has no statement that trains `{model}`, by its `fit` or a function that calls `fit`."
    )


def _trains(statement: ast.stmt, model: str, trainers: set[str]) -> bool:
    for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr="fit") if name == model:
                return True
            case ast.Name(id=name) if name in trainers:
                if any(isinstance(given, ast.Name) and given.id == model for given in call.args):
                    return True
    return False


def _calls(function: ast.FunctionDef, methods: Sequence[str]) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in methods for node in ast.walk(function))


def _needed(before: Sequence[ast.stmt], last: ast.stmt, where: str) -> list[ast.stmt]:
    functions = {one.name: _names(one).by_functions for one in before if isinstance(one, ast.FunctionDef)}

    def expanded(names: set[str]) -> set[str]:
        """With what is read, where a function is called, by the function."""
        found, new = set(), set(names)
        while new:
            found |= new
            new = {name for function in new for name in functions.get(function, ())} - found
        return found - set(dir(builtins))

    def read_by(statement: ast.stmt) -> set[str]:
        names = _names(statement)
        return expanded(names.reads if isinstance(statement, ast.FunctionDef) else names.reads | names.by_functions)

    kept, wanted = [last], read_by(last) | {"keras"}  # Keras's seed is set by one of its functions
    for statement in reversed(before):
        gives = _names(statement).gives
        if gives & wanted or _changes(statement) in wanted:
            kept.append(statement)
            wanted = (wanted - gives) | read_by(statement)
    if wanted:
        raise NotTrained(f"{where}: nothing gives a value to {', '.join(sorted(wanted))}.")
    return kept[::-1]


class _Names(NamedTuple):
    """The names that a statement gives a value, those that it reads, and those that functions in it read."""

    gives: set[str]
    reads: set[str]
    by_functions: set[str]


def _names(statement: ast.stmt) -> _Names:
    table = symtable.symtable(ast.unparse(statement), "lesson", "exec")
    symbols = table.get_symbols()
    gives = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
    reads = {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
    inner: set[str] = set()
    tables = table.get_children()
    while tables:
        function = tables.pop()
        inner |= {s.get_name() for s in function.get_symbols() if s.is_global() and s.is_referenced()}
        tables += function.get_children()
    return _Names(gives, reads, inner)


def _changes(statement: ast.stmt) -> str | None:
    """The name whose method a statement calls for its effect: `model` of `model.compile(…)`."""
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return None
    part: ast.expr = statement.value.func
    if not isinstance(part, ast.Attribute) or part.attr in _SHOWS:
        return None
    while isinstance(part, ast.Attribute):
        part = part.value
    return part.id if isinstance(part, ast.Name) else None
