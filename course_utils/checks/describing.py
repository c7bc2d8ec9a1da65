"""A model told back in words: its ends, its branches, what is shared, its ways from inputs to outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.design import is_zero
from course_utils.checks.result import Finding
from course_utils.graphs.words.sentences import listed, plural

if TYPE_CHECKING:
    from course_utils.graphs.graph import Graph


def describe(graph: Graph) -> str:
    """A graph in a few sentences.

    Args:
        graph: as read from a model; nested models are looked into.

    Returns:
        Text in which names stand in backticks. Branches that lead nowhere are left out.
    """
    from course_utils.graphs.normal.rules.structure import flatten

    flat = flatten(graph)
    live = flat.live()
    sentences = [
        f"It has {_counted(flat.input_names, 'input')} and {_counted(flat.output_names, 'output')}.",
    ]
    for calls in flat.shared().values():
        first = flat.nodes[calls[0]]
        if first.parameters:
            sentences.append(f"`{first.name}` is called {len(calls)} times, with one set of weights.")
    readers = flat.readers()
    splits = [flat.nodes[at].name for at in live if len(readers[at]) > 1]
    if splits:
        sentences.append(f"The way splits after {listed(f'`{name}`' for name in splits)}.")
    merges = [(flat.nodes[at].name, len(set(flat.nodes[at].inputs))) for at in live]
    for name, read in merges:
        if read > 1:
            sentences.append(f"`{name}` joins {read} tensors.")
    if has_skip(flat):
        sentences.append(
            "A part of the way is skipped: there are ways of different length between the same two points."
        )
    shortest, longest, count = flat.ways()
    long = "" if shortest == longest else f", the longest through {longest}"
    sentences.append(
        f"{plural(count, 'way').capitalize()} lead{'s' if count == 1 else ''} from an input to an output; "
        f"the shortest goes through {plural(shortest, 'call')}{long}."
    )
    if unused := [flat.nodes[at].name for at in flat.unused_inputs()]:
        verb = "reaches" if len(unused) == 1 else "reach"
        sentences.append(f"{listed(f'`{name}`' for name in unused)} {verb} no output.")
    return " ".join(sentences)


def _counted(names: tuple[str, ...], noun: str) -> str:
    return f"{plural(len(names), noun)} ({listed(f'`{name}`' for name in names)})"


def has_skip(graph: Graph) -> bool:
    """Whether a connection skips something: a skip connection, projected or not.

    Two ways lead from some call to another, and one goes through more layers with weights, or activations, than the
    other. What only joins or lays out numbers anew is no loss to skip.
    """
    from course_utils.graphs.normal import normal_form

    graph = normal_form(graph)
    steps = [node.parameters > 0 or node.settings.get("activation", "linear") != "linear" for node in graph.nodes]
    for start in range(len(graph.nodes)):
        lengths: dict[int, set[int]] = {start: {0}}
        for at in range(start + 1, len(graph.nodes)):
            if at in graph.dead or is_zero(graph.nodes[at]):
                continue
            reached = {
                length + steps[at]
                for tensor in graph.nodes[at].inputs
                if tensor.node in lengths
                for length in lengths[tensor.node]
            }
            if len(reached) > 1:
                return True
            if reached:
                lengths[at] = reached
    return False


@dataclass
class Skips(Criterion):
    """Somewhere a connection skips a part of the way.

    Take it when the text asks for a skip connection, projected or not, in a design of the learner's own. That two
    tensors are joined is not enough, and no reason to take it: `Structure(merges=1)` asks for that.

    Args:
        name: what is asked, in a few words.

    Example:
        >>> import keras
        >>> from keras import layers
        >>> from course_utils.checks.describing import Skips
        >>> from course_utils.checks.trying import tell
        >>> x = keras.Input((4,))
        >>> h = layers.Dense(4, activation="relu")(x)
        >>> tell(Skips(), keras.Model(x, layers.Dense(4)(h) + h))
        ✓ a part of the way is skipped.
        >>> tell(Skips(), keras.Model(x, layers.Dense(4)(h)))
        ✗ where: look at the ways from the inputs to the outputs.
          what: no connection skips anything: all ways between two points go through equally many layers.

    On failure:
        That nothing is skipped; where something could be is the learner's to find.
    """

    name: str = "skip connection"
    gives_away = "what"

    def judge(self, attempt: Attempt) -> Finding:
        """Look for two ways between the same two calls, one of which leaves out a layer."""
        if has_skip(attempt.graph):
            return self.found(True, "a part of the way is skipped.")
        return self.missed(
            "no connection skips anything: all ways between two points go through equally many layers.",
            "look at the ways from the inputs to the outputs.",
        )


@dataclass
class Described(Criterion):
    """Any model in which every input reaches an output; the finding draws it and tells it back in words.

    Take it when everything is open: learners read their own design back and see whether it is what they meant. As soon
    as some part is asked for, take `Structure` besides.

    Args:
        name: what is asked, in a few words.

    Example:
        >>> import keras
        >>> from course_utils.checks.describing import Described
        >>> from course_utils.checks.trying import tell
        >>> a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
        >>> y = keras.layers.Dense(1, name="y")(a)
        >>> tell(Described(), keras.Model(a, y))
        ✓ It has 1 input (`a`) and 1 output (`y`). 1 way leads from an input to an output; the shortest goes
            through 1 call.
        >>> tell(Described(), keras.Model([a, b], y))
        ✗ where: look at what reads the inputs.
          how: the input `b` reaches no output: connect it, or leave it out.

    On failure:
        The first input that reaches no output.
    """

    name: str = "your design"
    gives_away = "how"

    def judge(self, attempt: Attempt) -> Finding:
        """Describe."""
        from course_utils.graphs.draw import draw_graph

        design = attempt.design
        unused = [tensor.node for tensor in design.graph.inputs if tensor.node not in design.live]
        if unused:
            name = design.graph.nodes[unused[0]].name
            return self.missed(
                f"the input `{name}` reaches no output: connect it, or leave it out.", "look at what reads the inputs."
            )
        return self.found(True, describe(design.whole), draw_graph(design.whole))
