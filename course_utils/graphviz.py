"""Graphviz in this process, from pygraphviz's wheel: no `dot` program, no word on stderr.

Keras draws models through pydot, which starts the program `dot`. `route_pydot` sends pydot's pictures through the
wheel instead, so `keras.utils.plot_model` works on a machine that has no Graphviz, and looks the same on one that has.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from html import escape
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from course_utils.markup import first_line

PROGRAMS = ("dot", "neato", "fdp", "sfdp", "twopi", "circo", "osage", "patchwork")
"""Layouts that the wheel holds."""

FORMATS = (
    *("png", "svg", "pdf", "jpg", "gif", "eps", "dot"),
    *("jpeg", "jpe", "svgz", "svg_inline", "ps", "ps2", "wbmp", "fig", "pic", "pov", "tk"),
    *("gv", "canon", "xdot", "xdot1.2", "xdot1.4", "plain", "plain-ext", "json", "json0", "dot_json", "xdot_json"),
    *("cmap", "cmapx", "cmapx_np", "imap", "imap_np", "ismap"),
)
"""File formats that the wheel writes, those most asked for first.

All it names but gd and gd2, which come out empty, and vrml, which leaves pictures in the working directory.
"""

_lock = threading.RLock()  # Graphviz keeps global state, and descriptor 2 belongs to the whole process


def render(source: str, format: str, program: str = "dot", arguments: str = "") -> bytes:
    """Lay out a graph in the DOT language and write it in a file format.

    Args:
        source: the graph, in the DOT language.
        format: one of `FORMATS`, such as `png`, `svg` or `pdf`.
        program: the layout, one of `PROGRAMS`.
        arguments: further arguments as `dot` takes them, such as `-Gdpi=100`.

    Returns:
        What the file would hold.

    Raises:
        ValueError: for an unknown format or layout, or a graph that Graphviz cannot read; one sentence.
    """
    if format not in FORMATS:
        raise ValueError(f"Graphviz cannot write the format {format!r}; use one of {', '.join(FORMATS[:7])}.")
    if program not in PROGRAMS:
        raise ValueError(f"Graphviz has no layout {program!r}; it has {', '.join(PROGRAMS)}.")
    with _lock, _silence() as said:
        import pygraphviz

        _find_fonts()
        try:
            graph = pygraphviz.AGraph(string=source)
            return bytes(graph.draw(format=format, prog=program, args=arguments))
        except Exception as error:
            # pygraphviz meets Graphviz's error codes with errors of many kinds; the reason is what Graphviz said.
            errors = [line.removeprefix("Error:") for line in said().splitlines() if line.startswith("Error:")]
            reason = (errors or [first_line(error)])[0].strip().rstrip(".")
            raise ValueError(f"Graphviz could not draw the graph: {reason}.") from error


def quoted(*lines: str) -> str:
    """Lines of text as a string of the DOT language that shows as it is: no escapes, no entities."""
    shown = (line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"' + "\\n".join(shown) + '"'


def route_pydot() -> None:
    """Let pydot, and so `keras.utils.plot_model`, draw through pygraphviz.

    Costs nothing until pydot is imported, and may be called any number of times, before or after that.
    """
    when_imported("pydot.core", _route)


def when_imported(name: str, action: Callable[[ModuleType], None]) -> None:
    """Call a function with a module: now if it is imported, else right after its import."""
    module = sys.modules.get(name)
    if module is not None:
        action(module)
    elif not any(isinstance(finder, _WhenImported) and finder.name == name for finder in sys.meta_path):
        sys.meta_path.insert(0, _WhenImported(name, action))


class _WhenImported(MetaPathFinder):
    """Calls a function with one module right after its first import: pydot takes 40 ms, too long to import early."""

    def __init__(self, name: str, action: Callable[[ModuleType], None]):
        self.name = name
        self.action = action

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Find the module where it would be found anyway, and have the action follow its execution."""
        if fullname != self.name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_act(module: ModuleType) -> None:
            execute(module)
            self.action(module)

        spec.loader.exec_module = execute_and_act  # type: ignore[method-assign]
        return spec


