"""A net under the parcels: what waits for a parcel that is gone becomes due by itself.

By design there is no such delivery. If there is one all the same, its customer would never be told
and nobody would know; so everything that a job packed is looked through once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from prometheus_client import Counter

from services.notices.model.jobs import CHECKED_AFTER
from services.notices.store import Deliveries
from services.notices.store.orphans import Orphans, Packer, Waiting
from shared.times import Clock

log = structlog.get_logger()

ORPHANED = Counter(
    "art28_notices_orphaned_deliveries",
    "Deliveries whose parcel was gone; they leave by themselves.",
)

LEASE = timedelta(minutes=5)
ROWS_A_STEP = 5_000
JOBS_A_STEP = 100


@dataclass
class OrphanSweep:
    """Use it from one thread. It remembers how far it came in memory only: killed, the next one
    begins the job anew when the lease is over, and what was mended is not found again."""

    orphans: Orphans
    deliveries: Deliveries
    now: Clock
    rows: int = ROWS_A_STEP
    _jobs: deque[Packer] = field(default_factory=deque)
    _after: str = ""
    _open: bool = False

    def step(self) -> bool:
        """Look through up to ``rows`` deliveries; whether there may be more to look at."""
        now = self.now()
        if not self._jobs:
            self._jobs.extend(self.orphans.claim(now, now + LEASE, JOBS_A_STEP))
        left, settled, open_yet = self.rows, list[str](), list[str]()
        while self._jobs and left > 0:
            job, rows = self._jobs[0], self._look(self._jobs[0], left)
            if rows < left:
                (open_yet if self._open else settled).append(job.id)
                self._next()
            left -= rows
        if settled:
            self.orphans.settle(settled)
        if open_yet:
            self.orphans.put_off(open_yet, now + CHECKED_AFTER)
        return bool(self._jobs)

    def _next(self) -> None:
        self._jobs.popleft()
        self._after, self._open = "", False

    def _look(self, job: Packer, limit: int) -> int:
        look = self.orphans.look(job, self._after, limit)
        if look.waiting:
            self._open = not self._mend(job, look.waiting) or self._open
        self._after = look.last
        return look.rows

    def _mend(self, job: Packer, waiting: Waiting) -> bool:
        """Whether all of them are due by themselves now, so that none is left in a parcel."""
        # Asked first: who is packing yet has its deliveries there before their parcel.
        if self.orphans.is_running(job):
            return False
        lost = self.orphans.lost(job, waiting)
        now = self.now()
        count = sum(self.deliveries.unpack(ids, claim, now) for claim, ids in lost.items())
        if count:
            ORPHANED.inc(count)
            log.error("delivery.orphaned", job=job.id, count=count, parcels=len(lost))
        return sum(map(len, lost.values())) == sum(map(len, waiting.values()))
