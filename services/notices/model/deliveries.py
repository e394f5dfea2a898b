"""What becomes of one message at one endpoint."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from shared.errors import Conflict

PENDING: Final = "pending"  # has a due_at: first try, retry, or a lapsed claim
DELIVERED: Final = "delivered"  # a final 2xx
FAILED: Final = "failed"  # the last attempt failed; never silent
HELD: Final = "held"  # the endpoint is disabled; goes on when it is enabled
SKIPPED: Final = "skipped"  # its owner enabled the endpoint without the backlog
ABANDONED: Final = "abandoned"  # endpoint or message no longer exists
STATES: Final = (PENDING, DELIVERED, FAILED, HELD, SKIPPED, ABANDONED)

# A message's first outcome at fan-out; deliveries tell the rest.
QUEUED: Final = "queued"
NO_ENDPOINT: Final = "no_endpoint"
FILTERED_OUT: Final = "filtered_out"

ATTEMPTS_KEPT: Final = 20

# Lanes, each claimed by itself: first tries; what failed before, or goes to an endpoint that is
# slow or failing; and one for each endpoint that has more waiting than it may be sent at once,
# which is called by the endpoint's id.
FIRST: Final = "first"
SECOND: Final = "second"


class DeliveryUnderWay(Conflict):
    """This delivery already waits for its next attempt."""

    code = "delivery-under-way"


def new_delivery(
    delivery_id: str,
    message_id: str,
    endpoint_id: str,
    controller_id: str,
    due_at: datetime | None,
    lane: str = FIRST,
) -> dict[str, Any]:
    """A row of ``deliveries``; without ``due_at`` it is held, because its endpoint is disabled."""
    row: dict[str, Any] = {
        "_id": delivery_id,
        "message_id": message_id,
        "endpoint_id": endpoint_id,
        "controller_id": controller_id,
        "state": PENDING if due_at else HELD,
        "lane": lane,
        "attempt": 0,
        "attempts": [],
    }
    return {**row, "due_at": due_at} if due_at else row
