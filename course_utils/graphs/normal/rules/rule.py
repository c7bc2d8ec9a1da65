"""What a rule of equivalence is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from course_utils.graphs.graph import Graph
from course_utils.graphs.normal.draft import Draft

Rewrite = Callable[[Draft], None]


@dataclass(frozen=True)
class Rule:
    """One way in which two models may be written differently and still be the same.

    Called on a graph, a rule gives the graph in which that way of writing is gone.
    """

    name: str
    """What `without=` and `also=` of `normal_form` and `compare_models` take."""
    description: str
    """One line: what counts as the same."""
    example: str
    """One line of Keras: two spellings, an equals sign between them."""
    rewrite: Rewrite | None = None
    """What the rule does to a draft; None if it only means leaving something out of account."""
    insist: Rewrite | None = None
    """What is done instead when the rule is switched off."""
    default: bool = True
    """Whether the rule holds unless it is switched off."""

    def __call__(self, graph: Graph) -> Graph:
        """The graph, rewritten by this rule alone."""
        draft = Draft.with_branches(graph)
        if self.rewrite is not None:
            self.rewrite(draft)
        return draft.graph()
