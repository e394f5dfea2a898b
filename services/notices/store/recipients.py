"""Recipients: the read model of customers owed notice, kept from agreement entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pymongo import ASCENDING

from services.notices.model.recipients import (
    Recipient,
    RecipientRow,
    TermsPeriod,
    Watermark,
    cover_of,
    period_at,
)
from services.notices.model.stored import StoredRecipient, StoredWatermark
from shared.documents import Document, to_document
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page

# What is read for every notice: to read all of it showed up in a profile.
_OF_PERIODS = ("history.key", "history.since_version", "history.until_version", "history.cover")
_ROW_FIELDS = dict.fromkeys(
    ("controller_id", "channels", "products", "modifications", *_OF_PERIODS), 1
)


class Recipients:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("recipients", StoredRecipient)
        self._marks = mongo.collection("watermarks", StoredWatermark)

    def find(self, agreement_id: str, session: Session | None = None) -> Recipient | None:
        document = self._docs.find_one({"_id": agreement_id}, session=session)
        return _recipient(document) if document else None

    def put(self, recipient: Recipient, session: Session | None = None) -> None:
        document = document_of(recipient)
        self._docs.replace_one({"_id": document["_id"]}, document, upsert=True, session=session)

    def watermark(self, processor_id: str, session: Session | None = None) -> Watermark:
        mark = self._marks.find_one({"_id": processor_id}, session=session)
        if mark is None:
            return Watermark(processor_id)
        return Watermark(processor_id, mark["seen_up_to"], tuple(mark["beyond"]))

    def save_watermark(self, mark: Watermark, session: Session | None = None) -> None:
        seen = {"seen_up_to": mark.up_to, "beyond": list(mark.beyond)}
        self._marks.update_one(
            {"_id": mark.processor_id}, {"$set": seen}, upsert=True, session=session
        )

    def owed_at(
        self, processor_id: str, version: int, after: str | None, limit: int
    ) -> list[RecipientRow]:
        """Return the next recipients that are owed notice as of ``version``, in agreement order."""
        where: Document = {
            "processor_id": processor_id,
            "since_version": {"$lte": version},
            # Neither null nor a later version is at or before this one.
            "until_version": {"$not": {"$lte": version}},
        }
        if after:
            where["_id"] = {"$gt": after}
        documents = self._docs.find(where, _ROW_FIELDS).sort("_id", ASCENDING).limit(limit)
        return [_row(document, version) for document in documents]

    def active(self, processor_id: str, request: PageRequest) -> Page:
        where = {"processor_id": processor_id, "until_version": None}
        page = find_page(self._docs, where, request)
        return Page([_recipient(document) for document in page.items], page.next_cursor)

    def of_controller(self, controller_id: str) -> list[Recipient]:
        """All agreements this customer has or had."""
        documents = self._docs.find({"controller_id": controller_id}).sort("_id", ASCENDING)
        return [_recipient(document) for document in documents]

    def ended(self, agreement_ids: Sequence[str]) -> set[str]:
        """Those of these agreements that have ended."""
        where = {"_id": {"$in": list(agreement_ids)}, "until_version": {"$ne": None}}
        return {row["_id"] for row in self._docs.find(where, {"_id": 1})}

    def many(self, agreement_ids: Sequence[str]) -> dict[str, Recipient]:
        documents = self._docs.find({"_id": {"$in": list(agreement_ids)}})
        return {document["_id"]: _recipient(document) for document in documents}


def document_of(recipient: Recipient) -> StoredRecipient:
    document = to_document(recipient)
    ids = {
        "_id": document.pop("agreement_id"),
        "processor_id": recipient.processor["id"],
        "controller_id": recipient.owner,
    }
    return cast("StoredRecipient", {**ids, **document})


def _row(document: StoredRecipient, version: int) -> RecipientRow:
    period = period_at(version, document["history"])
    return RecipientRow(
        document["_id"],
        document["controller_id"],
        document["channels"],
        period["key"] if period else None,
        cover_of(period, document["products"]),
        document.get("modifications", False),
    )


def _recipient(document: StoredRecipient) -> Recipient:
    return Recipient(
        document["_id"],
        document["processor"],
        document["controller"],
        tuple(document["contacts"]),
        tuple(document["channels"]),
        tuple(document["products"]),
        document["since_version"],
        document["until_version"],
        tuple([TermsPeriod(**period) for period in document["history"]]),
        document.get("ended_at"),
        document.get("language"),
        document.get("confirmed", True),
        document.get("modifications", False),
    )
