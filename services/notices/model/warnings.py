"""What a warning says of an endpoint to its owner, by webhook and by mail alike."""

from __future__ import annotations

from typing import Any

from services.notices.model.endpoints import Endpoint
from services.notices.model.health import Health
from services.notices.model.owners import is_vendor
from shared.times import format_instant


def warning_data(endpoint: Endpoint, health: Health) -> dict[str, Any]:
    """Return the fields of a warning to the owner; instants as text, as in every message."""
    since, until = health.first_failure_at, health.disabled_from
    api = "notices" if is_vendor(endpoint.controller_id) else "portal"
    return {
        "endpoint_id": endpoint.id,
        "path": f"/{api}/v1/webhook-endpoints/{endpoint.id}",
        "url": endpoint.display_url,
        "description": endpoint.description,
        "failing_since": format_instant(since) if since else None,
        "failures": health.failures,
        "last_error": health.last_error,
        "disables_at": format_instant(until) if until else None,
    }
