"""What every view needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import current_app

from services.notices.model.owners import vendor
from services.notices.wiring import Deps
from shared.auth import caller
from shared.pagination import PageRequest

CUSTOMER = "notices:customer"
# With these a vendor reads and keeps endpoints, contacts and deliveries of its own.
READ, WRITE = "notices:read", "notices:write"


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])


def customer() -> str:
    """The organisation that asks: the portal calls on behalf of a customer."""
    return caller().org_id


def owner() -> str:
    """Whose endpoints and messages are meant: the customer's, for whom the portal asks, else those
    that the caller has as a vendor."""
    who = caller()
    return who.org_id if CUSTOMER in who.scopes else vendor(who.org_id)


def page_request(query: Mapping[str, Any]) -> PageRequest:
    return PageRequest(query["limit"], query["cursor"])
