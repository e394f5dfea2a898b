"""What is stored of customers: who is told, and where."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict

from services.notices.model.stored.members import Members


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
    by_processor: NotRequired[dict[str, list[Members]]]  # none in contacts of before 2026-12-01
    revision: int
    updated_at: datetime


class StoredVerified(TypedDict):
    """``verified_addresses``: an address of a customer at which somebody last used a link."""

    _id: str  # owner|address
    owner: str
    address: str
    at: datetime
    how: str


class StoredOffer(TypedDict):
    """``offers``: whom an agreement that is offered names."""

    _id: str
    controller_id: str
    processor_id: NotRequired[str]  # none in offers of before 2026-12-01
    contacts: list[Members]
    channels: list[str]
    language: str | None
    offered_at: datetime
