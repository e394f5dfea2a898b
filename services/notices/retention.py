"""Upkeep of notices, in small batches that anybody may repeat: what is old goes, what was left held
is released, what an older key sealed is sealed anew.

A message that is no notice and was delivered goes after ``keep``. A notice, and whatever was not
delivered, is evidence: it stays until its agreement has been over for ``evidence``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from services.notices.model.deliveries import ABANDONED, DELIVERED, SKIPPED
from services.notices.model.endpoints import Endpoint
from services.notices.model.messages import least_id
from services.notices.signing import SecretBox, UnreadableSecretError
from services.notices.store import Deliveries, Endpoints, Mails, Messages, Recipients
from shared.errors import PreconditionFailed
from shared.mongo import Document
from shared.times import Clock, parse_instant

log = structlog.get_logger()

PASS_EVERY = timedelta(hours=6)
RELEASED_A_ROUND = 5_000
SETTLED = frozenset({DELIVERED, SKIPPED, ABANDONED})


@dataclass(frozen=True)
class Stores:
    """What upkeep reads and writes."""

    messages: Messages
    deliveries: Deliveries
    endpoints: Endpoints
    recipients: Recipients
    mails: Mails


@dataclass
class Retention:
    """Use it from one thread. ``seen``: told the moment of the oldest message not delivered."""

    stores: Stores
    box: SecretBox
    keep: timedelta
    evidence: timedelta
    now: Clock
    seen: Callable[[datetime | None], None] = lambda _: None
    batch: int = 500
    _messages_after: str = ""
    _endpoints_after: str = ""
    _next_pass: datetime | None = None

    def run_once(self) -> bool:
        """One batch of everything; False when this pass is over."""
        released = self._release()
        self.seen(self.stores.deliveries.oldest_live())
        if self._next_pass and self.now() < self._next_pass:
            return released
        self.stores.mails.remove_warnings(self.now() - self.keep)
        more = [self._forget(), self._seal_anew()]
        if not any(more):
            self._messages_after = self._endpoints_after = ""
            self._next_pass = self.now() + PASS_EVERY
        return any(more) or released

    def _release(self) -> bool:
        """What is held for an endpoint that is open was left by somebody who died half-way."""
        held = self.stores.deliveries.held_for()
        endpoints = self.stores.endpoints.many(held)
        released = 0
        for each in held:
            # Where the endpoint is gone, the dispatcher is to find that out.
            if each not in endpoints or endpoints[each].is_open:
                released += self.stores.deliveries.release(
                    each, self.now(), skip=False, limit=RELEASED_A_ROUND
                )
        return released > 0

    def _forget(self) -> bool:
        before = least_id("msg", self.now() - self.keep)
        rows = self.stores.messages.before(before, self._messages_after, self.batch)
        if not rows:
            return False
        gone = self._expired(rows)
        self.stores.deliveries.remove_of(gone)
        self.stores.mails.remove_of(gone)
        self.stores.messages.remove(gone)
        if gone:
            log.info("messages.removed", count=len(gone))
        self._messages_after = rows[-1]["_id"]
        return len(rows) == self.batch

    def _expired(self, rows: Sequence[Document]) -> list[str]:
        states: dict[str, set[str]] = defaultdict(set)
        for delivery in self.stores.deliveries.of_messages(each["_id"] for each in rows):
            states[delivery["message_id"]].add(delivery["state"])
        agreements = {each["agreement_id"] for each in rows if each["agreement_id"]}
        over = self._over(sorted(agreements))
        return [
            each["_id"]
            for each in rows
            if each["agreement_id"] in over
            or (each["notice"] is None and states[each["_id"]] <= SETTLED)
        ]

    def _over(self, agreement_ids: Sequence[str]) -> set[str]:
        """Those of these agreements whose evidence need not be kept any longer."""
        recipients = self.stores.recipients.many(agreement_ids).values()
        until = self.now() - self.evidence
        return {
            each.agreement_id
            for each in recipients
            if each.ended_at and parse_instant(each.ended_at) < until
        }

    def _seal_anew(self) -> bool:
        rows = self.stores.endpoints.after(self._endpoints_after, self.batch)
        for each in rows:
            if any(self.box.is_stale(secret.sealed) for secret in each.secrets):
                self._reseal(each)
        self._endpoints_after = rows[-1].id if rows else ""
        return len(rows) == self.batch

    def _reseal(self, endpoint: Endpoint) -> None:
        try:
            secrets = tuple(
                replace(
                    each, sealed=self.box.seal(self.box.open(each.sealed, endpoint.id), endpoint.id)
                )
                for each in endpoint.secrets
            )
            self.stores.endpoints.replace(endpoint.changed(endpoint.updated_at, secrets=secrets))
        except UnreadableSecretError:
            log.error("endpoint.secret_unreadable", endpoint=endpoint.id)  # noqa: TRY400
        except PreconditionFailed:
            pass  # Its owner has just changed it; the next pass looks again.
