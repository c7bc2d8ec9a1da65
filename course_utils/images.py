"""Pictures in a notebook, with the words that stand for them."""

from __future__ import annotations

import base64
import html
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def html_image(content: bytes, kind: str, alt: str) -> str:
    """An `<img>` with alt text that holds its picture.

    JupyterLab gives `image/png` and `image/svg+xml` outputs no alt text, and hides SVG in a notebook that was not run
    on this machine yet; an image in HTML has neither fault.

    Args:
        content: the file.
        kind: `"png"` or `"svg+xml"`.
        alt: what the picture says.
    """
    source = base64.b64encode(content).decode("ascii")
    return f'<img style="max-width:100%" alt="{html.escape(alt)}" src="data:image/{kind};base64,{source}">'


class Shown:
    """A figure as an image with alt text; the text alone where pictures cannot be seen."""

    def __init__(self, content: bytes, alt: str, kind: str = "png") -> None:
        self.content = content
        self.alt = alt
        self.kind = kind

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": html_image(self.content, self.kind, self.alt), "text/plain": self.alt}

    def __repr__(self) -> str:
        """The alt text."""
        return self.alt


def show(figure: Figure, alt: str) -> Shown:
    """Show a figure with alt text, as the last line of a cell.

    Args:
        figure: a matplotlib figure; it is closed, so that it does not show twice.
        alt: what the picture says, in a sentence or two, for those who cannot see it.

    Returns:
        What the notebook displays: an HTML image that carries the alt text.

    Raises:
        ValueError: when `alt` is empty.
    """
    import matplotlib.pyplot as plt

    if not alt.strip():
        raise ValueError("A picture needs alt text: say in a sentence what it shows.")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight")
    plt.close(figure)
    return Shown(buffer.getvalue(), " ".join(alt.split()))
