"""The table of members (``data/materiality.json``): which difference of which is material."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: by ``rule`` a difference of ``member`` is called ``word``.

    ``word`` None: the member is a record, and never material.
    """

    member: str
    rule: str
    word: str | None
    source: str


@cache
def table() -> tuple[Line, ...]:
    """Every line, in the order of the file."""
    text = files("services.registry").joinpath("data", "materiality.json").read_text("utf-8")
    return tuple(Line(**line) for line in json.loads(text)["members"])


@cache
def members() -> frozenset[str]:
    """The members of an entry that a record may set."""
    return frozenset(line.member for line in table())
