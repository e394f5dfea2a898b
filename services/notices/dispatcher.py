"""The dispatcher: claims due deliveries in batches, signs, sends, stores what became of them.

Any number of them run side by side. A claim is a token and a lease: every later write names the
token, so one that comes too late changes nothing, and a delivery whose dispatcher died is due again
when its lease lapses. Claims are taken only as room is free, and a delivery whose lease has grown
short before its turn is left for the next claim rather than sent twice.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from services.notices.channels.webhook import Outcome, Outgoing, next_attempt
from services.notices.completions import Completions
from services.notices.held import release_if_enabled
from services.notices.model.deliveries import ABANDONED, DELIVERED, FAILED, HELD, PENDING
from services.notices.model.endpoints import Endpoint
from services.notices.model.messages import Event, body_of
from services.notices.signing import SecretBox, UnreadableSecretError, signed_headers
from services.notices.store import Deliveries, Endpoints, Events, Messages
from services.notices.store.deliveries import Completion
from shared.errors import PreconditionFailed
from shared.ids import IdSource
from shared.mongo import Document
from shared.times import Clock

log = structlog.get_logger()

GONE = "gone"
# How long one round waits for answers before it stores those that came.
PUMP_SECONDS = 0.05
CLAIM_LIMIT = 1_000


class Sending(Protocol):
    """What the dispatcher asks of a sender; ``channels.webhook.Sender`` is one."""

    @property
    def in_flight(self) -> int: ...
    @property
    def free(self) -> int: ...
    def submit(self, outgoing: Outgoing) -> None: ...
    def finished(self, wait: float = 0.0) -> list[Outcome]: ...


@dataclass(frozen=True)
class Stores:
    """What the dispatcher reads and writes."""

    endpoints: Endpoints
    events: Events
    messages: Messages
    deliveries: Deliveries


@dataclass(frozen=True)
class Lease:
    """``seconds``: of a claim; ``attempt_seconds``: what one attempt may take at most."""

    seconds: int
    attempt_seconds: int

    def __post_init__(self) -> None:
        if self.seconds <= 2 * self.attempt_seconds:
            raise ValueError("a lease must be longer than twice the time limit of an attempt")


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours until ``until`` (monotonic seconds), ready to be signed."""

    delivery: Document
    endpoint: Endpoint
    body: bytes
    until: float
    sent_at: datetime | None = None

    @property
    def id(self) -> str:
        return str(self.delivery["_id"])


