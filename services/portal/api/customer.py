"""The customer's own view: who it is, its list, its notices and its answers."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from services.portal import schemas as shapes
from services.portal.api.context import READ, WRITE, clients, me_at
from services.portal.changes import customer_change, customer_page
from services.portal.clients import forward, passed_on, processors_of
from shared.auth import caller, requires
from shared.errors import NotFound
from shared.openapi import Blueprint

ENDED = ("terminated", "expired")

blp = Blueprint("portal", __name__, url_prefix="/v1", description="The customer's own view")


@blp.route("/me")
@requires(READ)
@blp.response(200, shapes.MeShape)
def me() -> Any:
    """Who is asking, and which processors it has agreements with."""
    who = caller()
    return {
        "client_id": who.client_id,
        "scopes": sorted(who.scopes),
        "organisation": clients().identity.get(f"/v1/organisations/{who.org_id}"),
        "processors": list(processors_of(clients(), who.org_id).values()),
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


@blp.route("/changes")
@requires(READ)
@blp.arguments(shapes.ChangeQuery, location="query")
@blp.response(200, shapes.ItemsPage)
def changes(query: dict[str, Any]) -> Any:
    """Changes this customer was told of, with its own dates and its own answer."""
    return customer_page(clients(), caller().org_id, **query)


@blp.route("/changes/<change_id>")
@requires(READ)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def change(change_id: str) -> Any:
    return customer_change(clients(), caller().org_id, change_id)


@blp.route("/changes/<change_id>/acknowledgement", methods=["POST"])
@requires(WRITE)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def acknowledge(change_id: str) -> Response:
    """The customer's own receipt of the notice."""
    return forward(clients().notices, **me_at(f"/v1/notices/{change_id}/acknowledgement"))


@blp.route("/changes/<change_id>/objections", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.NewObjection)
@blp.response(201)
@blp.alt_response(409, "CONFLICT")
def object_to(_: Any, change_id: str) -> Response:
    return forward(clients().registry, **me_at(f"/v1/customer/changes/{change_id}/objections"))


@blp.route("/changes/<change_id>/approval", methods=["POST"])
@requires(WRITE)
@blp.response(201)
@blp.alt_response(409, "CONFLICT")
def approve(change_id: str) -> Response:
    """The customer's own yes, under specific authorisation."""
    return forward(clients().registry, **me_at(f"/v1/customer/changes/{change_id}/approval"))


@blp.route("/objections/<objection_id>")
@requires(READ)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def objection(objection_id: str) -> Response:
    return forward(clients().registry, **me_at(f"/v1/objections/{objection_id}"))


@blp.route("/objections/<objection_id>/withdraw", methods=["POST"])
@requires(WRITE)
@blp.response(200)
@blp.alt_response(409, "CONFLICT")
def withdraw(objection_id: str) -> Response:
    return forward(clients().registry, **me_at(f"/v1/objections/{objection_id}/withdraw"))


@blp.route("/objections/<objection_id>/accept-mitigation", methods=["POST"])
@requires(WRITE)
@blp.response(200)
@blp.alt_response(409, "CONFLICT")
def accept_mitigation(objection_id: str) -> Response:
    return forward(clients().registry, **me_at(f"/v1/objections/{objection_id}/accept-mitigation"))


@blp.route("/objections/<objection_id>/terminate", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.AgreementEnd)
@blp.response(200)
@blp.alt_response(409, "CONFLICT")
def terminate(_: Any, objection_id: str) -> Response:
    """End the agreement over an objection that was rejected, or not settled in time."""
    return forward(clients().registry, **me_at(f"/v1/objections/{objection_id}/terminate"))


@blp.route("/gate")
@requires(READ)
@blp.arguments(shapes.GateQuery, location="query")
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def gate(query: dict[str, Any]) -> Response:
    """May my data flow to this sub-processor? ``processor`` may be left out where there is one."""
    org_id = caller().org_id
    asked = {"sub_processor_id": query["sub_processor_id"], "controller_id": org_id}
    if query["on"]:
        asked["on"] = query["on"].isoformat()
    answer = clients().registry.send(
        "GET", "/v1/gate", params={**asked, "processor": _one_processor(query)},
        headers=_seen(), on_behalf_of=org_id,
    )  # fmt: skip
    return passed_on(answer)


def _seen() -> dict[str, str]:
    seen = request.headers.get("If-None-Match")
    return {"If-None-Match": seen} if seen else {}


@blp.route("/notice-contacts")
@requires(READ)
@blp.response(200)
def notice_contacts() -> Response:
    return forward(clients().notices, **me_at("/v1/notice-contacts"))


@blp.route("/notice-contacts", methods=["PUT"])
@requires(WRITE)
@blp.arguments(shapes.NoticeContacts)
@blp.response(200)
@blp.alt_response(412, "PRECONDITION_FAILED")
def change_notice_contacts(_: Any) -> Response:
    return forward(clients().notices, **me_at("/v1/notice-contacts"))


@blp.route("/events")
@requires(READ)
@blp.response(200)
def events() -> Response:
    """The same messages as the webhooks bring, to pull."""
    return forward(clients().notices, **me_at("/v1/events"))


def _lists(slug: str | None, what: str, as_of: Any) -> list[dict[str, Any]]:
    """A list of the registry for one processor, or for all that the customer deals with. A former
    processor's list of the last day is there for who names it."""
    org_id = caller().org_id
    known = processors_of(clients(), org_id)
    if slug and slug not in known and slug not in processors_of(clients(), org_id, *ENDED):
        raise NotFound("There is no agreement in force with this processor.")
    day = {"as_of": as_of.isoformat()} if as_of else {}
    return [
        {"processor": each, **item}
        for each in ([slug] if slug else sorted(known))
        for item in clients().registry.get(f"/v1/processors/{each}/{what}", day, org_id)["items"]
    ]


def _one_processor(query: dict[str, Any]) -> str:
    if query["processor"]:
        return str(query["processor"])
    known = sorted(processors_of(clients(), caller().org_id))
    for slug in known[:-1]:
        path = f"/v1/processors/{slug}/sub-processors/{query['sub_processor_id']}"
        answer = clients().registry.send("GET", path, on_behalf_of=caller().org_id)
        if answer.ok:
            return slug
    if not known:
        raise NotFound("There is no agreement in force with any processor.")
    return known[-1]
