"""A picture of a graph: it shows in a notebook, speaks as text, and saves to a file."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.graphs.draw.scene import Scene, to_file_format
from course_utils.graphviz import writing
from course_utils.images import html_image

ENDINGS = ("svg", "png", "pdf", "dot", "txt")
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
            path: the file; its ending says what is written: svg, png, pdf, dot or txt. A file of that name is
                replaced once the picture is ready.
            dpi: pixels an inch, for png.

        Raises:
            ValueError: for another ending, or a `dpi` that is no positive number.
            OSError: if the folder is missing or the file cannot be written.
        """
        ending = checked_ending(path)
        if not isinstance(dpi, (int, float)) or not 0 < dpi <= 2400:
            raise ValueError(f"dpi must be a number from 1 to 2400; got {dpi!r}.")
        if ending in ("png", "pdf"):
            content = to_file_format(self.scene, ending, dpi)
        else:
            content = {"svg": self.svg, "dot": self.dot, "txt": self.text + "\n"}[ending].encode()
        with writing(path):
            Path(path).write_bytes(content)


def checked_ending(path: str | os.PathLike[str]) -> str:
    """The ending of a file's name, in lower case without its dot.

    Raises:
        ValueError: unless it is one of `ENDINGS`.
    """
    ending = Path(path).suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        known = ", ".join(f".{e}" for e in ENDINGS)
        raise ValueError(f"The name '{os.fspath(path)}' must end in one of {known}.")
    return ending
