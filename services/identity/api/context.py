"""What every route needs: the deps of this process."""

from __future__ import annotations

from typing import cast

from flask import current_app, request

from services.identity.model.sessions import Seen, seen_from
from services.identity.wiring import Deps


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])


def seen() -> Seen:
    """From where this request comes, shortened."""
    return seen_from(request.remote_addr or "", request.headers.get("User-Agent", ""))
