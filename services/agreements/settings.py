"""Settings of agreements."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from shared.egress import Egress
from shared.settings import Common, egress_of, reader


@dataclass(frozen=True)
class Settings:
    """``offer_days``: after how many days an offer that not both have accepted lapses.

    ``official_texts``: the folder of the official texts that the operator has put in.
    ``egress``: which signature providers may be dialled. ``ca_file``: certificates to trust instead
    of the public ones.
    """

    common: Common
    offer_days: int = 60
    official_texts: Path | None = None
    egress: Egress = field(default_factory=Egress)
    ca_file: str | None = None

    @classmethod
    def from_env(cls) -> Settings:
        env, common = reader(), Common.from_env()
        folder = env.str("ART28_OFFICIAL_TEXTS", "")
        return cls(
            common,
            official_texts=Path(folder) if folder else None,
            egress=egress_of(env, common.origin),
            ca_file=env.str("ART28_CA_FILE", "") or None,
        )
