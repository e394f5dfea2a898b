"""What has grown old: found by index in bounded batches, and removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.notices.model.messages import least_id
from services.notices.store.batches import page_after
from shared.documents import Document
from shared.mongo import Mongo

JOB_INDEXES: Sequence[IndexModel] = [
    IndexModel(
        [("done_at", ASCENDING), ("_id", ASCENDING)],
        partialFilterExpression={"done_at": {"$exists": True}},
    ),
]
RECIPIENT_INDEXES: Sequence[IndexModel] = [
    IndexModel([("ended_at", ASCENDING), ("_id", ASCENDING)])
]

# Where a sweep has come to: the sorting value and the id of the last row.
Mark = tuple[Any, str]


@dataclass(frozen=True)
class DoneJob:
    """``started_at``: the moment in the ids of the messages it made."""

    id: str
    event_id: str | None
    started_at: datetime | None
    mark: Mark


class Ageing:
    def __init__(self, mongo: Mongo) -> None:
        self._db = mongo.db

    def drop_answers(self, message_ids: Sequence[str], before: datetime) -> int:
        """Forget what receivers answered to attempts made before; the attempts themselves stay."""
        if not message_ids:
            return 0
        where: Document = {
            "message_id": {"$in": list(message_ids)},
            "attempts": {"$elemMatch": {"at": {"$lt": before}, "body": {"$type": "binData"}}},
        }
        gone = {"$set": {"attempts.$[old].body": None}}
        old = [{"old.at": {"$lt": before}}]
        return self._db["deliveries"].update_many(where, gone, array_filters=old).modified_count

    def jobs_done(self, before: datetime, after: Mark | None, limit: int) -> list[DoneJob]:
        """The next jobs done before, those done first."""
        rows = page_after(self._db["jobs"], "done_at", after, before, limit)
        return [
            DoneJob(
                each["_id"], each.get("event_id"), each.get("started_at"),
                (each["done_at"], each["_id"]),
            )
            for each in rows
        ]  # fmt: skip

    def has_messages(self, job: DoneJob) -> bool:
        """Whether any message that the job made is still kept. Their ids begin with its moment."""
        if job.started_at is None or job.event_id is None:
            return False
        end = least_id("msg", job.started_at + timedelta(milliseconds=1))
        made = {"$gte": least_id("msg", job.started_at), "$lt": end}
        where: Document = {"_id": made, "event_id": job.event_id}
        return self._db["messages"].find_one(where, {"_id": 1}) is not None

    def changes_of(self, event_ids: Iterable[str]) -> dict[str, str]:
        """The changes that these events are about, by event."""
        where: Document = {"_id": {"$in": list(event_ids)}}
        found = self._db["events"].find(where, {"change_id": 1})
        return {each["_id"]: each["change_id"] for each in found if each.get("change_id")}

    def is_kept(self, change_id: str) -> bool:
        """Whether any message about the change is still kept."""
        return self._db["messages"].find_one({"change_id": change_id}, {"_id": 1}) is not None

    def remove_jobs(self, jobs: Sequence[DoneJob]) -> None:
        """Jobs and what they told: the event first, for without its job nobody would find it."""
        events = [each.event_id for each in jobs if each.event_id]
        self._db["events"].delete_many({"_id": {"$in": events}})
        self._db["jobs"].delete_many({"_id": {"$in": [each.id for each in jobs]}})

    def recipients_ended(self, before: str, after: Mark | None, limit: int) -> list[Document]:
        """The next agreements that ended before (RFC 3339), those that ended first."""
        fields = {"ended_at": 1, "controller_id": 1}
        return page_after(self._db["recipients"], "ended_at", after, before, limit, fields)

    def has_messages_of(self, recipient: Document) -> bool:
        where = {"controller_id": recipient["controller_id"], "agreement_id": recipient["_id"]}
        return self._db["messages"].find_one(where, {"_id": 1}) is not None

    def remove_recipients(self, recipients: Sequence[Document]) -> None:
        """With the contacts that a customer has named, when it has no agreement left."""
        ids = [each["_id"] for each in recipients]
        self._db["recipients"].delete_many({"_id": {"$in": ids}})
        owners = {each["controller_id"] for each in recipients}
        mine: Document = {"controller_id": {"$in": sorted(owners)}}
        left = set(self._db["recipients"].distinct("controller_id", mine))
        self._db["notice_contacts"].delete_many({"_id": {"$in": sorted(owners - left)}})
