"""The parcels that a dispatcher has claimed and not finished yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from services.notices.store import Parcels


class _Opened(NamedTuple):
    """``left``: the deliveries without rows; ``until``, in monotonic seconds, it is ours."""

    name: str
    left: set[str]
    until: float


@dataclass
class OpenedParcels:
    """Use it from one thread. Deliveries tell their parcel by their claim.

    A parcel is finished when each delivery of it has a row of its own. What is forgotten here,
    because a write failed or the process died, ends with its lease: whoever claims the parcel then
    sees what is still open of it.
    """

    parcels: Parcels
    _by_claim: dict[str, _Opened] = field(default_factory=dict)

    def open(self, name: str, token: str, delivery_ids: Iterable[str], until: float) -> None:
        """The parcel was claimed with ``token``, and these are open of it ``until`` then."""
        self._by_claim[token] = _Opened(name, set(delivery_ids), until)
        if not self._by_claim[token].left:
            self._finish(token)

    def held_at(self, now: float) -> list[str]:
        """The parcels still held then. Claims that have lapsed are forgotten: they finish nothing
        any more."""
        held = {token: each for token, each in self._by_claim.items() if each.until > now}
        self._by_claim = held
        return [each.name for each in held.values()]

    def close(self, deliveries: Iterable[tuple[str, str]]) -> None:
        """These have rows of their own by now; each is told by its claim and its id."""
        for claim, delivery_id in deliveries:
            if opened := self._by_claim.get(claim):
                opened.left.discard(delivery_id)
                if not opened.left:
                    self._finish(claim)

    def _finish(self, token: str) -> None:
        self.parcels.finish(self._by_claim.pop(token).name, token)
