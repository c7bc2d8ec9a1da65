"""What the learner calls the calls and tensors of two models that were matched, and where something is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from course_utils.graphs.compare.edits import Derivation
from course_utils.graphs.graph import Path, Tensor
from course_utils.graphs.words.names import call_name, own_name
from course_utils.graphs.words.sentences import listed, ordinal
from course_utils.graphs.words.settings import spelled

_UNUSED = " (the call that nothing reads)"


class Naming:
    """Names in a matching: calls `i` of the learner's normal form, calls `j` of the target's.

    Args:
        derivation: the matching.
    """

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self.graph, self.target = derivation.graph, derivation.target
        self.mine, self.theirs = derivation.mine, derivation.theirs
        self._places: dict[int, str] = {}

    def at(self, path: Path) -> str:
        """The name of a call of the learner's graph as read."""
        return call_name(self.graph, path)

    def layer(self, i: int) -> str:
        """The learner's name for the layer of a call."""
        return self.at(self.derivation.entry(i))

    def call(self, i: int) -> str:
        """The learner's name for a call."""
        return self.layer(i) + self._which(i)

    def tensor(self, tensor: Tensor) -> str:
        """The learner's name for a tensor."""
        i, number = tensor
        name = self.at(self.derivation.exit(i)) + self._which(i)
        return f"the {ordinal(number)} output of {name}" if number else name

    def tensors(self, tensors: Iterable[Tensor]) -> str:
        """Names of several tensors, as they stand in a sentence."""
        return listed(map(self.tensor, tensors))

    def _which(self, i: int) -> str:
        """Which call, where several have one name."""
        if not self._places:
            calls: dict[str, list[int]] = defaultdict(list)
            for k in range(len(self.mine.nodes)):
                calls[self.layer(k)].append(k)
            live = self.derivation.a.live
            for several in calls.values():
                entries = dict.fromkeys(self.derivation.entry(k) for k in several if live[k])
                places = {entry: f" ({ordinal(place)} call)" for place, entry in enumerate(entries)}
                for k in several:
                    is_clear = len(entries) <= (1 if live[k] else 0)
                    self._places[k] = "" if is_clear else places.get(self.derivation.entry(k), _UNUSED)
        return self._places[i]

    def wanted(self, j: int) -> str:
        """A call of the target, in code."""
        node = self.theirs.nodes[j]
        original = self.target.find(node.origin[0]) if node.origin else None
        return f"`{spelled(node, original)}`"

    def wanted_by_name(self, j: int) -> str:
        """A call of the target, in code, with the name it has if somebody gave it one."""
        node = self.theirs.nodes[j]
        name = own_name(self.target.find(node.origin[-1])) if node.origin else None
        return f"{self.wanted(j)} called `{name}`" if name and node.family != "input" else self.wanted(j)

    def place(self, reads: Sequence[Tensor], readers: Sequence[int], outputs: Sequence[int]) -> str:
        """Where something is missing or too much: what it reads, what reads it, which outputs it is."""
        sources = self.tensors(reads[:4])
        followers = listed(self.call(i) for i in readers[:4])
        if reads and readers:
            alone = len(reads) == len(readers) == 1
            return f"between {sources} and {followers}" if alone else f"after {sources}, before {followers}"
        if reads and outputs:
            only = len(self.theirs.outputs) == 1
            return f"after {sources}, as the {'' if only else ordinal(outputs[0]) + ' '}output"
        if readers:
            return f"before {followers}"
        return f"after {sources}" if reads else "in the model"

    def aside(self, unused: Iterable[Path]) -> str:
        """What the learner may not have noticed: that what should be read leads nowhere so far."""
        for path in unused:
            if self.graph.find(path).family == "input":
                return f"So far the input {self.at(path)} reaches no output."
            return f"So far {self.at(path)} is built and never used."
        return ""
