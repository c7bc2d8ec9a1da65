"""What an edit is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from course_utils.graphs.graph import Path

KINDS = ("insert", "delete", "move", "replace", "setting", "rewire", "share", "unshare", "input", "output")
"""What an edit can be.

insert: layers are missing. delete: layers are too many. move: a layer stands in the wrong place. replace: a layer of
another class. setting: a layer's settings. rewire: a call reads the wrong tensor, or in the wrong order. share: one
layer should be called where there are two. unshare: the reverse. input, output: what the model lists as its own.
"""


End = tuple[Literal["model", "target", "output"], Path]
"""Where a wire begins or ends: a call of the learner's model, a call of the target, a position among the outputs."""


@dataclass(frozen=True)
class Edit:
    """One change; paths lead into the graphs of the `Difference`, as read."""

    kind: str
    """One of `KINDS`."""
    where: str
    """The learner's layer; for what is missing, the place: "between `a` and `b`"."""
    message: str
    """One or two sentences: what it is and what it should be."""
    nodes: tuple[Path, ...] = ()
    """The learner's calls concerned."""
    wires: tuple[tuple[Path, Path], ...] = ()
    """The learner's wires that are wrong: from the call that is read to the call that reads it."""
    new_wires: tuple[tuple[Path, Path], ...] = ()
    """The wires that should be there instead, between the learner's calls."""
    targets: tuple[Path, ...] = ()
    """Calls of the target concerned; for "insert", the missing ones, to be drawn as ghosts."""
    wiring: tuple[tuple[End, End], ...] = ()
    """How what is missing is to be wired, from what is read to what reads it."""
    output: int | None = None
    """For "output": the position among the model's outputs."""
    found: str = ""
    """For "replace" and "setting": what the learner wrote, as the message has it."""
    wanted: str = ""
    """For "replace" and "setting": what it should be. The two never read alike."""
    unused: tuple[Path, ...] = ()
    """The learner's call that leads nowhere so far and that this edit would use: the message says so."""

    @property
    def after(self) -> tuple[Path, ...]:
        """For what is missing: the learner's calls that it reads."""
        return tuple(dict.fromkeys(path for (kind, path), _ in self.wiring if kind == "model"))

    @property
    def before(self) -> tuple[Path, ...]:
        """For what is missing: the learner's calls that should read it."""
        return tuple(dict.fromkeys(path for _, (kind, path) in self.wiring if kind == "model"))


@dataclass(frozen=True)
class Edits:
    """What a matching of two graphs comes to."""

    edits: tuple[Edit, ...]
    """In the order of the learner's calls."""
    changes: float
    """How much they change, to choose among as many edits."""
    suspects: tuple[int, ...]
    """Matched calls of the learner's normal form that read what they should not, or are of another class."""
    abandoned: int = 0
    """Groups of the learner's calls that no edit names and that nothing would use any more."""

    def uses(self, dead: Collection[int]) -> bool:
        """Whether an edit takes up a call of the learner's that leads nowhere, and says so."""
        return any(path[0] in dead for edit in self.edits for path in edit.unused)

    @property
    def cost(self) -> tuple[int, float]:
        """What is to be least: the learner has to take out what is abandoned, too."""
        return len(self.edits) + self.abandoned, self.changes
