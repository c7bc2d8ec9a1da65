"""What must not be in a picture: things cut off, covered, or on top of each other."""

import itertools

from course_utils.graphs.draw.scene import Extent, Group, Rectangle, Text, extent

FRAME = "#faf8fe"  # of a nested model: what is in it stands on it
SIGN = 24.5  # badges, numbers, names of frames and labels of one line are no higher; boxes are


def faults(scene):
    """One sentence for each fault of a drawing."""
    flat = list(_flat(scene.shapes))
    for shape in flat:
        left, top, right, bottom = extent(shape)
        if left < 0 or top < 0 or right > scene.width or bottom > scene.height:
            yield f"{shape} reaches beyond the picture"
    texts = [(at, shape, extent(shape)) for at, shape in enumerate(flat) if isinstance(shape, Text)]
    for (_, one, first), (_, other, second) in itertools.combinations(texts, 2):
        if first.meets(second):
            yield f"{one.text!r} and {other.text!r} are written over each other"
    for at, text, here in texts:
        for shape in flat[at + 1 :]:
            if not isinstance(shape, Text) and shape.style.fill and here.meets(extent(shape)):
                yield f"{text.text!r} is covered by {shape}"
    filled = [(shape, extent(shape)) for shape in flat[1:] if not isinstance(shape, Text) and shape.style.fill]
    signs = [(s, e) for s, e in filled if isinstance(s, Rectangle) and s.height <= SIGN]
    for (one, first), (other, second) in itertools.combinations(signs, 2):
        if first.meets(second) and not _holds(first, second):
            yield f"{one} and {other} stand on each other"
    boxes = [e for s, e in filled if e.bottom - e.top > SIGN and s.style.fill != FRAME]
    for sign, here in signs:
        middle = (here.top + here.bottom) / 2
        for box in boxes:
            if here.meets(box) and not _holds(box, here) and abs(middle - box.top) > 5:
                yield f"{sign} stands on the box at {box}"


def _holds(outer: Extent, inner: Extent) -> bool:
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and outer.right >= inner.right
        and outer.bottom >= inner.bottom
    )


def _flat(shapes):
    for shape in shapes:
        if isinstance(shape, Group):
            yield from _flat(shape.shapes)
        else:
            yield shape
