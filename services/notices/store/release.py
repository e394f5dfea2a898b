"""Deliveries put aside for a disabled endpoint must not be forgotten when it is enabled.

Whoever puts a delivery aside has read the endpoint a moment before. If its owner enabled it in
between, the release came too early to see that delivery; so the endpoint is read once more.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from services.notices.store import Deliveries, Endpoints


def release_if_enabled(
    endpoints: Endpoints, deliveries: Deliveries, held_for: Collection[str], now: datetime
) -> None:
    if not held_for:
        return
    for endpoint in endpoints.many(held_for).values():
        if endpoint.is_open:
            deliveries.release(endpoint.id, now, skip=False)
