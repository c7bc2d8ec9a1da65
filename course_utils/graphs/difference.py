"""What must be changed in a model to make it the target: compared, told in sentences, and drawn."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from course_utils.graphs.compare.behaviour import Kept, Verdict, judge
from course_utils.graphs.compare.comparison import Comparison, compare
from course_utils.graphs.draw.difference import draw_difference
from course_utils.graphs.draw.model import check_direction
from course_utils.graphs.draw.picture import Picture, checked_ending
from course_utils.graphs.draw.steps import Stepped
from course_utils.graphs.graph import Graph
from course_utils.graphs.normal.rules import computing
from course_utils.graphs.reading.read import read
from course_utils.graphs.words.edits import told

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Difference(Comparison):
    """The difference of two models; prints as one sentence an edit, and in a notebook shows its picture."""

    @classmethod
    def of(cls, comparison: Comparison) -> Difference:
        """The same, told in words and to be shown."""
        parts = {field.name: getattr(comparison, field.name) for field in fields(comparison)}
        return cls(**{**parts, "edits": told(comparison)})

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows: the learner's graph with the edits marked, one at a time too, and the sentences."""
        bundle = {**Stepped(self)._repr_mimebundle_(), "text/plain": str(self)}
        return {k: v for k, v in bundle.items() if (not include or k in include) and k not in (exclude or ())}


def compare_models(
    model: keras.Model | Graph,
    target: keras.Model | Graph,
    *,
    without: Iterable[str] = (),
    also: Iterable[str] = (),
) -> Difference:
    """Compare a learner's model with the one that was asked for, as graphs of layers.

    Args:
        model: the learner's model, or its graph. It is not changed; where its structure is not the target's and no
            other reason speaks against it, it is run, with weights that are not its own.
        target: the model to arrive at, or its graph.
        without: names of rules of equivalence that are not to hold (see `course_utils.graphs.normal.rules`), such as
            "input names" where names are the point.
        also: names of rules that hold only if asked for, such as "sequence length".

    Returns:
        The difference: `.same`, `.edits` and the text that `print` shows.

    Raises:
        UnreadableModel: if one of them has no graph of layers; the message says what to do.
        ValueError: if there is no rule of a given name.
    """
    mine, theirs = (m if isinstance(m, Graph) else read(m) for m in (model, target))
    if isinstance(model, Graph) or isinstance(target, Graph):
        return compare_graphs(mine, theirs, without=without, also=also)
    return compare_read((model, mine), (target, theirs), without=without, also=also)


def compare_read(
    model: tuple[keras.Model, Graph],
    target: tuple[keras.Model, Graph],
    *,
    without: Iterable[str] = (),
    also: Iterable[str] = (),
    kept: Kept | None = None,
) -> Difference:
    """As `compare_models`, for models that are already read: each with its graph.

    What is `kept` of the target makes the next comparison with it quicker.
    """
    rules = (tuple(without), tuple(also))

    def behaviour(forms: tuple[Graph, Graph]) -> Verdict:
        return judge(model[0], target[0], (model[1], target[1]), forms, kept=kept)

    runs = computing.holds(rules[0])
    return Difference.of(compare(model[1], target[1], rules, behaviour if runs else None))


def compare_graphs(graph: Graph, target: Graph, *, without: Iterable[str] = (), also: Iterable[str] = ()) -> Difference:
    """As `compare_models`, for graphs that are already read: what they compute is not asked."""
    return Difference.of(compare(graph, target, (tuple(without), tuple(also)), None))


def plot_difference(
    model: keras.Model | Graph,
    target: keras.Model | Graph,
    *,
    without: Iterable[str] = (),
    also: Iterable[str] = (),
    to_file: str | os.PathLike[str] | None = None,
    rankdir: str = "TB",
) -> Picture:
    """Draw a learner's model with the changes that would make it the target.

    Each change has a number, at its place in the drawing and in the list beneath it. A box to change has a thick
    frame and the sign ≠, one that is too much is crossed out (−), one that is missing is drawn in dashes (+). A wrong
    wire is dashed, the one that should be there dotted. A wavy line joins what should be one layer, or two.

    Args:
        model: the learner's model, or its graph.
        target: the model to arrive at, or its graph.
        without: names of rules of equivalence that are not to hold, as for `compare_models`.
        also: names of rules that hold only if asked for, as for `compare_models`.
        to_file: file to write as well, as for `plot_model`.
        rankdir: `"TB"` reads from top to bottom, `"LR"` from left to right, `"BT"` and `"RL"` the other way.

    Returns:
        A picture; for models that are the same, one that says so.

    Raises:
        UnreadableModel: if one of them has no graph of layers; it is a ValueError.
        ValueError: for an unknown rule, file ending or direction.
        OSError: if the file cannot be written.
    """
    check_direction(rankdir)
    if to_file is not None:
        checked_ending(to_file)
    picture = draw_difference(compare_models(model, target, without=without, also=also), rankdir)
    if to_file is not None:
        picture.save(to_file)
    return picture
