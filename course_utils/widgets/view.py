"""A widget beside the words and the picture that stand for it where nothing answers."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec

from course_utils.markup import code_html
from course_utils.signs import plain

if TYPE_CHECKING:
    from ipywidgets import Widget
    from nbformat import NotebookNode

P = ParamSpec("P")
MIME = "application/vnd.jupyter.widget-view+json"


class View:
    """What a widget's call returns: what a notebook with a kernel shows, and what any other reader of it sees.

    Args:
        widget: shown where widgets can be; None where there is nothing to touch.
        html: the same content, standing still: for GitHub, a printed page, a notebook that was not run.
        text: the same in words, for a terminal.
    """

    def __init__(self, widget: Widget | None, html: str, text: str) -> None:
        self.widget = widget
        self.html = html
        self.text = text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        still = {"text/html": self.html, "text/plain": self.text}
        if self.widget is None:
            return still
        return {**still, MIME: {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}}

    def __repr__(self) -> str:
        """The words."""
        return self.text


def sentence(text: str) -> View:
    """A view of words alone, where there is nothing to touch.

    Args:
        text: code stands in backticks.
    """
    return View(None, f"<p>{code_html(text)}</p>", plain(text))


def in_words(call: Callable[P, View]) -> Callable[P, View]:
    """Let a widget's call raise nothing: what an object raises as soon as it is looked at is told in a sentence."""

    @functools.wraps(call)
    def told(*arguments: P.args, **options: P.kwargs) -> View:
        try:
            return call(*arguments, **options)
        except (Exception, SystemExit) as error:
            why = traceback.format_exception_only(error)[-1].strip()
            return sentence(f"`{call.__name__}` cannot use what it was given. {why}")

    return told


def without_views(notebook: NotebookNode) -> NotebookNode:
    """Take views, whose widgets lived in a kernel that is gone, and their state out of an executed notebook.

    An output that is a view and nothing else, as that of training that ended, goes as a whole. nbval compares no views.
    """
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        kept = []
        for output in cell.get("outputs", ()):
            # A view that was taken away has no data: its metadata say what it was.
            parts = [output.get(part, {}).pop(MIME, None) for part in ("data", "metadata")]
            is_view = any(part is not None for part in parts)
            if not is_view or output.data:
                kept.append(output)
        if "outputs" in cell:
            cell.outputs = kept
    return notebook


def before_saving(model: dict[str, Any], **_: Any) -> None:
    """Save notebooks without views: opened again, their widgets would be errors; what stands for them is shown instead.

    For a Jupyter server, as `ContentsManager.pre_save_hook`.

    Args:
        model: what is to be saved, in the form of Jupyter's contents API; changed in place.
    """
    if model["type"] == "notebook" and model.get("content"):
        import nbformat

        model["content"] = without_views(nbformat.from_dict(model["content"]))
