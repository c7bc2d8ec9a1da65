"""What an edit is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from course_utils.graphs.graph import Path, Tensor

if TYPE_CHECKING:
    from course_utils.graphs.compare.edits.derivation import Derivation

KINDS = ("insert", "delete", "move", "replace", "setting", "rewire", "share", "unshare", "input", "output")
"""What an edit can be.

insert: layers are missing. delete: layers are too many. move: a layer stands in the wrong place. replace: a layer of
another class. setting: a layer's settings. rewire: a call reads the wrong tensor, or in the wrong order. share: one
layer should be called where there are two. unshare: the reverse. input, output: what the model lists as its own.
"""

End = tuple[Literal["model", "target", "output"], Path]
"""Where a wire begins or ends: a call of the learner's model, a call of the target, a position among the outputs."""


@dataclass(frozen=True)
class Setting:
    """A setting that is to change; None where there is none."""

    name: str
    """As the normal form has it: `layer.units` of a layer that a wrapper holds."""
    before: object
    after: object


@dataclass(frozen=True)
class Edit:
    """One change, as data; the words are made of it by `graphs.words.edits`.

    Paths lead into the graphs of the `Comparison`, as read; numbers of calls, and tensors, into their normal forms.
    """

    kind: str
    """One of `KINDS`."""
    nodes: tuple[Path, ...] = ()
    """The learner's calls concerned."""
    targets: tuple[Path, ...] = ()
    """Calls of the target concerned; for "insert", the missing ones, to be drawn as ghosts."""
    wires: tuple[tuple[Path, Path], ...] = ()
    """The learner's wires that are wrong: from the call that is read to the call that reads it."""
    new_wires: tuple[tuple[Path, Path], ...] = ()
    """The wires that should be there instead, between the learner's calls."""
    wiring: tuple[tuple[End, End], ...] = ()
    """How what is missing is to be wired, from what is read to what reads it."""
    settings: tuple[Setting, ...] = ()
    """For "setting": what is to change."""
    ports: tuple[str, ...] = ()
    """For "rewire" with an argument too many or too few: which ones."""
    ends: Literal["", "inputs", "outputs"] = ""
    """The list that is in the wrong order, where that is what is to change."""
    outputs: tuple[int, ...] = ()
    """Positions among the model's outputs: of the one concerned; for what is missing, those it is to have."""
    unused: tuple[Path, ...] = ()
    """The learner's call that leads nowhere so far and that this edit would use: the message says so."""
    mine: tuple[int, ...] = ()
    """The learner's calls concerned, in the normal form."""
    theirs: tuple[int, ...] = ()
    """The target's calls concerned, in its normal form."""
    reads: tuple[Tensor, ...] = ()
    """The learner's tensors that are read or listed; for what is missing or too much: that it reads."""
    should_read: tuple[Tensor, ...] = ()
    """The learner's tensors that should be read or listed instead."""
    readers: tuple[int, ...] = ()
    """For what is missing or too much: the learner's calls that read it."""
    where: str = ""
    """In words: the learner's layer; for what is missing, the place: "between `a` and `b`"."""
    message: str = ""
    """In words: what it is and what it should be, in one or two sentences."""
    found: str = ""
    """In words, for "replace" and "setting": what the learner wrote, as the message has it."""
    wanted: str = ""
    """In words, for "replace" and "setting": what it should be. The two never read alike."""

    @property
    def output(self) -> int | None:
        """For "output": the position among the model's outputs; None where their order is what is to change."""
        return self.outputs[0] if self.kind == "output" and self.outputs else None

    @property
    def after(self) -> tuple[Path, ...]:
        """For what is missing: the learner's calls that it reads."""
        return tuple(dict.fromkeys(path for (kind, path), _ in self.wiring if kind == "model"))

    @property
    def before(self) -> tuple[Path, ...]:
        """For what is missing: the learner's calls that should read it."""
        return tuple(dict.fromkeys(path for _, (kind, path) in self.wiring if kind == "model"))


@dataclass(frozen=True)
class EditScript:
    """What a matching of two graphs comes to."""

    edits: tuple[Edit, ...]
    """In the order of the learner's calls."""
    derivation: Derivation
    """The matching, for the words."""
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
