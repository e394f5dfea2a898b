"""What attempts mean for their endpoints: health, warnings to the owner, disabling, opening."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from services.notices import events
from services.notices.channels.webhook import CUT_SHORT, Outcome
from services.notices.dispatcher.ports import Claimed, Enqueue
from services.notices.model.endpoints import Destination, Endpoint
from services.notices.model.entries import message_event
from services.notices.model.health import DISABLE, SLOW_MS, Health, Report
from services.notices.model.jobs import TELL, Job
from services.notices.store import Stores
from shared.errors import PreconditionFailed
from shared.ids import derived_id
from shared.mongo import AlreadyExists, Session
from shared.times import Clock, format_instant

log = structlog.get_logger()

GONE = "gone"
FAILING = "failing"
WEBHOOK_DISABLED = "webhook.disabled"
# What was held leaves in the round that finds its endpoint well; the upkeep releases the rest.
RELEASED_AT_ONCE = 1_000


@dataclass
class _Case:
    endpoint: Destination
    report: Report = field(default_factory=Report)
    gone: bool = False

    @property
    def health(self) -> Health:
        return self.report.upon(self.endpoint.health)


def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="care")


@dataclass
class Care:
    """Notes what attempts say of endpoints, and acts on it. Use it from one thread."""

    stores: Stores
    enqueue: Enqueue
    now: Clock
    _cases: dict[str, _Case] = field(default_factory=dict)
    _at: datetime | None = None
    _thread: ThreadPoolExecutor = field(default_factory=_one_thread)
    _acting: Future[None] | None = None

    def note(self, claimed: Claimed, outcome: Outcome) -> None:
        """What is good and was good before needs no note: that is nearly all there is."""
        endpoint, slow = claimed.endpoint, outcome.duration_ms > SLOW_MS
        known = endpoint.id in self._cases or endpoint.health or endpoint.probing
        if outcome.ok and not slow and not known:
            return
        case = self._cases.setdefault(endpoint.id, _Case(endpoint))
        # One instant for all that is noted between two acts: alike reports are stored as one.
        self._at = self._at or self.now()
        if outcome.code == CUT_SHORT:
            case.report = case.report.tardy(self._at)
            return
        case.report = case.report.and_then(
            ok=outcome.ok, code=outcome.code, ms=outcome.duration_ms, at=self._at
        )
        case.gone = case.gone or outcome.status == 410

    def act(self, *, wait: bool) -> None:
        """Begin to act on what was noted, on another thread, for a thousand warnings at once must
        hold up nobody; with ``wait``, end it, too. Raises what went wrong: what was noted is
        forgotten then, and the next outcomes tell it again."""
        if self._acting and (wait or self._acting.done()):
            self._end()
        if self._cases and not self._acting:
            cases, self._cases, self._at = self._cases, {}, None
            self._acting = self._thread.submit(self._act_on, cases)
        if self._acting and wait:
            self._end()

    def _end(self) -> None:
        if self._acting:
            acting, self._acting = self._acting, None
            acting.result()

    def _act_on(self, cases: Mapping[str, _Case]) -> None:
        """Store the health of all; warn, disable and open those for whom it is time."""
        self.stores.endpoints.report({name: each.report for name, each in cases.items()})
        for case in cases.values():
            # When its owner has just changed it, the next outcome will tell again.
            with suppress(PreconditionFailed):
                self._treat(case)

    def _treat(self, case: _Case) -> None:
        endpoint, health = case.endpoint, case.health
        if case.gone:
            self._disable(self._unchanged(endpoint), GONE, health)
        elif health.stage == DISABLE:
            self._disable(self._unchanged(endpoint), FAILING, health)
        elif health.stage > health.warned:
            self._warn(self._unchanged(endpoint), health)
        elif case.report.ok and not case.report.failures and endpoint.probing:
            self._open(endpoint)
        if case.report.blocked_at and not (endpoint.health and endpoint.health.blocked_at):
            occasion = f"blocked:{case.report.blocked_at.isoformat()}"
            # Whatever its owner has changed meanwhile: no later outcome tells it again.
            if found := self.stores.endpoints.find(endpoint.id):
                self._tell(found, health, occasion)

    def _unchanged(self, seen: Destination) -> Endpoint:
        """All of an endpoint; ``PreconditionFailed`` when it is another than the one tried."""
        found = self.stores.endpoints.find(seen.id)
        if found is None or found.revision != seen.revision:
            raise PreconditionFailed
        return found

    def _warn(self, endpoint: Endpoint, health: Health) -> None:
        since = health.first_failure_at.isoformat() if health.first_failure_at else ""
        self._tell(endpoint, health, f"{since}:{health.stage}", health.stage)
        log.info("endpoint.warned", endpoint=endpoint.id, stage=health.stage)

    def _tell(self, endpoint: Endpoint, health: Health, occasion: str, stage: int = 0) -> None:
        """Warn the owner, by a message to its other endpoints and by mail, once per occasion."""
        key, told = f"{endpoint.id}:{occasion}", _told(endpoint, health)

        def write(session: Session) -> None:
            warned = self.stores.endpoints.warned
            if stage and not warned(endpoint.id, stage, self.now(), session):
                return
            self._message(endpoint, told, key, session)
            self.enqueue(
                events.WEBHOOK_DISABLING_SOON,
                endpoint.controller_id,
                told,
                key=key,
                session=session,
            )

        with suppress(AlreadyExists):
            self.stores.mongo.transact(write)

    def _message(
        self, endpoint: Endpoint, told: Mapping[str, Any], key: str, session: Session
    ) -> None:
        event_id, at = derived_id("evt", key), format_instant(self.now())
        event = message_event(
            event_id,
            events.WEBHOOK_DISABLING_SOON,
            at,
            told,
            controller_id=endpoint.controller_id,
            except_endpoint=endpoint.id,
        )
        self.stores.events.add(event, session)
        job = Job(derived_id("job", event_id), TELL, self.now(), event_id=event_id)
        self.stores.jobs.add(job, session)

    def _disable(self, endpoint: Endpoint, reason: str, health: Health) -> None:
        now, told = self.now(), _told(endpoint, health)
        key = f"{endpoint.id}:{now.isoformat()}:{reason}"

        def write(session: Session) -> None:
            self.stores.endpoints.replace(endpoint.disabled(now, reason), session)
            self.enqueue(WEBHOOK_DISABLED, endpoint.controller_id, told, key=key, session=session)

        self.stores.mongo.transact(write)
        log.info("endpoint.disabled", endpoint=endpoint.id, reason=reason)

    def _open(self, endpoint: Destination) -> None:
        if self.stores.endpoints.open(endpoint.id):
            log.info("endpoint.opened", endpoint=endpoint.id)
            self.stores.deliveries.release(
                endpoint.id, self.now(), skip=False, limit=RELEASED_AT_ONCE
            )


def _told(endpoint: Endpoint, health: Health) -> dict[str, Any]:
    """What the owner is told; instants as text, as in every message."""
    since, until = health.first_failure_at, health.disabled_from
    return {
        "endpoint_id": endpoint.id,
        "url": endpoint.display_url,
        "description": endpoint.description,
        "failing_since": format_instant(since) if since else None,
        "failures": health.failures,
        "last_error": health.last_error,
        "disables_at": format_instant(until) if until else None,
    }
