"""What verdicts on transfers are made with: the exporter's country and the instruments known."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.registry.transfers import Instrument


@dataclass(frozen=True)
class Law:
    """``exporter``: the country whose vendor sends data; ``instruments``: those known, by id.

    ``regimes``: the laws that bind the vendor; none: that of its seat.
    """

    exporter: str
    instruments: Mapping[str, Instrument]
    regimes: tuple[str, ...] = ()
    # Entries of one list often share a place; what was judged for one serves all.
    judged: dict[Hashable, dict[str, Any]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    @property
    def key(self) -> str:
        """The same for all registers that are judged alike."""
        return "+".join((self.exporter, *self.regimes))
