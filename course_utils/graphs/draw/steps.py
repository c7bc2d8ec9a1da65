"""A difference gone through one change at a time, the model beside the target.

HTML alone, without a script: nothing in it ends with the kernel, and it opens by keyboard wherever it is read.
"""

from __future__ import annotations

import functools
import hashlib
import html
from dataclasses import dataclass

from course_utils.graphs.compare.comparison import Comparison
from course_utils.graphs.compare.edits import Edit
from course_utils.graphs.draw.diagram import Diagram
from course_utils.graphs.draw.difference import draw_difference, step_diagrams
from course_utils.graphs.draw.model import finish
from course_utils.graphs.draw.picture import Picture
from course_utils.graphs.graph import Graph
from course_utils.graphs.words.code import lines_of_code
from course_utils.graphs.words.labels import edge_list
from course_utils.markup import code_html

_MOST_DRAWN = 600  # calls in all pictures together: a second to draw, half a megabyte in the notebook
_MOST_LINES = 3
_OPENS = "cursor:pointer;padding:.25em 0"
_CODE = "margin:.2em 0;white-space:pre-wrap;word-break:normal"
_SIDES = "display:flex;flex-wrap:wrap;gap:12px;padding:.4em 0 .8em"
_SIDE = "margin:0;flex:1 1 300px;min-width:0"


@dataclass(frozen=True)
class Stepped:
    """What a notebook shows of a difference: its picture, and where there are several changes, each by itself.

    A change opens by a click or by Enter and shows the line of code to change, and what the change concerns marked
    in both graphs; opening one closes the others. Nothing is drawn before it is shown.
    """

    difference: Comparison

    @functools.cached_property
    def picture(self) -> Picture:
        """The learner's graph with all changes marked."""
        return draw_difference(self.difference)

    @property
    def text(self) -> str:
        """The picture in words."""
        return self.picture.text

    def __str__(self) -> str:
        """The picture in words."""
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle = self.picture._repr_mimebundle_()
        return {**bundle, "text/html": bundle["text/html"] + steps_html(self.difference)}


def steps_html(difference: Comparison) -> str:
    """The changes as parts that open; nothing for a single change, or for pictures that would be too large."""
    count = len(difference.edits)
    if count < 2 or count * (difference.graph.size() + difference.target.size()) > _MOST_DRAWN:
        return ""
    key = hashlib.sha256(str(difference).encode()).hexdigest()[:12]
    parts = ['<div style="font-weight:600;margin-top:.6em">One change at a time</div>']
    for number, edit in enumerate(difference.edits, 1):
        mine, theirs = step_diagrams(difference, number)
        sides = _side("Your model", mine, difference.graph) + _side("The target", theirs, difference.target)
        parts.append(
            f'<details name="changes-{key}"><summary style="{_OPENS}">{number} of {count}: {code_html(edit.message)}'
            f'</summary>{_lines(difference, edit)}<div style="{_SIDES}">{sides}</div></details>'
        )
    return "".join(parts)


def _side(title: str, diagram: Diagram, graph: Graph) -> str:
    names = {node.layer: node.name for _, node in graph.walk()}  # as the messages name them
    words = edge_list(graph, names, show_parameters=False, expand_nested=bool(diagram.areas))
    marks = [f"{box.title} {box.name}".strip() for box in diagram.boxes if box.mark]
    said = f"Marked: {', '.join(marks)}.\n{words}" if marks else words
    image = finish(diagram, title, said)._repr_mimebundle_()["text/html"]
    return f'<figure style="{_SIDE}"><figcaption>{title}</figcaption>{image}</figure>'


def _lines(difference: Comparison, edit: Edit) -> str:
    """The lines of the learner's code that the change concerns."""
    names = {node.layer: node.name for _, node in difference.graph.walk()}
    code = lines_of_code(difference.graph, names)
    paths = edit.before if edit.kind == "insert" else edit.nodes
    lines = list(dict.fromkeys(code[path] for path in paths if path in code))
    if edit.kind == "output" or edit.ends or not lines:
        lines = ["keras.Model(inputs, outputs)"]
    lead = "The line to change" if len(lines) == 1 else "The lines to change"
    shown = html.escape("\n".join(lines[:_MOST_LINES]))
    return f'<div>{lead}:<pre style="{_CODE}"><code>{shown}</code></pre></div>'
