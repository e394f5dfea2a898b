"""The routes of the registry."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app

from services.registry import schemas as shapes
from services.registry.use_cases import Deps, changes, gates, instruments, objections, registers
from shared.app import Blueprint
from shared.auth import caller, public, requires
from shared.headers import etag_of, seen_revision
from shared.pagination import PageRequest
from shared.schemas import PageArgs

blp = Blueprint("registry", __name__, url_prefix="/v1", description="Sub-processors and changes")

PROCESSOR = "/processors/<slug>"
CHANGE = f"{PROCESSOR}/changes/<change_id>"
OBJECTION = "/objections/<objection_id>"


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])


def page_request(query: dict[str, Any]) -> PageRequest:
    return PageRequest(query["limit"], query["cursor"])


@blp.route("/processors")
@public()
@blp.arguments(PageArgs, location="query")
@blp.response(200, shapes.RegisterPage)
def published(query: dict[str, Any]) -> Any:
    """The registers kept here."""
    return registers.published(deps(), page_request(query))


@blp.route(PROCESSOR)
@public()
@blp.response(200, shapes.RegisterShape)
@blp.alt_response(404, "NOT_FOUND")
def profile(slug: str) -> Any:
    """A processor, and how far the ledger of its register has come."""
    return registers.profile(deps(), slug)


@blp.route(f"{PROCESSOR}/baseline", methods=["POST"])
@requires("registry:write")
@blp.arguments(shapes.Baseline)
@blp.response(201, shapes.RegisterShape)
@blp.alt_response(409, "CONFLICT")
def adopt(body: dict[str, Any], slug: str) -> Any:
    """Take over the list a processor already has; once, while the register is empty."""
    return registers.adopt(deps(), caller(), slug, body["valid_from"], body["sub_processors"])


@blp.route(f"{PROCESSOR}/sub-processors")
@requires("registry:read")
@blp.arguments(shapes.ListQuery, location="query")
@blp.response(200, shapes.EntryList)
@blp.alt_response(404, "NOT_FOUND")
def entries(query: dict[str, Any], slug: str) -> Any:
    """The list of a day, as known now or as known at an instant."""
    return {"items": registers.entries(deps(), caller(), slug, **query)}


@blp.route(f"{PROCESSOR}/sub-processors/<sub_id>")
@requires("registry:read")
@blp.arguments(shapes.AsOfQuery, location="query")
@blp.response(200, shapes.EntryShape)
@blp.alt_response(404, "NOT_FOUND")
def entry(query: dict[str, Any], slug: str, sub_id: str) -> Any:
    return registers.entry(deps(), caller(), slug, sub_id, query["as_of"])


@blp.route(f"{PROCESSOR}/sub-processors/<sub_id>/versions")
@requires("registry:read")
@blp.response(200, shapes.EntryList)
@blp.alt_response(404, "NOT_FOUND")
def versions(slug: str, sub_id: str) -> Any:
    return {"items": registers.versions(deps(), caller(), slug, sub_id)}


@blp.route(f"{PROCESSOR}/diff")
@requires("registry:read")
@blp.arguments(shapes.DiffQuery, location="query")
@blp.response(200, shapes.DiffList)
@blp.alt_response(404, "NOT_FOUND")
def diff(query: dict[str, Any], slug: str) -> Any:
    """What differs between the lists of two days."""
    found = registers.diff(deps(), caller(), slug, query["first"], query["second"])
    return {"items": found}


@blp.route(f"{PROCESSOR}/transfers")
@requires("registry:read")
@blp.arguments(shapes.TransfersQuery, location="query")
@blp.response(200, shapes.TransferList)
@blp.alt_response(404, "NOT_FOUND")
def transfers(query: dict[str, Any], slug: str) -> Any:
    """Every place of every entry with its verdict."""
    found = registers.transfers(deps(), caller(), slug, query["as_of"], query["horizon_days"])
    return {"items": found}


@blp.route(f"{PROCESSOR}/ledger")
@public()
@blp.arguments(shapes.LedgerQuery, location="query")
@blp.response(200, shapes.LedgerPage)
@blp.alt_response(404, "NOT_FOUND")
def ledger(query: dict[str, Any], slug: str) -> Any:
    """The register's history, each entry chained to the one before it."""
    items, cursor = registers.ledger_page(deps(), slug, query["after"], query["limit"])
    return {"items": items, "next_cursor": cursor}


