"""Jobs that fail: counted, tried again after growing pauses, and set aside in the end.

A loop works on many jobs: streams of a ledger, imports, changes, agreements. A job that keeps
failing must neither hold up the others nor be repeated forever. A job that is set aside
keeps its place and its data; no loop touches it until an operator revives it
(``python -m deploy.jobs``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

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

# Faults of the peer, not of the job: it is away, overloaded, or does not know us.
OF_THE_PEER = (Unavailable, TooManyRequests, Forbidden)
# A job that fails once and never comes again is forgotten after this time.
FORGOTTEN_AFTER = timedelta(days=1)
# At most so many failed jobs are read in a round; the rest are tried too early, but not lost.
MOST_READ = 1_000
# At most so many rested jobs are repeated in one round of a sweep.
MOST_RESTED = 20
DIED = "The process ended while it worked on this job."


@dataclass(frozen=True)
class Patience:
    """A job is set aside with failure number ``tries``; pauses double from ``first`` to
    ``longest``."""

    tries: int = 12
    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)

    def pause(self, failures: int) -> timedelta | None:
        """How long the job rests after so many failures; None: it is set aside."""
        if failures >= self.tries:
            return None
        return min(self.longest, self.first * float(2 ** (failures - 1)))


@dataclass(frozen=True)
class FailedJob:
    """What is known of a job that has failed. ``retry_at`` is None when it is set aside."""

    loop: str
    job: str
    failures: int
    error: str
    failed_at: datetime
    retry_at: datetime | None

    @property
    def since(self) -> datetime:
        """When it failed last, for what is set aside is tried no more."""
        return self.failed_at

    @property
    def reason(self) -> str:
        """What its owner may read. The error itself is the operator's: it may name others."""
        times = f"It failed {self.failures} times in a row, so it is no longer tried by itself."
        return f"{times} The operator of this installation can revive it."

    @property
    def is_set_aside(self) -> bool:
        return self.retry_at is None

    def is_barred(self, now: datetime) -> bool:
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
        self._docs, self._now = mongo.db["failed_jobs"], now

    def all(self) -> Iterator[FailedJob]:
        failed = {"failures": {"$gt": 0}}
        return map(_failed_job, self._docs.find(failed).sort("_id", ASCENDING))

    def revive(self, loop: str, job: str | None = None) -> int:
        """Have the jobs of a loop, or one of them, tried again at once; return how many."""
        where = {"loop": loop, "failures": {"$gt": 0}, **({"job": job} if job else {})}
        # The row stays: a sweep that has gone on would not come back for the job.
        fresh = {"$set": {"failures": 0, "retry_at": self._now()}}
        return self._docs.update_many(where, fresh).modified_count


