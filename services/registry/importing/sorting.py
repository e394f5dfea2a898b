"""Sort the rows of a file as they come in, before any of them is interpreted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.registry.importing import own
from services.registry.importing.reading import members_of
from services.registry.importing.words import plain
from shared.importing.cells import read_cell, without_marks
from shared.importing.raw_rows import RawRow
from shared.sheets import unguarded

MOST_OF_ONE = 100
LONGEST_KEY = 200
# Longest JSON of one row; an entry with a hundred places, each with evidence, is shorter.
LARGEST_ROW = 256 * 1024

TOO_MANY_OF_ONE = {
    "pointer": "",
    "code": "too-many-of-one-name",
    "detail": f"More than {MOST_OF_ONE} rows have this name.",
}


@dataclass
class Sorting:
    """Sees each row of one file once, in order, and keeps little of it."""

    _first: dict[bytes, int] = field(default_factory=dict)
    _of_one: Counter[str] = field(default_factory=Counter)

    def fault(self, row: RawRow, key: str, raw: str) -> dict[str, str] | None:
        """Why this row is refused unread; None if it is to be read."""
        if row.fault:
            return _fault("row-malformed", row.fault)
        if len(raw) > LARGEST_ROW:
            return _fault("row-too-large", f"A row has at most {LARGEST_ROW // 1024} KiB.")
        if not own.is_own(row.cells):
            first = self._first.setdefault(hashlib.sha256(raw.encode()).digest(), row.number)
            if first != row.number:
                return _fault("duplicate-row", f"Row {first} says the same.")
        self._of_one[key] += 1
        return None

    def too_many(self) -> list[str]:
        """The keys that have more rows than one entity can have."""
        return [key for key, count in self._of_one.items() if count > MOST_OF_ONE]


def key_of(row: RawRow, columns: Mapping[str, str | None] | None = None) -> str:
    """Rows with one key speak of one entity: its id in our own exports, else its name.

    ``columns``: the members of columns that the vendor was asked about.
    """
    cells: dict[str, Any] = row.cells
    if own.is_own(cells):
        given = unguarded(cells.get("id"))
        if given:
            return str(given)[:LONGEST_KEY]
        name = unguarded(cells["legal_name"])
    else:
        name = read_cell(members_of(cells, columns).get("legal_name", "")).line
        name = without_marks(name)[0]
    return plain(str(name))[:LONGEST_KEY] or f"#{row.number}"


def _fault(code: str, detail: str) -> dict[str, str]:
    return {"pointer": "", "code": code, "detail": detail}
