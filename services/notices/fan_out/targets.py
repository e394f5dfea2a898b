"""Who is told of an event, in batches, in an order that can be taken up again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import structlog

from services.notices.model.escalation import EMAIL
from services.notices.model.messages import Event, notice_id
from services.notices.model.recipients import Told
from services.notices.store import Messages, Recipients
from shared.documents import Document

log = structlog.get_logger()


class Target(NamedTuple):
    """One customer to tell. ``key`` tells targets of an event apart; it is the cursor, too.
    ``by_mail``: its agreement names e-mail, or it was mailed of the change before. ``is_over``: its
    agreement has ended, so that it is told nothing more."""

    key: str
    controller_id: str
    agreement_id: str | None
    notice: Mapping[str, Any] | None = None
    by_mail: bool = False
    is_over: bool = False


def next_targets(
    recipients: Recipients, messages: Messages, event: Event, cursor: str | None, limit: int
) -> list[Target]:
    """Up to ``limit`` targets after ``cursor``, which is the key of the last one before."""
    if event.is_for_all:
        version = event.recipients_version
        found = recipients.told_at(event.processor["id"], version, cursor, limit)
        return [_noticed(event, each) if event.is_notice else _informed(each) for each in found]
    if event.is_follow_up:
        told = messages.notices(event.change_id or "", cursor, limit)
        over = recipients.ended([each["agreement_id"] for each in told])
        return [_told_before(each, over) for each in told]
    owner = event.controller_id or ""
    return [Target(owner, owner, event.agreement_id)]


def _noticed(event: Event, recipient: Told) -> Target:
    """A recipient with its own dates, by the terms that held when the change was announced."""
    key = recipient.terms_key
    group = event.group(key)
    if group.key != key:
        log.error("notice.terms_unknown", event=event.id, agreement=recipient.agreement_id)
    notice = {
        "id": notice_id(event.change_id or "", recipient.agreement_id),
        "given_on": group.given_on,
        "objection_deadline": group.objection_deadline,
        "effective_on": event.effective_on,
        "silence": group.silence,
        "terms_key": key,
    }
    agreement_id = recipient.agreement_id
    by_mail = EMAIL in recipient.channels
    return Target(agreement_id, recipient.controller_id, agreement_id, notice, by_mail)


def _informed(recipient: Told) -> Target:
    """A recipient who is told something that sets it no dates."""
    agreement_id = recipient.agreement_id
    return Target(agreement_id, recipient.controller_id, agreement_id)


def _told_before(message: Document, over: Collection[str]) -> Target:
    agreement_id, by_mail = message["agreement_id"], bool(message.get("mailed"))
    owner, is_over = message["controller_id"], agreement_id in over
    return Target(agreement_id, owner, agreement_id, by_mail=by_mail, is_over=is_over)
