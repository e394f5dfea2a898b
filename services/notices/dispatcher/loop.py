"""The dispatcher's rounds: claim, send, store.

Any number of dispatchers may run side by side. A claim is a token with a lease. Every later change
names the token, so a change that comes too late has no effect, and the deliveries of a dispatcher
that died are due again when their leases expire. If two dispatchers store a row for one delivery of
a parcel, the first row stands; only the fact that the message was delivered is added to it later.
A dispatcher claims no more than it has room for. It gives back a delivery whose lease would expire
during the attempt: otherwise another dispatcher would send it, too.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from services.notices.channels.webhook import ADDRESS_BUSY, Outcome, Outgoing, Schedule, dates_of
from services.notices.dispatcher import metrics
from services.notices.dispatcher.claims import Claims, EndpointLimits
from services.notices.dispatcher.endpoint_health import EndpointHealthTracker
from services.notices.dispatcher.parcels import OpenedParcels
from services.notices.dispatcher.ports import Claimed, Enqueue, Lease, Sending
from services.notices.dispatcher.writer import OutcomeWriter
from services.notices.model.deliveries import DELIVERED, FAILED, HELD, PENDING, SECOND
from services.notices.model.messages import attempt_id
from services.notices.model.stored import StoredAttempt
from services.notices.store import Stores
from services.notices.store.outcomes import Completion
from services.notices.store.release import release_if_enabled
from shared.failures import Failures
from shared.ids import IdSource
from shared.times import Clock
from shared.webhook_signing import (
    SecretBox,
    UnreadableSecretError,
    signed_headers,
)

log = structlog.get_logger()

# How long one round collects answers before it stores them.
COLLECT_SECONDS = 0.05
# While more deliveries can be claimed: after this long without an answer, the round goes on. The
# receivers that answer quickly have answered by then.
IDLE_WAIT_S = 0.005
# How often the dispatcher measures the lag and counts the dispatchers beside it.
MEASURE_EVERY_S = 5.0
# The longest rest of a dispatcher: well below ``loops.ALIVE_SECONDS``.
LONGEST_REST_S = 12.0
# How long a delivery waits for room at a crowded address before it is given back, and how much
# later it is due again.
CROWDED_WAIT_S = 0.5
BUSY_ADDRESS_DELAY = timedelta(seconds=1)
# How many deliveries to crowded addresses one round skips, looking for one that can be sent.
MAX_SKIPPED = 64
# So many messages may have arrived late before their outcomes are waited for.
MAX_ARRIVED = 1_000
# After this long without an answer, a first try may lose its place to a waiting delivery. Among
# many endpoints some are dead; only a try shows which, and no other delivery should wait for it.
FIRST_TRY_SOFT_LIMIT_S = 1.0
# The state of a delivery after each result of the schedule.
_STATES = {"delivered": DELIVERED, "retry": PENDING, "failed": FAILED, "disabled": HELD}


@dataclass
class Dispatcher:
    """Use it from one thread.

    ``jitter`` gives numbers from -1 to 1. ``enqueue`` queues mails to the owners of endpoints.
    ``alive`` gives the number of dispatchers that run now, among which ``limits`` are divided.
    ``lost_claims``: outcomes that came after their lease had expired.
    """

    stores: Stores
    failures: Failures
    sender: Sending
    box: SecretBox
    lease: Lease
    now: Clock
    new_id: IdSource
    jitter: Callable[[], float]
    enqueue: Enqueue
    schedule: Schedule = field(default_factory=Schedule)
    limits: EndpointLimits = field(default_factory=EndpointLimits)
    alive: Callable[[], int] = lambda: 1
    monotonic: Callable[[], float] = time.monotonic
    lost_claims: int = 0
    _flying: set[Claimed] = field(default_factory=set)
    _outcomes: Counter[str] = field(default_factory=Counter)
    # Messages that arrived later than with the parcel of their event: their customers may count as
    # unreached.
    _arrived: set[str] = field(default_factory=set)
    # Deliveries that the sender refused because their address was busy.
    _refused: list[Claimed] = field(default_factory=list)
    _measures_at: float = 0.0

    def __post_init__(self) -> None:
        opened = OpenedParcels(self.stores.parcels)
        self._writer = OutcomeWriter(
            lambda outcomes: opened.close((done.claim, done.delivery_id) for done in outcomes)
        )
        self.claims = Claims(
            self.stores,
            self.failures,
            self.lease,
            self.limits,
            self._writer,
            opened,
            self.now,
            self.new_id,
            self.monotonic,
        )
        self.health = EndpointHealthTracker(self.stores, self.enqueue, self.now)

    def run_once(self) -> bool:
        """Do one round: claim, send, collect answers, store outcomes. Return False when idle."""
        busy, taken = bool(self._flying or self.claims.waiting), 0
        try:
            # Unsaved outcomes come first. Otherwise this round would claim their deliveries again
            # once the leases have expired, and send them a second time.
            self._flush(wait=self._writer.has_unsaved)
            taken = self.claims.take(self.sender)
        finally:
            # Even if claiming fails: send what is claimed, store the outcomes of what is in flight.
            self._depart()
            self._collect(more=taken > 0)
            self._store()
        self._measure()
        return busy or taken > 0

    def idle_for(self) -> float:
        """Return for how many seconds nothing falls due by itself.

        It is never long: other dispatchers count this one by its heartbeats.
        """
        now = self.now()
        moments = (self.stores.parcels.next_due(), self.stores.deliveries.next_due(now))
        due_at = min((moment for moment in moments if moment), default=None)
        seconds = (due_at - now).total_seconds() if due_at else math.inf
        return min(seconds, LONGEST_REST_S)

    def drain(self) -> None:
        """End the work of this process: give back waiting deliveries, then finish those in flight.

        The time limit of an attempt bounds how long this takes.
        """
        end = self.monotonic() + 2 * self.lease.attempt_seconds
        waiting = list(self.claims.waiting)
        self.claims.waiting.clear()
        try:
            self.claims.give_back(waiting)
        finally:
            try:
                while self._flying and self.monotonic() < end:
                    self._collect()
                    self._store()
                self._store()
            finally:
                self.sender.close()

    def _depart(self) -> None:
        waiting, late, crowded = self.claims.waiting, list[Claimed](), list[Claimed]()
        # All leave at the same time: reading two clocks for each delivery showed in profiles.
        now, moment = self.now(), self.monotonic()
        while waiting and self.sender.free and len(crowded) < MAX_SKIPPED:
            claimed = waiting.popleft()
            if claimed.until - moment < self.lease.attempt_seconds * 1.5:
                late.append(claimed)
            elif self.sender.crowded(claimed.endpoint.url):
                crowded.append(claimed)
            else:
                claimed.sent_at = now
                self._submit(claimed)
        # A claim that ends after this was taken less than ``CROWDED_WAIT_S`` ago.
        recent = moment + self.lease.seconds - CROWDED_WAIT_S
        waiting.extend(claimed for claimed in crowded if claimed.until > recent)
        put_off = [claimed for claimed in crowded if claimed.until <= recent] + self._refused
        self._refused = []
        try:
            self.claims.give_back(late)
        finally:
            self.claims.give_back(put_off, BUSY_ADDRESS_DELAY)

    def _submit(self, claimed: Claimed) -> None:
        self._flying.add(claimed)
        try:
            headers = self._headers(claimed)
        except (UnreadableSecretError, ValueError):
            # One endpoint's broken secret must not stop the deliveries of the others.
            self._arrive(Outcome(claimed, False, None, "secret_unreadable", 0))
            return
        soft_limit = FIRST_TRY_SOFT_LIMIT_S if claimed.is_first else None
        url = claimed.endpoint.url
        self.sender.submit(Outgoing(claimed, url, headers, claimed.body, soft_limit))

    def _headers(self, claimed: Claimed) -> dict[str, str]:
        assert claimed.sent_at is not None  # noqa: S101  Set by ``_depart``.
        live = claimed.endpoint.live_secrets(claimed.sent_at)
        secrets = [self.box.open(secret.sealed, claimed.endpoint.id) for secret in live]
        message_id = claimed.delivery["message_id"]
        return signed_headers(message_id, claimed.sent_at, claimed.body, secrets)

    def _collect(self, *, more: bool = False) -> None:
        """Collect answers for a while; fill each place with a waiting delivery as it gets free.

        ``more``: there may be more to claim, so a pause between answers ends the round.
        """
        end = self.monotonic() + COLLECT_SECONDS
        while self._flying and (left := end - self.monotonic()) > 0:
            if self.claims.waiting and not self.sender.free:
                self.sender.cut_short(len(self.claims.waiting))
            outcomes = self.sender.finished(min(left, IDLE_WAIT_S) if more else left)
            if more and not outcomes and not self.claims.waiting:
                break
            for outcome in outcomes:
                self._arrive(outcome)
            self._depart()
        metrics.IN_FLIGHT.set(len(self._flying))
        metrics.count_attempts(self._outcomes)
        self._outcomes.clear()

    def _measure(self) -> None:
        if self.monotonic() < self._measures_at:
            return
        self._measures_at = self.monotonic() + MEASURE_EVERY_S
        self.claims.limits = self.limits.among(self.alive())
        self._show_lag()

    def _show_lag(self) -> None:
        now = self.now()
        queues = (self.stores.deliveries, self.stores.parcels)
        since = min((at for queue in queues if (at := queue.longest_due(now))), default=now)
        metrics.DUE_LAG.set((now - since).total_seconds())

    def _arrive(self, outcome: Outcome) -> None:
        claimed: Claimed = outcome.key
        self._flying.discard(claimed)
        if outcome.code == ADDRESS_BUSY:
            # The next ``_depart`` gives it back: a database error here would lose the outcomes
            # that arrived together with this one.
            self._refused.append(claimed)
            return
        self.claims.release(claimed)
        self.health.note(claimed, outcome)
        if outcome.ok and "unstored" not in claimed.delivery:
            self._arrived.add(claimed.delivery["message_id"])
        self._outcomes[outcome.code or DELIVERED] += 1
        completed = self._completion(claimed, outcome)
        if completed.state == HELD:
            self.claims.held.add(claimed.endpoint.id)
        elif completed.state == FAILED:
            log.warning("delivery.exhausted", delivery_id=completed.delivery_id, code=outcome.code)
        self._writer.add(completed)

    def _completion(self, claimed: Claimed, outcome: Outcome) -> Completion:
        row = claimed.delivery
        # Only retries need jitter; drawing it every time showed in profiles.
        jitter = 0.0 if outcome.ok else self.jitter()
        next_step = self.schedule.after(row["attempt"] + 1, outcome, jitter)
        state, attempt = _STATES[next_step.state], self._attempt(claimed, outcome)
        return Completion(
            row["_id"],
            row["claim"],
            state,
            self.now() + next_step.after if next_step.after is not None else None,
            attempt,
            _lane_of_retry(claimed),
            row.get("unstored"),
            dates_of(state, attempt),
        )

    def _attempt(self, claimed: Claimed, outcome: Outcome) -> StoredAttempt:
        before = claimed.delivery["attempts"]
        attempt: StoredAttempt = {
            "id": attempt_id(claimed.delivery["_id"], claimed.delivery["claim"]),
            "n": before[-1]["n"] + 1 if before else 1,
            "at": claimed.sent_at or self.now(),
            "duration_ms": outcome.duration_ms,
            "status": outcome.status,
            "code": outcome.code,
            "body": outcome.body,
        }
        if outcome.location:
            attempt["location"] = outcome.location
        return attempt

    def _store(self) -> None:
        """Store outcomes and health; in the background while there is something to send."""
        idle = not (self._flying or self.claims.waiting)
        held, arrived = self.claims.held, self._arrived
        wait = idle or bool(held) or len(arrived) > MAX_ARRIVED
        # An endpoint that is to be disabled must be so before its held deliveries are read.
        self.health.act(wait=wait)
        self._flush(wait=wait)
        if wait and arrived:
            # A notice that was given up has arrived after all.
            self.stores.escalations.check_again_if_unreached(arrived, self.now())
            arrived.clear()
        if held:
            release_if_enabled(self.stores.endpoints, self.stores.deliveries, held, self.now())
            held.clear()

    def _flush(self, *, wait: bool) -> None:
        lost = self._writer.flush(self.stores.deliveries.complete, wait=wait)
        if lost:
            self.lost_claims += lost
            metrics.LOST_CLAIMS.inc(lost)
            log.warning("dispatcher.claims_lost", count=lost)


def _lane_of_retry(claimed: Claimed) -> str:
    """Return the lane of a delivery's next attempt: nearly always the second.

    An endpoint's own lane holds only deliveries that are due now, so that a search for due ones
    never reads others. The one exception is the message that probes a disabled endpoint: its lane
    marks it as the probe.
    """
    return claimed.endpoint.id if claimed.endpoint.probing else SECOND
