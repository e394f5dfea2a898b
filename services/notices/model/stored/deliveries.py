"""What is stored of deliveries: to endpoints, and by a channel to addresses."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict

from services.notices.model.stored.members import Members


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
