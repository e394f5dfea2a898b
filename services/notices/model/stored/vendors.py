"""What is stored of mails to vendors, and of where they read answers."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict


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
