"""Document evidence of transfers: files, assessments, and what customers ask to see of them."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from services.registry.api.context import PROCESSOR, body_stream, deps, page_request
from services.registry.model.files import ENDINGS, LARGEST, KeptFile
from services.registry.schemas.evidence import (
    AssessmentPage,
    AssessmentShape,
    EvidenceShape,
    FilePage,
    FileQuery,
    FileShape,
    NewAssessment,
    RequestPage,
)
from services.registry.use_cases import assessments, evidence_requests, files
from shared.auth import caller, requires
from shared.bodies import accepts, largest_body
from shared.headers import etag_of, located
from shared.idempotency import in_steps
from shared.openapi import Blueprint
from shared.pdfs import PDF
from shared.safe_text import disposition
from shared.schemas import PageArgs

blp = Blueprint("evidence", __name__, url_prefix="/v1", description="Evidence of transfers")

REQUEST = "/customer/evidence-requests/<request_id>"
FILES = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ENDINGS}


@blp.route("/files", methods=["POST"])
@accepts(*ENDINGS)
@largest_body(LARGEST)
@requires("registry:write")
@in_steps
@blp.arguments(FileQuery, location="query")
@blp.doc(requestBody={"required": True, "content": FILES})
@blp.response(201, FileShape)
@blp.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@blp.alt_response(415, "UNSUPPORTED_MEDIA_TYPE")
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def keep(query: dict[str, Any]) -> Any:
    """Keep a PDF of up to 16 MiB, or a PNG of up to 512 KiB, sent as the body; an assessment names
    the one by its id, the page's brand the other.

    A file that nothing names within seven days is removed.
    """
    kept = files.keep(deps(), caller(), query["name"], request.mimetype, body_stream())
    return kept, {**located(f"/files/{kept.id}"), "ETag": f'"{kept.sha256}"'}


@blp.route("/files")
@requires("registry:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, FilePage)
def file_page(query: dict[str, Any]) -> Any:
    """The caller's files, oldest first."""
    return files.page(deps(), caller(), page_request(query))


@blp.route("/files/<file_id>")
@requires("registry:read")
@blp.response(200, content_type=PDF)
@blp.alt_response(404, "NOT_FOUND")
def read_file(file_id: str) -> Any:
    """The file as it was sent; its ETag is its SHA-256."""
    return _given_out(files.own(deps(), caller(), file_id))


@blp.route(f"{PROCESSOR}/assessments", methods=["POST"])
@requires("registry:write")
@blp.arguments(NewAssessment)
@blp.response(201, AssessmentShape)
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def record(body: dict[str, Any], slug: str) -> Any:
    """Record a transfer impact assessment (TIA); evidence names it by its id as tia_reference.

    A record never changes: what is assessed anew is recorded anew.
    """
    made = assessments.record(deps(), caller(), slug, body)
    return made, {**located(f"/processors/{slug}/assessments/{made['id']}"), "ETag": etag_of(1)}


@blp.route(f"{PROCESSOR}/assessments")
@requires("registry:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, AssessmentPage)
@blp.alt_response(404, "NOT_FOUND")
def assessment_page(query: dict[str, Any], slug: str) -> Any:
    """The vendor's assessments, newest first."""
    return assessments.page(deps(), caller(), slug, page_request(query))


@blp.route(f"{PROCESSOR}/assessments/<assessment_id>")
@requires("registry:read")
@blp.response(200, AssessmentShape)
@blp.alt_response(404, "NOT_FOUND")
def assessment(slug: str, assessment_id: str) -> Any:
    return assessments.read(deps(), caller(), slug, assessment_id), {"ETag": etag_of(1)}


@blp.route(f"{PROCESSOR}/evidence-requests")
@requires("registry:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, RequestPage)
@blp.alt_response(404, "NOT_FOUND")
def requests_to_vendor(query: dict[str, Any], slug: str) -> Any:
    """Which customers asked for evidence, newest first."""
    return evidence_requests.to_vendor(deps(), caller(), slug, page_request(query))


@blp.route("/customer/sub-processors/<sub_id>/evidence-requests", methods=["POST"])
@requires("registry:object")
@blp.response(201, EvidenceShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(429, "TOO_MANY_REQUESTS")
def ask(sub_id: str) -> Any:
    """The evidence of an entry for the customer the portal speaks for; the ledger notes it."""
    made = evidence_requests.ask(deps(), caller(), sub_id)
    return made, {**located(f"/customer/evidence-requests/{made['id']}"), "ETag": etag_of(1)}


@blp.route("/customer/evidence-requests")
@requires("registry:object")
@blp.arguments(PageArgs, location="query")
@blp.response(200, RequestPage)
def requests_of_customer(query: dict[str, Any]) -> Any:
    """What the customer has asked for, newest first."""
    return evidence_requests.by_customer(deps(), caller(), page_request(query))


@blp.route(REQUEST)
@requires("registry:object")
@blp.response(200, EvidenceShape)
@blp.alt_response(404, "NOT_FOUND")
def evidence_request(request_id: str) -> Any:
    return evidence_requests.read(deps(), caller(), request_id), {"ETag": etag_of(1)}


@blp.route(f"{REQUEST}/files/<file_id>")
@requires("registry:object")
@blp.response(200, content_type=PDF)
@blp.alt_response(404, "NOT_FOUND")
def file_of_request(request_id: str, file_id: str) -> Any:
    """A file that the request was given."""
    return _given_out(evidence_requests.file_of(deps(), caller(), request_id, file_id))


def _given_out(file: KeptFile) -> Response:
    """The file to be saved and not to be opened in the page, a piece at a time."""
    response = Response(files.contents(deps(), file), content_type=file.media_type)
    response.set_etag(file.sha256)
    response.headers["Content-Length"] = str(file.bytes)
    response.headers["Content-Disposition"] = disposition("attachment", file.name)
    return response
