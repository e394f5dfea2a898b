"""Imports of customers, their rows, and the answers that processors gave to their questions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
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
from shared.import_store import JOB_INDEXES, ROW_INDEXES, ImportStore
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


class CustomerImports(ImportStore[CustomerImport, CustomerRow]):
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "customer_imports": [
            *JOB_INDEXES,
            IndexModel([("created_at", ASCENDING)], expireAfterSeconds=int(KEPT.total_seconds())),
        ],
        "customer_rows": [
            *ROW_INDEXES,
            IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
        ],
        "customer_answers": [
            IndexModel([("processor_id", ASCENDING), ("answered_at", DESCENDING)])
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        docs = mongo.collection("customer_imports", StoredCustomerImport)
        rows = mongo.collection("customer_rows", StoredCustomerRow)
        super().__init__(docs, rows, (CustomerImport, CustomerRow), StoredCustomerImport)
        self._answers = mongo.collection("customer_answers", StoredCustomerAnswer)

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
        return [self._row(document) for document in documents]

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

    def answer(
        self, import_id: str, where: Mapping[str, str], answer: list[Any], session: Session
    ) -> None:
        """Add ``answer`` to the rows that ask; they will be read again."""
        asking = {"import_id": import_id, "state": "asked", **where}
        taken = {"$push": {"answers": answer}, "$set": {"state": "new"}}
        self._rows.update_many(asking, taken, session=session)

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

    def _row(self, document: Mapping[str, Any]) -> CustomerRow:
        members = {name: value for name, value in document.items() if name != "forget_at"}
        return from_document(CustomerRow, members)
