"""Outcomes of claimed deliveries, as new rows or as changes of rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pymongo import UpdateOne

from services.notices.model.deliveries import ATTEMPTS_KEPT, DELIVERED, PENDING, SECOND
from shared.documents import Document


class Completion(NamedTuple):
    """The outcome of a claimed delivery, to be stored.

    ``due_at`` is None when no attempt follows. ``attempt`` is None when none was made, for example
    because the endpoint is gone. ``unstored``: the delivery as it was in its parcel, if it has no
    row yet.
    """

    delivery_id: str
    claim: str
    state: str
    due_at: datetime | None
    attempt: Document | None
    lane: str = SECOND
    unstored: Document | None = None


def row_of(completion: Completion) -> Document:
    """Build the row of a delivery without one, with the result of ``change_of`` on such a row."""
    row = {**(completion.unstored or {}), "state": completion.state}
    if completion.due_at is not None:
        row |= {"due_at": completion.due_at, "lane": completion.lane}
    if completion.attempt is not None:
        row |= {"attempt": 1, "attempts": [completion.attempt]}
        row |= _remembered(completion.state, completion.attempt)
    return row


def change_of(completion: Completion) -> UpdateOne:
    """Build the change of one row; it applies only while the claim holds."""
    held = {"_id": completion.delivery_id, "claim": completion.claim}
    return UpdateOne(held, _change(completion))


def arrived_after_all(completion: Completion) -> UpdateOne:
    """Build the change of a row that another process stored first, without the success."""
    return UpdateOne({"_id": completion.delivery_id, "state": PENDING}, _change(completion))


def _change(completion: Completion) -> Document:
    change: dict[str, Any] = {"$set": {"state": completion.state}, "$unset": {"claim": ""}}
    if completion.due_at is None:
        change["$unset"]["due_at"] = ""
    else:
        change["$set"] |= {"due_at": completion.due_at, "lane": completion.lane}
    if completion.attempt is not None:
        kept = {"$each": [completion.attempt], "$slice": -ATTEMPTS_KEPT}
        change |= {"$push": {"attempts": kept}, "$inc": {"attempt": 1}}
        if first := _remembered(completion.state, completion.attempt):
            change["$min"] = first
    return change


def _remembered(state: str, attempt: Mapping[str, Any]) -> Document:
    """Return the instants to keep for ever; of attempts only the last ones are kept."""
    if state == DELIVERED:
        # The end of the answer, measured by the monotonic clock: no jump can date it early.
        took = timedelta(milliseconds=attempt["duration_ms"])
        return {"delivered_at": attempt["at"] + took}
    return {"sent_at": attempt["at"]} if attempt["status"] is not None else {}
