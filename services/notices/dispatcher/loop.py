"""The dispatcher's rounds: claim, send, store.

Any number of dispatchers run side by side. A claim is a token and a lease: every later change names
the token, so one that comes too late changes nothing, and a delivery whose dispatcher died is due
again when its lease lapses. Of a delivery out of a parcel the first row stands; only that it has
arrived is written into it afterwards. Claims are taken only as room is free, and a delivery whose
lease has grown short before its turn is given back rather than sent twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from services.notices.channels.webhook import ADDRESS_BUSY, Outcome, Outgoing, Schedule
from services.notices.channels.webhook.signing import (
    SecretBox,
    UnreadableSecretError,
    signed_headers,
)
from services.notices.dispatcher import metrics
from services.notices.dispatcher.claims import Claims, Shares
from services.notices.dispatcher.endpoint_health import Care
from services.notices.dispatcher.parcels import OpenedParcels
from services.notices.dispatcher.ports import Claimed, Enqueue, Lease, Sending
from services.notices.dispatcher.writer import Completions
from services.notices.model.deliveries import DELIVERED, FAILED, HELD, PENDING, SECOND
from services.notices.model.messages import attempt_id
from services.notices.store import Stores
from services.notices.store.outcomes import Completion
from services.notices.store.release import release_if_enabled
from shared.failures import Failures
from shared.ids import IdSource
from shared.times import Clock

log = structlog.get_logger()

# How long one round waits for answers before it stores those that came.
PUMP_SECONDS = 0.05
# When nothing has come for so long, whoever answers quickly has answered.
LULL_SECONDS = 0.005
# How often it looks how long deliveries wait, and how many others work beside it.
LOOK_AROUND_SECONDS = 5.0
# How long a delivery waits for room at a crowded address before others may claim it, and after
# which time they may.
PATIENCE_SECONDS = 0.5
COME_BACK = timedelta(seconds=1)
PASSED_OVER = 64
# How long a first try that gets no answer may keep a place that others wait for. Of many endpoints
# some are always dead; nobody knows which until they have been tried, and nobody is to wait for it.
PATIENCE_WITH_FIRST_TRIES = 1.0
# What a delivery becomes, by what the schedule says.
_STATES = {"delivered": DELIVERED, "retry": PENDING, "exhausted": FAILED, "disabled": HELD}


@dataclass
class Dispatcher:
    """Use it from one thread. ``jitter`` gives numbers from -1 to 1; ``enqueue`` has
    the owners of endpoints warned by mail; ``alive``: how many dispatchers work side by side, among
    whom what an endpoint may take is divided."""

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
    shares: Shares = field(default_factory=Shares)
    alive: Callable[[], int] = lambda: 1
    monotonic: Callable[[], float] = time.monotonic
    fence_losses: int = 0
    _flying: set[Claimed] = field(default_factory=set)
    _outcomes: Counter[str] = field(default_factory=Counter)
    _turned_away: list[Claimed] = field(default_factory=list)
    _looks_again_at: float = 0.0

    def __post_init__(self) -> None:
        opened = OpenedParcels(self.stores.parcels)
        self._done = Completions(
            lambda stored: opened.close((each.claim, each.delivery_id) for each in stored)
        )
        self.claims = Claims(
            self.stores, self.failures, self.lease, self.shares, self._done, opened,
            self.now, self.new_id, self.monotonic,
        )  # fmt: skip
        self.care = Care(self.stores, self.enqueue, self.now)

    def run_once(self) -> bool:
        """One round: claim what there is room for, send, store outcomes. False when idle."""
        busy, taken = bool(self._flying or self.claims.waiting), 0
        try:
            # What could not be stored comes first: else its lapsed claims would be taken again, and
            # what was sent would be sent once more.
            self._flush(wait=self._done.owes)
            taken = self.claims.take(self.sender)
        finally:
            # What is in the air must be stored and the rest sent even if nothing can be claimed.
            self._depart()
            self._collect(more=taken > 0)
            self._store()
        self._look_around()
        return busy or taken > 0

    def drain(self) -> None:
        """Before the end: what waits is given back at once, what is in the air ends (the time
        limit of an attempt bounds it) and is stored."""
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
        # They leave together: to look at two clocks for each of them showed up in profiles.
        now, moment = self.now(), self.monotonic()
        while waiting and self.sender.free and len(crowded) < PASSED_OVER:
            claimed = waiting.popleft()
            if claimed.until - moment < self.lease.attempt_seconds * 1.5:
                late.append(claimed)
            elif self.sender.crowded(claimed.endpoint.url):
                crowded.append(claimed)
            else:
                claimed.sent_at = now
                self._submit(claimed)
        patient_until = moment + self.lease.seconds - PATIENCE_SECONDS
        waiting.extend(each for each in crowded if each.until > patient_until)
        put_off = [each for each in crowded if each.until <= patient_until] + self._turned_away
        self._turned_away = []
        try:
            self.claims.give_back(late)
        finally:
            self.claims.give_back(put_off, COME_BACK)

    def _submit(self, claimed: Claimed) -> None:
        self._flying.add(claimed)
        try:
            headers = self._headers(claimed)
        except (UnreadableSecretError, ValueError):
            # One endpoint's broken secret must not stop the deliveries of the others.
            self._arrive(Outcome(claimed, False, None, "secret_unreadable", 0))
            return
        patience = PATIENCE_WITH_FIRST_TRIES if claimed.is_first else None
        url = claimed.endpoint.url
        self.sender.submit(Outgoing(claimed, url, headers, claimed.body, patience))

    def _headers(self, claimed: Claimed) -> dict[str, str]:
        assert claimed.sent_at is not None  # noqa: S101  Set by ``_depart``.
        live = claimed.endpoint.live_secrets(claimed.sent_at)
        secrets = [self.box.open(each.sealed, claimed.endpoint.id) for each in live]
        message_id = claimed.delivery["message_id"]
        return signed_headers(message_id, claimed.sent_at, claimed.body, secrets)

    def _collect(self, *, more: bool = False) -> None:
        """Take answers for a while, filling each place that gets free at once. With ``more`` to be
        claimed, those who keep their answers to themselves are not waited for."""
        end = self.monotonic() + PUMP_SECONDS
        while self._flying and (left := end - self.monotonic()) > 0:
            if self.claims.waiting and not self.sender.free:
                self.sender.hurry(len(self.claims.waiting))
            came = self.sender.finished(min(left, LULL_SECONDS) if more else left)
            if more and not came and not self.claims.waiting:
                break
            for outcome in came:
                self._arrive(outcome)
            self._depart()
        metrics.IN_FLIGHT.set(len(self._flying))
        metrics.count_attempts(self._outcomes)
        self._outcomes.clear()

    def _look_around(self) -> None:
        if self.monotonic() < self._looks_again_at:
            return
        self._looks_again_at = self.monotonic() + LOOK_AROUND_SECONDS
        self.claims.shares = self.shares.among(self.alive())
        self._show_lag()

    def _show_lag(self) -> None:
        now = self.now()
        queues = (self.stores.deliveries, self.stores.parcels)
        since = min((at for each in queues if (at := each.longest_due(now))), default=now)
        metrics.DUE_LAG.set((now - since).total_seconds())

    def _arrive(self, outcome: Outcome) -> None:
        claimed: Claimed = outcome.key
        self._flying.discard(claimed)
        if outcome.code == ADDRESS_BUSY:
            # Given back by the next ``_depart``: nothing may come between the outcomes that came
            # together.
            self._turned_away.append(claimed)
            return
        self.claims.let_go(claimed)
        self.care.note(claimed, outcome)
        self._outcomes[outcome.code or DELIVERED] += 1
        completed = self._completion(claimed, outcome)
        if completed.state == HELD:
            self.claims.held.add(claimed.endpoint.id)
        self._done.add(completed)

    def _completion(self, claimed: Claimed, outcome: Outcome) -> Completion:
        row = claimed.delivery
        # Chance has a price, and only a retry needs it.
        jitter = 0.0 if outcome.ok else self.jitter()
        follows = self.schedule.after(row["attempt"] + 1, outcome, jitter)
        return Completion(
            row["_id"],
            row["claim"],
            _STATES[follows.state],
            self.now() + follows.after if follows.after is not None else None,
            self._attempt(claimed, outcome),
            _lane_of_retry(claimed),
            row.get("unstored"),
        )

    def _attempt(self, claimed: Claimed, outcome: Outcome) -> dict[str, Any]:
        before = claimed.delivery["attempts"]
        number = before[-1]["n"] + 1 if before else 1
        return {
            "id": attempt_id(claimed.delivery["_id"], claimed.delivery["claim"]),
            "n": number,
            "at": claimed.sent_at,
            "duration_ms": outcome.duration_ms,
            "status": outcome.status,
            "code": outcome.code,
            "body": outcome.body,
            **({"location": outcome.location} if outcome.location else {}),
        }

    def _store(self) -> None:
        """Store what is done; in the background as long as there is something to send."""
        idle = not (self._flying or self.claims.waiting)
        held = self.claims.held
        # Whether an endpoint is disabled must be known before what it held is looked at.
        self.care.act(wait=idle or bool(held))
        self._flush(wait=idle or bool(held))
        if held:
            release_if_enabled(self.stores.endpoints, self.stores.deliveries, held, self.now())
            held.clear()

    def _flush(self, *, wait: bool) -> None:
        lost = self._done.flush(self.stores.deliveries.complete, wait=wait)
        if lost:
            self.fence_losses += lost
            metrics.FENCE_LOSSES.inc(lost)
            log.warning("dispatcher.claims_lost", count=lost)


def _lane_of_retry(claimed: Claimed) -> str:
    """Lanes of single endpoints hold what is due now, so that a look at them finds nothing else,
    however many endpoints have something to come. Only the one message by which an endpoint is
    tried again stays there, where it is known for what it is."""
    return claimed.endpoint.id if claimed.endpoint.probing else SECOND
