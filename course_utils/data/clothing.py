"""Second-hand garments: a small picture, a description in words, a price in euros (lecture example L12).

The picture shows what the garment is (kind, colour, pattern); its place, size and light vary. The description tells
what no picture shows (brand, material, condition), in varying words and order, and a clothing size that does not
matter.

    price = (kind + colour + pattern) · brand · material · condition + noise

The first bracket is in euros and the other three are factors, so neither input can do without the other. All values
are drawn equally likely and independently, only that a material must suit the kind: no leather T-shirts, so the
material says a little about the kind. The noise is uniform, which keeps every price above zero.

What can be reached, as root mean squared error in euros: the best prediction is the mean price given what is known, and
its squared error is the variance that stays, plus the noise's. Both inputs together decide everything but the noise.
For the others the variances are summed over all combinations of the six properties, each with its probability: see
`_ceiling`. It counts pictures as if the kind, colour and pattern could always be read off them, and they can.

Training and validation examples are drawn alike and independently.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from course_utils.data.dataset import Arrays, Dataset, Split, check_range
from course_utils.data.words import Vocabulary, place, split_words

KINDS = {"T-shirt": 36.0, "trousers": 50.0, "dress": 64.0, "shoe": 72.0, "hat": 40.0, "bag": 57.0}
"""Kind of garment → euros."""
COLOURS = {"black": 8.0, "white": 6.0, "red": 10.0, "blue": 4.0, "green": 2.0, "yellow": 0.0}
"""Colour → euros on top."""
PATTERNS = {"plain": 0.0, "stripes": 6.0, "dots": 12.0}
"""Pattern → euros on top."""
BRANDS = {"Aldera": 1.35, "Basiko": 0.85, "Corvelle": 1.2, "Dunmar": 0.95, "Esterly": 1.05}
"""Brand → factor."""
MATERIALS = {"cotton": 0.9, "linen": 1.0, "canvas": 0.95, "wool": 1.1, "silk": 1.25, "leather": 1.3}
"""Material → factor."""
CONDITIONS = {"new": 1.1, "like new": 1.0, "used": 0.85, "damaged": 0.7}
"""Condition → factor."""
MADE_OF = {
    "T-shirt": ("cotton", "linen", "silk"),
    "trousers": ("cotton", "linen", "wool", "leather"),
    "dress": ("cotton", "linen", "wool", "silk"),
    "shoe": ("canvas", "leather"),
    "hat": ("cotton", "wool", "leather"),
    "bag": ("cotton", "canvas", "leather"),
}
"""Kind → the materials it comes in."""
SIZE = 24
"""Height and width of a picture."""

_BRAND_PHRASES = ("by {}", "{}", "brand {}", "from {}")
_MATERIAL_PHRASES = ("made of {}", "{}", "pure {}", "in {}")
_CONDITION_PHRASES = {
    "new": ("new with tags", "never worn"),
    "like new": ("worn once", "as good as new"),
    "used": ("well worn", "a little faded"),
    "damaged": ("has a small hole", "one seam is open"),
}
_SIZE_PHRASES = ("size S", "size M", "size L", "fits well", "")
_PHRASES = (
    *(phrase.format(brand) for brand in BRANDS for phrase in _BRAND_PHRASES),
    *(phrase.format(material) for material in MATERIALS for phrase in _MATERIAL_PHRASES),
    *(phrase for phrases in _CONDITION_PHRASES.values() for phrase in phrases),
    *_SIZE_PHRASES,
)
_FIRST_MATERIAL = len(BRANDS) * len(_BRAND_PHRASES)
_FIRST_CONDITION = _FIRST_MATERIAL + len(MATERIALS) * len(_MATERIAL_PHRASES)
_FIRST_SIZE = len(_PHRASES) - len(_SIZE_PHRASES)

_VOCABULARY = Vocabulary(_PHRASES)
VOCABULARY = _VOCABULARY.words
"""Token number → word: 0 is padding, 1 an unknown word, then the words in alphabetical order."""
_PHRASE_LENGTHS = np.array([len(split_words(phrase)) for phrase in _PHRASES])
_PARTS = (_FIRST_MATERIAL, _FIRST_CONDITION, _FIRST_SIZE)
DESCRIPTION_LENGTH = int(sum(lengths.max() for lengths in np.split(_PHRASE_LENGTHS, _PARTS)))
"""Tokens in a row of `description`, padding included: the longest phrases for brand, material, condition and size."""
_LONGEST = int(_PHRASE_LENGTHS.max())
_PHRASE_TABLE = np.stack([np.roll(_VOCABULARY.encode(p, _LONGEST)[0], len(split_words(p))) for p in _PHRASES])

_ALLOWED = np.array([[material in MADE_OF[kind] for material in MATERIALS] for kind in KINDS])
_CHUNK = 4096  # rows painted at a time: what is needed besides the result stays small
_MAX_NOISE = 10  # the cheapest garment costs 19.28 €, and the noise is at most √3 times its standard deviation
_SHIFT = 2  # points by which a garment is moved, at most
_SCALES = (0.78, 0.84, 0.9, 0.96)

_RGB = np.array(
    [
        (40, 40, 46),
        (242, 242, 240),
        (200, 40, 45),
        (48, 84, 176),
        (52, 132, 72),
        (236, 196, 60),
    ],
    np.float32,
)
_DARK, _LIGHT = (70, 70, 80), (245, 245, 245)
_PATTERN_RGB = np.array([_LIGHT, _DARK, _LIGHT, _LIGHT, _LIGHT, _DARK], np.float32)
_BACKGROUNDS = np.array([(222, 226, 230), (226, 218, 206), (208, 220, 214)], np.float32)


def _silhouette(kind: str, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Where a garment is, in coordinates from −1 to 1, u to the right and v down."""
    a = np.abs(u)
    if kind == "T-shirt":
        sleeve = 0.5 * (a - 0.4)
        body = (a < 0.5) & (v > -0.75) & (v < 0.9)
        sleeves = (a >= 0.4) & (a < 1) & (v > sleeve - 0.75) & (v < sleeve - 0.1)
        return (body | sleeves) & (u**2 + (v + 0.85) ** 2 > 0.25**2)
    if kind == "trousers":
        return (v > -0.95) & (v < 0.95) & (a < 0.5 + 0.08 * v) & ((v < -0.35) | (a > 0.1 + 0.06 * v))
    if kind == "dress":
        straps = (v > -0.95) & (v <= -0.6) & (a > 0.14) & (a < 0.34)
        bodice = (v > -0.6) & (v <= -0.1) & (a < 0.34)
        return straps | bodice | ((v > -0.1) & (v < 0.95) & (a < 0.34 + 0.52 * (v + 0.1)))
    if kind == "shoe":
        foot = ((u + 0.15) / 1.05) ** 2 + ((v - 0.5) / 0.62) ** 2 < 1
        shaft = (u > -0.85) & (u < -0.05) & (v > -0.75)
        sole = (a < 0.95) & (v >= 0.5) & (v < 0.7)
        return ((foot | shaft) & (v < 0.5) & (u > -0.85)) | sole
    if kind == "hat":
        crown = (u / 0.58) ** 2 + ((v - 0.3) / 0.95) ** 2 < 1
        return (crown & (v < 0.3)) | ((a < 0.98) & (v >= 0.25) & (v < 0.5))
    handle = np.hypot(u, v + 0.15)
    body = (v > -0.2) & (v < 0.85) & (a < 0.78 + 0.12 * v)
    return body | ((v <= -0.2) & (handle > 0.4) & (handle < 0.62))


