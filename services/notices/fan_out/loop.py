"""Fan-out: turns one event into one message per customer and one delivery per endpoint.

A job works through its recipients in batches and stores its progress after each one. If the process
dies, the next process to claim the job repeats the last batch. All ids are derived, so a repeated
batch finds its rows and writes nothing twice. After a database error the next round resumes the
job.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from services.notices.events import CUSTOMER_UNREACHED
from services.notices.fan_out.messages import draft
from services.notices.fan_out.targets import next_targets
from services.notices.model.deliveries import FIRST, HELD, PENDING
from services.notices.model.endpoints import Subscription
from services.notices.model.jobs import (
    RECOVER,
    SUBSCRIBERS,
    Job,
    StartedJob,
    batch_after,
    job_id,
)
from services.notices.model.messages import Event, least_id
from services.notices.model.parcels import new_parcel, parcel_id, turn_of
from services.notices.model.stored import StoredDelivery, StoredMessage
from services.notices.store import Stores
from services.notices.store.jobs import ClaimLost
from services.notices.store.missed import missed
from services.notices.store.release import release_if_enabled
from shared.failures import Failures
from shared.ids import IdSource
from shared.times import Clock, parse_instant

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
# The pause before a job that must wait is tried again (see ``_must_wait``).
WAIT = timedelta(milliseconds=200)
# While failed jobs wait for another try, the loop looks for due jobs at least this often.
BARRED_SECONDS = 1.0
# After this many batches the job yields, so that a small job need not wait for a large one.
BATCHES_PER_ROUND = 5
# MongoDB refuses documents over 16 MiB. Deliveries beyond this number are stored as single rows.
MAX_DELIVERIES_PER_PARCEL = 5_000


# Does the next batch of a job: at most this many recipients or messages. Returns the new cursor, or
# None when the job is complete.
DoBatch = Callable[[StartedJob, int], str | None]
# An event, a cursor, an instant and a limit; returns the new cursor, None at the end.
WriteToSome = Callable[[Event, str | None, datetime, int], str | None]


def nobody_subscribed(_event: Event, _cursor: str | None, _at: datetime, _limit: int) -> None:
    return None


@dataclass
class FanOut:
    """Advances due jobs. Use it from one thread. ``batch``: the largest size of a batch;
    ``write_to_some``: writes the mails of an event to the subscribers after a cursor."""

    stores: Stores
    failures: Failures
    now: Clock
    new_id: IdSource
    batch: int = 1_000
    write_to_some: WriteToSome = nobody_subscribed
    # The token of a claim that may still hold a job because its round failed.
    _unreleased: str | None = field(default=None, init=False)

    def run_once(self) -> bool:
        """Advance one due job; return False when no job is due.

        Raises the driver's error when the database fails. The next round then releases the job;
        otherwise the job would wait until its lease expires.
        """
        self._release_claim()
        barred, now, token = self.failures.barred(), self.now(), self.new_id("claim")
        # Set before the call: a claim may have been stored even if the call raises.
        self._unreleased = token
        job = self.stores.jobs.claim(token, now, now + LEASE, barred)
        if job is None:
            self._unreleased = None
            return False
        self.failures.run([job.id], lambda _: self._work_on(job))
        return True

    def idle_for(self) -> float:
        """Return the seconds until the loop must look for a due job; infinity if none waits."""
        barred = self.failures.barred()
        due_at = self.stores.jobs.next_due(barred)
        seconds = (due_at - self.now()).total_seconds() if due_at else math.inf
        return min(seconds, BARRED_SECONDS) if barred else seconds

    def _release_claim(self) -> None:
        if self._unreleased is not None:
            self.stores.jobs.give_back(self._unreleased, self.now())
            self._unreleased = None

    def _work_on(self, job: Job) -> None:
        try:
            works = {RECOVER: self._recover, SUBSCRIBERS: self._mail_subscribers}
            works.get(job.kind, self._fan_out)(job)
        except ClaimLost:
            log.warning("fanout.claim_lost", job_id=job.id)
        self._unreleased = None

    def _fan_out(self, job: Job) -> None:
        event = self.stores.events.get(job.event_id or "")
        if self._must_wait(event):
            self.stores.jobs.postpone(job, self.now() + WAIT)
            return
        started = self.stores.jobs.start(job, self.now())
        if self._is_moot(event):
            self.stores.jobs.finish(started, self.now())
            return
        self._do_batches(started, lambda job, limit: self._fan_out_batch(job, event, limit))

    def _mail_subscribers(self, job: Job) -> None:
        event = self.stores.events.get(job.event_id or "")
        if self._is_too_early(event):
            self.stores.jobs.postpone(job, self.now() + WAIT)
            return
        self._do_batches(
            self.stores.jobs.start(job, self.now()),
            lambda job, limit: self.write_to_some(event, job.cursor, job.started_at, limit),
        )

    def _is_too_early(self, event: Event) -> bool:
        """Whether customers wait for this event, or subscribers for what it follows."""
        before = [job_id(event.id)]
        if event.is_follow_up and (notice := self.stores.events.notice_of(event.change_id or "")):
            before.append(job_id(notice.id, SUBSCRIBERS))
        jobs = [self.stores.jobs.find(each) for each in before]
        return any(job is not None and job.done_at is None for job in jobs)

    def _is_moot(self, event: Event) -> bool:
        """Whether a customer that was found unreached has its notice meanwhile."""
        if event.type != CUSTOMER_UNREACHED:
            return False
        about = event.change_id or "", event.agreement_id or ""
        return not self.stores.escalations.is_unreached(*about)

    def _do_batches(self, job: StartedJob, do_batch: DoBatch) -> None:
        """Do a limited number of batches; finish the job, or leave the rest to a later round."""
        for _ in range(BATCHES_PER_ROUND):
            limit = batch_after(job.done_count, self.batch)
            cursor = do_batch(job, limit)
            if cursor is None:
                self.stores.jobs.finish(job, self.now())
                log.info("job.finished", job_id=job.id, kind=job.kind, event_id=job.event_id)
                return
            job = self.stores.jobs.advance(job, cursor, limit, self.now() + LEASE)
        self.stores.jobs.postpone(job, self.now())

    def _must_wait(self, event: Event) -> bool:
        """Return whether the job of this event cannot begin yet.

        An event for all customers waits until notices has stored every recipient that was counted
        in the event. A follow-up waits until the job of its notice is done.
        """
        if event.is_for_all:
            watermark = self.stores.recipients.watermark(event.processor["id"])
            return watermark.up_to < event.recipients_version
        if event.is_follow_up:
            notice = self.stores.events.notice_of(event.change_id or "")
            job = self.stores.jobs.find(job_id(notice.id)) if notice else None
            return job is not None and job.done_at is None
        return False

    def _fan_out_batch(self, job: StartedJob, event: Event, limit: int) -> str | None:
        """Write messages and deliveries for the next targets of an event."""
        stores = self.stores
        targets = next_targets(stores.recipients, stores.messages, event, job.cursor, limit)
        endpoints = stores.endpoints.subscriptions({target.controller_id for target in targets})
        now, at, parcel = self.now(), parse_instant(event.at), _parcel_of(job)
        messages: list[StoredMessage] = []
        deliveries: list[StoredDelivery] = []
        for target in targets:
            if not target.is_told:
                continue
            subscriptions = endpoints.get(target.controller_id, [])
            drafted = draft(job, event, target, subscriptions, at, now)
            messages.append({**drafted.message, "parcel": parcel})
            deliveries += drafted.deliveries
        self._store_batch(job, messages, deliveries, now)
        if messages and event.is_mailed_to_vendor:
            stores.vendor_mails.schedule(event.controller_id or "", now)
        return targets[-1].key if len(targets) == limit else None

    def _store_batch(
        self,
        job: StartedJob,
        messages: Sequence[StoredMessage],
        deliveries: Sequence[StoredDelivery],
        now: datetime,
    ) -> None:
        """Store messages, then single deliveries, then the parcel of first tries.

        Messages come first: a dispatcher that claims a delivery needs its message. And if this
        process dies, the next holder of the job sees from the messages that the batch was begun.
        """
        parcel, max_packed = _parcel_of(job), MAX_DELIVERIES_PER_PARCEL
        existing = self.stores.messages.add_many(messages)
        if existing:
            # The first run of this batch may have had other targets. Its deliveries stay as they
            # are. If its parcel is still stored, all new deliveries are stored as single rows.
            max_packed = 0 if self.stores.parcels.has(parcel) else max_packed
            deliveries = self._without_known(deliveries, messages)
        first_tries, others = _split_first_tries(deliveries)
        self._add_deliveries([*others, *first_tries[max_packed:]])
        if packed := first_tries[:max_packed]:
            self._check_lease(job)
            self.stores.parcels.add(new_parcel(parcel, messages, packed, now, _turn_of(job)))

    def _without_known(
        self, deliveries: Sequence[StoredDelivery], messages: Sequence[StoredMessage]
    ) -> list[StoredDelivery]:
        """Return the deliveries that are stored neither as a row nor in a parcel."""
        stored = self.stores.messages.many(message["_id"] for message in messages)
        known = {row["_id"] for row in self.stores.deliveries.of(list(stored.values()))}
        return [delivery for delivery in deliveries if delivery["_id"] not in known]

    def _check_lease(self, job: Job) -> None:
        """Raise ``ClaimLost`` if our lease has expired: its new holder has queued this batch."""
        if job.due_at is None or self.now() >= job.due_at:
            raise ClaimLost(job.id)

    def _add_deliveries(self, rows: Sequence[StoredDelivery]) -> None:
        self.stores.deliveries.add_many(rows)
        held = {row["endpoint_id"] for row in rows if row["state"] == HELD}
        release_if_enabled(self.stores.endpoints, self.stores.deliveries, held, self.now())

    def _recover(self, job: Job) -> None:
        """Send an endpoint the messages that it missed.

        A message without a delivery gets one; a delivery that failed or was skipped is revived; one
        that waits for its next try is tried now. A delivered message is not sent again.
        """
        endpoint = self.stores.endpoints.subscription(job.endpoint_id or "")
        started = self.stores.jobs.start(job, self.now())
        if endpoint is None:
            self.stores.jobs.finish(started, self.now())
            return
        self._do_batches(started, lambda job, limit: self._recover_batch(job, endpoint, limit))

    def _recover_batch(self, job: StartedJob, endpoint: Subscription, limit: int) -> str | None:
        after = job.cursor or least_id("msg", job.since or job.started_at)
        now, stores = self.now(), self.stores
        # Messages made from now on get a delivery to this endpoint without this job.
        found = missed(stores, endpoint, after, min(job.until or now, now), now, limit)
        stores.deliveries.revive(endpoint.id, found.over, now, held=not endpoint.is_open)
        if endpoint.is_open:
            stores.deliveries.bring_forward(endpoint.id, found.waiting, now)
        # Added last: this also releases held deliveries if the endpoint was enabled meanwhile.
        self._add_deliveries(found.fresh)
        held_for = [] if endpoint.is_open else [endpoint.id]
        release_if_enabled(stores.endpoints, stores.deliveries, held_for, now)
        return found.cursor


def _parcel_of(job: StartedJob) -> str:
    """Return the id of the parcel with the first tries of the job's next batch."""
    return parcel_id(job.started_at, job.id, job.cursor)


def _turn_of(job: StartedJob) -> datetime:
    return turn_of(job.started_at, job.done_count)


def _split_first_tries(
    deliveries: Sequence[StoredDelivery],
) -> tuple[list[StoredDelivery], list[StoredDelivery]]:
    """Return the first tries to healthy endpoints, and all other deliveries."""
    first_tries: list[StoredDelivery] = []
    others: list[StoredDelivery] = []
    for delivery in deliveries:
        is_first = delivery["state"] == PENDING and delivery["lane"] == FIRST
        (first_tries if is_first else others).append(delivery)
    return first_tries, others
