"""A contact reads a notice, and acknowledges it, by the link in its mail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.channels.email import address_key
from services.notices.letters.pages import NoticePage, page_of
from services.notices.model.answer_links import LinkInvalid
from services.notices.model.messages import body_of
from services.notices.model.recipients import Recipient
from services.notices.model.stored import StoredNotice, StoredSending, as_notice, changes_of
from services.notices.store.late_notices import texts_now
from services.notices.wiring import Deps
from shared.errors import Conflict
from shared.mongo import Session

OPEN, ENDED, UNCONFIRMED, REPLACED = "open", "ended", "unconfirmed", "replaced"


class LinkClosed(Conflict):
    """Nothing can be answered by this link any more; open it to read why."""

    code = "answer-link-closed"


@dataclass(frozen=True)
class AnswerLink:
    """A notice as its contact sees it. ``state``: ``open``, or why nothing can be answered by this
    link: the agreement has ``ended``, its customer is ``unconfirmed``, or has named others in the
    contact's place (``replaced``). ``acknowledged_by``: who did it first, ``None``: nobody; without
    a name it was the customer's own client, through the API."""

    mail_id: str
    state: str
    notice: dict[str, Any]
    change_ids: list[str]
    agreement_id: str
    contact: dict[str, str]
    acknowledged_at: datetime | None
    acknowledged_by: dict[str, Any] | None
    language: str | None
    page: NoticePage
    processor: dict[str, Any]
    customer: dict[str, Any]


def shown(deps: Deps, token: str, language: str | None = None) -> AnswerLink:
    """What the link is about; changes nothing, for mail scanners follow links. ``language``: of the
    reader, by default of the mail. ``LinkInvalid``."""
    mail, message = _found(deps, token)
    return _view(deps, mail, message, language)


def acknowledge(deps: Deps, token: str, name: str, title: str) -> None:
    """The person who writes this name has taken note, by the link of a contact; the first
    acknowledgement counts. Raises ``LinkInvalid``, or ``LinkClosed``."""
    mail, message = _found(deps, token)
    state = _state(deps, mail, deps.stores.recipients.find(message["agreement_id"]))
    if state not in (OPEN, UNCONFIRMED):
        raise LinkClosed
    contact = (mail["to"] or {}).get("email", "")
    person = {"name": name, "title": title, "email": contact}
    by = {"channel": EMAIL.name, "mail_id": mail["_id"], **person}

    def write(session: Session) -> None:
        now = deps.now()
        deps.stores.escalations.acknowledge(message["_id"], now, by, session)
        deps.stores.sendings[EMAIL.name].acknowledge(mail["_id"], now, session)

    deps.stores.mongo.transact(write)


def _found(deps: Deps, token: str) -> tuple[StoredSending, StoredNotice]:
    claims = deps.links.read(token, deps.now())
    mail = deps.stores.sendings[EMAIL.name].find(claims.mail_id)
    message = deps.stores.messages.find(mail["message_id"]) if mail and mail["message_id"] else None
    notice = as_notice(message) if message else None
    if mail is None or notice is None or notice["notice"]["id"] != claims.notice_id:
        raise LinkInvalid("What this link was about is no longer kept.")
    return mail, notice


def _state(deps: Deps, mail: StoredSending, recipient: Recipient | None) -> str:
    if recipient is None or not recipient.is_told:
        return ENDED
    named, _ = deps.stores.contacts.get(recipient.owner)
    contacts = named.contacts if named else recipient.contacts
    keys = {address_key(contact["email"]) for contact in contacts}
    if address_key((mail["to"] or {}).get("email", "")) not in keys:
        return REPLACED
    return OPEN if recipient.confirmed else UNCONFIRMED


def _view(
    deps: Deps, mail: StoredSending, message: StoredNotice, language: str | None
) -> AnswerLink:
    event = deps.stores.events.get(message["event_id"])
    recipient = deps.stores.recipients.find(message["agreement_id"])
    written = {message["_id"]: (event.id, message["extra"])}
    texts = texts_now(deps.stores.receipts, written, {event.id: event}, deps.now())
    body = json.loads(body_of(event, texts[message["_id"]][1]))
    page = page_of(message["type"], language or mail["language"], body)
    return AnswerLink(
        mail_id=mail["_id"],
        state=_state(deps, mail, recipient),
        notice=body["data"]["notice"],
        change_ids=changes_of(message),
        agreement_id=message["agreement_id"],
        contact=mail["to"] or {},
        acknowledged_at=message["acknowledged_at"],
        acknowledged_by=message.get("acknowledged_by"),
        language=page.language,
        page=page,
        processor=event.processor,
        customer=recipient.controller if recipient else {},
    )
