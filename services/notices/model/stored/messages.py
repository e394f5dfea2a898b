"""What is stored of events, and of the messages that tell customers of them."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict, cast

from services.notices.model.stored.members import Members


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
