"""Whom the registry asks: identity for who a processor is, agreements for what was promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.errors import NotFound
from shared.http import ServiceClient


@dataclass(frozen=True)
class NoticeTerms:
    """All notice terms in force with a processor's customers, and the watermark they were read at.

    ``groups``: ``[{key, authorisation, terms: {…}, agreements: n}]``.
    """

    version: int
    groups: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Relation:
    """What one customer has agreed with one processor, now and before."""

    agreement_id: str
    status: str
    products: tuple[str, ...]
    history: tuple[dict[str, Any], ...]

    @property
    def active(self) -> bool:
        return self.status == "active"

    def key_at(self, version: int) -> str | None:
        """The key of its terms as they stood at a watermark; None when it had not begun."""
        begun = [each for each in self.history if each["since_version"] <= version]
        return max(begun, key=lambda each: each["since_version"])["key"] if begun else None


class IdentityClient:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def organisation(self, slug: str) -> dict[str, Any]:
        """The organisation with this slug. Raises ``NotFound``."""
        items = self._client.get("/v1/organisations", {"slug": slug})["items"]
        if not items:
            raise NotFound("There is no such processor.")
        found: dict[str, Any] = items[0]
        return found


class AgreementsClient:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def notice_terms(self, processor_id: str) -> NoticeTerms:
        told = self._client.get("/v1/notice-terms", {"processor_id": processor_id})
        return NoticeTerms(told["version"], tuple(told["groups"]))

    def relation(self, processor_id: str, controller_id: str) -> Relation | None:
        """What the two have agreed; None when they never had an agreement."""
        parties = {"processor_id": processor_id, "controller_id": controller_id}
        try:
            told = self._client.get("/v1/relation", parties)
        except NotFound:
            return None
        return Relation(
            told["agreement_id"], told["status"], tuple(told["products"]), tuple(told["history"])
        )
