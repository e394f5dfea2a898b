"""Writing many rows at once, again and again if need be."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from shared.documents import Document

DUPLICATE_KEY = 11_000


def insert_new(collection: Collection[Document], rows: Sequence[Document]) -> list[str]:
    """Insert those rows that are not there yet; a row there already stays as it is. The ids of
    those that were there."""
    if not rows:
        return []
    try:
        collection.insert_many(list(rows), ordered=False)
    except BulkWriteError as error:
        refused = error.details["writeErrors"]
        others = [each for each in refused if each["code"] != DUPLICATE_KEY]
        if others or error.details.get("writeConcernErrors"):
            raise
        return [rows[each["index"]]["_id"] for each in refused]
    return []
