"""What runs in the browser."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def script(name: str) -> str:
    """The ES module of a widget: what scripts have in common, then its own."""
    return "".join((_HERE / f"{part}.js").read_text(encoding="utf-8") for part in ("common", name))
