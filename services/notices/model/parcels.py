"""A parcel: the first tries that one step of the fan-out makes, claimed by one write.

What is in it has no rows of its own yet: a delivery gets its row with what came of its first try,
or when it leaves the parcel without one. Until then it is read from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.notices.model.deliveries import FIRST, PENDING
from services.notices.model.messages import ordered_id

Document = dict[str, Any]

# The pace at which jobs are compared: slower than any job really advances.
_PER_RECIPIENT = timedelta(milliseconds=1)


def parcel_id(started_at: datetime, job_id: str, cursor: str | None) -> str:
    """The same for whoever repeats a step of a job; it sorts as the messages of the job do."""
    return ordered_id("pcl", started_at, job_id, cursor or "")


def turn_of(started_at: datetime, done_count: int) -> datetime:
    """Return the sort key of a job's next parcel, as if jobs advanced at 1,000 recipients/s.

    A small job overtakes the rest of a large one; no job is overtaken for ever.
    """
    return started_at + done_count * _PER_RECIPIENT


def new_parcel(
    name: str,
    messages: Sequence[Document],
    deliveries: Sequence[Document],
    now: datetime,
    turn_at: datetime,
) -> Document:
    """Of deliveries that are not stored, and the messages of one event that they carry."""
    extras = {each["_id"]: each["extra"] for each in messages}
    items = [
        [
            each["_id"],
            each["message_id"],
            each["endpoint_id"],
            each["controller_id"],
            extras[each["message_id"]],
        ]
        for each in deliveries
    ]
    event_id = messages[0]["event_id"]
    parcel = {"_id": name, "event_id": event_id, "turn_at": turn_at, "due_at": now}
    return {**parcel, "items": items}


def unpacked(items: Iterable[Sequence[str]]) -> list[Document]:
    """Deliveries as they wait in a parcel, from its items."""
    return [
        {
            "_id": delivery_id,
            "message_id": message_id,
            "endpoint_id": endpoint_id,
            "controller_id": controller_id,
            "state": PENDING,
            "lane": FIRST,
            "attempt": 0,
            "attempts": [],
        }
        for delivery_id, message_id, endpoint_id, controller_id, _ in items
    ]


def texts_of(parcel: Document) -> dict[str, tuple[str, str]]:
    """For each message of it the event and the message's own piece of the body."""
    event_id = parcel["event_id"]
    return {message_id: (event_id, extra) for _, message_id, _, _, extra in parcel["items"]}
