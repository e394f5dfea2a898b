"""Where sign-in providers are kept, the accounts that are linked to persons, and attempts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from pymongo import ASCENDING, IndexModel

from services.identity.model.providers import Attempt, Provider
from services.identity.store.revisions import seen_before
from services.identity.store.stored import StoredAccount, StoredAttempt, StoredProvider
from shared.documents import from_document, to_row
from shared.errors import PreconditionFailed
from shared.ids import derived_id
from shared.mongo import Mongo, Session

FORGOTTEN_SECONDS = 2 * 365 * 86_400


class Providers:
    """One of an organisation, by its id."""

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("providers", StoredProvider)

    def find(self, org_id: str) -> Provider | None:
        row = self._docs.find_one({"_id": org_id})
        return from_document(Provider, row) if row else None

    def save(self, provider: Provider, session: Session) -> None:
        """Add the first, or replace; ``PreconditionFailed`` when somebody else was faster."""
        row = to_row(provider, StoredProvider)
        if provider.revision == 1:
            self._docs.insert_one(row, session=session)
        elif not self._docs.replace_one(seen_before(provider), row, session=session).matched_count:
            raise PreconditionFailed

    def remove(self, org_id: str, session: Session) -> None:
        self._docs.delete_one({"_id": org_id}, session=session)


class Accounts:
    """Which account of an organisation's provider is which person: by issuer and subject."""

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "provider_accounts": [
            IndexModel([("org_id", ASCENDING), ("person_id", ASCENDING)], unique=True),
            IndexModel([("forgotten_at", ASCENDING)], expireAfterSeconds=FORGOTTEN_SECONDS),
        ]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("provider_accounts", StoredAccount)

    def person_of(self, org_id: str, issuer: str, subject: str) -> str | None:
        row = self._docs.find_one({"_id": _account_id(org_id, issuer, subject)})
        return row["person_id"] if row else None

    def has(self, org_id: str, person_id: str) -> bool:
        where = {"org_id": org_id, "person_id": person_id}
        return self._docs.find_one(where, {"_id": 1}) is not None

    def linked_at(self, org_id: str, person_ids: Iterable[str]) -> dict[str, datetime]:
        """When the account of each of these persons was linked, of those that have one."""
        where = {"org_id": org_id, "person_id": {"$in": sorted(person_ids)}}
        return {row["person_id"]: row["linked_at"] for row in self._docs.find(where)}

    def link(
        self, org_id: str, issuer: str, subject: str, person_id: str, at: datetime, session: Session
    ) -> None:
        row: StoredAccount = {
            "_id": _account_id(org_id, issuer, subject),
            "org_id": org_id,
            "issuer": issuer,
            "subject": subject,
            "person_id": person_id,
            "linked_at": at,
        }
        # In place of one that was forgotten with its person.
        self._docs.replace_one({"_id": row["_id"]}, row, upsert=True, session=session)

    def unlink(self, org_id: str, session: Session, person_id: str | None = None) -> None:
        """That of a person, or all of the organisation."""
        where = {"org_id": org_id} | ({"person_id": person_id} if person_id else {})
        self._docs.delete_many(where, session=session)

    def forget(self, person_id: str, at: datetime, session: Session) -> None:
        """Of somebody who is in no organisation any more nothing but a digest stays, and that for
        as long as a trail says who it was: whoever was removed is not invited anew by it."""
        mark = {"$set": {"forgotten_at": at}, "$unset": {"issuer": "", "subject": ""}}
        self._docs.update_many({"person_id": person_id}, mark, session=session)


class Attempts:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "sign_in_attempts": [IndexModel([("ends", ASCENDING)], expireAfterSeconds=0)]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("sign_in_attempts", StoredAttempt)

    def add(self, attempt: Attempt, session: Session) -> None:
        self._docs.insert_one(to_row(attempt, StoredAttempt), session=session)

    def take(self, attempt_id: str, session: Session) -> Attempt | None:
        """The attempt, which nobody can answer again."""
        row = self._docs.find_one_and_delete({"_id": attempt_id}, session=session)
        return from_document(Attempt, row) if row else None


def _account_id(org_id: str, issuer: str, subject: str) -> str:
    return derived_id("acc", org_id, issuer, subject)
