"""Judges endpoints by their attempts: stores health, warns owners, disables and opens endpoints."""

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
from services.notices.model.endpoints import PAUSED, Destination, Endpoint
from services.notices.model.entries import message_event
from services.notices.model.health import DISABLE, SLOW_MS, Health, Report
from services.notices.model.jobs import FAN_OUT, Job, job_id
from services.notices.model.warnings import warning_data
from services.notices.store import Stores
from shared.errors import PreconditionFailed
from shared.ids import derived_id
from shared.mongo import AlreadyExists, Session
from shared.times import Clock, format_instant

log = structlog.get_logger()

GONE = "gone"
FAILING = "failing"
WEBHOOK_DISABLED, WEBHOOK_RECOVERED = "webhook.disabled", "webhook.recovered"
# Held deliveries released when an endpoint is opened; the upkeep releases the rest.
RELEASED_AT_ONCE = 1_000


@dataclass
class _Case:
    endpoint: Destination
    report: Report = field(default_factory=Report)
    gone: bool = False
    stops: bool = False

    @property
    def health(self) -> Health:
        return self.report.upon(self.endpoint.health)


def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="endpoint-health")


@dataclass
class EndpointHealthTracker:
    """Records outcomes of attempts and acts on them. Use it from one thread."""

    stores: Stores
    enqueue: Enqueue
    now: Clock
    _cases: dict[str, _Case] = field(default_factory=dict)
    _at: datetime | None = None
    _thread: ThreadPoolExecutor = field(default_factory=_one_thread)
    _acting: Future[None] | None = None

    def note(self, claimed: Claimed, outcome: Outcome) -> None:
        """Record an outcome. Success at a healthy endpoint changes nothing."""
        endpoint, slow = claimed.endpoint, outcome.duration_ms > SLOW_MS
        known = endpoint.id in self._cases or endpoint.health or endpoint.probing
        if outcome.ok and not (slow or known or outcome.stops):
            return
        case = self._cases.setdefault(endpoint.id, _Case(endpoint))
        # One instant for all outcomes between two acts, so that equal reports are stored as one.
        self._at = self._at or self.now()
        if outcome.code == CUT_SHORT:
            case.report = case.report.tardy(self._at)
            return
        case.report = case.report.and_then(
            ok=outcome.ok, code=outcome.code, ms=outcome.duration_ms, at=self._at
        )
        case.gone = case.gone or outcome.status == 410
        case.stops = case.stops or outcome.stops

    def act(self, *, wait: bool) -> None:
        """Start acting on the recorded outcomes; with ``wait``, finish it as well.

        It runs on another thread, because a thousand warnings must not delay deliveries. Raises
        the error of an earlier act: its outcomes are lost, and the next ones show the same again.
        """
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
        """Store the health of endpoints; warn their owners, disable and open them as is due."""
        self.stores.endpoints.report({name: case.report for name, case in cases.items()})
        for case in cases.values():
            # If its owner has just changed the endpoint, the next outcome decides.
            with suppress(PreconditionFailed):
                self._treat(case)

    def _treat(self, case: _Case) -> None:
        endpoint, health = case.endpoint, case.health
        if case.gone:
            self._disable(self._unchanged(endpoint), GONE, health)
        elif case.stops:
            self._disable(self._unchanged(endpoint), PAUSED, health)
        elif health.stage == DISABLE:
            self._disable(self._unchanged(endpoint), FAILING, health)
        elif health.stage > health.warned:
            self._warn(self._unchanged(endpoint), health)
        elif case.report.ok and not case.report.failures:
            self._works_again(endpoint)
        if case.report.blocked_at and not (endpoint.health and endpoint.health.blocked_at):
            occasion = f"blocked:{case.report.blocked_at.isoformat()}"
            # Warn even if its owner has changed the endpoint: no later outcome shows it again.
            if changed := self.stores.endpoints.find(endpoint.id):
                self._send_warning(changed, health, occasion)

    def _works_again(self, endpoint: Destination) -> None:
        """Open one that was tried out; tell the owner of one that was warned of, or disabled."""
        before = endpoint.health or Health()
        was_opened = endpoint.probing and self._open(endpoint)
        if not (was_opened or before.warned):
            return
        changed = self.stores.endpoints.find(endpoint.id)
        if changed is not None:
            self._tell_recovered(changed, before)

    def _tell_recovered(self, endpoint: Endpoint, before: Health) -> None:
        since = before.first_failure_at.isoformat() if before.first_failure_at else None
        key = f"{endpoint.id}:{since or endpoint.revision}:recovered"
        data = warning_data(endpoint, before)

        def write(session: Session) -> None:
            owner = endpoint.controller_id
            self.enqueue(WEBHOOK_RECOVERED, owner, data, key=key, session=session)

        self.stores.mongo.transact(write)
        log.info("endpoint.recovered", endpoint_id=endpoint.id)

    def _unchanged(self, seen: Destination) -> Endpoint:
        """Return the whole endpoint; ``PreconditionFailed`` if it changed since the attempt."""
        endpoint = self.stores.endpoints.find(seen.id)
        if endpoint is None or endpoint.revision != seen.revision:
            raise PreconditionFailed
        return endpoint

    def _warn(self, endpoint: Endpoint, health: Health) -> None:
        since = health.first_failure_at.isoformat() if health.first_failure_at else ""
        self._send_warning(endpoint, health, f"{since}:{health.stage}", health.stage)
        log.info("endpoint.warned", endpoint_id=endpoint.id, stage=health.stage)

    def _send_warning(
        self, endpoint: Endpoint, health: Health, occasion: str, stage: int = 0
    ) -> None:
        """Warn the owner, by a message to its other endpoints and by mail, once per occasion."""
        key, data = f"{endpoint.id}:{occasion}", warning_data(endpoint, health)

        def write(session: Session) -> None:
            warned = self.stores.endpoints.warned
            if stage and not warned(endpoint.id, stage, self.now(), session):
                return
            self._add_message(endpoint, data, key, session)
            self.enqueue(
                events.WEBHOOK_DISABLING_SOON,
                endpoint.controller_id,
                data,
                key=key,
                session=session,
            )

        with suppress(AlreadyExists):
            self.stores.mongo.transact(write)

    def _add_message(
        self, endpoint: Endpoint, data: Mapping[str, Any], key: str, session: Session
    ) -> None:
        event_id, at = derived_id("evt", key), format_instant(self.now())
        event = message_event(
            event_id,
            events.WEBHOOK_DISABLING_SOON,
            at,
            data,
            controller_id=endpoint.controller_id,
            except_endpoint=endpoint.id,
        )
        self.stores.events.add(event, session)
        job = Job(job_id(event_id), FAN_OUT, self.now(), event_id=event_id)
        self.stores.jobs.add(job, session)

    def _disable(self, endpoint: Endpoint, reason: str, health: Health) -> None:
        now, data = self.now(), warning_data(endpoint, health)
        key = f"{endpoint.id}:{now.isoformat()}:{reason}"

        def write(session: Session) -> None:
            self.stores.endpoints.replace(endpoint.disabled(now, reason), session)
            self.enqueue(WEBHOOK_DISABLED, endpoint.controller_id, data, key=key, session=session)

        self.stores.mongo.transact(write)
        log.info("endpoint.disabled", endpoint_id=endpoint.id, reason=reason)

    def _open(self, endpoint: Destination) -> bool:
        """Whether it was still to be opened."""
        if not self.stores.endpoints.open(endpoint.id):
            return False
        log.info("endpoint.opened", endpoint_id=endpoint.id)
        self.stores.deliveries.release(endpoint.id, self.now(), skip=False, limit=RELEASED_AT_ONCE)
        return True
