"""Webhook endpoints of customers and vendors: kept, tested, paused, enabled, recovered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.notices import events
from services.notices.model.deliveries import QUEUED, new_delivery
from services.notices.model.endpoints import (
    PAUSED,
    Endpoint,
    EndpointChanged,
    EndpointDisabled,
    EndpointPaused,
    Secret,
)
from services.notices.model.entries import message_event
from services.notices.model.examples import example_of
from services.notices.model.filters import unmatched
from services.notices.model.jobs import RECOVER, Job
from services.notices.model.messages import Event, delivery_id, least_id, ordered_id
from services.notices.model.owners import is_vendor
from services.notices.model.stored import StoredMessage
from services.notices.store.missed import missed
from services.notices.wiring import Deps
from shared.errors import Conflict, Invalid, PreconditionFailed
from shared.mongo import Session, afterwards
from shared.outside_urls import allowed
from shared.pagination import Page, PageRequest
from shared.times import format_instant
from shared.webhook_signing import new_secret

_PLAIN_MEMBERS = ("description", "event_types", "processors", "materiality", "products")
_BATCH = 500
# So many messages are looked at before a recovery is promised.
_LOOKED_AT = 10_000


class NothingSince(Invalid):
    """The instant in since lies in the future, or after until; give one in the past."""

    code = "nothing-since"


class NothingToRecover(Conflict):
    """The endpoint got all that was for it in this time, so nothing will be sent."""

    code = "nothing-to-recover"


class NotForThisOwner(Invalid):
    """This filter means nothing here: a vendor and its customers get different messages."""

    code = "filter-means-nothing"


def add(deps: Deps, owner: str, told: Mapping[str, Any]) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, which is told this once.

    Raises ``UrlNotAllowed``, ``NotForThisOwner`` or ``TooManyEndpoints``.
    """
    _check_filters(owner, told)
    now, secret = deps.now(), new_secret(deps.random)
    endpoint_id = deps.new_id("whe")
    url, display_url = _judged(deps, told["url"])
    endpoint = Endpoint(
        id=endpoint_id,
        controller_id=owner,
        url=url,
        display_url=display_url,
        description=told["description"],
        event_types=tuple(told["event_types"]),
        processors=tuple(told["processors"]),
        materiality=tuple(told.get("materiality", ())),
        products=tuple(told.get("products", ())),
        secrets=(Secret(deps.box.seal(secret, endpoint_id), now),),
        created_at=now,
        updated_at=now,
    )
    most = deps.settings.endpoints_per_customer
    deps.stores.mongo.transact(lambda session: deps.stores.endpoints.add(endpoint, most, session))
    return endpoint, secret


def page(deps: Deps, owner: str, request: PageRequest) -> Page:
    return deps.stores.endpoints.page(owner, request)


def get(deps: Deps, owner: str, endpoint_id: str) -> Endpoint:
    return deps.stores.endpoints.get(endpoint_id, owner)


def change(
    deps: Deps, owner: str, endpoint_id: str, seen: int | None, told: Mapping[str, Any]
) -> Endpoint:
    found = _seen(deps, owner, endpoint_id, seen)
    _check_filters(owner, told)
    members = {name: told[name] for name in _PLAIN_MEMBERS if name in told}
    members = {name: tuple(v) if isinstance(v, list) else v for name, v in members.items()}
    if "url" in told:
        members["url"], members["display_url"] = _judged(deps, told["url"])
    changed = found.changed(deps.now(), **members)
    deps.stores.mongo.transact(lambda session: deps.stores.endpoints.replace(changed, session))
    return changed


def remove(deps: Deps, owner: str, endpoint_id: str, seen: int | None) -> None:
    """Deliveries that wait for it end as ``abandoned``, visibly."""
    found = _seen(deps, owner, endpoint_id, seen)
    deps.stores.mongo.transact(
        lambda session: deps.stores.endpoints.remove(found.id, found.revision, session)
    )


