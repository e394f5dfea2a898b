"""Works on many rows in bounded pieces: reads pages, inserts new rows, removes some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pymongo import ASCENDING
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from shared.documents import Document

Row = TypeVar("Row", bound=Mapping[str, Any])

_ID = [("_id", ASCENDING)]
_DUPLICATE_KEY = 11_000


def page_after(
    docs: Collection[Row],
    name: str,
    after: tuple[Any, str] | None,
    before: Any,
    limit: int,
    fields: Mapping[str, int] | None = None,
) -> list[Row]:
    """Return up to ``limit`` rows with ``name`` less than ``before``, sorted by ``name`` and id.

    ``after``: value and id of the last row of the page before. Two queries instead of an ``$or``:
    each is one range of the index on ``name`` and ``_id``.
    """
    rows: list[Row] = []
    least: Document = {"$lt": before}
    if after is not None:
        value, last = after
        same: Document = {name: value, "_id": {"$gt": last}}
        rows = list(docs.find(same, fields).sort(_ID).limit(limit))
        least["$gt"] = value
    if len(rows) < limit:
        following = docs.find({name: least}, fields).sort([(name, ASCENDING), *_ID])
        rows += following.limit(limit - len(rows))
    return rows


def remove_some(docs: Collection[Any], where: Document, limit: int) -> int:
    """Remove up to ``limit`` of these rows; return how many were removed."""
    ids = [row["_id"] for row in docs.find(where, {"_id": 1}).limit(limit)]
    if ids:
        docs.delete_many({"_id": {"$in": ids}})
    return len(ids)


def insert_new(docs: Collection[Row], rows: Sequence[Row]) -> list[str]:
    """Insert the rows that do not exist yet; return the ids of those that did.

    An existing row stays as it is, so the call may be repeated.
    """
    if not rows:
        return []
    try:
        docs.insert_many(list(rows), ordered=False)
    except BulkWriteError as error:
        refused = error.details["writeErrors"]
        others = [refusal for refusal in refused if refusal["code"] != _DUPLICATE_KEY]
        if others or error.details.get("writeConcernErrors"):
            raise
        return [rows[refusal["index"]]["_id"] for refusal in refused]
    return []
