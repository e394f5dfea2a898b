"""Counts the failures of a loop's jobs: retries after growing pauses, then sets the job aside.

A loop works on many jobs: streams of a ledger, imports, changes, agreements. A job that keeps
failing must neither delay the others nor be repeated forever. A job that is set aside keeps its
data, but is not tried again until an operator revives it (``python -m deploy.jobs``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, TypedDict

import structlog
from prometheus_client import Counter, Gauge
from pymongo import ASCENDING, IndexModel
from pymongo.errors import ConnectionFailure

from shared.errors import Forbidden, TooManyRequests, Unavailable
from shared.mongo import Mongo
from shared.times import Clock, utc_now

log = structlog.get_logger()

JOB_FAILURES = Counter("art28_job_failures", "Jobs of a loop that failed once more.", ["loop"])
SET_ASIDE = Gauge("art28_jobs_set_aside", "Jobs that a loop no longer tries.", ["loop"])

# Faults of the service that was called, not of the job: it does not answer, is overloaded, or
# refuses our token.
OF_THE_PEER = (Unavailable, TooManyRequests, Forbidden)
# A failed job that its loop does not meet again is forgotten this long after its retry was due.
FORGOTTEN_AFTER = timedelta(days=1)
# The most failed jobs read in a round. Jobs beyond them are not barred, so they are retried early.
MOST_READ = 1_000
# The most jobs that one round of a sweep retries.
MOST_RESTED = 20
DIED = "The process ended while it worked on this job."


@dataclass(frozen=True)
class Patience:
    """How often and when a failed job is retried.

    Pauses double from ``first`` up to ``longest``; after ``tries`` failures it is set aside.
    """

    tries: int = 12
    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)

    def pause(self, failures: int) -> timedelta | None:
        """Return the pause after this many failures; None: the job is set aside."""
        if failures >= self.tries:
            return None
        return min(self.longest, self.first * float(2 ** (failures - 1)))


class StoredFailure(TypedDict):
    """``failed_jobs``: one job of a loop, see ``FailedJob``."""

    _id: str  # loop:job
    loop: str
    job: str
    failures: int
    error: str
    failed_at: datetime
    retry_at: datetime | None


@dataclass(frozen=True)
class FailedJob:
    """A job that has failed. ``retry_at``: when to try it again; None: it is set aside."""

    loop: str
    job: str
    failures: int
    error: str
    failed_at: datetime
    retry_at: datetime | None

    @property
    def since(self) -> datetime:
        """When it was set aside: at its last failure, because it has not been tried since."""
        return self.failed_at

    @property
    def reason(self) -> str:
        """Why it is set aside, for its owner. ``error`` is left out, because it may name others."""
        fact = f"It failed {self.failures} times in a row, so it is not tried again automatically."
        return f"{fact} The operator of this installation can revive it."

    @property
    def is_set_aside(self) -> bool:
        return self.retry_at is None

    def is_barred(self, now: datetime) -> bool:
        """Whether it must not be tried now: its pause is not over, or it is set aside."""
        return self.retry_at is None or self.retry_at > now


class FailedJobs:
    """The failed jobs of all loops of one database, as the operator sees them."""

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "failed_jobs": [
            IndexModel([("loop", ASCENDING)]),
            IndexModel(
                [("retry_at", ASCENDING)], expireAfterSeconds=int(FORGOTTEN_AFTER.total_seconds())
            ),
        ]
    }

    def __init__(self, mongo: Mongo, now: Clock = utc_now) -> None:
        self._docs, self._now = mongo.collection("failed_jobs", StoredFailure), now

    def all(self) -> Iterator[FailedJob]:
        failed = {"failures": {"$gt": 0}}
        return map(_failed_job, self._docs.find(failed).sort("_id", ASCENDING))

    def revive(self, loop: str, job: str | None = None) -> int:
        """Make the failed jobs of a loop, or only ``job``, due at once; return their number."""
        where = {"loop": loop, "failures": {"$gt": 0}, **({"job": job} if job else {})}
        # The row stays, because a sweep that has passed the job finds it only here (``rested``).
        fresh = {"$set": {"failures": 0, "retry_at": self._now()}}
        return self._docs.update_many(where, fresh).modified_count


class Failures:
    """The failures of one loop's jobs. Use it from one thread.

    ``may_kill``: a job of this loop may kill the process, so each try is counted as a failure
    before it begins, and uncounted when it succeeds. Otherwise only failures are written.
    """

    def __init__(
        self,
        mongo: Mongo,
        loop: str,
        now: Clock,
        patience: Patience = Patience(),
        *,
        may_kill: bool = False,
    ) -> None:
        self._docs = mongo.collection("failed_jobs", StoredFailure)
        self._loop, self._now = loop, now
        self._patience, self._may_kill = patience, may_kill
        self._known: dict[str, FailedJob] = {}
        self._reported: set[str] = set()

    def barred(self) -> list[str]:
        """Return the jobs that must not be tried now: in a pause, or set aside.

        Call it at the start of each round: ``run``, ``attempt`` and ``rested`` use what it reads.
        """
        rows = map(_failed_job, self._docs.find({"loop": self._loop}).limit(MOST_READ))
        self._known, now = {failed.job: failed for failed in rows}, self._now()
        self._report_set_aside()
        return [job for job, failed in self._known.items() if failed.is_barred(now)]

    def set_aside(self, job: str) -> FailedJob | None:
        """Return this job if it is set aside, else None."""
        row = self._docs.find_one({"_id": self._id(job), "retry_at": None})
        return _failed_job(row) if row else None

    def among(self, jobs: Sequence[str]) -> dict[str, FailedJob]:
        """Return those of ``jobs`` that are set aside, by job."""
        ids = [self._id(job) for job in jobs]
        rows = self._docs.find({"_id": {"$in": ids}, "retry_at": None, "failures": {"$gt": 0}})
        return {failed.job: failed for failed in map(_failed_job, rows)}

    def all_set_aside(self) -> list[str]:
        """Return all jobs of this loop that are set aside."""
        rows = self._docs.find({"loop": self._loop, "retry_at": None}, {"job": 1})
        return [row["job"] for row in rows]

    def run(self, jobs: Sequence[str], work: Callable[[str], object]) -> None:
        """Do ``work`` for each job; a job that fails is counted and does not delay the others.

        Raises, and counts nothing, when no job is at fault: the database does not answer, or every
        job failed with an error in ``OF_THE_PEER``.
        """
        errors = {job: error for job in jobs if (error := self._error_of(job, work))}
        if len(errors) == len(jobs) and all(isinstance(e, OF_THE_PEER) for e in errors.values()):
            for error in errors.values():
                raise error
        for job, error in errors.items():
            self._count(job, error)

    def attempt(self, job: str, work: Callable[[str], object]) -> None:
        """Do ``work`` for one job of a sweep. A failure is counted, and the sweep goes on.

        A barred job is skipped; ``rested`` returns it when its pause is over. Raises only when the
        database does not answer.
        """
        if job in self._known and self._known[job].is_barred(self._now()):
            return
        if error := self._error_of(job, work):
            self._count(job, error)

    def run_together(self, jobs: Sequence[str], work: Callable[[Sequence[str]], object]) -> None:
        """Do ``work`` for all jobs at once; if that fails, job by job, to find the jobs at fault.

        ``work`` must be safe to repeat.
        """
        try:
            work(jobs)
            for job in jobs:
                self._forget(job)
        except ConnectionFailure:
            raise
        # Any job may be at fault; the others must not suffer.
        except Exception:  # noqa: BLE001  See above.
            self.run(jobs, lambda job: work([job]))

    def rested(self, beginning: str) -> list[str]:
        """Return some jobs to retry: the name starts with ``beginning`` and the pause is over.

        A sweep that skipped them while they were barred has moved on, and does not meet them again.
        """
        now = self._now()
        jobs = (failed for failed in self._known.values() if failed.job.startswith(beginning))
        return [failed.job for failed in jobs if not failed.is_barred(now)][:MOST_RESTED]

    def _count(self, job: str, error: Exception) -> None:
        text = f"{type(error).__name__}: {error}"[:500]
        failures = self._failures(job) + 1
        if isinstance(error, OF_THE_PEER):
            # A long outage of a peer must not set jobs aside.
            failures = min(failures, self._patience.tries - 1)
        self._save(job, failures, text)
        JOB_FAILURES.labels(self._loop).inc()
        log.warning("job.failed", loop=self._loop, job=job, failures=failures, error=text)

    def _forget(self, job: str) -> None:
        if self._may_kill or job in self._known:
            self._docs.delete_one({"_id": self._id(job)})

    def _error_of(self, job: str, work: Callable[[str], object]) -> Exception | None:
        """Do ``work`` for a job, and return the error that it raised, if any."""
        if self._may_kill:
            self._save(job, self._failures(job) + 1, DIED)
        try:
            work(job)
        except ConnectionFailure:
            raise
        # Whatever this job raises, the other jobs must go on.
        except Exception as error:  # noqa: BLE001  See above.
            return error
        self._forget(job)
        return None

    def _failures(self, job: str) -> int:
        return self._known[job].failures if job in self._known else 0

    def _save(self, job: str, failures: int, error: str) -> None:
        now = self._now()
        pause = self._patience.pause(failures)
        retry_at = None if pause is None else now + pause
        row: StoredFailure = {
            "_id": self._id(job),
            "loop": self._loop,
            "job": job,
            "failures": failures,
            "error": error,
            "failed_at": now,
            "retry_at": retry_at,
        }
        self._docs.replace_one({"_id": row["_id"]}, row, upsert=True)

    def _report_set_aside(self) -> None:
        """Update the gauge, and log each job once when it is set aside."""
        jobs = {job: failed for job, failed in self._known.items() if failed.is_set_aside}
        SET_ASIDE.labels(self._loop).set(len(jobs))
        for job in jobs.keys() - self._reported:
            failed = jobs[job]
            log.error(
                "job.set_aside",
                loop=self._loop,
                job=job,
                failures=failed.failures,
                error=failed.error,
            )
        self._reported = set(jobs)

    def _id(self, job: str) -> str:
        return f"{self._loop}:{job}"


def _failed_job(row: StoredFailure) -> FailedJob:
    return FailedJob(
        row["loop"],
        row["job"],
        row["failures"],
        row["error"],
        row["failed_at"],
        row["retry_at"],
    )
