"""Where organisations and clients are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import OperationFailure

from services.identity.model import Client, Organisation, SlugTaken
from shared.documents import from_document, to_document
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import AlreadyExists, Mongo, duplicates_as_conflicts
from shared.pagination import Page, PageRequest, find_page

# No such index, no such collection.
NOTHING_TO_DROP = (27, 26)
INDEXES: dict[str, Sequence[IndexModel]] = {
    "organisations": [
        IndexModel([("slug", ASCENDING), ("namespace", ASCENDING)], unique=True),
        IndexModel([("created_by", ASCENDING), ("_id", ASCENDING)]),
    ],
    "clients": [IndexModel([("org_id", ASCENDING), ("_id", ASCENDING)])],
}


class Organisations:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["organisations"]

    def drop_old_index(self) -> None:
        """Slugs were unique among all; now they are among those that may know each other."""
        try:
            self._docs.drop_index("slug_1")
        except OperationFailure as error:
            if error.code not in NOTHING_TO_DROP:
                raise

    def add(self, organisation: Organisation) -> None:
        try:
            with duplicates_as_conflicts():
                self._docs.insert_one(to_document(organisation))
        except AlreadyExists as error:
            raise SlugTaken from error

    def get(self, org_id: str) -> Organisation:
        found = self._docs.find_one({"_id": org_id})
        if found is None:
            raise NotFound("There is no such organisation.")
        return from_document(Organisation, found)

    def replace(self, organisation: Organisation) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        seen = {"_id": organisation.id, "revision": organisation.revision - 1}
        if not self._docs.replace_one(seen, to_document(organisation)).matched_count:
            raise PreconditionFailed

    def page(self, where: Mapping[str, Any], request: PageRequest) -> Page:
        page = find_page(self._docs, where, request)
        return Page([from_document(Organisation, each) for each in page.items], page.next_cursor)


class Clients:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["clients"]

    def add(self, client: Client) -> None:
        with duplicates_as_conflicts():
            self._docs.insert_one(to_document(client))

    def find(self, client_id: str) -> Client | None:
        found = self._docs.find_one({"_id": client_id})
        return from_document(Client, found) if found else None

    def get(self, client_id: str) -> Client:
        found = self.find(client_id)
        if found is None:
            raise NotFound("There is no such client.")
        return found

    def replace(self, client: Client) -> None:
        seen = {"_id": client.id, "revision": client.revision - 1}
        if not self._docs.replace_one(seen, to_document(client)).matched_count:
            raise PreconditionFailed

    def remove(self, client_id: str) -> None:
        self._docs.delete_one({"_id": client_id})

    def page(self, org_id: str, request: PageRequest) -> Page:
        page = find_page(self._docs, {"org_id": org_id}, request)
        return Page([from_document(Client, each) for each in page.items], page.next_cursor)