@blp.route(f"{PROCESSOR}/changes", methods=["POST"])
@requires("registry:write")
@blp.arguments(shapes.NewChange)
@blp.response(201, shapes.ChangeShape)
@blp.alt_response(409, "CONFLICT")
def draft(body: dict[str, Any], slug: str) -> Any:
    """A draft change; nobody is told and nothing is altered yet."""
    view = changes.draft(deps(), caller(), slug, body)
    return view, {"ETag": etag_of(view.change.revision)}


@blp.route(f"{PROCESSOR}/changes")
@requires("registry:read")
@blp.arguments(shapes.ChangeQuery, location="query")
@blp.response(200, shapes.ChangePage)
@blp.alt_response(404, "NOT_FOUND")
def change_page(query: dict[str, Any], slug: str) -> Any:
    return changes.page(deps(), caller(), slug, query["status"], page_request(query))


@blp.route(CHANGE)
@requires("registry:read")
@blp.response(200, shapes.ChangeShape)
@blp.alt_response(404, "NOT_FOUND")
def change(slug: str, change_id: str) -> Any:
    view = changes.read(deps(), caller(), slug, change_id)
    return view, {"ETag": etag_of(view.change.revision)}


@blp.route(CHANGE, methods=["PATCH"])
@requires("registry:write")
@blp.arguments(shapes.ChangeEdit)
@blp.response(200, shapes.ChangeShape)
@blp.alt_response(412, "PRECONDITION_FAILED")
def edit(body: dict[str, Any], slug: str, change_id: str) -> Any:
    """Edit a draft."""
    view = changes.edit(deps(), caller(), slug, change_id, seen_revision(), body)
    return view, {"ETag": etag_of(view.change.revision)}


@blp.route(f"{CHANGE}/preview")
@requires("registry:read")
@blp.response(200, shapes.PreviewShape)
@blp.alt_response(404, "NOT_FOUND")
def preview(slug: str, change_id: str) -> Any:
    """What announcing it today would mean for each group of customers."""
    return changes.preview(deps(), caller(), slug, change_id)


@blp.route(f"{CHANGE}/announce", methods=["POST"])
@requires("registry:write")
@blp.response(200, shapes.AnnouncedShape)
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def announce(slug: str, change_id: str) -> Any:
    """Tell every customer concerned, if the effective day respects every agreement."""
    return changes.announce(deps(), caller(), slug, change_id)


@blp.route(f"{CHANGE}/withdraw", methods=["POST"])
@requires("registry:write")
@blp.arguments(shapes.Reason)
@blp.response(200, shapes.AnnouncedShape)
@blp.alt_response(409, "CONFLICT")
def withdraw(body: dict[str, Any], slug: str, change_id: str) -> Any:
    """Take a change back before it has effect."""
    return changes.withdraw(deps(), caller(), slug, change_id, body["reason"])


@blp.route(f"{CHANGE}/emergency", methods=["POST"])
@requires("registry:write")
@blp.arguments(shapes.Justification)
@blp.response(200, shapes.ChangeShape)
@blp.alt_response(409, "CONFLICT")
def declare_emergency(body: dict[str, Any], slug: str, change_id: str) -> Any:
    """Ask for the path without notice period, with a justification."""
    justification = body["justification"]
    return changes.declare_emergency(deps(), caller(), slug, change_id, justification)


@blp.route(f"{CHANGE}/approve", methods=["POST"])
@requires("registry:write")
@blp.response(200, shapes.ChangeShape)
@blp.alt_response(409, "CONFLICT")
def approve_emergency(slug: str, change_id: str) -> Any:
    """Approve the emergency; the second client's approval announces it."""
    return changes.approve_emergency(deps(), caller(), slug, change_id)


