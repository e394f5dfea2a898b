"""The customer's own view: who it is, its list, its notices and its answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response, request
from requests import Response as Answer

from services.portal import schemas as shapes
from services.portal.api.context import READ, deps
from services.portal.api.forwarding import add_routes, passed_on
from services.portal.api.forwards import CUSTOMER_ROUTES
from services.portal.model.list_lines import lines
from services.portal.use_cases.calendars import calendar_of
from services.portal.use_cases.changes import customer_change, customer_page
from services.portal.use_cases.processors import processors_of
from shared.auth import caller, public, requires
from shared.errors import NotFound
from shared.openapi import Blueprint
from shared.safe_text import disposition

ENDED = ("terminated", "expired")

blp = Blueprint("portal", __name__, url_prefix="/v1", description="The customer's own view")
add_routes(blp, CUSTOMER_ROUTES)


@blp.route("/me")
@requires(READ)
@blp.response(200, shapes.MeShape)
def me() -> Any:
    """Who is asking, and which processors it has agreements with."""
    who = caller()
    return {
        "client_id": who.client_id,
        "scopes": sorted(who.scopes),
        "organisation": deps().identity.get(f"/v1/organisations/{who.org_id}"),
        "processors": list(processors_of(deps(), who.org_id).values()),
    }


@blp.route("/sub-processors")
@requires(READ)
@blp.arguments(shapes.ListQuery, location="query")
@blp.response(200, shapes.Items)
def sub_processors(query: dict[str, Any]) -> Any:
    """The customer's own list: its products, without what it is excluded from."""
    return {"items": _lists(query["processor"], "sub-processors", query["as_of"])}


@blp.route("/transfers")
@requires(READ)
@blp.arguments(shapes.ListQuery, location="query")
@blp.response(200, shapes.Items)
def transfers(query: dict[str, Any]) -> Any:
    """Where the customer's data goes, and on what basis."""
    return {"items": _lists(query["processor"], "transfers", query["as_of"])}


@blp.route("/sub-processors.csv")
@requires(READ)
@blp.arguments(shapes.ListQuery, location="query")
@blp.response(200, content_type="text/csv")
def sub_processors_csv(query: dict[str, Any]) -> Response:
    """The customer's own list as CSV: UTF-8, one line for each place of an entry."""
    items = _lists(query["processor"], "sub-processors", query["as_of"])
    response = Response(lines(items), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = disposition("attachment", "sub-processors.csv")
    return response


@blp.route("/deadlines.ics")
@public()
@blp.arguments(shapes.CalendarQuery, location="query")
@blp.response(200, content_type="text/calendar")
@blp.alt_response(404, "NOT_FOUND")
def deadlines(query: dict[str, Any]) -> Response:
    """The customer's last days to object, for its calendar, by the link of ``/calendar-link``."""
    text, language = calendar_of(deps(), **query)
    headers = {"Content-Language": language}
    return Response(text, 200, headers, content_type="text/calendar; charset=utf-8")


@blp.route("/changes")
@requires(READ)
@blp.arguments(shapes.ChangeQuery, location="query")
@blp.response(200, shapes.ItemsPage)
def changes(query: dict[str, Any]) -> Any:
    """Changes of which the customer has a notice, with its own dates and its own answer."""
    return customer_page(deps(), caller().org_id, **query)


@blp.route("/changes/<change_id>")
@requires(READ)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def change(change_id: str) -> Any:
    return customer_change(deps(), caller().org_id, change_id)


@blp.route("/gate")
@requires(READ)
@blp.arguments(shapes.GateQuery, location="query")
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def gate(query: dict[str, Any]) -> Response:
    """May my data flow to this sub-processor? ``processor`` may be left out where there is one."""
    *others, last = _processors_asked(query["processor"])
    for slug in others:
        answer = _gate_of(slug, query)
        if answer.status_code != HTTPStatus.NOT_FOUND:
            return passed_on(answer)
    return passed_on(_gate_of(last, query))


def _gate_of(slug: str, query: dict[str, Any]) -> Answer:
    """The answer of the register of one processor; 404 if the entry is not one of its own."""
    org_id = caller().org_id
    asked = {"sub_processor_id": query["sub_processor_id"], "controller_id": org_id}
    if query["on"]:
        asked["on"] = query["on"].isoformat()
    return deps().registry.send(
        "GET",
        "/v1/gate",
        params={**asked, "processor": slug},
        headers=_seen(),
        on_behalf_of=org_id,
    )


def _seen() -> dict[str, str]:
    seen = request.headers.get("If-None-Match")
    return {"If-None-Match": seen} if seen else {}


def _lists(slug: str | None, what: str, as_of: Any) -> list[dict[str, Any]]:
    """A list of the registry for one processor, or for all that the customer deals with. A former
    processor's list of the last day is there for who names it."""
    org_id = caller().org_id
    known = processors_of(deps(), org_id)
    if slug and slug not in known and slug not in processors_of(deps(), org_id, *ENDED):
        raise NotFound("There is no agreement in force with this processor.")
    day = {"as_of": as_of.isoformat()} if as_of else {}
    return [
        {"processor": processor, **item}
        for processor in ([slug] if slug else sorted(known))
        for item in deps().registry.get(f"/v1/processors/{processor}/{what}", day, org_id)["items"]
    ]


def _processors_asked(slug: str | None) -> list[str]:
    """The processor that is named, else all that the customer deals with."""
    known = [slug] if slug else sorted(processors_of(deps(), caller().org_id))
    if not known:
        raise NotFound("There is no agreement in force with any processor.")
    return known
