"""What a model lists as its inputs and outputs."""

from __future__ import annotations

from collections import Counter

from course_utils.graphs.compare.edits.edit import Edit, Ref
from course_utils.graphs.compare.edits.pairing import Pairing

_LAST = 10_000.0  # outputs are told after all calls


def inputs(work: Pairing) -> None:
    """Inputs that are too many or in another order; missing ones come with what reads them."""
    left = list(dict.fromkeys(t.node for t in work.mine.inputs))
    for i in left:
        if i not in work.to_b:
            work.add(work.place(i), Edit("input", nodes=work.paths([i]), mine=(i,)))
    right = list(dict.fromkeys(t.node for t in work.theirs.inputs))
    images = [work.to_a[j] for j in right if j in work.to_a]
    kept = [i for i in left if i in work.to_b]
    if images != kept:
        reads, should_read = (tuple((i, 0) for i in calls) for calls in (kept, images))
        edit = Edit("input", nodes=work.paths(kept), ends="inputs", reads=reads, should_read=should_read)
        # Dearer than the one call that may read them in the wrong order.
        work.add(-1.0, edit, changes=1.5)


def outputs(work: Pairing) -> None:
    """Compare what the models list as their outputs."""
    mine = [(t.node, t.index) for t in work.mine.outputs]
    theirs = [(t.node, t.index) for t in work.theirs.outputs]
    if len(mine) == len(theirs):
        wrong = []
        for k, (m, t) in enumerate(zip(mine, theirs, strict=True)):
            if work.fits(m, t):
                work.accept(m, t)
            elif work.image(t) is not None or m[0] in work.to_b:
                wrong.append(k)
        images = [work.image(theirs[k]) for k in wrong]
        if len(wrong) > 1 and Counter(images) == Counter([mine[k] for k in wrong]):
            _order(work, mine, [work.image(t) or m for m, t in zip(mine, theirs, strict=True)])
            return
        for k in wrong:
            image = work.image(theirs[k])
            if image is not None:  # else the missing layers are told to stand here
                _output(work, k, (mine[k],), image)
        return
    wanted = [t for t in map(work.image, theirs) if t is not None]
    left = Counter(mine)
    for k, t in enumerate(theirs):
        image = work.image(t)
        if image is not None and left[image] > 0:
            left[image] -= 1
        else:
            fit = next((m for m in mine if left[m] > 0 and m not in wanted and work.fits(m, t)), None)
            if fit is not None:
                left[fit] -= 1
                work.accept(fit, t)
            elif image is not None:
                _output(work, k, (), image)
    for m in dict.fromkeys(mine):
        if left[m] > 0:
            if m[0] not in work.to_b:
                work.deleted.add(m[0])
                continue
            work.add(_LAST, Edit("output", nodes=work.paths([m[0]]), outputs=(mine.index(m),), reads=(m,)))
    kept = [m for m in mine if m in wanted]
    if not any(left[m] > 0 for m in mine) and kept != wanted and Counter(kept) == Counter(wanted):
        _order(work, kept, wanted)


def _order(work: Pairing, mine: list[Ref], wanted: list[Ref]) -> None:
    nodes = work.paths(t[0] for t in mine)
    work.add(_LAST, Edit("output", nodes=nodes, ends="outputs", reads=tuple(mine), should_read=tuple(wanted)))


def _output(work: Pairing, k: int, reads: tuple[Ref, ...], image: Ref) -> None:
    """An output that comes from the wrong layer, or that is missing."""
    nodes = work.paths([*(t[0] for t in reads), image[0]])
    unused = work.unused([image])
    edit = Edit("output", nodes=nodes, outputs=(k,), unused=unused, reads=reads, should_read=(image,))
    work.add(_LAST + k, edit)
