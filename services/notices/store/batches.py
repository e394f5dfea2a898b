"""Going through much in small pieces: pages by a value and an id, and removal of a few rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING
from pymongo.collection import Collection

from shared.documents import Document

_ID = [("_id", ASCENDING)]


def page_after(
    docs: Collection[Document],
    name: str,
    after: tuple[Any, str] | None,
    before: Any,
    limit: int,
    fields: Mapping[str, int] | None = None,
) -> list[Document]:
    """Up to ``limit`` rows whose ``name`` is less than ``before``, in its order and that of ids.

    ``after``: value and id of the last row before. Two questions instead of an ``$or``, so that
    each is a plain piece of the index on ``name`` and ``_id``.
    """
    rows: list[Document] = []
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


def remove_some(docs: Collection[Document], where: Document, limit: int) -> int:
    """Remove up to ``limit`` of these rows; how many there were."""
    ids = [each["_id"] for each in docs.find(where, {"_id": 1}).limit(limit)]
    if ids:
        docs.delete_many({"_id": {"$in": ids}})
    return len(ids)
