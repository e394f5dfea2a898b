"""Contacts that an offered agreement names, until it binds or comes to nothing.

A customer with an offer is no recipient of notices yet, but it must learn of the offer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.notices.model.stored import StoredOffer
from shared.mongo import Mongo, Session

# They name persons: an offer that was never answered, and whose end never came, expires.
KEPT_SECONDS = 400 * 86_400
INDEXES: Sequence[IndexModel] = [
    IndexModel([("offered_at", ASCENDING)], expireAfterSeconds=KEPT_SECONDS)
]


class Offers:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("offers", StoredOffer)

    def put(
        self,
        agreement_id: str,
        controller_id: str,
        processor_id: str,
        members: Mapping[str, Any],
        at: datetime,
        session: Session,
    ) -> None:
        """``members``: contacts, channels and language, as the offered version names them."""
        row: StoredOffer = {
            "_id": agreement_id,
            "controller_id": controller_id,
            "processor_id": processor_id,
            "contacts": list(members.get("contacts") or ()),
            "channels": list(members.get("channels") or ()),
            "language": members.get("language"),
            "offered_at": at,
        }
        self._docs.replace_one({"_id": agreement_id}, row, upsert=True, session=session)

    def many(self, agreement_ids: Iterable[str]) -> dict[str, StoredOffer]:
        offers = self._docs.find({"_id": {"$in": list(agreement_ids)}})
        return {offer["_id"]: offer for offer in offers}

    def remove(self, agreement_id: str, session: Session) -> None:
        self._docs.delete_one({"_id": agreement_id}, session=session)
