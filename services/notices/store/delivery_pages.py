"""An endpoint's deliveries, page by page, as its owner asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import DESCENDING

from services.notices.model.deliveries import PENDING
from services.notices.model.filters import matches
from services.notices.model.messages import least_id
from services.notices.model.stored import StoredDelivery, StoredMessage
from services.notices.store.parcels import Parcels
from shared.documents import Document
from shared.mongo import Mongo
from shared.pagination import Page, PageRequest, read_cursor, write_cursor

# Twenty answers of 16 KiB per row would make a page too large for memory.
WITHOUT_ANSWERS = {"attempts.body": 0}
# Sorts after all ids of deliveries.
_PAST_ALL = "dlv`"
_LIST = "deliveries"
# The type stands in the message: so many deliveries are looked at for one page of a type.
_ROWS_A_ROUND, _ROUNDS = 200, 10


@dataclass(frozen=True)
class Wanted:
    """Which deliveries. ``kind``: a type of message, or the beginning of one (``agreement.*``);
    ``since`` and ``until``: when the message was made, the first one included."""

    state: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def ids(self) -> Document:
        """The range of ids; an id holds the instant."""
        since = {"$gte": least_id("dlv", self.since)} if self.since else {}
        return {**since, "$lt": least_id("dlv", self.until) if self.until else _PAST_ALL}


class DeliveryPages:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("deliveries", StoredDelivery)
        self._messages = mongo.collection("messages", StoredMessage)
        self._parcels = Parcels(mongo)

    def page(self, endpoint_id: str, owner: str, wanted: Wanted, request: PageRequest) -> Page:
        """Return a page of an endpoint's deliveries, newest first, without bodies of answers.

        Of one type of message it may hold fewer than asked for, and yet have a next page.
        """
        packed = self._packed(endpoint_id, owner, wanted)
        last = read_cursor(_LIST, request.cursor) if request.cursor else _PAST_ALL
        items: list[StoredDelivery] = []
        for _ in range(_ROUNDS if wanted.kind else 1):
            room = request.limit - len(items)
            rows = self._next(endpoint_id, packed, wanted, last, request.limit)
            found = self._of_kind(rows, wanted.kind)
            items += found[:room]
            if len(found) > room:
                return Page(items, write_cursor(_LIST, items[-1]["_id"]))
            if len(rows) < _size(wanted, request.limit):
                return Page(items, None)
            last = rows[-1]["_id"]
        return Page(items, write_cursor(_LIST, last))

    def _packed(self, endpoint_id: str, owner: str, wanted: Wanted) -> Sequence[StoredDelivery]:
        """Those in parcels, which are read first: one that leaves its parcel meanwhile is a row."""
        if wanted.state not in (None, PENDING):
            return ()
        packed = self._parcels.deliveries_for(endpoint_id, owner)
        # A parcel keeps its deliveries until the last of them has a row.
        where: Document = {"_id": {"$in": [delivery["_id"] for delivery in packed]}}
        stored = {row["_id"] for row in self._docs.find(where, {"_id": 1})} if packed else set()
        return [delivery for delivery in packed if delivery["_id"] not in stored]

    def _next(
        self,
        endpoint_id: str,
        packed: Iterable[StoredDelivery],
        wanted: Wanted,
        last: str,
        limit: int,
    ) -> list[StoredDelivery]:
        ids = {**wanted.ids, "$lt": min(last, wanted.ids["$lt"])}
        where: Document = {"endpoint_id": endpoint_id, "_id": ids}
        where |= {"state": wanted.state} if wanted.state else {}
        size = _size(wanted, limit)
        stored = self._docs.find(where, WITHOUT_ANSWERS).sort("_id", DESCENDING).limit(size)
        both = {row["_id"]: row for row in packed if _within(row["_id"], ids)}
        both |= {row["_id"]: row for row in stored}
        return [both[name] for name in sorted(both, reverse=True)[:size]]

    def _of_kind(self, rows: list[StoredDelivery], kind: str | None) -> list[StoredDelivery]:
        if kind is None:
            return rows
        where: Document = {"_id": {"$in": [row["message_id"] for row in rows]}}
        types = {row["_id"]: row["type"] for row in self._messages.find(where, {"type": 1})}
        return [row for row in rows if matches(kind, types.get(row["message_id"], ""))]


def _size(wanted: Wanted, limit: int) -> int:
    """How many rows are read at a time: one more than asked for says whether there are more."""
    return _ROWS_A_ROUND if wanted.kind else limit + 1


def _within(name: str, ids: Document) -> bool:
    return bool(ids.get("$gte", "") <= name < ids["$lt"])
