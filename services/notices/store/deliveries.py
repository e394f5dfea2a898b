"""Deliveries: claimed in batches, finished in one bulk write, each change fenced by the claim, and
each new row by its id.

Read due ids, take them with one conditional update and a token, read back what the token holds:
eight times the rate of taking one at a time, and no row is ever held by two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from pymongo import ASCENDING, DESCENDING, UpdateMany

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
from services.notices.store.bulk import insert_new
from services.notices.store.outcomes import Completion, arrived_after_all, change_of, row_of
from services.notices.store.parcels import Parcels
from shared.documents import Document
from shared.errors import NotFound
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, read_cursor, write_cursor

# Twenty answers of 16 KiB each would make a batch of rows too large to hold.
_WITHOUT_ANSWERS = {"attempts.body": 0}
_TO_SEND = dict.fromkeys(("message_id", "endpoint_id", "lane", "attempt", "attempts.n"), 1)
# Ids of deliveries come before it.
_PAST_ALL = "dlv`"
_LIST = "deliveries"
# Lanes of single endpoints are called by their ids.
_OWN_LANES = {"$gte": "whe_", "$lt": "whe`"}


class Deliveries:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["deliveries"]
        self._parcels = Parcels(mongo)

    def add_many(self, rows: Sequence[Document]) -> list[str]:
        """Those that are new; the ids of those that were there already."""
        return insert_new(self._docs, rows)

    def add(self, row: Document, session: Session | None = None) -> None:
        self._docs.insert_one(row, session=session)

    def claim(
        self,
        token: str,
        now: datetime,
        until: datetime,
        limit: int,
        lane: str = FIRST,
        passing: Collection[str] = (),
    ) -> list[Document]:
        """Up to ``limit`` due deliveries of a lane, ours until ``until``, but none for the
        endpoints in ``passing``. They hold what a dispatcher needs, not all that is stored."""
        due: Document = {"lane": lane, "due_at": {"$lte": now}}
        if passing:
            due["endpoint_id"] = {"$nin": list(passing)}
        return self._take(self._due(due, limit), now, token, until)

    def claim_own(
        self, token: str, now: datetime, until: datetime, room: Mapping[str, int]
    ) -> list[Document]:
        """The same for lanes of single endpoints, from each as many as ``room`` says."""
        due: Document = {"due_at": {"$lte": now}}
        rows = [
            each
            for endpoint_id, limit in room.items()
            for each in self._due({"lane": endpoint_id, **due}, limit)
        ]
        return self._take(rows, now, token, until)

    def _due(self, due: Document, limit: int) -> list[Document]:
        return list(self._docs.find(due, _TO_SEND).sort("due_at", ASCENDING).limit(limit))

    def _take(
        self, rows: list[Document], now: datetime, token: str, until: datetime
    ) -> list[Document]:
        if not rows:
            return []
        # The condition is asked again, row by row: another dispatcher read the same ones.
        ids = [each["_id"] for each in rows]
        ours = {"_id": {"$in": ids}, "due_at": {"$lte": now}}
        taken = {"$set": {"claim": token, "due_at": until}}
        if self._docs.update_many(ours, taken).matched_count < len(ids):
            rows = list(self._docs.find({"_id": {"$in": ids}, "claim": token}, _TO_SEND))
        return [{**each, "claim": token} for each in rows]

    def own_lanes(self, now: datetime, after: str, limit: int) -> list[str]:
        """Up to ``limit`` endpoints after ``after`` that have something due in a lane of their
        own; each costs one look at the index, however much waits in it."""
        found: list[str] = []
        while len(found) < limit:
            lane = {**_OWN_LANES, "$gt": found[-1] if found else after}
            next_one = self._docs.find_one(
                {"lane": lane, "due_at": {"$lte": now}},
                {"lane": 1},
                sort=[("lane", 1), ("due_at", 1)],
            )
            if next_one is None:
                break
            found.append(next_one["lane"])
        return found

    def stored(self, delivery_ids: Collection[str]) -> set[str]:
        """Those that have a row; the others are in a parcel, or nowhere."""
        found = self._docs.find({"_id": {"$in": list(delivery_ids)}}, {"_id": 1})
        return {each["_id"] for each in found}

    def give_back(self, rows: Iterable[tuple[str, Document]], at: datetime) -> None:
        """Let go of what was claimed: each is due at ``at``, in the lane named beside it. What
        waited in a parcel has a row from now on."""
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        fresh: list[Document] = []
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
        """Move up to ``limit`` due deliveries of an endpoint out of the common lanes into its own;
        how many there were."""
        due: Document = {"lane": {"$in": [FIRST, SECOND]}, "due_at": {"$lte": now}}
        found = self._docs.find({**due, "endpoint_id": endpoint_id}, {"_id": 1}).limit(limit)
        ids = [each["_id"] for each in found]
        self._docs.update_many({"_id": {"$in": ids}, **due}, {"$set": {"lane": endpoint_id}})
        return len(ids)

    def complete(self, completions: Sequence[Completion]) -> int:
        """Store attempts and what follows; how many claims had been lost to somebody else."""
        fresh = [row_of(each) for each in completions if each.unstored]
        changes = [change_of(each) for each in completions if not each.unstored]
        refused = set(insert_new(self._docs, fresh))
        lost = len(refused)
        if changes:
            lost += len(changes) - self._docs.bulk_write(changes, ordered=False).matched_count
        arrived = [each for each in completions if each.unstored and each.state == DELIVERED]
        late = [arrived_after_all(each) for each in arrived if each.delivery_id in refused]
        if late:
            self._docs.bulk_write(late, ordered=False)
        return lost

    def get(self, delivery_id: str, controller_id: str) -> Document:
        where = {"_id": delivery_id}
        found = self._docs.find_one(where) or self._parcels.delivery(delivery_id)
        # It may have left its parcel between the two looks.
        found = found or self._docs.find_one(where)
        if found is None or found["controller_id"] != controller_id:
            raise NotFound("There is no such delivery.")
        return found

    def page(
        self, endpoint_id: str, controller_id: str, state: str | None, request: PageRequest
    ) -> Page:
        """An endpoint's deliveries, the newest first, without the texts of answers."""
        last = read_cursor(_LIST, request.cursor) if request.cursor else _PAST_ALL
        where = {"endpoint_id": endpoint_id, "_id": {"$lt": last}}
        where |= {"state": state} if state else {}
        # Asked first: what leaves its parcel meanwhile is found among the rows.
        packed: list[Document] = []
        if state in (None, PENDING):
            packed = self._without_row(self._parcels.deliveries_for(endpoint_id, controller_id))
        found = self._docs.find(where, _WITHOUT_ANSWERS).sort("_id", DESCENDING)
        both = _together(packed, found.limit(request.limit + 1))
        rows = sorted((name for name in both if name < last), reverse=True)
        items = [both[name] for name in rows[: request.limit]]
        more = len(rows) > request.limit
        return Page(items, write_cursor(_LIST, items[-1]["_id"]) if more else None)

    def _without_row(self, packed: list[Document]) -> list[Document]:
        """Those that still wait: a parcel stays whole until its last delivery has its row."""
        gone = self.stored([each["_id"] for each in packed]) if packed else set()
        return [each for each in packed if each["_id"] not in gone]

    def of(self, messages: Sequence[Document]) -> list[Document]:
        """All deliveries of these messages, those that wait in parcels, too."""
        packed = self._parcels.deliveries_of(messages)
        where = {"message_id": {"$in": [each["_id"] for each in messages]}}
        return list(_together(packed, self._docs.find(where, _WITHOUT_ANSWERS)).values())

    def retry(self, delivery_id: str, now: datetime, session: Session | None = None) -> None:
        """One more attempt at once. ``DeliveryUnderWay`` when one is under way."""
        where = {"_id": delivery_id, "state": {"$ne": PENDING}}
        change = {"$set": {"state": PENDING, "due_at": now, "lane": FIRST}}
        if not self._docs.update_one(where, change, session=session).matched_count:
            raise DeliveryUnderWay

    def revive(
        self, endpoint_id: str, delivery_ids: Sequence[str], now: datetime, *, held: bool = False
    ) -> None:
        """Give what failed or was skipped the whole schedule again, now or, ``held``, when all that
        waits for its endpoint is released."""
        where: Document = {"_id": {"$in": list(delivery_ids)}, "state": {"$in": [FAILED, SKIPPED]}}
        change = {"$set": {"state": HELD}} if held else _anew(endpoint_id, now)
        self._docs.update_many(where, change)

    def release(self, endpoint_id: str, now: datetime, *, skip: bool, limit: int = 0) -> int:
        """What an endpoint held is sent now, or left out for good; how many there were.

        ``limit``: the oldest so many, 0 for all; what is left is released by the upkeep.
        """
        change = {"$set": {"state": SKIPPED}} if skip else _anew(endpoint_id, now)
        held: Document = {"endpoint_id": endpoint_id, "state": HELD}
        if limit:
            oldest = self._docs.find(held, {"_id": 1}).sort("_id", ASCENDING).limit(limit)
            held["_id"] = {"$in": [each["_id"] for each in oldest]}
        return self._docs.update_many(held, change).modified_count

    def probe(self, endpoint_id: str, now: datetime, session: Session | None = None) -> bool:
        """Send the oldest that an endpoint held, it alone; False when it holds nothing."""
        found = self._docs.find_one_and_update(
            {"endpoint_id": endpoint_id, "state": HELD},
            _anew(endpoint_id, now),
            sort=[("_id", ASCENDING)],
            session=session,
        )
        return found is not None

    def probes(self, endpoint_id: str) -> bool:
        """Whether a message that was sent ahead of what is held has attempts before it."""
        live = {"lane": endpoint_id, "due_at": {"$exists": True}}
        return self._docs.find_one(live, {"_id": 1}) is not None

    def held_for(self) -> list[str]:
        """The endpoints for which something is held."""
        return list(self._docs.distinct("endpoint_id", {"state": HELD}))

    def remove_of(self, message_ids: Sequence[str]) -> None:
        self._docs.delete_many({"message_id": {"$in": list(message_ids)}})

    def longest_due(self, now: datetime) -> datetime | None:
        """Since when the delivery that waits longest in a common lane has been due."""
        lanes = ({"lane": lane, "due_at": {"$lte": now}} for lane in (FIRST, SECOND))
        firsts = [self._docs.find_one(each, {"due_at": 1}, sort=[("due_at", 1)]) for each in lanes]
        return min((each["due_at"] for each in firsts if each), default=None)

    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next delivery is due, at the latest; None without any.

        Lanes of single endpoints have no common order: while there are any, it is in a second.
        """
        live = {"due_at": {"$exists": True}}
        lanes = (self._docs.find({"lane": lane, **live}) for lane in (FIRST, SECOND))
        moments = [each["due_at"] for lane in lanes for each in lane.sort("due_at", 1).limit(1)]
        if self.own_lanes(now, "", 1):
            moments.append(now)
        elif self._docs.find_one({"lane": _OWN_LANES, **live}, {"_id": 1}):
            moments.append(now + timedelta(seconds=1))
        return min(moments, default=None)

    def oldest_live(self) -> datetime | None:
        """When the oldest message not delivered yet was made; it is in the id."""
        live: Document = {"lane": {"$gte": ""}, "due_at": {"$exists": True}}
        oldest = [{"$match": live}, {"$group": {"_id": None, "id": {"$min": "$_id"}}}]
        found = next(iter(self._docs.aggregate(oldest, maxTimeMS=5_000)), None)
        moments = (moment_of(found["id"]) if found else None, self._parcels.oldest())
        return min((each for each in moments if each), default=None)


def _together(packed: Iterable[Document], rows: Iterable[Document]) -> dict[str, Document]:
    """By id; what has a row has left its parcel, or is about to."""
    return {each["_id"]: each for many in (packed, rows) for each in many}


def _anew(endpoint_id: str, now: datetime) -> Document:
    return {"$set": {"state": PENDING, "due_at": now, "attempt": 0, "lane": endpoint_id}}
