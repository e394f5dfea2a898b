"""Whom agreements asks: identity, for who the parties are; notices is told what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.errors import NotFound
from shared.http import ServiceClient


class Identity:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def organisation(self, org_id: str) -> Mapping[str, Any] | None:
        """The organisation as identity shows it, or None. Raises ``Unavailable``."""
        try:
            found: Mapping[str, Any] = self._client.get(f"/v1/organisations/{org_id}")
        except NotFound:
            return None
        return found


class Notices:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def tell(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Bring ledger entries, in order. Raises ``EntriesOutOfOrder`` or ``Unavailable``."""
        self._client.post("/v1/entries", {"entries": list(entries)})
