"""What has grown old: found by index in bounded batches, and removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.notices.model.messages import least_id
from services.notices.model.stored import (
    StoredContacts,
    StoredDelivery,
    StoredEvent,
    StoredJob,
    StoredMessage,
    StoredRecipient,
)
from services.notices.store.batches import page_after
from services.notices.store.messages import about
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
        self._deliveries = mongo.collection("deliveries", StoredDelivery)
        self._messages = mongo.collection("messages", StoredMessage)
        self._jobs = mongo.collection("jobs", StoredJob)
        self._events = mongo.collection("events", StoredEvent)
        self._recipients = mongo.collection("recipients", StoredRecipient)
        self._contacts = mongo.collection("notice_contacts", StoredContacts)

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
        return self._deliveries.update_many(where, gone, array_filters=old).modified_count

    def jobs_done(self, before: datetime, after: Mark | None, limit: int) -> list[DoneJob]:
        """The next jobs done before, those done first."""
        jobs = page_after(self._jobs, "done_at", after, before, limit)
        return [
            DoneJob(
                job["_id"],
                job.get("event_id"),
                job.get("started_at"),
                (job["done_at"], job["_id"]),
            )
            for job in jobs
        ]

    def has_messages(self, job: DoneJob) -> bool:
        """Whether any message that the job made is still kept. Their ids begin with its moment."""
        if job.started_at is None or job.event_id is None:
            return False
        end = least_id("msg", job.started_at + timedelta(milliseconds=1))
        made = {"$gte": least_id("msg", job.started_at), "$lt": end}
        where: Document = {"_id": made, "event_id": job.event_id}
        return self._messages.find_one(where, {"_id": 1}) is not None

    def changes_of(self, event_ids: Iterable[str]) -> dict[str, list[str]]:
        """The changes that these events are about, by event."""
        where: Document = {"_id": {"$in": list(event_ids)}}
        events = self._events.find(where, {"change_id": 1, "changes.id": 1})
        return {
            event["_id"]: [event["change_id"], *(it["id"] for it in event.get("changes", ()))]
            for event in events
            if event["change_id"]
        }

    def is_kept(self, change_ids: Sequence[str]) -> bool:
        """Whether any message about one of these changes is still kept."""
        return self._messages.find_one(about(change_ids), {"_id": 1}) is not None

    def remove_jobs(self, jobs: Sequence[DoneJob]) -> None:
        """Remove jobs and their events: events first, as they are found by their jobs alone."""
        events = [job.event_id for job in jobs if job.event_id]
        self._events.delete_many({"_id": {"$in": events}})
        self._jobs.delete_many({"_id": {"$in": [job.id for job in jobs]}})

    def recipients_ended(
        self, before: str, after: Mark | None, limit: int
    ) -> list[StoredRecipient]:
        """The next agreements that ended before (RFC 3339), those that ended first."""
        fields = {"ended_at": 1, "controller_id": 1}
        return page_after(self._recipients, "ended_at", after, before, limit, fields)

    def has_messages_of(self, recipient: StoredRecipient) -> bool:
        where = {"controller_id": recipient["controller_id"], "agreement_id": recipient["_id"]}
        return self._messages.find_one(where, {"_id": 1}) is not None

    def remove_recipients(self, recipients: Sequence[StoredRecipient]) -> None:
        """With the contacts that a customer has named, when it has no agreement left."""
        ids = [recipient["_id"] for recipient in recipients]
        self._recipients.delete_many({"_id": {"$in": ids}})
        owners = {recipient["controller_id"] for recipient in recipients}
        others: Document = {"controller_id": {"$in": sorted(owners)}}
        left = set(self._recipients.distinct("controller_id", others))
        self._contacts.delete_many({"_id": {"$in": sorted(owners - left)}})
