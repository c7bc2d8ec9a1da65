"""What layers and calls are called."""

from __future__ import annotations

import re

from course_utils.graphs.graph import Graph, Node, Path


def own_name(node: Node) -> str | None:
    """The name somebody gave a layer; None for one that Keras made up."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", node.kind).lower()
    made_up = {snake, "input_layer", "input", "keras_tensor", snake.replace("_", "")}
    base = re.sub(r"_\d+$", "", node.name)
    same = base in made_up or base.replace("_", "") == snake.replace("_", "") or node.family == "operation"
    return None if same else node.name


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
