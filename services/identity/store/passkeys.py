"""Where passkeys are kept, and challenges until they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel

from services.identity.model.passkeys import Challenge, Passkey, PasskeyKnown
from services.identity.store.revisions import seen_before
from services.identity.store.stored import StoredChallenge, StoredPasskey
from shared.documents import from_document, to_row
from shared.errors import PreconditionFailed
from shared.mongo import AlreadyExists, Mongo, Session
from shared.pagination import Page, PageRequest, find_page


class Passkeys:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "passkeys": [
            IndexModel([("credential_id", ASCENDING)], unique=True),
            IndexModel([("person_id", ASCENDING), ("_id", ASCENDING)]),
        ]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._mongo, self._docs = mongo, mongo.collection("passkeys", StoredPasskey)

    def add(self, passkey: Passkey) -> None:
        """Raises ``PasskeyKnown``, also when it is another person's."""
        row = to_row(passkey, StoredPasskey)
        try:
            self._mongo.transact(lambda session: self._docs.insert_one(row, session=session))
        except AlreadyExists as error:
            raise PasskeyKnown from error

    def replace(self, passkey: Passkey, session: Session) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        row = to_row(passkey, StoredPasskey)
        if not self._docs.replace_one(seen_before(passkey), row, session=session).matched_count:
            raise PreconditionFailed

    def remove(self, passkey_id: str, session: Session) -> None:
        self._docs.delete_one({"_id": passkey_id}, session=session)

    def forget(self, person_id: str, session: Session) -> None:
        """All of a person whom no organisation knows any more."""
        self._docs.delete_many({"person_id": person_id}, session=session)

    def of_credential(self, credential_id: str) -> Passkey | None:
        return self._one({"credential_id": credential_id})

    def of_person(self, person_id: str, passkey_id: str) -> Passkey | None:
        return self._one({"_id": passkey_id, "person_id": person_id})

    def credential_ids(self, person_id: str) -> list[str]:
        found = self._docs.find({"person_id": person_id}, {"credential_id": 1})
        return [row["credential_id"] for row in found]

    def page(self, person_id: str, request: PageRequest) -> Page:
        page = find_page(self._docs, {"person_id": person_id}, request)
        return Page([from_document(Passkey, row) for row in page.items], page.next_cursor)

    def _one(self, where: Mapping[str, Any]) -> Passkey | None:
        row = self._docs.find_one(where)
        return from_document(Passkey, row) if row else None


class Challenges:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "challenges": [IndexModel([("ends", ASCENDING)], expireAfterSeconds=0)]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("challenges", StoredChallenge)

    def add(self, challenge: Challenge, session: Session) -> None:
        self._docs.insert_one(to_row(challenge, StoredChallenge), session=session)

    def take(self, challenge_id: str, session: Session) -> Challenge | None:
        """The challenge, which nobody can answer again."""
        row = self._docs.find_one_and_delete({"_id": challenge_id}, session=session)
        return from_document(Challenge, row) if row else None
