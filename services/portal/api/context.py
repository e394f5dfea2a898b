"""What every route of the portal needs: its scopes, and the services it asks."""

from __future__ import annotations

from typing import cast

from flask import current_app

from services.portal.wiring import Deps

READ, WRITE = "portal:read", "portal:write"


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])
