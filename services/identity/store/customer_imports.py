"""Imports of customers, their rows, and the answers that processors gave to their questions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne

from services.identity.model.customer_imports import OPEN, CustomerImport, CustomerRow
from services.identity.store.stored import (
    StoredCustomerAnswer,
    StoredCustomerImport,
    StoredCustomerRow,
)
from shared.documents import from_document, to_row
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page

# The newest answers count; older ones are asked again.
MOST_ANSWERS = 5_000
# Rows name persons; what was made of them stays with the organisations.
KEPT = timedelta(days=30)
_SETTLED = (
    "state", "questions", "remarks", "refusals", "recalled", "differences", "added", "legal_name",
    "organisation_id", "agreement_id", "agreement_status",
)  # fmt: skip


class CustomerImports:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "customer_imports": [
            IndexModel([("status", ASCENDING), ("processor_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("processor_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("created_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds())),
        ],
        "customer_rows": [
            IndexModel([("import_id", ASCENDING), ("state", ASCENDING), ("row", ASCENDING)]),
            IndexModel([("import_id", ASCENDING), ("row", ASCENDING)], unique=True),
            IndexModel([("import_id", ASCENDING), ("questions.id", ASCENDING)]),
            IndexModel([("import_id", ASCENDING), ("questions.key", ASCENDING)]),
            IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
        ],
        "customer_answers": [
            IndexModel([("processor_id", ASCENDING), ("answered_at", DESCENDING)])
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("customer_imports", StoredCustomerImport)
        self._rows = mongo.collection("customer_rows", StoredCustomerRow)
        self._answers = mongo.collection("customer_answers", StoredCustomerAnswer)

    def add(self, job: CustomerImport) -> None:
        self._docs.insert_one(to_row(job, StoredCustomerImport))

    def get(self, import_id: str, session: Session | None = None) -> CustomerImport:
        document = self._docs.find_one({"_id": import_id}, session=session)
        if document is None:
            raise NotFound("There is no such import.")
        return from_document(CustomerImport, document)

    def save(self, job: CustomerImport, session: Session) -> CustomerImport:
        """Save the next revision, and return it. Raises ``PreconditionFailed`` in the slower of
        two."""
        following = replace(job, revision=job.revision + 1)
        seen = {"_id": job.id, "revision": job.revision}
        row = to_row(following, StoredCustomerImport)
        if not self._docs.replace_one(seen, row, session=session).matched_count:
            raise PreconditionFailed
        return following

    def next_queued(self, after: str, barred: Sequence[str]) -> CustomerImport | None:
        """The oldest import of the processor that follows ``after``, from the first one on again:
        each has its turn, however many imports another has."""
        where = {"status": "queued", "_id": {"$nin": list(barred)}}
        order = [("processor_id", ASCENDING), ("_id", ASCENDING)]
        for one in ({**where, "processor_id": {"$gt": after}}, where):
            if document := self._docs.find_one(one, sort=order):
                return from_document(CustomerImport, document)
        return None

    def under_way(self, job: CustomerImport, but: Sequence[str]) -> int:
        """How many imports before ``job`` of its processor are still being received or read."""
        where = {
            "processor_id": job.processor_id,
            "status": {"$in": ["receiving", "queued"]},
            "_id": {"$lt": job.id, "$nin": list(but)},
        }
        return self._docs.count_documents(where)

    def abandoned(self, before: datetime) -> list[str]:
        """Ids of imports whose upload died on its way."""
        jobs = self._docs.find({"status": "receiving"}, {"created_at": 1}).limit(100)
        return [job["_id"] for job in jobs if job["created_at"] < before]

    def drop(self, import_id: str) -> None:
        self._rows.delete_many({"import_id": import_id})
        self._docs.delete_one({"_id": import_id})

    def page(self, processor_id: str, request: PageRequest) -> Page:
        page = find_page(self._docs, {"processor_id": processor_id}, request)
        return Page([from_document(CustomerImport, job) for job in page.items], page.next_cursor)

    def add_rows(self, rows: Sequence[CustomerRow], forget_at: datetime) -> None:
        documents = [to_row(row, StoredCustomerRow) for row in rows]
        for document in documents:
            document["forget_at"] = forget_at
        if documents:
            self._rows.insert_many(documents, ordered=False)

    def next_rows(self, import_id: str, limit: int) -> list[CustomerRow]:
        """The next rows that are not settled, in the order of the file."""
        where = {"import_id": import_id, "state": {"$in": list(OPEN)}}
        documents = self._rows.find(where).sort("row", ASCENDING).limit(limit)
        return [_row(document) for document in documents]

    def save_rows(self, rows: Sequence[CustomerRow], session: Session) -> None:
        updates = [
            UpdateOne({"_id": row.id}, {"$set": {name: getattr(row, name) for name in _SETTLED}})
            for row in rows
        ]
        if updates:
            self._rows.bulk_write(updates, ordered=False, session=session)

    def cancel_rows(self, import_id: str, session: Session) -> None:
        """What has not been begun is not done any more."""
        where = {"import_id": import_id, "state": {"$in": ["new", "asked"]}}
        self._rows.update_many(where, {"$set": {"state": "cancelled"}}, session=session)

    def asking(self, import_id: str, question_id: str, session: Session) -> CustomerRow | None:
        where = {"import_id": import_id, "questions.id": question_id}
        document = self._rows.find_one(where, session=session)
        return _row(document) if document else None

    def answer(
        self, import_id: str, where: Mapping[str, str], answer: list[Any], session: Session
    ) -> None:
        """Add ``answer`` to the rows that ask; they will be read again."""
        asking = {"import_id": import_id, "state": "asked", **where}
        taken = {"$push": {"answers": answer}, "$set": {"state": "new"}}
        self._rows.update_many(asking, taken, session=session)

    def counts(self, import_id: str, session: Session | None = None) -> dict[str, int]:
        """How many rows are in each state."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"import_id": import_id}},
            {"$group": {"_id": "$state", "rows": {"$sum": 1}}},
        ]
        return {group["_id"]: group["rows"] for group in self._groups(stages, session)}

    def in_state(self, import_id: str, state: str, limit: int) -> list[CustomerRow]:
        where = {"import_id": import_id, "state": state}
        documents = self._rows.find(where).sort("row", ASCENDING).limit(limit)
        return [_row(document) for document in documents]

    def rows_page(self, import_id: str, state: str | None, request: PageRequest) -> Page:
        where = {"import_id": import_id, **({"state": state} if state else {})}
        page = find_page(self._rows, where, request, key="row", of=int)
        return Page([_row(document) for document in page.items], page.next_cursor)

    def recalled(self, import_id: str, limit: int) -> list[dict[str, Any]]:
        """The earlier answers that its rows took again, each once."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"import_id": import_id, "recalled.0": {"$exists": True}}},
            {"$unwind": "$recalled"},
            {"$group": {"_id": "$recalled", "row": {"$min": "$row"}}},
            {"$sort": {"row": ASCENDING}},
            {"$limit": limit},
        ]
        return [{"row": group["row"], **group["_id"]} for group in self._groups(stages)]

    def _groups(
        self, stages: Sequence[Mapping[str, Any]], session: Session | None = None
    ) -> Iterable[Mapping[str, Any]]:
        return self._rows.aggregate(stages, session=session)

    def answers_of(self, processor_id: str) -> Mapping[str, Sequence[str]]:
        """The values of a processor's earlier answers, by the question's key."""
        found = self._answers.find({"processor_id": processor_id})
        newest = found.sort("answered_at", DESCENDING).limit(MOST_ANSWERS)
        return {each["key"]: each["values"] for each in newest}

    def keep_answer(
        self, processor_id: str, key: str, values: Sequence[str], at: datetime, session: Session
    ) -> None:
        """Keep an answer in the place of an earlier one to the same question."""
        answer_id = f"{processor_id}|{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        document: StoredCustomerAnswer = {
            "_id": answer_id, "processor_id": processor_id, "key": key, "values": list(values),
            "answered_at": at,
        }  # fmt: skip
        self._answers.replace_one({"_id": answer_id}, document, upsert=True, session=session)


def _row(document: Mapping[str, Any]) -> CustomerRow:
    members = {name: value for name, value in document.items() if name != "forget_at"}
    return from_document(CustomerRow, members)
