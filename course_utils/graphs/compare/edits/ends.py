"""What a model lists as its inputs and outputs."""

from __future__ import annotations

from collections import Counter

from course_utils.graphs.compare.edits.edit import Edit
from course_utils.graphs.compare.edits.pairing import Pairing, Ref
from course_utils.graphs.words.names import call_name
from course_utils.graphs.words.sentences import listed, ordinal, sentence


def inputs(work: Pairing) -> None:
    """Inputs that are too many or in another order; missing ones come with what reads them."""
    left = list(dict.fromkeys(t.node for t in work.mine.inputs))
    for i in left:
        if i not in work.to_b:
            name = call_name(work.graph, work.entry(i))
            unused = not any(work.a.live[r] for _, r, _ in work.a.readers[i]) and i not in work.a.outputs_at
            why = "It reaches no output." if unused else ""
            message = sentence([f"the input {name} is too much; leave it out.", why])
            work.add(work.place(i), Edit("input", name, message, nodes=work.paths([i])))
    right = list(dict.fromkeys(t.node for t in work.theirs.inputs))
    images = [work.to_a[j] for j in right if j in work.to_a]
    kept = [i for i in left if i in work.to_b]
    if images != kept:
        order, wanted = (listed(call_name(work.graph, work.entry(i)) for i in x) for x in (kept, images))
        message = f"The inputs are listed as {order}; they should be {wanted}, in this order."
        # Dearer than the one call that may read them in the wrong order.
        work.add(-1.0, Edit("input", "the inputs", message, nodes=work.paths(kept)), changes=1.5)


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
            _output_order(work, mine, [work.image(t) or m for m, t in zip(mine, theirs, strict=True)])
            return
        for k in wrong:
            _wrong_output(work, k, mine, theirs)
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
                name = work.tensor(image)
                unused = work.unused([image])
                message = sentence([f"{name} should be the {ordinal(k)} output of the model.", work.aside(unused)])
                edit = Edit("output", name, message, nodes=work.paths([image[0]]), output=k, unused=unused)
                work.add(10_000.0 + k, edit)
    for m in dict.fromkeys(mine):
        if left[m] > 0:
            if m[0] not in work.to_b:
                work.deleted.add(m[0])
                continue
            name = work.tensor(m)
            twice = mine.count(m) > 1
            message = f"{name} is listed twice among the outputs." if twice else f"{name} should not be an output."
            work.add(10_000.0, Edit("output", name, message, nodes=work.paths([m[0]]), output=mine.index(m)))
    kept = [m for m in mine if m in wanted]
    if not any(left[m] > 0 for m in mine) and kept != wanted and Counter(kept) == Counter(wanted):
        _output_order(work, kept, wanted)


def _output_order(work: Pairing, mine: list[Ref], wanted: list[Ref]) -> None:
    order, right = (listed(work.tensor(t) for t in x) for x in (mine, wanted))
    message = f"The outputs are listed as {order}; they should be {right}, in this order."
    work.add(10_000.0, Edit("output", "the outputs", message, nodes=work.paths(t[0] for t in mine), output=0))


def _wrong_output(work: Pairing, k: int, mine: list[Ref], theirs: list[Ref]) -> None:
    image = work.image(theirs[k])
    name = work.tensor(mine[k])
    if image is None:
        return  # the missing layers are told to stand here
    right = work.tensor(image)
    if mine.count(mine[k]) > 1:
        parts = [f"{name} is listed twice among the outputs; the {ordinal(k)} should be {right}."]
    elif len(mine) == 1:
        parts = [f"the output of the model is {name}; it should be {right}."]
    else:
        parts = [f"the {ordinal(k)} output is {name}; it should be {right}."]
    unused = work.unused([image])
    parts.append(work.aside(unused))
    edit = Edit("output", right, sentence(parts), nodes=work.paths([mine[k][0], image[0]]), output=k, unused=unused)
    work.add(10_000.0 + k, edit)