def _route(core: ModuleType) -> None:
    """Replace the two methods of pydot's `Dot` that reach a program and a file."""
    if getattr(core.Dot, "_drawn_by_pygraphviz", False):
        return
    create_by_program, write_anywhere = core.Dot.create, core.Dot.write

    @functools.wraps(create_by_program)
    def create(self: Any, prog: Any = None, format: str = "ps", encoding: str | None = None) -> Any:
        prog = prog or self.prog
        program, *arguments = [prog] if isinstance(prog, str) else prog
        if program not in PROGRAMS or self.shape_files:  # a program of the user's own, or pictures inside nodes
            return create_by_program(self, prog, format, encoding)
        return render(self.to_string(), format.lower(), program, " ".join(arguments))

    @functools.wraps(write_anywhere)
    def write(self: Any, path: Any, prog: Any = None, format: str = "raw", encoding: str | None = None) -> Any:
        with writing(path):
            return write_anywhere(self, path, prog, format, encoding)

    core.Dot.create, core.Dot.write, core.Dot._drawn_by_pygraphviz = create, write, True


@contextlib.contextmanager
def writing(path: str | bytes | os.PathLike[str]) -> Iterator[None]:
    """Turn the errors of writing a file into one sentence of the same class.

    Args:
        path: the file that is written inside the `with`.

    Raises:
        OSError: or a subclass, such as FileNotFoundError for a missing folder; the message says what to do.
    """
    file = Path(os.fsdecode(path))
    try:
        yield
    except OSError as error:
        if error.filename is not None and Path(os.fsdecode(error.filename)) != file:
            raise
        if file.is_dir():
            reason = "it is a folder; add a file name"
        elif not file.parent.exists():
            reason = f"there is no folder '{file.parent}'; make it first"
        else:
            reason = (error.strerror or "it cannot be opened").lower()
        raise type(error)(f"Cannot write '{file}': {reason}.") from error


@contextlib.contextmanager
def _silence() -> Iterator[Callable[[], str]]:
    """Keep what C code writes to descriptor 2: Fontconfig and Graphviz warn there, about fonts that do not matter.

    Yields:
        A function that returns what was written so far.
    """
    try:
        sys.stderr.flush()
        real = os.dup(2)
    except (OSError, ValueError, AttributeError):  # no stderr at all, as under pythonw
        yield str
        return
    try:
        with tempfile.TemporaryFile() as kept:
            os.dup2(kept.fileno(), 2)

            def said() -> str:
                kept.seek(0)
                return kept.read().decode("utf-8", "replace")

            # pygraphviz itself warns of large graphs on sys.stderr
            with contextlib.redirect_stderr(io.StringIO()):
                yield said
    finally:
        os.dup2(real, 2)
        os.close(real)


@contextlib.contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set environment variables for a moment, where C code sees them too."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@functools.cache
def _find_fonts() -> None:
    """Have Fontconfig find a font everywhere: the machine's own, then matplotlib's DejaVu.

    It reads its configuration once, for the first text that is laid out. The file is gone right after that, so that a
    process that is killed later leaves none behind.
    """
    import pygraphviz

    with tempfile.TemporaryDirectory(prefix="fonts-", ignore_cleanup_errors=True) as folder:
        file = Path(folder, "fonts.conf")
        file.write_text(_font_configuration(), encoding="utf-8")
        with _environment(FONTCONFIG_FILE=str(file)):
            pygraphviz.AGraph(string="digraph {text}").draw(format="plain", prog="dot")


def _font_configuration() -> str:
    own = Path(os.environ.get("FONTCONFIG_FILE") or "/etc/fonts/fonts.conf")
    folders, rejected = [], []
    if not own.is_file():
        folders = {
            "win32": ["WINDOWSFONTDIR"],
            "darwin": ["/System/Library/Fonts", "/Library/Fonts"],
        }.get(sys.platform, ["/usr/share/fonts", "/usr/local/share/fonts"])
    spec = importlib.util.find_spec("matplotlib")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
        folders.append(str(bundled))
        # its other fonts are for formulas: legible, but not what labels should fall back to
        rejected = [str(bundled / pattern) for pattern in ("cm*", "STIX*", "LastResort*")]
    return "\n".join(
        [
            '<?xml version="1.0"?>',
            '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
            "<fontconfig>",
            f'<include ignore_missing="yes">{escape(str(own))}</include>',
            *(f"<dir>{escape(folder)}</dir>" for folder in folders),
            *(f"<selectfont><rejectfont><glob>{escape(p)}</glob></rejectfont></selectfont>" for p in rejected),
            '<match target="pattern"><edit name="family" mode="append_last">'
            "<string>DejaVu Sans</string></edit></match>",
            '<cachedir prefix="xdg">fontconfig</cachedir>',
            "<config><rescan><int>0</int></rescan></config>",  # the file is not looked for again
            "</fontconfig>",
        ]
    )
