"""The parcels that a dispatcher has claimed and not finished yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.notices.store import Parcels


@dataclass
class OpenedParcels:
    """Use it from one thread. Deliveries tell their parcel by their claim.

    A parcel is finished when each delivery of it is stored or given back. What is forgotten here,
    because a write failed or the process died, ends with its lease: whoever claims the parcel then
    sees what is still open of it.
    """

    parcels: Parcels
    _names: dict[str, tuple[str, str]] = field(default_factory=dict)
    _left: Counter[str] = field(default_factory=Counter)

    def open(self, name: str, token: str, claim: str, count: int) -> None:
        """``count`` deliveries carry ``claim``; the parcel itself was claimed with ``token``."""
        if count == 0:
            self.parcels.finish(name, token)
            return
        self._names[claim], self._left[claim] = (name, token), count

    def close(self, claims: Iterable[str]) -> None:
        """One delivery for each of these claims is open no longer."""
        for claim, count in Counter(claims).items():
            if claim not in self._names:
                continue
            self._left[claim] -= count
            if self._left[claim] <= 0:
                del self._left[claim]
                self.parcels.finish(*self._names.pop(claim))
