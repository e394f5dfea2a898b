"""An import of signed agreements: a file of lines, brought forward a few lines at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.errors import TooManyRequests

WORKING, FINISHED = "working", "finished"
IMPORTED, ALREADY, REFUSED = "imported", "already_imported", "refused"
MOST_UNDER_WAY = 5


class TooManyImports(TooManyRequests):
    """Five of your imports are still being worked on; wait until one is done."""

    code, retry_after = "too-many-imports", 30


@dataclass(frozen=True)
class Row:
    """One line of the file: what it tells, or the errors that keep it from being read."""

    line: int
    cells: Mapping[str, Any]
    errors: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of one line: ``imported``, ``already_imported`` or ``refused`` with why."""

    line: int
    reference: str | None
    status: str
    agreement_id: str | None = None
    agreement_status: str | None = None
    errors: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class Import:
    """``client_id``: who sent the file, and stands for the lines that are imported."""

    id: str
    processor_id: str
    client_id: str
    made_at: datetime
    status: str = WORKING
