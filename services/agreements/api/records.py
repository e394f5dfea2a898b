"""The routes of records to hand over: that of processing, and DORA's register of information."""

from __future__ import annotations

from typing import Any

from flask import request

from services.agreements.api import media
from services.agreements.api.context import deps
from services.agreements.rendering import information, record
from services.agreements.schemas.records import (
    InformationQuery,
    InformationShape,
    RecordQuery,
    RecordShape,
)
from services.agreements.use_cases import records
from shared.auth import caller, requires
from shared.openapi import Blueprint
from shared.places import expensive

blp = Blueprint("records", __name__, url_prefix="/v1", description="Records to hand over")

JSON, PDF = "application/json", "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blp.route("/processing-record")
@requires("agreements:read")
@expensive
@blp.arguments(RecordQuery, location="query")
@blp.response(200, RecordShape)
def processing_record(query: dict[str, Any]) -> object:
    """The record of processing on any day (Art. 30(2) GDPR): JSON, XLSX or PDF, by Accept."""
    day, language = query["as_of"] or deps().now().date(), query["lang"]
    found = records.lines(deps(), caller(), day, language)
    wanted = request.accept_mimetypes.best_match([JSON, XLSX, PDF], default=JSON)
    if wanted == XLSX:
        return media.file(
            record.workbook(found, day, language), XLSX, f"record-{day}-{language}.xlsx"
        )
    if wanted == PDF:
        made = records.sealed_pdf(deps(), caller(), found, day, language)
        return media.file(made, PDF, f"record-{day}-{language}.pdf")
    return {"as_of": day, "items": found}


@blp.route("/register-of-information")
@requires("agreements:read")
@expensive
@blp.arguments(InformationQuery, location="query")
@blp.response(200, InformationShape)
@blp.response(200, content_type=XLSX)
@blp.alt_response(404, "NOT_FOUND")
def register_of_information(query: dict[str, Any]) -> object:
    """DORA's register of information on any day, as far as it is known here: JSON or XLSX.

    A customer gets it over all its vendors. A vendor names a customer by ``controller_id`` and
    gets the rows that it can give it.
    """
    day, language = query["as_of"] or deps().now().date(), query["lang"]
    rows = records.information(deps(), caller(), day, query["controller_id"])
    if request.accept_mimetypes.best_match([JSON, XLSX], default=JSON) == XLSX:
        made = information.workbook(rows, day, language)
        return media.file(made, XLSX, f"register-of-information-{day}-{language}.xlsx")
    return information.members(rows, day, language)
