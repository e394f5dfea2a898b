"""Agreements and their lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, cast

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.agreements.contract.contents import Party
from services.agreements.model.agreement import ENDED, TO_BE_CONFIRMED, Agreement
from services.agreements.model.calendar import first_due
from services.agreements.store.stored import StoredAgreement
from shared.documents import from_document, to_document
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page

PROCESSOR, CONTROLLER = ("processor.id", ASCENDING), ("controller.id", ASCENDING)
CUSTOMER = ("customer_ids", ASCENDING)
STATUS, ID = ("status", ASCENDING), ("_id", ASCENDING)
PRODUCT, DAYS = ("listed_products", ASCENDING), ("content.notice_terms.notice_days", ASCENDING)
# An agreement that names no product is one for all of them.
ALL_PRODUCTS = "*"
EXPORT_BATCH = 500
# Agreements that stand, or wait for an answer; and how many wordings of theirs are told at once.
STANDING, MOST_TEXTS = ("offered", "active", TO_BE_CONFIRMED), 200
# What only lists and the clock read.
ONLY_LISTED = ("customer_ids", "due_on", "listed_products", "listed_ends")


class Agreements:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "agreements": [
            IndexModel([PROCESSOR, ID]),
            IndexModel([PROCESSOR, STATUS, ID]),
            IndexModel([CUSTOMER, ID]),
            IndexModel([CUSTOMER, STATUS, ID]),
            IndexModel([PROCESSOR, CONTROLLER, ID]),
            IndexModel([STATUS, ID]),
            IndexModel([PROCESSOR, STATUS, PRODUCT, ID]),
            IndexModel([PROCESSOR, STATUS, DAYS, ID]),
            # The last day first, then the id: one text that sorts by both and is unique.
            IndexModel([PROCESSOR, ("listed_ends", ASCENDING)],
                       partialFilterExpression={"listed_ends": {"$gt": ""}}),
            IndexModel([CUSTOMER, ("listed_ends", ASCENDING)],
                       partialFilterExpression={"listed_ends": {"$gt": ""}}),
            # Only what the clock has to look at is in its index, so an idle round reads nothing.
            IndexModel([("due_on", ASCENDING)],
                       partialFilterExpression={"due_on": {"$gt": ""}}),
            # Of all agreements of a processor few are on offer.
            IndexModel([PROCESSOR, ID], name="on_offer",
                       partialFilterExpression={"offer.lapses_on": {"$gt": ""}}),
            IndexModel([PROCESSOR, ("signed_file.sha256", ASCENDING)],
                       partialFilterExpression={"signed_file.sha256": {"$gt": ""}}),
        ],
    }  # fmt: skip

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("agreements", StoredAgreement)

    def name_customers(self) -> None:
        """Agreements of before several could be asked to answer one, or another than it names."""
        old = {"customer_ids": {"$exists": False}}
        named = {"customer_ids": [{"$ifNull": ["$addressed_to", "$controller.id"]}]}
        self._docs.update_many(old, [{"$set": named}, {"$unset": "customer_id"}])

    def add(self, session: Session | None, agreement: Agreement) -> None:
        self._docs.insert_one(as_document(agreement), session=session)

    def get(self, session: Session | None, agreement_id: str) -> Agreement:
        agreement = self.find(session, agreement_id)
        if agreement is None:
            raise NotFound("There is no such agreement.")
        return agreement

    def find(self, session: Session | None, agreement_id: str) -> Agreement | None:
        stored = self._docs.find_one({"_id": agreement_id}, session=session)
        return from_stored(stored) if stored else None

    def replace(self, session: Session | None, agreement: Agreement) -> None:
        """Save the next revision. Raises ``PreconditionFailed`` if another write came first."""
        seen = {"_id": agreement.id, "revision": agreement.revision - 1}
        saved = self._docs.replace_one(seen, as_document(agreement), session=session)
        if not saved.matched_count:
            raise PreconditionFailed

    def erase(self, session: Session | None, agreement_id: str) -> None:
        self._docs.delete_one({"_id": agreement_id}, session=session)

    def page(self, where: Mapping[str, Any], request: PageRequest, key: str = "_id") -> Page:
        page = find_page(self._docs, where, request, key=key)
        return Page([from_stored(stored) for stored in page.items], page.next_cursor)

    def offered(self, processor_id: str, request: PageRequest) -> Page:
        """A processor's agreements with an offer that stands."""
        return self.page({"processor.id": processor_id, "offer.lapses_on": {"$gt": ""}}, request)

    def texts(self, processor_id: str) -> Iterator[dict[str, Any]]:
        """The processing and the measures of agreements that stand or are offered, each wording
        once, with the first agreement that has it."""
        said = {name: f"$content.{name}" for name in ("processing", "measures")}
        first = {"id": {"$first": "$_id"}, "name": {"$first": "$controller.legal_name"}}
        stages: list[Mapping[str, Any]] = [
            {"$match": {"processor.id": processor_id, "status": {"$in": list(STANDING)}}},
            {"$sort": {"_id": ASCENDING}},
            {"$group": {"_id": said, **first}},
            {"$sort": {"id": ASCENDING}},
            {"$limit": MOST_TEXTS},
        ]
        for each in self._docs.aggregate(stages):
            found: Mapping[str, Any] = each
            yield {"type": "agreement", "id": found["id"], "name": found["name"],
                   "texts": found["_id"]}  # fmt: skip

    def every(self, where: Mapping[str, Any]) -> Iterator[Agreement]:
        """All of ``where`` in their order, read a batch at a time."""
        cursor = self._docs.find(where).sort("_id", ASCENDING).batch_size(EXPORT_BATCH)
        with cursor:
            yield from map(from_stored, cursor)

    def count(self, where: Mapping[str, Any]) -> int:
        return self._docs.count_documents(where)

    def between(self, processor_id: str, controller_id: str, limit: int = 50) -> list[Agreement]:
        """The newest agreements of two parties, newest first."""
        pair = {"processor.id": processor_id, "controller.id": controller_id}
        newest = self._docs.find(pair).sort("_id", DESCENDING).limit(limit)
        return [from_stored(stored) for stored in newest]

    def customers(self, agreement_ids: Sequence[str]) -> dict[str, Party]:
        """The customers of these agreements, as their processor knows them."""
        found = self._docs.find({"_id": {"$in": list(agreement_ids)}}, {"controller": 1})
        return {each["_id"]: from_document(Party, each["controller"]) for each in found}

    def standing(self, where: Mapping[str, Any], after: str, limit: int) -> list[str]:
        """Ids of agreements of ``where`` that stand or are on offer, in their order."""
        also = {**where, "status": {"$in": list(STANDING)}, "_id": {"$gt": after}}
        rows = self._docs.find(also, {"_id": 1}).sort("_id", ASCENDING).limit(limit)
        return [row["_id"] for row in rows]

    def related(self, session: Session | None, agreement: Agreement) -> bool:
        """Whether an agreement binds its two parties, this one or another."""
        pair = {"processor.id": agreement.processor.id, "controller.id": agreement.controller.id}
        binding = {**pair, "status": "active"}
        return self._docs.find_one(binding, {"_id": 1}, session=session) is not None

    def due(self, today: date, limit: int, but: Sequence[str] = ()) -> list[str]:
        """Ids of agreements in which something is due, the longest overdue first."""
        due = {"due_on": {"$gt": "", "$lte": today.isoformat()}, "_id": {"$nin": list(but)}}
        rows = self._docs.find(due, {"_id": 1}).sort("due_on", ASCENDING).limit(limit)
        return [row["_id"] for row in rows]

    def ended(self, processor_id: str, after: str, limit: int) -> list[str]:
        """Ids of ended agreements of a processor, in their order."""
        where = {"processor.id": processor_id, "status": {"$in": list(ENDED)},
                 "_id": {"$gt": after}}  # fmt: skip
        rows = self._docs.find(where, {"_id": 1}).sort("_id", ASCENDING).limit(limit)
        return [row["_id"] for row in rows]

    def with_file(self, session: Session | None, processor_id: str, sha256: str) -> int:
        """How many agreements of a processor stand on this signed file; 2 means several."""
        where = {"processor.id": processor_id, "signed_file.sha256": sha256}
        return self._docs.count_documents(where, limit=2, session=session)


def as_document(agreement: Agreement) -> StoredAgreement:
    """The stored form: the agreement, and what only lists and the clock read."""
    due, last = first_due(agreement), agreement.last_day if agreement.binding else None
    listed = {
        "customer_ids": list(agreement.customer_ids),
        "due_on": due.on.isoformat() if due else None,
        "listed_products": list(agreement.content.products) or [ALL_PRODUCTS],
        "listed_ends": f"{last.isoformat()}|{agreement.id}" if last else None,
    }
    return cast("StoredAgreement", {**to_document(agreement), **listed})


def from_stored(document: StoredAgreement) -> Agreement:
    kept = {name: value for name, value in document.items() if name not in ONLY_LISTED}
    return from_document(Agreement, kept)
