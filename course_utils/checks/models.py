"""Criteria about a model's structure: its graph, its weights, what it predicts."""

from __future__ import annotations

import difflib
import itertools
import operator
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from course_utils.checks.criterion import Answer, Attempt, Criterion
from course_utils.checks.result import Finding
from course_utils.graphs.reading.errors import UnreadableModel
from course_utils.graphs.reading.inside import trained_by
from course_utils.graphs.reading.read import read
from course_utils.graphs.reading.things import thing_of
from course_utils.graphs.words.sentences import article, listed

if TYPE_CHECKING:
    import keras

    from course_utils.graphs.compare.edits import Edit
    from course_utils.graphs.difference import Difference
    from course_utils.graphs.draw.steps import Stepped

SHOWN_EDITS = 3
LARGEST_DRAWN = 300  # calls; a larger picture takes seconds to lay out, and nobody finds a mark in it
MOST_PERMUTED = 4  # inputs or outputs; with more, their order counts
Target = tuple["keras.Model", set[str], set[str]]
"""What would be right, and the names of rules `without` and `also` by which to compare."""


def not_a_model(value: Any, reading: Callable[[Any], object] = read) -> str | None:
    """None for a Keras model with a graph that can be read; else a sentence that says what it is and what to do.

    Args:
        value: anything.
        reading: reads a model; may keep what it has read.
    """
    thing = thing_of(value)
    if thing == "model":
        try:
            reading(value)
        except UnreadableModel as error:
            return str(error)
        return None
    if thing == "class":
        return f"this is the class `{value.__name__}` itself; call it to make a model."
    if thing == "tensor":
        return f"this is a tensor, the end of a graph; wrap it: {_MADE_BY}."
    if thing == "layer":
        return f"this is one layer, `{value.name}`; connect it and wrap the graph: {_MADE_BY}."
    if thing == "history":
        return "this is what `fit` returns, its history; keep the model under a name of its own."
    if value is None:
        return "this is None: `compile`, `summary` and `add` return nothing, so keep them off the line `model = …`."
    what = article(type(value).__name__)
    if thing == "sequence":
        return f"this is {what}; a model is made by {_MADE_BY}."
    return f"a Keras model was asked for; this is {what}."


_MADE_BY = "`keras.Model(inputs, outputs)`"


def _is_order(edit: Edit) -> bool:
    return bool(edit.ends)


def _drawn(difference: Difference) -> Stepped | None:
    """The picture of a difference; None where it would be too large to find a mark in."""
    from course_utils.graphs.draw.steps import Stepped

    return Stepped(difference) if difference.graph.size() <= LARGEST_DRAWN else None


def _telling(difference: Difference) -> tuple[str, ...]:
    """Of the first mistake: where it is, what it is, and how to mend it."""
    first, count = difference.edits[0], len(difference.edits)
    # One change may mend two mistakes: a head that is missing among the outputs is added as it should be.
    places = f"at least {('two', 'three', 'four')[count - 2] if count <= 4 else count} places differ; the first: "
    begin = "one place differs; " if count == 1 else places
    # An edit that comes from running the models names what it is about, and no more.
    where = first.where if difference.derivation is not None else f"`{first.where}`"
    place = where if _lacks_layers(difference, first) else f"at {where}"
    what = _QUESTIONS[first.kind].format(where=where, place=place)
    return f"{begin}look {place}.", f"{begin}{what}", f"{begin}{first.message}"


def _lacks_layers(difference: Difference, edit: Edit) -> bool:
    """Whether layers are missing, so that `where` is a place beside others: "between `a` and `b`"."""
    if difference.derivation is None or edit.kind not in ("insert", "input"):
        return False
    nodes = difference.derivation.theirs.nodes
    return any(nodes[j].family != "input" for j in edit.theirs)


_QUESTIONS = {
    "insert": "what is missing {place}?",
    "delete": "is {where} needed?",
    "move": "does {where} stand where it should?",
    "replace": "is {where} the right kind of layer?",
    "setting": "which setting of {where} is not as asked?",
    "rewire": "what does {where} read, and in which order?",
    "share": "how many layers should there be {place}, and how often is each called?",
    "unshare": "how many layers should there be {place}, and how often is each called?",
    "input": "which inputs has the model, in which order, and called what {place}?",
    "output": "which outputs has the model, in which order, and called what {place}?",
}

Ends = Literal["listed", "named", "named in order", "by name or in order", "in any order"]


