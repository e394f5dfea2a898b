"""Objections and approvals, from both sides."""

from __future__ import annotations

from typing import Any

from services.registry.api.context import CHANGE, OBJECTION, deps, page_request
from services.registry.schemas.changes import Reason
from services.registry.schemas.letters import LetterPage, LetterShape, NewLetter
from services.registry.schemas.objections import (
    AgreementEnd,
    ApprovalShape,
    CustomerChangeList,
    CustomerChangesAsked,
    CustomersAnswer,
    Mitigation,
    Modification,
    NewObjection,
    ObjectionMade,
    ObjectionPage,
    ObjectionQuery,
    ObjectionShape,
    ProvenObjection,
)
from services.registry.use_cases import answers, letters, objections
from shared.auth import caller, requires
from shared.headers import etag_of, located
from shared.openapi import Blueprint
from shared.schemas import PageArgs

blp = Blueprint(
    "objections",
    __name__,
    url_prefix="/v1",
    description="Objections",
)


@blp.route(f"{CHANGE}/objections")
@requires("registry:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, ObjectionPage)
@blp.alt_response(404, "NOT_FOUND")
def objection_page(query: dict[str, Any], slug: str, change_id: str) -> Any:
    return objections.of_change(deps(), caller(), slug, change_id, page_request(query))


@blp.route(f"{CHANGE}/letters", methods=["POST"])
@requires("registry:write")
@blp.arguments(NewLetter)
@blp.response(201, LetterShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def record_letter(body: dict[str, Any], slug: str, change_id: str) -> Any:
    """Record what a customer of yours said outside Art28. It counts like the customer's own act, by
    the day on which it came, and the customer is told of it."""
    letter = letters.record(deps(), caller(), slug, change_id, body)
    return letter, located(f"/processors/{slug}/changes/{change_id}/letters")


@blp.route(f"{CHANGE}/letters")
@requires("registry:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, LetterPage)
@blp.alt_response(404, "NOT_FOUND")
def letter_page(query: dict[str, Any], slug: str, change_id: str) -> Any:
    """Letters recorded about a change, the newest first."""
    return letters.of_change(deps(), caller(), slug, change_id, page_request(query))


@blp.route("/objections")
@requires("registry:read")
@blp.arguments(ObjectionQuery, location="query")
@blp.response(200, ObjectionPage)
def objections_of_party(query: dict[str, Any]) -> Any:
    """The objections that you received or made, over all changes, the newest first."""
    asked = query["processor"], query["status"]
    return objections.of_party(deps(), caller(), *asked, page_request(query))


@blp.route(f"{OBJECTION}/acknowledge", methods=["POST"])
@requires("registry:write")
@blp.response(200, ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def acknowledge(objection_id: str) -> Any:
    return objections.settle(deps(), caller(), objection_id, "acknowledged")


@blp.route(f"{OBJECTION}/offer-mitigation", methods=["POST"])
@requires("registry:write")
@blp.arguments(Mitigation)
@blp.response(200, ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def offer_mitigation(body: dict[str, Any], objection_id: str) -> Any:
    return objections.offer(deps(), caller(), objection_id, **body)


@blp.route(f"{OBJECTION}/exclude", methods=["POST"])
@requires("registry:write")
@blp.response(200, ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def exclude(objection_id: str) -> Any:
    """This customer's list and gate leave the sub-processor out."""
    return objections.settle(deps(), caller(), objection_id, "excluded")


@blp.route(f"{OBJECTION}/reject", methods=["POST"])
@requires("registry:write")
@blp.arguments(Reason)
@blp.response(200, ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def reject(body: dict[str, Any], objection_id: str) -> Any:
    """Turn it down; the customer may end the agreement up to ``respond_by``."""
    return objections.reject(deps(), caller(), objection_id, body["reason"])


@blp.route(OBJECTION)
@requires("registry:read")
@blp.response(200, ProvenObjection)
@blp.alt_response(404, "NOT_FOUND")
def objection(objection_id: str) -> Any:
    """One objection, with what proves that its steps stand in the register's ledger."""
    found = objections.read(deps(), caller(), objection_id)
    shown = {**vars(found), "proofs": objections.proofs(deps(), found)}
    return shown, {"ETag": etag_of(found.revision)}


@blp.route(f"{OBJECTION}/withdraw", methods=["POST"])
@requires("registry:object")
@blp.arguments(CustomersAnswer, required=False)
@blp.response(200, ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def withdraw_objection(body: dict[str, Any], objection_id: str) -> Any:
    return objections.answer(deps(), caller(), objection_id, "withdrawn", **body)


@blp.route(f"{OBJECTION}/accept-mitigation", methods=["POST"])
@requires("registry:object")
@blp.arguments(CustomersAnswer, required=False)
@blp.response(200, ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def accept_mitigation(body: dict[str, Any], objection_id: str) -> Any:
    return objections.answer(deps(), caller(), objection_id, "mitigation_accepted", **body)


@blp.route(f"{OBJECTION}/request-modification", methods=["POST"])
@requires("registry:object")
@blp.arguments(Modification)
@blp.response(200, ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def request_modification(body: dict[str, Any], objection_id: str) -> Any:
    """The customer asks for modifications of the change; its objection stays open."""
    return objections.request_modification(deps(), caller(), objection_id, **body)


@blp.route(f"{OBJECTION}/terminate", methods=["POST"])
@requires("registry:object")
@blp.arguments(AgreementEnd)
@blp.response(200, ObjectionShape)
@blp.alt_response(409, "CONFLICT")
def terminate(body: dict[str, Any], objection_id: str) -> Any:
    """The customer ends its agreement over an objection that was not met."""
    return objections.terminate(deps(), caller(), objection_id, body["effective_on"])


@blp.route("/customer/changes", methods=["POST"])
@requires("registry:object")
@blp.arguments(CustomerChangesAsked)
@blp.response(200, CustomerChangeList)
def customer_changes(body: dict[str, Any]) -> Any:
    """Changes as the customer sees them that the portal speaks for; it changes nothing."""
    return {"items": answers.customer_changes(deps(), caller(), body["ids"])}


@blp.route("/customer/changes/<change_id>/objections", methods=["POST"])
@requires("registry:object")
@blp.arguments(NewObjection)
@blp.response(201, ObjectionMade)
@blp.alt_response(409, "CONFLICT")
def object_to(body: dict[str, Any], change_id: str) -> Any:
    """Object to a change, and to the others of its notice unless ``change_ids`` names some."""
    made = objections.object_to(deps(), caller(), change_id, **body)
    return {**vars(made[0]), "objections": made}, located(f"/objections/{made[0].id}")


@blp.route("/customer/changes/<change_id>/approval", methods=["POST"])
@requires("registry:object")
@blp.arguments(CustomersAnswer, required=False)
@blp.response(201, ApprovalShape)
@blp.alt_response(409, "CONFLICT")
def approve(body: dict[str, Any], change_id: str) -> Any:
    """The customer's approval, under specific authorisation."""
    approval = objections.approve(deps(), caller(), change_id, **body)
    return approval, located(f"/customer/changes/{change_id}")
