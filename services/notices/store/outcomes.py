"""Outcomes of claimed deliveries, as new rows or as changes of rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from pymongo import UpdateOne

from services.notices.model.deliveries import ATTEMPTS_KEPT, PENDING
from services.notices.model.stored import StoredAttempt, StoredDelivery, StoredSendingAttempt
from shared.documents import Document


class Completion(NamedTuple):
    """The outcome of a claimed delivery of any channel, to be stored.

    ``due_at`` is None when no attempt follows. ``attempt`` is None when none was made, for example
    because the endpoint is gone. ``lane``: of a channel that has lanes. ``unstored``: the delivery
    as it was in its parcel, if it has no row yet. ``dates``: the instants to keep for ever, the
    first one of each name; of attempts only the last ones are kept.
    """

    delivery_id: str
    claim: str
    state: str
    due_at: datetime | None
    attempt: StoredAttempt | StoredSendingAttempt | None
    lane: str | None = None
    unstored: StoredDelivery | None = None
    dates: Mapping[str, datetime] = MappingProxyType({})


def row_of(completion: Completion) -> StoredDelivery:
    """Build the row of a delivery without one, with the result of ``change_of`` on such a row."""
    row: Document = {**(completion.unstored or {}), "state": completion.state}
    if completion.due_at is not None:
        row |= _next_turn(completion)
    if completion.attempt is not None:
        row |= {"attempt": 1, "attempts": [completion.attempt], **completion.dates}
    return cast("StoredDelivery", row)


def change_of(completion: Completion) -> UpdateOne:
    """Build the change of one row; it applies only while the claim holds."""
    return UpdateOne(*update_of(completion))


def update_of(completion: Completion) -> tuple[Document, Document]:
    """Build the same change as a filter and an update."""
    held = {"_id": completion.delivery_id, "claim": completion.claim}
    return held, _change(completion)


def arrived_after_all(completion: Completion) -> UpdateOne:
    """Build the change of a row that another process stored first, without the success."""
    return UpdateOne({"_id": completion.delivery_id, "state": PENDING}, _change(completion))


def _change(completion: Completion) -> Document:
    change: dict[str, Any] = {"$set": {"state": completion.state}, "$unset": {"claim": ""}}
    if completion.due_at is None:
        # No attempt follows, so nothing needs the link any more.
        change["$unset"] |= {"due_at": "", "sealed": ""}
    else:
        change["$set"] |= _next_turn(completion)
    if completion.attempt is not None:
        kept = {"$each": [completion.attempt], "$slice": -ATTEMPTS_KEPT}
        change |= {"$push": {"attempts": kept}, "$inc": {"attempt": 1}}
        if completion.dates:
            change["$min"] = dict(completion.dates)
    return change


def _next_turn(completion: Completion) -> Document:
    lane = {"lane": completion.lane} if completion.lane else {}
    return {"due_at": completion.due_at, **lane}
