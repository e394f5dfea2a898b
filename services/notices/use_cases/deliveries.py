"""What was sent to a customer's endpoints, and the same messages to pull."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.notices.model.messages import body_of, least_id
from services.notices.model.stored import StoredDelivery, StoredMessage
from services.notices.store.delivery_pages import Wanted
from services.notices.store.late_notices import texts_now
from services.notices.use_cases.endpoints import check_enabled
from services.notices.wiring import Deps
from shared.mongo import Session
from shared.pagination import Page, PageRequest

# A fan-out takes its moment shortly before others can see that it has begun; a message appears
# once none of an earlier moment can come any more.
SETTLED = timedelta(milliseconds=100)


@dataclass(frozen=True)
class Delivery:
    """A delivery with the message it carries."""

    row: StoredDelivery
    message: StoredMessage | None


def page(deps: Deps, owner: str, endpoint_id: str, wanted: Wanted, request: PageRequest) -> Page:
    """An endpoint's deliveries, the newest first."""
    endpoint = deps.stores.endpoints.get(endpoint_id, owner)
    found = deps.stores.delivery_pages.page(endpoint.id, owner, wanted, request)
    messages = deps.stores.messages.many(each["message_id"] for each in found.items)
    items = [Delivery(each, messages.get(each["message_id"])) for each in found.items]
    return Page(items, found.next_cursor)


def get(deps: Deps, owner: str, delivery_id: str) -> Delivery:
    row = deps.stores.deliveries.get(delivery_id, owner)
    return Delivery(row, deps.stores.messages.find(row["message_id"]))


def retry(deps: Deps, owner: str, delivery_id: str) -> Delivery:
    """One more attempt at once, or the next one brought forward. Raises ``DeliveryUnderWay``,
    ``EndpointDisabled``, ``EndpointPaused`` or ``NotFound``."""
    row = deps.stores.deliveries.get(delivery_id, owner)
    check_enabled(deps.stores.endpoints.get(row["endpoint_id"], owner))

    def write(session: Session) -> None:
        deps.stores.deliveries.retry(delivery_id, deps.now(), session)

    deps.stores.mongo.transact(write)
    return get(deps, owner, delivery_id)


def pull(deps: Deps, owner: str, after: str | None, limit: int) -> Page:
    """A customer's messages after the one with the id ``after``, oldest first.

    Each appears only when none can come before it any more, so who goes on from the last id seen
    misses nothing. A notice that has not been sent tells the days that follow if it counts today.
    """
    set_aside = deps.fanout_failures.all_set_aside()
    before = min(deps.stores.jobs.horizon(deps.now(), set_aside), deps.now() - SETTLED)
    start = after or least_id("msg", before - timedelta(days=36_500))
    found = deps.stores.messages.since(owner, start, before, limit + 1)
    rows = found[:limit]
    events = deps.stores.events.many(each["event_id"] for each in rows)
    written = {each["_id"]: (each["event_id"], each["extra"]) for each in rows}
    texts = texts_now(deps.stores.receipts, written, events, deps.now())
    items: list[dict[str, Any]] = []
    for row in rows:
        event = events[row["event_id"]]
        body = json.loads(body_of(event, texts[row["_id"]][1]))
        items.append({"id": row["_id"], **body})
    return Page(items, items[-1]["id"] if len(found) > limit else None)
