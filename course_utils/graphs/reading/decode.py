"""What a setting stands for: the way back from `plain`, which keeps settings as strings, numbers and tuples."""

from __future__ import annotations

from dataclasses import dataclass

from course_utils.graphs.graph import IN_PART, Shape


@dataclass(frozen=True)
class Function:
    """A function of somebody's own, of which a digest is kept."""


@dataclass(frozen=True)
class NotFinite:
    """A number that is no finite one."""

    name: str
    """`inf`, `-inf` or `nan`."""


@dataclass(frozen=True)
class Array:
    """Many numbers, of which a digest is kept."""

    shape: Shape
    is_weight: bool


@dataclass(frozen=True)
class Slice:
    """A part of an axis."""

    start: object
    stop: object
    step: object

    def __str__(self) -> str:
        ends = ["" if end is None else str(end) for end in (self.start, self.stop, self.step)]
        return ":".join(ends if ends[2] else ends[:2])


@dataclass(frozen=True)
class InPart:
    """Something that holds for some weights of a layer."""


@dataclass(frozen=True)
class Made:
    """A layer, an initialiser, a regulariser: what is made of a class and settings."""

    kind: str
    settings: dict[str, object]


@dataclass(frozen=True)
class Several:
    """A list or a tuple."""

    parts: tuple[object, ...]
    """Settings as they are kept, each to be decoded."""


@dataclass(frozen=True)
class Plain:
    """A number, a text, True, False or None: itself."""

    content: object


Meaning = Function | NotFinite | Array | Slice | InPart | Made | Several | Plain


def decode(content: object) -> Meaning:
    """What a setting as `plain` gives it stands for.

    Example:
        >>> decode(("LeakyReLU", (("negative_slope", 0.1),)))
        Made(kind='LeakyReLU', settings={'negative_slope': 0.1})
    """
    match content:
        case ("function", str()):
            return Function()
        case ("float", str(name)):
            return NotFinite(name)
        case ("array" | "variable" as kind, tuple(shape), *_):
            return Array(shape, is_weight=kind == "variable")
        case ("slice", start, stop, step):
            return Slice(start, stop, step)
        case (first, _) if first == IN_PART:
            return InPart()
        case ("None", ()):
            return Plain(None)
        case (str(kind), tuple(pairs)) if all(_is_pair(pair) for pair in pairs):
            return Made(kind, dict(pairs))
        case tuple():
            return Several(content)
    return Plain(content)


def _is_pair(content: object) -> bool:
    return isinstance(content, tuple) and len(content) == 2 and isinstance(content[0], str)
