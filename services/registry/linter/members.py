"""The table of members (``data/materiality.json``): which difference of which is material."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from services.registry.data import read


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
    return tuple(Line(**line) for line in read("materiality.json")["members"])


@cache
def members() -> frozenset[str]:
    """The members of an entry that a record may set."""
    return frozenset(line.member for line in table())
