"""Reads the tables of golden cases: one case a line, cells between bars, # for comments."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent

Case = tuple[str, ...]


def rows(name: str, folder: Path = HERE) -> list[Case]:
    """Every case of a table."""
    return _cases((folder / name).read_text("utf-8"))


def section(name: str, title: str) -> list[Case]:
    """The cases of a table between the line ``== title`` and the next one of its kind."""
    text = (HERE / name).read_text("utf-8")
    sections = dict(part.split("\n", 1) for part in re.split(r"^== ", text, flags=re.MULTILINE)[1:])
    return _cases(sections[title])


def cases(name: str, title: str) -> list[Any]:
    """The same as parameters of a test, each named by its first and last cell."""
    return [pytest.param(case, id=f"{case[0]}: {case[-1]}") for case in section(name, title)]


def listed(cell: str) -> list[str]:
    """The items of a cell, separated by commas; ``-`` stands for none."""
    return [] if cell == "-" else [item.strip() for item in cell.split(",")]


def words(cell: str) -> dict[str, Any]:
    """``name=value`` pairs; a value is JSON where it can be read as such, else text."""
    pairs: list[tuple[str, str]] = re.findall(r'(\w+)=("[^"]*"|\S+)', cell)
    return {name: value_of(text) for name, text in pairs}


def value_of(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _cases(text: str) -> list[Case]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]
