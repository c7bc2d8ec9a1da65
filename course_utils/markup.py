"""Sentences in HTML."""

from __future__ import annotations

import html
import re


def code_html(text: str) -> str:
    """Escape a text, then show its `backticks` as code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))
