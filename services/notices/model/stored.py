"""What each collection of notices holds. A contract test compares it with what is stored.

Members that come from a dataclass of the model are described there; ``id`` is stored as ``_id``.
Rows that wait have a ``due_at``, and a ``claim`` while a process works on them. Some stored names
are older than the words used in the code: ``told``, ``look_at``, ``mailed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NotRequired, TypedDict, cast

Members = dict[str, Any]


class NoticeMembers(TypedDict):
    """The legal part of a message: the notice with its days, as it was announced."""

    id: str
    given_on: str
    objection_deadline: str | None
    effective_on: str | None
    silence: str | None
    terms_key: str | None
    # Notices of before these were kept do not have them.
    change_ids: NotRequired[list[str]]
    holidays: NotRequired[str | None]
    time_zones: NotRequired[list[str]]
    # The last day to object is the earliest possible, since that time runs from a receipt.
    provisional: NotRequired[bool]
    # Information of a change, which has no days to object; a notice of before does not say.
    owes: NotRequired[str]
    # Of an emergency: whether the agreement allows a shorter notice then.
    emergency_agreed: NotRequired[bool]
    # Whether the agreement lets the customer ask for modifications of the change.
    modifications: NotRequired[bool]


class _StoredMessage(TypedDict):
    _id: str
    event_id: str
    type: str
    controller_id: str
    at: datetime
    extra: str  # the message's own piece of the body, JSON
    acknowledged_at: datetime | None
    acknowledged_by: NotRequired[Members]
    outcome: str
    parcel: NotRequired[str]
    look_at: NotRequired[datetime]
    look_claim: NotRequired[str]
    watched_since: NotRequired[datetime]
    mailed: NotRequired[bool]
    to_mail: NotRequired[bool]  # to a vendor: not in a mail yet
    unreached_at: NotRequired[datetime]
    unreached_reason: NotRequired[str]
    letters: NotRequired[list[Members]]  # what the customer said of it outside Art28
    answers: NotRequired[list[Members]]  # objections and approvals, step by step
    other_change_ids: NotRequired[list[str]]  # of a notice of several changes, beside change_id


class StoredMessage(_StoredMessage):
    """``messages``: one event for one customer. ``look_at``: when escalation checks it next."""

    processor_id: str | None
    agreement_id: str | None
    change_id: str | None
    notice: NoticeMembers | None


class StoredNotice(_StoredMessage):
    """A message that carries a notice."""

    processor_id: str
    agreement_id: str
    change_id: str
    notice: NoticeMembers


def as_notice(message: StoredMessage) -> StoredNotice | None:
    """The message, if it carries a notice; its type says then that no id of it is None."""
    return cast("StoredNotice", message) if message["notice"] is not None else None


def changes_of(message: StoredMessage | StoredNotice) -> list[str]:
    """The ids of all changes that a message is about."""
    first = message["change_id"]
    return [*([first] if first else []), *message.get("other_change_ids", ())]


class StoredAttempt(TypedDict):
    """One POST of a delivery; ``body``: what the receiver answered, for a time."""

    id: str
    n: int
    at: datetime
    duration_ms: int
    status: int | None
    code: str | None
    body: bytes | None
    location: NotRequired[str]


class StoredDelivery(TypedDict):
    """``deliveries``: one message to one endpoint; see ``model/deliveries.py``."""

    _id: str
    message_id: str
    endpoint_id: str
    controller_id: str
    state: str
    lane: str
    attempt: int
    attempts: list[StoredAttempt]
    due_at: NotRequired[datetime]
    claim: NotRequired[str]
    sent_at: NotRequired[datetime]
    delivered_at: NotRequired[datetime]
    forwarded_at: NotRequired[datetime]  # when its owner last had its next try brought forward


class AttemptNumber(TypedDict):
    """What a dispatcher reads of an attempt."""

    n: int


class ClaimedDelivery(TypedDict):
    """What a dispatcher reads of a delivery; ``unstored``: all of it, if it has no row yet."""

    _id: str
    message_id: str
    endpoint_id: str
    lane: str
    attempt: int
    attempts: list[AttemptNumber]
    claim: str
    unstored: NotRequired[StoredDelivery]


class StoredParcel(TypedDict):
    """``parcels``: packed deliveries of one event, each with its message's piece of the body."""

    _id: str
    event_id: str
    turn_at: datetime
    due_at: datetime
    claim: NotRequired[str]
    items: list[list[str]]  # delivery, message, endpoint, controller, extra


