"""Versions of agreements, each written once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pymongo import ASCENDING, IndexModel

from services.agreements.model.agreement import Version
from services.agreements.store.stored import StoredVersion
from shared.documents import from_document, to_row
from shared.errors import NotFound
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page


class Versions:
    """What was put to the parties, each written once."""

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "versions": [
            IndexModel([("agreement_id", ASCENDING), ("version", ASCENDING)], unique=True)
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("versions", StoredVersion)

    def add(self, session: Session | None, version: Version) -> None:
        self._docs.insert_one(to_row(version, StoredVersion), session=session)

    def get(self, session: Session | None, agreement_id: str, number: int) -> Version:
        stored = self._docs.find_one({"_id": f"{agreement_id}:{number}"}, session=session)
        if stored is None:
            raise NotFound("This agreement has no such version.")
        return from_document(Version, stored)

    def page(self, agreement_id: str, request: PageRequest) -> Page:
        where = {"agreement_id": agreement_id}
        page = find_page(self._docs, where, request, key="version", of=int)
        return Page([from_document(Version, stored) for stored in page.items], page.next_cursor)

    def erase(self, session: Session | None, agreement_id: str) -> None:
        self._docs.delete_many({"agreement_id": agreement_id}, session=session)
