"""Forgetting a contact person (GDPR Art. 17), without a gap in the history of the register."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from shared.errors import Conflict, NotFound


class PersonInUse(Conflict):
    """An entry in force, or a change on its way, names this person; name another there first."""

    code = "person-in-use"


class EntriesPending(Conflict):
    """Some ledger entries are not delivered yet; try again shortly."""

    code = "not-told-yet"


class PersonUnknown(NotFound):
    """The register holds nothing of this person."""

    code = "person-unknown"


@dataclass(frozen=True)
class Erased:
    """What was erased: private parts of the ledger by sequence, and how many records beside it.

    ``sequence`` is the ledger's own entry about the erasure; it names no person.
    """

    sequence: int
    entries: tuple[int, ...]
    versions: int
    changes: int
    import_rows: int
    confirmations: int


def speaks_of(private: Any, email: str) -> bool:
    """Whether a private part holds this address anywhere, in whatever case."""
    text = json.dumps(private, default=str, ensure_ascii=False)
    return json.dumps(email.casefold(), ensure_ascii=False)[1:-1] in text.casefold()
