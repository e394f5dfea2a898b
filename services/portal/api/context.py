"""What every route of the portal needs: whom it asks, and for whom."""

from __future__ import annotations

from typing import cast

from flask import current_app

from services.portal.clients import Clients
from shared.auth import caller

READ, WRITE = "portal:read", "portal:write"


def clients() -> Clients:
    return cast("Clients", current_app.extensions["art28.deps"])


def me_at(path: str) -> dict[str, str]:
    return {"org_id": caller().org_id, "path": path}
