"""A drawing as a list of shapes: measured without the machine's fonts, written as SVG, PNG or PDF.

Lengths are in SVG units, one of which is a CSS pixel; y points down.
"""

from __future__ import annotations

import hashlib
import io
import math
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from course_utils.markup import clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Point = tuple[float, float]

PIXELS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "jpe": "JPEG", "gif": "GIF", "webp": "WEBP"}
PIXELS |= {"tif": "TIFF", "tiff": "TIFF", "bmp": "BMP"}
"""Formats that hold pixels, and what Pillow calls them."""
VECTORS = ("pdf", "eps", "ps")
"""Formats that hold lines and text; SVG is written without help."""

_MOST_PIXELS = 2.5e7  # a picture that a viewer can still open: 100 MB in memory

SANS = "'DejaVu Sans', Verdana, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
MONO = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"

GAP = "\u2002"
"""Between a text and the text after it: half the font size wide, and never collapsed."""

# Advance widths of the characters from space to tilde in hundredths of the font size: DejaVu Sans, regular and bold.
# It is the widest of the fonts in SANS, so text fits its box whichever of them the reader has.
_REGULAR = (
    "32 40 46 84 64 95 78 27 39 39 50 84 32 36 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 53 100 68 69 70 "
    "77 63 58 77 75 29 29 66 56 86 75 79 60 79 69 63 61 73 68 99 69 61 69 39 34 39 84 50 50 61 63 55 63 62 35 63 "
    "63 28 28 58 28 97 63 61 63 63 41 52 39 63 59 82 59 59 52 64 34 64 84"
)
_BOLD = (
    "35 46 52 84 70 100 87 31 46 46 52 84 38 42 38 37 70 70 70 70 70 70 70 70 70 70 40 40 84 84 84 58 100 77 76 "
    "73 83 68 68 82 84 37 37 77 64 100 84 85 73 85 77 72 68 81 77 110 77 72 73 46 37 46 84 50 50 67 72 59 72 68 "
    "44 72 71 34 34 67 34 104 71 69 72 72 49 60 48 71 65 92 65 65 58 71 37 71 84"
)
_OTHERS = {"\u2002": 0.5, "…": 1.0, "×": 0.84, "→": 0.84, "·": 0.32}
_WIDTHS = {
    bold: {chr(32 + i): int(w) / 100 for i, w in enumerate(table.split())} | _OTHERS
    for bold, table in ((False, _REGULAR), (True, _BOLD))
}


