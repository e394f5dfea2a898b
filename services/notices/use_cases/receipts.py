"""When a customer was sent its notices, and got them: what the days of its agreement run from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notices.wiring import Deps


@dataclass(frozen=True)
class Receipt:
    """One notice. ``sent_at``: it left for the customer and was not handed back.
    ``delivered_at``: a receiver of the customer took it. ``acknowledged_at``: the customer's own
    act. None: not yet."""

    change_id: str
    agreement_id: str
    sent_at: datetime | None
    delivered_at: datetime | None
    acknowledged_at: datetime | None


def of(deps: Deps, change_ids: Sequence[str], agreement_ids: Sequence[str]) -> list[Receipt]:
    """The receipts of the notices of these changes, a line for each under these agreements.

    A notice that has not been made yet has no line: nothing of it has been sent.
    """
    return [
        Receipt(
            each.change_id,
            each.agreement_id,
            each.moments.sent_at,
            each.moments.delivered_at,
            each.moments.acknowledged_at,
        )
        for each in deps.stores.receipts.known(change_ids, agreement_ids)
    ]
