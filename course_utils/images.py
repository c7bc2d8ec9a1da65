"""Pictures in a notebook, with the words that stand for them."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.display import Image
    from matplotlib.figure import Figure


SHRINK = {"png": 0.6, "svg+xml": 0.8}
"""To which part of its size a picture is shrunk at most: what is written in it stays legible; then it scrolls.

Of 10 points in a plot, 15 pixels, 9 are left; of 12 pixels in a drawing, 10.
"""

# White paper becomes that of JupyterLab's dark theme, #121212, black ink becomes #ededed, and hues stay as they are.
_DARK_PAPER = "filter:invert(.93) hue-rotate(180deg)"
_THEMES = ('[data-jp-theme-light="false"]', ".vscode-dark", "html[theme=dark]")  # JupyterLab, VS Code, Colab
_RULES = {
    ".course-picture:popover-open": "background:#121212!important",
    ".course-paper": _DARK_PAPER,
    ".course-own-theme": "color-scheme:dark",
    # The pictures between the cells are files; they are reached from here, by their ending.
    '.jp-MarkdownOutput img[src*=".svg"]': _DARK_PAPER,
}
# A click shows it as large as the window (Esc or another click ends it), where the browser knows `popover`; elsewhere
# nothing happens. `popover` hides what it is on until it is shown: here it stands in its place before.
_PLACED = "display:block;position:static;overflow-x:auto;margin:0;border:0;padding:0;background:none;width:auto"
_LARGE = (
    ".course-picture:popover-open{position:fixed!important;inset:0;width:100vw!important;height:100vh;"
    "background:#fff!important;box-sizing:border-box;padding:12px!important}"
    ".course-picture:popover-open>button{width:100%;height:100%;cursor:zoom-out!important}"
    ".course-picture:popover-open img{width:100%!important;height:100%!important;object-fit:contain}"
    ".course-picture>button:focus-visible{outline:2px solid #1976d2!important}"
)
_BUTTON = "display:block;border:0;padding:0;background:transparent;text-align:left;cursor:zoom-in"
# JupyterLab breaks a printed line where the cell ends, in mid-word; on a page with a picture it breaks between words.
_PRINTED = ".jp-OutputArea-output pre{word-break:normal;overflow-wrap:anywhere}"
_STYLE = (
    _LARGE
    + _PRINTED
    + "".join(f"{','.join(f'{theme} {picture}' for theme in _THEMES)}{{{rule}}}" for picture, rule in _RULES.items())
)


def html_image(content: bytes, kind: str, alt: str, *, is_photo: bool = False) -> str:
    """An `<img>` with alt text that holds its picture, on dark paper in a dark theme; a click shows it large.

    JupyterLab gives `image/png` and `image/svg+xml` outputs no alt text, and hides SVG in a notebook that was not run
    on this machine yet; an image in HTML has neither fault. Where its style is not let in, as in such a notebook, the
    picture keeps its white paper. The first line is what JupyterLab shows of an output that is folded.

    Args:
        content: the file. An SVG that has colours of its own for `prefers-color-scheme: dark` shows these.
        kind: `"png"` or `"svg+xml"`.
        alt: what the picture says.
        is_photo: leave the colours as they are.
    """
    source = base64.b64encode(content).decode("ascii")
    theme = "course-own-theme" if b"prefers-color-scheme" in content else "" if is_photo else "course-paper"
    size = f"max-width:100%;min-width:{SHRINK[kind] * _width(content, kind):.0f}px"
    key = f"picture-{hashlib.sha256(content).hexdigest()[:12]}"
    return (
        f"<!-- A picture: run the cell to see it. -->\n<style>{_STYLE}</style>"
        f'<div class="course-picture" id="{key}" popover style="{_PLACED}">'
        f'<button type="button" popovertarget="{key}" style="{_BUTTON}">'
        f'<img class="{theme}" style="{size}" alt="{html.escape(alt)}" src="data:image/{kind};base64,{source}">'
        "</button></div>"
    )


def _width(content: bytes, kind: str) -> float:
    if kind == "png":
        return int.from_bytes(content[16:20], "big")
    given = re.search(rb'<svg\b[^>]*?\bwidth="([\d.]+)', content)
    return float(given[1]) if given else 0


class Shown:
    """A figure as an image with alt text; the text alone where pictures cannot be seen."""

    def __init__(self, content: bytes, alt: str, kind: str = "png", *, is_photo: bool = False) -> None:
        self.content = content
        self.alt = alt
        self.kind = kind
        self.is_photo = is_photo

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        image = html_image(self.content, self.kind, self.alt, is_photo=self.is_photo)
        return {"text/html": image, "text/plain": self.alt}

    def __repr__(self) -> str:
        """The alt text."""
        return self.alt


def show(figure: Figure | Image, alt: str) -> Shown:
    """Show a figure with alt text, as the last line of a cell.

    Args:
        figure: a matplotlib figure, which is closed, so that it does not show twice; or the PNG image that
            `keras.utils.plot_model` returns, of which JupyterLab shows no alt text by itself.
        alt: what the picture says, in a sentence or two, for those who cannot see it.

    Returns:
        What the notebook displays: an HTML image that carries the alt text.

    Raises:
        ValueError: when `alt` is empty, or an image is no PNG.
    """
    import matplotlib.pyplot as plt
    import numpy as np
    from IPython.display import Image

    if not alt.strip():
        raise ValueError("A picture needs alt text: say in a sentence what it shows.")
    alt = " ".join(alt.split())
    if isinstance(figure, Image):
        if figure.format != "png":
            raise ValueError(f"An image is shown if it is PNG; this one is {figure.format}.")
        return Shown(figure.data, alt)
    # A photograph has a colour at each point; a table of numbers has a colour map, which may turn.
    shapes = [np.asarray(image.get_array()).shape for axes in figure.axes for image in axes.images]
    is_photo = any(len(shape) == 3 for shape in shapes)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight")
    plt.close(figure)
    return Shown(buffer.getvalue(), alt, is_photo=is_photo)
