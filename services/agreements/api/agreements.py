"""The routes of agreements and of the steps in their life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, request

from services.agreements.api import media
from services.agreements.api.context import (
    Shown,
    deps,
    made,
    origin,
    page_request,
    shown,
    with_failures,
)
from services.agreements.schemas.agreements import (
    AgreementPage,
    AgreementShape,
    Amendment,
    ChangesQuery,
    ChangesShape,
    DocumentQuery,
    NewAcceptance,
    NewAgreement,
    NewConfirmation,
    NewProof,
    PolicyShape,
    Rejection,
    Termination,
    VersionPage,
)
from services.agreements.schemas.lists import AgreementQuery
from services.agreements.store.policies import Policy
from services.agreements.use_cases import (
    accepting,
    confirming,
    documents,
    ending,
    erasure,
    offering,
    reading,
)
from shared.auth import caller, requires
from shared.headers import etag_of, seen_revision
from shared.openapi import Blueprint
from shared.pagination import Page
from shared.places import expensive
from shared.schemas import PageArgs

COMPARED = [documents.JSON, documents.HTML, documents.PDF]

blp = Blueprint(
    "agreements", __name__, url_prefix="/v1", description="Data processing agreements, Art. 28(3)"
)


@blp.route("/agreements", methods=["POST"])
@requires("agreements:write")
@blp.arguments(NewAgreement)
@blp.response(201, AgreementShape)
def draft(body: dict[str, Any]) -> Shown:
    """A new draft; ``findings`` lists what Art. 28(3) asks for and the draft lacks."""
    return made(offering.draft(deps(), caller(), body))


@blp.route("/agreements")
@requires("agreements:read")
@blp.arguments(AgreementQuery, location="query")
@blp.response(200, AgreementPage)
def agreements(query: dict[str, Any]) -> Page:
    """The caller's agreements, sorted by id, or by last day with ``expiring_within``."""
    page = page_request(query)
    agreements = reading.agreements(deps(), caller(), query, page)
    return replace(agreements, items=with_failures(agreements.items))


@blp.route("/agreements/<agreement_id>")
@requires("agreements:read")
@blp.response(200, AgreementShape)
@blp.alt_response(404, "NOT_FOUND")
def agreement(agreement_id: str) -> Any:
    agreement, headers = shown(reading.agreement(deps(), caller(), agreement_id))
    [with_failure] = with_failures([agreement])
    return with_failure, headers


