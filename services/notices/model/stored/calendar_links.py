"""What is stored of the links by which customers subscribe to their last days."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict


class StoredCalendarLink(TypedDict):
    """``calendar_links``: the link of the organisation with this id, by the hash of its token."""

    _id: str
    sha256: str
    made_at: datetime
