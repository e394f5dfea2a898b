"""Where organisations and clients are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from services.identity.model import Client, Organisation, SlugTaken
from shared.documents import Document, from_document, to_document
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import AlreadyExists, Mongo, Session
from shared.pagination import Page, PageRequest, find_page

# No such index, no such collection.
NOTHING_TO_DROP = (27, 26)
# Clocks may differ, and the database forgets once a minute.
REMOVED_KEPT_SECONDS = 60
INDEXES: dict[str, Sequence[IndexModel]] = {
    "organisations": [
        IndexModel([("slug", ASCENDING), ("namespace", ASCENDING)], unique=True),
        IndexModel([("created_by", ASCENDING), ("_id", ASCENDING)]),
    ],
    "clients": [IndexModel([("org_id", ASCENDING), ("_id", ASCENDING)])],
    "hands": [IndexModel([("hand", ASCENDING)])],
    "removed_clients": [
        IndexModel([("removed_at", ASCENDING)]),
        IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=REMOVED_KEPT_SECONDS),
    ],
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
        self._mongo.transact(lambda session: _replace(self._docs, organisation, session))

    def page(self, where: Mapping[str, Any], request: PageRequest) -> Page:
        page = find_page(self._docs, where, request)
        return Page([from_document(Organisation, each) for each in page.items], page.next_cursor)


class Hands:
    """Which clients count as one, because one made the other or has known its secret (0027).

    A hand is named by one id. It outlives its clients: removing one must not part the others.
    Clients made before there were hands have none on record; theirs is their organisation's.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["hands"]

    def of(self, org_id: str, client_ids: Sequence[str]) -> dict[str, str]:
        """The hand of each of these clients of one organisation."""
        found = self._docs.find({"_id": {"$in": list(client_ids)}, "org_id": org_id})
        return dict.fromkeys(client_ids, org_id) | {each["_id"]: each["hand"] for each in found}

    def begin(self, client: Client, session: Session) -> None:
        """A client that counts for itself, as long as it joins no other."""
        kept = {"_id": client.id, "org_id": client.org_id, "hand": client.id}
        self._docs.insert_one(kept, session=session)

    def join(self, client: Client, other_id: str, session: Session) -> None:
        """From now on these two of one organisation, and all that count as either, are one hand."""
        org_id = client.org_id
        hands = [self._held(each, org_id, session) for each in (client.id, other_id)]
        # Whoever has no record is of the organisation's hand, so that one stays.
        kept = org_id if org_id in hands else hands[1]
        self._docs.update_many({"hand": {"$in": hands}, "org_id": org_id}, {"$set": {"hand": kept}},
                               session=session)  # fmt: skip

    def _held(self, client_id: str, org_id: str, session: Session) -> str:
        """The hand on record; writing it makes two that join the same client at once meet."""
        held = self._docs.find_one_and_update(
            {"_id": client_id, "org_id": org_id},
            {"$setOnInsert": {"hand": org_id}, "$inc": {"joined": 1}},
            upsert=True, return_document=ReturnDocument.AFTER, session=session,
        ) or {}  # fmt: skip
        return str(held["hand"])


class Clients:
    def __init__(self, mongo: Mongo) -> None:
        self._docs, self._removed = mongo.db["clients"], mongo.db["removed_clients"]

    def add(self, client: Client, session: Session) -> None:
        self._docs.insert_one(to_document(client), session=session)

    def find(self, client_id: str) -> Client | None:
        found = self._docs.find_one({"_id": client_id})
        return from_document(Client, found) if found else None

    def get(self, client_id: str) -> Client:
        found = self.find(client_id)
        if found is None:
            raise NotFound("There is no such client.")
        return found

    def replace(self, client: Client, session: Session) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        _replace(self._docs, client, session)

    def remove(self, client_id: str, at: datetime, forget_at: datetime, session: Session) -> None:
        """It is remembered until ``forget_at``, when no token of it is left."""
        self._docs.delete_one({"_id": client_id}, session=session)
        row = {"_id": client_id, "removed_at": at, "forget_at": forget_at}
        self._removed.replace_one({"_id": client_id}, row, upsert=True, session=session)

    def removed(self, since: datetime | None) -> Iterator[tuple[str, datetime]]:
        """The clients that were removed since then and are still remembered."""
        where = {"removed_at": {"$gte": since}} if since else {}
        for each in self._removed.find(where).sort("removed_at", ASCENDING):
            yield each["_id"], each["removed_at"]

    def page(self, org_id: str, request: PageRequest) -> Page:
        page = find_page(self._docs, {"org_id": org_id}, request)
        return Page([from_document(Client, each) for each in page.items], page.next_cursor)


@dataclass(frozen=True)
class Stores:
    """Every store of identity, on one database; made once per process."""

    organisations: Organisations
    clients: Clients
    hands: Hands

    @classmethod
    def of(cls, mongo: Mongo) -> Self:
        return cls(Organisations(mongo), Clients(mongo), Hands(mongo))


def _replace(docs: Collection[Document], changed: Organisation | Client, session: Session) -> None:
    seen = {"_id": changed.id, "revision": changed.revision - 1}
    if not docs.replace_one(seen, to_document(changed), session=session).matched_count:
        raise PreconditionFailed
