"""Where organisations and clients are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from services.identity.model import Client, Organisation, SlugTaken
from shared.documents import from_document, to_document
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import AlreadyExists, Document, Mongo, Session
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
        self._mongo, self._docs = mongo, mongo.db["organisations"]

    def drop_old_index(self) -> None:
        """Slugs were unique among all; now they are among those that may know each other."""
        try:
            self._docs.drop_index("slug_1")
        except OperationFailure as error:
            if error.code not in NOTHING_TO_DROP:
                raise

    def add(self, organisation: Organisation) -> None:
        document = to_document(organisation)
        try:
            self._mongo.transact(lambda session: self._docs.insert_one(document, session=session))
        except AlreadyExists as error:
            raise SlugTaken from error

    def get(self, org_id: str) -> Organisation:
        found = self._docs.find_one({"_id": org_id})
        if found is None:
            raise NotFound("There is no such organisation.")
        return from_document(Organisation, found)

    def replace(self, organisation: Organisation) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        _replace(self._mongo, self._docs, organisation)

    def page(self, where: Mapping[str, Any], request: PageRequest) -> Page:
        page = find_page(self._docs, where, request)
        return Page([from_document(Organisation, each) for each in page.items], page.next_cursor)


class Clients:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo, self._docs = mongo, mongo.db["clients"]

    def add(self, client: Client) -> None:
        document = to_document(client)
        self._mongo.transact(lambda session: self._docs.insert_one(document, session=session))

    def find(self, client_id: str) -> Client | None:
        found = self._docs.find_one({"_id": client_id})
        return from_document(Client, found) if found else None

    def get(self, client_id: str) -> Client:
        found = self.find(client_id)
        if found is None:
            raise NotFound("There is no such client.")
        return found

    def replace(self, client: Client) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        _replace(self._mongo, self._docs, client)

    def remove(self, client_id: str) -> None:
        where = {"_id": client_id}
        self._mongo.transact(lambda session: self._docs.delete_one(where, session=session))

    def page(self, org_id: str, request: PageRequest) -> Page:
        page = find_page(self._docs, {"org_id": org_id}, request)
        return Page([from_document(Client, each) for each in page.items], page.next_cursor)


def _replace(mongo: Mongo, docs: Collection[Document], changed: Organisation | Client) -> None:
    seen = {"_id": changed.id, "revision": changed.revision - 1}

    def work(session: Session) -> None:
        if not docs.replace_one(seen, to_document(changed), session=session).matched_count:
            raise PreconditionFailed

    mongo.transact(work)
