"""Finds the customers that an event is for, batch by batch, in an order that can be resumed."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import structlog

from services.notices.channels import BY_ADDRESS
from services.notices.model.messages import NOTICE, Event
from services.notices.model.notice_members import notice_members
from services.notices.model.owners import is_vendor
from services.notices.model.recipients import RecipientRow
from services.notices.model.stored import NoticeMembers, StoredNotice, changes_of
from services.notices.store import Messages, Recipients

log = structlog.get_logger()

_BY_ADDRESS = frozenset(channel.name for channel in BY_ADDRESS)


class Target(NamedTuple):
    """One customer that gets a message of an event.

    ``key`` is unique among the targets of an event, and serves as the cursor. ``at_once``:
    see ``first_check``. ``change_ids``: of what follows a notice, the changes that the customer was
    told of. ``is_told``: whether the customer gets a message; it does not once its
    agreement has ended, nor if the event does not concern it.
    """

    key: str
    controller_id: str
    agreement_id: str | None
    notice: NoticeMembers | None = None
    at_once: bool = False
    is_told: bool = True
    change_ids: tuple[str, ...] = ()


def next_targets(
    recipients: Recipients, messages: Messages, event: Event, cursor: str | None, limit: int
) -> list[Target]:
    """Return up to ``limit`` targets after ``cursor``, the key of the last target before."""
    if event.is_for_all:
        version = event.recipients_version
        rows = recipients.owed_at(event.processor["id"], version, cursor, limit)
        return [_target(event, row) for row in rows]
    if event.is_follow_up:
        notices = messages.notices(event.change_ids, cursor, limit)
        over = recipients.ended([notice["agreement_id"] for notice in notices])
        return [_follow_up(event, notice, over) for notice in notices]
    owner = event.controller_id or ""
    # What an agreement names as channels and contacts are its customer's, never the vendor's.
    agreement_id = None if is_vendor(owner) else event.agreement_id
    return [Target(owner, owner, agreement_id)]


def _target(event: Event, recipient: RecipientRow) -> Target:
    if not event.concerns(recipient.cover, recipient.controller_id):
        return _informed(recipient)._replace(is_told=False)
    return noticed(event, recipient) if event.is_notice else _informed(recipient)


def noticed(event: Event, recipient: RecipientRow) -> Target:
    """Return a target with its dates, by the terms that held when the change was announced."""
    key, agreement_id = recipient.terms_key, recipient.agreement_id
    if event.group(key).key != key:
        log.error("notice.terms_unknown", event_id=event.id, agreement_id=agreement_id)
    change_ids = event.changes_for(recipient.cover, recipient.controller_id)
    notice = notice_members(event, agreement_id, key, change_ids)
    if recipient.modifications and notice["owes"] == NOTICE:
        notice["modifications"] = True
    at_once = not _BY_ADDRESS.isdisjoint(recipient.channels)
    return Target(agreement_id, recipient.controller_id, agreement_id, notice, at_once)


def _informed(recipient: RecipientRow) -> Target:
    """Return a target of an event that sets no dates."""
    agreement_id = recipient.agreement_id
    return Target(agreement_id, recipient.controller_id, agreement_id)


def _follow_up(event: Event, notice: StoredNotice, over: Collection[str]) -> Target:
    """Return the target of an event that follows ``notice``; ``over``: ended agreements."""
    agreement_id, named = notice["agreement_id"], changes_of(notice)
    return Target(
        agreement_id,
        notice["controller_id"],
        agreement_id,
        at_once=bool(notice.get("mailed")),
        is_told=agreement_id not in over,
        change_ids=tuple(each for each in event.change_ids if each in named),
    )
