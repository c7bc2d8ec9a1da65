"""What layers and calls are called."""

from __future__ import annotations

import re
from collections.abc import Hashable

from course_utils.graphs.graph import Call, Graph, Path
from course_utils.markup import shorten


def snake_case(kind: str) -> str:
    """The name that Keras gives a layer of a class by itself, without its number."""
    name = re.sub(r"\W+", "", kind)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def made_name(node: Call) -> str:
    """The name that Keras gives a layer or an input by itself, without its number."""
    return "input_layer" if node.family == "input" else snake_case(node.kind)


def is_made_up(node: Call) -> bool:
    """Whether Keras made a layer's name up; an operation has no other."""
    base = re.sub(r"_\d+$", "", node.name)
    return node.family == "operation" or base in (made_name(node), "keras_tensor")


def own_name(node: Call) -> str | None:
    """The name somebody gave a layer; None for one that Keras made up."""
    return None if is_made_up(node) else node.name


def local_names(graph: Graph) -> dict[Hashable, str]:
    """Names of all layers of a graph that do not depend on what was built before it.

    Keras numbers the layers that were given no name by how many it has made since Python started: `dense_7`. Here
    they are numbered within the model, in the order of the calls; names that were given stay as they are.

    Returns:
        Name by `Call.layer`.
    """
    names: dict[Hashable, str] = {}
    counts: dict[str, int] = {}
    # the model's own calls first, so that a nested model does not change their numbers
    for _, node in sorted(graph.walk(live=True), key=lambda item: len(item[0])):
        if node.layer not in names:
            names[node.layer] = _numbered(node, counts) if is_made_up(node) else shorten(node.name, 60)
    return names


def _numbered(node: Call, counts: dict[str, int]) -> str:
    name = made_name(node)
    counts[name] = counts.get(name, -1) + 1
    return name + (f"_{counts[name]}" if counts[name] else "")


def call_name(graph: Graph, path: Path) -> str:
    """A call of the learner's: its layer's name in backticks, with the nested model it is in."""
    name = f"`{graph.find(path).name}`"
    if len(path) > 1:
        name += f" in `{graph.find(path[:-1]).name}`"
    return name


def argument(port: str) -> str:
    """`initial_state` for the port of a named argument; "" where the place in a list or the first argument says it."""
    name = port.partition(".")[0]
    return f"`{name}`" if name.isidentifier() and not re.fullmatch(r"xs?\d*", name) else ""
