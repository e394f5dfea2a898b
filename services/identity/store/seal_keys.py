"""The keys by which documents are sealed: made once, kept encrypted."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo.errors import DuplicateKeyError

from services.identity.store.stored import StoredSealKey
from shared.mongo import Mongo


class SealKeys:
    """Every key that has sealed, the newest last: what an older one sealed is still checked."""

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("seal_keys", StoredSealKey)

    def all(self) -> Sequence[StoredSealKey]:
        return list(self._docs.find().sort("created_at", 1))

    def add(self, row: StoredSealKey) -> None:
        """Keep it, unless another process was faster with one of this id."""
        try:
            self._docs.insert_one(row)
        except DuplicateKeyError:
            return
