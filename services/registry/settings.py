"""Settings of registry."""

from __future__ import annotations

from dataclasses import dataclass

from shared.settings import Common, reader, whole_number


@dataclass(frozen=True)
class Settings:
    """``instrument_stale_days``: how long after its last check an instrument counts as checked."""

    common: Common
    instrument_stale_days: int = 180

    @classmethod
    def from_env(cls) -> Settings:
        stale_days = whole_number(reader(), "ART28_INSTRUMENT_STALE_DAYS", 180)
        return cls(Common.from_env(), stale_days)
