"""Rules about layers that hold other layers: cells, and layers that a wrapper calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from course_utils.graphs.graph import setting_name
from course_utils.graphs.layers import CELLS_OF
from course_utils.graphs.normal.draft import Draft
from course_utils.graphs.normal.rules.rule import Rule
from course_utils.graphs.reading.decode import Made, decode

HELD = ("layer", "backward_layer", "cell", "cells")
"""Settings that are layers themselves, or lists of them."""


def _as_layer(value: object) -> tuple[str, dict[str, object]] | None:
    """A simplified setting that is a layer: its class and settings; None for any other setting."""
    meaning = decode(value)
    return (meaning.kind, meaning.settings) if isinstance(meaning, Made) else None


def _of_its_cell(kind: str, settings: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """`RNN(LSTMCell(8))` as `LSTM(8)`; everything else as it is."""
    cell = _as_layer(settings.get("cell"))
    if kind != "RNN" or cell is None or cell[0] not in CELLS_OF:
        return kind, dict(settings)
    return CELLS_OF[cell[0]], {**{k: v for k, v in settings.items() if k != "cell"}, **cell[1]}


def _cells(draft: Draft) -> None:
    for call in draft.calls:
        call.kind, call.settings = _of_its_cell(call.kind, call.settings)


def _opened(key: str, value: object) -> Iterator[tuple[str, object]]:
    """A setting that is a layer, or a list of layers, as its class and settings one by one."""
    name = setting_name(key)
    held = _as_layer(value) if name in HELD or name.isdigit() else None
    if held is not None:
        kind, settings = _of_its_cell(*held)
        yield key, kind
        for inner, content in settings.items():
            yield from _opened(f"{key}.{inner}", content)
    elif name in HELD and isinstance(value, tuple) and value and all(_as_layer(v) for v in value):
        for at, content in enumerate(value):
            yield from _opened(f"{key}.{at}", content)
    else:
        yield key, value


def _wrappers(draft: Draft) -> None:
    for call in draft.calls:
        if not any(key in call.settings for key in HELD):
            continue
        settings = dict(pair for key, value in call.settings.items() for pair in _opened(key, value))
        for key in [key for key in settings if key.startswith("backward_layer")]:
            # Unless another is given, the layer that reads backwards is a copy of the one that reads forwards.
            value, forwards = settings[key], settings.get(key.replace("backward_", "", 1), _NOTHING)
            if (value != forwards) == key.endswith(".go_backwards"):
                del settings[key]
        call.settings = settings


_NOTHING = object()

CELLS = Rule(
    "cells",
    "A recurrent layer is its cell in RNN.",
    "RNN(LSTMCell(8))(x) = LSTM(8)(x)",
    _cells,
)
WRAPPERS = Rule(
    "wrappers",
    "A wrapper is known by the settings of the layer inside it; what reads backwards is a copy if none is given.",
    "Bidirectional(f, backward_layer=LSTM(8, go_backwards=True))(x) = Bidirectional(f)(x), where f = LSTM(8)",
    _wrappers,
)
