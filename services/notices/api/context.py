"""What every view needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import current_app

from services.notices.wiring import Deps
from shared.auth import caller
from shared.pagination import PageRequest

CUSTOMER = "notices:customer"


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])


def customer() -> str:
    """The organisation that asks: the portal calls on behalf of a customer."""
    return caller().org_id


def page_request(query: Mapping[str, Any]) -> PageRequest:
    return PageRequest(query["limit"], query["cursor"])
