"""A copy of what somebody answered by the link in a mail, to each contact of its customer.

A link can be forwarded: so all of them read who answered, when, and by whose link. A copy is
stored once for each answer and address, however often the step is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notices import events
from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.channels.email import contacts_of
from services.notices.model.answers import ByLink, by_link
from services.notices.model.channels import Address
from services.notices.model.sendings import COPY, DELIVERED, new_sending
from services.notices.model.stored import StoredSending
from services.notices.store.customers import customer_now
from services.notices.store.known import change_of
from services.notices.wiring import Deps
from shared.mongo import Session


def of_entry(deps: Deps, session: Session, entry: Mapping[str, Any]) -> None:
    """What follows the answer that an entry tells, if it was given by link and its mail is kept:
    copies, and that somebody reads what is mailed to that address."""
    if answer := by_link(entry):
        mail = deps.stores.sendings[EMAIL.name].find(answer.mail_id)
        if mail is not None:
            verify(deps, session, mail, answer.said)
            add(deps, session, mail, answer)


def verify(deps: Deps, session: Session, mail: StoredSending, how: str) -> None:
    """The address of a mail whose link was used. To have opened it proves nothing: scanners do."""
    if mail["address"] and mail["controller_id"]:
        recipient = deps.stores.recipients.find(mail["agreement_id"] or "", session)
        owner = recipient.owner if recipient else mail["controller_id"]
        deps.stores.verified.note(owner, mail["address"], how, deps.now(), session)


def add(deps: Deps, session: Session, mail: StoredSending, answer: ByLink) -> None:
    """``mail``: the one whose link was used."""
    data = _told(deps, mail, answer)
    if data is None:
        return
    for to in _readers(deps, mail, answer):
        row = new_sending(
            EMAIL.prefix,
            answer.about,
            events.ANSWER_COPIED,
            to,
            COPY,
            deps.now(),
            change_id=mail["change_id"],
            agreement_id=mail["agreement_id"],
            controller_id=mail["controller_id"],
            processor_id=mail["processor_id"],
            language=to.language or mail["language"],
            data=data,
        )
        deps.stores.sendings[EMAIL.name].add_once(row, session)


def _told(deps: Deps, mail: StoredSending, answer: ByLink) -> dict[str, Any] | None:
    """What the copy says; None where what the mail was about is no longer kept."""
    message = deps.stores.messages.find(mail["message_id"] or "")
    if message is None:
        return None
    processor = deps.stores.events.get(message["event_id"]).processor
    notice = deps.stores.events.notice_of(mail["change_id"]) if mail["change_id"] else None
    return {
        "said": answer.said,
        "by": answer.by,
        "at": answer.at,
        "contact": (mail["to"] or {}).get("email", ""),
        "processor": processor,
        "agreement_id": mail["agreement_id"],
        "change_id": answer.change_id,
        "change": change_of(notice, answer.change_id),
    }


def _readers(deps: Deps, mail: StoredSending, answer: ByLink) -> list[Address]:
    """The customer's contacts; of a step of an objection but those who are mailed it anyway."""
    told = _noticed(deps, mail) if answer.is_step else ()
    customer = customer_now(deps.stores, mail["agreement_id"] or "")
    return [each for each in contacts_of(customer.contacts) if each.key not in told]


def _noticed(deps: Deps, mail: StoredSending) -> set[str | None]:
    """The addresses that the notice has reached."""
    change_id, agreements = mail["change_id"] or "", [mail["agreement_id"] or ""]
    notices = deps.stores.messages.notices_for(change_id, agreements)
    mails = deps.stores.sendings[EMAIL.name].of_messages([notice["_id"] for notice in notices])
    return {row["address"] for row in mails if row["state"] == DELIVERED}
