"""A customer's last days to object, as its calendar subscribes to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.portal.pages.calendars import event
from services.portal.pages.words import language_of, words
from services.portal.use_cases.changes import customer_page
from services.portal.wiring import Deps
from shared.calendars import calendar

PAGE = 200


def calendar_of(deps: Deps, token: str, language: str | None) -> tuple[str, str]:
    """The calendar that this token opens, and its language. Raises ``NotFound`` without one."""
    org_id = deps.notices.post("/v1/calendar-owners", {"token": token})["org_id"]
    organisation = deps.identity.get(f"/v1/organisations/{org_id}")
    t = words(language_of(language, organisation["locale"]))
    origin = deps.origin
    events = [line for change in _open(deps, org_id) for line in event(change, t, origin)]
    return calendar(t("calendar.name"), events), t.language


def _open(deps: Deps, org_id: str) -> Iterator[dict[str, Any]]:
    """The open changes with a last day to object."""
    cursor = None
    while True:
        page = customer_page(deps, org_id, "open", PAGE, cursor)
        yield from (change for change in page["items"] if change["objection_deadline"])
        cursor = page["next_cursor"]
        if cursor is None:
            return
