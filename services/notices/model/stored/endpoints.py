"""What is stored of webhook endpoints."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict


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
