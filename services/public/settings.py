"""Settings of the public service, read once at start."""

from __future__ import annotations

from dataclasses import dataclass

from shared.settings import Common

# The services whose OpenAPI documents are shown under /docs.
DOCUMENTED = ("identity", "agreements", "registry", "notices", "portal")


@dataclass(frozen=True)
class Settings:
    """The settings of this service.

    ``fresh_seconds``: how long an answer is served without a query to the registry whether the
    register has changed. The time is short, so that visitors see an announcement at once.
    """

    common: Common
    fresh_seconds: float = 0.05

    @property
    def origin(self) -> str:
        return self.common.origin

    def document_url(self, name: str) -> str:
        return self.common.urls.get(name, f"{self.origin}/{name}")

    @classmethod
    def from_env(cls) -> Settings:
        return cls(Common.from_env())