def rotate(deps: Deps, owner: str, endpoint_id: str, overlap_hours: int) -> tuple[Endpoint, str]:
    """A new secret; the old ones go on signing beside it for ``overlap_hours`` (0 to 168)."""
    found, now, secret = get(deps, owner, endpoint_id), deps.now(), new_secret(deps.random)
    fresh = Secret(deps.box.seal(secret, found.id), now)
    rotated = found.rotated(fresh, now + timedelta(hours=overlap_hours))
    _save(deps, rotated)
    return rotated, secret


def enable(deps: Deps, owner: str, endpoint_id: str, *, skip_backlog: bool) -> Endpoint:
    """Send to it again. What it missed meanwhile is skipped for good; or one message of it is sent
    now, and the rest once that one has succeeded."""
    found, now = get(deps, owner, endpoint_id), deps.now()
    if found.is_open:
        return found

    def write(session: Session) -> Endpoint:
        probing = not skip_backlog and deps.stores.deliveries.probe(found.id, now, session)
        enabled = found.enabled(now, probing=probing)
        deps.stores.endpoints.replace(enabled, session)
        deps.stores.endpoints.forget_health(found.id, session)
        return enabled

    try:
        enabled = deps.stores.mongo.transact(write)
    except PreconditionFailed as error:
        raise EndpointChanged from error
    if not enabled.probing:
        # Also what came in while this was decided; the upkeep releases what is left.
        afterwards(lambda: deps.stores.deliveries.release(found.id, now, skip=skip_backlog))
    return enabled


def pause(deps: Deps, owner: str, endpoint_id: str) -> Endpoint:
    """Send nothing to it; all that is for it is kept. One that is disabled stays as it is."""
    found = get(deps, owner, endpoint_id)
    if found.disabled_at is not None:
        return found
    paused = found.disabled(deps.now(), PAUSED)
    _save(deps, paused)
    return paused


def resume(deps: Deps, owner: str, endpoint_id: str) -> Endpoint:
    """Send to a paused one again, and what was kept at once. Raises ``EndpointDisabled``."""
    found, now = get(deps, owner, endpoint_id), deps.now()
    if found.disabled_at is None:
        return found
    if not found.is_paused:
        raise EndpointDisabled
    resumed = found.enabled(now, probing=False)
    _save(deps, resumed)
    # The upkeep releases what comes to be held meanwhile.
    afterwards(lambda: deps.stores.deliveries.release(found.id, now, skip=False))
    return resumed


def recover(
    deps: Deps, owner: str, endpoint_id: str, since: datetime, until: datetime | None = None
) -> Job:
    """A durable job that gives the endpoint all it did not get between two instants. Raises
    ``NothingSince`` for an instant to come, ``NothingToRecover`` where it got everything."""
    found, now = _enabled(deps, owner, endpoint_id), deps.now()
    if since > now or (until is not None and until < since):
        told = {"pointer": "/since", "code": "in-the-future", "detail": "Name an instant past."}
        raise NothingSince(errors=[told])
    if not _has_missed(deps, found.id, since, min(until or now, now), now):
        raise NothingToRecover
    job = Job(deps.new_id("job"), RECOVER, now, endpoint_id=found.id, since=since, until=until)
    deps.stores.mongo.transact(lambda session: deps.stores.jobs.add(job, session))
    return job


def send_example(deps: Deps, owner: str, endpoint_id: str, kind: str | None) -> str:
    """Send an example of a type, or a plain test, to this endpoint alone; the id of the delivery.
    In our own records it is a test, whatever it looks like. Raises ``NotForThisOwner``."""
    found, now = _enabled(deps, owner, endpoint_id), deps.now()
    event, extra = _test_event(deps, found, kind, now)
    message_id = ordered_id("msg", now, event.id, found.id)
    row = message_row(message_id, event.id, events.WEBHOOK_TEST, owner, now, extra)
    delivery = new_delivery(delivery_id(message_id, found.id), message_id, found.id, owner, now)

    def write(session: Session) -> None:
        deps.stores.events.add(event, session)
        deps.stores.messages.add(row, session)
        deps.stores.deliveries.add(delivery, session)

    deps.stores.mongo.transact(write)
    return str(delivery["_id"])