class StoredSendingAttempt(TypedDict):
    """One try of a sending; ``answer``: the receiver's last words."""

    id: str
    n: int
    at: datetime
    answered_at: datetime
    duration_ms: int
    status: int | None
    code: str | None
    answer: str


class StoredSending(TypedDict):
    """A collection of an ``AddressChannel``, such as ``mails``; see ``model/sendings.py``.

    Of a warning that names only a customer, ``to`` and ``address`` are None.
    """

    _id: str
    kind: str
    message_id: str | None
    notice_id: str | None
    change_id: str | None
    agreement_id: str | None
    controller_id: str | None
    processor_id: str | None
    language: str | None
    data: Members | None
    to: dict[str, str] | None
    address: str | None
    why: str
    state: str
    attempt: int
    attempts: list[StoredSendingAttempt]
    made_at: datetime
    due_at: NotRequired[datetime]
    claim: NotRequired[str]
    delivered_at: NotRequired[datetime]
    bounce: NotRequired[Members]
    acknowledged_at: NotRequired[datetime]
    sealed: NotRequired[bytes]  # the link of a mail for a person, until it is sent
    expires_at: NotRequired[datetime]  # of that link
    bounce_id: NotRequired[str]  # by which it may come back; none in rows of before 2026-11-29


class StoredRefusal(TypedDict):
    """``bounced_addresses``: an address that handed a sending of this vendor back."""

    _id: str  # vendor|address
    vendor: str | None
    address: str
    at: datetime


class StoredEvent(TypedDict):
    """``events``: an ``Event``."""

    _id: str
    type: str
    at: str
    processor: Members
    head: str
    tail: str
    change_id: str | None
    agreement_id: str | None
    controller_id: str | None
    recipients_version: int
    effective_on: str | None
    scope: NotRequired[Members | None]
    groups: list[Members]
    except_endpoint: str | None
    time_zone: str
    # Events of before 2026-11-29 do not have them.
    materiality: NotRequired[list[str]]
    products: NotRequired[list[str]]
    by_mail: NotRequired[bool]
    approved_by: NotRequired[list[Members]]
    changes: NotRequired[list[Members]]  # none in events of before 2026-11-30
    # Noted since 2026-12-01.
    entry: NotRequired[Members | None]
    fates: NotRequired[list[Members]]


class StoredJob(TypedDict):
    """``jobs``: a ``Job`` without the members that are None; ``told`` is its ``done_count``."""

    _id: str
    kind: str
    told: int
    event_id: NotRequired[str]
    endpoint_id: NotRequired[str]
    since: NotRequired[datetime]
    until: NotRequired[datetime]
    due_at: NotRequired[datetime]
    claim: NotRequired[str]
    started_at: NotRequired[datetime]
    done_at: NotRequired[datetime]
    cursor: NotRequired[str]


class StoredSecret(TypedDict):
    """A ``Secret``."""

    sealed: bytes
    created_at: datetime
    until: datetime | None


class StoredHealth(TypedDict, total=False):
    """A ``Health``, without the members that have not been written."""

    failures: int
    first_failure_at: datetime
    last_failure_at: datetime
    last_error: str
    slow_until: datetime
    blocked_at: datetime
    warned: int
    warned_at: datetime