@dataclass
class SameGraph(Criterion):
    """The model's graph of layers means the same as the answer's.

    Take it when the text asks for one graph, however it is written: a figure, a list of layers, a model to mend. Where
    a text leaves something open, `without`, `also`, `alternatives`, `inputs` and `outputs` leave it open, too. For a
    design of the learner's own take `Structure`.

    Inputs and outputs, each one of:
    - "listed": in the answer's order, whatever they are called;
    - "named": called as the answer's are, in any order; "named in order": in the answer's order besides;
    - "by name or in order": told apart by name where the names are the answer's, else listed in its order;
    - "in any order": told apart by name where the names are the answer's, else listed in any order.

    Args:
        without: rules of equivalence that do not hold here (`"initialisers"`, where they are the point).
        also: rules that hold here besides those that always do.
        alternatives: further models that are right.
        inputs: what the text asks of the inputs' names and order.
        outputs: what it asks of the outputs'.
        name: what is asked, in a few words.

    Example:
        >>> import keras
        >>> from keras import layers
        >>> from course_utils.checks.models import SameGraph
        >>> from course_utils.checks.trying import tell
        >>> def model(units):
        ...     x = keras.Input((4,), name="x")
        ...     hidden = layers.Dense(units, activation="relu", name="hidden")
        ...     return keras.Model(x, layers.Dense(1, name="y")(hidden(x)))
        >>> tell(SameGraph(), model(8), answer=model(8))
        ✓ every layer and every connection is as asked.
        >>> tell(SameGraph(), model(9), answer=model(8))
        ✗ where: one place differs; look at `hidden`.
          what: one place differs; which setting of `hidden` is not as asked?
          how: one place differs; `hidden` has units=9; it should have units=8.
          all: `hidden` has units=9; it should have units=8.

    On failure:
        The fewest edits that make the model right, up to three in words and all in a drawing.
    """

    without: Collection[str] = ()
    also: Collection[str] = ()
    alternatives: Callable[[], Collection[keras.Model]] | None = None
    inputs: Ends = "listed"
    outputs: Ends = "listed"
    name: str = "graph of layers"
    gives_away = "how"

    def __post_init__(self) -> None:
        """Refuse rules that there are not.

        Raises:
            ValueError: naming the rule and the nearest.
        """
        from course_utils.graphs.normal import RULES

        for rule in (*self.without, *self.also):
            if rule not in RULES:
                near = difflib.get_close_matches(rule, RULES, n=1, cutoff=0)[0]
                raise ValueError(f"SameGraph: there is no rule {rule!r}; did you mean {near!r}?")

    def judge(self, attempt: Attempt) -> Finding:
        """Compare normal forms; name and draw the fewest edits when they differ."""
        nearest: Difference | None = None
        for target, without, also in self._targets(attempt):
            found = attempt.difference(target, without, also)
            if found.same:
                return self.found(
                    True, f"as asked: {found.note}." if found.note else "every layer and every connection is as asked."
                )
            if nearest is None or len(found.edits) < len(nearest.edits):
                nearest = found
        assert nearest is not None
        if crossed := self._crossed(attempt):
            return self.missed(crossed, "look at the names of the outputs.", _drawn(nearest))
        # In which order ends are listed is the answer only where names do not tell them apart.
        plain = attempt.difference(attempt.target, self.without, self.also)
        if plain.edits and len(plain.edits) <= len(nearest.edits) and not any(map(_is_order, plain.edits)):
            nearest = plain
        messages = [edit.message.rstrip(".") for edit in nearest.edits]
        more = f"; and {len(messages) - SHOWN_EDITS} more" if len(messages) > SHOWN_EDITS else ""
        sentences = ["; ".join(messages[:SHOWN_EDITS]) + more + ".", *nearest.remarks]
        first = nearest.edits[0]
        return Finding(
            self.name, False, " ".join(sentences), _drawn(nearest), place=first.where, telling=_telling(nearest)
        )

    def _crossed(self, attempt: Attempt) -> str | None:
        """That outputs have each other's names, where that is all that is wrong."""
        mine, target, answer = attempt.graph, attempt.target, attempt.answer
        called, asked = mine.output_names, answer.graph(target).output_names
        if self.outputs not in ("named", "named in order") or sorted(called) != sorted(asked):
            return None
        is_ordered = self.outputs == "named in order" and not mine.outputs_by_name
        orders = list(itertools.permutations(asked)) if len(asked) <= MOST_PERMUTED and not is_ordered else [asked]
        # What needs the fewest other names is told.
        for right in sorted(orders, key=lambda order: sum(map(operator.ne, called, order))):
            wrong = [(name, other) for name, other in zip(called, right, strict=True) if name != other]
            places = {name: asked.index(other) for name, other in zip(called, right, strict=True)}
            if wrong and attempt.difference(_called_otherwise(answer, target, places)).same:
                found = listed(f"`{name}` should be called `{other}`" for name, other in wrong)
                return f"the outputs have each other's names: {found}."
        return None

    def _targets(self, attempt: Attempt) -> Iterator[Target]:
        """Every model that would be right, the answer first, with the rules by which to compare."""
        yield from self._listed(attempt, attempt.target)
        for model in attempt.answer.once(self.alternatives, self.alternatives) if self.alternatives else ():
            yield from self._listed(attempt, model)

    def _listed(self, attempt: Attempt, model: keras.Model) -> Iterator[Target]:
        """A model as it is, and with its ends in other orders where these are as good."""
        mine, theirs = attempt.graph, attempt.answer.graph(model)
        without, also = {*self.without}, {*self.also}
        orders = []
        for what, ends, called, asked in (
            ("input", self.inputs, mine.input_names, theirs.input_names),
            ("output", self.outputs, mine.output_names, theirs.output_names),
        ):
            are_named = sorted(called) == sorted(asked)
            if ends in ("named", "named in order") or (ends != "listed" and are_named):
                without.add(f"{what} names")
                if ends != "named in order":
                    also.add(f"{what} order")
            is_free = ends == "in any order" and not are_named and len(called) == len(asked) <= MOST_PERMUTED
            orders.append([*itertools.permutations(range(len(asked)))] if is_free else [tuple(range(len(asked)))])
        yield model, without, also
        for inputs, outputs in [*itertools.product(*orders)][1:]:
            yield _in_order(attempt.answer, model, inputs, outputs), without, also


