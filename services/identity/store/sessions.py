"""Where sessions are kept until they end, and links until nobody asks for them any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from pymongo import ASCENDING, IndexModel

from services.identity.model.links import SIGN_IN, Link
from services.identity.model.sessions import Session as SignedIn
from services.identity.store.stored import StoredLink, StoredSession
from shared.documents import Document, from_document, to_row
from shared.mongo import Mongo, Session


class Sessions:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "sessions": [
            IndexModel([("token_sha256", ASCENDING)], unique=True),
            IndexModel([("person_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("org_id", ASCENDING)]),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("sessions", StoredSession)

    def add(self, signed_in: SignedIn, session: Session) -> None:
        self._docs.insert_one(to_row(signed_in, StoredSession), session=session)

    def proved_by(self, token_sha256: str, now: datetime) -> SignedIn | None:
        """The database forgets what has expired once a minute, so the day is asked for, too."""
        where = {"token_sha256": token_sha256, "expires_at": {"$gt": now}}
        row = self._docs.find_one(where)
        return from_document(SignedIn, row) if row else None

    def find(self, session_id: str, now: datetime) -> SignedIn | None:
        row = self._docs.find_one({"_id": session_id, "expires_at": {"$gt": now}})
        return from_document(SignedIn, row) if row else None

    def of(self, person_id: str, now: datetime) -> list[SignedIn]:
        where = {"person_id": person_id, "expires_at": {"$gt": now}}
        return [from_document(SignedIn, row) for row in self._docs.find(where).sort("_id")]

    def within(self, org_id: str, now: datetime) -> list[SignedIn]:
        """Those that act for this organisation alone."""
        where = {"org_id": org_id, "expires_at": {"$gt": now}}
        return [from_document(SignedIn, row) for row in self._docs.find(where).sort("_id")]

    def touch(self, session_id: str, now: datetime, session: Session) -> bool:
        """Note that it was used; False when it has ended in between."""
        seen = {"$set": {"last_seen": now}}
        return bool(self._docs.update_one({"_id": session_id}, seen, session=session).matched_count)

    def end(self, session_id: str, session: Session) -> bool:
        return bool(self._docs.delete_one({"_id": session_id}, session=session).deleted_count)


class Links:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "links": [
            IndexModel([("person_id", ASCENDING)]),
            IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
        ]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("links", StoredLink)

    def add(self, link: Link, session: Session) -> None:
        row = to_row(link, StoredLink)
        row["forget_at"] = link.forget_at
        self._docs.insert_one(row, session=session)

    def find(self, link_id: str, session: Session | None = None) -> Link | None:
        row = self._docs.find_one({"_id": link_id}, {"forget_at": 0}, session=session)
        return from_document(Link, row) if row else None

    def use(self, link_id: str, at: datetime, session: Session) -> bool:
        """Of two that use it at once, one."""
        unused = {"_id": link_id, "used_at": None}
        used = {"$set": {"used_at": at}}
        return bool(self._docs.update_one(unused, used, session=session).matched_count)

    def end(self, person_id: str, org_id: str | None, session: Session) -> None:
        """Those of a person's links that were sent and not used: for an organisation, or all."""
        where = {"person_id": person_id, "used_at": None}
        self._docs.delete_many(where | ({"org_id": org_id} if org_id else {}), session=session)

    def end_sign_in(self, person_id: str, session: Session) -> None:
        """Those to sign in that were sent and not used."""
        where: Document = {"person_id": person_id, "used_at": None, "purpose": SIGN_IN}
        self._docs.delete_many(where, session=session)
