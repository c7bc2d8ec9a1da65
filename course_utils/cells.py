"""What the cells of a notebook gave which names, so that a check judges the answer on the screen and no other.

Outside IPython nothing is watched, and nothing is ever in doubt.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

_LOOKS = frozenset(
    {"count_params", "evaluate", "get_config", "get_layer", "get_weights", "predict", "summary", "to_json"}
)
"""Methods of a model that only look at it."""


@dataclass
class Given:
    """Where a name has its value from."""

    judged: list[str] = field(default_factory=list)
    """Ids of the exercises whose answer it was since."""
    stopped: str = ""
    """The error that ended the last cell with an assignment to this name, if one did."""
    is_earlier: bool = False
    """Whether that cell stopped before it came to the assignment."""
    cells: set[tuple[str, str]] = field(default_factory=set)
    """Ids and sources of the cells that gave or changed it; the id is empty where the notebook's program tells none."""


class NotThere:
    """Stands for a name that no cell has given a value, while the cell runs that has it checked."""

    def __init__(self, name: str) -> None:
        self.name = name


@dataclass
class _Cell:
    """A cell that runs."""

    source: str
    before: Mapping[str, int]
    """The identity of each name's value."""
    id: str = ""
    stopped_training: bool = False
    endings: list[Callable[[], None]] = field(default_factory=list)


class Cells:
    """Follows the cells of one IPython shell.

    Args:
        shell: where the cells run.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.folder = Path.cwd()
        """Where the notebook runs: beside its file, until somebody goes elsewhere."""
        self._given: dict[str, Given] = {}
        self._running: list[_Cell] = []
        shell.events.register("pre_run_cell", self._before)
        shell.events.register("post_run_cell", self._after)

    @property
    def names(self) -> dict[str, Any]:
        """The learner's names."""
        names: dict[str, Any] = self.shell.user_ns
        return names

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody runs the cells one by one in a notebook.

        JupyterLab, Notebook 7 and VS Code name the cell with each request to run one. What executes notebooks as a
        whole (the build, nbval, papermill) and a console do not.
        """
        request = self.shell.get_parent() if hasattr(self.shell, "get_parent") else {}
        return bool(request.get("metadata", {}).get("cellId"))

    def doubt(
        self, exercise: str, value: Any, continues: str = "", own_cells: Mapping[str, str] = MappingProxyType({})
    ) -> str | None:
        """Why a value is not the answer that is on the screen; None where nothing speaks against it.

        Args:
            exercise: the id of the exercise that the value is checked for.
            value: what `check` was given.
            continues: the id of the exercise whose answer this exercise goes on with.
            own_cells: the lesson's cells that hold no answer: id → source.
        """
        name = self.named(exercise, value)
        given = self._given.get(name or "")
        if name is None or given is None:
            return None
        if given.is_earlier:
            return (
                f"The last cell that gives `{name}` a value stopped with an error (`{given.stopped}`), so `{name}` is "
                "still what it was before. Mend that cell and run it, then check again."
            )
        if given.cells and given.cells <= set(own_cells.items()) and value is not ...:
            return (
                f"This would be the lesson's own `{name}`, from a cell further up. "
                f"Give your answer to {exercise} in the cell above and run it, then check again."
            )
        others = [id for id in given.judged if id not in (exercise, continues)]
        if others and value is not ...:
            return (
                f"This would be your answer to {others[-1]}: `{name}` has had no new value since. "
                f"Give your answer to {exercise} in the cell above and run it, then check again."
            )
        return None

    def remark(self, exercise: str, value: Any) -> str:
        """What is to be said beside a verdict: that the cell of the answer came only half way."""
        given = self._given.get(self.named(exercise, value) or "")
        if given is None or not given.stopped or given.is_earlier:
            return ""
        return f"The cell of this answer stopped with an error (`{given.stopped}`); what stands below it did not run."

    def judged(self, exercise: str, value: Any) -> None:
        """Note that the value of a name was judged as the answer to an exercise."""
        name = self.named(exercise, value)
        if name is not None and not isinstance(value, NotThere):
            self._given.setdefault(name, Given()).judged.append(exercise)

    @property
    def training_stopped(self) -> bool:
        """Whether training was interrupted in the cell that runs."""
        return bool(self._running) and self._running[-1].stopped_training

    def when_done(self, action: Callable[[], None]) -> bool:
        """Call a function when the cell that runs has ended, however it ends; tell whether one runs."""
        if self._running:
            self._running[-1].endings.append(action)
        return bool(self._running)

    def stop_training(self) -> bool:
        """Note that it was; tell whether that is news of a cell that runs."""
        is_news = bool(self._running) and not self._running[-1].stopped_training
        if is_news:
            self._running[-1].stopped_training = True
        return is_news

    def named(self, exercise: str, value: Any) -> str | None:
        """The name that the running cell has checked, where the cell does not give it its value itself."""
        if not self._running:
            return None
        source = self._python(self._running[-1].source)
        found = {
            name
            for id, name in checked(source)
            if id in (None, exercise) and name in self.names and self.names[name] is value
        }
        return found.pop() if len(found) == 1 and not found & assigned(source) else None

    def _before(self, info: Any) -> None:
        source = info.raw_cell or ""
        python = self._python(source)
        for exercise, name in checked(python):
            if exercise is not None and name not in {*self.names, *assigned(python), *dir(builtins)}:
                self.names[name] = NotThere(name)
        before = {name: id(value) for name, value in self.names.items()}
        self._running.append(_Cell(source, before, info.cell_id or ""))

    def _after(self, result: Any) -> None:
        if result is None:  # the kernel is about to end
            return
        source = self._python(result.info.raw_cell or "")
        cell = self._running.pop() if self._running else _Cell(source, {})
        before = cell.before
        for end in cell.endings:
            end()
        for name in [name for name, value in self.names.items() if isinstance(value, NotThere)]:
            del self.names[name]
        meant = assigned(source)
        changed = {name for name, value in self.names.items() if before.get(name) != id(value)} if before else set()
        error = result.error_before_exec or result.error_in_exec
        for name in meant | changed:
            if error is None or name in changed:
                self._given[name] = Given(
                    stopped=type(error).__name__ if error is not None else "", cells={(cell.id, cell.source)}
                )
            elif name in self.names:
                given = self._given.setdefault(name, Given())
                given.stopped, given.is_earlier = type(error).__name__, True
        for name in [name for name in self._given if name not in self.names]:
            del self._given[name]
        for name in touched(source, self._given):
            self._given[name].judged.clear()
            self._given[name].cells.add((cell.id, cell.source))

    def _python(self, source: str) -> str:
        """A cell without its magics."""
        first, _, rest = source.lstrip().partition("\n")
        if re.match(r"%%(time|prun)\b", first):  # the rest is the cell's
            source = rest
        try:
            return str(self.shell.transform_cell(source))
        except Exception:  # the cell will say itself what is wrong with it
            return source


def assigned(source: str) -> set[str]:
    """The names that a cell gives a value in the notebook itself, not within its functions and classes."""
    try:
        table = symtable.symtable(source, "<cell>", "exec")
    except (SyntaxError, ValueError):  # as far as can be seen in a line
        found = re.findall(r"(?m)^[ \t]*(?:\([ \t]*)?((?:\w+[ \t]*,[ \t]*)*\w+)[^\n=(]*=(?!=)", source)
        return {name for names in found for name in re.findall(r"\w+", names)}
    return {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}


def checked(source: str) -> list[tuple[str | None, str]]:
    """The names that a cell gives to `check` and `use`, with the exercise's id where it is written there."""
    found: list[tuple[str | None, str]] = []
    for node in _walk(source):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in ("check", "use"):
            continue
        values = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "value")]
        maker = node.func.value
        if isinstance(maker, ast.Call):
            if not (isinstance(maker.func, ast.Name) and maker.func.id == "exercise"):
                continue
            id = maker.args[0].value if maker.args and isinstance(maker.args[0], ast.Constant) else None
        else:
            id = None
        found += [
            (None if id is None else str(id).strip(), value.id) for value in values if isinstance(value, ast.Name)
        ]
    return found


