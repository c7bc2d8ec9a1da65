"""How titles and sentences are shown."""

from __future__ import annotations

import html
import re


def code_html(text: str) -> str:
    """Escape a text, then show its `backticks` as code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))


def with_colon(title: str) -> str:
    """A title before what is said of it; one that asks or ends a sentence has its own sign."""
    return title if title.endswith(("?", "!", ".")) else f"{title}:"
