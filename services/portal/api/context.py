"""What every route of the portal needs: its scopes, and the services it asks."""

from __future__ import annotations

from typing import cast

from flask import current_app

from services.portal.wiring import Deps
from shared.auth import EITHER

READ, WRITE = "portal:read", "portal:write"
# With WRITE a client does all of these; a person does what the roles are for: answer to changes,
# bind the organisation, look after endpoints.
ANSWER = EITHER.join((WRITE, "portal:answer"))
SIGN = EITHER.join((WRITE, "portal:sign"))
ENDPOINTS = EITHER.join((WRITE, "portal:endpoints"))


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])
