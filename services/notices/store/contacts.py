"""Whom a customer wants its notices to reach, beyond what its agreements name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pymongo import ASCENDING

from services.notices.model.contacts import Named
from services.notices.model.stored import StoredContacts
from shared.documents import Document
from shared.errors import PreconditionFailed
from shared.mongo import AlreadyExists, Mongo, Session, duplicates_as_conflicts


class NoticeContacts:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("notice_contacts", StoredContacts)

    def get(self, controller_id: str, session: Session | None = None) -> tuple[Named | None, int]:
        """What it has named, and the revision; None and 0 for nothing."""
        row = self._docs.find_one({"_id": controller_id}, session=session)
        return (_named(row), row["revision"]) if row else (None, 0)

    def many(self, controller_ids: Iterable[str]) -> dict[str, Named]:
        """By customer; those who have named nothing are left out."""
        rows = self._docs.find({"_id": {"$in": list(set(controller_ids))}})
        return {row["_id"]: _named(row) for row in rows}

    def with_addresses(self, after: str, limit: int) -> list[tuple[str, Named]]:
        """The next customers after one that have left an address for a channel, by id."""
        where: Document = {"_id": {"$gt": after}, "addresses": {"$gt": {}}}
        rows = self._docs.find(where).sort("_id", ASCENDING).limit(limit)
        return [(row["_id"], _named(row)) for row in rows]

    def seal_anew(self, controller_id: str, channel: str, before: bytes, sealed: bytes) -> None:
        """Nothing is written where the customer has left another one meanwhile."""
        name = f"addresses.{channel}.sealed"
        self._docs.update_one({"_id": controller_id, name: before}, {"$set": {name: sealed}})

    def put(
        self,
        controller_id: str,
        named: Named,
        seen: int,
        now: datetime,
        session: Session | None = None,
    ) -> int:
        """The new revision. ``PreconditionFailed`` when ``seen`` is not the one that stands."""
        row: StoredContacts = {
            "_id": controller_id,
            "contacts": named.contacts,
            "addresses": dict(named.addresses),
            "by_processor": dict(named.by_processor),
            "revision": seen + 1,
            "updated_at": now,
        }
        if seen == 0:
            return self._first(row, session)
        where = {"_id": controller_id, "revision": seen}
        if not self._docs.replace_one(where, row, session=session).matched_count:
            raise PreconditionFailed
        return seen + 1

    def _first(self, row: StoredContacts, session: Session | None) -> int:
        try:
            with duplicates_as_conflicts():
                self._docs.insert_one(row, session=session)
        except AlreadyExists as error:
            raise PreconditionFailed from error
        return 1


def sealed_name(controller_id: str, channel: str) -> str:
    """What the sealed address of a customer is bound to, so that it opens nowhere else."""
    return f"{controller_id}:{channel}"


def _named(row: StoredContacts) -> Named:
    return Named(row["contacts"], row.get("addresses") or {}, row.get("by_processor") or {})
