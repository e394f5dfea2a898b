"""Letters of customers, as their vendors recorded them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.registry.model.letters import Letter, LetterRecorded
from services.registry.store.stored import StoredLetter
from shared.documents import from_document, to_row
from shared.mongo import AlreadyExists, Mongo, Session, duplicates_as_conflicts
from shared.pagination import Page, PageRequest, find_page


class Letters:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "letters": [
            IndexModel(
                [("change_id", ASCENDING), ("controller_id", ASCENDING), ("kind", ASCENDING)],
                unique=True,
            ),
            IndexModel([("change_id", ASCENDING), ("_id", DESCENDING)]),
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("letters", StoredLetter)

    def add(self, letter: Letter, session: Session | None = None) -> None:
        """Raises ``LetterRecorded`` if there is one of this kind for the customer and change."""
        try:
            with duplicates_as_conflicts():
                self._docs.insert_one(to_row(letter, StoredLetter), session=session)
        except AlreadyExists as error:
            raise LetterRecorded from error

    def page(self, change_id: str, request: PageRequest) -> Page:
        page = find_page(self._docs, {"change_id": change_id}, request, newest_first=True)
        return Page([from_document(Letter, document) for document in page.items], page.next_cursor)
