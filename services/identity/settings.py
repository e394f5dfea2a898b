"""Settings of identity."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.egress import Egress
from shared.settings import Common, SettingsError, egress_of, reader, whole_number


@dataclass(frozen=True)
class Settings:
    """``token_seconds``: how long an access token lives. ``failed_tokens``: wrong secrets a minute,
    of one client from one address, before they are answered 429; 0 is any number.
    ``egress``: which sign-in providers may be dialled. ``ca_file``: certificates to trust instead
    of the public ones."""

    common: Common
    token_seconds: int = 900
    failed_tokens: int = 30
    egress: Egress = field(default_factory=Egress)
    ca_file: str | None = None

    @classmethod
    def from_env(cls) -> Settings:
        env = reader()
        failed = whole_number(env, "ART28_FAILED_TOKENS", 30)
        if failed < 0:
            raise SettingsError(f"ART28_FAILED_TOKENS is 0 or more, not {failed}.")
        common = Common.from_env()
        return cls(
            common,
            token_seconds=whole_number(env, "ART28_TOKEN_SECONDS", 900),
            failed_tokens=failed,
            egress=egress_of(env, common.origin),
            ca_file=env.str("ART28_CA_FILE", "") or None,
        )
