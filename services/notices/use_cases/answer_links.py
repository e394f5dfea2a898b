"""What the link in a mail is about: a notice, which it acknowledges, or an offered agreement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.channels.email import address_key
from services.notices.letters.pages import NoticePage, page_of
from services.notices.model.answer_links import SIGN, LinkInvalid
from services.notices.model.answers import ByLink
from services.notices.model.messages import body_of
from services.notices.model.recipients import Recipient
from services.notices.model.stored import (
    StoredMessage,
    StoredNotice,
    StoredSending,
    as_notice,
    changes_of,
)
from services.notices.store.customers import customer_now
from services.notices.store.late_notices import texts_now
from services.notices.use_cases import copies
from services.notices.wiring import Deps
from shared.errors import Conflict
from shared.mongo import Session
from shared.times import format_instant

GONE = "What this link was about is no longer kept."
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
        copies.verify(deps, session, mail, "acknowledged")
        if message["acknowledged_at"] is None:
            copies.add(deps, session, mail, _acknowledged(message, mail, name, title, now))

    deps.stores.mongo.transact(write)


def _acknowledged(
    message: StoredNotice, mail: StoredSending, name: str, title: str, now: datetime
) -> ByLink:
    """The first acknowledgement of a notice: there is one only, so it is named by its message."""
    by = {"name": name, "title": title}
    about = f"acknowledged:{message['_id']}"
    return ByLink(about, mail["_id"], "acknowledged", by, format_instant(now))


def _found(deps: Deps, token: str) -> tuple[StoredSending, StoredNotice]:
    claims = deps.links.read(token, deps.now())
    mail, message = _mailed(deps, claims.mail_id)
    notice = as_notice(message) or _followed(deps, message, claims.thing)
    if notice is None or claims.thing not in (notice["notice"]["id"], *changes_of(notice)):
        raise LinkInvalid(GONE)
    return mail, notice


def _mailed(deps: Deps, mail_id: str) -> tuple[StoredSending, StoredMessage]:
    """A mail and its message. Raises ``LinkInvalid``."""
    mail = deps.stores.sendings[EMAIL.name].find(mail_id)
    message = deps.stores.messages.find(mail["message_id"]) if mail and mail["message_id"] else None
    if mail is None or message is None:
        raise LinkInvalid(GONE)
    return mail, message


def _followed(deps: Deps, message: StoredMessage, change_id: str) -> StoredNotice | None:
    """The notice of the change that a later message is about."""
    agreements = [message["agreement_id"]] if message["agreement_id"] else []
    found = deps.stores.messages.notices_for(change_id, agreements)
    return found[0] if found and message["change_id"] == change_id else None


@dataclass(frozen=True)
class OfferLink:
    """An offered version of an agreement, as the contact of a link sees it. ``state``: ``open``, or
    ``replaced`` as in ``AnswerLink``."""

    mail_id: str
    state: str
    agreement_id: str
    version: int
    contact: dict[str, str]
    language: str | None
    processor: dict[str, Any]
    customer: dict[str, Any]


def offered(deps: Deps, token: str) -> OfferLink:
    """Which version of which agreement the link was sent for. Raises ``LinkInvalid``."""
    claims = deps.links.read(token, deps.now(), SIGN)
    mail, message = _mailed(deps, claims.mail_id)
    event = deps.stores.events.get(message["event_id"])
    data = json.loads(body_of(event, message["extra"]))["data"]
    agreement_id, version = message["agreement_id"], data["version"]
    if agreement_id is None or claims.thing != f"{agreement_id}-{version}":
        raise LinkInvalid(GONE)
    state = _state_of_offer(deps, mail, agreement_id)
    return OfferLink(
        mail_id=mail["_id"],
        state=state,
        agreement_id=agreement_id,
        version=version,
        contact=mail["to"] or {},
        language=mail["language"],
        processor=event.processor,
        customer=data["controller"],
    )


def _state_of_offer(deps: Deps, mail: StoredSending, agreement_id: str) -> str:
    contacts = customer_now(deps.stores, agreement_id).contacts
    return REPLACED if contacts and not _is_among(mail, contacts) else OPEN


def _is_among(mail: StoredSending, contacts: Iterable[Mapping[str, Any]]) -> bool:
    keys = {address_key(contact["email"]) for contact in contacts}
    return address_key((mail["to"] or {}).get("email", "")) in keys


def _state(deps: Deps, mail: StoredSending, recipient: Recipient | None) -> str:
    if recipient is None or not recipient.is_told:
        return ENDED
    if not _is_among(mail, customer_now(deps.stores, recipient.agreement_id).contacts):
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
