"""How titles, names and sentences are shown."""

from __future__ import annotations

import html
import re
import unicodedata


def code_html(text: str) -> str:
    """Escape a text, then show its `backticks` as code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))


def with_colon(title: str) -> str:
    """A title before what is said of it; one that asks or ends a sentence has its own sign."""
    return title if title.endswith(("?", "!", ".")) else f"{title}:"


def clean(text: object) -> str:
    """Text on one line that any file format can hold: no control characters, no halves of characters."""
    kept = (" " if c in "\n\r\t" else c for c in str(text))
    return "".join(c for c in kept if unicodedata.category(c) not in {"Cc", "Cf", "Cs"} and c not in "\ufffe\uffff")


def shorten(text: object, length: int) -> str:
    """Clean text of at most `length` characters; what is left out in the middle shows as an ellipsis."""
    cleaned = clean(text)
    if len(cleaned) <= length:
        return cleaned
    tail = (length - 1) // 3
    return cleaned[: length - 1 - tail] + "…" + cleaned[len(cleaned) - tail :]


def first_line(error: BaseException, most: int = 200) -> str:
    """The first line of an error that says something, cut after `most` characters; else the name of its class."""
    lines = (line.strip() for line in str(error).splitlines())
    return next((line for line in lines if line), type(error).__name__)[:most]