class Failures:
    """The failures of one loop's jobs. Use it from one thread.

    ``may_kill``: a job of this loop may take its process with it, so each try is counted before
    it begins; otherwise only what failed is written.
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
        self._docs, self._loop, self._now = mongo.db["failed_jobs"], loop, now
        self._patience, self._may_kill = patience, may_kill
        self._known: dict[str, FailedJob] = {}
        self._shown: set[str] = set()

    def barred(self) -> list[str]:
        """Return the jobs not to be taken now: those that rest, and those set aside."""
        found = map(_failed_job, self._docs.find({"loop": self._loop}).limit(MOST_READ))
        self._known, now = {each.job: each for each in found}, self._now()
        self._show()
        return [job for job, each in self._known.items() if each.is_barred(now)]

    def set_aside(self, job: str) -> FailedJob | None:
        """What is known of this job if it is set aside."""
        found = self._docs.find_one({"_id": self._id(job), "retry_at": None})
        return _failed_job(found) if found else None

    def among(self, jobs: Sequence[str]) -> dict[str, FailedJob]:
        """What is known of those of these jobs that are set aside."""
        ids = [self._id(job) for job in jobs]
        found = self._docs.find({"_id": {"$in": ids}, "retry_at": None, "failures": {"$gt": 0}})
        return {each.job: each for each in map(_failed_job, found)}

    def all_set_aside(self) -> list[str]:
        found = self._docs.find({"loop": self._loop, "retry_at": None}, {"job": 1})
        return [each["job"] for each in found]

    def run(self, jobs: Sequence[str], work: Callable[[str], object]) -> None:
        """Do ``work`` for each job; one that fails is counted and does not hold up the others.

        Raises what ends the round for all of them and is nobody's own fault: the database does
        not answer, or each of them met a peer that is away.
        """
        faults = {job: fault for job in jobs if (fault := self._fault_of(job, work))}
        if len(faults) == len(jobs) and all(isinstance(f, OF_THE_PEER) for f in faults.values()):
            for fault in faults.values():
                raise fault
        for job, fault in faults.items():
            self._count(job, fault)

    def attempt(self, job: str, work: Callable[[str], object]) -> None:
        """Do ``work`` for one job of a sweep, which goes on even if the job fails.

        A job that rests or is set aside is passed over; ``rested`` says when it is to come again.
        Raises only when the database does not answer.
        """
        if job in self._known and self._known[job].is_barred(self._now()):
            return
        if fault := self._fault_of(job, work):
            self._count(job, fault)

    def run_together(self, jobs: Sequence[str], work: Callable[[Sequence[str]], object]) -> None:
        """Do ``work`` for all jobs at once; when it fails, for each one, to find the job at fault.

        Repeating ``work`` must do no harm.
        """
        try:
            work(jobs)
            for job in jobs:
                self._forget(job)
        except ConnectionFailure:
            raise
        # Any job may be at fault; the others must have their turn.
        except Exception:  # noqa: BLE001  See above.
            self.run(jobs, lambda job: work([job]))

    def rested(self, beginning: str) -> list[str]:
        """Return jobs whose pause is over, of a sweep that has gone on without them."""
        now = self._now()
        known = (each for each in self._known.values() if each.job.startswith(beginning))
        return [each.job for each in known if not each.is_barred(now)][:MOST_RESTED]

    def _count(self, job: str, fault: Exception) -> None:
        error = f"{type(fault).__name__}: {fault}"[:500]
        failures = self._failures(job) + 1
        if isinstance(fault, OF_THE_PEER):
            # A peer that is away for long must not have every job set aside.
            failures = min(failures, self._patience.tries - 1)
        self._save(job, failures, error)
        JOB_FAILURES.labels(self._loop).inc()
        log.warning("job.failed", loop=self._loop, job=job, failures=failures, error=error)

    def _forget(self, job: str) -> None:
        if self._may_kill or job in self._known:
            self._docs.delete_one({"_id": self._id(job)})

    def _fault_of(self, job: str, work: Callable[[str], object]) -> Exception | None:
        if self._may_kill:
            self._save(job, self._failures(job) + 1, DIED)
        try:
            work(job)
        except ConnectionFailure:
            raise
        # Any fault is this job's; the others must have their turn.
        except Exception as fault:  # noqa: BLE001  See above.
            return fault
        self._forget(job)
        return None

    def _failures(self, job: str) -> int:
        return self._known[job].failures if job in self._known else 0

    def _save(self, job: str, failures: int, error: str) -> None:
        now = self._now()
        pause = self._patience.pause(failures)
        retry_at = None if pause is None else now + pause
        members = {"loop": self._loop, "job": job, "failures": failures, "error": error,
                   "failed_at": now, "retry_at": retry_at}  # fmt: skip
        self._docs.replace_one({"_id": self._id(job)}, members, upsert=True)

    def _show(self) -> None:
        gone = {job: each for job, each in self._known.items() if each.is_set_aside}
        SET_ASIDE.labels(self._loop).set(len(gone))
        for job in gone.keys() - self._shown:
            log.error("job.set_aside", loop=self._loop, job=job, failures=gone[job].failures,
                      error=gone[job].error)  # fmt: skip
        self._shown = set(gone)

    def _id(self, job: str) -> str:
        return f"{self._loop}:{job}"


def _failed_job(found: Mapping[str, Any]) -> FailedJob:
    return FailedJob(**{name: value for name, value in found.items() if name != "_id"})
