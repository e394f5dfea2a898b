"""One round of upkeep after the other: deliveries left held, what is old, secrets sealed by older
keys.

A message that is no notice and was delivered goes after ``Ages.keep``. A notice, and whatever was
not delivered, is evidence: it stays until its agreement has been over for ``Ages.evidence``. What
receivers answered goes sooner, after ``Ages.answers``: that an attempt was made, when, and with
which status is the proof, not the text of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from services.notices.model.contacts import Named
from services.notices.model.endpoints import Endpoint
from services.notices.retention.sweeps import (
    Ages,
    JobSweep,
    MessageSweep,
    RecipientSweep,
    SubscriberSweep,
    WarningSweep,
    sweep,
)
from services.notices.store import Stores
from services.notices.store.contacts import sealed_name
from shared.errors import PreconditionFailed
from shared.failures import Failures
from shared.times import Clock
from shared.webhook_signing import SecretBox, UnreadableSecretError

log = structlog.get_logger()

PASS_EVERY = timedelta(hours=6)
RELEASED_A_ROUND = 5_000
Step = Callable[[], bool]


@dataclass
class Retention:
    """Use it from one thread. ``seen``: told the moment of the oldest message not delivered."""

    stores: Stores
    failures: Failures
    box: SecretBox
    ages: Ages
    now: Clock
    seen: Callable[[datetime | None], None] = lambda _: None
    batch: int = 500
    _pass: list[tuple[str, Step]] = field(default_factory=list)
    _endpoints_after: str = ""
    _contacts_after: str = ""
    _next_pass: datetime | None = None

    def run_once(self) -> bool:
        """One batch of one step; False when this pass is over."""
        more = self._release()
        self.seen(self.stores.deliveries.oldest_live())
        if self._next_pass and self.now() < self._next_pass:
            return more
        self._pass = self._pass or self._steps()
        if self._step():
            return True
        del self._pass[0]
        if not self._pass:
            self._next_pass = self.now() + PASS_EVERY
        return bool(self._pass) or more

    def _step(self) -> bool:
        """One step of the sweep whose turn it is; one that fails leaves its turn to the next."""
        self.failures.barred()
        (name, step), more = self._pass[0], list[bool]()
        self.failures.attempt(name, lambda _: more.append(step()))
        return any(more)

    def _steps(self) -> list[tuple[str, Step]]:
        """Those of a pass, one after the other: what names something goes before it."""
        self._endpoints_after = self._contacts_after = ""
        sweeps = (MessageSweep, JobSweep, RecipientSweep, WarningSweep, SubscriberSweep)
        given = (self.stores, self.failures, self.ages, self.now, self.batch)
        made = [each(*given) for each in sweeps]
        seals: list[tuple[str, Step]] = [
            ("Seals", self._seal_anew),
            ("AddressSeals", self._seal_addresses),
        ]
        return [*seals, *((type(each).__name__, each.step) for each in made)]

    def _release(self) -> bool:
        """What is held for an endpoint that is open was left by somebody who died half-way. Where
        the message that was to try first has failed for good, the next one tries."""
        held, released = self.stores.deliveries.held_for(), list[int]()
        named = {each: each for each in held}
        sweep(self.failures, named, lambda some: released.append(self._release_for(some)))
        return any(released)

    def _release_for(self, held: Sequence[str]) -> int:
        endpoints = self.stores.endpoints.many(held)
        released = 0
        for each in held:
            # Where the endpoint is gone, the dispatcher is to find that out.
            if each not in endpoints or endpoints[each].is_open:
                released += self.stores.deliveries.release(
                    each, self.now(), skip=False, limit=RELEASED_A_ROUND
                )
            elif endpoints[each].probing and not self.stores.deliveries.probes(each):
                released += self.stores.deliveries.probe(each, self.now())
        return released

    def _seal_anew(self) -> bool:
        names = self.stores.endpoints.after(self._endpoints_after, self.batch)
        sweep(self.failures, {each: each for each in names}, self._reseal_stale)
        self._endpoints_after = names[-1] if names else ""
        return len(names) == self.batch

    def _seal_addresses(self) -> bool:
        """The same for the addresses that customers have left for channels."""
        some = self.stores.contacts.with_addresses(self._contacts_after, self.batch)
        sweep(self.failures, {each[0]: each for each in some}, self._reseal_addresses)
        self._contacts_after = some[-1][0] if some else ""
        return len(some) == self.batch

    def _reseal_addresses(self, some: Sequence[tuple[str, Named]]) -> None:
        for owner, named in some:
            for channel, address in named.addresses.items():
                if self.box.is_stale(address["sealed"]):
                    self._reseal_address(owner, channel, address["sealed"])

    def _reseal_address(self, owner: str, channel: str, before: bytes) -> None:
        name = sealed_name(owner, channel)
        try:
            sealed = self.box.seal(self.box.open(before, name), name)
        except UnreadableSecretError:
            log.error("address.seal_stale", controller_id=owner)  # noqa: TRY400  No trace: secrets.
            return
        self.stores.contacts.seal_anew(owner, channel, before, sealed)

    def _reseal_stale(self, names: Sequence[str]) -> None:
        for each in self.stores.endpoints.many(names).values():
            if any(self.box.is_stale(secret.sealed) for secret in each.secrets):
                self._reseal(each)

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
            log.error("endpoint.secret_unreadable", endpoint_id=endpoint.id)  # noqa: TRY400  No trace: secrets.
        except PreconditionFailed:
            pass  # Its owner has just changed it; the next pass looks again.
