"""Imports, their rows, and the register as imports look entries up in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, NamedTuple

from pymongo import ASCENDING, IndexModel, UpdateOne

from services.registry.model.imports import Import, ImportRow
from services.registry.store.stored import StoredImport, StoredImportRow, StoredRow
from shared.documents import from_document, to_row
from shared.import_store import JOB_INDEXES, ROW_INDEXES, ImportStore
from shared.mongo import Mongo, Session

# More of them that wait at once are no use to anybody.
MOST_WAITING = 100
DRAFTED = {"change_id": {"$type": "string"}}


class DraftedRow(NamedTuple):
    """A row of an import that a draft was made of, and the entry that it is about, if any."""

    key: str
    sub_processor_id: str | None
    change_id: str

    def concerns(self, row: ImportRow) -> bool:
        """Whether a row of another import speaks of the same entity."""
        one = self.sub_processor_id
        return self.key == row.key or (one is not None and one == row.sub_processor_id)


class Imports(ImportStore[Import, ImportRow]):
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "imports": [*JOB_INDEXES],
        "import_rows": [
            *ROW_INDEXES,
            IndexModel([("import_id", ASCENDING), ("key", ASCENDING)]),
            IndexModel(
                [("change_id", ASCENDING)],
                name="drafts",
                partialFilterExpression=DRAFTED,
            ),
            IndexModel(
                [("key", ASCENDING), ("import_id", ASCENDING)],
                name="drafts_by_key",
                partialFilterExpression=DRAFTED,
            ),
            IndexModel(
                [("sub_processor_id", ASCENDING)],
                name="drafts_by_entry",
                partialFilterExpression=DRAFTED,
            ),
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        docs = mongo.collection("imports", StoredImport)
        rows = mongo.collection("import_rows", StoredImportRow)
        super().__init__(docs, rows, (Import, ImportRow), StoredImport)

    def waiting(self, processor_id: str) -> list[Import]:
        """Imports of a processor that wait for answers, but rehearsals; the oldest first."""
        where = {"status": "waiting", "processor_id": processor_id, "dry_run": {"$ne": True}}
        jobs = self._docs.find(where).sort("_id", ASCENDING).limit(MOST_WAITING)
        return [from_document(Import, job) for job in jobs]

    def add_rows(self, rows: Sequence[ImportRow]) -> None:
        if rows:
            self._rows.insert_many([to_row(row, StoredImportRow) for row in rows], ordered=False)

    def refuse_keys(
        self,
        import_id: str,
        keys: Sequence[str],
        refusal: Mapping[str, str],
        session: Session | None = None,
    ) -> None:
        """Refuse all rows of these keys, while they are not read yet."""
        rows = {"import_id": import_id, "key": {"$in": list(keys)}, "state": "new"}
        refused = {"$set": {"state": "refused", "refusals": [dict(refusal)]}}
        self._rows.update_many(rows, refused, session=session)

    def next_keys(self, import_id: str, limit: int) -> list[str]:
        """Keys of the next new rows, in the order of the file."""
        where = {"import_id": import_id, "state": "new"}
        rows = self._rows.find(where, {"key": 1}).sort("row", ASCENDING).limit(limit)
        return list(dict.fromkeys(row["key"] for row in rows))

    def sizes(self, import_id: str, keys: Sequence[str]) -> dict[str, tuple[int, int]]:
        """How many rows of each key are not settled, and how many bytes they have."""
        stages: list[Mapping[str, Any]] = [
            {"$match": _unsettled(import_id, keys)},
            {
                "$group": {
                    "_id": "$key",
                    "rows": {"$sum": 1},
                    "bytes": {"$sum": {"$strLenBytes": "$raw"}},
                }
            },
        ]
        groups = self._groups(stages)
        return {group["_id"]: (group["rows"], group["bytes"]) for group in groups}

    def of_keys(self, import_id: str, keys: Sequence[str]) -> list[ImportRow]:
        """Rows of these keys that are not settled, in the order of the file."""
        documents = self._rows.find(_unsettled(import_id, keys)).sort("row", ASCENDING)
        return [from_document(ImportRow, document) for document in documents]

    def all_rows(self, import_id: str) -> list[ImportRow]:
        """Every row, in the order of the file."""
        documents = self._rows.find({"import_id": import_id}).sort("row", ASCENDING)
        return [from_document(ImportRow, document) for document in documents]

    def save_rows(self, rows: Sequence[ImportRow], session: Session) -> None:
        kept = (
            "state",
            "questions",
            "remarks",
            "refusals",
            "change_id",
            "kind",
            "sub_processor_id",
            "recalled",
        )
        updates = [
            UpdateOne({"_id": row.id}, {"$set": {name: getattr(row, name) for name in kept}})
            for row in rows
        ]
        if updates:
            self._rows.bulk_write(updates, ordered=False, session=session)

    def answer(
        self, import_id: str, where: Mapping[str, str], answer: list[Any], session: Session
    ) -> None:
        """Add ``answer`` to the rows that ask; they and their siblings will be read again."""
        asking = {"import_id": import_id, **where}
        keys = self._rows.distinct("key", asking, session=session)
        self._rows.update_many(asking, {"$push": {"answers": answer}}, session=session)
        siblings = {"import_id": import_id, "key": {"$in": keys}, "state": "asked"}
        self._rows.update_many(siblings, {"$set": {"state": "new"}}, session=session)

    def discard_draft(self, change_id: str, session: Session) -> None:
        """Note that the draft made from a row is gone; the row names it no longer."""
        gone = {"state": "discarded", "change_id": None}
        self._rows.update_many({"change_id": change_id}, {"$set": gone}, session=session)

    def drafted_elsewhere(
        self, job: Import, rows: Sequence[ImportRow], session: Session
    ) -> list[DraftedRow]:
        """The rows of other imports of this processor that drafts were made of, and that speak of
        the entities of these ``rows``."""
        mine = {"processor_id": job.processor_id, "_id": {"$ne": job.id}}
        others = [each["_id"] for each in self._docs.find(mine, {"_id": 1}, session=session)]
        if not others:
            return []
        entries = [row.sub_processor_id for row in rows if row.sub_processor_id]
        named: list[dict[str, Any]] = [
            {"key": {"$in": sorted({row.key for row in rows})}, "import_id": {"$in": others}},
            {"sub_processor_id": {"$in": entries}, "import_id": {"$in": others}},
        ]
        wanted = dict.fromkeys(DraftedRow._fields, 1)
        found = [
            each
            for where in named
            for each in self._rows.find({**where, **DRAFTED}, wanted, session=session)
        ]
        return [DraftedRow(*(each[name] for name in DraftedRow._fields)) for each in found]

    def raws(self, import_id: str, session: Session) -> list[tuple[str, int, str]]:
        """Id, number and text of each row that is not read yet, in the order of the file."""
        where = {"import_id": import_id, "state": "new"}
        rows = self._rows.find(where, {"row": 1, "raw": 1}, session=session).sort("row", ASCENDING)
        return [(row["_id"], row["row"], row["raw"]) for row in rows]

    def rename_keys(self, keys: Mapping[str, str], session: Session) -> None:
        """Give rows, by id, the keys by which they now speak of one entity."""
        updates = [UpdateOne({"_id": row}, {"$set": {"key": key}}) for row, key in keys.items()]
        if updates:
            self._rows.bulk_write(updates, ordered=False, session=session)

    def named_entries(self, import_id: str, session: Session) -> set[str]:
        """Ids of the register's entries that rows of this import are about."""
        where = {"import_id": import_id, "sub_processor_id": {"$ne": None}}
        rows = self._rows.find(where, {"_id": 0, "sub_processor_id": 1}, session=session)
        return {row["sub_processor_id"] for row in rows if row["sub_processor_id"]}


