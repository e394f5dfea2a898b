"""Finds the customers that an event is for, batch by batch, in an order that can be resumed."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import structlog

from services.notices.channels import BY_ADDRESS
from services.notices.events import CHANGE_EMERGENCY
from services.notices.model.messages import Event, notice_id
from services.notices.model.recipients import RecipientRow
from services.notices.model.stored import NoticeMembers, StoredNotice
from services.notices.store import Messages, Recipients

log = structlog.get_logger()

_BY_ADDRESS = frozenset(channel.name for channel in BY_ADDRESS)


class Target(NamedTuple):
    """One customer that gets a message of an event.

    ``key`` is unique among the targets of an event, and serves as the cursor. ``at_once``:
    see ``first_check``. ``is_over``: the agreement has ended, so the customer gets no message.
    """

    key: str
    controller_id: str
    agreement_id: str | None
    notice: NoticeMembers | None = None
    at_once: bool = False
    is_over: bool = False


def next_targets(
    recipients: Recipients, messages: Messages, event: Event, cursor: str | None, limit: int
) -> list[Target]:
    """Return up to ``limit`` targets after ``cursor``, the key of the last target before."""
    if event.is_for_all:
        version = event.recipients_version
        rows = recipients.owed_at(event.processor["id"], version, cursor, limit)
        return [noticed(event, row) if event.is_notice else _informed(row) for row in rows]
    if event.is_follow_up:
        notices = messages.notices(event.change_id or "", cursor, limit)
        over = recipients.ended([notice["agreement_id"] for notice in notices])
        return [_follow_up(notice, over) for notice in notices]
    owner = event.controller_id or ""
    return [Target(owner, owner, event.agreement_id)]


def noticed(event: Event, recipient: RecipientRow) -> Target:
    """Return a target with its dates, by the terms that held when the change was announced."""
    key = recipient.terms_key
    group = event.group(key)
    if group.key != key:
        log.error("notice.terms_unknown", event_id=event.id, agreement_id=recipient.agreement_id)
    notice: NoticeMembers = {
        "id": notice_id(event.change_id or "", recipient.agreement_id),
        "given_on": group.given_on,
        "objection_deadline": group.objection_deadline,
        "effective_on": _own_day(event.effective_on, group.earliest_effective_on),
        "silence": group.silence,
        "holidays": group.terms.get("holidays"),
        "time_zones": group.zones(event.time_zone),
        "terms_key": key,
        "owes": group.owes,
    }
    if group.waits_for_receipt:
        notice["provisional"] = True
    if event.type == CHANGE_EMERGENCY:
        notice["emergency_agreed"] = group.allows_emergency
    agreement_id = recipient.agreement_id
    at_once = not _BY_ADDRESS.isdisjoint(recipient.channels)
    return Target(agreement_id, recipient.controller_id, agreement_id, notice, at_once)


def _own_day(effective_on: str | None, earliest: str | None) -> str | None:
    """The day of the change, or the later one that this customer's own days allow."""
    return max(effective_on, earliest or effective_on) if effective_on else None


def _informed(recipient: RecipientRow) -> Target:
    """Return a target of an event that sets no dates."""
    agreement_id = recipient.agreement_id
    return Target(agreement_id, recipient.controller_id, agreement_id)


def _follow_up(notice: StoredNotice, over: Collection[str]) -> Target:
    """Return the target of an event that follows ``notice``; ``over``: ended agreements."""
    agreement_id, at_once = notice["agreement_id"], bool(notice.get("mailed"))
    owner, is_over = notice["controller_id"], agreement_id in over
    return Target(agreement_id, owner, agreement_id, at_once=at_once, is_over=is_over)