def _in_order(answer: Answer, model: keras.Model, inputs: Sequence[int], outputs: Sequence[int]) -> keras.Model:
    """A model that the answer keeps, with its ends listed in another order."""
    import keras

    def made() -> keras.Model:
        return keras.Model([model.inputs[at] for at in inputs], [model.outputs[at] for at in outputs])

    return answer.once(("in order", id(model), inputs, outputs), made)


def _called_otherwise(answer: Answer, model: keras.Model, places: Mapping[str, int]) -> keras.Model:
    """A model that the answer keeps, giving a dict: of each name, the output in a place."""
    import keras

    def made() -> keras.Model:
        return keras.Model(model.inputs, {name: model.outputs[at] for name, at in places.items()})

    return answer.once(("called", id(model), *places.items()), made)


@dataclass
class Parameters(Criterion):
    """The number of weights is exact, or within a budget, to which those count that a function hides.

    Take it when the text gives a number or a budget. Behind `SameGraph` it says nothing new; with `Structure` it keeps
    a free design small. To have the learner count, take `SameValue`.

    Args:
        exactly: the number that is right, or None.
        at_most: the budget, or None.
        name: what is asked, in a few words.

    Example:
        >>> import keras
        >>> from course_utils.checks.models import Parameters
        >>> from course_utils.checks.trying import tell
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        >>> tell(Parameters(exactly=10), model)
        ✓ as many as asked.
        >>> tell(Parameters(at_most=9), model)
        ✗ where: look at the number of parameters.
          what: the model has 10 parameters.
          how: the model has 10 parameters; at most 9 are allowed.

    On failure:
        How many it has, and how many it should have or may have.
    """

    exactly: int | None = None
    at_most: int | None = None
    name: str = "parameters"
    gives_away = "how"

    def judge(self, attempt: Attempt) -> Finding:
        """Count."""
        count = attempt.value.count_params()
        if self.exactly is not None and count != self.exactly:
            return self.missed(f"the model has {count:,} parameters; it should have {self.exactly:,}.", _NUMBER)
        hidden = attempt.design.hidden() if self.at_most is not None else {}
        if self.at_most is not None and hidden and count + sum(hidden.values()) > self.at_most:
            return self.missed(f"{hidden_weights(count, hidden)}; at most {self.at_most:,} are allowed.", _NUMBER)
        if self.at_most is not None and count > self.at_most:
            return self.missed(f"the model has {count:,} parameters; at most {self.at_most:,} are allowed.", _NUMBER)
        return self.found(True, "as many as asked." if self.exactly is not None else f"{count:,}, within the budget.")


_NUMBER = "look at the number of parameters."


def hidden_weights(count: int, hidden: Mapping[str, int]) -> str:
    """Weights that a model has, and those of layers that functions call, in words."""
    layers, more = listed(f"`{name}`" for name in hidden), sum(hidden.values())
    return f"the model has {count:,} parameters, and a function in it calls {layers}, with {more:,} more"


