"""Parts of sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def listed(names: Iterable[str], joint: str = "and") -> str:
    """`a`, `b` and `c`."""
    parts = list(names)
    if len(parts) > 1:
        return f"{', '.join(parts[:-1])} {joint} {parts[-1]}"
    return parts[0] if parts else "nothing"


def article(phrase: str) -> str:
    """`Dense(8)` with a or an before it."""
    first = phrase.lstrip("`")[:1].lower()
    lone_letter = re.match(r"`?((LSTM|RNN|ELU|x)\b|RMS|LSTMCell\b)", phrase) is not None
    return f"{'an' if first in 'aeio' or lone_letter else 'a'} {phrase}"


def plural(count: int, noun: str) -> str:
    """`1 call`, `3 calls`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def ordinal(place: int) -> str:
    """Place in a list, from 0, as a word: first, second and so on."""
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    return words[place] if place < len(words) else f"{place + 1}th"


def sentence(parts: Sequence[str]) -> str:
    """Sentences joined; the first letter of each in upper case unless it is code."""
    return " ".join(p[:1].upper() + p[1:] for p in parts if p)