def _test_event(
    deps: Deps, endpoint: Endpoint, kind: str | None, now: datetime
) -> tuple[Event, str]:
    """The event, and the message's own part of the body. Raises ``NotForThisOwner``."""
    event_id, at = deps.new_id("evt"), format_instant(now)
    if kind is None:
        data = {"endpoint_id": endpoint.id, "description": endpoint.description}
        return message_event(event_id, events.WEBHOOK_TEST, at, data), ""
    if kind not in _kinds_for(endpoint.controller_id):
        detail = f"Name one of: {', '.join(_kinds_for(endpoint.controller_id))}."
        wrong = {"pointer": "/type", "code": NotForThisOwner.code, "detail": detail}
        raise NotForThisOwner(errors=[wrong])
    example = example_of(kind, endpoint, deps.settings.common.origin, now)
    event = Event(event_id, events.WEBHOOK_TEST, at, {}, example.head, example.tail)
    return event, example.extra


def _kinds_for(owner: str) -> Sequence[str]:
    return events.FOR_VENDORS if is_vendor(owner) else events.SUBSCRIBABLE


def message_row(
    message_id: str, event_id: str, kind: str, owner: str, at: datetime, extra: str = ""
) -> StoredMessage:
    """A message of no agreement."""
    return {
        "_id": message_id, "event_id": event_id, "type": kind, "processor_id": None,
        "controller_id": owner, "agreement_id": None, "change_id": None, "at": at, "extra": extra,
        "notice": None, "acknowledged_at": None, "outcome": QUEUED,
    }  # fmt: skip


def _check_filters(owner: str, told: Mapping[str, Any]) -> None:
    """Raises ``NotForThisOwner`` for types of messages, or processors, that it never hears of."""
    kinds = _kinds_for(owner)
    wrong = [f"/event_types/{at}" for at in unmatched(told.get("event_types") or (), kinds)]
    if is_vendor(owner) and told.get("processors"):
        wrong.append("/processors")
    if wrong:
        detail = f"Leave it out, or name one of: {', '.join(kinds)}."
        raise NotForThisOwner(
            errors=[{"pointer": at, "code": NotForThisOwner.code, "detail": detail} for at in wrong]
        )


def _has_missed(
    deps: Deps, endpoint_id: str, since: datetime, before: datetime, now: datetime
) -> bool:
    """Whether there is anything to send again; also where there is too much to look through."""
    endpoint = deps.stores.endpoints.subscription(endpoint_id)
    after: str | None = least_id("msg", since)
    for _ in range(_LOOKED_AT // _BATCH):
        if endpoint is None or after is None:
            return False
        found = missed(deps.stores, endpoint, after, before, now, _BATCH)
        if not found.is_empty:
            return True
        after = found.cursor
    return after is not None


def _judged(deps: Deps, url: str) -> tuple[str, str]:
    """The URL to send to and the one to show. Raises ``UrlNotAllowed``."""
    checked = allowed(deps.settings.egress, deps.names, url)
    return checked.ascii_url, checked.display_url


def _seen(deps: Deps, owner: str, endpoint_id: str, seen: int | None) -> Endpoint:
    found = get(deps, owner, endpoint_id)
    if seen not in (None, found.revision):
        raise PreconditionFailed
    return found


def _enabled(deps: Deps, owner: str, endpoint_id: str) -> Endpoint:
    found = get(deps, owner, endpoint_id)
    check_enabled(found)
    return found


def check_enabled(endpoint: Endpoint) -> None:
    """Raises ``EndpointPaused`` or ``EndpointDisabled`` when nothing is sent to it."""
    if endpoint.is_paused:
        raise EndpointPaused
    if endpoint.disabled_at is not None:
        raise EndpointDisabled


def _save(deps: Deps, endpoint: Endpoint) -> None:
    try:
        deps.stores.mongo.transact(lambda session: deps.stores.endpoints.replace(endpoint, session))
    except PreconditionFailed as error:
        # The caller named no revision, so it is told of a collision rather than of a condition.
        raise EndpointChanged from error
