"""Roll-outs, and what becomes of each of their agreements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel, UpdateOne

from services.agreements.model.roll_outs import CHOSEN, OFFERED, OPEN, UNDER_WAY, Item, RollOut
from services.agreements.store.stored import StoredRollOut, StoredRollOutItem
from shared.documents import from_document, to_row
from shared.errors import NotFound
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page

Where = Mapping[str, Any]


class RollOuts:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "roll_outs": [
            IndexModel([("processor_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("status", ASCENDING), ("_id", ASCENDING)]),
        ],
        "roll_out_items": [
            IndexModel([("roll_out_id", ASCENDING), ("state", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("agreement_id", ASCENDING)]),
            # Only what will be reminded is in it, so an idle round reads nothing.
            IndexModel([("remind_on", ASCENDING)],
                       partialFilterExpression={"remind_on": {"$gt": ""}}),
        ],
    }  # fmt: skip

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("roll_outs", StoredRollOut)
        self._items = mongo.collection("roll_out_items", StoredRollOutItem)

    def add(self, session: Session, roll_out: RollOut) -> None:
        self._docs.insert_one(to_row(roll_out, StoredRollOut), session=session)

    def get(self, session: Session | None, roll_out_id: str) -> RollOut:
        stored = self._docs.find_one({"_id": roll_out_id}, session=session)
        if stored is None:
            raise NotFound("There is no such roll-out.")
        return from_document(RollOut, stored)

    def put(self, session: Session, roll_out: RollOut) -> None:
        row = to_row(roll_out, StoredRollOut)
        self._docs.replace_one({"_id": roll_out.id}, row, session=session)

    def page(self, processor_id: str, request: PageRequest) -> Page:
        where = {"processor_id": processor_id}
        page = find_page(self._docs, where, request, newest_first=True)
        return Page([from_document(RollOut, each) for each in page.items], page.next_cursor)

    def open_of(self, processor_id: str, session: Session) -> int:
        """How many roll-outs of a processor are not over."""
        where = {"processor_id": processor_id, "over_at": None}
        return self._docs.count_documents(where, session=session)

    def under_way(self, after: str, barred: Sequence[str], limit: int) -> list[RollOut]:
        """Those that a loop has to look at, in the order of their ids, behind ``after``."""
        where = {"status": {"$in": list(UNDER_WAY)}, "_id": {"$gt": after, "$nin": list(barred)}}
        found = self._docs.find(where).sort("_id", ASCENDING).limit(limit)
        return [from_document(RollOut, each) for each in found]

    def choose(self, session: Session, items: Iterable[Item]) -> None:
        """Add what has been chosen; what is there already stays as it is."""
        writes: list[Any] = []
        for item in items:
            row: dict[str, Any] = {**to_row(item, StoredRollOutItem)}
            writes.append(UpdateOne({"_id": row.pop("_id")}, {"$setOnInsert": row}, upsert=True))
        if writes:
            self._items.bulk_write(writes, session=session)

    def items(
        self, roll_out_id: str, state: str, limit: int, barred: Sequence[str] = ()
    ) -> list[Item]:
        where = {"roll_out_id": roll_out_id, "state": state, "_id": {"$nin": list(barred)}}
        found = self._items.find(where).sort("_id", ASCENDING).limit(limit)
        return [from_document(Item, each) for each in found]

    def item_page(self, roll_out_id: str, state: str | None, request: PageRequest) -> Page:
        where = {"roll_out_id": roll_out_id, **({"state": state} if state else {})}
        page = find_page(self._items, where, request)
        return Page([from_document(Item, each) for each in page.items], page.next_cursor)

    def item(self, session: Session | None, roll_out_id: str, agreement_id: str) -> Item | None:
        where = {"_id": item_id(roll_out_id, agreement_id)}
        stored = self._items.find_one(where, session=session)
        return from_document(Item, stored) if stored else None

    def to_remind(self, today: date, barred: Sequence[str], limit: int) -> list[Item]:
        """Offers of which the parties are to be reminded by now, the longest overdue first."""
        where = {"remind_on": {"$gt": "", "$lte": today.isoformat()}, "state": OFFERED,
                 "_id": {"$nin": list(barred)}}  # fmt: skip
        found = self._items.find(where).sort("remind_on", ASCENDING).limit(limit)
        return [from_document(Item, each) for each in found]

    def put_item(self, session: Session, item: Item) -> None:
        row = to_row(item, StoredRollOutItem)
        self._items.replace_one({"_id": item.id}, row, session=session)

    def has_open(self, roll_out_id: str) -> bool:
        where = {"roll_out_id": roll_out_id, "state": {"$in": list(OPEN)}}
        return self._items.find_one(where, {"_id": 1}) is not None

    def counts(self, roll_out_id: str) -> Mapping[str, int]:
        """How many agreements of a roll-out are in which state."""
        return self._counted(roll_out_id, "$state")

    def changed(self, roll_out_id: str) -> Mapping[str, int]:
        """How many agreements have which member changed, by pointer."""
        return self._counted(roll_out_id, "$changed", {"$unwind": "$changed"})

    def reasons(self, roll_out_id: str) -> Mapping[str, int]:
        """How many agreements cannot get the new version for which reason."""
        return self._counted(roll_out_id, "$reasons.code", {"$unwind": "$reasons"})

    def missing(self, roll_out_id: str) -> Mapping[str, int]:
        """How many acceptances of which party are missing."""
        return self._counted(roll_out_id, "$missing", {"$unwind": "$missing"})

    def _counted(self, roll_out_id: str, name: str, *stages: Where) -> Mapping[str, int]:
        counted = [{"$match": {"roll_out_id": roll_out_id}}, *stages,
                   {"$group": {"_id": name, "count": {"$sum": 1}}}]  # fmt: skip
        found: Iterable[Any] = self._items.aggregate(counted)
        return Counter({each["_id"]: each["count"] for each in found})

    def erase(self, session: Session, agreement_id: str) -> None:
        self._items.delete_many({"agreement_id": agreement_id}, session=session)


def item_id(roll_out_id: str, agreement_id: str) -> str:
    return f"{roll_out_id}:{agreement_id}"


def chosen(roll_out: RollOut, agreement_id: str) -> Item:
    """A new item of a roll-out."""
    name = item_id(roll_out.id, agreement_id)
    return Item(name, roll_out.id, roll_out.processor_id, agreement_id, CHOSEN)
