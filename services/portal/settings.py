"""Settings of portal."""

from __future__ import annotations

from dataclasses import dataclass

from shared.settings import Common


@dataclass(frozen=True)
class Settings:
    common: Common

    @classmethod
    def from_env(cls) -> Settings:
        return cls(Common.from_env())
