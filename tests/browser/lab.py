"""JupyterLab as `make lab` starts it, and a notebook open in a browser."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import nbformat
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook

from course_utils.course import ROOT

PICTURES = ROOT / ".browser"
CONFIG = ROOT / "course_utils" / "jupyter_config.py"
OPTIONS = "--ServerApp.root_dir=. --no-browser --port=0 --IdentityProvider.token= --allow-root --expose-app-in-browser"
QUIET = (
    "--no-sandbox --disable-gpu --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
THEMES = ("JupyterLab Light", "JupyterLab Dark")
PATIENCE = 180  # seconds until something is taken for stuck


class Lab:
    """A server on a copy of the course, so that answers do not reach the built notebooks.

    Args:
        folder: where the copy is made.
        theme: `"JupyterLab Light"` or `"JupyterLab Dark"`.
        program: what is started: `"lab"` or `"notebook"`.
    """

    def __init__(self, folder: Path, theme: str = "JupyterLab Light", program: str = "lab") -> None:
        self.folder, self.theme, self.program = folder, theme, program
        self.renew()
        # Signatures, settings and a record of its own: neither found nor left in the home of who runs the tests.
        own = {f"JUPYTERLAB_{name.upper()}_DIR": str(folder / name) for name in ("settings", "workspaces")}
        own |= {f"JUPYTER_{name.upper()}_DIR": str(folder / name) for name in ("data", "runtime", "config")}
        environment = {name: value for name, value in os.environ.items() if name != "COURSE_PROGRESS"} | own
        jupyter = [sys.executable, "-m", "jupyter"]
        quiet = {"cwd": folder, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        books = [path.relative_to(folder).as_posix() for path in sorted((folder / "notebooks").glob("*.ipynb"))]
        subprocess.run([*jupyter, "trust", *books], check=True, **quiet)
        self._process = subprocess.Popen([*jupyter, program, f"--config={CONFIG}", *OPTIONS.split()], **quiet)
        self.address = self._announced()

    def _set(self, plugin: str, settings: dict) -> None:
        path = self.folder / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))

    def write(self, name: str, codes: Sequence[str]) -> str:
        """Write a notebook of code cells into the folder, and tell its path there."""
        notebook = new_notebook(cells=[new_code_cell(code.strip()) for code in codes])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, self.folder / f"{name}.ipynb")
        return f"{name}.ipynb"

    def renew(self) -> None:
        """Put the lessons back as they were built, with nothing done yet, and the settings as they were."""
        for name in ("notebooks", "figures", "solutions"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            shutil.copytree(ROOT / name, self.folder / name, ignore=shutil.ignore_patterns(".*"), dirs_exist_ok=True)
        for record in self.folder.glob(".progress.sqlite*"):  # of notebooks that a test wrote
            record.unlink()
        # JupyterLab draws only the cells in view; for a test that looks for cells, let it draw all.
        self._set("notebook-extension/tracker", {"windowingMode": "none"})
        self._set("apputils-extension/themes", {"theme": self.theme})
        self._set("apputils-extension/notification", {"fetchNews": "false"})

    def _announced(self) -> str:
        """Where the server listens, as soon as it answers there."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(OSError, StopIteration, ValueError):
                port = json.loads(next((self.folder / "runtime").glob("jpserver-*.json")).read_text())["port"]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status", timeout=30):
                    return f"http://127.0.0.1:{port}"
            time.sleep(0.2)
        raise TimeoutError(f"jupyter {self.program} did not start")

    def stop(self) -> None:
        """End the server and its kernels."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        self._process.kill()


class Hand:
    """Uses what a widget shows by the mouse, or by the keyboard alone.

    Args:
        page: of the browser.
        by: `"mouse"` or `"keyboard"`.
    """

    def __init__(self, page, by):
        self.page, self.by = page, by

    def press(self, control):
        """Press a button, or open what is folded."""
        if self.by == "mouse":
            control.click()
        else:
            control.focus()
            self.page.keyboard.press("Enter")

    def to_the_end(self, slider, start=False):
        """Move a slider, or what one chooses from a list, to its end or its start."""
        if self.by == "mouse":
            box = slider.bounding_box()
            slider.click(position={"x": 1 if start else box["width"] - 1, "y": box["height"] / 2})
        else:
            slider.focus()
            self.page.keyboard.press("Home" if start else "End")


class Notebook:
    """A notebook of a `Lab` in a page.

    Cells are found by their code and run by JupyterLab's own command, which says when a cell has run.

    Args:
        lab: the server.
        page: an empty page of the browser.
        name: such as `"notebooks/03_two_inputs_and_merging.ipynb"`.
    """

    def __init__(self, lab, page, name):
        self.lab, self.page, self.name = lab, page, name
        self.console = []
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", lambda said: self.console.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.console.append(str(error.stack or error)))
        self.open()

    def open(self):
        """Open, or open again after a reload, and wait until its kernel answers."""
        where = {"lab": f"lab/tree/{self.name}?reset", "notebook": f"notebooks/{self.name}"}
        self.page.goto(f"{self.lab.address}/{where[self.lab.program]}")
        self.answers()
        self.of("panel.revealed")

    def answers(self):
        """Wait until the notebook is there and its kernel answers."""
        self.page.wait_for_function(
            """() => {
                const panel = window.jupyterapp?.shell.currentWidget;
                return panel?.content?.widgets?.length && panel.context.isReady &&
                    panel.sessionContext.session?.kernel?.status === "idle";
            }"""
        )

    def of(self, expression, *values):
        """The value of a JavaScript expression in `panel`, `cells` and `v`."""
        code = f"""async v => {{
            const panel = jupyterapp.shell.currentWidget, cells = panel.content.widgets;
            return {expression};
        }}"""
        return self.page.evaluate(code, list(values))

    @property
    def code(self):
        """The source of each cell, of text ones, too."""
        return self.of("cells.map(cell => cell.model.sharedModel.getSource())")

    def at(self, text, start=0):
        """The index of the first code cell that contains a text."""
        is_code = self.of("cells.map(cell => cell.model.type === 'code')")
        for index, source in enumerate(self.code):
            if index >= start and is_code[index] and text in source:
                return index
        raise LookupError(f"no cell of {self.name} contains {text!r}")

    def run(self, index, source=None):
        """Run a cell, with other code if some is given; return what it shows, in words."""
        self.of(
            """(async () => {
                if (v[1] !== null) cells[v[0]].model.sharedModel.setSource(v[1]);
                panel.content.deselectAll();
                panel.content.activeCellIndex = v[0];
                await jupyterapp.commands.execute("notebook:run-cell");
            })()""",
            index,
            source,
        )
        return self.output(index)

    def node(self, index):
        """What the page has of a cell."""
        return self.page.locator(".jp-Notebook:visible .jp-Cell").nth(index)

    def type(self, index, source=None):
        """Click into a cell, type, and run it by Shift+Enter, as a person does; return what it shows, in words."""
        runs = self.of("cells[v[0]].model.executionCount", index)
        self.node(index).locator(".cm-content").first.click()
        if source is not None:
            self.page.keyboard.press("Control+a")
            self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function(
            """([index, runs]) => {
                const panel = jupyterapp.shell.currentWidget, model = panel.content.widgets[index].model;
                return model.executionCount && model.executionCount !== runs && model.executionState === "idle";
            }""",
            arg=[index, runs],
        )
        return self.output(index)

    def start(self, index):
        """Begin to run a cell."""
        self.of(
            """(() => {
                panel.content.deselectAll();
                panel.content.activeCellIndex = v[0];
                jupyterapp.commands.execute("notebook:run-cell");
            })()""",
            index,
        )

    def run_all(self):
        """Run all cells, and wait until the kernel is done."""
        self.of("jupyterapp.commands.execute('notebook:run-all-cells')")
        self.idle()

    def output(self, index):
        """What a cell shows, in words, as soon as all of it is drawn; of a folded output, its first line."""
        self.page.wait_for_function(
            """index => [...jupyterapp.shell.currentWidget.content.widgets[index].node
                .querySelectorAll(".jp-OutputArea-output")].every(output => output.hasChildNodes())""",
            arg=index,
        )
        shown = ".jp-OutputArea-output, .jp-OutputPlaceholder"
        return self.of(
            "[...cells[v[0]].node.querySelectorAll(v[1])].map(one => one.innerText).join('\\n')", index, shown
        )

    def errors(self):
        """Error outputs and what was written to stderr."""
        return self.of(
            """cells.filter(cell => cell.model.type === "code").flatMap(cell => cell.model.outputs.toJSON())
                .filter(output => output.output_type === "error" || output.name === "stderr")
                .map(output => output.evalue ?? output.text)"""
        )

    def interrupt(self):
        """What ■ does."""
        self.of("panel.sessionContext.session.kernel.interrupt()")

    def restart(self):
        """Restart the kernel, and wait until it answers."""
        self.of("panel.sessionContext.session.kernel.restart()")
        self.answers()

    def idle(self):
        """Wait until cells were run since the page was opened, and none runs any more.

        The numbers of cells may be stored ones, and the kernel calls itself idle when a widget's message was read.
        """
        self.page.wait_for_function(
            """() => {
                const cells = jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === "code");
                return cells.some(cell => cell.outputArea.future) &&
                    cells.every(cell => cell.model.executionState === "idle");
            }"""
        )

    def theme(self, name):
        """Change to `"JupyterLab Light"` or `"JupyterLab Dark"`, and wait until nothing changes colour any more."""
        self.of("jupyterapp.commands.execute('apputils:change-theme', {theme: v[0]})", name)
        self.page.wait_for_function(
            """name => document.body.dataset.jpThemeName === name &&
                document.getAnimations().every(one => one.playState !== "running")""",
            arg=name,
        )

    def amiss(self):
        """What axe-core finds wrong in what the course renders, prose and outputs, all of it unfolded."""
        self.of("panel.node.querySelectorAll('details').forEach(one => one.open = true)")
        rendered = {"include": [[".jp-OutputArea-output"], [".jp-MarkdownOutput"]]}
        found = Axe().run(self.page, context=rendered).response["violations"]
        return [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]]

    def picture(self, name, index=None):
        """Keep a picture of the page, with a cell in view."""
        PICTURES.mkdir(exist_ok=True)
        if index is not None:
            self.of("cells[v[0]].node.scrollIntoView({block: 'center'})", index)
        self.of("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def close(self):
        """Shut the kernel down and close the page."""
        with contextlib.suppress(Exception):
            self.of("panel.sessionContext.shutdown()")
        self.page.close()