def text_width(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """Width of a line of text, from a table: the same on every machine."""
    table = _WIDTHS[bold]
    width = 0.0
    for character in text:
        if unicodedata.combining(character):
            continue
        if unicodedata.east_asian_width(character) in "WF":
            width += 1.1
        elif mono:
            width += 0.602
        else:
            width += table.get(character, 0.84 if bold else 0.75)
    return width * size


def wrap(text: str, width: float, size: float) -> list[str]:
    """Break text into lines of at most `width`; a word that is longer is cut."""
    lines = [""]
    for word in clean(text).split(" "):
        while text_width(word, size) > width:
            keep = max(1, sum(text_width(word[: i + 1], size) <= width for i in range(len(word))))
            lines.append(word[:keep])
            word = word[keep:]
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if text_width(joined, size) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return [line for line in lines if line] or [""]


@dataclass(frozen=True)
class Style:
    """How a shape is painted; `dash` is a sequence of lengths, on and off."""

    fill: str | None = None
    stroke: str | None = None
    width: float = 1.25
    dash: tuple[float, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A closed or open outline: straight through `points`, or cubic curves when `curved`."""

    points: tuple[Point, ...]
    style: Style
    closed: bool = True
    curved: bool = False


@dataclass(frozen=True)
class Rectangle:
    """A rectangle with rounded corners, given by its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    radius: float
    style: Style


@dataclass(frozen=True)
class Text:
    """One line of text; `y` is its baseline, `anchor` start, middle or end of the line."""

    x: float
    y: float
    text: str
    size: float
    fill: str = "#1f2933"
    bold: bool = False
    mono: bool = False
    anchor: str = "middle"
    after: str = ""
    """Text that follows on the line, never in bold."""


@dataclass
class Group:
    """Shapes that belong together; a pointer that rests on them sees `title`."""

    title: str = ""
    shapes: list[Drawn] = field(default_factory=list)
    key: str = ""
    """What it stands for, for who wants to find it again."""


Drawn = Shape | Rectangle | Text | Group


class Extent(NamedTuple):
    """A rectangle, upright, by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Extent) -> bool:
        """Whether two rectangles have more than an edge in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass
class Scene:
    """A drawing: its size and its shapes, from back to front."""

    width: float
    height: float
    shapes: list[Drawn] = field(default_factory=list)


def extent(shape: Drawn) -> Extent:
    """What a shape covers; of a curve, what its control points span."""
    if isinstance(shape, Group):
        return union(extent(s) for s in shape.shapes)
    if isinstance(shape, Rectangle):
        margin = shape.style.width / 2 if shape.style.stroke else 0.0
        edges = shape.x - margin, shape.y - margin, shape.x + shape.width + margin, shape.y + shape.height + margin
        return Extent(*edges)
    if isinstance(shape, Shape):
        across, down = zip(*shape.points, strict=True)
        return Extent(min(across), min(down), max(across), max(down))
    pieces = _pieces(shape)
    left, (last, start, bold) = pieces[0][1], pieces[-1]
    right = start + text_width(last, shape.size, bold=bold, mono=shape.mono)
    return Extent(left, shape.y - 0.76 * shape.size, right, shape.y + 0.24 * shape.size)


def union(extents: Iterable[Extent]) -> Extent:
    """The least rectangle around others."""
    lefts, tops, rights, bottoms = zip(*extents, strict=True)
    return Extent(min(lefts), min(tops), max(rights), max(bottoms))


def moved(shape: Drawn, across: float, down: float) -> Drawn:
    """The same shape at another place."""
    if isinstance(shape, Group):
        return Group(shape.title, [moved(s, across, down) for s in shape.shapes], shape.key)
    if isinstance(shape, Shape):
        return replace(shape, points=tuple((x + across, y + down) for x, y in shape.points))
    return replace(shape, x=shape.x + across, y=shape.y + down)


def _number(value: float) -> str:
    """A coordinate to a tenth, which no eye sees: no noise of floating point in the file."""
    text = f"{value:.1f}"
    return "0" if text in {"0.0", "-0.0"} else text.removesuffix(".0")


def to_svg(scene: Scene, title: str, description: str, *, keys: bool = False) -> str:
    """Write the drawing as SVG that stands alone.

    Args:
        scene: the drawing.
        title: what the picture is, in one line.
        description: the picture in words; readers that do not see it hear this.
        keys: whether groups carry their keys, as `data-key`: for a picture that can be touched.

    Returns:
        An `<svg>` element. The same arguments give the same text; ids are unique to the content.
    """
    body = _svg_shapes(scene.shapes, keys)
    title, description = clean(title), "\n".join(clean(line) for line in description.splitlines())
    key = "p" + hashlib.sha256("\0".join([title, description, body]).encode()).hexdigest()[:12]
    width, height = _number(scene.width), _number(scene.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="{key}-title {key}-text" font-family="{SANS}" '
        'style="max-width:100%;height:auto">\n'
        f'<title id="{key}-title">{escape(title)}</title>\n<desc id="{key}-text">{escape(description)}</desc>\n'
        f"{body}</svg>\n"
    )


def _svg_shapes(shapes: Sequence[Drawn], keys: bool) -> str:
    parts = []
    for shape in shapes:
        if isinstance(shape, Group):
            title = f"<title>{escape(clean(shape.title))}</title>" if shape.title else ""
            key = f" data-key={quoteattr(shape.key)}" if keys and shape.key else ""
            parts.append(f"<g{key}>{title}\n{_svg_shapes(shape.shapes, keys)}</g>\n")
        elif isinstance(shape, Text):
            attributes = [f'x="{_number(shape.x)}" y="{_number(shape.y)}" font-size="{_number(shape.size)}"']
            attributes.append(f'fill="{shape.fill}"')
            attributes += [f'text-anchor="{shape.anchor}"'] if shape.anchor != "start" else []
            attributes += ['font-weight="bold"'] if shape.bold else []
            attributes += [f"font-family={quoteattr(MONO)}"] if shape.mono else []
            text = escape(clean(shape.text))
            if shape.after:
                text += f'<tspan font-weight="normal">{GAP}{escape(clean(shape.after))}</tspan>'
            parts.append(f"<text {' '.join(attributes)}>{text}</text>\n")
        elif isinstance(shape, Rectangle):
            place = " ".join(
                f'{name}="{_number(value)}"'
                for name, value in zip(
                    ("x", "y", "width", "height", "rx"),
                    (shape.x, shape.y, shape.width, shape.height, shape.radius),
                    strict=True,
                )
            )
            parts.append(f"<rect {place} {_svg_style(shape.style)}/>\n")
        else:
            parts.append(f'<path d="{_svg_path(shape)}" {_svg_style(shape.style)}/>\n')
    return "".join(parts)


def _svg_path(shape: Shape) -> str:
    points = [f"{_number(x)},{_number(y)}" for x, y in shape.points]
    step = "C" if shape.curved else "L"
    return f"M{points[0]}{step}{' '.join(points[1:])}" + ("Z" if shape.closed else "")


def _svg_style(style: Style) -> str:
    text = f'fill="{style.fill or "none"}"'
    if style.stroke:
        text += f' stroke="{style.stroke}" stroke-width="{style.width:g}"'
        if style.dash:
            text += f' stroke-dasharray="{" ".join(f"{d:g}" for d in style.dash)}"'
    return text


def to_file_format(scene: Scene, format: str, dpi: float = 200) -> bytes:
    """Write the drawing in a format of pixels or vectors, with matplotlib and the font it brings.

    Args:
        scene: the drawing; 96 of its units are an inch.
        format: one of `PIXELS` or `VECTORS`.
        dpi: pixels an inch, for pixels. Lowered for a drawing so long that it would not fit a picture.

    Returns:
        What the file holds.
    """
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_ps import FigureCanvasPS
    from matplotlib.figure import Figure
    from PIL import Image

    longest = max(scene.width, scene.height) / 96
    dpi = min(dpi, 30_000 / longest, math.sqrt(_MOST_PIXELS / (scene.width * scene.height / 96**2)))
    figure = Figure(figsize=(scene.width / 96, scene.height / 96), dpi=dpi)
    _paint(figure, scene)
    file = io.BytesIO()
    with warnings.catch_warnings():  # a character that DejaVu lacks is drawn as a box
        warnings.simplefilter("ignore")
        if format == "png":
            FigureCanvasAgg(figure).print_png(file, metadata={"Software": None})
        elif format in PIXELS:
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").save(file, PIXELS[format], dpi=(dpi, dpi))
        elif format == "pdf":
            FigureCanvasPdf(figure).print_pdf(file, metadata={"CreationDate": None})
        else:
            canvas_ps = FigureCanvasPS(figure)
            (canvas_ps.print_eps if format == "eps" else canvas_ps.print_ps)(file)
    return file.getvalue()


def _paint(figure: Figure, scene: Scene) -> None:
    """Put the shapes on a matplotlib figure of the scene's size."""
    from matplotlib.patches import FancyBboxPatch, PathPatch
    from matplotlib.path import Path
    from matplotlib.text import Text as Words
    from matplotlib.transforms import Affine2D

    to_figure = Affine2D().scale(1 / scene.width, -1 / scene.height).translate(0, 1) + figure.transFigure
    for order, shape in enumerate(_flatten(scene.shapes)):
        if isinstance(shape, Text):
            for text, x, bold in _pieces(shape):
                words = Words(
                    x,
                    shape.y,
                    clean(text),
                    fontsize=shape.size * 0.75,  # in points
                    color=shape.fill,
                    weight="bold" if bold else "normal",
                    family="DejaVu Sans Mono" if shape.mono else "DejaVu Sans",
                    parse_math=False,
                    zorder=order,
                    transform=to_figure,
                )
                figure.add_artist(words)
            continue
        style = shape.style
        paint: dict[str, Any] = {
            "facecolor": style.fill or "none",
            "edgecolor": style.stroke or "none",
            "linewidth": style.width * 0.75 if style.stroke else 0,
            "linestyle": (0, tuple(d / style.width for d in style.dash)) if style.dash else "solid",
            "zorder": order,
            "transform": to_figure,
        }
        if isinstance(shape, Rectangle):
            rounded = f"round,pad=0,rounding_size={max(shape.radius, 1e-3)}"
            figure.add_artist(FancyBboxPatch((shape.x, shape.y), shape.width, shape.height, boxstyle=rounded, **paint))
        else:
            step = Path.CURVE4 if shape.curved else Path.LINETO
            codes = [Path.MOVETO] + [step] * (len(shape.points) - 1)
            points = list(shape.points)
            if shape.closed:
                codes.append(Path.CLOSEPOLY)
                points.append(points[0])
            figure.add_artist(PathPatch(Path(points, codes), **paint))


def _pieces(text: Text) -> list[tuple[str, float, bool]]:
    """The parts of a line that are set alike: words, left end, whether bold."""
    first = text_width(text.text, text.size, bold=text.bold, mono=text.mono)
    gap = text_width(GAP, text.size) if text.after else 0
    whole = first + gap + text_width(text.after, text.size, mono=text.mono)
    left = text.x - {"start": 0, "middle": whole / 2, "end": whole}[text.anchor]
    pieces = [(text.text, left, text.bold)]
    return [*pieces, (text.after, left + first + gap, False)] if text.after else pieces


def _flatten(shapes: Sequence[Drawn]) -> list[Shape | Rectangle | Text]:
    flat: list[Shape | Rectangle | Text] = []
    for shape in shapes:
        if isinstance(shape, Group):
            flat += _flatten(shape.shapes)
        else:
            flat.append(shape)
    return flat