@blp.route("/agreements/<agreement_id>/versions")
@requires("agreements:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, VersionPage)
@blp.alt_response(404, "NOT_FOUND")
def versions(query: dict[str, Any], agreement_id: str) -> Page:
    return reading.versions(deps(), caller(), agreement_id, page_request(query))


@blp.route("/agreements/<agreement_id>/document")
@requires("agreements:read")
@expensive
@blp.arguments(DocumentQuery, location="query")
@blp.response(200, content_type=documents.JSON)
@blp.response(200, content_type=documents.HTML)
@blp.response(200, content_type=documents.PDF)
@blp.response(200, content_type=documents.DOCX)
@blp.alt_response(404, "NOT_FOUND")
def document(query: dict[str, Any], agreement_id: str) -> Response:
    """The version that binds, else the newest, or ``?version=``; its kind by Accept."""
    kind = media.wanted(request.accept_mimetypes)
    version, kept = documents.document(deps(), caller(), agreement_id, query["version"], kind)
    return media.answer(version, kept, kind)


@blp.route("/agreements/<agreement_id>/official-text")
@requires("agreements:read")
@expensive
@blp.arguments(DocumentQuery, location="query")
@blp.response(200, content_type=documents.PDF)
@blp.alt_response(404, "NOT_FOUND")
def official_text(query: dict[str, Any], agreement_id: str) -> Response:
    """The official file that the version names and its PDF holds: its very bytes."""
    file = documents.official_text(deps(), caller(), agreement_id, query["version"])
    return media.file(file.body, documents.PDF, file.name, file.sha256)


@blp.route("/agreements/<agreement_id>/changes")
@requires("agreements:read")
@expensive
@blp.arguments(ChangesQuery, location="query")
@blp.response(200, ChangesShape)
@blp.response(200, content_type=documents.HTML)
@blp.response(200, content_type=documents.PDF)
@blp.alt_response(404, "NOT_FOUND")
def changes(query: dict[str, Any], agreement_id: str) -> Mapping[str, Any] | Response:
    """Differences between a version (the newest) and an earlier one (the one that binds, else the
    one before it): as data, or by Accept as one marked text, a page or a PDF."""
    number, since = query["version"], query["since"]
    kind = request.accept_mimetypes.best_match(COMPARED, default=documents.JSON)
    if kind != documents.JSON:
        body = reading.marked(deps(), caller(), agreement_id, number, since, kind)
        return media.comparison(body, kind)
    return reading.changes(deps(), caller(), agreement_id, number, since)


@blp.route("/agreements/<agreement_id>/offer", methods=["POST"])
@requires("agreements:write")
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def offer(agreement_id: str) -> Shown:
    return shown(offering.offer(deps(), caller(), agreement_id))


@blp.route("/agreements/<agreement_id>/accept", methods=["POST"])
@requires("agreements:write", "agreements:accept", "agreements:sign")
@blp.arguments(NewAcceptance)
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def accept(body: dict[str, Any], agreement_id: str) -> Shown:
    """Accept for the caller's party; binding once both have accepted, in any order."""
    return shown(accepting.accept(deps(), caller(), origin(caller()), agreement_id, body))


@blp.route("/agreements/<agreement_id>/reject", methods=["POST"])
@requires("agreements:write", "agreements:accept", "agreements:sign")
@blp.arguments(Rejection)
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def reject(body: dict[str, Any], agreement_id: str) -> Shown:
    return shown(accepting.reject(deps(), caller(), origin(caller()), agreement_id, body))


@blp.route("/agreements/<agreement_id>/confirm", methods=["POST"])
@requires("agreements:accept")
@blp.arguments(NewConfirmation)
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def confirm(body: dict[str, Any], agreement_id: str) -> Shown:
    """The customer signed it elsewhere, as its processor says; from now on it binds both."""
    return shown(confirming.confirm(deps(), caller(), origin(caller()), agreement_id, body))


@blp.route("/agreements/<agreement_id>/decline", methods=["POST"])
@requires("agreements:write", "agreements:accept")
@blp.arguments(Rejection)
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def decline(body: dict[str, Any], agreement_id: str) -> Shown:
    """The customer did not sign it; or its processor takes the import back."""
    return shown(confirming.decline(deps(), caller(), origin(caller()), agreement_id, body))


@blp.route("/agreements/<agreement_id>/amendments", methods=["POST"])
@requires("agreements:write")
@blp.arguments(Amendment)
@blp.response(201, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def amend(body: dict[str, Any], agreement_id: str) -> Shown:
    """Offer the next version; the present one binds until both have accepted the new one."""
    return made(offering.amend(deps(), caller(), agreement_id, body))


@blp.route("/agreements/<agreement_id>/terminate", methods=["POST"])
@requires("agreements:write", "agreements:accept")
@blp.arguments(Termination)
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def terminate(body: dict[str, Any], agreement_id: str) -> Shown:
    """End it today, or on a day to come; until that day it stays active."""
    day, reason = body["effective_on"], body["reason"]
    return shown(ending.terminate(deps(), caller(), agreement_id, day, reason))


@blp.route("/agreements/<agreement_id>/deletion-proof", methods=["POST"])
@requires("agreements:write")
@blp.arguments(NewProof)
@blp.response(201, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def prove_deletion(body: dict[str, Any], agreement_id: str) -> Shown:
    """Record that the data was deleted or returned after the end (Art. 28(3)(g))."""
    return made(ending.prove_deletion(deps(), caller(), agreement_id, body))


@blp.route("/retention")
@requires("agreements:read")
@blp.response(200, PolicyShape)
def policy() -> tuple[Policy, dict[str, str]]:
    """How many years after their end the caller's agreements are kept."""
    policy = erasure.policy(deps(), caller())
    return policy, {"ETag": etag_of(policy.revision)}


@blp.route("/retention", methods=["PUT"])
@requires("agreements:write")
@blp.arguments(PolicyShape)
@blp.response(200, PolicyShape)
@blp.alt_response(412, "PRECONDITION_FAILED")
def set_policy(body: dict[str, Any]) -> tuple[Policy, dict[str, str]]:
    """Another number of years, 1 to 30, also for agreements that have ended already."""
    policy = erasure.set_policy(deps(), caller(), seen_revision(), body["retention_years"])
    return policy, {"ETag": etag_of(policy.revision)}
