"""What findings say, in the languages that people read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

Texts = dict[str, str]
# By name: a number, a quotation, or what each language says.
Part = str | int | Mapping[str, str]

FILE = files("services.agreements") / "templates" / "findings.json"


@cache
def _catalogue() -> dict[str, Texts]:
    words: dict[str, Texts] = json.loads(FILE.read_bytes())
    return words


def said(key: str, **parts: Part) -> Texts:
    """The words of ``key`` by language, with its parts filled in."""
    return {
        language: text.format(**{name: _part(part, language) for name, part in parts.items()})
        for language, text in _catalogue()[key].items()
    }


def counted(value: int, unit: str) -> Texts:
    """A number of units of time, such as ``14 days``."""
    words = said(f"{'one' if value == 1 else 'many'}-{unit}")
    return {language: f"{value} {text}" for language, text in words.items()}


def joined(values: list[int]) -> Texts:
    """Numbers with "and" between them."""
    return {language: f" {text} ".join(map(str, values)) for language, text in said("and").items()}


def _part(part: Part, language: str) -> str:
    return part[language] if isinstance(part, Mapping) else str(part)
