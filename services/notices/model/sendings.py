"""A sending: one message for one address of a channel that has no engine of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from services.notices.model import deliveries
from services.notices.model.channels import Address
from services.notices.model.stored import StoredSending
from shared.ids import derived_id

PENDING: Final = deliveries.PENDING  # has a due_at: first try, retry, or a lapsed claim
DELIVERED: Final = deliveries.DELIVERED  # accepted by the receiver; no word against it since
FAILED: Final = deliveries.FAILED  # refused for good, or tried to the end
ADDRESSED: Final = "addressed"  # a warning of which each contact has its own sending now
BOUNCED: Final = "bounced"  # accepted, and reported as undeliverable later

# Why a sending was made.
CHANNEL: Final = "channel"  # the agreement names the channel
FALLBACK: Final = "fallback"  # no other channel delivered the notice
ESCALATION: Final = "escalation"  # the address before could not be reached
FOLLOW_UP: Final = "follow_up"  # what became of a change, where its notice was delivered
WARNING: Final = "warning"  # about the customer's endpoint
SUBSCRIBER: Final = "subscriber"  # to somebody who wants to hear of a public register's changes
VISITOR: Final = "visitor"  # what a visitor of a public page asks its vendor
COPY: Final = "copy"  # what a contact answered by the link in a mail
PERSONAL: Final = "personal"  # to a person, for identity: a link to get in
DIGEST: Final = "digest"  # to the vendor: whom nobody could reach, what its customers did


def sending_id(prefix: str, about: str, key: str) -> str:
    """One sending per message and address, however often a step is repeated."""
    return derived_id(prefix, about, key)


def new_sending(
    prefix: str, about: str, kind: str, to: Address, why: str, at: datetime, **more: Any
) -> StoredSending:
    """A row of the channel's collection. ``about``: a message's id, or the key of a warning.

    ``more``: message_id, notice_id, change_id, agreement_id, controller_id, processor_id, language,
    data. ``processor_id``: the vendor on whose behalf it is sent, if there is one.
    """
    row = {
        "_id": sending_id(prefix, about, to.key),
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
        "to": dict(to.to),
        "address": to.key,
        "why": why,
        "state": PENDING,
        "attempt": 0,
        "attempts": [],
        "made_at": at,
        "due_at": at,
    }
    return cast("StoredSending", row)


def to_customer(
    key: str, controller_id: str, kind: str, data: Mapping[str, Any], at: datetime
) -> StoredSending:
    """A row for whoever the customer's contacts are when it is sent (``to`` is None until then)."""
    nobody = Address("", "", {})
    row = new_sending(
        "", key, kind, nobody, WARNING, at, controller_id=controller_id, data=dict(data)
    )
    return {**row, "_id": key, "to": None, "address": None}
