"""Where clients are kept, and which of them count as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import ClassVar

from pymongo import ASCENDING, IndexModel, ReturnDocument

from services.identity.model.clients import Client
from services.identity.store.revisions import seen_before
from services.identity.store.stored import StoredClient, StoredHand, StoredRemoval
from shared.documents import from_document, to_row
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page

# Clocks may differ, and the database forgets once a minute.
REMOVED_KEPT_SECONDS = 60


class Hands:
    """Which clients count as one, because one made the other or has known its secret (0027).

    A hand is named by one id. It outlives its clients: removing one must not part the others.
    Clients made before there were hands have none on record; theirs is their organisation's.
    """

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "hands": [IndexModel([("hand", ASCENDING)])]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("hands", StoredHand)

    def of(self, org_id: str, client_ids: Sequence[str]) -> dict[str, str]:
        """The hand of each of these clients of one organisation."""
        known = self._docs.find({"_id": {"$in": list(client_ids)}, "org_id": org_id})
        return dict.fromkeys(client_ids, org_id) | {row["_id"]: row["hand"] for row in known}

    def begin(self, client: Client, session: Session) -> None:
        """A client that counts for itself, as long as it joins no other."""
        kept: StoredHand = {"_id": client.id, "org_id": client.org_id, "hand": client.id}
        self._docs.insert_one(kept, session=session)

    def join(self, client: Client, other_id: str, session: Session) -> None:
        """From now on these two of one organisation, and all that count as either, are one hand."""
        org_id = client.org_id
        hands = [self._held(name, org_id, session) for name in (client.id, other_id)]
        # Whoever has no record is of the organisation's hand, so that one stays.
        kept = org_id if org_id in hands else hands[1]
        self._docs.update_many({"hand": {"$in": hands}, "org_id": org_id}, {"$set": {"hand": kept}},
                               session=session)  # fmt: skip

    def learn(self, client: Client, person_id: str, session: Session) -> None:
        """Note that this person has known a secret of the client, now and for good (0056)."""
        self._held(client.id, client.org_id, session)
        known = {"$addToSet": {"known_to": person_id}}
        self._docs.update_one({"_id": client.id}, known, session=session)

    def known_to(self, org_id: str, client_ids: Sequence[str]) -> dict[str, list[str]]:
        """The persons who have known a secret of the hand of each of these clients."""
        hands = self.of(org_id, client_ids)
        persons: dict[str, set[str]] = {hand: set() for hand in hands.values()}
        where = {"hand": {"$in": list(persons)}, "org_id": org_id, "known_to": {"$exists": True}}
        for row in self._docs.find(where):
            persons[row["hand"]].update(row.get("known_to", ()))
        return {client_id: sorted(persons[hand]) for client_id, hand in hands.items()}

    def _held(self, client_id: str, org_id: str, session: Session) -> str:
        """The hand on record; writing it makes two that join the same client at once meet."""
        held = self._docs.find_one_and_update(
            {"_id": client_id, "org_id": org_id},
            {"$setOnInsert": {"hand": org_id}, "$inc": {"joined": 1}},
            upsert=True, return_document=ReturnDocument.AFTER, session=session,
        )  # fmt: skip
        # Never empty after an upsert; the driver's types cannot know.
        return held["hand"] if held else org_id


class Clients:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "clients": [IndexModel([("org_id", ASCENDING), ("_id", ASCENDING)])],
        "removed_clients": [
            IndexModel([("removed_at", ASCENDING)]),
            IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=REMOVED_KEPT_SECONDS),
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("clients", StoredClient)
        self._removed = mongo.collection("removed_clients", StoredRemoval)

    def add(self, client: Client, session: Session) -> None:
        self._docs.insert_one(to_row(client, StoredClient), session=session)

    def find(self, client_id: str) -> Client | None:
        document = self._docs.find_one({"_id": client_id})
        return from_document(Client, document) if document else None

    def get(self, client_id: str) -> Client:
        client = self.find(client_id)
        if client is None:
            raise NotFound("There is no such client.")
        return client

    def has_any(self, org_id: str) -> bool:
        return self._docs.find_one({"org_id": org_id}, {"_id": 1}) is not None

    def names(self, org_id: str, client_ids: Sequence[str]) -> dict[str, str]:
        """The names of those of these clients that the organisation still has."""
        where = {"_id": {"$in": list(client_ids)}, "org_id": org_id}
        return {row["_id"]: row["name"] for row in self._docs.find(where, {"name": 1})}

    def replace(self, client: Client, session: Session) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        document = to_row(client, StoredClient)
        if not self._docs.replace_one(seen_before(client), document, session=session).matched_count:
            raise PreconditionFailed

    def remove(self, client_id: str, at: datetime, forget_at: datetime, session: Session) -> None:
        self._docs.delete_one({"_id": client_id}, session=session)
        self.end_tokens(client_id, at, forget_at, session)

    def end_tokens(self, bearer: str, at: datetime, forget_at: datetime, session: Session) -> None:
        """Of a client, a session or a membership. It is remembered until ``forget_at``, when no
        token of it is left."""
        row: StoredRemoval = {"_id": bearer, "removed_at": at, "forget_at": forget_at}
        self._removed.replace_one({"_id": bearer}, row, upsert=True, session=session)

    def removed(self, since: datetime | None) -> Iterator[tuple[str, datetime]]:
        """The clients that were removed since then and are still remembered."""
        where = {"removed_at": {"$gte": since}} if since else {}
        for removal in self._removed.find(where).sort("removed_at", ASCENDING):
            yield removal["_id"], removal["removed_at"]

    def page(self, org_id: str, request: PageRequest) -> Page:
        page = find_page(self._docs, {"org_id": org_id}, request)
        clients = [from_document(Client, document) for document in page.items]
        return Page(clients, page.next_cursor)
