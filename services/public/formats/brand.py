"""The vendor's colour as a style sheet: pages allow no styles within."""

from __future__ import annotations

import re
from typing import Any

COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


def sheet(page: dict[str, Any]) -> str:
    """Return the sheet; empty without a colour. Dark screens and paper keep the page's own colours:
    the registry has found the colour readable on light ones alone."""
    colour = str((page.get("brand") or {}).get("colour") or "")
    if not COLOUR.match(colour):
        return ""
    return (
        "@media screen and (prefers-color-scheme: light) {\n"
        f"  :root {{ --brand: {colour}; }}\n"
        "}\n"
    )
