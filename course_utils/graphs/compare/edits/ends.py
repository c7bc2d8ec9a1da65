"""What a model lists as its inputs and outputs."""

from __future__ import annotations

from collections import Counter

from course_utils.graphs.compare.edits.derivation import Derivation
from course_utils.graphs.compare.edits.edit import Edit
from course_utils.graphs.graph import Tensor

_LAST = 10_000.0  # outputs are told after all calls


def inputs(work: Derivation) -> None:
    """Inputs that are too many or in another order; missing ones come with what reads them."""
    left = list(dict.fromkeys(t.node for t in work.mine.inputs))
    for i in left:
        if i not in work.to_b:
            work.add(work.place(i), Edit("input", nodes=work.paths([i]), mine=(i,)))
    right = list(dict.fromkeys(t.node for t in work.theirs.inputs))
    images = [work.to_a[j] for j in right if j in work.to_a]
    kept = [i for i in left if i in work.to_b]
    if images != kept:
        reads, should_read = (tuple(map(Tensor, calls)) for calls in (kept, images))
        edit = Edit("input", nodes=work.paths(kept), ends="inputs", reads=reads, should_read=should_read)
        # Dearer than the one call that may read them in the wrong order.
        work.add(-1.0, edit, changes=1.5)


def outputs(work: Derivation) -> None:
    """Compare what the models list as their outputs."""
    mine, theirs = work.mine.outputs, work.theirs.outputs
    if len(mine) == len(theirs):
        wrong = []
        for k, (m, t) in enumerate(zip(mine, theirs, strict=True)):
            if work.fits(m, t):
                work.accept(m, t)
            elif work.image(t) is not None or m.node in work.to_b:
                wrong.append(k)
        images = [work.image(theirs[k]) for k in wrong]
        if len(wrong) > 1 and Counter(images) == Counter([mine[k] for k in wrong]):
            _order(work, list(mine), [work.image(t) or m for m, t in zip(mine, theirs, strict=True)])
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
            if m.node not in work.to_b:
                work.deleted.add(m.node)
                continue
            work.add(_LAST, Edit("output", nodes=work.paths([m.node]), outputs=(mine.index(m),), reads=(m,)))
    kept = [m for m in mine if m in wanted]
    if not any(left[m] > 0 for m in mine) and kept != wanted and Counter(kept) == Counter(wanted):
        _order(work, kept, wanted)


def _order(work: Derivation, mine: list[Tensor], wanted: list[Tensor]) -> None:
    nodes = work.paths(t.node for t in mine)
    work.add(_LAST, Edit("output", nodes=nodes, ends="outputs", reads=tuple(mine), should_read=tuple(wanted)))


def _output(work: Derivation, k: int, reads: tuple[Tensor, ...], image: Tensor) -> None:
    """An output that comes from the wrong layer, or that is missing."""
    nodes = work.paths([*(t.node for t in reads), image.node])
    unused = work.unused([image])
    edit = Edit("output", nodes=nodes, outputs=(k,), unused=unused, reads=reads, should_read=(image,))
    work.add(_LAST + k, edit)
