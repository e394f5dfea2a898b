"""What became of claimed deliveries, as rows where there is none yet, and as changes of others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pymongo import UpdateOne

from services.notices.model.deliveries import ATTEMPTS_KEPT, DELIVERED, PENDING, SECOND
from shared.documents import Document


class Completion(NamedTuple):
    """How a claimed delivery goes on. ``due_at`` is None when it does not; ``attempt`` is the
    attempt to keep, or None when there was none (its endpoint is gone, say). ``unstored``: the
    delivery as it waited in a parcel, when no row of it is stored yet."""

    delivery_id: str
    claim: str
    state: str
    due_at: datetime | None
    attempt: Document | None
    lane: str = SECOND
    unstored: Document | None = None


def row_of(completion: Completion) -> Document:
    """The row that a delivery gets with what came of its first try. It says what ``change_of``
    would have made of one that was there before."""
    row = {**(completion.unstored or {}), "state": completion.state}
    if completion.due_at is not None:
        row |= {"due_at": completion.due_at, "lane": completion.lane}
    if completion.attempt is not None:
        row |= {"attempt": 1, "attempts": [completion.attempt]}
        row |= _remembered(completion.state, completion.attempt)
    return row


def change_of(completion: Completion) -> UpdateOne:
    """The change of one row, fenced by its claim."""
    ours = {"_id": completion.delivery_id, "claim": completion.claim}
    return UpdateOne(ours, _change(completion))


def arrived_after_all(completion: Completion) -> UpdateOne:
    """The change of a row that somebody else stored first, who was not told that it arrived."""
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
    """The moments that outlive their attempts, of which only the last ones are kept."""
    if state == DELIVERED:
        # When the answer was complete; on the monotonic clock, so that no jump dates it early.
        took = timedelta(milliseconds=attempt["duration_ms"])
        return {"delivered_at": attempt["at"] + took}
    return {"sent_at": attempt["at"]} if attempt["status"] is not None else {}
