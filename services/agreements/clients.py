"""Clients of the services that agreements queries (identity, registry) or sends to (notices)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.errors import NotFound
from shared.peers import ServiceClient, every_item


class Identity:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def organisation(self, org_id: str, entered_by: str | None = None) -> Mapping[str, Any] | None:
        """The organisation as identity shows it, or None. Raises ``Unavailable``.

        ``entered_by``: only if this organisation has entered it.
        """
        asked = {"entered_by": entered_by} if entered_by else {}
        try:
            organisation: Mapping[str, Any] = self._client.get(f"/v1/organisations/{org_id}", asked)
        except NotFound:
            return None
        return organisation

    def with_slug(self, slug: str, entered_by: str | None = None) -> Mapping[str, Any] | None:
        """The organisation of this slug, or None. Raises ``Unavailable``.

        ``entered_by``: among those that this organisation has entered.
        """
        asked = {"slug": slug, **({"entered_by": entered_by} if entered_by else {})}
        items = self._client.get("/v1/organisations", asked)["items"]
        organisation: Mapping[str, Any] | None = items[0] if items else None
        return organisation


class Registry:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def listed(self, slug: str, on: date) -> Sequence[Mapping[str, Any]] | None:
        """The sub-processors of a processor on a day, or None where it keeps no register here.

        Raises ``Unavailable``.
        """
        path = f"/v1/processors/{slug}/sub-processors"
        try:
            answer = self._client.get(path, {"as_of": on.isoformat()})
        except NotFound:
            return None
        items: Sequence[Mapping[str, Any]] = answer["items"]
        return items

    def announced(self, slug: str) -> Sequence[Mapping[str, Any]]:
        """The changes of a processor that were announced and have not taken effect.

        Raises ``Unavailable``.
        """
        path, asked = f"/v1/processors/{slug}/changes", {"status": "announced", "limit": 200}
        return list(every_item(self._client.get, path, asked))


class Notices:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def tell(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Bring ledger entries, in order. Raises ``EntriesOutOfOrder`` or ``Unavailable``."""
        self._client.post("/v1/entries", {"entries": list(entries)})
