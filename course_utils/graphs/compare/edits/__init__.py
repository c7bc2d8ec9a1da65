"""From a matching of two graphs to the edits that turn one into the other: an edit script.

Given a matching, the cheapest edits follow from it, so that the graph edit distance of Sanfeliu and Fu is the least
over all matchings; those of `align` are tried. An edit costs 1 (what a learner reads is a list of sentences, and the
shortest list is the best one). Among lists of one length the smaller changes win: each further setting or wire of an
edit is 0.1, each further missing layer 1.05. A layer that is too much in one place and missing in another is one edit,
and so are layers that are missing side by side. Takes time proportional to the size of both graphs.

References:
    A. Sanfeliu, K.-S. Fu: A distance measure between attributed relational graphs for pattern recognition, IEEE
        Transactions on Systems, Man, and Cybernetics 13, 1983.
    K. Riesen, H. Bunke: Approximate graph edit distance computation by means of bipartite graph matching, Image and
        Vision Computing 27, 2009.
"""

from __future__ import annotations

from course_utils.graphs.compare.align import Alignment
from course_utils.graphs.compare.edits.derivation import Derivation
from course_utils.graphs.compare.edits.edit import KINDS, Edit, EditScript, End, Setting
from course_utils.graphs.compare.edits.ends import inputs, outputs
from course_utils.graphs.compare.edits.layers import labels, sharing
from course_utils.graphs.compare.edits.missing import abandoned, missing, moved, superfluous
from course_utils.graphs.compare.edits.wires import wires
from course_utils.graphs.graph import Graph

__all__ = ["KINDS", "Derivation", "Edit", "EditScript", "End", "Setting", "edits_of"]


def edits_of(alignment: Alignment, graph: Graph, target: Graph) -> EditScript:
    """The edits of a matching.

    Args:
        alignment: which calls of the two normal forms correspond.
        graph: the learner's graph as read.
        target: the target's graph as read.

    Example:
        >>> from course_utils.graphs.compare.align import alignments
        >>> from course_utils.graphs.compare.match import IndexedGraph, Interner
        >>> from course_utils.graphs.graph import Graph, Call, Tensor
        >>> def model(units):
        ...     x = Call("Input", "x", (), {}, "x", family="input", origin=((0,),))
        ...     d = Call("Dense", "d", (Tensor(0),), {"units": units}, "d", ports=("",), origin=((1,),))
        ...     return Graph("model", (x, d), (Tensor(0),), (Tensor(1),), ("x",), ("d",))
        >>> number = Interner()
        >>> mine, target = model(8), model(16)
        >>> best = next(alignments(IndexedGraph(mine, number), IndexedGraph(target, number), number))
        >>> edits_of(best, mine, target).edits[0].settings
        (Setting(name='units', before=8, after=16),)
    """
    work = Derivation(alignment, graph, target)
    # The order matters: what the wires need taken out is collected before it is told.
    for look in (inputs, wires, outputs, missing, superfluous, sharing, labels):
        look(work)
    found = [edit for _, edit in sorted(work.found, key=lambda pair: pair[0])]
    edits = tuple(moved(found, work))
    return EditScript(edits, work, work.changes, tuple(dict.fromkeys(work.suspects)), abandoned(work))
