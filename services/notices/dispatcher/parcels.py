"""The parcels that a dispatcher has claimed and not finished yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from services.notices.store import Parcels


class _Opened(NamedTuple):
    """``left``: ids of deliveries without a row; ``until``: end of the lease, monotonic seconds."""

    parcel_id: str
    left: set[str]
    until: float


@dataclass
class OpenedParcels:
    """Finishes a parcel as soon as each of its deliveries has a row. Use it from one thread.

    A parcel is found by the token of its claim. If a write fails or the process dies, the lease of
    the parcel expires, and the next holder sees which deliveries still have no row.
    """

    parcels: Parcels
    _by_claim: dict[str, _Opened] = field(default_factory=dict)

    def open(self, parcel_id: str, token: str, delivery_ids: Iterable[str], until: float) -> None:
        """Record a parcel claimed with ``token``, and those of its deliveries without a row."""
        self._by_claim[token] = _Opened(parcel_id, set(delivery_ids), until)
        if not self._by_claim[token].left:
            self._finish(token)

    def held_at(self, moment: float) -> list[str]:
        """Return the parcels still held at ``moment`` (monotonic); forget expired claims."""
        self._by_claim = {
            token: opened for token, opened in self._by_claim.items() if opened.until > moment
        }
        return [opened.parcel_id for opened in self._by_claim.values()]

    def close(self, deliveries: Iterable[tuple[str, str]]) -> None:
        """Record that these deliveries have rows now; each is given as its claim and its id."""
        for claim, delivery_id in deliveries:
            if opened := self._by_claim.get(claim):
                opened.left.discard(delivery_id)
                if not opened.left:
                    self._finish(claim)

    def _finish(self, token: str) -> None:
        self.parcels.finish(self._by_claim.pop(token).parcel_id, token)
