"""Whom notices asks: identity, whom a vendor names as its contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.peers import ServiceClient


@dataclass(frozen=True)
class Party:
    """An organisation as its own mails need it. ``contacts``: each {name, position, email}."""

    contacts: tuple[dict[str, Any], ...]
    language: str | None


class IdentityClient:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def party(self, org_id: str) -> Party:
        """Raises ``NotFound``, or ``Unavailable`` when identity does not answer."""
        told = self._client.get(f"/v1/organisations/{org_id}")
        return Party(tuple(told.get("contacts") or ()), told.get("locale"))
