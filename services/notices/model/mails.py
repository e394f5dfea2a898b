"""A mail: one message for one contact, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.ids import derived_id

PENDING: Final = "pending"  # has a due_at: first try, retry, or a lapsed claim
DELIVERED: Final = "delivered"  # accepted by the next mail server; no word against it since
FAILED: Final = "failed"  # refused for good, or tried to the end
ADDRESSED: Final = "addressed"  # a warning of which each contact has its own mail now
BOUNCED: Final = "bounced"  # accepted, and reported as undeliverable later

# Why a mail was made.
CHANNEL: Final = "channel"  # the agreement names e-mail
FALLBACK: Final = "fallback"  # no webhook delivered the notice
ESCALATION: Final = "escalation"  # the contact before could not be reached
FOLLOW_UP: Final = "follow_up"  # what became of a change told by mail
WARNING: Final = "warning"  # about the customer's endpoint
DIGEST: Final = "digest"  # to the vendor: whom nobody could reach

ATTEMPTS_KEPT: Final = 20


@dataclass(frozen=True)
class Contact:
    """A person to be told. ``bounced_at``: when a mail to the address last came back."""

    name: str
    email: str
    bounced_at: datetime | None = None

    @property
    def key(self) -> str:
        return address_key(self.email)

    def to_mapping(self) -> dict[str, str]:
        return {"name": self.name, "email": self.email}


def address_key(address: str) -> str:
    """Two spellings of one mailbox must not get two mails."""
    return address.strip().casefold()


def contacts_from(
    named: Sequence[Mapping[str, Any]], bounced: Mapping[str, datetime]
) -> list[Contact]:
    """Contacts in the order to be tried, each address once; those whose mail came back come last,
    for a notice is never given up while there is an address left."""
    by_key: dict[str, Contact] = {}
    for each in named:
        key = address_key(each["email"])
        contact = Contact(each.get("name") or "", each["email"], bounced.get(key))
        by_key.setdefault(key, contact)
    return sorted(by_key.values(), key=lambda each: each.bounced_at is not None)


def mail_id(about: str, address: str) -> str:
    """One mail per message and contact, however often a step is repeated."""
    return derived_id("mai", about, address_key(address))


def new_mail(
    about: str, kind: str, to: Contact, why: str, at: datetime, **more: Any
) -> dict[str, Any]:
    """A row of ``mails``. ``about``: a message's id, or the key of a warning.

    ``more``: message_id, notice_id, change_id, agreement_id, controller_id, processor_id, language,
    data. ``processor_id``: the vendor on whose behalf it is sent, if there is one.
    """
    return {
        "_id": mail_id(about, to.email),
        "kind": kind,
        "message_id": None,
        "notice_id": None,
        "change_id": None,
        "agreement_id": None,
        "controller_id": None,
        "processor_id": None,
        "language": None,
        "data": None,
        **more,
        "to": to.to_mapping(),
        "address": to.key,
        "why": why,
        "state": PENDING,
        "attempt": 0,
        "attempts": [],
        "made_at": at,
        "due_at": at,
    }


def to_customer(
    key: str, controller_id: str, kind: str, data: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """A row for whoever the customer's contacts are when it is sent (``to`` is None until then)."""
    nobody = Contact("", "")
    row = new_mail(key, kind, nobody, WARNING, at, controller_id=controller_id, data=dict(data))
    return {**row, "_id": key, "to": None, "address": None}


def reached_at(mails: Sequence[Mapping[str, Any]]) -> datetime | None:
    """When a mail was first accepted by the contact's mail server and has not come back.

    What ``receipts`` and the evidence count as delivery by e-mail.
    """
    taken = [each["delivered_at"] for each in mails if each["state"] == DELIVERED]
    return min(taken, default=None)