@dataclass
class Dispatcher:
    """Use it from one thread. ``jitter`` gives numbers from -1 to 1."""

    stores: Stores
    sender: Sending
    box: SecretBox
    lease: Lease
    now: Clock
    new_id: IdSource
    jitter: Callable[[], float]
    monotonic: Callable[[], float] = time.monotonic
    fence_losses: int = 0
    _waiting: deque[Claimed] = field(default_factory=deque)
    _flying: dict[str, Claimed] = field(default_factory=dict)
    _done: Completions = field(default_factory=Completions)
    _gone: dict[str, Endpoint] = field(default_factory=dict)
    _held: set[str] = field(default_factory=set)

    def run_once(self) -> bool:
        """One round: claim what there is room for, send, store outcomes. False when idle."""
        busy = bool(self._flying or self._waiting)
        try:
            busy = bool(self._claim()) or busy
        finally:
            # What is in the air must be stored and the rest sent even if nothing can be claimed.
            self._depart()
            self._collect()
            self._store()
        return busy

    def _claim(self) -> int:
        room = min(CLAIM_LIMIT, 4 * (self.sender.free + self.sender.in_flight)) - len(self._waiting)
        if room <= 0 or self.sender.free == 0:
            return 0
        now, token = self.now(), self.new_id("claim")
        lapses = self.monotonic() + self.lease.seconds
        until = now + timedelta(seconds=self.lease.seconds)
        rows = self.stores.deliveries.claim(token, now, until, room)
        if rows:
            self._prepare(rows, lapses)
        return len(rows)

    def _prepare(self, rows: Sequence[Document], lapses: float) -> None:
        messages = self.stores.messages.many(each["message_id"] for each in rows)
        events = self.stores.events.many(each["event_id"] for each in messages.values())
        endpoints = self.stores.endpoints.many({each["endpoint_id"] for each in rows})
        for row in rows:
            endpoint, message = endpoints.get(row["endpoint_id"]), messages.get(row["message_id"])
            event = events.get(message["event_id"]) if message else None
            if endpoint is None or message is None or event is None:
                self._put_aside(row, ABANDONED)
            elif endpoint.disabled_at is not None:
                self._put_aside(row, HELD)
                self._held.add(endpoint.id)
            else:
                self._waiting.append(Claimed(row, endpoint, _body(event, message), lapses))

    def _put_aside(self, row: Document, state: str) -> None:
        self._done.add(Completion(row["_id"], row["claim"], state, None, None))

    def _depart(self) -> None:
        while self._waiting and self.sender.free:
            claimed = self._waiting.popleft()
            if claimed.until - self.monotonic() < self.lease.attempt_seconds * 1.5:
                continue  # Its lease ends soon; whoever claims it next sends it.
            self._submit(replace(claimed, sent_at=self.now()))

    def _submit(self, claimed: Claimed) -> None:
        assert claimed.sent_at is not None  # noqa: S101  Set by ``_depart``.
        self._flying[claimed.id] = claimed
        try:
            headers = self._headers(claimed, claimed.sent_at)
        except (UnreadableSecretError, ValueError):
            # One endpoint's broken secret must not stop the deliveries of the others.
            self._arrive(Outcome(claimed.id, False, None, "secret_unreadable", 0))
            return
        self.sender.submit(Outgoing(claimed.id, claimed.endpoint.url, headers, claimed.body))

    def _headers(self, claimed: Claimed, at: datetime) -> dict[str, str]:
        live = claimed.endpoint.live_secrets(at)
        secrets = [self.box.open(each.sealed, claimed.endpoint.id) for each in live]
        return signed_headers(claimed.delivery["message_id"], at, claimed.body, secrets)

    def _collect(self) -> None:
        """Take answers for a while, filling each place that gets free at once."""
        end = self.monotonic() + PUMP_SECONDS
        while self._flying and (left := end - self.monotonic()) > 0:
            for outcome in self.sender.finished(left):
                self._arrive(outcome)
            self._depart()

    def _arrive(self, outcome: Outcome) -> None:
        claimed = self._flying.pop(outcome.key)
        follows = next_attempt(claimed.delivery["attempt"] + 1, outcome, self.jitter())
        state, due_at = PENDING, None
        if follows.state == "retry":
            due_at = self.now() + (follows.after or timedelta())
        else:
            state = {"delivered": DELIVERED, "exhausted": FAILED, "disabled": HELD}[follows.state]
        if follows.state == "disabled":
            self._gone[claimed.endpoint.id] = claimed.endpoint
            self._held.add(claimed.endpoint.id)
        attempt = self._attempt(claimed, outcome)
        self._done.add(Completion(claimed.id, claimed.delivery["claim"], state, due_at, attempt))

    def _attempt(self, claimed: Claimed, outcome: Outcome) -> dict[str, Any]:
        before = claimed.delivery["attempts"]
        return {
            "id": self.new_id("att"),
            "n": before[-1]["n"] + 1 if before else 1,
            "at": claimed.sent_at,
            "duration_ms": outcome.duration_ms,
            "status": outcome.status,
            "code": outcome.code,
            "body": outcome.body,
            **({"location": outcome.location} if outcome.location else {}),
        }

    def _store(self) -> None:
        """Store what is done; in the background as long as there is something to send."""
        self._disable_gone()
        idle = not (self._flying or self._waiting)
        lost = self._done.flush(self.stores.deliveries.complete, wait=idle or bool(self._held))
        if lost:
            self.fence_losses += lost
            log.warning("dispatcher.claims_lost", count=lost)
        held, self._held = self._held, set()
        release_if_enabled(self.stores.endpoints, self.stores.deliveries, held, self.now())

    def _disable_gone(self) -> None:
        """Endpoints that answered 410 get nothing more until their owner enables them."""
        for endpoint in list(self._gone.values()):
            try:
                self.stores.endpoints.replace(endpoint.disabled(self.now(), GONE))
                log.info("endpoint.disabled", endpoint=endpoint.id, reason=GONE)
            except PreconditionFailed:
                pass  # Its owner has just changed it; the next 410 will tell.
            del self._gone[endpoint.id]


def _body(event: Event, message: Document) -> bytes:
    return body_of(event.head, message["extra"], event.tail)
