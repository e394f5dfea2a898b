"""Deliveries: claimed in batches, and finished in one bulk write.

A claim reads due ids, marks them with a token in one conditional update, and reads back the rows
with this token. That is eight times as fast as one row at a time, and no two processes hold the
same row. Every later change names the token; of two new rows with one id the first stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from pymongo import ASCENDING, UpdateMany

from services.notices.model.deliveries import (
    DELIVERED,
    FAILED,
    FIRST,
    HELD,
    PENDING,
    SECOND,
    SKIPPED,
    DeliveryUnderWay,
)
from services.notices.model.messages import moment_of
from services.notices.model.stored import (
    ClaimedDelivery,
    StoredDelivery,
    StoredMessage,
    StoredNotice,
)
from services.notices.store.batches import insert_new
from services.notices.store.delivery_pages import WITHOUT_ANSWERS
from services.notices.store.outcomes import Completion, arrived_after_all, change_of, row_of
from services.notices.store.parcels import Parcels
from shared.documents import Document
from shared.errors import NotFound
from shared.mongo import Mongo, Session

_TO_SEND = dict.fromkeys(("message_id", "endpoint_id", "lane", "attempt", "attempts.n"), 1)
# An endpoint's own lane has the endpoint's id as its name.
_OWN_LANES = {"$gte": "whe_", "$lt": "whe`"}


class Deliveries:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("deliveries", StoredDelivery)
        self._parcels = Parcels(mongo)

    def add_many(self, rows: Sequence[StoredDelivery]) -> list[str]:
        """Insert the rows that do not exist yet; return the ids of those that did."""
        return insert_new(self._docs, rows)

    def add(self, row: StoredDelivery, session: Session | None = None) -> None:
        self._docs.insert_one(row, session=session)

    def claim(
        self,
        token: str,
        now: datetime,
        until: datetime,
        limit: int,
        lane: str = FIRST,
        passing: Collection[str] = (),
    ) -> list[ClaimedDelivery]:
        """Claim up to ``limit`` due deliveries of a lane until ``until``.

        Endpoints in ``passing`` are left out. The rows have only the fields a dispatcher needs.
        """
        due: Document = {"lane": lane, "due_at": {"$lte": now}}
        if passing:
            due["endpoint_id"] = {"$nin": list(passing)}
        return self._take(self._due(due, limit), now, token, until)

    def claim_own(
        self, token: str, now: datetime, until: datetime, room: Mapping[str, int]
    ) -> list[ClaimedDelivery]:
        """Claim from endpoints' own lanes; ``room``: the limit for each endpoint."""
        due: Document = {"due_at": {"$lte": now}}
        rows = [
            row
            for endpoint_id, limit in room.items()
            for row in self._due({"lane": endpoint_id, **due}, limit)
        ]
        return self._take(rows, now, token, until)

    def _due(self, due: Document, limit: int) -> list[StoredDelivery]:
        return list(self._docs.find(due, _TO_SEND).sort("due_at", ASCENDING).limit(limit))

    def _take(
        self, rows: list[StoredDelivery], now: datetime, token: str, until: datetime
    ) -> list[ClaimedDelivery]:
        if not rows:
            return []
        # The update checks again that a row is due: another dispatcher may have read the same rows.
        ids = [row["_id"] for row in rows]
        still_due = {"_id": {"$in": ids}, "due_at": {"$lte": now}}
        claim = {"$set": {"claim": token, "due_at": until}}
        if self._docs.update_many(still_due, claim).matched_count < len(ids):
            rows = list(self._docs.find({"_id": {"$in": ids}, "claim": token}, _TO_SEND))
        # The rows have the fields of ``_TO_SEND`` alone.
        return [cast("ClaimedDelivery", {**row, "claim": token}) for row in rows]

    def own_lanes(self, now: datetime, after: str, limit: int) -> list[str]:
        """Return up to ``limit`` endpoints after ``after`` whose own lane has due deliveries.

        Each costs one read of the index, however many deliveries wait in the lane.
        """
        lanes: list[str] = []
        while len(lanes) < limit:
            lane = {**_OWN_LANES, "$gt": lanes[-1] if lanes else after}
            next_one = self._docs.find_one(
                {"lane": lane, "due_at": {"$lte": now}},
                {"lane": 1},
                sort=[("lane", 1), ("due_at", 1)],
            )
            if next_one is None:
                break
            lanes.append(next_one["lane"])
        return lanes

    def stored(self, delivery_ids: Collection[str]) -> set[str]:
        """Return the ids that have a row; the others are in a parcel, or do not exist."""
        rows = self._docs.find({"_id": {"$in": list(delivery_ids)}}, {"_id": 1})
        return {row["_id"] for row in rows}

    def give_back(self, rows: Iterable[tuple[str, ClaimedDelivery]], at: datetime) -> None:
        """Release claimed rows, each with the lane it goes to; they are due at ``at``.

        A delivery out of a parcel gets its row here.
        """
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        fresh: list[StoredDelivery] = []
        for lane, row in rows:
            if "unstored" in row:
                fresh.append({**row["unstored"], "lane": lane, "due_at": at})
            else:
                groups[lane, row["claim"]].append(row["_id"])
        insert_new(self._docs, fresh)
        writes = [
            UpdateMany(
                {"_id": {"$in": ids}, "claim": claim},
                {"$set": {"lane": lane, "due_at": at}, "$unset": {"claim": ""}},
            )
            for (lane, claim), ids in groups.items()
        ]
        if writes:
            self._docs.bulk_write(writes, ordered=False)

    def set_apart(self, endpoint_id: str, now: datetime, limit: int) -> int:
        """Move up to ``limit`` due deliveries of an endpoint into its own lane; return how many."""
        due: Document = {"lane": {"$in": [FIRST, SECOND]}, "due_at": {"$lte": now}}
        rows = self._docs.find({**due, "endpoint_id": endpoint_id}, {"_id": 1}).limit(limit)
        ids = [row["_id"] for row in rows]
        self._docs.update_many({"_id": {"$in": ids}, **due}, {"$set": {"lane": endpoint_id}})
        return len(ids)

    def complete(self, completions: Sequence[Completion]) -> int:
        """Store outcomes; return how many came too late, because another process had the claim."""
        fresh = [row_of(outcome) for outcome in completions if outcome.unstored]
        changes = [change_of(outcome) for outcome in completions if not outcome.unstored]
        refused = set(insert_new(self._docs, fresh))
        lost = len(refused)
        if changes:
            lost += len(changes) - self._docs.bulk_write(changes, ordered=False).matched_count
        arrived = [out for out in completions if out.unstored and out.state == DELIVERED]
        late = [arrived_after_all(out) for out in arrived if out.delivery_id in refused]
        if late:
            self._docs.bulk_write(late, ordered=False)
        return lost

    def get(self, delivery_id: str, controller_id: str) -> StoredDelivery:
        where = {"_id": delivery_id}
        row = self._docs.find_one(where) or self._parcels.delivery(delivery_id)
        # It may have left its parcel between the two reads.
        row = row or self._docs.find_one(where)
        if row is None or row["controller_id"] != controller_id:
            raise NotFound("There is no such delivery.")
        return row

    def of(self, messages: Sequence[StoredMessage | StoredNotice]) -> list[StoredDelivery]:
        """Return all deliveries of these messages, including those in parcels."""
        packed = self._parcels.deliveries_of(messages)
        where = {"message_id": {"$in": [message["_id"] for message in messages]}}
        return list(_together(packed, self._docs.find(where, WITHOUT_ANSWERS)).values())

    def retry(self, delivery_id: str, now: datetime, session: Session | None = None) -> None:
        """Make one more attempt due now, or bring the next one forward. Raises
        ``DeliveryUnderWay`` for one that is due already: a process may be sending it."""
        over = {"state": {"$ne": PENDING}}
        where: Document = {"_id": delivery_id, "$or": [over, _waiting(now)]}
        change: Document = {"$set": {"state": PENDING, **_forwarded(FIRST, now)}}
        if not self._docs.update_one(where, change, session=session).matched_count:
            raise DeliveryUnderWay

    def revive(
        self, endpoint_id: str, delivery_ids: Sequence[str], now: datetime, *, held: bool = False
    ) -> None:
        """Restart the schedule of failed and skipped deliveries.

        They are due now or, with ``held``, when the endpoint's held deliveries are released.
        """
        where: Document = {"_id": {"$in": list(delivery_ids)}, "state": {"$in": [FAILED, SKIPPED]}}
        change = {"$set": {"state": HELD}} if held else _anew(endpoint_id, now)
        self._docs.update_many(where, change)

    def bring_forward(self, endpoint_id: str, delivery_ids: Sequence[str], now: datetime) -> None:
        """Make due now what waits for its next try; those that a process is sending stay."""
        where: Document = {"_id": {"$in": list(delivery_ids)}, **_waiting(now)}
        self._docs.update_many(where, {"$set": _forwarded(endpoint_id, now)})

    def release(self, endpoint_id: str, now: datetime, *, skip: bool, limit: int = 0) -> int:
        """Make an endpoint's held deliveries due now, or ``skip`` them for good; return how many.

        ``limit``: only this many, the oldest first; 0 for all. The upkeep releases the rest.
        """
        change = {"$set": {"state": SKIPPED}} if skip else _anew(endpoint_id, now)
        held: Document = {"endpoint_id": endpoint_id, "state": HELD}
        if limit:
            oldest = self._docs.find(held, {"_id": 1}).sort("_id", ASCENDING).limit(limit)
            held["_id"] = {"$in": [row["_id"] for row in oldest]}
        return self._docs.update_many(held, change).modified_count

    def probe(self, endpoint_id: str, now: datetime, session: Session | None = None) -> bool:
        """Make only the oldest held delivery due now; return False when there is none."""
        row = self._docs.find_one_and_update(
            {"endpoint_id": endpoint_id, "state": HELD},
            _anew(endpoint_id, now),
            sort=[("_id", ASCENDING)],
            session=session,
        )
        return row is not None

    def probes(self, endpoint_id: str) -> bool:
        """Return whether the endpoint's probe is still pending (see ``probe``)."""
        live = {"lane": endpoint_id, "due_at": {"$exists": True}}
        return self._docs.find_one(live, {"_id": 1}) is not None

    def held_for(self) -> list[str]:
        """Return the endpoints with held deliveries."""
        return list(self._docs.distinct("endpoint_id", {"state": HELD}))

    def remove_of(self, message_ids: Sequence[str]) -> None:
        self._docs.delete_many({"message_id": {"$in": list(message_ids)}})

    def longest_due(self, now: datetime) -> datetime | None:
        """Return since when the delivery that waits longest in a common lane has been due."""
        lanes = ({"lane": lane, "due_at": {"$lte": now}} for lane in (FIRST, SECOND))
        firsts = [self._docs.find_one(lane, {"due_at": 1}, sort=[("due_at", 1)]) for lane in lanes]
        return min((row["due_at"] for row in firsts if row), default=None)

    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next delivery is due, at the latest; None without any.

        Lanes of single endpoints have no common order: while there are any, it is in a second.
        """
        live = {"due_at": {"$exists": True}}
        lanes = (self._docs.find({"lane": lane, **live}) for lane in (FIRST, SECOND))
        moments = [row["due_at"] for lane in lanes for row in lane.sort("due_at", 1).limit(1)]
        if self.own_lanes(now, "", 1):
            moments.append(now)
        elif self._docs.find_one({"lane": _OWN_LANES, **live}, {"_id": 1}):
            moments.append(now + timedelta(seconds=1))
        return min(moments, default=None)

    def oldest_live(self) -> datetime | None:
        """Return when the oldest undelivered message was made; the id holds the instant."""
        live: Document = {"lane": {"$gte": ""}, "due_at": {"$exists": True}}
        oldest = [{"$match": live}, {"$group": {"_id": None, "id": {"$min": "$_id"}}}]
        rows: Iterable[Mapping[str, Any]] = self._docs.aggregate(oldest, maxTimeMS=5_000)
        row = next(iter(rows), None)
        moments = (moment_of(row["id"]) if row else None, self._parcels.oldest())
        return min((moment for moment in moments if moment), default=None)


def _together(
    packed: Iterable[StoredDelivery], rows: Iterable[StoredDelivery]
) -> dict[str, StoredDelivery]:
    """Return both by id; a row takes precedence over a delivery in a parcel."""
    return {delivery["_id"]: delivery for many in (packed, rows) for delivery in many}


def _waiting(now: datetime) -> Document:
    """Where deliveries wait for a later try. One with a claim is being sent."""
    return {"state": PENDING, "due_at": {"$gt": now}, "claim": {"$exists": False}}


def _forwarded(lane: str, now: datetime) -> Document:
    """The mark wakes the dispatchers: of a delivery that waits, no state changes."""
    return {"due_at": now, "lane": lane, "forwarded_at": now}


def _anew(endpoint_id: str, now: datetime) -> Document:
    return {"$set": {"state": PENDING, "due_at": now, "attempt": 0, "lane": endpoint_id}}