@lru_cache(maxsize=1)
def _stencils() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What pictures are put together from, each from 0 to 1.

    Returns:
        How much of each point the garment covers, shape (kinds, scales, shifts, shifts, SIZE, SIZE); how much of it is
        outline, same shape; and how much of it a pattern covers, shape (patterns, phases, SIZE, SIZE).
    """
    fine, wide = 4, SIZE + 2 * _SHIFT
    at = ((np.arange(wide * fine) + 0.5) / fine - wide / 2) / (SIZE / 2)
    v, u = np.meshgrid(at, at, indexing="ij")
    cover = np.stack([[_silhouette(kind, u / s, v / s) for s in _SCALES] for kind in KINDS]).astype(np.float32)
    cover = cover.reshape(len(KINDS), len(_SCALES), wide, fine, wide, fine).mean(axis=(3, 5))
    inside = cover.copy()
    for axis, step in ((2, 1), (2, -1), (3, 1), (3, -1)):
        inside = np.minimum(inside, np.roll(cover, step, axis))
    outline = cover - inside
    windows = np.lib.stride_tricks.sliding_window_view
    phases = []
    row, column = np.arange(SIZE)[:, None], np.arange(SIZE)[None, :]
    for phase in range(4):
        stripes = np.broadcast_to((row + phase) % 3 == 0, (SIZE, SIZE))
        dots = ((row + phase) % 4 < 2) & ((column + 2 * ((row + phase) // 4) + phase) % 4 < 2)
        phases.append([np.zeros((SIZE, SIZE)), stripes, dots])
    return (
        np.ascontiguousarray(windows(cover, (SIZE, SIZE), axis=(2, 3))),
        np.ascontiguousarray(windows(outline, (SIZE, SIZE), axis=(2, 3))),
        np.array(phases, np.float32).swapaxes(0, 1).copy(),
    )


def _paint(
    rng: np.random.Generator, kind: np.ndarray, colour: np.ndarray, pattern: np.ndarray, target: np.ndarray
) -> None:
    """Paint a chunk of garments into `target`, uint8 of shape (n, SIZE, SIZE, 3)."""
    covers, outlines, patterns = _stencils()
    n = len(kind)
    where = (kind, rng.integers(0, len(_SCALES), n), *rng.integers(0, 2 * _SHIFT + 1, (2, n)))
    cover, outline = covers[where], outlines[where]
    printed = patterns[pattern, rng.integers(0, patterns.shape[1], n)]
    light = rng.uniform(0.9, 1.0, (n, 1)).astype(np.float32)
    background = _BACKGROUNDS[rng.integers(0, len(_BACKGROUNDS), n)] * light
    cloth, print_colour = _RGB[colour] * light, _PATTERN_RGB[colour] * light
    shade = cover * (1 - 0.45 * outline)
    of_print, of_background = shade * printed, 1 - cover
    of_cloth = shade - of_print
    for channel in range(3):
        picture = of_background * background[:, channel, None, None]
        picture += of_cloth * cloth[:, channel, None, None]
        picture += of_print * print_colour[:, channel, None, None]
        target[..., channel] = picture


def _write(rng: np.random.Generator, brand: np.ndarray, material: np.ndarray, condition: np.ndarray) -> np.ndarray:
    """Which four phrases make each description, in order: shape (n, 4)."""
    n = len(brand)
    wording = rng.integers(0, (4, 4, 2, len(_SIZE_PHRASES)), (n, 4))
    first = np.stack(
        [4 * brand, _FIRST_MATERIAL + 4 * material, _FIRST_CONDITION + 2 * condition, np.full(n, _FIRST_SIZE)], axis=1
    )
    return rng.permuted(first + wording, axis=1)


def _prices(table: dict[str, float]) -> np.ndarray:
    return np.array(list(table.values()))


def _expected_price(*properties: np.ndarray) -> np.ndarray:
    """Price without noise, for arrays of property numbers: kind, colour, pattern, brand, material, condition."""
    tables = (KINDS, COLOURS, PATTERNS, BRANDS, MATERIALS, CONDITIONS)
    kind, colour, pattern, brand, material, condition = (
        _prices(table)[numbers] for table, numbers in zip(tables, properties, strict=True)
    )
    return (kind + colour + pattern) * brand * material * condition


def _ceiling(noise: float) -> dict[frozenset[str], float]:
    """Least root mean squared error with each subset of inputs, from all combinations of the six properties."""
    sizes = tuple(map(len, (KINDS, COLOURS, PATTERNS, BRANDS, MATERIALS, CONDITIONS)))
    kind, _, _, _, material, _ = grid = np.indices(sizes)
    price = _expected_price(*grid)
    weight = _ALLOWED[kind, material] / _ALLOWED.sum(axis=1)[kind]  # a material is drawn among those that suit the kind
    weight = weight / weight.sum()

    def error(unknown: tuple[int, ...]) -> float:
        mass = weight.sum(axis=unknown, keepdims=True)
        total = (weight * price).sum(axis=unknown, keepdims=True)
        mean = np.divide(total, mass, out=np.zeros_like(total), where=mass > 0)  # no mass: materials that do not suit
        return float(np.sqrt((weight * (price - mean) ** 2).sum() + noise**2))

    return {
        frozenset({"picture", "description"}): error(()),
        frozenset({"picture"}): error((3, 4, 5)),
        frozenset({"description"}): error((0, 1, 2)),
        frozenset(): error((0, 1, 2, 3, 4, 5)),
    }


def encode(text: str | Iterable[str], length: int = DESCRIPTION_LENGTH) -> np.ndarray:
    """Turn descriptions into tokens, as the data are made: small letters, no punctuation, zeros before the first word.

    Args:
        text: one description or several; a word that is not in the vocabulary becomes 1.
        length: tokens a row. Of a longer text the last words are kept.

    Returns:
        int32 array of shape (number of texts, length); (1, length) for one text: ready for `model.predict`.

    Raises:
        ValueError: for a length that is not a whole number from 1 to 10,000.
        TypeError: for anything that is not text.
    """
    return _VOCABULARY.encode(text, length)


def unknown_words(text: str) -> list[str]:
    """Words of a text that the vocabulary does not have, in order: `encode` turns each into 1."""
    return _VOCABULARY.unknown(text)


def make(
    n: int = 12_000, n_validation: int = 1000, seed: int = 7, *, noise: float = 8.0, dtype: str = "float32"
) -> Dataset:
    """Make pictures and descriptions of garments, and their prices.

    Inputs: `picture` of shape (n, 24, 24, 3), float32 from 0 to 1 or uint8 from 0 to 255; `description`, int32 of shape
    (n, `DESCRIPTION_LENGTH`) with zeros before the first word. Target `price`: float32 of shape (n, 1), in euros.
    `ceiling` is the root mean squared error in euros; how it follows from the way the data are drawn stands at the top
    of this module. A million examples take about 25 s and 1.8 GB as uint8, 45 s and 7 GB as float32.

    Args:
        n: training examples, 1 to 10,000,000.
        n_validation: validation examples, 1 to 1,000,000.
        seed: a whole number; the same seed gives the same data.
        noise: standard deviation of the noise on the price, in euros, 0 to 10.
        dtype: of the pictures: "float32", or "uint8", which takes a quarter of the memory.

    Returns:
        The data. `details` has `noise`; the tables `kinds`, `colours`, `patterns`, `brands`, `materials`, `conditions`
        (name → euros or factor); `properties`, {"train": …, "validation": …}, each int8 of shape (n, 6) with the
        numbers of these six; and `examples`, the first hundred training descriptions as they are written.

    Raises:
        ValueError: naming what is allowed, when an argument is not.
    """
    check_range("n", n, 1, 10_000_000)
    check_range("n_validation", n_validation, 1, 1_000_000)
    check_range("seed", seed, 0, 2**63 - 1)
    check_range("noise", noise, 0, _MAX_NOISE, whole=False)
    if dtype not in ("float32", "uint8"):
        raise ValueError(f"dtype must be one of float32, uint8; got {dtype!r}.")
    rng = np.random.default_rng(seed)
    total = n + n_validation
    picture = np.empty((total, SIZE, SIZE, 3), dtype)
    description = np.zeros((total, DESCRIPTION_LENGTH), np.int32)
    price = np.empty((total, 1), np.float32)
    properties = np.empty((total, 6), np.int8)
    examples: list[str] = []
    suitable = np.argsort(~_ALLOWED, axis=1, kind="stable")  # a kind's own materials first
    for start in range(0, total, _CHUNK):
        rows = slice(start, min(start + _CHUNK, total))
        size = rows.stop - start
        kind, colour, pattern, brand, condition = (
            rng.integers(0, len(table), size) for table in (KINDS, COLOURS, PATTERNS, BRANDS, CONDITIONS)
        )
        material = suitable[kind, rng.integers(0, _ALLOWED.sum(axis=1)[kind])]
        drawn = (kind, colour, pattern, brand, material, condition)
        properties[rows] = np.stack(drawn, axis=1)
        width = np.sqrt(3) * noise  # a uniform number between −w and w has the standard deviation w/√3
        price[rows, 0] = _expected_price(*drawn) + rng.uniform(-width, width, size)

        phrases = _write(rng, brand, material, condition)
        lengths = _PHRASE_LENGTHS[phrases]
        ends = DESCRIPTION_LENGTH - lengths.sum(axis=1, keepdims=True) + np.cumsum(lengths, axis=1)
        for part in range(4):
            place(_PHRASE_TABLE[phrases[:, part]], lengths[:, part], ends[:, part], description[rows])
        examples = examples or [", ".join(_PHRASES[p] for p in row if _PHRASES[p]) for row in phrases[: min(n, 100)]]

        painted = np.empty((size, SIZE, SIZE, 3), np.uint8)
        _paint(rng, kind, colour, pattern, painted)
        picture[rows] = painted if dtype == "uint8" else painted / np.float32(255)

    def split(rows: slice) -> Split:
        x: Arrays = {"picture": picture[rows], "description": description[rows]}
        return Split(x, {"price": price[rows]})

    tables = {
        "kinds": KINDS,
        "colours": COLOURS,
        "patterns": PATTERNS,
        "brands": BRANDS,
        "materials": MATERIALS,
        "conditions": CONDITIONS,
    }
    return Dataset(
        split(slice(0, n)),
        split(slice(n, total)),
        ceiling=_ceiling(noise),
        vocabulary=VOCABULARY,
        decode=_VOCABULARY.decode,
        details={
            "noise": noise,
            "properties": {"train": properties[:n], "validation": properties[n:]},
            "examples": tuple(examples),
            **tables,
        },
    )
