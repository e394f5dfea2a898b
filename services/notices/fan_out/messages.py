"""Builds the message for one target of an event, and its delivery to each endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from services.notices.fan_out.targets import Target
from services.notices.model.deliveries import (
    FILTERED_OUT,
    NO_ENDPOINT,
    QUEUED,
)
from services.notices.model.endpoints import Subscription
from services.notices.model.escalation import first_check
from services.notices.model.jobs import StartedJob
from services.notices.model.messages import Event, ordered_id
from services.notices.model.notice_members import own_part
from services.notices.model.owners import is_vendor
from services.notices.model.stored import StoredDelivery, StoredMessage
from services.notices.store.missed import delivery_of


class Draft(NamedTuple):
    message: StoredMessage
    deliveries: list[StoredDelivery]


def draft(
    job: StartedJob,
    event: Event,
    target: Target,
    endpoints: Sequence[Subscription],
    at: datetime,
    now: datetime,
) -> Draft:
    """Build the message and its deliveries; ``endpoints``: all endpoints of the target's customer.

    ``at`` is the time of the event, ``now`` that of the fan-out.
    """
    concerned = _concerned(endpoints, event, at)
    wanting = [endpoint for endpoint in concerned if endpoint.wants(event)]
    message = _message(job, event, target, _outcome(concerned, wanting), at, now)
    return Draft(message, [delivery_of(message, endpoint, now) for endpoint in wanting])


def _concerned(endpoints: Sequence[Subscription], event: Event, at: datetime) -> list[Subscription]:
    """Return the endpoints that existed at the time of the event; for a notice, all endpoints.

    Its owner can request earlier messages for a new endpoint (``recover``).
    """
    return [
        endpoint
        for endpoint in endpoints
        if (event.is_notice or endpoint.created_at <= at) and endpoint.id != event.except_endpoint
    ]


def _outcome(concerned: Sequence[Subscription], wanting: Sequence[Subscription]) -> str:
    if wanting:
        return QUEUED
    return FILTERED_OUT if concerned else NO_ENDPOINT


def _message(
    job: StartedJob, event: Event, target: Target, outcome: str, at: datetime, now: datetime
) -> StoredMessage:
    change_ids = _change_ids(event, target)
    named = change_ids if event.changes and target.notice is None else ()
    message: StoredMessage = {
        "_id": ordered_id("msg", job.started_at, event.id, target.key),
        "event_id": event.id,
        "type": event.type,
        "processor_id": event.processor.get("id"),
        "controller_id": target.controller_id,
        "agreement_id": target.agreement_id,
        "change_id": next(iter(change_ids), None),
        "at": at,
        "extra": own_part(target.agreement_id, target.notice, named),
        "notice": target.notice,
        "acknowledged_at": None,
        "outcome": outcome,
    }
    # Only there where a notice is of several changes: the index of them stays small.
    if change_ids[1:]:
        message["other_change_ids"] = list(change_ids[1:])
    if is_vendor(target.controller_id):
        return {**message, "to_mail": True} if event.is_mailed_to_vendor else message
    check_at = first_check(
        is_notice=target.notice is not None,
        at_once=target.at_once,
        is_queued=outcome == QUEUED,
        now=now,
    )
    return {**message, "look_at": check_at, "watched_since": now}


def _change_ids(event: Event, target: Target) -> Sequence[str]:
    """The changes that a target's message is about."""
    if target.notice:
        return target.notice["change_ids"]
    return target.change_ids or event.change_ids
