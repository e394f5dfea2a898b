"""Settings of agreements."""

from __future__ import annotations

from dataclasses import dataclass

from shared.settings import Common


@dataclass(frozen=True)
class Settings:
    """``offer_days``: after how many days an offer that not both have accepted lapses."""

    common: Common
    offer_days: int = 60

    @classmethod
    def from_env(cls) -> Settings:
        return cls(Common.from_env())
