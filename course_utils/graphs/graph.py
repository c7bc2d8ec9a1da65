"""A model as a labelled graph: one node a call of a layer or operation.

Nothing here knows Keras. `read` makes a `Graph` from a model; the normal form, the difference and the drawings
work on it alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Tensor:
    """One output of one call: what an edge starts from."""

    node: int
    """Index of the call in `Graph.nodes`."""
    index: int = 0
    """Which of the call's outputs (an LSTM with `return_state=True` has three)."""


@dataclass(frozen=True)
class Node:
    """One call of a layer, an operation or a nested model."""

    kind: str
    """Class: `Dense`, `Add`, `Input`; `Functional` or `Sequential` for a nested model."""
    name: str
    """Name of the layer as the learner sees it in `model.summary()`."""
    inputs: tuple[Tensor, ...]
    """What the call reads, in argument order."""
    settings: Mapping[str, object]
    """Settings that matter, as `get_config` gives them: no names, no dtypes, no seeds."""
    layer: Hashable
    """Equal for the calls of one layer, so for calls that share weights."""
    call: int = 0
    """Which call of its layer this is, from 0, in the order in which the model uses them."""
    shapes: tuple[Shape, ...] = ()
    """Shape of each output, batch axis first (None: any)."""
    dtypes: tuple[str, ...] = ()
    """Dtype of each output."""
    parameters: int = 0
    """Weights of the layer, counted in full at each of its calls."""
    inner: Graph | None = None
    """The nested model's own graph."""


@dataclass(frozen=True)
class Graph:
    """A model: calls in an order in which each reads only earlier ones."""

    name: str
    nodes: tuple[Node, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    dead: frozenset[int] = field(default_factory=frozenset)
    """Calls made on the way from the inputs that no output depends on: branches that lead nowhere."""
