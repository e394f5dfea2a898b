"""Whom a customer wants its notices to reach, beyond what its agreements name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.errors import PreconditionFailed
from shared.mongo import AlreadyExists, Mongo, Session, duplicates_as_conflicts


class NoticeContacts:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["notice_contacts"]

    def get(self, controller_id: str) -> tuple[list[dict[str, Any]] | None, int]:
        """The contacts and their revision; None and 0 when the customer has named none."""
        found = self._docs.find_one({"_id": controller_id})
        return (found["contacts"], found["revision"]) if found else (None, 0)

    def many(self, controller_ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """The contacts of those of these customers who have named any."""
        found = self._docs.find({"_id": {"$in": list(set(controller_ids))}})
        return {each["_id"]: each["contacts"] for each in found}

    def put(
        self,
        controller_id: str,
        contacts: list[dict[str, Any]],
        seen: int,
        now: datetime,
        session: Session | None = None,
    ) -> int:
        """The new revision. ``PreconditionFailed`` when ``seen`` is not the one that stands."""
        row = {"contacts": contacts, "revision": seen + 1, "updated_at": now}
        if seen == 0:
            return self._first(controller_id, row, session)
        where = {"_id": controller_id, "revision": seen}
        if not self._docs.replace_one(where, row, session=session).matched_count:
            raise PreconditionFailed
        return seen + 1

    def _first(self, controller_id: str, row: dict[str, Any], session: Session | None) -> int:
        try:
            with duplicates_as_conflicts():
                self._docs.insert_one({"_id": controller_id, **row}, session=session)
        except AlreadyExists as error:
            raise PreconditionFailed from error
        return 1
