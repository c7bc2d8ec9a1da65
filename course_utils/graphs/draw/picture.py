"""A picture of a graph: it shows in a notebook, speaks as text, and saves to a file."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.graphs.draw.scene import PIXELS, VECTORS, Scene, to_file_format
from course_utils.graphviz import FORMATS, render, writing
from course_utils.images import html_image

_TEXTS = ("svg", "dot", "txt")
ENDINGS = tuple(dict.fromkeys((*_TEXTS, *PIXELS, *VECTORS, *FORMATS)))
"""File endings that `Picture.save` knows."""


@dataclass(frozen=True)
class Picture:
    """A drawing and the same content in words.

    In a notebook it shows as an SVG image whose alt text is the words; `print` gives them.
    """

    svg: str
    """The drawing, as an `<svg>` element that stands alone."""
    text: str
    """The same in words, one line a call; the same on every machine."""
    dot: str = field(repr=False)
    """The same in Graphviz's language, for other programs."""
    scene: Scene = field(repr=False)
    """The drawing as shapes."""

    def __str__(self) -> str:
        """The picture in words."""
        return self.text

    __repr__ = __str__

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows."""
        image = html_image(self.svg.encode(), "svg+xml", self.text)
        bundle = {"text/html": image, "text/plain": self.text}
        return {k: v for k, v in bundle.items() if (not include or k in include) and k not in (exclude or ())}

    def save(self, path: str | os.PathLike[str], dpi: float = 200) -> None:
        """Write the picture to a file.

        Args:
            path: the file; its ending says what is written. The drawing as svg, png, pdf, eps, ps, jpg, gif, webp,
                tif or bmp; its words as txt; Graphviz's own drawing of `dot` in any other format that it writes. A
                file of that name is replaced once the picture is ready.
            dpi: pixels an inch, for png and other files of pixels.

        Raises:
            ValueError: for another ending, or a `dpi` that is no positive number.
            OSError: if the folder is missing or the file cannot be written.
        """
        ending = checked_ending(path)
        if not isinstance(dpi, (int, float)) or not 0 < dpi <= 2400:
            raise ValueError(f"dpi must be a number from 1 to 2400; got {dpi!r}.")
        if ending in _TEXTS:
            content = {"svg": self.svg, "dot": self.dot, "txt": self.text + "\n"}[ending].encode()
        elif ending in PIXELS or ending in VECTORS:
            content = to_file_format(self.scene, ending, dpi)
        else:
            content = render(self.dot, ending)
        with writing(path):
            Path(path).write_bytes(content)


def checked_ending(path: str | os.PathLike[str]) -> str:
    """The ending of a file's name, in lower case without its dot.

    Raises:
        ValueError: unless it is one of `ENDINGS`.
    """
    name = Path(path).name.lower()
    ending = max((e for e in ENDINGS if name.endswith(f".{e}")), key=len, default=None)  # `xdot1.2` has a dot itself
    if ending is None:
        known = ", ".join(f".{e}" for e in ("svg", "png", "pdf", "jpg", "gif", "eps", "dot", "txt"))
        raise ValueError(
            f"The name '{os.fspath(path)}' must end in one of {known}, or of another format that Graphviz writes."
        )
    return ending
