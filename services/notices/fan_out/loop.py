"""Fan-out: one event becomes one message per customer and one delivery per endpoint.

It goes through the recipients in batches and remembers how far it came. Whatever it is killed
between, the batch is repeated: ids derive from what they stand for, so what was written stays and
nothing is written twice. When the database fails it is the same: the next round goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from services.notices.events import WEBHOOK_DISABLING_SOON, WEBHOOK_TEST
from services.notices.fan_out.messages import delivery_of, draft
from services.notices.fan_out.targets import next_targets
from services.notices.model.deliveries import FIRST, HELD, PENDING
from services.notices.model.endpoints import Subscription
from services.notices.model.jobs import RECOVER, Job, batch_after
from services.notices.model.messages import Event, least_id
from services.notices.model.parcels import new_parcel, parcel_id, turn_of
from services.notices.store import Stores
from services.notices.store.jobs import ClaimLost
from services.notices.store.release import release_if_enabled
from shared.documents import Document
from shared.failures import Failures
from shared.ids import IdSource, derived_id
from shared.times import Clock, parse_instant

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
LOOK_AGAIN = timedelta(milliseconds=200)
# A change to few comes in between the batches of one to many.
BATCHES_A_ROUND = 5
# The database takes documents up to 16 MiB; the rest is due by itself.
MOST_IN_A_PARCEL = 5_000


# Takes the next so many of a job; the cursor after them, or None at the end.
Step = Callable[[Job, int], str | None]


@dataclass
class FanOut:
    """Use it from one thread."""

    stores: Stores
    failures: Failures
    now: Clock
    new_id: IdSource
    batch: int = 1_000
    # The claim of a round that failed.
    _failed: str | None = field(default=None, init=False)

    def run_once(self) -> bool:
        """Bring one due job forward; False when none is due. Raises what the driver raises when the
        database fails; the job is due again as soon as it answers, not only after the lease."""
        self._give_back()
        barred, now, claim = self.failures.barred(), self.now(), self.new_id("claim")
        # Even a claim that failed may have been taken.
        self._failed = claim
        job = self.stores.jobs.claim(claim, now, now + LEASE, barred)
        if job is None:
            self._failed = None
            return False
        self.failures.run([job.id], lambda _: self._bring(job))
        return True

    def _bring(self, job: Job) -> None:
        self._work_or_yield(job)
        self._failed = None

    def _give_back(self) -> None:
        if self._failed is not None:
            self.stores.jobs.give_back(self._failed, self.now())
            self._failed = None

    def _work_or_yield(self, job: Job) -> None:
        try:
            self._recover(job) if job.kind == RECOVER else self._tell(job)
        except ClaimLost:
            log.warning("fanout.claim_lost", job=job.id)

    def _tell(self, job: Job) -> None:
        event = self.stores.events.get(job.event_id or "")
        if self._must_wait(event):
            self.stores.jobs.postpone(job, self.now() + LOOK_AGAIN)
            return
        job = self.stores.jobs.start(job, self.now())
        self._go_on(job, lambda job, limit: self._tell_some(job, event, limit))

    def _go_on(self, job: Job, step: Step) -> None:
        """Take ``step`` from cursor to cursor until it has none left, a bounded number of times."""
        for _ in range(BATCHES_A_ROUND):
            limit = batch_after(job.done_count, self.batch)
            cursor = step(job, limit)
            if cursor is None:
                self.stores.jobs.finish(job, self.now())
                return
            job = self.stores.jobs.advance(job, cursor, limit, self.now() + LEASE)
        self.stores.jobs.postpone(job, self.now())

    def _must_wait(self, event: Event) -> bool:
        """What is for all waits until every agreement it counted is known here; a follow-up waits
        until the notice it follows has gone to all."""
        if event.is_for_all:
            mark = self.stores.recipients.watermark(event.processor["id"])
            return mark.up_to < event.recipients_version
        if event.is_follow_up:
            notice = self.stores.events.notice_of(event.change_id or "")
            job = self.stores.jobs.find(derived_id("job", notice.id)) if notice else None
            return job is not None and job.done_at is None
        return False

    def _tell_some(self, job: Job, event: Event, limit: int) -> str | None:
        stores = self.stores
        targets = next_targets(stores.recipients, stores.messages, event, job.cursor, limit)
        owners = {each.controller_id for each in targets}
        endpoints = stores.endpoints.subscriptions(owners)
        now, at, parcel = self.now(), parse_instant(event.at), _parcel_of(job)
        messages: list[Document] = []
        deliveries: list[Document] = []
        for target in targets:
            if target.is_over:
                continue
            theirs = endpoints.get(target.controller_id, [])
            drafted = draft(job, event, target, theirs, at, now)
            messages.append({**drafted.message, "parcel": parcel})
            deliveries += drafted.deliveries
        self._send_off(job, messages, deliveries, now)
        return targets[-1].key if len(targets) == limit else None

    def _send_off(
        self,
        job: Job,
        messages: Sequence[Document],
        deliveries: Sequence[Document],
        now: datetime,
    ) -> None:
        # Messages first: a dispatcher that sees a delivery must find what to send, and who repeats
        # this step must see that it was begun. The parcel last.
        parcel, room = _parcel_of(job), MOST_IN_A_PARCEL
        if self.stores.messages.add_many(messages):
            # Somebody has begun this step, perhaps with another batch. What is on its way stays
            # as it is, and where its parcel waits still, the rest is due by itself.
            room = 0 if self.stores.parcels.has(parcel) else room
            begun = self.stores.messages.many(each["_id"] for each in messages)
            there = {each["_id"] for each in self.stores.deliveries.of(list(begun.values()))}
            deliveries = [each for each in deliveries if each["_id"] not in there]
        firsts, others = _parted(deliveries)
        self._add_deliveries([*others, *firsts[room:]])
        if packed := firsts[:room]:
            self._must_be_ours(job)
            self.stores.parcels.add(new_parcel(parcel, messages, packed, now, _turn_of(job)))

    def _must_be_ours(self, job: Job) -> None:
        """Whoever has the job when our lease has lapsed has sent this off: twice is once too
        often."""
        if job.due_at is None or self.now() >= job.due_at:
            raise ClaimLost(job.id)

    def _add_deliveries(self, rows: Sequence[Document]) -> None:
        self.stores.deliveries.add_many(rows)
        held = {each["endpoint_id"] for each in rows if each["state"] == HELD}
        release_if_enabled(self.stores.endpoints, self.stores.deliveries, held, self.now())

    def _recover(self, job: Job) -> None:
        """Give an endpoint what it did not get: made anew where there was none, revived where it
        had failed. What was delivered is not sent again."""
        endpoint = self.stores.endpoints.subscription(job.endpoint_id or "")
        started = self.stores.jobs.start(job, self.now())
        if endpoint is None:
            self.stores.jobs.finish(started, self.now())
            return
        self._go_on(started, lambda job, limit: self._recover_some(job, endpoint, limit))

    def _recover_some(self, job: Job, endpoint: Subscription, limit: int) -> str | None:
        assert job.since and job.started_at  # noqa: PT018, S101  Set by ``recover`` and ``start``.
        after = job.cursor or least_id("msg", job.since)
        # What is made later finds the endpoint by itself.
        rows = self.stores.messages.since(endpoint.controller_id, after, self.now(), limit)
        now, wanted = self.now(), self._wanted(endpoint, rows)
        # What is on its way may have no row that would tell: it waits in a parcel.
        found = self.stores.deliveries.of(wanted)
        on_its_way = {each["_id"] for each in found if each["state"] == PENDING}
        made = [delivery_of(each, endpoint, now) for each in wanted]
        deliveries = [each for each in made if each["_id"] not in on_its_way]
        ids, held = [each["_id"] for each in deliveries], not endpoint.is_open
        self.stores.deliveries.revive(endpoint.id, ids, now, held=held)
        # Last, for it looks whether what is held may go after all.
        self._add_deliveries(deliveries)
        return rows[-1]["_id"] if len(rows) == limit else None

    def _wanted(self, endpoint: Subscription, rows: Iterable[Document]) -> list[Document]:
        # What was about endpoints, and only then, is of no use later.
        of_then = (WEBHOOK_TEST, WEBHOOK_DISABLING_SOON)
        rows = [each for each in rows if each["type"] not in of_then]
        events = self.stores.events.many(each["event_id"] for each in rows)
        return [
            each
            for each in rows
            if endpoint.wants(each["type"], events[each["event_id"]].processor)
        ]


def _parcel_of(job: Job) -> str:
    """In which the first tries of the job's next step leave."""
    assert job.started_at is not None  # noqa: S101  ``start`` has set it.
    return parcel_id(job.started_at, job.id, job.cursor)


def _turn_of(job: Job) -> datetime:
    assert job.started_at is not None  # noqa: S101  ``start`` has set it.
    return turn_of(job.started_at, job.done_count)


def _parted(deliveries: Sequence[Document]) -> tuple[list[Document], list[Document]]:
    """First tries to endpoints in good order, and all others."""
    firsts: list[Document] = []
    others: list[Document] = []
    for each in deliveries:
        (firsts if each["state"] == PENDING and each["lane"] == FIRST else others).append(each)
    return firsts, others
