"""The links of calendars: one for each organisation; a new one ends the one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from services.notices.model.stored import StoredCalendarLink
from shared.mongo import Mongo, Session

INDEXES: dict[str, Sequence[IndexModel]] = {
    "calendar_links": [IndexModel([("sha256", ASCENDING)], unique=True)]
}


class CalendarLinks:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("calendar_links", StoredCalendarLink)

    def keep(self, org_id: str, sha256: str, at: datetime, session: Session) -> None:
        kept: StoredCalendarLink = {"_id": org_id, "sha256": sha256, "made_at": at}
        self._docs.replace_one({"_id": org_id}, kept, upsert=True, session=session)

    def end(self, org_id: str, session: Session) -> None:
        self._docs.delete_one({"_id": org_id}, session=session)

    def owner(self, sha256: str) -> str | None:
        found = self._docs.find_one({"sha256": sha256})
        return found["_id"] if found else None
