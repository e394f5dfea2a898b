"""Reads the tables of golden cases: one case a line, cells between bars, # for comments."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def rows(name: str) -> list[tuple[str, ...]]:
    lines = (HERE / name).read_text("utf-8").splitlines()
    kept = [line for line in lines if line.strip() and not line.startswith("#")]
    return [tuple(cell.strip() for cell in line.split("|")) for line in kept]


def words(cell: str) -> dict[str, Any]:
    """``name=value`` pairs; a value is JSON where it can be read as such, else text."""
    pairs: list[tuple[str, str]] = re.findall(r'(\w+)=("[^"]*"|\S+)', cell)
    return {name: value_of(text) for name, text in pairs}


def value_of(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
