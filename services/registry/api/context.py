"""What the routes of the registry share: paths, dependencies, the page of a list, the body."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

from flask import current_app, request

from services.registry.wiring import Deps
from shared.pagination import PageRequest

PROCESSOR = "/processors/<slug>"
CHANGE = f"{PROCESSOR}/changes/<change_id>"
OBJECTION = "/objections/<objection_id>"


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])


def body_stream() -> BinaryIO:
    """The body, to be read a piece at a time."""
    # An Idempotency-Key has had the body read already, for its digest.
    kept = request.headers.get("Idempotency-Key") is not None
    return cast("BinaryIO", io.BytesIO(request.get_data(cache=True)) if kept else request.stream)


def page_request(query: dict[str, Any]) -> PageRequest:
    return PageRequest(query["limit"], query["cursor"])
