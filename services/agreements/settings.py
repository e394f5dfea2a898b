"""Settings of agreements."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.settings import Common, reader


@dataclass(frozen=True)
class Settings:
    """``offer_days``: after how many days an offer that not both have accepted lapses.

    ``official_texts``: the folder of the official texts that the operator has put in.
    """

    common: Common
    offer_days: int = 60
    official_texts: Path | None = None

    @classmethod
    def from_env(cls) -> Settings:
        folder = reader().str("ART28_OFFICIAL_TEXTS", "")
        return cls(Common.from_env(), official_texts=Path(folder) if folder else None)
