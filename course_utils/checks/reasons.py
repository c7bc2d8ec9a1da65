"""Why something failed, in words that say what to do: from errors that Keras and TensorFlow raise."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

_LENGTH = 200
# Lines that stand around the reason: what was called, where, with which arguments.
_AROUND = (
    r"Exception encountered when calling|Graph execution error|Detected at node|Arguments received by|File \"|"
    r"in user code|Traceback|Stack trace|\[\[|[•*] |\(defined at|\d+ root error|[-~^]+$|<string>"
)


def reason(error: BaseException, losses: Collection[str | None] = ()) -> str:
    """One sentence or line: what to do where the error is a known one, else the line with the reason.

    Args:
        error: any.
        losses: names of the model's losses; they tell what targets are meant.
    """
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    for pattern, words in _KNOWN:
        if match := re.search(pattern, text, re.DOTALL):
            return words(match, losses)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if "Graph execution error" in text:  # the reason stands after the places
        lines.reverse()
    line = next((line for line in lines if not re.match(_AROUND, line)), type(error).__name__)
    return re.sub(r"\{\{.*?\}\}|\[Op:.*|\[\[.*", "", line).strip()[:_LENGTH]


def _word_too_large(match: re.Match[str], losses: Collection[str | None]) -> str:
    return (
        f"a word has the number {match[1]}, but an `Embedding` has room for {match[2]} words only, 0 to "
        f"{int(match[2]) - 1}: its first argument is how many words there are."
    )


def _class_too_large(match: re.Match[str], losses: Collection[str | None]) -> str:
    return (
        f"a target is class {match[1]}, but the output has {match[2]} units, for the classes 0 to {int(match[2]) - 1}: "
        "it needs a unit for each class."
    )


def _targets_and_outputs(match: re.Match[str], losses: Collection[str | None]) -> str:
    """The loss got targets of one shape and outputs of another: mostly, classes by number or one-hot."""
    target, output = (tuple(part.strip() for part in shape.split(",") if part.strip()) for shape in match.groups())
    called = {loss or "" for loss in losses}
    if target == output and any(loss.startswith("sparse_") for loss in called):
        return "your targets are one-hot: use `categorical_crossentropy`; the sparse loss takes numbers of classes."
    is_by_number = len(target) < len(output) or (target and target[-1] == "1" != output[-1])
    if is_by_number and any(loss.startswith("categorical_") for loss in called):
        return "your targets are numbers of classes, not one-hot: use `sparse_categorical_crossentropy`."
    shapes = [f"({', '.join(shape)}{',' if len(shape) == 1 else ''})" for shape in (target, output)]
    return f"the targets have shape {shapes[0]}, the output has shape {shapes[1]}; this loss needs them alike."


def _sizes(match: re.Match[str], losses: Collection[str | None]) -> str:
    return f"the targets have {match[1]} numbers each, the output {match[2]}; this loss needs as many."


def _axis(match: re.Match[str], losses: Collection[str | None]) -> str:
    return f"the layer `{match[1]}` was built for {match[2]} numbers on its last axis and gets shape ({match[3]})."


_KNOWN: list[tuple[str, Callable[[re.Match[str], Collection[str | None]], str]]] = [
    (r"indices\[[\d,\s]*\] = (-?\d+) is not in \[0, (\d+)\)", _word_too_large),
    (r"label value of (-?\d+) which is outside the valid range of \[0, (\d+)\)", _class_too_large),
    (
        r"Arguments? `(?:target|output)`.*?Received: target\.shape=\(([^)]*)\), output\.shape=\(([^)]*)\)",
        _targets_and_outputs,
    ),
    (r"Dimensions must be equal, but are (\d+) and (\d+) for '\{\{node compile_loss", _sizes),
    (
        r"of layer \"?'?([\w./-]+)'?\"? is incompatible with the layer: expected axis -1 of input shape to have value "
        r"(\d+), but received input with shape \(([^)]*)\)",
        _axis,
    ),
]
