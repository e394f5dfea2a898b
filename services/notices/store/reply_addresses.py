"""Where vendors read answers, as identity last said."""

from __future__ import annotations

from datetime import datetime

from services.notices.model.stored import StoredReplyAddress
from shared.mongo import Mongo


class ReplyAddressBook:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("reply_addresses", StoredReplyAddress)

    def find(self, processor_id: str) -> StoredReplyAddress | None:
        return self._docs.find_one({"_id": processor_id})

    def keep(self, processor_id: str, email: str, asked_at: datetime) -> None:
        kept: StoredReplyAddress = {"_id": processor_id, "email": email, "asked_at": asked_at}
        self._docs.replace_one({"_id": processor_id}, kept, upsert=True)
