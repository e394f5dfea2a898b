"""Writing many rows at once, again and again if need be."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from shared.mongo import Document

DUPLICATE_KEY = 11_000


def insert_new(collection: Collection[Document], rows: Sequence[Document]) -> None:
    """Insert those rows that are not there yet; a row there already stays as it is."""
    if not rows:
        return
    try:
        collection.insert_many(list(rows), ordered=False)
    except BulkWriteError as error:
        others = [each for each in error.details["writeErrors"] if each["code"] != DUPLICATE_KEY]
        if others or error.details.get("writeConcernErrors"):
            raise