@blp.route(f"{CHANGE}/objections")
@requires("registry:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, shapes.ObjectionPage)
@blp.alt_response(404, "NOT_FOUND")
def objection_page(query: dict[str, Any], slug: str, change_id: str) -> Any:
    return objections.of_change(deps(), caller(), slug, change_id, page_request(query))


@blp.route(f"{OBJECTION}/acknowledge", methods=["POST"])
@requires("registry:write")
@blp.response(200, shapes.ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def acknowledge(objection_id: str) -> Any:
    return objections.settle(deps(), caller(), objection_id, "acknowledged")


@blp.route(f"{OBJECTION}/offer-mitigation", methods=["POST"])
@requires("registry:write")
@blp.arguments(shapes.Mitigation)
@blp.response(200, shapes.ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def offer_mitigation(body: dict[str, Any], objection_id: str) -> Any:
    offer = {"text": body["text"], "respond_by": body["respond_by"].isoformat()}
    return objections.offer(deps(), caller(), objection_id, offer)


@blp.route(f"{OBJECTION}/exclude", methods=["POST"])
@requires("registry:write")
@blp.response(200, shapes.ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def exclude(objection_id: str) -> Any:
    """This customer's list and gate leave the sub-processor out."""
    return objections.settle(deps(), caller(), objection_id, "excluded")


@blp.route(f"{OBJECTION}/reject", methods=["POST"])
@requires("registry:write")
@blp.arguments(shapes.Reason)
@blp.response(200, shapes.ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def reject(body: dict[str, Any], objection_id: str) -> Any:
    return objections.settle(deps(), caller(), objection_id, "rejected", decision=body["reason"])


@blp.route(OBJECTION)
@requires("registry:read")
@blp.response(200, shapes.ObjectionShape)
@blp.alt_response(404, "NOT_FOUND")
def objection(objection_id: str) -> Any:
    found = objections.read(deps(), caller(), objection_id)
    return found, {"ETag": etag_of(found.revision)}


@blp.route(f"{OBJECTION}/withdraw", methods=["POST"])
@requires("registry:object")
@blp.response(200, shapes.ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def withdraw_objection(objection_id: str) -> Any:
    return objections.answer(deps(), caller(), objection_id, "withdrawn")


@blp.route(f"{OBJECTION}/accept-mitigation", methods=["POST"])
@requires("registry:object")
@blp.response(200, shapes.ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def accept_mitigation(objection_id: str) -> Any:
    return objections.answer(deps(), caller(), objection_id, "mitigation_accepted")


@blp.route("/customer/changes")
@requires("registry:object")
@blp.arguments(shapes.CustomerChangesQuery, location="query")
@blp.response(200, shapes.CustomerChangeList)
def customer_changes(query: dict[str, Any]) -> Any:
    """Status of changes for the customer the portal speaks for."""
    ids = query["ids"].split(",")
    return {"items": objections.customer_changes(deps(), caller(), ids)}


@blp.route("/customer/changes/<change_id>/objections", methods=["POST"])
@requires("registry:object")
@blp.arguments(shapes.NewObjection)
@blp.response(201, shapes.ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def object_to(body: dict[str, Any], change_id: str) -> Any:
    return objections.object_to(deps(), caller(), change_id, **body)


@blp.route("/customer/changes/<change_id>/approval", methods=["POST"])
@requires("registry:object")
@blp.response(201, shapes.ApprovalShape)
@blp.alt_response(409, "CONFLICT")
def approve(change_id: str) -> Any:
    """The customer's own yes, under specific authorisation."""
    return objections.approve(deps(), caller(), change_id)


@blp.route("/gate")
@requires("registry:read")
@blp.arguments(shapes.GateQuery, location="query")
@blp.response(200, shapes.GateShape)
@blp.alt_response(404, "NOT_FOUND")
def gate(query: dict[str, Any]) -> Any:
    """May this customer's data flow to this sub-processor on that day?"""
    return gates.gate(
        deps(), caller(), query["processor"], query["sub_processor_id"],
        query["controller_id"], query["on"],
    )  # fmt: skip


@blp.route("/instruments")
@requires("registry:read")
@blp.arguments(shapes.AsOfQuery, location="query")
@blp.response(200, shapes.InstrumentList)
def instrument_list(query: dict[str, Any]) -> Any:
    """Transfer instruments, all of them or those in force on a day."""
    return {"items": instruments.all_of(query["as_of"])}


@blp.route("/instruments/<instrument_id>")
@requires("registry:read")
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def instrument(instrument_id: str) -> Any:
    return instruments.one(instrument_id)