class Listed:
    """The register's list of one day by id, name and number; contents are read when needed."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("rows", StoredRow)

    def names(
        self, processor_id: str, day: date, session: Session | None = None
    ) -> list[dict[str, Any]]:
        """``{id, legal_name, registration_number, purpose}`` of every entry."""
        wanted = {
            "sub_processor_id": 1,
            "content.legal_name": 1,
            "content.purpose": 1,
            "content.registration_number": 1,
        }
        rows = self._rows.find(_on(processor_id, day), wanted, session=session)
        return [{"id": row["sub_processor_id"], **row["content"]} for row in rows]

    def content(self, processor_id: str, sub_id: str, day: date) -> dict[str, Any] | None:
        where = {**_on(processor_id, day), "sub_processor_id": sub_id}
        row = self._rows.find_one(where, {"content": 1})
        return row["content"] if row else None


def _unsettled(import_id: str, keys: Sequence[str]) -> dict[str, Any]:
    return {"import_id": import_id, "key": {"$in": list(keys)}, "state": {"$in": ["new", "asked"]}}


def _on(processor_id: str, day: date) -> dict[str, Any]:
    return {
        "processor_id": processor_id,
        "voided_at": None,
        "valid_from": {"$lte": day.isoformat()},
        "valid_to": {"$gte": day.isoformat()},
    }
