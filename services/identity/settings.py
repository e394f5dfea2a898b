"""Settings of identity."""

from __future__ import annotations

from dataclasses import dataclass

from shared.settings import Common, reader, whole_number


@dataclass(frozen=True)
class Settings:
    """``token_seconds``: how long an access token lives."""

    common: Common
    token_seconds: int = 900

    @classmethod
    def from_env(cls) -> Settings:
        return cls(Common.from_env(), whole_number(reader(), "ART28_TOKEN_SECONDS", 900))
