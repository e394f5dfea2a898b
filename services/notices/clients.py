"""Whom notices asks: identity, whom a vendor names as its contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.peers import ServiceClient


@dataclass(frozen=True)
class Party:
    """An organisation as its mails need it. ``contacts``: each {name, position, email};
    ``notice_address``: only while it is proved."""

    contacts: tuple[dict[str, Any], ...]
    language: str | None
    notice_address: str | None = None

    @property
    def reply_to(self) -> str:
        """Where answers to its mails go: its notice address once that is proved to receive, else
        its first contact; empty without one."""
        first = next(iter(self.contacts), {})
        return self.notice_address or str(first.get("email") or "")


class IdentityClient:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def party(self, org_id: str) -> Party:
        """Raises ``NotFound``, or ``Unavailable`` when identity does not answer."""
        told = self._client.get(f"/v1/organisations/{org_id}")
        address = told.get("notice_address") or {}
        proved = address["email"] if address.get("proved_at") else None
        return Party(tuple(told.get("contacts") or ()), told.get("locale"), proved)

    def owners(self, org_id: str) -> tuple[dict[str, Any], ...]:
        """The persons who own an organisation, each {name, email, language}. Raises as ``party``
        does."""
        return tuple(self._client.get(f"/v1/organisations/{org_id}/owners")["items"])
