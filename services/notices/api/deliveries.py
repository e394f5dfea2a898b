"""One delivery, and messages to pull."""

from __future__ import annotations

from typing import Any

from services.notices.api.context import CUSTOMER, READ, WRITE, deps, owner
from services.notices.schemas.deliveries import DeliveryShape, EventsQuery, MessagePage
from services.notices.use_cases import deliveries
from shared.auth import requires
from shared.openapi import Blueprint

blp = Blueprint("deliveries", __name__, url_prefix="/v1", description="Deliveries")


@blp.route("/deliveries/<delivery_id>")
@requires(CUSTOMER, READ)
@blp.response(200, DeliveryShape)
@blp.alt_response(404, "NOT_FOUND")
def get(delivery_id: str) -> object:
    """A delivery with its attempts."""
    return deliveries.get(deps(), owner(), delivery_id)


@blp.route("/deliveries/<delivery_id>/retry", methods=["POST"])
@requires(CUSTOMER, WRITE)
@blp.response(202, DeliveryShape)
@blp.alt_response(409, "CONFLICT")
def retry(delivery_id: str) -> object:
    """One more attempt at once; for one that waits, the next attempt now instead of later."""
    return deliveries.retry(deps(), owner(), delivery_id)


@blp.route("/events")
@requires(CUSTOMER, READ)
@blp.arguments(EventsQuery, location="query")
@blp.response(200, MessagePage)
def pull(query: dict[str, Any]) -> object:
    """The messages webhooks carry, oldest first, after the one with the id ``after``."""
    return deliveries.pull(deps(), owner(), query["after"], query["limit"])
