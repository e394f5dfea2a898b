"""What each collection of identity holds. A contract test compares it with what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NotRequired, TypedDict


class StoredOrganisation(TypedDict):
    """``organisations``: an ``Organisation``."""

    _id: str
    slug: str
    kind: list[str]
    legal_name: str
    country: str
    locale: str
    created_at: datetime
    created_by: str
    registration_number: str | None
    address: dict[str, Any] | None
    website: str | None
    time_zone: str
    contacts: list[dict[str, Any]]
    namespace: str | None
    revision: int
    four_eyes: NotRequired[str]  # none in organisations of before 2026-11-30


class StoredClient(TypedDict):
    """``clients``: a ``Client``."""

    _id: str
    org_id: str
    name: str
    scopes: list[str]
    secret_sha256: str
    created_at: datetime
    revision: int


class StoredHand(TypedDict):
    """``hands``: the hand of one client; ``joined`` counts the times it was joined with others."""

    _id: str
    org_id: str
    hand: str
    joined: NotRequired[int]


class StoredRemoval(TypedDict):
    """``removed_clients``: a client that was removed, as long as a token of it may be left."""

    _id: str
    removed_at: datetime
    forget_at: datetime


# The document of each collection.
STORED: Mapping[str, type] = {
    "organisations": StoredOrganisation,
    "clients": StoredClient,
    "hands": StoredHand,
    "removed_clients": StoredRemoval,
}
