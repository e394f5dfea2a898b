"""The routes of what was signed on paper: one side uploads it, the other confirms it."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.agreements.api.context import Shown, deps, made, origin, shown
from services.agreements.api.media import signed_pdf
from services.agreements.schemas.agreements import (
    AgreementShape,
    NewPaper,
    PaperConfirmation,
    Rejection,
)
from services.agreements.schemas.imports import FileShape
from services.agreements.use_cases import imports, papers
from shared.auth import caller, requires
from shared.bodies import accepts, largest_body, whole_body
from shared.idempotency import in_steps
from shared.openapi import Blueprint
from shared.pdfs import PDF

blp = Blueprint("papers", __name__, url_prefix="/v1", description="Signed on paper")


@blp.route("/agreements/<agreement_id>/paper/file", methods=["POST"])
@accepts("application/pdf")
@largest_body(imports.LARGEST_PDF)
@requires("agreements:write", "agreements:accept", "agreements:sign")
@in_steps
@blp.response(200, FileShape)
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def add_file(agreement_id: str) -> Any:
    """The PDF of what was signed, of up to 16 MiB, as the body; its SHA-256 names it then."""
    return papers.add_file(deps(), caller(), agreement_id, whole_body(imports.LARGEST_PDF))


@blp.route("/agreements/<agreement_id>/paper/file")
@requires("agreements:read")
@blp.response(200, content_type=PDF)
@blp.alt_response(404, "NOT_FOUND")
def file(agreement_id: str) -> Response:
    """The PDF that was uploaded last, for both parties."""
    return signed_pdf(*papers.file(deps(), caller(), agreement_id))


@blp.route("/agreements/<agreement_id>/paper", methods=["POST"])
@requires("agreements:write", "agreements:accept", "agreements:sign")
@blp.arguments(NewPaper)
@blp.response(201, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def upload(body: dict[str, Any], agreement_id: str) -> Shown:
    """The version on offer was signed on paper. It binds once the other side has confirmed it."""
    return made(papers.upload(deps(), caller(), origin(caller()), agreement_id, body))


@blp.route("/agreements/<agreement_id>/paper/confirm", methods=["POST"])
@requires("agreements:write", "agreements:accept", "agreements:sign")
@blp.arguments(PaperConfirmation)
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def confirm(body: dict[str, Any], agreement_id: str) -> Shown:
    """What the other side has uploaded was signed so: both have accepted the version by it."""
    return shown(papers.confirm(deps(), caller(), origin(caller()), agreement_id, body))


@blp.route("/agreements/<agreement_id>/paper/refuse", methods=["POST"])
@requires("agreements:write", "agreements:accept", "agreements:sign")
@blp.arguments(Rejection)
@blp.response(200, AgreementShape)
@blp.alt_response(409, "CONFLICT")
def refuse(body: dict[str, Any], agreement_id: str) -> Shown:
    """What the other side has uploaded was not signed so; the offer stays as it was."""
    return shown(papers.refuse(deps(), caller(), origin(caller()), agreement_id, body))