def touched(source: str, names: Collection[str]) -> set[str]:
    """Those of the names whose values a cell may have changed without giving new ones: `model.compile(…)`."""
    nodes = _walk(source)
    own = {id(name) for name in _of_the_notebook(nodes[0])} if nodes else set()
    mentioned = {node.id for node in nodes if isinstance(node, ast.Name) and id(node) in own} & set(names)
    stores = (ast.Store, ast.Del)
    if any(isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, stores) for node in nodes):
        return mentioned
    if any(isinstance(node, ast.Name) and node.id == "setattr" for node in nodes):
        return mentioned
    found = set()
    for node in nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr not in _LOOKS):
            continue
        root: ast.expr = node.func.value
        while isinstance(root, (ast.Attribute, ast.Subscript, ast.Call)):
            root = root.func if isinstance(root, ast.Call) else root.value
        if isinstance(root, ast.Name) and root.id in mentioned and id(root) in own:
            found.add(root.id)
    return found


def _of_the_notebook(tree: ast.AST) -> Iterator[ast.Name]:
    """Where names of the notebook itself stand: not the arguments and variables of functions, which hide them."""
    todo: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while todo:
        node, hidden = todo.pop()
        if isinstance(node, ast.Name) and node.id not in hidden:
            yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            inside = list(ast.walk(node))
            shared = {name for one in inside if isinstance(one, ast.Global) for name in one.names}
            local = {one.arg for one in inside if isinstance(one, ast.arg)} | {
                one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
            }
            hidden |= local - shared
        todo += [(child, hidden) for child in ast.iter_child_nodes(node)]


def _walk(source: str) -> list[ast.AST]:
    """The nodes of a cell's code, its module first; none where it is not Python."""
    try:
        return list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return []


_cells: Cells | None = None


def watch(shell: Any = None) -> None:
    """Follow the cells of a shell from now on: of the one that runs this, if it is in IPython at all."""
    global _cells
    if shell is None and "IPython" in sys.modules:
        shell = sys.modules["IPython"].get_ipython()
    if shell is not None and (_cells is None or _cells.shell is not shell):
        _cells = Cells(shell)


def watched() -> Cells | None:
    """The cells that are followed; None outside IPython."""
    return _cells
