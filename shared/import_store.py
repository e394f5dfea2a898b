"""Where imports of files and their rows are kept: what is the same whatever the rows are of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection

from shared.documents import from_document, to_row
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import Session
from shared.pagination import Page, PageRequest, find_page

Job = TypeVar("Job")
Row = TypeVar("Row")
JOB_INDEXES = (
    IndexModel([("status", ASCENDING), ("processor_id", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("processor_id", ASCENDING), ("_id", ASCENDING)]),
)
_RECALLED = {"recalled.0": {"$exists": True}}
ROW_INDEXES = (
    IndexModel([("import_id", ASCENDING), ("state", ASCENDING), ("row", ASCENDING)]),
    IndexModel([("import_id", ASCENDING), ("row", ASCENDING)], unique=True),
    IndexModel([("import_id", ASCENDING), ("questions.id", ASCENDING)]),
    IndexModel([("import_id", ASCENDING), ("questions.key", ASCENDING)]),
    # Of 10,000 rows few took earlier answers; whoever watches the progress asks for them each time.
    IndexModel([("import_id", ASCENDING)], partialFilterExpression=_RECALLED),
)


class ImportStore(Generic[Job, Row]):
    """``Job``: a frozen dataclass with ``id``, ``processor_id``, ``status``, ``revision``; ``Row``:
    one with ``import_id``, ``row``, ``state``, ``questions``, ``recalled``."""

    def __init__(
        self,
        docs: Collection[Any],
        rows: Collection[Any],
        kinds: tuple[type[Job], type[Row]],
        stored: type,
    ) -> None:
        """``stored``: the TypedDict of a job's document."""
        self._docs, self._rows, self._stored = docs, rows, stored
        self._job_kind, self._row_kind = kinds

    def add(self, job: Job) -> None:
        self._docs.insert_one(to_row(job, self._stored))

    def get(self, import_id: str, session: Session | None = None) -> Job:
        document = self._docs.find_one({"_id": import_id}, session=session)
        if document is None:
            raise NotFound("There is no such import.")
        return from_document(self._job_kind, document)

    def save(self, job: Job, session: Session) -> Job:
        """Save the next revision, and return it. Raises ``PreconditionFailed`` in the slower of
        two."""
        any_job = cast("Any", job)
        following = replace(any_job, revision=any_job.revision + 1)
        seen = {"_id": any_job.id, "revision": any_job.revision}
        row: Any = to_row(following, self._stored)
        if not self._docs.replace_one(seen, row, session=session).matched_count:
            raise PreconditionFailed
        return cast("Job", following)

    def next_queued(self, after: str, barred: Sequence[str]) -> Job | None:
        """The oldest import of the processor that follows ``after``, from the first one on again:
        each has its turn, however many imports another has."""
        where = {"status": "queued", "_id": {"$nin": list(barred)}}
        order = [("processor_id", ASCENDING), ("_id", ASCENDING)]
        for one in ({**where, "processor_id": {"$gt": after}}, where):
            if document := self._docs.find_one(one, sort=order):
                return from_document(self._job_kind, document)
        return None

    def under_way(self, job: Job, but: Sequence[str]) -> int:
        """How many imports before ``job`` of its processor are still being received or read."""
        any_job = cast("Any", job)
        where = {
            "processor_id": any_job.processor_id,
            "status": {"$in": ["receiving", "queued"]},
            "_id": {"$lt": any_job.id, "$nin": list(but)},
        }
        return self._docs.count_documents(where)

    def abandoned(self, before: datetime) -> list[str]:
        """Ids of imports whose upload died on its way."""
        jobs = self._docs.find({"status": "receiving"}, {"created_at": 1}).limit(100)
        return [job["_id"] for job in jobs if job["created_at"] < before]

    def drop(self, import_id: str) -> None:
        self._rows.delete_many({"import_id": import_id})
        self._docs.delete_one({"_id": import_id})

    def asking(self, import_id: str, question_id: str, session: Session) -> Row | None:
        where = {"import_id": import_id, "questions.id": question_id}
        document = self._rows.find_one(where, session=session)
        return self._row(document) if document else None

    def counts(self, import_id: str, session: Session | None = None) -> dict[str, int]:
        """How many rows are in each state."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"import_id": import_id}},
            {"$group": {"_id": "$state", "rows": {"$sum": 1}}},
        ]
        return {group["_id"]: group["rows"] for group in self._groups(stages, session)}

    def in_state(self, import_id: str, state: str, limit: int) -> list[Row]:
        where = {"import_id": import_id, "state": state}
        documents = self._rows.find(where).sort("row", ASCENDING).limit(limit)
        return [self._row(document) for document in documents]

    def rows_page(self, import_id: str, state: str | None, request: PageRequest) -> Page:
        where = {"import_id": import_id, **({"state": state} if state else {})}
        page = find_page(self._rows, where, request, key="row", of=int)
        return Page([self._row(document) for document in page.items], page.next_cursor)

    def recalled(self, import_id: str, limit: int) -> list[dict[str, Any]]:
        """The earlier answers that its rows took again, each once."""
        stages: list[Mapping[str, Any]] = [
            {"$match": {"import_id": import_id, **_RECALLED}},
            {"$unwind": "$recalled"},
            {"$group": {"_id": "$recalled", "row": {"$min": "$row"}}},
            {"$sort": {"row": ASCENDING}},
            {"$limit": limit},
        ]
        return [{"row": group["row"], **group["_id"]} for group in self._groups(stages)]

    def _groups(
        self, stages: Sequence[Mapping[str, Any]], session: Session | None = None
    ) -> Iterable[Mapping[str, Any]]:
        return self._rows.aggregate(stages, session=session)

    def _row(self, document: Mapping[str, Any]) -> Row:
        return from_document(self._row_kind, document)
