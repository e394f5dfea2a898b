"""What a row says, cell by cell, and what is read of it so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.registry.importing.columns import BY_WORDS, heading_of
from services.registry.transfers import Instrument
from shared.importing.asking import Question
from shared.importing.cells import Text, read_cell

Stated = dict[str, Any]
LONGEST_HEADING = 200


class LeftOut(Exception):
    """The row is no entry, as the vendor answered; the text says what it is."""


@dataclass(frozen=True)
class Context:
    """The language of a list, its vendor, and the day its entries are to take effect.

    ``columns``: the member of each column that the vendor was asked about; None: it is not read.
    ``whole``: the file is the first list of the register, not changes to it.
    """

    language: str
    exporter: str
    day: date
    instruments: Mapping[str, Instrument]
    columns: Mapping[str, str | None] = field(default_factory=dict)
    whole: bool = False


@dataclass
class Reading:
    """``stated``: the members that the row mentions, and no others. ``since``: the day from which
    the entry is on the list, where the list is taken over."""

    stated: Stated = field(default_factory=dict)
    since: date | None = None
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def take(self, questions: Sequence[Question], remarks: Sequence[str]) -> None:
        self.questions += [question for question in questions if question not in self.questions]
        self.remarks += [remark for remark in remarks if remark not in self.remarks]


@dataclass(frozen=True)
class Cell:
    """One cell that is not empty, under its heading."""

    heading: str
    value: Any
    text: Text


def members_of(
    raw: Mapping[str, Any], columns: Mapping[str, str | None] | None = None
) -> dict[str, Any]:
    """The cells of a row by member; of several columns for one member, that of the best rank."""
    return {member: cells[0].value for member, cells in cells_of(raw, columns or {})[0].items()}


def cells_of(
    raw: Mapping[str, Any], columns: Mapping[str, str | None]
) -> tuple[dict[str, list[Cell]], list[Cell]]:
    """The filled cells by member, the best rank first; and those of no member."""
    ranked: list[tuple[int, str | None, Cell]] = []
    for name, value in raw.items():
        if not _empty(value):
            member, rank = _member(name, columns)
            ranked.append((rank, member, Cell(name, value, read_cell(value))))
    ranked.sort(key=lambda each: each[0])
    known: dict[str, list[Cell]] = {}
    for _, member, cell in ranked:
        if member:
            known.setdefault(member, []).append(cell)
    return known, [cell for _, member, cell in ranked if not member]


def _member(name: str, columns: Mapping[str, str | None]) -> tuple[str | None, int]:
    heading = heading_of(name)
    stated = columns.get(name[:LONGEST_HEADING], heading.member if heading.sure else None)
    if stated != heading.member:
        return stated, BY_WORDS
    if name[:LONGEST_HEADING] in columns:
        return stated, heading.rank
    return (heading.member if heading.sure else None), heading.rank


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())
