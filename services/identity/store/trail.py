"""Where audit trails are kept: a hash chain for each organisation, and counts of failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.read_concern import ReadConcern

from services.identity.model.trail import COUNTED_FOR, KEPT, STREAM
from services.identity.store.stored import StoredFailures
from shared.ledger import Ledger, StoredEntry, StoredPrivatePart
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page
from shared.times import format_instant


class Trail:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "ledger": [
            *Ledger.INDEXES["ledger"],
            IndexModel([("stream", ASCENDING), ("type", ASCENDING), ("sequence", ASCENDING)]),
        ],
        "ledger_private": [IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0)],
        "failures": [IndexModel([("ends", ASCENDING)], expireAfterSeconds=0)],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._ledger = Ledger(mongo)
        entries = mongo.collection("ledger", StoredEntry)
        self._lasting = entries.with_options(read_concern=ReadConcern("majority"))
        self._private = mongo.collection("ledger_private", StoredPrivatePart)
        self._failures = mongo.collection("failures", StoredFailures)

    def append(
        self,
        org_id: str,
        type: str,  # noqa: A002  The wire name of the member.
        data: Mapping[str, Any],
        private: Mapping[str, Any],
        *,
        at: datetime,
        actor: str,
        session: Session,
    ) -> None:
        """Add an act to the trail of an organisation; its private part is forgotten in time."""
        stream, forget_at = STREAM + org_id, at + KEPT
        self._ledger.append(
            session, stream, type, data, at=at, actor=actor, private=private, forget_at=forget_at
        )

    def page(
        self,
        org_id: str,
        types: Sequence[str] | None,
        since: datetime | None,
        until: datetime | None,
        request: PageRequest,
    ) -> Page:
        """The acts in the trail of an organisation, the newest first, as ``_shown`` has them."""
        where: dict[str, Any] = {"stream": STREAM + org_id}
        if types is not None:
            where["type"] = {"$in": list(types)}
        if span := _span(since, until):
            where["at"] = span
        page = find_page(self._lasting, where, request, key="sequence", newest_first=True, of=int)
        ids = [row["_id"] for row in page.items]
        parts = {part["_id"]: part for part in self._private.find({"_id": {"$in": ids}})}
        return Page([_shown(row, parts.get(row["_id"])) for row in page.items], page.next_cursor)

    def failed(self, what: str, now: datetime, session: Session) -> int:
        """Count a failure, and how many there were in this hour."""
        seconds = COUNTED_FOR.total_seconds()
        hour = int(now.timestamp() // seconds)
        ends = datetime.fromtimestamp((hour + 1) * seconds, now.tzinfo)
        counted = self._failures.find_one_and_update(
            {"_id": f"{what}@{hour}"},
            {"$inc": {"count": 1}, "$setOnInsert": {"ends": ends}},
            upsert=True, return_document=ReturnDocument.AFTER, session=session,
        )  # fmt: skip
        return counted["count"] if counted else 0  # Never None after an upsert.


def _span(since: datetime | None, until: datetime | None) -> dict[str, str]:
    bounds = {"$gte": since, "$lt": until}
    return {step: format_instant(at) for step, at in bounds.items() if at}


def _shown(row: Mapping[str, Any], part: Mapping[str, Any] | None) -> dict[str, Any]:
    """The entry as it is chained, and its private part with the salt, as long as that is kept."""
    entry = {name: value for name, value in row.items() if name != "_id"}
    private = {"salt": part["salt"].hex(), "members": part["data"]} if part else None
    return {**entry, "private": private}
