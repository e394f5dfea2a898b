"""A parcel: the first tries of one batch of the fan-out in one document, claimed by one write.

A delivery in a parcel has no row. It gets its row with the outcome of its first try, or when it
leaves the parcel unsent. Until then it is read from the parcel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from services.notices.model.deliveries import FIRST, PENDING
from services.notices.model.messages import ordered_id
from services.notices.model.stored import StoredDelivery, StoredMessage, StoredParcel

# The pace at which jobs are compared: slower than any job really advances.
_PER_RECIPIENT = timedelta(milliseconds=1)


def parcel_id(started_at: datetime, job_id: str, cursor: str | None) -> str:
    """Return the same id whenever a batch is repeated; it sorts as the job's messages do."""
    return ordered_id("pcl", started_at, job_id, cursor or "")


def turn_of(started_at: datetime, done_count: int) -> datetime:
    """Return the sort key of a job's next parcel, as if jobs advanced at 1,000 recipients/s.

    A small job overtakes the rest of a large one; no job is overtaken for ever.
    """
    return started_at + done_count * _PER_RECIPIENT


def new_parcel(
    name: str,
    messages: Sequence[StoredMessage],
    deliveries: Sequence[StoredDelivery],
    now: datetime,
    turn_at: datetime,
) -> StoredParcel:
    """Build a parcel from unsaved deliveries of one event, and their messages."""
    extras = {message["_id"]: message["extra"] for message in messages}
    items = [
        [
            delivery["_id"],
            delivery["message_id"],
            delivery["endpoint_id"],
            delivery["controller_id"],
            extras[delivery["message_id"]],
        ]
        for delivery in deliveries
    ]
    return {
        "_id": name,
        "event_id": messages[0]["event_id"],
        "turn_at": turn_at,
        "due_at": now,
        "items": items,
    }


def unpacked(items: Iterable[Sequence[str]]) -> list[StoredDelivery]:
    """Return the deliveries that a parcel's items stand for."""
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


def texts_of(parcel: StoredParcel) -> dict[str, tuple[str, str]]:
    """Return for each message of a parcel its event, and its own piece of the body."""
    event_id = parcel["event_id"]
    return {message_id: (event_id, extra) for _, message_id, _, _, extra in parcel["items"]}
