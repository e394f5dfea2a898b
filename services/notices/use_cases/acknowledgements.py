"""A contact acknowledges a notice by the link in its mail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.model.acknowledgement_links import LinkInvalid
from services.notices.model.messages import body_of
from services.notices.model.stored import StoredNotice, StoredSending, as_notice, changes_of
from services.notices.store.late_notices import texts_now
from services.notices.wiring import Deps
from shared.mongo import Session


@dataclass(frozen=True)
class Acknowledgement:
    """A notice as its contact sees it. ``acknowledged_by``: who did it first, ``None``: nobody;
    without a name it was the customer's own client, through the API."""

    notice: dict[str, Any]
    change_id: str
    change_ids: list[str]
    agreement_id: str
    type: str
    contact: dict[str, str]
    acknowledged_at: datetime | None
    acknowledged_by: dict[str, Any] | None
    language: str | None
    body: dict[str, Any]
    processor: dict[str, Any]
    customer: dict[str, Any]


def shown(deps: Deps, token: str) -> Acknowledgement:
    """What the link is about; changes nothing, for mail scanners follow links. ``LinkInvalid``."""
    mail, message = _found(deps, token)
    return _view(deps, mail, message)


def acknowledge(deps: Deps, token: str) -> Acknowledgement:
    """The contact has taken note; the first acknowledgement counts. Raises ``LinkInvalid``."""
    mail, message = _found(deps, token)
    recipient = deps.stores.recipients.find(message["agreement_id"])
    if recipient and not recipient.is_told:
        raise LinkInvalid("The agreement has ended; there is nothing left to acknowledge.")
    by = {"channel": EMAIL.name, "mail_id": mail["_id"], **(mail["to"] or {})}

    def write(session: Session) -> None:
        now = deps.now()
        deps.stores.escalations.acknowledge(message["_id"], now, by, session)
        deps.stores.sendings[EMAIL.name].acknowledge(mail["_id"], now, session)

    deps.stores.mongo.transact(write)
    written = deps.stores.messages.find(message["_id"])
    return _view(deps, mail, (as_notice(written) if written else None) or message)


def _found(deps: Deps, token: str) -> tuple[StoredSending, StoredNotice]:
    claims = deps.links.read(token, deps.now())
    mail = deps.stores.sendings[EMAIL.name].find(claims.mail_id)
    message = deps.stores.messages.find(mail["message_id"]) if mail and mail["message_id"] else None
    notice = as_notice(message) if message else None
    if mail is None or notice is None or notice["notice"]["id"] != claims.notice_id:
        raise LinkInvalid("What this link was about is no longer kept.")
    return mail, notice


def _view(deps: Deps, mail: StoredSending, message: StoredNotice) -> Acknowledgement:
    event = deps.stores.events.get(message["event_id"])
    recipient = deps.stores.recipients.find(message["agreement_id"])
    written = {message["_id"]: (event.id, message["extra"])}
    texts = texts_now(deps.stores.receipts, written, {event.id: event}, deps.now())
    body = json.loads(body_of(event, texts[message["_id"]][1]))
    return Acknowledgement(
        notice=body["data"]["notice"],
        change_id=message["change_id"],
        change_ids=changes_of(message),
        agreement_id=message["agreement_id"],
        type=message["type"],
        contact=mail["to"] or {},
        acknowledged_at=message["acknowledged_at"],
        acknowledged_by=message.get("acknowledged_by"),
        language=mail["language"],
        body=body,
        processor=event.processor,
        customer=recipient.controller if recipient else {},
    )
