"""Signs for output that cannot hold others: a Windows console in cp1252, a log in ASCII."""

from __future__ import annotations

import codecs
import sys
from typing import TextIO

_PLAIN = {
    "✓": "+",
    "✗": "x",
    "○": "o",
    "→": "->",
    "−": "-",
    "–": "-",
    "—": "-",
    "×": "x",
    "·": ".",
    "…": "...",
    "◐": "~",
    "≥": ">=",
    "≤": "<=",
    "“": '"',
    "”": '"',
    "’": "'",
    "€": "EUR",
    "²": "^2",
    "π": "pi",
    "ᵀ": "^T",
}
ERRORS = "course_utils.signs"
"""How this is called where Python takes `errors=`."""


def _handle(error: UnicodeError) -> tuple[str, int]:
    """Replace what cannot be encoded: by a plain sign, else by its number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in signs), error.end


codecs.register_error(ERRORS, _handle)


def plain(text: str, stream: TextIO | None = None) -> str:
    """Text as a stream can hold it.

    Args:
        text: any.
        stream: where it will be written; None for `sys.stdout`, to which `print` writes.

    Returns:
        The text itself where its signs can be written; signs that cannot be are replaced one by one.
    """
    encoding = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    try:
        return text.encode(encoding, ERRORS).decode(encoding)
    except (LookupError, UnicodeError):  # an encoding that Python does not know
        return text
