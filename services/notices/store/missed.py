"""Which messages an endpoint has not got: what sending them again would do, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from services.notices.events import WEBHOOK_DISABLING_SOON, WEBHOOK_TEST
from services.notices.model.deliveries import (
    FAILED,
    FIRST,
    PENDING,
    SECOND,
    SKIPPED,
    new_delivery,
)
from services.notices.model.endpoints import Subscription
from services.notices.model.messages import delivery_id
from services.notices.model.stored import StoredDelivery, StoredMessage
from services.notices.store import Stores

_OUTDATED = (WEBHOOK_TEST, WEBHOOK_DISABLING_SOON)


class Missed(NamedTuple):
    """``fresh``: messages that have no delivery to the endpoint yet; ``over``: deliveries that
    failed or were skipped; ``waiting``: those that wait for their next try. ``cursor``: where the
    next batch begins, None after the last one."""

    fresh: Sequence[StoredDelivery]
    over: Sequence[str]
    waiting: Sequence[str]
    cursor: str | None

    @property
    def is_empty(self) -> bool:
        return not (self.fresh or self.over or self.waiting)


def missed(
    stores: Stores, endpoint: Subscription, after: str, before: datetime, now: datetime, limit: int
) -> Missed:
    """What the endpoint has not got of its owner's next ``limit`` messages after an id, of those
    made before an instant. Tests and old warnings are left out."""
    messages = stores.messages.since(endpoint.controller_id, after, before, limit)
    subscribed = _subscribed(stores, endpoint, messages)
    drafted = [delivery_of(message, endpoint, now) for message in subscribed]
    # ``of`` also returns deliveries that wait in a parcel and have no row.
    mine = {delivery["_id"] for delivery in drafted}
    known = {row["_id"]: row for row in stores.deliveries.of(subscribed) if row["_id"] in mine}
    return Missed(
        fresh=[delivery for delivery in drafted if delivery["_id"] not in known],
        over=[name for name, row in known.items() if row["state"] in (FAILED, SKIPPED)],
        waiting=[name for name, row in known.items() if _waits(row, now)],
        cursor=messages[-1]["_id"] if len(messages) == limit else None,
    )


def delivery_of(message: StoredMessage, endpoint: Subscription, now: datetime) -> StoredDelivery:
    """Build the delivery of a message to one endpoint; due at once if the endpoint is open."""
    return new_delivery(
        delivery_id(message["_id"], endpoint.id),
        message["_id"],
        endpoint.id,
        endpoint.controller_id,
        now if endpoint.is_open else None,
        SECOND if endpoint.troubled(now) else FIRST,
    )


def _waits(row: StoredDelivery, now: datetime) -> bool:
    """Whether it waits for a later try. One with a claim is being sent."""
    later = "due_at" in row and row["due_at"] > now
    return row["state"] == PENDING and later and "claim" not in row


def _subscribed(
    stores: Stores, endpoint: Subscription, messages: Iterable[StoredMessage]
) -> list[StoredMessage]:
    """Those of these messages that the endpoint subscribes to."""
    current = [message for message in messages if message["type"] not in _OUTDATED]
    events = stores.events.many(message["event_id"] for message in current)
    return [message for message in current if endpoint.wants(events[message["event_id"]])]
