"""Criteria about a model's structure: its graph, its weights, what it predicts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.result import Finding
from course_utils.graphs.words import article

if TYPE_CHECKING:
    import keras

SHOWN_EDITS = 3
LARGEST_DRAWN = 300  # calls; a larger picture takes seconds to lay out, and nobody finds a mark in it


def not_a_model(value: Any) -> str | None:
    """None for a Keras model with a graph that can be read; else a sentence that says what it is and what to do."""
    import keras

    from course_utils.graphs.read import UnreadableModel, read

    if isinstance(value, type):
        return f"this is the class `{value.__name__}` itself; call it to make a model."
    if isinstance(value, keras.KerasTensor):
        return "this is a tensor, the end of a graph; wrap it: `keras.Model(inputs, outputs)`."
    if value is None:
        return "this is None: `compile`, `summary` and `add` return nothing, so keep them off the line `model = …`."
    if isinstance(value, keras.callbacks.History):
        return "this is what `fit` returns, its history; keep the model under a name of its own."
    if isinstance(value, keras.layers.Layer) and not isinstance(value, keras.Model):
        return f"this is one layer, `{value.name}`; connect it and wrap the graph: `keras.Model(inputs, outputs)`."
    if isinstance(value, (list, tuple)):
        return f"this is a {type(value).__name__}; a model is made by `keras.Model(inputs, outputs)`."
    if not isinstance(value, keras.Model):
        return f"a Keras model was asked for; this is {article(type(value).__name__)}."
    try:
        read(value)
    except UnreadableModel as error:
        return str(error)
    return None


@dataclass
class SameGraph(Criterion):
    """The model's graph of layers means the same as the answer's.

    Args:
        without: rules of equivalence that do not hold here (`"names"`, where names are the point).
        also: rules that hold here besides those that always do.
        alternatives: further models that are right.
    """

    without: Collection[str] = ()
    also: Collection[str] = ()
    alternatives: Callable[[], Collection[keras.Model]] | None = None
    name: str = "graph of layers"

    def judge(self, attempt: Attempt) -> Finding:
        """Compare normal forms; name and draw the fewest edits when they differ."""
        from course_utils.graphs.difference import compare_models

        first = compare_models(attempt.value, attempt.target, without=self.without, also=self.also)
        others = self.alternatives() if self.alternatives and not first.same else ()
        nearest = first
        for model in others:
            other = compare_models(attempt.value, model, without=self.without, also=self.also)
            if other.same or len(other.edits) < len(nearest.edits):
                nearest = other
        if nearest.note:
            return self.found(True, f"as asked: {nearest.note}.")
        if nearest.same:
            return self.found(True, "every layer and every connection is as asked.")
        messages = [edit.message.rstrip(".") for edit in nearest.edits]
        more = f"; and {len(messages) - SHOWN_EDITS} more" if len(messages) > SHOWN_EDITS else ""
        from course_utils.graphs.draw.difference import draw_difference

        picture = draw_difference(nearest) if nearest.graph.size() <= LARGEST_DRAWN else None
        sentences = ["; ".join(messages[:SHOWN_EDITS]) + more + ".", *nearest.remarks]
        return self.found(False, " ".join(sentences), picture)


@dataclass
class Parameters(Criterion):
    """The number of weights: exact, or within a budget."""

    exactly: int | None = None
    at_most: int | None = None
    name: str = "parameters"

    def judge(self, attempt: Attempt) -> Finding:
        """Count."""
        count = attempt.value.count_params()
        if self.exactly is not None and count != self.exactly:
            return self.found(False, f"the model has {count:,} parameters; it should have {self.exactly:,}.")
        if self.at_most is not None and count > self.at_most:
            return self.found(False, f"the model has {count:,} parameters; at most {self.at_most:,} are allowed.")
        return self.found(True, "as many as asked." if self.exactly is not None else "within the budget.")


@dataclass
class Structure(Criterion):
    """A free design has at least these parts.

    Args:
        inputs: exact number of inputs, or None.
        outputs: exact number of outputs, or None.
        merges: least number of calls that read two or more tensors.
        shared: least number of layers with weights that are called twice or more.
        kinds: classes of layers of which each must occur.
    """

    inputs: int | None = None
    outputs: int | None = None
    merges: int = 0
    shared: int = 0
    kinds: Collection[str] = ()
    name: str = "structure"

    def judge(self, attempt: Attempt) -> Finding:
        """Read the graph, flat, and count."""
        from course_utils.graphs.read import read
        from course_utils.graphs.rules.structure import flatten

        graph = flatten(read(attempt.value))
        live = [node for at, node in enumerate(graph.nodes) if at not in graph.dead]
        for what, wanted, found in (
            ("input", self.inputs, len(graph.inputs)),
            ("output", self.outputs, len(graph.outputs)),
        ):
            if wanted is not None and found != wanted:
                plural = "s" if found != 1 else ""
                return self.found(False, f"the model has {found} {what}{plural}; {wanted} asked for.")
        merges = sum(len(set(node.inputs)) > 1 for node in live)
        if merges < self.merges:
            return self.found(False, f"{merges} of its calls join two tensors or more; at least {self.merges} should.")
        calls: dict[Any, int] = {}
        for node in live:
            if node.parameters:
                calls[node.layer] = calls.get(node.layer, 0) + 1
        shared = sum(count > 1 for count in calls.values())
        if shared < self.shared:
            return self.found(
                False, f"{shared} layers with weights are called twice or more; at least {self.shared} should."
            )
        kinds = {node.kind for node in live}
        if missing := [kind for kind in self.kinds if kind not in kinds]:
            return self.found(False, f"no `{missing[0]}` was found on the way from an input to an output.")
        return self.found(True, "every part that was asked for is there.")


@dataclass
class Named(Criterion):
    """Inputs and outputs are called as asked, in this order; in a dict their order is that of the names.

    Args:
        inputs: names of the inputs, or nothing where any will do.
        outputs: names of the outputs.
        inputs_in_order: whether the order of the inputs matters.
    """

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    inputs_in_order: bool = False
    name: str = "names"

    def judge(self, attempt: Attempt) -> Finding:
        """Compare names, and their order where it is the learner's."""
        from course_utils.graphs.read import read

        graph = read(attempt.value)
        for what, found, wanted, is_ordered, where in (
            ("outputs", graph.output_names, self.outputs, not graph.outputs_by_name, "the name of its last layer"),
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
            return self.found(
                False,
                f"the {what} are called {called}; they should be called {asked}{order}. "
                f"The name of an {what[:-1]} is {where}.",
            )
        return self.found(True, "inputs and outputs are called as asked.")


@dataclass
class Frozen(Criterion):
    """The layers with these names do not train, wherever in the model they are; all others do."""

    layers: Collection[str]
    name: str = "frozen layers"

    def judge(self, attempt: Attempt) -> Finding:
        """Compare what is trainable, weight by weight."""
        by_name = {layer.name: layer for layer in all_layers(attempt.value)}
        for wanted in self.layers:
            if wanted not in by_name:
                return self.found(False, f"there is no layer `{wanted}` in the model.")
            if by_name[wanted].trainable_weights:
                return self.found(False, f"`{wanted}` still trains; set `trainable = False` on it.")
        for name, layer in by_name.items():
            if name not in self.layers and layer.weights and not layer.trainable_weights:
                return self.found(
                    False, f"`{name}` is frozen too; only {', '.join(f'`{n}`' for n in self.layers)} should be."
                )
        trained = {
            id(variable) for variable in getattr(getattr(attempt.value, "optimizer", None), "_trainable_variables", ())
        }
        for wanted in self.layers:
            if any(id(variable) in trained for variable in by_name[wanted].weights):
                return self.found(
                    False, f"`{wanted}` was frozen after training had begun; `compile` once more, or it trains on."
                )
        return self.found(True, "frozen where asked, and only there.")


def all_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """The layers of a model and of the models in it, without these models themselves."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from all_layers(layer)
        else:
            yield layer


@dataclass
class Predicts(Criterion):
    """Predictions on given inputs have the right shapes and stay in range.

    Args:
        inputs: makes the arrays, in the order of the model's inputs.
        shapes: of each output, the batch axis first.
        between: allowed least and greatest value of each output, or None.
    """

    inputs: Callable[[], list[np.ndarray]]
    shapes: tuple[tuple[int, ...], ...]
    between: tuple[tuple[float, float] | None, ...] = ()
    name: str = "predictions"
    costly = True

    def judge(self, attempt: Attempt) -> Finding:
        """Call the model once."""
        import keras

        from course_utils.graphs.read import read

        names = read(attempt.value).output_names
        arrays = self.inputs()
        outputs = keras.tree.flatten(attempt.value(arrays if len(arrays) > 1 else arrays[0], training=False))
        arrays = [keras.ops.convert_to_numpy(output) for output in outputs]
        if len(arrays) != len(self.shapes):
            return self.found(False, f"the model returns {len(arrays)} tensors; it should return {len(self.shapes)}.")
        for at, (array, shape) in enumerate(zip(arrays, self.shapes, strict=True)):
            output = names[at]
            if array.shape != shape:
                return self.found(False, f"`{output}` predicts shape {array.shape}; it should be {shape}.")
            if not np.all(np.isfinite(array)):
                return self.found(False, f"`{output}` predicts values that are not finite numbers (NaN or infinity).")
            limits = self.between[at] if at < len(self.between) else None
            if limits and not (limits[0] <= array.min() and array.max() <= limits[1]):
                return self.found(False, f"`{output}` predicts values outside {limits[0]} to {limits[1]}.")
        return self.found(True, "shapes and ranges are right.")
