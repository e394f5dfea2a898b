"""The routes of agreements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import Response, current_app, request

from services.agreements import media, use_cases
from services.agreements.model import Agreement
from services.agreements.schemas import (
    AgreementPage,
    AgreementQuery,
    AgreementShape,
    Amendment,
    DocumentQuery,
    NewAcceptance,
    NewAgreement,
    NewTemplate,
    NoticeTermsOfAll,
    ProcessorQuery,
    Rejection,
    Relation,
    RelationQuery,
    TemplatePage,
    TemplateShape,
    Termination,
    VersionPage,
)
from services.agreements.steps import Deps
from services.agreements.wording import Template
from shared.app import Blueprint
from shared.auth import caller, requires
from shared.headers import etag_of
from shared.pagination import Page, PageRequest
from shared.schemas import PageArgs

Shown = tuple[Agreement, dict[str, str]]

blp = Blueprint(
    "agreements", __name__, url_prefix="/v1", description="Data processing agreements, Art. 28(3)"
)


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])


def shown(agreement: Agreement) -> Shown:
    return agreement, {"ETag": etag_of(agreement.revision)}


@blp.route("/agreements", methods=["POST"])
@requires("agreements:write")
@blp.arguments(NewAgreement)
@blp.response(201, AgreementShape)
def draft(body: dict[str, Any]) -> Shown:
    """A new draft; ``findings`` tells what Art. 28(3) still misses."""
    return shown(use_cases.draft(deps(), caller(), body))


@blp.route("/agreements")
@requires("agreements:read")
@blp.arguments(AgreementQuery, location="query")
@blp.response(200, AgreementPage)
def agreements(query: dict[str, Any]) -> Page:
    page = PageRequest(query.pop("limit"), query.pop("cursor"))
    where = {name.replace("_id", ".id"): wanted for name, wanted in query.items()}
    return use_cases.agreements(deps(), caller(), where, page)


@blp.route("/agreements/<agreement_id>")
@requires("agreements:read")
@blp.response(200, AgreementShape)
@blp.alt_response(404, "NOT_FOUND")
def agreement(agreement_id: str) -> Shown:
    return shown(use_cases.agreement(deps(), caller(), agreement_id))


@blp.route("/agreements/<agreement_id>/versions")
@requires("agreements:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, VersionPage)
@blp.alt_response(404, "NOT_FOUND")
def versions(query: dict[str, Any], agreement_id: str) -> Page:
    page = PageRequest(query["limit"], query["cursor"])
    return use_cases.versions(deps(), caller(), agreement_id, page)


@blp.route("/agreements/<agreement_id>/document")
@requires("agreements:read")
@blp.arguments(DocumentQuery, location="query")
@blp.response(200, content_type=media.JSON)
@blp.alt_response(404, "NOT_FOUND")
def document(query: dict[str, Any], agreement_id: str) -> Response:
    """The version in force, else the newest, or ``?version=``: JSON, HTML or PDF, by Accept."""
    kind = media.wanted(request.accept_mimetypes)
    return media.answer(use_cases.version(deps(), caller(), agreement_id, query["version"]), kind)


@blp.route("/agreements/<agreement_id>/offer", methods=["POST"])
@requires("agreements:write")
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def offer(agreement_id: str) -> Shown:
    return shown(use_cases.offer(deps(), caller(), agreement_id))


@blp.route("/agreements/<agreement_id>/accept", methods=["POST"])
@requires("agreements:write", "agreements:accept")
@blp.arguments(NewAcceptance)
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def accept(body: dict[str, Any], agreement_id: str) -> Shown:
    """Accept for the caller's party; in force once both have accepted, in any order."""
    return shown(use_cases.accept(deps(), caller(), agreement_id, body))


@blp.route("/agreements/<agreement_id>/reject", methods=["POST"])
@requires("agreements:write", "agreements:accept")
@blp.arguments(Rejection)
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def reject(body: dict[str, Any], agreement_id: str) -> Shown:
    return shown(use_cases.reject(deps(), caller(), agreement_id, body["reason"]))


@blp.route("/agreements/<agreement_id>/amendments", methods=["POST"])
@requires("agreements:write")
@blp.arguments(Amendment)
@blp.response(201, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def amend(body: dict[str, Any], agreement_id: str) -> Shown:
    """Offer the next version; the one in force stays until both have accepted the new one."""
    return shown(use_cases.amend(deps(), caller(), agreement_id, body))


@blp.route("/agreements/<agreement_id>/terminate", methods=["POST"])
@requires("agreements:write", "agreements:accept")
@blp.arguments(Termination)
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def terminate(body: dict[str, Any], agreement_id: str) -> Shown:
    """End it today, or on a day to come; until that day it stays active."""
    day, reason = body["effective_on"], body["reason"]
    return shown(use_cases.terminate(deps(), caller(), agreement_id, day, reason))


@blp.route("/templates", methods=["POST"])
@requires("agreements:write")
@blp.arguments(NewTemplate)
@blp.response(201, TemplateShape)
def add_template(body: dict[str, Any]) -> Template:
    """A template of your own; it never changes, a new wording is a new template."""
    return use_cases.add_template(deps(), caller(), body)


@blp.route("/templates")
@requires("agreements:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, TemplatePage)
def templates(query: dict[str, Any]) -> Page:
    return use_cases.templates(deps(), caller(), PageRequest(query["limit"], query["cursor"]))


@blp.route("/templates/<template_id>")
@requires("agreements:read")
@blp.response(200, TemplateShape)
@blp.alt_response(404, "NOT_FOUND")
def template(template_id: str) -> Template:
    return use_cases.template(deps(), caller(), template_id)


@blp.route("/notice-terms")
@requires("agreements:terms")
@blp.arguments(ProcessorQuery, location="query")
@blp.response(200, NoticeTermsOfAll)
def notice_terms(query: dict[str, Any]) -> Mapping[str, Any]:
    """For services: how many agreements in force share which notice terms, and the watermark."""
    return use_cases.notice_terms(deps(), query["processor_id"])


@blp.route("/relation")
@requires("agreements:terms")
@blp.arguments(RelationQuery, location="query")
@blp.response(200, Relation)
@blp.alt_response(404, "NOT_FOUND")
def relation(query: dict[str, Any]) -> Mapping[str, Any]:
    """For services: what binds, or bound, a processor and a controller."""
    return use_cases.relation(deps(), query["processor_id"], query["controller_id"])
