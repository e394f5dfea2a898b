"""What is old goes: each sweep takes one batch a step, and says whether there may be more.

A sweep remembers how far it came in memory only. Killed, the next one begins anew and finds what
is left: whatever names another row goes before the row it is found by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from services.notices.model.deliveries import ABANDONED, DELIVERED, SKIPPED
from services.notices.model.messages import least_id, moment_of
from services.notices.model.stored import StoredMessage, StoredRecipient
from services.notices.model.subscribers import SILENT_KEPT, UNCONFIRMED_KEPT
from services.notices.store import Stores
from services.notices.store.ageing import DoneJob, Mark
from services.notices.store.sendings import LATEST_BOUNCE
from shared.failures import Failures
from shared.times import Clock, format_instant, parse_instant

log = structlog.get_logger()

SETTLED = frozenset({DELIVERED, SKIPPED, ABANDONED})


@dataclass(frozen=True)
class Ages:
    """How long things are kept. ``answers``: the texts that receivers answered; ``keep``: what is
    no evidence; ``evidence``: what is, after its agreement has ended."""

    answers: timedelta
    keep: timedelta
    evidence: timedelta


Row = TypeVar("Row")


def sweep(
    failures: Failures, rows: Mapping[str, Row], work: Callable[[Sequence[Row]], object]
) -> None:
    """Do ``work`` for these rows, by their ids. One that cannot be read is left to the next pass,
    until it is set aside, and holds up no other."""
    barred = failures.barred()
    names = [name for name in rows if name not in barred]
    failures.run_together(names, lambda some: work([rows[name] for name in some]))


@dataclass
class MessageSweep:
    """Texts of answers first; then whole messages with their deliveries by all channels."""

    stores: Stores
    failures: Failures
    ages: Ages
    now: Clock
    batch: int
    _after: str = ""

    def step(self) -> bool:
        youngest = least_id("msg", self.now() - min(self.ages.answers, self.ages.keep))
        rows = self.stores.messages.before(youngest, self._after, self.batch)
        if not rows:
            return False
        sweep(self.failures, {row["_id"]: row for row in rows}, self._sweep)
        self._after = rows[-1]["_id"]
        return len(rows) == self.batch

    def _sweep(self, rows: Sequence[StoredMessage]) -> None:
        now = self.now()
        kept_until = least_id("msg", now - self.ages.keep)
        gone = self._expired([row for row in rows if row["_id"] < kept_until])
        self.stores.deliveries.remove_of(gone)
        for sendings in self.stores.sendings.values():
            sendings.remove_of(gone)
        self.stores.messages.remove(gone)
        left = {row["_id"] for row in rows}.difference(gone)
        self.stores.ageing.drop_answers(sorted(left), now - self.ages.answers)
        if gone:
            log.info("messages.removed", count=len(gone))

    def _expired(self, rows: Sequence[StoredMessage]) -> list[str]:
        states: dict[str, set[str]] = defaultdict(set)
        for delivery in self.stores.deliveries.of(rows):
            states[delivery["message_id"]].add(delivery["state"])
        over = self._over(rows)
        return [
            row["_id"]
            for row in rows
            if row["_id"] in over or (row["notice"] is None and states[row["_id"]] <= SETTLED)
        ]

    def _over(self, rows: Sequence[StoredMessage]) -> set[str]:
        """Those of these messages that nobody needs as evidence any longer. Where there is no
        agreement, or it never came into force, their own age counts."""
        agreements = sorted({row["agreement_id"] for row in rows if row["agreement_id"]})
        known = self.stores.recipients.many(agreements) if agreements else {}
        until = self.now() - self.ages.evidence
        over: set[str] = set()
        for row in rows:
            recipient = known.get(row["agreement_id"] or "")
            if recipient is None:
                ended: datetime | None = moment_of(row["_id"])
            else:
                ended = parse_instant(recipient.ended_at) if recipient.ended_at else None
            if ended is not None and ended < until:
                over.add(row["_id"])
        return over


@dataclass
class JobSweep:
    """Jobs that are done, and the events they told, once no message of them is left."""

    stores: Stores
    failures: Failures
    ages: Ages
    now: Clock
    batch: int
    _after: Mark | None = None

    def step(self) -> bool:
        before = self.now() - self.ages.keep
        jobs = self.stores.ageing.jobs_done(before, self._after, self.batch)
        if not jobs:
            return False
        sweep(self.failures, {job.id: job for job in jobs}, self._sweep)
        self._after = jobs[-1].mark
        return len(jobs) == self.batch

    def _sweep(self, jobs: Sequence[DoneJob]) -> None:
        changes = self.stores.ageing.changes_of(job.event_id for job in jobs if job.event_id)
        gone = [
            job for job in jobs if not self._is_needed(job, changes.get(job.event_id or "", ()))
        ]
        self.stores.ageing.remove_jobs(gone)

    def _is_needed(self, job: DoneJob, change_ids: Sequence[str]) -> bool:
        # What became of a change, and its notice, stay together.
        if change_ids and self.stores.ageing.is_kept(change_ids):
            return True
        return self.stores.ageing.has_messages(job)


@dataclass
class RecipientSweep:
    """Agreements that have been over for long: their contacts are persons."""

    stores: Stores
    failures: Failures
    ages: Ages
    now: Clock
    batch: int
    _after: Mark | None = None

    def step(self) -> bool:
        before = format_instant(self.now() - self.ages.evidence)
        rows = self.stores.ageing.recipients_ended(before, self._after, self.batch)
        if not rows:
            return False
        sweep(self.failures, {row["_id"]: row for row in rows}, self._sweep)
        self._after = (rows[-1]["ended_at"], rows[-1]["_id"])
        return len(rows) == self.batch

    def _sweep(self, rows: Sequence[StoredRecipient]) -> None:
        gone = [row for row in rows if not self.stores.ageing.has_messages_of(row)]
        self.stores.ageing.remove_recipients(gone)


@dataclass
class WarningSweep:
    """Sendings that belong to no message, and what is known of mails to vendors."""

    stores: Stores
    failures: Failures
    ages: Ages
    now: Clock
    batch: int

    def step(self) -> bool:
        before = self.now() - self.ages.keep
        channels = self.stores.sendings.values()
        removed = [sendings.remove_warnings(before, self.batch) for sendings in channels]
        removed.append(self.stores.digests.remove_old(before, self.batch))
        return self.batch in removed


@dataclass
class SubscriberSweep:
    """Addresses whose owners never confirmed, and those of registers that are not public any more,
    with what was mailed to them; and what visitors asked, once it cannot come back any more."""

    stores: Stores
    failures: Failures
    ages: Ages
    now: Clock
    batch: int

    def step(self) -> bool:
        kept, now = self.stores.subscribers, self.now()
        removed = (
            kept.remove_unconfirmed(now - UNCONFIRMED_KEPT, self.batch),
            kept.remove_silent(now - SILENT_KEPT, self.batch),
            *(
                channel.remove_visitors(now - LATEST_BOUNCE, self.batch)
                for channel in self.stores.sendings.values()
            ),
        )
        return self.batch in removed
