"""Imports and their lines. A line keeps its cells only until it is settled: they name persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, cast

from pymongo import ASCENDING, IndexModel

from services.agreements.model.imports import FINISHED, WORKING, Import, Outcome, Row
from services.agreements.store.stored import StoredImport, StoredLine
from shared.documents import from_document, to_document
from shared.errors import NotFound
from shared.mongo import Mongo, Session

KEPT = timedelta(days=30)


class Imports:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "imports": [
            IndexModel([("status", ASCENDING), ("processor_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
        ],
        "import_lines": [
            IndexModel([("import_id", ASCENDING), ("line", ASCENDING)], unique=True),
            IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("imports", StoredImport)
        self._lines = mongo.collection("import_lines", StoredLine)

    def add(self, session: Session, job: Import, rows: Sequence[Row], until: datetime) -> None:
        """Store an import that this process works on until ``until``."""
        forget_at = job.made_at + KEPT
        stored = {**to_document(job), "claimed_until": until, "forget_at": forget_at}
        self._docs.insert_one(cast("StoredImport", stored), session=session)
        lines = [_line(job.id, row, forget_at) for row in rows]
        if lines:
            self._lines.insert_many(lines, session=session)

    def get(self, import_id: str) -> Import:
        stored = self._docs.find_one({"_id": import_id})
        if stored is None:
            raise NotFound("There is no such import.")
        return _import(stored)

    def under_way(self, processor_id: str, but: Sequence[str]) -> int:
        where = {"status": WORKING, "processor_id": processor_id, "_id": {"$nin": list(but)}}
        return self._docs.count_documents(where)

    def claim_next(
        self, after: str, barred: Sequence[str], now: datetime, until: datetime
    ) -> Import | None:
        """The oldest import of the processor that follows ``after``, from the first one on again,
        claimed until then: each processor has its turn, however many imports another has."""
        free = {"status": WORKING, "claimed_until": {"$lte": now}, "_id": {"$nin": list(barred)}}
        order = [("processor_id", ASCENDING), ("_id", ASCENDING)]
        taken = {"$set": {"claimed_until": until}}
        for where in ({**free, "processor_id": {"$gt": after}}, free):
            if stored := self._docs.find_one_and_update(where, taken, sort=order):
                return _import(stored)
        return None

    def release(self, import_id: str, now: datetime) -> None:
        """Let the next step begin at once; the import is finished when no line is left."""
        status = WORKING if self.waiting(import_id, 1) else FINISHED
        released = {"$set": {"claimed_until": now, "status": status}}
        self._docs.update_one({"_id": import_id}, released)

    def waiting(self, import_id: str, limit: int) -> list[Row]:
        """The next lines without an outcome, in the order of the file."""
        where = {"import_id": import_id, "outcome": {"$exists": False}}
        lines = self._lines.find(where).sort("line", ASCENDING).limit(limit)
        return [Row(line["line"], _cells(line["told"]), line["errors"]) for line in lines]

    def settle(self, session: Session | None, import_id: str, outcome: Outcome) -> None:
        """The first outcome of a line stands; its cells go."""
        where = {"_id": f"{import_id}:{outcome.line}", "outcome": {"$exists": False}}
        kept = {**asdict(outcome), "errors": [dict(error) for error in outcome.errors]}
        settled = {"$set": {"outcome": kept}, "$unset": {"told": "", "errors": ""}}
        self._lines.update_one(where, settled, session=session)

    def outcomes(self, import_id: str) -> tuple[list[Outcome], int]:
        """The outcomes of its lines so far, in the order of the file, and how many lines wait."""
        lines = list(self._lines.find({"import_id": import_id}).sort("line", ASCENDING))
        settled = [Outcome(**line["outcome"]) for line in lines if "outcome" in line]
        return settled, len(lines) - len(settled)


def _line(import_id: str, row: Row, forget_at: datetime) -> StoredLine:
    return {
        "_id": f"{import_id}:{row.line}",
        "import_id": import_id,
        "line": row.line,
        "told": _storable(row.cells),
        "errors": [dict(error) for error in row.errors],
        "forget_at": forget_at,
    }


def _import(stored: StoredImport) -> Import:
    not_of_job = ("claimed_until", "forget_at")
    members = {name: value for name, value in stored.items() if name not in not_of_job}
    return from_document(Import, members)


def _storable(value: Any) -> Any:
    """Days as text; the database knows instants alone."""
    if isinstance(value, Mapping):
        return {name: _storable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _cells(stored: Mapping[str, Any]) -> dict[str, Any]:
    signed_on = stored.get("signed_on")
    day = {"signed_on": date.fromisoformat(signed_on)} if signed_on else {}
    return {**stored, **day}
