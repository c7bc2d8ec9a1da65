"""What the outputs of a model can say, whatever its weights come to be."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from course_utils.checks.criterion import Attempt, Criterion
from course_utils.checks.design import Design
from course_utils.checks.result import Finding
from course_utils.graphs.layers import is_keras
from course_utils.graphs.reading.traceless import weights_kept

if TYPE_CHECKING:
    import keras

DRAWS = 12  # of all weights, at most
FEWEST = 8  # so many show whether an output leaves its range
SCALES = (10.0, 1.0)  # of one draw and the next: where a frozen layer gives small numbers, and where all are drawn
_STRAIGHT = 4.0  # so far from 0 a sigmoid still tells numbers apart
NEAR = 0.1  # to 0 or to 1, which a sigmoid comes in some draw
Kind = Literal["number", "share", "sigmoid"]
_ENDS = "look at the outputs, and at their order."


@contextlib.contextmanager
def weights_drawn(model: keras.Model, draw: int) -> Iterator[None]:
    """The model with trainable weights from a normal distribution (draw 0: with its own), which come back after it."""
    random = np.random.default_rng(draw)
    variables = model.trainable_variables if draw else []
    with weights_kept(variables):
        for variable in variables:
            # Biases stay small, lest they say more than the examples do.
            scale = SCALES[draw % len(SCALES)] * (1.0 if len(variable.shape) > 1 else 0.1)
            variable.assign(random.normal(scale=scale, size=variable.shape).astype("float32"))
        yield


@dataclass
class Says(Criterion):
    """Each output gives one number for each example, of its kind, with the weights that it has and with any others.

    Take it when it matters what an output can say, and not which layers make it so: a share between 0 and 1, any
    number. It runs the model with weights drawn anew, so it is costly. For an activation that the text names take
    `SameGraph`.

    - "number": any, above 1 and below 0, as a linear unit says them: twice the head's weights, twice the number;
    - "share": from 0 to 1, and not always the same;
    - "sigmoid": a share that may come near to 0 and near to 1: the sigmoid of what a linear unit says.

    Args:
        inputs: makes the examples, by the names of inputs.
        outputs: the kind of each output, by name; in this order where the model's outputs are called otherwise.
        in_order: whether outputs with these names must be listed in this order, where the learner gives them one.
        name: what is asked, in a few words.
        praise: the sentence when it is so.

    Example:
        >>> import keras, numpy as np
        >>> from course_utils.checks.saying import Says
        >>> from course_utils.checks.trying import tell
        >>> def model(activation):
        ...     x = keras.Input((4,), name="x")
        ...     return keras.Model(x, keras.layers.Dense(1, activation=activation, name="age")(x))
        >>> def examples():
        ...     return {"x": np.random.default_rng(7).normal(size=(20, 4)).astype("float32")}
        >>> tell(Says(examples, {"age": "number"}), model(None))
        ✓ the outputs say what was asked for.
        >>> tell(Says(examples, {"age": "number"}), model("relu"))
        ✗ where: look at `age`.
          what: `age` never says less than 0.
          how: `age` never says less than 0; a linear unit, without an activation, says any number.

    On failure:
        What the output can or cannot say, and what it should be able to say.
    """

    inputs: Callable[[], Mapping[str, np.ndarray]]
    outputs: Mapping[str, Kind]
    in_order: bool = False
    name: str = "output"
    praise: str = "the outputs say what was asked for."
    costly = True
    gives_away = "how"

    def judge(self, attempt: Attempt) -> Finding:
        """Call the model with its own weights, then with drawn ones, until every output has shown its kind."""
        from course_utils.checks.learning import outputs_for
        from course_utils.graphs.words.sentences import listed

        model = attempt.value
        graph = attempt.graph
        names = graph.output_names
        kinds = self.outputs if sorted(names) == sorted(self.outputs) else dict(zip(names, self.outputs.values()))  # noqa: B905
        if len(names) != len(self.outputs):
            return self.missed(f"the model has {len(names)} outputs; {len(self.outputs)} asked for.", _ENDS)
        is_named = sorted(names) == sorted(self.outputs) and not graph.outputs_by_name
        if self.in_order and is_named and list(names) != list(self.outputs):
            found, asked = (listed(f"`{name}`" for name in some) for some in (names, self.outputs))
            return self.missed(f"the outputs are listed as {found}; they should be {asked}, in this order.", _ENDS)
        given = self.inputs()
        rows = len(next(iter(given.values())))
        said = dict.fromkeys(kinds, (np.inf, -np.inf))
        for draw in range(DRAWS):
            with weights_drawn(model, draw), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that a softmax is over one unit is said below
                arrays = [array.astype("float64") for array in outputs_for(model, given)]
            for name, array in zip(names, arrays, strict=True):
                if array.shape != (rows, 1):
                    shape = (None, *array.shape[1:]) if len(array) == rows else array.shape
                    message = f"`{name}` has shape {shape}; one number for each is (None, 1)."
                    return self.missed(message, f"look at `{name}`.")
                finite = array[np.isfinite(array)]
                least, greatest = said[name]
                said[name] = min([least, *finite]), max([greatest, *finite])
            if draw + 1 >= FEWEST and all(_objection(kinds[name], *said[name]) is None for name in names):
                break
        if (mixed := _first_mixed(model, given)) is not None:
            differs = "says something else for an example alone than for the same one among others"
            message = f"`{names[mixed]}` {differs}: each stands for itself, along the first axis."
            return self.missed(message, f"look at `{names[mixed]}`.")
        for place, name in enumerate(names):
            if objection := _objection(kinds[name], *said[name]) or _bent(attempt.design, given, place, kinds[name]):
                return self.missed(f"`{name}` {objection}", f"look at `{name}`.")
        return self.found(True, self.praise)


def _objection(kind: Kind, least: float, greatest: float) -> str | None:
    """What speaks against an output that has said no less than `least` and no more than `greatest`."""
    if kind == "number":
        if greatest - least < 1e-6 * max(1.0, abs(greatest)):
            return f"always says {greatest:.3g}, whatever it is given; any number was asked for."
        if greatest <= 1:
            return f"never says more than {max(greatest, 0):.3g}; it should say any number."
        bound = f"{least:.3g}" if least > 1e-3 else "0"
        never = f"never says less than {bound}; a linear unit, without an activation, says any number."
        return None if least < 0 else never
    if least < -1e-6 or greatest > 1 + 1e-6:
        far = least if least < -1e-6 else greatest
        return f"can say {far:.3g}; a number between 0 and 1 was asked for. Which activation keeps it there?"
    if greatest - least < 1e-6:
        return f"always says {greatest:.3g}, whatever it is given; a number between 0 and 1 was asked for."
    if kind == "sigmoid" and (least > NEAR or greatest < 1 - NEAR):
        return f"stays between {least:.2g} and {greatest:.2g}; one sigmoid alone goes from 0 to 1."
    return None


def _first_mixed(model: keras.Model, given: Mapping[str, np.ndarray]) -> int | None:
    """The place of the first output that hangs on other examples, as a mean over the batch does."""
    from course_utils.checks.learning import outputs_for

    with weights_drawn(model, 1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as above
        together = outputs_for(model, given)
        alone = outputs_for(model, {name: array[:1] for name, array in given.items()})
    for place, (several, one) in enumerate(zip(together, alone, strict=True)):
        # Sums of many numbers are rounded in another order.
        close = 1e-3 * float(np.abs(several).max())
        if not np.allclose(several[:1].astype("float64"), one, rtol=1e-3, atol=close, equal_nan=True):
            return place
    return None


def _bent(design: Design, given: Mapping[str, np.ndarray], place: int, kind: Kind) -> str | None:
    """What speaks against a head that bends what its last weights give: it should go along straight with them."""
    from course_utils.checks.learning import outputs_for

    model, head = design.model, _head(design, place) if kind != "share" else None
    if head is None:
        return None
    variables = head.trainable_variables

    def said(factor: float) -> np.ndarray:
        with weights_kept(variables):
            for variable in variables:
                variable.assign(factor * variable)
            numbers = outputs_for(model, given)[place].astype("float64").reshape(-1)
        if kind == "sigmoid":
            with np.errstate(all="ignore"):
                numbers = np.log(numbers) - np.log1p(-numbers)
        return numbers

    objection = (
        "is not a sigmoid of what its last weights give."
        if kind == "sigmoid"
        else "bends what its last weights give; a linear unit, without an activation, does not."
    )
    with weights_drawn(model, 1):
        start = said(0.0)  # a constant may be added after them
        # As far out as can be told from rounding, so that a bend shows.
        factor = next((4.0**-k for k in range(16) if np.all(np.abs(said(4.0**-k) - start) < _STRAIGHT)), None)
        if factor is None:
            return objection
        once = said(factor) - start
        # Below a maximum over several places a head cannot be turned round; far out a sigmoid says 1.
        for times in (2.0, 0.5) if kind == "sigmoid" else (2.0, 0.5, 64.0, -1.0):
            close = 5e-3 * times * np.abs(once).max() + 1e-4
            if not np.allclose(said(times * factor) - start, times * once, rtol=5e-3, atol=abs(close)):
                return objection
    return None


def _head(design: Design, place: int) -> keras.Layer | None:
    """The layer with the last weights before an output; None where there are several, or a class hides them."""
    graph = design.graph
    ends = graph.nearest(graph.outputs[place].node, lambda node: node.parameters > 0)
    found = {node.layer: node for node in map(graph.nodes.__getitem__, ends)}
    layer = design.layer(found.popitem()[1]) if len(found) == 1 else None
    # A class of somebody's own may hold several layers, of which not all make up the head.
    matrices = [] if layer is None else [v for v in layer.trainable_variables if len(v.shape) > 1]
    return layer if len(matrices) == 1 and is_keras(layer) else None
