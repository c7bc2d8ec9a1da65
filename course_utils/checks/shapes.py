"""Whether the inputs and outputs of a model have the shapes that are asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.result import Finding
from course_utils.graphs.graph import Graph, Shape
from course_utils.graphs.words.sentences import article, plural


@dataclass(frozen=True)
class Ends:
    """What is asked of inputs or of outputs.

    Args:
        what: which of the two.
        shape: of each, without the axis of the examples; None for an axis of any length, which must be left open.
        words: what has this shape; with the shape behind them they end the sentence: "photographs have".
        count: how many there must be, or None.
        called: names of those that are meant; nothing for all. One that is not there is told elsewhere.
        by_name: whether a sentence names the end also where the model has no other.
        or_open: whether an axis of a given length may be left open, too.
    """

    what: Literal["input", "output"]
    shape: Shape
    words: str
    count: int | None = None
    called: Collection[str] = ()
    by_name: bool = False
    or_open: bool = False

    def objection(self, graph: Graph) -> tuple[str, str] | None:
        """What differs first in a model's graph, and a sentence that says where; None where nothing does."""
        is_input = self.what == "input"
        names = graph.input_names if is_input else graph.output_names
        tensors = graph.inputs if is_input else graph.outputs
        shapes = [graph.nodes[tensor.node].shapes[tensor.output] for tensor in tensors]
        if self.count is not None and len(shapes) != self.count:
            number = f"the model has {plural(len(shapes), self.what)}; {self.count} asked for."
            return number, f"look at how many {self.what}s there are."
        for name, shape in zip(names, shapes, strict=True):
            if (self.called and name not in self.called) or self._is_asked(shape[1:]):
                continue
            is_named = self.by_name or self.called
            one = f"`{name}`" if is_named else f"the {self.what}" if len(shapes) == 1 else article(self.what)
            return f"{one} has shape {shape}; {self.words} {(None, *self.shape)}.", f"look at the shape of {one}."
        return None

    def _is_asked(self, shape: Shape) -> bool:
        allowed = [(size, None) if self.or_open else (size,) for size in self.shape]
        return len(shape) == len(allowed) and all(size in sizes for size, sizes in zip(shape, allowed, strict=True))


@dataclass
class Shapes(Criterion):
    """The shapes of a model's ends are those that are asked for.

    Take it when a design is free but its ends are not, and before a criterion that feeds the model, such as `Says` or
    `Learns`: a sentence on a shape says more than an error of Keras.

    Args:
        ends: of which, and what is asked of them; the first that is not as asked is told.
        name: what is asked, in a few words.
        praise: the sentence when all are so.

    Example:
        >>> import keras
        >>> from course_utils.checks.shapes import Ends, Shapes
        >>> from course_utils.checks.trying import tell
        >>> def model(units):
        ...     x = keras.Input((4,), name="x")
        ...     return keras.Model(x, keras.layers.Dense(units, name="share")(x))
        >>> one = Shapes([Ends("output", (1,), "one share has")], name="output", praise="one share.")
        >>> tell(one, model(1))
        ✓ one share.
        >>> tell(one, model(2))
        ✗ where: look at the shape of the output.
          what: the output has shape (None, 2).
          how: the output has shape (None, 2); one share has (None, 1).

    On failure:
        The shape that was found, and the one that is asked for.
    """

    ends: Sequence[Ends]
    name: str
    praise: str
    gives_away = "how"

    def judge(self, attempt: Attempt) -> Finding:
        """Compare, end by end."""
        objections = (asked.objection(attempt.graph) for asked in self.ends)
        objection = next((one for one in objections if one), None)
        return self.missed(*objection) if objection else self.found(True, self.praise)
