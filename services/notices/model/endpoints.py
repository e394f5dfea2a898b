"""A webhook endpoint: where, what for, signed with which secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, cast

from services.notices.model.filters import Filters
from services.notices.model.health import Health
from services.notices.model.messages import Event
from shared.errors import Conflict

LONGEST_OVERLAP_HOURS = 168
MOST_SECRETS = 5
PAUSED = "paused"


class TooManyEndpoints(Conflict):
    """This customer has as many webhook endpoints as it may have; delete one first."""

    code = "too-many-endpoints"


class TooManySecrets(Conflict):
    """Too many secrets of this endpoint are live; wait for one to end, or overlap by 0 hours."""

    code = "too-many-secrets"


class EndpointDisabled(Conflict):
    """The endpoint is disabled; enable it first."""

    code = "endpoint-disabled"


class EndpointPaused(Conflict):
    """The endpoint is paused; resume it first."""

    code = "endpoint-paused"


class EndpointChanged(Conflict):
    """The endpoint was changed at the same moment; try again."""

    code = "endpoint-changed"


@dataclass(frozen=True)
class Secret:
    """A signing secret, sealed. ``until``: when it ends; None for the newest."""

    sealed: bytes
    created_at: datetime
    until: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True)
class Endpoint:
    """``url`` is the ASCII form that is sent to, ``display_url`` the one to show.

    ``controller_id``: its owner, see ``model.owners``. ``event_types``, ``processors``,
    ``materiality`` and ``products`` are filters (``model.filters``).
    ``disabled_reason``: None while enabled, else ``gone`` (it answered 410), ``failing``, or
    ``paused`` by its owner, or by the receiver's header ``Webhook-Stop``.
    ``probing``: enabled again, but all except one delivery wait until that one has succeeded.
    ``health`` is kept apart from the rest: attempts change it, its owner does not.
    """

    id: str
    controller_id: str
    url: str
    display_url: str
    description: str
    event_types: tuple[str, ...]
    processors: tuple[str, ...]
    secrets: tuple[Secret, ...]
    created_at: datetime
    updated_at: datetime
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    probing: bool = False
    health: Health | None = None
    revision: int = 1
    materiality: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        if self.disabled_at is None:
            return "enabled"
        return PAUSED if self.is_paused else "disabled"

    @property
    def is_paused(self) -> bool:
        return self.disabled_reason == PAUSED

    @property
    def is_open(self) -> bool:
        """Whether everything may be sent to it."""
        return self.disabled_at is None and not self.probing

    def takes_every(self, kind: str, processor: Mapping[str, Any]) -> bool:
        """Whether each message of this type about this processor gets through its filters. One by
        materiality or products may leave the next one to another channel."""
        filters = Filters(self.event_types, self.processors)
        narrowed = self.materiality or self.products
        return not narrowed and filters.let_through(kind, processor)

    def live_secrets(self, now: datetime) -> list[Secret]:
        """What a message sent now is signed with, the newest first."""
        return [each for each in self.secrets if each.is_live(now)]

    def changed(self, now: datetime, **members: object) -> Endpoint:
        return replace(
            self, **cast("dict[str, Any]", members), updated_at=now, revision=self.revision + 1
        )

    def rotated(self, fresh: Secret, old_until: datetime) -> Endpoint:
        """With a new secret; what is live today goes on being good until ``old_until``.

        Raises ``TooManySecrets``: each live secret adds a signature to every message.
        """
        now = fresh.created_at
        kept = tuple(
            replace(each, until=min(each.until or old_until, old_until))
            for each in self.live_secrets(now)
            if old_until > now
        )
        if len(kept) >= MOST_SECRETS:
            raise TooManySecrets
        return self.changed(now, secrets=(fresh, *kept))

    def disabled(self, now: datetime, reason: str) -> Endpoint:
        return self.changed(now, disabled_at=now, disabled_reason=reason, probing=False)

    def enabled(self, now: datetime, *, probing: bool) -> Endpoint:
        return self.changed(now, disabled_at=None, disabled_reason=None, probing=probing)


class Subscription(NamedTuple):
    """An endpoint as fan-out needs it, which reads one for each notice; see ``Endpoint``."""

    id: str
    controller_id: str
    filters: Filters
    created_at: datetime
    is_open: bool
    health: Health | None

    def troubled(self, now: datetime) -> bool:
        return self.health is not None and self.health.troubled(now)

    def wants(self, event: Event) -> bool:
        """Whether the filters let a message of this event through."""
        return self.filters.let_through(
            event.type, event.processor, event.materiality, event.products
        )


class Destination(NamedTuple):
    """An endpoint as a dispatcher needs it, which reads one for each attempt; see ``Endpoint``."""

    id: str
    controller_id: str
    url: str
    secrets: Sequence[Secret]
    disabled_at: datetime | None
    probing: bool
    health: Health | None
    revision: int

    def live_secrets(self, now: datetime) -> list[Secret]:
        return [each for each in self.secrets if each.is_live(now)]
