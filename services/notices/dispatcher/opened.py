"""The parcels that a dispatcher has claimed and not finished yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.notices.store import Parcels


@dataclass
class OpenedParcels:
    """Use it from one thread. Deliveries tell their parcel by their claim.

    A parcel is finished when each delivery of it has a row of its own. What is forgotten here,
    because a write failed or the process died, ends with its lease: whoever claims the parcel then
    sees what is still open of it.
    """

    parcels: Parcels
    _names: dict[str, str] = field(default_factory=dict)
    _open: dict[str, set[str]] = field(default_factory=dict)
    _until: dict[str, float] = field(default_factory=dict)

    def open(self, name: str, token: str, delivery_ids: Iterable[str], until: float) -> None:
        """The parcel was claimed with ``token``, and these are open of it ``until`` then."""
        self._names[token], self._open[token] = name, set(delivery_ids)
        self._until[token] = until
        if not self._open[token]:
            self._finish(token)

    def held_at(self, now: float) -> list[str]:
        """The parcels still held then. Claims that have lapsed are forgotten: they finish nothing
        any more."""
        for token in [token for token, until in self._until.items() if until <= now]:
            del self._names[token], self._open[token], self._until[token]
        return list(self._names.values())

    def close(self, deliveries: Iterable[tuple[str, str]]) -> None:
        """These have rows of their own by now; each is told by its claim and its id."""
        for claim, delivery_id in deliveries:
            left = self._open.get(claim)
            if left is not None:
                left.discard(delivery_id)
                if not left:
                    self._finish(claim)

    def _finish(self, token: str) -> None:
        del self._open[token], self._until[token]
        self.parcels.finish(self._names.pop(token), token)