@dataclass
class Named(Criterion):
    """Inputs and outputs are called as asked; in a dict their order is that of the names.

    Take it when names are a part of what is asked, as for data that are fed by name. `SameGraph(outputs="named")` asks
    for the answer's names already, but tells a wrong one as a change of the graph; before `Learns` this one keeps the
    data from going astray.

    Args:
        inputs: names of the inputs, or nothing where any will do.
        outputs: names of the outputs.
        inputs_in_order: whether the order of the inputs matters.
        outputs_in_order: whether the order of the outputs matters.
        name: what is asked, in a few words.

    Example:
        >>> import keras
        >>> from course_utils.checks.models import Named
        >>> from course_utils.checks.trying import tell
        >>> def model(name):
        ...     x = keras.Input((4,), name="x")
        ...     return keras.Model(x, keras.layers.Dense(1, name=name)(x))
        >>> tell(Named(outputs=("price",)), model("price"))
        ✓ inputs and outputs are called as asked.
        >>> tell(Named(outputs=("price",)), model("cost"))
        ✗ where: look at the names of the outputs.
          what: the outputs are called `cost`.
          how: the outputs are called `cost`; they should be called `price`. The name of an output is the name
            of its last layer.

    On failure:
        The names that were found, those that are asked for, and where a name comes from.
    """

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    inputs_in_order: bool = False
    outputs_in_order: bool = False
    name: str = "names"
    gives_away = "how"

    def judge(self, attempt: Attempt) -> Finding:
        """Compare names, and their order where it is the learner's."""
        graph = attempt.graph
        for what, found, wanted, is_ordered, where in (
            (
                "outputs",
                graph.output_names,
                self.outputs,
                self.outputs_in_order and not graph.outputs_by_name,
                "the name of its last layer",
            ),
            (
                "inputs",
                graph.input_names,
                self.inputs,
                self.inputs_in_order and not graph.inputs_by_name,
                "given by `keras.Input(…, name=…)`",
            ),
        ):
            if not wanted or tuple(found) == wanted or (not is_ordered and sorted(found) == sorted(wanted)):
                continue
            called, asked = (", ".join(f"`{name}`" for name in names) for names in (found, wanted))
            order = ", in this order" if is_ordered else ""
            return self.missed(
                f"the {what} are called {called}; they should be called {asked}{order}. "
                f"The name of an {what[:-1]} is {where}.",
                f"look at the names of the {what}.",
            )
        return self.found(True, "inputs and outputs are called as asked.")


@dataclass
class Frozen(Criterion):
    """The layers with these names do not train, wherever in the model they are; all others do.

    Take it when a trained part is to be kept as it is, together with `Reuses`, and before `Compiled`: a layer that is
    frozen after training had begun trains on.

    Args:
        layers: names of the layers that are to be frozen.
        name: what is asked, in a few words.

    Example:
        >>> import keras
        >>> from course_utils.checks.models import Frozen
        >>> from course_utils.checks.trying import tell
        >>> model = keras.Sequential([
        ...     keras.Input((4,)), keras.layers.Dense(8, name="trunk"), keras.layers.Dense(1, name="head")
        ... ])
        >>> tell(Frozen(layers=["trunk"]), model)
        ✗ where: look at which layers train.
          what: `trunk` still trains.
          how: `trunk` still trains; set `trainable = False` on it.
        >>> model.get_layer("trunk").trainable = False
        >>> tell(Frozen(layers=["trunk"]), model)
        ✓ frozen where asked, and only there.

    On failure:
        The first layer that trains and should not, or the other way round, and what to set.
    """

    layers: Collection[str]
    name: str = "frozen layers"
    gives_away = "how"

    def judge(self, attempt: Attempt) -> Finding:
        """Compare what is trainable, weight by weight."""
        by_name = {layer.name: layer for layer in all_layers(attempt.value)}
        for wanted in self.layers:
            if wanted not in by_name:
                return self.missed(f"there is no layer `{wanted}` in the model.", _TRAINS)
            if by_name[wanted].trainable_weights:
                return self.missed(f"`{wanted}` still trains; set `trainable = False` on it.", _TRAINS)
        for name, layer in by_name.items():
            if name not in self.layers and layer.weights and not layer.trainable:
                only = ", ".join(f"`{n}`" for n in self.layers)
                return self.missed(f"`{name}` is frozen too; only {only} should be.", _TRAINS)
        trained = {id(variable) for variable in trained_by(getattr(attempt.value, "optimizer", None))}
        for wanted in self.layers:
            if any(id(variable) in trained for variable in by_name[wanted].weights):
                message = f"`{wanted}` was frozen after training had begun; `compile` once more, or it trains on."
                return self.missed(message, _TRAINS)
        return self.found(True, "frozen where asked, and only there.")


_TRAINS = "look at which layers train."


def every_layer(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """The layers of a model, and those of the models in it, which come before these models themselves."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from every_layer(layer)
        yield layer


def all_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """The layers of a model and of the models in it, without these models themselves."""
    return (layer for layer in every_layer(model) if not hasattr(layer, "layers"))


def models_in(model: keras.Model) -> Iterator[keras.Model]:
    """The models inside a model, the innermost first."""
    return (layer for layer in every_layer(model) if hasattr(layer, "layers"))
