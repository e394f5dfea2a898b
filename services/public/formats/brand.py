"""The vendor's colour as a style sheet: pages allow no styles within."""

from __future__ import annotations

import re
from typing import Any

from shared.colours import lightened

# The lightest dark background of the page (``page.css``).
DARK = "#1b2124"
COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


def sheet(page: dict[str, Any]) -> str:
    """Return the sheet; empty without a colour. The registry has found the colour readable on light
    screens; for dark ones it is made lighter. Paper keeps the page's own colours."""
    colour = str((page.get("brand") or {}).get("colour") or "")
    if not COLOUR.match(colour):
        return ""
    return (
        "@media screen and (prefers-color-scheme: light) {\n"
        f"  :root {{ --brand: {colour}; }}\n"
        "}\n"
        "@media screen and (prefers-color-scheme: dark) {\n"
        f"  :root {{ --brand: {lightened(colour, DARK)}; }}\n"
        "}\n"
    )
