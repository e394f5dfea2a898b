"""What became of claimed deliveries, as changes of their rows: one for each, or one for many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import UpdateOne

from services.notices.model.deliveries import ATTEMPTS_KEPT, DELIVERED, PENDING, SECOND
from shared.mongo import Document

# What a first try may leave in its row.
_MAYBE = ("due_at", "delivered_at", "sent_at")


@dataclass(frozen=True)
class Completion:
    """How a claimed delivery goes on. ``due_at`` is None when it does not; ``attempt`` is the
    attempt to keep, or None when there was none (its endpoint is gone). ``seat`` is that of a
    delivery never tried before."""

    delivery_id: str
    claim: str
    state: str
    due_at: datetime | None
    attempt: Mapping[str, Any] | None
    seat: int | None = None
    lane: str = SECOND

    @property
    def is_of_first_try(self) -> bool:
        """Of one that succeeded, or is repeated, as nearly all do."""
        known = self.seat is not None and self.attempt is not None
        return known and self.state in (DELIVERED, PENDING)


def seated(
    completions: Iterable[Completion],
) -> tuple[Mapping[str, Mapping[int, Completion]], Sequence[Completion]]:
    """What came of first tries, for each claim by seat; and all others."""
    tables: dict[str, dict[int, Completion]] = defaultdict(dict)
    others: list[Completion] = []
    for each in completions:
        if each.seat is None or not each.is_of_first_try or each.seat in tables[each.claim]:
            others.append(each)
        else:
            tables[each.claim][each.seat] = each
    return {claim: table for claim, table in tables.items() if table}, others


def change_by_table(table: Mapping[int, Completion]) -> list[Document]:
    """One change for many rows, each of which takes its own from its seat in a table: a third of
    what a change for each row costs the database. It says what ``change_of`` says."""
    seats: list[Document | None] = [None] * (max(table) + 1)
    for seat, each in table.items():
        seats[seat] = _row_of_table(each)
    own = {"$arrayElemAt": [{"$literal": seats}, "$seat"]}
    said = {name: {"$ifNull": [f"$seat.{name}", "$$REMOVE"]} for name in _MAYBE}
    lane = {"$ifNull": ["$seat.lane", "$lane"]}
    plain = {"state": "$seat.state", "attempt": 1, "attempts": ["$seat.attempt"], "lane": lane}
    return [{"$set": {"seat": own}}, {"$set": {**plain, **said}}, {"$unset": ["claim", "seat"]}]


def _row_of_table(completion: Completion) -> Document:
    attempt = dict(completion.attempt or {})
    row: Document = {"state": completion.state, "attempt": attempt}
    if completion.due_at is not None:
        row |= {"due_at": completion.due_at, "lane": completion.lane}
    return row | _remembered(completion.state, attempt)


def _remembered(state: str, attempt: Mapping[str, Any]) -> Document:
    """The moments that outlive their attempts, of which only the last ones are kept."""
    if state == DELIVERED:
        # When the answer was complete; on the monotonic clock, so that no jump dates it early.
        took = timedelta(milliseconds=attempt["duration_ms"])
        return {"delivered_at": attempt["at"] + took}
    return {"sent_at": attempt["at"]} if attempt["status"] is not None else {}


def change_of(completion: Completion) -> UpdateOne:
    """The change of one row, fenced by its claim."""
    over = {"claim": "", "seat": ""}
    change: dict[str, Any] = {"$set": {"state": completion.state}, "$unset": over}
    if completion.due_at is None:
        change["$unset"]["due_at"] = ""
    else:
        change["$set"] |= {"due_at": completion.due_at, "lane": completion.lane}
    if completion.attempt is not None:
        kept = {"$each": [dict(completion.attempt)], "$slice": -ATTEMPTS_KEPT}
        change |= {"$push": {"attempts": kept}, "$inc": {"attempt": 1}}
        if first := _remembered(completion.state, completion.attempt):
            change["$min"] = first
    return UpdateOne({"_id": completion.delivery_id, "claim": completion.claim}, change)
