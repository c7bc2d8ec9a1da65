"""From a matching of two graphs to the edits that turn one into the other."""

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
    """
    work = Derivation(alignment, graph, target)
    # The order matters: what the wires need taken out is collected before it is told.
    for look in (inputs, wires, outputs, missing, superfluous, sharing, labels):
        look(work)
    found = [edit for _, edit in sorted(work.found, key=lambda pair: pair[0])]
    edits = tuple(moved(found, work))
    return EditScript(edits, work, work.changes, tuple(dict.fromkeys(work.suspects)), abandoned(work))
