"""When a customer got its notices: for agreements whose periods run from the receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notices.model.mails import reached_at
from services.notices.use_cases.deps import Deps


@dataclass(frozen=True)
class Receipt:
    """One notice. ``delivered_at``: a receiver of the customer took it. ``acknowledged_at``: the
    customer's own act. None: not yet."""

    change_id: str
    agreement_id: str
    delivered_at: datetime | None
    acknowledged_at: datetime | None


def of(deps: Deps, change_ids: Sequence[str], controller_id: str) -> list[Receipt]:
    """The receipts of one customer's notices of these changes, a line per agreement."""
    agreements = [each.agreement_id for each in deps.recipients.of_controller(controller_id)]
    notices = [
        each
        for change_id in dict.fromkeys(change_ids)
        for each in deps.messages.notices_for(change_id, agreements)
    ]
    delivered: dict[str, datetime] = {}
    for row in deps.deliveries.of_messages(each["_id"] for each in notices):
        if "delivered_at" in row:
            earlier = delivered.get(row["message_id"], row["delivered_at"])
            delivered[row["message_id"]] = min(earlier, row["delivered_at"])
    for mail in deps.mails.of_messages(each["_id"] for each in notices):
        if (at := reached_at([mail])) is not None:
            delivered[mail["message_id"]] = min(delivered.get(mail["message_id"], at), at)
    return [_receipt(each, delivered.get(each["_id"])) for each in notices]


def _receipt(notice: Mapping[str, Any], delivered_at: datetime | None) -> Receipt:
    return Receipt(
        notice["change_id"], notice["agreement_id"], delivered_at, notice["acknowledged_at"]
    )
