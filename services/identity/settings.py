"""Settings of identity."""

from __future__ import annotations

from dataclasses import dataclass

from shared.settings import Common, SettingsError, reader, whole_number


@dataclass(frozen=True)
class Settings:
    """``token_seconds``: how long an access token lives. ``failed_tokens``: wrong secrets a minute,
    of one client from one address, before they are answered 429; 0 is any number."""

    common: Common
    token_seconds: int = 900
    failed_tokens: int = 30

    @classmethod
    def from_env(cls) -> Settings:
        env = reader()
        failed = whole_number(env, "ART28_FAILED_TOKENS", 30)
        if failed < 0:
            raise SettingsError(f"ART28_FAILED_TOKENS is 0 or more, not {failed}.")
        return cls(Common.from_env(), whole_number(env, "ART28_TOKEN_SECONDS", 900), failed)