class StoredEndpoint(TypedDict):
    """``endpoints``: an ``Endpoint``; ``health`` once an attempt has said something of it."""

    _id: str
    controller_id: str
    url: str
    display_url: str
    description: str
    event_types: list[str]
    processors: list[str]
    secrets: list[StoredSecret]
    created_at: datetime
    updated_at: datetime
    disabled_at: datetime | None
    disabled_reason: str | None
    probing: bool
    revision: int
    # Endpoints of before 2026-11-29 do not have them.
    materiality: NotRequired[list[str]]
    products: NotRequired[list[str]]
    health: NotRequired[StoredHealth]


class StoredTurns(TypedDict):
    """``endpoint_counts``: a row per customer, at which concurrent new endpoints conflict."""

    _id: str
    turns: int


class StoredPeriod(TypedDict):
    """A ``TermsPeriod``."""

    key: str
    terms: Members
    since_version: int
    until_version: int | None
    cover: NotRequired[Members | None]


class StoredRecipient(TypedDict):
    """``recipients``: a ``Recipient``, by agreement."""

    _id: str
    processor_id: str
    controller_id: str
    processor: Members
    controller: Members
    contacts: list[Members]
    channels: list[str]
    products: list[str]
    since_version: int
    until_version: int | None
    history: list[StoredPeriod]
    ended_at: NotRequired[str | None]
    language: NotRequired[str | None]
    confirmed: NotRequired[bool]
    modifications: NotRequired[bool]  # none in recipients of before 2026-11-30


class StoredWatermark(TypedDict):
    """``watermarks``: the ``Watermark`` of one processor."""

    _id: str
    seen_up_to: int
    beyond: list[int]


class StoredAddress(TypedDict):
    """What a customer has left for one channel; ``sealed``: the address itself, encrypted."""

    id: str
    form: str
    shown: str
    sealed: bytes


class StoredContacts(TypedDict):
    """``notice_contacts``: whom a customer has named, beyond what its agreements name."""

    _id: str
    contacts: list[Members]
    addresses: NotRequired[dict[str, StoredAddress]]
    revision: int
    updated_at: datetime


class StoredOffer(TypedDict):
    """``offers``: whom an agreement that is offered names."""

    _id: str
    controller_id: str
    contacts: list[Members]
    channels: list[str]
    language: str | None
    offered_at: datetime


class StoredDigest(TypedDict):
    """``digests``: what the vendor is owed about unreached customers of the change with this id."""

    _id: str
    processor_id: str
    number: int
    owed_at: NotRequired[datetime]
    due_at: NotRequired[datetime]
    claim: NotRequired[str]
    sent_at: NotRequired[datetime]


class StoredVendorMail(TypedDict):
    """``vendor_mails``: what a vendor is owed by mail; ``number``: how many mails it has had."""

    _id: str
    number: int
    due_at: NotRequired[datetime]
    claim: NotRequired[str]
    sent_at: NotRequired[datetime]


class StoredReplyAddress(TypedDict):
    """``reply_addresses``: where a vendor reads answers, as identity last said; empty: nowhere."""

    _id: str
    email: str
    asked_at: datetime


class StoredAddressAlarm(TypedDict):
    """``address_alarms``: a vendor's mailbox for answers that sent a mail back, the last time."""

    _id: str
    email: str
    status: str | None
    at: datetime


# The collections of channels that share ``StoredSending`` are added in ``store``.
STORED: Mapping[str, type] = {
    "messages": StoredMessage,
    "deliveries": StoredDelivery,
    "parcels": StoredParcel,
    "bounced_addresses": StoredRefusal,
    "events": StoredEvent,
    "jobs": StoredJob,
    "endpoints": StoredEndpoint,
    "endpoint_counts": StoredTurns,
    "recipients": StoredRecipient,
    "watermarks": StoredWatermark,
    "notice_contacts": StoredContacts,
    "offers": StoredOffer,
    "digests": StoredDigest,
    "vendor_mails": StoredVendorMail,
    "reply_addresses": StoredReplyAddress,
    "address_alarms": StoredAddressAlarm,
}
