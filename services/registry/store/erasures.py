"""Where a contact person may be found in the registry's database, besides the ledger."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from services.registry.store.stored import (
    StoredChange,
    StoredConfirmation,
    StoredImport,
    StoredImportAnswer,
    StoredImportRow,
    StoredRow,
)
from shared.mongo import Mongo, Session

Where = dict[str, Any]
Content = dict[str, Any]
_ENDED = {"$in": ["withdrawn", "in_effect"]}


class Traces:
    """One processor's records that name one e-mail address."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("rows", StoredRow)
        self._changes = mongo.collection("changes", StoredChange)
        self._deletions = mongo.collection("deletions", StoredConfirmation)
        self._imports = mongo.collection("imports", StoredImport)
        self._import_answers = mongo.collection("import_answers", StoredImportAnswer)
        self._import_rows = mongo.collection("import_rows", StoredImportRow)

    def in_use(self, processor_id: str, email: str, today: date, session: Session) -> bool:
        """Whether a version in force or to come names it, or a change that has not ended."""
        mine = {"processor_id": processor_id}
        valid = {**mine, "voided_at": None, "valid_to": {"$gte": today.isoformat()}}
        pending = {**mine, "status": {"$in": ["draft", "announced"]}}
        return self._names(self._rows, valid, "content", email, session) or any(
            self._names(self._changes, pending, member, email, session)
            for member in ("content", "previous")
        )

    def erase_versions(self, processor_id: str, email: str, session: Session) -> int:
        mine = {"processor_id": processor_id}
        return self._erase(self._rows, mine, "content", email, session)

    def erase_changes(self, processor_id: str, email: str, session: Session) -> int:
        ended = {"processor_id": processor_id, "status": _ENDED}
        return sum(
            self._erase(self._changes, ended, member, email, session)
            for member in ("content", "previous")
        )

    def erase_import_rows(self, processor_id: str, email: str, session: Session) -> int:
        """Rows of files that named the person lose what they said; what became of them stays."""
        imports = self._imports.find({"processor_id": processor_id}, {"_id": 1}, session=session)
        pattern = re.escape(json.dumps(email)[1:-1])
        where = {
            "import_id": {"$in": [job["_id"] for job in imports]},
            "raw": {"$regex": pattern, "$options": "i"},
            "state": {"$nin": ["new", "asked"]},
        }
        emptied: Mapping[str, Any] = {"$set": {"raw": "{}", "remarks": [], "recalled": []}}
        named = {"$regex": re.escape(email), "$options": "i"}
        samples = {"processor_id": processor_id, "columns.samples": named}
        unshown: Mapping[str, Any] = {"$set": {"columns.$[].samples": []}}
        self._imports.update_many(samples, unshown, session=session)
        self._import_answers.delete_many(
            {"processor_id": processor_id, "key": named}, session=session
        )
        return self._import_rows.update_many(where, emptied, session=session).modified_count

    def erase_confirmations(self, processor_id: str, email: str, session: Session) -> int:
        """Confirmations of deletion that named the person keep kind and day."""
        named = {"$regex": re.escape(email), "$options": "i"}
        where = {
            "processor_id": processor_id,
            "$or": [{"confirmed_by": named}, {"note": named}],
        }
        emptied: Mapping[str, Any] = {"$set": {"confirmed_by": None, "note": None}}
        return self._deletions.update_many(where, emptied, session=session).modified_count

    def rewrite_contents(
        self, processor_id: str, write: Callable[[Content], Content], session: Session
    ) -> int:
        """Put ``write(content)`` in place of the contents of versions and changes that differ."""
        places = (
            (self._rows, "content"),
            (self._changes, "content"),
            (self._changes, "previous"),
        )
        return sum(
            self._rewrite(docs, member, processor_id, write, session) for docs, member in places
        )

    @staticmethod
    def _rewrite(
        docs: Any,
        member: str,
        processor_id: str,
        write: Callable[[Content], Content],
        session: Session,
    ) -> int:
        where = {"processor_id": processor_id, member: {"$ne": None}}
        rewritten = 0
        for document in list(docs.find(where, {member: 1}, session=session)):
            if (content := write(document[member])) != document[member]:
                seen = {"_id": document["_id"]}
                docs.update_one(seen, {"$set": {member: content}}, session=session)
                rewritten += 1
        return rewritten

    @staticmethod
    def _names(docs: Any, where: Where, member: str, email: str, session: Session) -> bool:
        named = {**where, f"{member}.contact.email": _same(email)}
        return docs.find_one(named, {"_id": 1}, session=session) is not None

    @staticmethod
    def _erase(docs: Any, where: Where, member: str, email: str, session: Session) -> int:
        named = {**where, f"{member}.contact.email": _same(email)}
        emptied = {"$set": {f"{member}.contact": None}}
        return int(docs.update_many(named, emptied, session=session).modified_count)


def _same(email: str) -> dict[str, str]:
    return {"$regex": rf"^{re.escape(email)}$", "$options": "i"}
