"""Messages that are checked until their customers have them: marks on the messages themselves.

``look_at`` is when a message is checked next; a message without it is settled. A check is claimed
with a token and a lease, and its result is written only while the claim stands. The stored names
(``look_at``, ``look_claim``, ``watched_since``, ``mailed``) are older than the words used here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from pymongo import ASCENDING, IndexModel, UpdateOne

from services.notices.events import CHANGE_WITHDRAWN
from services.notices.model.stored import StoredEvent, StoredMessage, StoredNotice, changes_of
from shared.documents import Document
from shared.mongo import Mongo, Session

INDEXES: Sequence[IndexModel] = [
    IndexModel([("look_at", ASCENDING)], partialFilterExpression={"look_at": {"$exists": True}}),
    IndexModel(
        [("processor_id", ASCENDING), ("agreement_id", ASCENDING)],
        partialFilterExpression={"unreached_at": {"$exists": True}},
    ),
    # Not by the index of all notices of a change: of 100,000 those few nobody has are asked for.
    IndexModel(
        [("change_id", ASCENDING), ("agreement_id", ASCENDING)],
        name="unreached_of_change",
        partialFilterExpression={"unreached_at": {"$exists": True}},
    ),
]


@dataclass(frozen=True)
class Check:
    """The result of a check. ``unreached``: the reason; None when it is reached or under way.

    ``is_sent``: it has sendings, so what becomes of its change is sent the same way.
    """

    message_id: str
    claim: str
    check_at: datetime | None
    unreached: str | None
    is_sent: bool


class Escalations:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("messages", StoredMessage)
        self._events = mongo.collection("events", StoredEvent)

    def claim(
        self, token: str, now: datetime, until: datetime, limit: int, but: Sequence[str] = ()
    ) -> list[StoredMessage]:
        """Up to ``limit`` messages due for a check, ours until ``until``."""
        due = {"look_at": {"$lte": now}, "_id": {"$nin": list(but)}}
        messages = self._docs.find(due, {"_id": 1}).sort("look_at", ASCENDING).limit(limit)
        ids = [message["_id"] for message in messages]
        if not ids:
            return []
        taken = {"$set": {"look_claim": token, "look_at": until}}
        self._docs.update_many({"_id": {"$in": ids}, "look_at": due["look_at"]}, taken)
        return list(self._docs.find({"_id": {"$in": ids}, "look_claim": token}))

    def settle(self, checks: Sequence[Check], now: datetime) -> int:
        """Write the results; how many claims had been lost."""
        if not checks:
            return 0
        done = self._docs.bulk_write([_update(check, now) for check in checks], ordered=False)
        return len(checks) - done.matched_count

    def check_again(self, message_id: str, now: datetime, session: Session | None = None) -> None:
        """Something happened: check at once. A check under way begins anew."""
        self._again({"_id": message_id}, now, session)

    def check_again_if_unreached(self, message_ids: Collection[str], now: datetime) -> None:
        """They have arrived: check those again that count as unreached, or are being checked and
        so may be found unreached by what was true before."""
        doubtful = [{"unreached_at": {"$exists": True}}, {"look_claim": {"$exists": True}}]
        where: Document = {"_id": {"$in": list(message_ids)}, "notice": {"$ne": None}}
        self._again({**where, "$or": doubtful}, now, None)

    def is_unreached(self, change_id: str, agreement_id: str) -> bool:
        """Whether nobody has the notice of this change to this agreement."""
        where: Document = {
            "change_id": change_id,
            "agreement_id": agreement_id,
            "unreached_at": {"$exists": True},
            "acknowledged_at": None,
        }
        return self._docs.find_one(where, {"_id": 1}) is not None

    def check_again_for(
        self, controller_id: str, now: datetime, session: Session | None = None
    ) -> None:
        """A customer's open notices, for its contacts have changed."""
        self._again({"controller_id": controller_id, "look_at": {"$exists": True}}, now, session)

    def acknowledge(
        self, message_id: str, at: datetime, by: Mapping[str, Any], session: Session
    ) -> None:
        """By a contact; the first acknowledgement counts, whoever it comes from."""
        first = {"_id": message_id, "acknowledged_at": None}
        update = {"$set": {"acknowledged_at": at, "acknowledged_by": dict(by)}}
        self._docs.update_one(first, update, session=session)

    def withdrawn(self, change_ids: Iterable[str]) -> frozenset[str]:
        """Those of these changes that were taken back before they had effect."""
        where = {"change_id": {"$in": list(change_ids)}, "type": CHANGE_WITHDRAWN}
        events = self._events.find(where, {"change_id": 1})
        return frozenset(event["change_id"] for event in events if event["change_id"])

    def unreached(self, processor_id: str, agreement_ids: Iterable[str]) -> dict[str, list[Any]]:
        """By agreement: the notices that nobody has, each {notice_id, change_id, change_ids, since,
        reason}; ``change_id`` is the first of its changes."""
        where: Document = {
            "processor_id": processor_id,
            "agreement_id": {"$in": list(agreement_ids)},
            "unreached_at": {"$exists": True},
            "acknowledged_at": None,
        }
        unreached: dict[str, list[Any]] = defaultdict(list)
        for notice in self._notices(where):
            unreached[notice["agreement_id"]].append(
                {
                    "notice_id": notice["notice"]["id"],
                    "change_id": notice["change_id"],
                    "change_ids": changes_of(notice),
                    "since": notice["unreached_at"],
                    "reason": notice["unreached_reason"],
                }
            )
        return unreached

    def unreached_of(self, change_id: str, limit: int) -> tuple[int, list[StoredNotice]]:
        """How many notices of a change nobody has, and the first of them by agreement."""
        where: Document = {
            "change_id": change_id,
            "unreached_at": {"$exists": True},
            "acknowledged_at": None,
        }
        return self._docs.count_documents(where), list(self._notices(where, limit))

    def _notices(self, where: Document, limit: int = 0) -> Iterator[StoredNotice]:
        """By agreement. Only notices are ever marked as unreached."""
        for message in self._docs.find(where).sort("agreement_id", ASCENDING).limit(limit):
            yield cast("StoredNotice", message)

    def _again(self, where: Document, now: datetime, session: Session | None) -> None:
        change = {"$set": {"look_at": now}, "$unset": {"look_claim": ""}}
        self._docs.update_many(where, change, session=session)


def _update(check: Check, now: datetime) -> UpdateOne:
    fields: dict[str, Any] = {"look_at": check.check_at, "unreached_reason": check.unreached}
    kept = {name: value for name, value in fields.items() if value is not None}
    gone = {name: "" for name, value in fields.items() if value is None}
    change: dict[str, Any] = {"$unset": {**gone, "look_claim": ""}}
    if check.is_sent:
        kept["mailed"] = True
    if check.unreached is None:
        change["$unset"]["unreached_at"] = ""
    else:
        # The first time stays: it is how long the customer has gone without.
        change["$min"] = {"unreached_at": now}
    if kept:
        change["$set"] = kept
    return UpdateOne({"_id": check.message_id, "look_claim": check.claim}, change)
