"""Where persons are kept, with their memberships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel

from services.identity.model.people import LastOwner, Person, PersonUnknown
from services.identity.model.roles import OWNER
from services.identity.store.revisions import seen_before
from services.identity.store.stored import StoredMembers, StoredPerson
from shared.documents import Document, from_document, to_row
from shared.errors import PreconditionFailed
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page


class People:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "people": [
            IndexModel([("email", ASCENDING)], unique=True),
            IndexModel([("memberships.org_id", ASCENDING), ("_id", ASCENDING)]),
        ]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("people", StoredPerson)
        self._members = mongo.collection("members", StoredMembers)

    def add(self, person: Person, session: Session) -> None:
        self._docs.insert_one(to_row(person, StoredPerson), session=session)

    def replace(self, person: Person, session: Session) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        row = to_row(person, StoredPerson)
        if not self._docs.replace_one(seen_before(person), row, session=session).matched_count:
            raise PreconditionFailed

    def remove(self, person_id: str, session: Session) -> None:
        self._docs.delete_one({"_id": person_id}, session=session)

    def find(self, person_id: str, session: Session | None = None) -> Person | None:
        return self._one({"_id": person_id}, session)

    def at(self, email: str, session: Session | None = None) -> Person | None:
        """The person with this address, in the form of ``address_of``."""
        return self._one({"email": email}, session)

    def member(self, org_id: str, person_id: str, session: Session | None = None) -> Person:
        """Raises ``PersonUnknown`` for whoever is neither in the organisation nor invited."""
        found = self._one({"_id": person_id, "memberships.org_id": org_id}, session)
        if found is None:
            raise PersonUnknown
        return found

    def page(self, org_id: str, request: PageRequest) -> Page:
        page = find_page(self._docs, {"memberships.org_id": org_id}, request)
        return Page([from_document(Person, each) for each in page.items], page.next_cursor)

    def joined(self, org_id: str, person_ids: Sequence[str]) -> list[Person]:
        """Those of these persons who are in the organisation at this moment."""
        where = {"_id": {"$in": list(person_ids)}, **_members(org_id)}
        return [from_document(Person, row) for row in self._docs.find(where)]

    def members(self, org_id: str) -> list[Person]:
        """Everybody who is in the organisation at this moment."""
        return [from_document(Person, row) for row in self._docs.find(_members(org_id))]

    def has_owner(self, org_id: str) -> bool:
        return self._docs.find_one(_owners(org_id), {"_id": 1}) is not None

    def keep_an_owner(self, org_id: str, leaving: str, session: Session) -> None:
        """Raises ``LastOwner`` when nobody else owns the organisation. Two owners who leave at
        once both write to one row, so that only one of them gets away."""
        once = {"$inc": {"changes": 1}}
        self._members.update_one({"_id": org_id}, once, upsert=True, session=session)
        others = {**_owners(org_id), "_id": {"$ne": leaving}}
        if self._docs.find_one(others, {"_id": 1}, session=session) is None:
            raise LastOwner

    def _one(self, where: Mapping[str, Any], session: Session | None) -> Person | None:
        row = self._docs.find_one(where, session=session)
        return from_document(Person, row) if row else None


def _members(org_id: str, **more: Any) -> Document:
    joined = {"org_id": org_id, **more, "joined_at": {"$ne": None}}
    return {"memberships": {"$elemMatch": joined}}


def _owners(org_id: str) -> Document:
    return _members(org_id, roles=OWNER)
