"""Jobs of the fan-out: claimed with a lease, advanced by cursor; every write names its claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from pymongo import ReturnDocument

from services.notices.model.jobs import Job, StartedJob
from services.notices.model.stored import StoredJob
from services.notices.store.batches import insert_new
from shared.documents import Document, from_document, to_document
from shared.mongo import Mongo, Session


class ClaimLost(Exception):
    """The lease has expired and another process has the job; the work done so far stands."""


class Jobs:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("jobs", StoredJob)

    def add(self, job: Job, session: Session | None = None) -> None:
        self._docs.insert_one(_document(job), session=session)

    def add_new(self, jobs: Sequence[Job]) -> None:
        """Those that are not there yet; one there already stays as it is."""
        insert_new(self._docs, [_document(job) for job in jobs])

    def claim(
        self, token: str, now: datetime, until: datetime, but: Sequence[str] = ()
    ) -> Job | None:
        """Claim the job that has been due longest, until ``until``; None when no job is due."""
        document = self._docs.find_one_and_update(
            {"due_at": {"$lte": now}, "_id": {"$nin": list(but)}},
            {"$set": {"claim": token, "due_at": until}},
            sort=[("due_at", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return _job(document) if document else None

    def start(self, job: Job, now: datetime) -> StartedJob:
        """Set the instant from which the job's ids derive, unless an earlier run has set it."""
        if job.started_at is None:
            self._write(job, {"$set": {"started_at": now}})
        return StartedJob(**{**vars(job), "started_at": job.started_at or now})

    def advance(self, job: StartedJob, cursor: str, count: int, until: datetime) -> StartedJob:
        """Record that ``count`` more recipients, up to ``cursor``, are done; renew the lease."""
        advanced = replace(job, cursor=cursor, done_count=job.done_count + count, due_at=until)
        progress = {"cursor": cursor, "told": advanced.done_count, "due_at": until}
        self._write(job, {"$set": progress})
        return advanced

    def postpone(self, job: Job, until: datetime) -> None:
        self._write(job, {"$set": {"due_at": until}, "$unset": {"claim": ""}})

    def give_back(self, claim: str, now: datetime) -> None:
        """Make the job with this claim due now, if the claim still holds."""
        held = {"claim": claim, "due_at": {"$gt": now}}
        self._docs.update_one(held, {"$set": {"due_at": now}, "$unset": {"claim": ""}})

    def finish(self, job: Job, now: datetime) -> None:
        self._write(job, {"$set": {"done_at": now}, "$unset": {"due_at": "", "claim": ""}})

    def find(self, job_id: str) -> Job | None:
        document = self._docs.find_one({"_id": job_id})
        return _job(document) if document else None

    def next_due(self, but: Sequence[str] = ()) -> datetime | None:
        """Return when the next job is due, apart from those in ``but``; None without any."""
        live: Document = {"due_at": {"$exists": True}, "_id": {"$nin": list(but)}}
        next_one = self._docs.find_one(live, {"due_at": 1}, sort=[("due_at", 1)])
        return next_one["due_at"] if next_one else None

    def horizon(self, now: datetime, but: Sequence[str] = ()) -> datetime:
        """Return the instant before which all messages are stored: no running job adds older ones.

        ``but``: jobs that were set aside, and so do not run any more.
        """
        live: Document = {"due_at": {"$exists": True}, "_id": {"$nin": list(but)}}
        started = [job["started_at"] for job in self._docs.find(live) if "started_at" in job]
        return min([now, *started])

    def _write(self, job: Job, change: Mapping[str, Any]) -> None:
        held = {"_id": job.id, "claim": job.claim}
        if not self._docs.update_one(held, change).matched_count:
            raise ClaimLost(job.id)


def _document(job: Job) -> StoredJob:
    members = {name: value for name, value in to_document(job).items() if value is not None}
    # The stored name is older than the name in the code.
    members["told"] = members.pop("done_count")
    return cast("StoredJob", members)


def _job(document: StoredJob) -> Job:
    members: Document = {**document}
    return from_document(Job, {"due_at": None, "done_count": members.pop("told"), **members})
