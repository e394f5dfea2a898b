"""Durable work of the fan-out: a document with a cursor, never a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

TELL: Final = "tell"  # make messages and deliveries of an event
RECOVER: Final = "recover"  # give one endpoint again what it missed


@dataclass(frozen=True)
class Job:
    """``due_at`` is None when done. ``started_at`` is set once, before anything is written: ids
    of what the job makes derive from it, so repeating a step makes nothing twice. ``cursor``: how
    far it came, ``told``: how many that were."""

    id: str
    kind: str
    due_at: datetime | None
    event_id: str | None = None
    endpoint_id: str | None = None
    since: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    cursor: str | None = None
    told: int = 0
    claim: str | None = None
