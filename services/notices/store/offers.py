"""Whom an agreement that is offered names, until it is in force or comes to nothing.

Whoever is offered an agreement is no recipient of notices yet, and still has to learn of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from shared.documents import Document
from shared.mongo import Mongo, Session

# They name persons: what was never answered, and of whose end we were not told, goes by itself.
KEPT_SECONDS = 400 * 86_400
INDEXES: Sequence[IndexModel] = [
    IndexModel([("offered_at", ASCENDING)], expireAfterSeconds=KEPT_SECONDS)
]


class Offers:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["offers"]

    def put(
        self,
        agreement_id: str,
        controller_id: str,
        told: Mapping[str, Any],
        at: datetime,
        session: Session,
    ) -> None:
        """``told``: contacts, channels and language, as the offered version names them."""
        row: Document = {
            "_id": agreement_id,
            "controller_id": controller_id,
            "contacts": list(told.get("contacts") or ()),
            "channels": list(told.get("channels") or ()),
            "language": told.get("language"),
            "offered_at": at,
        }
        self._docs.replace_one({"_id": agreement_id}, row, upsert=True, session=session)

    def many(self, agreement_ids: Iterable[str]) -> dict[str, Document]:
        found = self._docs.find({"_id": {"$in": list(agreement_ids)}})
        return {each["_id"]: each for each in found}

    def remove(self, agreement_id: str, session: Session) -> None:
        self._docs.delete_one({"_id": agreement_id}, session=session)
