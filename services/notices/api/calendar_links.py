"""The link by which a customer's calendar reads its last days."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from services.notices.api.answer_links import LINKS
from services.notices.api.context import CUSTOMER, customer, deps
from services.notices.schemas.calendar_links import (
    CalendarLinkShape,
    CalendarOwnerShape,
    CalendarToken,
)
from services.notices.use_cases import calendar_links
from shared.auth import requires
from shared.openapi import Blueprint

blp = Blueprint("calendar links", __name__, url_prefix="/v1", description="Links of calendars")


@blp.route("/calendar-link", methods=["POST"])
@requires(CUSTOMER)
@blp.response(200, CalendarLinkShape)
def make() -> object:
    """A new link for calendars, shown this once; the one before it ends."""
    token = quote(calendar_links.make(deps(), customer()))
    return {"url": f"{deps().settings.common.origin}/portal/v1/deadlines.ics?token={token}"}


@blp.route("/calendar-link", methods=["DELETE"])
@requires(CUSTOMER)
@blp.response(204)
def end() -> None:
    """End the link for calendars."""
    calendar_links.end(deps(), customer())


@blp.route("/calendar-owners", methods=["POST"])
@requires(LINKS)
@blp.arguments(CalendarToken)
@blp.response(200, CalendarOwnerShape)
@blp.alt_response(404, "NOT_FOUND")
def owner(body: dict[str, Any]) -> object:
    """For services: whose calendar a token opens; nothing is changed by asking."""
    return {"org_id": calendar_links.owner(deps(), body["token"])}
