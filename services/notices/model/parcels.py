"""A parcel: the first tries that one step of the fan-out makes, claimed by one write.

Its deliveries have no ``due_at`` of their own; they carry the parcel's id as their claim. Whatever
cannot be sent from it at once becomes due by itself, as a retry does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.notices.model.deliveries import FIRST
from services.notices.model.messages import ordered_id

Document = dict[str, Any]


def parcel_id(started_at: datetime, claim: str, cursor: str | None) -> str:
    """Another one for each step of a job, and for each claim of the job: who repeats a step that
    somebody died in must tell their deliveries apart."""
    return ordered_id("pcl", started_at, claim, cursor or "")


def new_parcel(
    name: str, messages: Sequence[Document], deliveries: Sequence[Document], now: datetime
) -> Document:
    """Of deliveries that are packed already, and the messages of one event that they carry."""
    extras = {each["_id"]: each["extra"] for each in messages}
    items = [
        [each["_id"], each["message_id"], each["endpoint_id"], extras[each["message_id"]]]
        for each in deliveries
    ]
    event_id = messages[0]["event_id"]
    return {"_id": name, "event_id": event_id, "due_at": now, "taken": 0, "items": items}


def packed(delivery: Document, name: str, seat: int) -> Document:
    """This delivery as it waits in a parcel, at a seat in it."""
    row = {member: value for member, value in delivery.items() if member != "due_at"}
    return {**row, "claim": name, "seat": seat}


def unpacked(parcel: Document) -> list[Document]:
    """Its deliveries, as much of them as a dispatcher needs."""
    return [
        {
            "_id": delivery_id,
            "message_id": message_id,
            "endpoint_id": endpoint_id,
            "lane": FIRST,
            "attempt": 0,
            "attempts": (),
            "claim": parcel["_id"],
            "seat": seat,
        }
        for seat, (delivery_id, message_id, endpoint_id, _) in enumerate(parcel["items"])
    ]


def texts_of(parcel: Document) -> dict[str, tuple[str, str]]:
    """For each message of it the event and the message's own piece of the body."""
    event_id = parcel["event_id"]
    return {message_id: (event_id, extra) for _, message_id, _, extra in parcel["items"]}
