"""A delivery: one message to one endpoint, its states and lanes."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.notices.model.stored import StoredDelivery
from shared.errors import Conflict

PENDING: Final = "pending"  # has a due_at: first try, retry, or a lapsed claim
DELIVERED: Final = "delivered"  # a final 2xx
FAILED: Final = "failed"  # the last attempt failed; never silent
HELD: Final = "held"  # the endpoint is disabled; goes on when it is enabled
SKIPPED: Final = "skipped"  # its owner enabled the endpoint without the backlog
ABANDONED: Final = "abandoned"  # endpoint or message no longer exists
STATES: Final = (PENDING, DELIVERED, FAILED, HELD, SKIPPED, ABANDONED)

# A message's outcome at fan-out; later its deliveries show what happened to it.
QUEUED: Final = "queued"
NO_ENDPOINT: Final = "no_endpoint"
FILTERED_OUT: Final = "filtered_out"

ATTEMPTS_KEPT: Final = 20

# Lanes are claimed separately. ``FIRST`` holds first tries, ``SECOND`` holds retries and everything
# for slow or failing endpoints. An endpoint with more due than it may get at once has its own lane,
# named by the endpoint's id.
FIRST: Final = "first"
SECOND: Final = "second"


class DeliveryUnderWay(Conflict):
    """This delivery is being sent at this moment; read it again in a minute."""

    code = "delivery-under-way"


def new_delivery(
    delivery_id: str,
    message_id: str,
    endpoint_id: str,
    controller_id: str,
    due_at: datetime | None,
    lane: str = FIRST,
) -> StoredDelivery:
    """Build a row of ``deliveries``; without ``due_at`` it is held for a disabled endpoint."""
    row: StoredDelivery = {
        "_id": delivery_id,
        "message_id": message_id,
        "endpoint_id": endpoint_id,
        "controller_id": controller_id,
        "state": PENDING if due_at else HELD,
        "lane": lane,
        "attempt": 0,
        "attempts": [],
    }
    if due_at:
        row["due_at"] = due_at
    return row
