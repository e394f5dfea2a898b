"""What the routes of the registry share: paths, dependencies and the page of a list."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app

from services.registry.wiring import Deps
from shared.pagination import PageRequest

PROCESSOR = "/processors/<slug>"
CHANGE = f"{PROCESSOR}/changes/<change_id>"
OBJECTION = "/objections/<objection_id>"


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])


def page_request(query: dict[str, Any]) -> PageRequest:
    return PageRequest(query["limit"], query["cursor"])
