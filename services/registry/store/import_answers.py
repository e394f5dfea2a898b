"""The answers that a vendor gave to questions of its imports, for its next ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.registry.store.stored import StoredImportAnswer
from shared.mongo import Mongo, Session

# The newest count; older ones are asked again.
MOST = 5_000


class ImportAnswers:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "import_answers": [IndexModel([("processor_id", ASCENDING), ("answered_at", DESCENDING)])]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("import_answers", StoredImportAnswer)

    def of(self, processor_id: str) -> Mapping[str, Sequence[str]]:
        """The values by the question's key."""
        found = self._docs.find({"processor_id": processor_id})
        newest = found.sort("answered_at", DESCENDING).limit(MOST)
        return {each["key"]: each["values"] for each in newest}

    def keep(
        self,
        processor_id: str,
        key: str,
        values: Sequence[str],
        *,
        at: datetime,
        by: str,
        session: Session,
    ) -> None:
        """Keep an answer in the place of an earlier one to the same question."""
        answer_id = f"{processor_id}|{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        document: StoredImportAnswer = {
            "_id": answer_id,
            "processor_id": processor_id,
            "key": key,
            "values": list(values),
            "answered_at": at,
            "answered_by": by,
        }
        self._docs.replace_one({"_id": answer_id}, document, upsert=True, session=session)
