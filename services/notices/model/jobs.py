"""Durable work of the fan-out: a document with a cursor, never a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.ids import derived_id

FAN_OUT: Final = "tell"  # make messages and deliveries of an event
SUBSCRIBERS: Final = "subscribers"  # make mails of an event to the subscribers of its register
RECOVER: Final = "recover"  # give one endpoint again what it missed


def job_id(event_id: str, kind: str = FAN_OUT) -> str:
    """Of the one job of this kind for an event."""
    return derived_id("job", event_id, *([] if kind == FAN_OUT else [kind]))


# The first batches are small, so that the first webhooks leave while later messages are still
# being made, and so that several dispatchers get equal shares.
FIRST_BATCH = 100


@dataclass(frozen=True)
class Job:
    """One piece of work for the fan-out.

    ``due_at`` is None when the job is done. ``started_at`` is set once, before anything is
    written: the ids of messages derive from it, so a repeated step writes nothing twice.
    ``cursor`` is the key of the last recipient done, ``done_count`` the number of recipients done.
    """

    id: str
    kind: str
    due_at: datetime | None
    event_id: str | None = None
    endpoint_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    cursor: str | None = None
    done_count: int = 0
    claim: str | None = None


@dataclass(frozen=True, kw_only=True)
class StartedJob(Job):
    """A job that was started, and may write."""

    started_at: datetime


def batch_after(done_count: int, largest: int) -> int:
    """Return the size of the next batch: half of the recipients done, within bounds."""
    return min(largest, max(FIRST_BATCH, done_count // 2))
