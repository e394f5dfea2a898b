"""Retention policies, one per processor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pymongo import ASCENDING, IndexModel

from services.agreements.store.stored import StoredPolicy
from shared.documents import from_document, to_row
from shared.errors import PreconditionFailed
from shared.mongo import Mongo, Session

YEARS_BY_DEFAULT = 5


@dataclass(frozen=True)
class Policy:
    """``id`` is the processor's. ``cursor``: how far a new period has been applied to agreements
    that have ended before; None when it has been to all of them.
    """

    id: str
    retention_years: int = YEARS_BY_DEFAULT
    revision: int = 0
    cursor: str | None = None


class Policies:
    INDEXES: ClassVar = {
        "policies": [
            IndexModel([("cursor", ASCENDING)], partialFilterExpression={"cursor": {"$gte": ""}})
        ]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("policies", StoredPolicy)

    def read(self, session: Session | None, processor_id: str) -> Policy:
        """What the processor has set, or the default."""
        stored = self._docs.find_one({"_id": processor_id}, session=session)
        return from_document(Policy, stored) if stored else Policy(processor_id)

    def write(self, session: Session | None, policy: Policy) -> None:
        """Save the next revision. Raises ``PreconditionFailed`` if another write came first."""
        document = to_row(policy, StoredPolicy)
        if policy.revision == 1:
            self._docs.insert_one(document, session=session)
            return
        seen = {"_id": policy.id, "revision": policy.revision - 1}
        if not self._docs.replace_one(seen, document, session=session).matched_count:
            raise PreconditionFailed

    def to_apply(self, but: Sequence[str]) -> Policy | None:
        """A policy that has yet to be applied to ended agreements: the one least advanced, so that
        no processor waits for another."""
        where = {"cursor": {"$gte": ""}, "_id": {"$nin": list(but)}}
        stored = self._docs.find_one(where, sort=[("cursor", ASCENDING)])
        return from_document(Policy, stored) if stored else None

    def applied(self, policy: Policy, cursor: str | None) -> None:
        """Save the progress, unless the policy has changed and starts over."""
        seen = {"_id": policy.id, "revision": policy.revision}
        self._docs.update_one(seen, {"$set": {"cursor": cursor}})
