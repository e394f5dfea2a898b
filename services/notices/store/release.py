"""Releases deliveries that were held although their endpoint has been enabled meanwhile.

A process reads an endpoint, then holds a delivery for it. If the owner enables the endpoint in
between, the release misses that delivery. So the endpoint is read once more afterwards.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from services.notices.store import Deliveries, Endpoints


def release_if_enabled(
    endpoints: Endpoints, deliveries: Deliveries, held_for: Collection[str], now: datetime
) -> None:
    """Release the held deliveries of those endpoints in ``held_for`` that are open now."""
    if not held_for:
        return
    for endpoint in endpoints.many(held_for).values():
        if endpoint.is_open:
            deliveries.release(endpoint.id, now, skip=False)
