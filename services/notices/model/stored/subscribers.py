"""What is stored of those who want to hear of a public register's changes."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict


class StoredWish(TypedDict):
    """``topic``: see ``model/subscribers.py``; ``product``: the only one it is about; None: all."""

    topic: str
    product: str | None
    language: str


class StoredAsked(StoredWish):
    """A wish that the owner of the address has not confirmed. ``hash``: of the link's token."""

    hash: str
    until: datetime


class StoredSubscriber(TypedDict):
    """``subscribers``: one address at one register. ``wish``: the confirmed one. ``silent_since``:
    the register is not public any more."""

    _id: str
    processor_id: str
    address: str
    email: str
    asked_at: datetime
    asked: NotRequired[StoredAsked]
    wish: NotRequired[StoredWish]
    confirmed_at: NotRequired[datetime]
    silent_since: NotRequired[datetime]


class StoredVisits(TypedDict):
    """``visits``: how often something was asked from one place within an hour. ``_id``: a keyed
    hash, so that nobody reads from where."""

    _id: str
    number: int
    at: datetime
