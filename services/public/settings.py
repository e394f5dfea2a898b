"""Settings of the public service, read once at start."""

from __future__ import annotations

from dataclasses import dataclass

from shared.settings import Common

# The services whose OpenAPI documents are shown under /docs.
DOCUMENTED = ("identity", "agreements", "registry", "notices", "portal")


@dataclass(frozen=True)
class Settings:
    """``fresh_seconds``: how long a rendered page is handed out before the register is asked
    whether it has changed; short enough that a visitor sees an announcement at once.
    ``kept_seconds``: how long an unchanged register keeps its pages, because the end of a
    transfer instrument alters verdicts without an entry in the register's ledger.
    ``listing_seconds``: the same for the list that pages are made of."""

    common: Common
    fresh_seconds: float = 0.05
    kept_seconds: float = 60.0
    listing_seconds: float = 5.0
    listings: int = 32
    copies: int = 512
    copies_bytes: int = 24 * 1024 * 1024
    asked_bytes: int = 8 * 1024 * 1024

    @property
    def origin(self) -> str:
        return self.common.origin

    def document_url(self, name: str) -> str:
        return self.common.urls.get(name, f"{self.origin}/{name}")

    @classmethod
    def from_env(cls) -> Settings:
        return cls(Common.from_env())
